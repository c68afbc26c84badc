#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace wf::camera {

struct MqttSettings {
  std::string host;
  int port = 1883;
  std::string client_id;  ///< the broker keeps what comes while we are away for the client of this name
  std::string user, password;
  std::string ca_file;  ///< PEM; with `tls`. Empty: the system's authorities
  bool tls = false;
  std::vector<std::string> topics;
};

struct MqttMessage {
  std::string topic, payload;
  bool retained = false;  ///< it stood there before we came
};

/// Subscribes to topics of an MQTT 3.1.1 broker with quality of service 1, in a thread of its own, which
/// connects again by itself. What it gets waits in a queue of at most 1,024 messages and about 8 MiB; when that is full
/// the thread stops reading until there is room, and the broker keeps the rest. Messages are acknowledged to the broker
/// once they are settled, and until then it brings them again after a cut: at least once. Larger messages than 1 MiB
/// are dropped and counted.
class MqttClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<MqttClient>> start(const MqttSettings& settings);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// Readable while there is something new.
  [[nodiscard]] int fd() const;
  /// Takes the next message; false: there is none.
  [[nodiscard]] bool next(MqttMessage& out);
  /// All that next() gave so far is durable, or of no use: the broker may forget it.
  void settle();
  [[nodiscard]] bool connected() const;
  /// The broker refused user or password, or why it is not connected; empty: it is.
  [[nodiscard]] std::string problem() const;
  /// Messages that were too large, since it was asked last.
  [[nodiscard]] std::size_t take_dropped();

 private:
  struct State;
  explicit MqttClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wf::camera
