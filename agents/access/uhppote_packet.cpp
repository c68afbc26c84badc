#include "agents/access/uhppote_packet.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "agents/kit/kinds.hpp"

namespace wf::access {
namespace {

/// What a reason of the controller means; they are those of its maker's own library.
struct Reason {
  std::uint8_t number;
  const char* kind;
  const char* reason;  ///< of the vocabulary of denials, or what failed
  const char* words;
  const char* mode = "";
};

constexpr std::array kReasons{
    Reason{1, "access.granted", "", "Card accepted"},
    Reason{2, "access.granted", "", "Card accepted: the door is set to be closed"},
    Reason{3, "access.granted", "", "Card accepted: the door is set to stay open"},
    Reason{4, "access.granted", "", "Card accepted, of a card for so many times"},
    Reason{5, "access.denied", "other", "Denied by the host"},
    Reason{6, "access.denied", "not authorised", "Denied: no right here"},
    Reason{7, "access.denied", "invalid PIN", "Denied: wrong PIN"},
    Reason{8, "access.passback", "", "Denied: the card was not used on the way out"},
    Reason{9, "access.denied", "other", "Denied: more cards are needed"},
    Reason{10, "access.denied", "other", "Denied: the first card has not come yet"},
    Reason{11, "access.denied", "blocked", "Denied: the door is set to stay closed"},
    Reason{12, "access.interlock", "", "Denied while another door is open"},
    Reason{13, "access.denied", "other", "Denied: the card's number of uses is spent"},
    Reason{14, "access.denied", "other", "Denied: as many are inside as may be"},
    Reason{15, "access.denied", "outside schedule", "Denied at this time"},
    Reason{16, "access.denied", "other", "Denied: the doors were not used in their order"},
    Reason{17, "access.denied", "other", "Denied: too soon after the last time"},
    Reason{18, "access.denied", "other", "Denied"},
    Reason{19, "access.denied", "other", "Denied: the card's number of uses is spent"},
    Reason{20, "door.rex", "", "Exit button"},
    Reason{21, "door.rex", "", "Exit button: the door stays open"},
    Reason{22, "door.rex", "", "Exit button: the door no longer stays open"},
    Reason{23, "door.opened", "", "Door open"},
    Reason{24, "door.closed", "", "Door closed"},
    Reason{25, "access.granted", "supervisor password", "Opened with the supervisor's password"},
    Reason{26, "access.mode", "supervisor password", "Set to stay open with the supervisor's password", "unlocked"},
    Reason{27, "access.mode", "supervisor password", "No longer set to stay open, with the supervisor's password",
           "locked"},
    Reason{28, "device.fault", "power on", "The controller was switched on"},
    Reason{29, "device.fault", "reset", "The controller was reset"},
    Reason{30, "access.denied", "other", "Exit button ignored: it is switched off"},
    Reason{31, "access.denied", "blocked", "Exit button ignored: the door is locked by force"},
    Reason{32, "door.fault", "communication", "Exit button ignored: the controller is not on line"},
    Reason{33, "access.interlock", "", "Exit button ignored while another door is open"},
    Reason{34, "access.duress", "", "Opened under threat"},
    Reason{35, "access.duress", "", "Opened under threat: the door stays open"},
    Reason{36, "access.duress", "", "Closed under threat"},
    Reason{37, "door.held", "", "Door open too long"},
    Reason{38, "door.forced", "", "Door forced"},
    Reason{39, "fire.release", "", "Fire: the doors are released"},
    Reason{40, "access.mode", "", "Doors closed by force", "locked"},
    Reason{41, "intrusion.alarm", "", "Alarm of the theft guard"},
    Reason{42, "intrusion.alarm", "", "Alarm of a zone that is always armed"},
    Reason{43, "intrusion.holdup", "", "Emergency call"},
    Reason{44, "access.remote_open", "", "Opened from afar"},
    Reason{45, "access.remote_open", "", "Opened from afar by a USB reader"},
};
constexpr std::uint8_t kLastOfCards = 19;

const Reason* find(std::uint8_t number) {
  const auto it = std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& r) { return r.number == number; });
  return it == kReasons.end() ? nullptr : &*it;
}

std::uint8_t byte(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint32_t number(std::string_view bytes, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = 4; i-- > 0;) out = out << 8U | byte(bytes, at + i);
  return out;
}

/// Two decimal digits in a byte; -1: they are none.
int bcd(std::string_view bytes, std::size_t at) {
  const int high = byte(bytes, at) >> 4U, low = byte(bytes, at) & 0xFU;
  return high > 9 || low > 9 ? -1 : 10 * high + low;
}

}  // namespace

Result<UhppotePacket> parse_uhppote(std::string_view bytes) {
  if (bytes.size() != kUhppoteSize)
    return Error{"a packet of UHPPOTE has 64 bytes, this one " + std::to_string(bytes.size()), "", ""};
  // 19 is what firmware 6.62 writes there.
  if ((byte(bytes, 0) != 0x17 && byte(bytes, 0) != 0x19) || (byte(bytes, 1) != 0x20 && byte(bytes, 1) != 0xB0))
    return Error{"this is no event packet of UHPPOTE", "", "let the controller send its events here"};
  UhppotePacket out;
  out.serial = number(bytes, 4);
  out.index = number(bytes, 8);
  out.type = byte(bytes, 12);
  out.granted = byte(bytes, 13) == 1;
  out.door = byte(bytes, 14);
  out.direction = byte(bytes, 15);
  out.card = number(bytes, 16);
  out.reason = byte(bytes, 27);
  if (out.type == 0 || out.index == 0) return out;  // there is no event, and no time
  std::array<int, 7> t{};
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = bcd(bytes, 20 + i);
  const auto within = [&](std::size_t i, int least, int most) { return t[i] >= least && t[i] <= most; };
  const int year = 100 * t[0] + t[1];  // ns since 1970 end in 2262
  if (year >= 1970 && year <= 2261 && within(0, 0, 99) && within(1, 0, 99) && within(2, 1, 12) && within(3, 1, 31) &&
      within(4, 0, 23) && within(5, 0, 59) && within(6, 0, 59))
    out.local = utc_from_civil(year, t[2], t[3], t[4], t[5], t[6]);
  return out;
}

std::optional<Event> uhppote_event(const UhppotePacket& packet, kit::Zone& zone, UtcNs now) {
  if (packet.index == 0 || packet.type == 0 || packet.type == 0xFF) return std::nullopt;
  const Reason* const reason = find(packet.reason);
  const std::string serial = std::to_string(packet.serial), door = serial + "-" + std::to_string(packet.door);
  Event event;
  event.time = packet.local ? zone.to_utc(*packet.local) : now;
  event.kind = reason == nullptr ? "other" : reason->kind;
  // The flag is what became of the door; the reason says why.
  if (event.kind == "access.granted" && !packet.granted) event.kind = "access.denied";
  if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
  event.logsource = {"watchfloor", "access", "access"};
  event.add("device.id", serial);
  if (packet.door != 0) event.add("door.id", door);
  const bool in = packet.direction == 1, out = packet.direction == 2;
  // An exit button or a door writes a small number into the card's place; of a card that opened, some say that the
  // door was.
  const bool card = packet.type == 1 || (packet.reason > 0 && packet.reason <= kLastOfCards);
  if (card && packet.door != 0) event.add("reader.id", door + (out ? "-out" : "-in"));
  if (in || out) event.add("direction", in ? "in" : "out");
  if (card && packet.card != 0) event.add("credential.id", std::to_string(packet.card));
  if (event.kind == "access.denied")
    event.add("reason", reason->reason[0] == '\0' ? "other" : reason->reason);
  else if (reason != nullptr && reason->reason[0] != '\0')
    event.add("reason", reason->reason);
  if (reason != nullptr && reason->mode[0] != '\0') event.add("mode", reason->mode);
  if (!packet.local) event.add("clock", "not set");
  event.add("message", reason == nullptr ? "Reason " + std::to_string(packet.reason) : std::string(reason->words));
  const auto native = [&](const char* name, std::uint32_t value) {
    event.add(name, std::to_string(value), ValueType::number);
  };
  native("serial_number", packet.serial);
  native("event_index", packet.index);
  native("type", packet.type);
  event.add("granted", packet.granted ? "true" : "false", ValueType::boolean);
  native("door", packet.door);
  native("card", packet.card);
  native("reason_code", packet.reason);
  return event;
}

}  // namespace wf::access
