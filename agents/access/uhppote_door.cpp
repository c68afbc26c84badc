#include "agents/access/uhppote_door.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "agents/access/uhppote_packet.hpp"
#include "agents/kit/clock.hpp"
#include "agents/kit/descriptor.hpp"

namespace wf::access {
namespace {

constexpr std::uint16_t kPort = 60000;
constexpr std::int64_t kAgain = kSecond;
constexpr std::size_t kSerialAt = 4, kDoorAt = 8, kStateAt = 9, kDelayAt = 10, kOpenedAt = 8;
constexpr int kMostStrange = 64;  ///< datagrams that are no answer, in one turn

/// How a door is set. One that is set to stay closed ignores its exit button.
constexpr std::uint8_t kStaysOpen = 1, kStaysClosed = 2, kControlled = 3, kFirstCard = 4;

enum class Function : std::uint8_t { open = 0x40, set = 0x80, ask = 0x82 };

using Packet = std::array<std::uint8_t, kUhppoteSize>;

struct Target {
  std::uint32_t serial = 0;
  std::uint8_t door = 0;
  sockaddr_in address{};
};

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && stop == text.data() + text.size();
}

bool read_address(const std::string& text, sockaddr_in& out) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  std::uint16_t port = kPort;
  if (colon < text.size() && (!read_number(std::string_view(text).substr(colon + 1), port) || port == 0)) return false;
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  return ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &out.sin_addr) == 1;
}

class UhppoteDoor final : public kit::Output {
 public:
  UhppoteDoor(const kit::OutputSpec& spec, const Target& target)
      : target_(target),
        ends_itself_(spec.ends_itself),
        opens_(std::find(spec.actions.begin(), spec.actions.end(), "unlock") != spec.actions.end()),
        most_(spec.max_seconds),
        timeout_(spec.timeout),
        name_("controller " + std::to_string(target.serial)) {}

  /// Only its question is asked: how the door is set, and for how long it opens.
  Result<std::string> check() override {
    connect();
    if (outcome_) return std::exchange(outcome_, std::nullopt)->error();
    std::int64_t now = kit::monotonic_ns();
    const std::int64_t end = now + kCheckFor;
    packet_of(Function::ask, {});
    say_again({0, now});
    Result<std::string> out = Error{"it does not answer", name_,
                                    "see its address, its network, and that 'controller' is its serial number: "
                                    "another's answer is not taken"};
    for (bool heard = false; !heard && now < end; now = kit::monotonic_ns()) {
      pollfd fd{socket_.get(), POLLIN, 0};
      (void)::poll(&fd, 1, static_cast<int>((std::min(again_at_, end) - now) / kMillisecond) + 1);
      std::array<std::uint8_t, kUhppoteSize + 1> bytes;
      const ssize_t n = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (n < 0 && errno == ECONNREFUSED) {
        out = Error{"nothing listens there", name_, "see 'address': a controller's port is 60000"};
        break;
      }
      heard = n == static_cast<ssize_t>(kUhppoteSize) && answers(bytes.data());
      if (heard) out = found(bytes[kDoorAt], bytes[kStateAt], bytes[kDelayAt]);
      if (kit::monotonic_ns() >= again_at_) say_again({0, kit::monotonic_ns()});
    }
    socket_.reset();
    return out;
  }

  void begin(const Order& order, const kit::Moment& moment) override {
    order_ = order;
    outcome_.reset();
    deadline_ = moment.mono + timeout_;
    connect();
    if (!outcome_) say(Function::ask, {}, moment);
  }

  std::optional<Result<void>> outcome(const kit::Moment& moment) override {
    for (int i = 0; !outcome_ && i < kMostStrange; ++i) {
      std::array<std::uint8_t, kUhppoteSize + 1> bytes;
      const ssize_t n = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      // One that is not there says so; it may be there the next time that it is asked.
      if (n < 0 && (errno == ECONNREFUSED || errno == EINTR)) continue;
      if (n < 0) break;
      if (n == static_cast<ssize_t>(kUhppoteSize)) take(bytes.data(), moment);
    }
    if (!outcome_ && moment.mono >= deadline_) fail("it did not answer within the output's timeout");
    if (!outcome_ && said_ != Function::open && moment.mono >= again_at_) say_again(moment);
    std::optional<Result<void>> out = std::exchange(outcome_, std::nullopt);
    if (out) socket_.reset();
    return out;
  }

  void add_fds(std::vector<pollfd>& fds) const override {
    if (socket_.open()) fds.push_back({socket_.get(), POLLIN, 0});
  }
  std::int64_t next_wake() const override {
    if (outcome_) return 0;
    return said_ == Function::open ? deadline_ : std::min(deadline_, again_at_);
  }

 private:
  void connect() {
    socket_ = kit::Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* const to = reinterpret_cast<const sockaddr*>(&target_.address);
    if (!socket_.open() || ::connect(socket_.get(), to, sizeof target_.address) != 0)
      fail(std::string("it cannot be reached: ") + std::strerror(errno));
  }

  [[nodiscard]] Result<std::string> found(std::uint8_t door, std::uint8_t state, std::uint8_t delay) const {
    static constexpr std::array<const char*, 5> kStates{"", "is set to stay open", "is set to stay closed",
                                                        "obeys its cards", "waits for its first card"};
    const std::string which = "door " + std::to_string(target_.door);
    if (door != target_.door || state == 0 || state >= kStates.size())
      return Error{"it answers, and knows no " + which, name_, "see how many doors it has"};
    if (opens_ && ends_itself_ && state == kStaysClosed)
      return Error{which + " is set to stay closed: an unlock would be refused", name_,
                   "let it obey its cards, in the controller's own program"};
    if (opens_ && ends_itself_ && most_ > 0 && delay > most_)
      return Error{"it opens " + which + " for " + std::to_string(delay) + " s, and 'max_seconds' is " +
                       std::to_string(most_) + ": every unlock would be refused",
                   name_, "shorten the door's delay, or raise 'max_seconds'"};
    return name_ + " answers: " + which + " " + kStates[state] + ", it opens for " + std::to_string(delay) +
           " s; it knows no users, so whoever reaches it may open it";
  }

  void say(Function function, std::initializer_list<std::uint8_t> more, const kit::Moment& moment) {
    packet_of(function, more);
    say_again(moment);
  }

  void packet_of(Function function, std::initializer_list<std::uint8_t> more) {
    said_ = function;
    packet_.fill(0);
    packet_[0] = 0x17;
    packet_[1] = static_cast<std::uint8_t>(function);
    for (std::size_t i = 0; i < 4; ++i) packet_[kSerialAt + i] = static_cast<std::uint8_t>(target_.serial >> (8 * i));
    packet_[kDoorAt] = target_.door;
    std::copy(more.begin(), more.end(), packet_.begin() + kStateAt);
  }

  void say_again(const kit::Moment& moment) {
    again_at_ = moment.mono + kAgain;
    // What is lost is said again, or told by the deadline.
    (void)::send(socket_.get(), packet_.data(), packet_.size(), MSG_NOSIGNAL);
  }

  [[nodiscard]] bool answers(const std::uint8_t* bytes) const {
    return bytes[0] == 0x17 && bytes[1] == static_cast<std::uint8_t>(said_) &&
           std::equal(bytes + kSerialAt, bytes + kDoorAt, packet_.begin() + kSerialAt);
  }

  void take(const std::uint8_t* bytes, const kit::Moment& moment) {
    if (!answers(bytes)) return;
    switch (said_) {
      case Function::ask:
        if (bytes[kDoorAt] == target_.door) asked(bytes[kStateAt], bytes[kDelayAt], moment);
        return;
      case Function::open:
        if (bytes[kOpenedAt] == 1)
          outcome_ = Result<void>();
        else
          fail("it refuses to open the door");
        return;
      case Function::set:
        // An answer to the question before it, said twice, is of another function.
        if (bytes[kDoorAt] != target_.door || bytes[kStateAt] != packet_[kStateAt]) return fail("it did not take it");
        held_ = packet_[kStateAt] == kStaysOpen && order_.action == "unlock" && !order_.undo;
        outcome_ = Result<void>();
        return;
    }
  }

  void asked(std::uint8_t state, std::uint8_t delay, const kit::Moment& moment) {
    const bool unlock = order_.action == "unlock" && !order_.undo;
    if (unlock && ends_itself_) {
      if (state == kStaysClosed) return fail("the controller has this door set to stay closed");
      if (order_.seconds > 0 && delay > order_.seconds)
        return fail("the controller would open the door for " + std::to_string(delay) + " s, the command says " +
                    std::to_string(order_.seconds) + " s: shorten the door's delay");
      return say(Function::open, {}, moment);
    }
    if (unlock && !held_) before_ = state;
    const bool back = order_.undo && (before_ == kStaysOpen || before_ == kFirstCard);
    const std::uint8_t wanted = unlock || order_.action == "release" ? kStaysOpen : back ? before_ : kControlled;
    say(Function::set, {wanted, delay}, moment);
  }

  void fail(const std::string& why) { outcome_ = Result<void>(Error{why, name_, ""}); }

  const Target target_;
  const bool ends_itself_, opens_;
  const std::uint32_t most_;
  const std::int64_t timeout_;
  const std::string name_;
  kit::Descriptor socket_;
  Order order_;
  Function said_ = Function::ask;
  Packet packet_{};
  std::int64_t deadline_ = 0, again_at_ = 0;
  std::uint8_t before_ = 0;  ///< how the door was set before an unlock
  bool held_ = false;        ///< it stays open by an unlock that has not ended
  std::optional<Result<void>> outcome_;
};

}  // namespace

Result<std::unique_ptr<kit::Output>> make_uhppote_output(const kit::OutputSpec& spec) {
  static constexpr const char* kWrite = "write to: {controller: 423187757, door: 1, address: 192.0.2.7}";
  Target target;
  for (const auto& [key, value] : spec.to) {
    const bool good = key == "controller" ? read_number(value, target.serial)
                      : key == "door"     ? read_number(value, target.door) && target.door >= 1 && target.door <= 4
                      : key == "address"  ? read_address(value, target.address)
                                          : false;
    if (!good) return Error{"'" + key + ": " + value + "' says nothing to a UHPPOTE controller", spec.where, kWrite};
  }
  if (target.serial == 0 || target.door == 0 || target.address.sin_family == 0)
    return Error{"it does not say which door of which controller, and where that is", spec.where, kWrite};
  for (const std::string& action : spec.actions)
    if (!kit::door_action(action))
      return Error{"a UHPPOTE controller has no sounder that could be driven", spec.where, "remove '" + action + "'"};
  return std::unique_ptr<kit::Output>(std::make_unique<UhppoteDoor>(spec, target));
}

}  // namespace wf::access
