// wf-record-link FRONT BACK FILE: stands between an agent and an engine on ipc and writes down what each says, one
// message a line, its frames in hexadecimal. How the recordings of this folder were made.
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <zmq.hpp>

namespace {

volatile std::sig_atomic_t g_stop = 0;

using Frames = std::vector<std::string>;

Frames receive(zmq::socket_t& socket) {
  Frames out;
  zmq::message_t frame;
  do {
    if (!socket.recv(frame)) return out;
    out.push_back(frame.to_string());
  } while (frame.more());
  return out;
}

void send(zmq::socket_t& socket, const Frames& frames) {
  for (std::size_t i = 0; i < frames.size(); ++i)
    socket.send(zmq::buffer(frames[i]), i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

void write(std::FILE* out, const char* who, const Frames& frames, std::size_t from) {
  std::fputs(who, out);
  for (std::size_t i = from; i < frames.size(); ++i) {
    std::fputc(' ', out);
    for (const char c : frames[i]) std::fprintf(out, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  std::fputc('\n', out);
  std::fflush(out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: wf-record-link ipc://FRONT ipc://BACK FILE\n", stderr);
    return 2;
  }
  std::FILE* const out = std::fopen(argv[3], "w");
  if (out == nullptr) {
    std::perror(argv[3]);
    return 1;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &action, nullptr);
  zmq::context_t context{1};
  zmq::socket_t front{context, zmq::socket_type::router};
  front.set(zmq::sockopt::linger, 0);
  front.bind(argv[1]);
  // One connection to the engine for each of the agent.
  std::map<std::string, std::unique_ptr<zmq::socket_t>> back;
  while (g_stop == 0) {
    std::vector<zmq::pollitem_t> items{{front.handle(), 0, ZMQ_POLLIN, 0}};
    std::vector<std::string> routes;
    for (auto& [route, socket] : back) {
      items.push_back({socket->handle(), 0, ZMQ_POLLIN, 0});
      routes.push_back(route);
    }
    try {
      zmq::poll(items, std::chrono::milliseconds(200));
    } catch (const zmq::error_t&) {
      continue;  // a signal
    }
    if ((items[0].revents & ZMQ_POLLIN) != 0) {
      Frames frames = receive(front);
      std::unique_ptr<zmq::socket_t>& socket = back[frames[0]];
      if (!socket) {
        socket = std::make_unique<zmq::socket_t>(context, zmq::socket_type::dealer);
        socket->set(zmq::sockopt::linger, 0);
        socket->connect(argv[2]);
      }
      write(out, "agent", frames, 1);
      send(*socket, {frames.begin() + 1, frames.end()});
    }
    for (std::size_t i = 0; i < routes.size(); ++i) {
      if ((items[i + 1].revents & ZMQ_POLLIN) == 0) continue;
      Frames frames = receive(*back[routes[i]]);
      write(out, "engine", frames, 0);
      frames.insert(frames.begin(), routes[i]);
      send(front, frames);
    }
  }
  std::fclose(out);
  return 0;
}
