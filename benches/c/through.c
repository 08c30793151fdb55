/* Does what it is told on its standard input, through the shared library, and prints how many nanoseconds it took:
   "single N", "batch N" (N batches of 500), "check N" (N calls that do little but check a handle)
   or "call N" (N calls that check none). */
#include <serialref.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BATCH = 500, ROW = 26 };

static serialref_registry *registry;
static serialref_codes *codes;
static uint64_t tags, pumps;
static char rows[BATCH * ROW];

static uint64_t group_of(int32_t kind, const char *name) {
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  uint64_t id = 0;
  group.kind = kind;
  group.name = serialref_text_of(name);
  return serialref_create_group(registry, &group, &id) ? 0 : id;
}

static int single(long count) {
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  while (count-- > 0) {
    if (serialref_create_reference(registry, tags, &reference)) return 1;
  }
  return 0;
}

static int batch(long count) {
  while (count-- > 0) {
    if (serialref_create_batch_into(registry, pumps, BATCH, NULL, rows, sizeof rows, NULL, NULL)) return 1;
  }
  return 0;
}

static int check(long count) {
  size_t width = 0;
  while (count-- > 0) {
    if (serialref_codes_size(codes, NULL, &width)) return 1;
  }
  return 0;
}

static int call(long count) {
  uint64_t open = 0;
  while (count-- > 0) open |= serialref_open_handles();
  return open == 0;
}

static const struct {
  const char *name;
  int (*work)(long);
} orders[] = {{"single", single}, {"batch", batch}, {"check", check}, {"call", call}};

int main(void) {
  serialref_limits limits = SERIALREF_INIT(serialref_limits);
  serialref_open_options options = SERIALREF_INIT(serialref_open_options);
  char command[16];
  long count;
  limits.max_live = limits.max_batch = SERIALREF_UNLIMITED;
  options.limits = &limits;
  if (serialref_open(serialref_text_of("memory:"), &options, &registry)) return 1;
  tags = group_of(SERIALREF_KIND_CONTINUOUS, "Service tags");
  pumps = group_of(SERIALREF_KIND_BATCH, "Pump AX-100");
  if (serialref_create_batch(registry, pumps, 1, NULL, &codes, NULL)) return 1;
  while (scanf("%15s %ld", command, &count) == 2) {
    struct timespec start, end;
    size_t which = 0;
    while (strcmp(orders[which].name, command) != 0) {
      if (++which == sizeof orders / sizeof orders[0]) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (orders[which].work(count)) return 1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
    fflush(stdout);
  }
  return 0;
}
