#pragma once
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/system/program.hpp"

namespace wf::test {

/// A rule that makes an alert of every alert of the sensor, and a line that it fires on.
inline constexpr const char* kAlertRule = R"(
title: An alert of the test
id: 7f3f6f7a-5d3c-4f5e-9a40-1c1f6c1f0001
level: high
logsource: {product: suricata}
detection: {s: {event_type: alert}, condition: s}
)";

/// One alert of now, as Suricata writes it: an old one would be history and open nothing.
inline const std::string kAlertLine = [] {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char time[32];
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
  return R"({"timestamp":")" + std::string(time) +
         R"(.000000+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.1",)"
         R"("src_port":4711,"dest_ip":"198.51.100.7","dest_port":22,"proto":"TCP","alert":{"signature":"TEST",)"
         R"("signature_id":1,"severity":2,"category":"Misc"}})";
}();

/// An engine and a network agent as somebody installs them: programs, an invitation, a file that grows. Each can
/// be killed and started again at any moment.
class Installation {
 public:
  /// `rules`: text of one rule file; empty: none.
  explicit Installation(const std::string& rules = {});

  /// What `watchfloor serve` gets beside data, address and rules.
  std::vector<std::string> serve_with;
  /// `descriptors`: its `ulimit -n`; 0: this process's.
  void start_engine(int descriptors = 0);
  void start_agent();
  void kill_engine();  ///< SIGKILL
  void kill_agent();
  /// SIGTERM; its exit status.
  int stop_engine();
  int stop_agent();
  /// Appends lines to the file that the agent follows.
  void write(const std::vector<std::string>& lines) const;

  [[nodiscard]] std::string data() const { return scratch_ / "data"; }
  [[nodiscard]] std::string state() const { return scratch_ / "state"; }  ///< the agent's
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] std::string invitation() const { return scratch_ / "token"; }
  [[nodiscard]] std::string file() const { return scratch_ / "eve.json"; }
  /// Events in the database but for those that agents make of themselves; 0 before there is one.
  [[nodiscard]] std::size_t stored() const;
  /// Waits until so many are stored; false, with what the programs said, after a minute.
  [[nodiscard]] bool reaches(std::size_t events) const;
  /// What was observed, without when and by whom it was read: each event as text, with how often it is stored.
  [[nodiscard]] std::map<std::string, int> observations() const;
  /// The same of the lines of `wf-agent-network --print`.
  [[nodiscard]] std::map<std::string, int> printed() const;
  /// What both programs said on standard error.
  [[nodiscard]] std::string said() const;
  [[nodiscard]] Program& engine() { return *engine_; }

 private:
  Scratch scratch_;
  std::string endpoint_;
  std::unique_ptr<Program> engine_, agent_;
  std::string said_;
};

}  // namespace wf::test
