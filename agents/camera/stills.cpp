#include "agents/camera/stills.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <utility>

#include "proto/utf8.hpp"

namespace wf::camera {
namespace {

std::map<std::string, Stills*, std::less<>>& cameras() {
  static std::map<std::string, Stills*, std::less<>> all;
  return all;
}

/// What somebody is to look at; that something is over needs no picture.
constexpr std::array<std::string_view, 10> kShown{
    "camera.motion",  "camera.object",  "camera.line_crossed", "camera.loitering", "camera.tamper",
    "camera.covered", "camera.blurred", "camera.moved",        "camera.dark",      "device.alarm"};

}  // namespace

Stills::Stills(std::string camera, const View::Stills& wanted) : camera_(std::move(camera)), wanted_(wanted) {
  cameras().try_emplace(camera_, this);
}

Stills::~Stills() {
  if (const auto found = cameras().find(camera_); found != cameras().end() && found->second == this)
    cameras().erase(found);
}

Stills* Stills::of(std::string_view camera) {
  const auto found = cameras().find(camera);
  return found == cameras().end() ? nullptr : found->second;
}

void Stills::add(UtcNs time, std::string&& jpeg) {
  if (jpeg.empty()) return;
  // A clock that was set back: those of later times would hide the new ones.
  while (!ring_.empty() && ring_.back().time > time) bytes_ -= ring_.back().jpeg.size(), ring_.pop_back();
  bytes_ += jpeg.size();
  ring_.push_back({time, std::move(jpeg)});
  const auto old = [&] { return time - ring_.front().time > wanted_.before + wanted_.after + kLate; };
  while (ring_.size() > kMost || ((bytes_ > kMostBytes || old()) && ring_.size() > 1)) {
    bytes_ -= ring_.front().jpeg.size();
    ring_.pop_front();
  }
}

const Stills::Still* Stills::nearest(UtcNs time) const {
  const auto later = [&](const Still& a, const Still& b) { return std::abs(a.time - time) < std::abs(b.time - time); };
  const auto found = std::min_element(ring_.begin(), ring_.end(), later);
  return found == ring_.end() || std::abs(found->time - time) > kNear ? nullptr : &*found;
}

bool Stills::may(UtcNs now) {
  while (!attached_.empty() && (now - attached_.front() >= kMinute || now < attached_.front())) attached_.pop_front();
  return attached_.size() < wanted_.per_minute;
}

void Stills::attach(Event& event, UtcNs time, UtcNs now, kit::AttachmentSink& to, Attached& attached, bool all) {
  const std::array wanted{std::pair{"before", time - wanted_.before}, std::pair{"at", time},
                          std::pair{"after", time + wanted_.after}};
  for (; attached.which < wanted.size(); ++attached.which) {
    const auto& [which, at] = wanted[attached.which];
    if (!all && newest() < at) return;
    const Still* const still = nearest(at);
    if (still == nullptr || still->time == attached.last) continue;
    attached.last = still->time;
    if (!may(now)) {
      event.add("attachment.problem", "more than " + std::to_string(wanted_.per_minute) + " stills a minute");
      attached.which = wanted.size();
      return;
    }
    attached_.push_back(now);
    const Result<std::string> hash = to.add(captioned(still->jpeg, still->time, camera_, which));
    if (hash)
      event.add("attachment", *hash);
    else
      event.add("attachment.problem", hash.error().what);
  }
}

std::string captioned(const std::string& jpeg, UtcNs time, std::string_view camera, std::string_view which) {
  std::string text = "watchfloor still 1\ntime " + format_rfc3339(time / kMillisecond * kMillisecond) + "\ncamera " +
                     one_line(camera.substr(0, 128)) + "\nwhich " + std::string(which) + "\n";
  const std::size_t length = text.size() + 2;
  std::string out = jpeg.substr(0, 2) + "\xff\xfe";
  out += static_cast<char>(length >> 8U);
  out += static_cast<char>(length & 0xffU);
  return out + text + jpeg.substr(2);
}

void attach_stills(Event& event, UtcNs now, kit::AttachmentSink* to) {
  if (to == nullptr || std::find(kShown.begin(), kShown.end(), event.kind) == kShown.end()) return;
  if (!event.field("attachment").empty()) return;
  if (Stills* const stills = Stills::of(event.field("camera.id"))) {
    Stills::Attached attached;
    stills->attach(event, event.time, now, *to, attached, true);
  }
}

}  // namespace wf::camera
