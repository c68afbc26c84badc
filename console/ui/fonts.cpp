#include "console/ui/fonts.hpp"

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

namespace wf::ui {
namespace {

constexpr float kInterEm = 1.2102F;  // ascent minus descent, in em
constexpr float kDigitAdvance = 0.64F;

// Latin, Greek, Cyrillic, and the punctuation and arrows that we set.
constexpr ImWchar kFull[] = {0x0020, 0x007E, 0x00A0, 0x017F, 0x0218, 0x021B, 0x0370, 0x03FF, 0x0400, 0x045F, 0x0490,
                             0x0491, 0x1E80, 0x1E85, 0x2010, 0x2027, 0x2030, 0x203A, 0x20AC, 0x20AC, 0x2122, 0x2122,
                             0x2190, 0x2193, 0x2212, 0x2212, 0x2248, 0x2248, 0x2264, 0x2265, 0};
constexpr ImWchar kShort[] = {0x0020, 0x007E, 0x00A0, 0x017F, 0x2010, 0x2027, 0x2039, 0x203A, 0x2212, 0x2212, 0};
constexpr ImWchar kDigits[] = {'0', '9', 0};

struct Cut {
  float size;
  int source;  // 0…2 Inter regular, medium, semibold; 3, 4 Mono regular, medium
  bool full;
};
constexpr std::array<Cut, kFaces> kCuts{{{14, 0, true},
                                         {14, 1, true},
                                         {14, 2, true},
                                         {16, 0, true},
                                         {16, 1, true},
                                         {16, 2, true},
                                         {20, 0, false},
                                         {20, 2, true},
                                         {28, 2, true},
                                         {14, 3, true},
                                         {14, 4, false},
                                         {16, 3, false},
                                         {16, 4, false},
                                         {28, 4, false},
                                         {13.3F, 2, false},
                                         {52, 2, true},
                                         {36, 2, true}}};

const std::string& file_of(const FontFiles& files, int source) {
  switch (source) {
    case 0:
      return files.inter_regular;
    case 1:
      return files.inter_medium.empty() ? files.inter_regular : files.inter_medium;
    case 2:
      return files.inter_semibold.empty() ? files.inter_regular : files.inter_semibold;
    case 3:
      return files.mono_regular;
    default:
      return files.mono_medium.empty() ? files.mono_regular : files.mono_medium;
  }
}

/// ImGui asserts on a file it cannot open, so we look first. True for a font file that can be read.
bool readable(const std::string& path) {
  if (path.empty()) return false;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> f(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!f) return false;
  unsigned char magic[4] = {};
  if (std::fread(magic, 1, sizeof magic, f.get()) != sizeof magic) return false;
  const std::string tag(reinterpret_cast<const char*>(magic), sizeof magic);
  return tag == "OTTO" || tag == "true" || tag == "ttcf" || tag == std::string("\0\1\0\0", 4);
}

}  // namespace

float size_of(Face face) { return kCuts[static_cast<std::size_t>(face)].size; }

bool is_mono(Face face) { return kCuts[static_cast<std::size_t>(face)].source >= 3; }

Fonts build_fonts(ImFontAtlas& atlas, const FontFiles& files, float font_height) {
  Fonts out;
  out.font_height = font_height;
  const float k = font_height / 16.0F;
  std::array<bool, 5> usable{};
  for (int s = 0; s < 5; ++s) usable[static_cast<std::size_t>(s)] = readable(file_of(files, s));
  out.inter = usable[0];
  out.mono = usable[3];

  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  atlas.TexDesiredWidth = font_height > 24 ? 4096 : 2048;
  for (std::size_t i = 0; i < kFaces; ++i) {
    const Cut& cut = kCuts[i];
    ImFontConfig config;
    config.SizePixels = std::round(cut.size * k * 2.0F) / 2.0F;
    // Sub-pixel places cost atlas; big pixels do not need them.
    config.OversampleH = k > 1.4F || cut.size > 18 ? 1 : 2;
    config.OversampleV = 1;
    if (!usable[static_cast<std::size_t>(cut.source)]) {
      config.OversampleH = 1;
      config.PixelSnapH = true;
      config.SizePixels = std::round(cut.size * k * 0.8125F);  // Proggy fills its box, Inter does not
      out.faces[i] = atlas.AddFontDefault(&config);
      continue;
    }
    const std::string& file = file_of(files, cut.source);
    if (cut.source < 3) {
      ImFontConfig digits = config;
      digits.GlyphMinAdvanceX = digits.GlyphMaxAdvanceX = config.SizePixels / kInterEm * kDigitAdvance;
      out.faces[i] = atlas.AddFontFromFileTTF(file.c_str(), config.SizePixels, &digits, kDigits);
      config.MergeMode = true;
      atlas.AddFontFromFileTTF(file.c_str(), config.SizePixels, &config, cut.full ? kFull : kShort);
    } else {
      out.faces[i] = atlas.AddFontFromFileTTF(file.c_str(), config.SizePixels, &config, cut.full ? kFull : kShort);
    }
  }
  atlas.Build();
  return out;
}

}  // namespace wf::ui
