/**
 * A struct that says its size and gives nothing else, for example
 * serialref_filter filter = SERIALREF_INIT(serialref_filter);
 */
#ifdef __cplusplus
#define SERIALREF_INIT(type) (serialref_init<type>())
#else
#define SERIALREF_INIT(type) {.struct_size = sizeof(type)}
#endif

#ifdef __cplusplus
/**
 * What SERIALREF_INIT() makes in C++.
 *
 * @return A struct of zeros that says its size.
 */
template <typename T> inline T serialref_init() {
  T value = T();
  value.struct_size = sizeof(T);
  return value;
}
#endif

/**
 * The text of a string of C.
 *
 * @param string  The string, or NULL, which gives the empty text.
 * @return The text, valid as long as the string.
 */
static inline serialref_text serialref_text_of(const char *string) {
  serialref_text text;
  text.data = string;
  text.size = string == NULL ? 0 : strlen(string);
  return text;
}

#endif /* SERIALREF_H */
