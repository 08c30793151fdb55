"""Records: plain values, frozen, that say how something was when it was read."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar, overload

from serialref import _display
from serialref._enums import UNLIMITED, EventKind, MismatchName, State, Unlimited, WarrantyStatus

if TYPE_CHECKING:
    from serialref._serialref import Reference

__all__ = [
    "Claim",
    "CodeSpace",
    "Decoded",
    "Deleted",
    "Event",
    "Field",
    "GroupLimits",
    "Grouping",
    "ImportFault",
    "Imported",
    "Limits",
    "Mismatch",
    "Page",
    "PublicAttribute",
    "PublicView",
    "PublicWarranty",
    "RefusedTransition",
    "Stock",
    "Warranty",
]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Limits:
    """The limits of a registry; they hold for every group that has none of its own. Numbers below 0 raise `ValueError`
    where they are to be used.

    >>> serialref.Registry(limits=serialref.Limits(max_live=50_000)).limits.max_live
    50000
    """

    max_live: int | Unlimited = 1000
    """Live references in one group."""
    max_batch: int | Unlimited = 500
    """References in one batch call; never more than 10,000,000."""
    min_search_term: int = 3
    """The fewest characters of a search term."""
    max_groups: int | Unlimited = UNLIMITED
    """Groups in the registry."""
    max_fields: int | Unlimited = 32
    """Fields in use in one group."""
    max_value: int | Unlimited = 1000
    """Characters of an attribute's value."""

    @staticmethod
    def unlimited() -> Limits:
        """No bounds at all, and search terms of one character.

        >>> serialref.Limits.unlimited().max_batch
        UNLIMITED
        """
        return Limits(UNLIMITED, UNLIMITED, 1, UNLIMITED, UNLIMITED, UNLIMITED)


@dataclass(frozen=True)
class GroupLimits:
    """The limits of one group; what is ``None`` follows the registry's.

    >>> pumps = serialref.Registry().create_group(
    ...     "Pump AX-100", kind="batch", limits=serialref.GroupLimits(max_batch=5_000)
    ... )
    >>> pumps.limits.max_live is None
    True
    """

    max_live: int | Unlimited | None = None
    """Live references in the group."""
    max_batch: int | Unlimited | None = None
    """References in one batch call."""
    min_search_term: int | None = None
    """The fewest characters of a search term within the group."""
    max_fields: int | Unlimited | None = None
    """Fields in use in the group."""
    max_value: int | Unlimited | None = None
    """Characters of an attribute's value."""


@dataclass(frozen=True)
class Grouping:
    """How codes are shown to people; issued codes stay as they are.

    >>> serialref.Format(length=8, grouping=serialref.Grouping(4, " ")).show("H8294RKN")
    'H829 4RKN'
    """

    every: int
    """How many characters a group has, 1 to 64; the last may have fewer."""
    separator: str = "-"
    """What stands between groups: a hyphen or a space."""


@dataclass(frozen=True)
class Mismatch:
    """Why a text is not a code of a format. As text it is the reason.

    >>> serialref.Format(preset="digits", length=4).mismatch("12O4").position
    3
    """

    name: MismatchName
    """A word for it, the same in every language and version."""
    position: int | None
    """Where it is wrong, counted in characters from 1; of a symbol and of check characters."""
    reason: str
    """What is wrong, in words."""

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Decoded:
    """What a code of a Sequential or Keyed group says about itself, without a search."""

    counter: int | None
    """The counter that has this code; ``None`` where no counter has it, so that it can never be issued by counting."""
    may_be_issued: bool
    """Whether the group has counted past it: only then it may have been issued. It is not certain: what was imported, passed
    over, or issued before an older backup was restored, shows only in a lookup."""


@dataclass(frozen=True)
class CodeSpace:
    """How full the code space of a group is, and how easy it is to guess a code in it.

    A guess is a code of the format chosen at random, with its check characters computed; of a Sequential group nobody has to
    guess at random, whatever the numbers say.

    >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch", preset="digits", length=6)
    >>> pumps.code_space().capacity
    1000000
    """

    capacity: int | None
    """How many codes the format can make; ``None`` where that is more than 128 bits can say."""
    issued: int
    """How many were ever issued, deleted ones included."""
    live: int
    """How many of them are live."""
    remaining: int | None
    """How many are left, at most; fewer where other groups issue the same codes or words are left out. ``None`` where that
    is more than 128 bits can say."""
    density: float
    """Issued / capacity, from 0 to 1."""
    guess_probability: float
    """The chance that one random guess is the code of a live reference, from 0 to 1."""
    is_below_one_in_10_000: bool
    """Whether that is less than 1 in 10,000, by exact integers, as Regulation (EU) 2016/161 demands for medicines and (EU)
    2018/574 for tobacco."""
    expected_redraws: float | None
    """How often the next code of a Random group will have to be drawn again on average, because it was issued before; ``None``
    in a group that counts, and in a full one."""


@dataclass(frozen=True)
class Field:
    """What a group records of each of its references.

    >>> pumps = serialref.Registry().create_group("Pump", kind="batch", fields=[serialref.Field("Colour", "red")])
    >>> pumps.fields[0].id
    1
    """

    name: str
    """Its name, unique among the fields of the group that are in use: 1 to 200 characters."""
    default: str = ""
    """The value of references that were given none."""
    is_public: bool = False
    """Whether customers may see it."""
    is_retired: bool = False
    """Whether it was taken out of use."""
    id: int = 0
    """Its ordinal in the group; 0 where the group has still to be created."""


@dataclass(frozen=True)
class Stock:
    """What is left to be claimed in a group."""

    available: int
    """How many references are available."""
    threshold: int | None
    """Fewer than this are low; ``None`` where the group has no threshold."""
    is_low: bool
    """Whether there are fewer."""


@dataclass(frozen=True)
class Claim:
    """References that were taken for a line or an order.

    >>> group = serialref.Registry().create_group("Service tags", kind="continuous")
    >>> _ = group.create()
    >>> claim = group.claim(1, holder="Line 3")
    >>> claim.references[0].state
    <State.ALLOCATED: 'allocated'>
    """

    group_id: int
    """The group."""
    id: int
    """The ordinal of the claim in its group."""
    holder: str
    """Who holds the references."""
    claimed_at: datetime.datetime
    """When it was made."""
    expires_at: datetime.datetime | None
    """When what is still allocated falls back."""
    references: tuple[Reference, ...]
    """The references, oldest first."""
    repeated: bool = False
    """Whether an earlier call with the same request id made it, and this one nothing."""
    stock: Stock | None = None
    """What can be claimed in the group now; ``None`` where the call made no claim."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to a group or one of its references.

    >>> group = serialref.Registry().create_group("Service tags", kind="continuous")
    >>> [str(event.kind) for event in group.history(group.create().code)]
    ['issued']
    """

    group_id: int
    """The group."""
    id: int
    """Its ordinal in the group."""
    at: datetime.datetime
    """When it happened."""
    kind: EventKind
    """What happened."""
    row: int | None = None
    """The row of the reference; of ``issued`` the first."""
    count: int | None = None
    """How many references: of ``issued`` and ``group deleted``."""
    batch_id: int | None = None
    """The batch, of ``issued``."""
    claim_id: int | None = None
    """The claim that took the reference or that it came back from, of ``moved``."""
    field_id: int | None = None
    """The field, of ``attribute set``."""
    setting: str | None = None
    """The setting, of ``group changed``."""
    before: str | None = None
    """What it was: a text, or the name of a state."""
    after: str | None = None
    """What it is: a text, or the name of a state."""
    actor: str | None = None
    """Who made the change."""
    reason: str | None = None
    """Why."""
    note: str | None = None
    """What else is worth knowing."""

    def concerns(self, row: int) -> bool:
        """Whether it is a change of the reference in this row."""
        if self.row is None:
            return False
        if self.kind is EventKind.ISSUED:
            return self.row <= row < self.row + (self.count or 0)
        return self.row == row


@dataclass(frozen=True)
class Warranty:
    """The warranty of one product at one moment.

    >>> registry = serialref.Registry()
    >>> group = registry.create_group("PX7", kind="continuous", warranty="24 months from commissioned")
    >>> registry.warranty(group.create()).status
    <WarrantyStatus.NOT_STARTED: 'not started'>
    """

    status: WarrantyStatus
    """Whether it holds."""
    start: datetime.datetime | None
    """The first moment covered, where it is known."""
    end: datetime.datetime | None
    """The first moment no longer covered, where it is known."""


@dataclass(frozen=True)
class Deleted:
    """What a deletion did."""

    deleted: int
    """References that were live and are deleted now."""
    already_gone: int
    """References that were not live any more."""


@dataclass(frozen=True)
class RefusedTransition:
    """A reference that cannot come to a state, and why."""

    group_id: int | None
    """The group, where it is known."""
    row: int | None
    """The row, where it is known."""
    code: str | None
    """The code, where it was given."""
    reason: str
    """Why, in a sentence."""
    state: State | None
    """The state it is in, where that is the reason."""
    commissioned_at: datetime.datetime | None
    """When it was commissioned before, where that is the reason."""
    commissioned_by: str | None
    """By whom, where that is known."""


@dataclass(frozen=True)
class ImportFault:
    """What is wrong with one line of a file that is to be imported."""

    line: int
    """The line, counted from 1; of a row that goes over several lines the first."""
    reason: str
    """What is wrong with it, in a sentence."""


@dataclass(frozen=True)
class Imported:
    """References that were just imported."""

    group_id: int
    """The group they belong to."""
    batch_id: int | None
    """The batch they make; ``None`` in a Continuous group."""
    batch_name: str | None
    """The name of the batch; ``None`` in a Continuous group."""
    first_row: int
    """The row of the first; the others follow without a gap."""
    codes: tuple[str, ...] = field(repr=False)
    """Their codes, in the order of the file."""
    created_at: datetime.datetime
    """When they were imported."""
    repeated: bool
    """Whether an earlier commit with the same request id imported them, and this one nothing."""
    stock: Stock | None
    """What can be claimed in the group now; ``None`` where this commit imported nothing."""
    request_id: uuid.UUID
    """The id under which the same file can be imported again without adding anything."""


@dataclass(frozen=True)
class Page(Sequence[T_co], Generic[T_co]):
    """One page of a listing by its number, with the size of the whole.

    >>> group = serialref.Registry().create_group("Service tags", kind="continuous")
    >>> tags = [group.create() for _ in range(5)]
    >>> page = group.page(2, size=2)
    >>> page.items == tuple(tags[2:4]), page.total, page.pages
    (True, 5, 3)
    """

    items: tuple[T_co, ...]
    """The rows; none where the listing has fewer pages."""
    number: int
    """The number that was asked for, counted from 1."""
    size: int
    """How many rows a full page has."""
    total: int
    """How many rows the listing has in all."""

    @property
    def pages(self) -> int:
        """How many pages the listing has."""
        return -(-self.total // self.size)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, index: int | slice) -> T_co | tuple[T_co, ...]:
        return self.items[index]

    def _repr_html_(self) -> str:
        caption = f"page {self.number} of {self.pages}, {self.total} in all"
        return _display.table(self.items, caption)


class PublicAttribute(TypedDict):
    """An attribute as customers see it."""

    name: str
    value: str


class PublicWarranty(TypedDict):
    """A warranty as customers see it; moments as text."""

    status: str
    start: str | None
    end: str | None


class PublicView(TypedDict):
    """What a customer may see of a product."""

    code: str
    product: str
    description: str
    state: str
    attributes: list[PublicAttribute]
    warranty: PublicWarranty
