#include "console/seat/seat_gate.hpp"

#include <vector>
#include <zmq.hpp>

#include "console/link/key_files.hpp"
#include "console/link/zap.hpp"
#include "console/seat/seat_keys.hpp"

namespace wf::seat {

SeatGate::SeatGate(zmq::context_t& context, std::filesystem::path keys)
    : keys_(std::move(keys)), socket_(std::make_unique<zmq::socket_t>(context, zmq::socket_type::rep)) {
  socket_->set(zmq::sockopt::linger, 0);
  socket_->bind("inproc://zeromq.zap.01");
}

SeatGate::~SeatGate() = default;

zmq::socket_t& SeatGate::socket() { return *socket_; }

void SeatGate::answer(const std::function<std::uint64_t()>& number) {
  for (;;) {
    std::vector<std::string> frames;
    zmq::message_t frame;
    if (!socket_->recv(frame, zmq::recv_flags::dontwait)) return;
    frames.push_back(frame.to_string());
    while (frame.more()) {
      if (!socket_->recv(frame)) break;
      frames.push_back(frame.to_string());
    }
    // version, request id, domain, address, identity, mechanism, then CURVE's key of 32 bytes
    std::string user, status = "400", text = "not a seat";
    if (frames.size() == 7 && frames[0] == "1.0" && frames[5] == "CURVE" && frames[6].size() == 32) {
      std::vector<std::string> problems;
      const std::string key = link::z85(frames[6]);
      for (const SeatUser& known : users(keys_, problems)) {
        if (known.public_key == key) user = known.name;
      }
      if (!user.empty()) {
        status = "200";
        text = "OK";
      }
    }
    const std::string request = frames.size() > 1 ? frames[1] : std::string();
    const std::vector<std::string> reply{
        "1.0", request, status, text, user, user.empty() ? std::string() : link::number_property(number())};
    for (std::size_t i = 0; i < reply.size(); ++i) {
      socket_->send(zmq::buffer(reply[i]), i + 1 < reply.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }
}

bool SeatGate::still_admitted(const std::string& name) const {
  return link::stamp_of(keys_ / "seats" / (name + ".json")).exists;
}

std::optional<std::string> SeatGate::role_of(const std::string& name) const {
  std::vector<std::string> problems;
  for (const SeatUser& known : users(keys_, problems))
    if (known.name == name) return known.role;
  return std::nullopt;
}

}  // namespace wf::seat
