"""Words that are chosen from a list. Each is a ``str``, so that the plain word can be given in its place."""

from __future__ import annotations

import enum
from typing import Literal

__all__ = [
    "UNLIMITED",
    "Durability",
    "EventKind",
    "FileFormat",
    "Kind",
    "LimitName",
    "Order",
    "Preset",
    "Scope",
    "State",
    "Unlimited",
    "WarrantyStatus",
]


class _Word(str, enum.Enum):
    """A word that is shown as itself."""

    def __new__(cls, value: str) -> _Word:
        member = str.__new__(cls, value)
        member._value_ = value
        return member

    def __str__(self) -> str:
        return str(self.value)


class Kind(_Word):
    """How the references of a group are issued.

    >>> serialref.Registry().create_group("Service tags", kind="continuous").kind
    <Kind.CONTINUOUS: 'continuous'>
    """

    CONTINUOUS = "continuous"
    """One at a time, as products come off the line."""
    BATCH = "batch"
    """Many at once, for an order."""


class Scope(_Word):
    """Where a code of a group must be unique."""

    REGISTRY = "registry"
    """Among all groups that have this scope."""
    GROUP = "group"
    """Only within its own group: two products may both have number 0000000001."""


class Order(_Word):
    """How the bodies of codes are chosen."""

    RANDOM = "random"
    """Each body is drawn, so that nobody can guess the next."""
    SEQUENTIAL = "sequential"
    """Consecutive numbers, padded to the length of the body."""


class Preset(_Word):
    """An alphabet with a name."""

    DIGITS = "digits"
    """0-9."""
    LETTERS = "letters"
    """A-Z and a-z."""
    UPPER_ALPHANUMERIC = "upper_alphanumeric"
    """0-9 and A-Z."""
    UNAMBIGUOUS31 = "unambiguous31"
    """Upper case letters and digits without 0, 1, I, L and O."""
    UNAMBIGUOUS32 = "unambiguous32"
    """Crockford's alphabet: upper case letters and digits without I, L, O and U."""
    HEXADECIMAL = "hexadecimal"
    """0-9 and A-F."""
    PRINTABLE = "printable"
    """All printable symbols from ! to ~."""


class State(_Word):
    """What has become of a reference.

    >>> serialref.State("void") is serialref.State.VOID
    True
    """

    AVAILABLE = "available"
    """Issued, and free to be claimed."""
    ALLOCATED = "allocated"
    """Held for a line or an order."""
    ENCODED = "encoded"
    """Printed, engraved or written to a tag."""
    COMMISSIONED = "commissioned"
    """Bound to a product: the one use."""
    RELEASED = "released"
    """Shipped or sold with its product."""
    DECOMMISSIONED = "decommissioned"
    """No longer bound to a product."""
    DESTROYED = "destroyed"
    """Destroyed with its product."""
    VOID = "void"
    """Spent without a product: a bad print, a lost label."""


class WarrantyStatus(_Word):
    """Whether a warranty holds."""

    NONE = "none"
    """There is none."""
    NOT_STARTED = "not started"
    """It has not begun."""
    ACTIVE = "active"
    """The product is covered."""
    EXPIRED = "expired"
    """It is over."""
    ENDED_EARLY = "ended early"
    """It was over before its time, because the product was destroyed."""


class EventKind(_Word):
    """What an event says."""

    GROUP_CREATED = "group created"
    """The group was created."""
    GROUP_CHANGED = "group changed"
    """A setting of the group was changed."""
    GROUP_DELETED = "group deleted"
    """The group was deleted."""
    ISSUED = "issued"
    """References were issued: a whole batch, or one reference of a Continuous group."""
    MOVED = "moved"
    """A reference came from one state to another."""
    ATTRIBUTE_SET = "attribute set"
    """An attribute of a reference was given another value."""
    WARRANTY_SET = "warranty set"
    """A reference was given a warranty of its own, or lost it."""
    DELETED = "deleted"
    """A reference was deleted."""


class LimitName(_Word):
    """The limit that a :class:`LimitReachedError` is about."""

    LIVE_REFERENCES = "live references in the group"
    BATCH_SIZE = "references in one batch call"
    GROUPS = "groups in the registry"
    FIELDS = "fields in the group"
    VALUE_CHARACTERS = "characters of an attribute's value"
    PER_CALL = "references in one call"


class Durability(_Word):
    """What a store in an SQLite file outlives."""

    POWER_CUT = "power_cut"
    """What a call has issued is on the disk when it returns."""
    PROGRAM_CRASH = "program_crash"
    """Faster; a power cut may undo the last calls, whose labels are printed by then."""


class FileFormat(_Word):
    """What files of references look like."""

    CSV = "csv"
    """CSV as in RFC 4180, in UTF-8."""
    JSON_LINES = "json_lines"
    """A JSON object on every line."""


class Unlimited(enum.Enum):
    """The type of :data:`UNLIMITED`."""

    UNLIMITED = "unlimited"

    def __repr__(self) -> str:
        return "UNLIMITED"


UNLIMITED: Literal[Unlimited.UNLIMITED] = Unlimited.UNLIMITED
"""Stands for no limit, in :class:`Limits` and :class:`GroupLimits`."""
