// Paging, searching, finding, deleting.

#include "check.hpp"

#include <set>

using namespace serialref;
using check::kind_of;
using check::plant;
using check::thrown_by;

static const check::test pages("pages follow each other by cursor", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 25);
  std::vector<std::string> seen;
  paging which = paging().size(10);
  for (;;) {
    const auto page = plant.registry.references(filter().group(plant.pumps), which);
    for (const auto& reference : page) seen.push_back(reference.code);
    CHECK(!page.total);
    if (page.next.empty()) break;
    which.after(page.next);
  }
  CHECK(seen.size() == 25 && seen.front() == "P0001" && seen.back() == "P0025");
});

static const check::test numbered("a page that is asked for by number has a total", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 25);
  const auto page = plant.registry.references(filter(), paging().size(10).page(3).newest_first());
  CHECK(page.total == std::uint64_t{25} && page.size() == 5 && page[0].code == "P0005" && !page.empty());
  CHECK(kind_of([] { paging().page(0); }) == SERIALREF_STATUS_PAGE_INVALID);
  CHECK(kind_of([] { paging().size(0); }) == SERIALREF_STATUS_PAGE_INVALID);
  CHECK(kind_of([&] { plant.registry.references({}, paging().size(10'001)); }) == SERIALREF_STATUS_PAGE_INVALID);
  CHECK(kind_of([] { paging().after(""); }) == SERIALREF_STATUS_CURSOR_INVALID);
  CHECK(kind_of([&] { plant.registry.references({}, paging().after("x")); }) == SERIALREF_STATUS_CURSOR_INVALID);
});

static const check::test listings("a listing goes through all pages, as often as one likes", [] {
  plant plant;
  plant.registry.set_limits(limits().max_live(unlimited).max_batch(unlimited));
  plant.registry.create_batch(plant.pumps, 2500);
  plant.registry.create_reference(plant.valves);
  const auto all = plant.registry.all_references(filter().group(plant.pumps));
  // What the listing reads from is the store, wherever the object goes.
  const registry moved = std::move(plant.registry);
  for (int round = 0; round < 2; ++round) {
    std::set<std::string> seen;
    for (const auto& reference : all) seen.insert(reference.code);
    CHECK(seen.size() == 2500);
  }
  CHECK(all.begin()->code == "P0001");
  std::size_t groups = 0;
  for (const auto& group : moved.all_groups()) groups += group.name.empty() ? 0 : 1;
  CHECK(groups == 2);
  for (const auto& group : moved.all_groups("pum")) CHECK(group.id == plant.pumps);
  for (const auto& batch : moved.all_batches(plant.pumps)) CHECK(batch.size == 2500);
  for (const auto& reference : moved.all_references(filter().containing("zzz"))) CHECK(reference.code.empty());
  CHECK(kind_of([&] { moved.all_batches(group_id{77}).begin(); }) == SERIALREF_STATUS_GROUP_NOT_FOUND);
});

static const check::test filters("filters hold together", [] {
  const plant plant;
  const auto first = plant.registry.create_batch(plant.pumps, 20);
  const auto second = plant.registry.create_batch(plant.pumps, new_batch(20).attribute("Colour", "blue"));
  const auto count = [&](const filter& wanted) { return plant.registry.count(wanted); };
  CHECK(count(filter().batch(plant.pumps, second.id)) == 20);
  CHECK(count(filter().containing("p003")) == 10);
  CHECK(count(filter().batch(plant.pumps, first.id).containing("p003")) == 0);
  CHECK(count(filter().group(plant.pumps).having("Colour", "blue")) == 20);
  CHECK(count(filter().in_state(state::available)) == 40 && count(filter().in_state(state::void_)) == 0);
  CHECK(count(filter().created_before(first.created_at)) == 0);
  CHECK(count(filter().created_from(first.created_at)) == 40);
  CHECK(plant.registry.batches(plant.pumps).size() == 2);
});

static const check::test guards("a filter that names nothing is refused, and never means everything", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 3);
  CHECK(kind_of([] { filter().group(group_id{}); }) == SERIALREF_STATUS_GROUP_NOT_FOUND);
  CHECK(kind_of([] { filter().batch(group_id{1}, batch_id{}); }) == SERIALREF_STATUS_BATCH_NOT_FOUND);
  CHECK(kind_of([] { filter().containing(""); }) == SERIALREF_STATUS_SEARCH_TERM_TOO_SHORT);
  CHECK(kind_of([] { filter().having("", "red"); }) == SERIALREF_STATUS_FIELD_NOT_FOUND);
  CHECK(plant.registry.count(filter().created_before(moment())) == 0);
  CHECK(plant.registry.delete_references(selection::codes({})).count() == 0);
  CHECK(plant.registry.delete_references(selection::references(std::vector<reference>())).count() == 0);
  CHECK(kind_of([&] { plant.registry.count(filter().containing("P0")); }) == SERIALREF_STATUS_SEARCH_TERM_TOO_SHORT);
  CHECK(kind_of([&] { plant.registry.inventory(group_id{}); }) == SERIALREF_STATUS_GROUP_NOT_FOUND);
  CHECK(kind_of([] { transition(state::encoded).held_by(claim_id{}); }) == SERIALREF_STATUS_CLAIM_NOT_FOUND);
});

static const check::test lookups("a code is found as it was typed, and one that is not there is not", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 3);
  CHECK(plant.registry.lookup(" p0002\n").row == row_id{2});
  CHECK(plant.registry.lookup(plant.pumps, "P0003").code == "P0003");
  CHECK(plant.registry.find("P0001")->code == "P0001" && !plant.registry.find("P0004"));
  const auto error = thrown_by<not_found>([&] { plant.registry.lookup("P0004"); });
  CHECK(error.kind() == SERIALREF_STATUS_REFERENCE_NOT_FOUND);
  CHECK(kind_of([&] { plant.registry.lookup(group_id{77}, "P0001"); }) == SERIALREF_STATUS_REFERENCE_NOT_FOUND);
});

static const check::test ambiguous("a code that several groups have is ambiguous, and the groups are named", [] {
  const registry registry("memory:");
  const auto digits = format_options().preset(preset::digits).length(3).sequential();
  for (const auto name : {"a", "b"}) {
    const auto id = registry.create_group(new_group::continuous(name).format(digits).unique_in(scope::group));
    registry.create_reference(id);
  }
  const auto error = thrown_by<serialref::error>([&] { registry.find("001"); });
  CHECK(error.kind() == SERIALREF_STATUS_AMBIGUOUS && error.details().size() == 2 && error.details()[1].group);
  CHECK(registry.lookup_all("001").size() == 2 && registry.lookup_all("002").empty());
  const auto one = registry.delete_references(selection::code("001").in(*registry.find_group("b")));
  CHECK(one.confirm().count == 1 && registry.lookup("001").group == *registry.find_group("a"));
});

static const check::test deletions("deleting takes two steps and leaves alone what is not there", [] {
  const plant plant;
  const auto made = plant.registry.create_batch(plant.pumps, 20);
  const auto some = plant.registry.delete_references(selection::codes({"P0001", "P0002", "P9999"}));
  CHECK(some.count() == 2 && some.left_alone_count() == 1 && some.left_alone()[0].code == "P9999" && !some.group());
  CHECK(some.sample().size() == 2 && plant.registry.count() == 20);
  CHECK(some.confirm().count == 2 && plant.registry.count() == 18);
  const auto again = some.confirm();
  CHECK(again.count == 0 && again.already_gone == 2);

  const auto page = plant.registry.references(filter(), paging().size(5));
  CHECK(plant.registry.delete_references(selection::references(page)).confirm().count == 5);
  CHECK(plant.registry.delete_references(selection::reference(plant.registry.lookup("P0008"))).confirm().count == 1);
  CHECK(plant.registry.delete_references(selection::codes(made.codes)).confirm().count == 12);
  CHECK(plant.registry.create_batch(plant.pumps, 1).codes[0] == "P0021");

  const auto whole = plant.registry.delete_group(plant.pumps);
  CHECK(whole.group() == plant.pumps && whole.count() == 1);
  plant.registry.create_batch(plant.pumps, 1);
  CHECK(kind_of([&] { whole.confirm(); }) == SERIALREF_STATUS_CHANGED_MEANWHILE);
  CHECK(plant.registry.delete_group(plant.pumps).confirm().count == 2);
  CHECK(!plant.registry.find_group("Pump"));
});
