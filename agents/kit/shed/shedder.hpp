#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/shed/shed_rule.hpp"
#include "proto/link_message.hpp"

namespace wf::kit {

/// Decides which of a source's records become events that are sent, by rules of which the first that fits counts; what
/// none fits is kept, and life safety always. What is decided is counted by rule, so that of each rule
/// matched = kept + shed.
///
/// Sampling is deterministic: of records that name a flow (ShedRule::by, or kShedKeys) a hash of that name decides, the
/// same in every agent, at every start and for every rule, so that all of a flow is kept or none; of others every n-th
/// is kept, counted by rule from the start of the agent, the first one first. One thread.
class Shedder {
 public:
  enum class Verdict : std::uint8_t { keep, shed, later };

  explicit Shedder(std::vector<ShedRule> rules);

  /// Of a record before it is an event, which must be none of life safety; `later`: not counted yet, ask of the event.
  [[nodiscard]] Verdict early(RawRecord& record, const Moment& moment);
  /// An event was made of the record that early() last kept: only now it counts, since it might have been refused.
  void made();
  /// Of an event. False: it is shed.
  [[nodiscard]] bool late(const Event& event, const Moment& moment);
  /// Lets `above` end when nothing comes any more; call it about once a second.
  void tick(const Moment& moment);

  struct Count {
    std::uint64_t matched = 0, shed = 0;
    [[nodiscard]] std::uint64_t kept() const { return matched - shed; }
  };
  [[nodiscard]] const std::vector<ShedRule>& rules() const { return rules_; }
  [[nodiscard]] const std::vector<Count>& counts() const { return counts_; }
  /// What no rule fits, life safety included.
  [[nodiscard]] std::uint64_t unmatched() const { return unmatched_; }
  /// How many of a rule's records stand for each that is kept just now: 1, or what `above` has come to.
  [[nodiscard]] std::uint32_t factor(std::size_t rule) const;
  /// That `above` began or ended, each in a line, since the last call.
  [[nodiscard]] std::vector<std::string> news();

  /// Counts as text, to go on with after a restart: those of rules that are still written alike.
  [[nodiscard]] std::string kept() const;
  void go_on(std::string_view kept);

 private:
  struct Sampling {
    std::uint64_t counter = 0;
    // Of above.
    std::int64_t second = 0;  ///< of the records, that is counted
    std::int64_t began = 0;   ///< CLOCK_MONOTONIC when its first came
    std::uint64_t count = 0;
    std::uint32_t factor = 1;
    std::int64_t calm = 0;  ///< seconds for which a smaller factor would have done
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  void count(std::size_t rule, bool keep);
  template <class Record>
  [[nodiscard]] bool keeps(std::size_t rule, Record& record, const Moment& moment);
  [[nodiscard]] bool sampled(std::uint32_t one_in, std::string_view key, std::uint64_t& counter) const;
  void look_at_rate(std::size_t rule, UtcNs time, const Moment& moment);
  void close_second(std::size_t rule, std::int64_t seconds);
  void set_factor(std::size_t rule, std::uint32_t factor, std::uint64_t rate);

  std::vector<ShedRule> rules_;
  std::vector<Count> counts_;
  std::vector<Sampling> samplings_;
  std::uint64_t unmatched_ = 0;
  std::size_t early_ = kNone;  ///< the rule that kept the record of which an event is made now
  std::vector<std::string> news_;
};

}  // namespace wf::kit
