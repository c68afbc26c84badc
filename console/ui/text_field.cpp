#include <imgui.h>

#include <cstring>
#include <string>

#include "console/ui/widgets.hpp"

namespace wf::ui {
namespace {

/// ImGui asks for room as the text grows.
int grow(ImGuiInputTextCallbackData* data) {
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    auto* s = static_cast<std::string*>(data->UserData);
    s->resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = s->data();
  }
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
  ImGui::SetCursorScreenPos({(r.x + 10) * k, r.mid_y() * k - font->FontSize * 0.5F});
  ImGui::SetNextItemWidth((r.w - 20 - key_room) * k);
  if (focus || hit.pressed) ImGui::SetKeyboardFocusHere();
  const bool entered =
      ImGui::InputText("##field", field.text.data(), field.text.capacity() + 1,
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackResize, &grow, &field.text);
  field.active = ImGui::IsItemActive();
  ImGui::PopID();
  ImGui::PopStyleColor(5);
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  return entered;
}

}  // namespace wf::ui
