#pragma once
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/map/map_memory.hpp"
#include "console/ui/map/site_map.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/console/ui/map_site.hpp"
#include "tests/support/catch.hpp"

namespace wf::ui {

/// The map alone, through Dear ImGui without a renderer.
class MapStage {
 public:
  explicit MapStage(std::shared_ptr<const Snapshot> s, bool full = true, float w = 1872, float h = 968)
      : snapshot(std::move(s)), full_view(full), area{0, 0, w, h} {
    context_ = ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    io.DisplaySize = {w, h};
    fonts_ = build_fonts(*io.Fonts, debian_fonts(), 16);
    time_.set_zone("UTC");
    pointer(-1e30F, -1e30F, false);
    frame(3);
  }
  ~MapStage() { ImGui::DestroyContext(context_); }
  MapStage(const MapStage&) = delete;
  MapStage& operator=(const MapStage&) = delete;

  void frame(int n = 1, double dt = 0.05) {
    for (int i = 0; i < n; ++i) {
      ImGuiIO& io = ImGui::GetIO();
      io.DeltaTime = static_cast<float>(dt);
      seconds += dt;
      ImGui::NewFrame();
      hits.begin(1);
      written.clear();
      Painter p(*ImGui::GetBackgroundDrawList(), tokens(Theme::dark), fonts_, hits);
      p.written = &written;
      FrameInput input;
      input.now = snapshot->now;
      input.seconds = seconds;
      redraw_in = -1;
      standing_.update(snapshot);
      Frame f{p, *snapshot, standing_, input, time_, selection, view, commands, redraw_in, still};
      draw_site_map(f, area, state, full_view);
      ImGui::Render();
      sound_vertices();
    }
  }
  void pointer(float x, float y, bool down, float wheel = 0) {
    ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
    io.AddMousePosEvent(x, y);
    io.AddMouseButtonEvent(0, down);
    if (wheel != 0) io.AddMouseWheelEvent(0, wheel);
#else
    io.MousePos = {x, y};
    io.MouseDown[0] = down;
    io.MouseWheel = wheel;
#endif
  }
  void click(float x, float y) {
    pointer(x, y, false);
    frame(3, 0.4);  // far from the last press: no double click
    pointer(x, y, true);
    frame(2);
    pointer(x, y, false);
    frame(3);
  }
  bool click(std::string_view name) {
    const Hits::Area* a = hits.find(name);
    if (a == nullptr) return false;
    click(a->rect.mid_x(), a->rect.mid_y());
    return true;
  }
  [[nodiscard]] bool wrote(std::string_view text) const {
    return std::any_of(written.begin(), written.end(), [&](const WrittenText& w) { return w.text == text; });
  }
  [[nodiscard]] ImVec2 screen(Point p) const { return state.memory->view.transform().to_screen(p); }

  std::shared_ptr<const Snapshot> snapshot;
  bool full_view;
  Rect area;
  SiteMapState state;
  Selection selection;
  View view = View::map;
  std::vector<Command> commands;
  std::vector<WrittenText> written;
  Hits hits;
  double redraw_in = -1, seconds = 100;
  bool still = false;

 private:
  Standing standing_;
  static void sound_vertices() {
    const ImDrawData* data = ImGui::GetDrawData();
    for (int i = 0; i < data->CmdListsCount; ++i)
      for (const ImDrawVert& v : data->CmdLists[i]->VtxBuffer)
        if (!std::isfinite(v.pos.x) || !std::isfinite(v.pos.y)) FAIL("a vertex that is no number");
  }
  ImGuiContext* context_ = nullptr;
  Fonts fonts_;
  SiteTime time_;
};

inline std::shared_ptr<Snapshot> with_incident(const std::shared_ptr<const Estate>& estate, const char* unit,
                                               bool acknowledged = false) {
  auto s = maptest::snapshot_of(estate);
  auto i = std::make_shared<Incident>();
  i->id = 7;
  i->revision = 4;
  i->acknowledged_revision = acknowledged ? 4 : 0;
  i->priority = Priority::critical;
  i->title = "Forced";
  i->site_id = "here";
  i->unit_id = unit;
  i->level_id = "0";
  Contribution c;
  c.time = s->now - kMinute;
  c.site_id = "here";
  c.level_id = "0";
  c.unit_id = unit;
  c.text = "Door forced";
  i->why.push_back(c);
  s->incidents.push_back(i);
  return s;
}

}  // namespace wf::ui
