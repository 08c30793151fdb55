from __future__ import annotations

import datetime
import pathlib
import uuid

import pytest
import serialref
from serialref import Group, GroupLimits, Limits, Registry


def test_a_reference_says_what_it_is(tags: Group) -> None:
    tag = tags.create()
    assert len(tag.code) == 25 and tag.row == 1 and tag.group_id == tags.id
    assert tag.batch_id is None and tag.claim_id is None
    assert tag.state == "available" and tag.state is serialref.State.AVAILABLE
    assert tag.created_at.tzinfo is datetime.timezone.utc
    assert abs(datetime.datetime.now(datetime.timezone.utc) - tag.created_at) < datetime.timedelta(minutes=1)
    assert not tag.repeated and tag.stock is not None and tag.stock.available == 1


def test_a_batch_is_issued_whole(pumps: Group) -> None:
    batch = pumps.create_batch(500, name="Order 4711")
    assert batch.codes() == [f"{number:06}" for number in range(1, 501)]
    assert (batch.size, batch.live, len(batch), batch.first_row, batch.name) == (500, 500, 500, 1, "Order 4711")
    assert all(isinstance(code, str) for code in batch.codes())


@pytest.mark.parametrize("length", [1, 7, 8, 24, 25, 40, 63, 64])
@pytest.mark.parametrize("prefix", ["", "A", "B" * 32])
def test_codes_are_handed_over_whole_however_wide_they_are(registry: Registry, length: int, prefix: str) -> None:
    group = registry.create_group("Any", kind="batch", preset="digits", length=length, prefix=prefix)
    for size in (1, 2, 3):
        batch = group.create_batch(size)
        assert batch.codes() == [reference.code for reference in batch]
        assert {len(code) for code in batch.codes()} == {length + len(prefix)}
        assert all(code.isascii() and code.startswith(prefix) for code in batch.codes())


def test_a_batch_without_a_name_is_named_after_date_and_time(pumps: Group) -> None:
    batch = pumps.create_batch(1)
    assert datetime.datetime.strptime(batch.name, "%Y-%m-%d %H:%M:%S")


def test_a_request_id_gives_the_first_result_again(pumps: Group, tags: Group) -> None:
    order = uuid.uuid4()
    first, again = pumps.create_batch(3, request_id=order), pumps.create_batch(3, request_id=str(order))
    assert again.repeated and not first.repeated and again.codes() == first.codes() and again == first
    with pytest.raises(serialref.RequestMismatchError) as caught:
        pumps.create_batch(4, request_id=order)
    assert caught.value.request_id == order
    named = serialref.request_id("Repair 17")
    assert tags.create(request_id=named) == tags.create(request_id=named)
    assert len(tags) == 1 and len(pumps) == 3


def test_limits_are_enforced_and_say_what_they_are(registry: Registry, pumps: Group) -> None:
    with pytest.raises(serialref.LimitReachedError) as caught:
        pumps.create_batch(501)
    error = caught.value
    assert (error.limit, error.value, error.present, error.asked, error.group_id) == (
        "references in one batch call", 500, 0, 501, pumps.id,
    )  # fmt: skip
    assert error.kind is serialref.ErrorKind.LIMIT_REACHED and "501 were asked for" in str(error)
    pumps.set_limits(GroupLimits(max_live=2))
    with pytest.raises(serialref.LimitReachedError):
        pumps.create_batch(3)
    assert len(pumps) == 0
    pumps.set_limits(GroupLimits(max_live=serialref.UNLIMITED, max_batch=5_000))
    assert pumps.limits == GroupLimits(max_live=serialref.UNLIMITED, max_batch=5_000)
    assert pumps.create_batch(5_000).size == 5_000
    registry.set_limits(Limits.unlimited())
    assert registry.limits == Limits.unlimited()


def test_the_wrong_call_names_the_right_one(pumps: Group, tags: Group) -> None:
    with pytest.raises(serialref.WrongKindError, match="create_batch") as caught:
        pumps.create()
    assert caught.value.group_kind is serialref.Kind.BATCH
    with pytest.raises(TypeError, match="create_reference"):
        tags.create_batch(3)


def test_a_space_is_used_to_its_last_code(registry: Registry) -> None:
    group = registry.create_group("Ten", kind="batch", preset="digits", length=1)
    assert sorted(group.create_batch(10).codes()) == list("0123456789")
    with pytest.raises(serialref.SpaceExhaustedError) as caught:
        group.create_batch(1)
    assert (caught.value.free, caught.value.asked) == (0, 1)


def test_all_faults_of_a_format_are_told_at_once(registry: Registry) -> None:
    with pytest.raises(serialref.FormatError) as caught:
        registry.create_group("Pump", kind="batch", alphabet="AA", length=99, prefix="x" * 40, suffix="ä")
    assert len(caught.value.faults) == 5
    assert isinstance(caught.value, ValueError) and all(fault in str(caught.value) for fault in caught.value.faults)


def test_settings_of_a_group_are_read_anew(registry: Registry, pumps: Group) -> None:
    same = registry.group(pumps.id)
    pumps.rename("Pump AX-200")
    pumps.describe("Two stages, steel")
    pumps.set_public_text("Pump", "Steel")
    pumps.set_low_stock(100)
    pumps.set_warranty_policy("24 months from commissioned")
    assert (same.name, same.description, same.public_name, same.public_description) == (
        "Pump AX-200", "Two stages, steel", "Pump", "Steel",
    )  # fmt: skip
    assert (same.low_stock, same.warranty_policy) == (100, "24 months from commissioned")
    info = same.info()
    assert (info.name, info.low_stock, info.revision) == ("Pump AX-200", 100, 6)
    assert same == pumps and hash(same) == hash(pumps) and same is not pumps
    assert registry.find_group("Pump AX-200") == pumps and registry.find_group("Pump AX-100") is None


def test_a_registry_is_there_again_when_its_file_is_opened_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "line.db"
    with serialref.open(path) as registry:
        code = registry.create_group("Service tags", kind="continuous").create().code
    with serialref.open(f"sqlite:{path}", must_exist=True, patience=datetime.timedelta(seconds=2)) as registry:
        assert code in registry
    with pytest.raises(serialref.StoreUnavailableError) as caught:
        serialref.open(tmp_path / "other.db", must_exist=True)
    assert isinstance(caught.value.__cause__, serialref.StoreUnavailableError)


def test_a_closed_registry_says_so(registry: Registry, tags: Group) -> None:
    assert not registry.closed
    registry.close()
    registry.close()
    assert registry.closed
    for call in (tags.create, lambda: len(tags), lambda: registry.lookup("x"), lambda: list(registry.groups())):
        with pytest.raises(serialref.StoreUnavailableError) as caught:
            call()
        assert "closed" in str(caught.value.__cause__)


def test_a_snapshot_carries_everything_over() -> None:
    registry = serialref.Registry()
    pumps = registry.create_group("Pump", kind="batch")
    batch = pumps.create_batch(20)
    pumps.delete(batch[3]).confirm()
    snapshot = registry.snapshot()
    assert isinstance(snapshot, bytes)
    restored = Registry.restore(snapshot, limits=Limits(max_batch=7))
    assert restored.group(pumps.id).codes() == pumps.codes() and restored.limits.max_batch == 7
    assert restored.snapshot() == snapshot
    for damaged in (b"", b"{}", snapshot[:-1], snapshot.replace(b'"version":2', b'"version":99')):
        with pytest.raises(serialref.SnapshotInvalidError) as caught:
            Registry.restore(damaged)
        assert caught.value.__cause__ is not None


def test_only_a_registry_in_memory_has_snapshots(tmp_path: pathlib.Path) -> None:
    with serialref.open(tmp_path / "line.db") as registry, pytest.raises(TypeError, match="in memory"):
        registry.snapshot()
