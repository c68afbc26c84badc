#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agents/kit/mapped/mapped_mapping.hpp"
#include "agents/kit/source.hpp"

namespace wf::kit {

/// The mapping that a source's options `map` and `tz` name. `domain` ("access", "camera") is the logsource's service
/// and category unless the mapping says otherwise. Nothing: `problems` says why.
[[nodiscard]] std::optional<Mapping> load_mapping(const SourceSpec& spec, const std::string& domain,
                                                  std::vector<Error>& problems);

/// "mapped:FILE,map=MAPPING[,tz=ZONE]": follows a file of CSV, JSON or text records that a mapping describes
/// (README.md).
[[nodiscard]] SourceMade make_mapped(const SourceSpec& spec, const std::string& domain);

/// One line for --help.
extern const char* const kMappedHelp;

}  // namespace wf::kit
