#pragma once
#include <memory>
#include <optional>
#include <string>

#include "proto/link_message.hpp"

namespace wf::kit::test {

/// What came from an agent.
struct FromAgent {
  std::string route;
  LinkMessage header;
  std::string payload;
};

/// An engine's end of the link for tests: a ROUTER that says what the test tells it to.
class FakeEngine {
 public:
  /// Plain for ipc://, with CURVE for tcp://; "tcp://127.0.0.1:*" takes any port.
  explicit FakeEngine(const std::string& endpoint);
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] const std::string& public_key() const { return public_key_; }
  /// Waits up to `ms` for a message.
  [[nodiscard]] std::optional<FromAgent> receive(int ms);
  void send(const std::string& route, const LinkMessage& message, const std::string& payload = {});
  /// A header frame as it is, for what an older or a broken engine says.
  void send_raw(const std::string& route, const std::string& header);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string endpoint_, public_key_;
};

/// A CURVE key pair as Z85 text.
struct Keys {
  std::string public_key, secret_key;
};
[[nodiscard]] Keys make_keys();

}  // namespace wf::kit::test
