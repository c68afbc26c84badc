#pragma once
#include <cstdint>
#include <vector>

namespace wf::camera {

/// Something that is seen in one picture after the other. Places are points of a small picture, of the middle of a
/// lower edge: the feet.
struct Track {
  int left = 0, top = 0, right = 0, bottom = 0;  ///< where it was last, inclusive
  std::int64_t since = 0, last = 0;              ///< first and last picture that showed it
  double from_x = 0, from_y = 0, at_x = 0, at_y = 0;
  double path = 0;                ///< of all its steps together
  double step_x = 0, step_y = 0;  ///< the last one
  double turns = 0;               ///< by how much each step was another one than the one before, together
  int looked = 0, hit = 0;        ///< pictures since it was seen first, and those that showed it
  [[nodiscard]] double way() const;
  /// It got somewhere: the way from first to last is longer than half of it is wide, and most of what it went.
  [[nodiscard]] bool went() const;
  /// It went on as it had gone: a drop of rain here and one there do not.
  [[nodiscard]] bool steady() const;
  void begin(double x, double y, std::int64_t mono);
  void go(double x, double y, std::int64_t mono);
};

/// Which of the objects of a picture are those of the picture before. Each takes the track that comes closest to where
/// it is; where none is near, one begins. A track that nothing takes is kept for a while.
class Tracks {
 public:
  /// The tracks of these objects, in their order; valid until the next call. `patience`: how long one that was lost is
  /// kept.
  template <class Objects>
  std::vector<const Track*> follow(const Objects& objects, std::int64_t mono, std::int64_t patience) {
    boxes_.clear();
    for (const auto& o : objects) boxes_.push_back({o.left, o.top, o.right, o.bottom});
    return follow(mono, patience);
  }
  void forget() { tracks_.clear(); }

 private:
  struct Box {
    int left, top, right, bottom;
  };
  std::vector<const Track*> follow(std::int64_t mono, std::int64_t patience);
  std::vector<Box> boxes_;
  std::vector<Track> tracks_;
};

}  // namespace wf::camera
