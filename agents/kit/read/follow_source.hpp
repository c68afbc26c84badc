#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/read/follow.hpp"
#include "agents/kit/source.hpp"

namespace wf::kit {

/// A source that reads one file record by record. Who derives from it says what a record means; following,
/// positions, waking and counting are done here. Blank records are passed over and not counted.
class FollowSource : public Source {
 public:
  FollowSource(SourceSpec spec, FollowOptions options);

  [[nodiscard]] std::vector<Error> check() override { return follower_.check(); }
  [[nodiscard]] Result<void> start(std::string_view position, bool once, const Moment& moment) override;
  bool step(Sink& sink, const Moment& moment) override;
  [[nodiscard]] std::string position() const override { return follower_.position(); }
  void add_fds(std::vector<pollfd>& fds) const override { follower_.add_fds(fds); }
  [[nodiscard]] std::int64_t next_wake() const override { return follower_.next_wake(); }

 protected:
  /// One record, a byte order mark at the file's front taken off. An error means that it could not be used;
  /// its `where` is filled in if it is empty.
  [[nodiscard]] virtual Result<void> take(const FollowedRecord& record, Sink& sink, const Moment& moment) = 0;
  /// Where reading begins with this record, the one in take(), as position() says it.
  [[nodiscard]] std::string before(const FollowedRecord& record) const { return follower_.position_before(record); }
  /// What is worth saying although it concerns no record; shown when nothing worse is.
  [[nodiscard]] virtual std::string note() const { return {}; }

 private:
  void show_state(std::string_view state);
  FileFollower follower_;
};

}  // namespace wf::kit
