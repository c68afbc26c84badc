#pragma once
#include <imgui.h>

#include <cstdint>

namespace wf::ui {

/// Keys that mean the same on every layout. Letters come as characters, so that they follow the layout.
enum class Key : std::uint8_t { up, down, left, right, page_up, page_down, home, end, enter, escape, space, tab };

/// Dear ImGui 1.86 indexes keys by the backend's numbers, 1.87 and later by its own names; it also renamed a key.
#if IMGUI_VERSION_NUM >= 18700
inline constexpr ImGuiKey kKeypadEnter = ImGuiKey_KeypadEnter;
using KeyIndex = ImGuiKey;
inline KeyIndex key_index(ImGuiKey key) { return key; }
#else
inline constexpr ImGuiKey kKeypadEnter = static_cast<ImGuiKey>(ImGuiKey_KeyPadEnter);
using KeyIndex = int;
inline KeyIndex key_index(ImGuiKey key) { return ImGui::GetKeyIndex(key); }
#endif

inline ImGuiKey imgui_key(Key key) {
  switch (key) {
    case Key::up:
      return ImGuiKey_UpArrow;
    case Key::down:
      return ImGuiKey_DownArrow;
    case Key::left:
      return ImGuiKey_LeftArrow;
    case Key::right:
      return ImGuiKey_RightArrow;
    case Key::page_up:
      return ImGuiKey_PageUp;
    case Key::page_down:
      return ImGuiKey_PageDown;
    case Key::home:
      return ImGuiKey_Home;
    case Key::end:
      return ImGuiKey_End;
    case Key::enter:
      return ImGuiKey_Enter;
    case Key::escape:
      return ImGuiKey_Escape;
    case Key::space:
      return ImGuiKey_Space;
    case Key::tab:
      return ImGuiKey_Tab;
  }
  return ImGuiKey_Escape;
}

/// True in the frame in which the key went down, and while it repeats.
inline bool key_pressed(Key key) {
#if IMGUI_VERSION_NUM < 18700
  if (ImGui::GetKeyIndex(imgui_key(key)) < 0) return false;  // the backend does not map it
#endif
  if (ImGui::IsKeyPressed(key_index(imgui_key(key)))) return true;
  return key == Key::enter && ImGui::IsKeyPressed(key_index(kKeypadEnter));
}

/// Ctrl+K. Characters do not come with Ctrl held, so this one follows the key, which backends name by its letter.
inline bool palette_pressed() {
  if (!ImGui::GetIO().KeyCtrl) return false;
#if IMGUI_VERSION_NUM >= 18700
  return ImGui::IsKeyPressed(ImGuiKey_K, false);
#else
  return ImGui::IsKeyPressed('K', false);  // GLFW numbers letters as capitals
#endif
}

/// While P is held: panic of the guard's view. By the key, as a held character comes only as often as the system
/// repeats it.
inline bool panic_held() {
#if IMGUI_VERSION_NUM >= 18700
  return ImGui::IsKeyDown(ImGuiKey_P);
#else
  return ImGui::IsKeyDown('P');
#endif
}

}  // namespace wf::ui
