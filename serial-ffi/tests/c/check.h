/* Checks that stay in release builds, and short ways to the library. */
#ifndef CHECK_H
#define CHECK_H

#include <serialref.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: %s\n  last error: %s\n", __FILE__, __LINE__, #condition, serialref_last_error_message()); \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

#define OK(call) CHECK((call) == SERIALREF_STATUS_OK)
#define FAILS(status, call) CHECK((call) == SERIALREF_STATUS_##status)

static inline serialref_registry *memory_registry(void) {
  serialref_registry *registry = NULL;
  OK(serialref_open(serialref_text_of("memory:"), NULL, &registry));
  return registry;
}

static inline uint64_t group_of(serialref_registry *registry, int32_t kind, const char *name) {
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  uint64_t id = 0;
  group.kind = kind;
  group.name = serialref_text_of(name);
  OK(serialref_create_group(registry, &group, &id));
  return id;
}

static inline uint64_t count_in(serialref_registry *registry, uint64_t group) {
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  uint64_t count = 0;
  filter.group = group;
  OK(serialref_count(registry, &filter, &count));
  return count;
}

/* What the last call of this thread failed with. */
static inline serialref_error_info failure(serialref_error **error) {
  serialref_error_info info = SERIALREF_INIT(serialref_error_info);
  OK(serialref_take_last_error(error));
  CHECK(*error != NULL);
  OK(serialref_error_get_info(*error, &info));
  return info;
}

#endif
