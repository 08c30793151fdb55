"""Tests whether a store of your own keeps the contract of :class:`serialref.Store`.

In pytest, one test for each case:

.. code-block:: python

    @pytest.mark.parametrize("case", serialref.testing.cases())
    def test_contract(case):
        serialref.testing.run_case(case, MyStore)
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from serialref import _serialref
from serialref.stores import Store

__all__ = ["CaseResult", "Report", "Storage", "cases", "check_store", "run_case"]


class Storage(abc.ABC):
    """Where one store keeps what it is given, such as a directory, so that reopening and sharing are tested too."""

    durability: Literal["volatile", "exclusive", "shared"] = "volatile"
    """What opening it once more gives: an empty store; what the store before it kept, never two at a time; or the same
    contents also while others are open."""

    @abc.abstractmethod
    def open(self) -> Store:
        """Opens the store."""

    def close(self) -> None:
        """Called at the end of each case, to clean up."""


class _Volatile(Storage):
    """The storage of a callable that makes stores."""

    def __init__(self, store: Store, factory: Callable[[], Store | Storage]) -> None:
        self._first: Store | None = store
        self._factory = factory

    def open(self) -> Store:
        store, self._first = self._first, None
        if store is None:
            made = self._factory()
            if not isinstance(made, Store):
                raise TypeError("the factory made a store first and now something else")
            store = made
        return store


@dataclass(frozen=True)
class CaseResult:
    """What came of one case."""

    name: str
    """Its name, which begins with the number of the rule and says what must hold."""
    failure: str | None
    """What the store does wrong; ``None`` where it passed."""


@dataclass(frozen=True)
class Report:
    """What came of all cases. As text it has a line for each."""

    results: tuple[CaseResult, ...]
    """Each case, in their order."""

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return not self.failures

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that failed."""
        return tuple(result for result in self.results if result.failure is not None)

    def __str__(self) -> str:
        lines = [f"FAILED  {each.name}: {each.failure}" if each.failure else f"ok      {each.name}" for each in self.results]
        return "\n".join([*lines, f"{len(self.failures)} of {len(self.results)} cases failed"])


def cases() -> list[str]:
    """The names of all cases, in the order of the rules.

    >>> "s03_a_deleted_code_is_never_accepted_again" in serialref.testing.cases()
    True
    """
    return _serialref.conformance_cases()


def run_case(name: str, factory: Callable[[], Store | Storage]) -> None:
    """Runs one case. ``factory`` makes an empty store, or a :class:`Storage` for one that outlives the process.

    Raises ``AssertionError`` where the store breaks the rule, and ``KeyError`` where there is no such case.
    """
    __tracebackhide__ = True
    failure = _run(name, factory)
    if failure is not None:
        raise AssertionError(f"{name}: {failure}")


def check_store(
    factory: Callable[[], Store | Storage], *, progress: Callable[[int], object] | None = None
) -> Report:
    """Runs every case, each on a fresh store, whether or not others fail.

    ``factory`` makes an empty store, or a :class:`Storage` for one that outlives the process. ``progress`` is called with
    1 after each case, which fits ``tqdm``. Two cases issue 70,000 codes at once: they take long where a store looks
    through all codes for each.
    """
    results = []
    for name in cases():
        results.append(CaseResult(name, _run(name, factory)))
        if progress is not None:
            progress(1)
    return Report(tuple(results))


def _run(name: str, factory: Callable[[], Store | Storage]) -> str | None:
    def storage() -> Storage:
        made = factory()
        return made if isinstance(made, Storage) else _Volatile(made, factory)

    return _serialref.run_conformance_case(name, storage)
