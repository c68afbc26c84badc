#include "console/ui/incident/still_caption.hpp"

#include <algorithm>

#include "proto/utf8.hpp"

namespace wf::ui {
namespace {

constexpr std::string_view kTitle = "watchfloor still 1\n";
constexpr int kMostSegments = 64;  ///< those before a picture's data are few

std::string_view line_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
      return line.substr(key.size() + 1);
  }
  return {};
}

std::optional<StillCaption> read(std::string_view text) {
  StillCaption out;
  const Result<UtcNs> time = parse_rfc3339(line_of(text, "time"));
  if (!time) return std::nullopt;
  out.time = *time;
  out.camera = one_line(line_of(text, "camera").substr(0, 128));
  const std::string_view which = line_of(text, "which");
  if (which == "before")
    out.which = StillCaption::Which::before;
  else if (which == "after")
    out.which = StillCaption::Which::after;
  else if (which != "at")
    return std::nullopt;
  return out;
}

}  // namespace

std::optional<StillCaption> read_still_caption(std::string_view jpeg) {
  if (!jpeg.starts_with("\xff\xd8")) return std::nullopt;
  jpeg.remove_prefix(2);
  for (int i = 0; i < kMostSegments && jpeg.size() >= 4 && jpeg[0] == '\xff'; ++i) {
    const auto marker = static_cast<unsigned char>(jpeg[1]);
    const std::size_t size = static_cast<unsigned char>(jpeg[2]) * 256U + static_cast<unsigned char>(jpeg[3]);
    // The picture's data begin, or this is no segment.
    if (marker == 0xda || size < 2 || size + 2 > jpeg.size()) return std::nullopt;
    const std::string_view content = jpeg.substr(4, size - 2);
    if (marker == 0xfe && content.starts_with(kTitle)) return read(content.substr(kTitle.size()));
    jpeg.remove_prefix(size + 2);
  }
  return std::nullopt;
}

}  // namespace wf::ui
