/* The vectors of the code space, which every language and every later version satisfies. SERIALREF_VECTORS names the file. */
#include "check.h"
#include "json.h"
#include <string.h>

static serialref_text text(const char *string) { return serialref_text_of(string); }

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  char *content;
  size_t size;
  CHECK(file != NULL);
  CHECK(fseek(file, 0, SEEK_END) == 0);
  size = (size_t)ftell(file);
  rewind(file);
  content = malloc(size + 1);
  CHECK(content != NULL && fread(content, 1, size, file) == size);
  content[size] = '\0';
  fclose(file);
  return content;
}

static int32_t scheme_of(const char *name) {
  static const struct {
    const char *name;
    int32_t scheme;
  } all[] = {{"", SERIALREF_CHECK_NONE},
             {"iso7064-mod-11-2", SERIALREF_CHECK_ISO7064_MOD11_RADIX2},
             {"iso7064-mod-37-2", SERIALREF_CHECK_ISO7064_MOD37_RADIX2},
             {"iso7064-mod-97-10", SERIALREF_CHECK_ISO7064_MOD97_RADIX10},
             {"iso7064-mod-11-10", SERIALREF_CHECK_ISO7064_MOD11_AND10},
             {"iso7064-mod-37-36", SERIALREF_CHECK_ISO7064_MOD37_AND36},
             {"luhn", SERIALREF_CHECK_LUHN},
             {"damm", SERIALREF_CHECK_DAMM},
             {"verhoeff", SERIALREF_CHECK_VERHOEFF},
             {"weighted-sum", SERIALREF_CHECK_WEIGHTED_SUM},
             {"gumm", SERIALREF_CHECK_GUMM}};
  size_t at;
  for (at = 0; at < sizeof all / sizeof *all; at++) {
    if (strcmp(all[at].name, name) == 0) return all[at].scheme;
  }
  fprintf(stderr, "%s has no constant\n", name);
  exit(1);
}

/* A format of the vectors. */
static serialref_format *format_of(const char *vector) {
  const char *from = json_member(vector, "format");
  const char *order = json_member(from, "order"), *grouping = json_member(from, "grouping"), *word;
  char symbols[128], prefix[64], suffix[64], check[64], separator[8], words[8][40];
  serialref_text skipped[8];
  serialref_format_options options = SERIALREF_INIT(serialref_format_options);
  serialref_format *format = NULL;
  json_text_of(from, "alphabet", symbols, sizeof symbols);
  json_text_of(from, "prefix", prefix, sizeof prefix);
  json_text_of(from, "suffix", suffix, sizeof suffix);
  json_text_of(from, "check", check, sizeof check);
  options.symbols = text(symbols), options.prefix = text(prefix), options.suffix = text(suffix);
  options.length = (size_t)json_number_of(from, "length");
  options.check = scheme_of(check);
  if (*order == '{') {
    options.order = SERIALREF_ORDER_SEQUENTIAL;
    options.start = json_number_of(json_member(order, "sequential"), "start");
  } else {
    options.order = strncmp(order, "\"keyed\"", 7) == 0 ? SERIALREF_ORDER_KEYED : SERIALREF_ORDER_RANDOM;
  }
  if (grouping != NULL) {
    options.group_every = (uint32_t)json_number_of(grouping, "every");
    json_text_of(grouping, "separator", separator, sizeof separator);
    options.separator = text(separator);
  }
  word = json_member(from, "skipped_words");
  for (word = word == NULL ? NULL : json_first(word); word != NULL; word = json_next(word)) {
    CHECK(options.skip_words_count < 8);
    json_text(word, words[options.skip_words_count], sizeof words[0]);
    skipped[options.skip_words_count] = text(words[options.skip_words_count]);
    options.skip_words_count++;
  }
  options.skip_words = skipped;
  OK(serialref_format_new(&options, &format));
  return format;
}

/* What a code was refused for. */
static void refused(serialref_status status, const char *verdict, unsigned long long position) {
  serialref_error *error = NULL;
  serialref_error_info info;
  CHECK(status == SERIALREF_STATUS_CODE_INVALID);
  info = failure(&error);
  CHECK(strcmp(info.subject.data, verdict) == 0 && info.position == position);
  OK(serialref_error_free(error));
}

static int keyed_codes_are_computed_issued_and_decoded(const char *vectors) {
  const char *vector, *one;
  int cases = 0;
  for (vector = json_first(json_member(vectors, "keyed")); vector != NULL; vector = json_next(vector)) {
    serialref_registry *registry = memory_registry();
    serialref_format *format = format_of(vector);
    serialref_new_group group = SERIALREF_INIT(serialref_new_group);
    serialref_code_sequence *sequence = NULL;
    serialref_key key;
    char digits[65], written[65], check_value[7], code[SERIALREF_CODE_CAPACITY], made[SERIALREF_CODE_CAPACITY];
    uint64_t id = 0;
    json_text_of(vector, "key", digits, sizeof digits);
    OK(serialref_key_parse(text(digits), &key));
    OK(serialref_key_expose_text(&key, written, sizeof written, NULL));
    CHECK(strcmp(written, digits) == 0);
    OK(serialref_key_check_value(&key, check_value, sizeof check_value, NULL));
    /* AES-256 of a block of zeros, as other programs compute it. */
    CHECK(strcmp(check_value, "3dd53c") == 0);
    OK(serialref_code_sequence_new(format, &key, &sequence));
    group.kind = SERIALREF_KIND_CONTINUOUS, group.name = text("Vectors"), group.format = format, group.key = &key;
    OK(serialref_create_group(registry, &group, &id));
    for (one = json_first(json_member(vector, "codes")); one != NULL; one = json_next(one), cases++) {
      serialref_reference reference = SERIALREF_INIT(serialref_reference);
      serialref_decoded decoded = SERIALREF_INIT(serialref_decoded);
      uint64_t counter = json_number_of(one, "counter"), found = 0;
      int32_t has_counter = 0;
      json_text_of(one, "code", code, sizeof code);
      OK(serialref_code_sequence_codes_into(sequence, counter, 1, made, sizeof made, NULL));
      CHECK(strcmp(made, code) == 0);
      OK(serialref_code_sequence_counter(sequence, text(code), &found, &has_counter));
      CHECK(has_counter == 1 && found == counter);
      OK(serialref_decode(registry, id, text(code), &decoded));
      CHECK(decoded.has_counter && decoded.counter == counter && !decoded.may_be_issued);
      OK(serialref_advance_counter(registry, id, counter));
      OK(serialref_create_reference(registry, id, &reference));
      CHECK(strcmp(reference.code, code) == 0);
      OK(serialref_decode(registry, id, text(code), &decoded));
      CHECK(decoded.counter == counter && decoded.may_be_issued);
    }
    OK(serialref_code_sequence_free(sequence));
    OK(serialref_format_free(format));
    OK(serialref_registry_free(registry));
  }
  return cases;
}

/* Whether a list of the vectors names a kind of mistake. */
static int names(const char *list, const char *mistakes) {
  const char *one;
  char name[64];
  for (one = json_first(list); one != NULL; one = json_next(one)) {
    json_text(one, name, sizeof name);
    if (strcmp(name, mistakes) == 0) return 1;
  }
  return 0;
}

/* What schemes fit and find is what the vectors say: with a scheme they have each preset that it fits. */
static int schemes_fit_and_find_what_they_promise(const char *vectors) {
  const char *vector;
  int32_t scheme, preset;
  int cases = 0;
  for (scheme = SERIALREF_CHECK_ISO7064_MOD11_RADIX2; scheme <= SERIALREF_CHECK_GUMM; scheme++) {
    for (preset = SERIALREF_PRESET_DIGITS; preset <= SERIALREF_PRESET_PRINTABLE; preset++) {
      serialref_format_options options = SERIALREF_INIT(serialref_format_options);
      serialref_format_info info = SERIALREF_INIT(serialref_format_info);
      serialref_detections found = SERIALREF_INIT(serialref_detections);
      serialref_format *format = NULL;
      const char *detects = NULL;
      int32_t fits = -1;
      options.preset = preset;
      OK(serialref_format_new(&options, &format));
      OK(serialref_format_get_info(format, &info));
      for (vector = json_first(json_member(vectors, "check")); vector != NULL; vector = json_next(vector)) {
        char name[64], symbols[128];
        json_text_of(vector, "scheme", name, sizeof name);
        json_text_of(vector, "alphabet", symbols, sizeof symbols);
        if (scheme_of(name) == scheme && strcmp(symbols, info.symbols.data) == 0) detects = json_member(vector, "detects");
      }
      OK(serialref_check_fits(scheme, info.symbols, &fits));
      CHECK(fits == (detects != NULL));
      OK(serialref_check_detects(scheme, info.symbols, &found));
      CHECK(found.single_substitutions == (fits && names(detects, "all single substitutions")));
      CHECK(found.adjacent_transpositions == (fits && names(detects, "all adjacent transpositions")));
      CHECK(found.jump_transpositions == (fits && names(detects, "all jump transpositions")));
      CHECK(found.twin_substitutions == (fits && names(detects, "all twin substitutions")));
      OK(serialref_format_free(format));
      cases += fits;
    }
  }
  return cases;
}

/* Where the check characters are right, the code is; with any other in the place of the first one, it is not. */
static int check_characters_are_what_schemes_say(const char *vectors) {
  const char *vector, *one;
  int cases = 0;
  for (vector = json_first(json_member(vectors, "check")); vector != NULL; vector = json_next(vector)) {
    char scheme[64], symbols[128], body[64], check[8], code[80], read[80];
    json_text_of(vector, "scheme", scheme, sizeof scheme);
    json_text_of(vector, "alphabet", symbols, sizeof symbols);
    for (one = json_first(json_member(vector, "cases")); one != NULL; one = json_next(one), cases++) {
      serialref_format_options options = SERIALREF_INIT(serialref_format_options);
      serialref_format_info info = SERIALREF_INIT(serialref_format_info);
      serialref_format *format = NULL;
      size_t at;
      json_text_of(one, "body", body, sizeof body);
      json_text_of(one, "check", check, sizeof check);
      OK(serialref_check_compute(scheme_of(scheme), text(symbols), text(body), read, sizeof read, NULL));
      CHECK(strcmp(read, check) == 0);
      options.symbols = text(symbols), options.length = strlen(body), options.check = scheme_of(scheme);
      OK(serialref_format_new(&options, &format));
      OK(serialref_format_get_info(format, &info));
      CHECK(info.check == options.check && info.width == strlen(body) + strlen(check));
      snprintf(code, sizeof code, "%s%s", body, check);
      OK(serialref_format_check(format, text(code)));
      OK(serialref_format_validate(format, text(code), read, sizeof read, NULL));
      CHECK(strcmp(read, code) == 0);
      for (at = 0; symbols[at] != '\0'; at++) {
        if (symbols[at] == check[0]) continue;
        code[strlen(body)] = symbols[at];
        refused(serialref_format_check(format, text(code)), "check", strlen(body) + 1);
      }
      OK(serialref_format_free(format));
    }
  }
  return cases;
}

static int the_automatic_scheme_is_always_the_same(const char *vectors) {
  const char *one = json_first(json_member(vectors, "automatic_from_2_symbols"));
  char symbols[95], name[64];
  int size;
  for (size = 0; size < 94; size++) symbols[size] = (char)('!' + size);
  for (size = 2; one != NULL; one = json_next(one), size++) {
    serialref_format_options options = SERIALREF_INIT(serialref_format_options);
    serialref_format_info info = SERIALREF_INIT(serialref_format_info);
    serialref_format *format = NULL;
    options.symbols.data = symbols, options.symbols.size = (size_t)size;
    options.check = SERIALREF_CHECK_AUTOMATIC;
    OK(serialref_format_new(&options, &format));
    OK(serialref_format_get_info(format, &info));
    json_text(one, name, sizeof name);
    CHECK(info.check == scheme_of(name));
    OK(serialref_check_automatic(options.symbols, &info.check));
    CHECK(info.check == scheme_of(name));
    OK(serialref_format_free(format));
  }
  return size - 2;
}

static int what_is_typed_is_read_or_refused_for_what_is_wrong(const char *vectors) {
  const char *vector, *one;
  int cases = 0;
  for (vector = json_first(json_member(vectors, "validation")); vector != NULL; vector = json_next(vector)) {
    serialref_format *format = format_of(vector);
    for (one = json_first(json_member(vector, "cases")); one != NULL; one = json_next(one), cases++) {
      char typed[80], canonical[80], grouped[80], verdict[40], given[80];
      serialref_status status;
      json_text_of(one, "typed", typed, sizeof typed);
      json_text_of(one, "canonical", canonical, sizeof canonical);
      json_text_of(one, "grouped", grouped, sizeof grouped);
      json_text_of(one, "verdict", verdict, sizeof verdict);
      OK(serialref_format_canonical(format, text(typed), given, sizeof given, NULL));
      CHECK(strcmp(given, canonical) == 0);
      strcpy(given, "as before");
      status = serialref_format_validate(format, text(typed), given, sizeof given, NULL);
      if (strcmp(verdict, "ok") == 0) {
        CHECK(status == SERIALREF_STATUS_OK && strcmp(given, canonical) == 0);
      } else {
        refused(status, verdict, json_number_of(one, "position"));
        CHECK(strcmp(given, "as before") == 0);
        refused(serialref_format_check(format, text(canonical)), verdict, json_number_of(one, "position"));
      }
      OK(serialref_format_show(format, text(canonical), given, sizeof given, NULL));
      CHECK(strcmp(given, grouped) == 0);
    }
    OK(serialref_format_free(format));
  }
  return cases;
}

int main(void) {
  const char *path = getenv("SERIALREF_VECTORS");
  char *vectors;
  CHECK(path != NULL);
  vectors = read_file(path);
  /* Lists only grow. */
  CHECK(keyed_codes_are_computed_issued_and_decoded(vectors) >= 94);
  CHECK(schemes_fit_and_find_what_they_promise(vectors) >= 32);
  CHECK(check_characters_are_what_schemes_say(vectors) >= 96);
  CHECK(the_automatic_scheme_is_always_the_same(vectors) == 93);
  CHECK(what_is_typed_is_read_or_refused_for_what_is_wrong(vectors) >= 27);
  free(vectors);
  CHECK(serialref_open_handles() == 0);
  puts("code_space: done");
  return 0;
}
