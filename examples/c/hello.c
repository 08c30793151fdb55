/*
 * Issues a batch of serial references, prints them, and finds one of them again.
 *
 * cc hello.c -o hello $(pkg-config --cflags --libs serialref)
 */

#include <serialref.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program if a call failed, and says why. */
static void must(serialref_status status) {
  if (status != SERIALREF_STATUS_OK) {
    fprintf(stderr, "%s\n", serialref_last_error_message());
    exit(EXIT_FAILURE);
  }
}

int main(void) {
  serialref_registry *registry;
  must(serialref_open(serialref_text_of("memory:"), NULL, &registry));

  /* A group has a format, which says what its codes look like: here AX- and 12 characters without look-alikes. */
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  options.preset = SERIALREF_PRESET_UNAMBIGUOUS31;
  options.length = 12;
  options.prefix = serialref_text_of("AX-");
  serialref_format *format;
  must(serialref_format_new(&options, &format));

  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  group.kind = SERIALREF_KIND_BATCH;
  group.name = serialref_text_of("Pump AX-100");
  group.format = format;
  uint64_t pumps;
  must(serialref_create_group(registry, &group, &pumps));

  /* A batch is issued whole or not at all. */
  serialref_issue_options order = SERIALREF_INIT(serialref_issue_options);
  order.name = serialref_text_of("Order 4711");
  serialref_codes *codes;
  must(serialref_create_batch(registry, pumps, 20, &order, &codes, NULL));
  serialref_text code;
  for (size_t i = 0; i < 20; ++i) {
    must(serialref_codes_get(codes, i, &code));
    puts(code.data);
  }

  /* What is scanned is found. */
  serialref_reference found = SERIALREF_INIT(serialref_reference);
  must(serialref_lookup(registry, code, &found));
  printf("%s is number %llu of its group\n", found.code, (unsigned long long)found.row);

  /* Any part of a code finds it, from three characters on. */
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  filter.group = pumps;
  filter.term.data = found.code + 5;
  filter.term.size = 4;
  uint64_t count;
  must(serialref_count(registry, &filter, &count));
  printf("%llu codes contain %.4s\n", (unsigned long long)count, filter.term.data);

  /* What was made is freed. */
  must(serialref_codes_free(codes));
  must(serialref_format_free(format));
  must(serialref_registry_free(registry));
  return EXIT_SUCCESS;
}
