#include "console/seat/remote_seat.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "console/seat/seat_codec.hpp"
#include "console/seat/seat_server.hpp"
#include "console/seat/wake.hpp"

namespace wf::seat {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTend{500};
constexpr seconds kHeartbeatEvery{2};
constexpr seconds kConnectAnew{20};  ///< silence after which the socket itself is made anew

/// The first that answers the question.
std::uint32_t version_for(Query::What what) {
  if (what == Query::What::attachment) return kStillsWireVersion;
  return what > Query::What::rule ? kTrialsWireVersion : about_rules(what) ? kRulesWireVersion : 1;
}

std::string_view what_is_new(std::uint32_t version) {
  return version == kStillsWireVersion  ? "hand out stills"
         : version == kRulesWireVersion ? "tell of its rules"
                                        : "try or change rules";
}

std::string random_id() {
  unsigned char bytes[16];
  randombytes_buf(bytes, sizeof bytes);
  char text[33];
  sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
  return text;
}

class RemoteSeat final : public Seat {
 public:
  explicit RemoteSeat(RemoteSeatOptions options) : options_(std::move(options)) {
    auto empty = std::make_shared<Snapshot>();
    empty->estate = std::make_shared<const Estate>();
    empty->devices = std::make_shared<const std::map<std::string, DeviceState>>();
    empty->zone_people = std::make_shared<const std::map<std::string, std::uint32_t>>();
    snapshot_ = std::move(empty);
    heard_ = started_ = SteadyClock::now();
  }
  ~RemoteSeat() override {
    stop_ = true;
    wake_.signal();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] Result<void> open() {
    try {
      connect();
    } catch (const zmq::error_t& e) {
      return Error{std::string("cannot be connected to (") + e.what() + ")", options_.token.endpoint,
                   "check the address"};
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const override {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }
  void send(Command command) override {
    if (command.id.empty()) command.id = random_id();
    {
      const std::lock_guard lock(mutex_);
      unanswered_.push_back(command);
      Request request;
      request.command = std::move(command);
      outbox_.push_back(std::move(request));
    }
    wake_.signal();
  }
  [[nodiscard]] std::vector<CommandReply> replies() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(replies_, {});
  }
  std::uint64_t ask(Query query, std::function<void(std::shared_ptr<const QueryPage>)> answer) override {
    std::uint64_t token = 0;
    {
      const std::lock_guard lock(mutex_);
      token = ++last_token_;
      asked_.emplace(token, Asked{query, std::move(answer)});
      Request request;
      request.ask = Request::Ask{token, std::move(query)};
      outbox_.push_back(std::move(request));
    }
    wake_.signal();
    return token;
  }
  void cancel(std::uint64_t token) override {
    {
      const std::lock_guard lock(mutex_);
      if (asked_.erase(token) == 0) return;
      Request request;
      request.cancel = token;
      outbox_.push_back(std::move(request));
    }
    wake_.signal();
  }
  void set_on_change(std::function<void()> on_change) override {
    const std::lock_guard lock(on_change_mutex_);
    on_change_ = std::move(on_change);
  }
  [[nodiscard]] std::string connection_problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  struct Asked {
    Query query;
    std::function<void(std::shared_ptr<const QueryPage>)> answer;
  };

  void connect() {
    socket_ = std::make_unique<zmq::socket_t>(context_, zmq::socket_type::dealer);
    socket_->set(zmq::sockopt::linger, 0);
    socket_->set(zmq::sockopt::sndhwm, 1000);
    socket_->set(zmq::sockopt::rcvhwm, 64);
    socket_->set(zmq::sockopt::maxmsgsize, kMaxUpdateBytes);
    socket_->set(zmq::sockopt::handshake_ivl, 3000);
    socket_->set(zmq::sockopt::reconnect_ivl, 200);
    socket_->set(zmq::sockopt::reconnect_ivl_max, 2000);
    socket_->set(zmq::sockopt::immediate, 1);
    if (!options_.token.engine_key.empty()) {
      socket_->set(zmq::sockopt::curve_serverkey, options_.token.engine_key);
      socket_->set(zmq::sockopt::curve_publickey, options_.token.public_key);
      socket_->set(zmq::sockopt::curve_secretkey, options_.token.secret_key);
    }
    socket_->connect(options_.token.endpoint);
    welcomed_ = false;
    said_hello_ = {};
    decoder_ = {};
  }

  void run() {
    while (!stop_) {
      try {
        zmq::pollitem_t items[] = {{socket_->handle(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_.fd(), ZMQ_POLLIN, 0}};
        zmq::poll(items, 2, until_due());
        wake_.take();
        receive();
        tend();
        transmit();
      } catch (const zmq::error_t& e) {
        if (e.num() != EINTR) return;  // the context is gone
      }
    }
  }

  bool transmit(const Request& request) {
    encode_request(request, buffer_);
    return socket_->send(zmq::buffer(buffer_), zmq::send_flags::dontwait).has_value();
  }

  void transmit() {
    held_back_ = false;
    while (welcomed_) {
      Request request;
      {
        const std::lock_guard lock(mutex_);
        if (outbox_.empty()) return;
        request = std::move(outbox_.front());
        outbox_.pop_front();
      }
      if (request.ask && version_ < version_for(request.ask->query.what)) {
        answer_too_old(*request.ask);
        continue;
      }
      if (transmit(request)) continue;
      held_back_ = true;
      const std::lock_guard lock(mutex_);
      outbox_.push_front(std::move(request));
      return;
    }
  }

  /// An older engine would take the question for another one.
  void answer_too_old(const Request::Ask& ask) {
    std::function<void(std::shared_ptr<const QueryPage>)> answer;
    {
      const std::lock_guard lock(mutex_);
      const auto it = asked_.find(ask.token);
      if (it == asked_.end()) return;
      answer = std::move(it->second.answer);
      asked_.erase(it);
    }
    QueryPage page;
    page.error = fmt::format("the engine is older than this seat and does not {}; bring it to the seat's version",
                             what_is_new(version_for(ask.query.what)));
    answer(std::make_shared<const QueryPage>(std::move(page)));
  }

  void say_hello() {
    Request request;
    request.hello = Request::Hello{kSeatWireVersion, options_.program, options_.name, options_.post};
    said_hello_ = SteadyClock::now();
    welcomed_ = false;
    transmit(request);
  }

  /// How long nothing is to be done unless somebody speaks: an idle console sleeps until its next sign of life.
  [[nodiscard]] milliseconds until_due() const {
    if (!welcomed_ || held_back_) return kTend;
    const auto silence = std::chrono::ceil<milliseconds>(std::chrono::duration<double>(kSeatSilence));
    const auto due = std::min(beat_ + kHeartbeatEvery, heard_ + silence) - SteadyClock::now();
    return std::clamp<milliseconds>(std::chrono::ceil<milliseconds>(due), milliseconds(1), kHeartbeatEvery);
  }

  void tend() {
    const auto now = SteadyClock::now();
    if (!welcomed_ && now - said_hello_ >= seconds(1)) say_hello();
    if (welcomed_ && now - beat_ >= kHeartbeatEvery) {
      beat_ = now;
      transmit(Request{});
    }
    const auto silent = now - heard_;
    if (silent > std::chrono::duration<double>(kSeatSilence) && now - said_hello_ >= kHeartbeatEvery) {
      if (silent > kConnectAnew && now - connected_ > kConnectAnew) {
        connected_ = now;
        connect();
      }
      say_hello();
    }
    std::string problem;
    const auto shown = std::chrono::duration_cast<seconds>(silent).count();
    if (!ever_heard_) {
      const auto waited = std::chrono::duration_cast<seconds>(now - started_).count();
      if (waited >= 1) problem = "Engine not reached yet, for " + std::to_string(waited) + " s";
    } else if (static_cast<double>(shown) >= kSeatSilence) {
      problem = "Engine not reached for " + std::to_string(shown) + " s";
    } else if (!refusal_.empty() && !welcomed_) {
      problem = "Engine refuses this seat: " + refusal_;
    }
    set_problem(std::move(problem));
  }

  void set_problem(std::string problem) {
    {
      const std::lock_guard lock(mutex_);
      if (problem == problem_) return;
      problem_ = std::move(problem);
    }
    changed();
  }

  void receive() {
    bool news = false;
    for (int n = 0; n < 256; ++n) {
      zmq::message_t frame;
      if (!socket_->recv(frame, zmq::recv_flags::dontwait)) break;
      heard_ = SteadyClock::now();
      ever_heard_ = true;
      std::shared_ptr<const Snapshot> snapshot;
      Result<Update> update = decoder_.decode({frame.data<char>(), frame.size()}, snapshot);
      if (!update) {
        refusal_ = update.error().text();
        decoder_ = {};
        say_hello();
        continue;
      }
      news = take(*update, snapshot) || news;
    }
    if (news) changed();
  }

  bool take(Update& update, std::shared_ptr<const Snapshot>& snapshot) {
    if (update.welcome) {
      welcomed_ = true;
      refusal_.clear();
      version_ = std::min(update.welcome->wire_version, kSeatWireVersion);
      decoder_ = UpdateDecoder(version_);
      resend();
    }
    if (!update.refused.empty()) {
      refusal_ = update.refused;
      if (SteadyClock::now() - said_hello_ >= kTend) say_hello();
    }
    std::function<void(std::shared_ptr<const QueryPage>)> answer;
    {
      const std::lock_guard lock(mutex_);
      if (snapshot) snapshot_ = snapshot;
      for (CommandReply& r : update.replies) {
        const auto is = [&](const Command& c) { return c.id == r.command_id; };
        const auto it = std::find_if(unanswered_.begin(), unanswered_.end(), is);
        if (it == unanswered_.end()) continue;  // answered before
        unanswered_.erase(it);
        replies_.push_back(std::move(r));
      }
      if (update.page) {
        const auto it = asked_.find(update.page->token);
        if (it != asked_.end()) {
          answer = std::move(it->second.answer);
          asked_.erase(it);
        }
      }
    }
    if (answer) answer(std::make_shared<const QueryPage>(std::move(update.page->page)));
    return snapshot || !update.replies.empty();
  }

  /// After a welcome everything that was not answered goes out again, in order; the engine knows ids it has taken.
  void resend() {
    const std::lock_guard lock(mutex_);
    outbox_.clear();
    for (const Command& c : unanswered_) {
      Request request;
      request.command = c;
      outbox_.push_back(std::move(request));
    }
    for (const auto& [token, asked] : asked_) {
      Request request;
      request.ask = Request::Ask{token, asked.query};
      outbox_.push_back(std::move(request));
    }
  }

  void changed() {
    const std::lock_guard lock(on_change_mutex_);
    if (on_change_) on_change_();
  }

  const RemoteSeatOptions options_;
  // Both sides, under the mutex.
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::deque<Request> outbox_;
  std::deque<Command> unanswered_;
  std::map<std::uint64_t, Asked> asked_;
  std::vector<CommandReply> replies_;
  std::string problem_;
  std::uint64_t last_token_ = 0;
  std::mutex on_change_mutex_;  // held while it is called
  std::function<void()> on_change_;
  // The thread's own.
  zmq::context_t context_{1};
  std::unique_ptr<zmq::socket_t> socket_;
  UpdateDecoder decoder_;
  std::uint32_t version_ = kSeatWireVersion;  ///< that both ends speak
  bool welcomed_ = false, ever_heard_ = false;
  bool held_back_ = false;  ///< the socket had no room for what waits
  std::string refusal_;
  SteadyClock::time_point heard_, started_, said_hello_{}, beat_{}, connected_{};
  std::string buffer_;
  Wake wake_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Seat>> make_remote_seat(RemoteSeatOptions options) {
  if (sodium_init() < 0) return Error{"libsodium cannot be used", "seat", "reinstall libsodium23"};
  auto seat = std::make_unique<RemoteSeat>(std::move(options));
  if (Result<void> opened = seat->open(); !opened) return opened.error();
  return std::unique_ptr<Seat>(std::move(seat));
}

}  // namespace wf::seat
