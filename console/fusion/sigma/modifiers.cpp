// Detection items: values and the modifiers that change them (Sigma modifiers appendix 2.1).
#include <re2/re2.h>

#include <optional>

#include "console/fusion/sigma/parse.hpp"

namespace wf::sigma {
namespace {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j > bytes.size() ? '=' : kAlphabet[(group >> (18U - 6U * j)) & 0x3FU];
  }
  return out;
}

/// The stable middle of a text's base64 form when 0, 1 or 2 bytes stand before it.
std::string base64_at_offset(std::string_view bytes, std::size_t offset) {
  const std::string whole = base64(std::string(offset, ' ') + std::string(bytes));
  const std::size_t begin = offset == 0 ? 0 : offset + 1;
  const std::size_t rest = (bytes.size() + offset) % 3;
  const std::size_t cut = rest == 0 ? 0 : (rest == 1 ? 3 : 2);
  if (whole.size() <= begin + cut) return {};
  return whole.substr(begin, whole.size() - begin - cut);
}

std::string utf16(std::string_view text, bool big_endian) {
  std::string out;
  auto unit = [&](std::uint32_t u) {
    const char high = static_cast<char>(u >> 8U), low = static_cast<char>(u & 0xFFU);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? c : c & (0xFFU >> (length + 1));
    for (std::size_t j = 1; j < length && i + j < text.size(); ++j)
      point = point << 6U | (static_cast<unsigned char>(text[i + j]) & 0x3FU);
    i += length;
    if (point > 0xFFFF) {
      unit(0xD800U + ((point - 0x10000U) >> 10U));
      unit(0xDC00U + ((point - 0x10000U) & 0x3FFU));
    } else {
      unit(point);
    }
  }
  return out;
}

/// PCRE's `$` also matches before a last newline; RE2's does not.
std::string pcre_dollar(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out += c;
      out += pattern[++i];
      continue;
    }
    if (c == '[' && !in_class) {
      in_class = true;
      out += c;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out += pattern[++i];
      continue;
    }
    if (c == ']') in_class = false;
    if (c == '$' && !in_class)
      out += "(?:\\n?\\z)";
    else
      out += c;
  }
  return out;
}

class Item {
 public:
  Item(std::string_view key, int line) : line_(line) {
    std::size_t bar = key.find('|');
    field_ = std::string(key.substr(0, bar));
    while (bar != std::string_view::npos) {
      const std::size_t next = key.find('|', bar + 1);
      modifiers_.emplace_back(key.substr(bar + 1, next == std::string_view::npos ? next : next - bar - 1));
      bar = next;
    }
    for (std::size_t i = 0; i < modifiers_.size(); ++i) read(modifiers_[i], i);
    check();
  }

  Expr build(const std::vector<Scalar>& values) {
    if (values.empty()) fail("an empty list of values", "give at least one value");
    std::vector<Expr> parts;
    for (const Scalar& v : values) parts.push_back(one(v));
    Expr out = Expr::join(all_ ? Expr::Kind::all : Expr::Kind::any, std::move(parts));
    return neq_ ? Expr::negated(std::move(out)) : out;
  }

 private:
  enum class Type : std::uint8_t { text, regex, exists, number, network, field };

  [[noreturn]] void fail(const std::string& what, const std::string& to_do, int line = 0) const {
    throw Refusal{line != 0 ? line : line_, "field '" + field_ + "': " + what, to_do};
  }

  void type(Type wanted, const std::string& name) {
    if (type_ != Type::text) fail("modifier '" + name + "' beside another that changes the type", "use one of them");
    type_ = wanted;
  }

  void read(const std::string& m, std::size_t position) {
    if (m == "all")
      all_ = true;
    else if (m == "contains" || m == "startswith" || m == "endswith") {
      if (type_ == Type::field)
        relation_ = m == "contains"     ? Atom::Relation::contains
                    : m == "startswith" ? Atom::Relation::starts
                                        : Atom::Relation::ends;
      else
        changes_.push_back(m);
      placed_ = true;
    } else if (m == "cased")
      cased_ = true;
    else if (m == "neq")
      neq_ = true;
    else if (m == "windash" || m == "base64" || m == "base64offset" || m == "utf16le" || m == "wide" ||
             m == "utf16be" || m == "utf16")
      changes_.push_back(m);
    else if (m == "re") {
      first(position, m);
      type(Type::regex, m);
    } else if ((m == "i" || m == "ignorecase" || m == "m" || m == "multiline" || m == "s" || m == "dotall") &&
               type_ == Type::regex)
      flags_ += m == "ignorecase" ? 'i' : m == "multiline" ? 'm' : m == "dotall" ? 's' : m[0];
    else if (m == "cidr") {
      first(position, m);
      type(Type::network, m);
    } else if (m == "exists") {
      first(position, m);
      type(Type::exists, m);
    } else if (m == "fieldref")
      type(Type::field, m);
    else if (m == "lt" || m == "lte" || m == "gt" || m == "gte") {
      type(Type::number, m);
      compare_ = m == "lt" ? Compare::lt : m == "lte" ? Compare::lte : m == "gt" ? Compare::gt : Compare::gte;
    } else if (m == "minute")
      part_ = TimePart::minute;
    else if (m == "hour")
      part_ = TimePart::hour;
    else if (m == "day")
      part_ = TimePart::day;
    else if (m == "week")
      part_ = TimePart::week;
    else if (m == "month")
      part_ = TimePart::month;
    else if (m == "year")
      part_ = TimePart::year;
    else if (m == "expand")
      fail("placeholder not configured", "give the placeholder's values, or leave the rule out");
    else
      fail("unknown modifier '" + m + "'", "see the Sigma modifiers appendix 2.1 for those that exist");
  }

  void first(std::size_t position, const std::string& m) const {
    if (position != 0) fail("modifier '" + m + "' must come first", "write the field as '" + field_ + "|" + m + "|…'");
  }

  void check() const {
    const bool keyword = field_.empty();
    if (type_ != Type::text && !changes_.empty())
      fail("modifier '" + changes_.front() + "' cannot act on a value of another type", "remove one of the modifiers");
    if (part_ && (!changes_.empty() || (type_ != Type::text && type_ != Type::number)))
      fail("a time modifier takes only lt, lte, gt, gte and neq beside it", "remove the other modifiers");
    if (keyword && (type_ == Type::exists || type_ == Type::field || type_ == Type::number || part_))
      fail("this modifier needs a field", "write the field's name before the first '|'");
    if (cased_ && (type_ == Type::number || type_ == Type::network || type_ == Type::exists || part_))
      fail("'cased' has no meaning for this value", "remove it");
    if (type_ == Type::exists && (neq_ || all_)) fail("'exists' stands alone", "write true or false as its value");
    if (keyword && placed_ && std::find(changes_.begin(), changes_.end(), "contains") == changes_.end())
      fail("a keyword is searched anywhere in a value", "use 'contains' or no modifier");
  }

  Expr one(const Scalar& v) {
    auto atom = std::make_shared<Atom>();
    atom->field = field_;
    const int line = v.line;
    if (v.kind == Scalar::Kind::null) {
      if (field_.empty() || type_ != Type::text || !changes_.empty() || part_ || cased_)
        fail("null cannot be modified or be a keyword", "use the plain field name", line);
      atom->op = Atom::Op::is_null;
      atom->key = field_ +
                  "\x1f"
                  "null";
      return Expr::of(std::move(atom));
    }
    if (part_) return number_atom(std::move(atom), v);
    switch (type_) {
      case Type::text:
        return text_atoms(v);
      case Type::number:
        return number_atom(std::move(atom), v);
      case Type::exists:
        if (v.kind != Scalar::Kind::boolean)
          fail("'exists' takes true or false", "write true or false without quotes", line);
        atom->op = Atom::Op::exists;
        atom->wanted = v.text == "true";
        atom->key = field_ +
                    "\x1f"
                    "exists" +
                    v.text;
        return Expr::of(std::move(atom));
      case Type::network:
        atom->op = Atom::Op::network;
        if (!Network::parse(v.text, atom->network))
          fail("'" + v.text + "' is no network in CIDR notation",
               "write it like 10.0.0.0/8 or 2001:db8::/32, without bits set beyond its length", line);
        atom->key = field_ +
                    "\x1f"
                    "cidr" +
                    v.text;
        return Expr::of(std::move(atom));
      case Type::field:
        if (v.text.empty()) fail("'fieldref' takes a field's name", "write the other field's name", line);
        atom->op = Atom::Op::other_field;
        atom->other = v.text;
        atom->relation = relation_;
        atom->cased = cased_;
        atom->key = field_ +
                    "\x1f"
                    "ref" +
                    std::to_string(static_cast<int>(relation_)) + (cased_ ? "c" : "") + v.text;
        return Expr::of(std::move(atom));
      case Type::regex:
        return regex_atom(std::move(atom), v);
    }
    fail("a value of unknown type", "report this rule");
  }

  Expr number_atom(std::shared_ptr<Atom> atom, const Scalar& v) {
    if (!parse_number(v.text, atom->number)) fail("'" + v.text + "' is no number", "write a number", v.line);
    atom->compare = type_ == Type::number ? compare_ : Compare::eq;
    atom->op = part_ ? Atom::Op::part : Atom::Op::number;
    if (part_) atom->time = *part_;
    atom->key = field_ +
                "\x1f"
                "num" +
                std::to_string(static_cast<int>(atom->compare)) +
                (part_ ? std::to_string(static_cast<int>(*part_)) : "-") + v.text;
    return Expr::of(std::move(atom));
  }

  Expr regex_atom(std::shared_ptr<Atom> atom, const Scalar& v) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    options.set_case_sensitive(flags_.find('i') == std::string::npos);
    std::string prefix;
    const bool lines = flags_.find('m') != std::string::npos;
    if (lines) prefix += 'm';
    if (flags_.find('s') != std::string::npos) prefix += 's';
    const std::string pattern = (prefix.empty() ? "" : "(?" + prefix + ")") + (lines ? v.text : pcre_dollar(v.text));
    auto regex = std::make_shared<re2::RE2>(pattern, options);
    if (!regex->ok())
      fail("regular expression '" + v.text + "' cannot be used: " + regex->error(),
           "rewrite it without look-around and back references, which cannot run in linear time", v.line);
    atom->op = Atom::Op::regex;
    atom->regex = std::move(regex);
    atom->key = field_ +
                "\x1f"
                "re" +
                flags_ + "\x1f" + v.text;
    return Expr::of(std::move(atom));
  }

  Expr text_atoms(const Scalar& v) {
    std::vector<Pattern> variants{v.kind == Scalar::Kind::text ? parse_pattern(v.text) : Pattern{}};
    if (v.kind != Scalar::Kind::text) append_literal(variants[0], v.text);
    for (const std::string& change : changes_) {
      std::vector<Pattern> next;
      for (Pattern& p : variants) apply(change, p, next, v.line);
      variants = std::move(next);
    }
    std::vector<Expr> atoms;
    for (Pattern& p : variants) {
      if (field_.empty()) surround(p, true, true);
      auto atom = std::make_shared<Atom>();
      atom->field = field_;
      atom->text = TextMatcher(p, cased_);
      atom->key = field_ + (cased_ ? "\x1f"
                                     "cased"
                                   : "\x1f"
                                     "text");
      for (const Token& t : p) {
        atom->key += static_cast<char>(1 + static_cast<int>(t.kind));
        atom->key += cased_ ? t.text : folded(t.text);
      }
      atoms.push_back(Expr::of(std::move(atom)));
    }
    return Expr::join(Expr::Kind::any, std::move(atoms));
  }

  static void surround(Pattern& p, bool before, bool after) {
    if (before && (p.empty() || p.front().kind != Token::Kind::any_run))
      p.insert(p.begin(), {Token::Kind::any_run, {}});
    if (after && p.back().kind != Token::Kind::any_run) p.push_back({Token::Kind::any_run, {}});
  }

  void apply(const std::string& change, Pattern& p, std::vector<Pattern>& out, int line) const {
    if (change == "contains" || change == "startswith" || change == "endswith") {
      surround(p, change != "startswith", change != "endswith");
      out.push_back(std::move(p));
      return;
    }
    if (change == "windash") {
      out.push_back(with_any_dash(p));
      return;
    }
    for (Pattern& plain : expand_dashes(p)) {
      if (change == "base64" || change == "base64offset") {
        if (has_wildcard(plain))
          fail("a value with wildcards cannot be encoded",
               "put '" + change + "' before 'contains', and escape wildcards that are meant literally", line);
        const std::string bytes = plain.empty() ? std::string() : plain[0].text;
        if (bytes.empty()) fail("an empty value cannot be encoded", "give it a value", line);
        for (std::size_t offset = 0; offset < (change == "base64" ? 1U : 3U); ++offset) {
          const std::string coded = change == "base64" ? base64(bytes) : base64_at_offset(bytes, offset);
          if (coded.empty()) fail("the value is too short for 'base64offset'", "use a longer value", line);
          append_literal(out.emplace_back(), coded);
        }
        continue;
      }
      const bool big = change == "utf16be";
      for (Token& t : plain)
        if (t.kind == Token::Kind::literal) t.text = utf16(t.text, big);
      if (change == "utf16") {
        if (!plain.empty() && plain.front().kind == Token::Kind::literal)
          plain.front().text.insert(0, "\xFF\xFE");
        else
          plain.insert(plain.begin(), {Token::Kind::literal, "\xFF\xFE"});
      }
      out.push_back(std::move(plain));
    }
  }

  int line_ = 0;
  std::string field_;
  std::vector<std::string> modifiers_, changes_;
  Type type_ = Type::text;
  Compare compare_ = Compare::eq;
  Atom::Relation relation_ = Atom::Relation::equals;
  std::optional<TimePart> part_;
  std::string flags_;
  bool all_ = false, cased_ = false, neq_ = false, placed_ = false;
};

}  // namespace

Expr detection_item(std::string_view key, const std::vector<Scalar>& values, int line) {
  return Item(key, line).build(values);
}

}  // namespace wf::sigma
