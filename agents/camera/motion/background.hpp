#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "agents/camera/motion/light_fit.hpp"
#include "agents/camera/motion/tracks.hpp"
#include "proto/time.hpp"

namespace wf::camera {

/// What a place looks like when nobody is there, and what in a picture is something else: a model of each point's
/// brightness and of how restless it is, in small grey pictures. Knows no zones and no events; one thread; any rate of
/// pictures from one in 2 s on.
///
/// 1. **Light first.** A gain, an offset and a shift by whole points (light_fit.hpp) carry the model to the picture's
///    light and undo a shaking camera. So exposure, gain control, dusk and a lamp that lights all evenly change
///    nothing.
/// 2. **Difference** of a point is how far it is outside of what the model shows within one point around, in parts of a
///    threshold: five levels, or four times its own noise or the picture's, and more where a point keeps changing (a
///    tree, a flag; not where somebody passes by, be it ever so often). From points above it regions grow through those
///    above half of it; so do points that were an object's just now.
/// 3. **Objects, light and what is gone.** A region is *light* if its edges are soft, or if the place's own texture
///    shows through it evenly (a lamp, a shadow): the model follows it within a second or two. Within soft edges it is
///    looked for what has sharp ones: somebody, and the soft shadow around their feet. Where the edges around a
///    region, or around the parts of one figure, are the model's and not the picture's, nothing came: it is a *gap*
///    that something left, believed after two seconds, or the rest of a light that moves. All else is an *object*. Of
///    what the model followed in this way it remembers the former look, and is that again at once when it returns.
///    Headlights on a wall have sharp edges, but the place is seen through them, and they are larger and brighter than
///    somebody; by infrared what is long, thin and bright is a thread or a drop before the lens. Both are light, and
///    what was taken for their first edge goes with them.
/// 4. **Who stands still stays.** Under an object the model learns nothing, nor close to one that stands, nor for a
///    minute where such a one was seen as long as part of it still is (noise hides the rest); there it follows the
///    light as it does on either side. Only if not a point of it stirs for Options::absorb (ten minutes) an
///    object becomes part of the place: a parked car, a bag. Somebody who stands stirs.
/// 5. **Another picture** (more than half of it differs, or no light explains it: infrared switched on, the camera
///    turned, all lights at once): nothing is judged until it has been steady for 1.5 s; then it is learned anew. Under
///    objects that were there the model is guessed from both sides, and what is left of a guess once they have gone is
///    a gap.
class Background {
 public:
  struct Options {
    std::int64_t absorb = 10 * kMinute;
  };
  struct Object {
    int left = 0, top = 0, right = 0, bottom = 0;  ///< points, inclusive
    int area = 0;                                  ///< points
    float contrast = 0;                            ///< mean difference, in thresholds
    float unrest = 0;                              ///< mean of how often its points come and go, per second
  };
  enum class State : std::uint8_t { learning, settled, disturbed };
  struct Seen {
    State state = State::learning;
    std::vector<Object> objects;
    /// What the place was learned with has left here, and nobody had come to stand here; while it is not yet believed.
    std::vector<Object> left;
    std::int64_t learned = 0;          ///< time of the first picture that the place was learned of
    std::vector<std::uint16_t> label;  ///< of each point: 0, or an object's place in `objects` + 1
    std::vector<std::int64_t> lit;     ///< of each point: since when it is an object's without a break; 0: it is not
  };

  explicit Background(Options options);
  /// Pictures come in the order of their time.
  const Seen& look(const SmallPicture& picture);
  /// No more pictures come: the place is learned of those that there were, if they are enough.
  bool learn_now();
  /// The model in the last picture's light, for tests and for people.
  [[nodiscard]] Grey expected() const;

 private:
  enum class Class : std::uint8_t { object, light, gap };
  struct Region {
    std::vector<int> points;
    Object shape;
    Class is = Class::object;
    bool stirs = false;
    float peak = 0;                   ///< largest difference
    double edges = 0, own_edges = 0;  ///< around it, and those of them that are the picture's own
    bool by_edges = false;            ///< it is what it is since those are few
    bool by_softness = false;         ///< it is a light since its edges are soft
    bool seen_through = false;        ///< it is a light since the place shows through it, sharp as its edges may be
  };
  struct Kept {
    std::int64_t mono = 0;
    Grey grey;
  };

  void keep(const SmallPicture& picture);
  void learn();
  void carry();
  void differ();
  std::vector<Region> regions();
  /// The region about a point that all those belong to that join.
  template <class Joins>
  Region grow(int seed, int number, Joins joins);
  void judge(Region& region) const;
  void take_out_cores(std::vector<Region>& regions);
  void judge_together(std::vector<Region>& regions) const;
  void doubt(std::vector<Region>& regions) const;
  bool disturbed(const std::vector<Region>& regions) const;
  void forget_disturbance();
  void update(const std::vector<Region>& regions, float dt);
  [[nodiscard]] bool guarded(std::size_t at) const;
  [[nodiscard]] bool held(std::size_t at) const;
  void relight(const Grey& old);
  void anchor();
  void tell(const std::vector<Region>& regions);

  Options options_;
  Seen seen_;
  std::deque<Kept> kept_;  ///< the newest pictures, some tenths of a second apart
  Grey now_, before_, model_, former_, spread_, unrest_, expected_, difference_, off_, ratio_;
  Grey relit_;                             ///< how much brighter the model was made where it could not be seen
  std::vector<int> region_of_;             ///< of each point; 0: of none
  std::vector<std::uint8_t> object_;       ///< of the last picture
  std::vector<std::uint8_t> goes_;         ///< of the last picture: of an object that goes somewhere
  std::vector<std::uint8_t> went_;         ///< of the one before
  std::vector<std::uint8_t> guessed_;      ///< where the model was not seen
  std::vector<std::int64_t> changed_;      ///< when the model last took another look; 0: long ago
  std::vector<std::int64_t> still_since_;  ///< since when an object's point has not stirred
  std::vector<std::int64_t> gap_since_;
  std::vector<std::int64_t> close_;  ///< when an object was last close to it
  std::vector<std::int64_t> held_;   ///< when it was last a standing object's
  std::vector<std::uint8_t> ever_;   ///< somebody stood here since the place was learned
  std::vector<std::uint8_t> about_;  ///< a standing object is about it
  bool colourless_ = false;
  LightFit light_;
  Tracks tracks_;
  std::int64_t mono_ = 0, off_since_ = 0, disturbed_since_ = 0;
};

}  // namespace wf::camera
