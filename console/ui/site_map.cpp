#include "console/ui/site_map.hpp"

namespace wf::ui {

struct MapMemory {
  std::uint64_t frames = 0;
};

SiteMapState::SiteMapState() : memory(std::make_unique<MapMemory>()) {}
SiteMapState::~SiteMapState() = default;
SiteMapState::SiteMapState(SiteMapState&&) noexcept = default;
SiteMapState& SiteMapState::operator=(SiteMapState&&) noexcept = default;

void draw_site_map(Frame& f, const Rect& area, SiteMapState& state, bool full_view) {
  ++state.memory->frames;
  f.p.fill(area, f.p.t.map.outside);
  if (!full_view) f.p.hairline(area.x, area.y + unit::kHeader - 1, area.w, f.p.t.line);
}

}  // namespace wf::ui
