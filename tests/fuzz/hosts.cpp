// What the host agent reads.
#include <algorithm>

#include "agents/audit/audit_event.hpp"
#include "agents/audit/audit_join.hpp"
#include "agents/host/escaped_text.hpp"
#include "agents/host/file_baseline.hpp"
#include "agents/host/packages.hpp"
#include "agents/host/session_list.hpp"
#include "agents/host/usb_devices.hpp"
#include "proto/event_codec.hpp"
#include "tests/fuzz/agrees.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

// An audit log, in lines, into events that can be sent; and any position.
int fuzz_audit(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  audit::AuditJoin join;
  std::string where;
  if (!join.resume(pieces.piece(), where)) holds(join.resume("", where), "without a position it begins anew");
  std::string_view log = pieces.rest();
  std::vector<audit::AuditEvent> out;
  std::size_t records = 0, given = 0, number = 0;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    Result<audit::AuditRecord> record = audit::parse_audit_record(line);
    if (!record) continue;
    ++records;
    join.take(std::move(*record), line.size(), std::to_string(number++), 0, out);
    holds(join.pending() <= audit::kAuditPending, "no more events are kept than may be");
    audit::AuditJoin again;
    holds(again.resume(join.position("here"), where), "a position that was given can be read");
  }
  join.flush_older(0, true, out);
  holds(join.pending() == 0, "at the end nothing is kept");
  for (audit::AuditEvent& one : out) {
    given += one.records.size() + one.left_out;
    audit::AuditEvent before = one;
    const Event event = audit::event_of(std::move(one), {"h", true});
    audit::AuditRaw raw(before);
    agrees(raw, event);
    std::string bytes;
    BatchEncoder().encode({&event, 1}, bytes);
    holds(bool(decode_batch(bytes, {"a", 1, 1, 1})), "what an agent reads can be sent");
  }
  holds(given <= records, "no record comes twice");
  return 0;
}

// Logs of package managers, messages of the kernel, utmp, and the positions of sources that keep a state.
int fuzz_host_state(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const unsigned which = pieces.byte() % 6;
  const std::string_view text = pieces.rest();
  if (which == 0) {
    kit::Zone zone;
    const Result<Event> event = host::package_event(text, UtcNs{1'800'000'000} * kSecond, zone, std::nullopt);
    holds(!event || event->kind.empty() || !event->field("package").empty(), "a package has a name");
  } else if (which == 1) {
    host::FileBaseline files, again;
    if (host::read_baseline_text(text, files)) {
      const std::string written = host::baseline_text(files);
      holds(host::read_baseline_text(written, again) && host::baseline_text(again) == written,
            "a baseline stays the same");
    }
  } else if (which == 2) {
    std::vector<host::Session> sessions, again;
    if (host::read_sessions_text(text, sessions))
      holds(host::read_sessions_text(host::sessions_text(sessions), again) && again == sessions,
            "sessions stay the same");
  } else if (which == 3) {
    host::UsbDevices devices, again;
    if (host::read_usb_text(text, devices))
      holds(host::read_usb_text(host::usb_text(devices), again) && again == devices, "devices stay the same");
    (void)host::is_usb_uevent(text);
  } else if (which == 4) {
    write_scratch("utmp", text);
    if (const Result<std::vector<host::Session>> sessions = host::utmp_sessions(scratch() + "/utmp"))
      holds(sessions->size() <= host::kMostSessions, "no more sessions than may be");
  } else {
    std::vector<std::string> parts;
    (void)host::separated(text, parts);
  }
  return 0;
}
