#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "console/model/site.hpp"
#include "console/site/directory.hpp"
#include "console/site/warnings.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// Reads site.yaml: id, name, short_name, locality, time_zone. Absent keys keep what the venue says, the folder's
/// name as id, and UTC. Error: the file is no YAML.
[[nodiscard]] Result<void> read_site_file(const std::filesystem::path& folder, Site& site, Warnings& warnings);

/// Reads devices.yaml: `zones` (Watchfloor's category and criticality of units), `openings` (what a door joins, when
/// geometry cannot tell) and `devices`. Fills `settled` with the openings whose units it states. Expects site.index()
/// to be current. Error: the file is no YAML.
[[nodiscard]] Result<void> read_devices_file(const std::filesystem::path& folder, Site& site,
                                             std::vector<std::string>& settled, Warnings& warnings);

/// Reads what lies in a folder of people.csv, people.yaml, credentials.csv and accounts.csv (README.md) into the
/// directory. `prefix` stands before the files' names in findings. Error: a file cannot be read, is no YAML or has no
/// usable header.
[[nodiscard]] Result<void> read_directory_files(const std::filesystem::path& folder, const std::string& prefix,
                                                Directory& directory, Warnings& warnings);

}  // namespace wf::site
