#include "tests/console/link/client.hpp"

#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <zmq.hpp>

#include "console/link/command_key.hpp"
#include "tests/support/patience.hpp"

namespace wf::link::test {

Folder::Folder() {
  std::string text = (std::filesystem::temp_directory_path() / "wf-link.XXXXXX").string();
  path_ = ::mkdtemp(text.data());
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

struct Client::Socket {
  zmq::context_t context{1};
  zmq::socket_t dealer{context, zmq::socket_type::dealer};
};

Client::Client(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys,
               const std::string& routing_id)
    : socket_(std::make_unique<Socket>()) {
  zmq::socket_t& s = socket_->dealer;
  s.set(zmq::sockopt::linger, 0);
  s.set(zmq::sockopt::curve_serverkey, engine_key);
  s.set(zmq::sockopt::curve_publickey, keys.public_key);
  s.set(zmq::sockopt::curve_secretkey, keys.secret_key);
  if (!routing_id.empty()) s.set(zmq::sockopt::routing_id, routing_id);
  s.connect(endpoint);
}

Client::Client(const std::string& endpoint) : socket_(std::make_unique<Socket>()) {
  socket_->dealer.set(zmq::sockopt::linger, 0);
  socket_->dealer.connect(endpoint);
}

Client::~Client() = default;

void Client::send(const LinkMessage& header) {
  std::string bytes;
  encode_link(header, bytes);
  send_raw({bytes});
}

void Client::send(const LinkMessage& header, const std::string& payload) {
  std::string bytes;
  encode_link(header, bytes);
  send_raw({bytes, payload});
}

void Client::send_raw(const std::vector<std::string>& frames) {
  for (std::size_t i = 0; i < frames.size(); ++i)
    socket_->dealer.send(zmq::buffer(frames[i]),
                         i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

std::optional<LinkMessage> Client::receive(int wait_ms) {
  socket_->dealer.set(zmq::sockopt::rcvtimeo, wait_ms);
  zmq::message_t part;
  if (!socket_->dealer.recv(part)) return std::nullopt;
  Result<LinkMessage> message = decode_link(part.to_string_view());
  payload_.clear();
  while (part.more() && socket_->dealer.recv(part)) payload_ = part.to_string();
  if (!message) return std::nullopt;
  return std::move(*message);
}

std::optional<LinkMessage> Client::receive(LinkKind kind) {
  std::optional<LinkMessage> out;
  do {
    out = receive();
  } while (out && out->kind != kind);
  return out;
}

Engine::Engine(const std::filesystem::path& folder, std::string endpoint, std::uint32_t window,
               const std::function<void(LinkOptions&)>& adjust)
    : keys(folder) {
  LinkOptions options;
  options.endpoint = std::move(endpoint);
  options.keys = keys;
  options.window = window;
  options.clock = [this] { return now.load(); };
  if (adjust) adjust(options);
  LinkHandlers handlers;
  handlers.on_batch = [this](ReceivedBatch& batch) {
    const std::lock_guard hold(mutex);
    ++offers;
    changed.notify_all();
    if (room) batches.push_back(batch);
    return room;
  };
  handlers.on_piece = [this](ReceivedPiece& piece) {
    const std::lock_guard hold(mutex);
    changed.notify_all();
    if (room) pieces.push_back(piece);
    return room;
  };
  handlers.stored = [](const std::string& agent) {
    return agent == "net-1" ? std::vector<LaneStored>{{7, 1, 41}} : std::vector<LaneStored>{};
  };
  handlers.on_fact = [this](const Fact& fact) {
    const std::lock_guard hold(mutex);
    audit.push_back(fact);
    changed.notify_all();
  };
  handlers.on_command = [this](const std::string& id, CommandFate fate) {
    const std::lock_guard hold(mutex);
    fates.emplace_back(id, fate);
    changed.notify_all();
  };
  if (Result<std::string> key = engine_public_key(keys)) engine_key = *key;
  if (Result<CommandKey> key = CommandKey::open(keys)) options.command_key = key->public_text();
  Result<std::unique_ptr<LinkServer>> started = LinkServer::start(options, handlers);
  if (started)
    server = std::move(*started);
  else
    problem = started.error().text();
}

bool Engine::wait(const std::function<bool(const Engine&)>& done) {
  std::unique_lock hold(mutex);
  return changed.wait_for(hold, wf::test::patience(std::chrono::seconds(10)), [&] { return done(*this); });
}

CommandFate Engine::fate(const std::string& id) {
  CommandFate out = CommandFate::not_connected;
  const bool told = wait([&](const Engine& e) {
    for (const auto& [command, fate] : e.fates)
      if (command == id) return out = fate, true;
    return false;
  });
  if (!told) throw std::runtime_error("nothing was said of command " + id);
  return out;
}

std::vector<ReceivedBatch> Engine::taken() {
  const std::lock_guard hold(mutex);
  return batches;
}

bool Engine::audited(const std::string& text) {
  return wait([&](const Engine& e) {
    for (const Fact& fact : e.audit)
      if (fact.line.find(text) != std::string::npos) return true;
    return false;
  });
}

bool Engine::reported(Topic topic, const std::string& agent) {
  return wait([&](const Engine& e) {
    for (const Fact& fact : e.audit)
      if (fact.topic == topic && fact.agent == agent) return true;
    return false;
  });
}

KeyPair Engine::enrol(const std::string& name, const std::string& kind) {
  KeyPair pair = make_key_pair().value();
  if (Result<void> written = write_agent(keys, {name, kind, pair.public_key, now}); !written)
    throw std::runtime_error(written.error().text());
  return pair;
}

LinkMessage hello(const std::string& kind, const std::string& name) {
  LinkMessage out;
  out.kind = LinkKind::hello;
  out.agent_kind = kind;
  out.agent_name = name;
  out.agent_version = "0.1.0";
  out.epoch = 7;
  return out;
}

LinkMessage batch(std::uint64_t first, std::uint32_t count) {
  LinkMessage out;
  out.kind = LinkKind::batch;
  out.epoch = 7;
  out.lane = 1;
  out.first_sequence = first;
  out.count = count;
  return out;
}

}  // namespace wf::link::test
