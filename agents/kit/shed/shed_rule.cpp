#include "agents/kit/shed/shed_rule.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace wf::kit {
namespace {

constexpr std::string_view kLogsource = "logsource.";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view lowered) {
  if (a.size() != lowered.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lowered[i]) return false;
  return true;
}

bool contains(std::string_view text, std::string_view lowered) {
  for (std::size_t at = 0; at + lowered.size() <= text.size(); ++at)
    if (same(text.substr(at, lowered.size()), lowered)) return true;
  return false;
}

bool number_of(std::string_view text, double& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size() && !text.empty();
}

/// Bytes of a numeric address; 0: it is none.
int address_of(std::string_view text, unsigned char (&out)[16]) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.empty() || text.size() >= copy.size()) return 0;
  std::memcpy(copy.data(), text.data(), text.size());
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  return ::inet_pton(family, copy.data(), out) == 1 ? family : 0;
}

std::string values_text(const ShedCondition& condition, const char* between) {
  std::string out;
  for (const ShedValue& value : condition.values) out += (out.empty() ? "" : between) + value.text();
  return out;
}

bool fits(const ShedCondition& condition, std::string_view value) {
  return std::any_of(condition.values.begin(), condition.values.end(),
                     [&](const ShedValue& one) { return one.fits(value); });
}

bool fits(const ShedCondition& condition, const Event& event) {
  if (condition.field == "kind" || condition.field.starts_with(kLogsource))
    return fits(condition, shed_field(event, condition.field));
  return std::any_of(event.fields.begin(), event.fields.end(), [&](const Field& field) {
    return field.name == condition.field && field.type != ValueType::null && fits(condition, field.value);
  });
}

bool says_what_it_is(const ShedCondition& condition) {
  return condition.field == "kind" || condition.field == "event_type" || condition.field == "logsource.service";
}

}  // namespace

ShedValue::ShedValue(std::string text) : text_(std::move(text)) {
  std::string_view word = text_;
  if (word.size() > 1 && (word[0] == '<' || word[0] == '>') && number_of(word.substr(1), number_)) {
    form_ = word[0] == '<' ? Form::less : Form::more;
    return;
  }
  if (const std::size_t slash = word.find('/'); slash != std::string_view::npos) {
    const std::string_view length = word.substr(slash + 1);
    const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bits_);
    family_ = address_of(word.substr(0, slash), network_);
    if (failed == std::errc{} && end == length.data() + length.size() && family_ != 0 && bits_ >= 0 &&
        bits_ <= (family_ == AF_INET ? 32 : 128)) {
      form_ = Form::network;
      return;
    }
  }
  const bool front = word.size() > 1 && word.front() == '*', back = word.size() > 1 && word.back() == '*';
  if (front) word.remove_prefix(1);
  if (back) word.remove_suffix(1);
  form_ = front && back ? Form::within : front ? Form::ends : back ? Form::begins : Form::exact;
  word_ = word;
  std::transform(word_.begin(), word_.end(), word_.begin(), lower);
}

bool ShedValue::fits(std::string_view value) const {
  double number = 0;
  switch (form_) {
    case Form::exact:
      return same(value, word_);
    case Form::begins:
      return value.size() >= word_.size() && same(value.substr(0, word_.size()), word_);
    case Form::ends:
      return value.size() >= word_.size() && same(value.substr(value.size() - word_.size()), word_);
    case Form::within:
      return contains(value, word_);
    case Form::less:
      return number_of(value, number) && number < number_;
    case Form::more:
      return number_of(value, number) && number > number_;
    case Form::network:
      break;
  }
  unsigned char address[16];
  if (address_of(value, address) != family_) return false;
  for (int bit = 0; bit < bits_; bit += 8) {
    const int left = std::min(bits_ - bit, 8);
    const auto mask = static_cast<unsigned char>(0xFFU << static_cast<unsigned>(8 - left));
    if (((address[bit / 8] ^ network_[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::string ShedRule::text() const {
  std::string out = action == Action::keep     ? "keep"
                    : action == Action::drop   ? "drop"
                    : action == Action::one_in ? "one in " + std::to_string(number) + " of"
                                               : "above " + std::to_string(number) + " a second of";
  for (const ShedCondition& condition : conditions) out += " " + condition.field + "=" + values_text(condition, "|");
  if (conditions.empty()) out += " everything";
  if (!by.empty()) out += " by " + by;
  return out;
}

std::string_view shed_field(const Event& event, std::string_view name) {
  if (name == "kind") return event.kind;
  if (name.starts_with(kLogsource)) {
    const std::string_view which = name.substr(kLogsource.size());
    return which == "product"    ? std::string_view(event.logsource.product)
           : which == "service"  ? std::string_view(event.logsource.service)
           : which == "category" ? std::string_view(event.logsource.category)
                                 : std::string_view();
  }
  return event.field(name);
}

ShedMatch first_match(const std::vector<ShedRule>& rules, RawRecord& record) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    bool all = true, sure = true;
    for (const ShedCondition& condition : rules[i].conditions) {
      std::string_view value;
      const RawRecord::Known known = record.field(condition.field, value);
      if (known == RawRecord::Known::unknown)
        sure = false;
      else if (known == RawRecord::Known::absent || !fits(condition, value))
        all = false;
      if (!all) break;
    }
    if (!all) continue;
    if (!sure) return {ShedMatch::Is::unknown, 0};
    return {ShedMatch::Is::rule, i};
  }
  return {};
}

ShedMatch first_match(const std::vector<ShedRule>& rules, const Event& event) {
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (std::all_of(rules[i].conditions.begin(), rules[i].conditions.end(),
                    [&](const ShedCondition& condition) { return fits(condition, event); }))
      return {ShedMatch::Is::rule, i};
  return {};
}

std::vector<ShedExplained> explain(const std::vector<ShedRule>& rules) {
  std::vector<ShedExplained> out;
  std::size_t everything = 0;  // the number of a rule that takes all
  bool alerts_kept = false;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ShedRule& rule = rules[i];
    std::string what = rule.conditions.empty() ? "everything that no rule before took" : "records with ";
    for (std::size_t c = 0; c < rule.conditions.size(); ++c)
      what += (c == 0 ? "" : " and ") + rule.conditions[c].field + " " + values_text(rule.conditions[c], " or ");
    std::string key = rule.by;
    if (key.empty())
      for (const std::string_view one : kShedKeys) key += (key.empty() ? "" : ", else ") + std::string(one);
    const std::string chosen =
        "chosen by " + key + (rule.by.empty() ? ", else" : ", or where a record has none") + " counted";
    std::string text = "rule " + std::to_string(i + 1) + ": " + what + ": ";
    switch (rule.action) {
      case ShedRule::Action::keep:
        text += "all are kept";
        break;
      case ShedRule::Action::drop:
        text += "all are shed";
        break;
      case ShedRule::Action::one_in:
        text += "one in " + std::to_string(rule.number) + " is kept, " + chosen;
        break;
      case ShedRule::Action::above:
        text += "all are kept up to " + std::to_string(rule.number) +
                " a second; beyond, one in 2, 4, 8… so that about as many are kept, " + chosen;
        break;
    }
    out.push_back({std::move(text), false});
    if (everything != 0)
      out.push_back({"rule " + std::to_string(i + 1) + " is never reached: rule " + std::to_string(everything) +
                         " takes everything; change their order",
                     true});
    else if (rule.conditions.empty())
      everything = i + 1;
    const bool narrow = std::any_of(rule.conditions.begin(), rule.conditions.end(), says_what_it_is);
    if (rule.action == ShedRule::Action::keep) {
      const auto alert = [](const ShedCondition& c) {
        return (c.field == "kind" && fits(c, "network.alert")) || (c.field == "event_type" && fits(c, "alert"));
      };
      alerts_kept |= rule.conditions.empty() || (rule.conditions.size() == 1 && alert(rule.conditions[0]));
    } else if (!narrow && !alerts_kept && everything == 0) {
      out.push_back({"rule " + std::to_string(i + 1) +
                         " may shed alerts too; write '- keep: {kind: network.alert}' before it if it must not",
                     true});
    } else if (!narrow && !alerts_kept && everything == i + 1) {
      out.push_back({"rule " + std::to_string(i + 1) +
                         " sheds alerts too; write '- keep: {kind: network.alert}' before it if it must not",
                     true});
    }
  }
  return out;
}

}  // namespace wf::kit
