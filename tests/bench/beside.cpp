#include "tests/bench/beside.hpp"

#include <utility>

namespace wf::bench {

Beside::Beside(std::function<void()> work, std::function<void()> end)
    : end_(std::move(end)), thread_([this, work = std::move(work)] {
        try {
          work();
        } catch (...) {
          thrown_ = std::current_exception();
        }
        over_ = true;
      }) {}

Beside::~Beside() {
  if (!thread_.joinable()) return;
  end_();
  thread_.join();
}

void Beside::join() {
  if (thread_.joinable()) thread_.join();
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Beside::finish() {
  end_();
  join();
}

}  // namespace wf::bench
