#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/read/zone.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::audit {

/// What all records of one audit event share: "node=… msg=audit(1481077231.371:479)".
struct AuditId {
  std::string node;  ///< empty where the log does not name the machine
  UtcNs time = 0;
  std::uint64_t serial = 0;
  bool operator==(const AuditId&) const = default;
};

/// One line of an audit log.
struct AuditRecord {
  AuditId id;
  std::string type;           ///< "SYSCALL", "EXECVE", "UNKNOWN[1329]"
  std::vector<Field> fields;  ///< in the record's order; what was hex-encoded is decoded
  std::string words;          ///< what is no field: "avc: denied { read } for"
  /// Parts of EXECVE arguments that did not fit one record: "a2[1]=…". A part whose index is too large is left out.
  struct ArgumentPart {
    unsigned argument = 0, part = 0;
    std::string text;
  };
  std::vector<ArgumentPart> parts;
};

/// How to read the dates of records that ausearch interpreted.
struct AuditDates {
  kit::Zone* zone = nullptr;  ///< null: UTC
  bool day_first = false;     ///< "12/03/26" is in March, where nothing else tells
};

/// Reads a record as auditd writes it (audit-userspace's specs for the format of events and of values), raw or
/// enriched: of upper-case fields behind a 0x1d byte. What a forwarder put before "type=" is passed over. Values are
/// decoded where the format says that they may be encoded and they are not quoted. A field whose value is unset, "?" or
/// "(null)" without quotes, is left out. Of "key", each of several is a field of its own. A type that the kernel wrote
/// as a number gets its name.
///
/// Or as `ausearch -i` makes it: "msg=audit(03/12/2026 22:31:05.371:479) : syscall=openat auid=avos name=/a b". Values
/// are what they say, up to the next field; of users and groups the name stands as the enriched log has it, too (AUID).
[[nodiscard]] Result<AuditRecord> parse_audit_record(std::string_view line, const AuditDates& dates = {});

/// A record of which only what is behind its time came, as journald hands them on: "USER_LOGIN pid=7 uid=0 …". It has
/// no serial. An error: it does not begin with a type.
[[nodiscard]] Result<AuditRecord> parse_audit_text(std::string_view text, UtcNs time);

/// Whether a text is likely to be a record, wherever it was found: cheap, for what reads much else.
[[nodiscard]] bool is_audit_record(std::string_view text);

/// Bytes of hexadecimal digits in pairs; false if they are not.
[[nodiscard]] bool decode_audit_hex(std::string_view text, std::string& out);

}  // namespace wf::audit
