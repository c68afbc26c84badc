#include "console/engine/attachment_desk.hpp"

#include <iterator>
#include <utility>

namespace wf::engine {
namespace {

/// While pieces come without a pause: those who look at the states get a copy of all of them.
constexpr std::chrono::milliseconds kPublishEvery{100};

}  // namespace

AttachmentDesk::AttachmentDesk(std::unique_ptr<store::AttachmentStore> store, Exits exits)
    : store_(std::move(store)), exits_(std::move(exits)) {}

void AttachmentDesk::start() {
  thread_ = std::thread([this] { run(); });
}

void AttachmentDesk::stop() {
  {
    const std::lock_guard hold(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool AttachmentDesk::offer(link::ReceivedPiece& piece) {
  {
    const std::lock_guard hold(mutex_);
    if (stopping_ || bytes_ + piece.payload.size() > kMostBytes) return false;
    bytes_ += piece.payload.size();
    waiting_.push_back(std::move(piece));
  }
  changed_.notify_one();
  return true;
}

void AttachmentDesk::run() {
  std::unique_lock hold(mutex_);
  while (true) {
    changed_.wait(hold, [&] { return stopping_ || stale_ || !waiting_.empty(); });
    if (stopping_) return;
    if (std::exchange(stale_, false)) {
      const std::set<std::string> all = followed_;
      hold.unlock();
      look_at_all(all);
      publish();
      hold.lock();
      continue;
    }
    link::ReceivedPiece piece = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= piece.payload.size();
    const bool last = waiting_.empty();
    hold.unlock();
    link::PieceAnswer answer = judge(piece);
    if (known_.contains(piece.hash)) look(piece.hash);
    if (last || std::chrono::steady_clock::now() - published_ >= kPublishEvery) publish();
    exits_.answer(std::move(answer));
    hold.lock();
  }
}

void AttachmentDesk::follow(std::set<std::string> hashes) {
  while (hashes.size() > kMostFollowed) hashes.erase(std::prev(hashes.end()));
  {
    const std::lock_guard hold(mutex_);
    if (hashes == followed_) return;
    followed_ = std::move(hashes);
    stale_ = true;
  }
  changed_.notify_one();
}

std::shared_ptr<const AttachmentDesk::AttachmentStates> AttachmentDesk::states() const {
  const std::lock_guard hold(mutex_);
  return states_;
}

void AttachmentDesk::look(const std::string& hash) {
  AttachmentState& known = known_[hash];
  AttachmentState now = store_->state_of(hash);
  if (known == now) return;
  known = std::move(now);
  unpublished_ = true;
}

void AttachmentDesk::look_at_all(const std::set<std::string>& hashes) {
  unpublished_ |= std::erase_if(known_, [&](const auto& entry) { return !hashes.contains(entry.first); }) > 0;
  for (const std::string& hash : hashes) {
    unpublished_ |= !known_.contains(hash);
    look(hash);
  }
}

void AttachmentDesk::publish() {
  if (!std::exchange(unpublished_, false)) return;
  auto fresh = std::make_shared<const AttachmentStates>(known_);
  published_ = std::chrono::steady_clock::now();
  const std::lock_guard hold(mutex_);
  states_ = std::move(fresh);
}

link::PieceAnswer AttachmentDesk::judge(const link::ReceivedPiece& piece) {
  store::PieceTaken taken = store_->take(
      {piece.agent, piece.hash, piece.media_type, piece.offset, piece.total, piece.payload}, exits_.clock());
  for (const std::string& line : taken.removed) exits_.removed(line);
  if (!taken.removed.empty()) {
    const std::lock_guard hold(mutex_);
    stale_ = true;  // those that made room may be followed too
  }
  link::PieceAnswer out{piece.reply_to, piece.hash, taken.stored, piece.total, std::move(taken.reason)};
  if (!taken.fact.empty()) out.facts.push_back({link::Topic::attachment, piece.agent, {}, std::move(taken.fact)});
  // No agent's doing: said of the engine, whoever's piece met it.
  if (!taken.problem.empty()) out.facts.push_back({link::Topic::library, {}, {}, std::move(taken.problem)});
  return out;
}

}  // namespace wf::engine
