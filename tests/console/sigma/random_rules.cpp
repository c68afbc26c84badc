#include "tests/console/sigma/random_rules.hpp"

namespace wf::test {
namespace {

constexpr const char* kFields[] = {"A", "B", "C", "D.e", "kind"};
constexpr const char* kPieces[] = {"a",    "b",  "ab",     "Abc", "x",  "cmd.exe", "\\",         "\\Temp\\", " ",
                                   "-x",   "/y", " -enc ", "ä",   "Ä",  "ß",       "ЖЗ",         "жз",       "É",
                                   "é",    "1",  "10",     "-",   "–x", "foobar",  "WINDOWS",    "windows",  "null",
                                   "ＡＢ", "ａ", "\u212A", "ſ",   "ks", "true",    "powershell", ".",        "+|(["};
constexpr const char* kEventPieces[] = {
    "\n", "Zm9vYmFy", "eGZvb2Jhcg==", "eHhmb29iYXI=", "YWJj", "YQBiAGMA", "YwBtAGQA"};
/// Of every length for which the index has a way of its own, so that they are found at every offset.
constexpr const char* kLong[] = {"mi",           "kat",      "curl",      "certu",       "wscrip",
                                 "rundll3",      "\\Temp\\", "-Encoded ", "Invoke-Item", "\\System32\\drivers\\",
                                 "mimikatz.exe", "ЖЗЖЗЖЗ"};
constexpr const char* kSources[] = {"category: test", "product: p", "product: p, category: test", "service: s",
                                    "product: p, service: s"};

std::string words(Dice& dice, bool wild, std::size_t most = 4) {
  std::string out;
  for (std::size_t n = 1 + dice.below(most); n > 0; --n) {
    if (wild && dice.one_in(5))
      out += dice.of(std::vector<std::string>{"*", "?", "\\*", "\\?", "\\\\", "\\\\*", "*?"});
    else
      out += dice.of(kPieces);
  }
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

/// Values as a list, or one by itself.
template <class Make>
std::string values(Dice& dice, std::size_t least, Make make) {
  const std::size_t n = least + dice.below(3);
  if (n <= 1) return make();
  std::string out = "[" + make();
  for (std::size_t i = 1; i < n; ++i) out += ", " + make();
  return out + "]";
}

std::string item(Dice& dice) {
  static const std::vector<std::string> kTexts{"",
                                               "",
                                               "|contains",
                                               "|contains",
                                               "|startswith",
                                               "|endswith",
                                               "|contains|windash",
                                               "|windash",
                                               "|cased",
                                               "|endswith|windash",
                                               "|contains|cased",
                                               "|endswith|cased",
                                               "|neq",
                                               "|contains|neq",
                                               "|utf16le",
                                               "|utf16be"};
  const std::string field = dice.of(kFields);
  switch (dice.below(18)) {
    case 0:
      return field + ": null";
    case 1:
      return field + ": ''";
    case 2:
      return field + "|exists: " + (dice.one_in(2) ? "true" : "false");
    case 3:
      return field + dice.of(std::vector<std::string>{"|lt", "|lte", "|gt", "|gte", "|lt|neq", ""}) + ": " +
             values(dice, 1, [&] {
               return dice.of(std::vector<std::string>{"1", "10", "-1", "2.5", "1000"});
             });
    case 4:
      return field +
             dice.of(std::vector<std::string>{"|hour", "|day|gte", "|week", "|month|lt", "|year", "|minute|gt|neq"}) +
             ": " + std::to_string(1 + dice.below(12));
    case 5:
      return field + "|cidr: " + values(dice, 1, [&] {
               return quoted(dice.of(
                   std::vector<std::string>{"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/33", "::1/128"}));
             });
    case 6:
      return field +
             dice.of(std::vector<std::string>{"|fieldref", "|fieldref|neq", "|fieldref|contains", "|fieldref|cased",
                                              "|fieldref|endswith"}) +
             ": " + dice.of(kFields);
    case 7:
    case 8:
      return field + dice.of(std::vector<std::string>{"|re", "|re|i", "|re|m", "|re|s", "|re|i|s", "|re|all"}) + ": [" +
             quoted(dice.of(std::vector<std::string>{"foo(bar|baz)", "cmd\\.exe$", "^ab", "wind[oö]ws", "a.b",
                                                     "(abc|foo)bar?", "ks", "power(shell)?"})) +
             ", " +
             quoted(dice.of(std::vector<std::string>{"x{2,}", "\\d+", "^$", "b$", "[^a]cmd", "жз", "True|false"})) +
             "]";
    case 9:
      return field +
             dice.of(std::vector<std::string>{"|base64", "|base64|contains", "|base64offset|contains",
                                              "|wide|base64offset|contains", "|utf16be|base64|contains"}) +
             ": " + values(dice, 1, [&] {
               return quoted(dice.of(std::vector<std::string>{"foobar", "abc", "cmd"}));
             });
    case 10:
      return field + dice.of(std::vector<std::string>{"|contains|all", "|contains|all|windash", "|endswith|all"}) +
             ": " + values(dice, 2, [&] { return quoted(words(dice, true, 2)); });
    case 11:
    case 12:
      return field + dice.of(std::vector<std::string>{"|contains", "|startswith", "|endswith", "|contains|neq"}) +
             ": " + values(dice, 1, [&] { return quoted(dice.of(kLong)); });
    default:
      return field + dice.of(kTexts) + ": " + values(dice, 1, [&] { return quoted(words(dice, true)); });
  }
}

std::string map_of(Dice& dice) {
  std::string out = "{";
  std::vector<std::string> keys;
  for (std::size_t n = 1 + dice.below(3); n > 0; --n) {
    const std::string one = item(dice);
    const std::string key = one.substr(0, one.find(':'));
    bool known = false;
    for (const std::string& k : keys) known = known || k == key;
    if (known) continue;
    out += (keys.empty() ? "" : ", ") + one;
    keys.push_back(key);
  }
  return out + "}";
}

std::string identifier(Dice& dice) {
  switch (dice.below(8)) {
    case 0:
      return "[" + map_of(dice) + ", " + map_of(dice) + "]";
    case 1:
      return "[" + quoted(words(dice, true, 2)) + ", " + quoted(words(dice, true, 2)) + "]";
    case 2:
      return "{'|all': [" + quoted(words(dice, false, 2)) + ", " + quoted(words(dice, true, 2)) + "]}";
    default:
      return map_of(dice);
  }
}

std::string condition(Dice& dice, int depth) {
  if (depth == 0 || dice.one_in(4))
    return dice.of(std::vector<std::string>{"sel_a", "sel_b", "flt", "_low", "1 of sel_*", "all of sel_*", "1 of them",
                                            "all of them", "1 of *l*", "not flt", "not 1 of sel*"});
  const std::string left = condition(dice, depth - 1), right = condition(dice, depth - 1);
  switch (dice.below(6)) {
    case 0:
      return "(" + left + " or " + right + ") and not " + condition(dice, depth - 1);
    case 1:
      return left + " or " + right;
    case 2:
      return "not (" + left + " and " + right + ")";
    case 3:
      return "(" + left + ") and not not (" + right + ")";
    default:
      return left + " and " + right;
  }
}

}  // namespace

std::string random_rule(Dice& dice, int number) {
  std::string out =
      "title: Random\nid: r" + std::to_string(number) + "\nlogsource: {" + dice.of(kSources) + "}\ndetection:\n";
  for (const char* const name : {"sel_a", "sel_b", "flt", "_low"})
    out += "  " + std::string(name) + ": " + identifier(dice) + "\n";
  if (dice.one_in(6)) return out + "  condition: [" + condition(dice, 1) + ", " + condition(dice, 1) + "]\n";
  return out + "  condition: " + condition(dice, 2) + "\n";
}

Event random_event(Dice& dice) {
  Event e;
  e.id = "1";
  e.kind = dice.one_in(3) ? "access.denied" : dice.one_in(3) ? "other" : "ab";
  e.logsource = {dice.one_in(3) ? "" : "p", dice.one_in(2) ? "s" : "", dice.one_in(4) ? "" : "test"};
  for (std::size_t n = dice.below(7); n > 0; --n) {
    const std::string field = dice.of(kFields);
    switch (dice.below(10)) {
      case 0:
        e.add(field, "", ValueType::null);
        break;
      case 1:
        e.add(field, "");
        break;
      case 2:
        e.add(field, dice.of(std::vector<std::string>{"1", "10", "-1", "2.5", "007", "1e3", "-inf"}),
              ValueType::number);
        break;
      case 3:
        e.add(field, dice.one_in(2) ? "true" : "false", ValueType::boolean);
        break;
      case 4:
        e.add(field,
              dice.of(std::vector<std::string>{"10.1.2.3", "11.1.2.3", "2001:db8:7fff::1", "::1", "fe80::1%eth0"}));
        break;
      case 5:
        e.add(field,
              dice.of(std::vector<std::string>{"2026-08-05T07:10:10Z", "2027-01-01", "2024-12-30 23:59", "now"}));
        break;
      default: {
        std::string text;
        for (std::size_t i = dice.below(8); i > 0; --i)
          text += dice.one_in(6) ? dice.of(kEventPieces) : dice.one_in(3) ? dice.of(kLong) : dice.of(kPieces);
        e.add(field, text);
      }
    }
  }
  return e;
}

}  // namespace wf::test
