// Two printers of a line print the labels of an order, at a rate, each code once. Kill the program and start it again: it goes
// on where it was.
//
// c++ -std=c++17 line_controller.cpp -o line_controller -pthread $(pkg-config --cflags --libs serialref)
// ./line_controller ORDER LABELS PER_SECOND URL

#include <serialref.hpp>

#include <chrono>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr unsigned printers = 2;

// What all printers of a line share.
struct line {
  serialref::registry registry;
  serialref::group_id group;
  std::string order;
  unsigned labels;
  std::chrono::duration<double> pause;  // from one label of a printer to the next
  std::mutex output{};
};

class printer {
 public:
  printer(line& of, unsigned number)
      : line_(of), first_(number), registry_(of.registry.acting_as("Printer " + std::to_string(number))) {}

  void run() try {
    auto next = std::chrono::steady_clock::now();
    for (unsigned number = first_; number <= line_.labels;) {
      try {
        print_label(number);
        number += printers;
      } catch (const serialref::store_unavailable& error) {
        complain(error);  // it passes
      } catch (const serialref::outcome_unknown& error) {
        complain(error);  // the same request is made again
      }
      next += std::chrono::duration_cast<std::chrono::steady_clock::duration>(line_.pause);
      std::this_thread::sleep_until(next);
    }
  } catch (const std::exception& error) {
    complain(error);  // of all others somebody has to know
  }

  unsigned printed() const { return printed_; }
  unsigned earlier() const { return earlier_; }

 private:
  // Issues one label, prints it, and notes that it was printed. The same request gives the same code, whenever it is made.
  void print_label(unsigned number) {
    const auto request = serialref::request_id::of_text("Order " + line_.order + ", label " + std::to_string(number));
    const auto issued = registry_.create_reference(line_.group, serialref::new_reference().request(request));
    // What is given again is as it was issued; what became of it since, the store knows.
    const auto label = registry_.lookup(issued.reference.code);
    if (label.state != serialref::state::available) {
      ++earlier_;
      return;
    }
    {
      const std::lock_guard<std::mutex> lock(line_.output);
      // Here it is sent to the printer, and has left this program before that is noted.
      if (!(std::cout << label.code << std::endl)) throw std::runtime_error("the label cannot be printed");
    }
    ++printed_;
    registry_.transition(serialref::selection::reference(label), serialref::state::encoded);
  }

  void complain(const std::exception& error) {
    const std::lock_guard<std::mutex> lock(line_.output);
    std::cerr << error.what() << '\n';
  }

  line& line_;
  unsigned first_;
  serialref::registry registry_;
  unsigned printed_ = 0;
  unsigned earlier_ = 0;
};

// The group of an earlier run, or a new one.
serialref::group_id open_group(const serialref::registry& registry) {
  if (const auto found = registry.find_group("Pump AX-100")) return *found;
  return registry.create_group(serialref::new_group::continuous("Pump AX-100")
                                   .limits(serialref::limits().max_live(serialref::unlimited)));
}
}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (arguments.size() != 5) {
    std::cerr << "usage: line_controller ORDER LABELS PER_SECOND URL\n";
    return 2;
  }
  serialref::registry registry(arguments[4]);
  const auto group = open_group(registry);
  const auto labels = static_cast<unsigned>(std::stoul(arguments[2]));
  const std::chrono::duration<double> pause(printers / std::stod(arguments[3]));
  line shared{std::move(registry), group, arguments[1], labels, pause};

  printer one(shared, 1), two(shared, 2);
  std::thread beside([&] { two.run(); });
  one.run();
  beside.join();
  const auto printed = one.printed() + two.printed(), earlier = one.earlier() + two.earlier();
  std::cerr << printed << " labels were printed, " << earlier << " had been before\n";
  return printed + earlier == labels ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
