#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/camera/motion/background.hpp"
#include "agents/camera/motion/polygon.hpp"
#include "agents/camera/motion/tracks.hpp"

namespace wf::camera {

struct PresenceZone {
  std::string name;
  Polygon outline;               ///< empty: the whole picture
  double smallest = 0.0015;      ///< least size of an object, as a part of the picture's area
  std::int64_t dwell = kSecond;  ///< how long something must be in it before it is told
  std::int64_t loiter = 0;       ///< after so long it is told once more; 0: never
};

/// Whether something that does not belong to the place is in each zone: when it began and when it ended.
///
/// An object is in a zone if the middle of its lower edge (its feet) or half of it is. It has begun if, for the zone's
/// dwell, objects were in it in most pictures, and one of them (tracks.hpp), or the largest of each picture, either
/// stood (points of at least half the smallest size lasted all that time) or went somewhere (the way from first to last
/// is long, and most of the way gone: a tree's leaves and light come and go about one place). It has ended if something
/// of half the smallest size was in less than a third of the pictures of the last kGone, or of two and a half if they
/// are further apart; its end is when it was in most. What cannot have come from where anything was seen just before
/// (an insect before the lens, a drop) is in no zone, unless pictures are too far apart to tell. While another picture
/// is learned nothing ends, for at most kHold.
///
/// The first pictures, of which the place is learned, are looked at once more when it is known: who walked through them
/// is told then. Who stood there all the time is taken for the place until they leave their spot; their visit began
/// with the first picture then.
class Presence {
 public:
  static constexpr std::int64_t kGone = 2500 * kMillisecond;
  static constexpr std::int64_t kHold = 30 * kSecond;
  enum class What : std::uint8_t { began, loiters, ended };
  struct Change {
    What what = What::began;
    std::size_t zone = 0;
    std::int64_t mono = 0;    ///< when it was: of a beginning and an end up to some seconds before it could be told
    std::int64_t since = 0;   ///< when it began
    double confidence = 0;    ///< 0.5 to 1: how distinct it was, by contrast and size; of an end the visit's highest
    std::size_t objects = 0;  ///< at that time, of the smallest size and larger
    Background::Object where;
  };

  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  /// What is within a mask is in no zone.
  explicit Presence(std::vector<PresenceZone> zones, Background::Options options = {},
                    const std::vector<Polygon>& masks = {});
  /// What changed with this picture.
  [[nodiscard]] std::vector<Change> look(const SmallPicture& picture);
  [[nodiscard]] bool present(std::size_t zone) const { return watched_[zone].present; }
  /// Since when; of a zone that is present.
  [[nodiscard]] std::int64_t since(std::size_t zone) const { return watched_[zone].since; }
  /// The pictures have ended: so has each visit, when something was last seen of it.
  [[nodiscard]] std::vector<Change> end();
  [[nodiscard]] const std::vector<PresenceZone>& zones() const { return zones_; }
  /// What was seen in the last picture; after the first one.
  [[nodiscard]] const Background::Seen& seen() const { return *seen_; }
  [[nodiscard]] const Background& background() const { return background_; }

  struct Lately {
    Background::Object where;
    std::int64_t mono = 0;
  };

 private:
  struct Watched {
    std::vector<std::uint8_t> points;  ///< of the picture, that are in the zone
    bool present = false, told_loiter = false;
    std::int64_t visited = 0;  ///< when a visit was told of last
    std::int64_t since = 0;    ///< of the visit; 0: there is none
    std::int64_t last = 0;     ///< in which something was there
    double lately = 0;         ///< part of the pictures of late that something was in
    double best = 0;
    Tracks tracks;        ///< of what is in it, while it is not present
    Track largest, goes;  ///< of the largest in each picture, likewise; begun: hit > 0
    Background::Object where;
  };
  struct Found {
    std::vector<Background::Object> objects;
    std::vector<int> lasting;  ///< points of each
    double confidence = 0;
    Background::Object largest;
  };
  void look_once(const SmallPicture& picture, std::vector<Change>& out);
  [[nodiscard]] Found find(const PresenceZone& zone, const Watched& watched) const;
  [[nodiscard]] bool was_there(const PresenceZone& zone, const Watched& watched, int area) const;
  [[nodiscard]] std::int64_t begun(const PresenceZone& zone, Watched& watched, const Found& found) const;

  std::vector<PresenceZone> zones_;
  std::vector<Watched> watched_;
  Background background_;
  const Background::Seen* seen_ = nullptr;
  std::vector<Lately> lately_;         ///< objects of the last pictures, wherever they are
  std::vector<SmallPicture> first_;    ///< of which the place is learned
  std::int64_t mono_ = 0, apart_ = 0;  ///< usual time between pictures
  std::int64_t disturbed_since_ = 0;
};

}  // namespace wf::camera
