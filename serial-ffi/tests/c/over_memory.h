/* Tables that do one thing in their own way, over a store of the library that does the rest. */
#ifndef OVER_MEMORY_H
#define OVER_MEMORY_H

#include "check.h"

/* What the functions of a test share, and how often its tables were destroyed. */
typedef struct {
  serialref_store inner;
  serialref_registry *registry;
  int mode, calls, destroyed, status;
} own_store;

static inline void own_destroy(void *ctx) { ((own_store *)ctx)->destroyed++; }

static inline serialref_store own_table(own_store *own) {
  serialref_store table = SERIALREF_INIT(serialref_store);
  memset(own, 0, sizeof *own);
  own->inner.struct_size = sizeof own->inner;
  OK(serialref_store_by_url(serialref_text_of("memory:"), NULL, &own->inner));
  table.ctx = own;
  table.destroy = own_destroy;
  table.base = &own->inner;
  return table;
}

static inline serialref_registry *open_table(const serialref_store *table) {
  serialref_registry *registry = NULL;
  OK(serialref_open_store(table, NULL, &registry));
  return registry;
}

/* Issues a batch whose codes nobody wants to see. */
static inline serialref_status batch_of(serialref_registry *registry, uint64_t group, uint64_t count) {
  serialref_codes *codes = NULL;
  serialref_status status = serialref_create_batch(registry, group, count, NULL, &codes, NULL);
  OK(serialref_codes_free(codes));
  return status;
}

/* The status of an issue of a batch, and what lies behind it. */
static inline serialref_error_info failed_batch(serialref_registry *registry, uint64_t group, serialref_error **error) {
  CHECK(batch_of(registry, group, 3) != SERIALREF_STATUS_OK);
  return failure(error);
}

#endif
