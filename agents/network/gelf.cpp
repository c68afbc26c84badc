#include "agents/network/gelf.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace wf::network {
namespace {

constexpr std::string_view kChunk = "\x1e\x0f", kGzip = "\x1f\x8b";
constexpr std::size_t kChunkHead = 12, kMostChunks = 128;

/// RFC 1950, section 2.2: a window of 32 KiB, and a checksum over both bytes.
bool is_zlib(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == 0x78 && (0x7800U + static_cast<std::uint8_t>(bytes[1])) % 31 == 0 &&
         (static_cast<std::uint8_t>(bytes[1]) & 0x20U) == 0;
}

}  // namespace

bool GelfDatagrams::is_one(std::string_view bytes) {
  return bytes.starts_with(kChunk) || bytes.starts_with(kGzip) || is_zlib(bytes);
}

Result<bool> GelfDatagrams::unpack(std::string_view bytes, std::string& message) {
  message.clear();
  if (!bytes.starts_with(kGzip) && !is_zlib(bytes)) {
    message = bytes;
    return true;
  }
  Result<std::unique_ptr<http::Gunzip>> gunzip = http::Gunzip::open(http::Gunzip::Form::gzip_or_zlib);
  if (!gunzip) return gunzip.error();
  const Result<bool> whole = (*gunzip)->take(bytes, kMostMessage, message);
  if (!whole) return Error{"a GELF message that cannot be unpacked", "", "is it damaged?"};
  if (!*whole)
    return Error{"a GELF message of more than " + std::to_string(kMostMessage >> 10U) + " KiB", "", "it was left out"};
  if (const Result<void> ended = (*gunzip)->end(); !ended)
    return Error{"a GELF message that ends before it is whole", "", "let the sender make chunks of long ones"};
  return true;
}

void GelfDatagrams::drop(std::size_t index) {
  held_ -= pending_[index].bytes;
  pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
}

Result<bool> GelfDatagrams::take(std::string_view bytes, const std::string& peer, std::int64_t mono,
                                 std::string& message) {
  if (!bytes.starts_with(kChunk)) return unpack(bytes, message);
  if (bytes.size() < kChunkHead) return Error{"a GELF chunk without its head", "", "is it cut off?"};
  const std::string_view id = bytes.substr(2, 8);
  const auto number = static_cast<std::uint8_t>(bytes[10]), count = static_cast<std::uint8_t>(bytes[11]);
  if (count == 0 || count > kMostChunks || number >= count)
    return Error{"a GELF chunk with a number that is none", "", "is it damaged?"};
  const std::string_view part = bytes.substr(kChunkHead);
  auto it =
      std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.id == id && p.peer == peer; });
  if (it == pending_.end()) {
    Pending fresh{std::string(id), peer, mono, {}, 0, 0};
    fresh.parts.resize(count);
    it = pending_.insert(pending_.end(), std::move(fresh));
  }
  if (it->parts.size() != count) return Error{"a GELF chunk of a message with another count", "", "is it damaged?"};
  std::string& place = it->parts[number];
  if (!place.empty() || part.empty()) return false;  // it came twice
  place = part;
  ++it->there;
  it->bytes += part.size();
  held_ += part.size();
  if (it->there == count) {
    std::string whole;
    whole.reserve(it->bytes);
    for (const std::string& one : it->parts) whole += one;
    drop(static_cast<std::size_t>(it - pending_.begin()));
    if (whole.size() > kMostMessage) return Error{"a GELF message that is too long", "", "it was left out"};
    return unpack(whole, message);
  }
  while (pending_.size() > kMostPending || held_ > kMostHeld) {
    drop(0);
    ++given_up_;
  }
  return false;
}

std::uint64_t GelfDatagrams::given_up(std::int64_t mono) {
  while (!pending_.empty() && mono - pending_.front().since >= kPatience) {
    drop(0);
    ++given_up_;
  }
  return std::exchange(given_up_, 0);
}

bool read_gelf(Event& event, int& level) {
  const std::string_view version = event.field("version");
  if ((version != "1.1" && version != "1.0") || event.field("short_message").empty() || event.field("host").empty())
    return false;
  level = -1;
  for (Field& f : event.fields) {
    if (f.name == "timestamp") {
      double seconds = 0;
      const auto [end, error] = std::from_chars(f.value.data(), f.value.data() + f.value.size(), seconds);
      if (error == std::errc{} && end == f.value.data() + f.value.size() && seconds > 0 && seconds < 9e9)
        event.time = static_cast<std::int64_t>(seconds * 1000.0 + 0.5) * kMillisecond;
    }
    if (f.name == "level" && f.value.size() == 1 && f.value[0] >= '0' && f.value[0] <= '7') level = f.value[0] - '0';
    if (f.name.size() > 1 && f.name.starts_with('_')) f.name.erase(0, 1);
  }
  if (event.field("message").empty()) event.add("message", std::string(event.field("short_message")));
  if (event.field("host.name").empty()) event.add("host.name", std::string(event.field("host")));
  return true;
}

}  // namespace wf::network
