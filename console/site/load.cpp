#include "console/site/load.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "console/site/directory.hpp"
#include "console/site/imdf.hpp"
#include "console/site/site_files.hpp"
#include "console/site/venue.hpp"

namespace wf::site {
namespace {

namespace fs = std::filesystem;

bool is_site(const fs::path& folder) {
  return fs::exists(folder / "manifest.json") || fs::exists(folder / "venue.geojson");
}

Result<Site> load_site(const fs::path& folder, const std::string& prefix, Directory& directory, SiteReport& report) {
  Warnings warnings(report.warnings, prefix);
  auto imdf = read_imdf(folder, warnings);
  if (!imdf) return imdf.error();
  auto site = build_venue(*imdf, warnings);
  if (!site) return site;
  site->index();
  if (auto done = read_site_file(folder, *site, warnings); !done) return done.error();
  std::vector<std::string> settled;
  if (auto done = read_devices_file(folder, *site, settled, warnings); !done) return done.error();
  join_openings(*imdf, *site, settled, warnings);
  Warnings plain(report.warnings, "");
  if (auto done = read_directory_files(folder, prefix, directory, plain); !done) return done.error();
  return site;
}

/// What can be told only when all sites and people are known; `whole`: no site of the estate was left out.
void check_estate(const Estate& estate, bool whole, const Directory& directory, Warnings& warnings) {
  for (const Person& p : estate.people)
    if (whole && !p.site_id.empty() && estate.site(p.site_id) == nullptr)
      warnings.add(directory.place_of(p.id).file, directory.place_of(p.id).line,
                   p.id + ": site '" + p.site_id + "' is not in the estate", "correct the site");
  std::map<std::string, std::string> names;  // name that a source may use → device
  for (const Site& site : estate.sites)
    for (const Device& d : site.devices) {
      if (!d.owner.empty() && estate.person(d.owner) == nullptr)
        warnings.add(site.id + "/devices.yaml", d.id, "owner '" + d.owner + "' is nobody of the directory",
                     "correct the owner");
      std::set<std::string> own{d.id};
      own.insert(d.aliases.begin(), d.aliases.end());
      if (!d.address.empty()) own.insert(d.address);
      for (const std::string& name : own)
        if (const auto [it, fresh] = names.emplace(name, d.id); !fresh)
          warnings.add(site.id + "/devices.yaml", d.id, "'" + name + "' also means " + it->second,
                       "events that say so are taken for the first; give each device its own names");
    }
}

}  // namespace

Result<std::shared_ptr<const Estate>> load_estate(const fs::path& folder, SiteReport& report) {
  std::error_code failure;
  std::vector<fs::path> folders;
  const bool single = is_site(folder);
  if (single) {
    folders.push_back(folder);
  } else {
    for (const auto& entry : fs::directory_iterator(folder, failure))
      if (entry.is_directory() && is_site(entry.path())) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
  }
  if (failure)
    return Error{"cannot be read: " + failure.message(), folder.string(), "give a folder with an IMDF archive"};
  if (folders.empty())
    return Error{"holds no site", folder.string(),
                 "give a folder with manifest.json and venue.geojson, or a folder of such"};
  auto estate = std::make_shared<Estate>();
  Directory directory;
  for (const fs::path& site_folder : folders) {
    const std::string prefix = single ? std::string() : site_folder.filename().string() + "/";
    auto site = load_site(site_folder, prefix, directory, report);
    if (!site) return site.error();
    if (estate->site(site->id) != nullptr) {
      Warnings(report.warnings, prefix)
          .add("site.yaml", "id", "'" + site->id + "' is used by another site", "this one is called '" + prefix + "'");
      site->id = site_folder.filename().string();
    }
    estate->sites.push_back(std::move(*site));
  }
  Warnings warnings(report.warnings, "");
  // Beside the folders of an estate, or of the estate that a single site is part of.
  if (auto done = read_directory_files(single ? folder / ".." : folder, "", directory, warnings); !done)
    return done.error();
  directory.finish(*estate, warnings);
  estate->index();
  check_estate(*estate, !single, directory, warnings);
  return std::shared_ptr<const Estate>(std::move(estate));
}

}  // namespace wf::site
