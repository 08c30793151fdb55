/* Failures of a store come back as they are; a store is destroyed once; calls back and calls at the same time end well. */
#include "over_memory.h"
#include "plain_store.h"

/* --- failures --- */

enum { BY_NUMBER, BY_WORDS, AFTER_ROWS, LOST_REPLY };

static int32_t failing_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  own->calls++;
  switch (own->mode) {
    case BY_NUMBER:
      return -4711;
    case LOST_REPLY:
      /* Done, and nobody hears of it, the first two times. */
      own->inner.append(own->inner.ctx, plan, sink);
      if (own->calls <= 2) {
        OK(serialref_sink_fail(sink, SERIALREF_FAILURE_OUTCOME_UNKNOWN, 0, serialref_text_of("cable cut")));
      }
      return 0;
    default:
      OK(serialref_sink_fail(sink, own->status, INT64_MIN, serialref_text_of("Bandstörung \xE2\x84\x96 7")));
      FAILS(ANSWER_INVALID, serialref_sink_fail(sink, SERIALREF_FAILURE_BUSY, 0, serialref_text_of("a second reason")));
      return 0;
  }
}

static int32_t failing_references(void *ctx, const serialref_reference_query *query, serialref_sink *sink) {
  own_store *own = ctx;
  int32_t number = own->inner.references(own->inner.ctx, query, sink);
  if (own->mode != AFTER_ROWS) return number;
  OK(serialref_sink_fail(sink, SERIALREF_FAILURE_CORRUPT, 0, serialref_text_of("page 2 is torn")));
  return 0;
}

static void failures_come_back_as_they_are(void) {
  static const struct {
    int32_t failure;
    serialref_status status;
  } kinds[] = {{SERIALREF_FAILURE_BUSY, SERIALREF_STATUS_STORE_BUSY},
               {SERIALREF_FAILURE_UNAVAILABLE, SERIALREF_STATUS_STORE_UNAVAILABLE},
               {SERIALREF_FAILURE_OUTCOME_UNKNOWN, SERIALREF_STATUS_OUTCOME_UNKNOWN},
               {SERIALREF_FAILURE_CORRUPT, SERIALREF_STATUS_STORE_CORRUPT},
               {SERIALREF_FAILURE_CONTRACT, SERIALREF_STATUS_STORE_CONTRACT},
               {SERIALREF_FAILURE_FOREIGN, SERIALREF_STATUS_STORE_FOREIGN}};
  own_store own;
  serialref_store table = own_table(&own);
  serialref_registry *registry;
  serialref_list *list;
  serialref_error *error;
  serialref_error_info info;
  uint64_t group;
  size_t i;
  table.append = failing_append;
  table.references = failing_references;
  registry = open_table(&table);
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pumps");

  own.mode = BY_NUMBER;
  info = failed_batch(registry, group, &error);
  CHECK(info.status == SERIALREF_STATUS_STORE_FOREIGN && info.foreign_code == -4711);
  CHECK(strstr(info.source.data, "append") != NULL);
  OK(serialref_error_free(error));

  own.mode = BY_WORDS;
  for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    own.status = kinds[i].failure;
    info = failed_batch(registry, group, &error);
    CHECK(info.status == (int32_t)kinds[i].status);
    CHECK(strcmp(info.source.data, "Bandstörung \xE2\x84\x96 7") == 0);
    CHECK(info.foreign_code == (kinds[i].failure == SERIALREF_FAILURE_FOREIGN ? INT64_MIN : 0));
    OK(serialref_error_free(error));
  }

  /* What came before a failure does not count, and the next call is as if nothing had been. */
  own.mode = AFTER_ROWS;
  FAILS(STORE_CORRUPT, serialref_list_references(registry, NULL, NULL, &list));
  own.mode = LOST_REPLY;
  OK(serialref_list_references(registry, NULL, NULL, &list));
  OK(serialref_list_free(list));
  OK(serialref_registry_free(registry));
  CHECK(own.destroyed == 1);
}

static void a_lost_reply_is_asked_for_again_with_the_same_request(void) {
  own_store own;
  serialref_store table = own_table(&own);
  serialref_registry *registry;
  serialref_issued issued = SERIALREF_INIT(serialref_issued);
  serialref_codes *codes;
  uint64_t group;
  table.append = failing_append;
  table.loses_replies = 1;
  registry = open_table(&table);
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pumps");
  own.mode = LOST_REPLY;
  own.calls = 0;
  OK(serialref_create_batch(registry, group, 20, NULL, &codes, &issued));
  OK(serialref_codes_free(codes));
  CHECK(own.calls == 3 && issued.repeated == 1 && issued.count == 20 && count_in(registry, group) == 20);
  OK(serialref_registry_free(registry));
}

/* --- to whom a store belongs --- */

static void a_store_is_destroyed_once_whatever_happens(void) {
  own_store own;
  serialref_store table = own_table(&own), base;
  serialref_registry *registry = NULL, *acting;
  serialref_cause cause = SERIALREF_INIT(serialref_cause);
  serialref_open_options options = SERIALREF_INIT(serialref_open_options);
  uint64_t handles = serialref_open_handles();
  /* As a later version of the library may have it. */
  struct {
    serialref_store table;
    void *member;
  } newer;

  OK(serialref_open_store(&table, NULL, &registry));
  OK(serialref_acting(registry, &cause, &acting));
  OK(serialref_registry_free(registry));
  CHECK(own.destroyed == 0);
  OK(serialref_registry_free(acting));
  CHECK(own.destroyed == 1 && serialref_open_handles() == handles - 1);

  /* It cannot be read, so it is still the caller's. */
  table = own_table(&own);
  FAILS(NULL_ARGUMENT, serialref_open_store(NULL, NULL, &registry));
  table.struct_size = sizeof table - 1;
  FAILS(SIZE_INVALID, serialref_open_store(&table, NULL, &registry));
  table.struct_size = sizeof table;
  FAILS(MISALIGNED, serialref_open_store((const serialref_store *)(const void *)((char *)&table + 1), NULL, &registry));
  CHECK(own.destroyed == 0);
  FAILS(NULL_ARGUMENT, serialref_open_store(&table, NULL, NULL));
  CHECK(own.destroyed == 1 && serialref_open_handles() == handles - 1);

  table = own_table(&own);
  options.struct_size = 3;
  FAILS(SIZE_INVALID, serialref_open_store(&table, &options, &registry));
  CHECK(own.destroyed == 1);
  table = own_table(&own);
  table.single_threaded = 2;
  FAILS(ENUM_INVALID, serialref_open_store(&table, NULL, &registry));
  CHECK(own.destroyed == 1);
  table = own_table(&own);
  base = own.inner;
  base.append = NULL;
  table.base = &base;
  FAILS(OPTION_INVALID, serialref_open_store(&table, NULL, &registry));
  CHECK(own.destroyed == 1 && strstr(serialref_last_error_message(), "append") != NULL);
  table = own_table(&own);
  base = own.inner;
  base.base = &own.inner;
  table.base = &base;
  FAILS(OPTION_INVALID, serialref_open_store(&table, NULL, &registry));
  CHECK(own.destroyed == 1 && serialref_open_handles() == handles - 1);
  table = own_table(&own);
  base = own.inner;
  newer.table = own.inner;
  newer.table.struct_size = sizeof newer;
  newer.member = &own;
  table.base = &newer.table;
  FAILS(SIZE_INVALID, serialref_open_store(&table, NULL, &registry));
  CHECK(own.destroyed == 1 && serialref_open_handles() == handles - 1);
  newer.table = own_table(&own);
  newer.table.struct_size = sizeof newer;
  FAILS(SIZE_INVALID, serialref_open_store(&newer.table, NULL, &registry));
  CHECK(own.destroyed == 1 && serialref_open_handles() == handles - 1);

  table = own_table(&own);
  base = own.inner;
  base.struct_size = 0;
  table.base = &base;
  FAILS(SIZE_INVALID, serialref_open_store(&table, NULL, &registry));
  CHECK(own.destroyed == 1);
  own.inner.destroy(own.inner.ctx); /* which could not be read either */
  own.inner.destroy(own.inner.ctx); /* and twice does no harm */
  CHECK(serialref_open_handles() == handles - 1);
}

/* --- calls back --- */

static int32_t asking_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  serialref_list *list = NULL;
  own->calls++;
  own->status = serialref_get_group(own->registry, plan->group, &list);
  OK(serialref_list_free(list));
  if (own->mode == 1) OK(serialref_registry_free(own->registry));
  return own->inner.append(own->inner.ctx, plan, sink);
}

static void a_function_may_use_registries_and_never_waits_for_itself(void) {
  own_store own;
  int single_threaded;
  for (single_threaded = 0; single_threaded <= 1; single_threaded++) {
    serialref_store table = own_table(&own);
    uint64_t group;
    table.append = asking_append;
    table.single_threaded = single_threaded;
    own.registry = open_table(&table);
    group = group_of(own.registry, SERIALREF_KIND_BATCH, "Pumps");
    OK(batch_of(own.registry, group, 5));
    CHECK(own.calls == 1);
    CHECK(own.status == (single_threaded ? SERIALREF_STATUS_STORE_CONTRACT : SERIALREF_STATUS_OK));
    CHECK(count_in(own.registry, group) == 5);
    /* Its own registry is freed during the call, which ends well all the same. */
    own.mode = 1;
    OK(batch_of(own.registry, group, 5));
    CHECK(own.destroyed == 1);
    FAILS(HANDLE_INVALID, serialref_registry_free(own.registry));
  }
}

/* --- calls at the same time --- */

enum { THREADS = 8, ROUNDS = 40 };

typedef struct {
  serialref_registry *registry;
  uint64_t group;
} line;

static void *issue_many(void *given) {
  const line *line = given;
  serialref_list *list;
  int round;
  for (round = 0; round < ROUNDS; round++) {
    OK(batch_of(line->registry, line->group, 3));
    OK(serialref_list_references(line->registry, NULL, NULL, &list));
    OK(serialref_list_free(list));
  }
  return NULL;
}

static void a_single_threaded_store_is_never_called_twice_at_a_time(void) {
  /* It has no lock: anything that came at the same time would break its lists, and the counts with them. */
  serialref_store table;
  int destroyed = 0, i;
  pthread_t threads[THREADS];
  line line;
  plain_open(&table, 0)->destroyed = &destroyed;
  line.registry = open_table(&table);
  line.group = group_of(line.registry, SERIALREF_KIND_BATCH, "Pumps");
  for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, issue_many, &line) == 0);
  for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(count_in(line.registry, line.group) == THREADS * ROUNDS * 3);
  OK(serialref_registry_free(line.registry));
  CHECK(destroyed == 1);
}

int main(void) {
  failures_come_back_as_they_are();
  a_lost_reply_is_asked_for_again_with_the_same_request();
  a_store_is_destroyed_once_whatever_happens();
  a_function_may_use_registries_and_never_waits_for_itself();
  a_single_threaded_store_is_never_called_twice_at_a_time();
  CHECK(serialref_open_handles() == 0);
  puts("store_errors: done");
  return 0;
}
