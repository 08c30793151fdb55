/* What becomes of references: claims, states, attributes, warranty, history, deletion; and reading. */
#include "check.h"
#include <string.h>

static serialref_registry *registry, *line;
static uint64_t group;

static serialref_text text(const char *string) { return serialref_text_of(string); }

static void claims_hold_and_are_given_back(void) {
  serialref_new_claim claim = SERIALREF_INIT(serialref_new_claim);
  serialref_issued claimed = SERIALREF_INIT(serialref_issued);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_list *list = NULL;
  size_t count = 0;
  uint64_t returned = 0;
  claim.count = 5;
  FAILS(HOLDER_REQUIRED, serialref_claim(registry, group, &claim, &list, NULL));
  OK(serialref_claim(line, group, &claim, &list, &claimed));
  CHECK(claimed.claim == 1 && claimed.count == 5 && claimed.available == 15 && claimed.expires_at == 0);
  OK(serialref_list_count(list, &count));
  OK(serialref_list_get_reference(list, 4, &reference));
  CHECK(count == 5 && reference.claim == 1 && reference.state == SERIALREF_STATE_ALLOCATED && reference.row == 5);
  OK(serialref_list_free(list));
  OK(serialref_return_claim(line, group, 1, &returned));
  CHECK(returned == 5);
  claim.count = 21;
  FAILS(TOO_FEW_AVAILABLE, serialref_claim(line, group, &claim, &list, NULL));
  claim.count = 2;
  claim.expires_after_ms = 60000;
  OK(serialref_claim(line, group, &claim, &list, &claimed));
  OK(serialref_list_free(list));
  CHECK(claimed.expires_at - claimed.created_at == 60000000);
  OK(serialref_get_claim(line, group, claimed.claim, NULL, &claimed));
  CHECK(claimed.count == 2);
  OK(serialref_return_expired(line, group, &returned));
  CHECK(returned == 0);
  FAILS(CLAIM_NOT_FOUND, serialref_get_claim(line, group, 77, NULL, NULL));
}

static void states_change_for_all_or_none_and_say_why_not(const char *code) {
  serialref_text codes[2];
  serialref_selection selection = SERIALREF_INIT(serialref_selection);
  serialref_transition_options transition = SERIALREF_INIT(serialref_transition_options);
  serialref_error *error = NULL;
  serialref_detail detail = SERIALREF_INIT(serialref_detail);
  uint64_t changed = 0;
  codes[0] = text(code), codes[1] = text("no code at all");
  selection.codes = codes, selection.codes_count = 2;
  transition.state = SERIALREF_STATE_COMMISSIONED;
  FAILS(TRANSITION_REFUSED, serialref_transition(line, &selection, &transition, &changed));
  CHECK(failure(&error).details == 1);
  OK(serialref_error_get_detail(error, 0, &detail));
  CHECK(strcmp(detail.code.data, "no code at all") == 0);
  OK(serialref_error_free(error));
  selection.codes_count = 1;
  OK(serialref_transition(line, &selection, &transition, &changed));
  CHECK(changed == 1);
  FAILS(TRANSITION_REFUSED, serialref_transition(line, &selection, &transition, &changed));
  CHECK(strstr(serialref_last_error_message(), "by Line 3"));
  transition.state = SERIALREF_STATE_DESTROYED;
  FAILS(REASON_REQUIRED, serialref_transition(line, &selection, &transition, &changed));
  transition.again = 1;
  FAILS(OPTION_INVALID, serialref_transition(line, &selection, &transition, &changed));
}

static void attributes_warranty_history_and_the_public_view_agree(const char *code) {
  serialref_new_field field = SERIALREF_INIT(serialref_new_field);
  serialref_selection selection = SERIALREF_INIT(serialref_selection);
  serialref_attribute attribute = SERIALREF_INIT(serialref_attribute);
  serialref_warranty warranty = SERIALREF_INIT(serialref_warranty);
  serialref_event event = SERIALREF_INIT(serialref_event);
  serialref_inventory inventory = SERIALREF_INIT(serialref_inventory);
  serialref_field kept = SERIALREF_INIT(serialref_field);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_value value;
  serialref_text one = text(code), name;
  serialref_list *list = NULL;
  uint64_t changed = 0;
  size_t needed = 0, count = 0;
  char view[1000];
  field.name = text("Colour"), field.default_value = text("grey"), field.is_public = 1;
  OK(serialref_add_field(line, group, &field));
  FAILS(FIELD_NAME_TAKEN, serialref_add_field(line, group, &field));
  OK(serialref_rename_field(line, group, text("Colour"), text("Color")));
  OK(serialref_get_fields(line, group, &list));
  OK(serialref_list_get_field(list, 0, &kept));
  CHECK(strcmp(kept.name.data, "Color") == 0 && kept.is_public && !kept.is_retired);
  FAILS(WRONG_LIST, serialref_list_get_event(list, 0, &event));
  OK(serialref_list_free(list));
  selection.codes = &one, selection.codes_count = 1, selection.group = group;
  value.field = text("Color"), value.value = text("red");
  OK(serialref_set_attributes(line, &selection, &value, 1, &changed));
  CHECK(changed == 1);
  OK(serialref_get_attributes(line, one, &list));
  OK(serialref_list_get_attribute(list, 0, &attribute));
  CHECK(strcmp(attribute.value.data, "red") == 0 && attribute.is_public);
  OK(serialref_list_free(list));
  OK(serialref_set_group_warranty(line, group, text("24 months from commissioned")));
  FAILS(WARRANTY_INVALID, serialref_set_group_warranty(line, group, text("for ever")));
  OK(serialref_lookup(line, one, &reference));
  OK(serialref_get_warranty(line, one, reference.created_at + 3600000000, &warranty));
  CHECK(warranty.status == SERIALREF_WARRANTY_STATUS_ACTIVE && warranty.end > warranty.start);
  OK(serialref_set_warranty(line, &selection, text("none"), NULL));
  OK(serialref_get_warranty(line, one, reference.created_at + 3600000000, &warranty));
  CHECK(warranty.status == SERIALREF_WARRANTY_STATUS_NONE && warranty.start == 0);
  OK(serialref_set_public_text(line, group, text("Centrifugal pump"), text("")));
  FAILS(BUFFER_TOO_SMALL, serialref_public_view(line, one, NULL, 0, &needed));
  OK(serialref_public_view(line, one, view, sizeof view, &needed));
  CHECK(strlen(view) + 1 == needed && strstr(view, "Centrifugal pump") && strstr(view, "red"));
  OK(serialref_reset_attributes(line, &selection, &value.field, 1, &changed));
  OK(serialref_history(line, one, &list));
  OK(serialref_list_count(list, &count));
  OK(serialref_list_get_event(list, count - 1, &event));
  CHECK(event.change == SERIALREF_CHANGE_ATTRIBUTE_SET && strcmp(event.from.data, "red") == 0);
  CHECK(event.field == kept.id && strcmp(event.actor.data, "Line 3") == 0 && event.reason.size == 0);
  OK(serialref_list_free(list));
  OK(serialref_list_events(line, group, event.id - 1, 10, &list));
  OK(serialref_list_count(list, &count));
  CHECK(count == 1);
  OK(serialref_list_free(list));
  OK(serialref_get_inventory(line, group, 0, &inventory));
  CHECK(inventory.in_state[SERIALREF_STATE_COMMISSIONED] == 1 && inventory.has_next && inventory.next.group == group);
  FAILS(OPTION_INVALID, serialref_get_inventory(line, 0, 1, &inventory));
  OK(serialref_retire_field(line, group, text("Color")));
  name = text("Color");
  FAILS(FIELD_NOT_FOUND, serialref_reset_attributes(line, &selection, &name, 1, NULL));
}

static void listings_go_page_by_page_and_search(const char *code) {
  serialref_filter filter = SERIALREF_INIT(serialref_filter);
  serialref_paging paging = SERIALREF_INIT(serialref_paging);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_list *list = NULL;
  serialref_batch batch = SERIALREF_INIT(serialref_batch);
  serialref_group record = SERIALREF_INIT(serialref_group);
  serialref_text cursor;
  uint64_t total = 0, last = 0;
  size_t count = 0, seen = 0, at;
  char kept[100] = "";
  paging.size = 7;
  filter.group = group;
  do {
    paging.cursor = text(kept);
    OK(serialref_list_references(registry, &filter, &paging, &list));
    OK(serialref_list_count(list, &count));
    for (at = 0; at < count; at++, seen++) {
      OK(serialref_list_get_reference(list, at, &reference));
      CHECK(reference.row == last + 1);
      last = reference.row;
    }
    FAILS(OPTION_INVALID, serialref_list_total(list, &total));
    OK(serialref_list_next(list, &cursor));
    CHECK(cursor.size < sizeof kept);
    memcpy(kept, cursor.data, cursor.size + 1);
    OK(serialref_list_free(list));
  } while (kept[0] != '\0');
  CHECK(seen == 20);
  paging.cursor = text(""), paging.page_number = 3, paging.direction = SERIALREF_DIRECTION_NEWEST_FIRST;
  OK(serialref_list_references(registry, &filter, &paging, &list));
  OK(serialref_list_total(list, &total));
  OK(serialref_list_get_reference(list, 0, &reference));
  CHECK(total == 20 && reference.row == 6);
  OK(serialref_list_free(list));
  filter.term.data = code + 3, filter.term.size = 6;
  OK(serialref_count(registry, &filter, &total));
  CHECK(total == 1);
  filter.term.size = 2;
  FAILS(SEARCH_TERM_TOO_SHORT, serialref_count(registry, &filter, &total));
  OK(serialref_list_batches(registry, group, NULL, &list));
  OK(serialref_list_get_batch(list, 0, &batch));
  CHECK(batch.size == 20 && batch.live == 20 && strcmp(batch.name.data, "Order 4711") == 0);
  OK(serialref_list_free(list));
  OK(serialref_get_batch(registry, group, 1, &list));
  OK(serialref_list_free(list));
  FAILS(BATCH_NOT_FOUND, serialref_get_batch(registry, group, 2, &list));
  OK(serialref_describe_group(registry, group, text("Made in hall 2")));
  OK(serialref_rename_group(registry, group, text("Pump AX-200")));
  OK(serialref_set_low_stock(registry, group, 10));
  OK(serialref_list_groups(registry, text("ax-2"), NULL, &list));
  OK(serialref_list_get_group(list, 0, &record));
  CHECK(record.id == group && record.live == 20 && record.low_stock == 10 && record.capacity == UINT64_MAX);
  CHECK(strcmp(record.description.data, "Made in hall 2") == 0 && record.in_state[SERIALREF_STATE_COMMISSIONED] == 1);
  OK(serialref_list_free(list));
  OK(serialref_find_group(registry, text("Pump AX-200"), &total));
  CHECK(total == group);
  FAILS(GROUP_NOT_FOUND, serialref_find_group(registry, text("Pump"), &total));
}

static void deletion_takes_two_steps(const char *code) {
  serialref_text codes[3];
  serialref_selection selection = SERIALREF_INIT(serialref_selection);
  serialref_deletion_info info = SERIALREF_INIT(serialref_deletion_info);
  serialref_deleted deleted = SERIALREF_INIT(serialref_deleted);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_detail detail = SERIALREF_INIT(serialref_detail);
  serialref_deletion *deletion = NULL;
  serialref_list *list = NULL;
  codes[0] = text(code), codes[1] = text("unknown"), codes[2] = text("");
  selection.codes = codes, selection.codes_count = 3;
  OK(serialref_delete(registry, &selection, &deletion));
  OK(serialref_deletion_get_info(deletion, &info));
  CHECK(info.count == 1 && info.left_alone == 2 && info.group == 0);
  OK(serialref_deletion_left_alone(deletion, &list));
  OK(serialref_list_get_detail(list, 0, &detail));
  CHECK(strcmp(detail.code.data, "unknown") == 0);
  OK(serialref_list_free(list));
  OK(serialref_deletion_sample(deletion, &list));
  OK(serialref_list_free(list));
  OK(serialref_lookup(registry, text(code), &reference));
  OK(serialref_deletion_confirm(deletion, &deleted));
  CHECK(deleted.deleted == 1 && deleted.already_gone == 0);
  FAILS(REFERENCE_NOT_FOUND, serialref_lookup(registry, text(code), &reference));
  OK(serialref_deletion_confirm(deletion, &deleted));
  CHECK(deleted.deleted == 0 && deleted.already_gone == 1);
  OK(serialref_deletion_free(deletion));
  OK(serialref_delete_group(registry, group, &deletion));
  OK(serialref_deletion_get_info(deletion, &info));
  CHECK(info.count == 19 && info.group == group);
  OK(serialref_deletion_confirm(deletion, NULL));
  OK(serialref_deletion_free(deletion));
  FAILS(GROUP_NOT_FOUND, serialref_get_group(registry, group, &list));
}

int main(void) {
  serialref_cause cause = SERIALREF_INIT(serialref_cause);
  serialref_issue_options options = SERIALREF_INIT(serialref_issue_options);
  char rows[20 * 26];
  registry = memory_registry();
  cause.actor = text("Line 3");
  OK(serialref_acting(registry, &cause, &line));
  group = group_of(registry, SERIALREF_KIND_BATCH, "Pump AX-100");
  options.name = text("Order 4711");
  OK(serialref_create_batch_into(registry, group, 20, &options, rows, sizeof rows, NULL, NULL));
  claims_hold_and_are_given_back();
  states_change_for_all_or_none_and_say_why_not(rows + 10 * 26);
  attributes_warranty_history_and_the_public_view_agree(rows + 10 * 26);
  listings_go_page_by_page_and_search(rows + 10 * 26);
  deletion_takes_two_steps(rows + 5 * 26);
  OK(serialref_registry_free(registry));
  OK(serialref_registry_free(line));
  CHECK(serialref_open_handles() == 0);
  puts("life: done");
  return 0;
}
