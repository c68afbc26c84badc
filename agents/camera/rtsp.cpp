#include "agents/camera/rtsp.hpp"

#include <algorithm>
#include <cstdio>

#include "agents/camera/picture_health.hpp"
#include "agents/camera/stream_thread.hpp"
#include "agents/camera/video_module.hpp"
#include "agents/http/address.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/secret_file.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

constexpr std::int64_t kSilent = 10 * kSecond;  ///< without bytes of the stream it is off line

struct Settings {
  StreamSettings stream;
  std::string password_file, device, host;
  StreamThread::Transport transport = StreamThread::Transport::either;
};

struct Words {
  PictureHealth::State state;
  const char *name, *kind, *reason, *message;
};
constexpr Words kWords[] = {
    {PictureHealth::State::well, "well", "camera.restored", "", "The picture is as it should be"},
    {PictureHealth::State::black, "black", "camera.dark", "black", "The picture is black"},
    {PictureHealth::State::covered, "covered", "camera.covered", "covered", "Something covers the camera"},
    {PictureHealth::State::blurred, "blurred", "camera.blurred", "blurred", "The picture is blurred"},
    {PictureHealth::State::moved, "moved", "camera.moved", "moved", "The camera looks elsewhere"},
    {PictureHealth::State::frozen, "frozen", "camera.tamper", "frozen", "The picture has not changed for a minute"}};

const Words& words_of(PictureHealth::State state) { return kWords[static_cast<std::size_t>(state)]; }

class Rtsp final : public kit::Source {
 public:
  Rtsp(const kit::SourceSpec& spec, Settings settings, ReadKeyframes read)
      : Source(spec), settings_(std::move(settings)), read_(read) {}

  std::vector<Error> check() override {
    const Result<void> read = read_password();
    return read ? std::vector<Error>() : std::vector<Error>{read.error()};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a stream has no end at which it could stop", spec().name, "leave out --once"};
    if (const Result<void> read = read_password(); !read) return read.error();
    offline_ = position.starts_with("offline");
    const std::size_t space = position.find(' ');
    if (space != std::string_view::npos)
      for (const Words& one : kWords)
        if (position.substr(space + 1) == one.name) said_ = one.state;
    thread_ = std::make_unique<StreamThread>(read_, settings_.stream, settings_.transport);
    settings_.stream.password.clear();
    heard_ = mono_ = moment.mono;
    set_state("waiting");
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!thread_) return false;
    mono_ = moment.mono;
    for (const SmallPicture& picture : thread_->take()) {
      count_read();
      shown_ = true;
      (void)health_.look(picture);
    }
    heard_ = std::max(heard_, std::min(thread_->last_packet(), moment.mono));
    const bool silent = moment.mono - heard_ >= kSilent;
    if (silent || shown_) life(silent, sink, moment);
    if (!silent && shown_) show(sink, moment);
    const std::string problem = thread_->problem();
    if (silent || !shown_)
      set_state("waiting", problem.empty() && !silent ? "" : settings_.host + ": " + why(problem));
    else
      set_state("running");
    return false;
  }

  std::string position() const override {
    return std::string(offline_ ? "offline " : "online ") + words_of(said_).name;
  }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (thread_) fds.push_back({thread_->fd(), POLLIN, 0});
  }
  std::int64_t next_wake() const override {
    // Packets alone wake nobody: it is looked when the last one that is known of would be too old.
    return heard_ + kSilent > mono_ ? heard_ + kSilent : mono_ + kSecond;
  }

 private:
  Result<void> read_password() {
    if (settings_.stream.user.empty()) return {};
    Result<std::string> password = kit::read_secret(settings_.password_file);
    if (!password) return password.error();
    settings_.stream.password = std::move(*password);
    return {};
  }

  static std::string why(const std::string& problem) {
    return problem.empty() ? "no bytes of its stream come" : one_line(problem);
  }

  Event begin(const char* kind, const char* reason, const std::string& message, UtcNs now) const {
    Event event;
    event.kind = kind;
    if (const kit::KindInfo* const info = kit::find_kind(event.kind)) event.severity = info->severity;
    event.logsource = {"watchfloor", "camera", "camera"};
    event.time = now;
    event.add("camera.id", settings_.device);
    if (*reason != '\0') event.add("reason", reason);
    event.add("message", message);
    return event;
  }

  void life(bool silent, kit::Sink& sink, const kit::Moment& moment) {
    if (silent == offline_) return;
    offline_ = silent;
    if (silent) {
      shown_ = false;
      emit(sink, begin("camera.offline", "stream", "No pictures: " + why(thread_->problem()), moment.now), moment);
    } else {
      emit(sink, begin("camera.online", "stream", "Pictures come again", moment.now), moment);
    }
  }

  void show(kit::Sink& sink, const kit::Moment& moment) {
    const PictureHealth::State state = health_.state();
    if (state == said_) return;
    // What was said before a restart holds until pictures of this run were looked at for long enough.
    if (state == PictureHealth::State::well && !health_.settled()) return;
    const Words& before = words_of(said_);
    const Words& now = words_of(state);
    said_ = state;
    Event event =
        begin(now.kind, state == PictureHealth::State::well ? before.reason : now.reason, now.message, moment.now);
    char value[32];
    for (const auto& [name, number] : {std::pair{"picture.mean", health_.measured().mean},
                                       std::pair{"picture.contrast", health_.measured().contrast},
                                       std::pair{"picture.detail", health_.measured().detail},
                                       std::pair{"picture.likeness", health_.measured().likeness}}) {
      std::snprintf(value, sizeof value, "%.2f", number);
      event.add(name, value, ValueType::number);
    }
    emit(sink, std::move(event), moment);
  }

  Settings settings_;
  ReadKeyframes read_;
  std::unique_ptr<StreamThread> thread_;
  PictureHealth health_;
  PictureHealth::State said_ = PictureHealth::State::well;
  std::int64_t heard_ = 0, mono_ = 0;
  bool offline_ = false, shown_ = false;
};

}  // namespace

const char* const kRtspHelp =
    "rtsp(s)://HOST[:PORT]/PATH of a camera's stream: is it there, and do its pictures show something";

kit::SourceMade make_rtsp(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  const bool secret = spec.address.find('@') != std::string::npos;
  const std::string where = secret && spec.where.starts_with("--source") ? "--source " + spec.kind + ":…" : spec.where;
  Result<http::Address> address = http::read_address(spec.address);
  if (!address || !address->scheme.starts_with("rtsp")) {
    made.problems.push_back({address ? "a stream is read by rtsp or rtsps" : address.error().what, where,
                             secret && !address ? address.error().to_do : "write rtsp://HOST[:PORT]/PATH"});
    return made;
  }
  made.problems = spec.unknown_options({"user", "password_file", "device", "transport"});
  Settings settings;
  settings.stream.address = address->text();
  settings.stream.user = spec.option("user");
  settings.password_file = spec.option("password_file");
  settings.host = address->authority();
  settings.device = spec.option("device", address->host);
  if (settings.stream.user.empty() != settings.password_file.empty())
    made.problems.push_back({"a user and the file with the password belong together", where,
                             "write user=NAME,password_file=FILE (mode 0600), or a credential of systemd"});
  const std::string transport = spec.option("transport", "auto");
  if (transport == "tcp")
    settings.transport = StreamThread::Transport::tcp;
  else if (transport == "udp")
    settings.transport = StreamThread::Transport::udp;
  else if (transport != "auto")
    made.problems.push_back({"'transport' is auto, tcp or udp", where, "leave it out"});
  if (!made.problems.empty()) return made;
  const Result<ReadKeyframes> read = video_module();
  if (!read)
    made.problems.push_back({read.error().what, where, read.error().to_do});
  else
    made.source = std::make_unique<Rtsp>(spec, std::move(settings), *read);
  return made;
}

}  // namespace wf::camera
