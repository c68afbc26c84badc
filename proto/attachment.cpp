#include "proto/attachment.hpp"

#include <algorithm>

namespace wf {

bool valid_attachment_hash(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string_view media_type_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (first_bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (first_bytes.size() >= kMagicBytes && first_bytes.substr(4, 4) == "ftyp") return "video/mp4";
  return {};
}

}  // namespace wf
