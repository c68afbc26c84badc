#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/rules/rule_rows.hpp"

namespace wf::ui {

/// Every loaded rule with what it is worth: how often, how true, how long, how restless; the worst ten with what would
/// help; the alarm numbers against their limits. The list is asked of the engine while the view is shown.
class RulesView {
 public:
  void update(Frame& f, Desk& d);
  void draw(Frame& f, Desk& d, const Rect& r);

 private:
  enum class Tab : std::uint8_t { rules, worst, limits };
  enum class Pane : std::uint8_t { about, trial, edit };
  enum class TrialOf : std::uint8_t { loaded, off, edited };
  /// Another text of one rule, as somebody writes it; nothing of it is anywhere else before it is put in force.
  struct Draft {
    std::string rule;
    std::string shown;  ///< the text that it began with
    TextArea area;
    double changed = -1;  ///< when it was written to last, and not checked since; < 0: it is checked
    std::uint64_t asked = 0;
    std::shared_ptr<const RuleCheck> check;  ///< of the text as it is; null: not yet
  };
  /// What is about to be asked of the engine, with its reason.
  struct Form {
    enum class Kind : std::uint8_t { none, off, text, restore } kind = Kind::none;
    FieldState reason;
    int until = 0;
    bool focus = false;
  };

  void refresh(Frame& f, Desk& d);
  void take_list(std::shared_ptr<const RuleList> list);
  void sort();
  void select(std::string id);
  [[nodiscard]] const RuleRow* selected() const;
  /// The proposal for a rule, of the newest week that has one; empty: none.
  [[nodiscard]] std::string fix_of(std::string_view id) const;
  /// What somebody changed of it; null: nothing.
  [[nodiscard]] const RuleChange* change_of(std::string_view id) const;
  /// Why this seat may change no rules; empty: it may.
  [[nodiscard]] std::string why_not(const Frame& f) const;
  /// The selected rule's draft says something else than what is in force.
  [[nodiscard]] bool has_edit() const { return draft_.rule == selected_ && draft_.area.text != draft_.shown; }

  void draw_head(Frame& f, Desk& d, const Rect& r);
  /// Returns where the table begins.
  float draw_chips(Frame& f, Desk& d, const Rect& r);
  void draw_table(Frame& f, Desk& d, const Rect& r);
  void draw_problems(Frame& f, const Rect& r);
  void draw_changes(Frame& f, Desk& d, const Rect& r);
  void draw_detail(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  void draw_about(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  /// What is changed here of the rule, and how it is switched off, on or taken back; returns the height.
  float draw_standing(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  [[nodiscard]] Text form_words() const;
  [[nodiscard]] float form_height(const Painter& p, float w) const;
  float draw_form(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  void carry_out(Frame& f, const RuleRow& row);
  void send(Frame& f, Command command);
  void follow_command(Frame& f);
  [[nodiscard]] bool waits() const { return sent_ >= 0; }
  void ask_trial(Frame& f, Desk& d);
  void begin_trial(Frame& f, Desk& d, const RuleRow& row);
  void draw_trial(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  void follow_draft(Frame& f, Desk& d);
  void draw_edit(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  void draw_worst(Frame& f, Desk& d, const Rect& r);
  void draw_limits(Frame& f, Desk& d, const Rect& r);

  Tab tab_ = Tab::rules;
  Pane pane_ = Pane::about;
  // What the engine said.
  std::shared_ptr<const RuleList> list_;  ///< with rules and problems, also where the last answer left them out
  std::vector<RuleRow> rows_;
  struct Counts {
    long long never = 0, noisy = 0, matched = 0;
    std::array<long long, 4> levels{};  ///< by Priority
  } counts_;                            ///< of rows_
  std::string problem_;                 ///< why there is no list, or no newer one
  std::uint64_t asked_ = 0;
  double asked_at_ = -1e9;
  std::shared_ptr<const RuleDetail> detail_;
  std::uint64_t detail_asked_ = 0;
  double detail_at_ = -1e9;
  std::string detail_problem_;
  std::shared_ptr<const Trial> trial_;
  std::uint64_t trial_asked_ = 0;
  double trial_at_ = -1e9;
  bool trial_begun_ = false;  ///< what is asked is to begin one
  std::string trial_problem_;
  // What the person chose.
  RuleFilter filter_;
  RuleColumn by_ = RuleColumn::month;
  bool descending_ = true;
  enum class Instead : std::uint8_t { none, problems, changes } instead_ = Instead::none;  ///< of the table
  std::vector<std::uint32_t> order_;  ///< of rows_, as they are shown
  std::string selected_;
  bool reveal_ = false;
  FieldState field_;
  bool focus_field_ = false;
  Draft draft_;
  bool focus_draft_ = false;
  Form form_;
  double sent_ = -1e9;   ///< when a command went out that is not answered yet
  std::string refused_;  ///< why the last one was not carried out; empty: it was, or none was sent
  TrialOf trial_of_ = TrialOf::loaded;
  int trial_days_ = 1;
  std::size_t worst_week_ = 0;
  Scroll table_, about_, trial_scroll_, worst_, limits_, problems_, changes_;
};

}  // namespace wf::ui
