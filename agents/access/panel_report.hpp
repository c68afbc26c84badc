#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::access {

/// One thing that a panel reports, as its message says it.
struct PanelReport {
  enum class Format : std::uint8_t { contact_id, sia };
  /// What the qualifier says: new or open, restored or closed, still there.
  enum class Turn : std::uint8_t { begins, ends, still };

  Format format = Format::sia;
  Turn turn = Turn::begins;
  std::string code;        ///< "130" of Contact ID, "BA" of SIA
  std::string partition;   ///< group or area, without leading zeros; empty: none, or the whole panel
  std::string number;      ///< zone, user, door or area, whatever the code speaks of; without leading zeros
  std::string user;        ///< of a SIA report that names one beside the number
  std::string peripheral;  ///< likewise: the keypad or module
  std::string date, time;  ///< the panel's own local ones, as it writes them
  std::string text;        ///< for people: of the zone, user or event
  std::string note;        ///< for people: what the message says besides
  std::string unread;      ///< what stands behind the event and cannot be read
};

/// The largest number of reports in one message.
inline constexpr std::size_t kMostReports = 16;

/// The data of an ADM-CID message behind the account: "QXYZ GG CCC" (SIA DC-05), also with the message type in front
/// ("18 1130 01 015"), without blanks, with a zone of more digits ("1130 01 1015"), or whole with account and checksum
/// ("1234181130010158"), which must be right.
[[nodiscard]] Result<std::vector<PanelReport>> read_contact_id(std::string_view data);

/// The data of a SIA-DCS message behind the account (SIA DC-03): blocks "N…" (new) and "O…" (old) of modifiers (ti, da,
/// id, ri, pi…) and events of two capitals and a number, texts in ^…^ or *…*, and a block "A…" of text. A message of
/// text alone is one report without a code. What cannot be read behind an event is its `unread`: the event counts.
[[nodiscard]] Result<std::vector<PanelReport>> read_sia(std::string_view data);

/// Takes "#ACCOUNT|", "|", or "ACCOUNT|" if it is the message's own `account`, off the front of its data; the account
/// is empty where it is not repeated.
struct AccountAndData {
  std::string_view account, data;
};
[[nodiscard]] AccountAndData split_account(std::string_view data, std::string_view account);

}  // namespace wf::access
