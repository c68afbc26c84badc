#include "agents/onvif/door_output.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

class DoorOutput final : public kit::Output {
 public:
  DoorOutput(const kit::OutputSpec& spec, std::string door, bool own_time, PullPoint& device, http::Trust trust)
      : door_(std::move(door)),
        own_time_(own_time),
        actions_(spec.actions),
        ends_itself_(spec.ends_itself),
        timeout_(spec.timeout),
        device_(device),
        trust_(std::move(trust)) {}

  void begin(const Order& order, const kit::Moment& moment) override {
    outcome_.reset();
    deadline_ = moment.mono + timeout_;
    digest_ = false;
    wanted_ = request_of(order.action, order.undo);
    seconds_ = order.seconds;
    start(moment);
  }

  Result<std::string> check() override {
    const auto look = [] { return kit::Moment{kit::Clock().now(), kit::monotonic_ns()}; };
    kit::Moment moment = look();
    outcome_.reset();
    deadline_ = moment.mono + kCheckFor;
    digest_ = false;
    wanted_ = Request::door_info;
    start(moment);
    for (;; moment = look()) {
      if (const std::optional<Result<void>> out = outcome(moment))
        return *out ? Result<std::string>(found_) : Result<std::string>(out->error());
      std::vector<pollfd> fds;
      add_fds(fds);
      const std::int64_t left = std::max<std::int64_t>(next_wake() - moment.mono, 0);
      (void)::poll(fds.data(), fds.size(), static_cast<int>(left / kMillisecond) + 1);
    }
  }

  std::optional<Result<void>> outcome(const kit::Moment& moment) override {
    if (!outcome_ && client_)
      if (std::optional<Result<http::Answer>> answer = client_->step()) take(*answer, moment);
    if (!outcome_ && moment.mono >= deadline_) fail("it did not answer within the output's timeout");
    std::optional<Result<void>> out = std::exchange(outcome_, std::nullopt);
    if (out) client_.reset();
    return out;
  }

  void add_fds(std::vector<pollfd>& fds) const override {
    if (client_) client_->add_fds(fds);
  }
  std::int64_t next_wake() const override {
    if (outcome_) return 0;
    return client_ ? std::min(deadline_, client_->next_wake()) : deadline_;
  }

 private:
  [[nodiscard]] Request request_of(const std::string& action, bool undo) const {
    if (action != "unlock") return action == "release" ? Request::unlock_door : Request::lock_door;
    return undo ? Request::lock_door : ends_itself_ ? Request::access_door : Request::unlock_door;
  }

  void start(const kit::Moment& moment) {
    Result<std::unique_ptr<http::Client>> client = http::Client::make(trust_);
    if (!client) return fail(client.error().what);
    client_ = std::move(*client);
    ask(service_ ? wanted_ : Request::service_list, moment);
  }

  /// What the device says of its door, for --check.
  void found(const Reply& reply) {
    const auto it =
        std::find_if(reply.doors.begin(), reply.doors.end(), [&](const DoorInfo& one) { return one.token == door_; });
    if (it == reply.doors.end()) return fail("it knows no such door: 'door' is what its events call DoorToken");
    for (const std::string& action : actions_) {
      const Request needed = request_of(action, false);
      if (needed == Request::access_door ? !it->accesses : needed == Request::unlock_door ? !it->unlocks : !it->locks)
        return fail("its door takes no " + std::string(name_of(needed)) + ", so '" + action + "' would be refused");
    }
    found_ = device_.device().authority() + " answers: door " + door_ +
             (it->name.empty() ? std::string() : " is '" + one_line(it->name) + "'") +
             "; this user may ask about it, and whether it may open it is seen when it does";
    outcome_ = Result<void>();
  }

  void ask(Request request, const kit::Moment& moment) {
    asked_ = request;
    RequestParts parts;
    if (request != Request::service_list) parts.door = door_;
    if (request == Request::access_door && !own_time_ && seconds_ > 0) parts.time = duration_text(seconds_ * kSecond);
    const http::Address& to = request == Request::service_list ? device_.device() : *service_;
    http::Question question = device_.besides(request, to, std::move(parts), digest_, moment);
    question.timeout = std::max<std::int64_t>(deadline_ - moment.mono, kMillisecond);
    client_->ask(std::move(question));
  }

  void take(const Result<http::Answer>& answer, const kit::Moment& moment) {
    if (!answer) return fail(answer.error().text());
    Result<Reply> read = answer->body.empty() ? Result<Reply>(Reply{}) : read_reply(answer->body);
    const Reply reply = read ? std::move(*read) : Reply{};
    if (answer->status == 401 || reply.unauthorized) {
      // It was not carried out: whoever is not let in is not heard.
      if (answer->digest_offered && !std::exchange(digest_, true)) return ask(asked_, moment);
      return fail("it refuses this user" + (reply.fault.empty() ? std::string() : ": " + reply.fault));
    }
    if (asked_ == Request::service_list) {
      // One that keeps no list takes everything at one place.
      service_ =
          reply.door_service.empty() ? device_.device() : http::same_device(device_.device(), reply.door_service);
      return ask(wanted_, moment);
    }
    if (!reply.fault.empty()) return fail("it refuses: " + reply.fault);
    if (asked_ == Request::door_info && reply.kind == "GetDoorInfoResponse") return found(reply);
    if (reply.kind == std::string(name_of(asked_)) + "Response" && answer->status >= 200 && answer->status < 300) {
      outcome_ = Result<void>();
      return;
    }
    // Somewhere else the next time, if there it moved.
    service_.reset();
    fail(reply.kind.empty() ? "it answered HTTP " + std::to_string(answer->status)
                            : "it answered with '" + one_line(reply.kind) + "'");
  }

  void fail(const std::string& why) {
    outcome_ = Result<void>(Error{why, device_.device().authority() + " door " + door_, ""});
  }

  const std::string door_;
  const bool own_time_;
  const std::vector<std::string> actions_;
  const bool ends_itself_;
  const std::int64_t timeout_;
  PullPoint& device_;
  const http::Trust trust_;
  std::unique_ptr<http::Client> client_;  ///< while an order is under way
  std::optional<http::Address> service_;
  Request asked_ = Request::service_list, wanted_ = Request::lock_door;
  bool digest_ = false;
  std::uint32_t seconds_ = 0;
  std::int64_t deadline_ = 0;
  std::optional<Result<void>> outcome_;
  std::string found_;
};

}  // namespace

Result<std::unique_ptr<kit::Output>> make_door_output(const kit::OutputSpec& spec, PullPoint& device,
                                                      http::Trust trust) {
  static constexpr const char* kWrite = "write to: {door: TOKEN}, the token that its events call DoorToken";
  std::string door;
  bool own_time = false;
  for (const auto& [key, value] : spec.to) {
    if (key == "door" && !value.empty())
      door = value;
    else if (key == "time" && value == "own")
      own_time = true;
    else
      return Error{"'" + key + ": " + value + "' says nothing to an ONVIF controller", spec.where, kWrite};
  }
  if (door.empty()) return Error{"it does not say which door", spec.where, kWrite};
  if (own_time && !spec.ends_itself)
    return Error{"'time: own' is for a door that the device shuts again", spec.where, "add 'ends_itself: true'"};
  for (const std::string& action : spec.actions)
    if (!kit::door_action(action))
      return Error{"an ONVIF controller has no sounder that could be driven", spec.where, "remove '" + action + "'"};
  return std::unique_ptr<kit::Output>(
      std::make_unique<DoorOutput>(spec, std::move(door), own_time, device, std::move(trust)));
}

}  // namespace wf::onvif
