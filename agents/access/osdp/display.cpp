#include "agents/access/osdp/display.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wf::access::osdp {
namespace {

// Commands of TEXT: for good or for a time, both wrapped where the display is narrower.
constexpr std::uint8_t kStays = 2, kForATime = 4;
constexpr std::uint8_t kShownFor = 3;  ///< seconds

}  // namespace

Display::Display(const LineFile& file, LineCommands& line, std::function<bool(std::size_t)> free,
                 std::function<void(const Error&)> refuse)
    : file_(file), line_(line), free_(std::move(free)), refuse_(std::move(refuse)), readers_(file.readers.size()) {}

void Display::show(std::size_t index, const std::string& text, bool stays, std::int64_t now) {
  Reader& reader = readers_[index];
  if (text.empty() || reader.off) return;
  // Reader, command, seconds, row and column from 1, length, characters.
  std::array<std::uint8_t, 6 + kLongest> data{
      0, stays ? kStays : kForATime, stays ? std::uint8_t{0} : kShownFor, 1, 1, static_cast<std::uint8_t>(text.size())};
  std::copy(text.begin(), text.end(), data.begin() + 6);
  reader.ticket = line_.ticket();
  (void)line_.give(index, command::kText, Bytes(data).first(6 + text.size()), reader.ticket, now);
}

void Display::online(std::size_t reader, std::int64_t now) {
  readers_[reader].off = false;
  show(reader, file_.readers[reader].display.idle, true, now);
}

void Display::observe(const Event& event, std::int64_t now) {
  const bool read = event.kind == "access.read" && !event.field("credential.id").empty();
  if (!read && event.kind != "access.granted") return;
  const std::string_view name = event.field("reader.id");
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (file_.readers[i].name != name) continue;
    if (!read || free_(i)) return granted(i, now);
    if (!file_.readers[i].display.denied.empty()) readers_[i].denied_at = now + kDeniedAfter;
    return;
  }
}

void Display::granted(std::size_t reader, std::int64_t now) {
  readers_[reader].denied_at = 0;
  show(reader, file_.readers[reader].display.granted, false, now);
}

void Display::ended(std::uint32_t ticket, std::string_view why) {
  if (ticket == 0 || why.empty()) return;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].ticket != ticket || why != kRefusedByReader) continue;
    readers_[i].off = true;
    refuse_({"reader " + file_.readers[i].name + " shows no text", file_.readers[i].where, "remove its 'display:'"});
  }
}

void Display::step(std::int64_t now) {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].denied_at == 0 || now < readers_[i].denied_at) continue;
    readers_[i].denied_at = 0;
    if (!free_(i)) show(i, file_.readers[i].display.denied, false, now);
  }
}

std::int64_t Display::next_wake() const {
  std::int64_t wake = kit::kNever;
  for (const Reader& reader : readers_)
    if (reader.denied_at != 0) wake = std::min(wake, reader.denied_at);
  return wake;
}

}  // namespace wf::access::osdp
