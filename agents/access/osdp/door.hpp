#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "agents/kit/clock.hpp"

namespace wf::access::osdp {

/// What a door's contact, its request to exit, its lock and the cards at its readers mean together. It decides
/// nobody's access: a grant is what the lock shows, not what this agent thinks of a card. One thread; times are
/// CLOCK_MONOTONIC in nanoseconds.
class Door {
 public:
  struct Options {
    std::string id;
    std::int64_t held_after = 30 * kSecond;
    std::int64_t grant_lasts = 5 * kSecond;  ///< after the lock is shut again: whoever holds the handle still opens
    std::int64_t exit_lasts = 5 * kSecond;   ///< likewise after a request to exit
    /// An opening that nothing explains is called forced after so long: what releases the lock may be told after it.
    std::int64_t decides_after = 300 * kMillisecond;
    bool has_contact = false;
    /// Something shows when the lock is released. Without it no opening can be called forced.
    bool shows_release = false;
  };
  /// A kind of proto/README.md, and what belongs to it.
  struct Told {
    std::string_view kind;
    std::string credential, reader;
    std::string_view reason, message;
    std::int64_t open_for = -1;  ///< nanoseconds; negative: does not apply
    std::int64_t ago = 0;        ///< it happened so long before it is told
    std::uint8_t severity = 0;   ///< 0: that of the kind
  };
  using Tell = std::function<void(const Told&)>;

  Door(Options options, Tell tell) : options_(std::move(options)), tell_(std::move(tell)) {}

  void contact(bool open, std::int64_t now);
  /// Nothing is known of the contact until it is told again.
  void contact_lost(std::int64_t now);
  void exit_request(bool active, std::int64_t now);
  void exit_request_lost() { exit_active_ = false; }
  /// The lock is free, or shut again. `commanded`: by a command that this agent carried out, which tells itself.
  void release(bool free, bool commanded, std::int64_t now);
  void card(std::string credential, std::string reader, std::int64_t now);
  /// Something was told to be well again at this door, which who reads it may take for all of it: if it is still open
  /// beyond its time, that is told once more.
  void restate() { held_ = false; }
  [[nodiscard]] bool free() const { return free_; }  ///< its lock is
  void step(std::int64_t now);
  [[nodiscard]] std::int64_t next_wake() const;
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  void opened(std::int64_t now);
  /// Tells the opening that waits for what explains it, if there is one.
  void decide(std::string_view kind, std::string_view reason, std::int64_t now);
  [[nodiscard]] bool may_exit(std::int64_t now) const { return exit_active_ || now < exit_until_; }
  void tell(std::string_view kind, std::string_view reason = {}, std::int64_t open_for = -1);

  const Options options_;
  const Tell tell_;
  bool known_ = false, ever_ = false, open_ = false, held_ = false;
  std::int64_t open_since_ = 0;
  bool undecided_ = false;  ///< opened, and nothing explains it yet
  bool exit_active_ = false;
  std::int64_t exit_until_ = 0;
  bool free_ = false;
  std::int64_t grant_until_ = 0;
  std::string credential_, reader_;  ///< the last card
  std::int64_t card_at_ = 0;
  bool unused_ = false;  ///< a card's grant that nobody went through yet
  std::string granted_, granted_at_;
};

}  // namespace wf::access::osdp
