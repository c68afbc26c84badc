#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/fusion/fusion.hpp"
#include "console/fusion/plans.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {

/// A small estate: HQ with a lobby, a server lobby and a server room one behind the other (doors D-0 from outside, D-1,
/// D-231, each with a reader on both sides: R-1 in, R-1X out; the server room has room for two), an office with a door
/// that nobody reads, cameras C-26 at D-231 and C-27 in the server room, host hv-07 there, ws-14 of Ann in the
/// office), and Antwerp with one door D-900, 80 km away.
[[nodiscard]] std::shared_ptr<const Estate> small_estate();

/// Rules that the tests of this folder share: one each of what fusion must tell apart.
[[nodiscard]] std::shared_ptr<const sigma::RuleSet> small_rules();
[[nodiscard]] std::shared_ptr<const sigma::RuleSet> rules_of(const std::string& yaml);
[[nodiscard]] std::shared_ptr<const fusion::PlanBook> plans_of(const std::string& yaml);

inline constexpr UtcNs kStart = 1'772'000'000 * kSecond;  ///< 2026-02-25T06:13:20Z, a Wednesday

/// Fusion with a hand on every input. Times are seconds after kStart; the engine's clock follows the events'.
class Watch {
 public:
  Watch();
  Watch(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, fusion::Policy policy = {},
        std::shared_ptr<const fusion::PlanBook> plans = {});

  /// One event; fields are name, value pairs. Its id is "e1", "e2"…
  Event& event(double at, const std::string& kind, std::initializer_list<std::pair<const char*, const char*>> fields);
  void event(Event e);
  CommandReply command(CommandKind kind, std::vector<std::uint64_t> incidents,
                       const std::function<void(Command&)>& more = {});
  /// The same with what is shown now as seen.
  CommandReply act(CommandKind kind, std::uint64_t incident, const std::function<void(Command&)>& more = {});
  void tick(double at);

  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> open() const { return fusion.open_incidents(); }
  /// The one open incident; fails the test if there are more or none.
  [[nodiscard]] std::shared_ptr<const Incident> one() const;
  [[nodiscard]] std::shared_ptr<const Incident> incident(std::uint64_t id) const;
  /// Every incident there is, as JSON lines.
  [[nodiscard]] std::string json() const;
  /// Lines of an incident's why: "opens | Door D-231 forced | same door".
  [[nodiscard]] static std::string why(const Incident& incident);

  fusion::Fusion fusion;
  fusion::Changes changes;  ///< of the last input
  UtcNs now = kStart;

 private:
  std::uint64_t events_ = 0, commands_ = 0;
  Event last_;
};

}  // namespace wf::test
