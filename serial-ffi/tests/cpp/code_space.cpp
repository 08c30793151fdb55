// The code space: Keyed order and its key, check characters, what people type, words to leave out, and numbers.

#include "../c/json.h"
#include "check.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <type_traits>

using namespace serialref;
using check::kind_of;
using check::thrown_by;

static_assert(!std::is_copy_constructible_v<key> && !std::is_copy_assignable_v<key>);
static_assert(std::is_nothrow_move_constructible_v<key> && std::is_nothrow_move_assignable_v<key>);
static_assert(!std::is_convertible_v<std::array<std::uint8_t, 32>, key>, "a key is made on purpose");

template <class T, class = void>
struct is_printable : std::false_type {};
template <class T>
struct is_printable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>> : std::true_type {};
static_assert(is_printable<group_id>::value && !is_printable<key>::value, "a key never gets into a log by mistake");

namespace {

std::array<std::uint8_t, 32> counted_bytes() {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

// A registry with a Keyed group of 4 digits whose key is counted_bytes().
struct tags {
  serialref::registry registry{"memory:"};
  serialref::format format = format_options().preset(preset::digits).length(4).keyed();
  group_id id = registry.create_group(new_group::continuous("Tag").format(format).key(key(counted_bytes())));
};

// Why a format finds no code in what was typed.
error_context refused(const format& format, std::string_view typed) {
  const auto error = thrown_by<serialref::error>([&] { format.validate(typed); });
  CHECK(error.kind() == SERIALREF_STATUS_CODE_INVALID);
  return error.context();
}

}  // namespace

static const check::test keyed("codes of a Keyed group say their counter, and no two are alike", [] {
  const tags tags;
  const auto info = tags.format.info();
  CHECK(info.order == order::keyed && info.capacity == 10000 && !info.is_unguessable && !info.most_live);
  std::set<std::string> codes;
  for (std::uint64_t counter = 0; counter < 50; ++counter) {
    const auto code = tags.registry.create_reference(tags.id).code;
    codes.insert(code);
    const auto decoded = tags.registry.decode(tags.id, code);
    CHECK(decoded.counter == counter && decoded.may_be_issued);
  }
  CHECK(codes.size() == 50);
  CHECK(format(format_options().length(12).keyed()).info().is_unguessable);
  // The order that was said last counts.
  CHECK(format(format_options().sequential(7).keyed()).info().start == 0);
});

static const check::test other_groups("only a group that counts decodes, and only codes of its format", [] {
  const tags tags;
  const check::plant plant;
  CHECK(kind_of([&] { tags.registry.decode(tags.id, "123"); }) == SERIALREF_STATUS_CODE_INVALID);
  CHECK(kind_of([&] { tags.registry.decode(group_id{9}, "1234"); }) == SERIALREF_STATUS_GROUP_NOT_FOUND);
  // Of so many codes hardly any has a counter of 64 bits.
  const auto wide = new_group::continuous("Wide").format(format_options().keyed()).key(key(counted_bytes()));
  const auto beyond = tags.registry.decode(tags.registry.create_group(wide), std::string(25, 'A'));
  CHECK(!beyond.counter && !beyond.may_be_issued);
  const auto pumps = plant.registry.create_batch(plant.pumps, 3);
  CHECK(plant.registry.decode(plant.pumps, pumps.codes[2]).counter == std::uint64_t(2));
  const auto not_yet = plant.registry.decode(plant.pumps, "P0077");
  CHECK(not_yet.counter == 76 && !not_yet.may_be_issued);
  const auto valve = plant.registry.create_reference(plant.valves).code;
  CHECK(kind_of([&] { plant.registry.decode(plant.valves, valve); }) == SERIALREF_STATUS_NO_COUNTER);
  CHECK(kind_of([&] { plant.registry.advance_counter(plant.valves, 1); }) == SERIALREF_STATUS_NO_COUNTER);
  CHECK(kind_of([&] { plant.registry.expose_key(plant.pumps); }) == SERIALREF_STATUS_KEY_INVALID);
  CHECK(kind_of([&] { plant.registry.change_key(plant.pumps); }) == SERIALREF_STATUS_KEY_INVALID);
});

static const check::test keys("a key is given, drawn, exposed and changed", [] {
  const tags tags;
  const key given(counted_bytes());
  CHECK(tags.registry.expose_key(tags.id) == given && given.expose() == counted_bytes());
  const auto drawn = tags.registry.create_group(new_group::batch("Drawn").format(tags.format).unique_in(scope::group));
  CHECK(tags.registry.expose_key(drawn) != given);

  const auto before = tags.registry.create_reference(tags.id).code;
  tags.registry.change_key(tags.id);
  const auto changed = tags.registry.expose_key(tags.id);
  CHECK(changed != given);
  CHECK(tags.registry.decode(tags.id, before).counter == std::uint64_t(0));
  tags.registry.change_key(tags.id, given);
  CHECK(tags.registry.expose_key(tags.id) == given);

  const key none(std::array<std::uint8_t, 32>{});
  CHECK(kind_of([&] { tags.registry.change_key(tags.id, none); }) == SERIALREF_STATUS_KEY_INVALID);
  CHECK(tags.registry.expose_key(tags.id) == given);
  const auto random = new_group::batch("Random").key(key(counted_bytes()));
  CHECK(kind_of([&] { tags.registry.create_group(random); }) == SERIALREF_STATUS_KEY_INVALID);
});

static const check::test moved_keys("a key that was moved from is wiped, and one that is destroyed too", [] {
  key first(counted_bytes());
  key second(std::move(first));
  CHECK(first.expose() == (std::array<std::uint8_t, 32>{}) && second.expose() == counted_bytes());
  first = std::move(second);
  CHECK(second.expose() == (std::array<std::uint8_t, 32>{}) && first.expose() == counted_bytes());

  alignas(key) unsigned char place[sizeof(key)];
  // As memory is, not as the compiler may think of it after the end of an object; the first byte of the key is 0.
  const volatile unsigned char* const memory = place;
  const auto filled = [&] { return std::count_if(memory, memory + sizeof place, [](auto byte) { return byte != 0; }); };
  auto* kept = new (place) key(counted_bytes());
  CHECK(filled() == 31);
  kept->~key();
  CHECK(filled() == 0);

  // Options share a key, so that they stay a plain value.
  const auto wanted = new_group::continuous("Tag").format(format_options().keyed()).key(std::move(first));
  const registry one("memory:"), other("memory:");
  CHECK(one.expose_key(one.create_group(wanted)) == other.expose_key(other.create_group(wanted)));
});

static const check::test told_keys("keys are drawn, written, read and told apart without a registry", [] {
  CHECK(key::drawn() != key::drawn());
  const auto given = key(counted_bytes());
  const std::string digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  CHECK(given.expose_text() == digits && key::parse(digits) == given);
  CHECK(key::parse("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F") == given);
  // FIPS 197 has this key; what it makes of zeros is computed by other programs too.
  CHECK(given.check_value() == "f29000");
  const auto drawn = key::drawn();
  CHECK(key::parse(drawn.expose_text()) == drawn && drawn.check_value().size() == 6);
  for (const std::string& wrong : {std::string(), digits.substr(1), digits + "0", "g" + digits.substr(1), std::string(64, '0')}) {
    CHECK(kind_of([&] { key::parse(wrong); }) == SERIALREF_STATUS_KEY_INVALID);
  }
  const key none(std::array<std::uint8_t, 32>{});
  CHECK(kind_of([&] { none.expose_text(); }) == SERIALREF_STATUS_KEY_INVALID);
  CHECK(kind_of([&] { none.check_value(); }) == SERIALREF_STATUS_KEY_INVALID);

  auto text = given.expose_text();
  wipe(&text[0], text.size());
  CHECK(text == std::string(64, '\0'));
  wipe(nullptr, 0);
  CHECK(kind_of([] { wipe(nullptr, 1); }) == SERIALREF_STATUS_NULL_ARGUMENT);
});

static_assert(!std::is_copy_constructible_v<code_sequence> && std::is_nothrow_move_constructible_v<code_sequence>);
static_assert(!std::is_convertible_v<format, code_sequence>, "a sequence is made on purpose");

static const check::test sequences("a sequence has the codes that a group with its key issues", [] {
  const tags tags;
  const code_sequence sequence(tags.format, key(counted_bytes()));
  CHECK(sequence.capacity() == 10000 && sequence.format().info().fingerprint == tags.format.info().fingerprint);
  const auto codes = sequence.codes(0, 50);
  CHECK(codes.size() == 50 && codes.width() == 4);
  for (std::uint64_t counter = 0; counter < 50; ++counter) {
    const auto issued = tags.registry.create_reference(tags.id).code;
    CHECK(codes[counter] == issued && sequence.code(counter) == issued && sequence.counter(issued) == counter);
  }
  const auto all = sequence.codes(0, 10000);
  CHECK(std::set<std::string_view>(all.begin(), all.end()).size() == 10000);
  const code_sequence numbers(format(format_options().preset(preset::digits).length(4).prefix("P").sequential(7)));
  CHECK(numbers.code(0) == "P0007" && numbers.counter("P0042") == std::uint64_t(35) && numbers.capacity() == 9993);

  code_sequence first(tags.format, key(counted_bytes()));
  const code_sequence second(std::move(first));
  CHECK(second.code(9) == codes[9]);
  CHECK(kind_of([&] { first.capacity(); }) == SERIALREF_STATUS_NULL_ARGUMENT);
});

static const check::test ends("counters beyond the end, other codes and wrong keys are refused", [] {
  const tags tags;
  const code_sequence few(tags.format, key(counted_bytes()));
  const code_sequence many(format_options().keyed(), key(counted_bytes()));
  const auto refuses = [](const code_sequence& sequence, std::uint64_t from, std::uint64_t count) {
    return kind_of([&] { sequence.codes(from, count); });
  };
  CHECK(few.codes(10000, 0).empty() && few.code(9999).size() == 4);
  CHECK(refuses(few, 10000, 1) == SERIALREF_STATUS_INDEX_INVALID && refuses(few, 10001, 0) == SERIALREF_STATUS_INDEX_INVALID);
  CHECK(refuses(few, 1, UINT64_MAX) == SERIALREF_STATUS_INDEX_INVALID);
  CHECK(kind_of([&] { few.code(10000); }) == SERIALREF_STATUS_INDEX_INVALID);
  CHECK(kind_of([&] { many.code(UINT64_MAX); }) == SERIALREF_STATUS_INDEX_INVALID);
  CHECK(refuses(many, 0, 10'000'001) == SERIALREF_STATUS_COUNT_INVALID);
  CHECK(many.capacity() == UINT64_MAX && many.counter(many.code(UINT64_MAX - 1)) == UINT64_MAX - 1);
  CHECK(!many.counter(std::string(25, 'A')));
  const auto foreign = thrown_by<error>([&] { few.counter("12x4"); });
  CHECK(foreign.kind() == SERIALREF_STATUS_CODE_INVALID && foreign.context().subject == "symbol");
  CHECK(foreign.context().position == 3);

  const format drawn, counted(format_options().sequential());
  const key given(counted_bytes()), none(std::array<std::uint8_t, 32>{});
  CHECK(kind_of([&] { code_sequence made(drawn); }) == SERIALREF_STATUS_NO_COUNTER);
  CHECK(kind_of([&] { code_sequence made(drawn, given); }) == SERIALREF_STATUS_NO_COUNTER);
  CHECK(kind_of([&] { code_sequence made(tags.format); }) == SERIALREF_STATUS_KEY_INVALID);
  CHECK(kind_of([&] { code_sequence made(tags.format, none); }) == SERIALREF_STATUS_KEY_INVALID);
  CHECK(kind_of([&] { code_sequence made(counted, given); }) == SERIALREF_STATUS_KEY_INVALID);
});

static const check::test schemes("a scheme says where it fits, what it finds and what belongs behind a body", [] {
  const std::string_view ten = "0123456789", six = "ABCDEF";
  CHECK(automatic_check_scheme(ten) == check_scheme::damm && automatic_check_scheme(six) == check_scheme::gumm);
  CHECK(fits(check_scheme::verhoeff, ten) && !fits(check_scheme::verhoeff, six) && fits(check_scheme::none, six));
  const auto found = detects(check_scheme::luhn, ten);
  CHECK(found.single_substitutions && !found.adjacent_transpositions && !found.twin_substitutions);
  CHECK(detects(check_scheme::iso7064_mod11_radix2, ten).jump_transpositions);
  CHECK(!detects(check_scheme::verhoeff, six).single_substitutions);
  CHECK(!detects(check_scheme::none, ten).single_substitutions);
  CHECK(compute(check_scheme::damm, ten, "572") == "4" && compute(check_scheme::automatic, ten, "572") == "4");
  CHECK(compute(check_scheme::iso7064_mod11_radix2, ten, "079") == "X" && compute(check_scheme::none, ten, "1").empty());
  CHECK(compute(check_scheme::iso7064_mod97_radix10, ten, "0").size() == 2);
  CHECK(kind_of([&] { compute(check_scheme::damm, six, "ABC"); }) == SERIALREF_STATUS_FORMAT_INVALID);
  CHECK(kind_of([] { automatic_check_scheme("AA"); }) == SERIALREF_STATUS_FORMAT_INVALID);
  CHECK(kind_of([&] { fits(check_scheme(99), ten); }) == SERIALREF_STATUS_ENUM_INVALID);
  const auto foreign = thrown_by<error>([&] { compute(check_scheme::damm, ten, "57x2"); });
  CHECK(foreign.kind() == SERIALREF_STATUS_CODE_INVALID && foreign.context().position == 3);
});

static const check::test written("what was typed is written as the format does, also where it is no code", [] {
  const format format(format_options().preset(preset::unambiguous32).length(8).prefix("AX-"));
  CHECK(format.canonical(" ax 7k2o-9vl3\n") == "AX-7K209V13" && format.canonical("ax7k2o9vl3") == "AX-7K209V13");
  CHECK(format.canonical(" ax-7k ") == "AX-7K" && format.canonical("").empty());
  CHECK(kind_of([&] { format.canonical("\xff"); }) == SERIALREF_STATUS_NOT_UTF8);
});

static const check::test counters("a counter goes on from a later number and never goes back", [] {
  const tags tags;
  tags.registry.advance_counter(tags.id, 100);
  CHECK(tags.registry.decode(tags.id, tags.registry.create_reference(tags.id).code).counter == std::uint64_t(100));
  for (const std::uint64_t next : {std::uint64_t(100), std::uint64_t(10001), UINT64_MAX}) {
    const auto refused = thrown_by<error>([&] { tags.registry.advance_counter(tags.id, next); });
    CHECK(refused.kind() == SERIALREF_STATUS_COUNTER_INVALID && refused.context().group == tags.id);
    CHECK(refused.context().present == 101 && refused.context().allowed == 10000);
  }
  tags.registry.advance_counter(tags.id, 10000);
  CHECK(thrown_by<exhausted>([&] { tags.registry.create_reference(tags.id); }).kind() == SERIALREF_STATUS_SPACE_EXHAUSTED);
});

static const check::test input("what a person typed is understood, and mistakes are named with their place", [] {
  const auto tag = format_options().preset(preset::unambiguous32).length(8).prefix("AX-").suffix("/B");
  const format format(format_options(tag).check(check_scheme::automatic).grouping(4));
  CHECK(format.info().check == check_scheme::gumm && format.info().width == 14);
  CHECK(format.validate(" ax-oI23 abcd-3/b\n") == "AX-0123ABCD3/B");
  CHECK(format.show("AX-0123ABCD3/B") == "AX-0123-ABCD-3/B");
  const auto swapped = refused(format, "AX-1023ABCD3/B");
  CHECK(swapped.subject == "check" && swapped.position == 12);
  const auto foreign = refused(format, "AX-01U3ABCD3/B");
  CHECK(foreign.subject == "symbol" && foreign.position == 6);
  CHECK(refused(format, "").subject == "length" && refused(format, "AY-0123ABCD3/B").subject == "prefix");
  CHECK(kind_of([&] { format.validate("\xff"); }) == SERIALREF_STATUS_NOT_UTF8);

  const registry registry("memory:");
  const auto id = registry.create_group(new_group::continuous("Tag").format(format));
  const auto made = registry.create_reference(id);
  CHECK(registry.lookup(format.show(made.code)).row == made.row);

  const serialref::format spaced(format_options(tag).check(check_scheme::luhn).grouping(2, ' '));
  CHECK(spaced.info().check == check_scheme::luhn && spaced.show("AX-0123ABCDX/B") == "AX-01 23 AB CD X/B");
});

static const check::test formats("a format that cannot be used is refused, with every fault", [] {
  CHECK(kind_of([] { format_options().grouping(0); }) == SERIALREF_STATUS_FORMAT_INVALID);
  CHECK(kind_of([] { format_options().guesses_below_one_in(0); }) == SERIALREF_STATUS_FORMAT_INVALID);
  const auto error = thrown_by<serialref::error>([] {
    format(format_options().preset(preset::letters).check(check_scheme::verhoeff).grouping(4, 'x').skip_words({"A"}));
  });
  CHECK(error.kind() == SERIALREF_STATUS_FORMAT_INVALID && error.details().size() == 3);
  CHECK(kind_of([] { format(format_options().check(check_scheme(99))); }) == SERIALREF_STATUS_ENUM_INVALID);
});

static const check::test words("words that are left out never appear, whatever the order", [] {
  const registry registry("memory:");
  const auto letters = format_options().symbols("ABDO").length(3).skip_words({"BAD", "OB"});
  const auto id = registry.create_group(new_group::batch("Tag").format(format_options(letters).keyed()));
  const auto made = registry.create_batch(id, 40);
  for (const auto code : made.codes) {
    CHECK(code != "BAD" && code.find("OB") == std::string_view::npos);
  }
  CHECK(refused(letters, "bad").subject == "word");
  CHECK(kind_of([&] { registry.decode(id, "BAD"); }) == SERIALREF_STATUS_CODE_INVALID);
});

static const check::test numbers("a code space is told in numbers", [] {
  const tags tags;
  for (int i = 0; i < 20; ++i) tags.registry.create_reference(tags.id);
  CHECK(tags.registry.delete_references(selection(filter().group(tags.id))).confirm().count == 20);
  tags.registry.create_reference(tags.id);
  const auto space = tags.registry.code_space(tags.id);
  CHECK(space.capacity == 10000 && space.issued == 21 && space.live == 1 && space.remaining == 9979);
  CHECK(space.density > 0.0020 && space.density < 0.0022 && !space.expected_redraws);
  CHECK(space.guess_probability > 0.00009 && space.guess_probability < 0.00011 && !space.is_below_one_in_10_000);

  const check::plant plant;
  plant.registry.create_reference(plant.valves);
  const auto random = plant.registry.code_space(plant.valves);
  CHECK(random.capacity == UINT64_MAX && random.remaining == UINT64_MAX && random.is_below_one_in_10_000);
  CHECK(random.expected_redraws && *random.expected_redraws < 1e-9);
  CHECK(kind_of([&] { plant.registry.code_space(group_id{}); }) == SERIALREF_STATUS_GROUP_NOT_FOUND);

  const format digits(format_options().preset(preset::digits));
  CHECK(digits.shortest_length(1'000'000, 10'000) == std::size_t(11));
  CHECK(!format(format_options().symbols("01")).shortest_length(UINT64_MAX, UINT64_MAX));
});

static const check::test guesses("what would make codes too easy to guess is refused like a limit", [] {
  const registry registry("memory:");
  const format demanding(format_options().preset(preset::digits).length(6).guesses_below_one_in(10'000));
  CHECK(demanding.info().most_live == std::uint64_t(99));
  const auto id = registry.create_group(new_group::batch("Packages").format(demanding));
  registry.create_batch(id, 99);
  const auto error = thrown_by<limit_reached>([&] { registry.create_batch(id, 1); });
  CHECK(error.context().limit == SERIALREF_LIMIT_GUESSES && error.context().allowed == 99);
  CHECK(registry.count() == 99 && registry.code_space(id).is_below_one_in_10_000);
});

static const check::test guide("what the guide shows works", [] {
  const serialref::registry registry("memory:");
  const serialref::format format(serialref::format_options()
                                     .preset(serialref::preset::unambiguous32)
                                     .length(11)
                                     .keyed()
                                     .check(serialref::check_scheme::automatic)
                                     .grouping(4)
                                     .skip_words({"SOLD"})
                                     .guesses_below_one_in(10'000));
  const auto tags = registry.create_group(serialref::new_group::continuous("Service tags").format(format));
  const auto issued = registry.create_reference(tags);

  // What is printed, what a person types, and what the code says about itself.
  std::cout << format.show(issued.code) << '\n';
  const auto typed = format.validate(" " + format.show(issued.code));
  const auto decoded = registry.decode(tags, typed);
  CHECK(decoded.may_be_issued && decoded.counter == std::uint64_t(0));

  // After an old backup was restored, and where others may know the key.
  registry.advance_counter(tags, 5000);
  const serialref::key before = registry.expose_key(tags);  // expose() gives the bytes for the vault
  registry.change_key(tags);

  const auto space = registry.code_space(tags);
  CHECK(space.live == 1 && space.is_below_one_in_10_000);
  CHECK(before != registry.expose_key(tags));
});

static const check::test guide_alone("what the guide shows without a registry works", [] {
  const serialref::format format(serialref::format_options()
                                     .preset(serialref::preset::unambiguous32)
                                     .length(11)
                                     .keyed()
                                     .check(serialref::check_scheme::automatic));
  const auto key = serialref::key::drawn();
  std::cout << "codes by key " << key.check_value() << '\n';  // six digits that may be shown
  auto secret = key.expose_text();                             // for the vault; key::parse() reads it
  serialref::wipe(secret.data(), secret.size());

  const serialref::code_sequence sequence(format, key);
  const auto codes = sequence.codes(0, 500);
  CHECK(sequence.counter(codes[499]) == std::uint64_t(499) && sequence.code(499) == codes[499]);

  const auto scheme = serialref::automatic_check_scheme("0123456789");
  CHECK(scheme == serialref::check_scheme::damm);
  CHECK(serialref::detects(scheme, "0123456789").adjacent_transpositions);
  CHECK(serialref::compute(scheme, "0123456789", "572") == "4");
  CHECK(format.canonical(" 1o23abcd ") == "1O23ABCD");  // no code, but in the letter case of the format
});

static const check::test imports("an import says what is available", [] {
  const check::plant plant;
  std::istringstream file("code\nP0101\nP0102\n");
  const auto made = plant.registry.review_import(plant.pumps, file).commit();
  CHECK(made.codes.size() == 2 && made.stock && made.stock->available == 2 && !made.stock->is_low);
});

static const check::test names("states have names, and names of groups are searched as the library does", [] {
  CHECK(name_of(state::void_) == "void" && name_of(state{}).empty());
  CHECK(name_contains("Pump AX-100", "ax-1") && !name_contains("Pump AX-100", "AX 1"));
  CHECK(kind_of([] { name_contains("\xff", "x"); }) == SERIALREF_STATUS_NOT_UTF8);
});

namespace {

std::string text_of(const char* object, const char* name) {
  char text[160];
  json_text_of(object, name, text, sizeof text);
  return text;
}

check_scheme scheme_of(const std::string& name) {
  static const std::map<std::string, check_scheme> all{
      {"", check_scheme::none},
      {"iso7064-mod-11-2", check_scheme::iso7064_mod11_radix2},
      {"iso7064-mod-37-2", check_scheme::iso7064_mod37_radix2},
      {"iso7064-mod-97-10", check_scheme::iso7064_mod97_radix10},
      {"iso7064-mod-11-10", check_scheme::iso7064_mod11_and10},
      {"iso7064-mod-37-36", check_scheme::iso7064_mod37_and36},
      {"luhn", check_scheme::luhn},
      {"damm", check_scheme::damm},
      {"verhoeff", check_scheme::verhoeff},
      {"weighted-sum", check_scheme::weighted_sum},
      {"gumm", check_scheme::gumm}};
  return all.at(name);
}

// A format of the vectors.
format_options options_of(const char* vector) {
  const auto from = json_member(vector, "format");
  auto options = format_options().symbols(text_of(from, "alphabet")).length(json_number_of(from, "length"));
  options.prefix(text_of(from, "prefix")).suffix(text_of(from, "suffix"));
  options.check(scheme_of(text_of(from, "check")));
  const auto order = json_member(from, "order");
  if (*order == '{') options.sequential(json_number_of(json_member(order, "sequential"), "start"));
  if (text_of(from, "order") == "keyed") options.keyed();
  if (const auto grouping = json_member(from, "grouping")) {
    options.grouping(static_cast<std::uint32_t>(json_number_of(grouping, "every")), text_of(grouping, "separator").at(0));
  }
  if (const auto list = json_member(from, "skipped_words")) {
    std::vector<std::string> left_out;
    for (auto word = json_first(list); word != nullptr; word = json_next(word)) {
      char text[40];
      json_text(word, text, sizeof text);
      left_out.push_back(text);
    }
    options.skip_words(left_out);
  }
  return options;
}

// The vectors that every language satisfies.
std::string all_vectors() {
  const char* const path = std::getenv("SERIALREF_VECTORS");
  CHECK(path != nullptr);
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

static const check::test keyed_vectors("counters have the codes of the vectors", [] {
  const auto content = all_vectors();
  std::size_t keyed_codes = 0;
  for (auto vector = json_first(json_member(content.c_str(), "keyed")); vector != nullptr; vector = json_next(vector)) {
    const registry registry("memory:");
    auto secret = key::parse(text_of(vector, "key"));
    // AES-256 of a block of zeros, as other programs compute it.
    CHECK(secret.expose_text() == text_of(vector, "key") && secret.check_value() == "3dd53c");
    const code_sequence sequence(options_of(vector), secret);
    const auto wanted = new_group::continuous("Vectors").format(options_of(vector)).key(std::move(secret));
    const auto id = registry.create_group(wanted);
    for (auto one = json_first(json_member(vector, "codes")); one != nullptr; one = json_next(one), ++keyed_codes) {
      const auto counter = json_number_of(one, "counter");
      CHECK(sequence.code(counter) == text_of(one, "code") && sequence.counter(text_of(one, "code")) == counter);
      CHECK(registry.decode(id, text_of(one, "code")).counter == counter);
      registry.advance_counter(id, counter);
      CHECK(registry.create_reference(id).code == text_of(one, "code"));
    }
  }
  CHECK(keyed_codes >= 94);
});

static const check::test check_vectors("check characters are those of the vectors, and others are found wrong", [] {
  const auto content = all_vectors();
  std::size_t cases = 0;
  for (auto vector = json_first(json_member(content.c_str(), "check")); vector != nullptr; vector = json_next(vector)) {
    const auto symbols = text_of(vector, "alphabet");
    const auto scheme = scheme_of(text_of(vector, "scheme"));
    std::set<std::string> promised;
    for (auto one = json_first(json_member(vector, "detects")); one != nullptr; one = json_next(one)) {
      char name[64];
      json_text(one, name, sizeof name);
      promised.insert(name);
    }
    const auto found = detects(scheme, symbols);
    CHECK(fits(scheme, symbols) && found.single_substitutions == (promised.count("all single substitutions") > 0));
    CHECK(found.adjacent_transpositions == (promised.count("all adjacent transpositions") > 0));
    CHECK(found.jump_transpositions == (promised.count("all jump transpositions") > 0));
    CHECK(found.twin_substitutions == (promised.count("all twin substitutions") > 0));
    for (auto one = json_first(json_member(vector, "cases")); one != nullptr; one = json_next(one), ++cases) {
      const auto body = text_of(one, "body"), check = text_of(one, "check");
      CHECK(compute(scheme, symbols, body) == check);
      const format format(format_options().symbols(symbols).length(body.size()).check(scheme));
      CHECK(format.info().check == scheme && format.info().width == body.size() + check.size());
      CHECK(format.matches(body + check) && format.validate(body + check) == body + check);
      for (const auto symbol : symbols) {
        CHECK(format.matches(body + symbol + check.substr(1)) == (symbol == check[0]));
      }
    }
  }
  CHECK(cases >= 96);
});

static const check::test automatic_vectors("the scheme that is automatic is that of the vectors", [] {
  const auto content = all_vectors();
  std::string symbols("!");
  for (auto one = json_first(json_member(content.c_str(), "automatic_from_2_symbols")); one != nullptr; one = json_next(one)) {
    char name[64];
    json_text(one, name, sizeof name);
    symbols.push_back(static_cast<char>(symbols.back() + 1));
    CHECK(format(format_options().symbols(symbols).check(check_scheme::automatic)).info().check == scheme_of(name));
    CHECK(automatic_check_scheme(symbols) == scheme_of(name));
  }
  CHECK(symbols.size() == 94);
});

static const check::test validation_vectors("what was typed is judged as the vectors say", [] {
  const auto content = all_vectors();
  std::size_t verdicts = 0;
  for (auto vector = json_first(json_member(content.c_str(), "validation")); vector != nullptr; vector = json_next(vector)) {
    const format format(options_of(vector));
    for (auto one = json_first(json_member(vector, "cases")); one != nullptr; one = json_next(one), ++verdicts) {
      const auto is_typed = text_of(one, "typed"), verdict = text_of(one, "verdict"), canonical = text_of(one, "canonical");
      CHECK(format.canonical(is_typed) == canonical);
      if (verdict == "ok") {
        CHECK(format.validate(is_typed) == canonical && format.matches(canonical));
      } else {
        const auto why = refused(format, is_typed);
        CHECK(why.subject == verdict && why.position == json_number_of(one, "position") && !format.matches(canonical));
      }
      CHECK(format.show(canonical) == text_of(one, "grouped"));
    }
  }
  CHECK(verdicts >= 27);
});
