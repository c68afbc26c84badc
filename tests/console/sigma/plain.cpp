#include "tests/console/sigma/plain.hpp"

#include <arpa/inet.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "console/fusion/sigma/pattern.hpp"

namespace wf::test {
namespace {

using Seen = PlainRules::Seen;
using Test = PlainRules::Test;

// ---- texts with wildcards: a list of bytes, and of signs above them

constexpr int kAnyRun = 256, kAnyChar = 257, kDash = 258;
using Signs = std::vector<int>;

Signs signs_of(const std::string& text, bool plain) {
  Signs out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (!plain && text[i] == '\\' && (next == '\\' || next == '*' || next == '?'))
      out.push_back(static_cast<unsigned char>(text[++i]));
    else if (!plain && text[i] == '*')
      out.push_back(kAnyRun);
    else if (!plain && text[i] == '?')
      out.push_back(kAnyChar);
    else
      out.push_back(static_cast<unsigned char>(text[i]));
  }
  return out;
}

/// How many bytes of the text one sign takes; 0: it does not fit.
std::size_t taken(int sign, const std::string& text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (sign == kDash) {
    for (const char* const dash : {"-", "/", "\u2013", "\u2014", "\u2015"})
      if (text.compare(at, std::string(dash).size(), dash) == 0) return std::string(dash).size();
    return 0;
  }
  if (sign < 256) return static_cast<unsigned char>(text[at]) == sign ? 1 : 0;
  std::size_t n = 1;
  while (at + n < text.size() && (static_cast<unsigned char>(text[at + n]) & 0xC0) == 0x80) ++n;
  return n;
}

bool like(const Signs& signs, const std::string& text) {
  std::size_t s = 0, t = 0, star = std::string::npos, star_text = 0;
  while (true) {
    if (s < signs.size() && signs[s] == kAnyRun) {
      star = s++;
      star_text = t;
      continue;
    }
    if (s == signs.size() && t == text.size()) return true;
    const std::size_t n = s < signs.size() ? taken(signs[s], text, t) : 0;
    if (n > 0) {
      ++s;
      t += n;
      continue;
    }
    if (star == std::string::npos || star_text >= text.size()) return false;
    s = star + 1;
    do ++star_text;
    while (star_text < text.size() && (static_cast<unsigned char>(text[star_text]) & 0xC0) == 0x80 &&
           s < signs.size() && signs[s] >= 256);
    t = star_text;
  }
}

std::string lower(const Signs& run) {
  std::string text;
  for (const int sign : run) text += static_cast<char>(sign);
  return sigma::folded(text);
}

/// Folds each run of bytes.
Signs folded_signs(const Signs& signs) {
  Signs out, run;
  auto close = [&] {
    for (const char c : lower(run)) out.push_back(static_cast<unsigned char>(c));
    run.clear();
  };
  for (const int sign : signs) {
    if (sign < 256) {
      run.push_back(sign);
      continue;
    }
    close();
    out.push_back(sign);
  }
  close();
  return out;
}

// ---- modifiers of texts

bool word(int sign) { return sign < 256 && (std::isalnum(sign) != 0 || sign == '_' || sign >= 0x80); }

Signs any_dash(Signs signs) {
  const Signs before = signs;
  for (std::size_t i = 0; i + 1 < before.size(); ++i)
    if ((before[i] == '-' || before[i] == '/') && word(before[i + 1]) && (i == 0 || !word(before[i - 1])))
      signs[i] = kDash;
  return signs;
}

std::vector<Signs> each_dash(const Signs& signs) {
  const auto at = std::find(signs.begin(), signs.end(), kDash);
  if (at == signs.end()) return {signs};
  std::vector<Signs> out;
  for (const std::string dash : {"-", "/", "\u2013", "\u2014", "\u2015"}) {
    Signs one(signs.begin(), at);
    for (const char c : dash) one.push_back(static_cast<unsigned char>(c));
    one.insert(one.end(), at + 1, signs.end());
    for (Signs& more : each_dash(one)) out.push_back(std::move(more));
  }
  return out;
}

Signs base64(const Signs& bytes, std::size_t offset, bool middle) {
  static const std::string kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // Bit by bit: `offset` unknown bytes stand before, and what depends on unknown bytes is left out.
  Signs out;
  const std::size_t bits = (bytes.size() + offset) * 8;
  for (std::size_t bit = 0; bit < bits; bit += 6) {
    if (middle && (bit < offset * 8 || bit + 6 > bits)) continue;
    std::size_t value = 0;
    for (std::size_t i = bit; i < bit + 6; ++i) {
      const bool set = i >= offset * 8 && i < bits && (bytes[i / 8 - offset] >> (7 - i % 8) & 1) != 0;
      value = value * 2 + (set ? 1 : 0);
    }
    out.push_back(static_cast<unsigned char>(kSigns[value]));
  }
  while (!middle && out.size() % 4 != 0) out.push_back('=');
  return out;
}

Signs utf16(const Signs& signs, bool big, bool mark) {
  Signs out;
  auto unit = [&](unsigned u) {
    out.push_back(static_cast<int>(big ? u >> 8 : u & 0xFF));
    out.push_back(static_cast<int>(big ? u & 0xFF : u >> 8));
  };
  if (mark) out = {0xFF, 0xFE};
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (signs[i] >= 256 || signs[i] < 0x80) {
      signs[i] >= 256 ? out.push_back(signs[i]) : unit(static_cast<unsigned>(signs[i]));
      continue;
    }
    const std::size_t more = signs[i] < 0xE0 ? 1 : signs[i] < 0xF0 ? 2 : 3;
    unsigned point = static_cast<unsigned>(signs[i]) & (0x3FU >> more);
    for (std::size_t j = 0; j < more; ++j) point = point * 64 + (static_cast<unsigned>(signs[++i]) & 0x3FU);
    if (point < 0x10000) {
      unit(point);
    } else {
      unit(0xD7C0U + (point >> 10U));
      unit(0xDC00U + (point & 0x3FFU));
    }
  }
  return out;
}

std::vector<Signs> modified(const std::string& m, const Signs& signs) {
  Signs out = signs;
  if (m == "contains" || m == "endswith") out.insert(out.begin(), kAnyRun);
  if (m == "contains" || m == "startswith") out.push_back(kAnyRun);
  if (m == "windash") out = any_dash(signs);
  if (m != "base64" && m != "base64offset" && m.substr(0, 3) != "utf" && m != "wide") return {out};
  std::vector<Signs> all;
  for (const Signs& one : each_dash(signs)) {
    if (m == "base64") all.push_back(base64(one, 0, false));
    if (m == "base64offset")
      for (const std::size_t offset : {0U, 1U, 2U}) all.push_back(base64(one, offset, true));
    if (m == "utf16le" || m == "wide") all.push_back(utf16(one, false, false));
    if (m == "utf16be") all.push_back(utf16(one, true, false));
    if (m == "utf16") all.push_back(utf16(one, false, true));
  }
  return all;
}

// ---- values

bool number(const std::string& text, double& out) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  out = std::strtod(text.c_str(), &end);
  return *end == '\0' && text.find_first_of("0123456789") != std::string::npos;
}

bool in_network(const std::string& network, std::string address) {
  const std::size_t slash = network.find('/');
  address = address.substr(0, address.find('%'));
  unsigned char a[16] = {}, b[16] = {};
  const int family = network.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(family, network.substr(0, slash).c_str(), a) != 1 || inet_pton(family, address.c_str(), b) != 1)
    return false;
  const int bits = slash == std::string::npos ? 128 : std::atoi(network.c_str() + slash + 1);
  for (int i = 0; i < std::min(bits, family == AF_INET ? 32 : 128); ++i)
    if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0) return false;
  return true;
}

/// The part of a date that a modifier names; -1: there is none.
double part_of(const std::string& m, const std::string& date) {
  tm t{};
  const bool timed = date.size() >= 16 && (date[10] == 'T' || date[10] == ' ') &&
                     strptime(date.substr(11, 5).c_str(), "%H:%M", &t) != nullptr;
  if (date.size() < 10 || strptime(date.substr(0, 10).c_str(), "%Y-%m-%d", &t) == nullptr) return -1;
  if (m == "minute") return timed ? t.tm_min : -1;
  if (m == "hour") return timed ? t.tm_hour : -1;
  if (m == "day") return t.tm_mday;
  if (m == "month") return t.tm_mon + 1;
  if (m == "year") return t.tm_year + 1900;
  char week[8];
  t.tm_hour = 12;
  t.tm_isdst = 0;
  timegm(&t);
  strftime(week, sizeof week, "%V", &t);
  return std::atoi(week);
}

bool compared(const std::string& m, double left, double right) {
  return m == "lt"    ? left < right
         : m == "lte" ? left <= right
         : m == "gt"  ? left > right
         : m == "gte" ? left >= right
                      : left == right;
}

/// A test of one value of a field; the field "" is every own text of the event.
Test some_value(const std::string& field, std::function<bool(const Seen&)> test) {
  return [field, test = std::move(test)](const std::vector<Seen>& event) {
    return std::any_of(event.begin(), event.end(), [&](const Seen& s) {
      return (field.empty() ? s.own && s.type == ValueType::string : s.name == field && s.type != ValueType::null) &&
             test(s);
    });
  };
}

Test any(std::vector<Test> tests) {
  return [tests = std::move(tests)](const auto& event) {
    return std::any_of(tests.begin(), tests.end(), [&](const Test& t) { return t(event); });
  };
}
Test all(std::vector<Test> tests) {
  return [tests = std::move(tests)](const auto& event) {
    return std::all_of(tests.begin(), tests.end(), [&](const Test& t) { return t(event); });
  };
}
Test negated(Test test) {
  return [test = std::move(test)](const auto& event) { return !test(event); };
}

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Test null_test(const std::string& field) {
  return [field](const std::vector<Seen>& event) {
    bool there = false, null = false;
    for (const Seen& s : event)
      if (s.name == field) {
        there = true;
        null = null || s.type == ValueType::null;
      }
    return !there || null;
  };
}

Test regex_test(const std::string& field, const std::vector<std::string>& modifiers, const std::string& text) {
  std::string flags, pattern = text;
  for (const std::string& m : modifiers) {
    if (m == "i" || m == "ignorecase") flags += 'i';
    if (m == "m" || m == "multiline") flags += 'm';
    if (m == "s" || m == "dotall") flags += 's';
  }
  // Without m, `$` also stands before a last newline, as in PCRE: one more try without it.
  const bool lines = flags.find('m') != std::string::npos;
  if (!flags.empty()) pattern = "(?" + flags + ":" + text + ")";
  auto regex = std::make_shared<re2::RE2>(pattern, re2::RE2::Quiet);
  return some_value(field, [regex, lines](const Seen& s) {
    if (re2::RE2::PartialMatch(s.raw, *regex)) return true;
    return !lines && s.raw.ends_with('\n') && regex->pattern().find('$') != std::string::npos &&
           re2::RE2::PartialMatch(s.raw.substr(0, s.raw.size() - 1), *regex);
  });
}

Test value_test(const std::string& field, const std::vector<std::string>& modifiers, const YAML::Node& value) {
  if (value.IsNull()) return null_test(field);
  const std::string text = value.Scalar();
  const std::string type = modifiers.empty() ? "" : modifiers[0];
  if (type == "exists")
    return [field, wanted = text == "true"](const std::vector<Seen>& event) {
      return std::any_of(event.begin(), event.end(), [&](const Seen& s) { return s.name == field; }) == wanted;
    };
  if (type == "cidr") return some_value(field, [text](const Seen& s) { return in_network(text, s.raw); });
  if (type == "re") return regex_test(field, modifiers, text);
  const bool cased = has(modifiers, "cased");
  std::string compare, part;
  for (const std::string& m : modifiers) {
    if (m == "lt" || m == "lte" || m == "gt" || m == "gte") compare = m;
    if (m == "minute" || m == "hour" || m == "day" || m == "week" || m == "month" || m == "year") part = m;
  }
  if (!compare.empty() || !part.empty()) {
    double right = 0;
    number(text, right);
    return some_value(field, [compare, part, right](const Seen& s) {
      double left = 0;
      if (part.empty()) return number(s.raw, left) && compared(compare, left, right);
      left = part_of(part, s.raw);
      return left >= 0 && compared(compare, left, right);
    });
  }
  if (has(modifiers, "fieldref"))
    return [=](const std::vector<Seen>& event) {
      return some_value(field, [&](const Seen& left) {
        return some_value(text, [&](const Seen& right) {
          const std::string &l = cased ? left.raw : left.lower, &r = cased ? right.raw : right.lower;
          return has(modifiers, "contains")     ? l.find(r) != std::string::npos
                 : has(modifiers, "startswith") ? l.starts_with(r)
                 : has(modifiers, "endswith")   ? l.ends_with(r)
                                                : l == r;
        })(event);
      })(event);
    };
  std::vector<Signs> variants{signs_of(text, value.Tag() != "!" && (text == "true" || text == "false"))};
  for (const std::string& m : modifiers) {
    std::vector<Signs> next;
    for (const Signs& one : variants)
      for (Signs& changed : modified(m, one)) next.push_back(std::move(changed));
    variants = std::move(next);
  }
  std::vector<Test> tests;
  for (Signs signs : variants) {
    if (field.empty()) signs = modified("contains", signs)[0];
    if (!cased) signs = folded_signs(signs);
    tests.push_back(some_value(field, [signs, cased](const Seen& s) { return like(signs, cased ? s.raw : s.lower); }));
  }
  return any(std::move(tests));
}

// ---- detections and conditions

Test item_test(const std::string& key, const YAML::Node& values) {
  std::vector<std::string> modifiers;
  std::istringstream stream(key);
  std::string field;
  std::getline(stream, field, '|');
  for (std::string m; std::getline(stream, m, '|');) modifiers.push_back(m);
  std::vector<Test> tests;
  if (values.IsSequence())
    for (const YAML::Node& value : values) tests.push_back(value_test(field, modifiers, value));
  else
    tests.push_back(value_test(field, modifiers, values));
  Test out = has(modifiers, "all") ? all(std::move(tests)) : any(std::move(tests));
  return has(modifiers, "neq") ? negated(std::move(out)) : out;
}

Test search_test(const YAML::Node& node) {
  std::vector<Test> tests;
  if (node.IsMap()) {
    for (const auto& item : node) tests.push_back(item_test(item.first.Scalar(), item.second));
    return all(std::move(tests));
  }
  if (!node.IsSequence()) return item_test("", node);
  for (const YAML::Node& one : node) tests.push_back(search_test(one));
  return any(std::move(tests));
}

/// Reads one condition by precedence, from or to brackets.
struct Condition {
  const std::vector<std::pair<std::string, Test>>& names;
  std::vector<std::string> words;
  std::size_t at = 0;

  bool take(const std::string& wanted) {
    if (at >= words.size() || words[at] != wanted) return false;
    ++at;
    return true;
  }
  Test either() {
    std::vector<Test> parts{both()};
    while (take("or")) parts.push_back(both());
    return any(std::move(parts));
  }
  Test both() {
    std::vector<Test> parts{single()};
    while (take("and")) parts.push_back(single());
    return all(std::move(parts));
  }
  Test single() {
    if (take("not")) return negated(single());
    if (take("(")) {
      Test out = either();
      take(")");
      return out;
    }
    const std::string first = words.at(at++);
    const bool several = take("of");
    const std::string pattern = several ? words.at(at++) : first;
    std::vector<Test> chosen;
    for (const auto& [name, test] : names)
      if (several && pattern == "them" ? name[0] != '_' : like(signs_of(pattern, false), name)) chosen.push_back(test);
    return several && first == "all" ? all(std::move(chosen)) : any(std::move(chosen));
  }
};

Test condition_test(std::string text, const std::vector<std::pair<std::string, Test>>& names) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '(' || text[i] == ')') {
      text.insert(i + 1, " ");
      text.insert(i, " ");
      i += 2;
    }
  Condition condition{names, {}, 0};
  std::istringstream stream(text);
  for (std::string w; stream >> w;) condition.words.push_back(w);
  return condition.either();
}

std::string text_of(const YAML::Node& node) { return node ? node.Scalar() : std::string(); }

}  // namespace

PlainRules::PlainRules(const std::vector<sigma::RuleFile>& files, const std::set<std::string>& loaded) {
  for (const sigma::RuleFile& file : files) {
    for (const YAML::Node& document : YAML::LoadAll(file.text)) {
      if (!document.IsMap() || !document["detection"] || !loaded.contains(text_of(document["id"]))) continue;
      const YAML::Node source = document["logsource"];
      std::vector<std::pair<std::string, Test>> names;
      for (const auto& item : document["detection"])
        if (item.first.Scalar() != "condition") names.emplace_back(item.first.Scalar(), search_test(item.second));
      const YAML::Node condition = document["detection"]["condition"];
      std::vector<Test> conditions;
      if (condition.IsSequence())
        for (const YAML::Node& one : condition) conditions.push_back(condition_test(one.Scalar(), names));
      else
        conditions.push_back(condition_test(condition.Scalar(), names));
      rules_.push_back({text_of(document["id"]),
                        {text_of(source["product"]), text_of(source["service"]), text_of(source["category"])},
                        any(std::move(conditions))});
    }
  }
}

std::set<std::string> PlainRules::judge(const Event& event) const {
  std::vector<Seen> seen;
  bool kind = false;
  for (const Field& f : event.fields) {
    seen.push_back({f.name, f.value, sigma::folded(f.value), f.type, true});
    kind = kind || f.name == "kind";
  }
  if (!kind && !event.kind.empty() && event.kind != "other")
    seen.push_back({"kind", event.kind, sigma::folded(event.kind), ValueType::string, false});
  std::set<std::string> out;
  const auto at_home = [](const std::string& wanted, const std::string& is) { return wanted.empty() || wanted == is; };
  for (const Rule& r : rules_)
    if (at_home(r.logsource.product, event.logsource.product) &&
        at_home(r.logsource.service, event.logsource.service) &&
        at_home(r.logsource.category, event.logsource.category) && r.test(seen))
      out.insert(r.id);
  return out;
}

}  // namespace wf::test
