#include "agents/camera/mqtt_client.hpp"

#include <mosquitto.h>
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
constexpr std::chrono::seconds kReconnect{1}, kReconnectMost{15};
constexpr int kTurnMs = 1000;

}  // namespace

struct MqttClient::State {
  MqttSettings settings;
  std::thread thread;
  mosquitto* client = nullptr;
  kit::Descriptor wake;
  mutable std::mutex mutex;
  std::condition_variable room;
  std::deque<MqttMessage> queue;
  std::size_t bytes = 0, dropped = 0;
  std::size_t unheard = 0;  ///< topics whose subscription is not confirmed
  bool connected = false, refused = false, stopping = false;
  std::string problem;

  void signal() const {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }

  static void on_connect(mosquitto* client, void* self, int code) {
    auto& state = *static_cast<State*>(self);
    if (code == 0)
      for (const std::string& topic : state.settings.topics) mosquitto_subscribe(client, nullptr, topic.c_str(), 1);
    const std::lock_guard lock(state.mutex);
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
        code = mosquitto_loop(client, kTurnMs, 1);
        lock.lock();
        if (connected) delay = kReconnect;
      }
      if (stopping) return;
      // After a refusal the broker hangs up: the refusal is what is worth telling.
      if (connected || !refused) problem = code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code);
      connected = refused = false;
      signal();
      room.wait_for(lock, delay, [&] { return stopping; });
      delay = std::min(2 * delay, kReconnectMost);
    }
  }

  static void on_message(mosquitto*, void* self, const mosquitto_message* message) {
    auto& state = *static_cast<State*>(self);
    const auto size = static_cast<std::size_t>(message->payloadlen);
    std::unique_lock lock(state.mutex);
    if (size > kMostMessage) {
      ++state.dropped;
      state.signal();
      return;
    }
    state.room.wait(lock, [&] {
      return state.stopping || (state.queue.size() < kMostMessages && state.bytes + size <= kMostBytes);
    });
    if (state.stopping) return;
    state.queue.push_back(
        {message->topic, std::string(static_cast<const char*>(message->payload), size), message->retain});
    state.bytes += size;
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
  state->client = mosquitto_new(settings.client_id.c_str(), false, state.get());
  if (state->client == nullptr || !state->wake.open()) return none;
  mosquitto* const client = state->client;
  mosquitto_connect_callback_set(client, &State::on_connect);
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
  mosquitto_disconnect(state_->client);
  state_->thread.join();
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
  state_->room.notify_all();
  // What is left is for the next turn.
  if (!state_->queue.empty()) state_->signal();
  return true;
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
