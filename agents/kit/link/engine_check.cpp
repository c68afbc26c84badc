#include "agents/kit/link/engine_check.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "proto/link_message.hpp"

namespace wf::kit {
namespace {

constexpr std::int64_t kWithin = 5 * kSecond;
constexpr int kLookMs = 50;
/// libzmq ends a handshake that nobody answers after kHandshakeMs (link_socket.cpp); another program's answer ends it
/// at once.
constexpr std::int64_t kSilent = 2 * kSecond;

struct Attempt {
  LinkSocket::Fate fate = LinkSocket::Fate::alive;
  std::optional<LinkMessage> answer;
  std::int64_t skew = 0, took = 0;
  std::string failure;
};

/// What is wrong with the host's name in tcp://HOST:PORT; empty if it has an address. May wait for the name service.
std::string unknown_host(const std::string& engine) {
  if (!engine.starts_with("tcp://")) return {};
  std::string host = engine.substr(6, engine.rfind(':') - 6);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (failed == 0) ::freeaddrinfo(found);
  return failed == 0 ? std::string()
                     : "no address is known for '" + host + "' (" + ::gai_strerror(failed) +
                           "); check the name, or this machine's name service, or write the address itself";
}

Attempt attempt(const std::string& engine, const ConnectionKeys& keys, const Clock& clock) {
  Attempt out;
  LinkSocket socket;
  if (Result<void> begun = socket.connect(engine, keys); !begun) {
    out.failure = begun.error().text();
    return out;
  }
  std::string header, payload;
  const std::int64_t begun = monotonic_ns(), end = begun + kWithin;
  std::int64_t said = 0;
  while (monotonic_ns() < end) {
    if (said == 0) {
      LinkMessage beat;
      beat.kind = LinkKind::heartbeat;
      beat.clock = clock.at(monotonic_ns());
      encode_link(beat, header);
      if (socket.send(header)) said = monotonic_ns();
    }
    while (socket.receive(header, payload)) {
      const std::int64_t now = monotonic_ns();
      Result<LinkMessage> message = decode_link(header);
      if (!message || (message->kind != LinkKind::welcome && message->kind != LinkKind::refuse)) continue;
      // Its clock was read somewhere between what was said and what came.
      out.skew = clock.at(now) - message->clock - (now - said) / 2;
      out.answer = std::move(*message);
      return out;
    }
    out.fate = socket.fate();
    out.took = monotonic_ns() - begun;
    if (out.fate != LinkSocket::Fate::alive) return out;
    std::vector<pollfd> fds;
    socket.add_fds(fds);
    ::poll(fds.data(), static_cast<nfds_t>(fds.size()), kLookMs);
  }
  return out;
}

/// The ways in, as KeyRing would try them, without changing any of them.
std::vector<ConnectionKeys> ways(const std::optional<Identity>& identity, const std::optional<Invitation>& invitation) {
  std::vector<ConnectionKeys> out;
  const auto add = [&](const std::string& engine_key, const std::string& next, const KeyPair& pair) {
    if (pair.empty()) return;
    out.push_back({engine_key, pair.public_key, pair.secret_key});
    if (!next.empty()) out.push_back({next, pair.public_key, pair.secret_key});
  };
  if (identity) {
    if (identity->enrolled)
      add(identity->engine_key, identity->next_engine_key, {identity->public_key, identity->secret_key});
    add(identity->engine_key, identity->next_engine_key, identity->older);
  }
  if (out.empty() && invitation)
    add(invitation->engine_key, invitation->next_engine_key, {invitation->public_key, invitation->secret_key});
  return out;
}

}  // namespace

EngineAnswer ask_engine(const std::string& engine, const std::optional<Identity>& identity,
                        const std::optional<Invitation>& invitation, const Clock& clock) {
  const bool plain = engine.starts_with("ipc://");
  const bool invited = !plain && !(identity && (identity->enrolled || !identity->older.empty()));
  std::vector<ConnectionKeys> tries = plain ? std::vector<ConnectionKeys>(1) : ways(identity, invitation);
  if (std::string wrong = unknown_host(engine); !wrong.empty()) return {false, std::move(wrong), {}};
  if (tries.empty()) return {false, "not tried: this agent has no keys and no invitation yet", {}};
  Attempt last;
  for (const ConnectionKeys& keys : tries) {
    last = attempt(engine, keys, clock);
    if (last.answer && (plain || invited || last.answer->kind == LinkKind::welcome)) {
      EngineAnswer out{true, "reached", last.skew};
      if (plain)
        out.text = "reached over ipc";
      else if (invited)
        out.text = "reached; it knows this invitation, and the agent will be enrolled at its start";
      else
        out.text = "reached; it admits this agent as " +
                   (last.answer->agent_name.empty() ? identity->name : last.answer->agent_name);
      return out;
    }
    if (last.fate == LinkSocket::Fate::incompatible && last.took >= kSilent) last.fate = LinkSocket::Fate::alive;
    // Another pair changes nothing when nobody is there.
    if (last.fate == LinkSocket::Fate::unreachable) break;
  }
  EngineAnswer out;
  if (last.answer) {
    out.skew = last.skew;
    out.text = "it refuses this agent: " + last.answer->reason;
    return out;
  }
  if (!last.failure.empty()) {
    out.text = last.failure;
    return out;
  }
  switch (last.fate) {
    case LinkSocket::Fate::unreachable:
      out.text =
          "nothing takes connections there; is the engine started, is it the right address, does a firewall stand "
          "between?";
      break;
    case LinkSocket::Fate::unwelcome:
      out.text =
          invited ? "it does not know this invitation (used up, expired or withdrawn); ask for a new one"
                  : "it does not admit this agent's key (revoked, or enrolled anew elsewhere); ask for an invitation";
      break;
    case LinkSocket::Fate::incompatible:
    case LinkSocket::Fate::ended:
      out.text =
          "what answers there is not the engine of this agent's keys; check the address, or ask for an invitation of "
          "this engine";
      break;
    case LinkSocket::Fate::alive:
      out.text = "it takes connections and does not answer; the engine may be stuck, or something else listens there";
      break;
  }
  return out;
}

}  // namespace wf::kit
