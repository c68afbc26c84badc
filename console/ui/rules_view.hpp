#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "console/ui/desk.hpp"
#include "console/ui/rule_rows.hpp"
#include "console/ui/widgets.hpp"

namespace wf::ui {

/// Every loaded rule with what it is worth: how often, how true, how long, how restless; the worst ten with what would
/// help; the alarm numbers against their limits. The list is asked of the engine while the view is shown.
class RulesView {
 public:
  void update(Frame& f, Desk& d);
  void draw(Frame& f, Desk& d, const Rect& r);

 private:
  enum class Tab : std::uint8_t { rules, worst, limits };

  void refresh(Frame& f, Desk& d);
  void take_list(std::shared_ptr<const RuleList> list);
  void sort();
  void select(std::string id);
  [[nodiscard]] const RuleRow* selected() const;
  /// The proposal for a rule, of the newest week that has one; empty: none.
  [[nodiscard]] std::string fix_of(std::string_view id) const;

  void draw_head(Frame& f, Desk& d, const Rect& r);
  /// Returns where the table begins.
  float draw_chips(Frame& f, Desk& d, const Rect& r);
  void draw_table(Frame& f, Desk& d, const Rect& r);
  void draw_problems(Frame& f, const Rect& r);
  void draw_detail(Frame& f, Desk& d, const Rect& r, const RuleRow& row);
  void draw_worst(Frame& f, Desk& d, const Rect& r);
  void draw_limits(Frame& f, Desk& d, const Rect& r);

  Tab tab_ = Tab::rules;
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
  // What the person chose.
  RuleFilter filter_;
  RuleColumn by_ = RuleColumn::month;
  bool descending_ = true;
  bool show_problems_ = false;
  std::vector<std::uint32_t> order_;  ///< of rows_, as they are shown
  std::string selected_;
  bool reveal_ = false;
  FieldState field_;
  bool focus_field_ = false;
  std::size_t worst_week_ = 0;
  Scroll table_, detail_scroll_, worst_, limits_, problems_;
};

}  // namespace wf::ui
