#pragma once
#include "agents/kit/source.hpp"

namespace wf::kit {

/// "mapped:FILE,map=MAPPING[,tz=ZONE]": follows a file of CSV or JSON records that a mapping describes (mapped.md).
/// `domain` ("access", "camera") is the logsource's service and category unless the mapping says otherwise.
[[nodiscard]] SourceMade make_mapped(const SourceSpec& spec, const std::string& domain);

/// One line for --help.
extern const char* const kMappedHelp;

}  // namespace wf::kit
