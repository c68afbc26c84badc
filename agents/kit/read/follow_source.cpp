#include "agents/kit/read/follow_source.hpp"

namespace wf::kit {
namespace {

// How much one step reads before the agent's other sources have their turn.
constexpr std::size_t kStepBytes = 512U << 10U;

}  // namespace

FollowSource::FollowSource(SourceSpec spec, FollowOptions options)
    : Source(std::move(spec)), follower_(this->spec().address, std::move(options)) {}

Result<void> FollowSource::start(std::string_view position, bool once, const Moment&) {
  follower_.start(position, once);
  return {};
}

void FollowSource::show_state(std::string_view state) {
  if (!follower_.problem().empty())
    set_state(state, follower_.problem());
  else
    set_state(state, status().refused == 0 ? note() : std::string());
}

bool FollowSource::step(Sink& sink, const Moment& moment) {
  FollowedRecord record;
  Error error;
  std::size_t bytes = 0;
  while (!sink.full() && bytes < kStepBytes) {
    switch (follower_.next(moment, record, error)) {
      case FileFollower::Next::record: {
        if (record.first && record.text.starts_with("\xef\xbb\xbf")) record.text.remove_prefix(3);
        bytes += record.text.size() + 1;
        if (record.text.find_first_not_of(" \t\r") == std::string_view::npos) break;
        if (!record.repeated) count_read();
        if (Result<void> taken = take(record, sink, moment); !taken && !record.repeated) {
          Error why = taken.error();
          if (why.where.empty()) why.where = follower_.path() + ":" + std::to_string(record.number);
          refuse(why);
        }
        break;
      }
      case FileFollower::Next::refused:
        count_read();
        refuse(error);
        break;
      case FileFollower::Next::idle:
        show_state(follower_.reading() ? "running" : "waiting");
        return false;
      case FileFollower::Next::ended:
        show_state(follower_.reached_end() ? "ended" : "failed");
        return false;
    }
  }
  show_state("running");
  return true;
}

}  // namespace wf::kit
