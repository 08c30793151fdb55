"""The whole module against a plain model: lists and dictionaries that say what should be there."""

from __future__ import annotations

import datetime
import io
import pathlib
import pickle
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field

import pytest
import serialref
from custom_store import DictStore
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from serialref import GroupLimits, State

STATES = list(State)
STEPS = {
    State.AVAILABLE: {State.ALLOCATED, State.ENCODED, State.COMMISSIONED, State.VOID},
    State.ALLOCATED: {State.AVAILABLE, State.ENCODED, State.COMMISSIONED, State.VOID},
    State.ENCODED: {State.COMMISSIONED, State.VOID},
    State.COMMISSIONED: {State.RELEASED, State.DECOMMISSIONED, State.DESTROYED},
    State.RELEASED: {State.DECOMMISSIONED, State.DESTROYED},
    State.DECOMMISSIONED: {State.DESTROYED},
    State.DESTROYED: set(),
    State.VOID: set(),
}


#: What every Keyed group has, whatever comes before it: more codes than one can come to.
KEY = serialref.Key(b"a key for models, not for codes.")
KEYED = serialref.Registry(limits=serialref.Limits.unlimited()).create_group(
    "Keyed", kind="batch", preset="digits", length=4, order="keyed", check="automatic", key=KEY
).create_batch(1000).codes()  # fmt: skip


@dataclass
class Line:
    """A reference of the model."""

    row: int
    code: str
    batch: int | None
    state: State = State.AVAILABLE
    claim: int | None = None
    colour: str = "red"
    steps: list[str] = field(default_factory=list)


@dataclass
class Plain:
    """A group of the model; a Batch group where `batches` is a list."""

    group: serialref.Group
    max_live: int
    batches: list[int] | None
    is_keyed: bool
    lines: dict[int, Line] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    issued: int = 0
    claims: int = 0
    #: What was asked for under an id, and the codes it gave.
    requests: dict[uuid.UUID, tuple[tuple[int, str], list[str]]] = field(default_factory=dict)

    def code(self, row: int) -> str:
        return self.group.format.prefix + (KEYED[row - 1] if self.is_keyed else f"{row:04}")


class Machine(RuleBasedStateMachine):
    """Does what it is told to both and compares."""

    groups: Bundle[Plain] = Bundle("groups")
    folder: str | None = None

    def store(self) -> serialref.Registry:
        return serialref.Registry()

    @initialize()
    def open(self) -> None:
        self.registry = self.store()
        self.all: list[Plain] = []
        self.names = 0

    def teardown(self) -> None:
        self.registry.close()

    @rule(target=groups, is_batch=st.booleans(), is_keyed=st.booleans(), max_live=st.integers(0, 40))
    def create_group(self, is_batch: bool, is_keyed: bool, max_live: int) -> Plain:
        self.names += 1
        group = self.registry.create_group(
            f"Group {self.names}", kind="batch" if is_batch else "continuous", preset="digits", length=4,
            order="keyed" if is_keyed else "sequential", check="automatic" if is_keyed else None,
            key=KEY if is_keyed else None, prefix=f"{self.names}-", limits=GroupLimits(max_live=max_live, max_batch=15),
            fields=[serialref.Field("Colour", "red")],
        )  # fmt: skip
        made = Plain(group, max_live, [] if is_batch else None, is_keyed)
        self.all.append(made)
        with pytest.raises(serialref.NameTakenError) as caught:
            self.registry.create_group(f"Group {self.names}", kind="batch")
        assert caught.value.group_id == group.id
        return made

    @rule(plain=groups, size=st.integers(-1, 17), request=st.none() | st.integers(1, 3), colour=st.sampled_from(["red", "blue"]))
    def issue(self, plain: Plain, size: int, request: int | None, colour: str) -> None:
        id = None if request is None else uuid.UUID(int=request * 1000 + plain.group.id)
        attributes = {"Colour": colour} if colour != "red" else None
        if plain.batches is None:
            size = 1
        before = None if id is None else plain.requests.get(id)
        expected: type[serialref.Error] | None = None
        if size < 1:
            expected = serialref.CountInvalidError
        elif before is not None and before[0] != (size, colour):
            expected = serialref.RequestMismatchError
        elif before is None and (plain.batches is not None and size > 15 or len(plain.lines) + size > plain.max_live):
            expected = serialref.LimitReachedError
        if expected is not None:
            with pytest.raises(expected):
                self.make(plain, size, attributes, id)
            return
        codes = self.make(plain, size, attributes, id)
        if before is not None:
            assert codes == before[1]
            return
        rows = range(plain.issued + 1, plain.issued + size + 1)
        assert codes == [plain.code(row) for row in rows]
        batch = None
        if plain.batches is not None:
            plain.batches.append(size)
            batch = len(plain.batches)
        for row, code in zip(rows, codes):
            plain.lines[row] = Line(row, code, batch, colour=colour)
        plain.issued += size
        if id is not None:
            plain.requests[id] = (size, colour), codes

    def make(self, plain: Plain, size: int, attributes: dict[str, str] | None, id: uuid.UUID | None) -> list[str]:
        if plain.batches is None:
            return [plain.group.create(attributes=attributes, request_id=id).code]
        return plain.group.create_batch(size, attributes=attributes, request_id=id).codes()

    @rule(plain=groups, places=st.lists(st.integers(1, 45), max_size=6, unique=True))
    def delete(self, plain: Plain, places: list[int]) -> None:
        codes = [plain.code(row) for row in places]
        pending = plain.group.delete(codes)
        known = [row for row in places if row in plain.lines]
        assert pending.count == len(known) and sorted(pending.unknown) == sorted(
            plain.code(row) for row in places if row not in plain.lines
        )
        assert len(plain.group) == len(plain.lines)
        assert pending.confirm().deleted == len(known)
        for row in known:
            plain.gone.append(plain.lines.pop(row).code)

    @rule(plain=groups, places=st.lists(st.integers(1, 45), min_size=1, max_size=6, unique=True), to=st.sampled_from(STATES))
    def move(self, plain: Plain, places: list[int], to: State) -> None:
        group = plain.group.because("for a reason")
        lines = [plain.lines.get(row) for row in places]
        refused = [place for place, line in zip(places, lines) if line is None or to not in STEPS[line.state]]
        if refused:
            with pytest.raises(serialref.TransitionRefusedError) as caught:
                group.transition([plain.code(row) for row in places], to)
            assert len(caught.value.refused) == len(refused)
            return
        assert group.transition([plain.code(row) for row in places], to) == len(places)
        for line in lines:
            assert line is not None
            line.steps.append(to.value)
            line.state, line.claim = to, None

    @rule(plain=groups, count=st.integers(1, 8))
    def claim(self, plain: Plain, count: int) -> None:
        free = [line for line in plain.lines.values() if line.state is State.AVAILABLE]
        if len(free) < count:
            with pytest.raises(serialref.TooFewAvailableError) as caught:
                plain.group.claim(count, holder="Line 3")
            assert caught.value.available == len(free)
            return
        claim = plain.group.claim(count, holder="Line 3")
        plain.claims += 1
        assert claim.id == plain.claims and [each.row for each in claim.references] == [line.row for line in free[:count]]
        for line in free[:count]:
            line.state, line.claim = State.ALLOCATED, claim.id
            line.steps.append("allocated")

    @rule(plain=groups, id=st.integers(0, 5))
    def give_back(self, plain: Plain, id: int) -> None:
        if not 1 <= id <= plain.claims:
            with pytest.raises(serialref.ClaimNotFoundError):
                plain.group.return_claim(id)
            return
        held = [line for line in plain.lines.values() if line.claim == id]
        assert plain.group.return_claim(id) == len(held)
        for line in held:
            line.state, line.claim = State.AVAILABLE, None
            line.steps.append("available")

    @rule(plain=groups, places=st.lists(st.integers(1, 45), max_size=5, unique=True), colour=st.sampled_from(["red", "blue", ""]))
    def paint(self, plain: Plain, places: list[int], colour: str) -> None:
        codes = [plain.code(row) for row in places]
        missing = tuple(plain.code(row) for row in places if row not in plain.lines)
        if missing:
            with pytest.raises(serialref.SelectionInvalidError) as caught:
                plain.group.set_attributes(codes, {"Colour": colour})
            assert caught.value.missing == missing
            return
        plain.group.set_attributes(codes, {"Colour": colour})
        for row in places:
            plain.lines[row].colour = colour

    @rule(plain=groups, max_live=st.integers(0, 40))
    def limit(self, plain: Plain, max_live: int) -> None:
        plain.group.set_limits(GroupLimits(max_live=max_live, max_batch=15))
        plain.max_live = max_live

    @rule(plain=consumes(groups))
    def delete_group(self, plain: Plain) -> None:
        assert plain.group.delete_group().confirm().deleted == len(plain.lines)
        self.all.remove(plain)
        with pytest.raises(serialref.GroupNotFoundError):
            len(plain.group)

    @rule(plain=groups, start=st.integers(-5, 45), stop=st.none() | st.integers(-5, 45), step=st.sampled_from([None, 1, 2, -1, -3]))
    def read(self, plain: Plain, start: int, stop: int | None, step: int | None) -> None:
        lines = list(plain.lines.values())
        part = slice(start, stop, step)
        assert [each.row for each in plain.group[part]] == [line.row for line in lines[part]]
        blue = plain.group.references(having=("Colour", "blue"))
        assert [each.row for each in blue] == [line.row for line in lines if line.colour == "blue"]
        for state in (State.AVAILABLE, State.ALLOCATED, State.VOID):
            assert len(plain.group.references(state=state)) == sum(line.state is state for line in lines)
        term = f"{plain.group.format.prefix}00"
        found = plain.group.search(term, newest_first=True)
        assert found.codes() == [line.code for line in reversed(lines) if term in line.code]
        decoded = [plain.group.decode(plain.code(row)) for row in (1, plain.issued, plain.issued + 1) if row]
        assert [each.counter for each in decoded] == [row - 1 for row in (1, plain.issued, plain.issued + 1) if row]
        assert [each.may_be_issued for each in decoded][-2:] == ([True, False] if plain.issued else [False, False])
        if lines:
            line = lines[start % len(lines)]
            each = self.registry.lookup(line.code)
            assert pickle.loads(pickle.dumps(each)) == each
            assert [event.after for event in self.registry.history(each) if event.kind == "moved"] == line.steps
            assert self.registry.attributes(each) == {"Colour": line.colour}
            file = io.StringIO()
            assert plain.group.export(file, format="json_lines") == len(lines)

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "registry"):
            return
        for plain in self.all:
            group = plain.group
            seen = [(each.row, each.code, each.batch_id, each.state, each.claim_id) for each in group]
            assert seen == [(line.row, line.code, line.batch, line.state, line.claim) for line in plain.lines.values()]
            assert (len(group), group.issued) == (len(plain.lines), plain.issued)
            assert sum(group.inventory().values()) == len(plain.lines)
            assert all(code not in group for code in plain.gone[-3:])
            if plain.batches is not None:
                assert [(batch.size, len(batch)) for batch in group.batches()] == [
                    (size, sum(line.batch == number for line in plain.lines.values()))
                    for number, size in enumerate(plain.batches, 1)
                ]
        assert [group.id for group in self.registry.groups()] == [plain.group.id for plain in self.all]


class SnapshotMachine(Machine):
    """Goes on after a snapshot every now and then."""

    @rule()
    def carry_over(self) -> None:
        registry = serialref.Registry.restore(self.registry.snapshot())
        self.registry.close()
        self.registry = registry
        for plain in self.all:
            plain.group = registry.group(plain.group.id)


class FileMachine(Machine):
    """Keeps everything in a file and opens it again every now and then."""

    def store(self) -> serialref.Registry:
        self.folder = tempfile.mkdtemp()
        self.path = pathlib.Path(self.folder) / "line.db"
        return serialref.open(self.path, durability="program_crash", patience=datetime.timedelta(seconds=5))

    @rule()
    def open_again(self) -> None:
        self.registry.close()
        self.registry = serialref.open(self.path, durability="program_crash", must_exist=True)
        for plain in self.all:
            plain.group = self.registry.group(plain.group.id)

    def teardown(self) -> None:
        super().teardown()
        if self.folder is not None:
            shutil.rmtree(self.folder)


class PythonMachine(Machine):
    """Keeps everything in a store written in Python."""

    def store(self) -> serialref.Registry:
        return serialref.Registry(DictStore())


RUNS = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much], print_blob=True
)
TestMemory = SnapshotMachine.TestCase
TestFile = FileMachine.TestCase
TestPython = PythonMachine.TestCase
for _case in (TestMemory, TestFile, TestPython):
    _case.settings = RUNS

del _case
