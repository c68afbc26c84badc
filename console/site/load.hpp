#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "console/model/site.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// Findings about a site's files: what could not be used exactly. "file: feature id: what; what to do".
struct SiteReport {
  std::vector<std::string> warnings;
};

/// Loads one site (a folder with manifest.json) or an estate (a folder of such folders). Beside IMDF 1.0
/// (OGC 20-094) each site folder may hold site.yaml (id, name, short name, time zone), devices.yaml and
/// people.csv; an estate's people.csv may lie beside the folders. Flaws become named warnings; only an unreadable
/// file or a missing venue is an error.
[[nodiscard]] Result<std::shared_ptr<const Estate>> load_estate(const std::filesystem::path& folder,
                                                                SiteReport& report);

}  // namespace wf::site
