#include "console/ui/rules/rules_sheet.hpp"

#include <fmt/format.h>
#include <imgui.h>

namespace wf::ui {

void RulesSheet::line(const Rect& at, Priority priority, MarkState state, UtcNs opened, std::string_view title,
                      ImU32 ink, std::string_view how) {
  mark(p, priority, x + 7, at.mid_y(), 12, state);
  const float right = p.text(at.right() - 6, at.mid_y(), how, Face::s, t.t2, Align::right, w * 0.36F);
  const bool today = f.input.now - opened < 20 * kHour;
  p.text(x + 20, at.mid_y(), today ? f.time.minutes(opened) : f.time.day(opened), Face::mono_s, t.t2, Align::left, 84);
  p.text(x + 108, at.mid_y(), title, Face::s, ink, Align::left, w - 108 - right - 14);
}

void RulesSheet::incident(std::uint64_t id, Priority priority, UtcNs opened, std::string_view title,
                          std::string_view how) {
  const Rect at{x - 6, y, w + 12, 28};
  y += 28;
  const Incident* const open = f.snapshot.incident(id);
  const Hit hit = p.hits.add(fmt::format("rules/row/{}", id), at);
  if (hit.hovered) p.fill(at, t.bg2, unit::kRadius);
  line(at, priority, open != nullptr ? MarkState::open : MarkState::none, opened, title, open != nullptr ? t.acc : t.t1,
       how);
  const std::string command = "watchfloor explain " + incident_name(id);
  d.hint(hit, open != nullptr ? text_of<"{}: show it on the wall">(incident_name(id))
                              : text_of<"{} is no longer open; click copies: {}">(incident_name(id), command));
  if (!hit.clicked) return;
  if (open == nullptr) return ImGui::SetClipboardText(command.c_str());
  f.selection.incident = id;
  f.selection.show_incident = true;
  d.reveal = id;
  f.view = View::wall;
}

void RulesSheet::row(Priority priority, UtcNs opened, std::string_view title, std::string_view how) {
  const Rect at{x - 6, y, w + 12, 28};
  y += 28;
  line(at, priority, MarkState::none, opened, title, t.t1, how);
}

}  // namespace wf::ui
