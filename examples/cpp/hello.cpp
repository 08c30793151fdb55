// Issues a batch of serial references, prints them, and finds one of them again.
//
// c++ -std=c++17 hello.cpp -o hello $(pkg-config --cflags --libs serialref)

#include <serialref.hpp>

#include <iostream>
#include <string>

int main() try {
  const serialref::registry registry("memory:");

  // A group has a format, which says what its codes look like: here AX- and 12 characters without look-alikes.
  const auto pumps = registry.create_group(
      serialref::new_group::batch("Pump AX-100")
          .format(serialref::format_options().preset(serialref::preset::unambiguous31).length(12).prefix("AX-")));

  // A batch is issued whole or not at all.
  const auto batch = registry.create_batch(pumps, serialref::new_batch(20).name("Order 4711"));
  for (const auto code : batch.codes) {
    std::cout << code << '\n';
  }

  // What is scanned is found.
  const auto found = registry.lookup(batch.codes[19]);
  std::cout << found.code << " is number " << found.row << " of its group\n";

  // Any part of a code finds it, from three characters on.
  const auto part = found.code.substr(5, 4);
  const auto page = registry.references(serialref::filter().group(pumps).containing(part));
  std::cout << page.size() << " codes contain " << part << '\n';
} catch (const serialref::error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
