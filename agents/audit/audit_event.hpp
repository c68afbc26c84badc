#pragma once
#include <string>
#include <string_view>

#include "agents/audit/audit_join.hpp"
#include "agents/kit/shed/shed_rule.hpp"
#include "proto/event.hpp"

namespace wf::audit {

struct AuditWords {
  std::string host;    ///< host.name of events whose log does not name the machine
  bool logins = true;  ///< false: logins and sessions are host.log, since another source tells of them
};

/// One event of all records: `type` and every other field under its native name, once for each record that has it, so
/// that public rules for single records find theirs; beside them the normalised ones, and those of process creation
/// (Image, CommandLine…) and file creation (TargetFilename) as Sigma has them, for events that are such.
///  - `SYSCALL` is the name also where the log has only the number.
///  - Where there are EXECVE records, a0, a1… are the program's arguments (the first 64; process.command_line has all),
///    and what SYSCALL has under these names, pointers, stands as syscall.a0….
[[nodiscard]] Event event_of(AuditEvent&& audit, const AuditWords& words);

/// What that event will say, before it is made. One thread.
class AuditRaw final : public kit::RawRecord {
 public:
  /// `audit` must outlive it.
  explicit AuditRaw(const AuditEvent& audit) : audit_(audit) {}
  [[nodiscard]] Known field(std::string_view name, std::string_view& value) override;
  [[nodiscard]] UtcNs time() override { return audit_.id.time; }

 private:
  const AuditEvent& audit_;
};

}  // namespace wf::audit
