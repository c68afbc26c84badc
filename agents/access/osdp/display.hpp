#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agents/access/osdp/line_file.hpp"
#include "agents/access/osdp/line_output.hpp"
#include "agents/kit/clock.hpp"
#include "proto/event.hpp"

namespace wf::access::osdp {

/// What readers with a display say to who stands there (osdp_TEXT): nothing, unless `display:` of the line's file gives
/// the words. A card is called denied when nothing has released the lock within kDeniedAfter. One thread.
class Display {
 public:
  static constexpr std::int64_t kDeniedAfter = 2 * kSecond;
  static constexpr std::size_t kLongest = 32;  ///< characters

  /// `free`: whether the lock of a reader's door is free. `refuse` gets what a reader does not show.
  Display(const LineFile& file, LineCommands& line, std::function<bool(std::size_t reader)> free,
          std::function<void(const Error&)> refuse);

  void online(std::size_t reader, std::int64_t now);
  /// One of the line's own events: a card, a grant.
  void observe(const Event& event, std::int64_t now);
  /// This agent released the lock.
  void granted(std::size_t reader, std::int64_t now);
  /// A command that was given to the line ended.
  void ended(std::uint32_t ticket, std::string_view why);
  void step(std::int64_t now);
  [[nodiscard]] std::int64_t next_wake() const;

 private:
  struct Reader {
    std::int64_t denied_at = 0;  ///< 0: no card waits
    std::uint32_t ticket = 0;
    bool off = false;  ///< it does not show text
  };
  void show(std::size_t reader, const std::string& text, bool stays, std::int64_t now);

  const LineFile& file_;
  LineCommands& line_;
  const std::function<bool(std::size_t)> free_;
  const std::function<void(const Error&)> refuse_;
  std::vector<Reader> readers_;
};

}  // namespace wf::access::osdp
