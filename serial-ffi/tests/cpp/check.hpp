// What the tests of the C++ interface are made of: checks that hold with NDEBUG too, and a list of tests.

#ifndef CHECK_HPP
#define CHECK_HPP

#include <serialref.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

// Ends the program with the place and the text of a condition that does not hold.
#define CHECK(condition) check::that(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

namespace check {

inline void that(bool holds, const char* text, const char* file, int line) {
  if (holds) return;
  std::cerr << file << ':' << line << ": does not hold: " << text << std::endl;
  std::exit(1);
}

// A test, to be declared as a variable of a file.
struct test {
  const char* name;
  void (*run)();

  test(const char* of_rule, void (*how)()) : name(of_rule), run(how) { all().push_back(*this); }

  static std::vector<test>& all() {
    static std::vector<test> tests;
    return tests;
  }
};

// The exception of a type that a function throws, and no other.
template <class Exception, class Function>
Exception thrown_by(Function function) {
  try {
    function();
  } catch (const Exception& exception) {
    return exception;
  }
  CHECK(!"an exception was expected");
  std::abort();
}

// The kind of error that a function throws.
template <class Function>
serialref_status kind_of(Function function) {
  return thrown_by<serialref::error>(function).kind();
}

// A registry in memory with a Batch group whose codes are P0001, P0002 ... and a Continuous one.
struct plant {
  serialref::registry registry{"memory:"};
  serialref::group_id pumps = registry.create_group(
      serialref::new_group::batch("Pump")
          .format(serialref::format_options().preset(serialref::preset::digits).length(4).prefix("P").sequential())
          .field(serialref::new_field("Colour").default_value("red").visible_to_customers()));
  serialref::group_id valves = registry.create_group(serialref::new_group::continuous("Valve"));
};

}  // namespace check

#endif  // CHECK_HPP
