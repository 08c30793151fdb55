"""A store written in Python: everything in dictionaries, behind one lock.

It keeps the whole contract, so it can be the beginning of a store that keeps references where you need them. Run it to see
it tested, or import it.
"""

from __future__ import annotations

import bisect
import datetime
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import serialref
from serialref import Deleted, Event, EventKind, Kind, Reference, Scope, State
from serialref.stores import (
    AppendPlan,
    Appended,
    BatchQuery,
    BatchRecord,
    Cause,
    Changed,
    ChangePlan,
    Claimed,
    ClaimPlan,
    ClaimRecord,
    CodesTaken,
    DeletePlan,
    Details,
    EventQuery,
    GroupChange,
    GroupChanged,
    GroupDeletePlan,
    GroupPlan,
    GroupQuery,
    GroupRecord,
    IndexMoved,
    Inventory,
    LiveLimit,
    Move,
    NameTaken,
    NoSuchBatch,
    NoSuchClaim,
    NoSuchGroup,
    ReferenceQuery,
    Refusal,
    Repeated,
    Request,
    RequestMismatch,
    RequestRecord,
    Return,
    SetValues,
    SetWarranty,
    Slice,
    Store,
    TooFewAvailable,
    TooManyGroups,
    Unfit,
)

T = TypeVar("T")

#: What an event says when references fall back because the time of their claim is over.
EXPIRED = Cause(reason="the claim expired")


@dataclass
class Claim:
    """A claim as it is kept."""

    holder: str
    claimed_at: datetime.datetime
    expires_at: datetime.datetime | None
    rows: list[int]


class Group:
    """A group with everything that belongs to it."""

    def __init__(self, record: GroupRecord) -> None:
        self.record = record
        self.deleted = False
        self.live: dict[int, Reference] = {}
        self.gone: dict[int, Reference] = {}
        self.batches: dict[int, BatchRecord] = {}
        self.batch_live: Counter[int] = Counter()
        self.counts: Counter[State] = Counter()
        self.events: list[Event] = []
        self.claims: dict[int, Claim] = {}
        self.values: defaultdict[int, dict[int, str]] = defaultdict(dict)
        self.warranties: dict[int, str] = {}

    def shown(self) -> GroupRecord:
        """The group as callers see it."""
        return replace(self.record, live=len(self.live), counts=dict(self.counts), events=len(self.events))

    def shown_batch(self, id: int) -> BatchRecord:
        return replace(self.batches[id], live=self.batch_live[id])

    def shown_claim(self, id: int) -> ClaimRecord:
        claim = self.claims[id]
        references = tuple(self.live.get(row) or self.gone[row] for row in claim.rows)
        return ClaimRecord(self.record.id, id, claim.holder, claim.claimed_at, claim.expires_at, references)

    def namespace(self) -> int | None:
        """Where its codes are unique."""
        return None if self.record.scope is Scope.REGISTRY else self.record.id

    def defaults(self) -> dict[int, str]:
        return {field.id: field.default for field in self.record.fields}

    def value(self, row: int, field: int) -> str | None:
        values = self.values.get(row, {})
        return values[field] if field in values else self.defaults().get(field)

    def note(
        self,
        at: datetime.datetime,
        cause: Cause,
        kind: EventKind,
        *,
        row: int | None = None,
        count: int | None = None,
        batch_id: int | None = None,
        claim_id: int | None = None,
        field_id: int | None = None,
        setting: str | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        """Adds an event."""
        self.events.append(
            Event(
                self.record.id, len(self.events) + 1, at, kind, row, count, batch_id, claim_id, field_id, setting,
                before, after, cause.actor, cause.reason, cause.note,
            )
        )  # fmt: skip

    def put(self, reference: Reference) -> None:
        """Makes a reference live, or another."""
        before = self.live.get(reference.row)
        if before is not None:
            self.counts[before.state] -= 1
        elif reference.batch_id is not None:
            self.batch_live[reference.batch_id] += 1
        self.counts[reference.state] += 1
        self.live[reference.row] = reference

    def remove(self, row: int) -> Reference | None:
        """Makes a reference a tombstone."""
        reference = self.live.pop(row, None)
        if reference is not None:
            self.counts[reference.state] -= 1
            if reference.batch_id is not None:
                self.batch_live[reference.batch_id] -= 1
            self.gone[row] = reference
        return reference

    def bring(self, row: int, to: State, claim_id: int | None, at: datetime.datetime, cause: Cause) -> None:
        """Brings a reference to a state."""
        old = self.live[row]
        self.put(Reference(old.group_id, row, old.code, old.batch_id, old.created_at, to, claim_id))
        by = claim_id if claim_id is not None else old.claim_id
        self.note(at, cause, EventKind.MOVED, row=row, claim_id=by, before=old.state.value, after=to.value)

    def expired(self, at: datetime.datetime) -> list[int]:
        """Rows that are held by claims whose time is over."""
        over = {id for id, claim in self.claims.items() if claim.expires_at is not None and claim.expires_at <= at}
        held = (row for id in over for row in self.claims[id].rows)
        return sorted({row for row in held if row in self.live and self.live[row].claim_id in over})

    def rows(self, ranges: Iterable[range]) -> Iterator[int]:
        """The rows of ranges that were ever issued, also of ranges that go on for ever."""
        for part in ranges:
            yield from range(max(part.start, 1), min(part.stop, self.record.issued + 1))


class DictStore(Store):
    """Keeps everything in dictionaries."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._groups: dict[int, Group] = {}
        self._burned: set[tuple[int | None, str]] = set()
        self._by_code: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._requests: dict[uuid.UUID, tuple[int, Repeated | tuple[int, int] | Changed]] = {}

    # Groups

    def create_group(self, plan: GroupPlan) -> GroupRecord | Refusal:
        with self._lock:
            holder = self._named(plan.name)
            if holder is not None:
                return NameTaken(holder)
            present = sum(not group.deleted for group in self._groups.values())
            if isinstance(plan.max_groups, int) and present + 1 > plan.max_groups:
                return TooManyGroups(present)
            # Deleted groups stay, so that no id is given again.
            group = Group(plan.record(len(self._groups) + 1))
            group.note(plan.created_at, plan.cause, EventKind.GROUP_CREATED)
            self._groups[group.record.id] = group
            return group.shown()

    def change_group(self, change: GroupChange) -> GroupRecord | Refusal:
        with self._lock:
            group = self._existing(change.group_id)
            if group is None:
                return NoSuchGroup(change.group_id)
            if change.revision is not None and change.revision != group.record.revision:
                return GroupChanged(group.shown())
            holder = None if change.name is None else self._named(change.name)
            if holder is not None and holder != change.group_id:
                return NameTaken(holder)
            group.record, said = change.apply(group.record)
            for setting, before, after in said:
                group.note(change.at, change.cause, EventKind.GROUP_CHANGED, setting=setting, before=before, after=after)
            return group.shown()

    def delete_group(self, plan: GroupDeletePlan) -> int | Refusal:
        with self._lock:
            group = self._existing(plan.group_id)
            if group is None:
                return NoSuchGroup(plan.group_id)
            if group.record.issued > plan.issued:
                return GroupChanged(group.shown())
            live = len(group.live)
            group.note(plan.at, plan.cause, EventKind.GROUP_DELETED, count=live)
            group.deleted = True
            for row in list(group.live):
                group.remove(row)
            return live

    def group(self, id: int) -> GroupRecord | None:
        with self._lock:
            group = self._existing(id)
            return None if group is None else group.shown()

    def groups(self, query: GroupQuery) -> Slice[GroupRecord]:
        with self._lock:
            part = None if query.name_part is None else query.name_part.lower()
            found = [
                (id, group.shown())
                for id, group in self._groups.items()
                if not group.deleted and (part is None or part in group.record.name.lower())
            ]
            return _slice(found, query.after, query.newest_first, query.skip, query.size, query.counted)

    # Issuing

    def append(self, plan: AppendPlan) -> Appended | Repeated | Refusal:
        with self._lock:
            done = self._done(plan.request)
            if done is not None:
                return done if isinstance(done, Repeated) else RequestMismatch()
            group = self._existing(plan.group_id)
            if group is None:
                return NoSuchGroup(plan.group_id)
            if group.record.revision != plan.revision:
                return GroupChanged(group.shown())
            if isinstance(plan.max_live, int) and len(group.live) + len(plan.codes) > plan.max_live:
                return LiveLimit(len(group.live))
            if plan.index is not None and plan.index.expected != group.record.next_index:
                return IndexMoved(group.record.next_index)
            positions = self._taken_or_twice(group, plan.codes)
            if positions:
                return CodesTaken(positions)
            if not plan.codes or any(len(code) != group.record.format.width for code in plan.codes):
                raise serialref.StoreContractError("a plan has no codes, or codes of another width than its group's")
            if (plan.batch_name is not None) != (group.record.kind is Kind.BATCH):
                raise serialref.StoreContractError("a plan has a batch where its group has none, or none where it has")
            return self._issue(group, plan)

    def _issue(self, group: Group, plan: AppendPlan) -> Appended:
        id, first_row, count = plan.group_id, group.record.issued + 1, len(plan.codes)
        batch_id = None if plan.batch_name is None else len(group.batches) + 1
        if batch_id is not None and plan.batch_name is not None:
            batch = BatchRecord(id, batch_id, plan.batch_name, plan.created_at, first_row, count, 0)
            group.batches[batch_id] = batch
        namespace = group.namespace()
        for row, code in enumerate(plan.codes, first_row):
            group.put(Reference(id, row, code, batch_id, plan.created_at))
            self._burned.add((namespace, code))
            self._by_code[code].append((id, row))
            if batch_id is None:
                group.note(plan.created_at, plan.cause, EventKind.ISSUED, row=row, count=1)
        if batch_id is not None:
            group.note(plan.created_at, plan.cause, EventKind.ISSUED, row=first_row, count=count, batch_id=batch_id)
        for position, values in plan.values.items():
            group.values[first_row + position].update(values)
        next_index = group.record.next_index if plan.index is None else plan.index.next
        group.record = replace(group.record, issued=group.record.issued + count, next_index=next_index)
        if plan.request is not None:
            result = Repeated(id, first_row, batch_id, plan.batch_name, plan.codes, plan.created_at)
            self._requests[plan.request.id] = plan.request.digest, result
        return Appended(first_row, batch_id, group.counts[State.AVAILABLE])

    def request(self, id: uuid.UUID) -> RequestRecord | None:
        with self._lock:
            if id not in self._requests:
                return None
            digest, outcome = self._requests[id]
            if isinstance(outcome, tuple):
                outcome_shown: Repeated | ClaimRecord | Changed = self._groups[outcome[0]].shown_claim(outcome[1])
            else:
                outcome_shown = outcome
            return RequestRecord(digest, outcome_shown)

    def taken(self, group_id: int, codes: Sequence[str]) -> Sequence[int] | Refusal:
        with self._lock:
            group = self._existing(group_id)
            if group is None:
                return NoSuchGroup(group_id)
            namespace = group.namespace()
            return [position for position, code in enumerate(codes) if (namespace, code) in self._burned]

    # Reading

    def find(self, group_id: int | None, codes: Sequence[str]) -> Sequence[Reference]:
        with self._lock:
            places = sorted({place for code in codes for place in self._by_code.get(code, ())})
            found = (self._groups[group].live.get(row) for group, row in places if group_id in (None, group))
            return [reference for reference in found if reference is not None]

    def deleted(self, group_id: int | None, code: str) -> Sequence[Reference]:
        with self._lock:
            places = sorted(self._by_code.get(code, ()))
            found = (self._groups[group].gone.get(row) for group, row in places if group_id in (None, group))
            return [reference for reference in found if reference is not None]

    def references(self, query: ReferenceQuery) -> Slice[Reference] | Refusal:
        with self._lock:
            group = None
            if query.group_id is not None:
                group = self._existing(query.group_id)
                if group is None:
                    return NoSuchGroup(query.group_id)
                if query.revision is not None and query.revision != group.record.revision:
                    return GroupChanged(group.shown())
                if query.batch_id is not None and query.batch_id not in group.batches:
                    return NoSuchBatch(query.group_id, query.batch_id)
            groups = [each for each in self._groups.values() if not each.deleted] if group is None else [group]
            total = sum(1 for _ in self._matching(groups, query, None)) if query.counted else None
            matching = self._matching(groups, query, query.after)
            items: list[Reference] = []
            for place, reference in enumerate(matching):
                if place < query.skip:
                    continue
                if len(items) == query.size:
                    return Slice(items, True, total)
                items.append(reference)
            return Slice(items, False, total)

    def _matching(
        self, groups: Sequence[Group], query: ReferenceQuery, after: tuple[int, int] | None
    ) -> Iterator[Reference]:
        term = None if query.term is None else query.term.lower()
        for group in reversed(groups) if query.newest_first else groups:
            first, last = 1, group.record.issued
            if query.batch_id is not None:
                batch = group.batches[query.batch_id]
                first, last = batch.first_row, batch.first_row + batch.size - 1
            if after is not None:
                id, row = after
                is_behind = group.record.id < id if query.newest_first else group.record.id > id
                if group.record.id != id and not is_behind:
                    continue
                if group.record.id == id and query.newest_first:
                    last = min(last, row - 1)
                elif group.record.id == id:
                    first = max(first, row + 1)
            for row in range(last, first - 1, -1) if query.newest_first else range(first, last + 1):
                reference = group.live.get(row)
                if reference is None:
                    continue
                if term is not None and term not in reference.code.lower():
                    continue
                if query.created_from is not None and reference.created_at < query.created_from:
                    continue
                if query.created_before is not None and reference.created_at >= query.created_before:
                    continue
                if query.state is not None and reference.state is not query.state:
                    continue
                if query.value is not None and group.value(row, query.value[0]) != query.value[1]:
                    continue
                yield reference

    def batch(self, group_id: int, batch_id: int) -> BatchRecord | Refusal:
        with self._lock:
            group = self._existing(group_id)
            if group is None:
                return NoSuchGroup(group_id)
            return group.shown_batch(batch_id) if batch_id in group.batches else NoSuchBatch(group_id, batch_id)

    def batches(self, query: BatchQuery) -> Slice[BatchRecord] | Refusal:
        with self._lock:
            group = self._existing(query.group_id)
            if group is None:
                return NoSuchGroup(query.group_id)
            found = [(id, group.shown_batch(id)) for id in group.batches]
            return _slice(found, query.after, query.newest_first, query.skip, query.size, query.counted)

    def events(self, query: EventQuery) -> Slice[Event] | Refusal:
        with self._lock:
            group = self._groups.get(query.group_id)
            if group is None:
                return NoSuchGroup(query.group_id)
            found = [(event.id, event) for event in group.events if query.row is None or event.concerns(query.row)]
            return _slice(found, query.after, query.newest_first, query.skip, query.size, query.counted)

    def inventory(self, group_id: int | None, batch_id: int | None) -> Inventory | Refusal:
        with self._lock:
            if group_id is None:
                total: Counter[State] = Counter()
                for each in self._groups.values():
                    total.update(each.counts)
                return Inventory(total)
            group = self._existing(group_id)
            if group is None:
                return NoSuchGroup(group_id)
            if batch_id is None:
                return Inventory(dict(group.counts), self._next(group, range(1, group.record.issued + 1)))
            if batch_id not in group.batches:
                return NoSuchBatch(group_id, batch_id)
            batch = group.batches[batch_id]
            rows = range(batch.first_row, batch.first_row + batch.size)
            states = (group.live[row].state for row in rows if row in group.live)
            return Inventory(Counter(states), self._next(group, rows))

    def details(self, group_id: int, rows: Sequence[range]) -> Sequence[Details] | Refusal:
        with self._lock:
            group = self._existing(group_id)
            if group is None:
                return NoSuchGroup(group_id)
            return [
                Details(row, group.values.get(row, {}), group.warranties.get(row))
                for row in group.rows(rows)
                if group.values.get(row) or row in group.warranties
            ]

    # What becomes of references

    def delete(self, plan: DeletePlan) -> Deleted:
        with self._lock:
            deleted = asked = 0
            for id, ranges in plan.targets:
                asked += sum(part.stop - part.start for part in ranges)
                group = self._groups.get(id)
                for row in group.rows(ranges) if group is not None else ():
                    reference = group.remove(row) if group is not None else None
                    if reference is not None and group is not None:
                        group.note(plan.at, plan.cause, EventKind.DELETED, row=row, before=reference.state.value)
                        deleted += 1
            return Deleted(deleted, asked - deleted)

    def claim(self, plan: ClaimPlan) -> Claimed | Refusal:
        with self._lock:
            done = self._done(plan.request)
            if done is not None:
                if not isinstance(done, tuple):
                    return RequestMismatch()
                return Claimed(self._groups[done[0]].shown_claim(done[1]), None)
            group = self._existing(plan.group_id)
            if group is None:
                return NoSuchGroup(plan.group_id)
            if plan.batch_id is not None and plan.batch_id not in group.batches:
                return NoSuchBatch(plan.group_id, plan.batch_id)
            if plan.count == 0:
                raise serialref.StoreContractError("a plan claims nothing")
            expired = group.expired(plan.at)
            is_over = set(expired)
            free = [
                row
                for row in sorted(group.live)
                if (group.live[row].state is State.AVAILABLE or row in is_over)
                and plan.batch_id in (None, group.live[row].batch_id)
            ]
            if len(free) < plan.count:
                return TooFewAvailable(len(free))
            self._expire(group, expired, plan.at)
            id, rows = len(group.claims) + 1, free[: plan.count]
            for row in rows:
                group.bring(row, State.ALLOCATED, id, plan.at, plan.cause)
            group.claims[id] = Claim(plan.holder, plan.at, plan.expires_at, rows)
            if plan.request is not None:
                self._requests[plan.request.id] = plan.request.digest, (plan.group_id, id)
            return Claimed(group.shown_claim(id), group.counts[State.AVAILABLE])

    def claimed(self, group_id: int, claim_id: int) -> ClaimRecord | Refusal:
        with self._lock:
            group = self._existing(group_id)
            if group is None:
                return NoSuchGroup(group_id)
            return group.shown_claim(claim_id) if claim_id in group.claims else NoSuchClaim(group_id, claim_id)

    def expire(self, group_id: int, at: datetime.datetime) -> int | Refusal:
        with self._lock:
            group = self._existing(group_id)
            return NoSuchGroup(group_id) if group is None else self._expire(group, group.expired(at), at)

    def change(self, plan: ChangePlan) -> Changed | Refusal:
        with self._lock:
            done = self._done(plan.request)
            if done is not None:
                return done if isinstance(done, Changed) else RequestMismatch()
            for id, _ in plan.targets:
                if self._existing(id) is None:
                    return NoSuchGroup(id)
            refusal = self._refused(plan)
            if refusal is not None:
                return refusal
            changed = left = 0
            for id, ranges in plan.targets:
                group = self._groups[id]
                for row in group.rows(ranges):
                    if self._step(group, row, plan):
                        changed += 1
                    else:
                        left += 1
            if isinstance(plan.step, Return):
                left = sum(part.stop - part.start for _, ranges in plan.targets for part in ranges) - changed
            result = Changed(changed, left)
            if plan.request is not None:
                self._requests[plan.request.id] = plan.request.digest, result
            return result

    def _refused(self, plan: ChangePlan) -> Refusal | None:
        """Why a change cannot be made, in the order of the contract."""
        step = plan.step
        if not any(len(part) for _, ranges in plan.targets for part in ranges):
            raise serialref.StoreContractError("a plan changes nothing")
        if isinstance(step, (Return, SetValues)) and len(plan.targets) != 1:
            raise serialref.StoreContractError("a plan has several groups where its step has one")
        group = self._groups[plan.targets[0][0]]
        if isinstance(step, SetValues):
            if step.revision != group.record.revision:
                return GroupChanged(group.shown())
            used = {field.id for field in group.record.fields if not field.is_retired}
            if not used.issuperset(step.values):
                raise serialref.StoreContractError("a plan sets fields that the group does not have in use")
        if isinstance(step, Return):
            return None if step.claim_id in group.claims else NoSuchClaim(group.record.id, step.claim_id)
        unfit = [
            (id, row, reference.state if reference is not None else None)
            for id, ranges in plan.targets
            for row, reference in self._targets(self._groups[id], ranges)
            if not self._fits(reference, plan)
        ]
        return Unfit(tuple(unfit)) if unfit else None

    def _targets(self, group: Group, ranges: Iterable[range]) -> Iterator[tuple[int, Reference | None]]:
        for part in ranges:
            for row in part:
                yield row, group.live.get(row)

    def _fits(self, reference: Reference | None, plan: ChangePlan) -> bool:
        if reference is None:
            return False
        if not isinstance(plan.step, Move):
            return True
        if reference.state not in plan.step.origins:
            return False
        is_held = reference.state is State.ALLOCATED and plan.held_by is not None
        return not is_held or reference.claim_id == plan.held_by

    def _step(self, group: Group, row: int, plan: ChangePlan) -> bool:
        """Carries out a step for one reference; false where it is left as it is."""
        step = plan.step
        if isinstance(step, Move):
            group.bring(row, step.to, None, plan.at, plan.cause)
        elif isinstance(step, Return):
            reference = group.live.get(row)
            if reference is None or reference.state is not State.ALLOCATED or reference.claim_id != step.claim_id:
                return False
            group.bring(row, State.AVAILABLE, None, plan.at, plan.cause)
        elif isinstance(step, SetValues):
            for field, value in sorted(step.values.items()):
                before = group.value(row, field)
                if value is None:
                    group.values[row].pop(field, None)
                else:
                    group.values[row][field] = value
                after = group.value(row, field)
                if before != after:
                    group.note(
                        plan.at, plan.cause, EventKind.ATTRIBUTE_SET, row=row, field_id=field, before=before, after=after
                    )
        elif isinstance(step, SetWarranty):
            before = group.warranties.pop(row, "")
            if step.policy is not None:
                group.warranties[row] = step.policy
            if before != (step.policy or ""):
                group.note(
                    plan.at, plan.cause, EventKind.WARRANTY_SET, row=row, before=before, after=step.policy or ""
                )
        return True

    # Helpers

    def _existing(self, id: int) -> Group | None:
        group = self._groups.get(id)
        return None if group is None or group.deleted else group

    def _named(self, name: str) -> int | None:
        found = (id for id, group in self._groups.items() if not group.deleted and group.record.name == name)
        return next(found, None)

    def _done(self, request: Request | None) -> Repeated | tuple[int, int] | Changed | RequestMismatch | None:
        """What was done under a request id before."""
        if request is None or request.id not in self._requests:
            return None
        digest, outcome = self._requests[request.id]
        return outcome if digest == request.digest else RequestMismatch()

    def _taken_or_twice(self, group: Group, codes: Sequence[str]) -> tuple[int, ...]:
        namespace, seen, positions = group.namespace(), set(), []
        for position, code in enumerate(codes):
            if code in seen or (namespace, code) in self._burned:
                positions.append(position)
            seen.add(code)
        return tuple(positions)

    def _next(self, group: Group, rows: range) -> Reference | None:
        live = (group.live[row] for row in rows if row in group.live)
        return next((reference for reference in live if reference.state is State.AVAILABLE), None)

    def _expire(self, group: Group, rows: Sequence[int], at: datetime.datetime) -> int:
        for row in rows:
            group.bring(row, State.AVAILABLE, None, at, EXPIRED)
        return len(rows)


def _slice(
    found: Sequence[tuple[int, T]], after: int | None, newest_first: bool, skip: int, size: int, counted: bool
) -> Slice[T]:
    """Part of what was found, which is in the order of its ids."""
    ids = [id for id, _ in found]
    items = [item for _, item in found]
    if newest_first:
        end = len(items) if after is None else bisect.bisect_left(ids, after)
        items = items[:end][::-1]
    elif after is not None:
        items = items[bisect.bisect_right(ids, after) :]
    items = items[skip:]
    return Slice(items[:size], len(items) > size, len(found) if counted else None)


if __name__ == "__main__":
    report = serialref.testing.check_store(DictStore)
    print(report)
    raise SystemExit(0 if report.passed else 1)
