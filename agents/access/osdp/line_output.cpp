#include "agents/access/osdp/line_output.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/kit/source.hpp"

namespace wf::access::osdp {
namespace {

// Control codes of OUT.
constexpr std::uint8_t kOff = 1, kOn = 2, kOnForATime = 5;
constexpr std::uint32_t kMostTenths = 0xffff;
constexpr std::uint32_t kSaidAgain = 3;  ///< to a reader that shows it off nevertheless
constexpr std::array<std::string_view, 8> kColours{"black", "red",     "green", "amber",
                                                   "blue",  "magenta", "cyan",  "white"};

std::array<std::uint8_t, 2> little(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8U)};
}

struct Target {
  std::size_t reader = 0;
  std::uint8_t output = 0;
  bool buzzer = false;
  std::uint8_t led = 0;  ///< colour while it is unlocked; 0: none
};

}  // namespace

class LineOutput final : public kit::Output {
 public:
  LineOutput(const kit::OutputSpec& spec, Target target, std::string name, LineCommands& line)
      : target_(target), ends_itself_(spec.ends_itself), timeout_(spec.timeout), name_(std::move(name)), line_(line) {
    line_.outputs_.push_back(this);
  }
  ~LineOutput() override { std::erase(line_.outputs_, this); }

  void begin(const Order& order, const kit::Moment& moment) override {
    outcome_.reset();
    switched_.reset();
    deadline_ = moment.mono + timeout_;
    const bool given = target_.buzzer ? sound(order, moment.mono) : drive(order, moment.mono);
    if (!given && !outcome_) {
      const std::string why = line_.trouble(target_.reader);
      fail(why.empty() ? "too many commands wait for the reader" : why);
    }
  }

  std::optional<Result<void>> outcome(const kit::Moment& moment) override {
    if (!outcome_ && moment.mono >= deadline_) fail("the reader did not answer in time");
    std::optional<Result<void>> out = std::exchange(outcome_, std::nullopt);
    if (out) ticket_ = 0;
    return out;
  }

  // The line wakes itself.
  void add_fds(std::vector<pollfd>&) const override {}
  std::int64_t next_wake() const override { return outcome_ ? 0 : deadline_; }

  bool ended(std::uint32_t ticket, std::string_view why) {
    if (ticket == 0 || ticket != ticket_) return false;
    if (why.empty()) {
      if (switched_) line_.switched(target_.reader, target_.output, *switched_);
      stays_ = switched_ && stays_when_done_;
      said_again_ = 0;
      outcome_ = Result<void>();
    } else {
      fail(std::string(why));
    }
    return true;
  }

  /// What the reader shows of its outputs: one that is to be on until it is told otherwise is told so again when the
  /// reader lost it, as by a loss of power. A door that is let go must not be locked by that.
  void shown(std::size_t reader, Bytes outputs, std::int64_t now) {
    if (!stays_ || reader != target_.reader || target_.output >= outputs.size()) return;
    if (outputs[target_.output] != 0)
      said_again_ = 0;
    else if (said_again_ < kSaidAgain && line_.give(reader, command::kOut, on(), 0, now))
      ++said_again_;
  }

 private:
  [[nodiscard]] std::array<std::uint8_t, 4> on() const { return {target_.output, kOn, 0, 0}; }

  bool drive(const Order& order, std::int64_t now) {
    const bool on = order.action != "lock" && !order.undo;
    const std::uint32_t tenths = std::min(order.seconds * 10, kMostTenths);
    const bool timed = on && ends_itself_ && order.seconds > 0;
    const auto [low, high] = little(timed ? tenths : 0);
    // A timed one ends by itself; when is told by its reader's outputs.
    switched_ = on;
    // Of all entries that drive the same output the last order counts.
    for (LineOutput* const other : line_.outputs_)
      if (other->target_.reader == target_.reader && other->target_.output == target_.output) other->stays_ = false;
    stays_when_done_ = on && !timed;
    const bool given = give(command::kOut,
                            std::array<std::uint8_t, 4>{target_.output,
                                                        timed ? kOnForATime
                                                        : on  ? kOn
                                                              : kOff,
                                                        low, high},
                            now);
    if (given && target_.led != 0) light(on, order.seconds > 0 ? tenths : 50, now);
    return given;
  }

  // For as long as it is unlocked; of no weight: whether it shines is not told.
  void light(bool on, std::uint32_t tenths, std::int64_t now) {
    const auto [low, high] = little(std::max<std::uint32_t>(tenths, 1));
    const std::uint8_t cancel = 1, set = 2;
    const std::array<std::uint8_t, 14> data{0, 0, on ? set : cancel, 1, 0, target_.led, target_.led, low, high, 0, 0, 0,
                                            0, 0};
    (void)line_.give(target_.reader, command::kLed, data, 0, now);
  }

  bool sound(const Order& order, std::int64_t now) {
    const bool on = order.action == "sounder_on" && !order.undo;
    const std::uint8_t off = 1, tone = 2;
    // Half a second on, half a second off; 0 times: until it is told otherwise.
    const auto times = static_cast<std::uint8_t>(ends_itself_ && order.seconds <= 0xff ? order.seconds : 0);
    return give(command::kBuz,
                on ? std::array<std::uint8_t, 5>{0, tone, 5, 5, times} : std::array<std::uint8_t, 5>{0, off, 0, 0, 0},
                now);
  }

  bool give(std::uint8_t code, Bytes data, std::int64_t now) {
    ticket_ = line_.ticket();
    return line_.give(target_.reader, code, data, ticket_, now);
  }

  void fail(std::string why) {
    ticket_ = 0;
    outcome_ = Result<void>(Error{std::move(why), name_, ""});
  }

  const Target target_;
  const bool ends_itself_;
  const std::int64_t timeout_;
  const std::string name_;
  LineCommands& line_;
  std::uint32_t ticket_ = 0;
  std::optional<bool> switched_;
  bool stays_ = false, stays_when_done_ = false;  ///< it is on until another order
  std::uint32_t said_again_ = 0;
  std::int64_t deadline_ = 0;
  std::optional<Result<void>> outcome_;
};

void LineCommands::ended(std::uint32_t ticket, std::string_view why) {
  for (LineOutput* const output : outputs_)
    if (output->ended(ticket, why)) return;
}

void LineCommands::shown(std::size_t reader, Bytes outputs, std::int64_t now) {
  for (LineOutput* const output : outputs_) output->shown(reader, outputs, now);
}

Result<std::unique_ptr<kit::Output>> make_line_output(const kit::OutputSpec& spec, const LineFile& file,
                                                      LineCommands& line) {
  Target target;
  std::string name;
  bool output = false;
  for (const auto& [key, value] : spec.to) {
    if (key == "reader") {
      name = value;
    } else if (key == "output" && !value.empty() && value.size() <= 3 &&
               value.find_first_not_of("0123456789") == std::string::npos && std::stoi(value) <= 255) {
      target.output = static_cast<std::uint8_t>(std::stoi(value));
      output = true;
    } else if (key == "buzzer" && value == "true") {
      target.buzzer = true;
    } else if (const auto colour = std::find(kColours.begin() + 1, kColours.end(), value);
               key == "led" && colour != kColours.end()) {
      target.led = static_cast<std::uint8_t>(colour - kColours.begin());
    } else {
      return Error{"'" + key + ": " + value + "' says nothing to an OSDP line", spec.where,
                   "write to: {reader: NAME, output: 0, led: green} or to: {reader: NAME, buzzer: true}"};
    }
  }
  const auto reader =
      std::find_if(file.readers.begin(), file.readers.end(), [&](const ReaderEntry& one) { return one.name == name; });
  if (reader == file.readers.end())
    return Error{"there is no reader '" + name + "' on this line", spec.where, "name one of the line's file"};
  target.reader = static_cast<std::size_t>(reader - file.readers.begin());
  const bool sounds =
      std::any_of(spec.actions.begin(), spec.actions.end(), [](const auto& a) { return !kit::door_action(a); });
  const bool opens =
      std::any_of(spec.actions.begin(), spec.actions.end(), [](const auto& a) { return kit::door_action(a); });
  if (output == target.buzzer || (target.buzzer ? opens : sounds))
    return Error{"actions and what they drive do not fit", spec.where,
                 "an output locks and unlocks, a buzzer sounds: give each an entry of its own"};
  return std::unique_ptr<kit::Output>(std::make_unique<LineOutput>(spec, target, name, line));
}

}  // namespace wf::access::osdp
