#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "agents/kit/spool/disk.hpp"

namespace wf::kit::spool {

/// A line of text in a file of two slots that are written in place: one keeps the last durable line while the other is
/// written, so that a torn write leaves it; and a full disk has the room. A slot is "WRITES TEXT CRC", for people to
/// read.
class SlotFile {
 public:
  /// Opens or makes the file and takes its space. Returns the newest whole line, which is durable from here on; empty:
  /// there is none. A file that cannot be opened shows when it is written to.
  [[nodiscard]] Result<std::string> open(Disk& disk, const std::filesystem::path& file, std::size_t slot_bytes);
  /// Most bytes of a line.
  [[nodiscard]] std::size_t room() const { return slot_bytes_ - 32; }
  /// Replaces the line. `durable`: synced when this returns. Otherwise, and on an error, the last durable line may be
  /// read again.
  [[nodiscard]] Result<void> write(std::string_view text, bool durable);

 private:
  std::filesystem::path file_;
  DiskFile out_;
  std::size_t slot_bytes_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t durable_ = 1;  ///< the slot that is left alone
};

/// 16 hexadecimal digits.
[[nodiscard]] std::string hex(std::uint64_t value);
/// Splits off the next word, up to a blank.
[[nodiscard]] std::string_view next_word(std::string_view& text);
/// 0 for what is no number.
[[nodiscard]] std::uint64_t number_of(std::string_view word, int base = 10);

}  // namespace wf::kit::spool
