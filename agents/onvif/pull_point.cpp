#include "agents/onvif/pull_point.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

constexpr std::int64_t kShortest = 2 * kSecond, kLongest = 15 * kSecond;  ///< between tries of what failed
constexpr std::int64_t kRefused = 5 * kMinute, kRefusedLongest = 60 * kMinute;
constexpr std::int64_t kClockEvery = 10 * kMinute, kFresh = 10 * kSecond;
constexpr std::int64_t kAnswer = 5 * kSecond;       ///< a device may think this long
constexpr std::int64_t kPace = 200 * kMillisecond;  ///< of a device that always has something to say
constexpr std::int64_t kIdlePace = kSecond;         ///< of one that answers at once that there is nothing
constexpr std::int64_t kMargin = 5 * kSecond;
constexpr unsigned kForms = 3, kNoRenewal = 2;
constexpr unsigned kLimit = 64;

std::string status_words(long status) {
  std::string out = "it answered HTTP " + std::to_string(status);
  if (status == 404) out += " (is the path right?)";
  if (status >= 300 && status < 400) out += " (it sends elsewhere, which is not followed)";
  return out;
}

}  // namespace

PullPoint::PullPoint(http::Address device, Options options, Random random)
    : device_(std::move(device)), options_(options), random_(std::move(random)) {
  if (!device_.path_given) device_.path = "/onvif/device_service";
}

void PullPoint::set_account(std::string user, std::string password) {
  user_ = std::move(user);
  password_ = std::move(password);
}

void PullPoint::start(std::string_view saved, const kit::Moment& moment) {
  last_good_ = moment.mono;
  // EXPIRES ADDRESS PARAMETERS
  const std::size_t first = saved.find(' ');
  if (first == std::string_view::npos) return;
  std::int64_t expires = 0;
  (void)std::from_chars(saved.data(), saved.data() + first, expires);
  const std::size_t second = std::min(saved.find(' ', first + 1), saved.size());
  const std::int64_t left = expires - moment.now;
  if (left <= kMargin || left > kDay) return;
  const Result<http::Address> address = http::read_address(saved.substr(first + 1, second - first - 1));
  if (!address || address->host != device_.host || address->scheme != device_.scheme) return;
  // What is asked with them must still be XML: of a position that was damaged nothing is taken up.
  std::string parameters(saved.substr(std::min(second + 1, saved.size())));
  if (!read_reply("<Envelope><Header>" + parameters + "</Header><Body/></Envelope>")) return;
  subscription_ = *address;
  parameters_ = std::move(parameters);
  has_subscription_ = taken_up_ = true;
  created_at_ = moment.mono;
  lease_end_ = moment.mono + left;
  lease_end_utc_ = expires;
  renew_at_ = moment.mono;
}

std::string PullPoint::save() const {
  if (!has_subscription_) return {};
  // What is saved is one line; a device whose parameters are not gets a new subscription after a restart.
  if (parameters_.find_first_of("\r\n") != std::string::npos) return {};
  return std::to_string(lease_end_utc_) + " " + subscription_.text() + " " + parameters_;
}

void PullPoint::leave() {
  if (phase_ != Phase::done) phase_ = has_subscription_ ? Phase::leave : Phase::done;
  wait_until_ = 0;
}

std::int64_t PullPoint::next_wake(std::int64_t mono) const {
  if (phase_ == Phase::done) return kit::kNever;
  const std::int64_t silent_at = last_good_ + kSilent > mono ? last_good_ + kSilent : kit::kNever;
  return asked_ ? silent_at : std::min(wait_until_, silent_at);
}

std::int64_t PullPoint::margin() const { return std::min(kMargin, lease_ / 4); }

std::optional<Request> PullPoint::choose(const kit::Moment& moment) {
  switch (phase_) {
    case Phase::clock:
      return Request::clock;
    case Phase::information:
      return Request::information;
    case Phase::services:
      return Request::services;
    case Phase::create:
      return Request::create;
    case Phase::leave:
      return Request::unsubscribe;
    case Phase::done:
      return std::nullopt;
    case Phase::pull:
      break;
  }
  if (moment.mono >= clock_due_) return Request::clock;
  if (std::exchange(taken_up_, false)) return Request::synchronize;
  if (renew_form_ < kNoRenewal && moment.mono >= renew_at_) return Request::renew;
  if (moment.mono < lease_end_ - margin()) return Request::pull;
  // It cannot be extended, or was not in time. The old one runs out by itself: on some devices ending one ends all.
  has_subscription_ = false;
  // After a restart that took the old one up, nobody has asked yet where a new one is made.
  phase_ = services_.empty() ? Phase::services : Phase::create;
  return services_.empty() ? Request::services : Request::create;
}

std::optional<http::Question> PullPoint::next(const kit::Moment& moment) {
  if (asked_ || moment.mono < wait_until_) return std::nullopt;
  const std::optional<Request> request = choose(moment);
  if (!request) return std::nullopt;
  asked_ = request;
  asked_at_ = moment.mono;
  return write(*request, moment);
}

std::string PullPoint::create_time(const kit::Moment& moment) const {
  if (create_form_ == 0) return duration_text(options_.lease);
  if (create_form_ == 1) return format_rfc3339((moment.now + ahead_.value_or(0) + options_.lease) / kSecond * kSecond);
  return {};
}

http::Question PullPoint::write(Request request, const kit::Moment& moment) {
  RequestParts parts;
  http::Address to = device_;
  if (request == Request::create) to = services_[service_];
  const bool on_subscription = request == Request::pull || request == Request::renew ||
                               request == Request::synchronize || request == Request::unsubscribe;
  if (on_subscription) {
    to = subscription_;
    parts.parameters = parameters_;
  }
  if (request == Request::create) parts.time = create_time(moment);
  if (request == Request::renew) {
    parts.time = renew_form_ == 0
                     ? duration_text(options_.lease)
                     : format_rfc3339((moment.now + ahead_.value_or(0) + options_.lease) / kSecond * kSecond);
  }
  std::int64_t timeout = 2 * kAnswer;
  if (request == Request::pull) {
    // No longer than until the lease must be seen to.
    const std::int64_t until = std::min(renew_form_ < kNoRenewal ? renew_at_ : kit::kNever, lease_end_ - margin());
    const std::int64_t wait = std::clamp(until - moment.mono, kSecond, options_.wait);
    parts.time = duration_text(wait);
    parts.limit = kLimit;
    timeout = wait + kAnswer;
  }
  http::Question out = sign(request, to, std::move(parts), login_, moment);
  out.timeout = timeout;
  return out;
}

http::Question PullPoint::sign(Request request, const http::Address& to, RequestParts parts, Login how,
                               const kit::Moment& moment) {
  parts.to = to.text();
  random_(parts.id);
  http::Question out;
  const bool login = request != Request::clock && !user_.empty();
  if (login && how != Login::digest) {
    std::array<std::uint8_t, 16> nonce{};
    random_(nonce);
    parts.security = username_token(user_, password_, nonce, moment.now + ahead_.value_or(0));
  }
  if (login && how != Login::token) {
    out.user = user_;
    out.password = password_;
  }
  out.url = parts.to;
  out.body = write_request(request, parts);
  out.headers = {"Content-Type: application/soap+xml; charset=utf-8; action=\"" + std::string(action_of(request)) +
                 "\""};
  return out;
}

void PullPoint::learn(const PullPoint& other) {
  login_ = other.login_;
  ahead_ = other.ahead_;
  clock_at_ = other.clock_at_;
}

http::Question PullPoint::besides(Request request, const http::Address& to, RequestParts parts, bool digest,
                                  const kit::Moment& moment) {
  return sign(request, to, std::move(parts), digest ? Login::both : login_, moment);
}

void PullPoint::answered(Result<http::Answer> answer, const kit::Moment& moment, Heard& heard) {
  const Request request = std::exchange(asked_, std::nullopt).value_or(Request::clock);
  wait_until_ = 0;
  if (request == Request::unsubscribe) {
    has_subscription_ = false;
    phase_ = Phase::done;
    return;
  }
  if (!answer) return fail(answer.error().text(), moment);
  Result<Reply> reply = answer->body.empty() ? Result<Reply>(Reply{}) : read_reply(answer->body);
  const bool challenged = answer->status == 401;
  if (!reply && answer->status >= 200 && answer->status < 300) {
    heard.refused.push_back(reply.error());
    return fail(reply.error().text(), moment);
  }
  // Some put a page of HTML beside the status of a refusal.
  Reply said = reply ? std::move(*reply) : Reply{};
  const bool soap = !said.kind.empty();
  if (!soap && !challenged && request != Request::services && request != Request::create && request != Request::renew &&
      request != Request::synchronize && request != Request::information)
    return fail(status_words(answer->status), moment);
  last_good_ = moment.mono;
  heard_ = true;
  if (!soap && !challenged) said.fault = status_words(answer->status);
  if ((challenged || said.unauthorized) && request != Request::clock) return unauthorized(*answer, moment);
  understood(request, said, *answer, moment, heard);
}

void PullPoint::understood(Request request, Reply& reply, const http::Answer& answer, const kit::Moment& moment,
                           Heard& heard) {
  if (request == Request::clock) return take_clock(reply, answer, moment);
  refused_until_ = 0;
  refused_for_ = 0;
  date_tried_ = false;
  switch (request) {
    case Request::information:
      if (reply.fault.empty()) information_ = std::move(reply);
      if (options_.probe)
        phase_ = Phase::done;
      else
        phase_ = has_subscription_ && moment.mono < lease_end_ - margin() ? Phase::pull : Phase::services;
      return;
    case Request::services:
      find_services(reply);
      phase_ = Phase::create;
      return;
    case Request::create:
      if (!reply.fault.empty()) return not_created(reply.fault, reply.kind.empty(), moment);
      if (reply.kind != "CreatePullPointSubscriptionResponse")
        return not_created("it answered with '" + one_line(reply.kind) + "'", true, moment);
      // Some leave out the address: the subscription is asked where it was made.
      subscription_ = reply.subscription.empty() ? services_[service_] : http::same_device(device_, reply.subscription);
      parameters_ = std::move(reply.parameters);
      has_subscription_ = true;
      taken_up_ = false;
      created_at_ = moment.mono;
      renew_form_ = 0;
      take_lease(reply, options_.lease, moment);
      phase_ = Phase::pull;
      problem_.clear();
      no_events_.clear();
      backoff_ = 0;
      return;
    case Request::renew:
      if (!reply.fault.empty()) {
        ++renew_form_;
        return;
      }
      take_lease(reply, options_.lease, moment);
      return;
    case Request::pull: {
      if (!reply.fault.empty()) return not_pulled(reply.fault, moment);
      if (reply.kind != "PullMessagesResponse") return fail("it answered with '" + one_line(reply.kind) + "'", moment);
      problem_.clear();
      backoff_ = 0;
      // What was pulled may have extended the lease, or not: the device says so.
      if (reply.current && reply.termination && *reply.termination > *reply.current)
        lease_end_ = moment.mono + std::min(*reply.termination - *reply.current, kHour);
      drained_ = reply.notices.size() < kLimit;
      if (reply.too_many > 0)
        heard.refused.push_back({std::to_string(reply.too_many) + " notifications beyond the " +
                                     std::to_string(kMostNotices) + " that one answer may hold were left out",
                                 "", "see what the device is at"});
      const bool quick = moment.mono - asked_at_ < kIdlePace;
      if (reply.notices.empty() && quick) wait_until_ = asked_at_ + kIdlePace;
      if (!reply.notices.empty()) wait_until_ = asked_at_ + kPace;
      heard.notices = std::move(reply.notices);
      return;
    }
    case Request::service_list:
    case Request::access_door:
    case Request::unlock_door:
    case Request::lock_door:
    case Request::door_info:
    case Request::clock:
    case Request::synchronize:
    case Request::unsubscribe:
      return;
  }
}

void PullPoint::take_clock(const Reply& reply, const http::Answer& answer, const kit::Moment& moment) {
  const UtcNs told = reply.clock ? *reply.clock : answer.date;
  if (told > 0) {
    // Told in whole seconds, and it took a while: the middle is the best guess.
    const std::int64_t took = std::min(moment.mono - asked_at_, kAnswer);
    ahead_ = told + kSecond / 2 - (moment.now - took / 2);
  }
  clock_at_ = moment.mono;
  clock_due_ = moment.mono + kClockEvery;
  if (phase_ != Phase::clock) return;
  if (moment.mono < refused_until_)
    wait_until_ = std::min(refused_until_, moment.mono + kLongest);
  else
    phase_ = Phase::information;
}

void PullPoint::take_lease(const Reply& reply, std::int64_t otherwise, const kit::Moment& moment) {
  std::int64_t lease = otherwise;
  if (reply.current && reply.termination) {
    const std::int64_t told = *reply.termination - *reply.current;
    if (told >= 2 * kSecond && told <= kDay) lease = told;
  }
  lease_ = lease;
  lease_end_ = moment.mono + lease;
  lease_end_utc_ = moment.now + lease;
  renew_at_ = moment.mono + std::min(lease, options_.lease) / 2;
}

void PullPoint::find_services(const Reply& reply) {
  services_.clear();
  service_ = 0;
  create_form_ = 0;
  const auto add = [&](http::Address address) {
    if (std::find(services_.begin(), services_.end(), address) == services_.end())
      services_.push_back(std::move(address));
  };
  if (!reply.event_service.empty()) add(http::same_device(device_, reply.event_service));
  if (device_.path_given) add(device_);
  for (const char* const usual :
       {"/onvif/event_service", "/onvif/events_service", "/onvif/Events", "/onvif/services", "/onvif/device_service"})
    add(http::same_device(device_, usual));
}

void PullPoint::unauthorized(const http::Answer& answer, const kit::Moment& moment) {
  if (!user_.empty()) {
    if (login_ == Login::token && answer.digest_offered) {
      login_ = Login::digest;
      return;
    }
    if (login_ == Login::digest) {
      login_ = Login::both;
      return;
    }
    // A token is refused for its time too, which may have been set since it was asked.
    if (login_ == Login::token && moment.mono - clock_at_ > kFresh) {
      phase_ = Phase::clock;
      return;
    }
    // A device that does not tell its time may do so in passing.
    if (answer.date > 0 && !date_tried_ && std::abs(answer.date - (moment.now + ahead_.value_or(0))) > kMargin) {
      ahead_ = answer.date - moment.now;
      date_tried_ = true;
      login_ = Login::token;
      return;
    }
  }
  problem_ = user_.empty() ? "it wants a user and password" : "it refuses user or password";
  login_ = Login::token;
  date_tried_ = false;
  // Devices lock an account after some tries: few, and far between.
  refused_for_ = refused_for_ == 0 ? kRefused : std::min(2 * refused_for_, kRefusedLongest);
  refused_until_ = moment.mono + refused_for_;
  phase_ = options_.probe ? Phase::done : Phase::clock;
  wait_until_ = moment.mono + kLongest;
}

void PullPoint::not_created(const std::string& words, bool wrong_place, const kit::Moment& moment) {
  if (!wrong_place && ++create_form_ < kForms) return;
  create_form_ = 0;
  if (service_ == 0) refusal_ = words;
  if (++service_ < services_.size()) return;
  no_events_ = refusal_;
  problem_ = "it lets nobody subscribe to events: " + no_events_;
  service_ = 0;
  backoff_ = backoff_ == 0 ? kShortest : std::min(2 * backoff_, kLongest);
  wait_until_ = moment.mono + backoff_;
  phase_ = Phase::clock;
}

void PullPoint::not_pulled(const std::string& words, const kit::Moment& moment) {
  // A device that began anew knows nothing of it: another one, at once, unless that was one just now.
  has_subscription_ = false;
  if (moment.mono - created_at_ < kLongest) return fail("it forgets subscriptions: " + words, moment);
  phase_ = Phase::clock;
}

void PullPoint::fail(const std::string& why, const kit::Moment& moment) {
  problem_ = why;
  drained_ = false;
  backoff_ = backoff_ == 0 ? kShortest : std::min(2 * backoff_, kLongest);
  wait_until_ = moment.mono + backoff_;
  if (phase_ == Phase::leave || (options_.probe && phase_ != Phase::clock)) {
    phase_ = Phase::done;
    return;
  }
  phase_ = Phase::clock;
}

}  // namespace wf::onvif
