// Claims, states, attributes, warranty, history, inventory, and what customers see.

#include "check.hpp"

using namespace serialref;
using check::kind_of;
using check::plant;
using check::thrown_by;

static const check::test claims("a claim takes the oldest available references and gives back what is not used", [] {
  const plant plant;
  const auto batch = plant.registry.create_batch(plant.pumps, 10);
  const auto line = plant.registry.acting_as("Line 3");
  const auto claim = line.claim(plant.pumps, new_claim(4).from_batch(batch.id).expires_after(std::chrono::hours(1)));
  CHECK(claim.references.size() == 4 && claim.references[0].code == "P0001" && claim.stock->available == 6);
  CHECK(claim.references[0].claim == claim.id && claim.references[0].state == state::allocated);
  CHECK(claim.expires_at && *claim.expires_at - claim.created_at == std::chrono::hours(1));
  line.transition(selection::reference(claim.references[0]), transition(state::encoded).held_by(claim.id));
  CHECK(line.claimed(plant.pumps, claim.id).references[0].state == state::encoded);
  (void)thrown_by<transition_refused>([&] {
    line.transition(selection::reference(claim.references[1]), transition(state::encoded).held_by(claim_id{77}));
  });
  CHECK(line.return_claim(plant.pumps, claim.id) == 3 && line.return_expired(plant.pumps) == 0);
  const auto error = thrown_by<exhausted>([&] { line.claim(plant.pumps, 10); });
  CHECK(error.kind() == SERIALREF_STATUS_TOO_FEW_AVAILABLE && error.context().present == 9);
  CHECK(kind_of([&] { plant.registry.claim(plant.pumps, 1); }) == SERIALREF_STATUS_HOLDER_REQUIRED);
  CHECK(plant.registry.claim(plant.pumps, new_claim(1).holder("Order 7")).references.size() == 1);
  CHECK(kind_of([] { new_claim(1).expires_after(std::chrono::seconds(0)); }) == SERIALREF_STATUS_TIMESTAMP_INVALID);
  // The first moment of all times is a moment too, and long past.
  CHECK(line.claim(plant.pumps, new_claim(1).expires_at(moment())).expires_at);
  CHECK(line.return_expired(plant.pumps) == 1);
  (void)thrown_by<not_found>([&] { line.claimed(plant.pumps, claim_id{77}); });
});

static const check::test claim_requests("a claim that is repeated by its request id gives the same references", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 10);
  const auto wanted = new_claim(2).holder("Line 3").request(request_id::of_text("shift 1"));
  const auto first = plant.registry.claim(plant.pumps, wanted);
  const auto again = plant.registry.claim(plant.pumps, wanted);
  CHECK(!first.repeated && again.repeated && again.id == first.id && again.references[1].code == first.references[1].code);
});

static const check::test states("a reference is commissioned once, and the refusal says when and by whom", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 3);
  const auto line = plant.registry.acting_as("Line 3");
  CHECK(line.transition(selection::codes({"P0001", "P0002"}), state::commissioned) == 2);
  const auto error = thrown_by<transition_refused>([&] {
    line.transition(selection::codes({"P0003", "P0001"}), state::commissioned);
  });
  CHECK(error.details().size() == 1 && error.details()[0].code == "P0001" && error.details()[0].row == row_id{1});
  CHECK(error.details()[0].message.find("Line 3") != std::string::npos && error.context().subject == "commissioned");
  CHECK(plant.registry.lookup("P0003").state == state::available);

  CHECK(kind_of([&] { line.transition(selection::code("P0003"), state::void_); }) == SERIALREF_STATUS_REASON_REQUIRED);
  CHECK(line.because("label torn").noting("photograph 7").transition(selection::code("P0003"), state::void_) == 1);
  line.because("returned").transition(selection::code("P0002"), state::decommissioned);
  CHECK(line.transition(selection::code("P0002"), transition::recommission()) == 1);
  CHECK(line.transition(selection(filter().in_state(state::commissioned)), state::released) == 2);
});

static const check::test histories("history says what happened, who did it and why", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 2);
  const auto line = plant.registry.acting_as("Line 3").because("label torn").noting("photograph 7");
  line.transition(selection::code("P0001"), state::void_);
  const auto events = plant.registry.history("P0001");
  CHECK(events.size() == 2 && events[0].change == change::issued && events[0].count == 2 && events[0].batch == batch_id{1});
  CHECK(events[1].change == change::moved && events[1].from == "available" && events[1].to == "void");
  CHECK(events[1].actor == "Line 3" && events[1].reason == "label torn" && events[1].note == "photograph 7");
  CHECK(events[1].row == row_id{1} && events[0].at <= events[1].at && events[0].id < events[1].id);
  CHECK(plant.registry.history(plant.pumps, "P0001").size() == 2);

  const auto feed = plant.registry.events(plant.pumps, events[0].id);
  CHECK(feed.size() == 1 && feed[0].id == events[1].id && plant.registry.events(plant.pumps).size() == 3);
  CHECK(plant.registry.events(plant.pumps, {}, 1).size() == 1);
  CHECK(kind_of([&] { plant.registry.events(plant.pumps, {}, 0); }) == SERIALREF_STATUS_PAGE_INVALID);
});

static const check::test attribute_values("references have the values they were given, or the default", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 3);
  CHECK(plant.registry.set_attributes(selection::codes({"P0001", "P0002"}), {{"Colour", "blue"}}) == 2);
  auto attributes = plant.registry.attributes("P0001");
  CHECK(attributes.size() == 1 && attributes[0].name == "Colour" && attributes[0].value == "blue" && attributes[0].is_public);
  CHECK(plant.registry.attributes("P0003")[0].value == "red");
  CHECK(plant.registry.reset_attributes(selection::code("P0001"), {"Colour"}) == 1);
  CHECK(plant.registry.attributes("P0001")[0].value == "red");
  (void)thrown_by<not_found>([&] { plant.registry.set_attributes(selection::code("P0001"), {{"Size", "L"}}); });
  CHECK(kind_of([&] { plant.registry.set_attributes(selection::code("P0777"), {{"Colour", "blue"}}); }) ==
        SERIALREF_STATUS_SELECTION_INVALID);
  const auto own = plant.registry.create_batch(plant.pumps, new_batch(1).attribute("Colour", "green"));
  CHECK(plant.registry.attributes(own.codes[0])[0].value == "green");
});

static const check::test warranties("a warranty begins when the product does", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 2);
  CHECK(plant.registry.warranty("P0001").status == warranty_status::none);
  plant.registry.set_group_warranty(plant.pumps, "10 days from commissioned");
  const auto before = plant.registry.warranty("P0001");
  CHECK(before.status == warranty_status::not_started && !before.start && !before.end);
  plant.registry.transition(selection::code("P0001"), state::commissioned);
  const auto now = plant.registry.warranty("P0001");
  CHECK(now.status == warranty_status::active && *now.end - *now.start == std::chrono::hours(240));
  CHECK(plant.registry.warranty("P0001", *now.end).status == warranty_status::expired);
  CHECK(plant.registry.set_warranty(selection::code("P0001"), "none") == 1);
  CHECK(plant.registry.warranty("P0001").status == warranty_status::none);
  CHECK(kind_of([&] { plant.registry.set_group_warranty(plant.pumps, "for ever"); }) == SERIALREF_STATUS_WARRANTY_INVALID);
});

static const check::test stocks("the inventory counts by state and says what is next", [] {
  const plant plant;
  const auto batch = plant.registry.create_batch(plant.pumps, 5);
  plant.registry.transition(selection::code("P0001"), state::commissioned);
  plant.registry.create_reference(plant.valves);
  const auto of_group = plant.registry.inventory(plant.pumps);
  CHECK(of_group.counts[state::available] == 4 && of_group.counts[state::commissioned] == 1);
  CHECK(of_group.next && of_group.next->code == "P0002");
  CHECK(plant.registry.inventory(plant.pumps, batch.id).counts[state::available] == 4);
  CHECK(plant.registry.inventory().counts[state::available] == 5 && !plant.registry.inventory().next);
  CHECK(plant.registry.group(plant.pumps).counts[state::commissioned] == 1);
});

static const check::test views("customers see what they may, however long it is", [] {
  const plant plant;
  plant.registry.create_batch(plant.pumps, 1);
  CHECK(plant.registry.public_view("P0001") ==
        R"({"code":"P0001","product":"","description":"","state":"not in use",)"
        R"("attributes":[{"name":"Colour","value":"red"}],"warranty":{"status":"none","start":null,"end":null}})");
  const std::string long_text(1000, 'x');
  plant.registry.set_public_text(plant.pumps, "Pump", long_text);
  CHECK(plant.registry.public_view("P0001").find(long_text) != std::string::npos);
  (void)thrown_by<not_found>([&] { plant.registry.public_view("P0002"); });
});
