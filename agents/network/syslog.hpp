#pragma once
#include "agents/kit/source.hpp"

namespace wf::network {

/// "syslog:ADDRESS[,tz=ZONE]" receives syslog messages on udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT
/// (RFC 5425; cert=, key=, ca=), or HOST:PORT for UDP and TCP alike; "syslog:PATH" follows a file of them.
[[nodiscard]] kit::SourceMade make_syslog(const kit::SourceSpec& spec);

extern const char* const kSyslogHelp;

}  // namespace wf::network
