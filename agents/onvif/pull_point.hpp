#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/http/address.hpp"
#include "agents/http/client.hpp"
#include "agents/kit/clock.hpp"
#include "agents/onvif/notice.hpp"
#include "agents/onvif/reply.hpp"
#include "agents/onvif/request.hpp"

namespace wf::onvif {

/// A subscription to one device's events (ONVIF Core, 9.4), from the first question to its end: what to ask next, and
/// what follows from each answer. Knows no network and no clock. Devices differ in how they refuse, extend and forget;
/// each way that was seen is met here.
class PullPoint {
 public:
  using Random = std::function<void(std::span<std::uint8_t>)>;
  struct Options {
    std::int64_t lease = 2 * kMinute;  ///< asked for
    std::int64_t wait = 10 * kSecond;  ///< how long a device may hold back an answer until there is news
    bool probe = false;                ///< ask who it is, and subscribe to nothing
  };
  static constexpr std::int64_t kSilent = 30 * kSecond;  ///< without an answer it is off line

  PullPoint(http::Address device, Options options, Random random);
  void set_account(std::string user, std::string password);
  /// What another one found of the same device: its clock, and how it wants to be signed to.
  void learn(const PullPoint& other);
  /// Precedes everything else. `saved` is save() of an earlier run: its subscription is taken up again if it still
  /// lives.
  void start(std::string_view saved, const kit::Moment& moment);

  /// The next question; none while one is under way, or before next_wake().
  [[nodiscard]] std::optional<http::Question> next(const kit::Moment& moment);
  struct Heard {
    std::vector<Notice> notices;
    std::vector<Error> refused;  ///< of answers that could not be used
  };
  /// What came of the question.
  void answered(Result<http::Answer> answer, const kit::Moment& moment, Heard& heard);
  /// CLOCK_MONOTONIC at which next(), or who looks at silent(), has something to do.
  [[nodiscard]] std::int64_t next_wake(std::int64_t mono) const;
  /// Ends the subscription with the next question.
  void leave();
  /// A question to the same device besides the subscription, signed as the device was found to want it; `digest`: by
  /// HTTP digest too.
  [[nodiscard]] http::Question besides(Request request, const http::Address& to, RequestParts parts, bool digest,
                                       const kit::Moment& moment);
  [[nodiscard]] const http::Address& device() const { return device_; }

  [[nodiscard]] bool asked() const { return asked_.has_value(); }
  [[nodiscard]] bool done() const { return phase_ == Phase::done; }
  [[nodiscard]] bool subscribed() const { return phase_ == Phase::pull; }
  /// The device had nothing more to say when it was asked last.
  [[nodiscard]] bool drained() const { return drained_; }
  [[nodiscard]] bool silent(std::int64_t mono) const { return mono - last_good_ >= kSilent; }
  [[nodiscard]] bool heard() const { return heard_; }
  [[nodiscard]] bool refused() const { return refused_until_ != 0; }
  /// It answers, but subscribes nobody: the device's words.
  [[nodiscard]] const std::string& no_events() const { return no_events_; }
  /// Why it does not do what it is asked; empty: it does.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// How far the device's clock is ahead of ours, once it was asked.
  [[nodiscard]] std::optional<std::int64_t> clock_ahead() const { return ahead_; }
  [[nodiscard]] const Reply& information() const { return information_; }
  [[nodiscard]] std::string save() const;

 private:
  enum class Phase : std::uint8_t { clock, information, services, create, pull, leave, done };
  enum class Login : std::uint8_t { token, digest, both };

  [[nodiscard]] std::optional<Request> choose(const kit::Moment& moment);
  http::Question write(Request request, const kit::Moment& moment);
  http::Question sign(Request request, const http::Address& to, RequestParts parts, Login login,
                      const kit::Moment& moment);
  void understood(Request request, Reply& reply, const http::Answer& answer, const kit::Moment& moment, Heard& heard);
  void take_clock(const Reply& reply, const http::Answer& answer, const kit::Moment& moment);
  void take_lease(const Reply& reply, std::int64_t otherwise, const kit::Moment& moment);
  void unauthorized(const http::Answer& answer, const kit::Moment& moment);
  void not_created(const std::string& words, bool wrong_place, const kit::Moment& moment);
  void not_pulled(const std::string& words, const kit::Moment& moment);
  [[nodiscard]] std::int64_t margin() const;
  void fail(const std::string& why, const kit::Moment& moment);
  void find_services(const Reply& reply);
  [[nodiscard]] std::string create_time(const kit::Moment& moment) const;

  http::Address device_;
  Options options_;
  Random random_;
  std::string user_, password_;
  Phase phase_ = Phase::clock;
  std::optional<Request> asked_;
  std::int64_t asked_at_ = 0, wait_until_ = 0, last_good_ = 0, backoff_ = 0;
  bool heard_ = false, drained_ = false;
  std::string problem_, no_events_, refusal_;

  Login login_ = Login::token;
  bool date_tried_ = false;
  std::int64_t refused_until_ = 0, refused_for_ = 0;
  std::optional<std::int64_t> ahead_;
  std::int64_t clock_at_ = 0, clock_due_ = 0;

  Reply information_;
  std::vector<http::Address> services_;  ///< where a subscription may be had
  std::size_t service_ = 0;
  unsigned create_form_ = 0;  ///< how InitialTerminationTime is written

  http::Address subscription_;
  std::string parameters_;
  bool has_subscription_ = false, taken_up_ = false;
  std::int64_t lease_ = kMinute, lease_end_ = 0, lease_end_utc_ = 0, renew_at_ = 0, created_at_ = 0;
  unsigned renew_form_ = 0;  ///< how TerminationTime is written; 2: renewing is of no use
};

}  // namespace wf::onvif
