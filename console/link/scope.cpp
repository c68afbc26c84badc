#include "console/link/scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::link {
namespace {

constexpr std::size_t kMostPatterns = 256, kMostBytes = 128;
constexpr std::uint8_t kHigh = 4;

bool valid_pattern(std::string_view pattern) {
  return !pattern.empty() && pattern.size() <= kMostBytes && is_utf8(pattern) &&
         std::none_of(pattern.begin(), pattern.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ','; });
}

/// The byte after the character at `at`.
std::size_t after(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U);
  return at;
}

/// At most kMostBytes of it, and no part of a character.
std::string shortened(std::string_view text) {
  if (text.size() <= kMostBytes) return std::string(text);
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

}  // namespace

bool valid_scope(const std::vector<std::string>& patterns) {
  return patterns.size() <= kMostPatterns && std::all_of(patterns.begin(), patterns.end(), valid_pattern);
}

Result<std::vector<std::string>> parse_scope(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view pattern = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!pattern.empty() && pattern.front() == ' ') pattern.remove_prefix(1);
    while (!pattern.empty() && pattern.back() == ' ') pattern.remove_suffix(1);
    if (!valid_pattern(pattern))
      return Error{fmt::format("\"{}\" cannot be a device's name or pattern", pattern), "--devices",
                   "write names as the site or the source has them, with * and ?, comma-separated"};
    out.emplace_back(pattern);
  }
  if (out.size() > kMostPatterns)
    return Error{fmt::format("{} patterns are more than {}", out.size(), kMostPatterns), "--devices",
                 "use patterns such as door-*"};
  return out;
}

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0;
  // Where to go on after the last `*` if what follows it does not match: that one takes one character more.
  std::size_t star = std::string_view::npos, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n = after(name, n);
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star;
      taken = n = after(name, taken);
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Scope::Scope(std::vector<std::string> patterns, std::string kind)
    : patterns_(std::move(patterns)), kind_(std::move(kind)) {}

bool Scope::allows(std::string_view device, const DeviceNames& names) const {
  const auto any = [&](std::string_view name) {
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [&](const std::string& pattern) { return matches(pattern, name); });
  };
  if (any(device)) return true;
  const std::string known = names ? names(device) : std::string();
  if (known.empty()) return false;
  if (any(known)) return true;
  // Patterns may be the source's own names too: another of them for the same device.
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return names(pattern) == known; });
}

bool Scope::speaks(std::string_view field) const {
  if (field == "door.id" || field == "reader.id" || field == "camera.id") return true;
  return kind_ != "network" && (field == "host.name" || field == "host.id");
}

Event Scope::claim(std::string_view kind, const Field& field, UtcNs now) const {
  Event out;
  // Nothing of what it says is believed: not its time, and not that it was a drill.
  out.time = now;
  out.kind = "link.claim";
  out.severity = kHigh;
  out.source = "link";
  out.logsource = {"watchfloor", "link", ""};
  if (field.name.empty()) return out;
  out.add("claim.device", shortened(field.value));
  out.add("claim.field", field.name);
  out.add("claim.kind", shortened(kind));
  out.add("agent.kind", kind_);
  return out;
}

Scope::Verdict Scope::enforce(std::string& payload, const BatchOrigin& origin, UtcNs now,
                              const DeviceNames& names) const {
  Verdict out;
  if (!restricted()) return out;
  // Kept from batch to batch, so that what an agent may say costs no memory an event.
  static thread_local BatchDecoder decoder;
  const Result<std::span<Event>> events = decoder.decode(payload, origin);
  struct Trim {
    ~Trim() { decoder.trim(); }
  } const trim{};
  if (!events) {
    out.readable = false;
    return out;
  }
  std::unordered_map<std::string, bool> known;
  const auto allowed = [&](const std::string& device) {
    const auto [found, fresh] = known.try_emplace(device, false);
    if (fresh) found->second = allows(device, names);
    return found->second;
  };
  std::vector<std::pair<std::size_t, Field>> foreign;
  for (std::size_t i = 0; i < events->size(); ++i) {
    // A field may come several times, and fusion may take any of them.
    for (const Field& field : (*events)[i].fields) {
      if (field.type == ValueType::null || field.value.empty() || !speaks(field.name) || allowed(field.value)) continue;
      foreign.emplace_back(i, field);
      break;
    }
  }
  if (foreign.empty()) return out;
  out.claims = static_cast<std::uint32_t>(foreign.size());
  out.device = shortened(foreign.front().second.value);
  out.kind = shortened((*events)[foreign.front().first].kind);
  BatchEncoder encoder;
  for (const auto& [index, field] : foreign) (*events)[index] = claim((*events)[index].kind, field, now);
  encoder.encode(*events, payload);
  if (payload.size() <= kMaxBatchBytes) return out;
  // A batch at the limit of bytes, of many tiny claims: they keep their number, kind and time.
  for (const auto& [index, field] : foreign) (*events)[index] = claim({}, {}, now);
  encoder.encode(*events, payload);
  return out;
}

}  // namespace wf::link
