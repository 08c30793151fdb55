// Stores written in C++.

#include "check.hpp"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <stdexcept>

using namespace serialref;
using check::kind_of;
using check::thrown_by;

namespace {

// A store in memory that counts what it is asked to issue and fails when it is told to.
class counting_store : public store_over {
 public:
  struct told {
    std::atomic<int> appends{0};
    std::atomic<int> alive{0};
    std::function<void()> before_append = [] {};
  };

  explicit counting_store(told& to) : store_over("memory:"), told_(to) { ++told_.alive; }
  ~counting_store() override { --told_.alive; }

  void append(const serialref_append_plan& plan, sink& to) override {
    ++told_.appends;
    told_.before_append();
    store_over::append(plan, to);
    CHECK(to.answer() == SERIALREF_ANSWER_DONE || to.answer() == SERIALREF_ANSWER_REFUSED ||
          to.answer() == SERIALREF_ANSWER_REPEATED);
  }

 private:
  told& told_;
};

// A registry over such a store, with a group.
struct line {
  counting_store::told told;
  serialref::registry registry{std::make_unique<counting_store>(told)};
  group_id pumps = registry.create_group(new_group::batch("Pump"));
};

// A store that issues and then says that it did not.
class lying_store : public store_over {
 public:
  lying_store() : store_over("memory:") {}
  void inventory(const serialref_within& within, sink& to) override {
    store_over::inventory(within, to);
    const std::uint64_t in_state[9] = {0, 7, 0, 0, 0, 0, 0, 0, 0};
    to.inventory(in_state);
  }
};

}  // namespace

static const check::test owned("a store lives as long as the registries over it, and no longer", [] {
  counting_store::told told;
  {
    const auto acting = [&] {
      const registry registry(std::make_unique<counting_store>(told), open_options().limits(limits().max_groups(1)));
      CHECK(registry.limits().max_groups() == std::uint64_t{1});
      return registry.acting_as("Line 3");
    }();
    CHECK(told.alive == 1 && acting.count() == 0);
  }
  CHECK(told.alive == 0);
  CHECK(kind_of([] { registry(std::unique_ptr<store>()); }) == SERIALREF_STATUS_NULL_ARGUMENT);
});

static const check::test overridden("what a store overrides is called, and the store below does the rest", [] {
  line line;
  const auto batch = line.registry.create_batch(line.pumps, new_batch(20).request(request_id::of_text("1")));
  CHECK(line.told.appends == 1 && batch.codes.size() == 20 && line.registry.count() == 20);
  CHECK(line.registry.create_batch(line.pumps, new_batch(20).request(request_id::of_text("1"))).repeated);
  const auto one = selection::code(batch.codes[0]);
  line.registry.transition(one, state::commissioned);
  CHECK(line.registry.inventory(line.pumps).counts[state::commissioned] == 1);
  CHECK(line.registry.claim(line.pumps, new_claim(2).holder("Line 3")).references.size() == 2);
  CHECK(line.registry.history(batch.codes[0]).size() == 2);
  CHECK(line.registry.delete_references(one).confirm().count == 1);
});

static const check::test thrown("what a store throws reaches the caller, and nothing is issued", [] {
  line line;
  const auto issue = [&] { line.registry.create_batch(line.pumps, 1); };
  line.told.before_append = [] { throw foreign_error(-4711, "the tape is torn"); };
  const auto foreign = thrown_by<foreign_error>(issue);
  CHECK(foreign.code() == -4711 && foreign.text() == "the tape is torn" && foreign.kind() == SERIALREF_STATUS_STORE_FOREIGN);
  line.told.before_append = [] { throw std::logic_error("a bug"); };
  CHECK(thrown_by<foreign_error>(issue).text() == "a bug");
  line.told.before_append = [] { throw 7; };
  CHECK(!thrown_by<foreign_error>(issue).text().empty());
  line.told.before_append = [] { throw error(SERIALREF_STATUS_LIMIT_REACHED, "a limit of its own"); };
  CHECK(thrown_by<foreign_error>(issue).text() == "a limit of its own");
  for (const auto kind : {SERIALREF_STATUS_STORE_BUSY, SERIALREF_STATUS_STORE_UNAVAILABLE, SERIALREF_STATUS_STORE_CORRUPT,
                          SERIALREF_STATUS_STORE_CONTRACT, SERIALREF_STATUS_OUTCOME_UNKNOWN}) {
    line.told.before_append = [kind] { throw error(kind, "not now"); };
    CHECK(kind_of(issue) == kind);
  }
  CHECK(line.registry.count() == 0);
});

static const check::test lies("what a store answers that cannot be true breaks the contract", [] {
  const registry registry(std::make_unique<lying_store>());
  CHECK(kind_of([&] { registry.inventory(); }) == SERIALREF_STATUS_STORE_CONTRACT);
});

static const check::test selftests("a store can be tested, case by case", [] {
  counting_store::told told;
  std::vector<selftest_case> cases;
  const store_factory good{[&](const std::string&) { return std::make_unique<counting_store>(told); }};
  const auto result = selftest(good, [&](const selftest_case& one) { cases.push_back(one); }, "s03");
  CHECK(result.failed == 0 && result.passed == cases.size() && result.passed > 0 && told.alive == 0);
  CHECK(cases[0].rule == "S3" && cases[0].name.rfind("s03", 0) == 0 && cases[0].message.empty() && cases[0].passed);

  int failures = 0;
  const store_factory bad{[](const std::string&) { return std::make_unique<lying_store>(); }};
  const auto found = selftest(bad, [&](const selftest_case& one) { failures += one.passed ? 0 : 1; }, "s17");
  CHECK(found.failed > 0 && static_cast<int>(found.failed) == failures);

  const store_factory none{[](const std::string&) -> std::unique_ptr<store> { throw std::runtime_error("no room"); }};
  CHECK(selftest(none, {}, "s03").failed == result.passed);
  CHECK(kind_of([&] { selftest(good, {}, "no such case"); }) == SERIALREF_STATUS_OPTION_INVALID);
  CHECK(thrown_by<std::logic_error>([&] {
          selftest(good, [](const selftest_case&) { throw std::logic_error("enough"); }, "s03");
        }).what() == std::string("enough"));
});

static const check::test places("a store that keeps its data is tested with places of its own", [] {
  int made = 0, removed = 0;
  // Nothing is kept, which is what the cases about opening again then find.
  store_factory factory{[&](const std::string& place) -> std::unique_ptr<store> {
    CHECK(place.rfind("place ", 0) == 0);
    return std::make_unique<lying_store>();
  }};
  factory.create = [&] { return "place " + std::to_string(++made); };
  factory.discard = [&](const std::string&) { ++removed; };
  selftest(factory, {}, "s03");
  CHECK(made > 0 && made == removed);
});

static const check::test older("a table is handed to an older library only as far as that knows its members", [] {
  counting_store::told told;
  auto made = serialref_init<serialref_store>();
  // As if `details`, the last member, were one that the library does not have.
  made.struct_size = offsetof(serialref_store, details);
  CHECK(internal::hand_over(internal::table_of(std::make_unique<counting_store>(told)), &made) != 0);
  CHECK(told.alive == 0 && made.ctx == nullptr && made.create_group == nullptr);

  auto table = internal::table_of(std::make_unique<counting_store>(told));
  table.details = nullptr;
  CHECK(internal::hand_over(table, &made) == 0 && told.alive == 1);
  CHECK(made.ctx == table.ctx && made.inventory != nullptr && made.struct_size == offsetof(serialref_store, details));
  made.destroy(made.ctx);
  CHECK(told.alive == 0);
});
