// Agents that say anything, in any order, to the engine's end of the link.
#include <map>

#include "console/link/agent_files.hpp"
#include "console/link/key_files.hpp"
#include "console/link/sessions.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;
using namespace wf::link;

namespace {

constexpr std::uint32_t kWindow = 4;
constexpr int kMostSteps = 64;

/// An engine that stores some batches, refuses others and has no room at times.
struct Engine {
  explicit Engine(bool without_keys) : plain(without_keys) {
    options.keys = scratch() + "/session-keys";
    options.window = kWindow;
    options.clock = [this] { return UtcNs{1'700'000'000} * kSecond + mono; };
    options.lease_secret = "secret";
    handlers.on_batch = [this](ReceivedBatch& batch) {
      if (!room) return false;
      holds(batch.origin.agent == "door-1" || batch.origin.agent == "net-1", "a batch is of an agent that was let in");
      holds(batch.origin.first_sequence > 0, "a batch has numbers that can be");
      if (waiting.size() < 256)
        waiting.push_back(
            {batch.origin, batch.count, batch.given_up_to, batch.reply_to, Acknowledgement::Outcome::stored});
      return true;
    };
    handlers.on_piece = [](ReceivedPiece&) { return true; };
    handlers.stored = [](const std::string&) { return std::vector<LaneStored>{{7, 1, 41}}; };
    handlers.device_names = [](std::string_view name) { return std::string(name); };
    handlers.lease = [](const std::string&, std::uint64_t) { return std::string(); };
    handlers.on_fact = [](const Fact& fact) { holds(!fact.line.empty(), "a fact has a line"); };
    handlers.on_command = [](const std::string&, CommandFate) {};
  }
  LinkOptions options;
  LinkHandlers handlers;
  bool plain = false, room = true;
  std::int64_t mono = 1000 * kSecond;
  std::vector<Acknowledgement> waiting;
};

/// Two agents are enrolled; the third key is an invitation's.
std::string keys_of(const std::string& agent) {
  static const std::map<std::string, std::string> made = [] {
    std::map<std::string, std::string> out;
    const std::string keys = scratch() + "/session-keys";
    (void)make_key_folders(keys);
    for (const char* name : {"door-1", "net-1"}) {
      EnrolledAgent enrolled;
      enrolled.name = name;
      enrolled.kind = std::string(name) == "door-1" ? "access" : "network";
      enrolled.public_key = std::string(39, 'a') + name[0];
      (void)write_agent(keys, enrolled);
      out[name] = enrolled.public_key;
    }
    return out;
  }();
  const auto found = made.find(agent);
  return found == made.end() ? std::string(40, 'z') : found->second;
}

/// A message with numbers and words that come up in a real one, so that the fuzzer need not find them.
LinkMessage message_of(Pieces& pieces) {
  LinkMessage out;
  out.kind = static_cast<LinkKind>(pieces.byte() % (static_cast<unsigned>(kLastLinkKind) + 1));
  out.wire_version = pieces.byte() % 4;
  out.epoch = 7 + pieces.byte() % 3;
  out.lane = pieces.byte() % 4;
  out.first_sequence = pieces.number();
  out.count = pieces.byte();
  out.last_sequence = pieces.number();
  const unsigned bits = pieces.byte();
  if ((bits & 1U) != 0) out.agent_name = (bits & 2U) != 0 ? "door-1" : "net-1";
  if ((bits & 4U) != 0) out.agent_kind = (bits & 8U) != 0 ? "access" : "network";
  if ((bits & 16U) != 0) out.lease = std::string(pieces.piece());
  if ((bits & 32U) != 0) out.public_key = (bits & 64U) != 0 ? std::string(40, 'b') : std::string(pieces.piece());
  if ((bits & 128U) != 0) {
    out.attachment = std::string(64, 'a');
    out.offset = pieces.number();
    out.total = pieces.number();
    out.media_type = "image/jpeg";
  }
  return out;
}

}  // namespace

int fuzz_link_sessions(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(text_of(data, size));
  const unsigned mode = pieces.byte();
  Engine engine(mode % 2 == 1);
  (void)keys_of("");
  Admission admission(engine.options.keys, engine.options.clock);
  // What each connection agreed on, as its WELCOME said.
  std::map<std::string, std::uint32_t> agreed;
  unsigned full = 0;
  Sessions sessions(engine.options, engine.handlers, admission, engine.plain,
                    [&](const std::string& route, const std::string& header, const std::string&) {
                      if (full % 8 == 7) return Outbox::Sent::gone;
                      if (full % 8 == 6) return Outbox::Sent::full;
                      const Result<LinkMessage> said = decode_link(header);
                      holds(bool(said), "what the engine says can be read");
                      if (said->kind == LinkKind::welcome) agreed[route] = said->wire_version;
                      if (agreed[route] == 1)
                        holds(said->kind <= LinkKind::enrolled, "an agent of version 1 hears no newer kind");
                      return Outbox::Sent::sent;
                    });
  for (int step = 0; step < kMostSteps && !pieces.done(); ++step) {
    const unsigned what = pieces.byte();
    full = pieces.byte();
    engine.mono += pieces.byte() * 20 * kMillisecond;
    switch (what % 8) {
      case 0:
        engine.room = !engine.room;
        sessions.offer();
        break;
      case 1:
        if (!engine.waiting.empty()) {
          Acknowledgement done = engine.waiting.front();
          engine.waiting.erase(engine.waiting.begin());
          done.outcome = static_cast<Acknowledgement::Outcome>(pieces.byte() % 3);
          sessions.acknowledge({&done, 1}, engine.mono);
        }
        break;
      case 2:
        sessions.tick(engine.mono, pieces.byte() % 2 == 0);
        break;
      default: {
        // While a batch waits for room the link reads nothing.
        if (sessions.holding()) break;
        Incoming in;
        const unsigned route = what / 8 % 4;
        in.route = std::string("route") + static_cast<char>('0' + route);
        in.remote = "192.0.2.1";
        if (!engine.plain) {
          in.user_id = route == 3 ? std::string(kInvitedPrefix) + "x" : route % 2 == 0 ? "door-1" : "net-1";
          in.public_key = keys_of(in.user_id);
        }
        if (what % 8 == 3) {
          in.frames.emplace_back(pieces.piece());
        } else {
          std::string header;
          encode_link(message_of(pieces), header);
          in.frames.push_back(std::move(header));
        }
        const unsigned more = pieces.byte() % 4;
        for (unsigned i = 1; i < more; ++i) in.frames.emplace_back(pieces.piece());
        sessions.on_message(in, engine.mono);
      }
    }
  }
  return 0;
}
