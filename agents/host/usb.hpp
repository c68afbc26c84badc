#pragma once
#include <string>

#include "agents/kit/source.hpp"

namespace wf::host {

/// "usb:": devices that are plugged into this machine, an event host.usb each, and that are taken out, host.log. The
/// kernel wakes it (kobject uevents over netlink, which needs no right); what a device is stands in sysfs. position()
/// is what was plugged in: what came while the agent did not run is told at its next start. At the first start each
/// that is there is told once, as host.log.
[[nodiscard]] kit::SourceMade make_usb(const kit::SourceSpec& spec);
/// The same over another sysfs; for tests.
[[nodiscard]] kit::SourceMade make_usb_over(const kit::SourceSpec& spec, const std::string& sysfs);

}  // namespace wf::host
