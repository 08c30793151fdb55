// Groups, formats and issuing.

#include "check.hpp"

#include <algorithm>
#include <limits>
#include <set>

using namespace serialref;
using check::kind_of;
using check::plant;
using check::thrown_by;

static const check::test codes_are_a_range("codes of a batch are a range of texts", [] {
  const plant plant;
  const auto made = plant.registry.create_batch(plant.pumps, new_batch(20).name("Order 4711"));
  CHECK(made.codes.size() == 20 && made.codes.width() == 5 && !made.codes.empty());
  CHECK(made.codes[0] == "P0001" && made.codes[19] == "P0020");
  CHECK(std::string(made.codes[0].data()) == "P0001");

  const std::vector<std::string> copies(made.codes.begin(), made.codes.end());
  CHECK(copies.size() == 20 && copies.front() == "P0001" && copies.back() == "P0020");
  CHECK(std::find(made.codes.begin(), made.codes.end(), "P0007") != made.codes.end());
  std::set<std::string_view> distinct;
  for (const auto code : made.codes) distinct.insert(code);
  CHECK(distinct.size() == 20);
  CHECK(kind_of([&] { (void)made.codes[20]; }) == SERIALREF_STATUS_INDEX_INVALID);

  const auto batch = plant.registry.batch(plant.pumps, made.id);
  CHECK(batch.name == "Order 4711" && batch.size == 20 && batch.live == 20 && batch.created_at == made.created_at);
  CHECK(made.stock && made.stock->available == 20 && !made.stock->is_low && !made.repeated);
});

static const check::test codes_outlive("codes outlive the registry and can be moved", [] {
  auto made = [] {
    const plant plant;
    return plant.registry.create_batch(plant.pumps, 3);
  }();
  const codes moved = std::move(made.codes);
  CHECK(moved[2] == "P0003");
});

static const check::test continuous("a Continuous group issues one reference at a time", [] {
  const plant plant;
  const auto first = plant.registry.create_reference(plant.valves);
  const auto second = plant.registry.create_reference(plant.valves);
  CHECK(first.code.size() == 25 && first.code != second.code);
  CHECK(first.row == row_id{1} && second.row == row_id{2} && first.row < second.row);
  CHECK(first.group == plant.valves && !first.batch && !first.claim && first.state == state::available);
  const auto now = std::chrono::system_clock::now();
  CHECK(first.created_at <= now && now - first.created_at < std::chrono::hours(1));
  CHECK(kind_of([&] { plant.registry.create_batch(plant.valves, 2); }) == SERIALREF_STATUS_WRONG_KIND);
});

static const check::test request_ids("a request id that is used again gives the same and issues nothing", [] {
  const plant plant;
  const auto order = request_id::of_text("Order 4711, batch 1");
  const auto first = plant.registry.create_batch(plant.pumps, new_batch(2).request(order));
  const auto again = plant.registry.create_batch(plant.pumps, new_batch(2).request(order));
  CHECK(!first.repeated && again.repeated && again.id == first.id && again.codes[1] == first.codes[1] && !again.stock);
  CHECK(plant.registry.count() == 2);
  CHECK(kind_of([&] { plant.registry.create_batch(plant.pumps, new_batch(3).request(order)); }) ==
        SERIALREF_STATUS_REQUEST_MISMATCH);

  const auto one = plant.registry.create_reference(plant.valves, new_reference().request(request_id::of_text("x")));
  const auto same = plant.registry.create_reference(plant.valves, new_reference().request(request_id::of_text("x")));
  CHECK(!one.repeated && same.repeated && one.reference.code == same.reference.code);
});

static const check::test request_id_texts("a request id is written and read as a UUID", [] {
  const auto id = request_id::parse("00112233-4455-6677-8899-aabbccddeeff");
  CHECK(id.bytes[0] == 0x00 && id.bytes[15] == 0xff);
  CHECK(id.to_string() == "00112233-4455-6677-8899-aabbccddeeff" && request_id::parse(id.to_string()) == id);
  CHECK(request_id::parse("00112233445566778899AABBCCDDEEFF") == id);
  CHECK(kind_of([] { request_id::parse("4711"); }) == SERIALREF_STATUS_REQUEST_ID_INVALID);
  CHECK(kind_of([] { new_batch(1).request(request_id()); }) == SERIALREF_STATUS_REQUEST_ID_INVALID);
  CHECK(request_id::of_text("a") != request_id::of_text("b"));
});

static const check::test formats("a format says what its codes look like", [] {
  const format made(format_options().symbols("01").exclude("").length(8).sequential(0).prefix("<").suffix(">"));
  const auto info = made.info();
  CHECK(info.symbols == "01" && info.prefix == "<" && info.suffix == ">" && info.length == 8 && info.width == 10);
  CHECK(info.capacity == 256 && info.start == 0 && info.order == order::sequential && info.bits == 8.0);
  CHECK(made.matches("<00000001>") && !made.matches("<0000000x>") && !made.matches(""));
  made.check("<11111111>");
  CHECK(kind_of([&] { made.check("<111>"); }) == SERIALREF_STATUS_NOT_IN_FORMAT);

  const registry registry("memory:");
  const auto id = registry.create_group(new_group::continuous("Bits").format(made));
  CHECK(registry.create_reference(id).code == "<00000000>");
  CHECK(registry.format_of(id).info().fingerprint == info.fingerprint);
  CHECK(format().info().width == 25 && format().info().order == order::random);
});

static const check::test all_faults("a format that cannot be used names everything that is wrong", [] {
  const auto error = thrown_by<serialref::error>([] { format(format_options().symbols("a").length(65)); });
  CHECK(error.kind() == SERIALREF_STATUS_FORMAT_INVALID && error.details().size() >= 2);
  for (const auto& detail : error.details()) CHECK(!detail.message.empty());
  CHECK(kind_of([] { format_options().length(0); }) == SERIALREF_STATUS_FORMAT_INVALID);
  CHECK(kind_of([] { format_options().symbols(""); }) == SERIALREF_STATUS_FORMAT_INVALID);
});

static const check::test groups("a group has what it was created with, and what was changed", [] {
  const registry registry("memory:");
  const auto id = registry.create_group(new_group::batch("Pumpe Größe 7")
                                            .description("d")
                                            .unique_in(scope::group)
                                            .limits(limits().max_live(7).max_batch(0))
                                            .field("Colour")
                                            .warranty("24 months from commissioned")
                                            .public_name("Pump")
                                            .public_description("A pump")
                                            .low_stock(5));
  auto group = registry.group(id);
  CHECK(group.id == id && group.name == "Pumpe Größe 7" && group.description == "d" && group.kind == kind::batch);
  CHECK(group.scope == scope::group && group.public_name == "Pump" && group.public_description == "A pump");
  CHECK(group.limits.max_live() == std::uint64_t{7} && group.limits.max_batch() == std::uint64_t{0});
  CHECK(!group.limits.max_value() && group.low_stock == 5 && group.warranty == "24 months from commissioned");
  CHECK(group.capacity == std::numeric_limits<std::uint64_t>::max() && group.live == 0 && group.issued == 0);

  registry.rename_group(id, "Pump");
  registry.describe_group(id, "");
  registry.set_group_limits(id, limits().max_live(unlimited));
  registry.set_public_text(id, "P", "Q");
  registry.set_low_stock(id, 0);
  registry.set_group_warranty(id, "none");
  registry.add_field(id, new_field("Size").default_value("L"));
  registry.rename_field(id, "Size", "Width");
  registry.retire_field(id, "Colour");
  group = registry.group(id);
  CHECK(group.name == "Pump" && group.description.empty() && group.public_name == "P" && group.low_stock == 0);
  CHECK(group.limits.max_live() == unlimited && !group.limits.max_batch() && group.warranty == "none");
  const auto fields = registry.fields(id);
  CHECK(fields.size() == 2 && fields[0].is_retired && fields[1].name == "Width" && fields[1].default_value == "L");
  CHECK(registry.find_group("Pump") == id && !registry.find_group("Pumpe Größe 7"));
});

static const check::test limit("a call that would pass a limit issues nothing and says which limit", [] {
  const plant plant;
  plant.registry.set_group_limits(plant.pumps, limits().max_live(10));
  plant.registry.create_batch(plant.pumps, 8);
  const auto error = thrown_by<limit_reached>([&] { plant.registry.create_batch(plant.pumps, 3); });
  const auto& context = error.context();
  CHECK(error.kind() == SERIALREF_STATUS_LIMIT_REACHED && context.limit == SERIALREF_LIMIT_LIVE_REFERENCES);
  CHECK(context.allowed == 10 && context.present == 8 && context.asked == 3 && context.group == plant.pumps);
  CHECK(plant.registry.group(plant.pumps).live == 8);
});

static const check::test registry_limits("limits of a registry are given when it is opened and changed later", [] {
  const registry registry("memory:", open_options().limits(limits().max_groups(1).min_search_term(2)));
  auto now = registry.limits();
  CHECK(now.max_groups() == std::uint64_t{1} && now.min_search_term() == std::uint64_t{2});
  CHECK(now.max_live() == std::uint64_t{1000} && now.max_batch() == std::uint64_t{500});
  registry.create_group(new_group::batch("a"));
  (void)thrown_by<limit_reached>([&] { registry.create_group(new_group::batch("b")); });
  registry.set_limits(limits().max_groups(unlimited));
  registry.create_group(new_group::batch("b"));
  now = registry.limits();
  CHECK(now.max_groups() == unlimited && now.min_search_term() == std::uint64_t{2});
});

static const check::test space("a space that is used up is exhausted", [] {
  const registry registry("memory:");
  const auto id = registry.create_group(
      new_group::batch("Ten").format(format_options().preset(preset::digits).length(1)));
  CHECK(registry.create_batch(id, 10).codes.size() == 10);
  const auto error = thrown_by<exhausted>([&] { registry.create_batch(id, 1); });
  CHECK(error.kind() == SERIALREF_STATUS_SPACE_EXHAUSTED && error.context().asked == 1);
});
