#pragma once
#include "agents/kit/source.hpp"

namespace wf::access {

/// "dc09:FILE.yaml": a receiver of ANSI/SIA DC-09 on TCP and UDP for the panels that the file names.
[[nodiscard]] kit::SourceMade make_dc09(const kit::SourceSpec& spec);

/// One line for --help.
extern const char* const kDc09Help;

}  // namespace wf::access
