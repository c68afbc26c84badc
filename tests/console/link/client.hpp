#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "console/link/agent_files.hpp"
#include "console/link/link_server.hpp"
#include "proto/link_message.hpp"
#include "tests/support/patience.hpp"

namespace wf::link::test {

/// A directory of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The other end of the link: a DEALER as an agent has one.
class Client {
 public:
  /// CURVE.
  Client(const std::string& endpoint, const std::string& engine_key, const KeyPair& keys,
         const std::string& routing_id = {});
  /// Plain, for ipc.
  explicit Client(const std::string& endpoint);
  ~Client();
  void send(const LinkMessage& header);
  void send(const LinkMessage& header, const std::string& payload);
  void send_raw(const std::vector<std::string>& frames);
  /// The next message; none within `wait_ms`.
  std::optional<LinkMessage> receive(int wait_ms = wf::test::patience_ms(5000));
  /// The next message of a kind; others are passed over.
  std::optional<LinkMessage> receive(LinkKind kind);
  /// The payload frame of the message that came last; empty: it had none.
  [[nodiscard]] const std::string& payload() const { return payload_; }

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
  std::string payload_;
};

/// What the server's handlers were told, and a server on a free port.
class Engine {
 public:
  explicit Engine(const std::filesystem::path& keys, std::string endpoint = "tcp://127.0.0.1:0",
                  std::uint32_t window = 64, const std::function<void(LinkOptions&)>& adjust = {});
  /// Waits until `done` holds, with the lock held; false after ten seconds.
  bool wait(const std::function<bool(const Engine&)>& done);
  /// What was taken so far.
  std::vector<ReceivedBatch> taken();
  /// An audit line that contains `text` came, or comes within ten seconds.
  bool audited(const std::string& text);
  /// The same for a fact of this topic about this agent.
  bool reported(Topic topic, const std::string& agent);
  /// What became of a command.
  CommandFate fate(const std::string& id);
  /// An agent enrolled without an invitation.
  KeyPair enrol(const std::string& name, const std::string& kind = "network");
  [[nodiscard]] Client connect(const KeyPair& keys, const std::string& routing_id = {}) const {
    return {server->endpoint(), engine_key, keys, routing_id};
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<ReceivedBatch> batches;
  std::vector<ReceivedPiece> pieces;
  std::vector<Fact> audit;
  bool room = true;
  std::size_t offers = 0;
  std::vector<std::pair<std::string, CommandFate>> fates;  ///< of commands to devices
  std::atomic<UtcNs> now = 1'700'000'000 * kSecond;
  std::filesystem::path keys;
  std::string engine_key;
  std::string problem;  ///< of the start
  std::unique_ptr<LinkServer> server;
};

[[nodiscard]] LinkMessage hello(const std::string& kind = "network", const std::string& name = {});
[[nodiscard]] LinkMessage batch(std::uint64_t first, std::uint32_t count);

}  // namespace wf::link::test
