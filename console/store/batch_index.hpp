#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "proto/result.hpp"

namespace wf::store {

/// What a term of the search's index names. Part of the database.
enum class TermKind : std::uint8_t { source = 1, kind = 2, agent = 3 };

/// The term of a batch with more names of a kind than are kept apart; every search of that kind looks there too.
inline constexpr const char* kManyTerm = "";
inline constexpr std::size_t kMostTermsOfBatch = 64;
inline constexpr std::size_t kLongestTerm = 256;

/// Text as the index keeps it: ASCII in lower case, as `where` compares.
[[nodiscard]] std::string term_of(std::string_view text);

/// Brings the search's index up to the log, in the background: of each batch which sources, kinds and agent it has, so
/// that a search need not open every batch of its time. One row a name and batch, never one an event. What is not
/// indexed yet is searched as it is, so the index decides only how fast. One thread at a time, but for note().
class BatchIndex {
 public:
  /// `reader` and `writer` are connections of their own and the store's writing one.
  [[nodiscard]] Result<void> prepare(const Database& reader, const Database& writer);

  /// What was just committed at this position, which follows the last one. It waits in memory, so that a busy log is
  /// not read again; what finds no room there is. Another thread than the others'.
  void note(std::int64_t position, const Record& record);
  /// Takes up to `most` records that are not indexed yet. True: there was something.
  [[nodiscard]] Result<bool> gather(std::int64_t most);
  /// Writes what was gathered, within a transaction of the caller.
  [[nodiscard]] Result<void> write();
  /// The transaction was committed; or was not, and what was gathered is forgotten.
  void done(bool committed);

 private:
  struct Posting {
    std::pair<std::uint8_t, std::string> term;
    bool long_batch = false;
    std::int64_t max_time = 0, position = 0, min_time = 0;
  };
  /// A record that was noted.
  struct Fresh {
    std::int64_t position = 0, min_time = 0, max_time = 0;
    std::string agent;
    std::optional<BatchNames> names;  ///< nothing: no batch, or nothing that could be found in it
  };
  static constexpr std::size_t kMostFresh = 8192;

  void add(std::int64_t position, std::int64_t min_time, std::int64_t max_time, TermKind what,
           std::vector<std::string> names);
  void add(Fresh fresh);
  /// Of what was noted; false: what comes next is not there.
  [[nodiscard]] bool gather_fresh(std::int64_t most);
  [[nodiscard]] Result<std::int64_t> id_of(const std::pair<std::uint8_t, std::string>& term);

  Statement records_, find_term_, insert_term_, insert_posting_, set_indexed_;
  std::map<std::pair<std::uint8_t, std::string>, std::int64_t> ids_;  ///< known terms; made anew when it grows large
  std::vector<Posting> gathered_;
  std::int64_t indexed_ = 0, reached_ = 0;
  std::mutex fresh_mutex_;
  std::deque<Fresh> fresh_;  ///< positions without holes; guarded by fresh_mutex_
};

}  // namespace wf::store
