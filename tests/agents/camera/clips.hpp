#pragma once
// Clips of a made-up yard, drawn by arithmetic, with what is true of each moment: who is in the picture.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agents/camera/video/picture_reader.hpp"

namespace wf::test {

/// Where somebody's feet are, and how tall somebody is, at a time; between two of them in a straight line.
struct Step {
  double at = 0;        ///< seconds
  double x = 0, y = 0;  ///< of the picture's width and height
  double tall = 0.4;    ///< of the picture's height
};

struct Person {
  std::vector<Step> steps;  ///< in the picture from the first to the last
  int coat = 60, trousers = 40, skin = 170;
  bool shadow = false;
  bool dim = false;   ///< the light is a little less all about them, softly: a room with a white wall
  bool flat = false;  ///< one brightness, `coat`, and the outline of an egg
};

enum class Place : std::uint8_t { yard, room, bars, chequers };

struct Clip {
  std::string name;
  double seconds = 60, rate = 4;
  unsigned seed = 1;
  Place place = Place::yard;
  std::vector<Person> people;
  double noise = 2.5;                                  ///< standard deviation, of a point of a large picture
  std::function<double(double)> noise_at;              ///< seconds; in place of `noise`
  std::function<double(double)> light;                 ///< gain of all at a time
  std::function<double(double, double, double)> lamp;  ///< gain of one place: seconds, x, y
  std::function<double(double, double, double)> glow;  ///< light of its own in front of one place, likewise
  std::function<double(double)> wind;                  ///< of tree and flag: 0 still, 1 strong
  double shake = 0;                                    ///< points of a large picture
  std::function<bool(double)> infrared;                ///< other materials are bright
  bool rain = false, pumps = false;                    ///< a codec whose keyframes differ from what is between them
  int streaks = 0;                                     ///< drops that a lamp beside the lens lights up
  int insects = 0;                                     ///< before such a lamp, in a minute
};

constexpr int kClipWidth = 320, kClipHeight = 180;

/// A picture of the clip, 320 × 180, as a camera would send it.
[[nodiscard]] std::vector<std::uint8_t> draw(const Clip& clip, double seconds);
/// As the agent makes it small.
[[nodiscard]] camera::SmallPicture small(const std::vector<std::uint8_t>& large, double seconds);
/// Somebody's larger part is in the picture.
[[nodiscard]] bool somebody(const Clip& clip, double seconds);
/// Writes it as YUV4MPEG2, which libav reads: without a codec, so that each picture is what was drawn.
void write_clip(const Clip& clip, const std::string& file);
/// All clips, each with its name.
[[nodiscard]] std::vector<Clip> clips();

}  // namespace wf::test
