/* A whole store in plain C passes the conformance kit, with a lock of its own and with the library's. */
#include "plain_store.h"
#include "selftest.h"

static int32_t open_locked(void *ctx, void *storage, serialref_store *store) {
  (void)ctx, (void)storage;
  plain_open(store, 1);
  return 0;
}

static int32_t open_single_threaded(void *ctx, void *storage, serialref_store *store) {
  (void)ctx, (void)storage;
  plain_open(store, 0);
  return 0;
}

int main(int argc, char **argv) {
  const char *only = argc > 1 ? argv[1] : "";
  CHECK(selftest(open_locked, only) == 0);
  CHECK(selftest(open_single_threaded, only) == 0);
  CHECK(serialref_open_handles() == 0);
  puts("plain_store: done");
  return 0;
}
