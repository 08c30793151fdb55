"""Words that are chosen from a list. Each is a ``str``, so that the plain word can be given in its place."""

from __future__ import annotations

import enum
from typing import Literal

from serialref import _serialref

__all__ = [
    "UNLIMITED",
    "CheckScheme",
    "Detection",
    "Durability",
    "EventKind",
    "FileFormat",
    "Kind",
    "LimitName",
    "MismatchName",
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
    KEYED = "keyed"
    """A counter, turned into bodies by a secret key: nobody can guess the next, and every code says which counter it has."""


class Detection(_Word):
    """A kind of mistake that check characters find without exception."""

    SINGLE_SUBSTITUTIONS = "all single substitutions"
    """One character is another than it should be."""
    ADJACENT_TRANSPOSITIONS = "all adjacent transpositions"
    """Two neighbours stand in each other's place."""
    JUMP_TRANSPOSITIONS = "all jump transpositions"
    """Two characters with one between them stand in each other's place."""
    TWIN_SUBSTITUTIONS = "all twin substitutions"
    """Two equal neighbours are two others that are equal."""


class CheckScheme(_Word):
    """A way to compute check characters from a body.

    >>> serialref.CheckScheme.DAMM.compute("0123456789", "572")
    '4'
    """

    ISO7064_MOD_11_2 = "iso7064-mod-11-2"
    """ISO/IEC 7064, MOD 11-2: for digits; the check character is a digit or ``X``."""
    ISO7064_MOD_37_2 = "iso7064-mod-37-2"
    """ISO/IEC 7064, MOD 37-2: for digits and capital letters; the check character is one of these or ``*``."""
    ISO7064_MOD_97_10 = "iso7064-mod-97-10"
    """ISO/IEC 7064, MOD 97-10: two check digits. Letters count as two digits, ``A`` as 10 and ``Z`` as 35."""
    ISO7064_MOD_11_10 = "iso7064-mod-11-10"
    """ISO/IEC 7064, MOD 11,10: for digits."""
    ISO7064_MOD_37_36 = "iso7064-mod-37-36"
    """ISO/IEC 7064, MOD 37,36: for digits and capital letters."""
    LUHN = "luhn"
    """The Luhn formula in the base of the alphabet, for alphabets of an even size."""
    DAMM = "damm"
    """For alphabets of ten symbols."""
    VERHOEFF = "verhoeff"
    """For alphabets of ten symbols."""
    WEIGHTED_SUM = "weighted-sum"
    """The sum of the values, each weighted with a power of 2, for alphabets of an odd size."""
    GUMM = "gumm"
    """A product in a group that is made for the size of the alphabet, for even sizes from 4 on."""

    @staticmethod
    def automatic(alphabet: str) -> CheckScheme:
        """What ``check="automatic"`` takes for an alphabet: a scheme that finds all single substitutions and, from 3 symbols
        on, all adjacent transpositions, with one character of the same alphabet.

        Raises ``FormatError`` for what is no alphabet.

        >>> serialref.CheckScheme.automatic("0123456789")
        <CheckScheme.DAMM: 'damm'>
        """
        return CheckScheme(_serialref.check_automatic(alphabet))

    def fits(self, alphabet: str) -> bool:
        """Whether the scheme can be used with an alphabet.

        Raises ``FormatError`` for what is no alphabet.
        """
        return _serialref.check_fits(self.value, alphabet)

    def detects(self, alphabet: str) -> tuple[Detection, ...]:
        """Which mistakes it finds without exception in codes of an alphabet, those that concern the check character
        included; nothing where it does not fit.

        Raises ``FormatError`` for what is no alphabet.

        >>> [str(found) for found in serialref.CheckScheme.GUMM.detects("0123456789ABCDEF")]
        ['all single substitutions', 'all adjacent transpositions']
        """
        return _serialref.check_detects(self.value, alphabet)

    def compute(self, alphabet: str, body: str) -> str | None:
        """The check characters of a body; ``None`` where the scheme does not fit the alphabet or the body has other symbols.

        A symbol counts as much as its place in the alphabet, in the schemes of ISO/IEC 7064 as what it is.

        Raises ``FormatError`` for what is no alphabet.

        >>> serialref.CheckScheme.ISO7064_MOD_11_2.compute("0123456789", "079")
        'X'
        """
        return _serialref.check_compute(self.value, alphabet, body)


class MismatchName(_Word):
    """A word for what is wrong with a text that is not a code of a format."""

    LENGTH = "length"
    """It is too short or too long."""
    PREFIX = "prefix"
    """It begins differently."""
    SYMBOL = "symbol"
    """A character of the body is not in the alphabet."""
    CHECK = "check"
    """Its check character does not fit the rest."""
    SUFFIX = "suffix"
    """It ends differently."""
    BEFORE_START = "before start"
    """Its number is lower than the first one of a Sequential format."""
    AFTER_END = "after end"
    """Its number is higher than any that a Sequential format comes to."""
    WORD = "word"
    """It contains a word that the format leaves out."""


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
    GUESSES = "live references under the demand on guesses"


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
