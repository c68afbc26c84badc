#include "agents/access/osdp/door.hpp"

#include <algorithm>
#include <utility>

namespace wf::access::osdp {
namespace {

/// A release belongs to the card that was read at most so long before.
constexpr std::int64_t kCardCounts = 10 * kSecond;

}  // namespace

void Door::tell(std::string_view kind, std::string_view reason, std::int64_t open_for) {
  Told told;
  told.kind = kind;
  told.reason = reason;
  told.open_for = open_for;
  tell_(told);
}

void Door::contact(bool open, std::int64_t now) {
  if (!known_) {
    known_ = true;
    const bool news = ever_ && open != open_;
    ever_ = true;
    open_ = open;
    held_ = false;
    if (!open) {
      if (news) tell("door.closed", "found closed");
      return;
    }
    open_since_ = now;
    if (!news) return;
    Told told;
    told.kind = "door.opened";
    told.reason = "found open";
    told.message = "opened while its reader was off line: by whom cannot be told";
    told.severity = 3;
    return tell_(told);
  }
  if (open == open_) return;
  open_ = open;
  if (open) return opened(now);
  decide("door.forced", {}, now);
  held_ = false;
  if (!free_) grant_until_ = 0;  // a grant is for one passage
  tell("door.closed", {}, now - open_since_);
}

void Door::opened(std::int64_t now) {
  open_since_ = now;
  if (free_ || now < grant_until_) {
    Told told;
    told.kind = "door.opened";
    told.reason = "granted";
    if (unused_) {
      told.credential = granted_;
      told.reader = granted_at_;
    }
    unused_ = false;
    return tell_(told);
  }
  if (may_exit(now)) return tell("door.opened", "request to exit");
  if (!options_.shows_release) return tell("door.opened");
  undecided_ = true;
}

void Door::decide(std::string_view kind, std::string_view reason, std::int64_t now) {
  if (!std::exchange(undecided_, false)) return;
  Told told;
  told.kind = kind;
  told.reason = reason;
  told.ago = now - open_since_;
  if (unused_ && kind == "door.opened" && reason == "granted") {
    told.credential = granted_;
    told.reader = granted_at_;
    unused_ = false;
  }
  tell_(told);
}

void Door::contact_lost(std::int64_t now) {
  decide("door.forced", {}, now);
  known_ = false;
}

void Door::exit_request(bool active, std::int64_t now) {
  if (active == exit_active_) return;
  exit_active_ = active;
  exit_until_ = now + options_.exit_lasts;
  if (!active) return;
  tell("door.rex");
  decide("door.opened", "request to exit", now);
}

void Door::release(bool free, bool commanded, std::int64_t now) {
  if (free == free_) return;
  free_ = free;
  if (!free) {
    grant_until_ = now + options_.grant_lasts;
    return;
  }
  const bool card = !credential_.empty() && now - card_at_ <= kCardCounts;
  if (commanded || (!card && may_exit(now))) return decide("door.opened", "granted", now);
  Told told;
  told.kind = card ? "access.granted" : "access.remote_open";
  if (card) {
    told.credential = granted_ = std::exchange(credential_, {});
    told.reader = granted_at_ = reader_;
    unused_ = options_.has_contact && known_ && (!open_ || undecided_);
  } else {
    told.message = "the lock was released without a card and without a request to exit";
  }
  tell_(told);
  decide("door.opened", "granted", now);
}

void Door::card(std::string credential, std::string reader, std::int64_t now) {
  credential_ = std::move(credential);
  reader_ = std::move(reader);
  card_at_ = now;
}

void Door::step(std::int64_t now) {
  if (undecided_ && now - open_since_ >= options_.decides_after) decide("door.forced", {}, now);
  if (known_ && open_ && !held_ && now - open_since_ >= options_.held_after) {
    held_ = true;
    tell("door.held", {}, now - open_since_);
  }
  if (unused_ && !free_ && now >= grant_until_) {
    unused_ = false;
    Told told;
    told.kind = "access.not_taken";
    told.credential = granted_;
    told.reader = granted_at_;
    tell_(told);
  }
}

std::int64_t Door::next_wake() const {
  std::int64_t wake = kit::kNever;
  if (known_ && open_ && !held_) wake = open_since_ + options_.held_after;
  if (undecided_) wake = std::min(wake, open_since_ + options_.decides_after);
  if (unused_ && !free_) wake = std::min(wake, grant_until_);
  return wake;
}

}  // namespace wf::access::osdp
