#pragma once
#include "agents/kit/source.hpp"

namespace wf::access {

/// "onvif:FILE" and "axis:FILE" read what a controller answered, from a file: XML documents with notifications of ONVIF
/// (PullMessages responses and the like), and JSON answers of Axis' event logger.
[[nodiscard]] kit::SourceMade make_onvif(const kit::SourceSpec& spec);

/// One line for --help.
extern const char* const kOnvifHelp;
extern const char* const kAxisHelp;

}  // namespace wf::access
