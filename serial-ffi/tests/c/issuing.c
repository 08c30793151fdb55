/* Issuing: single references, batches into the caller's buffer and as a handle, limits, request ids, and a fork. */
#include "check.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_buffer_that_is_too_small_gets_its_size_and_nothing_is_issued(void) {
  serialref_registry *registry = memory_registry();
  uint64_t group = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  serialref_issued issued = SERIALREF_INIT(serialref_issued);
  size_t needed = 0;
  char small[100], *rows;
  FAILS(BUFFER_TOO_SMALL, serialref_create_batch_into(registry, group, 500, NULL, NULL, 0, &needed, NULL));
  CHECK(needed == 500 * 26);
  FAILS(BUFFER_TOO_SMALL, serialref_create_batch_into(registry, group, 500, NULL, small, sizeof small, NULL, &issued));
  CHECK(issued.count == 0 && count_in(registry, group) == 0);
  rows = malloc(needed);
  OK(serialref_create_batch_into(registry, group, 500, NULL, rows, needed, &needed, &issued));
  CHECK(issued.count == 500 && issued.batch == 1 && issued.first_row == 1 && !issued.repeated);
  CHECK(issued.stock_is_known && issued.available == 500 && !issued.stock_is_low);
  CHECK(count_in(registry, group) == 500 && strlen(rows) == 25 && strlen(rows + 499 * 26) == 25);
  free(rows);
  OK(serialref_registry_free(registry));
}

static void a_batch_at_the_limit_is_issued_and_one_more_is_refused_with_the_figures(void) {
  serialref_registry *registry = memory_registry();
  uint64_t group = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  serialref_codes *codes = NULL;
  serialref_error *error = NULL;
  serialref_error_info info;
  OK(serialref_create_batch(registry, group, 500, NULL, &codes, NULL));
  OK(serialref_codes_free(codes));
  FAILS(LIMIT_REACHED, serialref_create_batch(registry, group, 501, NULL, &codes, NULL));
  OK(serialref_create_batch(registry, group, 500, NULL, &codes, NULL));
  OK(serialref_codes_free(codes));
  codes = NULL;
  FAILS(LIMIT_REACHED, serialref_create_batch(registry, group, 1, NULL, &codes, NULL));
  CHECK(codes == NULL);
  info = failure(&error);
  CHECK(info.status == SERIALREF_STATUS_LIMIT_REACHED && info.limit == SERIALREF_LIMIT_LIVE_REFERENCES);
  CHECK(info.group == group && info.allowed == 1000 && info.present == 1000 && info.asked == 1);
  CHECK(strstr(info.message.data, "limited to 1000") && info.message.size == strlen(info.message.data));
  OK(serialref_error_free(error));
  CHECK(count_in(registry, group) == 1000);
  OK(serialref_registry_free(registry));
}

static void a_request_id_that_is_repeated_gives_the_same_and_adds_nothing(void) {
  serialref_registry *registry = memory_registry();
  uint64_t group = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  serialref_issue_options options = SERIALREF_INIT(serialref_issue_options);
  serialref_issued issued = SERIALREF_INIT(serialref_issued);
  char first[7 * 26], again[7 * 26];
  options.name = serialref_text_of("Order 4711");
  OK(serialref_request_id_of_text(serialref_text_of("Order 4711, batch 1"), &options.request_id));
  OK(serialref_create_batch_into(registry, group, 7, &options, first, sizeof first, NULL, &issued));
  CHECK(!issued.repeated);
  OK(serialref_create_batch_into(registry, group, 7, &options, again, sizeof again, NULL, &issued));
  CHECK(issued.repeated && !issued.stock_is_known && memcmp(first, again, sizeof first) == 0);
  CHECK(count_in(registry, group) == 7);
  FAILS(REQUEST_MISMATCH, serialref_create_batch_into(registry, group, 6, &options, again, sizeof again, NULL, NULL));
  FAILS(REQUEST_ID_INVALID, serialref_request_id_parse(serialref_text_of("no id"), &options.request_id));
  const char *zeros = "00000000-0000-0000-0000-000000000000";
  FAILS(REQUEST_ID_INVALID, serialref_request_id_parse(serialref_text_of(zeros), &options.request_id));
  OK(serialref_registry_free(registry));
}

static void codes_come_one_by_one_by_number_and_all_at_once(void) {
  serialref_registry *registry = memory_registry();
  uint64_t group = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  serialref_codes *codes = NULL;
  serialref_text one, other;
  serialref_reference found = SERIALREF_INIT(serialref_reference);
  size_t count = 0, width = 0, at, needed = 0;
  char rows[20 * 26];
  OK(serialref_create_batch(registry, group, 20, NULL, &codes, NULL));
  OK(serialref_registry_free(registry));
  OK(serialref_codes_size(codes, &count, &width));
  CHECK(count == 20 && width == 25);
  OK(serialref_codes_copy(codes, rows, sizeof rows, &needed));
  CHECK(needed == sizeof rows);
  for (at = 0; at < count; at++) {
    OK(serialref_codes_next(codes, &one));
    OK(serialref_codes_get(codes, at, &other));
    CHECK(one.data == other.data && one.size == width && strcmp(one.data, rows + at * 26) == 0);
  }
  OK(serialref_codes_next(codes, &one));
  CHECK(one.size == 0);
  FAILS(INDEX_INVALID, serialref_codes_get(codes, 20, &one));
  FAILS(HANDLE_INVALID, serialref_lookup(registry, other, &found));
  OK(serialref_codes_free(codes));
  FAILS(HANDLE_INVALID, serialref_codes_free(codes));
}

static void a_sequential_format_counts_to_its_end(void) {
  serialref_registry *registry = memory_registry();
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format_info info = SERIALREF_INIT(serialref_format_info);
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_format *format = NULL;
  serialref_error *error = NULL;
  serialref_detail detail = SERIALREF_INIT(serialref_detail);
  uint64_t id = 0;
  int number;
  char expected[16];
  options.preset = SERIALREF_PRESET_DIGITS;
  options.order = SERIALREF_ORDER_SEQUENTIAL;
  options.length = 1;
  options.start = SERIALREF_ZERO;
  options.prefix = serialref_text_of("ST-");
  OK(serialref_format_new(&options, &format));
  OK(serialref_format_get_info(format, &info));
  CHECK(info.width == 4 && info.capacity == 10 && info.start == 0 && strcmp(info.prefix.data, "ST-") == 0);
  OK(serialref_format_check(format, serialref_text_of("ST-7")));
  FAILS(CODE_INVALID, serialref_format_check(format, serialref_text_of("ST-X")));
  group.kind = SERIALREF_KIND_CONTINUOUS;
  group.name = serialref_text_of("Service tag");
  group.format = format;
  OK(serialref_create_group(registry, &group, &id));
  OK(serialref_format_free(format));
  for (number = 0; number < 10; number++) {
    OK(serialref_create_reference(registry, id, &reference));
    snprintf(expected, sizeof expected, "ST-%d", number);
    CHECK(strcmp(reference.code, expected) == 0 && reference.code_size == 4 && reference.row == (uint64_t)number + 1);
  }
  FAILS(SPACE_EXHAUSTED, serialref_create_reference(registry, id, &reference));
  FAILS(COUNT_INVALID, serialref_create_batch_into(registry, id, 0, NULL, NULL, 0, NULL, NULL));
  FAILS(WRONG_KIND, serialref_create_batch_into(registry, id, 1, NULL, expected, sizeof expected, NULL, NULL));
  options.length = 99;
  options.prefix = serialref_text_of("\xC3\xA9");
  FAILS(FORMAT_INVALID, serialref_format_new(&options, &format));
  CHECK(failure(&error).details == 2);
  OK(serialref_error_get_detail(error, 1, &detail));
  CHECK(strstr(detail.message.data, "prefix"));
  FAILS(INDEX_INVALID, serialref_error_get_detail(error, 2, &detail));
  OK(serialref_error_free(error));
  OK(serialref_registry_free(registry));
}

static void a_forked_child_never_issues_what_its_parent_does(void) {
  serialref_registry *registry = memory_registry();
  uint64_t group = group_of(registry, SERIALREF_KIND_CONTINUOUS, "Tag");
  serialref_reference own = SERIALREF_INIT(serialref_reference);
  char theirs[SERIALREF_CODE_CAPACITY] = {0};
  int ends[2], ended = -1;
  pid_t child;
  OK(serialref_create_reference(registry, group, &own));
  CHECK(pipe(ends) == 0);
  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    if (serialref_create_reference(registry, group, &own) != SERIALREF_STATUS_OK) _exit(1);
    _exit(write(ends[1], own.code, sizeof own.code) == (ssize_t)sizeof own.code ? 0 : 1);
  }
  OK(serialref_create_reference(registry, group, &own));
  CHECK(read(ends[0], theirs, sizeof theirs) == (ssize_t)sizeof theirs);
  CHECK(waitpid(child, &ended, 0) == child && ended == 0);
  CHECK(strlen(theirs) == 25 && strcmp(theirs, own.code) != 0);
  close(ends[0]), close(ends[1]);
  OK(serialref_registry_free(registry));
}

int main(void) {
  a_buffer_that_is_too_small_gets_its_size_and_nothing_is_issued();
  a_batch_at_the_limit_is_issued_and_one_more_is_refused_with_the_figures();
  a_request_id_that_is_repeated_gives_the_same_and_adds_nothing();
  codes_come_one_by_one_by_number_and_all_at_once();
  a_sequential_format_counts_to_its_end();
  a_forked_child_never_issues_what_its_parent_does();
  CHECK(serialref_open_handles() == 0);
  puts("issuing: done");
  return 0;
}
