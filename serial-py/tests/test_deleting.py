from __future__ import annotations

from typing import Any

import pytest
import serialref
from serialref import Group, Registry


def test_deleting_takes_two_steps(registry: Registry, pumps: Group) -> None:
    batch = pumps.create_batch(20)
    pending = pumps.delete([batch[0].code, batch[1].code, "999999"])
    assert pending.count == 2 and pending.unknown == ("999999",) and pending.ambiguous == ()
    assert [reference.code for reference in pending.sample] == batch.codes()[:2] and len(pumps) == 20
    deleted = pending.confirm()
    assert deleted == serialref.Deleted(deleted=2, already_gone=0) and len(pumps) == 18 and len(batch) == 18
    assert pending.confirm() == serialref.Deleted(deleted=0, already_gone=2)
    assert batch.codes()[0] not in registry and pumps.issued == 20 and batch.size == 20


def test_everything_that_stands_for_references_can_be_deleted(registry: Registry, pumps: Group) -> None:
    batches = [pumps.create_batch(10) for _ in range(6)]
    assert pumps.delete(batches[0]).confirm().deleted == 10
    assert registry.delete(batches[1][:]).confirm().deleted == 10
    assert registry.delete(batches[2].references()).confirm().deleted == 10
    assert pumps.delete(batches[3][0]).confirm().deleted == 1
    assert registry.delete(batches[4][0].code).confirm().deleted == 1
    claim = pumps.claim(3, holder="Line 3")
    assert pumps.delete(claim).confirm().deleted == 3
    assert registry.delete(pumps).count == 25
    assert pumps.delete(reference for reference in batches[5]).confirm().deleted == 10
    assert registry.delete([]).count == 0


def test_a_block_that_did_not_confirm_deletes_nothing(pumps: Group) -> None:
    batch = pumps.create_batch(5)
    with pumps.delete(batch) as pending:
        assert pending.count == 5
    with pytest.raises(RuntimeError, match="lapsed"):
        pending.confirm()
    with pytest.raises(ZeroDivisionError), pumps.delete(batch):
        raise ZeroDivisionError
    assert len(pumps) == 5
    with pumps.delete(batch) as pending:
        pending.confirm()
    assert len(pumps) == 0


def test_a_group_is_deleted_with_what_was_shown(registry: Registry, pumps: Group) -> None:
    pumps.create_batch(20)
    pending = pumps.delete_group()
    assert pending.count == 20 and len(pending.sample) == 10
    pumps.create_batch(5)
    with pytest.raises(serialref.ChangedMeanwhileError) as caught:
        pending.confirm()
    assert (caught.value.group_id, caught.value.more) == (pumps.id, 5)
    assert pumps.delete_group().confirm().deleted == 25
    with pytest.raises(serialref.GroupNotFoundError) as gone:
        pumps.create_batch(1)
    assert gone.value.group_id == pumps.id and registry.find_group("Pump AX-100") is None
    again = registry.create_group("Pump AX-100", kind="batch", preset="digits", length=6, order="sequential")
    assert again.create_batch(1).codes() == ["000026"] or again.create_batch(1).codes()[0] > "000025"


def test_what_is_of_another_group_or_registry_is_refused(registry: Registry, pumps: Group, tags: Group) -> None:
    tag = tags.create()
    batch = pumps.create_batch(3)
    wrong: Any
    for wrong in (tag, [tag], tags, tags.references()):
        with pytest.raises(ValueError, match="of this group|of another group"):
            pumps.delete(wrong)
    elsewhere = serialref.Registry().create_group("Other", kind="batch")
    for wrong in (elsewhere, elsewhere.create_batch(1), elsewhere.references()):
        with pytest.raises(ValueError, match="another registry"):
            registry.delete(wrong)
    for wrong in (7, None, [7], [batch[0], "code"], {"a": 1}.items()):
        with pytest.raises(TypeError):
            registry.delete(wrong)
    with pytest.raises(ValueError, match="of another group"):
        tags.claim(1, holder="x", batch=batch)
