#include "agents/camera/frigate.hpp"

#include <unistd.h>

#include <array>

#include "agents/camera/frigate_event.hpp"
#include "agents/camera/mqtt_client.hpp"
#include "agents/http/address.hpp"
#include "agents/kit/read/document_framing.hpp"
#include "agents/kit/read/follow_source.hpp"
#include "agents/kit/secret_file.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

constexpr std::size_t kMostDocument = 1U << 20U;
constexpr std::int64_t kGone = 30 * kSecond;  ///< the broker may be away for so long before it is said

class FrigateFile final : public kit::FollowSource {
 public:
  explicit FrigateFile(const kit::SourceSpec& spec) : FollowSource(spec, options()) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    Result<std::optional<Event>> event = frigate_document(record.text, moment.now);
    if (!event) return event.error();
    if (*event) emit(sink, std::move(**event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.framing = kit::document_framing;
    options.record_limit = kMostDocument;
    return options;
  }
};

class FrigateMqtt final : public kit::Source {
 public:
  FrigateMqtt(const kit::SourceSpec& spec, MqttSettings settings, std::string prefix, std::string password_file)
      : Source(spec),
        settings_(std::move(settings)),
        prefix_(std::move(prefix)),
        password_file_(std::move(password_file)) {
    for (const char* const topic : {"events", "reviews", "tracked_object_update", "triggers", "available", "+/motion",
                                    "+/status/detect", "+/status/record", "+/audio/+", "+/enabled/state",
                                    "+/detect/state", "+/recordings/state", "+/classification/+"})
      settings_.topics.push_back(prefix_ + "/" + topic);
  }

  std::vector<Error> check() override {
    const Result<void> read = read_password();
    return read ? std::vector<Error>() : std::vector<Error>{read.error()};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a broker has no end at which it could stop", spec().name, "leave out --once"};
    if (const Result<void> read = read_password(); !read) return read.error();
    gone_ = position.find("gone") != std::string_view::npos;
    away_ = position.find("away") != std::string_view::npos;
    Result<std::unique_ptr<MqttClient>> client = MqttClient::start(settings_);
    settings_.password.clear();
    if (!client) return client.error();
    client_ = std::move(*client);
    heard_ = moment.mono;
    set_state("waiting");
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!client_) return false;
    MqttMessage message;
    bool more = false;
    while (!sink.full() && (more = client_->next(message))) take(message, sink, moment);
    if (const std::size_t dropped = client_->take_dropped(); dropped > 0)
      refuse({std::to_string(dropped) + " messages larger than 1 MiB", settings_.host,
              "see what publishes under " + prefix_});
    watch(sink, moment);
    if (!unsaved_) client_->settle();
    return more;
  }

  void durable(const kit::Moment&) override {
    unsaved_ = false;
    if (client_) client_->settle();
  }

  std::string position() const override { return std::string(gone_ ? "gone " : "") + (away_ ? "away" : ""); }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (client_) fds.push_back({client_->fd(), POLLIN, 0});
  }
  std::int64_t next_wake() const override { return connected_ || gone_ ? kit::kNever : heard_ + kGone; }

 private:
  Result<void> read_password() {
    if (settings_.user.empty()) return {};
    Result<std::string> password = kit::read_secret(password_file_);
    if (!password) return password.error();
    settings_.password = std::move(*password);
    return {};
  }

  void take(const MqttMessage& message, kit::Sink& sink, const kit::Moment& moment) {
    count_read();
    std::string_view topic = message.topic;
    if (topic.size() > prefix_.size()) topic.remove_prefix(prefix_.size() + 1);
    Result<std::optional<Event>> event = frigate_event(topic, message.payload, moment.now);
    if (!event) return refuse({event.error().what, one_line(message.topic), event.error().to_do});
    if (!*event) return;
    if (topic == "available") {
      // It is told anew to each that comes: news is only what differs.
      const bool away = (*event)->kind == "device.offline";
      if (std::exchange(away_, away) == away) return;
    } else if (message.retained) {
      return;  // what stood there before we came is state
    }
    unsaved_ = true;
    emit(sink, std::move(**event), moment);
  }

  /// The broker itself: without it nobody tells that Frigate is gone.
  void watch(kit::Sink& sink, const kit::Moment& moment) {
    connected_ = client_->connected();
    if (connected_) {
      heard_ = moment.mono;
      set_state("running");
    } else {
      const std::string problem = client_->problem();
      set_state("waiting", problem.empty() ? "" : settings_.host + ": " + one_line(problem));
    }
    if (gone_ ? !connected_ : moment.mono - heard_ < kGone) return;
    gone_ = !gone_;
    Event event;
    event.kind = gone_ ? "device.offline" : "device.online";
    event.severity = gone_ ? 3 : 1;
    event.logsource = {"watchfloor", "camera", "camera"};
    event.time = moment.now;
    event.add("device.id", settings_.host);
    event.add("reason", "communication");
    event.add("message", gone_ ? "The MQTT broker cannot be reached: " + one_line(client_->problem())
                               : "The MQTT broker is there again");
    emit(sink, std::move(event), moment);
  }

  MqttSettings settings_;
  std::string prefix_, password_file_;
  std::unique_ptr<MqttClient> client_;
  std::int64_t heard_ = 0;
  bool connected_ = false, gone_ = false, away_ = false;
  bool unsaved_ = false;  ///< what was handed over is not on the disk yet
};

kit::SourceMade make_mqtt(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  const bool secret = spec.address.find('@') != std::string::npos;
  const std::string where = secret && spec.where.starts_with("--source") ? "--source " + spec.kind + ":…" : spec.where;
  Result<http::Address> address = http::read_address(spec.address);
  if (!address || !address->scheme.starts_with("mqtt")) {
    made.problems.push_back(
        {address ? "Frigate is heard at a broker" : address.error().what, where,
         secret && !address ? address.error().to_do : "write mqtt://HOST[:PORT][/PREFIX], or mqtts"});
    return made;
  }
  made.problems = spec.unknown_options({"user", "password_file", "ca", "id"});
  MqttSettings settings;
  settings.host = address->host;
  settings.port = address->port;
  settings.tls = address->scheme == "mqtts";
  settings.user = spec.option("user");
  settings.ca_file = spec.option("ca");
  std::array<char, 64> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  settings.client_id = spec.option("id", "watchfloor-" + std::string(host.data()));
  const std::string password_file = spec.option("password_file");
  if (settings.user.empty() != password_file.empty())
    made.problems.push_back({"a user and the file with the password belong together", where,
                             "write user=NAME,password_file=FILE (mode 0600), or a credential of systemd"});
  if (!settings.tls && !settings.ca_file.empty())
    made.problems.push_back({"'ca' is of use with mqtts only", where, "write mqtts://…, or leave it out"});
  std::string prefix = address->path_given ? address->path.substr(1) : "frigate";
  if (prefix.ends_with('/')) prefix.pop_back();
  if (prefix.find_first_of("+#") != std::string::npos)
    made.problems.push_back({"a prefix has no wildcards", where, "write the one of Frigate's topic_prefix"});
  if (made.problems.empty())
    made.source = std::make_unique<FrigateMqtt>(spec, std::move(settings), std::move(prefix), password_file);
  return made;
}

}  // namespace

const char* const kFrigateHelp =
    "mqtt(s)://HOST[:PORT][/PREFIX] of the broker that Frigate speaks to; or a FILE of its messages";

kit::SourceMade make_frigate(const kit::SourceSpec& spec) {
  if (spec.address.find("://") != std::string::npos) return make_mqtt(spec);
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.empty())
    made.problems.push_back({"this source needs a file or a broker", spec.where, "write frigate:FILE or mqtt://HOST"});
  if (made.problems.empty()) made.source = std::make_unique<FrigateFile>(spec);
  return made;
}

}  // namespace wf::camera
