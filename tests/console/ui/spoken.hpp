#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/ui/draw/language.hpp"

namespace wf::ui {

/// Speaks a language until the end of the test, then English again.
class Spoken {
 public:
  explicit Spoken(Language language) : faults(speak(std::move(language))) {}
  ~Spoken() { (void)speak({}); }
  Spoken(const Spoken&) = delete;
  Spoken& operator=(const Spoken&) = delete;
  std::vector<LanguageFault> faults;
};

/// Every text of the program, made another one by `change`, which is not given places like {} or {:.0f}.
[[nodiscard]] inline Language changed(const std::function<std::string(std::string_view)>& change) {
  const auto outside_places = [&](std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      out += change(text.substr(0, open));
      if (open == std::string_view::npos) break;
      const std::size_t close = text.find('}', open);
      out += text.substr(open, close + 1 - open);
      text.remove_prefix(close + 1);
    }
    return out;
  };
  Language out;
  out.code = "xx";
  for (std::string& day : out.weekdays) day = change(day);
  for (std::string& month : out.months) month = change(month);
  for (const Message* m = Message::first(); m != nullptr; m = m->next()) {
    Language::Entry entry;
    entry.english = m->key();
    entry.forms[static_cast<std::size_t>(PluralForm::one)] =
        m->one().empty() ? std::string() : outside_places(m->one());
    entry.forms[static_cast<std::size_t>(PluralForm::other)] = outside_places(without_context(m->english()));
    out.texts.push_back(std::move(entry));
  }
  return out;
}

}  // namespace wf::ui
