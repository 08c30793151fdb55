/* Many threads on one registry: the limit holds, no code comes twice, and handles may be freed while others use them. */
#include "check.h"
#include <pthread.h>
#include <string.h>

enum { THREADS = 8, LIMIT = 1000, EACH = 400 };

static serialref_registry *registry;
static uint64_t group;
static char codes[THREADS][EACH][SERIALREF_CODE_CAPACITY];
static int issued[THREADS], refused[THREADS];

static void *issue(void *which) {
  size_t thread = (size_t)which;
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  int at;
  for (at = 0; at < EACH; at++) {
    serialref_status status = serialref_create_reference(registry, group, &reference);
    if (status == SERIALREF_STATUS_OK) {
      memcpy(codes[thread][issued[thread]++], reference.code, sizeof reference.code);
    } else if (status == SERIALREF_STATUS_LIMIT_REACHED) {
      refused[thread]++;
      CHECK(strstr(serialref_last_error_message(), "limited to 1000"));
    } else {
      CHECK(0);
    }
  }
  return NULL;
}

static void *read_until_freed(void *nothing) {
  uint64_t count = 0;
  serialref_status status;
  do {
    status = serialref_count(registry, NULL, &count);
  } while (status == SERIALREF_STATUS_OK);
  CHECK(status == SERIALREF_STATUS_HANDLE_INVALID && (count == LIMIT || count == 0));
  return nothing;
}

static int by_code(const void *one, const void *other) { return strcmp(one, other); }

int main(void) {
  static char all[LIMIT][SERIALREF_CODE_CAPACITY];
  pthread_t threads[THREADS];
  size_t thread, total = 0, at, not_issued = 0;
  registry = memory_registry();
  group = group_of(registry, SERIALREF_KIND_CONTINUOUS, "Tag");
  for (thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_create(&threads[thread], NULL, issue, (void *)thread) == 0);
  }
  for (thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_join(threads[thread], NULL) == 0);
    CHECK(total + (size_t)issued[thread] <= LIMIT);
    memcpy(all[total], codes[thread], (size_t)issued[thread] * SERIALREF_CODE_CAPACITY);
    total += (size_t)issued[thread];
    not_issued += (size_t)refused[thread];
  }
  CHECK(total == LIMIT && not_issued == THREADS * EACH - LIMIT);
  qsort(all, LIMIT, sizeof all[0], by_code);
  for (at = 1; at < LIMIT; at++) CHECK(strcmp(all[at - 1], all[at]) != 0);

  for (thread = 0; thread < THREADS; thread++) {
    CHECK(pthread_create(&threads[thread], NULL, read_until_freed, NULL) == 0);
  }
  OK(serialref_registry_free(registry));
  for (thread = 0; thread < THREADS; thread++) CHECK(pthread_join(threads[thread], NULL) == 0);
  CHECK(serialref_open_handles() == 0);
  puts("threads: done");
  return 0;
}
