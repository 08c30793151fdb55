from __future__ import annotations

import copy
import datetime
import pickle

import pytest
import serialref
from serialref import Format, Group, Reference, Registry

UTC = datetime.timezone.utc


def test_a_group_is_a_sequence_of_its_references(pumps: Group) -> None:
    assert len(pumps) == 0 and list(pumps) == [] and bool(pumps)
    batch = pumps.create_batch(300)
    codes = batch.codes()
    assert len(pumps) == 300 and [reference.code for reference in pumps] == codes
    assert pumps[0].code == codes[0] and pumps[-1].code == codes[-1] and pumps[-300].code == codes[0]
    for index in (300, -301):
        with pytest.raises(IndexError):
            pumps[index]
    assert codes[7] in pumps and pumps[7] in pumps and "nothing" not in pumps and 7 not in pumps


@pytest.mark.parametrize(
    "part",
    [
        slice(None), slice(5), slice(5, 12), slice(-3, None), slice(None, -295), slice(10, 5), slice(5, 5000), slice(290, 310),
        slice(None, None, -1), slice(None, 20, 3), slice(20, 3, -4), slice(-1, -10, -2), slice(400, 500), slice(0, 0),
    ],
)  # fmt: skip
def test_slices_are_those_of_a_list(pumps: Group, part: slice) -> None:
    codes = pumps.create_batch(300).codes()
    assert [reference.code for reference in pumps[part]] == codes[part]
    listing = pumps.references(newest_first=True)
    assert [reference.code for reference in listing[part]] == codes[::-1][part]


def test_a_step_of_nothing_is_no_slice(pumps: Group) -> None:
    with pytest.raises(ValueError, match="zero"):
        pumps[::0]


def test_pages_join_and_know_the_whole(pumps: Group) -> None:
    codes = pumps.create_batch(120).codes()
    pages = [pumps.page(number) for number in (1, 2, 3, 4)]
    assert [reference.code for page in pages for reference in page] == codes
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert all((page.total, page.pages, page.size) == (120, 3, 50) for page in pages)
    assert pumps.page(1, size=7, newest_first=True)[0].code == codes[-1]
    for number, size in ((0, 50), (-1, 50), (1, 0), (1, 10_001), (1, -5), (1, 2**70)):
        with pytest.raises(serialref.PageInvalidError):
            pumps.page(number, size)
    assert len(pumps.page(2**70)) == 0


def test_iteration_reads_page_by_page_while_others_write(pumps: Group) -> None:
    pumps.create_batch(450)
    seen = []
    for reference in pumps:
        seen.append(reference.row)
        if reference.row == 10:
            pumps.create_batch(50)
            pumps.delete(pumps[449]).confirm()
    assert seen == [row for row in range(1, 501) if row != 450]


def test_listings_are_narrowed(registry: Registry) -> None:
    pumps = registry.create_group("Pump", kind="batch", prefix="AX-", fields=[serialref.Field("Colour", "red"), "Bench"])
    first, second = pumps.create_batch(20), pumps.create_batch(10, attributes={"Colour": "blue", "Bench": "B2"})
    other = registry.create_group("Other", kind="continuous").create()
    assert pumps.references(batch=first).codes() == first.codes() == list(map(str, first))
    assert pumps.references(batch=second.id, having=("Colour", "blue")).codes() == second.codes()
    assert len(pumps.references(having=("Colour", "red"))) == 20
    assert pumps.transition(second, "encoded") == 10
    assert pumps.references(state="encoded").codes() == second.codes()
    assert len(registry.references(state=serialref.State.AVAILABLE)) == 21
    assert pumps.search(first[3].code[5:15].lower()).codes() == [first[3].code]
    assert len(registry.search("ax-")) == 30 and other.code in registry
    now = datetime.datetime.now(UTC) + datetime.timedelta(minutes=1)
    assert len(pumps.references(created_before=now)) == 30 and not pumps.references(created_from=now)
    assert second[0] in pumps.references(batch=second) and first[0] not in pumps.references(batch=second)
    assert first[0].code not in second and second[0].code in second
    assert [batch.id for batch in pumps.batches()] == [1, 2] and pumps.batches()[-1] == second
    with pytest.raises(serialref.FieldNotFoundError) as caught:
        len(pumps.references(having=("Size", "3")))
    assert (caught.value.name, caught.value.group_id) == ("Size", pumps.id)


def test_search_terms_are_checked_when_they_are_used(pumps: Group) -> None:
    with pytest.raises(serialref.SearchTermTooShortError) as short:
        len(pumps.search("ab"))
    assert (short.value.min, short.value.found) == (3, 2)
    with pytest.raises(serialref.SearchTermInvalidError) as invalid:
        list(pumps.search("ab c"))
    assert (invalid.value.symbol, invalid.value.position) == (" ", 3)


def test_lookup_forgives_white_space_and_case(registry: Registry, tags: Group) -> None:
    tag = tags.create()
    for text in (tag.code, f"\t{tag.code.lower()}\n", tag):
        assert registry.lookup(text) == tag == tags.lookup(text)
    with pytest.raises(serialref.ReferenceNotFoundError) as caught:
        registry.lookup("nothing")
    assert isinstance(caught.value, LookupError) and isinstance(caught.value, serialref.NotFoundError)


def test_a_code_of_several_groups_is_ambiguous(registry: Registry) -> None:
    groups = [registry.create_group(name, kind="continuous", preset="digits", length=3, order="sequential", scope="group")
              for name in ("A", "B")]  # fmt: skip
    for group in groups:
        group.create()
    with pytest.raises(serialref.AmbiguousError) as caught:
        registry.lookup("001")
    assert caught.value.group_ids == (1, 2)
    assert [found.group_id for found in registry.lookup_all("001")] == [1, 2] and registry.lookup_all("002") == ()
    assert groups[1].lookup("001").group_id == 2


def test_groups_are_listed_and_found_by_part_of_their_name(registry: Registry) -> None:
    names = [f"Pump {number}" for number in range(12)]
    made = [registry.create_group(name, kind="batch") for name in names]
    assert [group.name for group in registry.groups()] == names and len(registry.groups()) == 12
    assert registry.groups("PUMP 1")[:] == [made[1], made[10], made[11]]
    assert list(reversed(registry.groups())) == made[::-1] and registry.groups().page(2, 5).items == tuple(made[5:10])
    assert not registry.groups("valve")


def test_references_are_values(tags: Group) -> None:
    tag, other = tags.create(), tags.create()
    same = tags.lookup(tag.code)
    assert tag == same and hash(tag) == hash(same) and tag != other and tag < other and max(tag, other) is other
    assert same in {tag} and tag != tag.code and str(tag) == tag.code and tag.code in repr(tag)
    for again in (pickle.loads(pickle.dumps(tag)), copy.copy(same), copy.deepcopy(same)):
        assert again == tag and again.created_at == tag.created_at
    with pytest.raises(AttributeError):
        tag.code = "other"  # type: ignore[misc]
    made = Reference(1, 2, "X", None, datetime.datetime(1, 1, 1, tzinfo=UTC), "void", 3)
    assert pickle.loads(pickle.dumps(made)) == made and made.created_at.year == 1


@pytest.mark.parametrize(
    "format",
    [
        Format(), Format.quick(), Format(preset="unambiguous31", length=12, prefix="AX-", suffix="/2"),
        Format(preset="digits", length=20, order="sequential", start=10**18), Format(alphabet="01", length=64),
    ],
)  # fmt: skip
def test_formats_are_values(format: Format) -> None:
    again = pickle.loads(pickle.dumps(format))
    assert again == format and hash(again) == hash(format) and repr(again) == repr(format)
    assert eval(repr(format), {"Format": Format}) == format
    assert format != Format(length=7) and format != "format"


def test_presets_and_exclusions_make_alphabets() -> None:
    assert Format(preset="hexadecimal", exclude="ABCDEF").alphabet == "0123456789"
    assert Format(preset=serialref.Preset.UNAMBIGUOUS32).capacity_bits == 125
    assert len(Format(preset="printable").alphabet) == 94
    assert Format(length=64).capacity is None and Format(preset="digits", length=3).capacity == 1000
    assert Format(order="sequential").start == 1 and Format(start=7).order is serialref.Order.SEQUENTIAL
    assert "AX-1" in Format(preset="digits", length=1, prefix="AX-") and None not in Format()


def test_a_format_is_given_or_made_but_not_both(registry: Registry) -> None:
    format = Format(preset="digits", length=4)
    assert registry.create_group("A", kind="batch", format=format).format == format
    with pytest.raises(TypeError, match="not both"):
        registry.create_group("B", kind="batch", format=format, length=5)
    with pytest.raises(TypeError, match="not both"):
        Format(preset="digits", alphabet="01")
    with pytest.raises(TypeError, match="start"):
        Format(order="random", start=5)
