#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "journal:[DIRECTORY][,only=auth]": follows the systemd journal of this machine, or of a directory such as
/// /var/log/journal/remote (sd-journal(3)). Positions are the journal's cursors.
[[nodiscard]] kit::SourceMade make_journal(const kit::SourceSpec& spec);

}  // namespace wf::host
