#include "console/ui/draw/theme.hpp"

#include <algorithm>
#include <cmath>

namespace wf::ui {
namespace {

constexpr Tokens make_dark() {
  Tokens t{};
  t.dark = true;
  t.bg0 = rgb(0x0B0D10);
  t.bg1 = rgb(0x13161A);
  t.bg2 = rgb(0x191D22);
  t.bg3 = rgb(0x22282F);
  t.bg4 = rgb(0x2A323B);
  t.line = rgb(0x262C33);
  t.line2 = rgb(0x414B56);
  t.t1 = rgb(0xE8EBEF);
  t.t2 = rgb(0xB4BCC6);
  t.t3 = rgb(0x98A2AE);
  t.dis = rgb(0x626C77);
  t.acc = rgb(0xA9C1DE);
  t.acc_bg = rgb(0x243142);
  t.input = rgb(0x0B0D10);
  t.prim = rgb(0xDDE3EA);
  t.prim_ink = rgb(0x101317);
  t.prim_key = rgb(0x4A535D);
  t.prim_key_line = rgb(0x8B95A0);
  t.prim_hover = rgb(0xFFFFFF);
  t.spark = rgb(0x5D6874);
  t.spark_hi = rgb(0xC3CAD2);
  t.hatch = rgb(0x39424C);
  t.mode = rgb(0x333E49);
  t.mode_ink = rgb(0xF2F4F7);
  t.mode_stripe = rgb(0x55626F);
  t.past = rgb(0xC9B8F0);
  t.past_bg = rgb(0x2A2440);
  t.shadow = rgb(0x000000);
  t.shadow_alpha = 0.45F;
  t.priorities[3] = {rgb(0xFF4560), rgb(0x0B0D10), rgb(0xFF7888), rgb(0xFF4560),
                     rgb(0x4A1C26), rgb(0x93303F), rgb(0x2A161B), rgb(0x3A1A21)};
  t.priorities[2] = {rgb(0xFB8F2D), rgb(0x0B0D10), rgb(0xFB9D48), rgb(0xFB8F2D),
                     rgb(0x432A14), rgb(0x8F5826), rgb(0x241A12), rgb(0x33241A)};
  t.priorities[1] = {rgb(0xF5DC74), rgb(0x0B0D10), rgb(0xF0D980), rgb(0xF5DC74),
                     rgb(0x3B361B), rgb(0x8A7D45), rgb(0x211F15), rgb(0x2E2B1D)};
  t.priorities[0] = {rgb(0x86AEDB), rgb(0x0B0D10), rgb(0x93B8E0), rgb(0x86AEDB),
                     rgb(0x1F2B38), rgb(0x4E6783), rgb(0x161C23), rgb(0x1E2832)};
  t.map = {rgb(0x0B0D10), rgb(0x101418), rgb(0x181D22), rgb(0x2A3138), rgb(0x5E6874), rgb(0x8B95A0),
           rgb(0x171B1F), rgb(0x1E2328), rgb(0x21272D), rgb(0x20262C), rgb(0x1B2026), rgb(0x242B33),
           rgb(0x1A1F24), rgb(0x15191D), rgb(0x1C2126), rgb(0x0D1013), rgb(0x2D353E), rgb(0x8B95A0),
           rgb(0xB4BCC6), rgb(0xA3ADB8), rgb(0xDDE3EA), rgb(0xFFFFFF), rgb(0x0B0D10), 0.10F};
  return t;
}

constexpr Tokens make_light() {
  Tokens t{};
  t.dark = false;
  t.bg0 = rgb(0xCDD3DA);
  t.bg1 = rgb(0xF6F7F9);
  t.bg2 = rgb(0xECEFF2);
  t.bg3 = rgb(0xDFE4EA);
  t.bg4 = rgb(0xD3DDE8);
  t.line = rgb(0xD6DBE1);
  t.line2 = rgb(0xA3ADB8);
  t.t1 = rgb(0x14181D);
  t.t2 = rgb(0x39414B);
  t.t3 = rgb(0x4F5863);
  t.dis = rgb(0x8C96A1);
  t.acc = rgb(0x2F5582);
  t.acc_bg = rgb(0xD9E4F0);
  t.input = rgb(0xFFFFFF);
  t.prim = rgb(0x222931);
  t.prim_ink = rgb(0xFFFFFF);
  t.prim_key = rgb(0xC3CAD2);
  t.prim_key_line = rgb(0x5E6874);
  t.prim_hover = rgb(0x3A434D);
  t.spark = rgb(0xA3ADB8);
  t.spark_hi = rgb(0x39414B);
  t.hatch = rgb(0xC3CAD2);
  t.mode = rgb(0x343D47);
  t.mode_ink = rgb(0xFFFFFF);
  t.mode_stripe = rgb(0x5E6874);
  t.past = rgb(0x5B3FA0);
  t.past_bg = rgb(0xE6DFF5);
  t.shadow = rgb(0x8C96A1);
  t.shadow_alpha = 0.18F;
  t.priorities[3] = {rgb(0xC8102E), rgb(0xFFFFFF), rgb(0xB00D26), rgb(0xC8102E),
                     rgb(0xF4CDD2), rgb(0xDE8794), rgb(0xFBE4E6), rgb(0xF6D2D6)};
  t.priorities[2] = {rgb(0xE37400), rgb(0x14181D), rgb(0x8A3F00), rgb(0xB85C00),
                     rgb(0xF9DDBC), rgb(0xEBB274), rgb(0xFCEEDD), rgb(0xF8E0C4)};
  t.priorities[1] = {rgb(0xFFD83A), rgb(0x14181D), rgb(0x655000), rgb(0x8A6D00),
                     rgb(0xFBEFB4), rgb(0xDCC46E), rgb(0xFBF5DA), rgb(0xF5ECC0)};
  t.priorities[0] = {rgb(0x3E74AD), rgb(0xFFFFFF), rgb(0x2A5688), rgb(0x3E74AD),
                     rgb(0xDCE7F3), rgb(0x9AB6D4), rgb(0xE6EEF6), rgb(0xD6E3F0)};
  t.map = {rgb(0xDDE2E7), rgb(0xE4E8EC), rgb(0xD9DEE4), rgb(0xCCD2D9), rgb(0x8E99A5), rgb(0x525C67),
           rgb(0xFBFBFC), rgb(0xEFF1F4), rgb(0xE9ECF0), rgb(0xE7EBEF), rgb(0xE3E8ED), rgb(0xDEE4EA),
           rgb(0xEBEEF1), rgb(0xE4E8EC), rgb(0xEEF0F3), rgb(0xD5DAE0), rgb(0xCBD3DB), rgb(0x525C67),
           rgb(0x39414B), rgb(0x4F5863), rgb(0x222931), rgb(0x14181D), rgb(0xF6F7F9), 0.075F};
  return t;
}

constexpr Tokens kDark = make_dark();
constexpr Tokens kLight = make_light();

float luminance(ImU32 color) {
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(color);
  const auto linear = [](float v) { return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F); };
  return 0.2126F * linear(c.x) + 0.7152F * linear(c.y) + 0.0722F * linear(c.z);
}

}  // namespace

const Tokens& tokens(Theme theme) { return theme == Theme::dark ? kDark : kLight; }

ImU32 faded(ImU32 color, float alpha) {
  const auto a = static_cast<float>((color >> IM_COL32_A_SHIFT) & 0xFFU) * std::clamp(alpha, 0.0F, 1.0F);
  return (color & ~IM_COL32_A_MASK) | (static_cast<ImU32>(a + 0.5F) << IM_COL32_A_SHIFT);
}

ImU32 mixed(ImU32 a, ImU32 b, float t) {
  t = std::clamp(t, 0.0F, 1.0F);
  ImU32 out = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const auto x = static_cast<float>((a >> shift) & 0xFFU);
    const auto y = static_cast<float>((b >> shift) & 0xFFU);
    out |= static_cast<ImU32>(x + (y - x) * t + 0.5F) << shift;
  }
  return out;
}

float contrast(ImU32 a, ImU32 b) {
  const float x = luminance(a);
  const float y = luminance(b);
  return (std::max(x, y) + 0.05F) / (std::min(x, y) + 0.05F);
}

}  // namespace wf::ui
