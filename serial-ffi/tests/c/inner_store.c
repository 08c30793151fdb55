/* A store of the library behind a table passes the conformance kit, alone and as the base of a table that hands on. */
#include "check.h"
#include "selftest.h"

static int32_t open_alone(void *ctx, void *storage, serialref_store *store) {
  (void)ctx, (void)storage;
  return serialref_store_by_url(serialref_text_of("memory:"), NULL, store);
}

/* Hands some calls on, with the sink they came with; all others go to the base by themselves. */
struct wrapper {
  serialref_store inner;
};

static int32_t append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  struct wrapper *wrapper = ctx;
  int32_t answer = 0, number = wrapper->inner.append(wrapper->inner.ctx, plan, sink);
  OK(serialref_sink_answer(sink, &answer));
  CHECK(answer != SERIALREF_ANSWER_NOTHING);
  return number;
}

static int32_t references(void *ctx, const serialref_reference_query *query, serialref_sink *sink) {
  struct wrapper *wrapper = ctx;
  return wrapper->inner.references(wrapper->inner.ctx, query, sink);
}

static void forget(void *ctx) { free(ctx); }

static int32_t open_wrapped(void *ctx, void *storage, serialref_store *store) {
  struct wrapper *wrapper = malloc(sizeof *wrapper);
  int32_t number;
  (void)ctx, (void)storage;
  if (wrapper == NULL) return 12;
  wrapper->inner.struct_size = sizeof wrapper->inner;
  number = serialref_store_by_url(serialref_text_of("memory:"), NULL, &wrapper->inner);
  store->ctx = wrapper;
  store->destroy = forget;
  store->base = &wrapper->inner;
  store->append = append;
  store->references = references;
  return number;
}

int main(int argc, char **argv) {
  const char *only = argc > 1 ? argv[1] : "";
  CHECK(selftest(open_alone, only) == 0);
  CHECK(selftest(open_wrapped, only) == 0);
  CHECK(serialref_open_handles() == 0);
  puts("inner_store: done");
  return 0;
}
