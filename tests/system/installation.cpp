#include "tests/system/installation.hpp"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {
namespace {

using Json = nlohmann::json;

std::string observation(const std::string& line) {
  Json json = Json::parse(line);
  for (const char* by_whom : {"id", "agent", "source", "seen"}) json.erase(by_whom);
  return json.dump();
}

/// Every stored event that is not an agent's word about itself.
template <class Each>
void each_stored(const std::string& data, const Each& each) {
  const auto reader = store::Reader::open(data);
  if (!reader) return;
  (void)(*reader)->read_log(0, [&](store::Record& record) {
    // Nor the engine's about its link: who enrolled, who was refused.
    if (record.kind != store::RecordKind::batch || record.origin.agent == "engine") return true;
    const auto events = decode_batch(record.payload, record.origin);
    if (!events) return true;
    for (const Event& event : *events)
      if (!event.kind.starts_with("agent.")) each(event);
    return true;
  });
}

}  // namespace

Installation::Installation(const std::string& rules) : endpoint_("tcp://127.0.0.1:" + std::to_string(free_port())) {
  write_text(file(), "");
  if (!rules.empty()) write_text(scratch_ / "rules.yml", rules);
  const Outcome made = run("watchfloor", {"agent", "invite", "--data", data(), "--engine", endpoint_, "--name", "net-1",
                                          "--kinds", "network", "--out", scratch_ / "token"});
  INFO(made.err);
  REQUIRE(made.status == 0);
}

void Installation::start_engine(int descriptors) {
  std::vector<std::string> arguments{"serve", "--data", data(), "--listen", endpoint_};
  if (std::filesystem::exists(scratch_ / "rules.yml")) {
    arguments.emplace_back("--rules");
    arguments.push_back(scratch_ / "rules.yml");
  }
  arguments.insert(arguments.end(), serve_with.begin(), serve_with.end());
  if (descriptors == 0) {
    engine_ = std::make_unique<Program>("watchfloor", arguments);
    return;
  }
  arguments.insert(arguments.begin(), {"-c", "ulimit -n " + std::to_string(descriptors) + " && exec \"$0\" \"$@\"",
                                       (program_directory() / "watchfloor").string()});
  engine_ = std::make_unique<Program>("/bin/sh", arguments);
}

void Installation::start_agent() {
  agent_ = std::make_unique<Program>(
      "wf-agent-network", std::vector<std::string>{"--source", "suricata:" + file(), "--engine", endpoint_, "--invite",
                                                   scratch_ / "token", "--state", scratch_ / "state"});
}

void Installation::kill_engine() {
  said_ += "engine: " + engine_->err();
  engine_->signal(SIGKILL);
  CHECK(engine_->wait() == 128 + SIGKILL);
}

void Installation::kill_agent() {
  said_ += "agent: " + agent_->err();
  agent_->signal(SIGKILL);
  CHECK(agent_->wait() == 128 + SIGKILL);
}

int Installation::stop_engine() {
  engine_->signal(SIGTERM);
  return engine_->wait();
}

int Installation::stop_agent() {
  agent_->signal(SIGTERM);
  return agent_->wait();
}

void Installation::write(const std::vector<std::string>& lines) const {
  std::ofstream out(file(), std::ios::app | std::ios::binary);
  for (const std::string& line : lines) out << line << '\n';
}

std::size_t Installation::stored() const {
  std::size_t n = 0;
  each_stored(data(), [&](const Event&) { ++n; });
  return n;
}

bool Installation::reaches(std::size_t events) const {
  return eventually([&] { return stored() >= events; }, std::chrono::seconds(60));
}

std::map<std::string, int> Installation::observations() const {
  std::map<std::string, int> out;
  each_stored(data(), [&](const Event& event) {
    std::string line;
    append_json_line(event, line);
    ++out[observation(line)];
  });
  return out;
}

std::map<std::string, int> Installation::printed() const {
  const Outcome all = run("wf-agent-network", {"--source", "suricata:" + file(), "--once", "--print"});
  INFO(all.err);
  REQUIRE(all.status == 0);
  std::map<std::string, int> out;
  std::istringstream lines(all.out);
  for (std::string line; std::getline(lines, line);) ++out[observation(line)];
  return out;
}

std::string Installation::said() const {
  return said_ + (engine_ ? "engine: " + engine_->err() : "") + (agent_ ? "agent: " + agent_->err() : "");
}

}  // namespace wf::test
