#pragma once
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "agents/kit/source.hpp"

namespace wf::network {

/// One Suricata EVE record (docs.suricata.io, "EVE JSON Format") as an event: native fields flattened with dots,
/// the normalised ones of proto/README.md beside them. Refuses what is no JSON object, or has no event_type or
/// no timestamp. `zone` is for time stamps without an offset, which some exporters write.
[[nodiscard]] Result<Event> suricata_event(std::string_view record, kit::Zone& zone);

/// "suricata:PATH[,tz=ZONE]": follows an EVE file of lines, or of one JSON array. "suricata:unix:PATH[,type=dgram]":
/// listens on a socket that Suricata writes to.
[[nodiscard]] kit::SourceMade make_suricata(const kit::SourceSpec& spec);

}  // namespace wf::network
