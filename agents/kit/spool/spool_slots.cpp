#include "agents/kit/spool/spool_slots.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "agents/kit/spool/crc32c.hpp"

namespace wf::kit::spool {

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
  const std::string digits(text.data(), end);
  return std::string(16 - digits.size(), '0') + digits;
}

std::string_view next_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::uint64_t number_of(std::string_view word, int base) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return failed == std::errc{} && end == word.data() + word.size() ? value : 0;
}

Result<std::string> SlotFile::open(Disk& disk, const std::filesystem::path& file, std::size_t slot_bytes) {
  file_ = file;
  slot_bytes_ = slot_bytes;
  out_ = DiskFile(disk, file, O_RDWR | O_CREAT);
  std::string best;
  if (!out_.open()) return best;
  std::string bytes(slot_bytes, '\0');
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(out_.size(), 0));
    const std::uint64_t at = i * slot_bytes;
    const std::size_t there = static_cast<std::size_t>(std::min<std::uint64_t>(size - std::min(size, at), slot_bytes));
    if (!out_.read(bytes.data(), there, at)) continue;
    std::string_view slot = std::string_view(bytes).substr(0, there);
    slot = slot.substr(0, slot.find('\n'));
    const std::size_t blank = slot.rfind(' ');
    if (blank == std::string_view::npos || slot.substr(blank + 1) != hex(crc32c(slot.substr(0, blank)))) continue;
    slot = slot.substr(0, blank);
    const std::uint64_t writes = number_of(next_word(slot));
    if (writes <= writes_) continue;
    writes_ = writes;
    durable_ = i;
    best = slot;
  }
  // Failing that, the first write takes the space.
  (void)!out_.allocate(2 * slot_bytes);
  // A killed process may have written what it did not sync.
  if (!best.empty() && out_.sync() != 0) return file_error(file, "make it durable", errno);
  return best;
}

Result<void> SlotFile::write(std::string_view text, bool durable) {
  if (!out_.open()) return file_error(file_, "write it", EBADF);
  std::string slot = std::to_string(writes_ + 1) + " " + std::string(text);
  slot += " " + hex(crc32c(slot)) + "\n";
  slot.resize(slot_bytes_ - 1, ' ');
  slot += '\n';
  const std::uint64_t into = 1 - durable_;
  if (out_.write_all(slot, into * slot_bytes_) != 0) return file_error(file_, "write it", errno);
  if (durable && out_.sync() != 0) return file_error(file_, "make it durable", errno);
  ++writes_;
  if (durable) durable_ = into;
  return {};
}

}  // namespace wf::kit::spool
