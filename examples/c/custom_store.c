/*
 * A store of one's own in C: every reference that is issued goes into a journal as well, for the safe in the office.
 *
 * It builds on a store of the library and does one thing differently. Build and run:
 *   cc custom_store.c -o custom_store $(pkg-config --cflags --libs serialref) && ./custom_store journal.txt
 */
#include <errno.h>
#include <serialref.h>
#include <stdio.h>
#include <stdlib.h>

struct journal {
  FILE *file;
  serialref_store inner;
};

/* Writes down what is to be issued, has the inner store issue it, and writes down what came of it. */
static int32_t append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  struct journal *journal = ctx;
  int32_t answer = SERIALREF_ANSWER_NOTHING;
  for (size_t i = 0; i < plan->count; i++) {
    fprintf(journal->file, "%.*s\n", (int)plan->width, plan->codes + i * plan->width);
  }
  if (fflush(journal->file) != 0) {
    /* Nothing has changed yet. Number and text come back to the caller as they are. */
    serialref_sink_fail(sink, SERIALREF_FAILURE_FOREIGN, errno, serialref_text_of("the journal cannot be written"));
    return 1;
  }
  int32_t failed = journal->inner.append(journal->inner.ctx, plan, sink);
  /* An answer can also be a refusal, or what an earlier call with the same request id has issued. */
  serialref_sink_answer(sink, &answer);
  fprintf(journal->file, "# %s\n", answer == SERIALREF_ANSWER_DONE ? "issued" : "not issued");
  return failed;
}

static void destroy(void *ctx) {
  struct journal *journal = ctx;
  fclose(journal->file);
  free(journal);
}

/* A registry over a store in memory with a journal. */
static serialref_status open_with_journal(const char *path, serialref_registry **registry) {
  serialref_store store = SERIALREF_INIT(serialref_store);
  struct journal *journal = calloc(1, sizeof *journal);
  if (journal == NULL || (journal->file = fopen(path, "w")) == NULL) {
    perror(path);
    exit(1);
  }
  journal->inner.struct_size = sizeof journal->inner;
  serialref_status status = serialref_store_by_url(serialref_text_of("memory:"), NULL, &journal->inner);
  if (status != SERIALREF_STATUS_OK) {
    destroy(journal);
    return status;
  }
  store.ctx = journal;
  store.destroy = destroy;
  store.append = append;        /* this one is ours; */
  store.base = &journal->inner; /* the other twenty are the inner store's */
  return serialref_open_store(&store, NULL, registry);
}

static void check(serialref_status status) {
  if (status != SERIALREF_STATUS_OK) {
    fprintf(stderr, "%s\n", serialref_last_error_message());
    exit(1);
  }
}

int main(int argc, char **argv) {
  serialref_registry *registry;
  serialref_codes *codes;
  uint64_t group;
  check(open_with_journal(argc > 1 ? argv[1] : "journal.txt", &registry));

  serialref_new_group pump = SERIALREF_INIT(serialref_new_group);
  pump.kind = SERIALREF_KIND_BATCH;
  pump.name = serialref_text_of("Pump AX-100");
  check(serialref_create_group(registry, &pump, &group));
  check(serialref_create_batch(registry, group, 500, NULL, &codes, NULL));
  puts("500 references are issued, and each is in the journal");

  check(serialref_codes_free(codes));
  check(serialref_registry_free(registry));
  return 0;
}
