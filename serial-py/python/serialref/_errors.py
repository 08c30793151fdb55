"""Everything that can go wrong: one class for each thing that a caller can do something about.

All are subclasses of :class:`Error`, and of the built-in exception that fits. ``kind`` is the same number in Rust, C and
Python; what an error is about is in its attributes. What cannot be an argument at all raises ``TypeError``, and a word
that is not on a list ``ValueError``, as everywhere in Python.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid

    from serialref._enums import Kind, LimitName, State
    from serialref._records import ImportFault, Mismatch, RefusedTransition

__all__ = [
    "AmbiguousError",
    "BatchNotFoundError",
    "ChangedMeanwhileError",
    "ClaimNotFoundError",
    "CodeInvalidError",
    "CountInvalidError",
    "CounterInvalidError",
    "CursorInvalidError",
    "DescriptionInvalidError",
    "EntropyUnavailableError",
    "Error",
    "ErrorKind",
    "FieldNameTakenError",
    "FieldNotFoundError",
    "FormatError",
    "GroupNotFoundError",
    "GroupRequiredError",
    "HolderRequiredError",
    "ImportFaultyError",
    "InputError",
    "KeyInvalidError",
    "LimitReachedError",
    "NameInvalidError",
    "NameTakenError",
    "NoCounterError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PageInvalidError",
    "ReasonRequiredError",
    "ReferenceNotFoundError",
    "RequestIdInvalidError",
    "RequestMismatchError",
    "SchemaTooNewError",
    "SearchTermInvalidError",
    "SearchTermTooShortError",
    "SelectionInvalidError",
    "SnapshotInvalidError",
    "SpaceExhaustedError",
    "StateInvalidError",
    "StoreBusyError",
    "StoreContractError",
    "StoreCorruptError",
    "StoreError",
    "StoreForeignError",
    "StoreUnavailableError",
    "StoreUrlInvalidError",
    "TextInvalidError",
    "TimestampInvalidError",
    "TooFewAvailableError",
    "TransferFailedError",
    "TransitionRefusedError",
    "WarrantyInvalidError",
    "WrongKindError",
]


class ErrorKind(enum.IntEnum):
    """The kind of an :class:`Error`: a stable number and name, the same in every language.

    >>> serialref.ErrorKind.LIMIT_REACHED
    <ErrorKind.LIMIT_REACHED: 11>
    """

    FORMAT_INVALID = 1
    NAME_INVALID = 2
    DESCRIPTION_INVALID = 3
    NAME_TAKEN = 4
    GROUP_NOT_FOUND = 5
    BATCH_NOT_FOUND = 6
    REFERENCE_NOT_FOUND = 7
    AMBIGUOUS = 8
    WRONG_KIND = 9
    COUNT_INVALID = 10
    LIMIT_REACHED = 11
    SPACE_EXHAUSTED = 12
    REQUEST_MISMATCH = 13
    REQUEST_ID_INVALID = 14
    SEARCH_TERM_TOO_SHORT = 15
    SEARCH_TERM_INVALID = 16
    PAGE_INVALID = 17
    CURSOR_INVALID = 18
    CHANGED_MEANWHILE = 19
    ENTROPY_UNAVAILABLE = 20
    SNAPSHOT_INVALID = 21
    STORE_BUSY = 22
    STORE_UNAVAILABLE = 23
    OUTCOME_UNKNOWN = 24
    STORE_CORRUPT = 25
    SCHEMA_TOO_NEW = 26
    STORE_CONTRACT = 27
    STORE_FOREIGN = 28
    STORE_URL_INVALID = 29
    TRANSITION_REFUSED = 30
    REASON_REQUIRED = 31
    STATE_INVALID = 32
    TOO_FEW_AVAILABLE = 33
    HOLDER_REQUIRED = 34
    CLAIM_NOT_FOUND = 35
    FIELD_NOT_FOUND = 36
    FIELD_NAME_TAKEN = 37
    GROUP_REQUIRED = 38
    TEXT_INVALID = 39
    WARRANTY_INVALID = 40
    TIMESTAMP_INVALID = 41
    SELECTION_INVALID = 42
    IMPORT_FAULTY = 43
    TRANSFER_FAILED = 44
    KEY_INVALID = 45
    NO_COUNTER = 46
    COUNTER_INVALID = 47
    CODE_INVALID = 48


class Error(Exception):
    """The root of all exceptions of the library. After one nothing has changed, unless it is
    :class:`OutcomeUnknownError`.

    >>> try:
    ...     serialref.Registry().group(7)
    ... except serialref.Error as error:
    ...     error.kind, error.group_id
    (<ErrorKind.GROUP_NOT_FOUND: 5>, 7)
    """

    kind: ErrorKind
    """The stable kind, which is what programs should decide by."""

    def __init__(self, message: str = "", /, **context: object) -> None:
        super().__init__(message)
        self.__dict__.update(context)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class InputError(Error, ValueError):
    """Something that was given cannot be used."""


class NotFoundError(Error, LookupError):
    """Something that was named does not exist, or cannot be told from others."""


class StoreError(Error):
    """Trouble with the storage itself. ``__cause__`` has the store's own words.

    A store of your own raises one of its subclasses to say what the trouble is:

    >>> raise serialref.StoreBusyError("the tape is being changed")
    Traceback (most recent call last):
    ...
    serialref.StoreBusyError: the tape is being changed
    """


class FormatError(InputError):
    """A format cannot be used."""

    kind = ErrorKind.FORMAT_INVALID
    faults: tuple[str, ...]
    """Everything that is wrong with it, a sentence each."""


class NameInvalidError(InputError):
    """A name of a group, batch, field or holder cannot be used."""

    kind = ErrorKind.NAME_INVALID


class DescriptionInvalidError(InputError):
    """A description of a group cannot be used."""

    kind = ErrorKind.DESCRIPTION_INVALID


class NameTakenError(InputError):
    """Another group has the name already."""

    kind = ErrorKind.NAME_TAKEN
    group_id: int
    """The group that has it."""


class GroupNotFoundError(NotFoundError):
    """There is no such group."""

    kind = ErrorKind.GROUP_NOT_FOUND
    group_id: int
    """The id that was given."""


class BatchNotFoundError(NotFoundError):
    """There is no such batch."""

    kind = ErrorKind.BATCH_NOT_FOUND
    group_id: int
    """The group."""
    batch_id: int
    """The id that was given."""


class ReferenceNotFoundError(NotFoundError):
    """No live reference has the code."""

    kind = ErrorKind.REFERENCE_NOT_FOUND


class AmbiguousError(NotFoundError):
    """Several groups have a live reference with the code."""

    kind = ErrorKind.AMBIGUOUS
    group_ids: tuple[int, ...]
    """The groups that have one."""


class WrongKindError(Error, TypeError):
    """The group's references are issued in another way."""

    kind = ErrorKind.WRONG_KIND
    group_id: int
    """The group."""
    group_kind: Kind
    """Its kind."""


class CountInvalidError(InputError):
    """A batch or claim of no references was asked for."""

    kind = ErrorKind.COUNT_INVALID


class LimitReachedError(Error, RuntimeError):
    """The call would pass a limit."""

    kind = ErrorKind.LIMIT_REACHED
    group_id: int | None
    """The group; ``None`` where the limit is the registry's."""
    limit: LimitName
    """Which limit."""
    value: int
    """Its value."""
    present: int
    """How many there are; 0 for the size of a batch."""
    asked: int
    """How many more were asked for."""


class SpaceExhaustedError(Error, RuntimeError):
    """The format has fewer free codes than were asked for."""

    kind = ErrorKind.SPACE_EXHAUSTED
    group_id: int
    """The group."""
    free: int
    """At most so many codes can still be issued."""
    asked: int
    """How many were asked for."""


class RequestMismatchError(InputError):
    """The request id belongs to a different request."""

    kind = ErrorKind.REQUEST_MISMATCH
    request_id: uuid.UUID
    """The request id."""


class RequestIdInvalidError(InputError):
    """A text is not a request id."""

    kind = ErrorKind.REQUEST_ID_INVALID


class SearchTermTooShortError(InputError):
    """A search term is too short."""

    kind = ErrorKind.SEARCH_TERM_TOO_SHORT
    min: int
    """The fewest characters allowed."""
    found: int
    """How many it has."""


class SearchTermInvalidError(InputError):
    """A search term has a character that no code can have."""

    kind = ErrorKind.SEARCH_TERM_INVALID
    symbol: str
    """The character."""
    position: int
    """Where it stands, counted from 1."""


class PageInvalidError(InputError):
    """A page of no rows or too many was asked for, or page number 0."""

    kind = ErrorKind.PAGE_INVALID


class CursorInvalidError(InputError):
    """A cursor does not belong to the listing."""

    kind = ErrorKind.CURSOR_INVALID


class ChangedMeanwhileError(Error, RuntimeError):
    """References were issued into a group after its deletion was prepared."""

    kind = ErrorKind.CHANGED_MEANWHILE
    group_id: int
    """The group."""
    more: int
    """How many."""


class EntropyUnavailableError(Error, OSError):
    """Random bytes could not be had."""

    kind = ErrorKind.ENTROPY_UNAVAILABLE


class SnapshotInvalidError(InputError):
    """A snapshot cannot be restored."""

    kind = ErrorKind.SNAPSHOT_INVALID


class StoreBusyError(StoreError, OSError):
    """The store is held by somebody else; try again in a moment."""

    kind = ErrorKind.STORE_BUSY


class StoreUnavailableError(StoreError, OSError):
    """The store cannot be reached or cannot write."""

    kind = ErrorKind.STORE_UNAVAILABLE


class OutcomeUnknownError(StoreError, OSError):
    """The store may or may not have carried out the call."""

    kind = ErrorKind.OUTCOME_UNKNOWN
    request_id: uuid.UUID | None = None
    """The request id to repeat the call with, where it issues something."""


class StoreCorruptError(StoreError, RuntimeError):
    """What the store holds contradicts itself."""

    kind = ErrorKind.STORE_CORRUPT


class SchemaTooNewError(StoreError, RuntimeError):
    """A newer version of the library wrote the store."""

    kind = ErrorKind.SCHEMA_TOO_NEW


class StoreContractError(StoreError, RuntimeError):
    """The store broke its contract."""

    kind = ErrorKind.STORE_CONTRACT


class StoreForeignError(StoreError, RuntimeError):
    """A store written by somebody else failed in its own way; ``__cause__`` is what it raised."""

    kind = ErrorKind.STORE_FOREIGN


class StoreUrlInvalidError(InputError):
    """A URL names no store."""

    kind = ErrorKind.STORE_URL_INVALID
    reason: str
    """What is wrong with it."""


class TransitionRefusedError(Error, RuntimeError):
    """Some references cannot come to the state that was asked for; none did."""

    kind = ErrorKind.TRANSITION_REFUSED
    to: State
    """The state."""
    refused: tuple[RefusedTransition, ...]
    """Every reference that cannot, and why."""


class ReasonRequiredError(InputError):
    """A state needs a reason."""

    kind = ErrorKind.REASON_REQUIRED
    to: State
    """The state."""


class StateInvalidError(InputError):
    """A text is not the name of a state."""

    kind = ErrorKind.STATE_INVALID


class TooFewAvailableError(Error, RuntimeError):
    """Fewer references are available than were to be claimed."""

    kind = ErrorKind.TOO_FEW_AVAILABLE
    group_id: int
    """The group."""
    available: int
    """How many are available, in the batch where one was named."""
    asked: int
    """How many were asked for."""


class HolderRequiredError(InputError):
    """A claim needs to be for somebody."""

    kind = ErrorKind.HOLDER_REQUIRED


class ClaimNotFoundError(NotFoundError):
    """There is no such claim."""

    kind = ErrorKind.CLAIM_NOT_FOUND
    group_id: int
    """The group."""
    claim_id: int
    """The id that was given."""


class FieldNotFoundError(NotFoundError):
    """The group has no such field."""

    kind = ErrorKind.FIELD_NOT_FOUND
    group_id: int
    """The group."""
    name: str
    """The name that was given."""


class FieldNameTakenError(InputError):
    """Another field of the group has the name."""

    kind = ErrorKind.FIELD_NAME_TAKEN
    name: str
    """The name."""


class GroupRequiredError(InputError):
    """What was asked for reaches beyond one group."""

    kind = ErrorKind.GROUP_REQUIRED


class TextInvalidError(InputError):
    """A text cannot be used."""

    kind = ErrorKind.TEXT_INVALID


class WarrantyInvalidError(InputError):
    """A text or moment is no warranty policy."""

    kind = ErrorKind.WARRANTY_INVALID


class TimestampInvalidError(InputError):
    """A moment cannot be used."""

    kind = ErrorKind.TIMESTAMP_INVALID


class SelectionInvalidError(NotFoundError):
    """Some of the references that were selected do not exist."""

    kind = ErrorKind.SELECTION_INVALID
    missing: tuple[str, ...]
    """Those that do not."""


class ImportFaultyError(InputError):
    """Rows of an import cannot be issued; nothing of it was."""

    kind = ErrorKind.IMPORT_FAULTY
    faults: tuple[ImportFault, ...]
    """Everything that is wrong, in the order of the file."""


class TransferFailedError(Error, OSError):
    """A file could not be read or written; ``__cause__`` says why."""

    kind = ErrorKind.TRANSFER_FAILED


class KeyInvalidError(InputError):
    """Bytes or a text are not a key, or a group of another order than Keyed was to have one."""

    kind = ErrorKind.KEY_INVALID


class NoCounterError(Error, TypeError):
    """Codes of Random order come from no counter."""

    kind = ErrorKind.NO_COUNTER


class CounterInvalidError(InputError):
    """A counter cannot be advanced to where it was to go."""

    kind = ErrorKind.COUNTER_INVALID
    group_id: int
    """The group."""
    next: int
    """Where it has counted to."""
    capacity: int
    """How far it can count."""


class CodeInvalidError(InputError):
    """A text is no code of a format."""

    kind = ErrorKind.CODE_INVALID
    mismatch: Mismatch
    """What is wrong with it, and where."""


def _classes(root: type[Error]) -> dict[int, type[Error]]:
    found = {int(root.kind): root} if "kind" in vars(root) else {}
    for subclass in root.__subclasses__():
        found.update(_classes(subclass))
    return found


#: The class of each kind, by its number.
BY_KIND: dict[int, type[Error]] = _classes(Error)

for _class in (Error, InputError, NotFoundError, StoreError, *BY_KIND.values()):
    _class.__module__ = "serialref"
