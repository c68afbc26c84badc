#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agents/kit/configuration.hpp"

namespace wf::kit {

/// One thing that was tried: one line for people.
struct Checked {
  enum class Verdict { fine, warning, failed } verdict = Verdict::fine;
  std::string about;  ///< "source suricata:/…", "engine tcp://…", "clock"…
  std::string text;   ///< what is so; of a trouble: what is wrong and what to do
};

/// Everything that --check tries, in order: sources, outputs, state directory and its disk, spool, identity or
/// invitation, each engine, clock. Writes nothing, takes no lock, sends no HELLO and uses up no invitation, so that an
/// agent that runs on the same state is not disturbed; opens no door; blocks for some seconds an engine or device at
/// most. Makes no difference between what an agent cannot work without and what only makes it wait: both are `failed`;
/// a warning is what will be trouble.
[[nodiscard]] std::vector<Checked> check_agent(const Configuration& configuration,
                                               const std::vector<std::unique_ptr<Source>>& sources, const Clock& clock);

/// "ok   about: text", "warn …", "FAIL …".
[[nodiscard]] std::string line_of(const Checked& checked);

// Its parts, for tests.
[[nodiscard]] Checked check_state(const std::filesystem::path& state);
/// `free` and `total` bytes of the disk, `spool` in use of `limit`.
[[nodiscard]] Checked check_disk(const std::filesystem::path& state, std::uint64_t free, std::uint64_t total,
                                 std::uint64_t spool, std::uint64_t limit);
[[nodiscard]] Checked check_spool(std::uint64_t spool, std::uint64_t limit);
/// `skew`: this machine's clock minus the engine's.
[[nodiscard]] Checked check_skew(std::int64_t skew, const std::string& engine);

}  // namespace wf::kit
