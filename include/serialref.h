/**
 * @file
 * serialref.h: unique serial references for physical products, issued on a factory line and tracked for life.
 *
 * This file is generated; see CONTRIBUTING.md.
 *
 * RULES THAT HOLD FOR EVERY FUNCTION
 *
 * Results.  A function returns SERIALREF_STATUS_OK, which is 0, or says why it did nothing. What it gives is written
 * where the caller says, and only on success; `needed` sizes and the result of a selftest are the exceptions. A failure
 * changes nothing, but for three: after SERIALREF_STATUS_OUTCOME_UNKNOWN it is not known whether a store carried out
 * the call: repeat it with the request id that is the `subject` of the error, or, where there is none, look first.
 * After SERIALREF_STATUS_PANICKED and SERIALREF_STATUS_STORE_CONTRACT the call may have been carried out too. What a
 * writer was given before an export failed stays written.
 *
 * Errors.  Details of the last call that failed in a thread are kept for that thread until its next failure.
 * serialref_last_error_message() gives the sentence; serialref_take_last_error() gives an object with everything. Who
 * does not ask leaks nothing.
 *
 * Handles.  Pointers to opaque types are handles and no addresses: never look inside. A handle that was freed, freed
 * twice, belongs to another type or was never made is found out: the call returns SERIALREF_STATUS_HANDLE_INVALID. What
 * was made by a function is freed by the function whose name says so, once. Freeing NULL does nothing.
 *
 * Threads.  Every function may be called from any thread, and every handle may be used by any number of threads at the
 * same time. When one thread frees a handle that another is using, the other's call still ends well.
 *
 * Texts.  Texts go in as serialref_text: pointer and length, UTF-8, a NUL at the end not needed. They are copied where
 * they are kept. Texts that come out belong to the handle they came from and end with a NUL. serialref_text_of() makes
 * one of a string of C.
 *
 * Structs.  A struct that begins with `struct_size` can grow in later versions. Set the member to the size of the
 * struct and all others to 0 before a call: serialref_filter filter = SERIALREF_INIT(serialref_filter). In what goes
 * in, 0 and the empty text mean "not given", and a member that is named `reserved` must be 0, or the call returns
 * SERIALREF_STATUS_OPTION_INVALID. In what comes out, as much is written as the caller's struct has room for.
 *
 * NULL.  Every pointer is checked. Where NULL is allowed, the function says so; elsewhere it returns
 * SERIALREF_STATUS_NULL_ARGUMENT. Numbers that stand for constants are checked too.
 *
 * Times.  Moments are microseconds since 1970-01-01 00:00 UTC; 0 is "none".
 *
 * Faults.  Nothing unwinds into the caller and nothing ends the process. Should the library itself fail inside, the
 * call returns SERIALREF_STATUS_PANICKED and the handle that was used refuses everything but being freed. What was
 * acknowledged before stays. Only when the system has no memory left at all the process is ended, by the system's
 * rules.
 *
 * Callbacks.  Functions of yours that the library calls may use the library. They must not leave by longjmp() or by an
 * exception of C++, which cannot be caught by the library and ends the process: catch it and return a number instead.
 *
 * fork().  A child may go on with a store in memory and never issues a code that its parent does. Files and databases
 * are not carried over: calls in the child return SERIALREF_STATUS_STORE_UNAVAILABLE, and it opens a registry of its
 * own. Fork while no other thread is inside a call.
 *
 * Versions.  Numbers of constants are never changed or used again. Before version 1.0 each minor version may change the
 * interface, and the name of the shared library with it.
 */

#ifndef SERIALREF_H
#define SERIALREF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * Where a limit, a first number or a threshold is asked for, 0 means that it is not given. This is the number zero
 * itself.
 */
#define SERIALREF_ZERO (UINT64_MAX - 1)

/**
 * As a limit: none.
 */
#define SERIALREF_UNLIMITED UINT64_MAX

/**
 * The bytes of the array for a code in a record: enough for the longest code and the NUL at its end.
 */
#define SERIALREF_CODE_CAPACITY 160

/**
 * What a call says when it returns. 0 is success; every other value says what went wrong, and but for three of
 * them, see "Results" above, nothing was done.
 *
 * Numbers below 1000 mean the same in C, Python and Rust. Those from 1000 on are about the call itself: something
 * that only C can get wrong. Numbers are never changed or used again; later versions may add some, so a switch over
 * them needs a default.
 */
enum serialref_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Everything was done.
   */
  SERIALREF_STATUS_OK = 0,
  /**
   * A format cannot be used; the details of the error say everything that is wrong with it.
   */
  SERIALREF_STATUS_FORMAT_INVALID = 1,
  /**
   * A name has no characters, more than 200, or a NUL.
   */
  SERIALREF_STATUS_NAME_INVALID = 2,
  /**
   * A description has a NUL.
   */
  SERIALREF_STATUS_DESCRIPTION_INVALID = 3,
  /**
   * Another group has the name.
   */
  SERIALREF_STATUS_NAME_TAKEN = 4,
  /**
   * There is no such group.
   */
  SERIALREF_STATUS_GROUP_NOT_FOUND = 5,
  /**
   * The group has no such batch.
   */
  SERIALREF_STATUS_BATCH_NOT_FOUND = 6,
  /**
   * No live reference has the code.
   */
  SERIALREF_STATUS_REFERENCE_NOT_FOUND = 7,
  /**
   * Several groups have a live reference with the code; say in which one to look.
   */
  SERIALREF_STATUS_AMBIGUOUS = 8,
  /**
   * A Batch group issues batches, a Continuous group issues one reference at a time.
   */
  SERIALREF_STATUS_WRONG_KIND = 9,
  /**
   * At least 1 reference has to be asked for; or more than 10,000,000 codes were to be computed in one call.
   */
  SERIALREF_STATUS_COUNT_INVALID = 10,
  /**
   * The call would pass a limit.
   */
  SERIALREF_STATUS_LIMIT_REACHED = 11,
  /**
   * The format has fewer free codes than were asked for.
   */
  SERIALREF_STATUS_SPACE_EXHAUSTED = 12,
  /**
   * The request id was used for a different request.
   */
  SERIALREF_STATUS_REQUEST_MISMATCH = 13,
  /**
   * A text is no request id.
   */
  SERIALREF_STATUS_REQUEST_ID_INVALID = 14,
  /**
   * A search term is too short.
   */
  SERIALREF_STATUS_SEARCH_TERM_TOO_SHORT = 15,
  /**
   * A search term has a character that no code has.
   */
  SERIALREF_STATUS_SEARCH_TERM_INVALID = 16,
  /**
   * Pages are numbered from 1 and have 1 to 10,000 rows.
   */
  SERIALREF_STATUS_PAGE_INVALID = 17,
  /**
   * The cursor belongs to another listing, or is damaged.
   */
  SERIALREF_STATUS_CURSOR_INVALID = 18,
  /**
   * References were issued into the group since its deletion was prepared.
   */
  SERIALREF_STATUS_CHANGED_MEANWHILE = 19,
  /**
   * The operating system gives no random bytes, so no code was made.
   */
  SERIALREF_STATUS_ENTROPY_UNAVAILABLE = 20,
  /**
   * The snapshot cannot be restored.
   */
  SERIALREF_STATUS_SNAPSHOT_INVALID = 21,
  /**
   * The store is held by somebody else; try again in a moment.
   */
  SERIALREF_STATUS_STORE_BUSY = 22,
  /**
   * The store cannot be reached, or cannot write.
   */
  SERIALREF_STATUS_STORE_UNAVAILABLE = 23,
  /**
   * The store may or may not have carried out the call: repeat it with the same request id.
   */
  SERIALREF_STATUS_OUTCOME_UNKNOWN = 24,
  /**
   * What the store holds contradicts itself.
   */
  SERIALREF_STATUS_STORE_CORRUPT = 25,
  /**
   * A newer version of the library wrote the store.
   */
  SERIALREF_STATUS_SCHEMA_TOO_NEW = 26,
  /**
   * The store broke its contract.
   */
  SERIALREF_STATUS_STORE_CONTRACT = 27,
  /**
   * A store written by somebody else failed in its own way; the error has its code and text.
   */
  SERIALREF_STATUS_STORE_FOREIGN = 28,
  /**
   * The URL names no store.
   */
  SERIALREF_STATUS_STORE_URL_INVALID = 29,
  /**
   * Some references cannot come to the state; none did. The details of the error name every one.
   */
  SERIALREF_STATUS_TRANSITION_REFUSED = 30,
  /**
   * The state needs a reason.
   */
  SERIALREF_STATUS_REASON_REQUIRED = 31,
  /**
   * A text is no name of a state.
   */
  SERIALREF_STATUS_STATE_INVALID = 32,
  /**
   * Fewer references are available than were to be claimed.
   */
  SERIALREF_STATUS_TOO_FEW_AVAILABLE = 33,
  /**
   * A claim needs a holder.
   */
  SERIALREF_STATUS_HOLDER_REQUIRED = 34,
  /**
   * The group has no such claim.
   */
  SERIALREF_STATUS_CLAIM_NOT_FOUND = 35,
  /**
   * The group has no such field.
   */
  SERIALREF_STATUS_FIELD_NOT_FOUND = 36,
  /**
   * Another field of the group has the name.
   */
  SERIALREF_STATUS_FIELD_NAME_TAKEN = 37,
  /**
   * Attributes belong to one group; name it.
   */
  SERIALREF_STATUS_GROUP_REQUIRED = 38,
  /**
   * A text has more than 1000 characters, or a NUL.
   */
  SERIALREF_STATUS_TEXT_INVALID = 39,
  /**
   * A warranty cannot be used.
   */
  SERIALREF_STATUS_WARRANTY_INVALID = 40,
  /**
   * A moment cannot be used.
   */
  SERIALREF_STATUS_TIMESTAMP_INVALID = 41,
  /**
   * References of the selection are not there; nothing was changed. The details of the error name them.
   */
  SERIALREF_STATUS_SELECTION_INVALID = 42,
  /**
   * Rows of an import cannot be issued; none was. The details of the error name every fault.
   */
  SERIALREF_STATUS_IMPORT_FAULTY = 43,
  /**
   * A file, or the caller's reader or writer, failed.
   */
  SERIALREF_STATUS_TRANSFER_FAILED = 44,
  /**
   * A key is not 32 random bytes, is given where none is used, or is missing.
   */
  SERIALREF_STATUS_KEY_INVALID = 45,
  /**
   * Codes of Random order are drawn and have no counter.
   */
  SERIALREF_STATUS_NO_COUNTER = 46,
  /**
   * A counter can only be advanced, and not beyond its end.
   */
  SERIALREF_STATUS_COUNTER_INVALID = 47,
  /**
   * A text is no code of the format; the message says why.
   */
  SERIALREF_STATUS_CODE_INVALID = 48,
  /**
   * A pointer that is needed is NULL.
   */
  SERIALREF_STATUS_NULL_ARGUMENT = 1001,
  /**
   * A pointer is not aligned as its type asks for.
   */
  SERIALREF_STATUS_MISALIGNED = 1002,
  /**
   * A size is impossible: `struct_size` is unknown, or a text or list is larger than any that is accepted.
   */
  SERIALREF_STATUS_SIZE_INVALID = 1003,
  /**
   * A number is none of the constants that are accepted there.
   */
  SERIALREF_STATUS_ENUM_INVALID = 1004,
  /**
   * A text is not UTF-8.
   */
  SERIALREF_STATUS_NOT_UTF8 = 1005,
  /**
   * A handle was freed before, is of another type, or was never made.
   */
  SERIALREF_STATUS_HANDLE_INVALID = 1006,
  /**
   * The caller's buffer is too small. The needed size was written; nothing else was done.
   */
  SERIALREF_STATUS_BUFFER_TOO_SMALL = 1007,
  /**
   * There is no element with this index.
   */
  SERIALREF_STATUS_INDEX_INVALID = 1008,
  /**
   * The list holds records of another type.
   */
  SERIALREF_STATUS_WRONG_LIST = 1009,
  /**
   * The options contradict each other, or the store cannot do that; the message says what.
   */
  SERIALREF_STATUS_OPTION_INVALID = 1010,
  /**
   * A fault in the library or in a store was caught. The handle that was used refuses everything from now on,
   * except being freed. What was acknowledged before is not lost.
   */
  SERIALREF_STATUS_PANICKED = 1011,
  /**
   * There are no more handles; free some.
   */
  SERIALREF_STATUS_TOO_MANY_HANDLES = 1012,
  /**
   * What a store gave is no answer to the question: it is of another kind, given twice, more than was asked for, or
   * cannot be understood; the message says what.
   */
  SERIALREF_STATUS_ANSWER_INVALID = 1014,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_status serialref_status;
#else
typedef int32_t serialref_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a group issues: one reference at a time, or batches.
 */
enum serialref_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * One reference at a time: serialref_create_reference().
   */
  SERIALREF_KIND_CONTINUOUS = 1,
  /**
   * Batches: serialref_create_batch().
   */
  SERIALREF_KIND_BATCH = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_kind serialref_kind;
#else
typedef int32_t serialref_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where the codes of a group are unique. 0 stands for SERIALREF_SCOPE_REGISTRY.
 */
enum serialref_scope
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * In the whole registry, among all groups of this scope.
   */
  SERIALREF_SCOPE_REGISTRY = 1,
  /**
   * In the group alone.
   */
  SERIALREF_SCOPE_GROUP = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_scope serialref_scope;
#else
typedef int32_t serialref_scope;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How the bodies of codes are chosen. 0 stands for SERIALREF_ORDER_RANDOM.
 */
enum serialref_order
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Drawn from a cryptographic generator that the operating system seeds.
   */
  SERIALREF_ORDER_RANDOM = 1,
  /**
   * Counted, in the digits of the alphabet, with leading zeros.
   */
  SERIALREF_ORDER_SEQUENTIAL = 2,
  /**
   * Counted, and permuted by a secret key: no order can be seen, and with the key a code says which number it has.
   */
  SERIALREF_ORDER_KEYED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_order serialref_order;
#else
typedef int32_t serialref_order;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What follows the body of a code to find mistyped ones.
 */
enum serialref_check
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing.
   */
  SERIALREF_CHECK_NONE = 0,
  /**
   * ISO/IEC 7064 MOD 11-2, for digits: a digit or X.
   */
  SERIALREF_CHECK_ISO7064_MOD11_RADIX2 = 1,
  /**
   * ISO/IEC 7064 MOD 37-2, for digits and upper case letters: one of these or *.
   */
  SERIALREF_CHECK_ISO7064_MOD37_RADIX2 = 2,
  /**
   * ISO/IEC 7064 MOD 97-10, for digits: two digits.
   */
  SERIALREF_CHECK_ISO7064_MOD97_RADIX10 = 3,
  /**
   * ISO/IEC 7064 MOD 11,10, for digits: a digit.
   */
  SERIALREF_CHECK_ISO7064_MOD11_AND10 = 4,
  /**
   * ISO/IEC 7064 MOD 37,36, for digits and upper case letters: one of these.
   */
  SERIALREF_CHECK_ISO7064_MOD37_AND36 = 5,
  /**
   * The algorithm of Luhn, for alphabets of even size.
   */
  SERIALREF_CHECK_LUHN = 6,
  /**
   * The algorithm of Damm.
   */
  SERIALREF_CHECK_DAMM = 7,
  /**
   * The algorithm of Verhoeff, for digits.
   */
  SERIALREF_CHECK_VERHOEFF = 8,
  /**
   * A weighted sum, for alphabets of odd size.
   */
  SERIALREF_CHECK_WEIGHTED_SUM = 9,
  /**
   * The algorithm of Gumm.
   */
  SERIALREF_CHECK_GUMM = 10,
  /**
   * The scheme that finds most mistakes with the alphabet.
   */
  SERIALREF_CHECK_AUTOMATIC = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_check serialref_check;
#else
typedef int32_t serialref_check;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Alphabets that most products need. 0 stands for SERIALREF_PRESET_UPPER_ALPHANUMERIC.
 */
enum serialref_preset
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * 0-9.
   */
  SERIALREF_PRESET_DIGITS = 1,
  /**
   * A-Z and a-z.
   */
  SERIALREF_PRESET_LETTERS = 2,
  /**
   * 0-9 and A-Z.
   */
  SERIALREF_PRESET_UPPER_ALPHANUMERIC = 3,
  /**
   * 0-9 and A-Z without 0 O 1 I L, which people mistake for one another.
   */
  SERIALREF_PRESET_UNAMBIGUOUS31 = 4,
  /**
   * 0-9 and A-Z without I L O U; source: Douglas Crockford, "Base 32".
   */
  SERIALREF_PRESET_UNAMBIGUOUS32 = 5,
  /**
   * 0-9 and A-F.
   */
  SERIALREF_PRESET_HEXADECIMAL = 6,
  /**
   * All 94 symbols from ! (0x21) to ~ (0x7E).
   */
  SERIALREF_PRESET_PRINTABLE = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_preset serialref_preset;
#else
typedef int32_t serialref_preset;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What became of a reference. Where a state is asked for, 0 stands for any.
 */
enum serialref_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Issued, and for whoever claims it.
   */
  SERIALREF_STATE_AVAILABLE = 1,
  /**
   * Claimed for a line or an order.
   */
  SERIALREF_STATE_ALLOCATED = 2,
  /**
   * Printed, engraved or written to a tag.
   */
  SERIALREF_STATE_ENCODED = 3,
  /**
   * On a product: used once and for all.
   */
  SERIALREF_STATE_COMMISSIONED = 4,
  /**
   * On a product that has left the factory.
   */
  SERIALREF_STATE_RELEASED = 5,
  /**
   * Out of use; may be commissioned again.
   */
  SERIALREF_STATE_DECOMMISSIONED = 6,
  /**
   * The product is gone. Final.
   */
  SERIALREF_STATE_DESTROYED = 7,
  /**
   * Never to be used, for example a torn label. Final.
   */
  SERIALREF_STATE_VOID = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_state serialref_state;
#else
typedef int32_t serialref_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * In which order a listing goes. 0 stands for SERIALREF_DIRECTION_OLDEST_FIRST.
 */
enum serialref_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * In the order of issue.
   */
  SERIALREF_DIRECTION_OLDEST_FIRST = 1,
  /**
   * The newest first.
   */
  SERIALREF_DIRECTION_NEWEST_FIRST = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_direction serialref_direction;
#else
typedef int32_t serialref_direction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which limit an error is about.
 */
enum serialref_limit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Live references in a group.
   */
  SERIALREF_LIMIT_LIVE_REFERENCES = 1,
  /**
   * References in one batch call.
   */
  SERIALREF_LIMIT_BATCH_SIZE = 2,
  /**
   * Groups in the registry.
   */
  SERIALREF_LIMIT_GROUPS = 3,
  /**
   * Fields in a group.
   */
  SERIALREF_LIMIT_FIELDS = 4,
  /**
   * Characters of an attribute's value.
   */
  SERIALREF_LIMIT_VALUE_CHARACTERS = 5,
  /**
   * References in one call, 10,000,000 whatever the limits.
   */
  SERIALREF_LIMIT_PER_CALL = 6,
  /**
   * Live references, so that none is easy to guess.
   */
  SERIALREF_LIMIT_GUESSES = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_limit serialref_limit;
#else
typedef int32_t serialref_limit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an event says.
 */
enum serialref_change
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The group was created.
   */
  SERIALREF_CHANGE_GROUP_CREATED = 1,
  /**
   * A setting of the group was changed.
   */
  SERIALREF_CHANGE_GROUP_CHANGED = 2,
  /**
   * The group was deleted with all that was in it.
   */
  SERIALREF_CHANGE_GROUP_DELETED = 3,
  /**
   * References were issued.
   */
  SERIALREF_CHANGE_ISSUED = 4,
  /**
   * A reference came to another state.
   */
  SERIALREF_CHANGE_MOVED = 5,
  /**
   * A reference got another value of a field.
   */
  SERIALREF_CHANGE_ATTRIBUTE_SET = 6,
  /**
   * A reference got another warranty.
   */
  SERIALREF_CHANGE_WARRANTY_SET = 7,
  /**
   * A reference was deleted.
   */
  SERIALREF_CHANGE_DELETED = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_change serialref_change;
#else
typedef int32_t serialref_change;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How far the warranty of a product is.
 */
enum serialref_warranty_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It has none.
   */
  SERIALREF_WARRANTY_STATUS_NONE = 1,
  /**
   * It begins later.
   */
  SERIALREF_WARRANTY_STATUS_NOT_STARTED = 2,
  /**
   * It covers the product.
   */
  SERIALREF_WARRANTY_STATUS_ACTIVE = 3,
  /**
   * It is over.
   */
  SERIALREF_WARRANTY_STATUS_EXPIRED = 4,
  /**
   * It ended with the product.
   */
  SERIALREF_WARRANTY_STATUS_ENDED_EARLY = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_warranty_status serialref_warranty_status;
#else
typedef int32_t serialref_warranty_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a file of references is written. 0 stands for SERIALREF_FILE_CSV.
 */
enum serialref_file
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * CSV as in RFC 4180, with the names of the columns in the first line.
   */
  SERIALREF_FILE_CSV = 1,
  /**
   * JSON Lines: an object on every line.
   */
  SERIALREF_FILE_JSON_LINES = 2,
  /**
   * CSV with semicolons, for reading only.
   */
  SERIALREF_FILE_SEMICOLONS = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_file serialref_file;
#else
typedef int32_t serialref_file;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How an SQLite file is kept. 0 stands for SERIALREF_DURABILITY_FULL.
 */
enum serialref_durability
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * What was acknowledged outlives a power failure.
   */
  SERIALREF_DURABILITY_FULL = 1,
  /**
   * What was acknowledged outlives a crash of the program, not always one of the power.
   */
  SERIALREF_DURABILITY_PROGRAM_CRASH = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_durability serialref_durability;
#else
typedef int32_t serialref_durability;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What to change of references.
 */
enum serialref_step
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Brings all to the state `to`, if each is live and in one of the states of `from_states`; or none. No claim holds
   * them afterwards. Where `has_held_by` is 1, those that are allocated have to be so by the claim `held_by`. Each
   * has an event SERIALREF_CHANGE_MOVED with the claim that held it, or 0.
   */
  SERIALREF_STEP_MOVE = 1,
  /**
   * Brings those that are live and held by `claim` back to SERIALREF_STATE_AVAILABLE, with the same event, and
   * leaves the others.
   */
  SERIALREF_STEP_RETURN = 2,
  /**
   * Gives all of them values, if each is live; or none. A value that reads the same before and after leaves no
   * event; another leaves SERIALREF_CHANGE_ATTRIBUTE_SET with the field and both values, where a reference without
   * one reads as the default. By row, then field.
   */
  SERIALREF_STEP_SET_VALUES = 3,
  /**
   * Gives all of them a warranty of their own, if each is live; or none. One that is another than before leaves
   * SERIALREF_CHANGE_WARRANTY_SET with both, where none of its own is the empty text.
   */
  SERIALREF_STEP_SET_WARRANTY = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_step serialref_step;
#else
typedef int32_t serialref_step;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a plan or query is refused.
 */
enum serialref_refusal
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * There is no such group, or it was deleted. Uses `group`.
   */
  SERIALREF_REFUSAL_NO_SUCH_GROUP = 1,
  /**
   * The group has no such batch. Uses `group` and `batch`.
   */
  SERIALREF_REFUSAL_NO_SUCH_BATCH = 2,
  /**
   * Another group has the name. Uses `group`: the one that has it.
   */
  SERIALREF_REFUSAL_NAME_TAKEN = 3,
  /**
   * There would be too many groups. Uses `present`: how many there are.
   */
  SERIALREF_REFUSAL_TOO_MANY_GROUPS = 4,
  /**
   * The request id was used for another request.
   */
  SERIALREF_REFUSAL_REQUEST_MISMATCH = 5,
  /**
   * The group is not as the plan expects it. Uses `stored_group`: the group as it is.
   */
  SERIALREF_REFUSAL_GROUP_CHANGED = 6,
  /**
   * The group would have too many live references. Uses `present`: how many it has.
   */
  SERIALREF_REFUSAL_LIVE_LIMIT = 7,
  /**
   * The group has counted to another index. Uses `present`: its `next_index`.
   */
  SERIALREF_REFUSAL_INDEX_MOVED = 8,
  /**
   * Some codes were issued before in the scope, or come twice in the plan. Uses `positions`; of a code that comes
   * twice, the first is not among them unless it was issued before.
   */
  SERIALREF_REFUSAL_CODES_TAKEN = 9,
  /**
   * The group has no such claim. Uses `group` and `claim`.
   */
  SERIALREF_REFUSAL_NO_SUCH_CLAIM = 10,
  /**
   * Too few references are available. Uses `present`: how many are, in the batch where the plan names one.
   */
  SERIALREF_REFUSAL_TOO_FEW_AVAILABLE = 11,
  /**
   * Some references cannot be changed so. Uses `unfit`.
   */
  SERIALREF_REFUSAL_UNFIT = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_refusal serialref_refusal;
#else
typedef int32_t serialref_refusal;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How the storage failed, for serialref_sink_fail(). Nothing may have changed, except after OUTCOME_UNKNOWN.
 */
enum serialref_failure
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Somebody else holds the storage; the same call may succeed in a moment.
   */
  SERIALREF_FAILURE_BUSY = 1,
  /**
   * It cannot be reached, or cannot write.
   */
  SERIALREF_FAILURE_UNAVAILABLE = 2,
  /**
   * The reply was lost: it may or may not have been carried out.
   */
  SERIALREF_FAILURE_OUTCOME_UNKNOWN = 3,
  /**
   * What is stored contradicts itself.
   */
  SERIALREF_FAILURE_CORRUPT = 4,
  /**
   * No registry makes such a plan.
   */
  SERIALREF_FAILURE_CONTRACT = 5,
  /**
   * Something else, with a number and text that come back to the caller unchanged.
   */
  SERIALREF_FAILURE_FOREIGN = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_failure serialref_failure;
#else
typedef int32_t serialref_failure;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a sink holds, see serialref_sink_answer().
 */
enum serialref_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing yet, or that there is nothing.
   */
  SERIALREF_ANSWER_NOTHING = 0,
  /**
   * A result.
   */
  SERIALREF_ANSWER_DONE = 1,
  /**
   * The result of an earlier call with the same request id.
   */
  SERIALREF_ANSWER_REPEATED = 2,
  /**
   * A refusal.
   */
  SERIALREF_ANSWER_REFUSED = 3,
  /**
   * A failure, or an answer that cannot be used.
   */
  SERIALREF_ANSWER_FAILED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_answer serialref_answer;
#else
typedef int32_t serialref_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a storage gives when it is opened once more. 0 stands for SERIALREF_KEEPING_VOLATILE.
 */
enum serialref_keeping
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * An empty store: everything goes with the store.
   */
  SERIALREF_KEEPING_VOLATILE = 1,
  /**
   * What the store before it kept, once that one is destroyed; never two at a time.
   */
  SERIALREF_KEEPING_EXCLUSIVE = 2,
  /**
   * The same contents, also while others are open.
   */
  SERIALREF_KEEPING_SHARED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum serialref_keeping serialref_keeping;
#else
typedef int32_t serialref_keeping;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The codes of a Sequential or Keyed format in the order of their counters 0, 1, 2 ...; what issuing takes them from.
 * A handle; may be shared between threads, and outlives everything it came from. Free it with
 * serialref_code_sequence_free(), which wipes what it keeps of the key.
 */
typedef struct serialref_code_sequence serialref_code_sequence;

/**
 * The codes of a batch or import in the order of issue, or those of counters; they do not change. A handle; may be
 * shared between threads, and outlives what it came from. Free it with serialref_codes_free().
 */
typedef struct serialref_codes serialref_codes;

/**
 * What would be deleted. Nothing is, until serialref_deletion_confirm(). A handle; may be shared between threads. Free
 * it with serialref_deletion_free(), which changes nothing. It outlives the registry's handle.
 */
typedef struct serialref_deletion serialref_deletion;

/**
 * Why a call failed, in detail. A handle; may be shared between threads. Free it with serialref_error_free().
 */
typedef struct serialref_error serialref_error;

/**
 * What the codes of a group look like. A handle; may be shared between threads, and outlives everything it came from.
 * Free it with serialref_format_free().
 */
typedef struct serialref_format serialref_format;

/**
 * A list of records of one type, as a call gave it; it does not change afterwards. A handle; may be shared between
 * threads, and outlives the registry it came from. Free it with serialref_list_free().
 */
typedef struct serialref_list serialref_list;

/**
 * A store that is open, and the limits that hold for it. A handle; any number of threads may use it at the same time.
 * Free it with serialref_registry_free(). Lists, codes and errors that came from it outlive it.
 */
typedef struct serialref_registry serialref_registry;

/**
 * A file that was read and checked, and can be imported. A handle; may be shared between threads, and outlives the
 * registry's handle. Free it with serialref_review_free(), which changes nothing.
 */
typedef struct serialref_review serialref_review;

/**
 * Where a function of a store puts its answer. It is valid only until that function returns; every later use is found
 * out and returns SERIALREF_STATUS_HANDLE_INVALID. Any thread may use it until then.
 */
typedef struct serialref_sink serialref_sink;

/**
 * A text: where it begins and how many bytes it has. It need not end with a NUL, except where the library gives it.
 *
 * Texts are UTF-8. One of size 0 is the empty text, and then `data` may be NULL. Most properties take the empty text
 * for "not given". Texts of more than 1 MiB are refused.
 *
 * A text that the library gives ends with a NUL, which `size` does not count, so that `data` is a string of C too.
 * It belongs to the library and is valid as long as the handle it came from.
 */
typedef struct serialref_text {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * How many bytes it has, without a NUL at its end.
   */
  size_t size;
} serialref_text;

/**
 * Which mistakes in codes a check scheme finds without exception: 1 where it finds all of a kind, otherwise 0.
 */
typedef struct serialref_detections {
  /**
   * sizeof(serialref_detections), to be set by the caller.
   */
  size_t struct_size;
  /**
   * One character is another than it should be.
   */
  int32_t single_substitutions;
  /**
   * Two neighbours stand in each other's place.
   */
  int32_t adjacent_transpositions;
  /**
   * Two characters with one between them stand in each other's place.
   */
  int32_t jump_transpositions;
  /**
   * Two equal neighbours are two others that are equal.
   */
  int32_t twin_substitutions;
} serialref_detections;

/**
 * The id of one request, which makes it safe to repeat: the same id gives what was given the first time, and nothing
 * is added. Random bytes, a UUID, or made of an order number with serialref_request_id_of_text(). All zeros are no id.
 */
typedef struct serialref_request_id {
  /**
   * The 16 bytes, in the order in which a UUID is written.
   */
  uint8_t bytes[16];
} serialref_request_id;

/**
 * References to be claimed. A member that is 0 or empty says nothing.
 */
typedef struct serialref_new_claim {
  /**
   * sizeof(serialref_new_claim), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many references: 1 to 10,000,000. It must be given.
   */
  uint64_t count;
  /**
   * For whom: a line, station or order of 1 to 200 characters; the default is the actor of serialref_acting().
   */
  struct serialref_text holder;
  /**
   * From one batch only.
   */
  uint64_t batch;
  /**
   * After this time what was not used is available again, in milliseconds.
   */
  uint64_t expires_after_ms;
  /**
   * From this moment on what was not used is available again, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t expires_at;
  /**
   * The id of the request; all zeros for none.
   */
  struct serialref_request_id request_id;
} serialref_new_claim;

/**
 * What a call issued or claimed.
 */
typedef struct serialref_issued {
  /**
   * sizeof(serialref_issued), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The batch that was issued, or 0 where a single reference was issued or references were claimed.
   */
  uint64_t batch;
  /**
   * The claim, or 0 where references were issued.
   */
  uint64_t claim;
  /**
   * The row of the first reference that was issued; the others follow it. 0 for a claim.
   */
  uint64_t first_row;
  /**
   * How many references.
   */
  uint64_t count;
  /**
   * When, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_at;
  /**
   * When the claim expires, in microseconds since 1970-01-01 00:00 UTC, or 0.
   */
  int64_t expires_at;
  /**
   * How many references of the group are available now; 0 where it is not known, see `stock_is_known`.
   */
  uint64_t available;
  /**
   * 1 if the request id was used before: this is what was issued or claimed then. Otherwise 0.
   */
  int32_t repeated;
  /**
   * 1 if `available` and `stock_is_low` are known, which is always so unless the call was repeated.
   */
  int32_t stock_is_known;
  /**
   * 1 if fewer are available than the group's threshold.
   */
  int32_t stock_is_low;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_issued;

/**
 * The secret key of a group of Keyed order. Keep it as one: whoever has it can make the codes. The memory is yours:
 * pass it to serialref_wipe() when the key is not needed there any more.
 */
typedef struct serialref_key {
  /**
   * The 32 random bytes. 32 equal ones, as in memory that nobody filled, are no key and refused.
   */
  uint8_t bytes[32];
} serialref_key;

/**
 * What a code says about itself, in a group whose codes come from a counter.
 */
typedef struct serialref_decoded {
  /**
   * sizeof(serialref_decoded), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The counter from which it was made, or would be; counted from 0.
   */
  uint64_t counter;
  /**
   * 1 if the group makes the code from a counter, otherwise 0.
   */
  int32_t has_counter;
  /**
   * 1 if the group has counted that far, so that it may have been issued, otherwise 0.
   */
  int32_t may_be_issued;
} serialref_decoded;

/**
 * How full a code space is, and how easy to guess.
 */
typedef struct serialref_code_space {
  /**
   * sizeof(serialref_code_space), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many codes there can ever be; UINT64_MAX where there are that many or more.
   */
  uint64_t capacity;
  /**
   * How many were ever issued.
   */
  uint64_t issued;
  /**
   * How many are live.
   */
  uint64_t live;
  /**
   * How many can still be issued; UINT64_MAX where there are that many or more.
   */
  uint64_t remaining;
  /**
   * The share of the capacity that was issued: 0 to 1.
   */
  double density;
  /**
   * How likely a random guess hits a live code: 0 to 1.
   */
  double guess_probability;
  /**
   * How often, on average, a code of Random order is drawn again because it was issued before; negative for other
   * orders, and where nothing is left.
   */
  double expected_redraws;
  /**
   * 1 if a guess hits less often than once in 10,000 times, which Delegated Regulation (EU) 2016/161 demands for
   * medicines; otherwise 0.
   */
  int32_t is_below_one_in_10_000;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_code_space;

/**
 * A reference by its place.
 */
typedef struct serialref_place {
  /**
   * The group.
   */
  uint64_t group;
  /**
   * Its row in the group.
   */
  uint64_t row;
} serialref_place;

/**
 * Which references to list, change, export or delete; all conditions hold together. With all members 0 or empty, it is
 * every live reference of the registry.
 */
typedef struct serialref_filter {
  /**
   * sizeof(serialref_filter), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Those of one group.
   */
  uint64_t group;
  /**
   * Those of one batch of the group.
   */
  uint64_t batch;
  /**
   * Those whose code has this text anywhere, in any letter case; of at least 3 characters unless limits say
   * otherwise.
   */
  struct serialref_text term;
  /**
   * Those issued at this moment or later, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_from;
  /**
   * Those issued before this moment.
   */
  int64_t created_before;
  /**
   * Those in one state: one of the constants of serialref_state.
   */
  int32_t state;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * Those that have `value` in this field; the group must be named too.
   */
  struct serialref_text field;
  /**
   * The value that they have.
   */
  struct serialref_text value;
} serialref_filter;

/**
 * Which references a change is for: those with certain codes, or at certain places, or that match a filter. Exactly
 * one of the three is given.
 */
typedef struct serialref_selection {
  /**
   * sizeof(serialref_selection), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The codes, or NULL.
   */
  const struct serialref_text *codes;
  /**
   * How many codes.
   */
  size_t codes_count;
  /**
   * The group in which the codes are, where several have the same; otherwise 0. Filters and places name their own.
   */
  uint64_t group;
  /**
   * The places, or NULL.
   */
  const struct serialref_place *places;
  /**
   * How many places.
   */
  size_t places_count;
  /**
   * The filter, or NULL.
   */
  const struct serialref_filter *filter;
} serialref_selection;

/**
 * How much would be deleted.
 */
typedef struct serialref_deletion_info {
  /**
   * sizeof(serialref_deletion_info), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many live references would go.
   */
  uint64_t count;
  /**
   * How many of the selection were not found, or are in several groups, and stay: see
   * serialref_deletion_left_alone().
   */
  uint64_t left_alone;
  /**
   * The group that would go with all its references, or 0.
   */
  uint64_t group;
} serialref_deletion_info;

/**
 * What was deleted.
 */
typedef struct serialref_deleted {
  /**
   * sizeof(serialref_deleted), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many references went.
   */
  uint64_t deleted;
  /**
   * How many somebody else had deleted meanwhile.
   */
  uint64_t already_gone;
} serialref_deleted;

/**
 * The circumstances of a failure. Members that have no meaning for its status are 0 or empty.
 */
typedef struct serialref_error_info {
  /**
   * sizeof(serialref_error_info), to be set by the caller.
   */
  size_t struct_size;
  /**
   * What the call returned: one of the constants of serialref_status.
   */
  int32_t status;
  /**
   * Which limit would have been passed: one of the constants of serialref_limit.
   */
  int32_t limit;
  /**
   * A sentence that says what is wrong and what to do.
   */
  struct serialref_text message;
  /**
   * What lies behind it in the words of the store, file or operating system.
   */
  struct serialref_text source;
  /**
   * The name, field, state or request id it is about. For SERIALREF_STATUS_CODE_INVALID a word for what is wrong:
   * "length", "prefix", "symbol", "check", "suffix", "before start", "after end" or "word".
   */
  struct serialref_text subject;
  /**
   * The group it is about.
   */
  uint64_t group;
  /**
   * The batch it is about.
   */
  uint64_t batch;
  /**
   * The claim it is about.
   */
  uint64_t claim;
  /**
   * The value of the limit that would have been passed, the least number of characters of a search term, or how
   * many counters a group has.
   */
  uint64_t allowed;
  /**
   * How many there are: live references, available references, free codes, characters of the term; or how far a
   * group has counted.
   */
  uint64_t present;
  /**
   * How many were asked for.
   */
  uint64_t asked;
  /**
   * Where the fault stands, counted in characters from 1; 0 where no single character is wrong. In a code that was
   * refused it is counted without the spaces and hyphens that people add.
   */
  uint64_t position;
  /**
   * The number that a store written by somebody else gave with its own text, which is in `source`.
   */
  int64_t foreign_code;
  /**
   * How many details there are, see serialref_error_get_detail().
   */
  size_t details;
} serialref_error_info;

/**
 * One of several things that are wrong: a fault of a format, a reference that cannot change, a line of a file.
 */
typedef struct serialref_detail {
  /**
   * sizeof(serialref_detail), to be set by the caller.
   */
  size_t struct_size;
  /**
   * What is wrong, as a sentence.
   */
  struct serialref_text message;
  /**
   * The code it is about, as the caller gave it; empty where it is about something else.
   */
  struct serialref_text code;
  /**
   * The group it is about, or 0.
   */
  uint64_t group;
  /**
   * The row of the reference it is about, or 0.
   */
  uint64_t row;
  /**
   * The line of the file, counted from 1, or 0.
   */
  uint64_t line;
} serialref_detail;

/**
 * What codes are to look like: prefix, body and suffix. A member that is 0 or empty says nothing, and the default
 * holds.
 *
 * With nothing given, a code is 25 random characters of 0-9 and A-Z.
 */
typedef struct serialref_format_options {
  /**
   * sizeof(serialref_format_options), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The symbols of the body: one of the constants of serialref_preset.
   */
  int32_t preset;
  /**
   * How bodies are chosen: one of the constants of serialref_order.
   */
  int32_t order;
  /**
   * The symbols of the body in the order of their values, instead of a preset: 2 to 94 characters from ! to ~.
   */
  struct serialref_text symbols;
  /**
   * Symbols to leave out.
   */
  struct serialref_text exclude;
  /**
   * How many characters the body has: 1 to 64; the default is 25.
   */
  size_t length;
  /**
   * The first number of a sequential format; the default is 1, and SERIALREF_ZERO is 0.
   */
  uint64_t start;
  /**
   * What every code begins with: up to 32 characters from ! to ~.
   */
  struct serialref_text prefix;
  /**
   * What every code ends with: up to 32 characters from ! to ~.
   */
  struct serialref_text suffix;
  /**
   * What follows the body to find mistyped codes: one of the constants of serialref_check.
   */
  int32_t check;
  /**
   * Shown to people, body and check characters have `separator` after so many characters, see
   * serialref_format_show(): 1 to 64, or 0 for no groups.
   */
  uint32_t group_every;
  /**
   * What stands between these groups: a hyphen or a space.
   */
  struct serialref_text separator;
  /**
   * Words that must not appear in a code, or NULL: up to 1000, of 2 to 32 characters. Letter case makes no
   * difference, nor do 0 O, 1 I L, 2 Z, 5 S and 8 B.
   */
  const struct serialref_text *skip_words;
  /**
   * How many words.
   */
  size_t skip_words_count;
  /**
   * If not 0: a random guess must hit a live code less often than once in so many times, and what would pass that is
   * refused like a limit. Rules for medicines and tobacco in Europe demand 10,000.
   */
  uint64_t guesses_below_one_in;
} serialref_format_options;

/**
 * What codes of a format look like.
 */
typedef struct serialref_format_info {
  /**
   * sizeof(serialref_format_info), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The symbols of the body in the order of their values.
   */
  struct serialref_text symbols;
  /**
   * What every code begins with.
   */
  struct serialref_text prefix;
  /**
   * What every code ends with.
   */
  struct serialref_text suffix;
  /**
   * How many characters the body has.
   */
  size_t length;
  /**
   * How many characters a code has.
   */
  size_t width;
  /**
   * How many codes there can ever be; UINT64_MAX where there are that many or more.
   */
  uint64_t capacity;
  /**
   * The number of bits that tell one code from all others: the logarithm of the capacity to base 2.
   */
  double bits;
  /**
   * The first number of a sequential format; UINT64_MAX where it is that large or larger. Otherwise 0.
   */
  uint64_t start;
  /**
   * A number that is the same for equal formats, in every version of the library, and for hardly any two that
   * differ.
   */
  uint64_t fingerprint;
  /**
   * One of the constants of serialref_order.
   */
  int32_t order;
  /**
   * One of the constants of serialref_check, or 0 where codes have no check characters.
   */
  int32_t check;
  /**
   * How many live references a group may have before a guess is too easy; UINT64_MAX where any number may live.
   */
  uint64_t most_live;
  /**
   * 1 if the codes cannot be guessed by who has seen some of them, otherwise 0.
   */
  int32_t is_unguessable;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_format_info;

/**
 * The limits of groups that have none of their own.
 *
 * A member that is 0 says nothing: the default holds, or what held before. SERIALREF_UNLIMITED is no limit, and
 * SERIALREF_ZERO the limit 0, under which nothing can be issued.
 */
typedef struct serialref_limits {
  /**
   * sizeof(serialref_limits), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Live references in a group; the default is 1000.
   */
  uint64_t max_live;
  /**
   * References in one batch call; the default is 500. No more than 10,000,000 are possible.
   */
  uint64_t max_batch;
  /**
   * Groups in the registry; the default is unlimited.
   */
  uint64_t max_groups;
  /**
   * Fields in a group; the default is 32.
   */
  uint64_t max_fields;
  /**
   * Characters of an attribute's value; the default is 1000.
   */
  uint64_t max_value;
  /**
   * The least characters of a search term; the default is 3. It cannot be unlimited.
   */
  uint64_t min_search_term;
} serialref_limits;

/**
 * A field of a group: references can have a value of it.
 */
typedef struct serialref_new_field {
  /**
   * sizeof(serialref_new_field), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Its name: 1 to 200 characters, unlike those of the group's other fields.
   */
  struct serialref_text name;
  /**
   * The value of references that are given none.
   */
  struct serialref_text default_value;
  /**
   * 1 if customers may see its values, otherwise 0.
   */
  int32_t is_public;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_new_field;

/**
 * A group to be created. A member that is 0 or empty says nothing, and the default holds.
 */
typedef struct serialref_new_group {
  /**
   * sizeof(serialref_new_group), to be set by the caller.
   */
  size_t struct_size;
  /**
   * One of the constants of serialref_kind. It must be given, and never changes.
   */
  int32_t kind;
  /**
   * One of the constants of serialref_scope. It never changes.
   */
  int32_t scope;
  /**
   * Its name: 1 to 200 characters, unlike those of all other groups. It must be given.
   */
  struct serialref_text name;
  /**
   * Its description.
   */
  struct serialref_text description;
  /**
   * What its codes look like, or NULL for 25 random characters of 0-9 and A-Z. It never changes.
   */
  const struct serialref_format *format;
  /**
   * Its own limits, or NULL; `max_groups` is not used.
   */
  const struct serialref_limits *limits;
  /**
   * Its fields.
   */
  const struct serialref_new_field *fields;
  /**
   * How many fields.
   */
  size_t fields_count;
  /**
   * The warranty of its references, in the words of serialref_set_group_warranty().
   */
  struct serialref_text warranty;
  /**
   * What customers see as the product's name; otherwise they see none.
   */
  struct serialref_text public_name;
  /**
   * What customers see as the product's description.
   */
  struct serialref_text public_description;
  /**
   * Fewer available references than this are reported as low stock.
   */
  uint64_t low_stock;
  /**
   * For Keyed order: the secret key, or NULL to draw one.
   */
  const struct serialref_key *key;
} serialref_new_group;

/**
 * Which part of a listing to give. A page can be asked for by the place where the one before ended, which is stable
 * while others issue and delete, or by its number, which comes with a total.
 */
typedef struct serialref_paging {
  /**
   * sizeof(serialref_paging), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Records per page: 1 to 10,000; the default is 100.
   */
  uint32_t size;
  /**
   * One of the constants of serialref_direction.
   */
  int32_t direction;
  /**
   * What serialref_list_next() gave for the page before; empty for the first page.
   */
  struct serialref_text cursor;
  /**
   * The number of the page, counted from 1; 0 where it is asked for by cursor.
   */
  uint64_t page_number;
} serialref_paging;

/**
 * A reference.
 */
typedef struct serialref_reference {
  /**
   * sizeof(serialref_reference), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The group it belongs to.
   */
  uint64_t group;
  /**
   * Its number in the group, in the order of issue: 1, 2, 3 ...
   */
  uint64_t row;
  /**
   * The batch it was issued with, or 0 in a Continuous group.
   */
  uint64_t batch;
  /**
   * The claim that holds it, or 0.
   */
  uint64_t claim;
  /**
   * When it was issued, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_at;
  /**
   * One of the constants of serialref_state.
   */
  int32_t state;
  /**
   * How many characters the code has.
   */
  uint32_t code_size;
  /**
   * The code, with a NUL at its end.
   */
  char code[SERIALREF_CODE_CAPACITY];
} serialref_reference;

/**
 * A value that references get of a field.
 */
typedef struct serialref_value {
  /**
   * The name of the field.
   */
  struct serialref_text field;
  /**
   * The value.
   */
  struct serialref_text value;
} serialref_value;

/**
 * What is special about a reference or batch to be issued. A member that is 0 or empty says nothing.
 */
typedef struct serialref_issue_options {
  /**
   * sizeof(serialref_issue_options), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The id of the request; all zeros for none.
   */
  struct serialref_request_id request_id;
  /**
   * The name of the batch, 1 to 200 characters; the default is the date and time. Single references have none.
   */
  struct serialref_text name;
  /**
   * The values that all of its references get, or NULL.
   */
  const struct serialref_value *values;
  /**
   * How many values.
   */
  size_t values_count;
} serialref_issue_options;

/**
 * To which state references are to come.
 */
typedef struct serialref_transition_options {
  /**
   * sizeof(serialref_transition_options), to be set by the caller.
   */
  size_t struct_size;
  /**
   * One of the constants of serialref_state. It must be given.
   */
  int32_t state;
  /**
   * 1 to use decommissioned references again, which is never done otherwise; the state must be
   * SERIALREF_STATE_COMMISSIONED then.
   */
  int32_t again;
  /**
   * Only if this claim still holds all of them, or 0.
   */
  uint64_t held_by;
  /**
   * The id of the request; all zeros for none.
   */
  struct serialref_request_id request_id;
} serialref_transition_options;

/**
 * How far the warranty of a product is.
 */
typedef struct serialref_warranty {
  /**
   * sizeof(serialref_warranty), to be set by the caller.
   */
  size_t struct_size;
  /**
   * When it begins, in microseconds since 1970-01-01 00:00 UTC, or 0 where that is not known.
   */
  int64_t start;
  /**
   * When it ends, or 0.
   */
  int64_t end;
  /**
   * One of the constants of serialref_warranty_status.
   */
  int32_t status;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_warranty;

/**
 * How many references there are.
 */
typedef struct serialref_inventory {
  /**
   * sizeof(serialref_inventory), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many live references are in each state, by the constants of serialref_state; the first is not used.
   */
  uint64_t in_state[9];
  /**
   * 1 if `next` is there, otherwise 0.
   */
  int32_t has_next;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The available reference that a claim would get first, in a group or batch.
   */
  struct serialref_reference next;
} serialref_inventory;

/**
 * A batch of a group.
 */
typedef struct serialref_batch {
  /**
   * sizeof(serialref_batch), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The group it belongs to.
   */
  uint64_t group;
  /**
   * Its number in the group: 1, 2, 3 ...
   */
  uint64_t id;
  /**
   * Its name.
   */
  struct serialref_text name;
  /**
   * When it was issued, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_at;
  /**
   * The row of its first reference; the others follow it.
   */
  uint64_t first_row;
  /**
   * How many references were issued with it.
   */
  uint64_t size;
  /**
   * How many of them are live.
   */
  uint64_t live;
} serialref_batch;

/**
 * A group.
 */
typedef struct serialref_group {
  /**
   * sizeof(serialref_group), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Its number in the registry.
   */
  uint64_t id;
  /**
   * Its name.
   */
  struct serialref_text name;
  /**
   * Its description.
   */
  struct serialref_text description;
  /**
   * What customers see as the product's name; the group's name is never shown to them.
   */
  struct serialref_text public_name;
  /**
   * What customers see as the product's description.
   */
  struct serialref_text public_description;
  /**
   * The warranty of its references, in the words of serialref_set_group_warranty().
   */
  struct serialref_text warranty;
  /**
   * One of the constants of serialref_kind.
   */
  int32_t kind;
  /**
   * One of the constants of serialref_scope.
   */
  int32_t scope;
  /**
   * When it was created, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_at;
  /**
   * Its own limits; 0 where the registry's hold.
   */
  uint64_t max_live;
  /**
   * As `max_live`: references in one batch call.
   */
  uint64_t max_batch;
  /**
   * As `max_live`: fields.
   */
  uint64_t max_fields;
  /**
   * As `max_live`: characters of an attribute's value.
   */
  uint64_t max_value;
  /**
   * As `max_live`: the least characters of a search term.
   */
  uint64_t min_search_term;
  /**
   * Fewer available references than this are reported as low stock; 0 where nothing is.
   */
  uint64_t low_stock;
  /**
   * How many references are live.
   */
  uint64_t live;
  /**
   * How many were ever issued.
   */
  uint64_t issued;
  /**
   * How many codes its format could ever make; UINT64_MAX where that many or more.
   */
  uint64_t capacity;
  /**
   * How many events it has; the newest has this number.
   */
  uint64_t events;
  /**
   * How often it was changed.
   */
  uint64_t revision;
  /**
   * How many live references are in each state, by the constants of serialref_state; the first is not used.
   */
  uint64_t in_state[9];
} serialref_group;

/**
 * A field of a group: references can have a value of it.
 */
typedef struct serialref_field {
  /**
   * sizeof(serialref_field), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Its number in the group.
   */
  uint64_t id;
  /**
   * Its name.
   */
  struct serialref_text name;
  /**
   * The value of references that were given none.
   */
  struct serialref_text default_value;
  /**
   * 1 if customers may see its values, otherwise 0.
   */
  int32_t is_public;
  /**
   * 1 if it is not used any more, otherwise 0.
   */
  int32_t is_retired;
} serialref_field;

/**
 * The value that a reference has of a field.
 */
typedef struct serialref_attribute {
  /**
   * sizeof(serialref_attribute), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The name of the field.
   */
  struct serialref_text name;
  /**
   * The value.
   */
  struct serialref_text value;
  /**
   * 1 if customers may see it, otherwise 0.
   */
  int32_t is_public;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_attribute;

/**
 * Something that happened to a group or to references of it.
 */
typedef struct serialref_event {
  /**
   * sizeof(serialref_event), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * Its number in the group: 1, 2, 3 ...
   */
  uint64_t id;
  /**
   * When it happened, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t at;
  /**
   * One of the constants of serialref_change.
   */
  int32_t change;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The row of the reference, or of the first one that was issued; 0 where it is about the group.
   */
  uint64_t row;
  /**
   * How many references were issued, or went with the group.
   */
  uint64_t count;
  /**
   * The batch they were issued with, or 0.
   */
  uint64_t batch;
  /**
   * The claim for which the reference was allocated, or 0.
   */
  uint64_t claim;
  /**
   * The field whose value was set, or 0.
   */
  uint64_t field;
  /**
   * The setting of the group that was changed, or empty.
   */
  struct serialref_text setting;
  /**
   * The state, value or setting before.
   */
  struct serialref_text from;
  /**
   * The state, value or setting after.
   */
  struct serialref_text to;
  /**
   * Who made the change, or empty.
   */
  struct serialref_text actor;
  /**
   * Why, or empty.
   */
  struct serialref_text reason;
  /**
   * What else was noted, or empty.
   */
  struct serialref_text note;
} serialref_event;

/**
 * How a registry is to be opened. A member that is 0 or empty says nothing, and the default holds.
 */
typedef struct serialref_open_options {
  /**
   * sizeof(serialref_open_options), to be set by the caller.
   */
  size_t struct_size;
  /**
   * The limits of the registry, or NULL.
   */
  const struct serialref_limits *limits;
  /**
   * How long calls wait for a store that another process is writing to, in milliseconds. The defaults are those of
   * the stores: 10 seconds for SQLite, 5 for locks of PostgreSQL.
   */
  uint64_t patience_ms;
  /**
   * For PostgreSQL: how many connections are kept at most; the default is 8.
   */
  uint32_t pool_size;
  /**
   * For SQLite: one of the constants of serialref_durability.
   */
  int32_t durability;
  /**
   * For SQLite: 1 if a file that does not exist is an error rather than created.
   */
  int32_t must_exist;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_open_options;

/**
 * On whose behalf changes are made, and why. A member that is empty says nothing.
 */
typedef struct serialref_cause {
  /**
   * sizeof(serialref_cause), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Who: a person, station or order of 1 to 200 characters.
   */
  struct serialref_text actor;
  /**
   * Why; up to 1000 characters. Some states need it.
   */
  struct serialref_text reason;
  /**
   * Anything else; up to 1000 characters.
   */
  struct serialref_text note;
} serialref_cause;

/**
 * When a change is made, by whom, and why: what stands in its events, word for word.
 */
typedef struct serialref_origin {
  /**
   * The moment, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t at;
  /**
   * Who, or empty.
   */
  struct serialref_text actor;
  /**
   * Why, or empty.
   */
  struct serialref_text reason;
  /**
   * What else was noted, or empty.
   */
  struct serialref_text note;
} serialref_origin;

/**
 * A group to create.
 */
typedef struct serialref_group_plan {
  /**
   * sizeof(serialref_group_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * Its name.
   */
  struct serialref_text name;
  /**
   * Everything else that was said about it, in a form that only the library reads. Keep it as it is. For a group of
   * Keyed order the secret key is in it: keep it as one.
   */
  struct serialref_text settings;
  /**
   * One of the constants of serialref_kind.
   */
  int32_t kind;
  /**
   * One of the constants of serialref_scope.
   */
  int32_t scope;
  /**
   * How many characters each of its codes has.
   */
  size_t width;
  /**
   * How many groups may exist, this one included; UINT64_MAX for any number.
   */
  uint64_t max_groups;
  /**
   * When it is created, and by whom.
   */
  struct serialref_origin origin;
} serialref_group_plan;

/**
 * Other settings for a group.
 */
typedef struct serialref_group_change_plan {
  /**
   * sizeof(serialref_group_change_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The revision it must have.
   */
  uint64_t revision;
  /**
   * Its name from now on, which may be the one it has.
   */
  struct serialref_text name;
  /**
   * Its settings from now on, in the place of those it has; the secret key of a Keyed group is in them.
   */
  struct serialref_text settings;
  /**
   * 1 if its counter or key changes too, and `expected_index` and `next_index` hold; otherwise 0.
   */
  int32_t has_index;
  /**
   * 1 if its settings have another key for the codes to come; otherwise 0.
   */
  int32_t has_key;
  /**
   * What `next_index` of the group must be; otherwise the plan is refused with SERIALREF_REFUSAL_INDEX_MOVED.
   */
  uint64_t expected_index;
  /**
   * What `next_index` is from now on.
   */
  uint64_t next_index;
  /**
   * The events of the change, in their order, or none. Their `id` is 0: the store numbers them.
   */
  const struct serialref_event *events;
  /**
   * How many events.
   */
  size_t events_count;
  /**
   * When it is changed, and by whom; as in the events.
   */
  struct serialref_origin origin;
} serialref_group_change_plan;

/**
 * A group to delete.
 */
typedef struct serialref_group_delete_plan {
  /**
   * sizeof(serialref_group_delete_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * How many references it may ever have issued, at most.
   */
  uint64_t issued;
  /**
   * When it is deleted, and by whom.
   */
  struct serialref_origin origin;
} serialref_group_delete_plan;

/**
 * Which part of a listing is wanted.
 */
typedef struct serialref_slice {
  /**
   * One of the constants of serialref_direction.
   */
  int32_t direction;
  /**
   * 1 if the total is wanted, otherwise 0.
   */
  int32_t is_counted;
  /**
   * How many rows at the most; may be 0.
   */
  uint32_t size;
  /**
   * 1 if it begins behind the place `after`, seen in the direction, whether or not anything stands there; 0 if it
   * begins after the first `skip` rows of the listing.
   */
  int32_t has_after;
  /**
   * The id or row behind which it begins.
   */
  uint64_t after;
  /**
   * The group of that row, in listings of references.
   */
  uint64_t after_group;
  /**
   * How many rows of the listing come before.
   */
  uint64_t skip;
} serialref_slice;

/**
 * Groups to list.
 */
typedef struct serialref_group_query {
  /**
   * sizeof(serialref_group_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * What the name must contain, as serialref_name_contains() decides; empty for all groups.
   */
  struct serialref_text name_part;
  /**
   * Which part of the listing, by id.
   */
  struct serialref_slice slice;
} serialref_group_query;

/**
 * A value for all references that are issued.
 */
typedef struct serialref_field_value {
  /**
   * The field.
   */
  uint64_t field;
  /**
   * The value.
   */
  struct serialref_text value;
} serialref_field_value;

/**
 * A value for a reference that is issued.
 */
typedef struct serialref_own_value {
  /**
   * The position of the reference in the plan, counted from 0.
   */
  size_t position;
  /**
   * The field.
   */
  uint64_t field;
  /**
   * The value.
   */
  struct serialref_text value;
} serialref_own_value;

/**
 * References to issue.
 */
typedef struct serialref_append_plan {
  /**
   * sizeof(serialref_append_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if there is a request id, to be kept with `digest`; otherwise 0.
   */
  int32_t has_request;
  /**
   * 1 if the group counts, and `expected_index` and `next_index` hold; otherwise 0.
   */
  int32_t has_index;
  /**
   * The id of the request.
   */
  struct serialref_request_id request_id;
  /**
   * Tells this request from others with the same id.
   */
  uint64_t digest;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The revision it must have.
   */
  uint64_t revision;
  /**
   * How many live references it may have afterwards; UINT64_MAX for any number.
   */
  uint64_t max_live;
  /**
   * What `next_index` of the group must be. It begins with 0.
   */
  uint64_t expected_index;
  /**
   * What it becomes.
   */
  uint64_t next_index;
  /**
   * The name of the batch to create; empty in a Continuous group.
   */
  struct serialref_text batch_name;
  /**
   * The codes in the order of issue, one after the other, without anything between them.
   */
  const char *codes;
  /**
   * How many characters each code has.
   */
  size_t width;
  /**
   * How many codes.
   */
  size_t count;
  /**
   * Values that every reference gets, each field once.
   */
  const struct serialref_field_value *values;
  /**
   * How many values.
   */
  size_t values_count;
  /**
   * Values that single references get, by position and field; none of these fields is in `values`.
   */
  const struct serialref_own_value *own_values;
  /**
   * How many values.
   */
  size_t own_values_count;
  /**
   * When they are issued, and by whom.
   */
  struct serialref_origin origin;
} serialref_append_plan;

/**
 * Codes that may be taken.
 */
typedef struct serialref_taken_query {
  /**
   * sizeof(serialref_taken_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group that is to issue them.
   */
  uint64_t group;
  /**
   * The codes, one after the other.
   */
  const char *codes;
  /**
   * How many characters each code has.
   */
  size_t width;
  /**
   * How many codes.
   */
  size_t count;
} serialref_taken_query;

/**
 * Codes to find.
 */
typedef struct serialref_find_query {
  /**
   * sizeof(serialref_find_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if only in `group`, otherwise 0.
   */
  int32_t has_group;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The codes: any texts.
   */
  const struct serialref_text *codes;
  /**
   * How many codes.
   */
  size_t codes_count;
} serialref_find_query;

/**
 * Where to look for references.
 */
typedef struct serialref_within {
  /**
   * 1 if only in `group`; 0 if in the whole registry.
   */
  int32_t has_group;
  /**
   * 1 if only in `batch` of the group.
   */
  int32_t has_batch;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The batch.
   */
  uint64_t batch;
} serialref_within;

/**
 * References to list; all conditions hold together.
 */
typedef struct serialref_reference_query {
  /**
   * sizeof(serialref_reference_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * Where to look.
   */
  struct serialref_within within;
  /**
   * 1 if the group must have this revision, otherwise 0.
   */
  int32_t has_revision;
  /**
   * 1 if only those issued at `created_from` or later, otherwise 0.
   */
  int32_t has_created_from;
  /**
   * 1 if only those issued before `created_before`, otherwise 0.
   */
  int32_t has_created_before;
  /**
   * The state they must be in: one of the constants of serialref_state, or 0 for any.
   */
  int32_t state;
  /**
   * The revision.
   */
  uint64_t revision;
  /**
   * The first moment, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t created_from;
  /**
   * The first moment that is too late.
   */
  int64_t created_before;
  /**
   * What the code must contain, in any case of the letters A to Z; empty for all.
   */
  struct serialref_text term;
  /**
   * 1 if they must have `value` in `field`, otherwise 0; only within a group.
   */
  int32_t has_value;
  /**
   * 1 if the value is the field's default, so that references without a value of their own have it too.
   */
  int32_t value_is_default;
  /**
   * The field.
   */
  uint64_t field;
  /**
   * The value.
   */
  struct serialref_text value;
  /**
   * Which part of the listing, by group and row.
   */
  struct serialref_slice slice;
} serialref_reference_query;

/**
 * Batches to list.
 */
typedef struct serialref_batch_query {
  /**
   * sizeof(serialref_batch_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * Which part of the listing, by id.
   */
  struct serialref_slice slice;
} serialref_batch_query;

/**
 * Rows that follow each other.
 */
typedef struct serialref_row_range {
  /**
   * The first.
   */
  uint64_t first;
  /**
   * The last, which may be the first.
   */
  uint64_t last;
} serialref_row_range;

/**
 * Rows of a group.
 */
typedef struct serialref_target {
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The rows as ascending ranges that neither touch nor overlap. Rows that were never issued may be among them, up
   * to UINT64_MAX: do not go through all numbers of a range.
   */
  const struct serialref_row_range *ranges;
  /**
   * How many ranges.
   */
  size_t ranges_count;
} serialref_target;

/**
 * References to delete.
 */
typedef struct serialref_delete_plan {
  /**
   * sizeof(serialref_delete_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The rows, each group once, ascending.
   */
  const struct serialref_target *targets;
  /**
   * How many groups.
   */
  size_t targets_count;
  /**
   * When they are deleted, and by whom.
   */
  struct serialref_origin origin;
} serialref_delete_plan;

/**
 * References to claim.
 */
typedef struct serialref_claim_plan {
  /**
   * sizeof(serialref_claim_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if there is a request id, to be kept with `digest`; otherwise 0.
   */
  int32_t has_request;
  /**
   * 1 if only references of `batch` are to be claimed, otherwise 0.
   */
  int32_t has_batch;
  /**
   * 1 if the claim expires, otherwise 0.
   */
  int32_t has_expires_at;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The id of the request.
   */
  struct serialref_request_id request_id;
  /**
   * Tells this request from others with the same id.
   */
  uint64_t digest;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The batch.
   */
  uint64_t batch;
  /**
   * How many, at least 1: all of them or none.
   */
  uint64_t count;
  /**
   * Who holds them.
   */
  struct serialref_text holder;
  /**
   * When those that are still allocated fall back.
   */
  int64_t expires_at;
  /**
   * The reason in the events of references that fall back in this step from claims that expired; their actor and
   * note are empty.
   */
  struct serialref_text expired_reason;
  /**
   * When they are claimed, and by whom.
   */
  struct serialref_origin origin;
} serialref_claim_plan;

/**
 * Claims to bring to an end.
 */
typedef struct serialref_expire_plan {
  /**
   * sizeof(serialref_expire_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The moment, in microseconds since 1970-01-01 00:00 UTC.
   */
  int64_t at;
  /**
   * The reason in the events; their actor and note are empty.
   */
  struct serialref_text expired_reason;
} serialref_expire_plan;

/**
 * Another value of a field.
 */
typedef struct serialref_new_value {
  /**
   * The field.
   */
  uint64_t field;
  /**
   * 1 if references get `value` as their own; 0 if they get the default again, and nothing is kept of their own.
   */
  int32_t has_value;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The value.
   */
  struct serialref_text value;
  /**
   * The default of the field.
   */
  struct serialref_text default_value;
} serialref_new_value;

/**
 * A change of references.
 */
typedef struct serialref_change_plan {
  /**
   * sizeof(serialref_change_plan), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if there is a request id, to be kept with `digest`; otherwise 0.
   */
  int32_t has_request;
  /**
   * One of the constants of serialref_step.
   */
  int32_t step;
  /**
   * The id of the request.
   */
  struct serialref_request_id request_id;
  /**
   * Tells this request from others with the same id.
   */
  uint64_t digest;
  /**
   * The rows, each group once, ascending; at least one row.
   */
  const struct serialref_target *targets;
  /**
   * How many groups.
   */
  size_t targets_count;
  /**
   * Of SERIALREF_STEP_MOVE: the states they may be in, the bit 1u << SERIALREF_STATE_... for each.
   */
  uint32_t from_states;
  /**
   * Of SERIALREF_STEP_MOVE: the state to come to.
   */
  int32_t to;
  /**
   * Of SERIALREF_STEP_MOVE: 1 if `held_by` holds, otherwise 0.
   */
  int32_t has_held_by;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * Of SERIALREF_STEP_MOVE: the claim by which references have to be held that are allocated.
   */
  uint64_t held_by;
  /**
   * Of SERIALREF_STEP_RETURN: the claim.
   */
  uint64_t claim;
  /**
   * Of SERIALREF_STEP_SET_VALUES: the revision that the group must have.
   */
  uint64_t revision;
  /**
   * Of SERIALREF_STEP_SET_VALUES: the values, each field once, ascending.
   */
  const struct serialref_new_value *values;
  /**
   * How many values.
   */
  size_t values_count;
  /**
   * Of SERIALREF_STEP_SET_WARRANTY: the warranty, to be kept as it is; empty where they get their group's again.
   */
  struct serialref_text warranty;
  /**
   * When they are changed, and by whom.
   */
  struct serialref_origin origin;
} serialref_change_plan;

/**
 * Events to list.
 */
typedef struct serialref_event_query {
  /**
   * sizeof(serialref_event_query), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The group, whether or not it was deleted.
   */
  uint64_t group;
  /**
   * 1 if only events that concern the reference in `row`: those with that row, and SERIALREF_CHANGE_ISSUED with the
   * row among the `count` rows from its own on. Otherwise 0.
   */
  int32_t has_row;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The row.
   */
  uint64_t row;
  /**
   * Which part of the listing, by id.
   */
  struct serialref_slice slice;
} serialref_event_query;

/**
 * A store that is written in C: a context and the functions that work on it. The guide "Stores in C" says how to
 * write one, serialref_store_selftest() tests it, and serialref_open_store() makes a registry of it.
 *
 * Functions. Each gets `ctx`, a plan or query that belongs to the library and is valid until the function returns, and
 * a sink to put its answer into. It returns 0 when it has answered, with a result or with a refusal, and any other
 * number when the storage failed; nothing may have changed then. Use serialref_sink_fail() to say more about a failure
 * than its number. What the functions of sinks return need not be looked at: an answer that cannot be used makes the
 * whole call fail with SERIALREF_STATUS_STORE_CONTRACT.
 *
 * Refusals. "Refuses" below is the order in which reasons are looked for; the first that holds is the answer, by
 * serialref_sink_refuse(), and nothing has changed.
 *
 * Steps. A function that changes something does all of it in one step, or nothing: no other call may see a part of it,
 * in any thread, or come between the checks and the change. Its events are part of the step.
 *
 * Threads. The functions are called from any thread, several at the same time, unless `single_threaded` is 1. No lock
 * of the library is held while they run, so they may call any function of the library, also with a registry over this
 * same store (but see `single_threaded`).
 *
 * C++. An exception must not leave a function: it cannot be caught by the library, and ends the process. Catch
 * everything and return a number instead, as serialref.hpp does. longjmp() out of a function is not allowed either.
 */
typedef struct serialref_store {
  /**
   * sizeof(serialref_store), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Handed to every function as it is.
   */
  void *ctx;
  /**
   * Called once with `ctx` when the store is not needed any more, in whatever thread that happens. Or NULL.
   */
  void (*destroy)(void *ctx);
  /**
   * Another store, or NULL. Functions that are NULL here are called there, with that store's `ctx`. It is copied,
   * and goes with this one: its `destroy` is called after this one's. It must not have a base itself.
   */
  const struct serialref_store *base;
  /**
   * 1 if replies can be lost on the way from the storage, so that every changing call is given a request id and is
   * repeated after SERIALREF_FAILURE_OUTCOME_UNKNOWN; 0 for storage in the same process. 1 in the base counts too.
   */
  int32_t loses_replies;
  /**
   * 1 if only one function may run at a time: the library makes calls wait for each other, whatever threads they
   * come from. A function that uses a registry over the same store then gets SERIALREF_STATUS_STORE_CONTRACT instead
   * of waiting for itself. 1 in the base counts too.
   */
  int32_t single_threaded;
  /**
   * Creates a group, with revision 1, nothing issued, and one event: SERIALREF_CHANGE_GROUP_CREATED. Ids of groups
   * grow from 1 and are never given again. Refuses: NAME_TAKEN where a group that is not deleted has this name, byte
   * for byte; TOO_MANY_GROUPS. Answer: serialref_sink_group().
   */
  int32_t (*create_group)(void *ctx, const struct serialref_group_plan *plan, struct serialref_sink *sink);
  /**
   * Gives a group other settings, raises its revision by 1, and adds the plan's events. Refuses: NO_SUCH_GROUP;
   * GROUP_CHANGED where its revision is not the plan's; NAME_TAKEN where another group has the name. Answer:
   * serialref_sink_group().
   */
  int32_t (*change_group)(void *ctx,
                          const struct serialref_group_change_plan *plan,
                          struct serialref_sink *sink);
  /**
   * Deletes a group with all its references and frees its name, with one event: SERIALREF_CHANGE_GROUP_DELETED,
   * whose count are the references that were live. Codes, request ids and events stay. Refuses: NO_SUCH_GROUP;
   * GROUP_CHANGED where it has issued more than the plan says. Answer: serialref_sink_number() with the references
   * that were live.
   */
  int32_t (*delete_group)(void *ctx,
                          const struct serialref_group_delete_plan *plan,
                          struct serialref_sink *sink);
  /**
   * A group as it is now. Answer: serialref_sink_group(), or nothing where it does not exist or was deleted.
   */
  int32_t (*group)(void *ctx, uint64_t group, struct serialref_sink *sink);
  /**
   * Groups that are not deleted, by id. Answer: serialref_sink_group() for each and serialref_sink_page().
   */
  int32_t (*groups)(void *ctx, const struct serialref_group_query *query, struct serialref_sink *sink);
  /**
   * Issues references: the step that everything else is there for. Rows of a group are numbered from 1 without a
   * gap, and so are its batches. All become SERIALREF_STATE_AVAILABLE. Events: one SERIALREF_CHANGE_ISSUED for a
   * batch, with the first row and the count; in a Continuous group one for each reference. An earlier call with the
   * same request id and digest is answered with what it did, and nothing is done. Refuses: REQUEST_MISMATCH where
   * the request id was used with another digest or for something else than issuing; NO_SUCH_GROUP; GROUP_CHANGED
   * where its revision is not the plan's; LIVE_LIMIT; INDEX_MOVED; CODES_TAKEN. Fails with
   * SERIALREF_FAILURE_CONTRACT for a plan that no registry makes: without codes, with codes of another width than
   * the group's, or with a batch where the kind of the group has none or without one where it has. Answer:
   * serialref_sink_appended().
   */
  int32_t (*append)(void *ctx, const struct serialref_append_plan *plan, struct serialref_sink *sink);
  /**
   * What was done under a request id, whatever became of it since. Answer: serialref_sink_request() and one of
   * serialref_sink_appended(), serialref_sink_claimed() (with its references) and serialref_sink_changed(); nothing
   * where the id was not used.
   */
  int32_t (*request)(void *ctx, const struct serialref_request_id *id, struct serialref_sink *sink);
  /**
   * Which codes a group could not issue because they were issued before: in the group where its scope is
   * SERIALREF_SCOPE_GROUP, otherwise in any group of registry scope; deleted ones and those of deleted groups
   * included. Refuses: NO_SUCH_GROUP. Answer: serialref_sink_position() for each, ascending; nothing where there are
   * none.
   */
  int32_t (*taken)(void *ctx, const struct serialref_taken_query *query, struct serialref_sink *sink);
  /**
   * The live references that have one of several codes, byte for byte; each once, by group and row. Answer:
   * serialref_sink_reference() for each; nothing where there are none, also where there is no such group.
   */
  int32_t (*find)(void *ctx, const struct serialref_find_query *query, struct serialref_sink *sink);
  /**
   * Live references, by group and row. Refuses, where the query names them: NO_SUCH_GROUP; GROUP_CHANGED where the
   * revision is another; NO_SUCH_BATCH. Answer: serialref_sink_reference() for each and serialref_sink_page().
   */
  int32_t (*references)(void *ctx, const struct serialref_reference_query *query, struct serialref_sink *sink);
  /**
   * One batch. Refuses: NO_SUCH_GROUP; NO_SUCH_BATCH. Answer: serialref_sink_batch().
   */
  int32_t (*batch)(void *ctx, uint64_t group, uint64_t batch, struct serialref_sink *sink);
  /**
   * The batches of a group by id, also those of which nothing is live any more. Refuses: NO_SUCH_GROUP. Answer:
   * serialref_sink_batch() for each and serialref_sink_page().
   */
  int32_t (*batches)(void *ctx, const struct serialref_batch_query *query, struct serialref_sink *sink);
  /**
   * Deletes references, all that are live of those that the plan names, in one step over all its groups. Events: one
   * SERIALREF_CHANGE_DELETED for each, by group and row, with the state it was in. The references stay as they were,
   * for `deleted`, claims and requests. Answer: serialref_sink_changed() with how many were deleted, and how many of
   * the rows that were named are not live or never were.
   */
  int32_t (*delete_references)(void *ctx,
                               const struct serialref_delete_plan *plan,
                               struct serialref_sink *sink);
  /**
   * The deleted references that have a code, and those of deleted groups, as they were last; by group and row. The
   * query has one code. Answer: serialref_sink_reference() for each; nothing where there are none.
   */
  int32_t (*deleted)(void *ctx, const struct serialref_find_query *query, struct serialref_sink *sink);
  /**
   * Claims the available references with the lowest rows, of the group or of the batch that the plan names. In the
   * same step, and before, claims of the group that have expired fall back as in `expire`, unless the call is
   * refused. Claims of a group are numbered from 1. Each reference becomes SERIALREF_STATE_ALLOCATED, held by the
   * claim, with an event SERIALREF_CHANGE_MOVED that has the claim. A repeated request is answered with the claim
   * that it made. Refuses: REQUEST_MISMATCH; NO_SUCH_GROUP; NO_SUCH_BATCH; TOO_FEW_AVAILABLE, where those of expired
   * claims count as available. Answer: serialref_sink_claimed() and serialref_sink_reference() for each of its
   * references.
   */
  int32_t (*claim)(void *ctx, const struct serialref_claim_plan *plan, struct serialref_sink *sink);
  /**
   * A claim that was made, with all references that it took, as they are now, deleted ones included. Refuses:
   * NO_SUCH_GROUP; NO_SUCH_CLAIM. Answer: as `claim`.
   */
  int32_t (*claimed)(void *ctx, uint64_t group, uint64_t claim, struct serialref_sink *sink);
  /**
   * Brings back to SERIALREF_STATE_AVAILABLE, by row, the live references that are held by claims of the group that
   * expire at the plan's moment or before. Each has an event SERIALREF_CHANGE_MOVED with the claim that held it, no
   * actor, and the plan's reason. Refuses: NO_SUCH_GROUP. Answer: serialref_sink_number() with how many.
   */
  int32_t (*expire)(void *ctx, const struct serialref_expire_plan *plan, struct serialref_sink *sink);
  /**
   * Changes references, in one step over all groups of the plan, as serialref_step says. A repeated request is
   * answered with what it did. Refuses: REQUEST_MISMATCH; then for each group in turn NO_SUCH_GROUP, NO_SUCH_CLAIM
   * (of SERIALREF_STEP_RETURN) and GROUP_CHANGED (of SERIALREF_STEP_SET_VALUES); UNFIT with every reference that
   * does not fit. Answer: serialref_sink_changed() with how many references the step reached, and how many it left
   * as they are.
   */
  int32_t (*change)(void *ctx, const struct serialref_change_plan *plan, struct serialref_sink *sink);
  /**
   * The events of a group by id, also of a deleted one. Refuses: NO_SUCH_GROUP where there never was such a group.
   * Answer: serialref_sink_event() for each and serialref_sink_page().
   */
  int32_t (*events)(void *ctx, const struct serialref_event_query *query, struct serialref_sink *sink);
  /**
   * How many live references are in each state, and the available reference with the lowest row; of the whole
   * registry only the numbers. Refuses: NO_SUCH_GROUP; NO_SUCH_BATCH. Answer: serialref_sink_inventory(), and
   * serialref_sink_reference() where there is such a reference.
   */
  int32_t (*inventory)(void *ctx, const struct serialref_within *within, struct serialref_sink *sink);
  /**
   * What references of a group have of their own, live or deleted: values and warranty. Refuses: NO_SUCH_GROUP.
   * Answer: serialref_sink_details() for each of the rows that has anything, by row.
   */
  int32_t (*details)(void *ctx, const struct serialref_target *rows, struct serialref_sink *sink);
} serialref_store;

/**
 * Makes stores to be tested, each case gets an empty one of its own.
 */
typedef struct serialref_store_factory {
  /**
   * sizeof(serialref_store_factory), to be set by the caller.
   */
  size_t struct_size;
  /**
   * Handed to every function as it is.
   */
  void *ctx;
  /**
   * One of the constants of serialref_keeping.
   */
  int32_t keeping;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * Makes an empty place for a store, a directory for example, and writes a pointer of its own for it, which is NULL
   * otherwise. Returns 0, or a number of its own on failure. Or NULL, where stores need no place.
   */
  int32_t (*create)(void *ctx, void **storage);
  /**
   * Opens a store in that place and fills in its table, whose `struct_size` is set. Returns 0, or a number of its
   * own on failure. It must not be NULL. The table is destroyed like one that was given to serialref_open_store().
   *
   * The table has no more bytes than its `struct_size` says, which are fewer where the library is older than the
   * header: set members one by one, and only those that are within it.
   */
  int32_t (*open)(void *ctx, void *storage, struct serialref_store *store);
  /**
   * Removes the place; all stores in it are destroyed then. Or NULL.
   */
  void (*discard)(void *ctx, void *storage);
} serialref_store_factory;

/**
 * What came of one case. It is valid while it is being reported.
 */
typedef struct serialref_selftest_case {
  /**
   * sizeof(serialref_selftest_case), set by the library.
   */
  size_t struct_size;
  /**
   * The name of the case, which says what must hold.
   */
  struct serialref_text name;
  /**
   * The rule that was tested, or broken: "S1" to "S17", or "All".
   */
  struct serialref_text rule;
  /**
   * What was expected and what came; empty where the case passed.
   */
  struct serialref_text message;
  /**
   * Its number, counted from 1.
   */
  size_t number;
  /**
   * How many cases there are.
   */
  size_t count;
  /**
   * 1 if it passed, otherwise 0.
   */
  int32_t passed;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_selftest_case;

/**
 * What came of all cases.
 */
typedef struct serialref_selftest_result {
  /**
   * sizeof(serialref_selftest_result), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many cases passed.
   */
  size_t passed;
  /**
   * How many failed.
   */
  size_t failed;
} serialref_selftest_result;

/**
 * A group as a store keeps it. What it does not say is in `settings`.
 */
typedef struct serialref_stored_group {
  /**
   * sizeof(serialref_stored_group), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * Its number in the registry.
   */
  uint64_t id;
  /**
   * The settings that the plan gave that created it, or that changed it last; the secret key of a Keyed group is in
   * them.
   */
  struct serialref_text settings;
  /**
   * 1 when it is created, and 1 more with every change of its settings.
   */
  uint64_t revision;
  /**
   * How many references were ever issued.
   */
  uint64_t issued;
  /**
   * `next_index` of the last plan that had one, at first 0.
   */
  uint64_t next_index;
  /**
   * How many events it has.
   */
  uint64_t events;
  /**
   * How many live references are in each state, by the constants of serialref_state; the first is not used.
   */
  uint64_t in_state[9];
} serialref_stored_group;

/**
 * A value that a reference has of its own.
 */
typedef struct serialref_details {
  /**
   * sizeof(serialref_details), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * The row of the reference.
   */
  uint64_t row;
  /**
   * Its own values, by field.
   */
  const struct serialref_field_value *values;
  /**
   * How many values.
   */
  size_t values_count;
  /**
   * Its own warranty as the plan gave it, or empty.
   */
  struct serialref_text warranty;
} serialref_details;

/**
 * What was issued, now or by an earlier call with the same request id.
 */
typedef struct serialref_appended {
  /**
   * sizeof(serialref_appended), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if an earlier call issued it, and always in `request`; otherwise 0.
   */
  int32_t is_repeated;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The row of the first reference; the others follow it.
   */
  uint64_t first_row;
  /**
   * The batch, or 0 in a Continuous group.
   */
  uint64_t batch;
  /**
   * How many references of the group are available now. Not used where it is repeated.
   */
  uint64_t available;
  /**
   * Where it is repeated: the group.
   */
  uint64_t group;
  /**
   * Where it is repeated: the name of the batch, or empty.
   */
  struct serialref_text batch_name;
  /**
   * Where it is repeated: the codes in the order of issue, one after the other, deleted ones included.
   */
  const char *codes;
  /**
   * How many characters each code has.
   */
  size_t width;
  /**
   * How many codes.
   */
  size_t count;
  /**
   * Where it is repeated: when they were issued.
   */
  int64_t created_at;
} serialref_appended;

/**
 * A claim. Its references are given one by one.
 */
typedef struct serialref_stored_claim {
  /**
   * sizeof(serialref_stored_claim), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * 1 if an earlier call with the same request id made it, otherwise 0. Used in `claim` alone.
   */
  int32_t is_repeated;
  /**
   * 1 if it expires, otherwise 0.
   */
  int32_t has_expires_at;
  /**
   * The group.
   */
  uint64_t group;
  /**
   * Its number in the group.
   */
  uint64_t id;
  /**
   * Who holds the references.
   */
  struct serialref_text holder;
  /**
   * When it was made.
   */
  int64_t claimed_at;
  /**
   * When what is still allocated falls back.
   */
  int64_t expires_at;
  /**
   * How many references of the group are available now. Used in `claim` alone, where it is not repeated.
   */
  uint64_t available;
} serialref_stored_claim;

/**
 * A reference that cannot be changed as a plan says.
 */
typedef struct serialref_unfit {
  /**
   * The group.
   */
  uint64_t group;
  /**
   * The row.
   */
  uint64_t row;
  /**
   * The state it is in: one of the constants of serialref_state, or 0 where it is not live.
   */
  int32_t state;
  /**
   * Always 0.
   */
  int32_t reserved;
} serialref_unfit;

/**
 * A refusal. Members that its reason does not use are 0.
 */
typedef struct serialref_refused {
  /**
   * sizeof(serialref_refused), to be set by whoever makes it.
   */
  size_t struct_size;
  /**
   * One of the constants of serialref_refusal.
   */
  int32_t reason;
  /**
   * Always 0.
   */
  int32_t reserved;
  /**
   * The group it is about.
   */
  uint64_t group;
  /**
   * The batch it is about.
   */
  uint64_t batch;
  /**
   * The claim it is about.
   */
  uint64_t claim;
  /**
   * How many there are.
   */
  uint64_t present;
  /**
   * The group as it is.
   */
  const struct serialref_stored_group *stored_group;
  /**
   * Positions of codes in the plan, counted from 0, ascending.
   */
  const uint32_t *positions;
  /**
   * How many positions.
   */
  size_t positions_count;
  /**
   * The references that do not fit, in the order of the plan.
   */
  const struct serialref_unfit *unfit;
  /**
   * How many references.
   */
  size_t unfit_count;
} serialref_refused;

/**
 * Something to write to. It is used only while the call lasts that it was given to, by the calling thread.
 */
typedef struct serialref_writer {
  /**
   * Handed to `write` as it is.
   */
  void *ctx;
  /**
   * Writes all of the bytes; returns 0, and another number of its own on failure, which the message of the error
   * repeats; it is not called again then. It must not be NULL.
   */
  int (*write)(void *ctx, const uint8_t *bytes, size_t size);
} serialref_writer;

/**
 * What to import, and how. A member that is 0 or empty says nothing, and the default holds.
 */
typedef struct serialref_import_options {
  /**
   * sizeof(serialref_import_options), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How the file is written: one of the constants of serialref_file.
   */
  int32_t file;
  /**
   * 1 if the file has no codes and the group issues one for each row, otherwise 0.
   */
  int32_t issue_codes;
  /**
   * The name of the batch that a Batch group makes of the file.
   */
  struct serialref_text batch_name;
  /**
   * The id of the request; all zeros for one that is made of the file's content.
   */
  struct serialref_request_id request_id;
} serialref_import_options;

/**
 * Something to read from. It is used only while the call lasts that it was given to, by the calling thread.
 */
typedef struct serialref_reader {
  /**
   * Handed to `read` as it is.
   */
  void *ctx;
  /**
   * Reads up to `capacity` bytes into `buffer`; returns how many there are now, 0 at the end, and a negative number
   * of its own on failure, which the message of the error repeats. It must not be NULL.
   */
  int64_t (*read)(void *ctx, uint8_t *buffer, size_t capacity);
} serialref_reader;

/**
 * What was found in a file.
 */
typedef struct serialref_review_info {
  /**
   * sizeof(serialref_review_info), to be set by the caller.
   */
  size_t struct_size;
  /**
   * How many rows it has, without the line of column names.
   */
  uint64_t rows;
  /**
   * How many of them can be imported.
   */
  uint64_t good;
  /**
   * How many things are wrong.
   */
  uint64_t faults;
  /**
   * The id with which it is imported.
   */
  struct serialref_request_id request_id;
} serialref_review_info;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The check scheme that SERIALREF_CHECK_AUTOMATIC stands for with an alphabet: one that finds all single substitutions
 * and, from 3 symbols on, all adjacent transpositions, with one more character of the same alphabet.
 *
 * @param symbols  The symbols of the body in the order of their values, as `symbols` of serialref_format_info has
 *                 them: 2 to 94 characters from ! to ~.
 * @param scheme   Where to write the scheme: one of the constants of serialref_check.
 * @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or
 *         _NOT_UTF8.
 */
serialref_status serialref_check_automatic(struct serialref_text symbols,
                                           int32_t *scheme);

/**
 * Whether a check scheme can be used with an alphabet.
 *
 * @param scheme   One of the constants of serialref_check. SERIALREF_CHECK_NONE and _AUTOMATIC always can.
 * @param symbols  The symbols of the body, as serialref_check_automatic() takes them.
 * @param fits     Where to write 1 if it can, otherwise 0.
 * @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _ENUM_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_check_fits(int32_t scheme,
                                      struct serialref_text symbols,
                                      int32_t *fits);

/**
 * Which mistakes a check scheme finds without exception in codes of an alphabet, those that concern the check
 * characters included.
 *
 * @param scheme      One of the constants of serialref_check, such as `check` of serialref_format_info.
 * @param symbols     The symbols of the body, as serialref_check_automatic() takes them.
 * @param detections  Where to write them; set its `struct_size` before. There are none where the scheme does not fit
 *                    the alphabet, or is SERIALREF_CHECK_NONE.
 * @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _ENUM_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_check_detects(int32_t scheme,
                                         struct serialref_text symbols,
                                         struct serialref_detections *detections);

/**
 * The check characters that belong behind a body.
 *
 * A symbol counts as much as its place in the alphabet, in the schemes of ISO/IEC 7064 as what it is.
 *
 * @param scheme    One of the constants of serialref_check. SERIALREF_CHECK_NONE gives the empty text.
 * @param symbols   The symbols of the body, as serialref_check_automatic() takes them.
 * @param body      The body.
 * @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has.
 * @param needed    Where to write how many bytes are needed, or NULL: no more than 3.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _FORMAT_INVALID for what is
 *         no alphabet, and where the scheme does not fit it; _CODE_INVALID where the body has a character that is none
 *         of the symbols: then the error's `subject` is "symbol", and `position` says where; _ENUM_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_check_compute(int32_t scheme,
                                         struct serialref_text symbols,
                                         struct serialref_text body,
                                         char *buffer,
                                         size_t capacity,
                                         size_t *needed);

/**
 * Claims the oldest available references of a group: all that were asked for, or none. No two claims get the same one.
 *
 * @param registry    The registry.
 * @param group       The number of the group.
 * @param claim       How many, for whom, from where and for how long.
 * @param references  Where to write a list of the references. Free it with serialref_list_free().
 * @param claimed     Where to write the number of the claim and what is in stock, or NULL; set its `struct_size`
 *                    before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND, _TOO_FEW_AVAILABLE, _COUNT_INVALID, _LIMIT_REACHED,
 *         _HOLDER_REQUIRED, _NAME_INVALID, _TIMESTAMP_INVALID or _REQUEST_MISMATCH; a status of the store;
 *         _OUTCOME_UNKNOWN, after which the error's `subject` is the request id to repeat the call with, where there
 *         is one; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8, _OPTION_INVALID or
 *         _TOO_MANY_HANDLES.
 */
serialref_status serialref_claim(const struct serialref_registry *registry,
                                 uint64_t group,
                                 const struct serialref_new_claim *claim,
                                 struct serialref_list **references,
                                 struct serialref_issued *claimed);

/**
 * The references of a claim as they are now.
 *
 * @param registry    The registry.
 * @param group       The number of the group.
 * @param claim       The number of the claim.
 * @param references  Where to write a list of the live references of the claim, or NULL. Free it with
 *                    serialref_list_free().
 * @param claimed     Where to write when it was made and when it expires, or NULL; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _CLAIM_NOT_FOUND; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_claim(const struct serialref_registry *registry,
                                     uint64_t group,
                                     uint64_t claim,
                                     struct serialref_list **references,
                                     struct serialref_issued *claimed);

/**
 * Gives back what a claim still holds.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param claim     The number of the claim.
 * @param returned  Where to write how many references became available, or NULL.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _CLAIM_NOT_FOUND; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_return_claim(const struct serialref_registry *registry,
                                        uint64_t group,
                                        uint64_t claim,
                                        uint64_t *returned);

/**
 * Gives back what expired claims of a group still hold. Claiming does this by itself; call it to see true counts.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param returned  Where to write how many references became available, or NULL.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT or
 *         _MISALIGNED.
 */
serialref_status serialref_return_expired(const struct serialref_registry *registry,
                                          uint64_t group,
                                          uint64_t *returned);

/**
 * Makes the codes of a format ready to be computed. It needs no registry and issues nothing: use it to know what a
 * code will be, or which counter a code has, in another program. The codes of given format, key and counter are the
 * same in every version and language of the library.
 *
 * A group passes over counters whose codes have words that are to be left out; those are codes here, and
 * serialref_code_sequence_counter() refuses them. After the key of a group was changed its counters go on, while here
 * they begin at 0 with each key; serialref_decode() counts as the group does.
 *
 * @param format    A format of Sequential or Keyed order. It need not be kept.
 * @param key       The key, for a format of Keyed order, or NULL, for one of Sequential order. It need not be kept.
 * @param sequence  Where to write the handle. Free it with serialref_code_sequence_free().
 * @return SERIALREF_STATUS_OK; _NO_COUNTER for a format of Random order; _KEY_INVALID where the key is missing, one
 *         too many, or none; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_code_sequence_new(const struct serialref_format *format,
                                             const struct serialref_key *key,
                                             struct serialref_code_sequence **sequence);

/**
 * How many counters there are.
 *
 * @param sequence  The sequence.
 * @param capacity  Where to write the number; the last counter is one less. It is UINT64_MAX where there are that many
 *                  or more codes, so that UINT64_MAX itself is never a counter.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_code_sequence_capacity(const struct serialref_code_sequence *sequence,
                                                  uint64_t *capacity);

/**
 * The codes of some counters.
 *
 * @param sequence  The sequence.
 * @param first     The first counter.
 * @param count     How many codes: 0 to 10,000,000.
 * @param codes     Where to write the handle of the codes. Free it with serialref_codes_free().
 * @return SERIALREF_STATUS_OK; _INDEX_INVALID where there are not as many counters; _COUNT_INVALID for more than
 *         10,000,000; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_code_sequence_codes(const struct serialref_code_sequence *sequence,
                                               uint64_t first,
                                               uint64_t count,
                                               struct serialref_codes **codes);

/**
 * The codes of some counters, in the caller's buffer: rows of width + 1 bytes, one after the other, each a code and a
 * NUL, so that each is a string of C. The width is that of serialref_format_get_info().
 *
 * @param sequence  The sequence.
 * @param first     The first counter.
 * @param count     How many codes: 0 to 10,000,000. With 1, a buffer of SERIALREF_CODE_CAPACITY bytes is enough.
 * @param buffer    The buffer; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes it has.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _INDEX_INVALID where there
 *         are not as many counters; _COUNT_INVALID for more than 10,000,000; _HANDLE_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_code_sequence_codes_into(const struct serialref_code_sequence *sequence,
                                                    uint64_t first,
                                                    uint64_t count,
                                                    char *buffer,
                                                    size_t capacity,
                                                    size_t *needed);

/**
 * Which counter has a code, found without a search.
 *
 * @param sequence     The sequence.
 * @param code         The code, exactly as the format writes it; serialref_format_validate() makes it of what was
 *                     typed.
 * @param counter      Where to write the counter; 0 where no counter has the code.
 * @param has_counter  Where to write 1 if a counter has it, otherwise 0.
 * @return SERIALREF_STATUS_OK; _CODE_INVALID where the format does not make such codes: the error's `subject` says why
 *         as a word, and `position` where; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_code_sequence_counter(const struct serialref_code_sequence *sequence,
                                                 struct serialref_text code,
                                                 uint64_t *counter,
                                                 int32_t *has_counter);

/**
 * Frees a code sequence, and wipes what it kept of the key.
 *
 * @param sequence  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_code_sequence_free(struct serialref_code_sequence *sequence);

/**
 * How many codes there are, and how long each is.
 *
 * @param codes  The handle.
 * @param count  Where to write how many codes there are, or NULL.
 * @param width  Where to write how many characters each has, without the NUL at its end, or NULL.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_codes_size(const struct serialref_codes *codes, size_t *count, size_t *width);

/**
 * One of the codes.
 *
 * @param codes  The handle.
 * @param index  Which: from 0 to the count, exclusive.
 * @param code   Where to write it. It is valid until the handle is freed.
 * @return SERIALREF_STATUS_OK, _INDEX_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_codes_get(const struct serialref_codes *codes,
                                     size_t index,
                                     struct serialref_text *code);

/**
 * The next of the codes. Threads that share the handle each get other ones.
 *
 * @param codes  The handle.
 * @param code   Where to write it; the empty text is written after the last one. It is valid until the handle is
 *               freed.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_codes_next(const struct serialref_codes *codes,
                                      struct serialref_text *code);

/**
 * Copies all codes into a buffer: rows of width + 1 bytes, each a code and a NUL.
 *
 * @param codes     The handle.
 * @param buffer    The buffer; NULL to ask for the size.
 * @param capacity  How many bytes it has.
 * @param needed    Where to write how many are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_codes_copy(const struct serialref_codes *codes,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *needed);

/**
 * Frees codes.
 *
 * @param codes  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_codes_free(struct serialref_codes *codes);

/**
 * From which counter a code was made, found without a search. It need not have been issued.
 *
 * @param registry  The registry.
 * @param group     The number of a group of Sequential or Keyed order.
 * @param code      The code.
 * @param decoded   Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _NO_COUNTER for a group of Random order; _CODE_INVALID where it is no
 *         code of the group's format; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_decode(const struct serialref_registry *registry,
                                  uint64_t group,
                                  struct serialref_text code,
                                  struct serialref_decoded *decoded);

/**
 * Lets a counter go on from a later number: after an old backup was restored, from beyond the codes that were printed
 * since. It never goes back.
 *
 * @param registry  The registry.
 * @param group     The number of a group of Sequential or Keyed order.
 * @param next      How far it has counted from now on: codes of counters below are not issued any more.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _NO_COUNTER; _COUNTER_INVALID where it would go back or beyond the
 *         end: then the error's `present` is how far the group has counted, and `allowed` how many counters it has; a
 *         status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_advance_counter(const struct serialref_registry *registry,
                                           uint64_t group,
                                           uint64_t next);

/**
 * Gives a group of Keyed order another key for the codes to come. Codes that were issued stay valid and can still be
 * decoded. After SERIALREF_STATUS_OUTCOME_UNKNOWN compare serialref_expose_key() before repeating the call.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param key       The key, or NULL to draw one.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _KEY_INVALID, also for a group of another order;
 *         _ENTROPY_UNAVAILABLE; a status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_change_key(const struct serialref_registry *registry,
                                      uint64_t group,
                                      const struct serialref_key *key);

/**
 * The secret key that a group of Keyed order makes its codes with now. Keep it out of logs.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param key       Where to write it. Pass it to serialref_wipe() when it is not needed any more.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _KEY_INVALID where the group has none; a status of the store;
 *         _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_expose_key(const struct serialref_registry *registry,
                                      uint64_t group,
                                      struct serialref_key *key);

/**
 * How full the code space of a group is, and how easy its codes are to guess.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param space     Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
 *         or _SIZE_INVALID.
 */
serialref_status serialref_get_code_space(const struct serialref_registry *registry,
                                          uint64_t group,
                                          struct serialref_code_space *space);

/**
 * The fewest characters that a body needs so that a guess is hard enough.
 *
 * @param format   The format, for its alphabet.
 * @param live     How many live references there are to be.
 * @param one_in   A random guess is to hit one less often than once in so many times.
 * @param length   Where to write the length; 0 where not even 64 characters are enough.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_format_shortest_length(const struct serialref_format *format,
                                                  uint64_t live,
                                                  uint64_t one_in,
                                                  size_t *length);

/**
 * Prepares to delete references. Nothing is changed.
 *
 * @param registry   The registry.
 * @param selection  Which references.
 * @param deletion   Where to write the handle. Free it with serialref_deletion_free().
 * @return SERIALREF_STATUS_OK, also where some of the selection are not there; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND and
 *         what else a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_delete(const struct serialref_registry *registry,
                                  const struct serialref_selection *selection,
                                  struct serialref_deletion **deletion);

/**
 * Prepares to delete a group with all its references. Nothing is changed. Its codes are never issued again.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param deletion  Where to write the handle. Free it with serialref_deletion_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
 *         or _TOO_MANY_HANDLES.
 */
serialref_status serialref_delete_group(const struct serialref_registry *registry,
                                        uint64_t group,
                                        struct serialref_deletion **deletion);

/**
 * How much would be deleted.
 *
 * @param deletion  The handle.
 * @param info      Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_deletion_get_info(const struct serialref_deletion *deletion,
                                             struct serialref_deletion_info *info);

/**
 * Some of the references that would be deleted, to show to whoever decides.
 *
 * @param deletion    The handle.
 * @param references  Where to write a list of up to 10 references. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_deletion_sample(const struct serialref_deletion *deletion,
                                           struct serialref_list **references);

/**
 * What of the selection will be left alone, and why: codes that no live reference has, and codes that several groups
 * have.
 *
 * @param deletion  The handle.
 * @param details   Where to write a list of details, with the codes. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_deletion_left_alone(const struct serialref_deletion *deletion,
                                               struct serialref_list **details);

/**
 * Deletes what was shown, in one step. Deleted codes are never issued again.
 *
 * @param deletion  The handle. It can be confirmed once more, which deletes nothing more.
 * @param deleted   Where to write how many went, or NULL; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _CHANGED_MEANWHILE where a group got more references since, and then nothing is
 *         deleted; _GROUP_NOT_FOUND where the group is gone; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_deletion_confirm(const struct serialref_deletion *deletion,
                                            struct serialref_deleted *deleted);

/**
 * Frees what is known of a deletion. What was not confirmed is not deleted.
 *
 * @param deletion  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_deletion_free(struct serialref_deletion *deletion);

/**
 * Takes the details of this thread's last call that failed, as an object of the caller's own.
 *
 * Call it right after a call that did not return SERIALREF_STATUS_OK, in the same thread. Whoever does not want to
 * know need not call it: nothing is leaked then.
 *
 * @param error  Where to write the handle; NULL is written where no call failed since the last time. Free it with
 *               serialref_error_free(). The texts it gives are valid until then.
 * @return SERIALREF_STATUS_OK; _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES, after which the details are still
 *         kept and serialref_last_error_message() is that of the call.
 */
serialref_status serialref_take_last_error(struct serialref_error **error);

/**
 * The message of this thread's last call that failed, for a line in a log.
 *
 * @return A sentence that ends with a NUL; the empty text where no call failed, or where
 *         serialref_take_last_error() took it. Never NULL. It is valid until the thread asks again or ends.
 */
const char *serialref_last_error_message(void);

/**
 * The circumstances of a failure.
 *
 * @param error  The handle.
 * @param info   Where to write them; set its `struct_size` before. Texts are valid until `error` is freed.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_error_get_info(const struct serialref_error *error,
                                          struct serialref_error_info *info);

/**
 * One of the things that are wrong.
 *
 * @param error   The handle.
 * @param index   Which: from 0 to `details` of serialref_error_info, exclusive.
 * @param detail  Where to write it; set its `struct_size` before. Texts are valid until `error` is freed.
 * @return SERIALREF_STATUS_OK, _INDEX_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_error_get_detail(const struct serialref_error *error,
                                            size_t index,
                                            struct serialref_detail *detail);

/**
 * Frees the details of a failure.
 *
 * @param error  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_error_free(struct serialref_error *error);

/**
 * Makes a format.
 *
 * @param options  What codes are to look like, or NULL for the default.
 * @param format   Where to write the handle. Free it with serialref_format_free().
 * @return SERIALREF_STATUS_OK; _FORMAT_INVALID where it cannot be used, with every fault as a detail of the error;
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
 *         _TOO_MANY_HANDLES.
 */
serialref_status serialref_format_new(const struct serialref_format_options *options,
                                      struct serialref_format **format);

/**
 * What codes of a format look like.
 *
 * @param format  The format.
 * @param info    Where to write it; set its `struct_size` before. Texts are valid until the format is freed.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_format_get_info(const struct serialref_format *format,
                                           struct serialref_format_info *info);

/**
 * Whether a text looks like a code of a format. It says nothing about whether it was issued.
 *
 * @param format  The format.
 * @param code    The text.
 * @return SERIALREF_STATUS_OK if it does; _CODE_INVALID if it does not, and serialref_last_error_message() says why;
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_format_check(const struct serialref_format *format,
                                        struct serialref_text code);

/**
 * What a person typed, as a code of a format: without white space and hyphens that the format does not have, in the
 * format's letter case, and with 0 for O and 1 for I and L where that is the only way to read it.
 *
 * @param format    The format.
 * @param typed     What was typed.
 * @param buffer    Where to write the code with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _CODE_INVALID where it is no
 *         code of the format: the error's `subject` says why as a word, such as "length", "symbol" or "check", and
 *         `position` where, counted without the spaces and hyphens that people add; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_format_validate(const struct serialref_format *format,
                                           struct serialref_text typed,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *needed);

/**
 * What a person typed, as a format writes it, as far as that is clear: what serialref_format_validate() makes of it
 * before it judges. It need be no code. Where length, prefix or suffix are others it stays as it was typed, without
 * white space around it and in the format's letter case.
 *
 * @param format    The format.
 * @param typed     What was typed.
 * @param buffer    Where to write it with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_format_canonical(const struct serialref_format *format,
                                            struct serialref_text typed,
                                            char *buffer,
                                            size_t capacity,
                                            size_t *needed);

/**
 * A code as it is shown to people, in the groups of its format.
 *
 * @param format    The format.
 * @param code      The code.
 * @param buffer    Where to write it with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_format_show(const struct serialref_format *format,
                                       struct serialref_text code,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

/**
 * Frees a format. Groups that were made with it keep it.
 *
 * @param format  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_format_free(struct serialref_format *format);

/**
 * Creates a group.
 *
 * @param registry  The registry.
 * @param group     The group. What it points to is copied.
 * @param id        Where to write the number of the group.
 * @return SERIALREF_STATUS_OK; _NAME_INVALID, _NAME_TAKEN, _DESCRIPTION_INVALID, _TEXT_INVALID, _WARRANTY_INVALID,
 *         _FIELD_NAME_TAKEN, _LIMIT_REACHED, _KEY_INVALID or _ENTROPY_UNAVAILABLE; a status of the store (_STORE_BUSY
 *         to _STORE_FOREIGN); _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or
 *         _OPTION_INVALID.
 */
serialref_status serialref_create_group(const struct serialref_registry *registry,
                                        const struct serialref_new_group *group,
                                        uint64_t *id);

/**
 * Everything about a group.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param groups    Where to write a list of this one group. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
 *         or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_group(const struct serialref_registry *registry,
                                     uint64_t id,
                                     struct serialref_list **groups);

/**
 * Finds a group by its name.
 *
 * @param registry  The registry.
 * @param name      The whole name, letter for letter.
 * @param id        Where to write the number of the group.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND where no group has the name; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_find_group(const struct serialref_registry *registry,
                                      struct serialref_text name,
                                      uint64_t *id);

/**
 * Lists groups in the order in which they were created.
 *
 * @param registry   The registry.
 * @param name_part  Those whose name has this anywhere, in any letter case; empty for all.
 * @param paging     Which page, or NULL for the first 100.
 * @param groups     Where to write a list of groups. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _PAGE_INVALID or _CURSOR_INVALID; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_list_groups(const struct serialref_registry *registry,
                                       struct serialref_text name_part,
                                       const struct serialref_paging *paging,
                                       struct serialref_list **groups);

/**
 * What the codes of a group look like.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param format    Where to write the handle. Free it with serialref_format_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
 *         or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_format(const struct serialref_registry *registry,
                                      uint64_t id,
                                      struct serialref_format **format);

/**
 * The fields of a group, also those that are not used any more.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param fields    Where to write a list of fields. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
 *         or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_fields(const struct serialref_registry *registry,
                                      uint64_t id,
                                      struct serialref_list **fields);

/**
 * Gives a group another name.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param name      The name: 1 to 200 characters, unlike those of all other groups.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _NAME_INVALID or _NAME_TAKEN; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_rename_group(const struct serialref_registry *registry,
                                        uint64_t id,
                                        struct serialref_text name);

/**
 * Gives a group another description.
 *
 * @param registry     The registry.
 * @param id           The number of the group.
 * @param description  The description; empty for none.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _DESCRIPTION_INVALID; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_describe_group(const struct serialref_registry *registry,
                                          uint64_t id,
                                          struct serialref_text description);

/**
 * Gives a group other limits of its own. They are kept in the store and hold for all who use it.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param limits    All its limits: where a member is 0, the registry's holds from now on. `max_groups` must be 0.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID or _OPTION_INVALID.
 */
serialref_status serialref_set_group_limits(const struct serialref_registry *registry,
                                            uint64_t id,
                                            const struct serialref_limits *limits);

/**
 * Says what customers see of the product of a group.
 *
 * @param registry     The registry.
 * @param id           The number of the group.
 * @param name         The product's name, up to 1000 characters; empty for none.
 * @param description  The product's description, up to 1000 characters.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _TEXT_INVALID; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_set_public_text(const struct serialref_registry *registry,
                                           uint64_t id,
                                           struct serialref_text name,
                                           struct serialref_text description);

/**
 * Says from when on the stock of a group is low.
 *
 * @param registry   The registry.
 * @param id         The number of the group.
 * @param threshold  Fewer available references than this are low stock; 0 where nothing is reported.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_set_low_stock(const struct serialref_registry *registry,
                                         uint64_t id,
                                         uint64_t threshold);

/**
 * Gives the references of a group another warranty.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param warranty  `none`, or `24 months from commissioned`: 1 to 1200 months or 1 to 36525 days, from `commissioned`,
 *                  `released` or a moment such as `2026-11-23T11:18:58.000000Z`.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _WARRANTY_INVALID; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_set_group_warranty(const struct serialref_registry *registry,
                                              uint64_t id,
                                              struct serialref_text warranty);

/**
 * Adds a field to a group.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param field     The field.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _NAME_INVALID, _FIELD_NAME_TAKEN, _TEXT_INVALID or _LIMIT_REACHED; a
 *         status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or
 *         _NOT_UTF8.
 */
serialref_status serialref_add_field(const struct serialref_registry *registry,
                                     uint64_t id,
                                     const struct serialref_new_field *field);

/**
 * Gives a field another name. Values stay.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param field     The name it has.
 * @param name      The name it gets: 1 to 200 characters, unlike those of the group's other fields.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _FIELD_NOT_FOUND, _NAME_INVALID or _FIELD_NAME_TAKEN; a status of the
 *         store; _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_rename_field(const struct serialref_registry *registry,
                                        uint64_t id,
                                        struct serialref_text field,
                                        struct serialref_text name);

/**
 * Stops using a field. Values are kept in the history; the name can be given to another field.
 *
 * @param registry  The registry.
 * @param id        The number of the group.
 * @param field     Its name.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _FIELD_NOT_FOUND; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_retire_field(const struct serialref_registry *registry,
                                        uint64_t id,
                                        struct serialref_text field);

/**
 * Reads a request id as a UUID is written: 32 hexadecimal digits, with hyphens or without.
 *
 * @param text  The text.
 * @param id    Where to write the id.
 * @return SERIALREF_STATUS_OK; _REQUEST_ID_INVALID, also for zeros; _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_request_id_parse(struct serialref_text text,
                                            struct serialref_request_id *id);

/**
 * The id of a request that is known by a text, such as an order number: the same for the same text, in every version
 * and language. Do not use it for texts that somebody hostile can choose.
 *
 * @param text  The text, for example "Order 4711, batch 1".
 * @param id    Where to write the id.
 * @return SERIALREF_STATUS_OK; _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_request_id_of_text(struct serialref_text text,
                                              struct serialref_request_id *id);

/**
 * Issues one reference of a Continuous group.
 *
 * When the call returns SERIALREF_STATUS_OK, the reference is kept as durably as the store keeps anything.
 *
 * @param registry   The registry.
 * @param group      The number of the group.
 * @param reference  Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _WRONG_KIND, _LIMIT_REACHED or _SPACE_EXHAUSTED;
 *         _ENTROPY_UNAVAILABLE; a status of the store; _OUTCOME_UNKNOWN, after which the error's `subject` is the
 *         request id to repeat the call with, where there is one, through serialref_create_reference_with();
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_create_reference(const struct serialref_registry *registry,
                                            uint64_t group,
                                            struct serialref_reference *reference);

/**
 * Issues one reference of a Continuous group, as serialref_create_reference(), with a request id or attributes.
 *
 * @param registry   The registry.
 * @param group      The number of the group.
 * @param options    The request id and attributes, or NULL; a name must not be given.
 * @param reference  Where to write it; set its `struct_size` before.
 * @param issued     Where to write whether the call was repeated and what is in stock, or NULL; set its `struct_size`
 *                   before.
 * @return As serialref_create_reference(), and _REQUEST_MISMATCH where the request id was used for another request;
 *         _FIELD_NOT_FOUND, _TEXT_INVALID; _NOT_UTF8 or _OPTION_INVALID.
 */
serialref_status serialref_create_reference_with(const struct serialref_registry *registry,
                                                 uint64_t group,
                                                 const struct serialref_issue_options *options,
                                                 struct serialref_reference *reference,
                                                 struct serialref_issued *issued);

/**
 * Issues a batch of a Batch group: all of it or nothing.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param count     How many references: 1 to the limit, which is 500 unless it was changed.
 * @param options   The name, request id and attributes, or NULL.
 * @param codes     Where to write the handle of the codes. Free it with serialref_codes_free().
 * @param issued    Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _WRONG_KIND, _COUNT_INVALID, _LIMIT_REACHED or _SPACE_EXHAUSTED;
 *         _NAME_INVALID, _REQUEST_MISMATCH, _FIELD_NOT_FOUND or _TEXT_INVALID; _ENTROPY_UNAVAILABLE; a status of the
 *         store; _OUTCOME_UNKNOWN, after which the error's `subject` is the request id to repeat the call with, where
 *         there is one; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
 */
serialref_status serialref_create_batch(const struct serialref_registry *registry,
                                        uint64_t group,
                                        uint64_t count,
                                        const struct serialref_issue_options *options,
                                        struct serialref_codes **codes,
                                        struct serialref_issued *issued);

/**
 * Issues a batch of a Batch group into the caller's buffer: all of it or nothing, and nothing where the buffer is too
 * small.
 *
 * Codes come as rows of equal size, one after the other: the code and a NUL, so that each is a string of C. A row has
 * width + 1 bytes, where width is that of the group's format.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param count     How many references: 1 to the limit, which is 500 unless it was changed.
 * @param options   The name, request id and attributes, or NULL.
 * @param buffer    The buffer; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes it has.
 * @param needed    Where to write how many bytes are needed, or NULL. It is written also where the buffer is too
 *                  small.
 * @param issued    Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing was issued; otherwise as serialref_create_batch().
 */
serialref_status serialref_create_batch_into(const struct serialref_registry *registry,
                                             uint64_t group,
                                             uint64_t count,
                                             const struct serialref_issue_options *options,
                                             char *buffer,
                                             size_t capacity,
                                             size_t *needed,
                                             struct serialref_issued *issued);

/**
 * Draws a key from the operating system, for a program that keeps its keys itself. A registry draws those of its
 * groups where it is given none.
 *
 * @param key  Where to write it. Pass it to serialref_wipe() when it is not needed any more.
 * @return SERIALREF_STATUS_OK, _ENTROPY_UNAVAILABLE or _NULL_ARGUMENT.
 */
serialref_status serialref_key_draw(struct serialref_key *key);

/**
 * Reads a key of 64 hexadecimal digits, as serialref_key_expose_text() writes them; their letter case makes no
 * difference.
 *
 * @param digits  The digits. They stay yours: wipe them too.
 * @param key     Where to write it. Pass it to serialref_wipe() when it is not needed any more.
 * @return SERIALREF_STATUS_OK; _KEY_INVALID for any other text, and where all bytes are the same; _NULL_ARGUMENT,
 *         _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_key_parse(struct serialref_text digits,
                                     struct serialref_key *key);

/**
 * A key as 64 hexadecimal digits, for a vault that keeps texts. Keep them out of logs.
 *
 * @param key       The key.
 * @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size. Pass
 *                  it to serialref_wipe() when they are not needed any more.
 * @param capacity  How many bytes the buffer has; 65 are enough.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _KEY_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_key_expose_text(const struct serialref_key *key,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *needed);

/**
 * Six hexadecimal digits that tell keys from one another and may be shown: the beginning of what the key makes of a
 * block of zeros, as is usual for keys of AES.
 *
 * @param key       The key.
 * @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has; 7 are enough.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _KEY_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_key_check_value(const struct serialref_key *key,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *needed);

/**
 * Overwrites memory with zeros, also where a compiler would leave that out because nobody reads them: for keys, and
 * texts of their digits.
 *
 * @param memory  The memory, or NULL where its size is 0.
 * @param size    How many bytes it has: up to 1 MiB.
 * @return SERIALREF_STATUS_OK, _NULL_ARGUMENT or _SIZE_INVALID.
 */
serialref_status serialref_wipe(void *memory,
                                size_t size);

/**
 * The version of the library that the program is running with, for example "0.1.0".
 *
 * @return A text that ends with a NUL and is valid for ever. Never NULL.
 */
const char *serialref_version(void);

/**
 * The name of a status, for a line in a log.
 *
 * @param status  The status, or any other number.
 * @return A text such as "LIMIT_REACHED" that ends with a NUL and is valid for ever; "UNKNOWN" for a number that is no
 *         status. Never NULL.
 */
const char *serialref_status_name(int32_t status);

/**
 * How many handles were given out and not freed yet, of all types. Where it grows and grows, something is not freed.
 *
 * @return The number.
 */
uint64_t serialref_open_handles(void);

/**
 * Brings references to another state: all of the selection, or none.
 *
 * Some states need a reason, which serialref_acting() gives: void, decommissioned and destroyed.
 *
 * @param registry    The registry.
 * @param selection   Which references.
 * @param transition  To which state.
 * @param changed     Where to write how many were changed, or NULL.
 * @return SERIALREF_STATUS_OK; _TRANSITION_REFUSED, with every reference that cannot change as a detail of the error:
 *         for one that was used before, when and by whom; _REASON_REQUIRED, _REQUEST_MISMATCH, _LIMIT_REACHED or what
 *         a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
 */
serialref_status serialref_transition(const struct serialref_registry *registry,
                                      const struct serialref_selection *selection,
                                      const struct serialref_transition_options *transition,
                                      uint64_t *changed);

/**
 * The attributes of a reference: a value of every field of its group that is in use.
 *
 * @param registry    The registry.
 * @param code        The code, as serialref_lookup() takes it.
 * @param attributes  Where to write a list of attributes. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_attributes(const struct serialref_registry *registry,
                                          struct serialref_text code,
                                          struct serialref_list **attributes);

/**
 * Gives references of one group values: all of the selection, or none.
 *
 * @param registry      The registry.
 * @param selection     Which references; all of one group.
 * @param new_values    The values.
 * @param values_count  How many values.
 * @param changed       Where to write how many references changed, or NULL.
 * @return SERIALREF_STATUS_OK; _FIELD_NOT_FOUND, _GROUP_REQUIRED, _TEXT_INVALID, _LIMIT_REACHED, _SELECTION_INVALID or
 *         what a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
 */
serialref_status serialref_set_attributes(const struct serialref_registry *registry,
                                          const struct serialref_selection *selection,
                                          const struct serialref_value *new_values,
                                          size_t values_count,
                                          uint64_t *changed);

/**
 * Gives references of one group the default values of fields again: all of the selection, or none.
 *
 * @param registry      The registry.
 * @param selection     Which references; all of one group.
 * @param fields        The names of the fields.
 * @param fields_count  How many fields.
 * @param changed       Where to write how many references changed, or NULL.
 * @return As serialref_set_attributes().
 */
serialref_status serialref_reset_attributes(const struct serialref_registry *registry,
                                            const struct serialref_selection *selection,
                                            const struct serialref_text *fields,
                                            size_t fields_count,
                                            uint64_t *changed);

/**
 * How far the warranty of a product is.
 *
 * @param registry  The registry.
 * @param code      The code, as serialref_lookup() takes it.
 * @param at        At which moment, in microseconds since 1970-01-01 00:00 UTC.
 * @param warranty  Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_get_warranty(const struct serialref_registry *registry,
                                        struct serialref_text code,
                                        int64_t at,
                                        struct serialref_warranty *warranty);

/**
 * Gives references a warranty of their own: all of the selection, or none.
 *
 * @param registry   The registry.
 * @param selection  Which references.
 * @param warranty   In the words of serialref_set_group_warranty(); empty for that of the group.
 * @param changed    Where to write how many references changed, or NULL.
 * @return SERIALREF_STATUS_OK; _WARRANTY_INVALID, _SELECTION_INVALID, _LIMIT_REACHED or what a filter can be refused
 *         with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID,
 *         _NOT_UTF8 or _OPTION_INVALID.
 */
serialref_status serialref_set_warranty(const struct serialref_registry *registry,
                                        const struct serialref_selection *selection,
                                        struct serialref_text warranty,
                                        uint64_t *changed);

/**
 * Everything that happened to a reference, the oldest first; also of one that was deleted.
 *
 * @param registry  The registry.
 * @param code      The code, as serialref_lookup() takes it.
 * @param events    Where to write a list of events. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
 */
serialref_status serialref_history(const struct serialref_registry *registry,
                                   struct serialref_text code,
                                   struct serialref_list **events);

/**
 * As serialref_history(), in one group.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param code      The code, as serialref_lookup() takes it.
 * @param events    Where to write a list of events. Free it with serialref_list_free().
 * @return As serialref_history(), but never _AMBIGUOUS.
 */
serialref_status serialref_history_in(const struct serialref_registry *registry,
                                      uint64_t group,
                                      struct serialref_text code,
                                      struct serialref_list **events);

/**
 * What happened in a group after a certain event, the oldest first. Whoever keeps the number of the last event that
 * was seen misses none.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param after     The number of the event after which to begin; 0 for the first.
 * @param size      How many at most: 1 to 10,000.
 * @param events    Where to write a list of events. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _PAGE_INVALID; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_list_events(const struct serialref_registry *registry,
                                       uint64_t group,
                                       uint64_t after,
                                       uint32_t size,
                                       struct serialref_list **events);

/**
 * How many references there are in each state, without counting them.
 *
 * @param registry   The registry.
 * @param group      The number of the group, or 0 for all.
 * @param batch      The number of the batch, or 0 for all of the group.
 * @param inventory  Where to write it; set its `struct_size` before. Also that of `next` is set by the call.
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _BATCH_NOT_FOUND; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _OPTION_INVALID.
 */
serialref_status serialref_get_inventory(const struct serialref_registry *registry,
                                         uint64_t group,
                                         uint64_t batch,
                                         struct serialref_inventory *inventory);

/**
 * What a customer may see of a product, as a JSON object: code, product, description, state, attributes, warranty.
 *
 * @param registry  The registry.
 * @param code      The code, as serialref_lookup() takes it.
 * @param buffer    Where to write the JSON with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
 * @param capacity  How many bytes the buffer has.
 * @param needed    Where to write how many bytes are needed, or NULL.
 * @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _REFERENCE_NOT_FOUND,
 *         also for a code that several groups have; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_public_view(const struct serialref_registry *registry,
                                       struct serialref_text code,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

/**
 * How many records a list has.
 *
 * @param list   The handle.
 * @param count  Where to write the number.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_list_count(const struct serialref_list *list, size_t *count);

/**
 * How many records all pages of the listing have together.
 *
 * @param list   A page that was asked for by its number.
 * @param total  Where to write the number.
 * @return SERIALREF_STATUS_OK; _OPTION_INVALID for any other list, since nobody has counted; _HANDLE_INVALID,
 *         _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_list_total(const struct serialref_list *list, uint64_t *total);

/**
 * Where the next page of a listing begins.
 *
 * @param list    The handle.
 * @param cursor  Where to write the text to put into `cursor` of serialref_paging; the empty text after the last page.
 *                It is valid until the list is freed; cursors may also be kept, in files for example, and are valid in
 *                later versions.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_list_next(const struct serialref_list *list,
                                     struct serialref_text *cursor);

/**
 * A reference of a list of references.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK, _INDEX_INVALID, _WRONG_LIST, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or
 *         _SIZE_INVALID.
 */
serialref_status serialref_list_get_reference(const struct serialref_list *list,
                                              size_t index,
                                              struct serialref_reference *record);

/**
 * A batch of a list of batches. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_batch(const struct serialref_list *list,
                                          size_t index,
                                          struct serialref_batch *record);

/**
 * A group of a list of groups. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_group(const struct serialref_list *list,
                                          size_t index,
                                          struct serialref_group *record);

/**
 * A field of a list of fields. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_field(const struct serialref_list *list,
                                          size_t index,
                                          struct serialref_field *record);

/**
 * An attribute of a list of attributes. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_attribute(const struct serialref_list *list,
                                              size_t index,
                                              struct serialref_attribute *record);

/**
 * An event of a list of events. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_event(const struct serialref_list *list,
                                          size_t index,
                                          struct serialref_event *record);

/**
 * A detail of a list of details. As serialref_list_get_reference(); texts are valid until the list is freed.
 *
 * @param list    The handle.
 * @param index   Which: from 0 to serialref_list_count(), exclusive.
 * @param record  Where to write it; set its `struct_size` before.
 * @return As serialref_list_get_reference().
 */
serialref_status serialref_list_get_detail(const struct serialref_list *list,
                                           size_t index,
                                           struct serialref_detail *record);

/**
 * Frees a list.
 *
 * @param list  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_list_free(struct serialref_list *list);

/**
 * Lists references in the order of issue: all, or those that a filter lets through; this is also how to search.
 *
 * @param registry    The registry.
 * @param filter      Which, or NULL for all.
 * @param paging      Which page, or NULL for the first 100.
 * @param references  Where to write a list of references. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND, _FIELD_NOT_FOUND or _GROUP_REQUIRED;
 *         _SEARCH_TERM_TOO_SHORT or _SEARCH_TERM_INVALID; _PAGE_INVALID or _CURSOR_INVALID; a status of the store;
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
 *         _TOO_MANY_HANDLES.
 */
serialref_status serialref_list_references(const struct serialref_registry *registry,
                                           const struct serialref_filter *filter,
                                           const struct serialref_paging *paging,
                                           struct serialref_list **references);

/**
 * Counts references.
 *
 * @param registry  The registry.
 * @param filter    Which, or NULL for all live references.
 * @param count     Where to write the number.
 * @return As serialref_list_references().
 */
serialref_status serialref_count(const struct serialref_registry *registry,
                                 const struct serialref_filter *filter,
                                 uint64_t *count);

/**
 * Finds the live reference that has a code. It may be typed as people type: spaces and hyphens are left out that the
 * format does not have, letters come into its one case, and digits stand for letters that look like them.
 *
 * @param registry   The registry.
 * @param code       The code, as it was scanned or typed.
 * @param reference  Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND; _AMBIGUOUS where several groups have it (see
 *         serialref_lookup_in()); a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID
 *         or _NOT_UTF8.
 */
serialref_status serialref_lookup(const struct serialref_registry *registry,
                                  struct serialref_text code,
                                  struct serialref_reference *reference);

/**
 * As serialref_lookup(), in one group.
 *
 * @param registry   The registry.
 * @param group      The number of the group.
 * @param code       The code, as it was scanned or typed.
 * @param reference  Where to write it; set its `struct_size` before.
 * @return As serialref_lookup(); _REFERENCE_NOT_FOUND also where there is no such group.
 */
serialref_status serialref_lookup_in(const struct serialref_registry *registry,
                                     uint64_t group,
                                     struct serialref_text code,
                                     struct serialref_reference *reference);

/**
 * Finds the live references that have a code, in all groups.
 *
 * @param registry    The registry.
 * @param code        The code, as it was scanned or typed.
 * @param references  Where to write a list of references, which may be empty. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
 *         _NOT_UTF8 or _TOO_MANY_HANDLES.
 */
serialref_status serialref_lookup_all(const struct serialref_registry *registry,
                                      struct serialref_text code,
                                      struct serialref_list **references);

/**
 * Everything about a batch.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param batch     The number of the batch.
 * @param batches   Where to write a list of this one batch. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _BATCH_NOT_FOUND; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_get_batch(const struct serialref_registry *registry,
                                     uint64_t group,
                                     uint64_t batch,
                                     struct serialref_list **batches);

/**
 * Lists the batches of a group in the order of issue.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param paging    Which page, or NULL for the first 100.
 * @param batches   Where to write a list of batches. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _PAGE_INVALID or _CURSOR_INVALID; a status of the store;
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
 *         _TOO_MANY_HANDLES.
 */
serialref_status serialref_list_batches(const struct serialref_registry *registry,
                                        uint64_t group,
                                        const struct serialref_paging *paging,
                                        struct serialref_list **batches);

/**
 * Opens the store that a URL names, and creates it where it does not exist.
 *
 * - `memory:` is gone when the registry is freed
 * - `sqlite:line-3.db` is an SQLite file; everything after `sqlite:` is its path
 * - `sqlite:///var/lib/line-3.db` is the same, with an absolute path
 * - `postgresql://user@host:5432/database?sslmode=verify-full` is a PostgreSQL database
 *
 * A store in memory is copied by fork(), and the copies never issue the same codes. A file or database is not carried
 * over a fork(): calls in the child return SERIALREF_STATUS_STORE_UNAVAILABLE, and the child opens its own registry.
 *
 * @param url       The URL.
 * @param options   How to open it, or NULL for the defaults.
 * @param registry  Where to write the handle. Free it with serialref_registry_free().
 * @return SERIALREF_STATUS_OK; _STORE_URL_INVALID where the URL names no store; _STORE_BUSY, _STORE_UNAVAILABLE,
 *         _STORE_CORRUPT or _SCHEMA_TOO_NEW where the store cannot be opened; _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_open(struct serialref_text url,
                                const struct serialref_open_options *options,
                                struct serialref_registry **registry);

/**
 * A second handle of a registry, through which changes are made on somebody's behalf.
 *
 * It is the same registry: the same store, the same limits. Have one for each station, and make one for a reason
 * where a call needs one.
 *
 * @param registry  The registry.
 * @param cause     Who and why. Members that are empty are as in `registry`.
 * @param acting    Where to write the new handle. Free it with serialref_registry_free(); it outlives `registry`.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or
 *         _TOO_MANY_HANDLES. A text that is too long is reported by the calls that use it, as _NAME_INVALID or
 *         _TEXT_INVALID.
 */
serialref_status serialref_acting(const struct serialref_registry *registry,
                                  const struct serialref_cause *cause,
                                  struct serialref_registry **acting);

/**
 * The limits that hold for groups that have none of their own.
 *
 * @param registry  The registry.
 * @param limits    Where to write them; set its `struct_size` before. No member is 0 afterwards.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_get_limits(const struct serialref_registry *registry,
                                      struct serialref_limits *limits);

/**
 * Changes the limits of groups that have none of their own, for calls that begin later.
 *
 * They belong to this registry and the handles made from it with serialref_acting(); they are not kept in the store.
 * To lower a limit below what is there loses nothing: issuing is refused until there is room. Of two threads that
 * change limits at the same time one may undo what the other did.
 *
 * @param registry  The registry.
 * @param limits    The limits; members that are 0 stay as they are.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _OPTION_INVALID.
 */
serialref_status serialref_set_limits(const struct serialref_registry *registry,
                                      const struct serialref_limits *limits);

/**
 * Writes all that a store in memory holds into a file, from which serialref_restore_snapshot() makes the same store
 * again. Nothing is lost: deleted codes, request ids and counters are in it.
 *
 * The file is written beside its place and then moved there, so that an interrupted call leaves the old one. Only its
 * owner may read it: the secret keys of Keyed groups are in it.
 *
 * @param registry  A registry over `memory:`.
 * @param path      The path of the file, which is replaced.
 * @return SERIALREF_STATUS_OK; _OPTION_INVALID for another store (see serialref_backup()); _TRANSFER_FAILED where the
 *         file cannot be written; _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_save_snapshot(const struct serialref_registry *registry,
                                         struct serialref_text path);

/**
 * Opens a store in memory that holds what a snapshot does.
 *
 * @param path      The file that serialref_save_snapshot() wrote, also with an earlier version of the library.
 * @param options   The limits of the registry, or NULL; other options are not used.
 * @param registry  Where to write the handle. Free it with serialref_registry_free().
 * @return SERIALREF_STATUS_OK; _SNAPSHOT_INVALID where the file is no snapshot, or damaged; _TRANSFER_FAILED where it
 *         cannot be read; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_restore_snapshot(struct serialref_text path,
                                            const struct serialref_open_options *options,
                                            struct serialref_registry **registry);

/**
 * Copies an SQLite file while it is in use.
 *
 * @param registry  A registry over `sqlite:`.
 * @param path      The path of the copy, which must not exist.
 * @return SERIALREF_STATUS_OK; _OPTION_INVALID for another store; _STORE_BUSY, _STORE_UNAVAILABLE or _STORE_CORRUPT;
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_backup(const struct serialref_registry *registry,
                                  struct serialref_text path);

/**
 * Looks through an SQLite file for damage and contradictions. It reads all of it.
 *
 * @param registry  A registry over `sqlite:`.
 * @return SERIALREF_STATUS_OK where all is well; _STORE_CORRUPT where it is not; _OPTION_INVALID for another store;
 *         _STORE_BUSY, _STORE_UNAVAILABLE, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_check_integrity(const struct serialref_registry *registry);

/**
 * Frees a registry. Calls that other threads have under way in it are finished first, and the store is closed by
 * whoever is last: by this call, by such a thread, or when the last handle from serialref_acting(), deletion or review
 * is freed.
 *
 * @param registry  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_registry_free(struct serialref_registry *registry);

/**
 * Opens a store of the library as a table, for a store in C to build on: as its `base`, or called from its own
 * functions, which hand on their plan and sink and may look at what came of it with serialref_sink_answer(). A plan
 * may be changed on the way.
 *
 * The table can be given to serialref_open_store() as it is, or as the base of another; then it is destroyed with it.
 * Otherwise call its `destroy` with its `ctx`. Should something fail inside the library while one of its functions
 * runs, a change ends with SERIALREF_FAILURE_OUTCOME_UNKNOWN in the sink, and reading and all later calls with
 * SERIALREF_FAILURE_UNAVAILABLE.
 *
 * @param url      What to open, as for serialref_open().
 * @param options  How to open it, or NULL for the defaults; limits are not used.
 * @param store    Where to write the table; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK, or what serialref_open() returns.
 */
serialref_status serialref_store_by_url(struct serialref_text url,
                                        const struct serialref_open_options *options,
                                        struct serialref_store *store);

/**
 * Makes a registry over a store that is written in C.
 *
 * The table is copied, and with it the store belongs to the library: `destroy` is called once, when nothing uses it
 * any more, or before this function returns where it fails. Only where `store` itself cannot be read (it is NULL, not
 * aligned, or has a `struct_size` that is not one) nothing is called, and the store is still the caller's. The same
 * holds for the base.
 *
 * @param store     The table.
 * @param options   The limits of the registry, or NULL; other options are not used.
 * @param registry  Where to write the handle. Free it with serialref_registry_free().
 * @return SERIALREF_STATUS_OK; _OPTION_INVALID where a function is missing or the base has a base; _NULL_ARGUMENT,
 *         _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_open_store(const struct serialref_store *store,
                                      const struct serialref_open_options *options,
                                      struct serialref_registry **registry);

/**
 * Whether a name contains a text in any letter case, as `groups` of a store has to decide. Unicode's lower case
 * counts.
 *
 * @param name    The name of a group.
 * @param part    The text; the empty one is in every name.
 * @param result  Where to write 1 if it does, otherwise 0.
 * @return SERIALREF_STATUS_OK, _NAME_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_name_contains(struct serialref_text name,
                                         struct serialref_text part,
                                         int32_t *result);

/**
 * The name of a state, as it stands in events, files and tables: "available", "allocated" and so on.
 *
 * @param state  One of the constants of serialref_state.
 * @return The name, valid for ever; "" for any other number.
 */
const char *serialref_state_name(int32_t state);

/**
 * Tests whether stores keep the contract: about 180 cases, each on an empty store, with up to 8 threads; a store in
 * memory takes some seconds. A store that waits for ever makes this wait for ever.
 *
 * @param factory  Makes the stores.
 * @param only     Run only cases whose name begins with this text, for example "s03"; empty for all.
 * @param report   Called after each case with `ctx`, in the calling thread; or NULL.
 * @param ctx      Handed to `report` as it is.
 * @param result   Where to write how many cases passed and failed, also where some failed; set its `struct_size`
 *                 before. Or NULL.
 * @return SERIALREF_STATUS_OK where every case passed; _STORE_CONTRACT where one failed; _OPTION_INVALID where no case
 *         has such a name; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_store_selftest(const struct serialref_store_factory *factory,
                                          struct serialref_text only,
                                          void (*report)(void *ctx,
                                                         const struct serialref_selftest_case *result),
                                          void *ctx,
                                          struct serialref_selftest_result *result);

/**
 * Answers with a number: how many references went with a group, or fell back.
 *
 * @param sink    The sink of `delete_group` or `expire`.
 * @param number  The number.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_sink_number(struct serialref_sink *sink, uint64_t number);

/**
 * Answers with a group.
 *
 * @param sink   The sink of `create_group`, `change_group`, `group` or `groups`.
 * @param group  The group; it is copied.
 * @return SERIALREF_STATUS_OK; _ANSWER_INVALID, also where the settings are not those that the library gave;
 *         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_group(struct serialref_sink *sink,
                                      const struct serialref_stored_group *group);

/**
 * Answers with a reference.
 *
 * @param sink       The sink of `references`, `find`, `deleted`, `claim`, `claimed`, `request` or `inventory`.
 * @param reference  The reference; it is copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
 *         _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_reference(struct serialref_sink *sink,
                                          const struct serialref_reference *reference);

/**
 * Answers with a batch.
 *
 * @param sink   The sink of `batch` or `batches`.
 * @param batch  The batch; it is copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
 *         _NAME_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_batch(struct serialref_sink *sink, const struct serialref_batch *batch);

/**
 * Answers with an event.
 *
 * @param sink   The sink of `events`.
 * @param event  The event; it is copied.
 * @return SERIALREF_STATUS_OK; _ANSWER_INVALID, also where it has not what its kind of change needs; _NAME_INVALID or
 *         _TEXT_INVALID; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_event(struct serialref_sink *sink,
                                      const struct serialref_event *event);

/**
 * Answers with what a reference has of its own.
 *
 * @param sink     The sink of `details`.
 * @param details  The details; they are copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _WARRANTY_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_details(struct serialref_sink *sink,
                                        const struct serialref_details *details);

/**
 * Answers with the position of a code that is taken.
 *
 * @param sink      The sink of `taken`.
 * @param position  The position among the codes of the query, counted from 0; each larger than the one before.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_sink_position(struct serialref_sink *sink,
                                         uint32_t position);

/**
 * Completes the answer to a listing; before or after its rows, once.
 *
 * @param sink   The sink of `groups`, `references`, `batches` or `events`.
 * @param more   1 if the listing goes on after the rows that are given, also where none were wanted; otherwise 0.
 * @param total  How many rows the whole listing has, wherever the slice begins. Not used unless the query is counted.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _ENUM_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_sink_page(struct serialref_sink *sink,
                                     int32_t more,
                                     uint64_t total);

/**
 * Answers with what was issued.
 *
 * @param sink      The sink of `append` or `request`.
 * @param appended  What was issued; it is copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _NAME_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_appended(struct serialref_sink *sink,
                                         const struct serialref_appended *appended);

/**
 * Answers with a claim. Its references are given by serialref_sink_reference(), by row.
 *
 * @param sink   The sink of `claim`, `claimed` or `request`.
 * @param claim  The claim; it is copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _NAME_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
 *         _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_claimed(struct serialref_sink *sink,
                                        const struct serialref_stored_claim *claim);

/**
 * Answers with how many references were changed or deleted.
 *
 * @param sink     The sink of `change`, `delete_references` or `request`.
 * @param changed  How many references the step reached, or how many were deleted.
 * @param left     How many it left as they are, or how many of those that were named were not live.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_sink_changed(struct serialref_sink *sink, uint64_t changed, uint64_t left);

/**
 * Answers that a request id was used. What was done under it is given beside, by serialref_sink_appended(),
 * serialref_sink_claimed() or serialref_sink_changed().
 *
 * @param sink    The sink of `request`.
 * @param digest  The digest that was kept with it.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
 */
serialref_status serialref_sink_request(struct serialref_sink *sink, uint64_t digest);

/**
 * Answers with how many live references are in each state.
 *
 * @param sink      The sink of `inventory`.
 * @param in_state  Nine numbers, by the constants of serialref_state; the first is not used.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_sink_inventory(struct serialref_sink *sink, const uint64_t *in_state);

/**
 * Refuses a plan or query. Nothing may have changed, and nothing else may be answered.
 *
 * @param sink     The sink of a function that may refuse.
 * @param refused  Why; it is copied.
 * @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
 *         _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_refuse(struct serialref_sink *sink, const struct serialref_refused *refused);

/**
 * Says that the storage failed, and how. What was answered before does not count, and the function may return any
 * number.
 *
 * The caller of the registry gets SERIALREF_STATUS_STORE_BUSY, _STORE_UNAVAILABLE, _OUTCOME_UNKNOWN, _STORE_CORRUPT,
 * _STORE_CONTRACT or _STORE_FOREIGN; with the last one `foreign_code` and `source` of serialref_error_info are `code`
 * and `message`.
 *
 * @param sink     The sink of any function.
 * @param failure  One of the constants of serialref_failure.
 * @param code     The store's own number for it, with SERIALREF_FAILURE_FOREIGN; otherwise 0.
 * @param message  What happened, in the store's own words.
 * @return SERIALREF_STATUS_OK; _ANSWER_INVALID where it was said before, and then the first counts; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
 */
serialref_status serialref_sink_fail(struct serialref_sink *sink,
                                     int32_t failure,
                                     int64_t code,
                                     struct serialref_text message);

/**
 * What a sink holds by now: for stores that hand a call on to their base and want to know what came of it.
 *
 * @param sink    The sink of any function.
 * @param answer  Where to write one of the constants of serialref_answer.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
 */
serialref_status serialref_sink_answer(const struct serialref_sink *sink, int32_t *answer);

/**
 * Writes references and their attributes, state and warranty. Rows go out as they are read: however many there are,
 * little memory is used.
 *
 * @param registry   The registry.
 * @param selection  Which references.
 * @param file       How to write them: SERIALREF_FILE_CSV, which 0 stands for, or SERIALREF_FILE_JSON_LINES.
 * @param writer     Where to write them.
 * @param rows       Where to write how many references there were, or NULL.
 * @return SERIALREF_STATUS_OK; _TRANSFER_FAILED where the writer failed, and what it wrote before stays written;
 *         _SELECTION_INVALID or what a filter can be refused with; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
 */
serialref_status serialref_export(const struct serialref_registry *registry,
                                  const struct serialref_selection *selection,
                                  int32_t file,
                                  const struct serialref_writer *writer,
                                  uint64_t *rows);

/**
 * As serialref_export(), into a file.
 *
 * @param registry   The registry.
 * @param selection  Which references.
 * @param file       How to write them: SERIALREF_FILE_CSV, which 0 stands for, or SERIALREF_FILE_JSON_LINES.
 * @param path       The path of the file, which is replaced once all of it is written.
 * @param rows       Where to write how many references there were, or NULL.
 * @return As serialref_export().
 */
serialref_status serialref_export_file(const struct serialref_registry *registry,
                                       const struct serialref_selection *selection,
                                       int32_t file,
                                       struct serialref_text path,
                                       uint64_t *rows);

/**
 * Reads a file of references that are to be imported into a group, and finds everything that is wrong with it. Nothing
 * is changed.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param options   How the file is written, or NULL for CSV with codes.
 * @param reader    What to read it from.
 * @param review    Where to write the handle. Free it with serialref_review_free().
 * @return SERIALREF_STATUS_OK, also where much is wrong with the file; _GROUP_NOT_FOUND; _TRANSFER_FAILED where the
 *         reader failed; _NAME_INVALID or _LIMIT_REACHED; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
 *         _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
 */
serialref_status serialref_review_import(const struct serialref_registry *registry,
                                         uint64_t group,
                                         const struct serialref_import_options *options,
                                         const struct serialref_reader *reader,
                                         struct serialref_review **review);

/**
 * As serialref_review_import(), from a file.
 *
 * @param registry  The registry.
 * @param group     The number of the group.
 * @param options   How the file is written, or NULL for CSV with codes.
 * @param path      The path of the file.
 * @param review    Where to write the handle. Free it with serialref_review_free().
 * @return As serialref_review_import().
 */
serialref_status serialref_review_import_file(const struct serialref_registry *registry,
                                              uint64_t group,
                                              const struct serialref_import_options *options,
                                              struct serialref_text path,
                                              struct serialref_review **review);

/**
 * What was found in a file.
 *
 * @param review  The handle.
 * @param info    Where to write it; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
 */
serialref_status serialref_review_get_info(const struct serialref_review *review,
                                           struct serialref_review_info *info);

/**
 * Everything that is wrong with a file, in the order of its lines.
 *
 * @param review   The handle.
 * @param details  Where to write a list of details, with their lines. Free it with serialref_list_free().
 * @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
 */
serialref_status serialref_review_faults(const struct serialref_review *review,
                                         struct serialref_list **details);

/**
 * Imports a file that was reviewed, in one step. To repeat it adds nothing and gives the same again.
 *
 * @param review     The handle.
 * @param good_only  0 to import all rows or, where anything is wrong, none; 1 to import the good rows and leave out
 *                   the others.
 * @param codes      Where to write the handle of the codes, or NULL. Free it with serialref_codes_free().
 * @param issued     Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
 * @return SERIALREF_STATUS_OK; _IMPORT_FAULTY where rows are wrong, also such that somebody else issued meanwhile,
 *         with every fault as a detail of the error; _GROUP_NOT_FOUND, _FIELD_NOT_FOUND, _LIMIT_REACHED,
 *         _SPACE_EXHAUSTED or _REQUEST_MISMATCH; _ENTROPY_UNAVAILABLE; a status of the store; _HANDLE_INVALID,
 *         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _TOO_MANY_HANDLES.
 */
serialref_status serialref_review_commit(const struct serialref_review *review,
                                         int32_t good_only,
                                         struct serialref_codes **codes,
                                         struct serialref_issued *issued);

/**
 * Frees a review. What was not imported is not imported.
 *
 * @param review  The handle, or NULL, for which nothing is done.
 * @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
 */
serialref_status serialref_review_free(struct serialref_review *review);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/**
 * A struct that says its size and gives nothing else, for example
 * serialref_filter filter = SERIALREF_INIT(serialref_filter);
 */
#ifdef __cplusplus
#define SERIALREF_INIT(type) (serialref_init<type>())
#else
#define SERIALREF_INIT(type) {.struct_size = sizeof(type)}
#endif

#ifdef __cplusplus
/**
 * What SERIALREF_INIT() makes in C++.
 *
 * @return A struct of zeros that says its size.
 */
template <typename T> inline T serialref_init() {
  T value = T();
  value.struct_size = sizeof(T);
  return value;
}
#endif

/**
 * The text of a string of C.
 *
 * @param string  The string, or NULL, which gives the empty text.
 * @return The text, valid as long as the string.
 */
static inline serialref_text serialref_text_of(const char *string) {
  serialref_text text;
  text.data = string;
  text.size = string == NULL ? 0 : strlen(string);
  return text;
}

#endif /* SERIALREF_H */
