#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wf::ui {

/// Which form of a text a number takes. English and German have `one_other`; a catalogue names its own.
enum class PluralRule : std::uint8_t {
  one_other,    ///< one: 1
  zero_one,     ///< one: 0 and 1 (French)
  none,         ///< other alone (Turkish, Japanese)
  east_slavic,  ///< one, few, many (Russian, Ukrainian)
  polish,       ///< one, few, many
  czech         ///< one, few, other (Czech, Slovak)
};
enum class PluralForm : std::uint8_t { one, few, many, other };
inline constexpr std::size_t kPluralForms = 4;
[[nodiscard]] PluralForm plural_form(PluralRule rule, std::uint64_t n);

/// One language as its catalogue gives it. Plain data: whoever makes it read the file.
struct Language {
  std::string code = "en", name = "English";
  std::string decimal = ".", thousands = ",";
  std::string day = "{weekday} {day} {month}";
  std::array<std::string, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::array<std::string, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  PluralRule plural = PluralRule::one_other;
  struct Entry {
    std::string english;                          ///< Message::key()
    std::array<std::string, kPluralForms> forms;  ///< `other` alone where the text knows no number
    int line = 0;                                 ///< of the catalogue
  };
  std::vector<Entry> texts;
};

/// What a catalogue says wrongly; the entry is not used and its English text is shown.
struct LanguageFault {
  int line = 0;
  std::string what;
};

/// Speaks this language from now on, between two frames. What does not fit the program's texts is left out and told.
/// What was shown before stays valid: texts of earlier languages are kept.
std::vector<LanguageFault> speak(Language language);
/// The one that is spoken; English at the start.
[[nodiscard]] const Language& language();
/// Counts up with every speak(): what keeps made texts over frames makes them anew when it changed.
[[nodiscard]] std::uint32_t language_generation();

/// A text that the program shows, and its translation. One lives for each distinct literal behind `_tr`, text_of<> and
/// plural<>, as long as the program; all of them are in one list, which is how a catalogue is held complete.
class Message {
 public:
  explicit Message(std::string_view english, std::string_view one = {});
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  /// What catalogues translate: the text as the source has it, with its context; of a plural "one | other".
  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string_view english() const { return english_; }
  /// The English form for one; empty: the text knows no number.
  [[nodiscard]] std::string_view one() const { return one_; }
  [[nodiscard]] std::string_view text() const { return shown_[static_cast<std::size_t>(PluralForm::other)]; }
  [[nodiscard]] std::string_view text(std::uint64_t n) const;
  [[nodiscard]] bool translated() const { return translated_; }
  [[nodiscard]] static Message* first();
  [[nodiscard]] Message* next() const { return next_; }

 private:
  friend std::vector<LanguageFault> speak(Language language);
  void show_english();

  std::string_view english_, one_;
  std::array<std::string_view, kPluralForms> shown_;
  Message* next_;
  bool translated_ = false;
};

/// English without what stands behind "##", which only tells two equal texts apart.
[[nodiscard]] constexpr std::string_view without_context(std::string_view text) {
  return text.substr(0, std::min(text.find("##"), text.size()));
}

/// A handle on a message, good in a table of constants: it is the text of the language that is spoken when it is read.
class Text {
 public:
  constexpr Text() = default;
  constexpr explicit Text(const Message& message) : message_(&message) {}
  // NOLINTNEXTLINE(google-explicit-constructor): it is a text wherever one is drawn
  operator std::string_view() const { return message_ == nullptr ? fixed_ : message_->text(); }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator std::string() const { return std::string(view()); }
  [[nodiscard]] std::string_view view() const { return *this; }
  [[nodiscard]] std::string str() const { return std::string(view()); }
  /// In English: for names of areas, which no language changes.
  [[nodiscard]] std::string_view english() const {
    return message_ == nullptr ? fixed_ : without_context(message_->english());
  }
  [[nodiscard]] bool empty() const { return view().empty(); }
  [[nodiscard]] friend bool operator==(const Text& a, const Text& b) {
    return a.message_ == b.message_ && a.fixed_ == b.fixed_;
  }

 private:
  friend constexpr Text untranslated(std::string_view text);
  const Message* message_ = nullptr;
  std::string_view fixed_;
};

/// The same in every language: a key's letter, a unit, a command to type. `text` must outlive it.
[[nodiscard]] constexpr Text untranslated(std::string_view text) {
  Text out;
  out.fixed_ = text;
  return out;
}

/// A literal as a template's argument.
template <std::size_t N>
struct Literal {
  char text[N] = {};
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval Literal(const char (&s)[N]) { std::copy_n(s, N, text); }
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

template <Literal L>
inline Message message_of{L.view()};
template <Literal One, Literal Other>
inline Message plural_of{Other.view(), One.view()};

/// `"Acknowledge"_tr`: the text in the language that is spoken. Costs a load; no look-up, no allocation. Two equal
/// English texts that differ elsewhere get a context: "Open##of a door".
template <Literal L>
constexpr Text operator""_tr() {
  return Text(message_of<L>);
}

/// `text_of<"{} of {} units">(a, b)`: a text with places. English is checked by the compiler and a translation when it
/// is loaded, so that no catalogue can make a frame throw. Numbers come as count_text() or decimal_text().
template <Literal L, class... A>
[[nodiscard]] std::string text_of(const A&... args) {
  [[maybe_unused]] constexpr fmt::format_string<const A&...> checked{L.view()};
  return fmt::vformat(message_of<L>.text(), fmt::make_format_args(args...));
}

/// "41,233", "41.233": in the language's way.
[[nodiscard]] std::string count_text(std::uint64_t n);
/// "0.4", "0,4": with so many digits behind the mark.
[[nodiscard]] std::string decimal_text(double value, int digits);

/// `plural<"{} incident", "{} incidents">(n)`: place 0 is the number, further ones follow in order.
template <Literal One, Literal Other, class... A>
[[nodiscard]] std::string plural(std::uint64_t n, const A&... args) {
  [[maybe_unused]] constexpr fmt::format_string<const std::string&, const A&...> one{One.view()}, other{Other.view()};
  const std::string number = count_text(n);
  return fmt::vformat(plural_of<One, Other>.text(n), fmt::make_format_args(number, args...));
}

}  // namespace wf::ui

template <>
struct fmt::formatter<wf::ui::Text> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(const wf::ui::Text& text, Context& context) const {
    const std::string_view s = text;
    return fmt::formatter<fmt::string_view>::format(fmt::string_view(s.data(), s.size()), context);
  }
};
