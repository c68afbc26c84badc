#include "agents/kit/link/attachment_sender.hpp"

#include <algorithm>
#include <utility>

#include "agents/kit/source.hpp"
#include "proto/attachment.hpp"

namespace wf::kit {
namespace {

constexpr std::uint32_t kSinceVersion = 2;
constexpr std::size_t kQuestionBytes = 4U << 10U;
constexpr std::int64_t kAnswerWithin = 30 * kSecond;
constexpr std::int64_t kFirstWait = 30 * kSecond;
constexpr std::int64_t kLongestWait = 300 * kSecond;
// What an answer takes beyond the quickest one of this connection is what an event would wait behind pieces: below
// kQuick doubles what may be under way, above kSlow halves it (as LEDBAT does, RFC 6817).
constexpr std::int64_t kQuick = 2 * kMillisecond;
constexpr std::int64_t kSlow = 6 * kMillisecond;
// No more than a fast line needs: there it is the events' wait, while the machine is the limit.
constexpr std::uint64_t kLeastPace = 2U << 10U, kFirstPace = 32U << 10U, kMostPace = 128U << 10U;
static_assert(kMostPace / kPieceWindow <= kMostPieceBytes);
// However fast the line, both ends' processors are the events' first: 16 MiB a second, beyond the first kMostPace.
constexpr std::int64_t kByteTakes = kSecond / (16 << 20);
constexpr std::int64_t kAhead = static_cast<std::int64_t>(kMostPace) * kByteTakes;

}  // namespace

AttachmentSender::AttachmentSender(Attachments* store, std::function<void(const std::string&)> say)
    : store_(store), say_(std::move(say)), pace_(kFirstPace), quickest_(kNever) {}

void AttachmentSender::welcomed(std::uint32_t wire_version) {
  cut();
  welcome_ = store_ != nullptr && wire_version >= kSinceVersion;
  if (welcome_ || store_ == nullptr || store_->count() == 0 || std::exchange(said_old_, true)) return;
  if (say_) say_("the engine is too old for attachments; they wait until it is updated");
}

void AttachmentSender::cut() {
  welcome_ = false;
  finish();
  pace_ = kFirstPace;
  quickest_ = kNever;
  failures_ = 0;
  wait_until_ = 0;
}

void AttachmentSender::finish() {
  current_ = {};
  asking_ = true;
  next_ = 0;
  outstanding_.clear();
  under_way_ = 0;
  if (store_ != nullptr) store_->set_busy("");
}

bool AttachmentSender::choose() {
  // The one on its way may have made room for others.
  if (!current_.hash.empty() && !store_->has(current_.hash)) finish();
  while (current_.hash.empty()) {
    const Attachments::Waiting* const oldest = store_->oldest();
    if (oldest == nullptr) {
      buffer_ = std::string();
      return false;
    }
    current_ = *oldest;
    const Result<void> read = store_->read(current_, 0, std::min<std::uint64_t>(kMagicBytes, current_.bytes), buffer_);
    media_type_ = read ? media_type_of(buffer_) : std::string_view();
    if (!media_type_.empty()) break;
    store_->give_up(std::string(current_.hash));
    finish();
  }
  store_->set_busy(current_.hash);
  return true;
}

void AttachmentSender::step(const Moment& moment, bool may, const Send& send) {
  answered_ = held_back_ = false;
  if (!welcome_ || moment.mono < wait_until_) return;
  wait_until_ = 0;
  if (!outstanding_.empty() && moment.mono - outstanding_.front().sent >= kAnswerWithin)
    return not_taken(moment, "the engine does not answer to attachments");
  while (may && choose()) {
    if (asking_) {
      if (outstanding_.empty()) send_piece(0, std::min<std::uint64_t>(kQuestionBytes, current_.bytes), moment, send);
      return;
    }
    if (next_ >= current_.bytes || outstanding_.size() >= kPieceWindow) return;
    const std::uint64_t piece = std::max(pace_ / kPieceWindow, kLeastPace);
    if (under_way_ > 0 && under_way_ + piece > pace_) return;
    if (spent_until_ - moment.mono > kAhead) {
      held_back_ = true;
      return;
    }
    if (!send_piece(next_, std::min(piece, current_.bytes - next_), moment, send)) return;
  }
}

bool AttachmentSender::send_piece(std::uint64_t offset, std::size_t size, const Moment& moment, const Send& send) {
  if (Result<void> read = store_->read(current_, offset, size, buffer_); !read) {
    store_->give_up(std::string(current_.hash));
    finish();
    return true;
  }
  LinkMessage header;
  header.kind = LinkKind::attachment;
  header.attachment = current_.hash;
  header.media_type = media_type_;
  header.offset = offset;
  header.total = current_.bytes;
  if (!send(std::move(header), buffer_)) return false;
  next_ = offset + size;
  outstanding_.push_back({next_, size, moment.mono});
  under_way_ += size;
  spent_until_ = std::max(spent_until_, moment.mono) + static_cast<std::int64_t>(size) * kByteTakes;
  return true;
}

void AttachmentSender::on_stored(const LinkMessage& message, const Moment& moment) {
  answered_ = true;
  if (!welcome_ || current_.hash.empty() || message.attachment != current_.hash) return;
  if (!message.reason.empty() || message.offset == current_.bytes) {
    if (!message.reason.empty()) {
      ++refused_;
      problem_ = "the engine did not want an attachment: " + message.reason;
      if (say_) say_(problem_);
    }
    failures_ = 0;
    store_->drop(std::string(current_.hash));
    return finish();
  }
  if (outstanding_.empty()) return;  // a late word about what was asked anew meanwhile
  const Piece front = outstanding_.front();
  const bool taken = message.offset < current_.bytes && (asking_ ? message.offset > 0 : message.offset >= front.end);
  if (!taken) return not_taken(moment, "the engine takes no attachments now");
  failures_ = 0;
  keep_pace(front, moment);
  if (std::exchange(asking_, false)) {
    outstanding_.clear();
    under_way_ = 0;
    next_ = message.offset;
    return;
  }
  for (; !outstanding_.empty() && outstanding_.front().end <= message.offset; outstanding_.pop_front())
    under_way_ -= outstanding_.front().size;
  next_ = std::max(next_, message.offset);
}

void AttachmentSender::not_taken(const Moment& moment, const std::string& why) {
  finish();
  wait_until_ = moment.mono + std::min(kFirstWait << std::min<std::uint32_t>(failures_, 8), kLongestWait);
  if (failures_++ == 0 && say_) say_(why + "; they wait");
}

void AttachmentSender::keep_pace(const Piece& answered, const Moment& moment) {
  const std::int64_t took = moment.mono - answered.sent;
  quickest_ = std::min(quickest_, took);
  if (took - quickest_ < kQuick) pace_ = std::min(pace_ * 2, kMostPace);
  if (took - quickest_ > kSlow) pace_ = std::max(pace_ / 2, kLeastPace);
}

std::int64_t AttachmentSender::next_wake() const {
  if (!welcome_) return kNever;
  if (held_back_) return spent_until_ - kAhead;
  if (!outstanding_.empty()) return outstanding_.front().sent + kAnswerWithin;
  return store_->count() > 0 && wait_until_ > 0 ? wait_until_ : kNever;
}

bool AttachmentSender::settled() const { return !welcome_ || store_->count() == 0 || failures_ > 0; }

}  // namespace wf::kit
