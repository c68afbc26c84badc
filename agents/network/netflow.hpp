#pragma once
#include "agents/kit/source.hpp"

namespace wf::network {

/// "netflow:udp://HOST:PORT[,interval=60s][,local=NET+NET]": volume by host from NetFlow 5 and 9 and IPFIX.
[[nodiscard]] kit::SourceMade make_netflow(const kit::SourceSpec& spec);

extern const char* const kNetflowHelp;

}  // namespace wf::network
