/* A whole store in plain C: arrays behind one lock. It keeps the contract and nothing else in mind. */
#ifndef PLAIN_STORE_H
#define PLAIN_STORE_H

#include "check.h"
#include <pthread.h>

typedef struct {
  uint64_t field;
  serialref_text value;
} own_value;

typedef struct {
  uint64_t batch, claim;
  int64_t created_at;
  int32_t state, is_live;
  own_value *values; /* by field */
  size_t values_count;
  serialref_text warranty;
} row;

typedef struct {
  serialref_text name;
  int64_t created_at;
  uint64_t first_row, size;
} batch;

typedef struct {
  serialref_text holder;
  int64_t claimed_at, expires_at;
  int32_t has_expires_at;
  uint64_t *rows;
  size_t count;
} claim;

typedef struct {
  uint64_t id, revision, next_index;
  serialref_text name, settings;
  int32_t kind, scope, is_deleted;
  size_t width;
  uint64_t in_state[9];
  row *rows; /* rows[0] has the number 1, and so have batches, claims and events */
  char *codes;
  size_t issued, rows_room;
  batch *batches;
  size_t batches_count, batches_room;
  claim *claims;
  size_t claims_count, claims_room;
  serialref_event *events;
  size_t events_count, events_room;
} group;

enum { APPENDED = 1, CLAIMED, CHANGED };

typedef struct {
  serialref_request_id id;
  uint64_t digest, group, first, count, left;
  int32_t what;
} request;

typedef struct {
  size_t group, row; /* group 0 is an empty place */
} burned;

typedef struct chunk {
  struct chunk *next;
} chunk;

typedef struct {
  pthread_mutex_t lock;
  int has_lock;
  group **groups; /* groups[0] has the number 1; they stay where they are */
  size_t groups_count, groups_room;
  request *requests;
  size_t requests_count, requests_room;
  burned *codes; /* a hash table of every code that was ever issued */
  size_t codes_count, codes_room;
  chunk *texts;
  int *destroyed;
} plain_store;

static void *grown(void *list, size_t count, size_t *room, size_t size) {
  if (count < *room) return list;
  while (*room <= count) *room = *room * 2 + 8;
  list = realloc(list, *room * size);
  CHECK(list != NULL);
  return list;
}

/* Keeps a text as long as the store. */
static serialref_text keep(plain_store *store, serialref_text text) {
  chunk *kept;
  if (text.size == 0) return text;
  kept = malloc(sizeof *kept + text.size);
  CHECK(kept != NULL);
  kept->next = store->texts;
  store->texts = kept;
  memcpy(kept + 1, text.data, text.size);
  text.data = (const char *)(kept + 1);
  return text;
}

static int same(serialref_text a, serialref_text b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void enter(plain_store *store) {
  if (store->has_lock) pthread_mutex_lock(&store->lock);
}

static int32_t leave(plain_store *store) {
  if (store->has_lock) pthread_mutex_unlock(&store->lock);
  return 0;
}

static group *any_group(plain_store *store, uint64_t id) {
  return id > 0 && id <= store->groups_count ? store->groups[id - 1] : NULL;
}

static group *existing(plain_store *store, uint64_t id) {
  group *found = any_group(store, id);
  return found != NULL && !found->is_deleted ? found : NULL;
}

static uint64_t live_in(const group *of) {
  uint64_t live = 0;
  int state;
  for (state = 1; state <= 8; state++) live += of->in_state[state];
  return live;
}

/* --- answers --- */

static serialref_stored_group shown(const group *of) {
  serialref_stored_group record = SERIALREF_INIT(serialref_stored_group);
  record.id = of->id;
  record.settings = of->settings;
  record.revision = of->revision;
  record.issued = of->issued;
  record.next_index = of->next_index;
  record.events = of->events_count;
  memcpy(record.in_state, of->in_state, sizeof record.in_state);
  return record;
}

static void give_group(serialref_sink *sink, const group *of) {
  serialref_stored_group record = shown(of);
  serialref_sink_group(sink, &record);
}

static void give_row(serialref_sink *sink, const group *of, size_t at) {
  serialref_reference record = SERIALREF_INIT(serialref_reference);
  const row *found = &of->rows[at];
  record.group = of->id;
  record.row = at + 1;
  record.batch = found->batch;
  record.claim = found->claim;
  record.created_at = found->created_at;
  record.state = found->state;
  record.code_size = (uint32_t)of->width;
  memcpy(record.code, of->codes + at * of->width, of->width);
  serialref_sink_reference(sink, &record);
}

static void refuse(serialref_sink *sink, int32_t reason, uint64_t group_id, uint64_t present) {
  serialref_refused refused = SERIALREF_INIT(serialref_refused);
  refused.reason = reason;
  refused.group = group_id;
  refused.batch = refused.claim = present;
  refused.present = present;
  serialref_sink_refuse(sink, &refused);
}

static void refuse_changed(serialref_sink *sink, const group *of) {
  serialref_refused refused = SERIALREF_INIT(serialref_refused);
  serialref_stored_group record = shown(of);
  refused.reason = SERIALREF_REFUSAL_GROUP_CHANGED;
  refused.stored_group = &record;
  serialref_sink_refuse(sink, &refused);
}

/* Which rows of a listing are wanted: ask for each in the direction of the listing, then give the page. */
typedef struct {
  serialref_slice slice;
  uint64_t total, skipped;
  uint32_t given;
  int32_t more;
} cut;

static int is_wanted(cut *cut, uint64_t of_group, uint64_t id) {
  const serialref_slice *slice = &cut->slice;
  cut->total++;
  if (slice->has_after) {
    int after = of_group != slice->after_group ? of_group > slice->after_group : id > slice->after;
    int before = of_group != slice->after_group ? of_group < slice->after_group : id < slice->after;
    if (slice->direction == SERIALREF_DIRECTION_OLDEST_FIRST ? !after : !before) return 0;
  } else if (cut->skipped < slice->skip) {
    cut->skipped++;
    return 0;
  }
  if (cut->given == slice->size) {
    cut->more = 1;
    return 0;
  }
  cut->given++;
  return 1;
}

/* The index of the nth of several things in the direction of a listing. */
static size_t nth(const serialref_slice *slice, size_t n, size_t count) {
  return slice->direction == SERIALREF_DIRECTION_OLDEST_FIRST ? n : count - 1 - n;
}

/* --- changes --- */

static serialref_event *note(plain_store *store, group *of, const serialref_origin *origin, int32_t change) {
  serialref_event event = SERIALREF_INIT(serialref_event);
  event.group = of->id;
  event.id = of->events_count + 1;
  event.change = change;
  event.at = origin->at;
  event.actor = keep(store, origin->actor);
  event.reason = keep(store, origin->reason);
  event.note = keep(store, origin->note);
  of->events = grown(of->events, of->events_count, &of->events_room, sizeof event);
  of->events[of->events_count] = event;
  return &of->events[of->events_count++];
}

static void bring(plain_store *store, group *of, size_t at, int32_t to, uint64_t claim_id, const serialref_origin *origin) {
  row *found = &of->rows[at];
  serialref_event *event = note(store, of, origin, SERIALREF_CHANGE_MOVED);
  event->row = at + 1;
  event->claim = claim_id != 0 ? claim_id : found->claim;
  event->from = serialref_text_of(serialref_state_name(found->state));
  event->to = serialref_text_of(serialref_state_name(to));
  of->in_state[found->state]--;
  of->in_state[to]++;
  found->state = to;
  found->claim = claim_id;
}

static int is_over(const group *of, const row *found, int64_t at) {
  const claim *held = found->claim != 0 ? &of->claims[found->claim - 1] : NULL;
  return found->is_live && held != NULL && held->has_expires_at && held->expires_at <= at;
}

static uint64_t fall_back(plain_store *store, group *of, int64_t at, serialref_text reason) {
  serialref_origin origin = {0, {NULL, 0}, {NULL, 0}, {NULL, 0}};
  uint64_t count = 0;
  size_t i;
  origin.at = at;
  origin.reason = reason;
  for (i = 0; i < of->issued; i++) {
    if (is_over(of, &of->rows[i], at)) {
      bring(store, of, i, SERIALREF_STATE_AVAILABLE, 0, &origin);
      count++;
    }
  }
  return count;
}

/* --- codes that were issued --- */

static size_t hash_of(const char *code, size_t width) {
  uint64_t hash = 14695981039346656037u;
  size_t i;
  for (i = 0; i < width; i++) hash = (hash ^ (unsigned char)code[i]) * 1099511628211u;
  return (size_t)(hash ^ hash >> 29);
}

/* Where a code is in the table, or the empty place where it would be. */
static burned *place_of(plain_store *store, const group *for_group, const char *code) {
  size_t at = hash_of(code, for_group->width) & (store->codes_room - 1);
  for (;; at = (at + 1) & (store->codes_room - 1)) {
    burned *found = &store->codes[at];
    const group *of = found->group != 0 ? store->groups[found->group - 1] : NULL;
    if (of == NULL) return found;
    if (of->scope == for_group->scope && (of == for_group || of->scope == SERIALREF_SCOPE_REGISTRY) &&
        of->width == for_group->width && memcmp(of->codes + found->row * of->width, code, of->width) == 0) {
      return found;
    }
  }
}

static int is_taken(plain_store *store, const group *of, const char *code) {
  return store->codes_count > 0 && place_of(store, of, code)->group != 0;
}

static void burn(plain_store *store, const group *of, size_t at) {
  burned *found;
  if ((store->codes_count + 1) * 2 > store->codes_room) {
    burned *before = store->codes;
    size_t i, room = store->codes_room;
    store->codes_room = room == 0 ? 64 : room * 2;
    store->codes = calloc(store->codes_room, sizeof *store->codes);
    CHECK(store->codes != NULL);
    for (i = 0; i < room; i++) {
      if (before[i].group != 0) {
        const group *other = store->groups[before[i].group - 1];
        *place_of(store, other, other->codes + before[i].row * other->width) = before[i];
      }
    }
    free(before);
  }
  found = place_of(store, of, of->codes + at * of->width);
  found->group = of->id;
  found->row = at;
  store->codes_count++;
}

/* The positions of codes that were issued before, or come earlier in the plan; freed by the caller. */
static uint32_t *taken_or_twice(plain_store *store, const group *of, const serialref_append_plan *plan, size_t *count) {
  size_t i, room = 16;
  uint32_t *positions = malloc(plan->count * sizeof *positions), *seen;
  while (room < plan->count * 2) room *= 2;
  seen = calloc(room, sizeof *seen);
  CHECK(positions != NULL && seen != NULL);
  *count = 0;
  for (i = 0; i < plan->count; i++) {
    const char *code = plan->codes + i * plan->width;
    size_t at = hash_of(code, plan->width) & (room - 1);
    while (seen[at] != 0 && memcmp(plan->codes + (seen[at] - 1) * plan->width, code, plan->width) != 0) {
      at = (at + 1) & (room - 1);
    }
    if (seen[at] != 0 || is_taken(store, of, code)) positions[(*count)++] = (uint32_t)i;
    if (seen[at] == 0) seen[at] = (uint32_t)i + 1;
  }
  free(seen);
  return positions;
}

/* --- groups --- */

static uint64_t named(plain_store *store, serialref_text name) {
  size_t i;
  for (i = 0; i < store->groups_count; i++) {
    if (!store->groups[i]->is_deleted && same(store->groups[i]->name, name)) return i + 1;
  }
  return 0;
}

static int32_t plain_create_group(void *ctx, const serialref_group_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  uint64_t holder, present = 0;
  size_t i;
  enter(store);
  holder = named(store, plan->name);
  for (i = 0; i < store->groups_count; i++) present += !store->groups[i]->is_deleted;
  if (holder != 0) {
    refuse(sink, SERIALREF_REFUSAL_NAME_TAKEN, holder, 0);
  } else if (present >= plan->max_groups) {
    refuse(sink, SERIALREF_REFUSAL_TOO_MANY_GROUPS, 0, present);
  } else {
    group *made = calloc(1, sizeof *made);
    CHECK(made != NULL);
    made->id = store->groups_count + 1;
    made->revision = 1;
    made->name = keep(store, plan->name);
    made->settings = keep(store, plan->settings);
    made->kind = plan->kind;
    made->scope = plan->scope;
    made->width = plan->width;
    store->groups = grown(store->groups, store->groups_count, &store->groups_room, sizeof *store->groups);
    store->groups[store->groups_count++] = made;
    note(store, made, &plan->origin, SERIALREF_CHANGE_GROUP_CREATED);
    give_group(sink, made);
  }
  return leave(store);
}

static int32_t plain_change_group(void *ctx, const serialref_group_change_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  uint64_t holder;
  size_t i;
  enter(store);
  of = existing(store, plan->group);
  holder = named(store, plan->name);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, plan->group, 0);
  } else if (of->revision != plan->revision) {
    refuse_changed(sink, of);
  } else if (plan->has_index && of->next_index != plan->expected_index) {
    refuse(sink, SERIALREF_REFUSAL_INDEX_MOVED, 0, of->next_index);
  } else if (holder != 0 && holder != of->id) {
    refuse(sink, SERIALREF_REFUSAL_NAME_TAKEN, holder, 0);
  } else {
    of->name = keep(store, plan->name);
    of->settings = keep(store, plan->settings);
    if (plan->has_index) of->next_index = plan->next_index;
    of->revision++;
    for (i = 0; i < plan->events_count; i++) {
      serialref_event *event = note(store, of, &plan->origin, plan->events[i].change);
      event->setting = keep(store, plan->events[i].setting);
      event->from = keep(store, plan->events[i].from);
      event->to = keep(store, plan->events[i].to);
    }
    give_group(sink, of);
  }
  return leave(store);
}

static int32_t plain_delete_group(void *ctx, const serialref_group_delete_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  size_t i;
  enter(store);
  of = existing(store, plan->group);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, plan->group, 0);
  } else if (of->issued > plan->issued) {
    refuse_changed(sink, of);
  } else {
    uint64_t live = live_in(of);
    note(store, of, &plan->origin, SERIALREF_CHANGE_GROUP_DELETED)->count = live;
    for (i = 0; i < of->issued; i++) of->rows[i].is_live = 0;
    memset(of->in_state, 0, sizeof of->in_state);
    of->is_deleted = 1;
    serialref_sink_number(sink, live);
  }
  return leave(store);
}

static int32_t plain_group(void *ctx, uint64_t id, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  enter(store);
  of = existing(store, id);
  if (of != NULL) give_group(sink, of);
  return leave(store);
}

static int32_t plain_groups(void *ctx, const serialref_group_query *query, serialref_sink *sink) {
  plain_store *store = ctx;
  cut cut = {query->slice, 0, 0, 0, 0};
  size_t i;
  enter(store);
  for (i = 0; i < store->groups_count; i++) {
    group *of = store->groups[nth(&query->slice, i, store->groups_count)];
    int32_t matches = 0;
    serialref_name_contains(of->name, query->name_part, &matches);
    if (!of->is_deleted && matches && is_wanted(&cut, 0, of->id)) give_group(sink, of);
  }
  serialref_sink_page(sink, cut.more, cut.total);
  return leave(store);
}

/* --- requests --- */

static void give_claim(serialref_sink *sink, const group *of, uint64_t id, int32_t is_repeated) {
  serialref_stored_claim record = SERIALREF_INIT(serialref_stored_claim);
  const claim *found = &of->claims[id - 1];
  size_t i;
  record.is_repeated = is_repeated;
  record.group = of->id;
  record.id = id;
  record.holder = found->holder;
  record.claimed_at = found->claimed_at;
  record.has_expires_at = found->has_expires_at;
  record.expires_at = found->expires_at;
  record.available = of->in_state[SERIALREF_STATE_AVAILABLE];
  serialref_sink_claimed(sink, &record);
  for (i = 0; i < found->count; i++) give_row(sink, of, found->rows[i] - 1);
}

static void give_done(plain_store *store, serialref_sink *sink, const request *done) {
  const group *of = any_group(store, done->group);
  if (done->what == CHANGED) {
    serialref_sink_changed(sink, done->count, done->left);
  } else if (done->what == CLAIMED) {
    give_claim(sink, of, done->first, 1);
  } else {
    serialref_appended appended = SERIALREF_INIT(serialref_appended);
    appended.is_repeated = 1;
    appended.group = of->id;
    appended.first_row = done->first;
    appended.batch = of->rows[done->first - 1].batch;
    if (appended.batch != 0) appended.batch_name = of->batches[appended.batch - 1].name;
    appended.codes = of->codes + (done->first - 1) * of->width;
    appended.width = of->width;
    appended.count = done->count;
    appended.created_at = of->rows[done->first - 1].created_at;
    serialref_sink_appended(sink, &appended);
  }
}

static request *request_of(plain_store *store, const serialref_request_id *id) {
  size_t i;
  for (i = 0; i < store->requests_count; i++) {
    if (memcmp(&store->requests[i].id, id, sizeof *id) == 0) return &store->requests[i];
  }
  return NULL;
}

/* Answers a request that was made before; 0 where it was not. */
static int answered(plain_store *store, serialref_sink *sink, int32_t has, const serialref_request_id *id,
                    uint64_t digest, int32_t what) {
  request *done = has ? request_of(store, id) : NULL;
  if (done == NULL) return 0;
  if (done->digest != digest || done->what != what) {
    refuse(sink, SERIALREF_REFUSAL_REQUEST_MISMATCH, 0, 0);
  } else {
    give_done(store, sink, done);
  }
  return 1;
}

static void remember(plain_store *store, int32_t has, request done) {
  if (!has) return;
  store->requests = grown(store->requests, store->requests_count, &store->requests_room, sizeof done);
  store->requests[store->requests_count++] = done;
}

static int32_t plain_request(void *ctx, const serialref_request_id *id, serialref_sink *sink) {
  plain_store *store = ctx;
  request *done;
  enter(store);
  done = request_of(store, id);
  if (done != NULL) {
    serialref_sink_request(sink, done->digest);
    give_done(store, sink, done);
  }
  return leave(store);
}

/* --- issuing --- */

static void set_value(plain_store *store, row *found, uint64_t field, serialref_text value, int32_t has_value) {
  size_t at = 0;
  while (at < found->values_count && found->values[at].field < field) at++;
  if (at < found->values_count && found->values[at].field == field) {
    if (has_value) {
      found->values[at].value = keep(store, value);
    } else {
      memmove(&found->values[at], &found->values[at + 1], (--found->values_count - at) * sizeof *found->values);
    }
  } else if (has_value) {
    found->values = realloc(found->values, (found->values_count + 1) * sizeof *found->values);
    CHECK(found->values != NULL);
    memmove(&found->values[at + 1], &found->values[at], (found->values_count++ - at) * sizeof *found->values);
    found->values[at].field = field;
    found->values[at].value = keep(store, value);
  }
}

static void issue(plain_store *store, group *of, const serialref_append_plan *plan, serialref_sink *sink) {
  serialref_appended appended = SERIALREF_INIT(serialref_appended);
  request done = {plan->request_id, plan->digest, plan->group, of->issued + 1, plan->count, 0, APPENDED};
  size_t i, j, room = of->rows_room;
  of->rows = grown(of->rows, of->issued + plan->count, &of->rows_room, sizeof *of->rows);
  if (of->rows_room != room) of->codes = realloc(of->codes, of->rows_room * of->width);
  CHECK(of->codes != NULL);
  memcpy(of->codes + of->issued * of->width, plan->codes, plan->count * of->width);
  if (plan->batch_name.size > 0) {
    batch made = {keep(store, plan->batch_name), plan->origin.at, of->issued + 1, plan->count};
    of->batches = grown(of->batches, of->batches_count, &of->batches_room, sizeof made);
    of->batches[of->batches_count++] = made;
    appended.batch = of->batches_count;
  }
  appended.first_row = of->issued + 1;
  for (i = 0; i < plan->count; i++) {
    row made = {0, 0, 0, SERIALREF_STATE_AVAILABLE, 1, NULL, 0, {NULL, 0}};
    made.batch = appended.batch;
    made.created_at = plan->origin.at;
    of->rows[of->issued] = made;
    burn(store, of, of->issued++);
    for (j = 0; j < plan->values_count; j++) {
      set_value(store, &of->rows[of->issued - 1], plan->values[j].field, plan->values[j].value, 1);
    }
    if (plan->batch_name.size == 0 || i == 0) {
      serialref_event *event = note(store, of, &plan->origin, SERIALREF_CHANGE_ISSUED);
      event->row = of->issued;
      event->count = plan->batch_name.size == 0 ? 1 : plan->count;
      event->batch = appended.batch;
    }
  }
  for (j = 0; j < plan->own_values_count; j++) {
    const serialref_own_value *own = &plan->own_values[j];
    set_value(store, &of->rows[appended.first_row - 1 + own->position], own->field, own->value, 1);
  }
  of->in_state[SERIALREF_STATE_AVAILABLE] += plan->count;
  if (plan->has_index) of->next_index = plan->next_index;
  remember(store, plan->has_request, done);
  appended.available = of->in_state[SERIALREF_STATE_AVAILABLE];
  serialref_sink_appended(sink, &appended);
}

static int32_t plain_append(void *ctx, const serialref_append_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  enter(store);
  of = existing(store, plan->group);
  if (answered(store, sink, plan->has_request, &plan->request_id, plan->digest, APPENDED)) return leave(store);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, plan->group, 0);
  } else if (of->revision != plan->revision) {
    refuse_changed(sink, of);
  } else if (plan->count > plan->max_live || live_in(of) > plan->max_live - plan->count) {
    refuse(sink, SERIALREF_REFUSAL_LIVE_LIMIT, 0, live_in(of));
  } else if (plan->has_index && plan->expected_index != of->next_index) {
    refuse(sink, SERIALREF_REFUSAL_INDEX_MOVED, 0, of->next_index);
  } else if (plan->count == 0 || plan->width != of->width ||
             (plan->batch_name.size > 0) != (of->kind == SERIALREF_KIND_BATCH)) {
    serialref_sink_fail(sink, SERIALREF_FAILURE_CONTRACT, 0, serialref_text_of("the plan does not fit its group"));
  } else {
    serialref_refused refused = SERIALREF_INIT(serialref_refused);
    uint32_t *positions = taken_or_twice(store, of, plan, &refused.positions_count);
    refused.reason = SERIALREF_REFUSAL_CODES_TAKEN;
    refused.positions = positions;
    if (refused.positions_count > 0) {
      serialref_sink_refuse(sink, &refused);
    } else {
      issue(store, of, plan, sink);
    }
    free(positions);
  }
  return leave(store);
}

static int32_t plain_taken(void *ctx, const serialref_taken_query *query, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  size_t i;
  enter(store);
  of = existing(store, query->group);
  if (of == NULL) refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, query->group, 0);
  for (i = 0; of != NULL && query->width == of->width && i < query->count; i++) {
    if (is_taken(store, of, query->codes + i * query->width)) serialref_sink_position(sink, (uint32_t)i);
  }
  return leave(store);
}

/* --- reading references --- */

static int32_t find_rows(plain_store *store, const serialref_find_query *query, serialref_sink *sink, int32_t is_live) {
  size_t i, j, k;
  enter(store);
  for (i = 0; i < store->groups_count; i++) {
    group *of = store->groups[i];
    if (query->has_group && query->group != of->id) continue;
    for (j = 0; j < of->issued; j++) {
      for (k = 0; of->rows[j].is_live == is_live && k < query->codes_count; k++) {
        serialref_text code = {of->codes + j * of->width, of->width};
        if (same(code, query->codes[k])) {
          give_row(sink, of, j);
          break;
        }
      }
    }
  }
  return leave(store);
}

static int32_t plain_find(void *ctx, const serialref_find_query *query, serialref_sink *sink) {
  return find_rows(ctx, query, sink, 1);
}

static int32_t plain_deleted(void *ctx, const serialref_find_query *query, serialref_sink *sink) {
  return find_rows(ctx, query, sink, 0);
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter; }

static int contains(const char *code, size_t width, serialref_text term) {
  size_t i, j;
  for (i = 0; i + term.size <= width; i++) {
    for (j = 0; j < term.size && lower(code[i + j]) == lower(term.data[j]); j++) continue;
    if (j == term.size) return 1;
  }
  return 0;
}

static const own_value *value_of(const row *found, uint64_t field) {
  size_t i;
  for (i = 0; i < found->values_count; i++) {
    if (found->values[i].field == field) return &found->values[i];
  }
  return NULL;
}

static int matches(const serialref_reference_query *query, const group *of, size_t at) {
  const row *found = &of->rows[at];
  if (!found->is_live || (query->within.has_batch && found->batch != query->within.batch) ||
      (query->state != 0 && found->state != query->state) ||
      (query->has_created_from && found->created_at < query->created_from) ||
      (query->has_created_before && found->created_at >= query->created_before) ||
      !contains(of->codes + at * of->width, of->width, query->term)) {
    return 0;
  }
  if (query->has_value) {
    const own_value *own = value_of(found, query->field);
    return own != NULL ? same(own->value, query->value) : query->value_is_default;
  }
  return 1;
}

/* Refuses a place that is not there; 0 where it is. */
static int refused_place(plain_store *store, serialref_sink *sink, const serialref_within *within) {
  group *of = existing(store, within->group);
  if (within->has_group && of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, within->group, 0);
  } else if (within->has_batch && (within->batch == 0 || within->batch > of->batches_count)) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_BATCH, within->group, within->batch);
  } else {
    return 0;
  }
  return 1;
}

static int32_t plain_references(void *ctx, const serialref_reference_query *query, serialref_sink *sink) {
  plain_store *store = ctx;
  cut cut = {query->slice, 0, 0, 0, 0};
  group *only;
  size_t i, j;
  enter(store);
  only = existing(store, query->within.group);
  if (query->has_revision && only != NULL && only->revision != query->revision) {
    refuse_changed(sink, only);
    return leave(store);
  }
  if (refused_place(store, sink, &query->within)) return leave(store);
  for (i = 0; i < store->groups_count; i++) {
    group *of = store->groups[nth(&query->slice, i, store->groups_count)];
    if (query->within.has_group && of != only) continue;
    for (j = 0; j < of->issued; j++) {
      size_t at = nth(&query->slice, j, of->issued);
      if (matches(query, of, at) && is_wanted(&cut, of->id, at + 1)) give_row(sink, of, at);
    }
  }
  serialref_sink_page(sink, cut.more, cut.total);
  return leave(store);
}

static void give_batch(serialref_sink *sink, const group *of, size_t at) {
  serialref_batch record = SERIALREF_INIT(serialref_batch);
  const batch *found = &of->batches[at];
  size_t i;
  record.group = of->id;
  record.id = at + 1;
  record.name = found->name;
  record.created_at = found->created_at;
  record.first_row = found->first_row;
  record.size = found->size;
  for (i = 0; i < found->size; i++) record.live += (uint64_t)of->rows[found->first_row - 1 + i].is_live;
  serialref_sink_batch(sink, &record);
}

static int32_t plain_batch(void *ctx, uint64_t of_group, uint64_t id, serialref_sink *sink) {
  plain_store *store = ctx;
  serialref_within within = {1, 1, 0, 0};
  within.group = of_group;
  within.batch = id;
  enter(store);
  if (!refused_place(store, sink, &within)) give_batch(sink, existing(store, of_group), id - 1);
  return leave(store);
}

static int32_t plain_batches(void *ctx, const serialref_batch_query *query, serialref_sink *sink) {
  plain_store *store = ctx;
  cut cut = {query->slice, 0, 0, 0, 0};
  group *of;
  size_t i;
  enter(store);
  of = existing(store, query->group);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, query->group, 0);
    return leave(store);
  }
  for (i = 0; i < of->batches_count; i++) {
    size_t at = nth(&query->slice, i, of->batches_count);
    if (is_wanted(&cut, 0, at + 1)) give_batch(sink, of, at);
  }
  serialref_sink_page(sink, cut.more, cut.total);
  return leave(store);
}

/* --- the life of references --- */

/* How many rows a range has that were issued; it begins at its first. */
static size_t issued_in(const group *of, const serialref_row_range *range, size_t *first) {
  uint64_t from = range->first == 0 ? 1 : range->first;
  uint64_t to = range->last < of->issued ? range->last : of->issued;
  *first = (size_t)(from - 1);
  return from <= to ? (size_t)(to - from + 1) : 0;
}

static int32_t plain_delete_references(void *ctx, const serialref_delete_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  uint64_t deleted = 0, named_rows = 0;
  size_t i, j, k;
  enter(store);
  for (i = 0; i < plan->targets_count; i++) {
    const serialref_target *target = &plan->targets[i];
    group *of = existing(store, target->group);
    for (j = 0; j < target->ranges_count; j++) {
      size_t first, count = of == NULL ? 0 : issued_in(of, &target->ranges[j], &first);
      named_rows += target->ranges[j].last - target->ranges[j].first + 1;
      for (k = 0; k < count; k++) {
        row *found = &of->rows[first + k];
        if (found->is_live) {
          serialref_event *event = note(store, of, &plan->origin, SERIALREF_CHANGE_DELETED);
          event->row = first + k + 1;
          event->from = serialref_text_of(serialref_state_name(found->state));
          of->in_state[found->state]--;
          found->is_live = 0;
          deleted++;
        }
      }
    }
  }
  serialref_sink_changed(sink, deleted, named_rows - deleted);
  return leave(store);
}

static int32_t plain_claim(void *ctx, const serialref_claim_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  serialref_within within = {1, 0, 0, 0};
  group *of;
  uint64_t available = 0;
  size_t i;
  within.has_batch = plan->has_batch;
  within.group = plan->group;
  within.batch = plan->batch;
  enter(store);
  if (answered(store, sink, plan->has_request, &plan->request_id, plan->digest, CLAIMED) ||
      refused_place(store, sink, &within)) {
    return leave(store);
  }
  of = existing(store, plan->group);
  for (i = 0; i < of->issued; i++) {
    const row *found = &of->rows[i];
    int is_free = found->is_live && (found->state == SERIALREF_STATE_AVAILABLE || is_over(of, found, plan->origin.at));
    available += is_free && (!plan->has_batch || found->batch == plan->batch);
  }
  if (available < plan->count) {
    refuse(sink, SERIALREF_REFUSAL_TOO_FEW_AVAILABLE, 0, available);
  } else {
    request done = {plan->request_id, plan->digest, plan->group, of->claims_count + 1, 0, 0, CLAIMED};
    claim made = {keep(store, plan->holder), plan->origin.at, plan->expires_at, plan->has_expires_at, NULL, 0};
    made.rows = malloc((size_t)plan->count * sizeof *made.rows);
    CHECK(made.rows != NULL);
    fall_back(store, of, plan->origin.at, plan->expired_reason);
    for (i = 0; made.count < plan->count; i++) {
      const row *found = &of->rows[i];
      if (found->is_live && found->state == SERIALREF_STATE_AVAILABLE &&
          (!plan->has_batch || found->batch == plan->batch)) {
        made.rows[made.count++] = i + 1;
        bring(store, of, i, SERIALREF_STATE_ALLOCATED, of->claims_count + 1, &plan->origin);
      }
    }
    of->claims = grown(of->claims, of->claims_count, &of->claims_room, sizeof made);
    of->claims[of->claims_count++] = made;
    remember(store, plan->has_request, done);
    give_claim(sink, of, of->claims_count, 0);
  }
  return leave(store);
}

static int32_t plain_claimed(void *ctx, uint64_t of_group, uint64_t id, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  enter(store);
  of = existing(store, of_group);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, of_group, 0);
  } else if (id == 0 || id > of->claims_count) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_CLAIM, of_group, id);
  } else {
    give_claim(sink, of, id, 0);
  }
  return leave(store);
}

static int32_t plain_expire(void *ctx, const serialref_expire_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  enter(store);
  of = existing(store, plan->group);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, plan->group, 0);
  } else {
    serialref_sink_number(sink, fall_back(store, of, plan->at, plan->expired_reason));
  }
  return leave(store);
}

static int fits(const serialref_change_plan *plan, const row *found) {
  if (plan->step == SERIALREF_STEP_RETURN) return 1;
  if (found == NULL || !found->is_live) return 0;
  if (plan->step != SERIALREF_STEP_MOVE) return 1;
  if ((plan->from_states >> found->state & 1) == 0) return 0;
  return !plan->has_held_by || found->state != SERIALREF_STATE_ALLOCATED || found->claim == plan->held_by;
}

/* Refuses a change; 0 where it can be made. */
static int refused_change(plain_store *store, const serialref_change_plan *plan, serialref_sink *sink) {
  serialref_refused refused = SERIALREF_INIT(serialref_refused);
  serialref_unfit *unfit = NULL;
  size_t i, j, room = 0;
  for (i = 0; i < plan->targets_count; i++) {
    group *of = existing(store, plan->targets[i].group);
    if (of == NULL) {
      refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, plan->targets[i].group, 0);
      return 1;
    }
    if (plan->step == SERIALREF_STEP_RETURN && (plan->claim == 0 || plan->claim > of->claims_count)) {
      refuse(sink, SERIALREF_REFUSAL_NO_SUCH_CLAIM, of->id, plan->claim);
      return 1;
    }
    if (plan->step == SERIALREF_STEP_SET_VALUES && plan->revision != of->revision) {
      refuse_changed(sink, of);
      return 1;
    }
  }
  for (i = 0; plan->step != SERIALREF_STEP_RETURN && i < plan->targets_count; i++) {
    group *of = existing(store, plan->targets[i].group);
    for (j = 0; j < plan->targets[i].ranges_count; j++) {
      serialref_row_range range = plan->targets[i].ranges[j];
      uint64_t number = range.first;
      for (;; number++) {
        const row *found = number > 0 && number <= of->issued ? &of->rows[number - 1] : NULL;
        if (!fits(plan, found)) {
          unfit = grown(unfit, refused.unfit_count, &room, sizeof *unfit);
          memset(&unfit[refused.unfit_count], 0, sizeof *unfit);
          unfit[refused.unfit_count].group = of->id;
          unfit[refused.unfit_count].row = number;
          unfit[refused.unfit_count++].state = found != NULL && found->is_live ? found->state : 0;
        }
        if (number == range.last) break;
      }
    }
  }
  refused.reason = SERIALREF_REFUSAL_UNFIT;
  refused.unfit = unfit;
  if (refused.unfit_count > 0) serialref_sink_refuse(sink, &refused);
  free(unfit);
  return refused.unfit_count > 0;
}

static void set_values(plain_store *store, group *of, size_t at, const serialref_change_plan *plan) {
  size_t i;
  for (i = 0; i < plan->values_count; i++) {
    const serialref_new_value *value = &plan->values[i];
    const own_value *own = value_of(&of->rows[at], value->field);
    serialref_text from = keep(store, own != NULL ? own->value : value->default_value);
    serialref_text to = keep(store, value->has_value ? value->value : value->default_value);
    set_value(store, &of->rows[at], value->field, value->value, value->has_value);
    if (!same(from, to)) {
      serialref_event *event = note(store, of, &plan->origin, SERIALREF_CHANGE_ATTRIBUTE_SET);
      event->row = at + 1;
      event->field = value->field;
      event->from = from;
      event->to = to;
    }
  }
}

static void set_warranty(plain_store *store, group *of, size_t at, const serialref_change_plan *plan) {
  row *found = &of->rows[at];
  serialref_text from = found->warranty;
  found->warranty = keep(store, plan->warranty);
  if (!same(from, found->warranty)) {
    serialref_event *event = note(store, of, &plan->origin, SERIALREF_CHANGE_WARRANTY_SET);
    event->row = at + 1;
    event->from = from;
    event->to = found->warranty;
  }
}

static int32_t plain_change(void *ctx, const serialref_change_plan *plan, serialref_sink *sink) {
  plain_store *store = ctx;
  request done = {plan->request_id, plan->digest, 0, 0, 0, 0, CHANGED};
  size_t i, j, k;
  enter(store);
  if (answered(store, sink, plan->has_request, &plan->request_id, plan->digest, CHANGED) ||
      refused_change(store, plan, sink)) {
    return leave(store);
  }
  for (i = 0; i < plan->targets_count; i++) {
    group *of = existing(store, plan->targets[i].group);
    for (j = 0; j < plan->targets[i].ranges_count; j++) {
      const serialref_row_range *range = &plan->targets[i].ranges[j];
      size_t first, count = issued_in(of, range, &first);
      done.left += range->last - range->first + 1;
      for (k = first; k < first + count; k++) {
        row *found = &of->rows[k];
        if (plan->step == SERIALREF_STEP_MOVE) {
          bring(store, of, k, plan->to, 0, &plan->origin);
        } else if (plan->step == SERIALREF_STEP_SET_VALUES) {
          set_values(store, of, k, plan);
        } else if (plan->step == SERIALREF_STEP_SET_WARRANTY) {
          set_warranty(store, of, k, plan);
        } else if (found->is_live && found->claim == plan->claim) {
          bring(store, of, k, SERIALREF_STATE_AVAILABLE, 0, &plan->origin);
        } else {
          continue;
        }
        done.count++;
      }
    }
  }
  done.left -= done.count;
  remember(store, plan->has_request, done);
  serialref_sink_changed(sink, done.count, done.left);
  return leave(store);
}

static int32_t plain_events(void *ctx, const serialref_event_query *query, serialref_sink *sink) {
  plain_store *store = ctx;
  cut cut = {query->slice, 0, 0, 0, 0};
  group *of;
  size_t i;
  enter(store);
  of = any_group(store, query->group);
  if (of == NULL) {
    refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, query->group, 0);
    return leave(store);
  }
  for (i = 0; i < of->events_count; i++) {
    const serialref_event *event = &of->events[nth(&query->slice, i, of->events_count)];
    uint64_t reach = event->change == SERIALREF_CHANGE_ISSUED ? event->count : 1;
    int concerns = event->row != 0 && query->row >= event->row && query->row - event->row < reach;
    if ((!query->has_row || concerns) && is_wanted(&cut, 0, event->id)) serialref_sink_event(sink, event);
  }
  serialref_sink_page(sink, cut.more, cut.total);
  return leave(store);
}

static int32_t plain_inventory(void *ctx, const serialref_within *within, serialref_sink *sink) {
  plain_store *store = ctx;
  uint64_t in_state[9] = {0};
  int has_next = 0;
  size_t i, j;
  enter(store);
  if (refused_place(store, sink, within)) return leave(store);
  for (i = 0; i < store->groups_count; i++) {
    group *of = store->groups[i];
    if (within->has_group && of->id != within->group) continue;
    for (j = 0; j < of->issued; j++) {
      row *found = &of->rows[j];
      if (!found->is_live || (within->has_batch && found->batch != within->batch)) continue;
      in_state[found->state]++;
      if (within->has_group && !has_next && found->state == SERIALREF_STATE_AVAILABLE) {
        give_row(sink, of, j);
        has_next = 1;
      }
    }
  }
  serialref_sink_inventory(sink, in_state);
  return leave(store);
}

static int32_t plain_details(void *ctx, const serialref_target *rows, serialref_sink *sink) {
  plain_store *store = ctx;
  group *of;
  size_t i, j, k;
  enter(store);
  of = existing(store, rows->group);
  if (of == NULL) refuse(sink, SERIALREF_REFUSAL_NO_SUCH_GROUP, rows->group, 0);
  for (i = 0; of != NULL && i < rows->ranges_count; i++) {
    size_t first, count = issued_in(of, &rows->ranges[i], &first);
    for (j = first; j < first + count; j++) {
      serialref_details details = SERIALREF_INIT(serialref_details);
      serialref_field_value *values;
      row *found = &of->rows[j];
      if (found->values_count == 0 && found->warranty.size == 0) continue;
      values = malloc((found->values_count + 1) * sizeof *values);
      CHECK(values != NULL);
      for (k = 0; k < found->values_count; k++) {
        values[k].field = found->values[k].field;
        values[k].value = found->values[k].value;
      }
      details.row = j + 1;
      details.values = values;
      details.values_count = found->values_count;
      details.warranty = found->warranty;
      serialref_sink_details(sink, &details);
      free(values);
    }
  }
  return leave(store);
}

/* --- the table --- */

static void plain_destroy(void *ctx) {
  plain_store *store = ctx;
  size_t i, j;
  for (i = 0; i < store->groups_count; i++) {
    group *of = store->groups[i];
    for (j = 0; j < of->issued; j++) free(of->rows[j].values);
    for (j = 0; j < of->claims_count; j++) free(of->claims[j].rows);
    free(of->rows), free(of->codes), free(of->batches), free(of->claims), free(of->events), free(of);
  }
  while (store->texts != NULL) {
    chunk *next = store->texts->next;
    free(store->texts);
    store->texts = next;
  }
  free(store->groups), free(store->requests), free(store->codes);
  pthread_mutex_destroy(&store->lock);
  if (store->destroyed != NULL) ++*store->destroyed;
  free(store);
}

/* An empty store. Without a lock the library has to make calls wait for each other. */
static inline plain_store *plain_open(serialref_store *table, int has_lock) {
  plain_store *store = calloc(1, sizeof *store);
  CHECK(store != NULL);
  pthread_mutex_init(&store->lock, NULL);
  store->has_lock = has_lock;
  memset(table, 0, sizeof *table);
  table->struct_size = sizeof *table;
  table->ctx = store;
  table->destroy = plain_destroy;
  table->single_threaded = !has_lock;
  table->create_group = plain_create_group;
  table->change_group = plain_change_group;
  table->delete_group = plain_delete_group;
  table->group = plain_group;
  table->groups = plain_groups;
  table->append = plain_append;
  table->request = plain_request;
  table->taken = plain_taken;
  table->find = plain_find;
  table->references = plain_references;
  table->batch = plain_batch;
  table->batches = plain_batches;
  table->delete_references = plain_delete_references;
  table->deleted = plain_deleted;
  table->claim = plain_claim;
  table->claimed = plain_claimed;
  table->expire = plain_expire;
  table->change = plain_change;
  table->events = plain_events;
  table->inventory = plain_inventory;
  table->details = plain_details;
  return store;
}

#endif
