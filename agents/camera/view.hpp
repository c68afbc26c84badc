#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/camera/motion/presence.hpp"
#include "proto/result.hpp"

namespace wf::camera {

/// What is drawn into a camera's picture, and what is wanted of it: a file of YAML (README.md).
struct View {
  struct Stills {
    bool wanted = false;
    std::int64_t before = 2 * kSecond, after = 2 * kSecond;  ///< from an event's time
    std::uint32_t width = 1280, kib = 200;                   ///< most of one
    std::uint32_t per_minute = 30;                           ///< most of all
  };
  std::vector<PresenceZone> zones;
  std::vector<std::string> places;  ///< of each zone its unit of the site; empty: it names none
  std::vector<Polygon> masks;
  Background::Options background;
  Stills stills;
};

/// Reads a view as a whole and appends every problem that it has, each with file:line. `text` is the file's content and
/// `file` its name for messages.
[[nodiscard]] View read_view(std::string_view text, const std::string& file, std::vector<Error>& problems);

}  // namespace wf::camera
