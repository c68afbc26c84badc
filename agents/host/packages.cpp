#include "agents/host/packages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "agents/host/machine.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/follow_source.hpp"

namespace wf::host {
namespace {

constexpr const char* kLog = "/var/log/dpkg.log";

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

Error no_line(const char* what) {
  return {what, "", "is this the log of dpkg, dnf or yum? it begins with a time such as 2026-03-12 22:31:05"};
}

bool numbers(std::string_view text, std::string_view form, std::array<int, 6>& out, std::size_t from) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size();) {
    if (form[i] != '0') {
      if (text[i] != form[i]) return false;
      ++i;
      continue;
    }
    const std::size_t end = std::min(form.find_first_not_of('0', i), form.size());
    const auto [stop, error] = std::from_chars(text.data() + i, text.data() + end, out[from]);
    if (error != std::errc{} || stop != text.data() + end || out[from] < 0) return false;
    ++from;
    i = end;
  }
  return true;
}

bool possible(const std::array<int, 6>& t) {
  return t[0] >= 1970 && t[0] < 2200 && t[1] >= 1 && t[1] <= 12 && t[2] >= 1 && t[2] <= 31 && t[3] < 24 && t[4] < 60 &&
         t[5] <= 60;
}

// Name, version and architecture of a package file's name without ".rpm": the version begins behind the last but one
// '-'.
void add_rpm(std::string_view full, Event& e) {
  const std::size_t dot = full.rfind('.'), release = full.rfind('-');
  const std::size_t version =
      release == std::string_view::npos || release == 0 ? std::string_view::npos : full.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0 || dot == std::string_view::npos || dot < release) {
    e.add("package", std::string(full));
    return;
  }
  e.add("package", std::string(full.substr(0, version)));
  e.add("package.version", std::string(full.substr(version + 1, dot - version - 1)));
  e.add("package.architecture", std::string(full.substr(dot + 1)));
}

// What dpkg, dnf and yum call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kActions{{{"install", "installed"},
                                                                                  {"upgrade", "upgraded"},
                                                                                  {"remove", "removed"},
                                                                                  {"purge", "purged"},
                                                                                  {"Installed:", "installed"},
                                                                                  {"Dep-Installed:", "installed"},
                                                                                  {"Upgrade:", "upgraded"},
                                                                                  {"Updated:", "upgraded"},
                                                                                  {"Reinstall:", "installed"},
                                                                                  {"Reinstalled:", "installed"},
                                                                                  {"Downgrade:", "downgraded"},
                                                                                  {"Erase:", "removed"},
                                                                                  {"Erased:", "removed"},
                                                                                  {"Removed:", "removed"}}};

std::string_view action_of(std::string_view word) {
  for (const auto& [theirs, ours] : kActions)
    if (theirs == word) return ours;
  return {};
}

// "2026-03-12 22:31:05 upgrade openssl:amd64 3.0.14 3.0.15" (dpkg(1), log-file)
void take_dpkg(std::string_view text, Event& e) {
  const std::string_view action = action_of(take_word(text));
  const std::string_view package = take_word(text), old = take_word(text), fresh = take_word(text);
  if (action.empty() || package.empty()) return;  // a state on the way, or the start of a run
  e.kind = "host.package";
  e.add("package.action", std::string(action));
  const std::size_t colon = package.find(':');
  e.add("package", std::string(package.substr(0, colon)));
  if (colon != std::string_view::npos) e.add("package.architecture", std::string(package.substr(colon + 1)));
  if (!fresh.empty() && fresh != "<none>") e.add("package.version", std::string(fresh));
  if (!old.empty() && old != "<none>") e.add("package.version.before", std::string(old));
}

// "Installed: nginx-1:1.20.1-14.el9.x86_64"; "Upgraded:" names what an "Upgrade:" took the place of.
void take_rpm(std::string_view text, Event& e) {
  const std::string_view action = action_of(take_word(text));
  const std::string_view package = take_word(text);
  if (action.empty() || package.empty()) return;
  e.kind = "host.package";
  e.add("package.action", std::string(action));
  add_rpm(package, e);
}

class PackagesSource final : public kit::FollowSource {
 public:
  PackagesSource(kit::SourceSpec spec, kit::Zone zone)
      : FollowSource(std::move(spec), options()), zone_(zone), host_(this->spec().option("host", machine_name())) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    Result<Event> event = package_event(record.text, moment.now, zone_, before_);
    if (!event) return event.error();
    before_ = event->time;
    if (event->kind.empty()) return {};
    if (!host_.empty()) event->add("host.name", host_);
    emit(sink, std::move(*event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.record_limit = 16U << 10U;
    return options;
  }
  kit::Zone zone_;
  std::string host_;
  std::optional<UtcNs> before_;
};

}  // namespace

Result<Event> package_event(std::string_view line, UtcNs now, kit::Zone& zone, std::optional<UtcNs> before) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  Event e;
  std::array<int, 6> t{};
  const auto local = [&] { return zone.to_utc(utc_from_civil(t[0], t[1], t[2], t[3], t[4], t[5]), before); };
  const std::string_view message = line;
  if (line.size() > 20 && numbers(line.substr(0, 19), "0000-00-00 00:00:00", t, 0) && line[19] == ' ') {
    if (!possible(t)) return no_line("the time cannot be");
    e.time = local();
    take_dpkg(line.substr(20), e);
  } else if (line.size() > 25 && numbers(line.substr(0, 19), "0000-00-00T00:00:00", t, 0)) {
    // dnf: an offset without a colon, or Z; then the level
    std::string stamp(take_word(line));
    if (stamp.size() == 24 && (stamp[19] == '+' || stamp[19] == '-')) stamp.insert(22, ":");
    const Result<UtcNs> time = parse_rfc3339(stamp);
    if (!time) return no_line("the time cannot be read");
    e.time = *time;
    take_word(line);
    take_rpm(line, e);
  } else {
    // yum: "Mar 12 22:31:05 Installed: …", local time of the latest year in which that is not ahead of the clock
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (line.size() < 17 || line[3] != ' ' || line[6] != ' ' || line[15] != ' ' ||
        !numbers(line.substr(7, 8), "00:00:00", t, 3))
      return no_line("no time at the front of the line");
    const std::size_t month = kMonths.find(line.substr(0, 3));
    std::string_view day = line.substr(line[4] == ' ' ? 5 : 4, line[4] == ' ' ? 1 : 2);
    if (month == std::string_view::npos || month % 3 != 0 || !numbers(day, std::string(day.size(), '0'), t, 2))
      return no_line("no time at the front of the line");
    t[1] = static_cast<int>(month / 3) + 1;
    t[0] = 1970 + static_cast<int>(now / kDay / 365) + 1;
    if (!possible({t[0] < 1970 ? 1970 : t[0], t[1], t[2], t[3], t[4], t[5]})) return no_line("the time cannot be");
    for (int tries = 0; tries < 3; ++tries, --t[0]) {
      e.time = local();
      if (e.time <= now + kDay) break;
    }
    take_rpm(line.substr(16), e);
  }
  if (e.kind.empty()) return e;
  if (e.field("package").empty()) return Error{"no package is named", "", "it was skipped"};
  if (const kit::KindInfo* info = kit::find_kind(e.kind)) e.severity = info->severity;
  e.logsource = {"linux", "", ""};
  e.add("message", std::string(message));
  return e;
}

kit::SourceMade make_packages(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz", "host"});
  const Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  kit::SourceSpec named = spec;
  if (named.address.empty()) named.address = kLog;
  if (made.problems.empty()) made.source = std::make_unique<PackagesSource>(std::move(named), *zone);
  return made;
}

}  // namespace wf::host
