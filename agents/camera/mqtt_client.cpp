#include "agents/camera/mqtt_client.hpp"

#include <mosquitto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "agents/kit/descriptor.hpp"

namespace wf::camera {
namespace {

constexpr std::size_t kMostMessages = 1024, kMostBytes = 8U << 20U, kMostMessage = 1U << 20U;
constexpr int kKeepAlive = 20;  // seconds
constexpr std::chrono::seconds kReconnect{1}, kReconnectMost{5};
constexpr int kTurnMs = 1000;

}  // namespace

struct MqttClient::State {
  MqttSettings settings;
  std::thread thread;
  mosquitto* client = nullptr;
  kit::Descriptor wake, control;
  mutable std::mutex mutex;
  std::condition_variable room;
  std::deque<MqttMessage> queue;
  std::size_t bytes = 0, dropped = 0;
  std::size_t unheard = 0;                          ///< topics whose subscription is not confirmed
  std::uint64_t heard = 0, taken = 0, settled = 0;  ///< messages, since the start
  bool established = false;                         ///< the broker has answered; of the thread
  bool connected = false, refused = false, stopping = false;
  std::string problem;

  void signal() const {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }

  static void on_connect(mosquitto* client, void* self, int code, int flags) {
    auto& state = *static_cast<State*>(self);
    if (code == 0)
      for (const std::string& topic : state.settings.topics) mosquitto_subscribe(client, nullptr, topic.c_str(), 1);
    state.established = code == 0;
    const std::lock_guard lock(state.mutex);
    // The broker brings again what was not acknowledged: those that were not looked at yet would come twice.
    if (code == 0 && (flags & 1) != 0) {
      state.heard -= state.queue.size();
      state.queue.clear();
      state.bytes = 0;
    }
    state.unheard = state.settings.topics.size();
    state.connected = code == 0 && state.unheard == 0;
    state.refused = code != 0;
    state.problem = code == 0 ? "" : std::string("the broker refused: ") + mosquitto_connack_string(code);
    state.signal();
  }

  /// Nothing is heard before the broker has confirmed it: only then is it said to be in order.
  static void on_subscribe(mosquitto*, void* self, int, int count, const int* granted) {
    auto& state = *static_cast<State*>(self);
    const bool refused = std::any_of(granted, granted + count, [](int qos) { return qos >= 0x80; });
    const std::lock_guard lock(state.mutex);
    if (refused) {
      state.refused = true;
      state.problem = "the broker refused to let this user hear its topics";
    } else if (state.unheard > 0 && --state.unheard == 0) {
      state.connected = true;
    }
    state.signal();
  }

  /// libmosquitto's own loop ends for good when a name cannot be resolved or a certificate is not believed; this one
  /// does not.
  void run() {
    std::chrono::seconds delay = kReconnect;
    std::unique_lock lock(mutex);
    while (!stopping) {
      lock.unlock();
      int code = mosquitto_connect_async(client, settings.host.c_str(), settings.port, kKeepAlive);
      lock.lock();
      while (code == MOSQ_ERR_SUCCESS && !stopping) {
        lock.unlock();
        code = established ? turn() : mosquitto_loop(client, kTurnMs, 1);
        lock.lock();
        if (connected) delay = kReconnect;
      }
      if (stopping) return;
      // After a refusal the broker hangs up: the refusal is what is worth telling.
      if (connected || !refused) problem = code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code);
      connected = refused = established = false;
      signal();
      room.wait_for(lock, delay, [&] { return stopping; });
      delay = std::min(2 * delay, kReconnectMost);
    }
  }

  /// One turn of a connection that stands. libmosquitto writes its acknowledgement of a message behind what it has to
  /// send before it hands the message over, and sends it with mosquitto_loop_write(): so that is not called as long as
  /// a message waits to be settled. Messages are read in the meantime, up to the bounds.
  int turn() {
    bool write = false, read = false;
    {
      const std::lock_guard lock(mutex);
      write = settled == heard;
      read = heard - settled < kMostMessages && bytes < kMostBytes;
    }
    pollfd fds[] = {{mosquitto_socket(client), 0, 0}, {control.get(), POLLIN, 0}};
    if (fds[0].fd < 0) return MOSQ_ERR_CONN_LOST;
    if (read) fds[0].events |= POLLIN;
    if (write && mosquitto_want_write(client)) fds[0].events |= POLLOUT;
    (void)::poll(fds, 2, kTurnMs);
    std::uint64_t count = 0;
    (void)!::read(control.get(), &count, sizeof count);
    int code = MOSQ_ERR_SUCCESS;
    // A connection that is gone is seen by reading, whatever waits.
    if ((fds[0].revents & POLLIN) != 0 || (fds[0].revents & (POLLERR | POLLHUP)) != 0)
      code = mosquitto_loop_read(client, 1);
    if (code == MOSQ_ERR_SUCCESS && (fds[0].revents & POLLOUT) != 0) code = mosquitto_loop_write(client, 1);
    return code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc(client) : code;
  }

  void wake_thread() const {
    const std::uint64_t one = 1;
    (void)!::write(control.get(), &one, sizeof one);
  }

  static void on_message(mosquitto*, void* self, const mosquitto_message* message) {
    auto& state = *static_cast<State*>(self);
    const auto size = static_cast<std::size_t>(message->payloadlen);
    const std::lock_guard lock(state.mutex);
    if (state.stopping) {
      ++state.heard;  // nobody takes it any more: it must not be acknowledged with the others
      return;
    }
    if (size > kMostMessage) {
      ++state.dropped;
      state.signal();
      return;
    }
    state.queue.push_back(
        {message->topic, std::string(static_cast<const char*>(message->payload), size), message->retain});
    state.bytes += size;
    ++state.heard;
    state.signal();
  }
};

MqttClient::MqttClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<MqttClient>> MqttClient::start(const MqttSettings& settings) {
  static const int initialized = mosquitto_lib_init();
  const Error none{"libmosquitto cannot begin", "", ""};
  if (initialized != MOSQ_ERR_SUCCESS) return none;
  auto state = std::make_unique<State>();
  state->settings = settings;
  state->settings.password.clear();
  state->wake = kit::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  state->control = kit::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  state->client = mosquitto_new(settings.client_id.c_str(), false, state.get());
  if (state->client == nullptr || !state->wake.open() || !state->control.open()) return none;
  mosquitto* const client = state->client;
  mosquitto_connect_with_flags_callback_set(client, &State::on_connect);
  mosquitto_subscribe_callback_set(client, &State::on_subscribe);
  mosquitto_message_callback_set(client, &State::on_message);
  int code = MOSQ_ERR_SUCCESS;
  if (!settings.user.empty())
    code = mosquitto_username_pw_set(client, settings.user.c_str(), settings.password.c_str());
  if (code == MOSQ_ERR_SUCCESS && settings.tls) {
    const char* const ca = settings.ca_file.empty() ? nullptr : settings.ca_file.c_str();
    code = mosquitto_tls_set(client, ca, ca == nullptr ? "/etc/ssl/certs" : nullptr, nullptr, nullptr, nullptr);
  }
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_threaded_set(client, true);
  if (code != MOSQ_ERR_SUCCESS) {
    mosquitto_destroy(client);
    return Error{mosquitto_strerror(code), "", "see ca=FILE"};
  }
  State& running = *state;
  state->thread = std::thread([&running] { running.run(); });
  std::unique_ptr<MqttClient> out(new MqttClient(std::move(state)));
  return out;
}

MqttClient::~MqttClient() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->room.notify_all();
  state_->wake_thread();
  state_->thread.join();
  // What is settled is acknowledged before the end. If something is not, nothing is: the connection is just closed, and
  // the broker brings it again.
  if (state_->settled == state_->heard && state_->established) {
    (void)mosquitto_loop_write(state_->client, 1);
    (void)mosquitto_disconnect(state_->client);
    (void)mosquitto_loop_write(state_->client, 1);
  }
  mosquitto_destroy(state_->client);
}

int MqttClient::fd() const { return state_->wake.get(); }

bool MqttClient::next(MqttMessage& out) {
  std::uint64_t count = 0;
  (void)!::read(state_->wake.get(), &count, sizeof count);
  const std::lock_guard lock(state_->mutex);
  if (state_->queue.empty()) return false;
  out = std::move(state_->queue.front());
  state_->queue.pop_front();
  state_->bytes -= out.payload.size();
  ++state_->taken;
  state_->wake_thread();
  // What is left is for the next turn.
  if (!state_->queue.empty()) state_->signal();
  return true;
}

void MqttClient::settle() {
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->settled, state_->taken) != state_->taken) state_->wake_thread();
}

bool MqttClient::connected() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connected;
}

std::string MqttClient::problem() const {
  const std::lock_guard lock(state_->mutex);
  return state_->problem;
}

std::size_t MqttClient::take_dropped() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->dropped, 0);
}

}  // namespace wf::camera
