#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "agents/kit/read/log_line.hpp"
#include "agents/kit/read/zone.hpp"
#include "agents/network/syslog_message.hpp"
#include "agents/network/zeek_event.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Reads syslog messages one after the other, whatever machine they come from (RFC 3164, RFC 5424, and devices that
/// keep to neither), and says what each means: logins, sudo and the like as the host agent does (kit::events_of),
/// packets of netfilter, CEF, Windows events and sensors' records in JSON, and otherwise syslog.message. One thread.
class SyslogReader {
 public:
  /// `zone` is for time stamps without an offset.
  explicit SyslogReader(kit::Zone zone) : zone_(zone), zeek_("syslog") {}

  /// Appends what one message says. `peer` is the address that it came from, or empty: it becomes syslog.peer, and the
  /// host where the message names none. `strict`: what has neither a priority nor a time stamp is refused (a file);
  /// from the network it is a message of its own. An error means that nothing was appended.
  [[nodiscard]] Result<void> read(std::string_view message, std::string_view peer, bool strict, UtcNs now,
                                  std::vector<Event>& out);
  /// The two halves of read(), between which a message can be shed: what it is, and the events that it makes.
  [[nodiscard]] Result<SyslogMessage> parse(std::string_view message, bool strict, UtcNs now);
  [[nodiscard]] Result<void> make(const SyslogMessage& message, std::string_view peer, bool strict, UtcNs now,
                                  std::vector<Event>& out);
  /// Appends what one record in JSON says, as in a message that holds nothing else; at `now` if it says no time. An
  /// error means that it is no JSON object.
  [[nodiscard]] Result<void> read_json(std::string_view object, std::string_view peer, UtcNs now,
                                       std::vector<Event>& out);

 private:
  [[nodiscard]] Result<void> json(std::string_view text, const kit::LogLine& line, bool stamped, std::string_view peer,
                                  std::vector<Event>& out);
  kit::Zone zone_;
  ZeekReader zeek_;
  std::optional<UtcNs> before_;
};

}  // namespace wf::network
