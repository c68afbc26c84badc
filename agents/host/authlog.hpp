#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "authlog:PATH[,tz=ZONE][,only=auth]": follows a system log such as /var/log/auth.log. `tz` is for time stamps
/// without an offset; this machine's zone otherwise.
[[nodiscard]] kit::SourceMade make_authlog(const kit::SourceSpec& spec);

}  // namespace wf::host
