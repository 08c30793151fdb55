/*
 * Two printers of a line print the labels of an order, at a rate, each code once. Kill the program and start it again: it goes
 * on where it was.
 *
 * cc line_controller.c -o line_controller -pthread $(pkg-config --cflags --libs serialref)
 * ./line_controller ORDER LABELS PER_SECOND URL
 */

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <serialref.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PRINTERS = 2 };

struct printer {
  serialref_registry *registry;
  uint64_t group;
  const char *order;
  unsigned first, labels, printed, earlier;
  double seconds; /* from one label to the next */
  pthread_t thread;
};

static serialref_status complain(serialref_status status) {
  fprintf(stderr, "%s: %s\n", serialref_status_name(status), serialref_last_error_message());
  return status;
}

/* Issues one label, prints it, and notes that it was printed. The same request gives the same code, whenever it is made. */
static serialref_status print_label(struct printer *printer, unsigned number) {
  char request[100];
  snprintf(request, sizeof request, "Order %.60s, label %u", printer->order, number);
  serialref_issue_options options = SERIALREF_INIT(serialref_issue_options);
  serialref_status status = serialref_request_id_of_text(serialref_text_of(request), &options.request_id);
  if (status != SERIALREF_STATUS_OK) return status;

  serialref_reference label = SERIALREF_INIT(serialref_reference);
  status = serialref_create_reference_with(printer->registry, printer->group, &options, &label, NULL);
  if (status != SERIALREF_STATUS_OK) return status;
  /* What is given again is as it was issued; what became of it since, the store knows. */
  status = serialref_lookup(printer->registry, serialref_text_of(label.code), &label);
  if (status != SERIALREF_STATUS_OK) return status;
  if (label.state != SERIALREF_STATE_AVAILABLE) {
    printer->earlier += 1;
    return SERIALREF_STATUS_OK;
  }

  printf("%s\n", label.code); /* here it is sent to the printer, and has left this program before that is noted */
  if (fflush(stdout) != 0) return perror("stdout"), SERIALREF_STATUS_TRANSFER_FAILED;
  printer->printed += 1;
  serialref_place place = {label.group, label.row};
  serialref_selection one = SERIALREF_INIT(serialref_selection);
  one.places = &place;
  one.places_count = 1;
  serialref_transition_options encoded = SERIALREF_INIT(serialref_transition_options);
  encoded.state = SERIALREF_STATE_ENCODED;
  return serialref_transition(printer->registry, &one, &encoded, NULL);
}

static void *run(void *of) {
  struct printer *printer = of;
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (unsigned number = printer->first; number <= printer->labels;) {
    serialref_status status = print_label(printer, number);
    if (status == SERIALREF_STATUS_OK) {
      number += PRINTERS;
    } else if (complain(status) != SERIALREF_STATUS_STORE_BUSY && status != SERIALREF_STATUS_STORE_UNAVAILABLE &&
               status != SERIALREF_STATUS_OUTCOME_UNKNOWN) {
      break; /* these three pass; of all others somebody has to know */
    }
    long nanoseconds = next.tv_nsec + (long)(printer->seconds * 1e9);
    next.tv_sec += nanoseconds / 1000000000;
    next.tv_nsec = nanoseconds % 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  return NULL;
}

/* The group of an earlier run, or a new one. */
static serialref_status open_group(serialref_registry *registry, uint64_t *id) {
  serialref_text name = serialref_text_of("Pump AX-100");
  if (serialref_find_group(registry, name, id) == SERIALREF_STATUS_OK) return SERIALREF_STATUS_OK;
  serialref_limits limits = SERIALREF_INIT(serialref_limits);
  limits.max_live = SERIALREF_UNLIMITED;
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  group.kind = SERIALREF_KIND_CONTINUOUS;
  group.name = name;
  group.limits = &limits;
  return serialref_create_group(registry, &group, id);
}

int main(int argc, char **argv) {
  if (argc != 5) return fputs("usage: line_controller ORDER LABELS PER_SECOND URL\n", stderr), 2;
  unsigned labels = (unsigned)strtoul(argv[2], NULL, 10), printed = 0, earlier = 0;
  serialref_registry *registry;
  uint64_t group;
  serialref_status status = serialref_open(serialref_text_of(argv[4]), NULL, &registry);
  if (status == SERIALREF_STATUS_OK) status = open_group(registry, &group);
  if (status != SERIALREF_STATUS_OK) return complain(status), 1;

  struct printer printers[PRINTERS];
  for (unsigned i = 0; i < PRINTERS; ++i) {
    printers[i] = (struct printer){registry, group, argv[1], i + 1, labels, 0, 0, PRINTERS / atof(argv[3]), 0};
    if (pthread_create(&printers[i].thread, NULL, run, &printers[i]) != 0) return 1;
  }
  for (unsigned i = 0; i < PRINTERS; ++i) {
    pthread_join(printers[i].thread, NULL);
    printed += printers[i].printed;
    earlier += printers[i].earlier;
  }
  fprintf(stderr, "%u labels were printed, %u had been before\n", printed, earlier);
  return serialref_registry_free(registry) != SERIALREF_STATUS_OK || printed + earlier != labels;
}
