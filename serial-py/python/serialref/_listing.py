"""Listings: sequences that read from the store when they are used."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, overload

from serialref import _display
from serialref._records import Page

if TYPE_CHECKING:
    from typing_extensions import CapsuleType, Self

    from serialref._serialref import Reference, ReferenceSource

__all__ = ["Listing", "References"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: How many rows an iterator reads at first, and at the most.
_FIRST, _MOST = 100, 1600

#: How many rows a notebook shows.
_SHOWN = 20


class _Source(Protocol[T_co]):
    """Where rows come from."""

    def read(self, cursor: str | None, size: int, newest_first: bool) -> tuple[Sequence[T_co], str | None]: ...
    def numbered(self, number: int, size: int, newest_first: bool) -> tuple[tuple[T_co, ...], int]: ...
    def count(self) -> int: ...


class Listing(Generic[T]):
    """Rows of a store, in the order of their creation: groups, batches or references.

    Nothing is read until it is used. Iteration reads page by page, without gap or repeat while others write. Indexes and
    slices count rows as they are at that moment. ``len`` counts, and so does ``list``, which asks for the length first;
    ``[*rows]`` reads as well.

    >>> registry = serialref.Registry()
    >>> groups = [registry.create_group(name, kind="batch") for name in ("A", "B", "C")]
    >>> registry.groups()[0] == groups[0], len(registry.groups()), registry.groups()[1:] == groups[1:]
    (True, 3, True)
    """

    __slots__ = ("_newest_first", "_source")

    def __init__(self, source: _Source[T], newest_first: bool = False) -> None:
        self._source = source
        self._newest_first = newest_first

    def newest_first(self) -> Self:
        """The same rows in the opposite order of :meth:`oldest_first`."""
        return type(self)(self._source, True)

    def oldest_first(self) -> Self:
        """The same rows in the order of their creation."""
        return type(self)(self._source, False)

    def page(self, number: int, size: int = 50) -> Page[T]:
        """A page by number, from 1 on, with the number of all rows; ``size`` is 1 to 10,000.

        Raises ``PageInvalidError``.
        """
        items, total = self._source.numbered(number, size, self._newest_first)
        return Page(items, operator.index(number), operator.index(size), total)

    def __len__(self) -> int:
        return self._source.count()

    def __bool__(self) -> bool:
        return bool(self._source.read(None, 1, self._newest_first)[0])

    def __iter__(self) -> Iterator[T]:
        cursor: str | None = None
        size = _FIRST
        while True:
            items, cursor = self._source.read(cursor, size, self._newest_first)
            yield from items
            if cursor is None:
                return
            size = min(2 * size, _MOST)

    def __reversed__(self) -> Iterator[T]:
        return iter(type(self)(self._source, not self._newest_first))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return self._slice(index)
        place = operator.index(index)
        if place < 0:
            # The last row is the first from the other end.
            found = self._part(-place - 1, 1, not self._newest_first)
        else:
            found = self._part(place, 1, self._newest_first)
        if not found:
            raise IndexError("the listing has fewer rows")
        return found[0]

    def _slice(self, index: slice) -> list[T]:
        is_plain = all(bound is None or operator.index(bound) >= 0 for bound in (index.start, index.stop))
        if is_plain and index.stop is not None and (index.step is None or operator.index(index.step) > 0):
            # What is beyond the end need not be known.
            start = operator.index(index.start or 0)
            rows = self._part(start, max(0, operator.index(index.stop) - start), self._newest_first)
            return rows[:: index.step]
        start, stop, step = index.indices(len(self))
        places = range(start, stop, step)
        if not places:
            return []
        first, last = min(places[0], places[-1]), max(places[0], places[-1])
        rows = self._part(first, last - first + 1, self._newest_first)
        return [rows[place - first] for place in places if place - first < len(rows)]

    def _part(self, start: int, count: int, newest_first: bool) -> list[T]:
        """Rows from one place on, out of pages that are as large as it takes."""
        size = 1
        while size < count and size < 8192:
            size *= 2
        rows: list[T] = []
        while len(rows) < count:
            number, before = divmod(start + len(rows), size)
            items, _ = self._source.numbered(number + 1, size, newest_first)
            rows.extend(items[before : before + count - len(rows)])
            if len(items) < size:
                break
        return rows

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {'newest' if self._newest_first else 'oldest'} first>"

    def _repr_html_(self) -> str:
        page = self.page(1, _SHOWN)
        return _display.table(page.items, f"{len(page)} of {page.total}")


class References(Listing["Reference"]):
    """Live references: those of the registry, of a group or batch, or what a search finds.

    It can be given to everything that takes references, such as ``delete``, ``transition`` and ``export``, and to every
    library that takes a table for Arrow, such as ``polars.DataFrame(references)``.

    >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch", preset="digits", length=4,
    ...                                           order="sequential")
    >>> batch = pumps.create_batch(500)
    >>> pumps.search("042").codes()
    ['0042', '0420', '0421', '0422', '0423', '0424', '0425', '0426', '0427', '0428', '0429']
    >>> [reference.row for reference in pumps.references().newest_first()[:3]]
    [500, 499, 498]
    """

    __slots__ = ()

    _source: ReferenceSource

    def codes(self) -> list[str]:
        """The codes of all, as a list; faster than asking each reference."""
        return self._source.codes(self._newest_first)

    def __contains__(self, item: object) -> bool:
        """Whether a reference, or the reference with a code, is among them; looks through all."""
        if isinstance(item, str):
            return item in self.codes()
        return any(item == reference for reference in self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> CapsuleType:
        return self._source.arrow(self._newest_first)
