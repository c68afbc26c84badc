#include "agents/kit/link/link_client.hpp"

/// Keys of a connection: enrolment, and their changes.
namespace wf::kit {
namespace {

constexpr std::int64_t kSayKeyEvery = kMinute;

}  // namespace

void LinkClient::on_enrolled(const LinkMessage& message, const Moment& moment) {
  if (!enrolling_) return;
  // Asking again gives the same answer, as long as the keys are the same.
  if (Result<void> kept = ring_.enrolled(message, [&](Identity& changed) { commands_.enrolled(message, changed); });
      !kept)
    return disconnect(moment, kept.error().text(), kRefusedWait);
  options_.name = message.agent_name;
  refusal_.clear();
  std::string devices;
  for (const std::string& device : message.devices)
    devices += (devices.empty() ? "; it may speak for " : ", ") + device;
  say("enrolled as " + options_.name + devices);
  connect(moment);
}

void LinkClient::keys_welcomed(const LinkMessage& message, const Moment& moment) {
  if (Result<void> kept = ring_.welcomed(choice_.current()); !kept) say(kept.error().text());
  learn(message);
  say_key(moment);
}

void LinkClient::learn(const LinkMessage& message) {
  if (plain() || enrolling_) return;
  const auto learnt = [&](const Result<bool>& news) {
    if (!news) return say(news.error().text());
    report_changed_ |= *news;  // the report says that it is kept
  };
  if (!message.next_engine_key.empty()) learnt(ring_.learn(message.next_engine_key));
  if (!message.next_command_key.empty()) learnt(commands_.learn(message, ring_.held(), options_.identity_file));
}

void LinkClient::say_kept_keys(LinkMessage& out) const {
  out.next_engine_key = ring_.identity().next_engine_key;
  out.next_command_key = ring_.identity().next_command_key;
}

void LinkClient::on_rotate(const Moment& moment) {
  if (state_ != State::connected || plain() || wire_version_ < 2) return;
  // The engine asks again: a disk that is full now may not be then.
  if (Result<void> made = ring_.rotate(choice_.current()); !made) return say(made.error().text());
  say_key(moment);
}

void LinkClient::say_key(const Moment& moment) {
  say_key_at_ = kNever;
  const std::string key = wire_version_ < 2 ? std::string() : ring_.to_say(choice_.current());
  if (key.empty()) return;
  LinkMessage message = message_of(LinkKind::rotate);
  message.public_key = key;
  send(std::move(message), moment);
  say_key_at_ = moment.mono + kSayKeyEvery;
}

std::string LinkClient::unwelcome() const {
  if (enrolling_)
    return "the engine does not know this invitation, which was good until " +
           format_rfc3339(ring_.invitation()->expires) + "; ask for a new one";
  return "the engine does not admit this agent's key; it was revoked, or enrolled elsewhere. Its events stay in the "
         "spool; to go on, make an invitation with `watchfloor agent invite --name " +
         options_.name + "` and start this agent with --invite FILE";
}

}  // namespace wf::kit
