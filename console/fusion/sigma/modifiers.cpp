// Detection items: values and the modifiers that change them (Sigma modifiers appendix 2.1).
#include <algorithm>
#include <cmath>
#include <optional>

#include "console/fusion/sigma/encoding.hpp"
#include "console/fusion/sigma/parse.hpp"
#include "console/fusion/sigma/regex.hpp"

namespace wf::sigma {
namespace {

class Item {
 public:
  Item(std::string_view key, int line, const RuleWords& words) : words_(words), line_(line) {
    std::size_t bar = key.find('|');
    field_ = std::string(key.substr(0, bar));
    while (bar != std::string_view::npos) {
      const std::size_t next = key.find('|', bar + 1);
      modifiers_.emplace_back(key.substr(bar + 1, next == std::string_view::npos ? next : next - bar - 1));
      bar = next;
    }
    for (std::size_t i = 0; i < modifiers_.size(); ++i) read(modifiers_[i], i);
    check();
    event_fields_ = field_.empty() ? std::vector<std::string>{""} : words.settings.fields(words.logsource, field_);
  }

  Expr build(const std::vector<Scalar>& values) {
    if (values.empty()) fail("an empty list of values", "give at least one value");
    if (values.size() == 1 && all_) fail("'all' with a single value", "leave 'all' out, or give several values");
    if (values.size() > 1 && type_ == Type::exists) fail("'exists' with several values", "write true or false");
    std::vector<Expr> parts;
    for (const Scalar& v : values) {
      if (v.kind == Scalar::Kind::null && values.size() > 1)
        fail("null in a list of values", "give null a search identifier of its own", v.line);
      parts.push_back(one(v));
    }
    Expr out = Expr::join(all_ ? Expr::Kind::all : Expr::Kind::any, std::move(parts));
    return neq_ ? Expr::negated(std::move(out)) : out;
  }

 private:
  enum class Type : std::uint8_t { text, regex, exists, number, network, field };

  inline static const std::map<std::string, TimePart> kParts{{"minute", TimePart::minute}, {"hour", TimePart::hour},
                                                             {"day", TimePart::day},       {"week", TimePart::week},
                                                             {"month", TimePart::month},   {"year", TimePart::year}};

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
    } else if (const auto part = kParts.find(m); part != kParts.end()) {
      if (part_) fail("two time modifiers", "use one of them");
      part_ = part->second;
    } else if (m == "expand")
      changes_.push_back(m);
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
    if (cased_ && type_ == Type::regex)
      fail("'cased' beside 're', which tells case already", "remove it, and 'i' if there is one");
    if (cased_ && (type_ == Type::number || type_ == Type::network || type_ == Type::exists || part_))
      fail("'cased' has no meaning for this value", "remove it");
    if (type_ == Type::exists && (neq_ || all_)) fail("'exists' stands alone", "write true or false as its value");
    if (all_ && part_) fail("'all' beside a time modifier", "a date has one hour, day or year: remove 'all'");
    if (keyword && placed_ && std::find(changes_.begin(), changes_.end(), "contains") == changes_.end())
      fail("a keyword is searched anywhere in a value", "use 'contains' or no modifier");
  }

  /// The values of all fields that stand for the rule's field are that field's values.
  Expr one(const Scalar& v) {
    std::vector<Expr> fields;
    for (const std::string& field : event_fields_) fields.push_back(one(field, v));
    const bool absence = v.kind == Scalar::Kind::null || (type_ == Type::exists && v.text == "false");
    return Expr::join(absence ? Expr::Kind::all : Expr::Kind::any, std::move(fields));
  }

  static std::shared_ptr<Atom> make_atom(const std::string& field, Atom::Op op, const std::string& key) {
    auto atom = std::make_shared<Atom>();
    atom->field = field;
    atom->op = op;
    atom->key = field + '\x1f' + key;
    return atom;
  }

  Expr one(const std::string& field, const Scalar& v) {
    const int line = v.line;
    if (v.kind == Scalar::Kind::null) {
      if (field.empty() || type_ != Type::text || !changes_.empty() || part_ || cased_)
        fail("null cannot be modified or be a keyword", "use the plain field name", line);
      return Expr::of(make_atom(field, Atom::Op::is_null, "null"));
    }
    if (part_) return number_atom(field, v);
    switch (type_) {
      case Type::text:
        return text_atoms(field, v);
      case Type::number:
        return number_atom(field, v);
      case Type::exists: {
        if (v.kind != Scalar::Kind::boolean)
          fail("'exists' takes true or false", "write true or false without quotes", line);
        auto atom = make_atom(field, Atom::Op::exists, "exists" + v.text);
        atom->wanted = v.text == "true";
        return Expr::of(std::move(atom));
      }
      case Type::network: {
        auto atom = make_atom(field, Atom::Op::network, "cidr" + v.text);
        if (!Network::parse(v.text, atom->network))
          fail("'" + v.text + "' is no network in CIDR notation",
               "write it like 10.0.0.0/8 or 2001:db8::/32, without bits set beyond its length", line);
        return Expr::of(std::move(atom));
      }
      case Type::field:
        return reference_atoms(field, v);
      case Type::regex:
        return regex_atom(field, v);
    }
    fail("a value of unknown type", "report this rule");
  }

  Expr reference_atoms(const std::string& field, const Scalar& v) const {
    if (v.kind != Scalar::Kind::text || v.text.empty())
      fail("'fieldref' takes a field's name", "write the other field's name", v.line);
    std::vector<Expr> atoms;
    for (const std::string& other : words_.settings.fields(words_.logsource, v.text)) {
      auto atom = make_atom(field, Atom::Op::other_field,
                            "ref" + std::to_string(static_cast<int>(relation_)) + (cased_ ? "c" : "") + other);
      atom->other = other;
      atom->relation = relation_;
      atom->cased = cased_;
      atoms.push_back(Expr::of(std::move(atom)));
    }
    return Expr::join(Expr::Kind::any, std::move(atoms));
  }

  /// What a time modifier can be equal to.
  static std::pair<double, double> range_of(TimePart part) {
    switch (part) {
      case TimePart::minute:
        return {0, 59};
      case TimePart::hour:
        return {0, 23};
      case TimePart::day:
        return {1, 31};
      case TimePart::week:
        return {1, 53};
      case TimePart::month:
        return {1, 12};
      case TimePart::year:
        break;
    }
    return {0, 9999};
  }

  Expr number_atom(const std::string& field, const Scalar& v) {
    double number = 0;
    if (!parse_number(v.text, number)) fail("'" + v.text + "' is no number", "write a decimal number", v.line);
    const Compare compare = type_ == Type::number ? compare_ : Compare::eq;
    if (part_) {
      const auto [least, most] = range_of(*part_);
      if (number != std::floor(number) || (compare == Compare::eq && (number < least || number > most)))
        fail("'" + v.text + "' can be no such part of a date",
             "write a whole number from " + std::to_string(static_cast<int>(least)) + " to " +
                 std::to_string(static_cast<int>(most)),
             v.line);
    }
    auto atom = make_atom(field, part_ ? Atom::Op::part : Atom::Op::number,
                          "num" + std::to_string(static_cast<int>(compare)) +
                              (part_ ? std::to_string(static_cast<int>(*part_)) : "-") + v.text);
    atom->number = number;
    atom->compare = compare;
    if (part_) atom->time = *part_;
    return Expr::of(std::move(atom));
  }

  Expr regex_atom(const std::string& field, const Scalar& v) {
    if (v.kind != Scalar::Kind::text) fail("'re' takes a text", "write the expression in quotes", v.line);
    auto atom = make_atom(field, Atom::Op::regex, "re" + flags_ + "\x1f" + v.text);
    atom->regex = compile_regex(v.text, flags_, [&](const std::string& why, const std::string& to_do) {
      fail("regular expression '" + v.text + "' cannot be used: " + why, to_do, v.line);
    });
    return Expr::of(std::move(atom));
  }

  Expr text_atoms(const std::string& field, const Scalar& v) {
    if (!v.plainly_written)
      fail("the number " + v.text + " can be read as another text", "put it in quotes, or write it plainly", v.line);
    if (v.kind != Scalar::Kind::text)
      for (const std::string& change : changes_)
        if (change != "contains" && change != "startswith" && change != "endswith")
          fail("'" + change + "' takes a text", "put the value in quotes", v.line);
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
      auto atom = make_atom(field, Atom::Op::text, cased_ ? "cased" : "text");
      atom->text = TextMatcher(p, cased_);
      for (const Token& t : p) {
        atom->key += std::to_string(static_cast<int>(t.kind)) + ":" + std::to_string(t.text.size()) + ":";
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
    if (change == "expand") {
      expand(p, out, line);
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

  /// Puts a placeholder's values where `%name%` stands, one variant each; `\%` is a percent sign.
  void expand(const Pattern& p, std::vector<Pattern>& out, int line) const {
    std::vector<Pattern> variants{{}};
    const auto append = [&](std::string_view text) {
      for (Pattern& v : variants) append_literal(v, text);
    };
    for (const Token& t : p) {
      if (t.kind != Token::Kind::literal) {
        for (Pattern& v : variants) push(v, t);
        continue;
      }
      const std::string_view text = t.text;
      for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t end = text[i] == '%' ? text.find_first_of("% \t", i + 1) : std::string_view::npos;
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
          append("%");
          ++i;
        } else if (end != std::string_view::npos && text[end] == '%' && end > i + 1) {
          insert(text.substr(i + 1, end - i - 1), variants, line);
          i = end;
        } else {
          append(text.substr(i, 1));
        }
      }
    }
    std::move(variants.begin(), variants.end(), std::back_inserter(out));
  }

  void insert(std::string_view name, std::vector<Pattern>& variants, int line) const {
    const std::vector<std::string>* const values = words_.settings.placeholder(name);
    if (values == nullptr)
      fail("placeholder not configured: '" + std::string(name) + "'",
           "give it values under 'placeholders' in a document of settings, or leave the rule out", line);
    if (variants.size() * values->size() > kMostVariants)
      fail("too many values of placeholders in one", "use fewer", line);
    std::vector<Pattern> next;
    for (const Pattern& v : variants)
      for (const std::string& value : *values) {
        Pattern& longer = next.emplace_back(v);
        for (const Token& token : parse_pattern(value)) push(longer, token);
      }
    variants = std::move(next);
  }

  static void push(Pattern& p, const Token& t) {
    if (t.kind == Token::Kind::literal)
      append_literal(p, t.text);
    else if (t.kind != Token::Kind::any_run || p.empty() || p.back().kind != Token::Kind::any_run)
      p.push_back(t);
  }

  static constexpr std::size_t kMostVariants = 10'000;

  const RuleWords& words_;
  int line_ = 0;
  std::string field_;
  std::vector<std::string> modifiers_, changes_, event_fields_;
  Type type_ = Type::text;
  Compare compare_ = Compare::eq;
  Atom::Relation relation_ = Atom::Relation::equals;
  std::optional<TimePart> part_;
  std::string flags_;
  bool all_ = false, cased_ = false, neq_ = false, placed_ = false;
};

}  // namespace

Expr detection_item(std::string_view key, const std::vector<Scalar>& values, int line, const RuleWords& words) {
  return Item(key, line, words).build(values);
}

}  // namespace wf::sigma
