#include "console/ui/draw/fonts.hpp"

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

namespace wf::ui {
namespace {

constexpr float kInterEm = 1.2102F;  // ascent minus descent, in em
constexpr float kDigitAdvance = 0.64F;

// Latin with what Vietnamese needs, Greek, Cyrillic, the punctuation and arrows that we set, and the box that stands
// for what no font has.
constexpr ImWchar kBox = 0x25A1;
constexpr ImWchar kFull[] = {0x0020, 0x007E, 0x00A0, 0x024F, 0x0370, 0x03FF, 0x0400, 0x052F, 0x1E00, 0x1EFF,
                             0x2010, 0x2027, 0x2030, 0x203A, 0x20AC, 0x20AC, 0x2122, 0x2122, 0x2190, 0x2193,
                             0x2212, 0x2212, 0x2248, 0x2248, 0x2264, 0x2265, kBox,   kBox,   0};
// For faces that show numbers alone.
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
                                         {20, 0, true},
                                         {20, 2, true},
                                         {28, 2, true},
                                         {14, 3, true},
                                         {14, 4, true},
                                         {16, 3, true},
                                         {16, 4, true},
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

namespace {

/// Empty when it cannot be read.
std::shared_ptr<const std::vector<unsigned char>> whole_file(const std::string& path) {
  auto out = std::make_shared<std::vector<unsigned char>>();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> f(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!f || std::fseek(f.get(), 0, SEEK_END) != 0) return out;
  const long size = std::ftell(f.get());
  if (size <= 0 || std::fseek(f.get(), 0, SEEK_SET) != 0) return out;
  out->resize(static_cast<std::size_t>(size));
  if (std::fread(out->data(), 1, out->size(), f.get()) != out->size()) out->clear();
  return out;
}

/// Pairs of first and last, ended by 0, as ImGui takes them.
std::vector<ImWchar> ranges_of(const std::vector<ImWchar>& sorted) {
  std::vector<ImWchar> out;
  for (const ImWchar c : sorted) {
    if (!out.empty() && out.back() + 1 == c)
      out.back() = c;
    else
      out.insert(out.end(), {c, c});
  }
  out.push_back(0);
  return out;
}

}  // namespace

float size_of(Face face) { return kCuts[static_cast<std::size_t>(face)].size; }

bool is_mono(Face face) { return kCuts[static_cast<std::size_t>(face)].source >= 3; }

Fonts build_fonts(ImFontAtlas& atlas, const FontFiles& files, float font_height, WantedGlyphs* wanted,
                  const Fonts* before) {
  Fonts out;
  out.font_height = font_height;
  const float k = font_height / 16.0F;
  std::array<bool, 5> usable{};
  for (int s = 0; s < 5; ++s) usable[static_cast<std::size_t>(s)] = readable(file_of(files, s));
  out.inter = usable[0];
  out.mono = usable[3];
  out.wanted = wanted;
  std::vector<ImWchar> cjk;
  if (wanted != nullptr) {
    wanted->taken();
    if (!wanted->cjk().empty() && readable(files.cjk)) {
      out.cjk_file = before != nullptr && before->cjk_file ? before->cjk_file : whole_file(files.cjk);
      out.cjk = !out.cjk_file->empty();
      if (out.cjk) cjk = ranges_of(wanted->cjk());
    }
  }

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
    if (cut.full) out.faces[i]->FallbackChar = kBox;
    if (out.cjk && cut.full) {
      ImFontConfig more;
      more.MergeMode = true;
      more.OversampleH = more.OversampleV = 1;
      more.FontDataOwnedByAtlas = false;
      more.FontNo = files.cjk_face;
      // The atlas reads it in Build alone and changes nothing of it.
      auto* const data = const_cast<unsigned char*>(out.cjk_file->data());
      atlas.AddFontFromMemoryTTF(data, static_cast<int>(out.cjk_file->size()), config.SizePixels, &more, cjk.data());
    }
  }
  atlas.Build();
  return out;
}

}  // namespace wf::ui
