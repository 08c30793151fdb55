"""What notebooks show."""

from __future__ import annotations

import html.parser
import io

import serialref
from serialref import Registry

EVIL = "<script>alert('&\"')</script>"


class Tags(html.parser.HTMLParser):
    """The tags of a text; fails where they are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(thing: object) -> str:
    text = thing._repr_html_()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    tags = Tags(text).tags
    assert tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"} and "table" in tags
    return text


def test_everything_is_shown_as_a_table_and_escaped(registry: Registry) -> None:
    group = registry.create_group(EVIL, kind="batch", preset="printable", description=EVIL, alphabet=None, fields=[EVIL])
    batch = group.create_batch(30, name=EVIL)
    assert "&lt;script&gt;" in shown(group)
    for thing in (group.info(), registry, registry.groups(), group.batches(), group.page(1), group.references(), batch):
        assert EVIL not in shown(thing)
    assert "&lt;script&gt;" in shown(registry) and "&lt;script&gt;" in shown(group.batches())
    assert shown(batch).count("<tr>") == 21 and "20 of 30" in shown(batch)
    assert "30 references would be deleted" in shown(group.delete(batch))
    review = group.review_import(io.StringIO(f"code,{EVIL!r}\nx,y\n"), format="csv")
    assert EVIL not in shown(review) and "field" in shown(review)


def test_what_is_empty_is_shown_too(registry: Registry) -> None:
    group = registry.create_group("Pump", kind="continuous")
    for thing in (group, group.page(1), group.references(), group.batches(), group.delete([])):
        shown(thing)
    shown(registry.groups("nothing"))


def test_what_is_shown_as_text_says_what_it_is(registry: Registry) -> None:
    group = registry.create_group("Pump 'AX'", kind="batch", prefix="AX-", preset="digits", length=4)
    batch = group.create_batch(3, name="Order 1")
    assert repr(group) == '<Group 1 "Pump \'AX\'", Batch>' and repr(batch) == "<Batch 1 'Order 1' of group 1, 3 references>"
    assert repr(batch[0]) == f"Reference(group_id=1, row=1, code='{batch[0]}', batch_id=1, state='available')"
    assert repr(group.references(newest_first=True)) == "<References, newest first>"
    assert repr(group.delete(batch)) == "<PendingDeletion of 3 references>"
    assert repr(group.delete_group()) == "<PendingDeletion of group 1 with 3 references>"
    assert repr(serialref.Format(preset="digits", length=3)) == "Format(alphabet='0123456789', length=3)"
    registry.close()
    assert repr(registry) == "<Registry, closed>" and "Pump" in repr(group)
