// Exceptions, handles, threads.

#include "check.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <type_traits>

using namespace serialref;
using check::kind_of;
using check::plant;
using check::thrown_by;

static_assert(std::is_base_of_v<std::runtime_error, error>);
static_assert(std::is_base_of_v<error, not_found> && std::is_base_of_v<error, outcome_unknown>);
static_assert(std::is_nothrow_copy_constructible_v<error>, "an exception must not throw when it is copied");
static_assert(!std::is_copy_constructible_v<registry> && std::is_nothrow_move_constructible_v<registry>);
static_assert(!std::is_copy_constructible_v<codes> && std::is_nothrow_move_assignable_v<codes>);
static_assert(!std::is_copy_constructible_v<deletion> && !std::is_copy_constructible_v<review>);
static_assert(!std::is_convertible_v<group_id, batch_id>, "numbers of different things are different types");
#if __cplusplus >= 202002L
static_assert(std::forward_iterator<codes::iterator> && std::input_iterator<listing<reference>::iterator>);
#endif

static const check::test messages("an error has a sentence, a kind and a name", [] {
  const auto error = thrown_by<serialref::error>([] { registry("mysql://h/d"); });
  CHECK(error.kind() == SERIALREF_STATUS_STORE_URL_INVALID && name_of(error.kind()) == "STORE_URL_INVALID");
  CHECK(std::string(error.what()).find("memory:") != std::string::npos);
  CHECK(!version().empty());
});

static const check::test text("a text that is not UTF-8 is refused", [] {
  const plant plant;
  CHECK(kind_of([&] { plant.registry.rename_group(plant.pumps, "\xff"); }) == SERIALREF_STATUS_NOT_UTF8);
  CHECK(plant.registry.group(plant.pumps).name == "Pump");
});

static const check::test moved_from("what was moved from throws, whatever is asked of it", [] {
  plant plant;
  const auto made = plant.registry.create_batch(plant.pumps, 2);
  const registry owner = std::move(plant.registry);
  CHECK(kind_of([&] { plant.registry.count(); }) == SERIALREF_STATUS_NULL_ARGUMENT);
  auto pending = owner.delete_references(filter());
  const auto other = std::move(pending);
  CHECK(kind_of([&] { pending.confirm(); }) == SERIALREF_STATUS_NULL_ARGUMENT);
  CHECK(other.count() == 2);
  plant.registry = owner.acting_as("Line 3");
  CHECK(plant.registry.count() == 2);
});

static const check::test listing_without_registry("a listing whose registry is gone throws", [] {
  const auto all = [] {
    const plant plant;
    return plant.registry.all_references();
  }();
  CHECK(kind_of([&] { all.begin(); }) == SERIALREF_STATUS_HANDLE_INVALID);
});

static const check::test unknown_outcomes("after an unknown outcome the request id to repeat with is known", [] {
  error_context context;
  context.subject = "00112233-4455-6677-8899-aabbccddeeff";
  const auto error = thrown_by<outcome_unknown>(
      [&] { internal::fail(SERIALREF_STATUS_OUTCOME_UNKNOWN, "the reply was lost", context); });
  CHECK(error.request() == request_id::parse(context.subject));
  CHECK(!outcome_unknown(SERIALREF_STATUS_OUTCOME_UNKNOWN, "x").request());
});

static const check::test threads("threads share a registry and never get the same code", [] {
  const plant plant;
  std::vector<std::vector<std::string>> printed(4);
  std::vector<std::thread> lines;
  std::atomic<int> refused{0};
  for (auto& codes : printed) {
    lines.emplace_back([&] {
      for (int i = 0; i < 50; ++i) codes.push_back(plant.registry.create_reference(plant.valves).code);
      try {
        plant.registry.create_batch(plant.valves, 1);
      } catch (const error& error) {
        // Each thread has an error of its own.
        if (error.kind() == SERIALREF_STATUS_WRONG_KIND) ++refused;
      }
    });
  }
  for (auto& line : lines) line.join();
  std::set<std::string> distinct;
  for (const auto& codes : printed) distinct.insert(codes.begin(), codes.end());
  CHECK(distinct.size() == 200 && refused == 4);
});
