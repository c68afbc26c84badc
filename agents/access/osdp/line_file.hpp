#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/access/osdp/card_format.hpp"
#include "agents/access/osdp/door.hpp"
#include "agents/access/osdp/peripheral.hpp"

namespace wf::access::osdp {

/// The speeds of OSDP.
inline constexpr std::array<std::uint32_t, 6> kBauds{9600, 19'200, 38'400, 57'600, 115'200, 230'400};

/// What is wired to an input of a reader.
enum class Wired : std::uint8_t { contact, exit, release, tamper };

/// One reader of a line, as its installer wrote it.
struct ReaderEntry {
  PeripheralOptions options;
  std::string name;      ///< reader.id
  std::string door;      ///< door.id; may be empty
  std::string key_file;  ///< may be empty
  struct Input {
    std::uint32_t number = 0;
    Wired wired = Wired::contact;
    bool active = true;  ///< the state that means open, pressed, free, tampered
  };
  std::vector<Input> inputs;
  /// What its display says; empty: nothing.
  struct Words {
    std::string idle, granted, denied;
  } display;
  std::vector<std::uint32_t> locks;  ///< outputs whose being on releases the door's lock
  std::string where;
};

/// A line with its readers and doors: the file that `osdp:FILE` names. README.md has the keys.
struct LineFile {
  std::string device;
  std::uint32_t baud = 9600;
  CardFormats formats;
  std::vector<ReaderEntry> readers;
  std::vector<Door::Options> doors;

  /// Reads the file, its table of card formats and its keys; every problem is appended with what to do. With
  /// `keys` false key files are not opened: for captures, whose readers are not spoken to.
  [[nodiscard]] static LineFile read(const std::string& path, bool keys, std::vector<Error>& problems);
  /// The same of a text, without key files.
  [[nodiscard]] static LineFile parse(const std::string& text, const std::string& path, std::vector<Error>& problems);
  /// What is worth telling its installer although it works.
  [[nodiscard]] std::vector<std::string> notes() const;
};

/// A key of 32 hexadecimal digits in a file that nobody but its owner may read (mode 0600 or 0400).
[[nodiscard]] Result<Key> read_key_file(const std::string& path);

}  // namespace wf::access::osdp
