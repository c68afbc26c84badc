#include "console/engine/site_archive.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

#include "console/site/load.hpp"
#include "console/store/data_directory.hpp"

namespace wf::engine {
namespace {

namespace fs = std::filesystem;

/// What a site can consist of; anything else that lies in the folder is not ours to copy.
bool part_of_site(const fs::path& file) {
  static constexpr std::array<std::string_view, 5> kEndings{".json", ".geojson", ".yaml", ".yml", ".csv"};
  const std::string ending = file.extension().string();
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Error cannot(const fs::path& path, const std::string& what) {
  return Error{"cannot read the site: " + what, path.string(), "check that the engine's user may read it"};
}

Result<std::vector<fs::path>> files_of(const fs::path& site) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::recursive_directory_iterator it(site, failed), end; !failed && it != end; it.increment(failed))
    if (it->is_regular_file(failed) && part_of_site(it->path())) out.push_back(fs::relative(it->path(), site));
  if (failed) return cannot(site, failed.message());
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::string> version_of(const fs::path& site, const std::vector<fs::path>& files) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 16);
  const auto add = [&](std::string_view text) {
    const std::string sized = fmt::format("{}:", text.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(sized.data()), sized.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  };
  for (const fs::path& file : files) {
    std::ifstream in(site / file, std::ios::binary);
    std::error_code failed;
    // A folder can be opened, and throws when it is read.
    if (!in || fs::is_directory(site / file, failed)) return cannot(site / file, "it cannot be opened");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    add(file.generic_string());
    add(text);
  }
  std::array<unsigned char, 16> hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  std::string out;
  for (const unsigned char byte : hash) out += fmt::format("{:02x}", byte);
  return out;
}

bool is_version(const std::string& text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c); });
}

}  // namespace

Result<SiteArchive::Kept> SiteArchive::keep(const fs::path& site) {
  site::SiteReport report;
  Result<std::shared_ptr<const Estate>> loaded = site::load_estate(site, report);
  if (!loaded) return loaded.error();
  Result<std::vector<fs::path>> files = files_of(site);
  if (!files) return files.error();
  Result<std::string> version = version_of(site, *files);
  if (!version) return version.error();
  const std::lock_guard hold(mutex_);
  const fs::path kept = folder_ / *version;
  std::error_code failed;
  if (!fs::is_directory(kept, failed)) {
    // Under its name only once it is whole: a copy that a crash cut short is never taken for the site.
    const fs::path half = folder_ / (*version + ".new");
    fs::remove_all(half, failed);
    for (const fs::path& file : *files) {
      if (Result<void> made = store::make_private_directory((half / file).parent_path()); !made) return made.error();
      if (Result<std::string> copied = store::copy_private_file(site / file, half / file); !copied)
        return copied.error();
    }
    for (const fs::path& file : *files)
      if (Result<void> synced = store::sync_path((half / file).parent_path()); !synced) return synced.error();
    fs::rename(half, kept, failed);
    if (failed) return cannot(kept, failed.message());
    if (Result<void> synced = store::sync_path(folder_); !synced) return synced.error();
  }
  known_[*version] = *loaded;
  return Kept{*version, *loaded, std::move(report.warnings)};
}

std::shared_ptr<const Estate> SiteArchive::find(const std::string& version) {
  const std::lock_guard hold(mutex_);
  if (const auto known = known_.find(version); known != known_.end()) return known->second;
  if (!is_version(version)) return nullptr;
  site::SiteReport report;
  Result<std::shared_ptr<const Estate>> loaded = site::load_estate(folder_ / version, report);
  std::shared_ptr<const Estate> estate = loaded ? *loaded : nullptr;
  known_[version] = estate;
  return estate;
}

}  // namespace wf::engine
