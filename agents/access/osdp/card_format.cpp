#include "agents/access/osdp/card_format.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "agents/kit/yaml_reader.hpp"

namespace wf::access::osdp {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";
constexpr std::size_t kMostFormats = 256;

/// "7" or "2-13"; first is 0 if it is neither.
CardFormat::Bits bits_of(std::string_view text) {
  CardFormat::Bits out;
  const char* const end = text.data() + text.size();
  auto [at, failed] = std::from_chars(text.data(), end, out.first);
  out.last = out.first;
  if (failed == std::errc{} && at != end && *at == '-') {
    const auto second = std::from_chars(at + 1, end, out.last);
    at = second.ptr;
    failed = second.ec;
  }
  return failed == std::errc{} && at == end ? out : CardFormat::Bits{};
}

class TableReader : kit::YamlReader {
 public:
  using YamlReader::YamlReader;

  std::vector<CardFormat> document(const YAML::Node& root) {
    std::vector<CardFormat> out;
    if (!root.IsMap()) {
      problem(root, "this is no table of card formats", "see assets/osdp/card-formats.yaml");
      return out;
    }
    only_keys(root, {"v", "formats"});
    version(root);
    const YAML::Node list = root["formats"];
    if (!list || !list.IsSequence() || list.size() > kMostFormats) {
      problem(list ? list : root, "'formats' must be a list", "begin each format with '- name:'");
      return out;
    }
    std::set<std::string> names;
    for (const YAML::Node& one : list) {
      out.push_back(format(one));
      if (!out.back().name.empty() && !names.insert(out.back().name).second)
        problem(one, "format '" + out.back().name + "' comes twice", "give it another name");
    }
    return out;
  }

 private:
  CardFormat format(const YAML::Node& node) {
    CardFormat out;
    if (!node.IsMap()) {
      problem(node, "a format must be a mapping", "give it name, bits, numbers, parity and id");
      return out;
    }
    only_keys(node, {"name", "bits", "numbers", "parity", "id"});
    text(node, "name", out.name);
    if (out.name.empty()) problem(node, "this format has no name", "add 'name:'");
    std::uint32_t bits = 0;
    number(node, "bits", 1, CardFormats::kMostBits, bits);
    if (!node["bits"]) problem(node, "this format has no length", "add 'bits:'");
    out.bits = bits;
    if (bits == 0) return out;
    numbers(node["numbers"], out);
    parity(node["parity"], out);
    text(node, "id", out.id);
    check_id(node, out);
    return out;
  }

  void numbers(const YAML::Node& node, CardFormat& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap())
      return problem(node, "'numbers' must be a mapping", "write numbers: {facility: 2-9, card: 10-25}");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
        problem(entry.first, "a number needs its bits", "write name: FIRST-LAST");
        continue;
      }
      const CardFormat::Bits bits = within(entry.second, entry.second.Scalar(), out.bits);
      if (bits.last - bits.first >= 64) problem(entry.second, "a number has at most 64 bits", "make two of it");
      if (bits.first > 0 && bits.last - bits.first < 64) out.numbers.push_back({entry.first.Scalar(), bits});
    }
  }

  void parity(const YAML::Node& node, CardFormat& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsSequence()) return problem(node, "'parity' must be a list", "write - {bit: 1, over: 2-13, is: even}");
    for (const YAML::Node& one : node) {
      if (!one.IsMap()) {
        problem(one, "a parity must be a mapping", "write {bit: 1, over: 2-13, is: even}");
        continue;
      }
      only_keys(one, {"bit", "over", "is"});
      CardFormat::Parity parity;
      std::uint32_t bit = 0;
      number(one, "bit", 1, out.bits, bit);
      parity.bit = bit;
      std::string is;
      text(one, "is", is);
      if (is != "odd" && is != "even") problem(one, "a parity is odd or even", "write is: odd or is: even");
      parity.odd = is == "odd";
      std::string over;
      text(one, "over", over);
      for (std::string_view rest = over; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const CardFormat::Bits bits = within(one["over"], rest.substr(0, comma), out.bits);
        if (bits.first > 0) parity.over.push_back(bits);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
      if (bit == 0 || parity.over.empty()) {
        problem(one, "a parity needs its bit and what it is over", "write {bit: 1, over: \"2-13\", is: even}");
        continue;
      }
      out.parity.push_back(std::move(parity));
    }
  }

  CardFormat::Bits within(const YAML::Node& node, std::string_view text, unsigned bits) {
    const CardFormat::Bits out = bits_of(text);
    if (out.first >= 1 && out.first <= out.last && out.last <= bits) return out;
    problem(node, "'" + std::string(text) + "' are no bits of this format",
            "count from 1 to " + std::to_string(bits) + ": FIRST-LAST");
    return {};
  }

  void check_id(const YAML::Node& node, const CardFormat& out) {
    if (out.id.empty()) return problem(node, "this format has no id", "add id: \"{facility}-{card}\"");
    for (std::size_t at = 0; (at = out.id.find('{', at)) != std::string::npos; ++at) {
      const std::size_t end = out.id.find('}', at);
      const std::string name = out.id.substr(at + 1, end == std::string::npos ? end : end - at - 1);
      const bool known = name == "raw" || std::any_of(out.numbers.begin(), out.numbers.end(),
                                                      [&](const CardFormat::Number& n) { return n.name == name; });
      if (end == std::string::npos || !known)
        problem(node["id"], "'{" + name + "}' is no number of this format", "use the names under numbers, or {raw}");
    }
  }
};

std::uint64_t number_in(const std::vector<bool>& bits, CardFormat::Bits where) {
  std::uint64_t out = 0;
  for (unsigned i = where.first; i <= where.last; ++i) out = out << 1U | static_cast<unsigned>(bits[i - 1]);
  return out;
}

bool holds(const CardFormat& format, const std::vector<bool>& bits) {
  return std::all_of(format.parity.begin(), format.parity.end(), [&](const CardFormat::Parity& parity) {
    bool sum = bits[parity.bit - 1];
    for (const CardFormat::Bits& over : parity.over)
      for (unsigned i = over.first; i <= over.last; ++i) sum = sum != bits[i - 1];
    return sum == parity.odd;
  });
}

std::string hexadecimal(const std::vector<bool>& bits) {
  std::string out;
  for (std::size_t at = 0; at < bits.size(); at += 8) {
    unsigned byte = 0;
    for (std::size_t i = 0; i < 8; ++i) byte = byte << 1U | static_cast<unsigned>(at + i < bits.size() && bits[at + i]);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string written(const CardFormat& format, const Card& card) {
  std::string out;
  for (std::size_t at = 0; at < format.id.size();) {
    const std::size_t open = std::min(format.id.find('{', at), format.id.size());
    out += format.id.substr(at, open - at);
    if (open == format.id.size()) break;
    const std::size_t end = format.id.find('}', open);
    const std::string name = format.id.substr(open + 1, end - open - 1);
    if (name == "raw") out += card.raw;
    for (const auto& [known, value] : card.numbers)
      if (known == name) out += std::to_string(value);
    at = end + 1;
  }
  return out;
}

}  // namespace

CardFormats CardFormats::read(const std::string& text, const std::string& file, std::vector<Error>& problems) {
  CardFormats out;
  try {
    const std::size_t before = problems.size();
    std::vector<CardFormat> formats = TableReader(file, problems).document(YAML::Load(text));
    if (problems.size() == before) out.formats_ = std::move(formats);
  } catch (const YAML::Exception& e) {
    problems.push_back({"this is no YAML: " + e.msg, kit::at_line(file, e.mark), "mend the line"});
  }
  return out;
}

Card CardFormats::read_aligned(const std::vector<bool>& bits) const {
  Card out;
  out.bits = static_cast<unsigned>(bits.size());
  out.raw = hexadecimal(bits);
  for (const CardFormat& format : formats_) {
    if (format.bits != bits.size()) continue;
    out.bad_parity = !holds(format, bits);
    if (out.bad_parity) continue;
    out.format = format.name;
    for (const CardFormat::Number& one : format.numbers) out.numbers.emplace_back(one.name, number_in(bits, one.bits));
    out.id = written(format, out);
    return out;
  }
  out.id = out.raw;
  return out;
}

Result<Card> CardFormats::read_bits(Bytes bytes, unsigned count) const {
  if (count == 0 || count > kMostBits) return Error{"a card of " + std::to_string(count) + " bits", "", ""};
  if (bytes.size() != (count + 7) / 8)
    return Error{"a card of " + std::to_string(count) + " bits in " + std::to_string(bytes.size()) + " bytes", "", ""};
  std::vector<bool> all;
  for (const std::uint8_t byte : bytes)
    for (int bit = 7; bit >= 0; --bit) all.push_back((byte >> bit & 1U) != 0);
  const auto unused = static_cast<std::ptrdiff_t>(all.size() - count);
  const bool behind = std::find(all.end() - unused, all.end(), true) != all.end();
  const bool before = std::find(all.begin(), all.begin() + unused, true) != all.begin() + unused;
  if (behind && before) return Error{"a card whose unused bits are set at either end", "", ""};
  Card out = read_aligned(behind ? std::vector<bool>(all.begin() + unused, all.end())
                                 : std::vector<bool>(all.begin(), all.end() - unused));
  out.right_aligned = behind;
  return out;
}

Result<Card> CardFormats::read_characters(Bytes characters) const {
  const std::string text(characters.begin(), characters.end());
  if (text.empty() || text.size() > kMostBits) return Error{"a card without characters", "", ""};
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }))
    return Error{"a card with characters that cannot be printed", "", ""};
  if (text.find_first_not_of("01") == std::string::npos) {
    std::vector<bool> bits;
    for (const char c : text) bits.push_back(c == '1');
    if (Card card = read_aligned(bits); !card.format.empty()) return card;
  }
  Card out;
  out.id = text;
  return out;
}

}  // namespace wf::access::osdp
