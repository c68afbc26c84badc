#include "console/link/outbox.hpp"

#include <utility>

namespace wf::link {

Outbox::Outbox(Sender sender, std::function<UtcNs()> clock, std::size_t most,
               std::function<void(Connection&, std::int64_t mono)> deaf)
    : sender_(std::move(sender)), clock_(std::move(clock)), most_(most), deaf_(std::move(deaf)) {}

Outbox::Sent Outbox::pass(Connection& connection, const std::string& header, const std::string& payload,
                          std::int64_t mono) {
  const Sent sent = sender_(connection.route, header, payload);
  if (sent == Sent::sent) connection.sent = mono;
  if (sent == Sent::gone) {
    connection.unsent.clear();
    gone_.push_back(connection.number);
  }
  return sent;
}

void Outbox::send(Connection& connection, LinkMessage message, std::int64_t mono, std::string payload) {
  message.clock = clock_();
  encode_link(message, header_);
  if (connection.unsent.empty() && pass(connection, header_, payload, mono) != Sent::full) return;
  if (message.kind == LinkKind::heartbeat) return;
  if (connection.unsent.size() >= most_) return deaf_(connection, mono);
  connection.unsent.emplace_back(header_, std::move(payload));
}

void Outbox::refuse(Connection& connection, const std::string& reason, std::int64_t mono) {
  connection.refused = true;
  connection.refused_at = mono;
  LinkMessage out;
  out.kind = LinkKind::refuse;
  out.reason = reason;
  send(connection, std::move(out), mono);
}

void Outbox::flush(Connection& connection, std::int64_t mono) {
  std::size_t done = 0;
  while (done < connection.unsent.size()) {
    const auto& [header, payload] = connection.unsent[done];
    const Sent sent = pass(connection, header, payload, mono);
    if (sent == Sent::gone) return;
    if (sent == Sent::full) break;
    ++done;
  }
  connection.unsent.erase(connection.unsent.begin(), connection.unsent.begin() + static_cast<std::ptrdiff_t>(done));
}

std::vector<std::uint64_t> Outbox::take_gone() { return std::exchange(gone_, {}); }

}  // namespace wf::link
