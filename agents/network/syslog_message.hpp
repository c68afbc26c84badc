#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "agents/kit/read/json_glance.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/kit/read/log_record.hpp"
#include "agents/network/packet_line.hpp"

namespace wf::network {

/// A syslog message of which it is known how it is written, and nothing more. The texts lie in the message.
struct SyslogMessage {
  enum class Form : std::uint8_t { plain, packet, filterlog, routeros, cef, json, xml, snare, fortigate, audit };
  kit::LogLine line;
  std::string_view text;   ///< what it says, in its form: behind "CEF:", an object…
  std::string_view front;  ///< what stands before that: topics of RouterOS; "100 6 tap100i0-IN" of Proxmox
  bool stamped = true;     ///< the time is the message's own, and not when it came
  Form form = Form::plain;
};

/// What the event of a message will say, before it is made. One thread.
class SyslogRecord final : public kit::RawRecord {
 public:
  /// Both must outlive it. `peer` as for SyslogReader.
  SyslogRecord(const SyslogMessage& message, std::string_view peer)
      : message_(message), peer_(peer), log_(message.line, "syslog.message"), glance_(message.text) {}
  /// Whether exactly one event is made of it; of others nothing may be decided before.
  [[nodiscard]] bool single() const {
    return message_.form == SyslogMessage::Form::plain ? log_.single() : message_.form != SyslogMessage::Form::audit;
  }
  [[nodiscard]] Known field(std::string_view name, std::string_view& value) override;
  [[nodiscard]] UtcNs time() override;

 private:
  [[nodiscard]] Known plain(std::string_view name, std::string_view& value);
  [[nodiscard]] Known packet(std::string_view name, std::string_view& value) const;
  [[nodiscard]] Known parts(std::string_view name, std::string_view& value);
  [[nodiscard]] Known json(std::string_view name, std::string_view& value);

  const SyslogMessage& message_;
  std::string_view peer_;
  kit::LogRecord log_;
  kit::JsonGlance glance_;
  std::optional<PacketLine> line_;
  bool whole_ = false;  ///< line_ could be read
};

/// Names of RFC 5424's facilities and severities; empty for what is none.
[[nodiscard]] std::string_view facility_name(int facility);
[[nodiscard]] std::string_view severity_name(int severity);
/// Whether what a program of this service says is known by nothing but its text.
[[nodiscard]] bool is_plain_service(std::string_view service);
/// The service of public rules for Cisco's devices by "%FACILITY-SEVERITY-MNEMONIC"; empty: it is none of these.
[[nodiscard]] std::string_view cisco_service(const kit::LogLine& line);

}  // namespace wf::network
