#include "agents/kit/link/keyring.hpp"

#include <algorithm>
#include <utility>

namespace wf::kit {

KeyRing::KeyRing(Identity identity, std::optional<Invitation> invitation, std::filesystem::path file,
                 std::size_t engines)
    : identity_(std::move(identity)), invitation_(std::move(invitation)), file_(std::move(file)), trials_(engines) {}

std::vector<KeyRing::Pair> KeyRing::ways() const {
  std::vector<Pair> out{!identity_.enrolled && invitation_ ? Pair::invitation : Pair::newest};
  if (!identity_.older.empty()) out.push_back(Pair::older);
  return out;
}

KeyRing::Pair KeyRing::pair(std::size_t engine) const {
  const std::vector<Pair> all = ways();
  return all[trials_[engine].way % all.size()];
}

KeyRing::Way KeyRing::way(std::size_t engine) const {
  const Pair chosen = pair(engine);
  Way out;
  out.enrol = chosen == Pair::invitation;
  const std::string& next = out.enrol ? invitation_->next_engine_key : identity_.next_engine_key;
  out.keys.engine_key = out.enrol ? invitation_->engine_key : identity_.engine_key;
  if (trials_[engine].next_engine_key && !next.empty()) out.keys.engine_key = next;
  switch (chosen) {
    case Pair::invitation:
      out.keys.public_key = invitation_->public_key;
      out.keys.secret_key = invitation_->secret_key;
      break;
    case Pair::newest:
      out.keys.public_key = identity_.public_key;
      out.keys.secret_key = identity_.secret_key;
      break;
    case Pair::older:
      out.keys.public_key = identity_.older.public_key;
      out.keys.secret_key = identity_.older.secret_key;
      break;
  }
  return out;
}

Result<void> KeyRing::keep(Identity changed) {
  if (Result<void> written = write_identity(file_, changed); !written) return written;
  identity_ = std::move(changed);
  return {};
}

void KeyRing::start_over(std::size_t way) {
  for (Trial& trial : trials_) trial = {way, 0, trial.next_engine_key, false};
}

bool KeyRing::unwelcome(std::size_t engine, UtcNs now) {
  Trial& trial = trials_[engine];
  const std::size_t count = ways().size();
  trial.way = (trial.way + 1) % count;
  if (++trial.refused % count != 0) return true;
  return begin_enrolment(now);
}

bool KeyRing::incompatible(std::size_t engine, UtcNs now) {
  Trial& trial = trials_[engine];
  const std::string& next = way(engine).enrol ? invitation_->next_engine_key : identity_.next_engine_key;
  if (!next.empty()) {
    // A connection that broke during its handshake looks the same, so that neither key is given up for the other.
    trial.next_engine_key = !trial.next_engine_key;
    trial.both_tried = !trial.both_tried;
    if (trial.both_tried) return true;
  }
  return begin_enrolment(now);
}

bool KeyRing::begin_enrolment(UtcNs now) {
  // The invitation that the agent came by is no way back in.
  if (!identity_.enrolled || !invitation_ || invitation_->public_key == identity_.invited_with ||
      invitation_->expires < now)
    return false;
  Result<KeyPair> made = make_key_pair();
  if (!made) return false;
  Identity changed = identity_;
  // Nobody has to be believed that the keys are refused: they stay, and are tried beside the invitation.
  changed.older = {identity_.public_key, identity_.secret_key};
  changed.public_key = std::move(made->public_key);
  changed.secret_key = std::move(made->secret_key);
  changed.enrolled = false;
  changed.invited_with = invitation_->public_key;
  if (!keep(std::move(changed))) return false;
  start_over(0);
  return true;
}

Result<void> KeyRing::welcomed(std::size_t engine) {
  Trial& trial = trials_[engine];
  Identity changed = identity_;
  bool change = false;
  const bool back = !identity_.enrolled && pair(engine) == Pair::older;
  if (back) {
    // The keys from before are good after all, and the new enrolment was not.
    changed.public_key = identity_.older.public_key;
    changed.secret_key = identity_.older.secret_key;
    changed.older = {};
    changed.enrolled = change = true;
  }
  const bool new_engine_key = trial.next_engine_key && !identity_.next_engine_key.empty();
  if (new_engine_key) {
    changed.engine_key = std::exchange(changed.next_engine_key, {});
    change = true;
  }
  trial.refused = 0;
  trial.both_tried = false;
  if (!change) return {};
  if (Result<void> kept = keep(std::move(changed)); !kept) return kept;
  if (back) start_over(0);
  if (new_engine_key)
    for (Trial& other : trials_) other.next_engine_key = false;
  return {};
}

Result<void> KeyRing::enrolled(const LinkMessage& message, const std::function<void(Identity&)>& more) {
  Identity changed = identity_;
  changed.enrolled = true;
  changed.name = message.agent_name;
  changed.devices = message.devices;
  if (invitation_) {
    changed.engine = invitation_->engine;
    changed.engine_key = invitation_->engine_key;
    changed.next_engine_key = invitation_->next_engine_key;
    changed.invited_with = invitation_->public_key;
  }
  if (more) more(changed);
  if (Result<void> kept = keep(std::move(changed)); !kept) return kept;
  start_over(0);
  return {};
}

Result<bool> KeyRing::learn(const std::string& next_engine_key) {
  if (!valid_key(next_engine_key) || next_engine_key == identity_.engine_key ||
      next_engine_key == identity_.next_engine_key)
    return false;
  Identity changed = identity_;
  changed.next_engine_key = next_engine_key;
  if (Result<void> kept = keep(std::move(changed)); !kept) return kept.error();
  return true;
}

Result<void> KeyRing::rotate(std::size_t engine) {
  if (!identity_.enrolled || pair(engine) == Pair::older) return {};
  Result<KeyPair> made = make_key_pair();
  if (!made) return made.error();
  Identity changed = identity_;
  changed.older = {identity_.public_key, identity_.secret_key};
  changed.public_key = std::move(made->public_key);
  changed.secret_key = std::move(made->secret_key);
  if (Result<void> kept = keep(std::move(changed)); !kept) return kept;
  // No engine knows the newest yet.
  start_over(1);
  return {};
}

std::string KeyRing::to_say(std::size_t engine) const {
  return identity_.enrolled && pair(engine) == Pair::older ? identity_.public_key : std::string();
}

bool KeyRing::rotated(const std::string& public_key) {
  if (!identity_.enrolled || public_key != identity_.public_key || identity_.older.empty()) return false;
  start_over(0);
  return true;
}

}  // namespace wf::kit
