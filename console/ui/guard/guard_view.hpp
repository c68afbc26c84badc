#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/site_map.hpp"

namespace wf::ui {

/// A guard's post: what its guard is sent to, where that is, what to do there, and one tap for each thing to say. Large
/// enough for two metres; it fills the window, and nothing of a console stands around it.
class GuardView {
 public:
  void set_post(std::string name) { post_ = std::move(name); }
  /// Takes the frame's keys.
  void update(Frame& f, Desk& d);
  void draw(Frame& f, Desk& d, const Rect& r, SiteMapState& map);
  /// A field has, or is about to have, the keyboard.
  [[nodiscard]] bool typing() const { return words_.active || focus_; }

 private:
  /// What stands in the bar.
  enum class Mode : std::uint8_t { steps, finding, other_finding, note };
  void follow(Frame& f, Desk& d);
  void say(Frame& f, Desk& d, const char* action, std::string text = {});
  void say_note(Frame& f, Desk& d, std::string text);
  void next_step(Frame& f, Desk& d);
  void hold_panic(Frame& f, bool held);
  [[nodiscard]] bool reached(const Frame& f) const { return f.input.connection_problem.empty(); }
  [[nodiscard]] bool waits(const Desk& d) const;
  // guard_view.cpp
  void draw_header(Frame& f, const Rect& r);
  float draw_bands(Frame& f, Desk& d, const Rect& r);
  float draw_others(Frame& f, Desk& d, const Rect& r);
  void draw_empty(Frame& f, const Rect& r) const;
  // guard_card.cpp
  /// Returns the height that all of it takes.
  float draw_card(Frame& f, Desk& d, const Rect& r);
  float draw_plan(Frame& f, Desk& d, float x, float y, float w);
  float draw_log(Frame& f, float x, float y, float w) const;
  // guard_bar.cpp
  void draw_bar(Frame& f, Desk& d, const Rect& r);
  void draw_steps(Frame& f, Desk& d, const std::vector<Rect>& cells);
  void draw_findings(Frame& f, Desk& d, const std::vector<Rect>& cells);
  void draw_words(Frame& f, Desk& d, const Rect& r, const Rect& side, bool tall);
  void draw_panic(Frame& f, Desk& d, const Rect& r);

  std::string post_;
  std::string me_;  ///< the guard's name for people
  std::shared_ptr<const Snapshot> seen_;
  std::vector<const Incident*> mine_;  ///< of the frame's snapshot: those under way first, each by when it was sent
  const Incident* current_ = nullptr;
  std::uint64_t chosen_ = 0;
  struct Known {
    std::uint64_t id = 0;
    std::string title;
  };
  std::vector<Known> active_;  ///< that were mine and not done, as the guard saw them last
  Mode mode_ = Mode::steps;
  FieldState words_;
  bool focus_ = false;
  UtcNs since_ = 0;       ///< since when this post looks at an engine
  double hold_ = -1;      ///< when panic was pressed; < 0: it is not
  bool pressed_ = false;  ///< this hold has sent it
  UtcNs panic_ = 0;       ///< when it was sent, until it is shown
  Scroll plan_;
  float need_ = 0;  ///< height that the words took in the last frame
};

/// The first of `faces` in which `s` has at most `lines` lines of `max` width, else the last.
[[nodiscard]] Face face_that_fits(const Painter& p, std::string_view s, float max, int lines,
                                  std::initializer_list<Face> faces);
/// The same words in that face from the top `y` on; returns where they end.
float large_text(Painter& p, float x, float y, float max, int lines, std::string_view s,
                 std::initializer_list<Face> faces, ImU32 color);

/// A button of the bar: a large label, its key, and what is known of it below.
struct LargeButton {
  std::string_view key = {};
  std::string below = {};  ///< "04:12"; empty: nothing
  bool primary = false, done = false, enabled = true;
};
Hit large_button(Painter& p, std::string_view name, const Rect& r, std::string_view label, const LargeButton& style);

}  // namespace wf::ui
