/**
 * @file serialref.hpp
 * Unique serial references for physical products, issued on a factory line and tracked for life: the interface for
 * C++17 and later, over serialref.h.
 *
 * RULES THAT HOLD FOR EVERYTHING HERE
 *
 * Errors.  What fails throws serialref::error or a class derived from it, and changes nothing, but for three: after
 * serialref::outcome_unknown it is not known whether a store carried out the call: repeat it with the request id that
 * is the subject of its context(), or, where there is none, look first. After SERIALREF_STATUS_PANICKED and
 * SERIALREF_STATUS_STORE_CONTRACT the call may have been carried out too. Containers of the standard library may throw
 * std::bad_alloc besides. Exceptions that a stream of the caller throws come back as they are.
 *
 * Handles.  serialref::registry, codes, code_sequence, deletion and review own something and free it at the end of
 * their life; they can be moved, not copied. One that was moved from can only be assigned to or destroyed; any other
 * use throws serialref::error. A serialref::key can be moved, not copied, too, and wipes its bytes; one that was moved
 * from is all zeros, which every call refuses. Everything else here is a plain value.
 *
 * Threads.  Member functions that are const may be called by any number of threads at the same time. Those that are
 * not, such as setters, moves and destructors, belong to one thread at a time, as anywhere in C++.
 *
 * Texts.  Texts are UTF-8. They go in as std::string_view and are copied where they are kept.
 *
 * Options.  Objects such as serialref::filter say what is wanted by functions that can be chained:
 * serialref::filter().group(pumps).containing("5SX"). What is not said has the default that is documented at the
 * function.
 *
 * fork().  A child may go on with a store in memory and never issues a code that its parent does. Files and databases
 * are not carried over: the child opens a registry of its own. Fork while no other thread is inside a call.
 */

#ifndef SERIALREF_HPP
#define SERIALREF_HPP

#include "serialref.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if !defined(_MSVC_LANG) && __cplusplus < 201703L
#error "serialref.hpp needs C++17 or later"
#endif

/** Unique serial references for physical products. */
namespace serialref {

// ------------------------------------------------------------------------------------------------------- constants

/** How a group issues; it never changes. */
enum class kind : std::int32_t {
  continuous = SERIALREF_KIND_CONTINUOUS, /**< One reference at a time. */
  batch = SERIALREF_KIND_BATCH,           /**< Batches. */
};

/** Where the codes of a group are unique; it never changes. */
enum class scope : std::int32_t {
  registry = SERIALREF_SCOPE_REGISTRY, /**< In the whole registry, among all groups of this scope. */
  group = SERIALREF_SCOPE_GROUP,       /**< In the group alone. */
};

/** How the bodies of codes are chosen. */
enum class order : std::int32_t {
  random = SERIALREF_ORDER_RANDOM,         /**< Drawn from a cryptographic generator. */
  sequential = SERIALREF_ORDER_SEQUENTIAL, /**< Counted, with leading zeros. */
  keyed = SERIALREF_ORDER_KEYED,           /**< Counted, and permuted by a secret key. */
};

/** What follows the body of a code to find mistyped ones. */
enum class check_scheme : std::int32_t {
  none = SERIALREF_CHECK_NONE,                                 /**< Nothing. */
  iso7064_mod11_radix2 = SERIALREF_CHECK_ISO7064_MOD11_RADIX2, /**< ISO/IEC 7064 MOD 11-2: a digit or X. */
  iso7064_mod37_radix2 = SERIALREF_CHECK_ISO7064_MOD37_RADIX2, /**< ISO/IEC 7064 MOD 37-2: a digit, letter or *. */
  iso7064_mod97_radix10 = SERIALREF_CHECK_ISO7064_MOD97_RADIX10, /**< ISO/IEC 7064 MOD 97-10: two digits. */
  iso7064_mod11_and10 = SERIALREF_CHECK_ISO7064_MOD11_AND10,     /**< ISO/IEC 7064 MOD 11,10: a digit. */
  iso7064_mod37_and36 = SERIALREF_CHECK_ISO7064_MOD37_AND36,     /**< ISO/IEC 7064 MOD 37,36: a digit or letter. */
  luhn = SERIALREF_CHECK_LUHN,                /**< The algorithm of Luhn, for alphabets of even size. */
  damm = SERIALREF_CHECK_DAMM,                /**< The algorithm of Damm, for ten symbols. */
  verhoeff = SERIALREF_CHECK_VERHOEFF,        /**< The algorithm of Verhoeff, for ten symbols. */
  weighted_sum = SERIALREF_CHECK_WEIGHTED_SUM, /**< A weighted sum, for alphabets of odd size. */
  gumm = SERIALREF_CHECK_GUMM,                /**< The algorithm of Gumm, for alphabets of even size from 4 on. */
  automatic = SERIALREF_CHECK_AUTOMATIC,      /**< The scheme that finds most mistakes with the alphabet. */
};

/** Alphabets that most products need. */
enum class preset : std::int32_t {
  digits = SERIALREF_PRESET_DIGITS,                         /**< 0-9. */
  letters = SERIALREF_PRESET_LETTERS,                       /**< A-Z and a-z. */
  upper_alphanumeric = SERIALREF_PRESET_UPPER_ALPHANUMERIC, /**< 0-9 and A-Z. */
  unambiguous31 = SERIALREF_PRESET_UNAMBIGUOUS31,           /**< 0-9 and A-Z without 0 O 1 I L. */
  unambiguous32 = SERIALREF_PRESET_UNAMBIGUOUS32,           /**< 0-9 and A-Z without I L O U. */
  hexadecimal = SERIALREF_PRESET_HEXADECIMAL,               /**< 0-9 and A-F. */
  printable = SERIALREF_PRESET_PRINTABLE,                   /**< All 94 symbols from ! to ~. */
};

/** What became of a reference. */
enum class state : std::int32_t {
  available = SERIALREF_STATE_AVAILABLE,           /**< Issued, and for whoever claims it. */
  allocated = SERIALREF_STATE_ALLOCATED,           /**< Claimed for a line or an order. */
  encoded = SERIALREF_STATE_ENCODED,               /**< Printed, engraved or written to a tag. */
  commissioned = SERIALREF_STATE_COMMISSIONED,     /**< On a product: used once and for all. */
  released = SERIALREF_STATE_RELEASED,             /**< On a product that has left the factory. */
  decommissioned = SERIALREF_STATE_DECOMMISSIONED, /**< Out of use; may be commissioned again. */
  destroyed = SERIALREF_STATE_DESTROYED,           /**< The product is gone. Final. */
  void_ = SERIALREF_STATE_VOID,                    /**< Never to be used, for example a torn label. Final. */
};

/** What an event says. */
enum class change : std::int32_t {
  group_created = SERIALREF_CHANGE_GROUP_CREATED, /**< The group was created. */
  group_changed = SERIALREF_CHANGE_GROUP_CHANGED, /**< A setting of the group was changed. */
  group_deleted = SERIALREF_CHANGE_GROUP_DELETED, /**< The group was deleted with all that was in it. */
  issued = SERIALREF_CHANGE_ISSUED,               /**< References were issued. */
  moved = SERIALREF_CHANGE_MOVED,                 /**< A reference came to another state. */
  attribute_set = SERIALREF_CHANGE_ATTRIBUTE_SET, /**< A reference got another value of a field. */
  warranty_set = SERIALREF_CHANGE_WARRANTY_SET,   /**< A reference got another warranty. */
  deleted = SERIALREF_CHANGE_DELETED,             /**< A reference was deleted. */
};

/** How far the warranty of a product is. */
enum class warranty_status : std::int32_t {
  none = SERIALREF_WARRANTY_STATUS_NONE,               /**< It has none. */
  not_started = SERIALREF_WARRANTY_STATUS_NOT_STARTED, /**< It begins later. */
  active = SERIALREF_WARRANTY_STATUS_ACTIVE,           /**< It covers the product. */
  expired = SERIALREF_WARRANTY_STATUS_EXPIRED,         /**< It is over. */
  ended_early = SERIALREF_WARRANTY_STATUS_ENDED_EARLY, /**< It ended with the product. */
};

/** How a file of references is written. */
enum class file_format : std::int32_t {
  csv = SERIALREF_FILE_CSV,               /**< CSV with the names of the columns in the first line. */
  json_lines = SERIALREF_FILE_JSON_LINES, /**< JSON Lines: an object on every line. */
  semicolons = SERIALREF_FILE_SEMICOLONS, /**< CSV with semicolons, for reading only. */
};

/** How an SQLite file is kept. */
enum class durability : std::int32_t {
  full = SERIALREF_DURABILITY_FULL,                   /**< What was acknowledged outlives a power failure. */
  program_crash = SERIALREF_DURABILITY_PROGRAM_CRASH, /**< It outlives a crash of the program only. */
};

/** As a limit: none. */
inline constexpr std::uint64_t unlimited = SERIALREF_UNLIMITED;

// -------------------------------------------------------------------------------------- numbers, moments, request ids

/**
 * A number that stands for something in a registry. Numbers of different things are different types, so that a batch
 * is never passed for a group. They count from 1; 0 is nothing.
 */
template <class Tag>
struct number {
  std::uint64_t value = 0; /**< The number itself. */

  friend constexpr bool operator==(number a, number b) noexcept { return a.value == b.value; } /**< The same. */
  friend constexpr bool operator!=(number a, number b) noexcept { return a.value != b.value; } /**< Not the same. */
  friend constexpr bool operator<(number a, number b) noexcept { return a.value < b.value; }   /**< Made earlier. */

  /** Writes the digits. */
  friend std::ostream& operator<<(std::ostream& out, number it) { return out << it.value; }
};

using group_id = number<struct group_tag>; /**< A group of a registry. */
using batch_id = number<struct batch_tag>; /**< A batch of a group. */
using claim_id = number<struct claim_tag>; /**< A claim in a group. */
using row_id = number<struct row_tag>;     /**< A reference of a group, in the order of issue. */
using event_id = number<struct event_tag>; /**< An event of a group. */

/** A moment: microseconds since 1970-01-01 00:00 UTC. It turns into std::chrono::system_clock::time_point by itself. */
using moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/**
 * The id of one request, which makes it safe to repeat: the same id gives what was given the first time, and nothing is
 * added. All zeros are no id and are refused where an id is given.
 */
struct request_id {
  std::array<std::uint8_t, 16> bytes{}; /**< Random bytes, or a UUID in the order in which it is written. */

  /**
   * Reads a request id as a UUID is written: 32 hexadecimal digits, with hyphens or without.
   *
   * @throws error  SERIALREF_STATUS_REQUEST_ID_INVALID.
   */
  static request_id parse(std::string_view text);

  /**
   * The id of a request that is known by a text such as "Order 4711, batch 1": the same for the same text, in every
   * version and language. Not for texts that somebody hostile can choose.
   */
  static request_id of_text(std::string_view text);

  /** The id as a UUID is written, which parse() reads. */
  std::string to_string() const;

  /** Whether both are the same. */
  friend bool operator==(const request_id& a, const request_id& b) noexcept { return a.bytes == b.bytes; }
  /** Whether they differ. */
  friend bool operator!=(const request_id& a, const request_id& b) noexcept { return !(a == b); }
};

// ----------------------------------------------------------------------------------------------------------- errors

/** One of several things that are wrong: a fault of a format, a reference that cannot change, a line of a file. */
struct detail {
  std::string message;                /**< What is wrong, as a sentence. */
  /** The code it is about, as it was given; empty where it is about something else. */
  std::string code;
  std::optional<group_id> group;      /**< The group it is about. */
  std::optional<row_id> row;          /**< The reference it is about. */
  std::optional<std::uint64_t> line;  /**< The line of the file, counted from 1. */
};

/** The circumstances of a failure. Members that have no meaning for its kind are 0 or empty. */
struct error_context {
  std::string source;             /**< What lies behind it in the words of the store, file or operating system. */
  /**
   * The name, field, state or request id it is about. For SERIALREF_STATUS_CODE_INVALID a word for what is wrong:
   * "length", "prefix", "symbol", "check", "suffix", "before start", "after end" or "word".
   */
  std::string subject;
  std::optional<group_id> group;  /**< The group it is about. */
  std::optional<batch_id> batch;  /**< The batch it is about. */
  std::optional<claim_id> claim;  /**< The claim it is about. */
  std::int32_t limit = 0;         /**< Which limit would have been passed: a constant of serialref_limit. */
  /** The value of that limit, the least number of characters of a search term, or how many counters a group has. */
  std::uint64_t allowed = 0;
  /** How many there are: live or available references, free codes, characters; or how far a group has counted. */
  std::uint64_t present = 0;
  std::uint64_t asked = 0;        /**< How many were asked for. */
  std::uint64_t position = 0;     /**< Where the fault stands, see serialref_error_info. */
  std::int64_t foreign_code = 0;  /**< The number that a store written by somebody else gave. */
  std::vector<detail> details;    /**< Everything that is wrong, where it can be several things. */
};

/**
 * What every failure is. what() is a sentence that says what is wrong and what to do.
 */
class error : public std::runtime_error {
 public:
  /** A failure of a kind. Stores of the caller's own throw one to say what became of a call. */
  explicit error(serialref_status kind, const std::string& message, error_context context = {})
      : std::runtime_error(message), kind_(kind), context_(std::make_shared<const error_context>(std::move(context))) {}

  /** What the C interface returned: one of the constants of serialref_status. Later versions may add some. */
  serialref_status kind() const noexcept { return kind_; }

  /** What it is about. */
  const error_context& context() const noexcept { return *context_; }

  /** Everything that is wrong, where it can be several things; otherwise nothing. */
  const std::vector<detail>& details() const noexcept { return context_->details; }

 private:
  serialref_status kind_;
  // Shared, so that copying an exception cannot throw.
  std::shared_ptr<const error_context> context_;
};

/** There is no such group, batch, reference, claim or field. */
class not_found : public error {
 public:
  using error::error;
};

/** The call would pass a limit: context() says which, its value, how many there are and how many were asked for. */
class limit_reached : public error {
 public:
  using error::error;
};

/** The format has fewer free codes, or the group fewer available references, than were asked for. */
class exhausted : public error {
 public:
  using error::error;
};

/** Some references cannot come to the state; none did. details() names every one, with the reason. */
class transition_refused : public error {
 public:
  using error::error;
};

/** The store is held by somebody else, or cannot be reached: try again, after what context().source says. */
class store_unavailable : public error {
 public:
  using error::error;
};

/** The store may or may not have carried out the call: repeat it with the id that request() gives. */
class outcome_unknown : public error {
 public:
  using error::error;

  /** The id to repeat the call with, also where the caller gave none; nothing for calls that take none. */
  std::optional<request_id> request() const {
    if (context().subject.empty()) return std::nullopt;
    return request_id::parse(context().subject);
  }
};

/** A store that somebody else wrote failed in its own way, with a number and a text of its own. */
class foreign_error : public error {
 public:
  using error::error;

  /** What a store of the caller's own throws; both come back to the caller of the registry unchanged. */
  foreign_error(std::int64_t code, const std::string& text)
      : error(SERIALREF_STATUS_STORE_FOREIGN, text, context_of(code, text)) {}

  /** The number. */
  std::int64_t code() const noexcept { return context().foreign_code; }
  /** The text. */
  const std::string& text() const noexcept { return context().source; }

 private:
  static error_context context_of(std::int64_t code, const std::string& text) {
    error_context context;
    context.foreign_code = code;
    context.source = text;
    return context;
  }
};

/** Not for use by programs. */
namespace internal {

/** Throws the class that belongs to a kind. */
[[noreturn]] inline void fail(serialref_status kind, const std::string& message, error_context context = {}) {
  switch (kind) {
    case SERIALREF_STATUS_GROUP_NOT_FOUND:
    case SERIALREF_STATUS_BATCH_NOT_FOUND:
    case SERIALREF_STATUS_REFERENCE_NOT_FOUND:
    case SERIALREF_STATUS_CLAIM_NOT_FOUND:
    case SERIALREF_STATUS_FIELD_NOT_FOUND:
      throw not_found(kind, message, std::move(context));
    case SERIALREF_STATUS_LIMIT_REACHED:
      throw limit_reached(kind, message, std::move(context));
    case SERIALREF_STATUS_SPACE_EXHAUSTED:
    case SERIALREF_STATUS_TOO_FEW_AVAILABLE:
      throw exhausted(kind, message, std::move(context));
    case SERIALREF_STATUS_TRANSITION_REFUSED:
      throw transition_refused(kind, message, std::move(context));
    case SERIALREF_STATUS_STORE_BUSY:
    case SERIALREF_STATUS_STORE_UNAVAILABLE:
      throw store_unavailable(kind, message, std::move(context));
    case SERIALREF_STATUS_OUTCOME_UNKNOWN:
      throw outcome_unknown(kind, message, std::move(context));
    case SERIALREF_STATUS_STORE_FOREIGN:
      throw foreign_error(kind, message, std::move(context));
    default:
      throw error(kind, message, std::move(context));
  }
}

/** How a store failed that throws an error of a kind. */
inline std::int32_t c_failure(serialref_status kind) noexcept {
  switch (kind) {
    case SERIALREF_STATUS_STORE_BUSY:
      return SERIALREF_FAILURE_BUSY;
    case SERIALREF_STATUS_STORE_UNAVAILABLE:
      return SERIALREF_FAILURE_UNAVAILABLE;
    case SERIALREF_STATUS_OUTCOME_UNKNOWN:
      return SERIALREF_FAILURE_OUTCOME_UNKNOWN;
    case SERIALREF_STATUS_STORE_CORRUPT:
      return SERIALREF_FAILURE_CORRUPT;
    case SERIALREF_STATUS_STORE_CONTRACT:
      return SERIALREF_FAILURE_CONTRACT;
    default:
      return SERIALREF_FAILURE_FOREIGN;
  }
}

/** Frees a handle of the C interface. */
template <class T, serialref_status (*Free)(T*)>
struct deleter {
  void operator()(T* handle) const noexcept { Free(handle); }
};

/** A handle of the C interface that is freed with its owner. */
template <class T, serialref_status (*Free)(T*)>
using handle = std::unique_ptr<T, deleter<T, Free>>;

using error_handle = handle<serialref_error, serialref_error_free>;
using list_handle = handle<serialref_list, serialref_list_free>;

/** A text for the C interface, valid as long as `text`. */
inline serialref_text c_text(std::string_view text) noexcept {
  serialref_text to;
  to.data = text.data();
  to.size = text.size();
  return to;
}

inline std::string_view view(serialref_text text) noexcept {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

inline std::string string(serialref_text text) { return std::string(view(text)); }

/** A number of the C interface, where 0 is none. */
template <class Number>
std::optional<Number> known(std::uint64_t value) noexcept {
  return value == 0 ? std::nullopt : std::optional<Number>(Number{value});
}

inline moment to_moment(std::int64_t microseconds) noexcept { return moment(std::chrono::microseconds(microseconds)); }

inline std::optional<moment> known_moment(std::int64_t microseconds) noexcept {
  return microseconds == 0 ? std::nullopt : std::optional<moment>(to_moment(microseconds));
}

/** A moment for the C interface, where 0 would be none; the microsecond before it is as good. */
inline std::int64_t c_moment(moment at) noexcept {
  const auto count = at.time_since_epoch().count();
  return count == 0 ? -1 : count;
}

/** A number for the C interface, where 0 would be none. */
inline std::uint64_t c_count(std::uint64_t count) noexcept { return count == 0 ? SERIALREF_ZERO : count; }

inline std::optional<std::uint64_t> known_count(std::uint64_t count) noexcept {
  if (count == 0) return std::nullopt;
  return count == SERIALREF_ZERO ? 0 : count;
}

inline request_id to_request(const serialref_request_id& from) noexcept {
  request_id id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = from.bytes[i];
  return id;
}

/** A request id for the C interface, where all zeros would be none. */
inline serialref_request_id c_request(const request_id& from) {
  if (from == request_id()) fail(SERIALREF_STATUS_REQUEST_ID_INVALID, "a request id of zeros is none; give another");
  serialref_request_id id{};
  for (std::size_t i = 0; i < from.bytes.size(); ++i) id.bytes[i] = from.bytes[i];
  return id;
}

/** The number of something that a caller names, where 0 would mean that nothing is named. */
template <class Number>
std::uint64_t named(Number id, serialref_status kind, const char* what) {
  if (id.value == 0) fail(kind, std::string("there is no ") + what + " 0; numbers count from 1");
  return id.value;
}

inline std::uint64_t named(group_id id) { return named(id, SERIALREF_STATUS_GROUP_NOT_FOUND, "group"); }
inline std::uint64_t named(batch_id id) { return named(id, SERIALREF_STATUS_BATCH_NOT_FOUND, "batch"); }
inline std::uint64_t named(claim_id id) { return named(id, SERIALREF_STATUS_CLAIM_NOT_FOUND, "claim"); }

inline detail to_record(const serialref_detail& from) {
  return {string(from.message), string(from.code), known<group_id>(from.group), known<row_id>(from.row),
          from.line == 0 ? std::nullopt : std::optional<std::uint64_t>(from.line)};
}

inline error_context to_context(const serialref_error* from, const serialref_error_info& info) {
  error_context context;
  context.source = string(info.source);
  context.subject = string(info.subject);
  context.group = known<group_id>(info.group);
  context.batch = known<batch_id>(info.batch);
  context.claim = known<claim_id>(info.claim);
  context.limit = info.limit;
  context.allowed = info.allowed;
  context.present = info.present;
  context.asked = info.asked;
  context.position = info.position;
  context.foreign_code = info.foreign_code;
  context.details.reserve(info.details);
  auto each = serialref_init<serialref_detail>();
  for (std::size_t i = 0; i < info.details && serialref_error_get_detail(from, i, &each) == SERIALREF_STATUS_OK; ++i) {
    context.details.push_back(to_record(each));
  }
  return context;
}

/** Throws what this thread's last call failed with. */
[[noreturn]] inline void fail_as_told(serialref_status kind) {
  serialref_error* taken = nullptr;
  (void)serialref_take_last_error(&taken);
  const error_handle owner(taken);
  auto info = serialref_init<serialref_error_info>();
  if (taken == nullptr || serialref_error_get_info(taken, &info) != SERIALREF_STATUS_OK) {
    fail(kind, std::string("the call failed with ") + serialref_status_name(kind));
  }
  fail(kind, string(info.message), to_context(taken, info));
}

inline void check(serialref_status status) {
  if (status != SERIALREF_STATUS_OK) fail_as_told(status);
}

/** Takes ownership of what a function of the C interface gives. */
template <class Handle, class Call>
Handle take(Call call) {
  typename Handle::pointer given = nullptr;
  check(call(&given));
  return Handle(given);
}

/** A text that a function of the C interface writes into a buffer of the caller's. */
template <class Call>
std::string written(std::size_t expected, Call call) {
  std::string text(expected, '\0');
  for (;;) {
    std::size_t needed = 0;
    const auto status = call(&text[0], text.size(), &needed);
    if (status != SERIALREF_STATUS_BUFFER_TOO_SMALL) check(status);
    // What is needed counts the NUL at the end too.
    text.resize(status == SERIALREF_STATUS_OK ? needed - 1 : needed);
    if (status == SERIALREF_STATUS_OK) return text;
  }
}

}  // namespace internal

inline request_id request_id::parse(std::string_view text) {
  serialref_request_id id{};
  internal::check(serialref_request_id_parse(internal::c_text(text), &id));
  return internal::to_request(id);
}

inline request_id request_id::of_text(std::string_view text) {
  serialref_request_id id{};
  internal::check(serialref_request_id_of_text(internal::c_text(text), &id));
  return internal::to_request(id);
}

inline std::string request_id::to_string() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

/** The version of the library that the program is running with, for example "0.1.0". */
inline std::string_view version() noexcept { return serialref_version(); }

/** The name of a kind of error for a line in a log, such as "LIMIT_REACHED"; "UNKNOWN" where it is none. */
inline std::string_view name_of(serialref_status kind) noexcept { return serialref_status_name(kind); }

/** The name of a state as it stands in events and files, such as "available"; empty where it is none. */
inline std::string_view name_of(state which) noexcept {
  return serialref_state_name(static_cast<std::int32_t>(which));
}

/** How many handles of the C interface are open: if it grows and grows, some object is never destroyed. */
inline std::uint64_t open_handles() noexcept { return serialref_open_handles(); }

/**
 * Whether the name of a group has a text anywhere, in any letter case: how stores of the caller's own search for names.
 */
inline bool name_contains(std::string_view name, std::string_view part) {
  std::int32_t contains = 0;
  internal::check(serialref_name_contains(internal::c_text(name), internal::c_text(part), &contains));
  return contains != 0;
}

// ---------------------------------------------------------------------------------------------- formats and limits

/**
 * Overwrites memory with zeros, also where a compiler would leave that out because nobody reads them: for copies of
 * keys, and texts of their digits.
 *
 * @param memory  The memory; it may be null where its size is 0.
 * @param size    How many bytes it has: up to 1 MiB.
 * @throws error  SERIALREF_STATUS_NULL_ARGUMENT or SERIALREF_STATUS_SIZE_INVALID.
 */
inline void wipe(void* memory, std::size_t size) { internal::check(serialref_wipe(memory, size)); }

/**
 * The secret key of a group of Keyed order: whoever has it can make the codes. It can be moved, not copied, and wipes
 * its bytes at the end of its life. Nothing here writes it to a stream.
 */
class key {
 public:
  /**
   * Draws a key from the operating system, for a program that keeps its keys itself. A registry draws those of its
   * groups where it is given none.
   *
   * @throws error  SERIALREF_STATUS_ENTROPY_UNAVAILABLE.
   */
  static key drawn() {
    key made;
    internal::check(serialref_key_draw(&made.c_));
    return made;
  }
  /**
   * The key of 64 hexadecimal digits, as expose_text() writes them; their letter case makes no difference. The text
   * stays with the caller, who wipes it.
   *
   * @throws error  SERIALREF_STATUS_KEY_INVALID for any other text.
   */
  static key parse(std::string_view digits) {
    key made;
    internal::check(serialref_key_parse(internal::c_text(digits), &made.c_));
    return made;
  }

  /**
   * The key of 32 random bytes. They stay with the caller, who wipes them. 32 equal bytes, as in memory that nobody
   * filled, are no key: calls that are given them throw.
   */
  explicit key(const std::array<std::uint8_t, 32>& bytes) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i) c_.bytes[i] = bytes[i];
  }
  key(const key&) = delete;
  key& operator=(const key&) = delete;
  /** Takes the bytes of another, which has none then. */
  key(key&& from) noexcept : c_(from.c_) { from.wipe(); }
  /** Takes the bytes of another, which has none then. */
  key& operator=(key&& from) noexcept {
    if (this != &from) {
      c_ = from.c_;
      from.wipe();
    }
    return *this;
  }
  ~key() { wipe(); }

  /** The bytes, for a vault. Whoever copies them wipes the copy, see serialref::wipe(). */
  std::array<std::uint8_t, 32> expose() const noexcept {
    std::array<std::uint8_t, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = c_.bytes[i];
    return bytes;
  }
  /**
   * The key as 64 hexadecimal digits, for a vault that keeps texts. They are the caller's, who wipes them, see
   * serialref::wipe().
   *
   * @throws error  SERIALREF_STATUS_KEY_INVALID where the bytes are no key.
   */
  std::string expose_text() const {
    return internal::written(2 * sizeof c_.bytes + 1, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_key_expose_text(&c_, buffer, capacity, needed);
    });
  }
  /**
   * Six hexadecimal digits that tell keys from one another and may be shown.
   *
   * @throws error  SERIALREF_STATUS_KEY_INVALID where the bytes are no key.
   */
  std::string check_value() const {
    return internal::written(7, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_key_check_value(&c_, buffer, capacity, needed);
    });
  }

  /** Whether both are the same; it takes as long wherever they differ. */
  friend bool operator==(const key& a, const key& b) noexcept {
    unsigned differing = 0;
    for (std::size_t i = 0; i < sizeof a.c_.bytes; ++i) {
      differing |= static_cast<unsigned>(a.c_.bytes[i] ^ b.c_.bytes[i]);
    }
    return differing == 0;
  }
  /** Whether they differ. */
  friend bool operator!=(const key& a, const key& b) noexcept { return !(a == b); }

  /** The same for the C interface, valid as long as this object. */
  const serialref_key& c_struct() const noexcept { return c_; }

 private:
  friend class registry;
  key() = default;
  void wipe() noexcept { (void)serialref_wipe(&c_, sizeof c_); }

  serialref_key c_{};
};

/** Which mistakes in codes a check scheme finds without exception. */
struct detections {
  bool single_substitutions = false;     /**< One character is another than it should be. */
  bool adjacent_transpositions = false;  /**< Two neighbours stand in each other's place. */
  bool jump_transpositions = false;      /**< Two with one between them stand in each other's place. */
  bool twin_substitutions = false;       /**< Two equal neighbours are two others that are equal. */
};

/**
 * The scheme that check_scheme::automatic stands for with an alphabet: one that finds all single substitutions and,
 * from 3 symbols on, all adjacent transpositions, with one more character of the same alphabet.
 *
 * @param symbols  The symbols of the body in the order of their values, as format_info::symbols has them.
 * @return The scheme.
 * @throws error  SERIALREF_STATUS_FORMAT_INVALID for what is no alphabet.
 */
inline check_scheme automatic_check_scheme(std::string_view symbols) {
  std::int32_t scheme = 0;
  internal::check(serialref_check_automatic(internal::c_text(symbols), &scheme));
  return static_cast<check_scheme>(scheme);
}

/**
 * Whether a check scheme can be used with an alphabet; check_scheme::none and automatic always can.
 *
 * @throws error  SERIALREF_STATUS_FORMAT_INVALID for what is no alphabet.
 */
inline bool fits(check_scheme scheme, std::string_view symbols) {
  std::int32_t fits = 0;
  internal::check(serialref_check_fits(static_cast<std::int32_t>(scheme), internal::c_text(symbols), &fits));
  return fits != 0;
}

/**
 * Which mistakes a check scheme finds without exception in codes of an alphabet, those that concern the check
 * characters included; none where it does not fit.
 *
 * @throws error  SERIALREF_STATUS_FORMAT_INVALID for what is no alphabet.
 */
inline detections detects(check_scheme scheme, std::string_view symbols) {
  auto c = serialref_init<serialref_detections>();
  internal::check(serialref_check_detects(static_cast<std::int32_t>(scheme), internal::c_text(symbols), &c));
  return {c.single_substitutions != 0, c.adjacent_transpositions != 0, c.jump_transpositions != 0,
          c.twin_substitutions != 0};
}

/**
 * The check characters that belong behind a body; empty for check_scheme::none.
 *
 * A symbol counts as much as its place in the alphabet, in the schemes of ISO/IEC 7064 as what it is.
 *
 * @throws error  SERIALREF_STATUS_FORMAT_INVALID for what is no alphabet, and where the scheme does not fit it;
 *                SERIALREF_STATUS_CODE_INVALID where the body has a character that is none of the symbols:
 *                context().position says where.
 */
inline std::string compute(check_scheme scheme, std::string_view symbols, std::string_view body) {
  return internal::written(3, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
    return serialref_check_compute(static_cast<std::int32_t>(scheme), internal::c_text(symbols), internal::c_text(body),
                                   buffer, capacity, needed);
  });
}

namespace internal {
class c_format_options;
}

/** What codes are to look like: prefix, body and suffix. The default is 25 random characters of 0-9 and A-Z. */
class format_options {
 public:
  /** The symbols of the body. */
  format_options& preset(serialref::preset symbols) {
    c_.preset = static_cast<std::int32_t>(symbols);
    return *this;
  }
  /** The symbols of the body in the order of their values, instead of a preset: 2 to 94 characters from ! to ~. */
  format_options& symbols(std::string_view symbols) { return set(symbols_, symbols, "the alphabet has no symbols"); }
  /** Symbols to leave out. */
  format_options& exclude(std::string_view symbols) {
    exclude_ = symbols;
    return *this;
  }
  /** How many characters the body has: 1 to 64. */
  format_options& length(std::size_t characters) {
    if (characters == 0) internal::fail(SERIALREF_STATUS_FORMAT_INVALID, "the body has no characters; give it 1 to 64");
    c_.length = characters;
    return *this;
  }
  /** Bodies are counted from this number on instead of drawn. */
  format_options& sequential(std::uint64_t start = 1) {
    c_.order = SERIALREF_ORDER_SEQUENTIAL;
    c_.start = internal::c_count(start);
    return *this;
  }
  /**
   * Bodies are counted and permuted by the secret key of the group: no order can be seen, and registry::decode() finds
   * the counter of a code.
   */
  format_options& keyed() {
    c_.order = SERIALREF_ORDER_KEYED;
    c_.start = 0;
    return *this;
  }
  /** What every code begins with: up to 32 characters from ! to ~. */
  format_options& prefix(std::string_view text) {
    prefix_ = text;
    return *this;
  }
  /** What every code ends with: up to 32 characters from ! to ~. */
  format_options& suffix(std::string_view text) {
    suffix_ = text;
    return *this;
  }
  /** What follows the body to find mistyped codes; the default is check_scheme::none. */
  format_options& check(check_scheme scheme) {
    c_.check = static_cast<std::int32_t>(scheme);
    return *this;
  }
  /**
   * Shown to people, body and check characters have a hyphen or a space after so many characters, 1 to 64; see
   * format::show(). An alphabet that has the separator as a symbol refuses it.
   */
  format_options& grouping(std::uint32_t every, char separator = '-') {
    if (every == 0) internal::fail(SERIALREF_STATUS_FORMAT_INVALID, "groups have no characters; give them 1 or more");
    c_.group_every = every;
    separator_ = separator;
    return *this;
  }
  /**
   * Words that must not appear in a code: up to 1000, of 2 to 32 characters. Letter case makes no difference, nor do 0
   * O, 1 I L, 2 Z, 5 S and 8 B.
   */
  format_options& skip_words(std::vector<std::string> words) {
    skip_words_ = std::move(words);
    return *this;
  }
  /**
   * A random guess must hit a live code less often than once in so many times, and what would pass that is refused like
   * a limit. Rules for medicines and tobacco in Europe demand 10,000.
   */
  format_options& guesses_below_one_in(std::uint64_t times) {
    if (times == 0) {
      internal::fail(SERIALREF_STATUS_FORMAT_INVALID, "once in 0 guesses is nothing; demand once in 1 or more");
    }
    c_.guesses_below_one_in = times;
    return *this;
  }

 private:
  friend class internal::c_format_options;
  format_options& set(std::string& member, std::string_view text, const char* fault) {
    if (text.empty()) internal::fail(SERIALREF_STATUS_FORMAT_INVALID, fault);
    member = text;
    return *this;
  }

  serialref_format_options c_ = serialref_init<serialref_format_options>();
  std::string symbols_, exclude_, prefix_, suffix_, separator_;
  std::vector<std::string> skip_words_;
};

namespace internal {

/** Options for the C interface, valid as long as this object and the options. */
class c_format_options {
 public:
  explicit c_format_options(const format_options& from) : c_(from.c_) {
    skip_words_.reserve(from.skip_words_.size());
    for (const auto& word : from.skip_words_) skip_words_.push_back(c_text(word));
    c_.symbols = c_text(from.symbols_);
    c_.exclude = c_text(from.exclude_);
    c_.prefix = c_text(from.prefix_);
    c_.suffix = c_text(from.suffix_);
    c_.separator = c_text(from.separator_);
    c_.skip_words = skip_words_.data();
    c_.skip_words_count = skip_words_.size();
  }
  c_format_options(const c_format_options&) = delete;
  c_format_options& operator=(const c_format_options&) = delete;

  const serialref_format_options* get() const noexcept { return &c_; }

 private:
  serialref_format_options c_;
  std::vector<serialref_text> skip_words_;
};

}  // namespace internal

/** What codes of a format look like, in numbers. */
struct format_info {
  std::string symbols;             /**< The symbols of the body in the order of their values. */
  std::string prefix;              /**< What every code begins with. */
  std::string suffix;              /**< What every code ends with. */
  std::size_t length = 0;          /**< How many characters the body has. */
  std::size_t width = 0;           /**< How many characters a code has. */
  std::uint64_t capacity = 0;      /**< How many codes there can ever be; UINT64_MAX where that many or more. */
  double bits = 0;                 /**< The logarithm of the capacity to base 2. */
  std::uint64_t start = 0;         /**< The first number of a sequential format. */
  std::uint64_t fingerprint = 0;   /**< The same for equal formats, in every version of the library. */
  serialref::order order{};        /**< How bodies are chosen. */
  check_scheme check{};            /**< What follows the body to find mistyped codes: the scheme that was chosen. */
  /** How many live references a group may have before a guess is too easy; nothing where any number may live. */
  std::optional<std::uint64_t> most_live;
  bool is_unguessable = false;     /**< Whether codes cannot be guessed by who has seen some of them. */
};

/** What the codes of a group look like. It never changes; copies are one and the same format. */
class format {
 public:
  /**
   * Makes a format.
   *
   * @throws error  SERIALREF_STATUS_FORMAT_INVALID; details() has everything that is wrong with it.
   */
  format(const format_options& options = {}) {
    const internal::c_format_options c(options);
    serialref_format* made = nullptr;
    internal::check(serialref_format_new(c.get(), &made));
    handle_.reset(made, serialref_format_free);
  }

  /** Its properties. */
  format_info info() const {
    auto c = serialref_init<serialref_format_info>();
    internal::check(serialref_format_get_info(handle_.get(), &c));
    format_info info;
    info.symbols = internal::string(c.symbols);
    info.prefix = internal::string(c.prefix);
    info.suffix = internal::string(c.suffix);
    info.length = c.length;
    info.width = c.width;
    info.capacity = c.capacity;
    info.bits = c.bits;
    info.start = c.start;
    info.fingerprint = c.fingerprint;
    info.order = static_cast<serialref::order>(c.order);
    info.check = static_cast<check_scheme>(c.check);
    if (c.most_live != UINT64_MAX) info.most_live = c.most_live;
    info.is_unguessable = c.is_unguessable != 0;
    return info;
  }

  /**
   * Checks that a text looks like a code of this format. It says nothing about whether it was issued.
   *
   * @throws error  SERIALREF_STATUS_CODE_INVALID; what() says why it does not.
   */
  void check(std::string_view code) const {
    internal::check(serialref_format_check(handle_.get(), internal::c_text(code)));
  }

  /** Whether a text looks like a code of this format. */
  bool matches(std::string_view code) const {
    const auto status = serialref_format_check(handle_.get(), internal::c_text(code));
    if (status != SERIALREF_STATUS_CODE_INVALID) internal::check(status);
    return status == SERIALREF_STATUS_OK;
  }

  /**
   * What a person typed, as a code of this format: without white space and hyphens that the format does not have, in
   * its letter case, and with 0 for O and 1 for I and L where that is the only way to read it.
   *
   * @throws error  SERIALREF_STATUS_CODE_INVALID where it is no code of the format. what() says why; context().subject
   *                has it as a word, such as "length", "symbol" or "check", and context().position where it is, counted
   *                without the spaces and hyphens that people add; 0 where no single character is wrong.
   */
  std::string validate(std::string_view typed) const {
    return internal::written(typed.size() + 1, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_format_validate(handle_.get(), internal::c_text(typed), buffer, capacity, needed);
    });
  }

  /**
   * What a person typed, as this format writes it, as far as that is clear: what validate() makes of it before it
   * judges. It need be no code. Where length, prefix or suffix are others it stays as it was typed, without white space
   * around it and in the format's letter case.
   */
  std::string canonical(std::string_view typed) const {
    return internal::written(typed.size() + 1, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_format_canonical(handle_.get(), internal::c_text(typed), buffer, capacity, needed);
    });
  }

  /** A code as it is shown to people, in the groups of this format. */
  std::string show(std::string_view code) const {
    return internal::written(2 * code.size() + 1, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_format_show(handle_.get(), internal::c_text(code), buffer, capacity, needed);
    });
  }

  /**
   * The fewest characters of this format's alphabet that a body needs so that a guess is hard enough.
   *
   * @param live    How many live references there are to be.
   * @param one_in  A random guess is to hit one less often than once in so many times.
   * @return The length; nothing where not even 64 characters are enough.
   */
  std::optional<std::size_t> shortest_length(std::uint64_t live, std::uint64_t one_in) const {
    std::size_t length = 0;
    internal::check(serialref_format_shortest_length(handle_.get(), live, one_in, &length));
    return length == 0 ? std::nullopt : std::optional<std::size_t>(length);
  }

  /** The handle of the C interface, which stays this object's. */
  serialref_format* native_handle() const noexcept { return handle_.get(); }

 private:
  friend class registry;
  explicit format(serialref_format* owned) : handle_(owned, serialref_format_free) {}

  std::shared_ptr<serialref_format> handle_;
};

/**
 * Limits that issuing enforces, of a registry or of a group. A limit that is not set is as it was, or, for a group,
 * that of the registry. serialref::unlimited is none; with 0, nothing can be issued.
 */
class limits {
 public:
  /** Live references in a group; the default is 1000. */
  limits& max_live(std::uint64_t count) { return set(&serialref_limits::max_live, count); }
  /** References in one batch call; the default is 500. */
  limits& max_batch(std::uint64_t count) { return set(&serialref_limits::max_batch, count); }
  /** Groups in the registry; the default is unlimited. Groups do not have it. */
  limits& max_groups(std::uint64_t count) { return set(&serialref_limits::max_groups, count); }
  /** Fields in a group; the default is 32. */
  limits& max_fields(std::uint64_t count) { return set(&serialref_limits::max_fields, count); }
  /** Characters of an attribute's value; the default is 1000. */
  limits& max_value(std::uint64_t count) { return set(&serialref_limits::max_value, count); }
  /** The least characters of a search term; the default is 3. It cannot be unlimited. */
  limits& min_search_term(std::uint64_t count) { return set(&serialref_limits::min_search_term, count); }

  /** What was set, if anything. */
  std::optional<std::uint64_t> max_live() const { return internal::known_count(c_.max_live); }
  /** What was set, if anything. */
  std::optional<std::uint64_t> max_batch() const { return internal::known_count(c_.max_batch); }
  /** What was set, if anything. */
  std::optional<std::uint64_t> max_groups() const { return internal::known_count(c_.max_groups); }
  /** What was set, if anything. */
  std::optional<std::uint64_t> max_fields() const { return internal::known_count(c_.max_fields); }
  /** What was set, if anything. */
  std::optional<std::uint64_t> max_value() const { return internal::known_count(c_.max_value); }
  /** What was set, if anything. */
  std::optional<std::uint64_t> min_search_term() const { return internal::known_count(c_.min_search_term); }

  /** The same for the C interface. */
  serialref_limits c_struct() const noexcept { return c_; }
  /** From what the C interface gives. */
  static limits from_c(const serialref_limits& from) noexcept {
    limits to;
    to.c_ = from;
    return to;
  }

 private:
  limits& set(std::uint64_t serialref_limits::* member, std::uint64_t count) {
    c_.*member = internal::c_count(count);
    return *this;
  }

  serialref_limits c_ = serialref_init<serialref_limits>();
};

namespace internal {
class c_open_options;
}

/** How a registry is to be opened. */
class open_options {
 public:
  /** The limits of the registry. */
  open_options& limits(const serialref::limits& limits) {
    limits_ = limits;
    return *this;
  }
  /**
   * How long calls wait for a store that another process is writing to; by default 10 s for SQLite, 5 s for PostgreSQL.
   */
  open_options& patience(std::chrono::milliseconds time) {
    if (time.count() < 0) {
      internal::fail(SERIALREF_STATUS_OPTION_INVALID, "the patience is negative; give it 0 ms or more");
    }
    // 0 would be the default; a millisecond is as good as none.
    c_.patience_ms = time.count() == 0 ? 1 : static_cast<std::uint64_t>(time.count());
    return *this;
  }
  /** For PostgreSQL: how many connections are kept at most; the default is 8. */
  open_options& pool_size(std::uint32_t connections) {
    if (connections == 0) internal::fail(SERIALREF_STATUS_OPTION_INVALID, "a pool needs at least 1 connection");
    c_.pool_size = connections;
    return *this;
  }
  /** For SQLite: what an acknowledged call outlives; the default is durability::full. */
  open_options& durability(serialref::durability durability) {
    c_.durability = static_cast<std::int32_t>(durability);
    return *this;
  }
  /** For SQLite: a file that does not exist is an error rather than created. */
  open_options& must_exist() {
    c_.must_exist = 1;
    return *this;
  }

 private:
  friend class internal::c_open_options;
  serialref_open_options c_ = serialref_init<serialref_open_options>();
  serialref::limits limits_;
};

namespace internal {

/** Options for the C interface, valid as long as this object and the options. */
class c_open_options {
 public:
  explicit c_open_options(const open_options& from)
      : c_(from.c_), limits_(from.limits_.c_struct()) {
    c_.limits = &limits_;
  }
  c_open_options(const c_open_options&) = delete;
  c_open_options& operator=(const c_open_options&) = delete;

  const serialref_open_options* get() const noexcept { return &c_; }

 private:
  serialref_open_options c_;
  serialref_limits limits_;
};

}  // namespace internal

// ----------------------------------------------------------------------------------------------------------- groups

/** A field of a group: references can have a value of it. */
class new_field {
 public:
  /** A field of a name: 1 to 200 characters, unlike those of the group's other fields. */
  new_field(std::string_view name) : name_(name) {}
  /** A field of a name. */
  new_field(const char* name) : name_(name) {}

  /** The value of references that are given none. */
  new_field& default_value(std::string_view value) {
    default_ = value;
    return *this;
  }
  /** Customers may see its values. */
  new_field& visible_to_customers() {
    c_.is_public = 1;
    return *this;
  }

  /** The same for the C interface, valid as long as this object. */
  serialref_new_field c_struct() const {
    auto c = c_;
    c.name = internal::c_text(name_);
    c.default_value = internal::c_text(default_);
    return c;
  }

 private:
  serialref_new_field c_ = serialref_init<serialref_new_field>();
  std::string name_, default_;
};

/** A group to be created. */
class new_group {
 public:
  /**
   * One that issues one reference at a time. The name has 1 to 200 characters and is unlike those of all other groups.
   */
  static new_group continuous(std::string_view name) { return new_group(serialref::kind::continuous, name); }
  /** One that issues batches. The name has 1 to 200 characters and is unlike those of all other groups. */
  static new_group batch(std::string_view name) { return new_group(serialref::kind::batch, name); }

  /** Its description. */
  new_group& description(std::string_view text) {
    description_ = text;
    return *this;
  }
  /** What its codes look like; the default is 25 random characters of 0-9 and A-Z. It never changes. */
  new_group& format(const serialref::format& format) {
    format_ = format;
    return *this;
  }
  /** For Keyed order: the secret key. Without one, the registry draws it. Copies of these options share it. */
  new_group& key(serialref::key secret) {
    key_ = std::make_shared<const serialref::key>(std::move(secret));
    return *this;
  }
  /** Where its codes are unique; the default is scope::registry. It never changes. */
  new_group& unique_in(serialref::scope scope) {
    c_.scope = static_cast<std::int32_t>(scope);
    return *this;
  }
  /** Its own limits; those that are not set are the registry's. */
  new_group& limits(const serialref::limits& limits) {
    limits_ = limits;
    return *this;
  }
  /** One more field that its references have a value of. */
  new_group& field(const new_field& field) {
    fields_.push_back(field);
    return *this;
  }
  /**
   * The warranty of its references: "none" or for example "24 months from commissioned", see
   * registry::set_group_warranty().
   */
  new_group& warranty(std::string_view text) {
    warranty_ = text;
    return *this;
  }
  /** What customers see as the product's name; otherwise they see none. */
  new_group& public_name(std::string_view text) {
    public_name_ = text;
    return *this;
  }
  /** What customers see as the product's description. */
  new_group& public_description(std::string_view text) {
    public_description_ = text;
    return *this;
  }
  /** Fewer available references than this are reported as low stock. */
  new_group& low_stock(std::uint64_t threshold) {
    c_.low_stock = threshold;
    return *this;
  }

 private:
  friend class registry;
  new_group(serialref::kind kind, std::string_view name) : name_(name) { c_.kind = static_cast<std::int32_t>(kind); }

  serialref_new_group c_ = serialref_init<serialref_new_group>();
  std::string name_, description_, warranty_, public_name_, public_description_;
  std::optional<serialref::format> format_;
  std::shared_ptr<const serialref::key> key_;
  serialref::limits limits_;
  std::vector<new_field> fields_;
};

/** How many references are in each state. */
class state_counts {
 public:
  /** None in any state. */
  state_counts() = default;
  /** From what the C interface gives. */
  explicit state_counts(const std::uint64_t (&in_state)[9]) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = in_state[i];
  }
  /** How many are in a state. */
  std::uint64_t operator[](state which) const noexcept {
    const auto index = static_cast<std::size_t>(which);
    return index < counts_.size() ? counts_[index] : 0;
  }

 private:
  std::array<std::uint64_t, 9> counts_{};
};

/** A group. */
struct group {
  group_id id;                       /**< Its number in the registry. */
  std::string name;                  /**< Its name. */
  std::string description;           /**< Its description. */
  std::string public_name;           /**< What customers see as the product's name. */
  std::string public_description;    /**< What customers see as the product's description. */
  /** The warranty of its references, in the words of registry::set_group_warranty(). */
  std::string warranty;
  serialref::kind kind{};            /**< How it issues. */
  serialref::scope scope{};          /**< Where its codes are unique. */
  moment created_at{};               /**< When it was created. */
  serialref::limits limits;          /**< Its own limits; those that are not set are the registry's. */
  std::uint64_t low_stock = 0;       /**< Fewer available references than this are low stock; 0 where nothing is. */
  std::uint64_t live = 0;            /**< How many references are live. */
  std::uint64_t issued = 0;          /**< How many were ever issued. */
  /** How many codes its format could ever make; UINT64_MAX where that many or more. */
  std::uint64_t capacity = 0;
  std::uint64_t events = 0;          /**< How many events it has; the newest has this number. */
  std::uint64_t revision = 0;        /**< How often it was changed. */
  state_counts counts;               /**< How many live references are in each state. */
};

/** A field of a group. */
struct field {
  std::uint64_t id = 0;         /**< Its number in the group. */
  std::string name;             /**< Its name. */
  std::string default_value;    /**< The value of references that were given none. */
  bool is_public = false;       /**< Whether customers may see its values. */
  bool is_retired = false;      /**< Whether it is not used any more. */
};

/** A batch of a group. */
struct batch {
  group_id group;               /**< The group it belongs to. */
  batch_id id;                  /**< Its number in the group. */
  std::string name;             /**< Its name. */
  moment created_at{};          /**< When it was issued. */
  row_id first_row;             /**< The row of its first reference; the others follow it. */
  std::uint64_t size = 0;       /**< How many references were issued with it. */
  std::uint64_t live = 0;       /**< How many of them are live. */
};

// ------------------------------------------------------------------------------------------------------- references

/** A reference. */
struct reference {
  group_id group;                  /**< The group it belongs to. */
  row_id row;                      /**< Its number in the group, in the order of issue. */
  std::optional<batch_id> batch;   /**< The batch it was issued with; none in a Continuous group. */
  std::optional<claim_id> claim;   /**< The claim that holds it. */
  moment created_at{};             /**< When it was issued. */
  serialref::state state{};        /**< What became of it. */
  std::string code;                /**< Its code. */
};

/** The value that a reference has of a field. */
struct attribute {
  std::string name;          /**< The name of the field. */
  std::string value;         /**< The value. */
  bool is_public = false;    /**< Whether customers may see it. */
};

/** How far the warranty of a product is. */
struct warranty {
  warranty_status status{};       /**< How far it is. */
  std::optional<moment> start;    /**< When it begins, where that is known. */
  std::optional<moment> end;      /**< When it ends. */
};

/** Something that happened to a group or to references of it. */
struct event {
  group_id group;                         /**< The group. */
  event_id id;                            /**< Its number in the group. */
  moment at{};                            /**< When it happened. */
  serialref::change change{};             /**< What happened. */
  std::optional<row_id> row;              /**< The reference, or the first one that was issued. */
  std::uint64_t count = 0;                /**< How many references were issued, or went with the group. */
  std::optional<batch_id> batch;          /**< The batch they were issued with. */
  std::optional<claim_id> claim;          /**< The claim for which the reference was allocated. */
  std::optional<std::uint64_t> field;     /**< The field whose value was set. */
  std::string setting;                    /**< The setting of the group that was changed. */
  std::string from;                       /**< The state, value or setting before. */
  std::string to;                         /**< The state, value or setting after. */
  std::string actor;                      /**< Who made the change. */
  std::string reason;                     /**< Why. */
  std::string note;                       /**< What else was noted. */
};

/** How many references there are. */
struct inventory {
  state_counts counts;               /**< How many live references are in each state. */
  std::optional<reference> next;     /**< The available reference that a claim would get first, in a group or batch. */
};

/** How many references of a group are available. */
struct stock {
  std::uint64_t available = 0;    /**< How many. */
  bool is_low = false;            /**< Whether that is less than the group's threshold. */
};

// --------------------------------------------------------------------------------------- which, and what to do with it

/** Which part of a listing to give: the first 100 records, unless said otherwise. */
class paging {
 public:
  /** Records per page: 1 to 10,000. */
  paging& size(std::uint32_t records) {
    if (records == 0) internal::fail(SERIALREF_STATUS_PAGE_INVALID, "a page has no records; ask for 1 to 10,000");
    c_.size = records;
    return *this;
  }
  /** The newest first. */
  paging& newest_first() {
    c_.direction = SERIALREF_DIRECTION_NEWEST_FIRST;
    return *this;
  }
  /** What follows the place that page::next named, which is stable while others issue and delete. */
  paging& after(std::string_view cursor) {
    if (cursor.empty()) {
      internal::fail(SERIALREF_STATUS_CURSOR_INVALID, "the cursor is empty; there is no further page");
    }
    cursor_ = cursor;
    return *this;
  }
  /** The page of a number, counted from 1. It comes with a total. */
  paging& page(std::uint64_t page_number) {
    if (page_number == 0) internal::fail(SERIALREF_STATUS_PAGE_INVALID, "there is no page 0; pages count from 1");
    c_.page_number = page_number;
    return *this;
  }

  /** Whether a page was asked for by its number. */
  bool is_numbered() const noexcept { return c_.page_number != 0; }
  /** The same for the C interface, valid as long as this object. */
  serialref_paging c_struct() const {
    auto c = c_;
    c.cursor = internal::c_text(cursor_);
    return c;
  }

 private:
  serialref_paging c_ = serialref_init<serialref_paging>();
  std::string cursor_;
};

/**
 * Which references to list, change, export or delete; all conditions hold together. Without any, it is every live one.
 */
class filter {
 public:
  /** Those of one group. */
  filter& group(group_id id) {
    c_.group = internal::named(id);
    return *this;
  }
  /** Those of one batch. */
  filter& batch(group_id group_of_it, batch_id id) {
    c_.batch = internal::named(id);
    return group(group_of_it);
  }
  /**
   * Those whose code has this text anywhere, in any letter case; of at least 3 characters unless limits say otherwise.
   */
  filter& containing(std::string_view term) {
    if (term.empty()) {
      internal::fail(SERIALREF_STATUS_SEARCH_TERM_TOO_SHORT, "the search term is empty; type more characters");
    }
    term_ = term;
    return *this;
  }
  /** Those issued at this moment or later. */
  filter& created_from(moment from) {
    c_.created_from = internal::c_moment(from);
    return *this;
  }
  /** Those issued before this moment. */
  filter& created_before(moment before) {
    c_.created_before = internal::c_moment(before);
    return *this;
  }
  /** Those in one state. */
  filter& in_state(serialref::state state) {
    if (static_cast<std::int32_t>(state) == 0) {
      internal::fail(SERIALREF_STATUS_ENUM_INVALID, "this is no state; name one");
    }
    c_.state = static_cast<std::int32_t>(state);
    return *this;
  }
  /** Those that have exactly this value in a field, the default included; name the group too. */
  filter& having(std::string_view field, std::string_view value) {
    if (field.empty()) internal::fail(SERIALREF_STATUS_FIELD_NOT_FOUND, "the name of the field is empty; name one");
    field_ = field;
    value_ = value;
    return *this;
  }

  /** The same for the C interface, valid as long as this object. */
  serialref_filter c_struct() const {
    auto c = c_;
    c.term = internal::c_text(term_);
    c.field = internal::c_text(field_);
    c.value = internal::c_text(value_);
    return c;
  }

 private:
  serialref_filter c_ = serialref_init<serialref_filter>();
  std::string term_, field_, value_;
};

class registry;
class store;

namespace internal {
class selected;
inline serialref_store table_of(std::unique_ptr<store> owned);
}

/** Which references a change is for: those with certain codes, certain ones that were read, or those a filter finds. */
class selection {
 public:
  /** Those that a filter finds. */
  selection(serialref::filter filter) : filter_(std::move(filter)) {}

  /** The one with a code. */
  static selection code(std::string_view code) { return codes({code}); }
  /** Those with certain codes. */
  static selection codes(std::initializer_list<std::string_view> codes) {
    return selection::codes<std::initializer_list<std::string_view>>(codes);
  }
  /** Those with certain codes, from any range of texts, such as serialref::codes. */
  template <class Range>
  static selection codes(const Range& codes) {
    selection made;
    for (const auto& code : codes) made.codes_.emplace_back(std::string_view(code));
    return made;
  }
  /** Certain ones that were read, from any range of serialref::reference. */
  template <class Range>
  static selection references(const Range& references) {
    selection made;
    made.by_place_ = true;
    for (const auto& each : references) made.places_.push_back({each.group.value, each.row.value});
    return made;
  }
  /** One that was read. */
  static selection reference(const serialref::reference& one) {
    selection made;
    made.by_place_ = true;
    made.places_.push_back({one.group.value, one.row.value});
    return made;
  }

  /** Of codes, those of one group, where several groups have the same. */
  selection& in(group_id id) {
    group_ = internal::named(id);
    return *this;
  }

 private:
  friend class internal::selected;
  selection() = default;

  std::optional<serialref::filter> filter_;
  std::vector<std::string> codes_;
  std::vector<serialref_place> places_;
  std::uint64_t group_ = 0;
  bool by_place_ = false;
};

/** A value that references get of a field. The texts are used during the call only. */
struct field_value {
  std::string_view field;    /**< The name of the field. */
  std::string_view value;    /**< The value. */
};

namespace internal {

/** A selection for the C interface, valid as long as this object and the selection. */
class selected {
 public:
  explicit selected(const selection& from) {
    // An empty list is given too: it must not be NULL, which would be none.
    static const serialref_text no_codes{};
    static const serialref_place no_places{};
    if (from.filter_) {
      filter_ = from.filter_->c_struct();
      c_.filter = &filter_;
    } else if (from.by_place_) {
      c_.places = from.places_.empty() ? &no_places : from.places_.data();
      c_.places_count = from.places_.size();
    } else {
      texts_.reserve(from.codes_.size());
      for (const auto& code : from.codes_) texts_.push_back(c_text(code));
      c_.codes = texts_.empty() ? &no_codes : texts_.data();
      c_.codes_count = texts_.size();
    }
    c_.group = from.group_;
  }
  selected(const selected&) = delete;
  selected& operator=(const selected&) = delete;

  const serialref_selection* get() const noexcept { return &c_; }

 private:
  serialref_selection c_ = serialref_init<serialref_selection>();
  serialref_filter filter_ = serialref_init<serialref_filter>();
  std::vector<serialref_text> texts_;
};

/** Values for the C interface, valid as long as those they are made of. */
template <class Values>
std::vector<serialref_value> c_values(const Values& values) {
  std::vector<serialref_value> to;
  to.reserve(values.size());
  for (const auto& [field, value] : values) to.push_back({c_text(field), c_text(value)});
  return to;
}

/** What references and batches to be issued have in common. */
template <class Self>
class new_issue {
 public:
  /** The id of the request, which makes the call safe to repeat. */
  Self& request(const request_id& id) {
    c_.request_id = c_request(id);
    return self();
  }
  /** A value that all of them get in a field. */
  Self& attribute(std::string_view field, std::string_view value) {
    values_.emplace_back(field, value);
    return self();
  }

 protected:
  new_issue() = default;
  Self& self() noexcept { return static_cast<Self&>(*this); }

  serialref_issue_options c_ = serialref_init<serialref_issue_options>();
  std::string name_;

 private:
  friend class serialref::registry;
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace internal

/** A reference to be issued. */
class new_reference : public internal::new_issue<new_reference> {};

/** A batch to be issued. */
class new_batch : public internal::new_issue<new_batch> {
 public:
  /** So many references: 1 to the limit, which is 500 unless it was changed. */
  new_batch(std::uint64_t count) : count_(count) {}

  /** Its name, 1 to 200 characters; the default is the date and time. */
  new_batch& name(std::string_view name) {
    if (name.empty()) {
      internal::fail(SERIALREF_STATUS_NAME_INVALID, "the name of a batch is empty; leave it out or name it");
    }
    name_ = name;
    return *this;
  }

 private:
  friend class registry;
  std::uint64_t count_;
};

/** References to be claimed. */
class new_claim {
 public:
  /** So many references: 1 to 10,000,000. */
  new_claim(std::uint64_t count) { c_.count = count; }

  /** For whom: a line, station or order of 1 to 200 characters; the default is the actor of registry::acting_as(). */
  new_claim& holder(std::string_view name) {
    if (name.empty()) {
      internal::fail(SERIALREF_STATUS_HOLDER_REQUIRED, "the holder is empty; say for whom the claim is");
    }
    holder_ = name;
    return *this;
  }
  /** From one batch only. */
  new_claim& from_batch(batch_id id) {
    c_.batch = internal::named(id);
    return *this;
  }
  /** After this time what was not used is available again. */
  new_claim& expires_after(std::chrono::milliseconds time) {
    if (time.count() <= 0) {
      internal::fail(SERIALREF_STATUS_TIMESTAMP_INVALID, "the claim would expire at once; give it more time");
    }
    c_.expires_after_ms = static_cast<std::uint64_t>(time.count());
    return *this;
  }
  /** From this moment on what was not used is available again. */
  new_claim& expires_at(moment at) {
    c_.expires_at = internal::c_moment(at);
    return *this;
  }
  /** The id of the request, which makes the call safe to repeat. */
  new_claim& request(const request_id& id) {
    c_.request_id = internal::c_request(id);
    return *this;
  }

  /** The same for the C interface, valid as long as this object. */
  serialref_new_claim c_struct() const {
    auto c = c_;
    c.holder = internal::c_text(holder_);
    return c;
  }

 private:
  serialref_new_claim c_ = serialref_init<serialref_new_claim>();
  std::string holder_;
};

/** To which state references are to come. */
class transition {
 public:
  /** To a state. */
  transition(serialref::state to) { c_.state = static_cast<std::int32_t>(to); }
  /** To state::commissioned once more, for decommissioned references, which is never done otherwise. */
  static transition recommission() {
    transition again(serialref::state::commissioned);
    again.c_.again = 1;
    return again;
  }

  /** Only if this claim still holds all of them. Lines that work with claims should always say so. */
  transition& held_by(claim_id id) {
    c_.held_by = internal::named(id);
    return *this;
  }
  /** The id of the request, which makes the call safe to repeat. */
  transition& request(const request_id& id) {
    c_.request_id = internal::c_request(id);
    return *this;
  }

  /** The same for the C interface. */
  const serialref_transition_options& c_struct() const noexcept { return c_; }

 private:
  serialref_transition_options c_ = serialref_init<serialref_transition_options>();
};

/** What to import, and how: CSV with codes, unless said otherwise. */
class import_options {
 public:
  /** How the file is written. */
  import_options& file(file_format format) {
    c_.file = static_cast<std::int32_t>(format);
    return *this;
  }
  /** The file has no codes, and the group issues one for each row. */
  import_options& issue_codes() {
    c_.issue_codes = 1;
    return *this;
  }
  /** The name of the batch that a Batch group makes of the file. */
  import_options& batch_name(std::string_view name) {
    batch_name_ = name;
    return *this;
  }
  /** The id of the request; by default one that is made of the file's content. */
  import_options& request(const request_id& id) {
    c_.request_id = internal::c_request(id);
    return *this;
  }

  /** The same for the C interface, valid as long as this object. */
  serialref_import_options c_struct() const {
    auto c = c_;
    c.batch_name = internal::c_text(batch_name_);
    return c;
  }

 private:
  serialref_import_options c_ = serialref_init<serialref_import_options>();
  std::string batch_name_;
};

// ----------------------------------------------------------------------------------------------- what calls return

/**
 * The codes of a batch or import in the order of issue, or those of counters. A handle that outlives what it came from;
 * texts are valid as long as it is.
 */
class codes {
 public:
  /** Goes through codes. */
  class iterator {
   public:
    using value_type = std::string_view;            /**< A code. */
    using reference = std::string_view;             /**< A code. */
    using pointer = void;                           /**< None. */
    using difference_type = std::ptrdiff_t;         /**< Between two places. */
    using iterator_category = std::input_iterator_tag;   /**< Of C++17: what it gives is no C++ reference. */
    using iterator_concept = std::forward_iterator_tag;  /**< Of C++20. */

    /** Belongs to no codes. */
    iterator() = default;
    /** The code here. */
    std::string_view operator*() const { return (*codes_)[index_]; }
    /** The next one. */
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    /** The next one; returns this one. */
    iterator operator++(int) noexcept {
      const auto before = *this;
      ++index_;
      return before;
    }
    /** Whether both are at the same place. */
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }
    /** Whether they are not. */
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    friend class codes;
    iterator(const codes* of, std::size_t index) noexcept : codes_(of), index_(index) {}

    const codes* codes_ = nullptr;
    std::size_t index_ = 0;
  };
  using const_iterator = iterator;         /**< Codes do not change. */
  using value_type = std::string_view;     /**< A code. */

  /** How many there are. */
  std::size_t size() const noexcept { return size_; }
  /** Whether there is none. */
  bool empty() const noexcept { return size_ == 0; }
  /** How many characters each has. */
  std::size_t width() const noexcept { return width_; }
  /**
   * One of them, from 0 on. Its data() ends with a NUL.
   *
   * @throws error  SERIALREF_STATUS_INDEX_INVALID.
   */
  std::string_view operator[](std::size_t index) const {
    serialref_text code{};
    internal::check(serialref_codes_get(handle_.get(), index, &code));
    return internal::view(code);
  }
  /** The first. */
  iterator begin() const noexcept { return iterator(this, 0); }
  /** Behind the last. */
  iterator end() const noexcept { return iterator(this, size_); }

  /** The handle of the C interface, which stays this object's. */
  serialref_codes* native_handle() const noexcept { return handle_.get(); }

 private:
  friend class code_sequence;
  friend class registry;
  friend class review;
  explicit codes(serialref_codes* owned) : handle_(owned) {
    internal::check(serialref_codes_size(handle_.get(), &size_, &width_));
  }

  internal::handle<serialref_codes, serialref_codes_free> handle_;
  std::size_t size_ = 0;
  std::size_t width_ = 0;
};

/**
 * The codes of a Sequential or Keyed format in the order of their counters 0, 1, 2 ...; what issuing takes them from.
 * It needs no registry and issues nothing: use it to know what a code will be, or which counter a code has, in another
 * program. The codes of given format, key and counter are the same in every version and language of the library.
 *
 * A group passes over counters whose codes have words that are to be left out; those are codes here, and counter()
 * refuses them. After the key of a group was changed its counters go on, while here they begin at 0 with each key;
 * registry::decode() counts as the group does.
 */
class code_sequence {
 public:
  /**
   * The codes of a Sequential format.
   *
   * @throws error  SERIALREF_STATUS_NO_COUNTER for a Random format, SERIALREF_STATUS_KEY_INVALID for a Keyed one.
   */
  explicit code_sequence(const serialref::format& format) : code_sequence(format, nullptr) {}
  /**
   * The codes that a key chooses in a Keyed format. The key need not be kept.
   *
   * @throws error  SERIALREF_STATUS_NO_COUNTER for a Random format; SERIALREF_STATUS_KEY_INVALID for a Sequential one,
   *                which has no key, and where the bytes are no key.
   */
  code_sequence(const serialref::format& format, const key& secret) : code_sequence(format, &secret.c_struct()) {}

  /** The format of the codes. */
  const serialref::format& format() const noexcept { return format_; }

  /** How many counters there are; the last one is one less. UINT64_MAX where there are that many codes or more. */
  std::uint64_t capacity() const {
    std::uint64_t capacity = 0;
    internal::check(serialref_code_sequence_capacity(handle_.get(), &capacity));
    return capacity;
  }

  /**
   * The code of a counter.
   *
   * @throws error  SERIALREF_STATUS_INDEX_INVALID where there is no such counter.
   */
  std::string code(std::uint64_t counter) const {
    char code[SERIALREF_CODE_CAPACITY];
    internal::check(serialref_code_sequence_codes_into(handle_.get(), counter, 1, code, sizeof code, nullptr));
    return code;
  }

  /**
   * The codes of as many counters, from `first` on.
   *
   * @throws error  SERIALREF_STATUS_INDEX_INVALID where there are not as many counters; SERIALREF_STATUS_COUNT_INVALID
   *                for more than 10,000,000.
   */
  serialref::codes codes(std::uint64_t first, std::uint64_t count) const {
    serialref_codes* made = nullptr;
    internal::check(serialref_code_sequence_codes(handle_.get(), first, count, &made));
    return serialref::codes(made);
  }

  /**
   * The counter that has a code, which is written exactly as the format writes it; nothing where no counter has it.
   *
   * @throws error  SERIALREF_STATUS_CODE_INVALID where the format does not make such codes; context() says why.
   */
  std::optional<std::uint64_t> counter(std::string_view code) const {
    std::uint64_t counter = 0;
    std::int32_t has_counter = 0;
    internal::check(serialref_code_sequence_counter(handle_.get(), internal::c_text(code), &counter, &has_counter));
    return has_counter == 0 ? std::nullopt : std::optional<std::uint64_t>(counter);
  }

  /** The handle of the C interface, which stays this object's. */
  serialref_code_sequence* native_handle() const noexcept { return handle_.get(); }

 private:
  using handle = internal::handle<serialref_code_sequence, serialref_code_sequence_free>;

  code_sequence(const serialref::format& format, const serialref_key* secret)
      : format_(format), handle_(internal::take<handle>([&](serialref_code_sequence** made) {
          return serialref_code_sequence_new(format.native_handle(), secret, made);
        })) {}

  serialref::format format_;
  handle handle_;
};

/** A reference that was issued with a request id or attributes. */
struct issued_reference {
  serialref::reference reference;            /**< The reference. */
  /** Whether the request id was used before: this is what was issued then. */
  bool repeated = false;
  std::optional<serialref::stock> stock;     /**< What is available now; not for a repeated call. */
};

/** A batch that was issued. */
struct issued_batch {
  group_id group;                            /**< The group. */
  batch_id id;                               /**< The batch. */
  row_id first_row;                          /**< The row of the first reference; the others follow it. */
  moment created_at{};                       /**< When it was issued. */
  /** Whether the request id was used before: this is what was issued then. */
  bool repeated = false;
  std::optional<serialref::stock> stock;     /**< What is available now; not for a repeated call. */
  serialref::codes codes;                    /**< The codes. */
};

/** References that are held for somebody. */
struct claim {
  group_id group;                              /**< The group. */
  claim_id id;                                 /**< The claim. */
  moment created_at{};                         /**< When it was made. */
  std::optional<moment> expires_at;            /**< When what was not used is available again. */
  /** Whether the request id was used before: this is what was claimed then. */
  bool repeated = false;
  std::optional<serialref::stock> stock;       /**< What is available now, where it is known. */
  std::vector<serialref::reference> references;    /**< The references. */
};

/** References that were imported. */
struct imported {
  std::optional<batch_id> batch;     /**< The batch they are; none in a Continuous group. */
  row_id first_row;                  /**< The row of the first reference; the others follow it. */
  moment created_at{};               /**< When they were imported. */
  bool repeated = false;             /**< Whether they had been imported before: these are the codes of then. */
  std::optional<serialref::stock> stock;    /**< What is available now; not for a repeated call. */
  serialref::codes codes;            /**< The codes, in the order of the rows. */
};

/** What a code says about itself, in a group whose codes come from a counter. */
struct decoded {
  std::optional<std::uint64_t> counter;   /**< The counter it is made from, counted from 0, where there is one. */
  /** Whether the group has counted that far, so that it may have been issued. */
  bool may_be_issued = false;
};

/** How full the code space of a group is, and how easy its codes are to guess. */
struct code_space {
  std::uint64_t capacity = 0;              /**< How many codes there can ever be; UINT64_MAX where that many or more. */
  std::uint64_t issued = 0;                /**< How many were ever issued. */
  std::uint64_t live = 0;                  /**< How many are live. */
  std::uint64_t remaining = 0;             /**< How many can still be issued; UINT64_MAX where that many or more. */
  double density = 0;                      /**< The share of the capacity that was issued: 0 to 1. */
  double guess_probability = 0;            /**< How likely a random guess hits a live code: 0 to 1. */
  /**
   * How often, on average, a code of Random order is drawn again; nothing for other orders, and where nothing is left.
   */
  std::optional<double> expected_redraws;
  /** Whether a guess hits less often than once in 10,000 times, as (EU) 2016/161 demands for medicines. */
  bool is_below_one_in_10_000 = false;
};

/** How many references went. */
struct deleted {
  std::uint64_t count = 0;           /**< How many were deleted. */
  std::uint64_t already_gone = 0;    /**< How many somebody else had deleted meanwhile. */
};

/** One page of a listing, which is a range of records. */
template <class Record>
struct page {
  std::vector<Record> items;              /**< The records. */
  /** What to give to paging::after() for the next page; empty after the last. */
  std::string next;
  /** How many all pages have together, where one was asked for by its number. */
  std::optional<std::uint64_t> total;

  /** How many records this page has. */
  std::size_t size() const noexcept { return items.size(); }
  /** Whether it has none. */
  bool empty() const noexcept { return items.empty(); }
  /** One of them, which must be there. */
  const Record& operator[](std::size_t index) const { return items[index]; }
  /** The first. */
  auto begin() const noexcept { return items.begin(); }
  /** Behind the last. */
  auto end() const noexcept { return items.end(); }
};

/**
 * All records of a listing, read page by page while one goes through them: without gap or repeat while others issue and
 * delete. Each begin() starts anew. The registry has to live as long as one goes through it.
 */
template <class Record>
class listing {
 public:
  /** Goes through the records, once. Going on may read the next page, and throw what that throws. */
  class iterator {
   public:
    using value_type = Record;                              /**< A record. */
    using reference = const Record&;                        /**< Valid until the iterator goes on. */
    using pointer = const Record*;                          /**< Valid until the iterator goes on. */
    using difference_type = std::ptrdiff_t;                 /**< Not used. */
    using iterator_category = std::input_iterator_tag;      /**< One pass. */

    /** The end of any listing. */
    iterator() = default;
    /** The record here. */
    reference operator*() const { return at_->page.items[at_->index]; }
    /** The record here. */
    pointer operator->() const { return &**this; }
    /** The next one. */
    iterator& operator++() {
      ++at_->index;
      skip_to_record();
      return *this;
    }
    /** The next one. */
    void operator++(int) { ++*this; }
    /** Whether both are at the end. */
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }
    /** Whether one is not at the end. */
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    friend class listing;
    struct place {
      std::function<serialref::page<Record>(const std::string&)> read;
      serialref::page<Record> page;
      std::size_t index;
    };

    explicit iterator(std::function<serialref::page<Record>(const std::string&)> read)
        : at_(std::make_shared<place>(place{std::move(read), {}, 0})) {
      at_->page = at_->read({});
      skip_to_record();
    }
    // A page may be empty although more follow.
    void skip_to_record() {
      while (at_->index == at_->page.size()) {
        if (at_->page.next.empty()) {
          at_.reset();
          return;
        }
        at_->page = at_->read(at_->page.next);
        at_->index = 0;
      }
    }

    std::shared_ptr<place> at_;
  };

  /** The first record. */
  iterator begin() const { return iterator(read_); }
  /** Behind the last. */
  iterator end() const noexcept { return iterator(); }

 private:
  friend class registry;
  explicit listing(std::function<serialref::page<Record>(const std::string&)> read) : read_(std::move(read)) {}

  std::function<serialref::page<Record>(const std::string&)> read_;
};

namespace internal {

inline reference to_record(const serialref_reference& from) {
  return {group_id{from.group},
          row_id{from.row},
          known<batch_id>(from.batch),
          known<claim_id>(from.claim),
          to_moment(from.created_at),
          static_cast<state>(from.state),
          std::string(from.code, from.code_size)};
}

inline batch to_record(const serialref_batch& from) {
  return {group_id{from.group},         batch_id{from.id},      string(from.name), to_moment(from.created_at),
          row_id{from.first_row}, from.size, from.live};
}

inline group to_record(const serialref_group& from) {
  auto own = serialref_init<serialref_limits>();
  own.max_live = from.max_live;
  own.max_batch = from.max_batch;
  own.max_fields = from.max_fields;
  own.max_value = from.max_value;
  own.min_search_term = from.min_search_term;
  group to;
  to.id = group_id{from.id};
  to.name = string(from.name);
  to.description = string(from.description);
  to.public_name = string(from.public_name);
  to.public_description = string(from.public_description);
  to.warranty = string(from.warranty);
  to.kind = static_cast<kind>(from.kind);
  to.scope = static_cast<scope>(from.scope);
  to.created_at = to_moment(from.created_at);
  to.limits = limits::from_c(own);
  to.low_stock = from.low_stock;
  to.live = from.live;
  to.issued = from.issued;
  to.capacity = from.capacity;
  to.events = from.events;
  to.revision = from.revision;
  to.counts = state_counts(from.in_state);
  return to;
}

inline field to_record(const serialref_field& from) {
  return {from.id, string(from.name), string(from.default_value), from.is_public != 0, from.is_retired != 0};
}

inline attribute to_record(const serialref_attribute& from) {
  return {string(from.name), string(from.value), from.is_public != 0};
}

inline event to_record(const serialref_event& from) {
  event to;
  to.group = group_id{from.group};
  to.id = event_id{from.id};
  to.at = to_moment(from.at);
  to.change = static_cast<change>(from.change);
  to.row = known<row_id>(from.row);
  to.count = from.count;
  to.batch = known<batch_id>(from.batch);
  to.claim = known<claim_id>(from.claim);
  if (from.field != 0) to.field = from.field;
  to.setting = string(from.setting);
  to.from = string(from.from);
  to.to = string(from.to);
  to.actor = string(from.actor);
  to.reason = string(from.reason);
  to.note = string(from.note);
  return to;
}

inline std::optional<stock> to_stock(const serialref_issued& from) {
  if (from.stock_is_known == 0) return std::nullopt;
  return stock{from.available, from.stock_is_low != 0};
}

/** All records of a list. */
template <class C>
auto records(const list_handle& list, serialref_status (*get)(const serialref_list*, std::size_t, C*)) {
  std::size_t count = 0;
  check(serialref_list_count(list.get(), &count));
  auto each = serialref_init<C>();
  std::vector<decltype(to_record(each))> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    check(get(list.get(), i, &each));
    all.push_back(to_record(each));
  }
  return all;
}

/** Records of a list that a call gives. */
template <class C, class Call>
auto records_of(serialref_status (*get)(const serialref_list*, std::size_t, C*), Call call) {
  return records(take<list_handle>(call), get);
}

/** A page that a call gives. */
template <class C, class Call>
auto page_of(serialref_status (*get)(const serialref_list*, std::size_t, C*), bool is_numbered, Call call) {
  const auto list = take<list_handle>(call);
  page<decltype(to_record(C()))> made;
  made.items = records(list, get);
  serialref_text next{};
  check(serialref_list_next(list.get(), &next));
  made.next = string(next);
  if (is_numbered) {
    std::uint64_t total = 0;
    check(serialref_list_total(list.get(), &total));
    made.total = total;
  }
  return made;
}

/** Calls with a stream keep what it throws, since nothing may be thrown through C. */
template <class Stream>
struct stream_context {
  Stream& stream;
  std::exception_ptr thrown = nullptr;

  /** Throws what the stream threw, or what the call failed with. */
  void check(serialref_status status) const {
    if (thrown) std::rethrow_exception(thrown);
    internal::check(status);
  }
};

inline int write_stream(void* ctx, const std::uint8_t* bytes, std::size_t size) noexcept {
  auto& to = *static_cast<stream_context<std::ostream>*>(ctx);
  try {
    to.stream.write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    return to.stream ? 0 : 1;
  } catch (...) {
    to.thrown = std::current_exception();
    return 1;
  }
}

inline std::int64_t read_stream(void* ctx, std::uint8_t* buffer, std::size_t capacity) noexcept {
  auto& from = *static_cast<stream_context<std::istream>*>(ctx);
  try {
    // Past the buffer of the stream, so that reaching the end does not throw where failbit does.
    auto* const source = from.stream.rdbuf();
    const auto got = source == nullptr ? std::streamsize(-1)
                                       : source->sgetn(reinterpret_cast<char*>(buffer),
                                                       static_cast<std::streamsize>(capacity));
    return from.stream.bad() ? -1 : got;
  } catch (...) {
    from.thrown = std::current_exception();
    return -1;
  }
}

}  // namespace internal

/** What would be deleted. Nothing is, until confirm(). It outlives the registry's object. */
class [[nodiscard]] deletion {
 public:
  /** How many live references would go. */
  std::uint64_t count() const { return info().count; }
  /** Some of them, up to 10, to show to whoever decides. */
  std::vector<reference> sample() const {
    return internal::records_of(serialref_list_get_reference,
                                [&](serialref_list** list) { return serialref_deletion_sample(handle_.get(), list); });
  }
  /** How many of the selection are not there, or are in several groups, and stay. */
  std::uint64_t left_alone_count() const { return info().left_alone; }
  /** What stays, with the reasons. */
  std::vector<detail> left_alone() const {
    return internal::records_of(serialref_list_get_detail, [&](serialref_list** list) {
      return serialref_deletion_left_alone(handle_.get(), list);
    });
  }
  /** The group that would go with all its references, if it is one. */
  std::optional<group_id> group() const { return internal::known<group_id>(info().group); }
  /**
   * Deletes what was shown, in one step. Deleted codes are never issued again. To confirm once more deletes nothing
   * more.
   *
   * @throws error  SERIALREF_STATUS_CHANGED_MEANWHILE where a group got more references since: look again.
   */
  deleted confirm() const {
    auto c = serialref_init<serialref_deleted>();
    internal::check(serialref_deletion_confirm(handle_.get(), &c));
    return {c.deleted, c.already_gone};
  }

 private:
  friend class registry;
  explicit deletion(serialref_deletion* owned) noexcept : handle_(owned) {}

  serialref_deletion_info info() const {
    auto info = serialref_init<serialref_deletion_info>();
    internal::check(serialref_deletion_get_info(handle_.get(), &info));
    return info;
  }

  internal::handle<serialref_deletion, serialref_deletion_free> handle_;
};

/**
 * A file that was read and checked, and can be imported. Nothing is, until commit(). It outlives the registry's object.
 */
class [[nodiscard]] review {
 public:
  /** How many rows the file has, without the line of column names. */
  std::uint64_t rows() const { return info().rows; }
  /** How many of them can be imported. */
  std::uint64_t good() const { return info().good; }
  /** How many things are wrong. */
  std::uint64_t fault_count() const { return info().faults; }
  /** Everything that is wrong, in the order of the lines. */
  std::vector<detail> faults() const {
    return internal::records_of(serialref_list_get_detail,
                                [&](serialref_list** list) { return serialref_review_faults(handle_.get(), list); });
  }
  /** The id with which it is imported. */
  request_id request() const { return internal::to_request(info().request_id); }
  /**
   * Imports all rows in one step, or, where anything is wrong, none. To repeat it adds nothing and gives the same
   * again.
   *
   * @throws error  SERIALREF_STATUS_IMPORT_FAULTY; details() has every fault, with its line.
   * @throws limit_reached, exhausted, store_unavailable, outcome_unknown.
   */
  imported commit() const { return commit(0); }
  /** As commit(), for the good rows alone; the others are left out. */
  imported commit_good() const { return commit(1); }

 private:
  friend class registry;
  explicit review(serialref_review* owned) noexcept : handle_(owned) {}

  serialref_review_info info() const {
    auto info = serialref_init<serialref_review_info>();
    internal::check(serialref_review_get_info(handle_.get(), &info));
    return info;
  }

  imported commit(std::int32_t good_only) const {
    auto about = serialref_init<serialref_issued>();
    serialref_codes* made = nullptr;
    internal::check(serialref_review_commit(handle_.get(), good_only, &made, &about));
    return {internal::known<batch_id>(about.batch), row_id{about.first_row}, internal::to_moment(about.created_at),
            about.repeated != 0, internal::to_stock(about), codes(made)};
  }

  internal::handle<serialref_review, serialref_review_free> handle_;
};

// ------------------------------------------------------------------------------------------ stores of the caller's own

/**
 * Where a store puts its answer. What it cannot use is found out when the store's function returns: the call fails with
 * SERIALREF_STATUS_STORE_CONTRACT then. Records are copied.
 */
class sink {
 public:
  /** How many references went with a group, or fell back. */
  void number(std::uint64_t count) { (void)serialref_sink_number(to_, count); }
  /** A group. */
  void group(const serialref_stored_group& group) { (void)serialref_sink_group(to_, &group); }
  /** A reference. */
  void reference(const serialref_reference& reference) { (void)serialref_sink_reference(to_, &reference); }
  /** A batch. */
  void batch(const serialref_batch& batch) { (void)serialref_sink_batch(to_, &batch); }
  /** An event. */
  void event(const serialref_event& event) { (void)serialref_sink_event(to_, &event); }
  /** What a reference has of its own. */
  void details(const serialref_details& details) { (void)serialref_sink_details(to_, &details); }
  /** The position of a code that is taken. */
  void position(std::uint32_t position) { (void)serialref_sink_position(to_, position); }
  /** Completes the answer to a listing: whether more follows, and how many there are in all, where that was asked. */
  void page(bool more, std::uint64_t total = 0) { (void)serialref_sink_page(to_, more ? 1 : 0, total); }
  /** What was issued. */
  void appended(const serialref_appended& appended) { (void)serialref_sink_appended(to_, &appended); }
  /** A claim, whose references are given by reference(). */
  void claimed(const serialref_stored_claim& claim) { (void)serialref_sink_claimed(to_, &claim); }
  /** How many references a step reached, and how many it left as they are. */
  void changed(std::uint64_t reached, std::uint64_t left) { (void)serialref_sink_changed(to_, reached, left); }
  /** That a request id was used, with the digest that was kept with it. */
  void request(std::uint64_t digest) { (void)serialref_sink_request(to_, digest); }
  /** How many live references are in each state. */
  void inventory(const std::uint64_t (&in_state)[9]) { (void)serialref_sink_inventory(to_, in_state); }
  /** Refuses; nothing may have changed. */
  void refuse(const serialref_refused& refused) { (void)serialref_sink_refuse(to_, &refused); }

  /**
   * What was answered so far: one of the constants of serialref_answer. For stores that look at what another answered.
   */
  std::int32_t answer() const {
    std::int32_t answer = SERIALREF_ANSWER_NOTHING;
    internal::check(serialref_sink_answer(to_, &answer));
    return answer;
  }
  /** The handle of the C interface. */
  serialref_sink* native_handle() const noexcept { return to_; }

 private:
  friend class store;
  explicit sink(serialref_sink* to) noexcept : to_(to) {}
  sink(const sink&) = delete;
  sink& operator=(const sink&) = delete;

  serialref_sink* to_;
};

/**
 * A store of the caller's own, to derive from; store_over is the class for stores that do a few things differently from
 * another store. selftest() tests whether it keeps the contract.
 *
 * Each function answers as the member of the same name of the C struct serialref_store says. Plans and queries are
 * valid until the function returns. Functions are called from any thread, several at the same time, unless
 * single_threaded() says otherwise. A function that changes something does all of it in one step, or nothing.
 *
 * A function that fails throws, and nothing may have changed then:
 *
 * | Thrown | What the caller of the registry gets |
 * |---|---|
 * | foreign_error | the same, with number and text unchanged |
 * | error of the kind SERIALREF_STATUS_STORE_BUSY, _STORE_UNAVAILABLE or _OUTCOME_UNKNOWN | that kind |
 * | error of the kind SERIALREF_STATUS_STORE_CORRUPT or _STORE_CONTRACT | that kind |
 * | anything else | foreign_error with the number 0 and the text of what() |
 */
class store {
 public:
  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;

  /** Whether replies can be lost on the way from the storage; then every changing call has a request id. Asked once. */
  virtual bool loses_replies() const { return false; }
  /** Whether the library makes calls wait for each other. Asked once. */
  virtual bool single_threaded() const { return false; }

  virtual void create_group(const serialref_group_plan& plan, sink& to) = 0;                   /**< As in C. */
  virtual void change_group(const serialref_group_change_plan& plan, sink& to) = 0;            /**< As in C. */
  virtual void delete_group(const serialref_group_delete_plan& plan, sink& to) = 0;            /**< As in C. */
  virtual void group(std::uint64_t group, sink& to) = 0;                                       /**< As in C. */
  virtual void groups(const serialref_group_query& query, sink& to) = 0;                       /**< As in C. */
  virtual void append(const serialref_append_plan& plan, sink& to) = 0;                        /**< As in C. */
  virtual void request(const serialref_request_id& id, sink& to) = 0;                          /**< As in C. */
  virtual void taken(const serialref_taken_query& query, sink& to) = 0;                        /**< As in C. */
  virtual void find(const serialref_find_query& query, sink& to) = 0;                          /**< As in C. */
  virtual void references(const serialref_reference_query& query, sink& to) = 0;               /**< As in C. */
  virtual void batch(std::uint64_t group, std::uint64_t batch, sink& to) = 0;                  /**< As in C. */
  virtual void batches(const serialref_batch_query& query, sink& to) = 0;                      /**< As in C. */
  virtual void delete_references(const serialref_delete_plan& plan, sink& to) = 0;             /**< As in C. */
  virtual void deleted(const serialref_find_query& query, sink& to) = 0;                       /**< As in C. */
  virtual void claim(const serialref_claim_plan& plan, sink& to) = 0;                          /**< As in C. */
  virtual void claimed(std::uint64_t group, std::uint64_t claim, sink& to) = 0;                /**< As in C. */
  virtual void expire(const serialref_expire_plan& plan, sink& to) = 0;                        /**< As in C. */
  virtual void change(const serialref_change_plan& plan, sink& to) = 0;                        /**< As in C. */
  virtual void events(const serialref_event_query& query, sink& to) = 0;                       /**< As in C. */
  virtual void inventory(const serialref_within& within, sink& to) = 0;                        /**< As in C. */
  virtual void details(const serialref_target& rows, sink& to) = 0;                            /**< As in C. */

 private:
  friend serialref_store internal::table_of(std::unique_ptr<store> owned);

  // The functions of the table call those above, and nothing that these throw gets out.

  template <class Function>
  static std::int32_t guarded(serialref_sink* c_sink, Function function) noexcept {
    try {
      sink to(c_sink);
      function(to);
      return 0;
    } catch (const error& thrown) {
      const auto failure = internal::c_failure(thrown.kind());
      const auto& context = thrown.context();
      const auto is_foreign = thrown.kind() == SERIALREF_STATUS_STORE_FOREIGN;
      const auto text = is_foreign ? std::string_view(context.source) : std::string_view(thrown.what());
      (void)serialref_sink_fail(c_sink, failure, failure == SERIALREF_FAILURE_FOREIGN ? context.foreign_code : 0,
                                internal::c_text(text));
    } catch (const std::exception& thrown) {
      (void)serialref_sink_fail(c_sink, SERIALREF_FAILURE_FOREIGN, 0, serialref_text_of(thrown.what()));
    } catch (...) {
      (void)serialref_sink_fail(c_sink, SERIALREF_FAILURE_FOREIGN, 0,
                                serialref_text_of("an exception that is no std::exception"));
    }
    return 1;
  }

  template <class Asked, void (store::*Member)(const Asked&, sink&)>
  static std::int32_t answer(void* ctx, const Asked* asked, serialref_sink* c_sink) noexcept {
    return guarded(c_sink, [=](sink& to) { (static_cast<store*>(ctx)->*Member)(*asked, to); });
  }

  template <void (store::*Member)(std::uint64_t, sink&)>
  static std::int32_t answer_about(void* ctx, std::uint64_t group, serialref_sink* c_sink) noexcept {
    return guarded(c_sink, [=](sink& to) { (static_cast<store*>(ctx)->*Member)(group, to); });
  }

  template <void (store::*Member)(std::uint64_t, std::uint64_t, sink&)>
  static std::int32_t answer_within(void* ctx, std::uint64_t group, std::uint64_t which,
                                    serialref_sink* c_sink) noexcept {
    return guarded(c_sink, [=](sink& to) { (static_cast<store*>(ctx)->*Member)(group, which, to); });
  }

  static serialref_store table() {
    auto c = serialref_init<serialref_store>();
    c.create_group = answer<serialref_group_plan, &store::create_group>;
    c.change_group = answer<serialref_group_change_plan, &store::change_group>;
    c.delete_group = answer<serialref_group_delete_plan, &store::delete_group>;
    c.group = answer_about<&store::group>;
    c.groups = answer<serialref_group_query, &store::groups>;
    c.append = answer<serialref_append_plan, &store::append>;
    c.request = answer<serialref_request_id, &store::request>;
    c.taken = answer<serialref_taken_query, &store::taken>;
    c.find = answer<serialref_find_query, &store::find>;
    c.references = answer<serialref_reference_query, &store::references>;
    c.batch = answer_within<&store::batch>;
    c.batches = answer<serialref_batch_query, &store::batches>;
    c.delete_references = answer<serialref_delete_plan, &store::delete_references>;
    c.deleted = answer<serialref_find_query, &store::deleted>;
    c.claim = answer<serialref_claim_plan, &store::claim>;
    c.claimed = answer_within<&store::claimed>;
    c.expire = answer<serialref_expire_plan, &store::expire>;
    c.change = answer<serialref_change_plan, &store::change>;
    c.events = answer<serialref_event_query, &store::events>;
    c.inventory = answer<serialref_within, &store::inventory>;
    c.details = answer<serialref_target, &store::details>;
    return c;
  }
};

/**
 * A store that does a few things differently from a store of the library: derive from it, override those functions, and
 * call the function of this class to have the store below do its part. Where the store below fails, that throws
 * foreign_error, and how it failed reaches the caller of the registry as it is.
 */
class store_over : public store {
 public:
  /**
   * Opens the store below.
   *
   * @param url      As for serialref::registry.
   * @param options  How to open it; limits are not used.
   * @throws error  As the constructor of serialref::registry.
   */
  explicit store_over(std::string_view url, const open_options& options = {}) {
    const internal::c_open_options c(options);
    internal::check(serialref_store_by_url(internal::c_text(url), c.get(), &below_));
  }
  ~store_over() override {
    if (below_.destroy != nullptr) below_.destroy(below_.ctx);
  }

  bool loses_replies() const override { return below_.loses_replies != 0; }
  bool single_threaded() const override { return below_.single_threaded != 0; }

  void create_group(const serialref_group_plan& plan, sink& to) override { ask(below_.create_group, to, &plan); }
  void change_group(const serialref_group_change_plan& plan, sink& to) override { ask(below_.change_group, to, &plan); }
  void delete_group(const serialref_group_delete_plan& plan, sink& to) override { ask(below_.delete_group, to, &plan); }
  void group(std::uint64_t group, sink& to) override { ask(below_.group, to, group); }
  void groups(const serialref_group_query& query, sink& to) override { ask(below_.groups, to, &query); }
  void append(const serialref_append_plan& plan, sink& to) override { ask(below_.append, to, &plan); }
  void request(const serialref_request_id& id, sink& to) override { ask(below_.request, to, &id); }
  void taken(const serialref_taken_query& query, sink& to) override { ask(below_.taken, to, &query); }
  void find(const serialref_find_query& query, sink& to) override { ask(below_.find, to, &query); }
  void references(const serialref_reference_query& query, sink& to) override { ask(below_.references, to, &query); }
  void batch(std::uint64_t group, std::uint64_t batch, sink& to) override { ask(below_.batch, to, group, batch); }
  void batches(const serialref_batch_query& query, sink& to) override { ask(below_.batches, to, &query); }
  void delete_references(const serialref_delete_plan& plan, sink& to) override {
    ask(below_.delete_references, to, &plan);
  }
  void deleted(const serialref_find_query& query, sink& to) override { ask(below_.deleted, to, &query); }
  void claim(const serialref_claim_plan& plan, sink& to) override { ask(below_.claim, to, &plan); }
  void claimed(std::uint64_t group, std::uint64_t claim, sink& to) override { ask(below_.claimed, to, group, claim); }
  void expire(const serialref_expire_plan& plan, sink& to) override { ask(below_.expire, to, &plan); }
  void change(const serialref_change_plan& plan, sink& to) override { ask(below_.change, to, &plan); }
  void events(const serialref_event_query& query, sink& to) override { ask(below_.events, to, &query); }
  void inventory(const serialref_within& within, sink& to) override { ask(below_.inventory, to, &within); }
  void details(const serialref_target& rows, sink& to) override { ask(below_.details, to, &rows); }

 private:
  template <class... Parameters, class... Arguments>
  void ask(std::int32_t (*function)(void*, Parameters...), sink& to, Arguments... arguments) {
    const auto failed = function(below_.ctx, arguments..., to.native_handle());
    // How it failed is in the sink, and what was said first counts.
    if (failed != 0) throw foreign_error(failed, "the store below failed");
  }

  serialref_store below_ = serialref_init<serialref_store>();
};

namespace internal {

/** A table of a store, which owns it. */
inline serialref_store table_of(std::unique_ptr<store> owned) {
  if (owned == nullptr) fail(SERIALREF_STATUS_NULL_ARGUMENT, "there is no store; make one");
  auto c = store::table();
  c.loses_replies = owned->loses_replies() ? 1 : 0;
  c.single_threaded = owned->single_threaded() ? 1 : 0;
  c.destroy = [](void* ctx) { delete static_cast<store*>(ctx); };
  c.ctx = owned.release();
  return c;
}

/**
 * Writes a table where the library wants it, whose version may know fewer members; 0 unless one of the others is used.
 */
inline std::int32_t hand_over(serialref_store table, serialref_store* made) noexcept {
  const auto known = std::min(made->struct_size, sizeof table);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&table);
  if (std::any_of(bytes + known, bytes + sizeof table, [](unsigned char byte) { return byte != 0; })) {
    table.destroy(table.ctx);
    return 1;
  }
  const auto struct_size = made->struct_size;
  std::memcpy(made, &table, known);
  made->struct_size = struct_size;
  return 0;
}

}  // namespace internal

/** What a storage gives when it is opened once more. */
enum class keeping : std::int32_t {
  volatile_ = SERIALREF_KEEPING_VOLATILE,   /**< An empty store: everything goes with the store. */
  /** What the store before it kept, once that is destroyed; never two at a time. */
  exclusive = SERIALREF_KEEPING_EXCLUSIVE,
  shared = SERIALREF_KEEPING_SHARED,        /**< The same contents, also while others are open. */
};

/** Makes stores to be tested by selftest(). */
struct store_factory {
  /** Opens a store in a place; it must be given. */
  std::function<std::unique_ptr<store>(const std::string& place)> open;
  /** What a place gives when it is opened once more. */
  serialref::keeping keeping = serialref::keeping::volatile_;
  /** Makes an empty place, a folder for example. */
  std::function<std::string()> create{};
  std::function<void(const std::string& place)> discard{};               /**< Removes a place. */
};

/** What came of one case of selftest(). */
struct selftest_case {
  std::string name;        /**< The name of the case, which says what must hold. */
  std::string rule;        /**< The rule that was tested, or broken: "S1" to "S17", or "All". */
  std::string message;     /**< What was expected and what came; empty where the case passed. */
  bool passed = false;     /**< Whether it passed. */
};

/** What came of all cases. */
struct selftest_result {
  std::size_t passed = 0;    /**< How many cases passed. */
  std::size_t failed = 0;    /**< How many failed. */
};

/**
 * Tests whether a store keeps the contract: about 180 cases, each on an empty store, with up to 8 threads.
 *
 * @param factory  Makes the stores. What its functions throw makes the case fail.
 * @param report   Called after each case, in this thread; what it throws comes back after the last case.
 * @param only     Run only cases whose name begins with this text, for example "s03"; empty for all.
 * @return How many cases passed and failed.
 * @throws error  SERIALREF_STATUS_OPTION_INVALID where no case has such a name.
 */
inline selftest_result selftest(const store_factory& factory,
                                const std::function<void(const selftest_case&)>& report = {},
                                std::string_view only = {}) {
  struct context {
    const store_factory& factory;
    const std::function<void(const selftest_case&)>& report;
    std::exception_ptr thrown;
  } context{factory, report, nullptr};

  auto c = serialref_init<serialref_store_factory>();
  c.ctx = &context;
  c.keeping = static_cast<std::int32_t>(factory.keeping);
  c.create = [](void* ctx, void** storage) -> std::int32_t {
    try {
      const auto& create = static_cast<struct context*>(ctx)->factory.create;
      *storage = new std::string(create ? create() : std::string());
      return 0;
    } catch (...) {
      return 1;
    }
  };
  c.open = [](void* ctx, void* storage, serialref_store* made) -> std::int32_t {
    try {
      const auto& place = *static_cast<std::string*>(storage);
      return internal::hand_over(internal::table_of(static_cast<struct context*>(ctx)->factory.open(place)), made);
    } catch (...) {
      return 1;
    }
  };
  c.discard = [](void* ctx, void* storage) {
    const std::unique_ptr<std::string> place(static_cast<std::string*>(storage));
    try {
      const auto& discard = static_cast<struct context*>(ctx)->factory.discard;
      if (discard) discard(*place);
    } catch (...) {
      // A place that stays behind says nothing about the store.
    }
  };
  const auto told = [](void* ctx, const serialref_selftest_case* c_case) {
    auto& to = *static_cast<struct context*>(ctx);
    try {
      if (to.report) {
        to.report({internal::string(c_case->name), internal::string(c_case->rule), internal::string(c_case->message),
                   c_case->passed != 0});
      }
    } catch (...) {
      if (!to.thrown) to.thrown = std::current_exception();
    }
  };
  auto result = serialref_init<serialref_selftest_result>();
  const auto status = serialref_store_selftest(&c, internal::c_text(only), told, &context, &result);
  if (context.thrown) std::rethrow_exception(context.thrown);
  if (status != SERIALREF_STATUS_STORE_CONTRACT) internal::check(status);
  return {result.passed, result.failed};
}

// --------------------------------------------------------------------------------------------------------- registry

/**
 * A store that is open, and the limits that hold for it. Any number of threads may use it at the same time.
 *
 * Every function may throw store_unavailable, and error for what else goes wrong in the store or where a text is not
 * UTF-8. Functions that take a group throw not_found where there is no such group; the same holds for batches, claims,
 * fields and codes. What else is thrown, each function says.
 */
class registry {
 public:
  /**
   * Opens the store that a URL names, and creates it where it does not exist.
   *
   * @param url      `memory:`, `sqlite:line-3.db`, `sqlite:///var/lib/line-3.db` or
   *                 `postgresql://user@host:5432/database?sslmode=verify-full`.
   * @param options  How to open it.
   * @throws error  SERIALREF_STATUS_STORE_URL_INVALID, _STORE_CORRUPT or _SCHEMA_TOO_NEW.
   */
  explicit registry(std::string_view url, const open_options& options = {}) {
    const internal::c_open_options c(options);
    handle_ = internal::take<owned>(
        [&](serialref_registry** made) { return serialref_open(internal::c_text(url), c.get(), made); });
  }

  /**
   * A registry over a store of the caller's own, which lives as long as the registry and those made from it.
   *
   * @param own      The store.
   * @param options  The limits of the registry; other options are not used.
   */
  explicit registry(std::unique_ptr<store> own, const open_options& options = {}) {
    const internal::c_open_options c(options);
    const auto table = internal::table_of(std::move(own));
    handle_ = internal::take<owned>(
        [&](serialref_registry** made) { return serialref_open_store(&table, c.get(), made); });
  }

  /**
   * Opens a store in memory that holds what a snapshot does, which save_snapshot() wrote in this or an earlier version.
   *
   * @throws error  SERIALREF_STATUS_SNAPSHOT_INVALID, or _TRANSFER_FAILED where the file cannot be read.
   */
  static registry from_snapshot(std::string_view path, const open_options& options = {}) {
    const internal::c_open_options c(options);
    return registry(internal::take<owned>([&](serialref_registry** made) {
      return serialref_restore_snapshot(internal::c_text(path), c.get(), made);
    }));
  }

  /**
   * The same registry for changes that are made on somebody's behalf: a person, station or order. Have one for each.
   */
  registry acting_as(std::string_view actor) const { return acting({internal::c_text(actor), {}, {}}); }
  /** The same registry for changes that are made for a reason; some states need one. */
  registry because(std::string_view reason) const { return acting({{}, internal::c_text(reason), {}}); }
  /** The same registry for changes of which something else is noted. */
  registry noting(std::string_view note) const { return acting({{}, {}, internal::c_text(note)}); }

  /** The limits that hold for groups that have none of their own; all are set. */
  serialref::limits limits() const {
    auto c = serialref_init<serialref_limits>();
    internal::check(serialref_get_limits(get(), &c));
    return serialref::limits::from_c(c);
  }
  /**
   * Changes these limits, in this registry and those made from it by acting_as() and the like; they are not kept in the
   * store.
   */
  void set_limits(const serialref::limits& changed) const {
    const auto c = changed.c_struct();
    internal::check(serialref_set_limits(get(), &c));
  }

  // groups

  /**
   * Creates a group.
   *
   * @throws error  SERIALREF_STATUS_NAME_TAKEN, _NAME_INVALID, _TEXT_INVALID, _WARRANTY_INVALID or _FIELD_NAME_TAKEN;
   *                _KEY_INVALID for a key of 32 equal bytes or where the order is not Keyed; _ENTROPY_UNAVAILABLE.
   * @throws limit_reached  for the number of groups or fields.
   */
  group_id create_group(const new_group& wanted) const {
    std::vector<serialref_new_field> fields;
    fields.reserve(wanted.fields_.size());
    for (const auto& field : wanted.fields_) fields.push_back(field.c_struct());
    const auto own = wanted.limits_.c_struct();
    auto c = wanted.c_;
    c.name = internal::c_text(wanted.name_);
    c.description = internal::c_text(wanted.description_);
    c.warranty = internal::c_text(wanted.warranty_);
    c.public_name = internal::c_text(wanted.public_name_);
    c.public_description = internal::c_text(wanted.public_description_);
    c.format = wanted.format_ ? wanted.format_->native_handle() : nullptr;
    c.key = wanted.key_ ? &wanted.key_->c_struct() : nullptr;
    c.limits = &own;
    c.fields = fields.data();
    c.fields_count = fields.size();
    group_id id;
    internal::check(serialref_create_group(get(), &c, &id.value));
    return id;
  }
  /** Everything about a group. */
  serialref::group group(group_id id) const {
    return internal::records_of(serialref_list_get_group, [&](serialref_list** list) {
             return serialref_get_group(get(), id.value, list);
           }).at(0);
  }
  /** The group that has a name, letter for letter; nothing where none has. */
  std::optional<group_id> find_group(std::string_view name) const {
    group_id id;
    const auto status = serialref_find_group(get(), internal::c_text(name), &id.value);
    if (status == SERIALREF_STATUS_GROUP_NOT_FOUND) return std::nullopt;
    internal::check(status);
    return id;
  }
  /**
   * A page of the groups whose name has a text anywhere, in any letter case, in the order in which they were created.
   */
  page<serialref::group> groups(std::string_view name_part = {}, const paging& which = {}) const {
    return read_groups(get(), name_part, which);
  }
  /** All groups whose name has a text anywhere. */
  listing<serialref::group> all_groups(std::string_view name_part = {}) const {
    return listing<serialref::group>([from = get(), part = std::string(name_part)](const std::string& cursor) {
      return read_groups(from, part, large_page(cursor));
    });
  }
  /** What the codes of a group look like. */
  serialref::format format_of(group_id id) const {
    serialref_format* made = nullptr;
    internal::check(serialref_get_format(get(), id.value, &made));
    return serialref::format(made);
  }
  /** The fields of a group, also those that are not used any more. */
  std::vector<field> fields(group_id id) const {
    return internal::records_of(serialref_list_get_field,
                                [&](serialref_list** list) { return serialref_get_fields(get(), id.value, list); });
  }
  /** Gives a group another name. @throws error  SERIALREF_STATUS_NAME_INVALID or _NAME_TAKEN. */
  void rename_group(group_id id, std::string_view name) const {
    internal::check(serialref_rename_group(get(), id.value, internal::c_text(name)));
  }
  /** Gives a group another description. @throws error  SERIALREF_STATUS_DESCRIPTION_INVALID. */
  void describe_group(group_id id, std::string_view description) const {
    internal::check(serialref_describe_group(get(), id.value, internal::c_text(description)));
  }
  /**
   * Gives a group other limits of its own, for all who use the store. Those that are not set are the registry's from
   * now on.
   */
  void set_group_limits(group_id id, const serialref::limits& own) const {
    const auto c = own.c_struct();
    internal::check(serialref_set_group_limits(get(), id.value, &c));
  }
  /** Says what customers see of the product of a group. @throws error  SERIALREF_STATUS_TEXT_INVALID. */
  void set_public_text(group_id id, std::string_view name, std::string_view description) const {
    internal::check(serialref_set_public_text(get(), id.value, internal::c_text(name), internal::c_text(description)));
  }
  /**
   * Says from when on the stock of a group is low: fewer available references than this; 0 where nothing is reported.
   */
  void set_low_stock(group_id id, std::uint64_t threshold) const {
    internal::check(serialref_set_low_stock(get(), id.value, threshold));
  }
  /**
   * Gives the references of a group another warranty.
   *
   * @param id    The group.
   * @param text  `none`, or `24 months from commissioned`: 1 to 1200 months or 1 to 36525 days, from `commissioned`,
   *              `released` or a moment such as `2026-11-23T11:18:58.000000Z`.
   * @throws error  SERIALREF_STATUS_WARRANTY_INVALID.
   */
  void set_group_warranty(group_id id, std::string_view text) const {
    internal::check(serialref_set_group_warranty(get(), id.value, internal::c_text(text)));
  }
  /**
   * Adds a field to a group.
   *
   * @throws error  SERIALREF_STATUS_FIELD_NAME_TAKEN, _NAME_INVALID or _TEXT_INVALID; limit_reached.
   */
  void add_field(group_id id, const new_field& wanted) const {
    const auto c = wanted.c_struct();
    internal::check(serialref_add_field(get(), id.value, &c));
  }
  /** Gives a field another name; values stay. @throws error  SERIALREF_STATUS_FIELD_NAME_TAKEN or _NAME_INVALID. */
  void rename_field(group_id id, std::string_view field, std::string_view name) const {
    internal::check(serialref_rename_field(get(), id.value, internal::c_text(field), internal::c_text(name)));
  }
  /** Stops using a field. Values are kept in the history; the name can be given to another field. */
  void retire_field(group_id id, std::string_view field) const {
    internal::check(serialref_retire_field(get(), id.value, internal::c_text(field)));
  }

  // the code space

  /**
   * From which counter a code was made, found without a search. It need not have been issued.
   *
   * @param id    A group of Sequential or Keyed order.
   * @param code  The code, as it was scanned or typed.
   * @throws error  SERIALREF_STATUS_NO_COUNTER for a group of Random order; _CODE_INVALID where it is no code of the
   *                group's format.
   */
  serialref::decoded decode(group_id id, std::string_view code) const {
    auto c = serialref_init<serialref_decoded>();
    internal::check(serialref_decode(get(), id.value, internal::c_text(code), &c));
    return {c.has_counter != 0 ? std::optional<std::uint64_t>(c.counter) : std::nullopt, c.may_be_issued != 0};
  }
  /**
   * Lets a counter go on from a later number: after an old backup was restored, from beyond the codes that were printed
   * since. It never goes back.
   *
   * @param id    A group of Sequential or Keyed order.
   * @param next  How far it has counted from now on: codes of counters below are not issued any more.
   * @throws error  SERIALREF_STATUS_NO_COUNTER; _COUNTER_INVALID where it would go back or beyond the end.
   */
  void advance_counter(group_id id, std::uint64_t next) const {
    internal::check(serialref_advance_counter(get(), id.value, next));
  }
  /**
   * Gives a group of Keyed order another key for the codes to come, which the registry draws. Codes that were issued
   * stay valid and can still be decoded. After outcome_unknown compare expose_key() before repeating the call.
   *
   * @throws error  SERIALREF_STATUS_KEY_INVALID for a group of another order; _ENTROPY_UNAVAILABLE.
   */
  void change_key(group_id id) const { internal::check(serialref_change_key(get(), id.value, nullptr)); }
  /** As change_key(), to a key of the caller's. @throws error  _KEY_INVALID also for a key of 32 equal bytes. */
  void change_key(group_id id, const key& secret) const {
    internal::check(serialref_change_key(get(), id.value, &secret.c_struct()));
  }
  /**
   * The secret key that a group of Keyed order makes its codes with now. Keep it out of logs.
   *
   * @throws error  SERIALREF_STATUS_KEY_INVALID where the group has none.
   */
  key expose_key(group_id id) const {
    key secret;
    internal::check(serialref_expose_key(get(), id.value, &secret.c_));
    return secret;
  }
  /** How full the code space of a group is, and how easy its codes are to guess. */
  serialref::code_space code_space(group_id id) const {
    auto c = serialref_init<serialref_code_space>();
    internal::check(serialref_get_code_space(get(), id.value, &c));
    serialref::code_space space;
    space.capacity = c.capacity;
    space.issued = c.issued;
    space.live = c.live;
    space.remaining = c.remaining;
    space.density = c.density;
    space.guess_probability = c.guess_probability;
    if (c.expected_redraws >= 0) space.expected_redraws = c.expected_redraws;
    space.is_below_one_in_10_000 = c.is_below_one_in_10_000 != 0;
    return space;
  }

  // issuing

  /**
   * Issues one reference of a Continuous group. When this returns, it is kept as durably as the store keeps anything.
   *
   * @throws error  SERIALREF_STATUS_WRONG_KIND, or _ENTROPY_UNAVAILABLE.
   * @throws limit_reached, exhausted, outcome_unknown.
   */
  serialref::reference create_reference(group_id id) const {
    auto c = serialref_init<serialref_reference>();
    internal::check(serialref_create_reference(get(), id.value, &c));
    return internal::to_record(c);
  }
  /**
   * Issues one reference of a Continuous group with a request id or attributes.
   *
   * @throws error  As create_reference(), and SERIALREF_STATUS_REQUEST_MISMATCH or _TEXT_INVALID.
   */
  issued_reference create_reference(group_id id, const new_reference& wanted) const {
    const auto values = internal::c_values(wanted.values_);
    auto options = wanted.c_;
    options.values = values.data();
    options.values_count = values.size();
    auto c = serialref_init<serialref_reference>();
    auto about = serialref_init<serialref_issued>();
    internal::check(serialref_create_reference_with(get(), id.value, &options, &c, &about));
    return {internal::to_record(c), about.repeated != 0, internal::to_stock(about)};
  }
  /**
   * Issues a batch of a Batch group: all of it or nothing. A plain number will do: create_batch(pumps, 20).
   *
   * @throws error  SERIALREF_STATUS_WRONG_KIND, _COUNT_INVALID, _NAME_INVALID, _REQUEST_MISMATCH, _TEXT_INVALID or
   *                _ENTROPY_UNAVAILABLE.
   * @throws limit_reached, exhausted, outcome_unknown.
   */
  issued_batch create_batch(group_id id, const new_batch& wanted) const {
    const auto values = internal::c_values(wanted.values_);
    auto options = wanted.c_;
    options.name = internal::c_text(wanted.name_);
    options.values = values.data();
    options.values_count = values.size();
    auto about = serialref_init<serialref_issued>();
    serialref_codes* made = nullptr;
    internal::check(serialref_create_batch(get(), id.value, wanted.count_, &options, &made, &about));
    return {group_id{about.group},
            batch_id{about.batch},
            row_id{about.first_row},
            internal::to_moment(about.created_at),
            about.repeated != 0,
            internal::to_stock(about),
            codes(made)};
  }

  // reading

  /**
   * A page of the references that a filter finds, in the order of issue; this is also how to search.
   *
   * @throws error  SERIALREF_STATUS_SEARCH_TERM_TOO_SHORT, _SEARCH_TERM_INVALID, _PAGE_INVALID, _CURSOR_INVALID or
   *                _GROUP_REQUIRED.
   */
  page<serialref::reference> references(const filter& wanted = {}, const paging& which = {}) const {
    return read_references(get(), wanted, which);
  }
  /** All references that a filter finds. Going through them throws as references(). */
  listing<serialref::reference> all_references(const filter& wanted = {}) const {
    return listing<serialref::reference>([from = get(), wanted](const std::string& cursor) {
      return read_references(from, wanted, large_page(cursor));
    });
  }
  /** How many references a filter finds. @throws error  As references(). */
  std::uint64_t count(const filter& wanted = {}) const {
    const auto c = wanted.c_struct();
    std::uint64_t found = 0;
    internal::check(serialref_count(get(), &c, &found));
    return found;
  }
  /**
   * The live reference that has a code, as it was scanned or typed: without the spaces and hyphens that people add, in
   * the one letter case of the format, and with digits for letters that look like them.
   *
   * @throws error  SERIALREF_STATUS_AMBIGUOUS where several groups have it; details() names them.
   */
  serialref::reference lookup(std::string_view code) const {
    auto c = serialref_init<serialref_reference>();
    internal::check(serialref_lookup(get(), internal::c_text(code), &c));
    return internal::to_record(c);
  }
  /** As lookup(), in one group. */
  serialref::reference lookup(group_id id, std::string_view code) const {
    auto c = serialref_init<serialref_reference>();
    internal::check(serialref_lookup_in(get(), id.value, internal::c_text(code), &c));
    return internal::to_record(c);
  }
  /** As lookup(); nothing where no live reference has the code. */
  std::optional<serialref::reference> find(std::string_view code) const {
    auto c = serialref_init<serialref_reference>();
    const auto status = serialref_lookup(get(), internal::c_text(code), &c);
    if (status == SERIALREF_STATUS_REFERENCE_NOT_FOUND) return std::nullopt;
    internal::check(status);
    return internal::to_record(c);
  }
  /** The live references that have a code, in all groups. */
  std::vector<serialref::reference> lookup_all(std::string_view code) const {
    return internal::records_of(serialref_list_get_reference, [&](serialref_list** list) {
      return serialref_lookup_all(get(), internal::c_text(code), list);
    });
  }
  /** Everything about a batch. */
  serialref::batch batch(group_id id, batch_id which) const {
    return internal::records_of(serialref_list_get_batch, [&](serialref_list** list) {
             return serialref_get_batch(get(), id.value, which.value, list);
           }).at(0);
  }
  /**
   * A page of the batches of a group, in the order of issue.
   *
   * @throws error  SERIALREF_STATUS_PAGE_INVALID or _CURSOR_INVALID.
   */
  page<serialref::batch> batches(group_id id, const paging& which = {}) const { return read_batches(get(), id, which); }
  /** All batches of a group. */
  listing<serialref::batch> all_batches(group_id id) const {
    return listing<serialref::batch>(
        [from = get(), id](const std::string& cursor) { return read_batches(from, id, large_page(cursor)); });
  }

  // deleting

  /**
   * Prepares to delete references. Nothing is changed until deletion::confirm().
   *
   * @throws error  As references(), for a filter. Codes that are not there are no error: see deletion::left_alone().
   */
  deletion delete_references(const selection& which) const {
    const internal::selected c(which);
    serialref_deletion* made = nullptr;
    internal::check(serialref_delete(get(), c.get(), &made));
    return deletion(made);
  }
  /** Prepares to delete a group with all its references. Nothing is changed until deletion::confirm(). */
  deletion delete_group(group_id id) const {
    serialref_deletion* made = nullptr;
    internal::check(serialref_delete_group(get(), id.value, &made));
    return deletion(made);
  }

  // the life of a reference

  /**
   * Claims the oldest available references of a group: all that were asked for, or none. No two claims get the same
   * one.
   *
   * @throws exhausted  where fewer are available.
   * @throws error  SERIALREF_STATUS_COUNT_INVALID, _HOLDER_REQUIRED, _NAME_INVALID, _TIMESTAMP_INVALID or
   *                _REQUEST_MISMATCH.
   * @throws limit_reached, outcome_unknown.
   */
  serialref::claim claim(group_id id, const new_claim& wanted) const {
    const auto c = wanted.c_struct();
    return read_claim([&](serialref_list** list, serialref_issued* about) {
      return serialref_claim(get(), id.value, &c, list, about);
    });
  }
  /** A claim with its live references as they are now. */
  serialref::claim claimed(group_id id, claim_id which) const {
    return read_claim([&](serialref_list** list, serialref_issued* about) {
      return serialref_get_claim(get(), id.value, which.value, list, about);
    });
  }
  /** Gives back what a claim still holds; returns how many references became available. */
  std::uint64_t return_claim(group_id id, claim_id which) const {
    std::uint64_t returned = 0;
    internal::check(serialref_return_claim(get(), id.value, which.value, &returned));
    return returned;
  }
  /**
   * Gives back what expired claims of a group still hold, which claiming does by itself; returns how many references.
   */
  std::uint64_t return_expired(group_id id) const {
    std::uint64_t returned = 0;
    internal::check(serialref_return_expired(get(), id.value, &returned));
    return returned;
  }
  /**
   * Brings references to another state: all of the selection, or none; returns how many. A state will do:
   * transition(which, state::encoded).
   *
   * @throws transition_refused  with every reference that cannot change; for one that was used before, when and by
   *                             whom.
   * @throws error  SERIALREF_STATUS_REASON_REQUIRED: void, decommissioned and destroyed need because();
   *                _REQUEST_MISMATCH; as references(), for a filter.
   * @throws limit_reached, outcome_unknown.
   */
  std::uint64_t transition(const selection& which, const serialref::transition& to) const {
    return change(which, [&](const serialref_selection* c, std::uint64_t* changed) {
      return serialref_transition(get(), c, &to.c_struct(), changed);
    });
  }
  /** The attributes of a reference: a value of every field of its group that is in use. @throws error  As lookup(). */
  std::vector<attribute> attributes(std::string_view code) const {
    return internal::records_of(serialref_list_get_attribute, [&](serialref_list** list) {
      return serialref_get_attributes(get(), internal::c_text(code), list);
    });
  }
  /**
   * Gives references of one group values: all of the selection, or none; returns how many references changed.
   *
   * @throws error  SERIALREF_STATUS_SELECTION_INVALID, _GROUP_REQUIRED or _TEXT_INVALID; as references(), for a filter.
   * @throws limit_reached  for a value that is too long.
   */
  std::uint64_t set_attributes(const selection& which, const std::vector<field_value>& values) const {
    const auto c_values = internal::c_values(values);
    return change(which, [&](const serialref_selection* c, std::uint64_t* changed) {
      return serialref_set_attributes(get(), c, c_values.data(), c_values.size(), changed);
    });
  }
  /** Gives references of one group the default values of fields again. Otherwise as set_attributes(). */
  std::uint64_t reset_attributes(const selection& which, const std::vector<std::string_view>& fields) const {
    std::vector<serialref_text> names;
    names.reserve(fields.size());
    for (const auto& each : fields) names.push_back(internal::c_text(each));
    return change(which, [&](const serialref_selection* c, std::uint64_t* changed) {
      return serialref_reset_attributes(get(), c, names.data(), names.size(), changed);
    });
  }
  /** How far the warranty of a product is at a moment. @throws error  As lookup(). */
  serialref::warranty warranty(std::string_view code, moment at) const {
    auto c = serialref_init<serialref_warranty>();
    internal::check(serialref_get_warranty(get(), internal::c_text(code), at.time_since_epoch().count(), &c));
    return {static_cast<warranty_status>(c.status), internal::known_moment(c.start), internal::known_moment(c.end)};
  }
  /** How far the warranty of a product is now. @throws error  As lookup(). */
  serialref::warranty warranty(std::string_view code) const {
    return warranty(code, std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
  }
  /**
   * Gives references a warranty of their own, in the words of set_group_warranty(), or, where the text is empty, that
   * of the group: all of the selection, or none; returns how many references changed.
   *
   * @throws error  SERIALREF_STATUS_WARRANTY_INVALID or _SELECTION_INVALID; as references(), for a filter.
   */
  std::uint64_t set_warranty(const selection& which, std::string_view text) const {
    return change(which, [&](const serialref_selection* c, std::uint64_t* changed) {
      return serialref_set_warranty(get(), c, internal::c_text(text), changed);
    });
  }
  /**
   * Everything that happened to a reference, the oldest first; also of one that was deleted.
   *
   * @throws error  As lookup().
   */
  std::vector<event> history(std::string_view code) const {
    return internal::records_of(serialref_list_get_event, [&](serialref_list** list) {
      return serialref_history(get(), internal::c_text(code), list);
    });
  }
  /** As history(), in one group. */
  std::vector<event> history(group_id id, std::string_view code) const {
    return internal::records_of(serialref_list_get_event, [&](serialref_list** list) {
      return serialref_history_in(get(), id.value, internal::c_text(code), list);
    });
  }
  /**
   * What happened in a group after a certain event, the oldest first. Whoever keeps the number of the last event that
   * was seen misses none.
   *
   * @param id     The group.
   * @param after  The event after which to begin; by default with the first.
   * @param size   How many at most: 1 to 10,000.
   * @throws error  SERIALREF_STATUS_PAGE_INVALID.
   */
  std::vector<event> events(group_id id, event_id after = {}, std::uint32_t size = 1000) const {
    return internal::records_of(serialref_list_get_event, [&](serialref_list** list) {
      return serialref_list_events(get(), id.value, after.value, size, list);
    });
  }
  /** How many references of the registry are in each state, without counting them. */
  serialref::inventory inventory() const { return read_inventory(0, 0); }
  /** How many references of a group are in each state, and which a claim would get next. */
  serialref::inventory inventory(group_id id) const { return read_inventory(internal::named(id), 0); }
  /** How many references of a batch are in each state, and which a claim from it would get next. */
  serialref::inventory inventory(group_id id, batch_id which) const {
    return read_inventory(internal::named(id), internal::named(which));
  }
  /** What a customer may see of a product, as a JSON object. @throws error  As lookup(). */
  std::string public_view(std::string_view code) const {
    return internal::written(512, [&](char* buffer, std::size_t capacity, std::size_t* needed) {
      return serialref_public_view(get(), internal::c_text(code), buffer, capacity, needed);
    });
  }

  // files and copies

  /**
   * Writes references with their attributes, state and warranty to a stream, as they are read; returns how many.
   *
   * @throws error  SERIALREF_STATUS_TRANSFER_FAILED where the stream fails, and what was written stays written;
   *                _SELECTION_INVALID; as references(), for a filter.
   */
  std::uint64_t export_to(std::ostream& out, const selection& which, file_format file = file_format::csv) const {
    const internal::selected c(which);
    internal::stream_context<std::ostream> context{out};
    const serialref_writer writer{&context, internal::write_stream};
    std::uint64_t rows = 0;
    context.check(serialref_export(get(), c.get(), static_cast<std::int32_t>(file), &writer, &rows));
    return rows;
  }
  /** As export_to(), into a file, which is replaced. */
  std::uint64_t export_file(std::string_view path, const selection& which, file_format file = file_format::csv) const {
    const internal::selected c(which);
    std::uint64_t rows = 0;
    const auto form = static_cast<std::int32_t>(file);
    internal::check(serialref_export_file(get(), c.get(), form, internal::c_text(path), &rows));
    return rows;
  }
  /**
   * Reads references that are to be imported into a group from a stream, and finds everything that is wrong with them.
   * Nothing is changed until review::commit().
   *
   * @throws error  SERIALREF_STATUS_TRANSFER_FAILED where the stream fails, or _NAME_INVALID; limit_reached.
   */
  serialref::review review_import(group_id id, std::istream& in, const import_options& options = {}) const {
    const auto c = options.c_struct();
    internal::stream_context<std::istream> context{in};
    const serialref_reader reader{&context, internal::read_stream};
    serialref_review* made = nullptr;
    const auto status = serialref_review_import(get(), id.value, &c, &reader, &made);
    serialref::review found(made);
    context.check(status);
    return found;
  }
  /** As review_import(), from a file. */
  serialref::review review_import_file(group_id id, std::string_view path, const import_options& options = {}) const {
    const auto c = options.c_struct();
    serialref_review* made = nullptr;
    internal::check(serialref_review_import_file(get(), id.value, &c, internal::c_text(path), &made));
    return serialref::review(made);
  }
  /**
   * Writes all that a store in memory holds into a file, from which from_snapshot() makes the same store again.
   *
   * @throws error  SERIALREF_STATUS_OPTION_INVALID for another store, see backup(); _TRANSFER_FAILED.
   */
  void save_snapshot(std::string_view path) const {
    internal::check(serialref_save_snapshot(get(), internal::c_text(path)));
  }
  /**
   * Copies an SQLite file while it is in use. The copy must not exist.
   *
   * @throws error  SERIALREF_STATUS_OPTION_INVALID for another store.
   */
  void backup(std::string_view path) const { internal::check(serialref_backup(get(), internal::c_text(path))); }
  /**
   * Looks through an SQLite file for damage and contradictions.
   *
   * @throws error  SERIALREF_STATUS_STORE_CORRUPT; _OPTION_INVALID.
   */
  void check_integrity() const { internal::check(serialref_check_integrity(get())); }

  /** The handle of the C interface, which stays this object's. */
  serialref_registry* native_handle() const noexcept { return handle_.get(); }

 private:
  using owned = internal::handle<serialref_registry, serialref_registry_free>;

  /** Who, why and what else. */
  struct cause {
    serialref_text actor, reason, note;
  };

  explicit registry(owned handle) noexcept : handle_(std::move(handle)) {}

  serialref_registry* get() const noexcept { return handle_.get(); }

  registry acting(const cause& said) const {
    auto c = serialref_init<serialref_cause>();
    c.actor = said.actor;
    c.reason = said.reason;
    c.note = said.note;
    return registry(
        internal::take<owned>([&](serialref_registry** made) { return serialref_acting(get(), &c, made); }));
  }

  static paging large_page(const std::string& cursor) {
    paging which;
    which.size(1000);
    if (!cursor.empty()) which.after(cursor);
    return which;
  }

  static page<serialref::group> read_groups(serialref_registry* from, std::string_view name_part, const paging& which) {
    const auto c = which.c_struct();
    return internal::page_of(serialref_list_get_group, which.is_numbered(), [&](serialref_list** list) {
      return serialref_list_groups(from, internal::c_text(name_part), &c, list);
    });
  }

  static page<serialref::reference> read_references(serialref_registry* from, const filter& wanted,
                                                    const paging& which) {
    const auto c_filter = wanted.c_struct();
    const auto c = which.c_struct();
    return internal::page_of(serialref_list_get_reference, which.is_numbered(), [&](serialref_list** list) {
      return serialref_list_references(from, &c_filter, &c, list);
    });
  }

  static page<serialref::batch> read_batches(serialref_registry* from, group_id id, const paging& which) {
    const auto c = which.c_struct();
    return internal::page_of(serialref_list_get_batch, which.is_numbered(), [&](serialref_list** list) {
      return serialref_list_batches(from, id.value, &c, list);
    });
  }

  serialref::inventory read_inventory(std::uint64_t group, std::uint64_t batch) const {
    auto c = serialref_init<serialref_inventory>();
    internal::check(serialref_get_inventory(get(), group, batch, &c));
    serialref::inventory found{state_counts(c.in_state), std::nullopt};
    if (c.has_next != 0) found.next = internal::to_record(c.next);
    return found;
  }

  template <class Call>
  static serialref::claim read_claim(Call call) {
    auto about = serialref_init<serialref_issued>();
    const auto list = internal::take<internal::list_handle>([&](serialref_list** made) { return call(made, &about); });
    return {group_id{about.group},
            claim_id{about.claim},
            internal::to_moment(about.created_at),
            internal::known_moment(about.expires_at),
            about.repeated != 0,
            internal::to_stock(about),
            internal::records(list, serialref_list_get_reference)};
  }

  template <class Call>
  static std::uint64_t change(const selection& which, Call call) {
    const internal::selected c(which);
    std::uint64_t changed = 0;
    internal::check(call(c.get(), &changed));
    return changed;
  }

  owned handle_;
};

}  // namespace serialref

#endif  // SERIALREF_HPP
