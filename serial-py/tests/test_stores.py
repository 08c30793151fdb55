"""Stores written in Python: one that keeps the contract, and ones that fail or break it."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import pytest
import serialref
from custom_store import DictStore
from serialref import Registry, stores, testing


@pytest.mark.parametrize("case", testing.cases())
def test_the_custom_store_keeps_the_contract(case: str) -> None:
    testing.run_case(case, DictStore)


class Kept(testing.Storage):
    """A storage whose stores share their contents."""

    durability = "shared"

    def __init__(self) -> None:
        self.store = DictStore()
        self.closed = 0

    def open(self) -> stores.Store:
        return self.store

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("case", [case for case in testing.cases() if "opening" in case])
def test_a_store_that_outlives_its_registry_is_opened_again(case: str) -> None:
    made: list[Kept] = []

    def storage() -> Kept:
        made.append(Kept())
        return made[-1]

    testing.run_case(case, storage)
    assert made and all(each.closed == 1 for each in made)


def test_a_registry_works_over_a_store_in_python() -> None:
    registry = Registry(DictStore(), limits=serialref.Limits(max_batch=2_000, max_live=2_000))
    pumps = registry.create_group("Pump", kind="batch", preset="digits", length=4, fields=["Colour"], low_stock=50)
    batch = pumps.create_batch(1_000, attributes={"Colour": "red"}, request_id=serialref.request_id("Order 1"))
    assert pumps.create_batch(1_000, attributes={"Colour": "red"}, request_id=serialref.request_id("Order 1")).repeated
    claim = pumps.acting_as("Line 3").claim(10)
    assert pumps.because("torn").transition(claim, "void", held_by=claim) == 10
    assert len(pumps.references(having=("Colour", "red"))) == 1_000 and registry.history(claim.references[0])[-1].reason == "torn"
    assert pumps.delete(batch[:5]).confirm().deleted == 5 and pumps.codes() == batch.codes()[5:]
    assert len(pumps.search(batch.codes()[7])) == 1


class Failing(DictStore):
    """Raises whatever it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self.answer: Any = None
        self.calls = 0

    def append(self, plan: stores.AppendPlan) -> Any:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return self.answer if self.answer is not None else super().append(plan)


@pytest.fixture
def failing() -> tuple[Failing, serialref.Group]:
    store = Failing()
    return store, Registry(store).create_group("Service tags", kind="continuous")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ValueError("no tape"), serialref.StoreForeignError),
        (serialref.StoreBusyError("tape is being changed"), serialref.StoreBusyError),
        (serialref.StoreUnavailableError("no power"), serialref.StoreUnavailableError),
        (serialref.StoreCorruptError("tape torn"), serialref.StoreCorruptError),
        (serialref.OutcomeUnknownError("no reply"), serialref.OutcomeUnknownError),
        (serialref.GroupNotFoundError("odd"), serialref.StoreForeignError),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "odd"), serialref.StoreForeignError),
    ],
)
def test_an_exception_comes_back_as_the_cause(
    failing: tuple[Failing, serialref.Group], raised: Exception, expected: type[serialref.Error]
) -> None:
    store, tags = failing
    store.error = raised
    with pytest.raises(expected) as caught:
        tags.create()
    assert caught.value.__cause__ is raised and type(caught.value) is expected
    if isinstance(caught.value, serialref.OutcomeUnknownError):
        assert caught.value.request_id is None
    store.error = None
    assert tags.create().row == 1


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_an_interruption_passes_through_unchanged(
    failing: tuple[Failing, serialref.Group], raised: BaseException
) -> None:
    store, tags = failing
    store.error = raised
    with pytest.raises(type(raised)) as caught:
        tags.create()
    assert caught.value is raised and store.calls == 1
    store.error = None
    assert tags.create().row == 1


@pytest.mark.parametrize(
    "answer",
    [
        5, "done", object(), stores.Appended(0, None, 1), stores.Appended(1, 7, 1), stores.Appended(-1, None, 1),
        stores.Appended(2**70, None, 1), stores.Refusal(), stores.CodesTaken(()), stores.CodesTaken((5, 3)),
        stores.CodesTaken((99,)), stores.IndexMoved(5), stores.RequestMismatch(), stores.Unfit(((1, 1, None),)),
        stores.GroupChanged(None),  # type: ignore[arg-type]
        stores.Appended("1", None, 1),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_an_answer_that_breaks_the_contract_is_told(failing: tuple[Failing, serialref.Group], answer: Any) -> None:
    store, tags = failing
    store.answer = answer
    with pytest.raises(serialref.StoreContractError) as caught:
        tags.create()
    assert isinstance(caught.value.__cause__, serialref.StoreContractError) and str(caught.value.__cause__)
    assert store.calls < 3000


def test_a_store_may_use_its_own_registry(failing: tuple[Failing, serialref.Group]) -> None:
    store, tags = failing
    seen: list[int] = []

    class Curious(Failing):
        def append(self, plan: stores.AppendPlan) -> Any:
            seen.append(len(list(registry.groups())))
            return super().append(plan)

    registry = Registry(Curious())
    registry.create_group("Service tags", kind="continuous").create()
    assert seen == [1] and store.calls == 0 and len(tags) == 0


def test_a_store_is_called_from_many_threads() -> None:
    registry = Registry(DictStore())
    tags = registry.create_group("Service tags", kind="continuous")
    threads = [threading.Thread(target=lambda: [tags.create() for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tags.codes())) == 400


def test_the_kit_finds_what_is_wrong_and_goes_on() -> None:
    class Forgetful(DictStore):
        def taken(self, group_id: int, codes: Any) -> Any:
            return []

        def batches(self, query: Any) -> Any:
            raise ZeroDivisionError

    with pytest.raises(AssertionError, match="S3"):
        testing.run_case("s03_taken_names_what_was_issued", Forgetful)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        testing.run_case("s06_pages_of_batches_join", Forgetful)
    testing.run_case("s05_rows_are_numbered_from_one_without_a_gap", Forgetful)
    with pytest.raises(KeyError, match="no case"):
        testing.run_case("s99", Forgetful)
    with pytest.raises(AssertionError, match="could not be made"):
        testing.run_case("s03_taken_names_what_was_issued", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    report = testing.Report((testing.CaseResult("a", None), testing.CaseResult("b", "S1: no")))
    assert not report.passed and str(report) == "ok      a\nFAILED  b: S1: no\n1 of 2 cases failed"


def test_only_a_store_with_all_methods_can_be_made() -> None:
    class Half(stores.Store):
        def group(self, id: int) -> None:
            return None

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]
    with pytest.raises(TypeError, match="Store is needed"):
        Registry(object())  # type: ignore[arg-type]


def test_plans_and_records_are_values() -> None:
    registry = Registry()
    group = registry.create_group("Pump", kind="batch", fields=["Colour"], limits=serialref.GroupLimits(max_live=5))
    group.create_batch(3)
    info = group.info()
    assert pickle.loads(pickle.dumps(info)) == info == group.info() and {info}
    for event in group.events():
        assert pickle.loads(pickle.dumps(event)) == event and {event}
    with pytest.raises(AttributeError):
        info.name = "x"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(serialref.UNLIMITED)) is serialref.UNLIMITED
