"""Many threads at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import serialref
from serialref import Group, Registry


def together(*work: Callable[[], None]) -> None:
    """Does everything at once and fails where anything fails."""
    failures: list[BaseException] = []
    begin = threading.Barrier(len(work))

    def run(each: Callable[[], None]) -> None:
        try:
            begin.wait(timeout=30)
            each()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_codes_are_unique_and_limits_hold(registry: Registry, tags: Group) -> None:
    refused: list[int] = []

    def issue() -> None:
        for _ in range(200):
            try:
                tags.create()
            except serialref.LimitReachedError as error:
                refused.append(error.present)

    together(*[issue] * 8)
    assert len(tags) == 1000 == len(set(tags.codes())) and len(refused) == 600 and set(refused) == {1000}


def test_a_request_id_issues_once(pumps: Group) -> None:
    results: list[serialref.IssuedBatch] = []
    order = serialref.request_id("Order 4711")
    together(*[lambda: results.append(pumps.create_batch(20, request_id=order))] * 8)
    assert len({tuple(result.codes()) for result in results}) == 1 and len(pumps) == 20
    assert sum(not result.repeated for result in results) == 1


def test_everything_can_be_called_at_once(registry: Registry, pumps: Group) -> None:
    pumps.set_limits(serialref.GroupLimits(max_live=serialref.UNLIMITED))
    pumps.create_batch(200)

    def issue() -> None:
        for _ in range(20):
            pumps.create_batch(10)

    def read() -> None:
        for _ in range(10):
            rows = [reference.row for reference in pumps]
            assert rows == sorted(set(rows)) and len(pumps.page(1)) <= 50
            assert pumps.codes() and pumps.info() and registry.inventory() and pumps.events() and list(registry.groups())

    def use() -> None:
        for _ in range(20):
            claim = pumps.claim(2, holder="Line")
            pumps.transition(claim, "encoded", held_by=claim)

    def remove() -> None:
        for _ in range(10):
            # What was issued last is not claimed.
            pumps.delete(pumps[-2:]).confirm()

    together(issue, issue, read, read, use, use, remove)
    counts = pumps.inventory()
    assert sum(counts.values()) == len(pumps) == len(pumps.codes()) and pumps.issued == 600


def test_one_iterator_is_not_shared_by_two_threads_without_a_word(pumps: Group) -> None:
    pumps.create_batch(500)
    iterator = iter(pumps)
    seen: list[int] = []
    refusals: list[ValueError] = []

    def take() -> None:
        while True:
            try:
                seen.append(next(iterator).row)
            except StopIteration:
                return
            except ValueError as error:
                refusals.append(error)

    together(take, take, take)
    assert sorted(seen) == list(range(1, 501)) and all("already executing" in str(error) for error in refusals)


def test_the_interpreter_goes_on_while_a_call_is_under_way() -> None:
    registry = serialref.Registry(limits=serialref.Limits.unlimited())
    group = registry.create_group("Many", kind="batch")
    turns, is_over = 0, threading.Event()

    def count() -> None:
        nonlocal turns
        while not is_over.is_set():
            turns += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        # In a thread that is not the main one, so that no helper is in between.
        worker = threading.Thread(target=lambda: group.create_batch(2_000_000))
        worker.start()
        before = turns
        worker.join()
        assert turns > before
    finally:
        is_over.set()
        counter.join()
    assert group.issued == 2_000_000


@pytest.mark.parametrize("thing", ["registry", "file"])
def test_a_registry_may_be_closed_while_others_use_it(thing: str, tmp_path: object) -> None:
    registry = Registry() if thing == "registry" else serialref.open(f"sqlite:{tmp_path}/line.db")
    tags = registry.create_group("Service tags", kind="continuous", limits=serialref.GroupLimits(max_live=serialref.UNLIMITED))

    def issue() -> None:
        with pytest.raises(serialref.StoreUnavailableError):
            while True:
                tags.create()

    def close() -> None:
        time.sleep(0.05)
        registry.close()

    together(issue, issue, close)
