"""Stores of your own: the class to inherit from, the plans it is given, and what it answers.

A call that changes something gets a *plan*: data that says everything, to be applied at once or refused. A refusal is
returned, not raised, and carries the present state. An exception is for trouble with the storage itself: raise
``StoreBusyError``, ``StoreUnavailableError``, ``OutcomeUnknownError`` or ``StoreCorruptError`` where one of them fits; any other
comes back to the caller as the cause of a ``StoreForeignError``.

:func:`serialref.testing.check_store` tests whether a store keeps the contract, and ``examples/python/custom_store.py`` is
one that does.
"""

from __future__ import annotations

import abc
import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from serialref import _display
from serialref._enums import Kind, Scope, State, Unlimited
from serialref._records import Deleted, Event, Field, GroupLimits

if TYPE_CHECKING:
    from serialref._serialref import Format, Reference

__all__ = [
    "AppendPlan",
    "Appended",
    "BatchQuery",
    "BatchRecord",
    "Cause",
    "ChangePlan",
    "Changed",
    "ClaimPlan",
    "ClaimRecord",
    "Claimed",
    "CodesTaken",
    "DeletePlan",
    "Deleted",
    "Details",
    "Event",
    "EventQuery",
    "GroupChange",
    "GroupChanged",
    "GroupDeletePlan",
    "GroupPlan",
    "GroupQuery",
    "GroupRecord",
    "IndexGuard",
    "IndexMoved",
    "Inventory",
    "LiveLimit",
    "Move",
    "NameTaken",
    "NoSuchBatch",
    "NoSuchClaim",
    "NoSuchGroup",
    "ReferenceQuery",
    "Refusal",
    "Repeated",
    "Request",
    "RequestMismatch",
    "RequestRecord",
    "Return",
    "SetValues",
    "SetWarranty",
    "Slice",
    "Step",
    "Store",
    "TooFewAvailable",
    "TooManyGroups",
    "Unfit",
]

T_co = TypeVar("T_co", covariant=True)

#: How many references are in which state; what is not there counts as 0.
StateCounts = Mapping[State, int]


@dataclass(frozen=True)
class GroupRecord:
    """A group as it was when it was read."""

    id: int
    """The group's id."""
    name: str
    """Its name, unique in the registry."""
    description: str
    """What people should know about it."""
    kind: Kind
    """How its references are issued; never changes."""
    scope: Scope
    """Where its codes are unique; never changes."""
    format: Format
    """What its codes look like; never changes."""
    limits: GroupLimits
    """Its own limits."""
    created_at: datetime.datetime
    """When it was created."""
    fields: tuple[Field, ...] = ()
    """The fields it ever declared, by id; retired ones included."""
    warranty_policy: str = "none"
    """How long its products are covered."""
    public_name: str = ""
    """What customers know the product as."""
    public_description: str = ""
    """What customers may read about the product."""
    low_stock: int | None = None
    """Fewer available references than this are reported by every claim and issue."""
    revision: int = 1
    """Grows with every change of a setting."""
    live: int = 0
    """References that are issued and not deleted."""
    issued: int = 0
    """References ever issued, deleted ones included; also the row of the newest."""
    next_index: int = 0
    """How far a Sequential or Keyed group has counted."""
    counts: StateCounts = field(default_factory=dict, hash=False)
    """How many live references are in which state."""
    events: int = 0
    """How many events it has; also the id of the newest."""
    keys: bytes = field(default=b"", repr=False)
    """The secret keys of a Keyed group, for stores to keep: empty in records that users get."""

    def _repr_html_(self) -> str:
        names = ("id", "name", "description", "kind", "scope", "format", "created_at", "live", "issued", "warranty_policy")
        facts = [(name.replace("_", " "), getattr(self, name)) for name in names]
        facts += [(str(state), count) for state, count in self.counts.items() if count]
        return _display.facts(facts, f"Group {self.name}")


@dataclass(frozen=True)
class BatchRecord:
    """A batch as it was when it was read."""

    group_id: int
    """The group it belongs to."""
    id: int
    """Its ordinal in the group."""
    name: str
    """Its name; other batches may have the same."""
    created_at: datetime.datetime
    """When it was issued."""
    first_row: int
    """The row of its first reference; the others follow without a gap."""
    size: int
    """How many references were issued."""
    live: int
    """How many of them are not deleted."""


@dataclass(frozen=True)
class Cause:
    """Who makes a change, and why: part of every event."""

    actor: str | None = None
    """Who makes the change."""
    reason: str | None = None
    """Why."""
    note: str | None = None
    """What else is worth knowing."""


@dataclass(frozen=True)
class Request:
    """The id of a call that may be repeated, and what was asked for."""

    id: uuid.UUID
    """The caller's id."""
    digest: int
    """The same for the same request and another for another."""


@dataclass(frozen=True)
class GroupPlan:
    """A group to create."""

    name: str
    description: str
    kind: Kind
    scope: Scope
    format: Format
    limits: GroupLimits
    fields: tuple[Field, ...]
    warranty_policy: str
    public_name: str
    public_description: str
    low_stock: int | None
    created_at: datetime.datetime
    keys: bytes = field(repr=False)
    """The secret keys of a Keyed group; empty for any other. Keep them as what they are."""
    max_groups: int | Unlimited
    """How many groups there may be with it."""
    cause: Cause
    """What the event is to say."""

    def record(self, id: int) -> GroupRecord:
        """The new, empty group with an id."""
        return GroupRecord(
            id=id,
            name=self.name,
            description=self.description,
            kind=self.kind,
            scope=self.scope,
            format=self.format,
            limits=self.limits,
            created_at=self.created_at,
            fields=self.fields,
            warranty_policy=self.warranty_policy,
            public_name=self.public_name,
            public_description=self.public_description,
            low_stock=self.low_stock,
            keys=self.keys,
        )


@dataclass(frozen=True)
class GroupChange:
    """Settings of a group to change."""

    group_id: int
    name: str | None
    """The new name, where there is one: to be checked against the other groups'."""
    revision: int | None
    """The revision that the group must have, where it matters."""
    at: datetime.datetime
    cause: Cause
    apply: Callable[[GroupRecord], tuple[GroupRecord, tuple[tuple[str, str, str], ...]]] = field(repr=False, compare=False)
    """Gives the group as it is to be, with its revision raised, and for each event its setting and the text before and
    after."""


@dataclass(frozen=True)
class GroupDeletePlan:
    """A group to delete with all its references."""

    group_id: int
    issued: int
    """How many references it had issued when that was decided; more is a reason to refuse."""
    at: datetime.datetime
    cause: Cause


@dataclass(frozen=True)
class IndexGuard:
    """How far a Sequential or Keyed group has to have counted, and will have."""

    expected: int
    next: int


@dataclass(frozen=True)
class AppendPlan:
    """References to issue: the step that everything else is there for."""

    request: Request | None
    group_id: int
    revision: int
    """The revision that the group must have."""
    max_live: int | Unlimited
    """How many live references the group may have with them."""
    index: IndexGuard | None
    batch_name: str | None
    """The name of the batch to create; ``None`` in a Continuous group."""
    codes: tuple[str, ...] = field(repr=False)
    """The codes in the order of issue."""
    values: Mapping[int, Mapping[int, str]]
    """Values by position in ``codes``, counted from 0, and field."""
    created_at: datetime.datetime
    cause: Cause


@dataclass(frozen=True)
class ClaimPlan:
    """References to claim: those that are available with the lowest rows."""

    request: Request | None
    group_id: int
    batch_id: int | None
    """The batch to take them from, where it matters."""
    count: int
    holder: str
    expires_at: datetime.datetime | None
    at: datetime.datetime
    cause: Cause


@dataclass(frozen=True)
class Move:
    """Brings references from one of some states to another."""

    origins: frozenset[State]
    to: State


@dataclass(frozen=True)
class Return:
    """Makes available again what is still allocated by a claim; leaves the others."""

    claim_id: int


@dataclass(frozen=True)
class SetValues:
    """Gives fields other values; ``None`` stands for the default."""

    revision: int
    """The revision that the group must have."""
    values: Mapping[int, str | None]
    """Values by field."""


@dataclass(frozen=True)
class SetWarranty:
    """Gives references a warranty of their own, or takes it away."""

    policy: str | None


#: What a change does.
Step = Move | Return | SetValues | SetWarranty


@dataclass(frozen=True)
class ChangePlan:
    """References to change, in one step over all groups."""

    request: Request | None
    targets: tuple[tuple[int, tuple[range, ...]], ...]
    """Group ids with ranges of rows."""
    step: Step
    held_by: int | None
    """The claim that must hold what is allocated, where it matters."""
    at: datetime.datetime
    cause: Cause


@dataclass(frozen=True)
class DeletePlan:
    """References to delete, in one step over all groups."""

    targets: tuple[tuple[int, tuple[range, ...]], ...]
    """Group ids with ranges of rows."""
    at: datetime.datetime
    cause: Cause


@dataclass(frozen=True)
class GroupQuery:
    """Groups to list, by id."""

    name_part: str | None
    """What the name must contain, in any letter case."""
    newest_first: bool
    skip: int
    """How many rows to leave out at the beginning."""
    after: int | None
    """The id of the last group before; then nothing is left out."""
    size: int
    """How many at the most."""
    counted: bool
    """Whether the total is wanted."""


@dataclass(frozen=True)
class ReferenceQuery:
    """Live references to list, by group id and row."""

    group_id: int | None
    batch_id: int | None
    revision: int | None
    """The revision that the group must have, where it matters."""
    term: str | None
    """What the code must contain, in any letter case."""
    created_from: datetime.datetime | None
    """Issued then or later."""
    created_before: datetime.datetime | None
    """Issued before."""
    state: State | None
    value: tuple[int, str] | None
    """A field and the value it must have, its default included."""
    newest_first: bool
    skip: int
    """How many rows to leave out at the beginning."""
    after: tuple[int, int] | None
    """Group id and row of the last reference before; then nothing is left out."""
    size: int
    """How many at the most."""
    counted: bool
    """Whether the total is wanted."""


@dataclass(frozen=True)
class BatchQuery:
    """Batches of a group to list, by id."""

    group_id: int
    newest_first: bool
    skip: int
    after: int | None
    size: int
    counted: bool


@dataclass(frozen=True)
class EventQuery:
    """Events of a group to list, by id."""

    group_id: int
    row: int | None
    """Only those that concern the reference in this row; see :meth:`Event.concerns`."""
    newest_first: bool
    skip: int
    after: int | None
    size: int
    counted: bool


class Refusal:
    """Why a plan was not carried out; nothing has changed."""

    __slots__ = ()


@dataclass(frozen=True)
class NoSuchGroup(Refusal):
    """The group does not exist, or was deleted."""

    group_id: int


@dataclass(frozen=True)
class NoSuchBatch(Refusal):
    """The group has no such batch."""

    group_id: int
    batch_id: int


@dataclass(frozen=True)
class NoSuchClaim(Refusal):
    """The group has no such claim."""

    group_id: int
    claim_id: int


@dataclass(frozen=True)
class NameTaken(Refusal):
    """Another group has the name."""

    group_id: int
    """The group that has it."""


@dataclass(frozen=True)
class TooManyGroups(Refusal):
    """There would be more groups than allowed."""

    present: int


@dataclass(frozen=True)
class RequestMismatch(Refusal):
    """The request id was used for another request."""


@dataclass(frozen=True)
class GroupChanged(Refusal):
    """The group is not as the plan expects it."""

    group: GroupRecord
    """The group as it is."""


@dataclass(frozen=True)
class LiveLimit(Refusal):
    """The group would have more live references than allowed."""

    present: int


@dataclass(frozen=True)
class IndexMoved(Refusal):
    """The group has counted to another index than the plan expects."""

    next: int


@dataclass(frozen=True)
class CodesTaken(Refusal):
    """Some codes were issued before in the scope, or come twice in the plan."""

    positions: tuple[int, ...]
    """Their positions in the plan, counted from 0, ascending, at least one."""


@dataclass(frozen=True)
class TooFewAvailable(Refusal):
    """Fewer references are available than were to be claimed."""

    available: int


@dataclass(frozen=True)
class Unfit(Refusal):
    """Some references cannot be changed so."""

    references: tuple[tuple[int, int, State | None], ...]
    """Every one of them, by group id and row, with the state it is in; ``None`` where it is not live."""


@dataclass(frozen=True)
class Appended:
    """The codes of the plan were issued."""

    first_row: int
    """The row of the first code; the others follow without a gap."""
    batch_id: int | None
    """The batch that was created; ``None`` in a Continuous group."""
    available: int
    """How many references of the group are available now."""


@dataclass(frozen=True)
class Repeated:
    """An earlier plan with the same request issued these codes, and this one none."""

    group_id: int
    first_row: int
    batch_id: int | None
    batch_name: str | None
    codes: tuple[str, ...] = field(repr=False)
    """The codes in the order of issue, whether or not they were deleted since."""
    created_at: datetime.datetime


@dataclass(frozen=True)
class ClaimRecord:
    """What a store keeps of a claim."""

    group_id: int
    id: int
    """Its ordinal in the group."""
    holder: str
    claimed_at: datetime.datetime
    expires_at: datetime.datetime | None
    references: tuple[Reference, ...]
    """What was claimed, by row, as it is now; deleted ones as they were."""


@dataclass(frozen=True)
class Claimed:
    """What a claim did."""

    claim: ClaimRecord
    available: int | None
    """How many references of the group are available now; ``None`` where an earlier plan with the same request made the
    claim, and this one none."""


@dataclass(frozen=True)
class Changed:
    """What a change did."""

    changed: int
    """References that the step reached."""
    left: int = 0
    """References that the step left as they are."""


@dataclass(frozen=True)
class RequestRecord:
    """What a store keeps under a request id."""

    digest: int
    outcome: Repeated | ClaimRecord | Changed


@dataclass(frozen=True)
class Inventory:
    """How many live references are in which state, and the next that is available in a group or batch."""

    counts: StateCounts = field(hash=False)
    next: Reference | None = None


@dataclass(frozen=True)
class Details:
    """What a reference has of its own."""

    row: int
    values: Mapping[int, str] = field(hash=False)
    """The values that were given to it, by field."""
    warranty_policy: str | None = None
    """Its own warranty, where it has one."""


@dataclass(frozen=True)
class Slice(Generic[T_co]):
    """Part of a listing."""

    items: Sequence[T_co]
    more: bool
    """Whether the listing goes on after them."""
    total: int | None = None
    """How many rows the whole listing has, wherever the slice begins; where it was wanted."""


class Store(abc.ABC):
    """Where groups, batches and references live.

    Methods are called from any thread, also several at a time. Whatever may be asked for has an answer: ids, rows and
    numbers of rows to skip may be as large as 64 bits allow, codes and parts of names any text, and a page of 0 rows tells
    whether there are any. The contract is the one of the trait ``Store`` in Rust, S1 to S17:

    1. A plan is applied whole or not at all.
    2. Check and effect are one step for all threads and, where the store is shared, all processes.
    3. A code is never accepted twice in its scope, not even after its deletion.
    4. The same request id with the same digest gives the first result again; with another digest it is refused.
    5. Rows grow without a gap in the order of issue, and so do batches, claims and events; none is given again.
    6. Pages have neither gap nor repeat while others insert and delete.
    7. Counts and totals equal what paging yields.
    8. Everything comes back as it was given.
    9. A finished write is seen by every read that begins later.
    10. After an exception nothing has changed, except after ``OutcomeUnknownError``.
    11. Each method can be called from any thread.
    12. Checks come in this order. Append: request id, group, revision, live references, index, codes. Claim: request id,
        group, batch, what is available. Change: request id, groups in their order, revision, references.
    13. A claim takes the available references with the lowest rows. What is allocated by a claim whose time is over comes
        back with the next claim in the group, or with ``expire``.
    14. A reference comes only from a state that the plan allows, all of the plan or none.
    15. Every change leaves its events in the same step, by group, row and field: ``group created``; what
        ``GroupChange.apply`` gives; ``group deleted``, and none for the references; ``issued``, one for a batch or one for
        each reference without; ``moved`` for each reference, those that fall back by an expired claim (with the reason
        ``the claim expired``, nobody as the actor, at the moment of the plan) before those it takes; ``attribute set`` and
        ``warranty set`` where the value is another than before; ``deleted`` for each reference.
    16. A reference has the default of every field in which it was given no value, and is found by it.
    17. Counts by state are those of the live references.
    """

    loses_replies: bool = False
    """Whether a reply can be lost on its way from the store, so that every call that changes something gets a request
    id."""

    @abc.abstractmethod
    def create_group(self, plan: GroupPlan) -> GroupRecord | Refusal:
        """Creates a group. Refused: ``NameTaken``, then ``TooManyGroups``."""

    @abc.abstractmethod
    def change_group(self, change: GroupChange) -> GroupRecord | Refusal:
        """Changes settings of a group. Refused: ``NoSuchGroup``, ``GroupChanged``, ``NameTaken``."""

    @abc.abstractmethod
    def delete_group(self, plan: GroupDeletePlan) -> int | Refusal:
        """Deletes a group and says how many live references it had. Refused: ``NoSuchGroup``, ``GroupChanged``."""

    @abc.abstractmethod
    def group(self, id: int) -> GroupRecord | None:
        """A group as it is now; ``None`` where it does not exist or was deleted."""

    @abc.abstractmethod
    def groups(self, query: GroupQuery) -> Slice[GroupRecord]:
        """Groups by id."""

    @abc.abstractmethod
    def append(self, plan: AppendPlan) -> Appended | Repeated | Refusal:
        """Issues references."""

    @abc.abstractmethod
    def request(self, id: uuid.UUID) -> RequestRecord | None:
        """What was done under a request id, whatever became of it."""

    @abc.abstractmethod
    def taken(self, group_id: int, codes: Sequence[str]) -> Sequence[int] | Refusal:
        """The positions of codes that were issued before in the group's scope, ascending. Refused: ``NoSuchGroup``."""

    @abc.abstractmethod
    def find(self, group_id: int | None, codes: Sequence[str]) -> Sequence[Reference]:
        """The live references that have one of these codes, in all groups or in one; by group id and row."""

    @abc.abstractmethod
    def references(self, query: ReferenceQuery) -> Slice[Reference] | Refusal:
        """Live references. Refused: ``NoSuchGroup``, ``GroupChanged``, ``NoSuchBatch``."""

    @abc.abstractmethod
    def batch(self, group_id: int, batch_id: int) -> BatchRecord | Refusal:
        """One batch. Refused: ``NoSuchGroup``, ``NoSuchBatch``."""

    @abc.abstractmethod
    def batches(self, query: BatchQuery) -> Slice[BatchRecord] | Refusal:
        """Batches by id. Refused: ``NoSuchGroup``."""

    @abc.abstractmethod
    def delete(self, plan: DeletePlan) -> Deleted:
        """Deletes references that are live, and counts the others."""

    @abc.abstractmethod
    def deleted(self, group_id: int | None, code: str) -> Sequence[Reference]:
        """The deleted references that have this code, as they were; in all groups that ever were or in one."""

    @abc.abstractmethod
    def claim(self, plan: ClaimPlan) -> Claimed | Refusal:
        """Claims references."""

    @abc.abstractmethod
    def claimed(self, group_id: int, claim_id: int) -> ClaimRecord | Refusal:
        """A claim that was made. Refused: ``NoSuchGroup``, ``NoSuchClaim``."""

    @abc.abstractmethod
    def expire(self, group_id: int, at: datetime.datetime) -> int | Refusal:
        """Brings back what is still allocated by claims that expire at a moment or before. Refused: ``NoSuchGroup``."""

    @abc.abstractmethod
    def change(self, plan: ChangePlan) -> Changed | Refusal:
        """Changes references."""

    @abc.abstractmethod
    def events(self, query: EventQuery) -> Slice[Event] | Refusal:
        """Events by id. Refused: ``NoSuchGroup`` where there never was such a group."""

    @abc.abstractmethod
    def inventory(self, group_id: int | None, batch_id: int | None) -> Inventory | Refusal:
        """How many live references are in which state. Refused: ``NoSuchGroup``, ``NoSuchBatch``."""

    @abc.abstractmethod
    def details(self, group_id: int, rows: Sequence[range]) -> Sequence[Details] | Refusal:
        """What references have of their own, live or deleted, by row; only those that have anything. Refused:
        ``NoSuchGroup``."""
