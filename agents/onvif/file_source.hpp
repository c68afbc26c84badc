#pragma once
#include "agents/kit/source.hpp"
#include "agents/onvif/notice_event.hpp"

namespace wf::onvif {

/// "onvif:FILE" and "axis:FILE" read what a controller answered, from a file: XML documents with notifications of ONVIF
/// (PullMessages responses and the like), and JSON answers of Axis' event logger.
[[nodiscard]] kit::SourceMade make_onvif_file(const kit::SourceSpec& spec, Role role);

/// One line for --help.
extern const char* const kOnvifHelp;
extern const char* const kAxisHelp;

}  // namespace wf::onvif
