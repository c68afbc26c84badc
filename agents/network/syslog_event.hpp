#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "agents/audit/audit_event.hpp"
#include "agents/audit/audit_join.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/kit/read/zone.hpp"
#include "agents/network/syslog_message.hpp"
#include "agents/network/zeek_event.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Reads syslog messages one after the other, whatever machine they come from (RFC 3164, RFC 5424, and devices that
/// keep to neither), and says what each means: logins, sudo and the like as the host agent does (kit::events_of),
/// packets of firewalls, CEF, Windows events, audit records, sensors' records in JSON, and otherwise syslog.message.
/// One thread.
///
/// Records of one audit event come in a message each, and become one event (audit::AuditJoin), by the machine that they
/// are of: until it is complete, what came of it waits here.
class SyslogReader {
 public:
  /// `zone` is for time stamps without an offset. `audit_logins` as in audit::AuditWords.
  explicit SyslogReader(kit::Zone zone, bool audit_logins = false)
      : zone_(zone), zeek_("syslog"), words_{{}, audit_logins} {}
  /// What is known of a message besides what it says.
  struct Origin {
    std::string_view certificate;  ///< becomes syslog.certificate
    std::string_view before;       ///< of a file: where reading begins with it, for audit_join()
  };

  /// Appends what one message says. `peer` is the address that it came from, or empty: it becomes syslog.peer, and the
  /// host where the message names none. `strict`: what has neither a priority nor a time stamp is refused (a file);
  /// from the network it is a message of its own. An error means that nothing was appended.
  [[nodiscard]] Result<void> read(std::string_view message, std::string_view peer, bool strict, UtcNs now,
                                  std::vector<Event>& out);
  /// The two halves of read(), between which a message can be shed: what it is, and the events that it makes.
  [[nodiscard]] Result<SyslogMessage> parse(std::string_view message, bool strict, UtcNs now);
  [[nodiscard]] Result<void> make(const SyslogMessage& message, std::string_view peer, bool strict, UtcNs now,
                                  std::vector<Event>& out, const Origin& origin);
  [[nodiscard]] Result<void> make(const SyslogMessage& message, std::string_view peer, bool strict, UtcNs now,
                                  std::vector<Event>& out) {
    return make(message, peer, strict, now, out, {});
  }
  /// Whether audit events wait for more of their records.
  [[nodiscard]] bool waiting() const { return join_.pending() > 0; }
  /// Appends the audit events of which nothing came for two seconds, by `now`; all with `end`.
  void flush(UtcNs now, bool end, std::vector<Event>& out);
  [[nodiscard]] audit::AuditJoin& audit_join() { return join_; }
  [[nodiscard]] const audit::AuditJoin& audit_join() const { return join_; }
  /// Appends what one record in JSON says, as in a message that holds nothing else; at `now` if it says no time. An
  /// error means that it is no JSON object.
  [[nodiscard]] Result<void> read_json(std::string_view object, std::string_view peer, UtcNs now,
                                       std::vector<Event>& out);

 private:
  [[nodiscard]] Result<void> json(std::string_view text, const kit::LogLine& line, bool stamped, std::string_view peer,
                                  std::vector<Event>& out);
  [[nodiscard]] bool audit(const SyslogMessage& message, std::string_view peer, UtcNs now, const Origin& origin);
  void hand_over_audit(std::vector<Event>& out);
  kit::Zone zone_;
  ZeekReader zeek_;
  audit::AuditJoin join_;
  audit::AuditWords words_;
  std::vector<audit::AuditEvent> ready_;
  std::optional<UtcNs> before_;
};

}  // namespace wf::network
