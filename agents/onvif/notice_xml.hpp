#pragma once
#include <pugixml.hpp>

#include "agents/onvif/notice.hpp"

namespace wf::onvif {

/// A wsnt:NotificationMessage (ONVIF Core, 9.5; WS-BaseNotification 1.3, 3.2).
[[nodiscard]] Notice read_notice(const pugi::xml_node& node);

}  // namespace wf::onvif
