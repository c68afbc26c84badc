#include "agents/access/osdp/set_tool.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "agents/access/osdp/line_file.hpp"
#include "agents/access/osdp/line_talk.hpp"

namespace wf::access::osdp {
namespace {

constexpr const char* kUsage =
    "wf-agent-access --osdp-set DEVICE --address N [--baud N] [--key FILE|default] [--to-address N] [--to-baud N]\n"
    "  gives the reader that answers at --address (and --baud, 9600 if not given) another address, another speed or "
    "both.\n"
    "  --key: of its secure channel, as in the line's file; 'default': the key of readers that have none yet; without "
    "it\n"
    "  it is spoken to in plain text. Stop the agent first: a line has one control panel.\n";
constexpr std::int64_t kFindFor = 3 * kSecond, kSetFor = 3 * kSecond, kTakenFor = kSecond;

struct Wish {
  std::string device;
  std::optional<std::uint32_t> address, to_address, to_baud;
  std::uint32_t baud = 9600;
  std::optional<Key> key;
};

/// What the tool hears of the one reader that it speaks to.
class Heard final : public PanelObserver {
 public:
  void online(std::size_t, const Identity& identity, Channel channel) override {
    known = identity;
    secure = channel == Channel::secure;
    on = true;
  }
  void offline(std::size_t, std::string_view why) override { trouble = why; }
  void insecure(std::size_t, std::string_view why, bool) override { trouble = why; }
  void paired(std::size_t) override {}
  void said(std::size_t, std::uint8_t code, Bytes data) override {
    if (code == reply::kCom && data.size() >= 5)
      taken = {data[0], data[1] | data[2] << 8U | data[3] << 16U | static_cast<std::uint32_t>(data[4]) << 24U};
  }
  void done(std::size_t, std::uint32_t, std::string_view why) override {
    ended = true;
    if (!why.empty()) trouble = why;
  }

  Identity known;
  bool on = false, secure = false, ended = false;
  std::string trouble;
  std::optional<std::pair<std::uint8_t, std::uint32_t>> taken;  ///< address and speed of its COM
};

bool take_number(std::string_view text, std::uint32_t& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && failed == std::errc{} && end == text.data() + text.size();
}

/// Empty: it can be used.
std::string read_wish(int argc, char** argv, Wish& out) {
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      if (!out.device.empty()) return "the line is named twice";
      out.device = word;
      continue;
    }
    if (i + 1 >= argc) return std::string(word) + " says nothing";
    const std::string value = argv[++i];
    std::uint32_t number = 0;
    if (word == "--key") {
      if (value == "default") {
        out.key = kDefaultKey;
        continue;
      }
      const Result<Key> key = read_key_file(value);
      if (!key) return key.error().text();
      out.key = *key;
    } else if (word == "--address" || word == "--to-address") {
      if (!take_number(value, number) || number > 126) return "'" + value + "' is no address: it is 0 to 126";
      (word == "--address" ? out.address : out.to_address) = number;
    } else if (word == "--baud" || word == "--to-baud") {
      if (!take_number(value, number) || std::find(kBauds.begin(), kBauds.end(), number) == kBauds.end())
        return "'" + value + "' is no speed of OSDP: it is 9600, 19200, 38400, 57600, 115200 or 230400";
      if (word == "--baud")
        out.baud = number;
      else
        out.to_baud = number;
    } else {
      return "'" + std::string(word) + "' is not known here";
    }
  }
  if (out.device.empty()) return "name the line's device";
  if (!out.address) return "name the reader's address with --address; 0 is that of most new ones";
  if (!out.to_address && !out.to_baud) return "say what to change with --to-address or --to-baud";
  return {};
}

PanelOptions one_reader(std::uint32_t address, std::uint32_t baud, const std::optional<Key>& key) {
  PanelOptions out;
  out.baud = baud;
  PeripheralOptions reader;
  reader.address = static_cast<std::uint8_t>(address);
  reader.key = key;
  reader.default_key = key == kDefaultKey;
  reader.plain_text = !key;
  reader.asks = false;
  out.readers.push_back(reader);
  out.random = [](std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); };
  return out;
}

std::string named(std::uint32_t address, std::uint32_t baud) {
  return "address " + std::to_string(address) + " and " + std::to_string(baud) + " baud";
}

std::string serial(const Identity& identity) {
  return "serial number " + std::to_string(identity.serial) + ", model " + std::to_string(identity.model) + "." +
         std::to_string(identity.version);
}

/// Does anything answer there, whoever it is?
Result<bool> taken(SerialPort& port, std::uint32_t address, std::uint32_t baud) {
  Heard heard;
  Panel panel(one_reader(address, baud, std::nullopt), heard);
  const Result<void> talked = talk(
      port, panel, kTakenFor, [](std::int64_t) {}, [&] { return panel.answers() > 0; });
  if (!talked) return talked.error();
  return panel.answers() > 0;
}

}  // namespace

int run_set_tool(int argc, char** argv, std::FILE* out, std::FILE* err) {
  const auto fail = [&](const std::string& why) {
    std::fprintf(err, "wf-agent-access: %s\n", why.c_str());
    return 1;
  };
  Wish wish;
  if (const std::string why = read_wish(argc, argv, wish); !why.empty()) {
    std::fprintf(err, "wf-agent-access: %s\n%s", why.c_str(), kUsage);
    return 2;
  }
  if (sodium_init() < 0) return fail("libsodium does not work here");
  const std::uint32_t address = wish.to_address.value_or(*wish.address), baud = wish.to_baud.value_or(wish.baud);
  {
    Result<SerialPort> port = SerialPort::open(wish.device, wish.baud);
    if (!port) return fail(port.error().text());
    if (address != *wish.address) {
      const Result<bool> somebody = taken(*port, address, wish.baud);
      if (!somebody) return fail(somebody.error().text());
      if (*somebody)
        return fail("somebody answers at address " + std::to_string(address) +
                    " already: nothing was changed; give another with --to-address");
    }
    Heard heard;
    Panel panel(one_reader(*wish.address, wish.baud, wish.key), heard);
    const auto nothing = [](std::int64_t) {};
    if (Result<void> talked = talk(*port, panel, kFindFor, nothing, [&] { return heard.on || !heard.trouble.empty(); });
        !talked)
      return fail(talked.error().text());
    if (!heard.on)
      return fail("nothing was changed: at " + named(*wish.address, wish.baud) + ": " +
                  (heard.trouble.empty() ? "it does not answer" : heard.trouble));
    std::fprintf(out, "found at %s: %s, %s\n", named(*wish.address, wish.baud).c_str(), serial(heard.known).c_str(),
                 heard.secure ? "in its secure channel" : "in plain text");
    const std::array<std::uint8_t, 5> data{
        static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(baud), static_cast<std::uint8_t>(baud >> 8U),
        static_cast<std::uint8_t>(baud >> 16U), static_cast<std::uint8_t>(baud >> 24U)};
    (void)panel.give(0, command::kComset, data, 1, kit::monotonic_ns());
    if (Result<void> talked = talk(*port, panel, kSetFor, nothing, [&] { return heard.ended; }); !talked)
      return fail(talked.error().text());
    if (!heard.taken)
      return fail("it did not say that it took this" + (heard.trouble.empty() ? "" : ": " + heard.trouble) +
                  "; look for it at both addresses and speeds");
    if (*heard.taken != std::pair(static_cast<std::uint8_t>(address), baud))
      return fail("it says that it has " + named(heard.taken->first, heard.taken->second) + " now, and not " +
                  named(address, baud));
  }
  // Some begin anew for it: they are waited for as one that is on its way.
  Result<SerialPort> port = SerialPort::open(wish.device, baud);
  if (!port) return fail(port.error().text());
  Heard heard;
  Panel panel(one_reader(address, baud, wish.key), heard);
  if (Result<void> talked = talk(
          *port, panel, 3 * kFindFor, [](std::int64_t) {}, [&] { return heard.on; });
      !talked)
    return fail(talked.error().text());
  if (!heard.on)
    return fail("it took " + named(address, baud) + ", but does not answer there" +
                (heard.trouble.empty() ? "" : " (" + heard.trouble + ")") + "; take its power away for a moment");
  std::fprintf(out, "it answers at %s: write so into the line's file\n", named(address, baud).c_str());
  return 0;
}

}  // namespace wf::access::osdp
