#include <imgui.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "console/ui/draw/keys.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

/// ImGui asks for room as the text grows. It also selects all of a field that it is told to turn to: the next letter
/// would wipe out what was begun.
int edit(ImGuiInputTextCallbackData* data) {
  auto& field = *static_cast<FieldState*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    field.text.resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = field.text.data();
  } else if (field.to_end) {
    field.to_end = false;
    data->CursorPos = data->BufTextLen;
    data->ClearSelection();
  }
  return 0;
}

/// The same of a plain text.
int grow(ImGuiInputTextCallbackData* data) {
  auto& text = *static_cast<std::string*>(data->UserData);
  text.resize(static_cast<std::size_t>(data->BufTextLen));
  data->Buf = text.data();
  return 0;
}

}  // namespace

bool text_field(Painter& p, std::string_view name, const Rect& r, FieldState& field, std::string_view hint, bool focus,
                std::string_view key, Face face) {
  const Hit hit = p.hits.add(name, r);
  p.fill(r, p.t.input, unit::kRadius);
  p.stroke(r, field.active ? p.t.acc : hit.hovered ? p.t.t3 : p.t.line2, field.active ? 2.0F : 1.0F, unit::kRadius);
  const float key_room = key.empty() || field.active ? 0 : key_width(p, key) + 6;
  const float k = p.scale();
  ImFont* font = p.fonts()[face];
  if (p.fonts().wanted != nullptr) p.fonts().wanted->look(field.text);
  if (field.text.empty())  // also while the caret waits in it: with several fields one must see which is which
    p.text(r.x + 10, r.mid_y(), hint, face, p.t.t3, Align::left, r.w - 20 - key_room);
  if (key_room > 0) key_cap(p, r.right() - key_room, r.mid_y(), key);

  // ImGui edits; its frame is invisible because ours is already there.
  const ImVec4 none{0, 0, 0, 0};
  ImGui::PushFont(font);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0.0F);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, none);
  ImGui::PushStyleColor(ImGuiCol_FrameBgHovered, none);
  ImGui::PushStyleColor(ImGuiCol_FrameBgActive, none);
  ImGui::PushStyleColor(ImGuiCol_Text, ImGui::ColorConvertU32ToFloat4(p.t.t1));
  ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, ImGui::ColorConvertU32ToFloat4(faded(p.t.acc, 0.35F)));
  ImGui::PushID(name.data(), name.data() + name.size());
  ImGui::PushID(reinterpret_cast<const char*>(&field.about), reinterpret_cast<const char*>(&field.about + 1));
  ImGui::SetCursorScreenPos({(r.x + 10) * k, r.mid_y() * k - font->FontSize * 0.5F});
  ImGui::SetNextItemWidth((r.w - 20 - key_room) * k);
  const bool comes = (focus || hit.pressed) && !field.active;
  if (comes) ImGui::SetKeyboardFocusHere();
  field.to_end = field.to_end || comes;
  const bool entered = ImGui::InputText(
      "##field", field.text.data(), field.text.capacity() + 1,
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackResize | ImGuiInputTextFlags_CallbackAlways,
      &edit, &field);
  // ImGui gives it the keyboard in the next frame; what is typed until then is meant for it already.
  field.active = ImGui::IsItemActive() || comes;
  ImGui::PopID();
  ImGui::PopID();
  ImGui::PopStyleColor(5);
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  return entered;
}

bool text_area(Painter& p, std::string_view name, const Rect& r, TextArea& area, std::uint32_t first,
               const std::vector<std::uint32_t>& bad, bool focus) {
  constexpr float kGutter = 48, kPad = 6;
  const Hit hit = p.hits.add(name, r);
  const float k = p.scale();
  ImFont* const font = p.fonts()[Face::mono_s];
  const float line = font->FontSize / k;
  p.fill(r, p.t.input, unit::kRadius);
  p.stroke(r, area.active ? p.t.acc : hit.hovered ? p.t.t3 : p.t.line2, area.active ? 2.0F : 1.0F, unit::kRadius);
  p.push_clip(r.inset(2));
  p.upright(r.x + kGutter - 6, r.y, r.h, p.t.line);
  std::uint32_t n = 1;
  for (std::size_t at = 0; at <= area.text.size(); ++n) {
    const std::size_t end = std::min(area.text.find('\n', at), area.text.size());
    const float y = r.y + kPad + static_cast<float>(n - 1) * line - area.scroll;
    if (y > r.bottom()) break;
    if (y + line > r.y) {
      const bool marked = std::find(bad.begin(), bad.end(), n) != bad.end();
      if (marked) p.fill({r.x + 1, y, r.w - 2, line}, p.t.of(Priority::medium).tint);
      p.text(r.x + kGutter - 12, y + line / 2, std::to_string(first + n - 1), Face::mono_s,
             marked ? p.t.of(Priority::medium).text : p.t.t3, Align::right);
      if (area.frozen)
        p.text(r.x + kGutter, y + line / 2, std::string_view(area.text).substr(at, end - at), Face::mono_s, p.t.t1,
               Align::left, r.w - kGutter - 8);
    }
    at = end + 1;
  }
  p.pop_clip();
  area.active = area.active && !area.frozen;
  if (area.frozen) return false;

  // ImGui edits in a window of its own within ours.
  const ImVec4 none{0, 0, 0, 0};
  const ImVec2 size{(r.w - kGutter - 4) * k, (r.h - 2 * kPad) * k};
  ImGui::PushFont(font);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_ChildBorderSize, 0.0F);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, 8 * k);
  for (const ImGuiCol color : {ImGuiCol_FrameBg, ImGuiCol_ChildBg, ImGuiCol_ScrollbarBg})
    ImGui::PushStyleColor(color, none);
  for (const ImGuiCol color : {ImGuiCol_ScrollbarGrab, ImGuiCol_ScrollbarGrabHovered, ImGuiCol_ScrollbarGrabActive})
    ImGui::PushStyleColor(color, ImGui::ColorConvertU32ToFloat4(color == ImGuiCol_ScrollbarGrab ? p.t.line2 : p.t.t3));
  ImGui::PushStyleColor(ImGuiCol_Text, ImGui::ColorConvertU32ToFloat4(p.t.t1));
  ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, ImGui::ColorConvertU32ToFloat4(faded(p.t.acc, 0.35F)));
  ImGui::PushID(name.data(), name.data() + name.size());
  ImGui::SetCursorScreenPos({(r.x + kGutter) * k, (r.y + kPad) * k});
  if (focus) ImGui::SetKeyboardFocusHere();
  const std::string before = area.text;
  (void)ImGui::InputTextMultiline("##text", area.text.data(), area.text.capacity() + 1, size,
                                  ImGuiInputTextFlags_CallbackResize, &grow, &area.text);
  area.active = ImGui::IsItemActive();
  // Escape leaves the field; ImGui would also take back everything since it was entered.
  if (ImGui::IsItemDeactivated() && key_pressed(Key::escape)) area.text = before;
  // The same window again, to learn how far it is scrolled.
  if (ImGui::BeginChild("##text", size, true, ImGuiWindowFlags_NoMove)) area.scroll = ImGui::GetScrollY() / k;
  ImGui::EndChild();
  ImGui::PopID();
  ImGui::PopStyleColor(8);
  ImGui::PopStyleVar(5);
  ImGui::PopFont();
  return area.text != before;
}

}  // namespace wf::ui
