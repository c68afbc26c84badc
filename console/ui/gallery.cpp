#include "console/ui/gallery.hpp"

namespace wf::ui {

void Gallery::draw(Frame& f, Desk&, const Rect& r) { f.p.fill(r, f.p.t.bg1); }

}  // namespace wf::ui
