#include "agents/camera/rtsp.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <deque>
#include <optional>
#include <utility>

#include "agents/camera/camera_event.hpp"
#include "agents/camera/stills.hpp"
#include "agents/camera/stream_thread.hpp"
#include "agents/camera/video_module.hpp"
#include "agents/camera/view.hpp"
#include "agents/http/address.hpp"
#include "agents/kit/secret_file.hpp"
#include "agents/kit/spool/disk.hpp"
#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

constexpr std::int64_t kSilent = 10 * kSecond;   ///< without bytes of the stream it is off line
constexpr std::int64_t kPatience = 3 * kSecond;  ///< with a still after an event, beyond its time
constexpr std::size_t kMostOwed = 64;
constexpr std::int64_t kStale = 70 * kMinute;  ///< what pictures are compared with is of another light by then
constexpr std::size_t kMostView = 256U << 10U;

struct Settings {
  StreamSettings stream;
  View view;
  std::string password_file, device, host;
  StreamThread::Transport transport = StreamThread::Transport::either;
  UtcNs begin = 0;  ///< of a file: its first picture's time
};

class Rtsp final : public kit::Source {
 public:
  Rtsp(const kit::SourceSpec& spec, Settings settings, ReadPictures read)
      : Source(spec), settings_(std::move(settings)), read_(read) {
    if (!settings_.view.zones.empty())
      presence_ = std::make_unique<Presence>(settings_.view.zones, settings_.view.background, settings_.view.masks);
    if (settings_.view.stills.wanted) stills_ = std::make_unique<Stills>(settings_.device, settings_.view.stills);
  }

  std::vector<Error> check() override {
    const Result<void> read = read_password();
    return read ? std::vector<Error>() : std::vector<Error>{read.error()};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    if (once && !file()) return Error{"a stream has no end at which it could stop", spec().name, "leave out --once"};
    if (const Result<void> read = read_password(); !read) return read.error();
    if (!file()) load(position, moment);
    thread_ = std::make_unique<StreamThread>(read_, settings_.stream, settings_.transport);
    settings_.stream.password.clear();
    heard_ = moment.mono;
    mono_ = file() ? 0 : moment.mono;
    set_state(file() ? "running" : "waiting");
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (!thread_) return false;
    if (!file()) mono_ = moment.mono;
    for (const Owed& lost : std::exchange(lost_, {}))
      emit(sink, still_event(lost.kind, settings_.device, lost.time, true), moment);
    for (SmallPicture& picture : thread_->take()) look(std::move(picture), sink, moment);
    follow_up(sink, moment, false);
    if (file()) {
      if (thread_->over()) end(sink, moment);
      return false;
    }
    heard_ = std::max(heard_, std::min(thread_->last_packet(), moment.mono));
    const bool silent = moment.mono - heard_ >= kSilent;
    if (silent || shown_) life(silent, sink, moment);
    const std::string problem = thread_->problem();
    if (silent || !shown_)
      set_state("waiting", problem.empty() && !silent ? "" : settings_.host + ": " + why(problem));
    else
      set_state("running");
    return false;
  }

  /// Stills that are still wanted go out with what there is before the agent ends.
  void finish(kit::Sink& sink, const kit::Moment& moment) override { follow_up(sink, moment, true); }

  /// "online|offline[;KIND@TIME…] STATE [SECONDS KEPT]": of which events stills are still to come, and PictureHealth's
  /// last words and when they were.
  std::string position() const override {
    std::string out = offline_ ? "offline" : "online";
    for (const std::deque<Owed>* const all : {&lost_, &owed_})
      for (const Owed& owed : *all) out += ";" + owed.kind + "@" + std::to_string(owed.time);
    out += std::string(" ") + name_of(said_);
    if (!health_.kept().empty()) out += " " + std::to_string(kept_at_ / kSecond) + " " + health_.kept();
    return out;
  }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (thread_) fds.push_back({thread_->fd(), POLLIN, 0});
  }
  std::int64_t next_wake() const override {
    if (file()) return kit::kNever;
    // Packets alone wake nobody: it is looked when the last one that is known of would be too old.
    const std::int64_t silent = heard_ + kSilent > mono_ ? heard_ + kSilent : mono_ + kSecond;
    return owed_.empty() ? silent : std::min(silent, owed_.front().due);
  }

 private:
  /// Stills of an event that was told.
  struct Owed {
    std::string kind;
    UtcNs time = 0, at = 0;  ///< of the event; around which they are wanted
    std::int64_t due = 0;    ///< in pictures' time: they are told then, whatever is there
    Stills::Attached attached;
  };

  [[nodiscard]] bool file() const { return settings_.stream.file; }

  Result<void> read_password() {
    if (settings_.stream.user.empty()) return {};
    Result<std::string> password = kit::read_secret(settings_.password_file);
    if (!password) return password.error();
    settings_.stream.password = std::move(*password);
    return {};
  }

  void load(std::string_view position, const kit::Moment& moment) {
    const auto word = [&] {
      const std::string_view out = position.substr(0, position.find(' '));
      position.remove_prefix(std::min(out.size() + 1, position.size()));
      return out;
    };
    load_life(word());
    said_ = state_of(word());
    const std::string_view seconds = word();
    std::int64_t at = 0;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), at);
    if (at <= 0 || std::abs(moment.now / kSecond - at) > kStale / kSecond) return;
    if (health_.load(position)) kept_at_ = at * kSecond;
  }

  /// What is still owed was lost with the run that owed it.
  void load_life(std::string_view life) {
    offline_ = life.starts_with("offline");
    for (std::size_t at = life.find(';'); at != std::string_view::npos && lost_.size() < kMostOwed;) {
      const std::size_t end = std::min(life.find(';', at + 1), life.size());
      const std::string_view one = life.substr(at + 1, end - at - 1);
      at = end == life.size() ? std::string_view::npos : end;
      const std::size_t mark = one.find('@');
      UtcNs time = 0;
      if (mark == std::string_view::npos || one.size() > 80) continue;
      const auto [stop, failed] = std::from_chars(one.data() + mark + 1, one.data() + one.size(), time);
      if (failed == std::errc{} && stop == one.data() + one.size())
        lost_.push_back({std::string(one.substr(0, mark)), time, 0, 0, {}});
    }
  }

  static std::string why(const std::string& problem) {
    return problem.empty() ? "no bytes of its stream come" : one_line(problem);
  }

  /// When a picture of this time was taken. A file's begin at 1 s.
  [[nodiscard]] UtcNs utc(std::int64_t mono, const kit::Moment& moment) const {
    return file() ? settings_.begin + mono - kSecond : moment.now - (moment.mono - mono);
  }

  void look(SmallPicture&& picture, kit::Sink& sink, const kit::Moment& moment) {
    count_read();
    shown_ = true;
    if (file()) mono_ = picture.mono;
    if (stills_) stills_->add(utc(picture.mono, moment), std::move(picture.still));
    const std::string before = health_.kept();
    (void)health_.look(picture);
    if (health_.kept() != before) kept_at_ = moment.now;
    show(picture.mono, sink, moment);
    if (!presence_) return;
    for (const Presence::Change& change : presence_->look(picture)) tell(change, sink, moment);
    follow_up(sink, moment, false);
  }

  void tell(const Presence::Change& change, kit::Sink& sink, const kit::Moment& moment) {
    const UtcNs at = utc(change.mono, moment);
    tell(presence_event(change, presence_->zones()[change.zone], settings_.view.places[change.zone], settings_.device,
                        at),
         change.what == Presence::What::ended ? 0 : at, change.mono, sink, moment);
  }

  /// `at`: when the stills are wanted of; 0: none are.
  void tell(Event&& event, UtcNs at, std::int64_t mono, kit::Sink& sink, const kit::Moment& moment) {
    if (file()) {
      char seconds[32];
      std::snprintf(seconds, sizeof seconds, "%.2f", static_cast<double>(mono - kSecond) / kSecond);
      event.add("clip.seconds", seconds, ValueType::number);
    }
    if (at == 0 || !stills_ || attachments() == nullptr) {
      emit(sink, std::move(event), moment);
      return;
    }
    // It is told at once, with those that there are. The others follow.
    Owed owed{event.kind, event.time, at, mono + stills_->wanted().after + kPatience, {}};
    stills_->attach(event, at, utc(mono_, moment), *attachments(), owed.attached, false);
    emit(sink, std::move(event), moment);
    if (owed.attached.which < Stills::kWhich && owed_.size() < kMostOwed) owed_.push_back(std::move(owed));
  }

  void follow_up(kit::Sink& sink, const kit::Moment& moment, bool all) {
    while (!owed_.empty()) {
      Owed& owed = owed_.front();
      const bool there = stills_->newest() >= owed.at + stills_->wanted().after;
      if (!there && !all && mono_ < owed.due) return;
      Event event = still_event(owed.kind, settings_.device, owed.time, false);
      stills_->attach(event, owed.at, utc(mono_, moment), *attachments(), owed.attached, true);
      if (!event.field("attachment").empty() || !event.field("attachment.problem").empty())
        emit(sink, std::move(event), moment);
      owed_.pop_front();
    }
  }

  void life(bool silent, kit::Sink& sink, const kit::Moment& moment) {
    if (silent == offline_) return;
    offline_ = silent;
    if (silent) {
      shown_ = false;
      // Nobody knows whether somebody is still there.
      if (presence_)
        for (const Presence::Change& change : presence_->end()) tell(change, sink, moment);
      follow_up(sink, moment, true);
    }
    tell(life_event(silent, why(thread_->problem()), settings_.device, moment.now), 0, moment.mono, sink, moment);
  }

  void show(std::int64_t mono, kit::Sink& sink, const kit::Moment& moment) {
    const PictureHealth::State state = health_.state();
    if (state == said_) return;
    // What was said before a restart holds until pictures of this run were looked at for long enough.
    const bool well = state == PictureHealth::State::well;
    if (well && !health_.settled()) return;
    const UtcNs now = utc(mono, moment);
    // What is wrong has been so for a while: the stills are of when it began, so that the first shows what was before.
    const UtcNs at = well ? 0 : now - PictureHealth::kHold;
    tell(health_event(state, said_, health_.measured(), settings_.device, now), at, mono, sink, moment);
    said_ = state;
  }

  void end(kit::Sink& sink, const kit::Moment& moment) {
    if (presence_)
      for (const Presence::Change& change : presence_->end()) tell(change, sink, moment);
    follow_up(sink, moment, true);
    const std::string problem = thread_->problem();
    if (problem.empty() && status().read == 0)
      set_state("failed", settings_.host + ": there is no picture in it");
    else
      set_state(problem.empty() ? "ended" : "failed", problem.empty() ? "" : settings_.host + ": " + one_line(problem));
  }

  Settings settings_;
  ReadPictures read_;
  std::unique_ptr<Stills> stills_;
  std::unique_ptr<Presence> presence_;
  std::unique_ptr<StreamThread> thread_;
  PictureHealth health_;
  PictureHealth::State said_ = PictureHealth::State::well;
  std::deque<Owed> owed_, lost_;
  UtcNs kept_at_ = 0;
  std::int64_t heard_ = 0, mono_ = 0;
  bool offline_ = false, shown_ = false;
};

/// What is watched is a file: "FILE" or "file:FILE".
std::optional<std::string> file_of(const std::string& address) {
  if (address.starts_with("file://")) return address.substr(7);
  if (address.starts_with("file:")) return address.substr(5);
  return address.empty() || address.find("://") != std::string::npos ? std::nullopt : std::optional(address);
}

void read_stream(const kit::SourceSpec& spec, const std::string& where, Settings& settings, kit::SourceMade& made) {
  Result<http::Address> address = http::read_address(spec.address);
  if (!address || !address->scheme.starts_with("rtsp")) {
    const bool secret = spec.address.find('@') != std::string::npos;
    made.problems.push_back({address ? "a stream is read by rtsp or rtsps" : address.error().what, where,
                             secret && !address ? address.error().to_do : "write rtsp://HOST[:PORT]/PATH, or a file"});
    return;
  }
  for (Error& error : spec.unknown_options({"user", "password_file", "device", "transport", "view", "motion"}))
    made.problems.push_back(std::move(error));
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
}

void read_file(const kit::SourceSpec& spec, const std::string& file, Settings& settings, kit::SourceMade& made) {
  for (Error& error : spec.unknown_options({"device", "view", "motion", "begin"}))
    made.problems.push_back(std::move(error));
  settings.stream.file = true;
  settings.stream.address = settings.host = file;
  settings.device = spec.option("device", "clip");
  const std::string begin = spec.option("begin", "1970-01-01T00:00:00Z");
  if (const Result<UtcNs> time = parse_rfc3339(begin))
    settings.begin = *time;
  else
    made.problems.push_back({"'begin' is no time: " + time.error().what, spec.where, "write 2026-11-27T08:00:00Z"});
}

void read_view_of(const kit::SourceSpec& spec, const std::string& where, Settings& settings, kit::SourceMade& made) {
  if (const std::string file = spec.option("view"); !file.empty()) {
    const Result<std::string> text = kit::read_small_file(file, kMostView);
    if (text)
      settings.view = read_view(*text, file, made.problems);
    else
      made.problems.push_back(text.error());
  }
  const std::string motion = spec.option("motion", settings.stream.file ? "yes" : "no");
  if (motion != "yes" && motion != "no")
    made.problems.push_back({"'motion' is yes or no", where, "leave it out: zones of a view are watched"});
  if (motion == "yes" && settings.view.zones.empty()) {
    settings.view.zones.emplace_back();
    settings.view.places.emplace_back();
  }
  if (!settings.view.zones.empty()) settings.stream.most_apart = kSecond;
  if (!settings.view.stills.wanted) return;
  settings.stream.still_every = kSecond;
  settings.stream.still_width = static_cast<int>(settings.view.stills.width);
  settings.stream.still_bytes = std::size_t{settings.view.stills.kib} << 10U;
  settings.stream.masks = settings.view.masks;
}

}  // namespace

const char* const kRtspHelp =
    "rtsp(s)://HOST[:PORT]/PATH of a camera's stream, or a FILE of one: is it there, do its pictures show something, "
    "and "
    "somebody";

kit::SourceMade make_rtsp(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  const bool secret = spec.address.find('@') != std::string::npos;
  const std::string where = secret && spec.where.starts_with("--source") ? "--source " + spec.kind + ":…" : spec.where;
  Settings settings;
  if (const std::optional<std::string> file = file_of(spec.address))
    read_file(spec, *file, settings, made);
  else
    read_stream(spec, where, settings, made);
  read_view_of(spec, where, settings, made);
  if (!made.problems.empty()) return made;
  const Result<ReadPictures> read = video_module();
  if (!read)
    made.problems.push_back({read.error().what, where, read.error().to_do});
  else
    made.source = std::make_unique<Rtsp>(spec, std::move(settings), *read);
  return made;
}

}  // namespace wf::camera
