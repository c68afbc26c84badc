#include "fake_engine.hpp"

#include <array>
#include <chrono>
#include <zmq.hpp>

namespace wf::kit::test {

struct FakeEngine::Impl {
  zmq::context_t context{1};
  zmq::socket_t router{context, zmq::socket_type::router};
};

Keys make_keys() {
  std::array<char, 41> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) return {};
  return {public_key.data(), secret_key.data()};
}

FakeEngine::FakeEngine(const std::string& endpoint) : impl_(std::make_unique<Impl>()) {
  impl_->router.set(zmq::sockopt::linger, 0);
  if (endpoint.starts_with("tcp://")) {
    const Keys keys = make_keys();
    public_key_ = keys.public_key;
    impl_->router.set(zmq::sockopt::curve_server, 1);
    impl_->router.set(zmq::sockopt::curve_secretkey, keys.secret_key);
  }
  impl_->router.bind(endpoint);
  endpoint_ = impl_->router.get(zmq::sockopt::last_endpoint);
}

FakeEngine::~FakeEngine() = default;

std::optional<FromAgent> FakeEngine::receive(int ms) {
  zmq::pollitem_t item{impl_->router.handle(), 0, ZMQ_POLLIN, 0};
  zmq::poll(&item, 1, std::chrono::milliseconds(ms));
  zmq::message_t frame;
  if (!impl_->router.recv(frame, zmq::recv_flags::dontwait)) return std::nullopt;
  FromAgent out;
  out.route = frame.to_string();
  std::string header;
  for (std::size_t i = 0; frame.more() && impl_->router.recv(frame); ++i) {
    if (i == 0) header = frame.to_string();
    if (i == 1) out.payload = frame.to_string();
  }
  Result<LinkMessage> message = decode_link(header);
  if (!message) return std::nullopt;
  out.header = std::move(*message);
  return out;
}

void FakeEngine::send(const std::string& route, const LinkMessage& message, const std::string& payload) {
  std::string header;
  encode_link(message, header);
  if (payload.empty()) return send_raw(route, header);
  impl_->router.send(zmq::buffer(route), zmq::send_flags::sndmore);
  impl_->router.send(zmq::buffer(header), zmq::send_flags::sndmore);
  impl_->router.send(zmq::buffer(payload), zmq::send_flags::none);
}

void FakeEngine::send_raw(const std::string& route, const std::string& header) {
  impl_->router.send(zmq::buffer(route), zmq::send_flags::sndmore);
  impl_->router.send(zmq::buffer(header), zmq::send_flags::none);
}

}  // namespace wf::kit::test
