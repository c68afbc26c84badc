// What a draw list keeps and puts again is what it was; and the map that is kept is the one that would be drawn anew.
#include "console/ui/draw/drawn_once.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// All triangles of a frame, corner by corner, whatever the commands that they come in.
std::vector<ImDrawVert> triangles() {
  std::vector<ImDrawVert> out;
  const ImDrawData* data = ImGui::GetDrawData();
  for (int l = 0; l < data->CmdListsCount; ++l) {
    const ImDrawList& list = *data->CmdLists[l];
    for (const ImDrawCmd& c : list.CmdBuffer)
      for (unsigned k = 0; k < c.ElemCount; ++k)
        out.push_back(
            list.VtxBuffer[static_cast<int>(c.VtxOffset + list.IdxBuffer[static_cast<int>(c.IdxOffset + k)])]);
  }
  return out;
}

/// How many corners differ by more than a tenth of a pixel or two steps of a colour: what is abnormal pulses meanwhile.
std::size_t differences(const std::vector<ImDrawVert>& a, const std::vector<ImDrawVert>& b) {
  if (a.size() != b.size()) return std::max(a.size(), b.size());
  std::size_t n = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    bool same = std::abs(a[k].pos.x - b[k].pos.x) < 0.1F && std::abs(a[k].pos.y - b[k].pos.y) < 0.1F;
    for (unsigned shift = 0; shift < 32; shift += 8)
      same = same &&
             std::abs(static_cast<int>(a[k].col >> shift & 255U) - static_cast<int>(b[k].col >> shift & 255U)) <= 2;
    n += same ? 0 : 1;
  }
  return n;
}

constexpr double kInstant = 1e-6;

/// The frame as it is kept, and as it is after another size of the window made the map draw everything anew.
void same_when_drawn_anew(DeskDriver& desk) {
  desk.frames(60);  // the map has come to rest
  desk.frames(2, kInstant);
  const auto kept = triangles();
  const float width = desk.input.width;
  desk.input.width = ImGui::GetIO().DisplaySize.x = width + 40;
  desk.frames(2, kInstant);
  CHECK(differences(kept, triangles()) > 0);
  desk.input.width = ImGui::GetIO().DisplaySize.x = width;
  desk.frames(2, kInstant);  // what is hovered is decided from the frame before
  const auto anew = triangles();
  REQUIRE(kept.size() == anew.size());
  CHECK(kept.size() > 3000);
  CHECK(differences(kept, anew) == 0);
}

}  // namespace

TEST_CASE("A stretch of a draw list comes again as it was, wherever it comes in the list") {
  DeskDriver desk(sample::quiet());
  ImGui::NewFrame();
  ImDrawList& list = *ImGui::GetBackgroundDrawList();
  DrawnOnce once;
  CHECK_FALSE(once.put(list));
  list.AddRectFilled({1, 1}, {2, 2}, IM_COL32_WHITE);
  const int vertices = list.VtxBuffer.Size, indices = list.IdxBuffer.Size;
  once.begin(list);
  list.AddTriangleFilled({10, 10}, {20, 10}, {10, 20}, IM_COL32(255, 0, 0, 255));
  // More than 16 bits of vertices: the list must begin a command of its own.
  for (int k = 0; k < 20'000; ++k)
    list.AddRectFilled({static_cast<float>(k % 500), 30}, {static_cast<float>(k % 500) + 1, 40}, IM_COL32_BLACK);
  once.end(list);
  const int drawn = list.VtxBuffer.Size - vertices, used = list.IdxBuffer.Size - indices;
  const std::vector<ImDrawVert> corners = [&] {
    std::vector<ImDrawVert> out;
    for (const ImDrawCmd& c : list.CmdBuffer)
      for (unsigned k = 0; k < c.ElemCount; ++k)
        if (static_cast<int>(c.IdxOffset + k) >= indices)
          out.push_back(
              list.VtxBuffer[static_cast<int>(c.VtxOffset + list.IdxBuffer[static_cast<int>(c.IdxOffset + k)])]);
    return out;
  }();
  const int second = list.IdxBuffer.Size;
  REQUIRE(once.put(list));
  CHECK(list.IdxBuffer.Size - second == used);
  CHECK(list.VtxBuffer.Size - vertices == 2 * drawn);
  std::vector<ImDrawVert> again;
  for (const ImDrawCmd& c : list.CmdBuffer)
    for (unsigned k = 0; k < c.ElemCount; ++k)
      if (static_cast<int>(c.IdxOffset + k) >= second)
        again.push_back(
            list.VtxBuffer[static_cast<int>(c.VtxOffset + list.IdxBuffer[static_cast<int>(c.IdxOffset + k)])]);
  REQUIRE(again.size() == corners.size());
  CHECK(std::memcmp(again.data(), corners.data(), again.size() * sizeof(ImDrawVert)) == 0);

  list.PushClipRect({0, 0}, {50, 50});
  CHECK_FALSE(once.put(list));  // it was drawn with another clipping
  once.begin(list);
  list.AddRectFilled({1, 1}, {2, 2}, IM_COL32_WHITE);
  list.PushClipRect({0, 0}, {5, 5});
  list.AddRectFilled({1, 1}, {2, 2}, IM_COL32_WHITE);
  list.PopClipRect();
  once.end(list);
  CHECK_FALSE(once.put(list));  // and this one with two
  list.PopClipRect();
  ImGui::Render();
}

TEST_CASE("The plan that a map keeps is the one that it would draw anew, whatever changed before") {
  const auto night = sample::night();
  DeskDriver desk(night);
  const bool full = GENERATE(false, true);
  if (full) desk.console().set_view(View::map);
  SECTION("as it begins") { same_when_drawn_anew(desk); }
  SECTION("with an incident and its way") {
    desk.console().select(2417);
    same_when_drawn_anew(desk);
  }
  SECTION("closer") {
    desk.console().select(2417);
    desk.frames(60);
    const Rect plan = desk.rect("map/plan");
    desk.move_to(plan.mid_x(), plan.mid_y());
    desk.wheel(3);
    desk.move_to(plan.x + 3, plan.y + 3);
    // Where a person zoomed the map keeps its middle, which another size moves: only what is kept is compared.
    desk.frames(60);
    desk.frames(1, kInstant);
    const auto one = triangles();
    desk.frames(1, kInstant);
    CHECK(differences(one, triangles()) == 0);
  }
  SECTION("after a device changed its state") {
    same_when_drawn_anew(desk);
    auto next = std::make_shared<Snapshot>(*night);
    ++next->version;
    auto states = std::make_shared<std::map<std::string, DeviceState>>(*night->devices);
    for (auto& [id, state] : *states) {
      state.state = state.state == "closed" ? "forced" : "offline";
      state.in_incident = true;
      state.worst = Priority::high;
    }
    next->devices = states;
    const auto before = triangles();
    desk.show(next);
    desk.frames(1, kInstant);
    CHECK(differences(before, triangles()) > 0);
    same_when_drawn_anew(desk);
  }
  SECTION("after a snapshot without news, and after one with an incident in another room") {
    same_when_drawn_anew(desk);
    const auto before = triangles();
    auto next = std::make_shared<Snapshot>(*night);
    ++next->version;
    desk.show(next);
    desk.frames(1, kInstant);
    CHECK(differences(before, triangles()) == 0);
    auto news = std::make_shared<Snapshot>(*next);
    ++news->version;
    for (auto& i : news->incidents)
      if (i->unit_id == "k3") {
        auto copy = std::make_shared<Incident>(*i);
        copy->unit_id = "k14";
        copy->priority = Priority::critical;
        ++copy->revision;
        i = copy;
      }
    desk.show(news);
    desk.frames(1, kInstant);
    CHECK(differences(before, triangles()) > 0);
    same_when_drawn_anew(desk);
  }
  SECTION("in the other theme, with a card, with other overlays") {
    desk.type("l");
    same_when_drawn_anew(desk);
    desk.console().open_card("D-231");
    same_when_drawn_anew(desk);
    for (const char* overlay : {"map/overlay/cover", "map/overlay/heat", "map/overlay/blind"})
      if (desk.has(overlay)) {
        REQUIRE(desk.click(overlay));
        same_when_drawn_anew(desk);
      }
  }
}
