// Texts in another language: forms of numbers, what a catalogue may say wrongly, numbers and dates.
#include "console/ui/draw/language.hpp"

#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/time_text.hpp"
#include "tests/console/ui/spoken.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

Language::Entry entry(std::string english, std::string other, std::string one = {}, int line = 7) {
  Language::Entry out;
  out.english = std::move(english);
  out.forms[static_cast<std::size_t>(PluralForm::one)] = std::move(one);
  out.forms[static_cast<std::size_t>(PluralForm::other)] = std::move(other);
  out.line = line;
  return out;
}

Language with(std::vector<Language::Entry> texts) {
  Language out;
  out.code = "xx";
  out.texts = std::move(texts);
  return out;
}

constexpr Text kInTable[] = {"a text of the test"_tr, "another one##of two"_tr};

}  // namespace

TEST_CASE("A text is English until a language is spoken, and again when that is over") {
  CHECK(kInTable[0].view() == "a text of the test");
  CHECK(kInTable[1].view() == "another one");
  {
    const Spoken x(with({entry("a text of the test", "ein Text des Tests"), entry("another one##of two", "zweiter")}));
    CHECK(x.faults.empty());
    CHECK(kInTable[0].view() == "ein Text des Tests");
    CHECK(kInTable[1].str() == "zweiter");
    CHECK(kInTable[0].english() == "a text of the test");
    CHECK(kInTable[1].english() == "another one");
  }
  CHECK(kInTable[0].view() == "a text of the test");
}

TEST_CASE("What was shown stays readable when another language is spoken") {
  std::string_view before;
  {
    const Spoken x(with({entry("a text of the test", "a long text that no small string would hold in itself")}));
    before = kInTable[0];
  }
  CHECK(before == "a long text that no small string would hold in itself");
}

TEST_CASE("Places may stand in another order, and their values stay theirs") {
  CHECK(text_of<"{} of {} tests">(1, 2) == "1 of 2 tests");
  const Spoken x(with({entry("{} of {} tests", "Tests: {1}, davon {0}")}));
  CHECK(x.faults.empty());
  CHECK(text_of<"{} of {} tests">(1, 2) == "Tests: 2, davon 1");
}

TEST_CASE("A catalogue whose places differ is told, and the English text stands") {
  (void)text_of<"{:.1f} of test">(1.5);
  for (const char* const bad : {"nichts", "{} von {}", "{0} von {2}", "{", "{} {1}", "{:d} {}", "{0:{1}}", "} {} {}"}) {
    const Spoken x(with({entry("{} of {} tests", bad)}));
    INFO(bad);
    const bool fits = std::string_view(bad) == "{} von {}";
    REQUIRE(x.faults.size() == (fits ? 0U : 1U));
    CHECK(text_of<"{} of {} tests">(1, 2) == (fits ? "1 von 2" : "1 of 2 tests"));
    if (!fits) CHECK(x.faults[0].line == 7);
  }
  const Spoken x(with({entry("{:.1f} of test", "{:.2f} vom Test")}));
  CHECK(x.faults.size() == 1);
  CHECK(text_of<"{:.1f} of test">(1.5) == "1.5 of test");
}

TEST_CASE("What the program does not say, and what is said twice, is told with its line; the rest counts") {
  const Spoken x(with({entry("the program never says this", "…", {}, 3), entry("a text of the test", "erster", {}, 4),
                       entry("a text of the test", "zweiter", {}, 5)}));
  REQUIRE(x.faults.size() == 2);
  CHECK(x.faults[0].line == 3);
  CHECK(x.faults[0].what == "the program has no text \"the program never says this\"");
  CHECK(x.faults[1].line == 5);
  CHECK(kInTable[0].view() == "erster");
}

TEST_CASE("A number takes the form that its language has for it") {
  const auto told = [](std::uint64_t n) { return plural<"{} test ran", "{} tests ran">(n); };
  CHECK(told(0) == "0 tests ran");
  CHECK(told(1) == "1 test ran");
  CHECK(told(1234) == "1,234 tests ran");
  {
    const Spoken x(with({entry("{} test ran | {} tests ran", "{} Tests liefen", "Ein Test lief")}));
    CHECK(x.faults.empty());
    CHECK(told(1) == "Ein Test lief");
    CHECK(told(2) == "2 Tests liefen");
  }
  {
    // Untranslated it keeps the English rule, whatever the language's own is.
    Language turkish = with({});
    turkish.plural = PluralRule::none;
    const Spoken x(std::move(turkish));
    CHECK(told(1) == "1 test ran");
  }
  {
    Language lacking = with({entry("{} test ran | {} tests ran", "{} Tests liefen")});
    const Spoken x(std::move(lacking));
    REQUIRE(x.faults.size() == 1);
    CHECK(x.faults[0].what == "\"{} test ran | {} tests ran\" lacks its form `one`");
  }
  Language russian = with({});
  russian.plural = PluralRule::east_slavic;
  Language::Entry three = entry("{} test ran | {} tests ran", "", "{} тест");
  three.forms[static_cast<std::size_t>(PluralForm::few)] = "{} теста";
  three.forms[static_cast<std::size_t>(PluralForm::many)] = "{} тестов";
  russian.texts.push_back(three);
  const Spoken x(std::move(russian));
  CHECK(x.faults.empty());
  for (const std::uint64_t n : {1U, 21U, 101U}) CHECK(told(n) == std::to_string(n) + " тест");
  for (const std::uint64_t n : {2U, 3U, 24U}) CHECK(told(n) == std::to_string(n) + " теста");
  for (const std::uint64_t n : {0U, 5U, 11U, 12U, 14U, 111U}) CHECK(told(n) == std::to_string(n) + " тестов");
}

TEST_CASE("Plural rules are those of CLDR") {
  CHECK(plural_form(PluralRule::zero_one, 0) == PluralForm::one);
  CHECK(plural_form(PluralRule::zero_one, 2) == PluralForm::other);
  CHECK(plural_form(PluralRule::none, 1) == PluralForm::other);
  CHECK(plural_form(PluralRule::polish, 1) == PluralForm::one);
  CHECK(plural_form(PluralRule::polish, 21) == PluralForm::many);
  CHECK(plural_form(PluralRule::polish, 22) == PluralForm::few);
  CHECK(plural_form(PluralRule::polish, 12) == PluralForm::many);
  CHECK(plural_form(PluralRule::czech, 4) == PluralForm::few);
  CHECK(plural_form(PluralRule::czech, 5) == PluralForm::other);
}

TEST_CASE("Numbers, dates and spans follow the language") {
  SiteTime time;
  time.set_zone("Europe/Amsterdam");
  CHECK(time.day(sample::kNow) == "Tue 24 Nov");
  CHECK(time.date(sample::kNow) == "24 Nov");
  CHECK(count_text(41'233) == "41,233");
  CHECK(decimal_text(0.44, 1) == "0.4");
  CHECK(lag(400 * kMillisecond) == "0.4 s");
  CHECK(bytes_text(1'258'291) == "1.2 MiB");
  Language german =
      with({entry("{} ago", "vor {}"), entry("now", "jetzt"), entry("{} d", "{} T"), entry("{} d {} h", "{} T {} h")});
  german.decimal = ",";
  german.thousands = ".";
  german.day = "{weekday} {day}. {month}";
  german.weekdays[2] = "Di";
  german.months[10] = "Nov";
  const Spoken x(std::move(german));
  CHECK(x.faults.empty());
  CHECK(time.day(sample::kNow) == "Di 24. Nov");
  CHECK(time.date(sample::kNow) == "24. Nov");
  CHECK(time.minutes(sample::kNow) == "04:10");
  CHECK(count_text(41'233) == "41.233");
  CHECK(count_text(999) == "999");
  CHECK(decimal_text(-1234.56, 1) == "-1234,6");
  CHECK(decimal_text(7, 0) == "7");
  CHECK(lag(400 * kMillisecond) == "0,4 s");
  CHECK(lag(9'990 * kMillisecond) == "9,9 s");
  CHECK(bytes_text(1'258'291) == "1,2 MiB");
  CHECK(ago(16 * kSecond) == "vor 16 s");
  CHECK(ago(0) == "jetzt");
  CHECK(duration(53 * kHour) == "2 T 5 h");
  CHECK(utc_text(sample::kNow) == "2026-11-24 03:10:37 UTC");
}

TEST_CASE("A word of the model that the ui does not know is shown as it came") {
  CHECK(device_state_word("held") == "held");
  CHECK(device_state_word("sabotiert") == "sabotiert");
  CHECK(order_state_word("not_confirmed") == "not confirmed");
  CHECK(order_state_word("half_done") == "half done");
  CHECK(order_words("unlock", "D-231", 5) == words_of_order("unlock", "D-231", 5));
  CHECK(order_words("sounder_on", "C-1", 10) == words_of_order("sounder_on", "C-1", 10));
  CHECK(order_words("polish", "C-1", 0) == "Polish C-1");
}

TEST_CASE("The ui's words for the model are the model's own in English") {
  for (int k = 0; k < 4; ++k) {
    const auto priority = static_cast<Priority>(k);
    CHECK(word_of(priority).view() == name_of(priority));
    CHECK(letter_word(priority).view() == std::string(1, letter_of(priority)));
  }
  for (int k = 0; k < 8; ++k) {
    CHECK(word_of(static_cast<IncidentState>(k)).view() == name_of(static_cast<IncidentState>(k)));
    CHECK(word_of(static_cast<Cause>(k)).view() == name_of(static_cast<Cause>(k)));
  }
  for (std::size_t k = 0; k < Dispatch::kSteps; ++k)
    CHECK(word_of(static_cast<Dispatch::Step>(k)).view() == name_of(static_cast<Dispatch::Step>(k)));
  for (int k = 0; k <= static_cast<int>(kLastCommand); ++k) {
    const auto kind = static_cast<CommandKind>(k);
    if (kind == CommandKind::device_sent) continue;  // no seat sends it
    CHECK(word_of(kind).view() == name_of(kind));
  }
}
