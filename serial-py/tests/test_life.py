from __future__ import annotations

import datetime
import json
import uuid

import pytest
import serialref
from serialref import Group, Registry, State

UTC = datetime.timezone.utc


def test_a_claim_takes_the_oldest_and_holds_them(registry: Registry, pumps: Group) -> None:
    pumps.create_batch(20)
    line = pumps.acting_as("Line 3")
    claim = line.claim(10)
    assert [reference.row for reference in claim.references] == list(range(1, 11))
    assert (claim.holder, claim.group_id, claim.expires_at, claim.repeated) == ("Line 3", pumps.id, None, False)
    assert claim.stock is not None and claim.stock.available == 10
    assert all(reference.state is State.ALLOCATED and reference.claim_id == claim.id for reference in claim.references)
    assert line.transition(claim.references[:9], State.ENCODED, held_by=claim) == 9
    assert pumps.return_claim(claim) == 1 and pumps.claimed(claim.id).references[9].state == "available"
    following = pumps.next_available()
    assert following is not None and following.row == 10
    stock = pumps.inventory()
    assert (stock["available"], stock[State.ENCODED], sum(stock.values())) == (11, 9, 20)  # type: ignore[index]
    assert registry.inventory() == stock and list(stock) == list(State)


def test_claims_from_a_batch_expire_and_repeat(pumps: Group) -> None:
    first, second = pumps.create_batch(5), pumps.create_batch(5)
    order = uuid.uuid4()
    claim = pumps.claim(2, holder="Line 3", batch=second, expires_after=datetime.timedelta(0), request_id=order)
    assert [reference.row for reference in claim.references] == [6, 7] and claim.expires_at == claim.claimed_at
    again = pumps.claim(2, holder="Line 3", batch=second.id, expires_after=datetime.timedelta(0), request_id=order)
    assert again.repeated and again.id == claim.id and again.stock is None
    assert pumps.return_expired() == 2
    later = datetime.datetime.now(UTC) + datetime.timedelta(days=1)
    assert pumps.claim(1, holder="x", expires_at=later).expires_at == later
    with pytest.raises(serialref.TooFewAvailableError) as caught:
        pumps.claim(6, holder="x", batch=second)
    assert (caught.value.available, caught.value.asked, caught.value.group_id) == (5, 6, pumps.id)
    with pytest.raises(serialref.HolderRequiredError):
        pumps.claim(1)
    with pytest.raises(serialref.ClaimNotFoundError) as missing:
        pumps.claimed(99)
    assert (missing.value.group_id, missing.value.claim_id) == (pumps.id, 99)
    with pytest.raises(TypeError, match="not both"):
        pumps.claim(1, holder="x", expires_at=later, expires_after=datetime.timedelta(1))
    assert len(first) == 5


def test_a_second_use_is_refused_and_told_when_and_by_whom(registry: Registry, tags: Group) -> None:
    tag = tags.create()
    assert registry.acting_as("Line 3").transition(tag.code, "commissioned") == 1
    with pytest.raises(serialref.TransitionRefusedError) as caught:
        registry.transition([tag, tag], "commissioned")
    (refused,) = caught.value.refused
    assert refused.commissioned_by == "Line 3" and refused.state is State.COMMISSIONED and refused.row == 1
    assert refused.commissioned_at is not None and refused.commissioned_at >= tag.created_at
    assert caught.value.to is State.COMMISSIONED
    with pytest.raises(serialref.ReasonRequiredError) as reason:
        registry.transition(tag, "decommissioned")
    assert reason.value.to is State.DECOMMISSIONED
    assert registry.because("recall").transition(tag, "decommissioned") == 1
    assert registry.recommission(tag) == 1 and tags.because("fire").transition(tag, "destroyed") == 1
    with pytest.raises(serialref.TransitionRefusedError):
        tags.recommission(tag)
    assert serialref.may_become(State.ENCODED) == [State.COMMISSIONED, State.VOID] and serialref.may_become("void") == []


def test_a_transition_of_many_is_all_or_none_and_repeatable(pumps: Group) -> None:
    batch = pumps.create_batch(10)
    pumps.because("torn").transition(batch[3], "void")
    with pytest.raises(serialref.TransitionRefusedError) as caught:
        pumps.transition([*batch.codes(), "unknown"], "encoded")
    assert [(refused.row, refused.code) for refused in caught.value.refused] == [(None, "unknown"), (4, "000004")]
    assert pumps.inventory()["encoded"] == 0  # type: ignore[index]
    order = uuid.uuid4()
    assert [pumps.transition(batch[:3], "encoded", request_id=order) for _ in range(2)] == [3, 3]
    assert pumps.transition(pumps.references(state="available"), "encoded") == 6


def test_history_says_who_and_why(registry: Registry, tags: Group) -> None:
    tag = tags.acting_as("Order desk").create()
    registry.acting_as("Line 3").because("label torn").noting("photograph 7").transition(tag, "void")
    tags.delete(tag).confirm()
    issued, moved, deleted = registry.history(tag.code)
    assert (issued.kind, issued.actor, issued.count) == ("issued", "Order desk", 1)
    assert (moved.before, moved.after, moved.actor, moved.reason, moved.note) == (
        "available", "void", "Line 3", "label torn", "photograph 7",
    )  # fmt: skip
    assert deleted.kind is serialref.EventKind.DELETED and deleted.concerns(1) and not deleted.concerns(2)
    events = tags.events()
    assert [event.id for event in events] == [1, 2, 3, 4] and tags.history(tag.code) == events[1:]
    assert tags.events(after=2, size=1) == [moved]
    with pytest.raises(serialref.PageInvalidError):
        tags.events(size=0)


def test_attributes_are_a_mapping(registry: Registry, pumps: Group) -> None:
    pumps.add_field("Colour", "red", is_public=True)
    pumps.add_field("Bench")
    batch = pumps.create_batch(3, attributes={"Bench": "B2"})
    assert registry.attributes(batch[0]) == {"Colour": "red", "Bench": "B2"}
    assert registry.set_attributes(batch[:2], {"Colour": "blue", "Bench": ""}) == 2
    assert pumps.set_attributes(batch, {"Colour": "green"}) == 3
    assert registry.attributes(batch[2].code) == {"Colour": "green", "Bench": "B2"}
    assert pumps.reset_attributes(batch, ["Colour"]) == 3
    assert registry.attributes(batch[1]) == {"Colour": "red", "Bench": ""}
    pumps.rename_field("Bench", "Test bench")
    pumps.retire_field("Colour")
    assert registry.attributes(batch[2]) == {"Test bench": "B2"}
    assert [(field.name, field.is_retired, field.id) for field in pumps.fields] == [
        ("Colour", True, 1), ("Test bench", False, 2),
    ]  # fmt: skip
    with pytest.raises(serialref.FieldNotFoundError):
        pumps.create_batch(1, attributes={"Colour": "x"})
    with pytest.raises(serialref.FieldNameTakenError) as taken:
        pumps.add_field("Test bench")
    assert taken.value.name == "Test bench"
    with pytest.raises(serialref.SelectionInvalidError) as missing:
        registry.set_attributes("unknown", {"Test bench": "x"})
    assert missing.value.missing == ("unknown",)


def test_a_warranty_is_judged_at_a_moment(registry: Registry) -> None:
    group = registry.create_group("PX7", kind="continuous", warranty="24 months from commissioned")
    tag = group.create()
    assert registry.warranty(tag) == serialref.Warranty(serialref.WarrantyStatus.NOT_STARTED, None, None)
    registry.transition(tag, "commissioned")
    warranty = registry.warranty(tag.code)
    assert warranty.status == "active" and warranty.start is not None and warranty.end is not None
    assert registry.warranty(tag, at=warranty.end).status is serialref.WarrantyStatus.EXPIRED
    assert registry.set_warranty(tag, "10 days from 2026-11-23T00:00:00Z") == 1
    assert registry.warranty(tag).end == datetime.datetime(2026, 12, 3, tzinfo=UTC)
    east = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    moment = datetime.datetime(2026, 12, 3, 5, 29, 59, 999999, tzinfo=east)
    assert registry.warranty(tag, at=moment).status == "active"
    assert registry.warranty(tag, at=moment + datetime.timedelta(microseconds=1)).status == "expired"
    assert group.set_warranty(tag, None) == 1 and registry.warranty(tag) == warranty
    for wrong in ("24 months", "", "0 days from released"):
        with pytest.raises(serialref.WarrantyInvalidError):
            group.set_warranty_policy(wrong)


def test_the_public_view_has_nothing_internal(registry: Registry) -> None:
    group = registry.create_group(
        "PX7", kind="continuous", public_name="Pump AX-100", public_description="Two stages",
        fields=[serialref.Field("Colour", "red", is_public=True), serialref.Field("Bench", "B2")],
    )  # fmt: skip
    tag = group.create()
    view = registry.public_view(tag)
    assert view == {
        "code": tag.code, "product": "Pump AX-100", "description": "Two stages", "state": "not in use",
        "attributes": [{"name": "Colour", "value": "red"}],
        "warranty": {"status": "none", "start": None, "end": None},
    }  # fmt: skip
    assert json.loads(json.dumps(view)) == view
    with pytest.raises(serialref.ReferenceNotFoundError):
        registry.public_view("unknown")
