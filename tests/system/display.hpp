#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

namespace wf::test {

/// Without these no window can be tested; says so once.
[[nodiscard]] inline bool can_open_windows() {
  for (const char* tool : {"/usr/bin/Xvfb", "/usr/bin/xdotool"}) {
    if (std::filesystem::exists(tool)) continue;
    WARN("not tested: " << tool << " is not installed");
    return false;
  }
  return true;
}

/// An X server of the test's own, and DISPLAY set to it while it lives; consoles keep nothing in the tester's own state
/// file meanwhile. It does not begin anew when its last window
/// closes: the next one would find it away for a moment.
class Display {
 public:
  explicit Display(const std::string& screen = "1366x768x24")
      : server_("/usr/bin/Xvfb", {"-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"}) {
    if (!eventually([&] { return server_.out().find('\n') != std::string::npos; })) FAIL("Xvfb: " << server_.err());
    const std::string number = server_.out();
    ::setenv("DISPLAY", (":" + number.substr(0, number.find('\n'))).c_str(), 1);
    ::setenv("XDG_STATE_HOME", state_.path().c_str(), 1);
  }
  ~Display() {
    ::unsetenv("DISPLAY");
    ::unsetenv("XDG_STATE_HOME");
  }
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

 private:
  Program server_;
  Scratch state_;
};

}  // namespace wf::test
