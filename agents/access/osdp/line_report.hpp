#pragma once
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agents/access/osdp/line_file.hpp"
#include "agents/access/osdp/panel.hpp"
#include "agents/kit/clock.hpp"
#include "proto/event.hpp"

namespace wf::access::osdp {

/// Turns what happens on a line into events: cards, doors and the health of each reader. One thread.
class LineReport final : public PanelObserver {
 public:
  using Tell = std::function<void(Event&&)>;
  /// What a reader said and nobody understands.
  using Refuse = std::function<void(const Error&)>;
  LineReport(const LineFile& file, Tell tell, Refuse refuse);

  /// The time of all that follows.
  void at(const kit::Moment& moment) { moment_ = moment; }
  [[nodiscard]] const kit::Moment& moment() const { return moment_; }

  void online(std::size_t reader, const Identity& identity, Channel channel) override;
  void offline(std::size_t reader, std::string_view why) override;
  void insecure(std::size_t reader, std::string_view why, bool goes_on) override;
  void paired(std::size_t reader) override;
  void said(std::size_t reader, std::uint8_t code, Bytes data) override;
  void done(std::size_t reader, std::uint32_t ticket, std::string_view why) override;

  /// An output of a reader was switched. `ours`: by a command that this agent carried out, which tells itself.
  void switched(std::size_t reader, std::uint32_t output, bool on, bool ours);
  /// What is due: doors, and once a minute the line's errors.
  void step(const Panel& panel);
  void step_doors();
  [[nodiscard]] std::int64_t next_wake() const;
  /// Every reader has been found, or was given up, or refused.
  [[nodiscard]] bool settled() const;
  /// The lock of its door is free.
  [[nodiscard]] bool free(std::size_t reader) const {
    return readers_[reader].door != nullptr && readers_[reader].door->free();
  }
  /// Why a reader is not on line; empty: it is.
  [[nodiscard]] std::string trouble(std::size_t reader) const;

  /// Who waits for the end of a command.
  std::function<void(std::uint32_t ticket, std::string_view why)> on_done;
  /// A reader has a session, again perhaps.
  std::function<void(std::size_t reader)> on_online;
  /// Who wants to know what readers show of their outputs; may be empty.
  std::function<void(std::size_t reader, Bytes outputs)> on_outputs;

 private:
  enum class State : std::uint8_t { unknown, online, offline, insecure };
  struct Reader {
    const ReaderEntry* entry = nullptr;
    Door* door = nullptr;
    State state = State::unknown;
    std::string why;
    Identity identity;
    Channel channel = Channel::plain;
    bool tamper = false, power = false, wired_tamper = false;
    std::vector<std::uint8_t> remote;         ///< the last RSTATR
    std::vector<std::uint8_t> faulty_inputs;  ///< the last states of inputs that were neither active nor inactive
    std::uint64_t errors_before = 0;
    bool errors_told = false;
  };

  [[nodiscard]] Event event(std::string kind, const Reader& reader) const;
  void tell_health(const Reader& reader, const char* kind, const char* reason, std::string message,
                   std::uint8_t severity = 0);
  /// Whoever hears that a door is restored may take all of it for well: what is not is told again.
  void restate(Reader& reader);
  struct Change {
    bool wrong = false;
    const char* kind = "";  ///< if it is wrong
    const char* reason = "";
    std::string message;
  };
  /// What is well again first, then what is wrong.
  void tell_changes(Reader& reader, const std::vector<Change>& changes);
  void tell_door(const Door& door, const Door::Told& told);
  void card(Reader& reader, Bytes data);
  void characters(Reader& reader, Bytes data);
  void tell_card(Reader& reader, Card&& card, std::uint8_t number);
  void keys(Reader& reader, Bytes data);
  void local(Reader& reader, Bytes data);
  void inputs(Reader& reader, Bytes data);
  void outputs(Reader& reader, Bytes data);
  void remote(Reader& reader, Bytes data);
  void refuse(const Reader& reader, std::string what);
  void lost(Reader& reader);
  void look_at_errors(const Panel& panel);

  const LineFile& file_;
  const Tell tell_;
  const Refuse refuse_;
  kit::Moment moment_;
  std::deque<Door> doors_;
  std::vector<Reader> readers_;
  std::int64_t look_at_ = 0;
  std::uint64_t foreign_before_ = 0;
  bool foreign_told_ = false;
};

}  // namespace wf::access::osdp
