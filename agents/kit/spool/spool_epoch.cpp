#include "agents/kit/spool/spool_epoch.hpp"

#include <fcntl.h>
#include <sodium.h>

#include <algorithm>

#include "agents/kit/spool/spool_slots.hpp"

namespace wf::kit::spool {
namespace {

constexpr std::size_t kMostBytes = 4096;

/// Empty when there is no such file, or it cannot be read.
std::string content(Disk& disk, const std::filesystem::path& file) {
  const DiskFile in(disk, file, O_RDONLY);
  if (!in.open()) return {};
  std::string out(std::min<std::size_t>(static_cast<std::size_t>(std::max<off_t>(in.size(), 0)), kMostBytes), '\0');
  return in.read(out.data(), out.size(), 0) ? out : std::string();
}

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

}  // namespace

std::uint64_t random_epoch() {
  std::uint64_t epoch = 0;
  while (epoch == 0) {
    randombytes_buf(&epoch, sizeof epoch);
    epoch >>= 1U;
  }
  return epoch;
}

// Lines, so that people can read them:
//   EPOCH                      all that the first release wrote
//   segments EPOCH BASE…       one base a lane
//   directory INODE BORN
//   machine ID
std::optional<EpochFile> EpochFile::read(Disk& disk, const std::filesystem::path& file) {
  const std::string bytes = content(disk, file);
  std::string_view text = bytes;
  EpochFile out;
  const std::string_view first = next_line(text);
  if (first.size() != 16) return std::nullopt;
  out.epoch = out.made = number_of(first, 16);
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view key = next_word(line);
    if (key == "segments") {
      out.made = number_of(next_word(line), 16);
      for (std::uint64_t& base : out.base) base = number_of(next_word(line));
    } else if (key == "directory") {
      out.place.inode = number_of(next_word(line));
      out.place.born = static_cast<std::int64_t>(number_of(next_word(line)));
    } else if (key == "machine") {
      out.machine = next_word(line);
    }
  }
  return out.epoch != 0 && out.made != 0 ? std::optional(out) : std::nullopt;
}

Result<void> EpochFile::write(Disk& disk, const std::filesystem::path& file) const {
  std::string text = hex(epoch) + "\nsegments " + hex(made);
  for (const std::uint64_t b : base) text += ' ' + std::to_string(b);
  text += "\ndirectory " + std::to_string(place.inode) + ' ' + std::to_string(place.born) + "\nmachine " + machine;
  return replace_file(file, text + '\n', disk);
}

std::string read_lease(Disk& disk, const std::filesystem::path& file, std::uint64_t epoch) {
  const std::string bytes = content(disk, file);
  std::string_view text = bytes;
  if (number_of(next_word(text), 16) != epoch) return {};
  return std::string(next_word(text));
}

Result<void> write_lease(Disk& disk, const std::filesystem::path& file, std::uint64_t epoch, const std::string& lease) {
  return replace_file(file, hex(epoch) + ' ' + lease + '\n', disk);
}

}  // namespace wf::kit::spool
