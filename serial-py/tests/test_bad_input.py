from __future__ import annotations

import datetime
import math
import pickle
import uuid
from typing import Any

import pytest
import serialref
from serialref import Group, GroupLimits, Limits, Registry

HUGE = [2**63, 2**64, 2**128, 10**1000]
TEXTS = ["", "\0", "a\0b", "x" * 1_000_000, "\ud800", "a\udfffb"]


@pytest.mark.parametrize("count", [0, -1, -(2**70)])
def test_counts_below_one_are_refused(pumps: Group, count: int) -> None:
    with pytest.raises(serialref.CountInvalidError):
        pumps.create_batch(count)
    with pytest.raises(serialref.CountInvalidError):
        pumps.claim(count, holder="x")


@pytest.mark.parametrize("count", HUGE)
def test_huge_counts_pass_a_limit(pumps: Group, count: int) -> None:
    for call in (lambda: pumps.create_batch(count), lambda: pumps.claim(count, holder="x")):
        with pytest.raises(serialref.LimitReachedError):
            call()
    pumps.set_limits(GroupLimits(max_live=serialref.UNLIMITED, max_batch=serialref.UNLIMITED))
    with pytest.raises(serialref.LimitReachedError):
        pumps.create_batch(count)
    assert len(pumps) == 0


@pytest.mark.parametrize("wrong", [None, "5", 5.0, math.nan, b"5", [5], object()])
def test_what_is_no_number_is_a_type_error(registry: Registry, pumps: Group, wrong: object) -> None:
    for call in (
        lambda: pumps.create_batch(wrong),  # type: ignore[arg-type]
        lambda: pumps.claim(wrong, holder="x"),  # type: ignore[arg-type]
        lambda: pumps.page(wrong),  # type: ignore[arg-type]
        lambda: registry.group(wrong),  # type: ignore[arg-type]
        lambda: pumps.batch(wrong),  # type: ignore[arg-type]
        lambda: registry.set_limits(wrong),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            call()
    if wrong is not None:
        with pytest.raises(TypeError):
            serialref.Format(length=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("below", [-1, -(2**70)])
def test_bounds_below_0_are_refused_and_not_taken_for_0(registry: Registry, pumps: Group, below: int) -> None:
    for call in (
        lambda: Registry(limits=Limits(max_live=below)),
        lambda: Registry(limits=Limits(min_search_term=below)),
        lambda: registry.create_group("x", kind="batch", limits=GroupLimits(max_batch=below)),
        lambda: registry.create_group("x", kind="batch", low_stock=below),
        lambda: pumps.set_low_stock(below),
    ):
        with pytest.raises(ValueError, match="0 or more"):
            call()


@pytest.mark.parametrize("id", [0, -1, 99, *HUGE])
def test_ids_that_were_never_given_are_not_found(registry: Registry, pumps: Group, id: int) -> None:
    with pytest.raises(serialref.GroupNotFoundError):
        registry.group(id)
    with pytest.raises(serialref.BatchNotFoundError):
        pumps.batch(id)
    with pytest.raises(serialref.ClaimNotFoundError):
        pumps.return_claim(id)
    with pytest.raises(serialref.BatchNotFoundError):
        list(pumps.references(batch=id))


@pytest.mark.parametrize("text", TEXTS, ids=["empty", "NUL", "with NUL", "long", "surrogate", "with surrogate"])
def test_texts_that_cannot_be_are_refused(registry: Registry, pumps: Group, tags: Group, text: str) -> None:
    tags.add_field("Colour")
    tag = tags.create()
    refused = (serialref.InputError, serialref.NotFoundError)
    for call in (
        lambda: registry.create_group(text, kind="batch"),
        lambda: pumps.rename(text),
        lambda: pumps.create_batch(1, name=text),
        lambda: tags.create(attributes={text: "x"}),
        lambda: registry.lookup(text),
        lambda: registry.history(text),
        lambda: registry.public_view(text),
        lambda: len(pumps.search(text + "\0")),
        lambda: list(registry.references(state=text)),  # type: ignore[arg-type]
        lambda: registry.transition(tag, text),  # type: ignore[arg-type]
        lambda: tags.set_warranty_policy(text),
        lambda: tags.create(request_id=text),
        lambda: tags.claim(1, holder=text),
        lambda: tags.rename_field(text, "x"),
        lambda: tags.rename_field("Colour", text),
        lambda: serialref.open(text),
        lambda: serialref.Format(alphabet=text),
        lambda: serialref.Format(prefix=text + "\0"),
    ):
        with pytest.raises(refused) as caught:
            call()
        assert len(str(caught.value)) < 1000 or isinstance(caught.value, serialref.FieldNotFoundError)
    for member in (pumps, registry, tags.references(), serialref.Format()):
        assert text not in member
    if text:
        wrong = (*refused, serialref.LimitReachedError)
        with pytest.raises(wrong):
            tags.set_attributes(tag, {"Colour": text})
        with pytest.raises(wrong):
            tags.acting_as(text).create()
    assert len(pumps) == 0 and len(tags) == 1


@pytest.mark.parametrize("wrong", [None, 5, b"x", ["x"], object()])
def test_what_is_no_text_is_a_type_error(registry: Registry, tags: Group, wrong: object) -> None:
    for call in (
        lambda: registry.create_group(wrong, kind="batch"),  # type: ignore[arg-type]
        lambda: registry.lookup(wrong),  # type: ignore[arg-type]
        lambda: tags.search(wrong),  # type: ignore[arg-type]
        lambda: tags.rename(wrong),  # type: ignore[arg-type]
        lambda: registry.acting_as(wrong),  # type: ignore[arg-type]
        lambda: serialref.request_id(wrong),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            call()
    if wrong is not None:
        for call in (
            lambda: tags.create(attributes=wrong),  # type: ignore[arg-type]
            lambda: tags.create(request_id=wrong),  # type: ignore[arg-type]
            lambda: registry.create_group("x", kind="batch", limits=wrong),  # type: ignore[arg-type]
            lambda: registry.create_group("x", kind="batch", format=wrong),  # type: ignore[arg-type]
            lambda: serialref.Registry(wrong),  # type: ignore[arg-type]
            lambda: tags.references(created_from=wrong),  # type: ignore[arg-type]
        ):
            with pytest.raises(TypeError):
                call()


def test_words_that_are_on_no_list_are_value_errors(registry: Registry) -> None:
    for call in (
        lambda: registry.create_group("x", kind="bulk"),  # type: ignore[arg-type]
        lambda: registry.create_group("x", kind="batch", scope="world"),  # type: ignore[arg-type]
        lambda: serialref.Format(preset="emoji"),  # type: ignore[arg-type]
        lambda: serialref.Format(order="chaotic"),  # type: ignore[arg-type]
        lambda: serialref.open("memory:", durability="eternal"),  # type: ignore[arg-type]
        lambda: serialref.open("memory:", isolation="splendid"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError, match="is one of"):
            call()


def test_moments_need_a_time_zone(registry: Registry, tags: Group) -> None:
    tag = tags.create()
    naive = datetime.datetime(2026, 11, 23)  # noqa: DTZ001
    for call in (
        lambda: tags.references(created_from=naive),
        lambda: registry.references(created_before=naive),
        lambda: registry.warranty(tag, at=naive),
        lambda: tags.claim(1, holder="x", expires_at=naive),
    ):
        with pytest.raises(serialref.TimestampInvalidError, match="time zone"):
            call()
    for edge in (datetime.datetime.min, datetime.datetime.max):
        assert len(tags.references(created_from=edge.replace(tzinfo=datetime.timezone.utc))) <= 1
    with pytest.raises(ValueError, match="negative|convert"):
        tags.claim(1, holder="x", expires_after=datetime.timedelta(-1))
    assert tags.claim(1, holder="x", expires_after=datetime.timedelta.max).expires_at is not None


def test_urls_that_name_no_store_are_refused_without_being_repeated() -> None:
    for url in ("tape:3", "secret", "memory:x", "sqlite:", "sqlite://host/x", "postgresql:", "postgresql://"):
        with pytest.raises(serialref.StoreUrlInvalidError) as caught:
            serialref.open(url)
        assert "secret" not in str(caught.value) and caught.value.reason
    for wrong in (None, 5, b"memory:"):
        with pytest.raises(TypeError):
            serialref.open(wrong)  # type: ignore[arg-type]


def test_limits_of_odd_kinds_are_refused(registry: Registry, pumps: Group) -> None:
    for wrong in ("5", None, 1.5, math.inf):
        with pytest.raises(TypeError):
            registry.set_limits(Limits(max_live=wrong))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        pumps.set_limits(Limits())  # type: ignore[arg-type]
    pumps.set_limits(GroupLimits(max_live=0))
    with pytest.raises(serialref.LimitReachedError):
        pumps.create_batch(1)
    pumps.set_limits(GroupLimits(max_live=2**200))
    assert pumps.create_batch(1).size == 1


def test_every_exception_has_its_kind_and_survives_pickling() -> None:
    from serialref import _errors

    assert sorted(_errors.BY_KIND) == list(range(1, len(serialref.ErrorKind) + 1))
    for number, kind in _errors.BY_KIND.items():
        error = kind("words", group_id=7, request_id=uuid.UUID(int=5))
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is kind and str(again) == "words" and again.kind == number and vars(again) == vars(error)
        assert issubclass(kind, serialref.Error) and len(kind.__mro__) > 4 and kind.__module__ == "serialref"


def test_nothing_of_a_registry_can_be_set_or_pickled(registry: Registry, pumps: Group) -> None:
    for thing in (registry, pumps, pumps.create_batch(1), pumps.delete([])):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(AttributeError):
            setattr(thing, "name", "x")
    kinds: list[Any] = [Group, serialref.Batch, serialref.PendingDeletion, serialref.IssuedReference]
    for kind in kinds:
        with pytest.raises(TypeError):
            kind()
