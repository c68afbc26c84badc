#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "console/engine/engine.hpp"
#include "console/link/agent_files.hpp"
#include "console/store/store.hpp"
#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

namespace wf::engine::test {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return std::move(*result);
}
inline void must(const Result<void>& result) {
  if (!result) FAIL(result.error().text());
}

/// A rule file's text: `title`, matching events whose field `what` has that value, grouped by host.
[[nodiscard]] std::string rule(const std::string& id, const std::string& what, const std::string& level = "high");

/// Events that say their own number; every one names its host, so that each host has an incident of its own.
[[nodiscard]] Event event(std::uint64_t number, const std::string& what = "nothing", const std::string& host = "h1");
[[nodiscard]] std::string encoded(const std::vector<Event>& events);
[[nodiscard]] std::vector<Event> events(std::uint64_t first, std::uint32_t count, const std::string& what = "nothing");

/// Everything of a snapshot that a restart must give again, as text.
[[nodiscard]] std::string lasting(const Snapshot& snapshot);

/// A data directory, rules and an engine on them that can be stopped and started again.
class Rig {
 public:
  explicit Rig(const std::string& rules = rule("r1", "attack"));
  ~Rig();
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  void start();
  void stop();
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::filesystem::path rule_file() const { return folder_.path() / "rules" / "rules.yml"; }
  void write_rules(const std::string& text) const;
  [[nodiscard]] Judgement judgement() const { return {options.site, options.rules, options.policy, options.plans}; }

  /// An enrolled agent's end of the link, after its HELLO; `welcomed` gets the answer.
  [[nodiscard]] std::unique_ptr<link::test::Client> agent(const std::string& name, LinkMessage* welcomed = nullptr);
  /// Sends one batch (epoch 7, lane 1) and waits for its acknowledgement.
  void deliver(link::test::Client& agent, std::uint64_t first, const std::vector<Event>& events);

  /// Waits for a snapshot for which `good` holds; fails the test after ten seconds.
  std::shared_ptr<const Snapshot> wait(const std::function<bool(const Snapshot&)>& good);
  /// Submits and waits for the reply.
  CommandReply command(Command command);
  [[nodiscard]] Command acknowledge(const Incident& incident, const std::string& id = {}) const;

  EngineOptions options;
  std::vector<std::string> notes;

 private:
  link::test::Folder folder_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, link::KeyPair> agents_;
};

}  // namespace wf::engine::test
