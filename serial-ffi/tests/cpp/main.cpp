// Runs all tests of the C++ interface.

#include "check.hpp"

int main() {
  for (const auto& test : check::test::all()) {
    std::cout << test.name << std::endl;
    test.run();
    // Whatever a test has opened it has closed.
    CHECK(serialref::open_handles() == 0);
  }
  std::cout << check::test::all().size() << " passed" << std::endl;
}
