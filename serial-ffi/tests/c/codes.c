/* The code space: keyed order, check characters, what people type, words to leave out, and numbers. */
#include "check.h"
#include <string.h>

static serialref_text text(const char *string) { return serialref_text_of(string); }

static uint64_t keyed(serialref_registry *registry, serialref_format *format, const char *name, const serialref_key *key) {
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  uint64_t id = 0;
  group.kind = SERIALREF_KIND_CONTINUOUS;
  group.name = text(name);
  group.format = format;
  group.key = key;
  OK(serialref_create_group(registry, &group, &id));
  return id;
}

static void keyed_codes_say_their_counter_and_need_the_key(void) {
  serialref_registry *registry = memory_registry();
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format_info info = SERIALREF_INIT(serialref_format_info);
  serialref_decoded decoded = SERIALREF_INIT(serialref_decoded);
  serialref_code_space space = SERIALREF_INIT(serialref_code_space);
  serialref_reference one = SERIALREF_INIT(serialref_reference), other = SERIALREF_INIT(serialref_reference);
  serialref_format *format = NULL;
  serialref_key key, exposed, none = {{0}};
  serialref_new_group wrong = SERIALREF_INIT(serialref_new_group);
  uint64_t group, same, drawn, id = 0;
  size_t length = 0;
  int at;
  for (at = 0; at < 32; at++) key.bytes[at] = (uint8_t)at;
  options.preset = SERIALREF_PRESET_DIGITS, options.length = 4, options.order = SERIALREF_ORDER_KEYED;
  OK(serialref_format_new(&options, &format));
  OK(serialref_format_get_info(format, &info));
  CHECK(info.order == SERIALREF_ORDER_KEYED && info.capacity == 10000 && !info.is_unguessable && info.check == 0);
  group = keyed(registry, format, "Tag", &key), drawn = keyed(registry, format, "Other tag", NULL);
  OK(serialref_expose_key(registry, group, &exposed));
  CHECK(memcmp(&key, &exposed, sizeof key) == 0);
  OK(serialref_expose_key(registry, drawn, &exposed));
  CHECK(memcmp(&key, &exposed, sizeof key) != 0);
  for (at = 0; at < 20; at++) {
    OK(serialref_create_reference(registry, group, &one));
    OK(serialref_decode(registry, group, text(one.code), &decoded));
    CHECK(decoded.has_counter && decoded.may_be_issued && decoded.counter == (uint64_t)at);
  }
  OK(serialref_get_code_space(registry, group, &space));
  CHECK(space.capacity == 10000 && space.live == 20 && space.remaining == 9980 && space.expected_redraws < 0);
  CHECK(space.guess_probability > 0.0019 && space.guess_probability < 0.0021 && !space.is_below_one_in_10_000);
  OK(serialref_advance_counter(registry, group, 100));
  FAILS(COUNTER_INVALID, serialref_advance_counter(registry, group, 99));
  OK(serialref_create_reference(registry, group, &other));
  OK(serialref_decode(registry, group, text(other.code), &decoded));
  CHECK(decoded.counter == 100);
  OK(serialref_change_key(registry, group, NULL));
  OK(serialref_decode(registry, group, text(one.code), &decoded));
  CHECK(decoded.may_be_issued && decoded.counter == 19);
  FAILS(KEY_INVALID, serialref_change_key(registry, group, &none));
  FAILS(CODE_INVALID, serialref_decode(registry, group, text("12"), &decoded));
  same = group_of(registry, SERIALREF_KIND_BATCH, "Pump");
  FAILS(NO_COUNTER, serialref_decode(registry, same, text(one.code), &decoded));
  FAILS(KEY_INVALID, serialref_expose_key(registry, same, &exposed));
  wrong.kind = SERIALREF_KIND_BATCH, wrong.name = text("Valve"), wrong.key = &key;
  FAILS(KEY_INVALID, serialref_create_group(registry, &wrong, &id));
  OK(serialref_format_shortest_length(format, 1000, 10000, &length));
  CHECK(length == 8);
  OK(serialref_format_free(format));
  OK(serialref_registry_free(registry));
}

static void what_people_type_is_understood_and_mistakes_are_found(void) {
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format_info info = SERIALREF_INIT(serialref_format_info);
  serialref_registry *registry = memory_registry();
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  serialref_reference reference = SERIALREF_INIT(serialref_reference);
  serialref_format *format = NULL;
  serialref_text word = {"SOLD", 4};
  char shown[64], typed[80], code[64];
  size_t needed = 0;
  uint64_t id = 0;
  options.preset = SERIALREF_PRESET_UNAMBIGUOUS32, options.length = 11, options.check = SERIALREF_CHECK_AUTOMATIC;
  options.group_every = 4, options.separator = text("-");
  options.skip_words = &word, options.skip_words_count = 1, options.guesses_below_one_in = 10000;
  OK(serialref_format_new(&options, &format));
  OK(serialref_format_get_info(format, &info));
  CHECK(info.width == 12 && info.check > 0 && info.most_live < UINT64_MAX && info.is_unguessable);
  group.kind = SERIALREF_KIND_CONTINUOUS, group.name = text("Pump"), group.format = format;
  OK(serialref_create_group(registry, &group, &id));
  OK(serialref_create_reference(registry, id, &reference));
  OK(serialref_format_show(format, text(reference.code), shown, sizeof shown, &needed));
  CHECK(needed == 15 && shown[4] == '-' && shown[9] == '-');
  snprintf(typed, sizeof typed, " %s ", shown);
  FAILS(BUFFER_TOO_SMALL, serialref_format_validate(format, text(typed), NULL, 0, &needed));
  CHECK(needed == 13);
  OK(serialref_format_validate(format, text(typed), code, sizeof code, NULL));
  CHECK(strcmp(code, reference.code) == 0);
  OK(serialref_lookup(registry, text(typed), &reference));
  code[3] = code[3] == 'A' ? 'B' : 'A';
  FAILS(CODE_INVALID, serialref_format_validate(format, text(code), code, sizeof code, NULL));
  CHECK(serialref_take_last_error(NULL) == SERIALREF_STATUS_NULL_ARGUMENT);
  CHECK(strstr(serialref_last_error_message(), "check"));
  OK(serialref_format_free(format));
  options.separator = text("");
  FAILS(OPTION_INVALID, serialref_format_new(&options, &format));
  options.group_every = 0, options.check = 99;
  FAILS(ENUM_INVALID, serialref_format_new(&options, &format));
  OK(serialref_registry_free(registry));
}

static void what_the_guide_shows_works(void) {
  serialref_registry *registry = memory_registry();
  serialref_format *format = NULL;
  serialref_reference issued = SERIALREF_INIT(serialref_reference);
  serialref_decoded decoded = SERIALREF_INIT(serialref_decoded);
  serialref_code_space space = SERIALREF_INIT(serialref_code_space);
  char shown[64], typed[64];
  uint64_t tags;

  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  options.preset = SERIALREF_PRESET_UNAMBIGUOUS32;
  options.length = 11;
  options.order = SERIALREF_ORDER_KEYED;
  options.check = SERIALREF_CHECK_AUTOMATIC;
  options.group_every = 4;
  options.separator = serialref_text_of("-");
  OK(serialref_format_new(&options, &format));
  tags = keyed(registry, format, "Service tags", NULL);
  OK(serialref_create_reference(registry, tags, &issued));

  /* What is printed, what a person types, and what the code says about itself. */
  OK(serialref_format_show(format, serialref_text_of(issued.code), shown, sizeof shown, NULL));
  OK(serialref_format_validate(format, serialref_text_of(shown), typed, sizeof typed, NULL));
  OK(serialref_decode(registry, tags, serialref_text_of(typed), &decoded));
  CHECK(decoded.may_be_issued && decoded.counter == 0);

  /* After an old backup was restored, and where others may know the key. */
  OK(serialref_advance_counter(registry, tags, 5000));
  OK(serialref_change_key(registry, tags, NULL));

  OK(serialref_get_code_space(registry, tags, &space));
  CHECK(space.live == 1 && space.is_below_one_in_10_000);

  OK(serialref_format_free(format));
  OK(serialref_registry_free(registry));
}

int main(void) {
  keyed_codes_say_their_counter_and_need_the_key();
  what_people_type_is_understood_and_mistakes_are_found();
  what_the_guide_shows_works();
  CHECK(serialref_open_handles() == 0);
  puts("codes: done");
  return 0;
}
