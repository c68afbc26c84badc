#include "console/ui/remembered.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "console/ui/console.hpp"

namespace wf::ui {
namespace {

constexpr std::pair<View, std::string_view> kViews[] = {
    {View::wall, "wall"},   {View::map, "map"},         {View::agents, "agents"},    {View::rules, "rules"},
    {View::guard, "guard"}, {View::gallery, "gallery"}, {View::settings, "settings"}};

constexpr std::array<float, 11> kZooms{Comfort::kLeastZoom, 0.8F, 0.9F, 1, 1.1F, 1.25F, 1.5F, 1.75F, 2, 2.25F,
                                       Comfort::kMostZoom};

}  // namespace

std::string_view name_of(View view) {
  for (const auto& [v, name] : kViews)
    if (v == view) return name;
  return "wall";
}

std::optional<View> view_named(std::string_view name) {
  for (const auto& [v, n] : kViews)
    if (n == name) return v;
  return std::nullopt;
}

float next_zoom(float zoom, int by) {
  constexpr float kSame = 0.005F;
  if (by > 0) {
    for (const float z : kZooms)
      if (z > zoom + kSame) return z;
    return kZooms.back();
  }
  for (auto z = kZooms.rbegin(); z != kZooms.rend(); ++z)
    if (*z < zoom - kSame) return *z;
  return kZooms.front();
}

}  // namespace wf::ui
