/* What needs no registry: codes of counters, secret keys, check characters, and how a format writes what was typed. */
#include "check.h"
#include <fenv.h>
#include <string.h>

static serialref_text text(const char *string) { return serialref_text_of(string); }

/* The key of the examples in every language. */
static const serialref_key *vault_key(void) {
  static serialref_key key;
  memcpy(key.bytes, "32 bytes from a vault, as it is.", sizeof key.bytes);
  return &key;
}

static serialref_format *digits(int32_t order, size_t length) {
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format *format = NULL;
  options.preset = SERIALREF_PRESET_DIGITS, options.order = order, options.length = length;
  OK(serialref_format_new(&options, &format));
  return format;
}

static serialref_code_sequence *sequence_of(serialref_format *format, const serialref_key *key) {
  serialref_code_sequence *sequence = NULL;
  OK(serialref_code_sequence_new(format, key, &sequence));
  OK(serialref_format_free(format));
  return sequence;
}

static void a_sequence_has_the_codes_that_a_group_issues(void) {
  serialref_registry *registry = memory_registry();
  serialref_new_group group = SERIALREF_INIT(serialref_new_group);
  serialref_format *format = digits(SERIALREF_ORDER_KEYED, 6);
  serialref_key key = *vault_key();
  serialref_code_sequence *sequence = NULL;
  serialref_codes *issued = NULL, *computed = NULL;
  uint64_t id = 0, counter;
  size_t at, count = 0, width = 0;
  char row[SERIALREF_CODE_CAPACITY];
  group.kind = SERIALREF_KIND_BATCH, group.name = text("Tag"), group.format = format, group.key = &key;
  OK(serialref_create_group(registry, &group, &id));
  OK(serialref_create_batch(registry, id, 300, NULL, &issued, NULL));
  OK(serialref_code_sequence_new(format, &key, &sequence));
  /* It needs nothing of what it was made of. */
  OK(serialref_format_free(format));
  OK(serialref_registry_free(registry));
  OK(serialref_wipe(&key, sizeof key));
  OK(serialref_code_sequence_codes(sequence, 0, 300, &computed));
  OK(serialref_codes_size(computed, &count, &width));
  CHECK(count == 300 && width == 6);
  for (at = 0; at < count; at++) {
    int32_t has_counter = 0;
    serialref_text expected, code;
    OK(serialref_codes_get(issued, at, &expected));
    OK(serialref_codes_get(computed, at, &code));
    CHECK(strcmp(code.data, expected.data) == 0);
    OK(serialref_code_sequence_codes_into(sequence, at, 1, row, sizeof row, NULL));
    CHECK(strcmp(row, expected.data) == 0);
    OK(serialref_code_sequence_counter(sequence, expected, &counter, &has_counter));
    CHECK(has_counter == 1 && counter == at);
  }
  OK(serialref_code_sequence_free(sequence));
  /* Codes outlive the sequence. */
  FAILS(BUFFER_TOO_SMALL, serialref_codes_copy(computed, NULL, 0, &width));
  CHECK(width == 300 * 7);
  OK(serialref_codes_free(issued));
  OK(serialref_codes_free(computed));
}

static void a_buffer_gets_all_codes_or_none(void) {
  serialref_code_sequence *sequence = sequence_of(digits(SERIALREF_ORDER_KEYED, 4), vault_key());
  serialref_codes *codes = NULL;
  static char rows[10000][5], copy[10000][5];
  size_t needed = 0;
  uint64_t capacity = 0;
  int seen[10000] = {0}, at;
  OK(serialref_code_sequence_capacity(sequence, &capacity));
  CHECK(capacity == 10000);
  FAILS(BUFFER_TOO_SMALL, serialref_code_sequence_codes_into(sequence, 0, 10000, NULL, 0, &needed));
  CHECK(needed == sizeof rows);
  memset(rows, 'x', sizeof rows);
  FAILS(BUFFER_TOO_SMALL, serialref_code_sequence_codes_into(sequence, 0, 10000, rows[0], sizeof rows - 1, NULL));
  CHECK(rows[0][0] == 'x' && memcmp(rows[0], rows[0] + 1, sizeof rows - 1) == 0);
  FAILS(NULL_ARGUMENT, serialref_code_sequence_codes_into(sequence, 0, 1, NULL, 5, &needed));
  FAILS(SIZE_INVALID, serialref_code_sequence_codes_into(sequence, 0, 1, rows[0], SIZE_MAX, &needed));
  OK(serialref_code_sequence_codes_into(sequence, 0, 10000, rows[0], sizeof rows, NULL));
  OK(serialref_code_sequence_codes(sequence, 0, 10000, &codes));
  OK(serialref_codes_copy(codes, copy[0], sizeof copy, NULL));
  CHECK(memcmp(rows, copy, sizeof rows) == 0);
  for (at = 0; at < 10000; at++) {
    CHECK(strlen(rows[at]) == 4 && !seen[atoi(rows[at])]++);
  }
  /* From any counter on they are the same. */
  OK(serialref_code_sequence_codes_into(sequence, 1234, 5000, copy[0], sizeof copy, &needed));
  CHECK(needed == 5000 * 5 && memcmp(copy, rows[1234], needed) == 0);
  /* None is a number too. */
  OK(serialref_code_sequence_codes_into(sequence, 7, 0, NULL, 0, &needed));
  CHECK(needed == 0);
  OK(serialref_codes_free(codes));
  OK(serialref_code_sequence_free(sequence));
}

/* That nothing is made of counters that are not all there, and nothing is written. */
static void refused(serialref_code_sequence *sequence, serialref_status status, uint64_t first, uint64_t count) {
  serialref_codes *codes = NULL;
  char row[SERIALREF_CODE_CAPACITY] = "as before";
  size_t needed = 4711;
  CHECK(serialref_code_sequence_codes(sequence, first, count, &codes) == status);
  CHECK(serialref_code_sequence_codes_into(sequence, first, count, row, sizeof row, &needed) == status);
  CHECK(codes == NULL && needed == 4711 && strcmp(row, "as before") == 0);
}

static void counters_beyond_the_end_are_refused(void) {
  serialref_code_sequence *few = sequence_of(digits(SERIALREF_ORDER_KEYED, 4), vault_key());
  serialref_code_sequence *many = sequence_of(digits(SERIALREF_ORDER_KEYED, 64), vault_key());
  serialref_code_sequence *counted = sequence_of(digits(SERIALREF_ORDER_SEQUENTIAL, 2), NULL);
  serialref_codes *codes = NULL;
  uint64_t capacity = 0, counter = 1;
  size_t count = 1, width = 0;
  int32_t has_counter = 1;
  char row[SERIALREF_CODE_CAPACITY], nines[65];
  refused(few, SERIALREF_STATUS_INDEX_INVALID, 10000, 1);
  CHECK(strstr(serialref_last_error_message(), "10000"));
  refused(few, SERIALREF_STATUS_INDEX_INVALID, 0, 10001);
  refused(few, SERIALREF_STATUS_INDEX_INVALID, 10001, 0);
  refused(few, SERIALREF_STATUS_INDEX_INVALID, UINT64_MAX, 1);
  refused(few, SERIALREF_STATUS_INDEX_INVALID, 1, UINT64_MAX);
  refused(few, SERIALREF_STATUS_INDEX_INVALID, UINT64_MAX, UINT64_MAX);
  OK(serialref_code_sequence_codes_into(few, 9999, 1, row, sizeof row, NULL));
  OK(serialref_code_sequence_codes(few, 10000, 0, &codes));
  OK(serialref_codes_size(codes, &count, &width));
  CHECK(count == 0 && width == 4);
  OK(serialref_codes_free(codes));

  OK(serialref_code_sequence_capacity(many, &capacity));
  CHECK(capacity == UINT64_MAX);
  refused(many, SERIALREF_STATUS_INDEX_INVALID, UINT64_MAX, 1);
  refused(many, SERIALREF_STATUS_INDEX_INVALID, UINT64_MAX - 1, 2);
  refused(many, SERIALREF_STATUS_COUNT_INVALID, 0, 10000001);
  refused(many, SERIALREF_STATUS_COUNT_INVALID, 0, UINT64_MAX);
  OK(serialref_code_sequence_codes_into(many, UINT64_MAX - 1, 1, row, sizeof row, NULL));
  OK(serialref_code_sequence_counter(many, text(row), &counter, &has_counter));
  CHECK(has_counter == 1 && counter == UINT64_MAX - 1);
  /* Of so many codes hardly any has a counter of 64 bits. */
  memset(nines, '9', 64), nines[64] = '\0';
  OK(serialref_code_sequence_counter(many, text(nines), &counter, &has_counter));
  CHECK(has_counter == 0 && counter == 0);

  /* Consecutive numbers begin with 1. */
  OK(serialref_code_sequence_capacity(counted, &capacity));
  CHECK(capacity == 99);
  OK(serialref_code_sequence_codes_into(counted, 98, 1, row, sizeof row, NULL));
  CHECK(strcmp(row, "99") == 0);
  refused(counted, SERIALREF_STATUS_INDEX_INVALID, 99, 1);
  OK(serialref_code_sequence_free(few));
  OK(serialref_code_sequence_free(many));
  OK(serialref_code_sequence_free(counted));
}

/* What a sequence finds wrong with a code. */
static void is_no_code(serialref_code_sequence *sequence, const char *code, const char *word, uint64_t position) {
  serialref_error *error = NULL;
  serialref_error_info info;
  uint64_t counter = 4711;
  int32_t has_counter = -1;
  FAILS(CODE_INVALID, serialref_code_sequence_counter(sequence, text(code), &counter, &has_counter));
  info = failure(&error);
  CHECK(strcmp(info.subject.data, word) == 0 && info.position == position && counter == 4711 && has_counter == -1);
  OK(serialref_error_free(error));
}

static void what_is_no_code_of_the_format_has_no_counter(void) {
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format *format = NULL;
  serialref_code_sequence *sequence;
  serialref_text word = {"BAD", 3};
  char row[8];
  uint64_t counter = 0;
  int32_t has_counter = 0;
  options.preset = SERIALREF_PRESET_DIGITS, options.length = 4, options.check = SERIALREF_CHECK_LUHN;
  options.order = SERIALREF_ORDER_SEQUENTIAL, options.start = 100;
  OK(serialref_format_new(&options, &format));
  sequence = sequence_of(format, NULL);
  OK(serialref_code_sequence_counter(sequence, text("01008"), &counter, &has_counter));
  CHECK(has_counter == 1 && counter == 0);
  is_no_code(sequence, "01007", "check", 5);
  is_no_code(sequence, "0100", "length", 0);
  is_no_code(sequence, "", "length", 0);
  is_no_code(sequence, "0x008", "symbol", 2);
  is_no_code(sequence, "00992", "before start", 0);
  FAILS(NOT_UTF8, serialref_code_sequence_counter(sequence, text("\xff"), &counter, &has_counter));
  OK(serialref_code_sequence_free(sequence));

  /* A group passes over such a counter; here it has its code. */
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options, options.symbols = text("ABDO"), options.length = 3;
  options.order = SERIALREF_ORDER_SEQUENTIAL, options.start = SERIALREF_ZERO;
  options.skip_words = &word, options.skip_words_count = 1;
  OK(serialref_format_new(&options, &format));
  sequence = sequence_of(format, NULL);
  OK(serialref_code_sequence_codes_into(sequence, 18, 1, row, sizeof row, NULL));
  CHECK(strcmp(row, "BAD") == 0);
  is_no_code(sequence, "BAD", "word", 0);
  OK(serialref_code_sequence_free(sequence));
}

static void a_format_gets_the_key_that_it_needs_and_no_other(void) {
  serialref_format *keyed = digits(SERIALREF_ORDER_KEYED, 4), *counted = digits(SERIALREF_ORDER_SEQUENTIAL, 4);
  serialref_format *drawn = NULL;
  serialref_code_sequence *sequence = NULL, *freed;
  serialref_codes *codes = NULL;
  serialref_key none = {{0}};
  uint64_t number = 0;
  int32_t has_counter = 0;
  char row[8];
  OK(serialref_format_new(NULL, &drawn));
  FAILS(NO_COUNTER, serialref_code_sequence_new(drawn, NULL, &sequence));
  FAILS(NO_COUNTER, serialref_code_sequence_new(drawn, vault_key(), &sequence));
  FAILS(KEY_INVALID, serialref_code_sequence_new(keyed, NULL, &sequence));
  FAILS(KEY_INVALID, serialref_code_sequence_new(keyed, &none, &sequence));
  FAILS(KEY_INVALID, serialref_code_sequence_new(counted, vault_key(), &sequence));
  FAILS(NULL_ARGUMENT, serialref_code_sequence_new(counted, NULL, NULL));
  FAILS(NULL_ARGUMENT, serialref_code_sequence_new(NULL, NULL, &sequence));
  OK(serialref_format_free(drawn));
  FAILS(HANDLE_INVALID, serialref_code_sequence_new(drawn, NULL, &sequence));
  CHECK(sequence == NULL);

  freed = sequence_of(keyed, vault_key());
  OK(serialref_code_sequence_free(freed));
  OK(serialref_code_sequence_free(NULL));
  FAILS(HANDLE_INVALID, serialref_code_sequence_free(freed));
  FAILS(HANDLE_INVALID, serialref_code_sequence_capacity(freed, &number));
  FAILS(HANDLE_INVALID, serialref_code_sequence_codes(freed, 0, 1, &codes));
  FAILS(HANDLE_INVALID, serialref_code_sequence_codes_into(freed, 0, 1, row, sizeof row, NULL));
  FAILS(HANDLE_INVALID, serialref_code_sequence_counter(freed, text("1234"), &number, &has_counter));
  FAILS(HANDLE_INVALID, serialref_code_sequence_capacity((serialref_code_sequence *)(void *)counted, &number));
  OK(serialref_format_free(counted));
}

static void keys_are_drawn_written_read_and_told_apart(void) {
  serialref_key key, other, none = {{0}};
  char digits[65] = "", again[65], check[7];
  size_t needed = 0, at;
  OK(serialref_key_draw(&key));
  OK(serialref_key_draw(&other));
  CHECK(memcmp(&key, &other, sizeof key) != 0);
  FAILS(NULL_ARGUMENT, serialref_key_draw(NULL));

  FAILS(BUFFER_TOO_SMALL, serialref_key_expose_text(&key, digits, 64, &needed));
  CHECK(needed == 65 && digits[0] == '\0');
  OK(serialref_key_expose_text(&key, digits, sizeof digits, NULL));
  CHECK(strlen(digits) == 64 && strspn(digits, "0123456789abcdef") == 64);
  OK(serialref_key_parse(text(digits), &other));
  CHECK(memcmp(&key, &other, sizeof key) == 0);
  OK(serialref_key_expose_text(vault_key(), digits, sizeof digits, NULL));
  CHECK(strncmp(digits, "3332206279746573", 16) == 0);
  for (at = 0; at < 64; at++) again[at] = (char)(digits[at] >= 'a' ? digits[at] - 'a' + 'A' : digits[at]);
  again[64] = '\0';
  OK(serialref_key_parse(text(again), &other));
  CHECK(memcmp(vault_key(), &other, sizeof key) == 0);

  FAILS(BUFFER_TOO_SMALL, serialref_key_check_value(vault_key(), NULL, 0, &needed));
  CHECK(needed == 7);
  OK(serialref_key_check_value(vault_key(), check, sizeof check, NULL));
  CHECK(strcmp(check, "09788f") == 0);

  FAILS(KEY_INVALID, serialref_key_parse(text(""), &other));
  FAILS(KEY_INVALID, serialref_key_parse(text(digits + 1), &other));
  digits[63] = 'g';
  FAILS(KEY_INVALID, serialref_key_parse(text(digits), &other));
  memset(digits, '0', 64);
  FAILS(KEY_INVALID, serialref_key_parse(text(digits), &other));
  FAILS(NULL_ARGUMENT, serialref_key_parse(text(digits), NULL));
  CHECK(memcmp(vault_key(), &other, sizeof key) == 0);
  FAILS(KEY_INVALID, serialref_key_expose_text(&none, digits, sizeof digits, NULL));
  FAILS(KEY_INVALID, serialref_key_check_value(&none, check, sizeof check, NULL));
  FAILS(NULL_ARGUMENT, serialref_key_expose_text(NULL, digits, sizeof digits, NULL));
  FAILS(NULL_ARGUMENT, serialref_key_check_value(NULL, check, sizeof check, NULL));
  FAILS(NULL_ARGUMENT, serialref_key_expose_text(&key, NULL, 65, NULL));

  OK(serialref_wipe(&key, sizeof key));
  OK(serialref_wipe(digits, sizeof digits));
  OK(serialref_wipe(again, 1));
  CHECK(memcmp(&key, &none, sizeof key) == 0 && memcmp(digits, again, 1) == 0 && digits[64] == '\0' && again[1] == '3');
  OK(serialref_wipe(&other, 0));
  CHECK(memcmp(vault_key(), &other, sizeof key) == 0);
  OK(serialref_wipe(NULL, 0));
  FAILS(NULL_ARGUMENT, serialref_wipe(NULL, 1));
  FAILS(SIZE_INVALID, serialref_wipe(&other, ((size_t)1 << 20) + 1));
}

static void schemes_say_where_they_fit_and_what_they_find(void) {
  const serialref_text ten = text("0123456789"), letters = text("ABCDEF");
  serialref_detections found = SERIALREF_INIT(serialref_detections);
  serialref_error *error = NULL;
  serialref_error_info info;
  char check[8] = "before";
  int32_t scheme = 0, fits = 0;
  size_t needed = 0;
  OK(serialref_check_automatic(ten, &scheme));
  CHECK(scheme == SERIALREF_CHECK_DAMM);
  OK(serialref_check_fits(SERIALREF_CHECK_VERHOEFF, ten, &fits));
  CHECK(fits == 1);
  OK(serialref_check_fits(SERIALREF_CHECK_VERHOEFF, letters, &fits));
  CHECK(fits == 0);
  OK(serialref_check_detects(SERIALREF_CHECK_LUHN, ten, &found));
  CHECK(found.single_substitutions == 1 && found.adjacent_transpositions == 0 && found.jump_transpositions == 0);
  OK(serialref_check_detects(SERIALREF_CHECK_ISO7064_MOD11_RADIX2, ten, &found));
  CHECK(found.single_substitutions && found.adjacent_transpositions);
  CHECK(found.jump_transpositions && found.twin_substitutions);
  OK(serialref_check_detects(SERIALREF_CHECK_VERHOEFF, letters, &found));
  CHECK(!found.single_substitutions && !found.twin_substitutions && found.struct_size == sizeof found);

  FAILS(BUFFER_TOO_SMALL, serialref_check_compute(SERIALREF_CHECK_DAMM, ten, text("572"), check, 1, &needed));
  CHECK(needed == 2 && strcmp(check, "before") == 0);
  OK(serialref_check_compute(SERIALREF_CHECK_DAMM, ten, text("572"), check, sizeof check, &needed));
  CHECK(needed == 2 && strcmp(check, "4") == 0);
  OK(serialref_check_compute(SERIALREF_CHECK_ISO7064_MOD11_RADIX2, ten, text("079"), check, 2, NULL));
  CHECK(strcmp(check, "X") == 0);
  OK(serialref_check_compute(SERIALREF_CHECK_ISO7064_MOD97_RADIX10, ten, text("0"), check, sizeof check, &needed));
  CHECK(needed == 3 && strlen(check) == 2);

  /* What a format may have besides schemes. */
  OK(serialref_check_compute(SERIALREF_CHECK_AUTOMATIC, ten, text("572"), check, sizeof check, NULL));
  CHECK(strcmp(check, "4") == 0);
  OK(serialref_check_detects(SERIALREF_CHECK_AUTOMATIC, ten, &found));
  CHECK(found.adjacent_transpositions == 1);
  OK(serialref_check_compute(SERIALREF_CHECK_NONE, ten, text("572"), check, sizeof check, &needed));
  CHECK(needed == 1 && check[0] == '\0');
  OK(serialref_check_detects(SERIALREF_CHECK_NONE, ten, &found));
  CHECK(found.single_substitutions == 0 && found.adjacent_transpositions == 0);
  OK(serialref_check_fits(SERIALREF_CHECK_NONE, letters, &fits));
  CHECK(fits == 1);

  fits = -1, scheme = -1;
  FAILS(FORMAT_INVALID, serialref_check_compute(SERIALREF_CHECK_DAMM, letters, text("ABC"), check, sizeof check, NULL));
  CHECK(strstr(serialref_last_error_message(), "damm"));
  FAILS(CODE_INVALID, serialref_check_compute(SERIALREF_CHECK_DAMM, ten, text("57x2"), check, sizeof check, &needed));
  info = failure(&error);
  CHECK(strcmp(info.subject.data, "symbol") == 0 && info.position == 3 && needed == 1 && check[0] == '\0');
  OK(serialref_error_free(error));
  FAILS(FORMAT_INVALID, serialref_check_automatic(text(""), &scheme));
  FAILS(FORMAT_INVALID, serialref_check_automatic(text("AA"), &scheme));
  FAILS(FORMAT_INVALID, serialref_check_fits(SERIALREF_CHECK_LUHN, text("A B"), &fits));
  FAILS(FORMAT_INVALID, serialref_check_detects(SERIALREF_CHECK_NONE, text("\xc3\xa4" "A"), &found));
  FAILS(ENUM_INVALID, serialref_check_fits(11, ten, &fits));
  FAILS(ENUM_INVALID, serialref_check_compute(-1, ten, text("1"), check, sizeof check, NULL));
  FAILS(NULL_ARGUMENT, serialref_check_automatic(ten, NULL));
  FAILS(NULL_ARGUMENT, serialref_check_fits(SERIALREF_CHECK_LUHN, ten, NULL));
  found.struct_size = sizeof found - 1;
  FAILS(SIZE_INVALID, serialref_check_detects(SERIALREF_CHECK_LUHN, ten, &found));
  CHECK(fits == -1 && scheme == -1);
}

static void what_was_typed_is_written_as_the_format_does(void) {
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format *format = NULL;
  char written[32] = "before";
  size_t needed = 0;
  options.preset = SERIALREF_PRESET_UNAMBIGUOUS32, options.length = 8, options.prefix = text("AX-");
  OK(serialref_format_new(&options, &format));
  OK(serialref_format_canonical(format, text(" ax 7k2o-9vl3\n"), written, sizeof written, &needed));
  CHECK(strcmp(written, "AX-7K209V13") == 0 && needed == 12);
  /* It need be no code. */
  OK(serialref_format_canonical(format, text(" ax-7k "), written, sizeof written, NULL));
  CHECK(strcmp(written, "AX-7K") == 0);
  OK(serialref_format_canonical(format, text(""), written, 1, &needed));
  CHECK(needed == 1 && written[0] == '\0');
  FAILS(BUFFER_TOO_SMALL, serialref_format_canonical(format, text("ax7k2o9vl3"), written, 11, &needed));
  CHECK(needed == 12 && written[0] == '\0');
  FAILS(NOT_UTF8, serialref_format_canonical(format, text("\xff"), written, sizeof written, NULL));
  FAILS(NULL_ARGUMENT, serialref_format_canonical(format, text("A"), NULL, 1, NULL));
  OK(serialref_format_free(format));
  FAILS(HANDLE_INVALID, serialref_format_canonical(format, text("A"), written, sizeof written, NULL));
}

static void what_the_guide_shows_works(void) {
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_code_sequence *sequence = NULL;
  serialref_format *format = NULL;
  options.preset = SERIALREF_PRESET_UNAMBIGUOUS32, options.length = 11, options.order = SERIALREF_ORDER_KEYED;
  options.check = SERIALREF_CHECK_AUTOMATIC;
  OK(serialref_format_new(&options, &format));

  serialref_key key;
  char secret[65], shown[7];
  OK(serialref_key_draw(&key));
  OK(serialref_key_expose_text(&key, secret, sizeof secret, NULL)); /* for the vault */
  OK(serialref_key_parse(serialref_text_of(secret), &key));         /* and back */
  OK(serialref_key_check_value(&key, shown, sizeof shown, NULL));   /* for a log: six digits, no secret */

  /* The codes of 500 counters in rows of equal size, and the counter of a code. */
  char rows[500][13];
  uint64_t counter;
  int32_t has_counter;
  OK(serialref_code_sequence_new(format, &key, &sequence));
  OK(serialref_code_sequence_codes_into(sequence, 0, 500, rows[0], sizeof rows, NULL));
  OK(serialref_code_sequence_counter(sequence, serialref_text_of(rows[499]), &counter, &has_counter));
  CHECK(has_counter && counter == 499);

  OK(serialref_code_sequence_free(sequence));
  OK(serialref_wipe(secret, sizeof secret));
  OK(serialref_wipe(&key, sizeof key));

  const serialref_text symbols = serialref_text_of("0123456789");
  serialref_detections found = SERIALREF_INIT(serialref_detections);
  int32_t scheme;
  char check[3];
  OK(serialref_check_automatic(symbols, &scheme));
  OK(serialref_check_detects(scheme, symbols, &found));
  OK(serialref_check_compute(scheme, symbols, serialref_text_of("572"), check, sizeof check, NULL));
  CHECK(scheme == SERIALREF_CHECK_DAMM && found.adjacent_transpositions && strcmp(check, "4") == 0);
  OK(serialref_format_free(format));
}

/* A host may have told its threads to round floats in another way. */
static void codes_are_the_same_however_floats_are_rounded(void) {
  static const int ways[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  static const int32_t presets[] = {SERIALREF_PRESET_UPPER_ALPHANUMERIC, SERIALREF_PRESET_DIGITS};
  static char expected[1000 * 26], made[1000 * 26];
  size_t way, preset;
  for (preset = 0; preset < sizeof presets / sizeof *presets; preset++) {
    serialref_format_options options = SERIALREF_INIT(serialref_format_options);
    serialref_format *format = NULL, *same = NULL;
    serialref_code_sequence *before, *meanwhile;
    options.preset = presets[preset], options.order = SERIALREF_ORDER_KEYED, options.length = 25 - 5 * preset;
    OK(serialref_format_new(&options, &format));
    before = sequence_of(format, vault_key());
    OK(serialref_code_sequence_codes_into(before, 7, 1000, expected, sizeof expected, NULL));
    for (way = 0; way < sizeof ways / sizeof *ways; way++) {
      OK(serialref_format_new(&options, &same));
      CHECK(fesetround(ways[way]) == 0);
      OK(serialref_code_sequence_codes_into(before, 7, 1000, made, sizeof made, NULL));
      CHECK(memcmp(made, expected, sizeof made) == 0);
      meanwhile = sequence_of(same, vault_key());
      CHECK(fesetround(FE_TONEAREST) == 0);
      OK(serialref_code_sequence_codes_into(meanwhile, 7, 1000, made, sizeof made, NULL));
      CHECK(memcmp(made, expected, sizeof made) == 0);
      OK(serialref_code_sequence_free(meanwhile));
    }
    OK(serialref_code_sequence_free(before));
  }
}

int main(void) {
  a_sequence_has_the_codes_that_a_group_issues();
  codes_are_the_same_however_floats_are_rounded();
  a_buffer_gets_all_codes_or_none();
  counters_beyond_the_end_are_refused();
  what_is_no_code_of_the_format_has_no_counter();
  a_format_gets_the_key_that_it_needs_and_no_other();
  keys_are_drawn_written_read_and_told_apart();
  schemes_say_where_they_fit_and_what_they_find();
  what_was_typed_is_written_as_the_format_does();
  what_the_guide_shows_works();
  CHECK(serialref_open_handles() == 0);
  puts("sequence: done");
  return 0;
}
