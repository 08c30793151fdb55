"""Tables in notebooks."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable, Sequence

#: The columns that are shown of things that have them, in this order.
_COLUMNS = (
    "code", "id", "name", "group_id", "row", "batch_id", "kind", "scope", "size", "live", "issued",
    "state", "created_at", "at", "count", "before", "after", "actor", "reason", "line",
)  # fmt: skip


def table(things: Iterable[object], caption: str) -> str:
    """Things as a table; everything in it is escaped."""
    rows = list(things)
    columns = [column for column in _COLUMNS if any(getattr(row, column, None) is not None for row in rows)]
    return grid(columns, [[getattr(row, column, None) for column in columns] for row in rows], caption)


def facts(facts: Iterable[tuple[str, object]], caption: str) -> str:
    """What is known of one thing, a line for each."""
    return grid((), list(facts), caption)


def grid(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str) -> str:
    """Cells as a table."""
    head = "".join(f"<th>{_text(column.replace('_', ' '))}</th>" for column in columns)
    head = f"<thead><tr>{head}</tr></thead>" if columns else ""
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{_text(caption)}</caption>{head}<tbody>{body}</tbody></table>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return html.escape(str(value))
