#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "console/model/site.hpp"
#include "proto/result.hpp"

namespace wf::engine {

/// The versions of the site that a data directory's log speaks of: `sites/<version>/`, a copy of the files as
/// they were, named by their hash. Any thread.
class SiteArchive {
 public:
  explicit SiteArchive(std::filesystem::path data) : folder_(std::move(data) / "sites") {}

  struct Kept {
    std::string version;
    std::shared_ptr<const Estate> estate;
    std::vector<std::string> warnings;
  };
  /// Reads a site or estate and keeps a copy of it, unless this version is kept already.
  [[nodiscard]] Result<Kept> keep(const std::filesystem::path& site);
  /// A kept version; null when it is not there or cannot be read.
  [[nodiscard]] std::shared_ptr<const Estate> find(const std::string& version);

 private:
  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Estate>> known_;
};

}  // namespace wf::engine
