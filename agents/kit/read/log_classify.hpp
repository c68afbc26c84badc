#pragma once
#include <vector>

#include "agents/kit/read/log_line.hpp"
#include "proto/event.hpp"

namespace wf::kit {

/// What a line of a host's log means: its kind, severity, logsource and normalised fields. A line that no
/// pattern knows is host.log. Several equal events where the log says "message repeated N times".
[[nodiscard]] std::vector<Event> events_of(const LogLine& line);

/// What events_of() says of a line without trying its patterns: the program under the name by which patterns and rules
/// know it, the service of its logsource, and the message without what it ends in.
[[nodiscard]] std::string_view log_program(std::string_view program);
[[nodiscard]] std::string_view log_service(std::string_view program, int facility);
[[nodiscard]] std::string_view log_message(const LogLine& line);
/// Whether a pattern might know the line: if not, its event is host.log and has no fields but these.
[[nodiscard]] bool log_patterned(const LogLine& line);

/// Whether a text is an IPv4 or IPv6 address, with or without a scope.
[[nodiscard]] bool is_address(std::string_view text);
/// An address as everybody else writes it: "192.0.2.9" for "::ffff:192.0.2.9" of sockets that serve both versions.
[[nodiscard]] std::string_view plain_address(std::string_view address);

/// Whether a line is about who comes, who goes and who becomes root (or tried).
[[nodiscard]] bool about_authentication(const Event& event);

}  // namespace wf::kit
