#include "console/ui/draw/language.hpp"

#include <cassert>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace wf::ui {
namespace {

constinit Message* newest = nullptr;

struct Spoken {
  std::deque<Language> all{Language{}};  // never shrinks: views of its texts may be held anywhere
  std::uint32_t generation = 0;
};
Spoken& spoken() {
  static Spoken one;
  return one;
}

/// The places of a text: index, and how it is formatted. Nothing: it is no text with places, braces do not match,
/// or a place takes its width from another.
std::optional<std::map<std::size_t, std::string>> places_of(std::string_view text) {
  std::map<std::size_t, std::string> out;
  std::size_t automatic = 0;
  bool numbered = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '}') {
      if (i + 1 >= text.size() || text[i + 1] != '}') return std::nullopt;
      ++i;
      continue;
    }
    if (text[i] != '{') continue;
    if (i + 1 < text.size() && text[i + 1] == '{') {
      ++i;
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view place = text.substr(i + 1, end - i - 1);
    if (place.find('{') != std::string_view::npos) return std::nullopt;
    const std::size_t colon = std::min(place.find(':'), place.size());
    const std::string_view index = place.substr(0, colon);
    std::size_t at = 0;
    if (index.empty()) {
      at = automatic++;
    } else {
      if (index.size() > 2) return std::nullopt;
      numbered = true;
      for (const char c : index) {
        if (c < '0' || c > '9') return std::nullopt;
        at = at * 10 + static_cast<std::size_t>(c - '0');
      }
    }
    const std::string spec(place.substr(colon));
    if (const auto [known, fresh] = out.emplace(at, spec); !fresh && known->second != spec) return std::nullopt;
    i = end;
  }
  if (numbered && automatic > 0) return std::nullopt;  // fmt refuses both in one text
  return out;
}

std::string words_of(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// Empty: the translation can be shown in place of the English text.
std::string misfit(const Message& message, std::string_view form, PluralForm which) {
  const auto there = places_of(form);
  if (!there) return "the places {} of " + words_of(form) + " cannot be read";
  auto here = places_of(without_context(message.english()));
  if (!here) return "";  // no text with places: shown as it is
  if (which == PluralForm::one && !message.one().empty()) {
    // "One incident" needs no number; whatever else the English text places must be there.
    if (there->count(0) == 0) here->erase(0);
  }
  if (*here == *there) return "";
  return "the places {} of " + words_of(form) + " are not those of " + words_of(message.key());
}

/// The forms that a number can take in a language.
std::vector<PluralForm> forms_of(PluralRule rule) {
  switch (rule) {
    case PluralRule::none:
      return {PluralForm::other};
    case PluralRule::one_other:
    case PluralRule::zero_one:
      return {PluralForm::one, PluralForm::other};
    case PluralRule::czech:
      return {PluralForm::one, PluralForm::few, PluralForm::other};
    case PluralRule::east_slavic:
    case PluralRule::polish:
      return {PluralForm::one, PluralForm::few, PluralForm::many};
  }
  return {PluralForm::other};
}

constexpr std::string_view kFormNames[] = {"one", "few", "many", "other"};

}  // namespace

PluralForm plural_form(PluralRule rule, std::uint64_t n) {
  const std::uint64_t ten = n % 10, hundred = n % 100;
  const bool few = ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14);
  switch (rule) {
    case PluralRule::one_other:
      return n == 1 ? PluralForm::one : PluralForm::other;
    case PluralRule::zero_one:
      return n <= 1 ? PluralForm::one : PluralForm::other;
    case PluralRule::none:
      return PluralForm::other;
    case PluralRule::east_slavic:
      return ten == 1 && hundred != 11 ? PluralForm::one : few ? PluralForm::few : PluralForm::many;
    case PluralRule::polish:
      return n == 1 ? PluralForm::one : few ? PluralForm::few : PluralForm::many;
    case PluralRule::czech:
      return n == 1 ? PluralForm::one : n >= 2 && n <= 4 ? PluralForm::few : PluralForm::other;
  }
  return PluralForm::other;
}

Message::Message(std::string_view english, std::string_view one) : english_(english), one_(one), next_(newest) {
  newest = this;
  show_english();
}

std::string Message::key() const {
  return one_.empty() ? std::string(english_) : std::string(one_) + " | " + std::string(english_);
}

void Message::show_english() {
  shown_.fill(without_context(english_));
  if (!one_.empty()) shown_[static_cast<std::size_t>(PluralForm::one)] = one_;
  translated_ = false;
}

std::string_view Message::text(std::uint64_t n) const {
  // An untranslated text keeps the English rule: "1 incident" under any other.
  const PluralRule rule = translated_ ? language().plural : PluralRule::one_other;
  return shown_[static_cast<std::size_t>(plural_form(rule, n))];
}

Message* Message::first() { return newest; }

const Language& language() { return spoken().all.back(); }

std::uint32_t language_generation() { return spoken().generation; }

std::vector<LanguageFault> speak(Language wanted) {
  Spoken& s = spoken();
  ++s.generation;
  s.all.push_back(std::move(wanted));
  const Language& now = s.all.back();
  std::vector<LanguageFault> faults;
  std::unordered_map<std::string, Message*> messages;
  for (Message* m = newest; m != nullptr; m = m->next_) {
    m->show_english();
    messages.emplace(m->key(), m);
  }
  for (const Language::Entry& entry : now.texts) {
    const auto found = messages.find(entry.english);
    if (found == messages.end()) {
      faults.push_back({entry.line, "the program has no text " + words_of(entry.english)});
      continue;
    }
    Message& m = *found->second;
    if (m.translated_) {
      faults.push_back({entry.line, words_of(entry.english) + " stands here a second time; the first counts"});
      continue;
    }
    const auto form = [&](PluralForm which) -> const std::string& {
      return entry.forms[static_cast<std::size_t>(which)];
    };
    const std::vector<PluralForm> needed =
        m.one_.empty() ? std::vector<PluralForm>{PluralForm::other} : forms_of(now.plural);
    std::string bad;
    for (const PluralForm which : needed) {
      if (!bad.empty()) break;
      if (form(which).empty())
        bad = words_of(entry.english) + " lacks its form `" + std::string(kFormNames[static_cast<std::size_t>(which)]) +
              "`";
      else
        bad = misfit(m, form(which), which);
    }
    if (!bad.empty()) {
      faults.push_back({entry.line, std::move(bad)});
      continue;
    }
    m.shown_.fill(form(needed.back()));
    for (const PluralForm which : needed) m.shown_[static_cast<std::size_t>(which)] = form(which);
    m.translated_ = true;
  }
  return faults;
}

std::string count_text(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  const std::string& mark = language().thousands;
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += mark;
    out += digits[i];
  }
  return out;
}

std::string decimal_text(double value, int digits) {
  std::string out = fmt::format("{:.{}f}", value, digits);
  if (const std::size_t point = out.find('.'); point != std::string::npos) out.replace(point, 1, language().decimal);
  return out;
}

}  // namespace wf::ui
