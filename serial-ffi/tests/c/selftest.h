/* Runs the conformance kit on stores that a function makes, and says what failed. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "check.h"

typedef int32_t (*open_function)(void *ctx, void *storage, serialref_store *store);

static void report(void *ctx, const serialref_selftest_case *result) {
  size_t *reported = ctx;
  CHECK(result->number == *reported + 1 && result->count >= result->number);
  CHECK(result->passed == (result->message.size == 0));
  ++*reported;
  if (!result->passed) {
    fprintf(stderr, "%s (%s): %.600s\n", result->name.data, result->rule.data, result->message.data);
  }
}

/* How many cases failed. */
static inline size_t selftest(open_function open, const char *only) {
  serialref_store_factory factory = SERIALREF_INIT(serialref_store_factory);
  serialref_selftest_result result = SERIALREF_INIT(serialref_selftest_result);
  serialref_status status;
  size_t reported = 0;
  factory.open = open;
  status = serialref_store_selftest(&factory, serialref_text_of(only), report, &reported, &result);
  CHECK(status == (result.failed == 0 ? SERIALREF_STATUS_OK : SERIALREF_STATUS_STORE_CONTRACT));
  CHECK(result.passed + result.failed == reported);
  return result.failed;
}

#endif
