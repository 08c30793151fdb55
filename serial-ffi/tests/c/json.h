/*
 * Just enough JSON, in C99 and C++, to read the vectors that the tests of every language share. A value is the place in the text
 * where it begins; the text ends with a NUL. What the vectors do not have is not understood and ends the program.
 */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void json_must(int holds, const char *at) {
  if (!holds) {
    fprintf(stderr, "the vectors cannot be understood here: %.40s\n", at);
    exit(1);
  }
}

static inline const char *json_at(const char *at) { return at + strspn(at, " \t\r\n"); }

/* Behind a value. */
static inline const char *json_behind(const char *value) {
  const char *at = json_at(value);
  int depth = 0;
  do {
    json_must(*at != '\0', value);
    if (*at == '"') {
      for (at++; *at != '"'; at++) {
        if (*at == '\\') at++;
        json_must(*at != '\0', value);
      }
      at++;
    } else if (*at == '{' || *at == '[') {
      depth++, at++;
    } else if (*at == '}' || *at == ']') {
      depth--, at++;
    } else if (depth > 0) {
      at++;
    } else {
      at += strcspn(at, ",]} \t\r\n");
    }
  } while (depth > 0);
  return at;
}

/* The first element of a list, or NULL. */
static inline const char *json_first(const char *list) {
  const char *at = json_at(list);
  json_must(*at == '[', at);
  at = json_at(at + 1);
  return *at == ']' ? NULL : at;
}

/* The element behind another, or NULL. */
static inline const char *json_next(const char *element) {
  const char *at = json_at(json_behind(element));
  json_must(*at == ',' || *at == ']' || *at == '}', at);
  return *at == ',' ? json_at(at + 1) : NULL;
}

/* Writes a text with a NUL at its end. */
static inline void json_text(const char *value, char *text, size_t capacity) {
  const char *at = json_at(value);
  size_t size = 0;
  json_must(*at == '"', at);
  for (at++; *at != '"'; at++) {
    char letter = *at;
    if (letter == '\\') {
      const char *kind, *kinds = "\"\\/nrt", *letters = "\"\\/\n\r\t";
      at++;
      kind = strchr(kinds, *at);
      json_must(*at != '\0' && kind != NULL, at);
      letter = letters[kind - kinds];
    }
    json_must(letter != '\0' && size + 1 < capacity, at);
    text[size++] = letter;
  }
  text[size] = '\0';
}

/* The member of a name, or NULL. */
static inline const char *json_member(const char *object, const char *name) {
  const char *at = json_at(object);
  json_must(*at == '{', at);
  at = json_at(at + 1);
  if (*at == '}') return NULL;
  while (at != NULL) {
    char own[64];
    const char *value;
    json_text(at, own, sizeof own);
    value = json_at(json_behind(at));
    json_must(*value == ':', value);
    value = json_at(value + 1);
    if (strcmp(own, name) == 0) return value;
    at = json_next(value);
  }
  return NULL;
}

/* A member that is a text; the empty text where it is missing or null. */
static inline void json_text_of(const char *object, const char *name, char *text, size_t capacity) {
  const char *value = json_member(object, name);
  text[0] = '\0';
  if (value != NULL && *value == '"') json_text(value, text, capacity);
}

/* A member that is a whole number, also where it is written as a text; 0 where it is missing or null. */
static inline unsigned long long json_number_of(const char *object, const char *name) {
  const char *value = json_member(object, name);
  if (value == NULL || *value == 'n') return 0;
  return strtoull(*value == '"' ? value + 1 : value, NULL, 10);
}

#endif
