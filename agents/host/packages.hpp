#pragma once
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "agents/kit/source.hpp"
#include "proto/event.hpp"

namespace wf::host {

/// "packages:[PATH][,tz=ZONE][,host=NAME]": follows the log of a package manager, /var/log/dpkg.log unless another is
/// named: dpkg's, dnf's (/var/log/dnf.rpm.log) or yum's (/var/log/yum.log). An event host.package for each package that
/// is installed, upgraded, downgraded, removed or purged.
[[nodiscard]] kit::SourceMade make_packages(const kit::SourceSpec& spec);

/// What a line of such a log says; no kind: nothing of a package's coming or going.
[[nodiscard]] Result<Event> package_event(std::string_view line, UtcNs now, kit::Zone& zone,
                                          std::optional<UtcNs> before);

}  // namespace wf::host
