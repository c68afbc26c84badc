#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/remembered.hpp"
#include "console/ui/widgets.hpp"

namespace wf::ui {

/// The small form that stands under the panel's actions while one of them needs a word more.
struct PanelForm {
  Action kind = Action::none;
  std::uint64_t incident = 0;  ///< 0: about none (a call that is a log entry)
  int choice = -1;
  std::uint32_t marked = 0;  ///< split: the choices that are marked, one bit each
  FieldState who, place, text;
  bool focus_who = false, focus_text = false;
  [[nodiscard]] bool open() const { return kind != Action::none; }
};

/// The selected incident: why, where, see, do, say, log; and what can be done with it now. Every action has a key and
/// a button; a command covers the revision that is shown.
class IncidentPanel {
 public:
  /// Takes the frame's keys and what other views asked for. Call before draw, in every view.
  void update(Frame& f, Desk& d);
  /// `i` null: nothing is selected, so what comes next is shown.
  void draw(Frame& f, Desk& d, const Rect& r);
  /// A text field of the panel has, or is about to have, the keyboard.
  [[nodiscard]] bool typing() const;
  [[nodiscard]] bool form_open() const { return form_.open(); }
  void close() { form_ = PanelForm{}; }
  /// What was begun and not sent, to be kept; and puts it back where it was.
  void begun(WindowMemory& out) const;
  void resume(const WindowMemory& kept);

 private:
  void turn_note(const Snapshot& s, const Incident* to);
  void act(Frame& f, Desk& d, Action action);
  void submit(Frame& f, Desk& d);
  [[nodiscard]] std::string refusal(const Frame& f, const Desk& d) const;
  [[nodiscard]] float form_height() const;
  void form_keys(Frame& f, Desk& d);
  void draw_head(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_actions(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_more(Frame& f, Desk& d);
  void draw_form(Frame& f, Desk& d, const Rect& r);
  float draw_why(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view);
  float draw_see(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  float draw_where(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  float draw_do(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  float draw_log(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view);
  void draw_note(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_shift(Frame& f, Desk& d, const Rect& r);

  PanelForm form_;
  FieldState note_;
  Draft noted_;                ///< which incident `note_` is about
  std::vector<Draft> drafts_;  ///< of the others, the newest last
  UtcNs form_opened_ = 0;      ///< when the form's incident opened
  bool focus_note_ = false;
  std::uint64_t shown_ = 0;
  Scroll why_, middle_, right_;
  std::vector<Action> more_;  ///< actions that found no room
  Rect more_at_;
  bool more_open_ = false;
};

/// What a form offers to choose from.
struct Choice {
  std::string label;
  std::uint64_t incident = 0;  ///< merge
  std::int64_t span = 0;       ///< shelve
  std::string event;           ///< split: the line's first event
  bool until_clear = false;    ///< shelve: it returns when it is normal again, after `span` at the latest
};
[[nodiscard]] std::vector<Choice> choices_of(Action kind, const Snapshot& s, const Incident* i);
/// Why an action cannot be taken now; empty when it can.
[[nodiscard]] std::string why_not(Action action, const Incident& i);
struct ActionLook {
  const char* label;
  const char* key;
  char letter;
};
[[nodiscard]] const ActionLook& look_of(Action action);

}  // namespace wf::ui
