/* Files: export and import through callbacks and paths, snapshots, SQLite files, limits. Run in an empty folder. */
#include "check.h"
#include <string.h>

struct text_file {
  char bytes[20000];
  size_t size, at, fail_at;
};

static int write_it(void *ctx, const uint8_t *bytes, size_t size) {
  struct text_file *file = ctx;
  if (file->size + size > file->fail_at) return 28;
  memcpy(file->bytes + file->size, bytes, size);
  file->size += size;
  return 0;
}

static int64_t read_it(void *ctx, uint8_t *buffer, size_t capacity) {
  struct text_file *file = ctx;
  size_t left = file->size - file->at, now = left < 7 ? left : 7;
  if (now > capacity) now = capacity;
  if (file->at >= file->fail_at) return -5;
  memcpy(buffer, file->bytes + file->at, now);
  file->at += now;
  return (int64_t)now;
}

static int64_t read_too_much(void *ctx, uint8_t *buffer, size_t capacity) {
  (void)ctx, (void)buffer;
  return (int64_t)capacity + 1;
}

static void what_is_exported_can_be_imported(void) {
  static struct text_file file, faulty;
  serialref_registry *from = memory_registry(), *to = memory_registry();
  uint64_t pumps = group_of(from, SERIALREF_KIND_BATCH, "Pump"), same = group_of(to, SERIALREF_KIND_BATCH, "Pump");
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  serialref_selection all = SERIALREF_INIT(serialref_selection);
  serialref_writer writer;
  serialref_reader reader;
  serialref_review *review = NULL;
  serialref_review_info info = SERIALREF_INIT(serialref_review_info);
  serialref_import_options options = SERIALREF_INIT(serialref_import_options);
  serialref_issued issued = SERIALREF_INIT(serialref_issued);
  serialref_detail detail = SERIALREF_INIT(serialref_detail);
  serialref_list *faults = NULL;
  serialref_codes *codes = NULL;
  uint64_t rows = 0;
  char buffer[40 * 26];
  OK(serialref_create_batch_into(from, pumps, 40, NULL, buffer, sizeof buffer, NULL, NULL));
  filter.group = pumps;
  all.filter = &filter;
  writer.ctx = &file, writer.write = write_it;
  file.fail_at = sizeof file.bytes;
  OK(serialref_export(from, &all, SERIALREF_FILE_CSV, &writer, &rows));
  CHECK(rows == 40);
  file.fail_at = file.size + 100;
  FAILS(TRANSFER_FAILED, serialref_export(from, &all, SERIALREF_FILE_CSV, &writer, NULL));
  CHECK(file.size > 0);

  reader.ctx = &file, reader.read = read_it;
  file.fail_at = 300;
  FAILS(TRANSFER_FAILED, serialref_review_import(to, same, NULL, &reader, &review));
  reader.read = read_too_much;
  FAILS(TRANSFER_FAILED, serialref_review_import(to, same, NULL, &reader, &review));
  reader.read = read_it;
  file.fail_at = sizeof file.bytes, file.at = 0;
  options.batch_name = serialref_text_of("From hall 1");
  OK(serialref_review_import(to, same, &options, &reader, &review));
  OK(serialref_review_get_info(review, &info));
  CHECK(info.rows == 40 && info.good == 40 && info.faults == 0);
  OK(serialref_review_commit(review, 0, &codes, &issued));
  CHECK(issued.count == 40 && !issued.repeated && issued.batch == 1);
  OK(serialref_codes_free(codes));
  OK(serialref_review_commit(review, 0, NULL, &issued));
  CHECK(issued.repeated && count_in(to, same) == 40);
  OK(serialref_review_free(review));

  strcpy(faulty.bytes, "{\"code\":\"TOO SHORT\"}\n{\"code\":\"AAAAAAAAAAAAAAAAAAAAAAAAA\"}\nnonsense\n");
  faulty.size = strlen(faulty.bytes), faulty.fail_at = sizeof faulty.bytes;
  reader.ctx = &faulty;
  options.file = SERIALREF_FILE_JSON_LINES;
  OK(serialref_review_import(to, same, &options, &reader, &review));
  OK(serialref_review_get_info(review, &info));
  CHECK(info.rows == 3 && info.good == 1 && info.faults == 2);
  OK(serialref_review_faults(review, &faults));
  OK(serialref_list_get_detail(faults, 1, &detail));
  CHECK(detail.line == 3 && detail.message.size > 0);
  OK(serialref_list_free(faults));
  FAILS(IMPORT_FAULTY, serialref_review_commit(review, 0, NULL, NULL));
  FAILS(ENUM_INVALID, serialref_review_commit(review, 2, NULL, NULL));
  OK(serialref_review_commit(review, 1, NULL, &issued));
  CHECK(issued.count == 1);
  OK(serialref_review_free(review));

  OK(serialref_export_file(from, &all, SERIALREF_FILE_JSON_LINES, serialref_text_of("pumps.jsonl"), &rows));
  CHECK(rows == 40);
  OK(serialref_review_import_file(to, same, &options, serialref_text_of("pumps.jsonl"), &review));
  OK(serialref_review_get_info(review, &info));
  CHECK(info.rows == 40 && info.faults == 40);
  OK(serialref_review_free(review));
  FAILS(TRANSFER_FAILED, serialref_review_import_file(to, same, NULL, serialref_text_of("no such file"), &review));
  FAILS(TRANSFER_FAILED, serialref_export_file(from, &all, 0, serialref_text_of("no/such/folder"), NULL));
  FAILS(ENUM_INVALID, serialref_export_file(from, &all, SERIALREF_FILE_SEMICOLONS, serialref_text_of("x"), NULL));
  OK(serialref_registry_free(from));
  OK(serialref_registry_free(to));
}

static void a_snapshot_loses_nothing(void) {
  serialref_registry *registry = memory_registry(), *again = NULL;
  uint64_t group = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  serialref_issue_options options = SERIALREF_INIT(serialref_issue_options);
  serialref_issued issued = SERIALREF_INIT(serialref_issued);
  char first[26], repeated[26];
  memset(options.request_id.bytes, 7, 16);
  OK(serialref_create_batch_into(registry, group, 1, &options, first, sizeof first, NULL, NULL));
  OK(serialref_save_snapshot(registry, serialref_text_of("line.json")));
  OK(serialref_save_snapshot(registry, serialref_text_of("line.json")));
  OK(serialref_restore_snapshot(serialref_text_of("line.json"), NULL, &again));
  OK(serialref_create_batch_into(again, group, 1, &options, repeated, sizeof repeated, NULL, &issued));
  CHECK(issued.repeated && strcmp(first, repeated) == 0 && count_in(again, group) == 1);
  FAILS(TRANSFER_FAILED, serialref_save_snapshot(registry, serialref_text_of("no/such/folder")));
  FAILS(TRANSFER_FAILED, serialref_restore_snapshot(serialref_text_of("no such file"), NULL, &again));
  FAILS(SNAPSHOT_INVALID, serialref_restore_snapshot(serialref_text_of("pumps.jsonl"), NULL, &again));
  FAILS(OPTION_INVALID, serialref_backup(registry, serialref_text_of("copy.db")));
  OK(serialref_registry_free(registry));
  OK(serialref_registry_free(again));
}

static void an_sqlite_file_keeps_what_was_issued(void) {
  serialref_open_options options = SERIALREF_INIT(serialref_open_options);
  serialref_limits limits = SERIALREF_INIT(serialref_limits), found = SERIALREF_INIT(serialref_limits);
  serialref_registry *registry = NULL;
  serialref_reference reference = SERIALREF_INIT(serialref_reference), again = SERIALREF_INIT(serialref_reference);
  uint64_t group = 0;
  limits.max_live = 2;
  options.limits = &limits, options.must_exist = 1, options.durability = SERIALREF_DURABILITY_PROGRAM_CRASH;
  FAILS(STORE_UNAVAILABLE, serialref_open(serialref_text_of("sqlite:line.db"), &options, &registry));
  options.must_exist = 0, options.patience_ms = 2000;
  OK(serialref_open(serialref_text_of("sqlite:line.db"), &options, &registry));
  group = group_of(registry, SERIALREF_KIND_CONTINUOUS, "Tag");
  OK(serialref_create_reference(registry, group, &reference));
  OK(serialref_create_reference(registry, group, &again));
  FAILS(LIMIT_REACHED, serialref_create_reference(registry, group, &again));
  limits.max_live = SERIALREF_UNLIMITED;
  OK(serialref_set_limits(registry, &limits));
  OK(serialref_get_limits(registry, &found));
  CHECK(found.max_live == SERIALREF_UNLIMITED && found.max_batch == 500 && found.min_search_term == 3);
  limits.max_live = SERIALREF_ZERO;
  OK(serialref_set_group_limits(registry, group, &limits));
  FAILS(LIMIT_REACHED, serialref_create_reference(registry, group, &again));
  OK(serialref_check_integrity(registry));
  OK(serialref_backup(registry, serialref_text_of("copy.db")));
  FAILS(OPTION_INVALID, serialref_save_snapshot(registry, serialref_text_of("line.json")));
  OK(serialref_registry_free(registry));
  OK(serialref_open(serialref_text_of("sqlite:copy.db"), NULL, &registry));
  OK(serialref_lookup(registry, serialref_text_of(reference.code), &again));
  CHECK(again.row == 1 && again.created_at == reference.created_at);
  OK(serialref_registry_free(registry));
}

static void members_that_are_wrong_are_found(void) {
  serialref_registry *registry = memory_registry(), *other = NULL;
  serialref_open_options options = SERIALREF_INIT(serialref_open_options);
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  serialref_format_options format = SERIALREF_INIT(serialref_format_options);
  serialref_selection selection = SERIALREF_INIT(serialref_selection);
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  serialref_paging paging = SERIALREF_INIT(serialref_paging);
  serialref_limits limits = SERIALREF_INIT(serialref_limits);
  serialref_new_field field = SERIALREF_INIT(serialref_new_field);
  serialref_place place = {1, 1};
  serialref_text text = {"x", 1};
  serialref_format *made = NULL;
  serialref_list *list = NULL;
  serialref_deletion *deletion = NULL;
  uint64_t number = 0;
  options.durability = 3;
  FAILS(ENUM_INVALID, serialref_open(serialref_text_of("memory:"), &options, &other));
  options.durability = 0, options.must_exist = 2;
  FAILS(ENUM_INVALID, serialref_open(serialref_text_of("memory:"), &options, &other));
  FAILS(STORE_URL_INVALID, serialref_open(serialref_text_of("tape:1"), NULL, &other));
  FAILS(NULL_ARGUMENT, serialref_create_group(registry, NULL, &number));
  FAILS(ENUM_INVALID, serialref_create_group(registry, &group, &number));
  group.kind = SERIALREF_KIND_BATCH;
  FAILS(NAME_INVALID, serialref_create_group(registry, &group, &number));
  group.name = text, group.scope = 9;
  FAILS(ENUM_INVALID, serialref_create_group(registry, &group, &number));
  group.scope = 0, group.limits = &limits, limits.max_groups = 1;
  FAILS(OPTION_INVALID, serialref_create_group(registry, &group, &number));
  limits.max_groups = 0, limits.min_search_term = SERIALREF_UNLIMITED;
  FAILS(OPTION_INVALID, serialref_create_group(registry, &group, &number));
  limits.min_search_term = 0, limits.struct_size--;
  FAILS(SIZE_INVALID, serialref_create_group(registry, &group, &number));
  group.limits = NULL, group.fields = &field, group.fields_count = SIZE_MAX;
  FAILS(SIZE_INVALID, serialref_create_group(registry, &group, &number));
  group.fields_count = 1, field.is_public = -1;
  FAILS(ENUM_INVALID, serialref_create_group(registry, &group, &number));
  group.fields_count = 0, group.format = (serialref_format *)registry;
  FAILS(HANDLE_INVALID, serialref_create_group(registry, &group, &number));
  format.symbols = text, format.preset = SERIALREF_PRESET_DIGITS;
  FAILS(OPTION_INVALID, serialref_format_new(&format, &made));
  format.symbols.size = 0, format.start = 5;
  FAILS(OPTION_INVALID, serialref_format_new(&format, &made));
  format.start = 0, format.order = 77;
  FAILS(ENUM_INVALID, serialref_format_new(&format, &made));
  FAILS(OPTION_INVALID, serialref_delete(registry, &selection, &deletion));
  selection.codes = &text, selection.places = &place;
  FAILS(OPTION_INVALID, serialref_delete(registry, &selection, &deletion));
  selection.codes = NULL, selection.places_count = 1, selection.group = 5;
  FAILS(OPTION_INVALID, serialref_delete(registry, &selection, &deletion));
  selection.places = NULL, selection.filter = &filter;
  FAILS(NULL_ARGUMENT, serialref_delete(registry, &selection, &deletion));
  selection.places_count = 0;
  FAILS(OPTION_INVALID, serialref_delete(registry, &selection, &deletion));
  selection.codes = &text, selection.filter = NULL, selection.group = 0;
  selection.codes_count = SIZE_MAX / 16;
  FAILS(SIZE_INVALID, serialref_delete(registry, &selection, &deletion));
  filter.batch = 3;
  FAILS(OPTION_INVALID, serialref_list_references(registry, &filter, NULL, &list));
  filter.batch = 0, filter.value = text;
  FAILS(OPTION_INVALID, serialref_list_references(registry, &filter, NULL, &list));
  filter.field = text;
  FAILS(GROUP_REQUIRED, serialref_list_references(registry, &filter, NULL, &list));
  filter.field.size = filter.value.size = 0, filter.state = 99;
  FAILS(ENUM_INVALID, serialref_list_references(registry, &filter, NULL, &list));
  paging.direction = 5;
  FAILS(ENUM_INVALID, serialref_list_references(registry, NULL, &paging, &list));
  paging.direction = 0, paging.cursor = text;
  FAILS(CURSOR_INVALID, serialref_list_references(registry, NULL, &paging, &list));
  paging.page_number = 1;
  FAILS(OPTION_INVALID, serialref_list_references(registry, NULL, &paging, &list));
  paging.cursor.size = 0, paging.size = UINT32_MAX;
  FAILS(PAGE_INVALID, serialref_list_references(registry, NULL, &paging, &list));
  CHECK(list == NULL && deletion == NULL && made == NULL && other == NULL);
  OK(serialref_registry_free(registry));
}

int main(void) {
  what_is_exported_can_be_imported();
  a_snapshot_loses_nothing();
  an_sqlite_file_keeps_what_was_issued();
  members_that_are_wrong_are_found();
  CHECK(serialref_open_handles() == 0);
  puts("files: done");
  return 0;
}
