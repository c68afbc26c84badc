#include "agents/kit/shed/shedder.hpp"

#include <algorithm>
#include <charconv>

#include "agents/kit/kinds.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kCalm = 10;        ///< seconds before less is shed
constexpr std::int64_t kAheadAtMost = 2;  ///< seconds that a record's time may be ahead of the clock
constexpr std::uint32_t kMostFactor = 1U << 20U;

/// FNV-1a, and a last mix so that its low bits depend on all (MurmurHash3's).
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  h = (h ^ (h >> 33U)) * 0xff51afd7ed558ccdU;
  h = (h ^ (h >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return h ^ (h >> 33U);
}

std::string_view value_of(const Event& event, std::string_view name) { return shed_field(event, name); }
std::string_view value_of(RawRecord& record, std::string_view name) {
  std::string_view value;
  return record.field(name, value) == RawRecord::Known::value ? value : std::string_view();
}

UtcNs time_of(const Event& event) { return event.time; }
UtcNs time_of(RawRecord& record) { return record.time(); }

template <class Record>
std::string_view key_of(const ShedRule& rule, Record& record) {
  if (!rule.by.empty()) return value_of(record, rule.by);
  for (const std::string_view name : kShedKeys)
    if (const std::string_view value = value_of(record, name); !value.empty()) return value;
  return {};
}

/// Whether what decides is known before there is an event.
bool key_known(const ShedRule& rule, RawRecord& record) {
  if (rule.action == ShedRule::Action::keep || rule.action == ShedRule::Action::drop) return true;
  const auto known = [&](std::string_view name) {
    std::string_view value;
    return record.field(name, value) != RawRecord::Known::unknown;
  };
  if (!rule.by.empty()) return known(rule.by);
  // The first that the record has decides, so that those behind it need not be looked for.
  for (const std::string_view name : kShedKeys) {
    if (!known(name)) return false;
    if (!value_of(record, name).empty()) return true;
  }
  return true;
}

}  // namespace

Shedder::Shedder(std::vector<ShedRule> rules)
    : rules_(std::move(rules)), counts_(rules_.size()), samplings_(rules_.size()) {}

Shedder::Verdict Shedder::early(RawRecord& record, const Moment& moment) {
  const ShedMatch match = first_match(rules_, record);
  if (match.is == ShedMatch::Is::unknown) return Verdict::later;
  early_ = kNone;
  if (match.is == ShedMatch::Is::none) return Verdict::keep;
  if (!key_known(rules_[match.rule], record)) return Verdict::later;
  if (keeps(match.rule, record, moment)) {
    early_ = match.rule;
    return Verdict::keep;
  }
  count(match.rule, false);
  return Verdict::shed;
}

void Shedder::made() { count(std::exchange(early_, kNone), true); }

void Shedder::count(std::size_t rule, bool keep) {
  if (rule == kNone) {
    ++unmatched_;
    return;
  }
  ++counts_[rule].matched;
  counts_[rule].shed += keep ? 0 : 1;
}

bool Shedder::late(const Event& event, const Moment& moment) {
  const ShedMatch match = lane_of(event.kind) == 0 ? ShedMatch() : first_match(rules_, event);
  const std::size_t rule = match.is == ShedMatch::Is::rule ? match.rule : kNone;
  const bool keep = rule == kNone || keeps(rule, event, moment);
  count(rule, keep);
  return keep;
}

template <class Record>
bool Shedder::keeps(std::size_t rule, Record& record, const Moment& moment) {
  const ShedRule& of = rules_[rule];
  bool keep = true;
  switch (of.action) {
    case ShedRule::Action::keep:
      break;
    case ShedRule::Action::drop:
      keep = false;
      break;
    case ShedRule::Action::one_in:
      keep = sampled(of.number, key_of(of, record), samplings_[rule].counter);
      break;
    case ShedRule::Action::above:
      look_at_rate(rule, time_of(record), moment);
      keep = samplings_[rule].factor == 1 ||
             sampled(samplings_[rule].factor, key_of(of, record), samplings_[rule].counter);
      break;
  }
  return keep;
}

bool Shedder::sampled(std::uint32_t one_in, std::string_view key, std::uint64_t& counter) const {
  if (key.empty()) return counter++ % one_in == 0;
  return hash_of(key) % one_in == 0;
}

/// The rate is that of the records' own time, so that a backlog that is read at once is no flood; a time that does not
/// move on is helped by the clock.
void Shedder::look_at_rate(std::size_t rule, UtcNs time, const Moment& moment) {
  Sampling& s = samplings_[rule];
  const std::int64_t now = moment.now / kSecond;
  const std::int64_t second = time <= 0 ? now : std::min(time / kSecond, now + kAheadAtMost);
  if (s.count == 0 || second > s.second || moment.mono - s.began >= kSecond) {
    if (s.count > 0) close_second(rule, std::max<std::int64_t>(second - s.second, 1));
    s.second = std::max(s.second, second);
    s.began = moment.mono;
    s.count = 0;
  }
  ++s.count;
  const std::uint64_t most = std::uint64_t{rules_[rule].number} * s.factor;
  if (s.count > most && s.factor < kMostFactor) set_factor(rule, s.factor * 2, s.count);
}

void Shedder::close_second(std::size_t rule, std::int64_t seconds) {
  Sampling& s = samplings_[rule];
  std::uint32_t needed = 1;
  // Of the seconds that passed, all but the one that was counted had none.
  while (s.count / needed > rules_[rule].number && needed < kMostFactor) needed *= 2;
  if (needed >= s.factor) {
    s.calm = seconds > 1 ? seconds - 1 : 0;
  } else {
    s.calm += seconds;
  }
  if (s.calm >= kCalm && s.factor > 1) {
    s.calm = 0;
    set_factor(rule, seconds > 1 ? 1 : needed, s.count);
  }
}

void Shedder::set_factor(std::size_t rule, std::uint32_t factor, std::uint64_t rate) {
  Sampling& s = samplings_[rule];
  const bool begins = s.factor == 1 && factor > 1, ends = s.factor > 1 && factor == 1;
  s.factor = factor;
  const std::string which = "rule " + std::to_string(rule + 1) + " (" + rules_[rule].text() + ")";
  if (begins) news_.push_back(which + ": more than that come; only some of them are kept from now on");
  if (ends)
    news_.push_back(which + ": " + std::to_string(rate) + " came in the last second, all are kept again; so far " +
                    std::to_string(counts_[rule].shed) + " of " + std::to_string(counts_[rule].matched) + " were shed");
}

void Shedder::tick(const Moment& moment) {
  for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
    Sampling& s = samplings_[rule];
    if (s.factor == 1 || moment.mono - s.began < kCalm * kSecond) continue;
    s.count = 0;
    s.calm = 0;
    set_factor(rule, 1, 0);
  }
}

std::uint32_t Shedder::factor(std::size_t rule) const { return samplings_[rule].factor; }

std::vector<std::string> Shedder::news() { return std::exchange(news_, {}); }

// A line a rule: "MATCHED SHED TEXT"; the first is what no rule fits.
std::string Shedder::kept() const {
  std::string out = std::to_string(unmatched_) + " 0 -\n";
  for (std::size_t i = 0; i < rules_.size(); ++i)
    out += std::to_string(counts_[i].matched) + " " + std::to_string(counts_[i].shed) + " " + rules_[i].text() + "\n";
  return out;
}

void Shedder::go_on(std::string_view kept) {
  std::vector<bool> taken(rules_.size(), false);
  for (bool first = true; !kept.empty(); first = false) {
    const std::size_t end = kept.find('\n');
    const std::string_view line = kept.substr(0, end);
    kept = end == std::string_view::npos ? std::string_view() : kept.substr(end + 1);
    Count count;
    const char* const last = line.data() + line.size();
    const auto [at, wrong] = std::from_chars(line.data(), last, count.matched);
    if (wrong != std::errc{} || at == last) return;
    const auto [then, also] = std::from_chars(at + 1, last, count.shed);
    if (also != std::errc{} || then == last || count.shed > count.matched) return;
    if (first) {
      unmatched_ = count.matched;
      continue;
    }
    const std::string_view text(then + 1, static_cast<std::size_t>(last - then - 1));
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (!taken[i] && rules_[i].text() == text) {
        counts_[i] = count;
        taken[i] = true;
        break;
      }
  }
}

}  // namespace wf::kit
