#include "agents/kit/mapped/suggest_time.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "agents/kit/mapped/mapped_time.hpp"

namespace wf::kit {
namespace {

constexpr std::array<std::string_view, 21> kDates{
    "%a, %b %d, %Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",   "%d-%m-%Y",  "%d/%m/%Y",
    "%d.%m.%Y",      "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%b %e %Y", "%b %d, %Y", "%d-%m-%y",
    "%d/%m/%y",      "%d.%m.%y", "%d-%b-%y", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y",  "%m-%d-%y"};
constexpr std::array<std::string_view, 10> kTimes{"%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f", "%I:%M:%S %p", "%I:%M:%S%p",
                                                  "%I:%M %p", "%H:%M",       "%H%M%S",      "%H.%M.%S",    "%Hh%M"};
constexpr std::array<std::string_view, 6> kBetween{" ", "T", ", ", ". ", ":", ""};
constexpr std::size_t kTried = 8;  ///< values that sort out most formats

struct Candidate {
  std::string text;
  TimeFormat format;
  bool only_date = false;
};

void add(std::vector<Candidate>& out, std::string text, bool only_date = false) {
  if (Result<TimeFormat> format = TimeFormat::parse(text, "")) out.push_back({std::move(text), *format, only_date});
}

const std::vector<Candidate>& candidates() {
  static const std::vector<Candidate> all = [] {
    std::vector<Candidate> out;
    add(out, "rfc3339");
    for (const std::string_view date : kDates)
      for (const std::string_view time : kTimes)
        for (const std::string_view between : kBetween) {
          // Without a mark between them only digits of fixed width can be told apart.
          if (between.empty() && (date != "%Y%m%d" || time != "%H%M%S")) continue;
          for (const std::string_view zone : {"", "%z", " %z"})
            add(out, std::string(date) + std::string(between) + std::string(time) + std::string(zone));
        }
    for (const std::string_view date : kDates) add(out, std::string(date), true);
    return out;
  }();
  return all;
}

struct Order {
  std::size_t up = 0, down = 0;
  [[nodiscard]] double share() const {
    return up + down == 0 ? 1 : static_cast<double>(std::max(up, down)) / static_cast<double>(up + down);
  }
};

Order order_of(const TimeFormat& format, const std::vector<std::string>& values, std::size_t& read) {
  Order order;
  Zone utc;
  std::optional<UtcNs> before;
  read = 0;
  for (const std::string& value : values) {
    const Result<UtcNs> time = format.read(value, utc, {});
    if (!time) continue;
    ++read;
    if (before && *time != *before) (*time > *before ? order.up : order.down)++;
    before = *time;
  }
  return order;
}

TimeGuess made(const Candidate& candidate, const Order& order, std::size_t read, std::size_t of) {
  TimeGuess out;
  out.format = candidate.text;
  out.local = candidate.format.is_local();
  out.only_date = candidate.only_date;
  out.read = read;
  out.of = of;
  out.order = order.share();
  out.newest_first = order.down > order.up;
  return out;
}

bool enough(std::size_t read, std::size_t of) { return read > 0 && read * 5 >= of * 4; }

std::optional<TimeGuess> guess_epoch(const std::vector<std::string>& values, bool named) {
  // From 1990 to 2100, so that card numbers are seldom taken for one.
  constexpr double kFrom = 631'152'000, kTo = 4'102'444'800;
  static constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"epoch_s", 1}, {"epoch_ms", 1e3}, {"epoch_us", 1e6}, {"epoch_ns", 1e9}}};
  if (values.front().find_first_not_of("0123456789.") != std::string::npos) return {};
  for (const auto& [name, unit] : kUnits) {
    const std::size_t inside =
        static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [&, u = unit](const std::string& v) {
          if (v.size() > 30 || v.find_first_not_of("0123456789.") != std::string::npos) return false;
          const double number = std::strtod(v.c_str(), nullptr);
          return number >= kFrom * u && number < kTo * u;
        }));
    if (!enough(inside, values.size())) continue;
    std::vector<Candidate> one;
    add(one, std::string(name));
    std::size_t read = 0;
    const Order order = order_of(one.front().format, values, read);
    if (!named && (order.share() < 0.9 || order.up + order.down < 2)) return {};
    if (enough(read, values.size())) return made(one.front(), order, read, values.size());
  }
  return {};
}

// A spreadsheet's numbers: only where the name says time, and only with a time of day in most of them.
std::optional<TimeGuess> guess_excel(const std::vector<std::string>& values) {
  const auto cut = static_cast<std::size_t>(std::count_if(
      values.begin(), values.end(), [](const std::string& v) { return v.find_first_of(".,") != std::string::npos; }));
  std::vector<Candidate> one;
  add(one, "excel");
  std::size_t read = 0;
  const Order order = order_of(one.front().format, values, read);
  if (cut * 2 < values.size() || !enough(read, values.size())) return {};
  return made(one.front(), order, read, values.size());
}

}  // namespace

std::optional<TimeGuess> guess_time(const std::vector<std::string>& values, bool named) {
  if (values.empty()) return {};
  if (std::optional<TimeGuess> epoch = guess_epoch(values, named)) return epoch;
  if (std::optional<TimeGuess> excel = named ? guess_excel(values) : std::nullopt) return excel;
  // Every form has digits: most columns have none, and need not be tried with hundreds of forms.
  const auto digits = [](const std::string& v) { return v.find_first_of("0123456789") != std::string::npos; };
  if (!enough(static_cast<std::size_t>(std::count_if(values.begin(), values.end(), digits)), values.size())) return {};
  Zone utc;
  std::vector<std::pair<const Candidate*, std::size_t>> best;
  for (const Candidate& candidate : candidates()) {
    const std::size_t tried = std::min(kTried, values.size());
    if (std::none_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(tried),
                     [&](const std::string& v) { return bool(candidate.format.read(v, utc, {})); }))
      continue;
    std::size_t read = 0;
    static_cast<void>(order_of(candidate.format, values, read));
    if (!enough(read, values.size())) continue;
    if (!best.empty() && read > best.front().second) best.clear();
    if (best.empty() || read == best.front().second) best.emplace_back(&candidate, read);
  }
  if (best.empty()) return {};
  const Candidate* chosen = best.front().first;
  std::size_t read = 0;
  Order order = order_of(chosen->format, values, read);
  bool ambiguous = false;
  for (const auto& [other, count] : best) {
    if (!chosen->text.starts_with("%d") || !other->text.starts_with("%m")) continue;
    // The one by which the records are more in order; in twelve-hour times the American one.
    const Order o = order_of(other->format, values, read);
    const bool better = o.share() > order.share();
    ambiguous = o.share() == order.share();
    if (better || (ambiguous && other->text.find("%p") != std::string::npos)) {
      chosen = other;
      order = o;
    }
    break;
  }
  TimeGuess out = made(*chosen, order, best.front().second, values.size());
  out.ambiguous = ambiguous;
  return out;
}

std::optional<TimeGuess> guess_time_of_day(const std::vector<std::string>& values) {
  if (values.empty()) return {};
  std::vector<std::string> dated;
  for (const std::string& value : values) dated.push_back("2000-01-01 " + value);
  std::optional<TimeGuess> best;
  for (const std::string_view time : kTimes)
    for (const std::string_view zone : {"", "%z", " %z"}) {
      std::vector<Candidate> one;
      add(one, "%Y-%m-%d " + std::string(time) + std::string(zone));
      std::size_t read = 0;
      const Order order = order_of(one.front().format, dated, read);
      if (!enough(read, dated.size()) || (best && read <= best->read)) continue;
      best = made(one.front(), order, read, dated.size());
      best->format = std::string(time) + std::string(zone);
    }
  return best;
}

}  // namespace wf::kit
