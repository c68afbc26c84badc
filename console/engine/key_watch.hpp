#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "console/link/fact.hpp"
#include "proto/time.hpp"

namespace wf::engine {

/// Whether keys are too old, and whether the engine runs with the key that it should. Reads the key files. One thread.
class KeyWatch {
 public:
  /// Takes the engine's key and that of commands as those in use, and says if the last start had others. `max_age` in
  /// ns; 0: keys do not grow too old.
  KeyWatch(std::filesystem::path keys, std::int64_t max_age);
  /// Call it about once a minute.
  void look(UtcNs now);
  /// One line for the top bar; empty: all is well.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// What began since the last call.
  [[nodiscard]] std::vector<link::Fact> take_news();

 private:
  void look_at_commands(UtcNs now);
  void say(const std::string& whose, std::string agent, std::string line);

  const std::filesystem::path keys_;
  const std::int64_t max_age_;
  std::string in_use_, commands_in_use_, problem_;
  std::set<std::string> said_, now_;  ///< what is wrong: names, and words that no name can be
  std::vector<link::Fact> news_;
};

}  // namespace wf::engine
