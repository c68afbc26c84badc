#pragma once
#include <string_view>

#include "proto/event.hpp"

namespace wf::network {

/// Adds the named data of an event of the channels Security, System and PowerShell that came as nothing but Windows'
/// message ("Subject: Security ID: … Account Name: …"), in English; whatever stands for its line ends and tabs, at
/// least one blank for each. What a field says already stays.
void name_windows_message(std::string_view channel, int id, Event& event);

}  // namespace wf::network
