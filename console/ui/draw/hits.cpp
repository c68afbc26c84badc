#include "console/ui/draw/hits.hpp"

#include <algorithm>

namespace wf::ui {
namespace {

std::uint64_t hash_of(std::string_view s) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : s) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return h == 0 ? 1 : h;
}

}  // namespace

void Hits::begin(float scale) {
  const ImGuiIO& io = ImGui::GetIO();
  const bool known = ImGui::IsMousePosValid();
  mouse_ = known ? ImVec2(io.MousePos.x / scale, io.MousePos.y / scale) : ImVec2(-1, -1);
  delta_ = {io.MouseDelta.x / scale, io.MouseDelta.y / scale};
  down_ = ImGui::IsMouseClicked(0);
  released_ = ImGui::IsMouseReleased(0);
  double_ = ImGui::IsMouseDoubleClicked(0);
  right_ = ImGui::IsMouseClicked(1);
  hot_ = hot_scroll_ = 0;
  hot_name_.clear();
  for (auto a = areas_.rbegin(); a != areas_.rend() && (hot_ == 0 || hot_scroll_ == 0); ++a) {
    if (!a->rect.contains(mouse_.x, mouse_.y)) continue;
    if (a->scrolls) {
      if (hot_scroll_ == 0) hot_scroll_ = a->id;
    } else if (hot_ == 0) {
      hot_ = a->id;
      const std::string_view n = name(*a);
      hot_name_.assign(n.begin(), n.end());
    }
  }
  if (!io.MouseDown[0] && !released_) active_ = 0;
  areas_.clear();
  names_.clear();
  clips_.clear();
}

Rect Hits::clipped(const Rect& r) const {
  if (clips_.empty()) return r;
  const Rect& c = clips_.back();
  const float x0 = std::max(r.x, c.x);
  const float y0 = std::max(r.y, c.y);
  return {x0, y0, std::max(0.0F, std::min(r.right(), c.right()) - x0),
          std::max(0.0F, std::min(r.bottom(), c.bottom()) - y0)};
}

Hit Hits::add(std::string_view name, const Rect& rect, bool enabled) {
  const std::uint64_t id = hash_of(name);
  areas_.push_back(
      {id, clipped(rect), static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size()), false});
  names_.insert(names_.end(), name.begin(), name.end());
  Hit hit;
  hit.hovered = hot_ == id && (active_ == 0 || active_ == id);
  if (!enabled) return hit;
  if (hit.hovered && down_) {
    active_ = id;
    hit.pressed = true;
    hit.double_clicked = double_;
  }
  hit.right_clicked = hit.hovered && right_;
  hit.held = active_ == id && !released_;
  hit.clicked = active_ == id && released_ && hot_ == id;
  if (active_ == id && released_) active_ = 0;
  return hit;
}

float Hits::wheel(std::string_view name, const Rect& rect) {
  const std::uint64_t id = hash_of(name);
  areas_.push_back(
      {id, clipped(rect), static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size()), true});
  names_.insert(names_.end(), name.begin(), name.end());
  return hot_scroll_ == id ? ImGui::GetIO().MouseWheel : 0.0F;
}

void Hits::push_clip(const Rect& rect) { clips_.push_back(clipped(rect)); }

void Hits::pop_clip() {
  if (!clips_.empty()) clips_.pop_back();
}

std::string_view Hits::hovered_name() const { return {hot_name_.data(), hot_name_.size()}; }

const Hits::Area* Hits::find(std::string_view wanted) const {
  for (auto a = areas_.rbegin(); a != areas_.rend(); ++a)
    if (name(*a) == wanted) return &*a;
  return nullptr;
}

}  // namespace wf::ui
