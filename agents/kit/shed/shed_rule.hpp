#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// One value that a field may have, without regard to ASCII case: "text", "begin*", "*end", "*within*", "<5", ">5"
/// (numbers), "10.0.0.0/8" (addresses of a network).
class ShedValue {
 public:
  explicit ShedValue(std::string text);
  [[nodiscard]] bool fits(std::string_view value) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Form : std::uint8_t { exact, begins, ends, within, less, more, network };
  Form form_ = Form::exact;
  std::string text_, word_;
  double number_ = 0;
  unsigned char network_[16] = {};
  int family_ = 0, bits_ = 0;
};

/// A field and its values, of which one has to fit.
struct ShedCondition {
  std::string field;  ///< as events call it; "kind", "logsource.service" and so on for what is no field
  std::vector<ShedValue> values;
};

/// What becomes of records that fit all conditions of one rule.
struct ShedRule {
  enum class Action : std::uint8_t { keep, drop, one_in, above };
  Action action = Action::keep;
  std::vector<ShedCondition> conditions;  ///< none: every record
  std::uint32_t number = 0;               ///< of one_in: how many; of above: records a second
  std::string by;                         ///< the field that decides which are sampled; empty: kShedKeys, or a count
  std::string where;                      ///< file:line
  /// As it was written, in a line: "one in 100 of event_type=flow dest_port=53|123".
  [[nodiscard]] std::string text() const;
};

/// What names a flow in Suricata's, Zeek's and other records, in the order in which they are looked for.
inline constexpr std::string_view kShedKeys[] = {"flow_id", "uid", "community_id"};

/// A record that is not an event yet, so that what is shed need not be made into one first.
class RawRecord {
 public:
  enum class Known : std::uint8_t { value, absent, unknown };
  virtual ~RawRecord() = default;
  /// The one value that the event's field of this name will have. Unknown: it must be made to know.
  [[nodiscard]] virtual Known field(std::string_view name, std::string_view& value) = 0;
  /// When it happened, to the second at least; 0: not known.
  [[nodiscard]] virtual UtcNs time() = 0;
};

/// Which rule is the first that fits. `none`: no rule; `unknown`: the event must be made to know.
struct ShedMatch {
  enum class Is : std::uint8_t { rule, none, unknown };
  Is is = Is::none;
  std::size_t rule = 0;
};
[[nodiscard]] ShedMatch first_match(const std::vector<ShedRule>& rules, RawRecord& record);
[[nodiscard]] ShedMatch first_match(const std::vector<ShedRule>& rules, const Event& event);

/// What stands under the name in an event: a field's first value, its kind or what its logsource says.
[[nodiscard]] std::string_view shed_field(const Event& event, std::string_view name);

/// What each rule does, in a line, and what may not be meant: a rule that is never reached, one that may shed alerts.
struct ShedExplained {
  std::string text;
  bool warning = false;
};
[[nodiscard]] std::vector<ShedExplained> explain(const std::vector<ShedRule>& rules);

}  // namespace wf::kit
