#include "console/ui/gallery/gallery.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "console/ui/draw/widgets.hpp"
#include "console/ui/gallery/gallery_board.hpp"

namespace wf::ui {

void Gallery::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.push_clip(r);
  p.fill(r, p.t.bg1);
  pane_head(p, {r.x, r.y, r.w, unit::kHeader}, p.t.dark ? "Dark theme" : "Light theme",
            "every widget in every state, sizes at 100 %");
  const Rect view{r.x, r.y + unit::kHeader, r.w, r.h - unit::kHeader};
  const float top = begin_scroll(f, "gallery", view, scroll_) + 16;
  const int columns = r.w >= 3 * Board::kColumn + 4 * 24 ? 3 : r.w >= 2 * Board::kColumn + 3 * 24 ? 2 : 1;
  Board b{f, p, p.t};
  using Section = float (Board::*)(float) const;
  static constexpr Section kSections[] = {&Board::priority, &Board::chips,  &Board::badges,    &Board::rings,
                                          &Board::buttons,  &Board::icons,  &Board::checklist, &Board::states,
                                          &Board::asking,   &Board::toasts, &Board::banners,   &Board::type,
                                          &Board::grounds};
  // Where the next column begins; the last section, the rows, ends the last one.
  const std::vector<std::size_t> breaks = columns == 3   ? std::vector<std::size_t>{5, 10}
                                          : columns == 2 ? std::vector<std::size_t>{7}
                                                         : std::vector<std::size_t>{};
  const float gap = (r.w - static_cast<float>(columns) * Board::kColumn) / static_cast<float>(columns + 1);
  int column = 0;
  float y = top;
  float bottom = top;
  b.x = std::round(r.x + gap);
  for (std::size_t k = 0; k < std::size(kSections); ++k) {
    if (std::find(breaks.begin(), breaks.end(), k) != breaks.end()) {
      ++column;
      bottom = std::max(bottom, y);
      y = top;
      b.x = std::round(r.x + gap + static_cast<float>(column) * (Board::kColumn + gap));
    }
    y = (b.*kSections[k])(y) + 24;
  }
  bottom = std::max(bottom, b.rows(y, d) + 16);
  end_scroll(f, "gallery", view, scroll_, bottom);
  p.pop_clip();
}

}  // namespace wf::ui
