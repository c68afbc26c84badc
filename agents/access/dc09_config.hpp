#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/access/dc09_frame.hpp"
#include "agents/access/panel_codes.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// What a zone or door of a panel is on the site.
struct PanelPoint {
  std::string name;    ///< for people
  std::string device;  ///< the detector, as devices.yaml calls it
  std::string zone;    ///< the unit that it guards
  std::string door;
};

/// One account: a panel, or what reports as one.
struct PanelAccount {
  std::string account;
  std::string name;            ///< for people; the account if the file gives none
  std::string device;          ///< the panel, as devices.yaml calls it
  bool encrypted = true;       ///< what is not encrypted is refused
  bool check_time = true;      ///< false: the panel has no clock
  std::int64_t supervise = 0;  ///< it must be heard this often; 0: it need not
  std::map<std::string, PanelPoint, std::less<>> zones, doors, partitions;
  std::map<std::string, std::string, std::less<>> users;  ///< their credentials
};

/// "HOST:PORT", "[HOST]:PORT" or ":PORT"; empty: not listened on.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string text;
};

/// The file of a dc09 source; agents/access/README.md describes it.
struct Dc09Config {
  std::string file;
  ListenAddress tcp, udp;
  std::string keys_file;
  std::uint32_t connections = 64;
  std::int64_t behind = 40 * kSecond, ahead = 20 * kSecond;  ///< DC-09 5.5.1.9
  std::int64_t repeats = 5 * kMinute;
  std::vector<PanelAccount> accounts;
  PanelCodes codes;
};

/// Accounts are hexadecimal digits: 77ab is 77AB.
[[nodiscard]] bool same_account(std::string_view a, std::string_view b);

/// Reads a configuration's text; every problem is named with file and line.
[[nodiscard]] Dc09Config read_dc09_config(const std::string& text, const std::string& file,
                                          std::vector<Error>& problems);

using Dc09Keys = std::map<std::string, Dc09Key, std::less<>>;  ///< by account; "*" for accounts without their own
/// Reads "v: 1" and `keys:` with a key for each account. Refused if anybody but its owner may read it, or if the owner
/// is neither this user nor root.
[[nodiscard]] Dc09Keys read_dc09_keys(const std::string& file, std::vector<Error>& problems);

}  // namespace wf::access
