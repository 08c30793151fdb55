// A store of one's own: every reference that is issued goes into a journal as well, for the safe in the office.
//
// It builds on a store of the library and does one thing differently.
//
// c++ -std=c++17 custom_store.cpp -o custom_store $(pkg-config --cflags --libs serialref)
// ./custom_store journal.txt

#include <serialref.hpp>

#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

class journaling_store : public serialref::store_over {
 public:
  explicit journaling_store(const std::string& path) : store_over("memory:"), journal_(path) {
    if (!journal_) throw std::runtime_error(path + " cannot be written");
  }

  // Writes down what is to be issued, has the store below issue it, and writes down what came of it.
  void append(const serialref_append_plan& plan, serialref::sink& to) override {
    const std::lock_guard<std::mutex> lock(mutex_);  // calls come from any thread
    for (std::size_t i = 0; i < plan.count; ++i) {
      journal_ << std::string_view(plan.codes + i * plan.width, plan.width) << '\n';
    }
    // Nothing has changed yet. Number and text come back to the caller as they are.
    if (!journal_.flush()) throw serialref::foreign_error(5, "the journal cannot be written");
    store_over::append(plan, to);
    // An answer can also be a refusal, or what an earlier call with the same request id has issued.
    journal_ << (to.answer() == SERIALREF_ANSWER_DONE ? "# issued\n" : "# not issued\n");
  }

 private:
  std::mutex mutex_;
  std::ofstream journal_;
};

}  // namespace

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "journal.txt";
  const serialref::registry registry(std::make_unique<journaling_store>(path));
  const auto pumps = registry.create_group(serialref::new_group::batch("Pump AX-100"));
  const auto batch = registry.create_batch(pumps, 500);
  std::cout << batch.codes.size() << " references are issued, and each is in the journal\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
