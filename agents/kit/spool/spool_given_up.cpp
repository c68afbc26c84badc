#include "agents/kit/spool/spool_given_up.hpp"

#include <algorithm>
#include <tuple>

#include "agents/kit/kinds.hpp"

namespace wf::kit {

std::string_view words_of(GiveUpReason reason) {
  switch (reason) {
    case GiveUpReason::full:
      return "the spool was full";
    case GiveUpReason::disk:
      return "the spool's disk had no room";
    case GiveUpReason::age:
      return "older than the spool keeps events";
    case GiveUpReason::damaged:
      return "damaged on the agent's disk";
  }
  return "for a reason that a newer agent gave";
}

namespace spool {
namespace {

/// A range in the file has at most 20 + 16 + 2 × 20 digits and a few signs.
constexpr std::size_t kSlotBytes = 128 + 96 * (GivenUp::kMostRanges + 8);

bool same_numbers(const GivenUpRange& a, const GivenUpRange& b) { return a.epoch == b.epoch && a.lane == b.lane; }

/// Calls `part(first, last)` for each part of `range` that none of `ranges` covers.
template <class Part>
void uncovered(const std::vector<GivenUpRange>& ranges, const GivenUpRange& range, const Part& part) {
  for (std::uint64_t from = range.first; from <= range.last;) {
    std::uint64_t next = range.last + 1;  // where the next covered part begins
    bool covered = false;
    for (const GivenUpRange& known : ranges) {
      if (!same_numbers(known, range) || known.last < from) continue;
      if (known.first <= from) {
        from = known.last + 1;
        covered = true;
        break;
      }
      next = std::min(next, known.first);
    }
    if (covered) continue;
    part(from, next - 1);
    from = next;
  }
}

std::string text_of(const std::vector<GivenUpRange>& ranges, std::uint64_t serial) {
  std::string out = std::to_string(serial);
  for (const GivenUpRange& r : ranges) {
    out += ' ' + std::to_string(r.serial) + ' ' + hex(r.epoch) + ' ' + std::to_string(r.lane) + ' ' +
           std::to_string(r.first) + ' ' + std::to_string(r.last) + ' ' + static_cast<char>(r.reason);
    if (r.settled) out += '+';
  }
  return out;
}

}  // namespace

Result<void> GivenUp::open(Disk& disk, const std::filesystem::path& file) {
  const Result<std::string> line = file_.open(disk, file, kSlotBytes);
  if (!line) return line.error();
  std::string_view text = *line;
  serial_ = number_of(next_word(text));
  while (!text.empty()) {
    GivenUpRange range;
    range.serial = number_of(next_word(text));
    range.epoch = number_of(next_word(text), 16);
    range.lane = static_cast<std::uint8_t>(number_of(next_word(text)));
    range.first = number_of(next_word(text));
    range.last = number_of(next_word(text));
    const std::string_view reason = next_word(text);
    if (reason.empty() || range.first == 0 || range.last < range.first || range.lane >= kLanes) continue;
    range.reason = static_cast<GiveUpReason>(reason.front());
    range.settled = reason.ends_with('+');
    ranges_.push_back(range);
  }
  return {};
}

Result<void> GivenUp::replace(std::vector<GivenUpRange> ranges) {
  if (ranges == ranges_) return {};
  if (Result<void> written = file_.write(text_of(ranges, serial_), true); !written) return written;
  ranges_ = std::move(ranges);
  return {};
}

void GivenUp::merge(std::vector<GivenUpRange>& ranges) const {
  const auto by_numbers = [](const GivenUpRange& a, const GivenUpRange& b) {
    return std::tie(a.epoch, a.lane, a.first) < std::tie(b.epoch, b.lane, b.first);
  };
  std::sort(ranges.begin(), ranges.end(), by_numbers);
  // Those with one reason first; if that is not enough, whatever touches.
  for (const bool any_reason : {false, true}) {
    std::vector<GivenUpRange> out;
    for (const GivenUpRange& r : ranges) {
      const bool joins = !out.empty() && same_numbers(out.back(), r) && out.back().last + 1 == r.first &&
                         out.back().settled == r.settled && std::max(out.back().serial, r.serial) <= said_ &&
                         (any_reason || out.back().reason == r.reason);
      if (joins) {
        out.back().last = r.last;
        out.back().serial = std::max(out.back().serial, r.serial);
      } else {
        out.push_back(r);
      }
    }
    ranges = std::move(out);
    if (ranges.size() <= kMostRanges) return;
  }
}

std::uint64_t GivenUp::missing(const GivenUpRange& range) const {
  std::uint64_t out = 0;
  uncovered(ranges_, range, [&](std::uint64_t first, std::uint64_t last) { out += last - first + 1; });
  return out;
}

Result<void> GivenUp::add(const GivenUpRange& range) {
  std::vector<GivenUpRange> ranges = ranges_;
  merge(ranges);
  const std::uint64_t before = serial_;
  uncovered(ranges_, range, [&](std::uint64_t first, std::uint64_t last) {
    GivenUpRange part = range;
    part.serial = ++serial_;
    part.first = first;
    part.last = last;
    part.settled = false;
    ranges.push_back(part);
  });
  // A few more than kMostRanges fit, so that damage does not keep the spool from making room.
  const std::size_t most = kMostRanges + (range.reason == GiveUpReason::damaged ? 0 : 8);
  Result<void> done = ranges.size() > most
                          ? Error{"too many ranges were given up and not told to an engine", "", "connect the agent"}
                          : replace(std::move(ranges));
  if (!done) serial_ = before;
  return done;
}

void GivenUp::settle(std::uint64_t epoch, std::uint8_t lane, std::uint64_t first, std::uint64_t last) {
  std::vector<GivenUpRange> ranges;
  for (const GivenUpRange& r : ranges_) {
    const bool hit = !r.settled && r.epoch == epoch && r.lane == lane && r.first <= last && r.last >= first;
    if (!hit) {
      ranges.push_back(r);
      continue;
    }
    GivenUpRange before = r, within = r, behind = r;
    before.last = std::max(r.first, first) - 1;
    within.first = std::max(r.first, first);
    within.last = std::min(r.last, last);
    within.settled = true;
    behind.first = within.last + 1;
    if (before.first < within.first) ranges.push_back(before);
    ranges.push_back(within);
    if (behind.first <= r.last) ranges.push_back(behind);
  }
  if (ranges.size() > kMostRanges) merge(ranges);
  // If it cannot be written it is told to the engine again after the next start.
  if (ranges.size() <= kMostRanges + 8 && !replace(ranges)) ranges_ = std::move(ranges);
}

void GivenUp::forget(std::uint64_t epoch, std::uint8_t lane, std::uint64_t done) {
  const auto over = [&](const GivenUpRange& r) {
    return r.settled && r.serial <= said_ && (r.epoch != epoch || (r.lane == lane && r.last <= done));
  };
  if (std::none_of(ranges_.begin(), ranges_.end(), over)) return;
  std::vector<GivenUpRange> ranges = ranges_;
  ranges.erase(std::remove_if(ranges.begin(), ranges.end(), over), ranges.end());
  (void)!replace(std::move(ranges));
}

}  // namespace spool
}  // namespace wf::kit
