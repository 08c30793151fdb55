/* What the generated program of hostile.rs is made of: handles that are live, handles that were freed, and everything
   that can be wrong with memory. */
#include <serialref.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAY_FAIL, MUST_FAIL, MUST_BE_NULL_ARGUMENT, MUST_BE_OPTION_INVALID };

static const char *volatile now = "nothing yet";
static long wrong, called;
static uint64_t memory[2048], place[16];
static char large[1 << 20];

static serialref_registry *live_registry, *freed_registry;
static serialref_format *live_format, *freed_format;
static serialref_list *live_list, *freed_list;
static serialref_codes *live_codes, *freed_codes;
static serialref_deletion *live_deletion, *freed_deletion;
static serialref_review *live_review, *freed_review;
static serialref_error *live_error, *freed_error;
static serialref_code_sequence *live_code_sequence, *freed_code_sequence;

static void expect(int expected, long status) {
  called++;
  if ((expected == MUST_FAIL && status == SERIALREF_STATUS_OK) ||
      (expected == MUST_BE_NULL_ARGUMENT && status != SERIALREF_STATUS_NULL_ARGUMENT) ||
      (expected == MUST_BE_OPTION_INVALID && status != SERIALREF_STATUS_OPTION_INVALID) ||
      status == SERIALREF_STATUS_PANICKED) {
    wrong++;
    printf("%s returned %ld: %s\n", now, status, serialref_last_error_message());
  }
}

static serialref_text text(const char *data, size_t size) {
  serialref_text made = {data, size};
  return made;
}

/* Memory for a number, handle, text or id. */
static void *plain(void) { return place; }

/* A struct of zeros that says a size. */
static void *sized(size_t size) {
  memset(memory, 0, sizeof memory);
  memcpy(memory, &size, sizeof size);
  return memory;
}

/* A record that is large enough for every type, as later versions may have them. */
static void *record(void) { return sized(4096); }

/* A struct with something in it that this version cannot know. */
static void *too_new(void) {
  sized(4096);
  memory[4096 / sizeof memory[0] - 1] = 1;
  return memory;
}

/* A good struct that uses a member which is kept for later versions. */
static void *with_reserved(const void *good, size_t offset) {
  static uint64_t copy[64];
  const int32_t used = 1;
  size_t size;
  memcpy(&size, good, sizeof size);
  if (size > sizeof copy) exit(2);
  memcpy(copy, good, size);
  memcpy((char *)copy + offset, &used, sizeof used);
  return copy;
}

static void *misaligned(void) {
  char *odd = (char *)record() + 1;
  size_t size = 1024;
  memcpy(odd, &size, sizeof size);
  return odd;
}

static int64_t read_nothing(void *ctx, uint8_t *buffer, size_t capacity) {
  (void)ctx, (void)buffer, (void)capacity;
  return 0;
}

static int write_nowhere(void *ctx, const uint8_t *bytes, size_t size) {
  (void)ctx, (void)bytes, (void)size;
  return 0;
}

static const serialref_text a_code = {"sensible", 8};

#define GOOD(type)                                                                                                     \
  static serialref_##type *good_##type(void) {                                                                         \
    static serialref_##type value;                                                                                     \
    serialref_##type fresh = SERIALREF_INIT(serialref_##type);                                                         \
    value = fresh;                                                                                                     \
    return &value;                                                                                                     \
  }

GOOD(open_options)
GOOD(limits)
GOOD(format_options)
GOOD(new_field)
GOOD(issue_options)
GOOD(filter)
GOOD(paging)
GOOD(new_claim)
GOOD(import_options)

static serialref_cause *good_cause(void) {
  static serialref_cause cause;
  cause.struct_size = sizeof cause;
  cause.actor = serialref_text_of("Line 3");
  return &cause;
}

static serialref_new_group *good_new_group(void) {
  static serialref_new_group group;
  group.struct_size = sizeof group;
  group.kind = SERIALREF_KIND_BATCH;
  group.name = serialref_text_of("sensible");
  return &group;
}

/* The library owns what it was given, whether or not it took it. */
static serialref_store *good_store(void) {
  static serialref_store store;
  store.struct_size = sizeof store;
  serialref_store_by_url(serialref_text_of("memory:"), NULL, &store);
  return &store;
}

static serialref_selection *good_selection(void) {
  static serialref_selection selection;
  selection.struct_size = sizeof selection;
  selection.codes = &a_code;
  selection.codes_count = 1;
  return &selection;
}

static serialref_transition_options *good_transition_options(void) {
  static serialref_transition_options transition;
  transition.struct_size = sizeof transition;
  transition.state = SERIALREF_STATE_ENCODED;
  return &transition;
}

static serialref_value *good_value(void) {
  static serialref_value value;
  value.field = value.value = serialref_text_of("sensible");
  return &value;
}

static serialref_key *good_key(void) {
  static serialref_key key;
  key.bytes[0] = 1;
  return &key;
}

static serialref_reader *good_reader(void) {
  static serialref_reader reader = {NULL, read_nothing};
  return &reader;
}

static serialref_writer *good_writer(void) {
  static serialref_writer writer = {NULL, write_nowhere};
  return &writer;
}

static void must(serialref_status status) {
  if (status != SERIALREF_STATUS_OK) {
    printf("%s\n", serialref_last_error_message());
    exit(2);
  }
}

static void make_all(serialref_registry **registry, serialref_format **format, serialref_list **list,
                     serialref_codes **codes, serialref_deletion **deletion, serialref_review **review,
                     serialref_error **error, serialref_code_sequence **sequence) {
  serialref_format_options keyed = SERIALREF_INIT(serialref_format_options);
  uint64_t group = 0;
  keyed.order = SERIALREF_ORDER_KEYED;
  must(serialref_open(serialref_text_of("memory:"), NULL, registry));
  must(serialref_format_new(&keyed, format));
  must(serialref_code_sequence_new(*format, good_key(), sequence));
  must(serialref_create_group(*registry, good_new_group(), &group));
  must(serialref_create_batch(*registry, group, 5, NULL, codes, NULL));
  must(serialref_list_references(*registry, NULL, NULL, list));
  must(serialref_delete(*registry, good_selection(), deletion));
  must(serialref_review_import(*registry, group, NULL, good_reader(), review));
  if (serialref_lookup(*registry, a_code, record()) == SERIALREF_STATUS_OK) exit(2);
  must(serialref_take_last_error(error));
}

static void crashed(int signal) {
  const char *said = "crashed in ";
  if (write(1, said, strlen(said)) < 0 || write(1, now, strlen(now)) < 0) signal = 2;
  _exit(128 + signal);
}

static int hostile(void (*call_all)(void)) {
  int last;
  signal(SIGSEGV, crashed), signal(SIGBUS, crashed), signal(SIGABRT, crashed);
  make_all(&live_registry, &live_format, &live_list, &live_codes, &live_deletion, &live_review, &live_error,
           &live_code_sequence);
  make_all(&freed_registry, &freed_format, &freed_list, &freed_codes, &freed_deletion, &freed_review, &freed_error,
           &freed_code_sequence);
  must(serialref_registry_free(freed_registry)), must(serialref_format_free(freed_format));
  must(serialref_list_free(freed_list)), must(serialref_codes_free(freed_codes));
  must(serialref_deletion_free(freed_deletion)), must(serialref_review_free(freed_review));
  must(serialref_error_free(freed_error)), must(serialref_code_sequence_free(freed_code_sequence));
  call_all();
  for (last = -2; last < 1200; last++) {
    if (serialref_status_name(last) == NULL) wrong++;
  }
  (void)good_value, (void)good_key, (void)good_writer, (void)misaligned, (void)too_new, (void)large;
  printf("%ld calls, %ld wrong\n", called, wrong);
  return 0;
}
