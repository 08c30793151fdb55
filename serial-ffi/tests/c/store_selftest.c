/* The conformance kit finds stores that are broken, says what is wrong with a factory, and tests stores that are opened again. */
#include "over_memory.h"
#include <unistd.h>

/* --- stores that are broken --- */

enum { FORGETS_REQUESTS = 1, IGNORES_LIMITS, DELETES_NOTHING, LOSES_A_ROW, REVERSES_NOTHING, BROKEN };

static const char *const rules[] = {"", "s04", "s02", "s07", "s06", "s06"};

static int32_t broken_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  serialref_append_plan changed = *plan;
  if (own->mode == FORGETS_REQUESTS) changed.has_request = 0;
  if (own->mode == IGNORES_LIMITS) changed.max_live = UINT64_MAX;
  return own->inner.append(own->inner.ctx, &changed, sink);
}

static int32_t broken_delete(void *ctx, const serialref_delete_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  if (own->mode != DELETES_NOTHING) return own->inner.delete_references(own->inner.ctx, plan, sink);
  serialref_sink_changed(sink, 1, 0);
  return 0;
}

static int32_t broken_references(void *ctx, const serialref_reference_query *query, serialref_sink *sink) {
  own_store *own = ctx;
  serialref_reference_query changed = *query;
  if (own->mode == LOSES_A_ROW && !changed.slice.has_after) changed.slice.skip++;
  if (own->mode == REVERSES_NOTHING) changed.slice.direction = SERIALREF_DIRECTION_OLDEST_FIRST;
  return own->inner.references(own->inner.ctx, &changed, sink);
}

static void forget(void *ctx) { free(ctx); }

static int32_t open_broken(void *ctx, void *storage, serialref_store *store) {
  own_store *own = malloc(sizeof *own);
  CHECK(own != NULL && storage == NULL);
  *store = own_table(own);
  own->mode = *(int *)ctx;
  store->destroy = forget;
  store->append = broken_append;
  store->delete_references = broken_delete;
  store->references = broken_references;
  return 0;
}

typedef struct {
  int passed, failed;
  char message[400];
} heard;

static void hear(void *ctx, const serialref_selftest_case *result) {
  heard *heard = ctx;
  CHECK(result->struct_size == sizeof *result && result->name.size > 5 && result->rule.size >= 2);
  if (result->passed) {
    heard->passed++;
  } else {
    heard->failed++;
    snprintf(heard->message, sizeof heard->message, "%s", result->message.data);
  }
}

static void broken_stores_are_found(void) {
  serialref_store_factory factory = SERIALREF_INIT(serialref_store_factory);
  serialref_selftest_result result = SERIALREF_INIT(serialref_selftest_result);
  int mode;
  factory.ctx = &mode;
  factory.open = open_broken;
  for (mode = 0; mode < BROKEN; mode++) {
    heard heard = {0, 0, ""};
    serialref_status status = serialref_store_selftest(&factory, serialref_text_of(rules[mode]), hear, &heard, &result);
    CHECK((status == SERIALREF_STATUS_OK) == (mode == 0) && (heard.failed > 0) == (mode > 0));
    CHECK(mode == 0 || status == SERIALREF_STATUS_STORE_CONTRACT);
    CHECK(result.passed == (size_t)heard.passed && result.failed == (size_t)heard.failed);
    CHECK(mode == 0 || heard.message[0] != '\0');
  }
}

/* --- factories that do not work --- */

static int32_t no_place(void *ctx, void **storage) {
  (void)ctx, (void)storage;
  return 28;
}

static int32_t no_store(void *ctx, void *storage, serialref_store *store) {
  (void)ctx, (void)storage, (void)store;
  return -5;
}

static int32_t half_a_store(void *ctx, void *storage, serialref_store *store) {
  (void)storage;
  store->ctx = ctx;
  store->destroy = own_destroy;
  return 0;
}

static void factories_that_do_not_work_are_reported(void) {
  serialref_store_factory factory = SERIALREF_INIT(serialref_store_factory);
  serialref_text one = serialref_text_of("s03_taken_names_what_was_issued");
  own_store own;
  heard heard = {0, 0, ""};
  FAILS(NULL_ARGUMENT, serialref_store_selftest(NULL, one, NULL, NULL, NULL));
  FAILS(NULL_ARGUMENT, serialref_store_selftest(&factory, one, NULL, NULL, NULL));
  factory.open = no_store;
  FAILS(STORE_CONTRACT, serialref_store_selftest(&factory, one, hear, &heard, NULL));
  CHECK(heard.failed == 1 && strstr(heard.message, "open of the factory failed and returned -5") != NULL);
  factory.create = no_place;
  FAILS(STORE_CONTRACT, serialref_store_selftest(&factory, one, hear, &heard, NULL));
  CHECK(heard.failed == 2 && strstr(heard.message, "create of the factory failed and returned 28") != NULL);
  factory.create = NULL;
  factory.open = half_a_store;
  factory.ctx = &own;
  own.destroyed = 0;
  FAILS(STORE_CONTRACT, serialref_store_selftest(&factory, one, hear, &heard, NULL));
  CHECK(heard.failed == 3 && strstr(heard.message, "create_group") != NULL && own.destroyed == 1);
  FAILS(OPTION_INVALID, serialref_store_selftest(&factory, serialref_text_of("s99"), NULL, NULL, NULL));
  factory.keeping = 4;
  FAILS(ENUM_INVALID, serialref_store_selftest(&factory, one, NULL, NULL, NULL));
  factory.struct_size = 9;
  FAILS(SIZE_INVALID, serialref_store_selftest(&factory, one, NULL, NULL, NULL));
}

/* --- stores that outlive their registry --- */

typedef struct {
  int made, opened, discarded;
} places;

static int32_t make_place(void *ctx, void **storage) {
  places *places = ctx;
  char *path = malloc(64);
  CHECK(path != NULL && *storage == NULL);
  snprintf(path, 64, "sqlite:place-%d.db", places->made++);
  *storage = path;
  return 0;
}

static int32_t open_file(void *ctx, void *storage, serialref_store *store) {
  serialref_open_options options = SERIALREF_INIT(serialref_open_options);
  ((places *)ctx)->opened++;
  options.durability = SERIALREF_DURABILITY_PROGRAM_CRASH;
  return (int32_t)serialref_store_by_url(serialref_text_of(storage), &options, store);
}

static void discard_place(void *ctx, void *storage) {
  CHECK(unlink((char *)storage + strlen("sqlite:")) == 0);
  ((places *)ctx)->discarded++;
  free(storage);
}

static void stores_are_opened_again_in_their_places(void) {
  serialref_store_factory factory = SERIALREF_INIT(serialref_store_factory);
  places places = {0, 0, 0};
  factory.ctx = &places;
  factory.keeping = SERIALREF_KEEPING_SHARED;
  factory.create = make_place;
  factory.open = open_file;
  factory.discard = discard_place;
  OK(serialref_store_selftest(&factory, serialref_text_of("s04"), NULL, NULL, NULL));
  OK(serialref_store_selftest(&factory, serialref_text_of("s09"), NULL, NULL, NULL));
  CHECK(places.made == places.discarded && places.opened > places.made);
}

int main(void) {
  broken_stores_are_found();
  factories_that_do_not_work_are_reported();
  stores_are_opened_again_in_their_places();
  CHECK(serialref_open_handles() == 0);
  puts("store_selftest: done");
  return 0;
}
