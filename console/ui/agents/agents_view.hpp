#pragma once
#include <string>

#include "console/ui/desk.hpp"

namespace wf::ui {

/// Every agent with its health, lag, spool and gaps: the proof that nothing is lost; of the selected one what it may
/// do, its key, its ledger, what the engine said of it, and its sources. The engine's own health stands above.
class AgentsView {
 public:
  void update(Frame& f, Desk& d);
  void draw(Frame& f, Desk& d, const Rect& r);

 private:
  void draw_tiles(Frame& f, Desk& d, const Rect& r);
  void draw_table(Frame& f, Desk& d, const Rect& r);
  void draw_detail(Frame& f, Desk& d, const Rect& r, const AgentState& a);

  std::string selected_;
  Scroll table_, detail_;
};

}  // namespace wf::ui
