#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/device_command.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// A command that this agent took, and how far it came.
struct JournalEntry {
  DeviceCommand command;
  std::string state;      ///< "received" until its outcome is known; then executed, failed…
  std::string reason;     ///< of that state
  bool told = false;      ///< the event that says so is spooled
  bool confirms = false;  ///< its contact is still awaited
  UtcNs undo_at = 0;      ///< agent's clock at which what it began ends; 0: nothing has to be undone
};

/// The commands that an agent has taken, durable: what makes the same one run at most once, whatever crashes when, and
/// what has to be undone be undone. One file, replaced as a whole at each change. A crash after a command was written
/// down and before it was carried out costs that command; it is never carried out twice.
///
/// Ids of finished commands are kept for the newest kMost; horizon() is where older ones may have been forgotten. One
/// thread.
class CommandJournal {
 public:
  static constexpr std::size_t kMost = 256;
  /// Replaces a file durably; for tests of a disk that fails.
  using Write = std::function<Result<void>(const std::filesystem::path&, std::string_view)>;

  /// A file that is absent or damaged gives an empty journal that is fresh(); `problem` then says what is lost.
  static CommandJournal open(std::filesystem::path file, std::string& problem, Write write = {});

  /// Nothing is known of commands that were given before: say begin() when the engine's time is known.
  [[nodiscard]] bool fresh() const { return fresh_; }
  void begin(UtcNs engine_time);
  /// A command that was issued before this may have been carried out by a journal that is lost.
  [[nodiscard]] UtcNs born() const { return born_; }
  [[nodiscard]] const JournalEntry* find(std::string_view id) const;
  [[nodiscard]] const std::vector<JournalEntry>& entries() const { return entries_; }
  /// A command that expires at or before this may have been seen and forgotten.
  [[nodiscard]] UtcNs horizon() const { return horizon_; }

  /// Durable when it returns; an error changed nothing.
  [[nodiscard]] Result<void> put(JournalEntry entry);
  /// Changes an entry that is there. What cannot be written now is written with the next change.
  Result<void> change(std::string_view id, const std::function<void(JournalEntry&)>& change);
  /// What is said of these is spooled.
  Result<void> told(const std::vector<std::string>& ids);

 private:
  [[nodiscard]] Result<void> save() const;

  std::filesystem::path file_;
  Write write_;
  std::vector<JournalEntry> entries_;  ///< oldest first
  UtcNs horizon_ = 0, born_ = 0;
  bool fresh_ = true;
};

}  // namespace wf::kit
