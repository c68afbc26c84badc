#pragma once
#include <string>

#include "console/model/command.hpp"
#include "console/model/snapshot.hpp"
#include "console/store/store.hpp"

namespace wf::engine {

/// The line of the audit that a command gets before it is carried out: who, what, on which revision of which
/// incidents, and the BLAKE2b of each as it was on the screens (`seen`) at that moment. Its time is left to the
/// writer.
[[nodiscard]] store::AuditLine audit_line_of(const Command& command, const Snapshot& seen);

/// A reply that refuses gets a line too.
[[nodiscard]] store::AuditLine audit_line_of_refusal(const Command& command, const CommandReply& reply, UtcNs time);

/// The line of a new configuration.
[[nodiscard]] store::AuditLine audit_line_of_configuration(const std::string& actor, std::size_t rule_files,
                                                           const std::string& site, const std::string& json);

/// Sixteen random bytes in hex, for a command that came without an id.
[[nodiscard]] std::string random_id();

}  // namespace wf::engine
