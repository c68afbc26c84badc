#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "agents/kit/kinds.hpp"
#include "agents/kit/spool/disk.hpp"

namespace wf::kit::spool {

/// Under which numbers a spool's events go out, and where it was made. Inside, a spool's numbers only grow; a new
/// epoch begins behind what is acknowledged, so that renewing copies nothing and is one replaced file.
struct EpochFile {
  std::uint64_t epoch = 0;                   ///< as the engine knows it; 0: none yet
  std::uint64_t made = 0;                    ///< the epoch that the segments' headers have: the first one
  std::array<std::uint64_t, kLanes> base{};  ///< number inside − number in this epoch
  DirectoryPlace place;                      ///< of the directory when the epoch began; inode 0: not known
  std::string machine;                       ///< empty: not known

  /// Nothing when there is no such file or it is damaged.
  [[nodiscard]] static std::optional<EpochFile> read(Disk& disk, const std::filesystem::path& file);
  [[nodiscard]] Result<void> write(Disk& disk, const std::filesystem::path& file) const;
};

/// Random; never 0, and below 2^63, since databases have signed numbers.
[[nodiscard]] std::uint64_t random_epoch();

/// The engine's lease of an epoch; empty when there is none for this epoch.
[[nodiscard]] std::string read_lease(Disk& disk, const std::filesystem::path& file, std::uint64_t epoch);
[[nodiscard]] Result<void> write_lease(Disk& disk, const std::filesystem::path& file, std::uint64_t epoch,
                                       const std::string& lease);

}  // namespace wf::kit::spool
