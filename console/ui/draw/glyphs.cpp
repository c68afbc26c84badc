#include "console/ui/draw/glyphs.hpp"

#include <algorithm>

#include "console/ui/draw/utf8.hpp"

namespace wf::ui {
namespace {

struct Block {
  std::uint32_t first, last;
};
struct Script {
  std::uint32_t first, last;
  Text name;
};

constexpr Block kCjk[] = {{0x2E80, 0x2FDF}, {0x3000, 0x9FFF}, {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF}};

/// Blocks by what people call the writing, as Unicode 15 has them.
constexpr Script kUnshaped[] = {
    {0x0590, 0x05FF, "Hebrew"_tr},        {0x0600, 0x06FF, "Arabic"_tr},    {0x0700, 0x074F, "Syriac"_tr},
    {0x0750, 0x077F, "Arabic"_tr},        {0x0780, 0x07BF, "Thaana"_tr},    {0x07C0, 0x07FF, "N'Ko"_tr},
    {0x0800, 0x085F, "right-to-left"_tr}, {0x0860, 0x08FF, "Arabic"_tr},    {0x0900, 0x097F, "Devanagari"_tr},
    {0x0980, 0x09FF, "Bengali"_tr},       {0x0A00, 0x0A7F, "Gurmukhi"_tr},  {0x0A80, 0x0AFF, "Gujarati"_tr},
    {0x0B00, 0x0B7F, "Odia"_tr},          {0x0B80, 0x0BFF, "Tamil"_tr},     {0x0C00, 0x0C7F, "Telugu"_tr},
    {0x0C80, 0x0CFF, "Kannada"_tr},       {0x0D00, 0x0D7F, "Malayalam"_tr}, {0x0D80, 0x0DFF, "Sinhala"_tr},
    {0x0E00, 0x0E7F, "Thai"_tr},          {0x0E80, 0x0EFF, "Lao"_tr},       {0x0F00, 0x0FFF, "Tibetan"_tr},
    {0x1000, 0x109F, "Burmese"_tr},       {0x1780, 0x17FF, "Khmer"_tr},     {0xFB1D, 0xFB4F, "Hebrew"_tr},
    {0xFB50, 0xFDFF, "Arabic"_tr},        {0xFE70, 0xFEFE, "Arabic"_tr}};

}  // namespace

bool is_cjk(std::uint32_t c) {
  return std::any_of(std::begin(kCjk), std::end(kCjk), [&](const Block& s) { return c >= s.first && c <= s.last; });
}

Text unshaped_script(std::uint32_t c) {
  for (const Script& s : kUnshaped)
    if (c >= s.first && c <= s.last) return s.name;
  return {};
}

void WantedGlyphs::look_closely(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t c = next_code_point(text, i);
    if (c < 0x580 || c > 0xFFFF || seen_[c]) continue;
    if (is_cjk(c)) {
      if (cjk_.size() >= kMost) continue;
      cjk_.insert(std::upper_bound(cjk_.begin(), cjk_.end(), static_cast<ImWchar>(c)), static_cast<ImWchar>(c));
      grew_ = true;
    } else if (unshaped_.empty()) {
      unshaped_ = unshaped_script(c);
    }
    seen_.set(c);
  }
}

}  // namespace wf::ui
