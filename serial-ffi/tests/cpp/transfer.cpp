// Files, streams, snapshots, copies.

#include "check.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <streambuf>

using namespace serialref;
using check::kind_of;
using check::plant;
using check::thrown_by;

namespace {

// A stream buffer that takes or gives a few bytes and then throws.
struct breaking_buffer : std::streambuf {
  int_type overflow(int_type) override { throw std::logic_error("the printer is on fire"); }
  int_type underflow() override { throw std::logic_error("the tape is torn"); }
};

// A file that is removed before and after.
struct file {
  std::string path;
  explicit file(const char* name) : path(name) { std::remove(name); }
  ~file() {
    for (const auto* end : {"", "-wal", "-shm", "-turn"}) std::remove((path + end).c_str());
  }
};

}  // namespace

static const check::test exports("references are written to a stream", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 20);
  std::ostringstream csv;
  CHECK(plant.registry.export_to(csv, filter().group(plant.pumps)) == 20);
  CHECK(csv.str().rfind("group,code,created", 0) == 0 && csv.str().find("P0020") != std::string::npos);
  std::ostringstream json;
  CHECK(plant.registry.export_to(json, selection::code("P0007"), file_format::json_lines) == 1);
  CHECK(json.str().find("\"code\":\"P0007\"") != std::string::npos);
  CHECK(kind_of([&] { plant.registry.export_to(json, filter(), file_format::semicolons); }) ==
        SERIALREF_STATUS_ENUM_INVALID);
});

static const check::test failing_streams("a stream that fails ends the call, and what it throws comes back", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 20);
  std::ostringstream broken;
  broken.setstate(std::ios::badbit);
  CHECK(kind_of([&] { plant.registry.export_to(broken, filter()); }) == SERIALREF_STATUS_TRANSFER_FAILED);

  breaking_buffer buffer;
  std::ostream out(&buffer);
  out.exceptions(std::ios::badbit);
  CHECK(thrown_by<std::logic_error>([&] { plant.registry.export_to(out, filter()); }).what() ==
        std::string("the printer is on fire"));
  std::istream in(&buffer);
  CHECK(thrown_by<std::logic_error>([&] { (void)plant.registry.review_import(plant.pumps, in); }).what() ==
        std::string("the tape is torn"));
  std::istream nothing(nullptr);
  CHECK(kind_of([&] { (void)plant.registry.review_import(plant.pumps, nothing); }) == SERIALREF_STATUS_TRANSFER_FAILED);
  CHECK(plant.registry.count() == 20);
});

static const check::test imports("a review names every fault, and the good rows can be imported", [] {
  const plant plant;
  std::istringstream in("code,Colour\nP0001,red\nP0002,blue\nQ0003,red\n");
  in.exceptions(std::ios::failbit | std::ios::badbit);
  const auto review = plant.registry.review_import(plant.pumps, in, import_options().batch_name("Old stock"));
  CHECK(review.rows() == 3 && review.good() == 2 && review.fault_count() == 1);
  const auto faults = review.faults();
  CHECK(faults.size() == 1 && faults[0].line == std::uint64_t{4} && !faults[0].message.empty());
  const auto error = thrown_by<serialref::error>([&] { review.commit(); });
  CHECK(error.kind() == SERIALREF_STATUS_IMPORT_FAULTY && error.details()[0].line == std::uint64_t{4});
  CHECK(plant.registry.count() == 0);
  const auto imported = review.commit_good();
  CHECK(imported.codes.size() == 2 && imported.codes[1] == "P0002" && imported.batch && !imported.repeated);
  CHECK(review.commit_good().repeated && review.request() != request_id());
  CHECK(plant.registry.batch(plant.pumps, *imported.batch).name == "Old stock");
  CHECK(plant.registry.attributes("P0002")[0].value == "blue");
});

static const check::test import_forms("a file may be JSON Lines, have semicolons, or have no codes", [] {
  const plant plant;
  std::istringstream json("{\"code\":\"P0001\",\"Colour\":\"blue\"}\n");
  plant.registry.review_import(plant.pumps, json, import_options().file(file_format::json_lines)).commit();
  std::istringstream semicolons("code;Colour\nP0002;green\n");
  plant.registry.review_import(plant.pumps, semicolons, import_options().file(file_format::semicolons)).commit();
  std::istringstream colours("Colour\nblack\nwhite\n");
  const auto order = request_id::of_text("colours");
  const auto made =
      plant.registry.review_import(plant.pumps, colours, import_options().issue_codes().request(order)).commit();
  CHECK(made.codes[0] == "P0003" && made.codes[1] == "P0004");
  CHECK(plant.registry.attributes("P0001")[0].value == "blue" && plant.registry.attributes("P0002")[0].value == "green");
  CHECK(plant.registry.attributes("P0004")[0].value == "white");
});

static const check::test files("what is exported into a file is imported from it", [] {
  const file csv("references.csv");
  const plant from;
  from.registry.create_batch(from.pumps, 20);
  CHECK(from.registry.export_file(csv.path, filter()) == 20);
  const plant to;
  CHECK(to.registry.review_import_file(to.pumps, csv.path).commit().codes.size() == 20);
  CHECK(kind_of([&] { (void)to.registry.review_import_file(to.pumps, "no/such.csv"); }) == SERIALREF_STATUS_TRANSFER_FAILED);
});

static const check::test snapshots("a snapshot holds all of a store in memory", [] {
  const file snapshot("snapshot.json");
  const plant plant;
  plant.registry.create_batch(plant.pumps, 5);
  plant.registry.delete_references(selection::code("P0005")).confirm();
  plant.registry.save_snapshot(snapshot.path);
  const auto again = registry::from_snapshot(snapshot.path, open_options().limits(limits().max_live(5)));
  CHECK(again.count() == 4 && again.create_batch(plant.pumps, 1).codes[0] == "P0006");
  (void)thrown_by<limit_reached>([&] { again.create_batch(plant.pumps, 1); });
  std::ofstream(snapshot.path) << "nonsense";
  CHECK(kind_of([&] { registry::from_snapshot(snapshot.path); }) == SERIALREF_STATUS_SNAPSHOT_INVALID);
  CHECK(kind_of([&] { plant.registry.backup("copy.db"); }) == SERIALREF_STATUS_OPTION_INVALID);
});

static const check::test durable("an SQLite file keeps what was issued and can be copied", [] {
  const file line("line.db");
  const file copy("copy.db");
  {
    const registry registry("sqlite:line.db", open_options().patience(std::chrono::seconds(2)));
    const auto pumps = registry.create_group(new_group::batch("Pump"));
    registry.create_batch(pumps, 20);
    registry.check_integrity();
    registry.backup(copy.path);
    CHECK(kind_of([&] { registry.save_snapshot("snapshot.json"); }) == SERIALREF_STATUS_OPTION_INVALID);
  }
  for (const auto* url : {"sqlite:line.db", "sqlite:copy.db"}) {
    CHECK(registry(url, open_options().must_exist().durability(durability::full)).count() == 20);
  }
  (void)thrown_by<store_unavailable>([] { registry("sqlite:no-such.db", open_options().must_exist()); });
});
