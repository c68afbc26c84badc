#pragma once
#include "agents/kit/source.hpp"
#include "agents/onvif/notice_event.hpp"

namespace wf::onvif {

/// "onvif:http(s)://HOST[:PORT][/PATH][,user=NAME,password_file=FILE,device=ID,ca=FILE,pin=sha256//…,channels=yes]"
/// asks a device for its events. Without a path it is asked under /onvif/device_service.
[[nodiscard]] kit::SourceMade make_onvif_live(const kit::SourceSpec& spec, Role role);

/// make_onvif_live() of an address, make_onvif_file() of anything else.
[[nodiscard]] kit::SourceMade make_onvif(const kit::SourceSpec& spec, Role role);

}  // namespace wf::onvif
