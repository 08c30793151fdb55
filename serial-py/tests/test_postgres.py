"""Two registries over one PostgreSQL: what one writes the other reads.

``cargo xtask python`` starts a server and names a database of it. Without one these tests are skipped, and there a skipped
test is a failure.
"""

from __future__ import annotations

import concurrent.futures
import pickle
from collections.abc import Iterator

import pytest
import serialref
from conftest import DATABASE
from serialref import Key, Registry


def connected(schema: str) -> Registry:
    if DATABASE is None:
        pytest.skip("SERIALREF_TEST_POSTGRES names no database; cargo xtask python starts a server")
    return serialref.open(DATABASE, schema=schema)


@pytest.fixture
def registry(schema: str) -> Iterator[Registry]:
    with connected(schema) as opened:
        yield opened


@pytest.fixture
def another(registry: Registry, schema: str) -> Iterator[Registry]:
    """A second registry over the same tables, as another machine would have."""
    with connected(schema) as opened:
        yield opened


def test_a_batch_that_is_asked_for_twice_is_issued_once(registry: Registry, another: Registry) -> None:
    pumps = registry.create_group("Pump AX-100", kind="batch", preset="unambiguous31", length=12, prefix="AX-")
    order = serialref.request_id("Order 4711")
    batch = pumps.create_batch(500, name="Order 4711", request_id=order)
    again = another.group(pumps.id).create_batch(500, name="Order 4711", request_id=order)
    assert again.codes() == batch.codes() and (batch.repeated, again.repeated) == (False, True)
    assert len(pumps) == len(another.group(pumps.id)) == 500
    with pytest.raises(serialref.RequestMismatchError):
        pumps.create_batch(499, name="Order 4711", request_id=order)
    with pytest.raises(serialref.LimitReachedError) as caught:
        pumps.create_batch(501)
    assert caught.value.limit == serialref.LimitName.BATCH_SIZE


def test_what_one_registry_issues_another_finds(registry: Registry, another: Registry) -> None:
    pumps = registry.create_group("Pump AX-100", kind="batch", fields=[serialref.Field("Colour", "red")])
    batch = pumps.create_batch(50, attributes={"Colour": "blue"})
    code = batch.codes()[7]
    found = another.lookup(f" {code.lower()} ")
    assert found == batch[7] and found.created_at.tzinfo is not None and another.attributes(code) == {"Colour": "blue"}
    assert another.search(code[5:15]).codes() == [code] and code in another
    assert [each.row for each in another.group(pumps.id)] == list(range(1, 51))
    assert another.group(pumps.id).page(2, size=20).items == tuple(batch[20:40])
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(serialref.ReferenceNotFoundError):
        another.lookup("X" * 25)


def test_what_is_deleted_is_gone_everywhere(registry: Registry, another: Registry) -> None:
    tags = registry.create_group("Service tags", kind="continuous", preset="digits", length=6, order="sequential")
    codes = [tags.create().code for _ in range(5)]
    with another.group(tags.id).delete([codes[1], codes[3], "999999"]) as pending:
        assert (pending.count, pending.unknown) == (2, ("999999",))
        assert len(tags) == 5
        pending.confirm()
    assert tags.codes() == [codes[0], codes[2], codes[4]] and codes[1] not in registry
    assert tags.create().code == "000006"


def test_claims_states_and_history_are_shared(registry: Registry, another: Registry) -> None:
    pumps = registry.create_group("Pump AX-100", kind="batch")
    pumps.create_batch(10)
    claims = [pumps.claim(4, holder="Line 1"), another.group(pumps.id).claim(4, holder="Line 2")]
    assert [each.row for claim in claims for each in claim.references] == list(range(1, 9))
    assert another.transition(claims[0], "commissioned", held_by=claims[0]) == 4
    assert pumps.inventory()[serialref.State.COMMISSIONED] == 4
    steps = [event.after for event in registry.history(claims[0].references[0]) if event.kind == "moved"]
    assert steps == ["allocated", "commissioned"]


def test_keyed_groups_keep_their_keys_on_the_server(registry: Registry, another: Registry) -> None:
    key = Key(b"32 bytes from a vault, as it is.")
    group = registry.create_group(
        "Service tags", kind="batch", preset="unambiguous32", length=10, order="keyed", check="automatic", grouping=4, key=key
    )
    codes = group.create_batch(20).codes()
    theirs = another.group(group.id)
    assert theirs.key == key and theirs.format == group.format
    assert [theirs.decode(code).counter for code in codes] == list(range(20))
    theirs.change_key()
    theirs.advance_counter(1000)
    later = group.create_batch(20).codes()
    assert [theirs.decode(code).counter for code in later] == list(range(1000, 1020))
    assert group.decode(group.format.show(codes[3]).lower()) == serialref.Decoded(3, may_be_issued=True)
    assert group.key == theirs.key != key and theirs.code_space() == group.code_space()
    with pytest.raises(serialref.CodeInvalidError) as caught:
        theirs.decode(codes[0][:-1])
    assert caught.value.mismatch.name == "length"


def test_threads_of_two_registries_never_issue_the_same_code(registry: Registry, another: Registry) -> None:
    group = registry.create_group("Service tags", kind="continuous", preset="digits", length=4, order="keyed")
    groups = [group, another.group(group.id)]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(lambda number: groups[number % 2].create().code, range(100)))
    assert len(set(codes)) == 100 == len(group)
    assert sorted(group.decode(code).counter or 0 for code in codes) == list(range(100))


def test_a_registry_that_was_closed_answers_nothing(registry: Registry) -> None:
    registry.close()
    with pytest.raises(serialref.StoreUnavailableError):
        registry.find_group("Pump AX-100")


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told() -> None:
    with pytest.raises(serialref.StoreUnavailableError) as caught:
        serialref.open("postgresql://nobody:secret@127.0.0.1:1/none")
    assert caught.value.kind == 23 and "secret" not in f"{caught.value} {caught.value.__cause__}"
