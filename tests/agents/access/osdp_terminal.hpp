#pragma once
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agents/kit/descriptor.hpp"
#include "tests/agents/access/osdp_reader.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// The readers' end of a pseudo terminal.
class Terminal {
 public:
  Terminal() : end_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    REQUIRE(end_.open());
    REQUIRE(::grantpt(end_.get()) == 0);
    REQUIRE(::unlockpt(end_.get()) == 0);
    name = ::ptsname(end_.get());
    termios settings{};
    ::tcgetattr(end_.get(), &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(end_.get(), TCSANOW, &settings);
  }
  SimulatedReader& add(std::uint8_t address, std::optional<access::osdp::Key> key = {}) {
    readers.push_back(std::make_unique<SimulatedReader>(address, key));
    return *readers.back();
  }
  /// Answers what has come.
  void serve() {
    std::array<std::uint8_t, 256> bytes{};
    for (ssize_t n; (n = ::read(end_.get(), bytes.data(), bytes.size())) > 0;) {
      line_.push(std::span<const std::uint8_t>(bytes).first(static_cast<std::size_t>(n)));
      while (const std::optional<access::osdp::Frame> frame = line_.next())
        for (const auto& reader : readers)
          if (const std::vector<std::uint8_t> answer = reader->answer(*frame); !answer.empty())
            whole_ &= ::write(end_.get(), answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
    }
  }
  void unplug() { end_.reset(); }
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] int fd() const { return end_.get(); }

  std::string name;
  std::vector<std::unique_ptr<SimulatedReader>> readers;

 private:
  bool whole_ = true;  ///< every answer went out in one piece
  kit::Descriptor end_;
  access::osdp::FrameReader line_;
};

/// A line that readers of our own making answer on by themselves, as long as it lives: for tests that start the real
/// program. What belongs to its readers is touched under with() only.
class LiveTerminal {
 public:
  explicit LiveTerminal(const std::function<void(Terminal&)>& install) {
    install(terminal_);
    thread_ = std::thread([this] {
      while (!over_) {
        pollfd fd{terminal_.fd(), POLLIN, 0};
        ::poll(&fd, 1, 20);
        const std::lock_guard hold(mutex_);
        terminal_.serve();
      }
    });
  }
  ~LiveTerminal() {
    over_ = true;
    thread_.join();
  }
  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  [[nodiscard]] const std::string& name() const { return terminal_.name; }
  template <class Do>
  auto with(Do&& what) {
    const std::lock_guard hold(mutex_);
    return what(terminal_);
  }

 private:
  Terminal terminal_;
  std::mutex mutex_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace wf::test
