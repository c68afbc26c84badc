#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/wall/wall_order.hpp"
#include "console/ui/wall/wall_row.hpp"

namespace wf::ui {

/// Low incidents of one zone as one line, while a flood runs.
struct Fold {
  std::string zone;
  std::uint32_t count = 0, without_owner = 0, fresh = 0;  ///< fresh: opened within the last minute
  std::uint32_t domains[3] = {};
  std::uint32_t spark[16] = {};
};

/// The alert wall. Rows keep their place while the pointer moves over it or keys come; what is critical or life
/// safety stands in a strip above, always. Draws only what is visible.
class AlertWall {
 public:
  /// Takes the frame's keys (arrows, page, Home, End, G…) and the snapshot. Call before draw.
  void update(Frame& f, Desk& d, const Rect& area);
  void draw(Frame& f, Desk& d, const Rect& area);

  [[nodiscard]] const WallOrder& order() const { return order_; }
  /// The incidents in the order of the rows, strip first; what is folded is left out.
  [[nodiscard]] const std::vector<WallOrder::Row>& visible() const { return visible_; }

 private:
  struct Menu {
    enum class Which : std::uint8_t { none, site, domain, priority, saved } which = Which::none;
    Rect anchor;
    float right = 0;  ///< of the wall, beyond which nothing of it would be seen
  };

  void arrange(Frame& f, Desk& d);
  void move(Frame& f, Desk& d, int by);
  void show_row(int index, float row_height);
  void draw_head(Frame& f, Desk& d, const Rect& r);
  void draw_flood(Frame& f, Desk& d, const Rect& r);
  void draw_chips(Frame& f, Desk& d, const Rect& r);
  void draw_newcomers(Frame& f, const Rect& r);
  /// Life safety that waits in a strip that is too long to show it: its place; −1: none. While rows are held it cannot
  /// be lifted up, so it is told where the columns' names stand.
  [[nodiscard]] int life_safety_out_of_view(float row, float strip) const;
  void draw_unseen(Frame& f, const Rect& r, int index, float row);
  void draw_list(Frame& f, Desk& d, const Rect& r, bool compact);
  void draw_folds(Frame& f, Desk& d, const Rect& r, const WallColumns& c, float y);
  void draw_footer(Frame& f, Desk& d, const Rect& r);
  void draw_nothing(Frame& f, Desk& d, const Rect& r);
  void draw_menu(Frame& f, Desk& d);
  [[nodiscard]] float menu_left(float width) const;
  void draw_saved_menu(Frame& f, Desk& d);
  void row_input(Frame& f, Desk& d, const Hit& hit, const Incident& i);

  WallOrder order_;
  Hold hold_;
  std::uint64_t arranged_ = 0;
  bool folded_ = false, held_ = false, takes_newcomers_ = false;
  std::vector<WallOrder::Row> visible_;
  std::size_t strip_size_ = 0;
  std::vector<Fold> folds_;
  std::uint32_t folded_count_ = 0, folded_unowned_ = 0;
  Scroll list_, strip_;
  float strip_seen_ = -1;  ///< height of the strip when the rows' places were fixed
  float shift_ = 0;        ///< what a growing strip took from the list while it was held
  float list_height_ = 0, strip_height_ = 0;
  Menu menu_;
  FieldState saved_name_;
  bool focus_name_ = false;
};

/// Nothing is open: since when, and the proof that every source speaks.
void draw_quiet(Frame& f, Desk& d, const Rect& r);

}  // namespace wf::ui
