#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "auditd:[PATH][,host=NAME][,logins=no][,tz=ZONE][,dates=day-first]": follows the log of the Linux audit system,
/// /var/log/audit/audit.log unless a file or a folder with an audit.log is named. Records of one event become one event
/// (audit_join.hpp). `host` is the machine that the log is of, where it does not say so; this one otherwise.
/// `logins=no` leaves what tells of logins, sessions and sudo as host.log, where journal or authlog tell of them too.
/// `tz` and `dates` are for what ausearch interpreted, which has dates as the machine's locale writes them.
[[nodiscard]] kit::SourceMade make_auditd(const kit::SourceSpec& spec);

}  // namespace wf::host
