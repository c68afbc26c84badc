#pragma once
#include <memory>

#include "agents/kit/read/zone.hpp"
#include "agents/kit/source.hpp"

namespace wf::network {

/// "suricata:unix:PATH[,type=stream|dgram]": listens on a Unix socket for EVE records (Suricata's filetype unix_stream,
/// unix_dgram). The socket is made with mode 0660, and removed at the end; one that nobody listens on any more is
/// taken over.
[[nodiscard]] std::unique_ptr<kit::Source> make_suricata_socket(const kit::SourceSpec& spec, kit::Zone zone);

}  // namespace wf::network
