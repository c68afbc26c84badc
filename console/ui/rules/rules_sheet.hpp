#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "console/ui/desk.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {

/// Lays a panel of the rules view out from the top.
struct RulesSheet {
  Frame& f;
  Desk& d;
  Painter& p;
  const Tokens& t;
  float x, w, y;
  static constexpr float kLabel = 104;

  void pair(std::string_view name, const std::string& value, bool dim = false, Face face = Face::s) {
    p.text(x, y + 12, name, Face::s, t.t3, Align::left, kLabel - 8);
    const int lines = p.paragraph(x + kLabel, y + 12, 17, w - kLabel, 3, value, face, dim ? t.t3 : t.t1);
    y += 24 + 17 * static_cast<float>(std::max(0, lines - 1));
  }
  void section(std::string_view title, std::string_view right = {}) {
    y += 8;
    p.hairline(x, y, w, t.line);
    y += 4;
    section_head(p, x, y, w, title, right);
    y += 28;
  }
  void words(std::string_view text, ImU32 color, int most = 8) {
    y += 18 * static_cast<float>(std::max(1, p.paragraph(x, y + 9, 18, w, most, text, Face::s, color)));
  }
  /// An incident as one line: on the wall it is a link to it, else a click copies how to read it.
  void incident(std::uint64_t id, Priority priority, UtcNs opened, std::string_view title, std::string_view how);
  /// A row that never was an incident.
  void row(Priority priority, UtcNs opened, std::string_view title, std::string_view how);

 private:
  void line(const Rect& at, Priority priority, MarkState state, UtcNs opened, std::string_view title, ImU32 ink,
            std::string_view how);
};

}  // namespace wf::ui
