// What the host agent reads.
#include <algorithm>

#include "agents/host/audit_event.hpp"
#include "agents/host/audit_join.hpp"
#include "proto/event_codec.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

// An audit log, in lines, into events that can be sent; and any position.
int fuzz_audit(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  host::AuditJoin join;
  std::string where;
  if (!join.resume(pieces.piece(), where)) holds(join.resume("", where), "without a position it begins anew");
  std::string_view log = pieces.rest();
  std::vector<host::AuditEvent> out;
  std::size_t records = 0, given = 0, number = 0;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    Result<host::AuditRecord> record = host::parse_audit_record(line);
    if (!record) continue;
    ++records;
    join.take(std::move(*record), line.size(), std::to_string(number++), 0, out);
    holds(join.pending() <= host::kAuditPending, "no more events are kept than may be");
    host::AuditJoin again;
    holds(again.resume(join.position("here"), where), "a position that was given can be read");
  }
  join.flush_older(0, true, out);
  holds(join.pending() == 0, "at the end nothing is kept");
  for (host::AuditEvent& audit : out) {
    given += audit.records.size() + audit.left_out;
    const Event event = host::event_of(std::move(audit), {"h", true});
    std::string bytes;
    BatchEncoder().encode({&event, 1}, bytes);
    holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
  }
  holds(given <= records, "no record comes twice");
  return 0;
}
