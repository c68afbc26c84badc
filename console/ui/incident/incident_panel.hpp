#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/incident/attachment_look.hpp"
#include "console/ui/remembered.hpp"

namespace wf::ui {

/// An incident that may be resolved together with another, as it is shown.
struct Alike {
  std::uint64_t incident = 0;
  std::uint32_t revision = 0;
};

/// The small form that stands under the panel's actions while one of them needs a word more.
struct PanelForm {
  Action kind = Action::none;
  std::uint64_t incident = 0;  ///< 0: about none (a call that is a log entry)
  int choice = -1;
  std::uint32_t marked = 0;  ///< split: the choices that are marked, one bit each
  FieldState who, place, text;
  bool focus_who = false, focus_text = false;
  std::uint64_t alike_of = ~0ULL;  ///< version of the snapshot that `alike` is of; resolve only
  std::vector<Alike> alike;
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
  void close() {
    form_ = PanelForm{};
    skip_ = {};
  }
  /// What was begun and not sent, to be kept; and puts it back where it was.
  void begun(WindowMemory& out) const;
  void resume(const WindowMemory& kept);

 private:
  void turn_note(const Snapshot& s, const Incident* to);
  void act(Frame& f, Desk& d, Action action);
  void submit(Frame& f, Desk& d);
  void submit_alike(Frame& f, Desk& d);
  void find_alike(const Frame& f, const Desk& d);
  [[nodiscard]] std::string refusal(const Frame& f, const Desk& d) const;
  [[nodiscard]] float form_height() const;
  void form_keys(Frame& f, Desk& d);
  void draw_head(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_actions(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_more(Frame& f, Desk& d);
  void draw_form(Frame& f, Desk& d, const Rect& r);
  float draw_why(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view);
  float draw_see(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  /// At least one.
  float draw_stills(Frame& f, Desk& d, float x, float y, float w, const std::vector<AttachmentLook>& stills);
  float draw_where(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  float draw_do(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  /// Returns its height.
  float draw_step(Frame& f, Desk& d, float x, float y, float w, const Incident& i, std::size_t step, bool small);
  void draw_skip(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void plan_keys(Frame& f, Desk& d, const Incident& i);
  /// The keys of the field that asks why a step is skipped; false if there is none.
  bool skip_keys(Desk& d, const Incident& i);
  void begin_skip(Frame& f, Desk& d, const Incident& i, std::size_t step);
  void send_skip(Frame& f, Desk& d, const Incident& i);
  void take_back(Frame& f, Desk& d, const Incident& i, std::size_t step);
  /// May the person here say that a skipped step was seen?
  [[nodiscard]] static bool may_see(const Frame& f, const Incident& i);
  void see_skipped(Frame& f, Desk& d, const Incident& i);
  /// Which step's reason is asked for; −1: none.
  [[nodiscard]] int skipping(const Incident& i) const;
  float draw_calls(Frame& f, Desk& d, float x, float y, float w, const Incident& i);
  /// How many were reached, in the panel's foot; a click brings the list into view. Returns its width; 0: no list.
  float draw_calls_button(Frame& f, Desk& d, const Rect& foot, const Incident& i);
  /// The list's contact that is next was called.
  void call_keys(Frame& f, Desk& d, const Incident& i);
  /// Once a step is done, or asked about, the next one comes into view.
  void follow_step(Frame& f, const Incident& i, const Rect& view, Scroll& s);
  float draw_log(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view);
  void draw_note(Frame& f, Desk& d, const Rect& r, const Incident& i);
  void draw_shift(Frame& f, Desk& d, const Rect& r);

  /// A step is known by its words: its number changes when another plan comes to lead.
  struct Skip {
    bool open = false, focus = false, asked = false;
    std::string step;
    FieldState reason;
  };
  struct Followed {
    std::uint64_t incident = 0;
    std::size_t step = 0;
    bool skips = false;
    bool operator==(const Followed&) const = default;
  };

  /// What the panel without an incident says of all of them: worked out once a snapshot and a second.
  struct Shift {
    std::shared_ptr<const Snapshot> of;
    std::int64_t second = 0;
    std::vector<const Incident*> waiting, shelved;  ///< the first few; those that return, the next one first
    UtcNs oldest = 0;
    std::uint32_t stale = 0, late = 0;
  };
  static constexpr std::size_t kMostWaiting = 5;
  void sum_shift(const Desk& d, UtcNs now);

  PanelForm form_;
  Shift shift_;
  Skip skip_;
  Followed followed_;
  Rect focus_row_;  ///< of the step to do now, in this frame
  FieldState note_;
  Draft noted_;                ///< which incident `note_` is about
  std::vector<Draft> drafts_;  ///< of the others, the newest last
  UtcNs form_opened_ = 0;      ///< when the form's incident opened
  bool focus_note_ = false;
  std::uint64_t shown_ = 0;
  std::string still_;  ///< hash of the still that somebody chose
  Scroll why_, middle_, right_;
  float calls_at_ = 0;  ///< where the list of calls begins, in this frame
  bool show_calls_ = false;
  std::string chosen_call_;   ///< the contact that somebody chose in place of who is next
  std::vector<Action> more_;  ///< actions that found no room
  Rect more_at_;
  bool more_open_ = false;
};

/// What a form offers to choose from.
struct Choice {
  std::string label;           ///< as it is shown
  std::uint64_t incident = 0;  ///< merge
  std::int64_t span = 0;       ///< shelve
  std::string event;           ///< split: the line's first event
  bool until_clear = false;    ///< shelve: it returns when it is normal again, after `span` at the latest
  bool connected = false;      ///< dispatch: a guard's post that is there shows it
  std::string name = {};       ///< of its area, where the label follows the language; empty: the label
};
[[nodiscard]] std::vector<Choice> choices_of(Action kind, const Snapshot& s, const Incident* i);
/// Incidents that may be resolved together with `i`, which is among them: open, of the same rule at the same site, not
/// worse than it, with nobody under way, no life safety, maintenance or test. One incident alone has none alike.
[[nodiscard]] std::vector<Alike> alike(const Snapshot& s, const Incident& i);
/// Why an action cannot be taken now; empty when it can.
[[nodiscard]] std::string why_not(Action action, const Incident& i);
struct ActionLook {
  Text label, key;
  char letter;
};
[[nodiscard]] const ActionLook& look_of(Action action);

}  // namespace wf::ui
