"""Keyed order, check characters, what people type, words that must not appear, and the numbers of a code space."""

from __future__ import annotations

import copy
import dataclasses
import io
import itertools
import json
import logging
import pathlib
import pickle
from typing import Any

import pytest
import serialref
from serialref import CheckScheme, CodeInvalidError, CodeSequence, Detection, Format, Grouping, Key, MismatchName, Registry

VECTORS: dict[str, list[Any]] = json.loads(
    (pathlib.Path(__file__).resolve().parents[2] / "vectors" / "code-space.json").read_text(encoding="utf-8")
)
SECRET = b"32 bytes from a vault, as it is."
DIGITS = "0123456789"
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def written(vector: dict[str, Any]) -> Format:
    """The format that a vector describes."""
    order = vector["order"]
    grouping = vector.get("grouping")
    return Format(
        alphabet=vector["alphabet"],
        length=vector["length"],
        order="sequential" if isinstance(order, dict) else order,
        start=int(order["sequential"]["start"]) if isinstance(order, dict) else None,
        prefix=vector["prefix"],
        suffix=vector["suffix"],
        check=vector.get("check"),
        grouping=Grouping(**grouping) if grouping else None,
        skip_words=vector.get("skipped_words"),
        guesses_below_one_in=vector.get("guesses_below_one_in"),
    )


def test_the_vectors_have_the_lists_that_are_read_here() -> None:
    assert sorted(VECTORS) == ["automatic_from_2_symbols", "check", "keyed", "validation"]
    assert all(VECTORS.values())


@pytest.mark.parametrize("vector", VECTORS["keyed"], ids=lambda vector: str(vector["format"]["length"]))
def test_counters_and_codes_of_the_vectors_belong_together(vector: dict[str, Any]) -> None:
    assert sorted(vector) == ["codes", "format", "key"]
    key = Key(vector["key"])
    group = Registry().create_group("Vector", kind="continuous", format=written(vector["format"]), key=key)
    sequence = CodeSequence(group.format, key)
    assert group.key == key and vector["codes"] and sequence.format == group.format
    for case in sorted(vector["codes"], key=lambda case: int(case["counter"])):
        counter, code = int(case["counter"]), case["code"]
        assert (sequence.code(counter), sequence.counter(code)) == (code, counter)
        assert group.decode(code) == serialref.Decoded(counter, may_be_issued=False)
        group.advance_counter(counter)
        assert group.create().code == code
        assert group.decode(code) == serialref.Decoded(counter, may_be_issued=True)


@pytest.mark.parametrize("vector", VECTORS["check"], ids=lambda vector: f"{vector['scheme']} of {len(vector['alphabet'])}")
def test_check_characters_of_the_vectors_are_computed_and_found_wrong(vector: dict[str, Any]) -> None:
    assert sorted(vector) == ["alphabet", "cases", "detects", "scheme"]
    scheme, alphabet = CheckScheme(vector["scheme"]), vector["alphabet"]
    assert scheme.fits(alphabet)
    assert [str(found) for found in scheme.detects(alphabet)] == vector["detects"]
    for case in vector["cases"]:
        body, check = case["body"], case["check"]
        assert scheme.compute(alphabet, body) == check
        form = Format(alphabet=alphabet, length=len(body), check=scheme)
        assert (form.check, form.detects, form.width) == (scheme, scheme.detects(alphabet), len(body + check))
        assert form.mismatch(body + check) is None
        for symbol in PRINTABLE:
            wrong = body + check[:-1] + symbol
            assert (form.mismatch(wrong) is None) == (symbol == check[-1])


def test_what_automatic_takes_is_what_the_vectors_say() -> None:
    schemes = VECTORS["automatic_from_2_symbols"]
    assert len(schemes) == 93
    for size, scheme in enumerate(schemes, 2):
        assert CheckScheme.automatic(PRINTABLE[:size]) == scheme
        assert Format(alphabet=PRINTABLE[:size], check="automatic").check == scheme


@pytest.mark.parametrize("vector", VECTORS["validation"], ids=lambda vector: vector["format"]["alphabet"][:12])
def test_verdicts_of_the_vectors(vector: dict[str, Any]) -> None:
    assert sorted(vector) == ["cases", "format"]
    form = written(vector["format"])
    for case in vector["cases"]:
        assert sorted(case) == ["canonical", "grouped", "position", "typed", "verdict"]
        assert form.canonical(case["typed"]) == case["canonical"]
        assert form.show(case["canonical"]) == case["grouped"]
        if case["verdict"] == "ok":
            assert form.validate(case["typed"]) == case["canonical"] and case["canonical"] in form
            continue
        with pytest.raises(CodeInvalidError) as caught:
            form.validate(case["typed"])
        mismatch = caught.value.mismatch
        assert (mismatch.name, mismatch.position) == (case["verdict"], case["position"])
        assert caught.value.kind == 48 and mismatch.reason in str(caught.value)
        assert form.mismatch(case["canonical"]) == mismatch and case["canonical"] not in form


def test_every_name_of_a_mismatch_can_come() -> None:
    numbers = Format(preset="digits", length=2, order="sequential", start=10, prefix="P", suffix="S", check="damm")
    right, low = (f"P{body}{CheckScheme.DAMM.compute(DIGITS, body)}" for body in ("10", "05"))
    words = Format(length=4, skip_words=["SOLD"])
    huge = Format(alphabet=PRINTABLE, length=20, order="sequential")
    assert numbers.mismatch(right + "S") is None
    reasons = [
        *(numbers.mismatch(code) for code in ("", "X100S", "PX00S", right.replace("10", "11") + "S", right + "X", low + "S")),
        words.mismatch("50LD"), huge.mismatch("~" * 20),
    ]  # fmt: skip
    names = [reason.name for reason in reasons if reason]
    assert names == ["length", "prefix", "symbol", "check", "suffix", "before start", "word", "after end"]
    assert set(names) == set(MismatchName)


FORMATS = [
    {},
    {"order": "keyed"},
    {"order": "sequential", "start": 2**100},
    {"preset": "digits", "length": 8, "check": "luhn"},
    {"preset": "unambiguous31", "length": 12, "check": "automatic", "prefix": "AX-", "suffix": "/B"},
    {"grouping": 5},
    {"grouping": Grouping(5, " ")},
    {"skip_words": ["SOLD", "VOID"]},
    {"guesses_below_one_in": 10_000},
    {"guesses_below_one_in": 2**64 - 1},
    {"order": "keyed", "check": "gumm", "grouping": 4, "skip_words": ("SOLD",), "guesses_below_one_in": 7, "prefix": "x"},
]


@pytest.mark.parametrize("arguments", FORMATS, ids=lambda arguments: "-".join(arguments) or "default")
def test_formats_of_every_kind_survive_pickling_and_their_repr(arguments: dict[str, Any]) -> None:
    form = Format(**arguments)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(form, protocol)) == form
    assert copy.deepcopy(form) == form == eval(repr(form), {"Format": Format, "Grouping": Grouping})
    assert hash(copy.copy(form)) == hash(form)
    for change in ({"order": "sequential"}, {"check": "luhn"}, {"grouping": 3}, {"skip_words": ["GONE"]}, {"guesses_below_one_in": 9}):
        if not {"order", "check"} & arguments.keys():
            assert Format(**{**arguments, **change}) != form


def test_properties_say_what_a_format_was_made_of() -> None:
    plain = Format()
    assert (plain.check, plain.detects, plain.grouping, plain.skipped_words) == (None, (), None, ())
    assert (plain.guesses_below_one_in, plain.most_live, plain.is_unguessable) == (None, None, True)
    form = Format(
        preset="digits", length=6, order="keyed", check="verhoeff", grouping=Grouping(3, " "), skip_words=iter(["13"]),
        guesses_below_one_in=1000,
    )  # fmt: skip
    assert (form.order, form.start, form.capacity, form.width) == (serialref.Order.KEYED, None, 10**6, 7)
    assert form.check is CheckScheme.VERHOEFF and form.grouping == Grouping(3, " ")
    assert form.detects == (Detection.SINGLE_SUBSTITUTIONS, Detection.ADJACENT_TRANSPOSITIONS)
    assert (form.skipped_words, form.guesses_below_one_in, form.most_live) == (("13",), 1000, 999)
    assert form.is_unguessable and not Format(preset="digits", length=5, order="keyed").is_unguessable
    assert not Format(order="sequential").is_unguessable


def test_lengths_that_are_short_enough_and_long_enough() -> None:
    digits = Format(preset="digits")
    assert digits.shortest_length(1_000_000, 10_000) == 11
    assert digits.shortest_length(live=0, one_in=1) == 1
    assert digits.shortest_length(2**64 - 1, 2**64 - 1) == 39
    assert digits.shortest_length(10**1000, 10**1000) is None
    assert digits.shortest_length(2**64, 1) is None and digits.shortest_length(1, 2**64) is None
    assert Format(alphabet="01").shortest_length(2**63, 2**63) is None
    assert digits.shortest_length(1, 0) is None and digits.shortest_length(1, -1) is None and digits.shortest_length(-1, 1) is None


def test_four_digits_keyed_issue_all_codes_once(registry: Registry) -> None:
    limits = serialref.GroupLimits(max_live=serialref.UNLIMITED, max_batch=serialref.UNLIMITED)
    group = registry.create_group("Pump", kind="batch", preset="digits", length=4, order="keyed", limits=limits)
    codes = group.create_batch(7_000).codes() + group.create_batch(3_000).codes()
    assert sorted(codes) == [f"{number:04}" for number in range(10_000)] and codes != sorted(codes)
    assert [group.decode(code).counter for code in codes[::500]] == list(range(0, 10_000, 500))
    with pytest.raises(serialref.SpaceExhaustedError):
        group.create_batch(1)
    space = group.code_space()
    assert (space.capacity, space.issued, space.live, space.remaining) == (10_000, 10_000, 10_000, 0)
    assert (space.density, space.guess_probability, space.expected_redraws) == (1.0, 1.0, None)


def test_a_key_makes_the_same_codes_everywhere(registry: Registry) -> None:
    key = Key(SECRET)
    made = [
        each.create_group("Tags", kind="batch", length=12, order="keyed", check="automatic", key=key).create_batch(50).codes()
        for each in (registry, Registry())
    ]
    assert made[0] == made[1]
    other = registry.create_group("Others", kind="batch", length=12, order="keyed", check="automatic")
    assert other.key not in (None, key) and not set(other.create_batch(50).codes()) & set(made[0])


def test_a_sequence_knows_the_codes_without_a_registry() -> None:
    key = Key(SECRET)
    form = Format(preset="digits", length=6, order="keyed", check="damm")
    group = Registry().create_group("Tags", kind="batch", format=form, key=key)
    sequence = CodeSequence(form, key)
    assert sequence.codes(0, 500) == group.create_batch(500).codes()
    everything = sequence.codes(0, 10**6)
    assert sequence.capacity == 10**6 and everything is not None and len(set(everything)) == 10**6
    assert sequence.codes(10**6 - 1, 1) == [everything[-1]] == [sequence.code(10**6 - 1)] and sequence.codes(5, 0) == []
    for counter in (-1, -(2**70), 10**6, 2**64, 10**1000):
        assert sequence.code(counter) is None and sequence.codes(counter, 1) is None
    assert sequence.codes(0, 10**6 + 1) is None and sequence.codes(0, 2**70) is None
    assert sequence.counter(everything[4711]) == 4711
    for wrong in (everything[4711][:-1], "", everything[4711] + "\0"):
        with pytest.raises(CodeInvalidError):
            sequence.counter(wrong)
    numbers = CodeSequence(Format(order="sequential", start=7))
    assert numbers.code(0) == f"{7:025}" and numbers.counter(f"{'A':0>25}") == 3
    with pytest.raises(serialref.CountInvalidError):
        numbers.codes(0, 10**7 + 1)
    assert hides(repr(sequence)) and "damm" in repr(sequence)
    with pytest.raises(TypeError):
        pickle.dumps(sequence)


def test_a_sequence_needs_the_right_key_and_order() -> None:
    with pytest.raises(serialref.NoCounterError):
        CodeSequence(Format())
    with pytest.raises(serialref.NoCounterError):
        CodeSequence(Format(), Key(SECRET))
    with pytest.raises(serialref.KeyInvalidError):
        CodeSequence(Format(order="keyed"))
    with pytest.raises(serialref.KeyInvalidError):
        CodeSequence(Format(order="sequential"), Key(SECRET))
    for wrong in (None, 5, SECRET, "x"):
        with pytest.raises(TypeError):
            CodeSequence(wrong)  # type: ignore[arg-type]
        if wrong is not None:
            with pytest.raises(TypeError):
                CodeSequence(Format(order="keyed"), wrong)  # type: ignore[arg-type]


def test_codes_of_earlier_keys_are_still_decoded(registry: Registry) -> None:
    group = registry.create_group("Tags", kind="batch", length=12, order="keyed")
    before, first = group.create_batch(5).codes(), group.key
    group.change_key()
    drawn, second = group.create_batch(5).codes(), group.key
    group.change_key(Key(SECRET))
    given = group.create_batch(5).codes()
    assert first != second and group.key == Key(SECRET) != second
    assert [group.decode(code).counter for code in before + drawn + given] == list(range(15))
    changes = [event for event in group.events() if event.setting == "key"]
    assert [event.after for event in changes][-1] == Key(SECRET).check_value
    assert len(changes) == 2


def test_a_counter_is_advanced_and_never_goes_back(registry: Registry) -> None:
    tags = registry.create_group("Tags", kind="continuous", preset="digits", length=6, order="sequential")
    tags.advance_counter(4711)
    assert tags.create().code == "004712" and tags.info().next_index == 4712
    tags.advance_counter(4712)
    for next in (0, 4711, 999_999 + 1, -1, 2**64, -(2**70), 10**1000):
        with pytest.raises(serialref.CounterInvalidError) as caught:
            tags.advance_counter(next)
        error = caught.value
        assert (error.kind, error.group_id, error.next, error.capacity) == (47, tags.id, 4712, 999_999)
    assert tags.create().code == "004713"
    tags.advance_counter(999_999)
    with pytest.raises(serialref.SpaceExhaustedError):
        tags.create()


def test_what_was_never_issued_is_told_from_what_may_be(registry: Registry) -> None:
    group = registry.create_group("Tags", kind="batch", preset="unambiguous32", length=13, order="keyed", grouping=4)
    batch = group.create_batch(3)
    assert group.decode(batch[1]).counter == 1
    typed = group.format.show(batch.codes()[2]).lower().replace("0", "o")
    assert group.decode(f" {typed}\n") == serialref.Decoded(2, may_be_issued=True)
    assert registry.lookup(typed) == batch[2] and group.lookup(typed) == batch[2]
    made_up = group.decode("7" * 13)
    assert not made_up.may_be_issued and (made_up.counter is None or made_up.counter > 2)
    with pytest.raises(CodeInvalidError) as caught:
        group.decode("7" * 12 + "U")
    assert caught.value.mismatch == serialref.Mismatch(MismatchName.SYMBOL, 13, str(caught.value.mismatch))


def test_a_demand_on_guesses_is_a_limit(registry: Registry) -> None:
    packages = registry.create_group("Packages", kind="batch", preset="digits", length=6, guesses_below_one_in=10_000)
    batch = packages.create_batch(99)
    with pytest.raises(serialref.LimitReachedError) as caught:
        packages.create_batch(1)
    error = caught.value
    assert (error.limit, error.value, error.present) == (serialref.LimitName.GUESSES, 99, 99)
    assert (error.asked, error.group_id) == (1, packages.id)
    space = packages.code_space()
    assert space.is_below_one_in_10_000 and space.guess_probability < 0.0001
    assert space.expected_redraws == pytest.approx(0.000099, rel=1e-3)
    packages.delete(batch.codes()[0]).confirm()
    assert packages.create_batch(1).size == 1 and packages.code_space().issued == 100


def test_numbers_beyond_128_bits_are_none(registry: Registry) -> None:
    space = registry.create_group("Tags", kind="continuous").code_space()
    assert (space.capacity, space.remaining, space.density, space.expected_redraws) == (None, None, 0.0, 0.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        space.live = 7  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(space)) == space and hash(space) == hash(copy.copy(space))


@pytest.mark.parametrize("order", ["random", "sequential", "keyed"])
def test_words_are_left_out_of_every_order(registry: Registry, order: serialref.Order) -> None:
    group = registry.create_group(
        "Tags", kind="batch", alphabet="0123456789S", length=2, order=order, skip_words=["15", "00"], scope="group"
    )
    codes = group.create_batch(100).codes()
    # Alike are 5 and S, in either letter case.
    assert len(set(codes)) == 100 and not {"15", "1S", "00"} & set(codes)
    if order != "random":
        counters = [group.decode(code).counter for code in codes]
        assert counters == sorted(counter for counter in counters if counter is not None)


def test_keys_are_shown_by_explicit_calls_alone() -> None:
    key = Key(SECRET)
    assert key.expose() == SECRET and key.expose_text() == SECRET.hex()
    assert key == Key(SECRET.hex()) == Key(SECRET.hex().upper()) != Key.drawn() and key != SECRET
    assert len(key.check_value) == 6 and key.check_value == Key(SECRET).check_value != Key.drawn().check_value
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert hides(shown) and key.check_value in shown
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(key, protocol)
    others: list[Any] = [copy.copy, copy.deepcopy, hash, iter, len, bytes, vars]
    for refused in others:
        with pytest.raises(TypeError):
            refused(key)
    with pytest.raises(AttributeError):
        key.secret = b""  # type: ignore[attr-defined]
    # Every byte counts.
    nearly = [Key(SECRET[:place] + b"#" + SECRET[place + 1 :]) for place in range(32)]
    assert all(key != other for other in nearly) and all(a != b for a, b in itertools.combinations(nearly, 2))


def hides(shown: str | bytes) -> bool:
    """Whether neither the key nor a good part of it, nor their digits, are in what is shown."""
    data = shown.encode(errors="surrogatepass") if isinstance(shown, str) else shown
    parts = [SECRET[place : place + 8] for place in range(25)]
    return not any(part in data or part.hex().encode() in data.lower() for part in parts)


def test_nothing_that_is_shown_or_exported_has_a_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    registry = Registry()
    group = registry.create_group("Tags", kind="continuous", length=12, order="keyed", key=Key(SECRET))
    tag = group.create()
    group.change_key()
    group.change_key(Key(SECRET))
    files = [io.StringIO(), io.StringIO()]
    for file, form in zip(files, serialref.FileFormat):
        registry.export(file, format=form)
    logging.getLogger("line").info("%s %r %r", group.key, group.info(), group.events())
    with pytest.raises(CodeInvalidError) as caught:
        group.decode("?")
    info: Any = group.info()
    table: Any = group
    shown: list[str | bytes] = [
        repr(group), str(group.info()), table._repr_html_(), info._repr_html_(), repr(group.format), repr(group.events()),
        repr(registry), repr(tag), repr(group.code_space()), json.dumps(registry.public_view(tag)), repr(caught.value),
        caplog.text, *(file.getvalue() for file in files),
        *(pickle.dumps(thing) for thing in (group.info(), group.format, group.events(), group.code_space(), caught.value)),
    ]  # fmt: skip
    assert all(hides(each) for each in shown) and caplog.text and group.info().keys == b""
    # A snapshot is a copy of the store, and keeps what the store does.
    again = Registry.restore(registry.snapshot()).group(group.id)
    assert again.key == Key(SECRET) and again.decode(tag).counter == 0


def test_groups_of_other_orders_have_neither_key_nor_counter(registry: Registry) -> None:
    drawn = registry.create_group("Drawn", kind="continuous")
    counted = registry.create_group("Counted", kind="continuous", order="sequential")
    assert drawn.key is None and counted.key is None
    calls: list[Any] = [
        lambda: drawn.decode(drawn.create()), lambda: drawn.advance_counter(5), lambda: drawn.advance_counter(-1)
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(serialref.NoCounterError) as none:
            call()
        assert none.value.kind == 46 and isinstance(none.value, TypeError)
    for group in (drawn, counted):
        for key in (None, Key(SECRET)):
            with pytest.raises(serialref.KeyInvalidError):
                group.change_key(key)
    with pytest.raises(serialref.KeyInvalidError) as invalid:
        registry.create_group("Odd", kind="batch", order="sequential", key=Key(SECRET))
    assert invalid.value.kind == 45 and isinstance(invalid.value, ValueError) and registry.find_group("Odd") is None


@pytest.mark.parametrize("secret", [b"", SECRET[1:], SECRET + b"x", b"\0" * 32, "", SECRET.hex()[1:], "g" * 64, "0" * 64, "é" * 32])
def test_what_is_no_key_is_refused_and_not_repeated(secret: bytes | str) -> None:
    with pytest.raises(serialref.KeyInvalidError) as caught:
        Key(secret)
    assert hides(str(caught.value)) and "64 hexadecimal" in str(caught.value)


@pytest.mark.parametrize("wrong", [5, 1.5, [1] * 32, bytearray(SECRET), memoryview(SECRET), object()])
def test_what_cannot_be_a_key_at_all_is_a_type_error(registry: Registry, wrong: Any) -> None:
    group = registry.create_group("Tags", kind="continuous", order="keyed")
    for call in (
        lambda: Key(wrong),
        lambda: group.change_key(wrong),
        lambda: registry.create_group("x", kind="batch", order="keyed", key=wrong),
    ):
        with pytest.raises(TypeError) as caught:
            call()
        assert hides(str(caught.value))
    for text in (SECRET, SECRET.hex()):
        with pytest.raises(TypeError) as caught:
            group.change_key(text)  # type: ignore[arg-type]
        assert hides(str(caught.value))
    with pytest.raises(TypeError):
        Key(None)  # type: ignore[arg-type]
    with pytest.raises(serialref.KeyInvalidError):
        Key("\ud800" * 64)


@pytest.mark.parametrize(
    "arguments",
    [
        {"check": "damm"},
        {"preset": "unambiguous31", "check": CheckScheme.ISO7064_MOD_11_2},
        {"grouping": 0},
        {"grouping": -1},
        {"grouping": 65},
        {"grouping": 10**1000},
        {"grouping": Grouping(4, "")},
        {"grouping": Grouping(4, "--")},
        {"grouping": Grouping(4, ".")},
        {"grouping": Grouping(4, "\0")},
        {"alphabet": "-0123456789", "grouping": 4},
        {"skip_words": ["x"]},
        {"skip_words": ["x" * 33]},
        {"skip_words": ["x" * 1_000_000]},
        {"skip_words": ["a b"]},
        {"skip_words": ["a\0b"]},
        {"skip_words": ["größe"]},
        {"skip_words": [f"W{number}" for number in range(1001)]},
        {"skip_words": [f"W{number}" for number in range(5000)]},
        {"alphabet": "AB", "skip_words": ["AB", "BA"]},
        {"guesses_below_one_in": 0},
        {"guesses_below_one_in": -5},
        {"guesses_below_one_in": 2**64},
        {"guesses_below_one_in": 10**1000},
        {"preset": "digits", "length": 3, "guesses_below_one_in": 1000},
    ],
    ids=lambda arguments: str(arguments)[:60],
)
def test_formats_that_cannot_be_are_refused_in_words(registry: Registry, arguments: dict[str, Any]) -> None:
    for call in (lambda: Format(**arguments), lambda: registry.create_group("x", kind="batch", **arguments)):
        with pytest.raises(serialref.FormatError) as caught:
            call()
        assert caught.value.faults and all(fault in str(caught.value) for fault in caught.value.faults)
        assert len(str(caught.value)) < 300
    assert registry.find_group("x") is None


def test_all_faults_come_at_once() -> None:
    with pytest.raises(serialref.FormatError) as caught:
        Format(check="damm", grouping=0, skip_words=["x"], length=1, guesses_below_one_in=1000)
    assert len(caught.value.faults) == 4
    for separator in ("--", ""):
        with pytest.raises(serialref.FormatError) as caught:
            Format(check="damm", grouping=Grouping(0, separator), guesses_below_one_in=2**64)
        faults = caught.value.faults
        assert [fault.split()[0] for fault in faults] == ["the", "groups", "what", "guesses"]
        assert "damm" in faults[0] and "of 0" in faults[1] and "one character" in faults[2] and "2^64 - 1" in faults[3]
        assert str(caught.value) == f"the format cannot be used: {'; '.join(faults)}"


def test_words_without_an_end_are_refused_as_too_many() -> None:
    with pytest.raises(serialref.FormatError, match="give at most 1000"):
        Format(skip_words=itertools.repeat("SOLD"))


def test_what_a_number_of_ones_own_raises_comes_out() -> None:
    class Odd:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def __index__(self) -> int:
            raise self.error

    for error in (ZeroDivisionError("here"), TypeError("there")):
        with pytest.raises(type(error)) as caught:
            Format(grouping=Odd(error))  # type: ignore[arg-type]
        assert error in (caught.value, caught.value.__cause__)


@pytest.mark.parametrize(
    "arguments",
    [
        {"check": 5},
        {"check": b"damm"},
        {"grouping": "4"},
        {"grouping": 4.0},
        {"grouping": (4, "-")},
        {"grouping": Grouping("4")},  # type: ignore[arg-type]
        {"grouping": Grouping(4, 5)},  # type: ignore[arg-type]
        {"skip_words": "SOLD"},
        {"skip_words": 5},
        {"skip_words": [5]},
        {"skip_words": [b"SOLD"]},
        {"guesses_below_one_in": "10000"},
        {"guesses_below_one_in": 1e4},
        {"order": "keyed", "start": 5},
        {"order": "random", "start": 5},
    ],
    ids=str,
)
def test_arguments_of_wrong_types_are_type_errors(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Format(**arguments)


def test_other_bad_input_gets_the_right_exception(registry: Registry) -> None:
    with pytest.raises(ValueError, match=r"a check scheme is one of .*\"gumm\", not \"crc\""):
        Format(check="crc")  # type: ignore[arg-type]
    for text in ("\ud800", "a\udfff"):
        for call in (Format().validate, Format().canonical, Format().show, Format().mismatch, lambda text: Format(skip_words=[text])):
            with pytest.raises(serialref.TextInvalidError):
                call(text)
    for wrong in (None, 5, b"x"):
        for call in (Format().validate, Format().canonical, Format().show, Format().mismatch):
            with pytest.raises(TypeError):
                call(wrong)  # type: ignore[arg-type]
    keyed = registry.create_group("Tags", kind="continuous", order="keyed")
    for code in ("", "\0", "x" * 1_000_000, "ß" * 25):
        with pytest.raises(CodeInvalidError) as caught:
            Format().validate(code)
        assert len(str(caught.value)) < 200
        with pytest.raises(CodeInvalidError):
            keyed.decode(code)
    for number in ("5", 5.0, None):
        with pytest.raises(TypeError):
            keyed.advance_counter(number)  # type: ignore[arg-type]
    for alphabet in ("", "0", "00", "0ß", "0 1"):
        for asked in (CheckScheme.automatic, CheckScheme.LUHN.fits, CheckScheme.LUHN.detects):
            with pytest.raises(serialref.FormatError):
                asked(alphabet)
    assert CheckScheme.LUHN.compute(DIGITS, "12X4") is None and CheckScheme.DAMM.compute("01", "01") is None
    assert not CheckScheme.DAMM.fits("01") and CheckScheme.DAMM.detects("01") == ()


def test_a_group_that_was_deleted_answers_nothing(registry: Registry) -> None:
    group = registry.create_group("Tags", kind="continuous", order="keyed")
    tag = group.create()
    group.delete_group().confirm()
    for call in (lambda: group.decode(tag), lambda: group.advance_counter(9), group.change_key, group.code_space, lambda: group.key):
        with pytest.raises(serialref.GroupNotFoundError):
            call()
