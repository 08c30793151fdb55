/* Whatever a store answers, and whatever it does with its sink: the caller gets a status, and the library lives on. */
#include "over_memory.h"

static serialref_text words = {"sensible", 8};
static uint64_t memory[1024];

static void *sized(size_t size) {
  memset(memory, 0, sizeof memory);
  memcpy(memory, &size, sizeof size);
  return memory;
}

static serialref_text text(const char *data, size_t size) {
  serialref_text made = {data, size};
  return made;
}

/* --- every function of sinks with everything that can be wrong with a struct --- */

typedef serialref_status (*struct_function)(serialref_sink *sink, const void *record);

#define WITH_STRUCT(name, type)                                                                                        \
  static serialref_status tell_##name(serialref_sink *sink, const void *record) {                                        \
    return serialref_sink_##name(sink, (const type *)record);                                                          \
  }
WITH_STRUCT(group, serialref_stored_group)
WITH_STRUCT(reference, serialref_reference)
WITH_STRUCT(batch, serialref_batch)
WITH_STRUCT(event, serialref_event)
WITH_STRUCT(details, serialref_details)
WITH_STRUCT(appended, serialref_appended)
WITH_STRUCT(claimed, serialref_stored_claim)
WITH_STRUCT(refuse, serialref_refused)


static const struct_function with_struct[] = {tell_group,   tell_reference, tell_batch,   tell_event,
                                              tell_details, tell_appended,  tell_claimed, tell_refuse};

/* Uses a sink wrongly in every way; it must not matter which question it belongs to. */
static void attack(serialref_sink *sink) {
  static const size_t sizes[] = {0, 1, 7, 8, 5000, SIZE_MAX, SIZE_MAX / 2};
  size_t i, j;
  int32_t answer;
  for (i = 0; i < sizeof with_struct / sizeof with_struct[0]; i++) {
    CHECK(with_struct[i](sink, NULL) != SERIALREF_STATUS_OK);
    CHECK(with_struct[i](sink, (char *)sized(4096) + 1) != SERIALREF_STATUS_OK);
    for (j = 0; j < sizeof sizes / sizeof sizes[0]; j++) {
      CHECK(with_struct[i](sink, sized(sizes[j])) != SERIALREF_STATUS_OK);
    }
    /* From a version that knows more. */
    ((uint64_t *)sized(4096))[511] = 1;
    CHECK(with_struct[i](sink, memory) != SERIALREF_STATUS_OK);
    /* All other bytes set: every pointer, length and number is nonsense, and none is followed. */
    for (j = 64; j <= 512; j += 8) {
      sized(j);
      memset(memory + 1, 0xFF, j - 8);
      if (i != 0) with_struct[i](sink, memory);
    }
  }
  CHECK(serialref_sink_inventory(sink, NULL) != SERIALREF_STATUS_OK);
  CHECK(serialref_sink_inventory(sink, (uint64_t *)(void *)((char *)memory + 1)) != SERIALREF_STATUS_OK);
  memset(memory, 0xFF, sizeof memory);
  CHECK(serialref_sink_inventory(sink, memory) != SERIALREF_STATUS_OK);
  CHECK(serialref_sink_page(sink, 2, 0) != SERIALREF_STATUS_OK);
  FAILS(NULL_ARGUMENT, serialref_sink_answer(sink, NULL));
  OK(serialref_sink_answer(sink, &answer));
  CHECK(answer == SERIALREF_ANSWER_FAILED);
  FAILS(ENUM_INVALID, serialref_sink_fail(sink, 0, 0, words));
  FAILS(ENUM_INVALID, serialref_sink_fail(sink, INT32_MIN, 0, words));
  FAILS(NOT_UTF8, serialref_sink_fail(sink, SERIALREF_FAILURE_BUSY, 0, text("\xC3(", 2)));
  FAILS(NULL_ARGUMENT, serialref_sink_fail(sink, SERIALREF_FAILURE_BUSY, 0, text(NULL, 9)));
  FAILS(SIZE_INVALID, serialref_sink_fail(sink, SERIALREF_FAILURE_BUSY, 0, text("x", SIZE_MAX)));
}

/* What is no sink. */
static void attack_without(serialref_sink *sink, serialref_status expected) {
  int32_t answer;
  CHECK(serialref_sink_number(sink, 1) == expected);
  CHECK(serialref_sink_position(sink, 1) == expected);
  CHECK(serialref_sink_page(sink, 0, 0) == expected);
  CHECK(serialref_sink_changed(sink, 1, 1) == expected);
  CHECK(serialref_sink_request(sink, 1) == expected);
  CHECK(serialref_sink_inventory(sink, memory) == expected);
  CHECK(serialref_sink_fail(sink, SERIALREF_FAILURE_BUSY, 0, words) == expected);
  CHECK(serialref_sink_answer(sink, &answer) == expected);
  for (size_t i = 0; i < sizeof with_struct / sizeof with_struct[0]; i++) {
    CHECK(with_struct[i](sink, sized(512)) == expected);
  }
}

static serialref_sink *kept;

static int32_t attacking_find(void *ctx, const serialref_find_query *query, serialref_sink *sink) {
  (void)query;
  if (((own_store *)ctx)->mode) attack(sink);
  attack_without(NULL, SERIALREF_STATUS_NULL_ARGUMENT);
  if (kept != NULL) attack_without(kept, SERIALREF_STATUS_HANDLE_INVALID);
  kept = sink;
  return 0;
}

static int32_t attacking_groups(void *ctx, const serialref_group_query *query, serialref_sink *sink) {
  (void)ctx, (void)query;
  attack(sink);
  return 0;
}

static int32_t attacking_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  serialref_appended appended = SERIALREF_INIT(serialref_appended);
  (void)ctx, (void)plan;
  appended.reserved = 1;
  FAILS(OPTION_INVALID, serialref_sink_appended(sink, &appended));
  attack(sink);
  return 0;
}

static int32_t attacking_inventory(void *ctx, const serialref_within *within, serialref_sink *sink) {
  (void)ctx, (void)within;
  attack(sink);
  return 0;
}

static void sinks_bear_everything(void) {
  own_store own;
  serialref_store table = own_table(&own);
  serialref_registry *registry;
  serialref_list *list;
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_inventory inventory = SERIALREF_INIT(serialref_inventory);
  uint64_t group;
  table.find = attacking_find;
  table.groups = attacking_groups;
  table.append = attacking_append;
  table.inventory = attacking_inventory;
  registry = open_table(&table);
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pumps");
  FAILS(REFERENCE_NOT_FOUND, serialref_lookup_in(registry, group, words, &reference));
  /* A lookup in all groups asks for these as well. */
  FAILS(STORE_CONTRACT, serialref_lookup(registry, words, &reference));
  own.mode = 1;
  FAILS(STORE_CONTRACT, serialref_lookup_in(registry, group, words, &reference));
  FAILS(STORE_CONTRACT, serialref_list_groups(registry, text(NULL, 0), NULL, &list));
  FAILS(STORE_CONTRACT, batch_of(registry, group, 2));
  FAILS(STORE_CONTRACT, serialref_get_inventory(registry, group, 0, &inventory));
  attack_without(kept, SERIALREF_STATUS_HANDLE_INVALID);
  OK(serialref_registry_free(registry));
}

/* --- answers that are well made and wrong --- */

enum { WIDE_CODES = 100 };

static char large[3000];
static const uint32_t beyond[] = {0, 7}, backwards[] = {2, 1};

static serialref_reference reference_of(uint64_t group, uint64_t row, const char *code) {
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  reference.group = group;
  reference.row = row;
  reference.batch = 1;
  reference.state = SERIALREF_STATE_AVAILABLE;
  reference.code_size = (uint32_t)strlen(code);
  memcpy(reference.code, code, strlen(code));
  return reference;
}

static void give(serialref_sink *sink, serialref_reference reference) { serialref_sink_reference(sink, &reference); }

/* Returns 0 where there is no such mode. */
static int wrong_append(serialref_sink *sink, const serialref_append_plan *plan, int mode) {
  serialref_appended appended = SERIALREF_INIT(serialref_appended);
  serialref_refused refused = SERIALREF_INIT(serialref_refused);
  serialref_stored_group group = SERIALREF_INIT(serialref_stored_group);
  refused.group = plan->group;
  switch (mode) {
    case 1: return 1; /* no answer at all */
    case 2: appended.batch = 1; break; /* row 0 */
    case 3: appended.first_row = 1; break; /* no batch */
    case 4: /* another number of codes than were asked for */
      appended.is_repeated = 1;
      appended.group = plan->group;
      appended.first_row = appended.batch = 1;
      appended.batch_name = words;
      appended.codes = "abcd";
      appended.width = 2;
      appended.count = 2;
      break;
    case 5: /* a batch without a name */
      appended.is_repeated = 1;
      appended.batch = 1;
      break;
    case 6: /* codes of no width */
      appended.is_repeated = 1;
      appended.codes = "abc";
      appended.count = 3;
      break;
    case 7: /* codes that are no ASCII */
      appended.is_repeated = 1;
      appended.codes = "\xC3\xA4";
      appended.width = 1;
      appended.count = 2;
      break;
    case 8: /* more codes than there is memory */
      appended.is_repeated = 1;
      appended.codes = "abc";
      appended.width = appended.count = (size_t)1 << 32;
      break;
    case 9: appended.is_repeated = 7; break;
    default:
      refused.reason = mode - 10;
      if (mode == 23) refused.reason = -1;
      if (mode == 10 + SERIALREF_REFUSAL_NO_SUCH_GROUP || mode == 10 + SERIALREF_REFUSAL_LIVE_LIMIT) return 1;
      if (mode == 24) { /* positions that the plan does not have */
        refused.reason = SERIALREF_REFUSAL_CODES_TAKEN;
        refused.positions = beyond;
        refused.positions_count = 2;
      } else if (mode == 25) {
        refused.reason = SERIALREF_REFUSAL_CODES_TAKEN;
        refused.positions = backwards;
        refused.positions_count = 2;
      } else if (mode == 26) {
        refused.reason = SERIALREF_REFUSAL_CODES_TAKEN;
        refused.positions_count = 2; /* and no positions */
      } else if (mode == 27) {
        refused.reason = SERIALREF_REFUSAL_UNFIT;
        refused.unfit_count = SIZE_MAX;
        refused.unfit = (const serialref_unfit *)(const void *)memory;
      } else if (mode == 28) { /* settings that the library never gave */
        refused.reason = SERIALREF_REFUSAL_GROUP_CHANGED;
        refused.stored_group = &group;
        group.settings = words;
      } else if (mode == WIDE_CODES) { /* three codes that are wider than the format makes them */
        memset(large, 'x', sizeof large);
        appended.is_repeated = 1;
        appended.group = plan->group;
        appended.first_row = appended.batch = 1;
        appended.batch_name = words;
        appended.codes = large;
        appended.width = sizeof large / 3;
        appended.count = 3;
        serialref_sink_appended(sink, &appended);
        return 1;
      } else if (mode > 28) {
        return 0;
      }
      serialref_sink_refuse(sink, &refused);
      return 1;
  }
  serialref_sink_appended(sink, &appended);
  return 1;
}

static int32_t nonsense_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  if (own->mode == 0) return own->inner.append(own->inner.ctx, plan, sink);
  own->calls = wrong_append(sink, plan, own->mode);
  return 0;
}

static int wrong_rows(serialref_sink *sink, const serialref_reference_query *query, int mode) {
  serialref_reference row = reference_of(query->within.group, 1, "AB");
  uint32_t i;
  switch (mode) {
    case 1: give(sink, row); return 1; /* no page */
    case 2: give(sink, row), give(sink, row); break; /* twice */
    case 3: row.row = 2, give(sink, row), row.row = 1, give(sink, row); break;
    case 4: row.group++, give(sink, row); break; /* of another group */
    case 5: for (i = 0; i <= query->slice.size; i++) row.row = i + 1, give(sink, row); break;
    case 6: serialref_sink_page(sink, 1, 0); return 1; /* goes on for ever */
    case 7: row.state = 9, give(sink, row); break;
    case 8: row.code_size = SERIALREF_CODE_CAPACITY, give(sink, row); break;
    case 9: row.code[0] = (char)0xFF, give(sink, row); break;
    case 10: serialref_sink_page(sink, 0, 0); break; /* two pages */
    case 11: serialref_sink_number(sink, 4); break; /* what was not asked for */
    default: return 0;
  }
  serialref_sink_page(sink, 0, 1);
  return 1;
}

static int32_t nonsense_references(void *ctx, const serialref_reference_query *query, serialref_sink *sink) {
  own_store *own = ctx;
  own->calls = wrong_rows(sink, query, own->mode);
  return 0;
}

static int wrong_claim(serialref_sink *sink, const serialref_claim_plan *plan, int mode) {
  serialref_stored_claim claim = SERIALREF_INIT(serialref_stored_claim);
  uint64_t row;
  claim.group = plan->group;
  claim.id = 1;
  claim.holder = plan->holder;
  switch (mode) {
    case 1: claim.id = 0; break;
    case 2: claim.group++; break;
    case 3: claim.holder = text("", 0); break;
    case 4: claim.has_expires_at = 3; break;
    case 5: /* fewer than were asked for */
    case 6: /* more */
    case 7: break; /* in the wrong order */
    case 8: return 1;
    default: return 0;
  }
  serialref_sink_claimed(sink, &claim);
  for (row = 1; row <= plan->count + (mode == 6) - (mode == 5); row++) {
    give(sink, reference_of(plan->group, mode == 7 ? 9 - row : row, "AB"));
  }
  return 1;
}

static int32_t nonsense_claim(void *ctx, const serialref_claim_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  own->calls = wrong_claim(sink, plan, own->mode);
  return 0;
}

static int wrong_events(serialref_sink *sink, const serialref_event_query *query, int mode) {
  serialref_event event = SERIALREF_INIT(serialref_event);
  event.group = query->group;
  event.id = 1;
  event.row = 1;
  event.change = SERIALREF_CHANGE_MOVED;
  event.from = event.to = serialref_text_of("available");
  switch (mode) {
    case 1: event.to = words; break; /* no state */
    case 2: event.change = 99; break;
    case 3: event.actor = text("\xFF", 1); break;
    case 4: event.change = SERIALREF_CHANGE_GROUP_CHANGED, event.setting = words; break;
    case 5: event.note.data = NULL, event.note.size = 5; break;
    case 6: return 1;
    default: return 0;
  }
  serialref_sink_event(sink, &event);
  serialref_sink_page(sink, 0, 0);
  return 1;
}

static int32_t nonsense_events(void *ctx, const serialref_event_query *query, serialref_sink *sink) {
  own_store *own = ctx;
  own->calls = wrong_events(sink, query, own->mode);
  return 0;
}

static void nonsense_is_found_out(void) {
  own_store own;
  serialref_store table = own_table(&own);
  serialref_registry *registry;
  serialref_list *list;
  serialref_new_claim claim = SERIALREF_INIT(serialref_new_claim);
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  uint64_t group;
  int modes[4] = {0, 0, 0, 0};
  char buffer[3 * 26];
  table.append = nonsense_append;
  table.references = nonsense_references;
  table.claim = nonsense_claim;
  table.events = nonsense_events;
  registry = open_table(&table);
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pumps");
  OK(batch_of(registry, group, 5));
  filter.group = group;
  claim.holder = serialref_text_of("Line 3");
  claim.count = 3;
  for (own.mode = 1; own.mode < 40; own.mode++) {
    int is_refused = own.mode == 10 + SERIALREF_REFUSAL_NO_SUCH_GROUP || own.mode == 10 + SERIALREF_REFUSAL_LIVE_LIMIT;
    serialref_status status = batch_of(registry, group, 3);
    modes[0] += own.calls;
    CHECK(!own.calls || status == SERIALREF_STATUS_STORE_CONTRACT || is_refused || status == SERIALREF_STATUS_NAME_TAKEN ||
          status == SERIALREF_STATUS_BATCH_NOT_FOUND || status == SERIALREF_STATUS_CLAIM_NOT_FOUND ||
          status == SERIALREF_STATUS_REQUEST_MISMATCH);
    status = serialref_list_references(registry, &filter, NULL, &list);
    modes[1] += own.calls;
    CHECK(!own.calls || status == SERIALREF_STATUS_STORE_CONTRACT);
    if (status == SERIALREF_STATUS_OK) OK(serialref_list_free(list));
    status = serialref_claim(registry, group, &claim, &list, NULL);
    modes[2] += own.calls;
    CHECK(!own.calls || status == SERIALREF_STATUS_STORE_CONTRACT);
    status = serialref_list_events(registry, group, 0, 10, &list);
    modes[3] += own.calls;
    CHECK(!own.calls || status == SERIALREF_STATUS_STORE_CONTRACT);
  }
  own.mode = WIDE_CODES;
  FAILS(STORE_CONTRACT, serialref_create_batch_into(registry, group, 3, NULL, buffer, sizeof buffer, NULL, NULL));
  CHECK(modes[0] == 28 && modes[1] == 11 && modes[2] == 8 && modes[3] == 6);
  own.mode = 0;
  OK(batch_of(registry, group, 5));
  OK(serialref_registry_free(registry));
}

/* --- the tables of the library, called by anybody --- */

static int32_t calling_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  own_store *own = ctx;
  serialref_append_plan changed = *plan;
  serialref_store *inner = &own->inner;
  switch (own->mode) {
    case 1: return inner->append(NULL, plan, sink);
    case 2: return inner->append(own, plan, sink);
    case 3: return inner->append(inner->ctx, NULL, sink);
    case 4: return inner->append(inner->ctx, (const serialref_append_plan *)(const void *)((const char *)plan + 1), sink);
    case 5: changed.struct_size = 8; break;
    case 6: changed.width = SIZE_MAX; break;
    case 7: changed.codes = NULL; break;
    case 8: changed.width = 0; break;
    case 9: changed.has_request = 2; break;
    case 10: changed.values_count = SIZE_MAX; break;
    case 11: changed.origin.actor = text("\xFF", 1); break;
    case 12: changed.batch_name = text(NULL, 1); break;
    case 13: changed.count--; break; /* a plan that fits, and is another: the registry sees only that rows were issued */
    case 14: return inner->append(inner->ctx, plan, sink) + inner->append(inner->ctx, plan, sink); /* twice */
    case 15: return inner->find(inner->ctx, NULL, sink);
    case 16: return inner->create_group(inner->ctx, (const serialref_group_plan *)(const void *)plan, sink);
    case 17: return inner->append(inner->ctx, plan, NULL);
    case 18: return inner->append(inner->ctx, plan, (serialref_sink *)inner->ctx);
    default: break;
  }
  return inner->append(inner->ctx, &changed, sink);
}

static void tables_of_the_library_bear_everything(void) {
  own_store own;
  serialref_store table = own_table(&own);
  serialref_registry *registry;
  uint64_t group, handles;
  table.append = calling_append;
  registry = open_table(&table);
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pumps");
  handles = serialref_open_handles();
  for (own.mode = 1; own.mode <= 18; own.mode++) {
    serialref_status status = batch_of(registry, group, 3);
    if (own.mode == 13) {
      OK(status);
    } else {
      CHECK(status == SERIALREF_STATUS_STORE_CONTRACT || (own.mode >= 17 && status == SERIALREF_STATUS_STORE_FOREIGN));
    }
    CHECK(serialref_open_handles() == handles);
  }
  own.mode = 0;
  OK(batch_of(registry, group, 3));
  FAILS(NULL_ARGUMENT, serialref_store_by_url(serialref_text_of("memory:"), NULL, NULL));
  FAILS(STORE_URL_INVALID, serialref_store_by_url(serialref_text_of("tape:"), NULL, &own.inner));
  OK(serialref_registry_free(registry));
}

int main(void) {
  sinks_bear_everything();
  nonsense_is_found_out();
  tables_of_the_library_bear_everything();
  CHECK(serialref_open_handles() == 0);
  puts("store_answers: done");
  return 0;
}
