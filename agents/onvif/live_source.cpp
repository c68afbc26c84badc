#include "agents/onvif/live_source.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agents/http/address.hpp"
#include "agents/http/client.hpp"
#include "agents/kit/secret_file.hpp"
#include "agents/onvif/device_health.hpp"
#include "agents/onvif/door_output.hpp"
#include "agents/onvif/file_source.hpp"
#include "agents/onvif/property_memory.hpp"
#include "agents/onvif/pull_point.hpp"
#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

constexpr std::int64_t kCheckFor = 8 * kSecond;
constexpr std::int64_t kOff = 2 * kSecond;  ///< a device's clock may be off by this without its times being changed

struct Settings {
  http::Address address;
  http::Trust trust;
  std::string user, password_file;
  std::string device;
  bool channels = false;
  Role role = Role::access;
  Recording recording = Recording::on_events;
};

void random_bytes(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

class OnvifLive final : public kit::Source {
 public:
  OnvifLive(const kit::SourceSpec& spec, Settings settings, std::unique_ptr<http::Client> client)
      : Source(spec),
        settings_(std::move(settings)),
        client_(std::move(client)),
        pull_(settings_.address, {}, random_bytes),
        health_(settings_.role, settings_.device) {}

  std::vector<Error> check() override {
    if (const Result<void> read = read_password(pull_); !read) return {read.error()};
    PullPoint probe(settings_.address, {.probe = true}, random_bytes);
    (void)read_password(probe);
    Result<std::unique_ptr<http::Client>> client = http::Client::make(settings_.trust);
    if (!client) return {client.error()};
    kit::Moment moment = look();
    const std::int64_t end = moment.mono + kCheckFor;
    probe.start({}, moment);
    std::vector<Error> out;
    PullPoint::Heard heard;
    for (; moment.mono < end && !probe.done(); moment = look()) {
      if (std::optional<http::Question> question = probe.next(moment)) (*client)->ask(std::move(*question));
      if (std::optional<Result<http::Answer>> answer = (*client)->step())
        probe.answered(std::move(*answer), moment, heard);
      if (probe.done()) break;
      std::vector<pollfd> fds;
      (*client)->add_fds(fds);
      const std::int64_t wake = std::min({(*client)->next_wake(), probe.next_wake(moment.mono), end});
      (void)::poll(fds.data(), fds.size(),
                   static_cast<int>(std::max<std::int64_t>(wake - moment.mono, 0) / kMillisecond) + 1);
    }
    if (!probe.problem().empty() || !probe.done())
      out.push_back({probe.problem().empty() ? "it does not answer" : probe.problem(), settings_.address.authority(),
                     probe.refused() ? "see user= and password_file=" : "see address, network and the device"});
    pull_.learn(probe);  // for the outputs, which are asked next
    const std::int64_t ahead = probe.clock_ahead().value_or(0);
    if (std::abs(ahead) > DeviceHealth::kClockWrong)
      out.push_back(
          {"its clock is " + std::to_string(std::abs(ahead) / kSecond) + " s " + (ahead > 0 ? "ahead" : "behind"),
           settings_.address.authority(), "let it follow a time server"});
    return out;
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    once_ = once;
    if (const Result<void> read = read_password(pull_); !read) return read.error();
    std::array<std::string_view, 3> lines;
    for (std::string_view& line : lines) {
      line = position.substr(0, position.find('\n'));
      position.remove_prefix(std::min(line.size() + 1, position.size()));
    }
    health_.load(lines[0]);
    memory_.load(lines[1]);
    pull_.start(lines[2], moment);
    begun_ = mono_ = moment.mono;
    set_state("waiting");
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    mono_ = moment.mono;
    if (std::optional<Result<http::Answer>> answer = client_->step()) {
      PullPoint::Heard heard;
      const bool refused = pull_.refused();
      count_read();
      pull_.answered(std::move(*answer), moment, heard);
      for (const Error& error : heard.refused) refuse({error.what, settings_.address.authority(), error.to_do});
      for (Notice& notice : heard.notices) tell(notice, sink, moment);
      // A password that was changed meanwhile is taken without a restart.
      if (pull_.refused() && !refused) (void)read_password(pull_);
      if (once_ && pull_.subscribed() && pull_.drained()) pull_.leave();
    }
    for (Event& event : health_.look(pull_, moment)) emit(sink, std::move(event), moment);
    if (!client_->busy() && !sink.full())
      if (std::optional<http::Question> question = pull_.next(moment)) client_->ask(std::move(*question));
    show_state(moment);
    return false;
  }

  Result<std::unique_ptr<kit::Output>> output(const kit::OutputSpec& spec) override {
    if (settings_.role == Role::camera) return Source::output(spec);
    return make_door_output(spec, pull_, settings_.trust);
  }

  std::string position() const override { return health_.save() + "\n" + memory_.save() + "\n" + pull_.save(); }
  void add_fds(std::vector<pollfd>& fds) const override { client_->add_fds(fds); }
  std::int64_t next_wake() const override { return std::min(client_->next_wake(), pull_.next_wake(mono_)); }

 private:
  static kit::Moment look() { return {kit::Clock().now(), kit::monotonic_ns()}; }

  Result<void> read_password(PullPoint& device) {
    if (settings_.user.empty()) return {};
    Result<std::string> password = kit::read_secret(settings_.password_file);
    if (!password) return password.error();
    device.set_account(settings_.user, std::move(*password));
    return {};
  }

  void show_state(const kit::Moment& moment) {
    if (pull_.done()) {
      set_state("ended");
    } else if (once_ && !pull_.subscribed() &&
               (pull_.refused() || !pull_.no_events().empty() || moment.mono - begun_ >= PullPoint::kSilent)) {
      set_state("failed", where_problem());
    } else if (pull_.problem().empty()) {
      set_state("running");
    } else {
      set_state("waiting", where_problem());
    }
  }

  [[nodiscard]] std::string where_problem() const { return settings_.address.authority() + ": " + pull_.problem(); }

  void tell(Notice& notice, kit::Sink& sink, const kit::Moment& moment) {
    const PropertyMemory::Known known = memory_.compare(notice);
    const bool state = notice.operation == Notice::Operation::initialized;
    if (state && known == PropertyMemory::Known::same) return;
    std::optional<Event> event =
        event_of(notice, settings_.role, moment.now, known == PropertyMemory::Known::other, settings_.recording);
    memory_.remember(notice, event && lasting(*event));
    if (!event) return;
    // The device's clock is known to be wrong: its times are put right, and the one that it told is kept.
    const std::int64_t ahead = pull_.clock_ahead().value_or(0);
    if (std::abs(ahead) > kOff && event->field("onvif.time").empty()) {
      event->time -= ahead;
      event->add("onvif.time", notice.time);
    }
    name_device(*event);
    emit(sink, std::move(*event), moment);
  }

  void name_device(Event& event) const {
    if (settings_.role == Role::camera) {
      std::string own = settings_.device;
      const auto camera = std::find_if(event.fields.begin(), event.fields.end(),
                                       [](const Field& field) { return field.name == "camera.id"; });
      if (camera == event.fields.end()) {
        event.add("camera.id", own);
      } else {
        if (settings_.channels && !camera->value.empty()) own += "/" + camera->value;
        camera->value = own;
      }
    }
    if (event.field("device.id").empty()) event.add("device.id", settings_.device);
  }

  Settings settings_;
  std::unique_ptr<http::Client> client_;
  PullPoint pull_;
  DeviceHealth health_;
  PropertyMemory memory_;
  bool once_ = false;
  std::int64_t begun_ = 0, mono_ = 0;
};

}  // namespace

kit::SourceMade make_onvif_live(const kit::SourceSpec& spec, Role role) {
  kit::SourceMade made;
  const Result<http::Address> address = http::read_address(spec.address);
  // What was written may hold a password: it is not repeated.
  const bool secret = spec.address.find('@') != std::string::npos;
  const std::string where = secret && spec.where.starts_with("--source") ? "--source " + spec.kind + ":…" : spec.where;
  if (!address || (address->scheme != "http" && address->scheme != "https")) {
    made.problems.push_back({address ? "a device is asked by http or https" : address.error().what, where,
                             address ? "write http://HOST[:PORT]/PATH, or https" : address.error().to_do});
    return made;
  }
  made.problems = spec.unknown_options({"user", "password_file", "device", "ca", "pin", "channels", "recording"});
  Settings settings;
  settings.address = *address;
  settings.role = role;
  settings.user = spec.option("user");
  settings.password_file = spec.option("password_file");
  settings.device = spec.option("device", address->host);
  settings.trust = {spec.option("ca"), spec.option("pin")};
  const std::string channels = spec.option("channels", "no");
  settings.channels = channels == "yes";
  if (channels != "yes" && channels != "no")
    made.problems.push_back({"'channels' is yes or no", where, "leave it out for a device with one picture"});
  const std::string recording = spec.option("recording", "on-events");
  settings.recording = recording == "always" ? Recording::always : Recording::on_events;
  if (recording != "always" && recording != "on-events")
    made.problems.push_back({"'recording' is always or on-events", where,
                             "write recording=always where every pause of a recording is a gap"});
  if (settings.user.empty() != settings.password_file.empty())
    made.problems.push_back({"a user and the file with the password belong together", where,
                             "write user=NAME,password_file=FILE (mode 0600), or a credential of systemd"});
  if (!settings.trust.pin.empty() && !settings.trust.pin.starts_with("sha256//"))
    made.problems.push_back({"'pin' is no fingerprint of a key", where, "write pin=sha256//BASE64"});
  if (address->scheme == "http" && !(settings.trust.ca_file + settings.trust.pin).empty())
    made.problems.push_back({"'ca' and 'pin' are of use with https only", where, "write https://…, or leave them out"});
  if (!made.problems.empty()) return made;
  Result<std::unique_ptr<http::Client>> client = http::Client::make(settings.trust);
  if (!client) {
    made.problems.push_back({client.error().what, where, client.error().to_do});
    return made;
  }
  made.source = std::make_unique<OnvifLive>(spec, std::move(settings), std::move(*client));
  return made;
}

kit::SourceMade make_onvif(const kit::SourceSpec& spec, Role role) {
  return spec.address.find("://") == std::string::npos ? make_onvif_file(spec, role) : make_onvif_live(spec, role);
}

}  // namespace wf::onvif
