#include "console/ui/draw/drawn_once.hpp"

#include <algorithm>
#include <cstring>

namespace wf::ui {
namespace {

bool same(const ImVec4& a, const ImVec4& b) { return a.x == b.x && a.y == b.y && a.z == b.z && a.w == b.w; }

}  // namespace

void DrawnOnce::begin(const ImDrawList& list) {
  kept_ = false;
  clip_ = list._CmdHeader.ClipRect;
  texture_ = list._CmdHeader.TextureId;
  commands_ = list.CmdBuffer.Size;
  vertex_ = static_cast<unsigned>(list.VtxBuffer.Size);
  index_ = static_cast<unsigned>(list.IdxBuffer.Size);
}

void DrawnOnce::end(const ImDrawList& list) {
  kept_ = false;
  runs_.clear();
  const auto vertices = static_cast<unsigned>(list.VtxBuffer.Size),
             indices = static_cast<unsigned>(list.IdxBuffer.Size);
  // The list begins a command where it needs one; the one that was current when this began may hold the first part.
  for (int c = std::max(0, commands_ - 1); c < list.CmdBuffer.Size; ++c) {
    const ImDrawCmd& command = list.CmdBuffer[c];
    const unsigned from = std::max(index_, command.IdxOffset);
    const unsigned to = std::min(indices, command.IdxOffset + command.ElemCount);
    if (from >= to) continue;
    if (command.UserCallback != nullptr || !same(command.ClipRect, clip_) || command.TextureId != texture_) return;
    Run run;
    unsigned least = ~0U, most = 0;
    for (unsigned k = from; k < to; ++k) {
      const unsigned v = command.VtxOffset + list.IdxBuffer[static_cast<int>(k)];
      least = std::min(least, v);
      most = std::max(most, v);
    }
    if (least < vertex_ || most >= vertices) return;  // it would reach into what others drew
    run.first = least - vertex_;
    run.last = most + 1 - vertex_;
    run.indices.reserve(to - from);
    for (unsigned k = from; k < to; ++k)
      run.indices.push_back(static_cast<ImDrawIdx>(command.VtxOffset + list.IdxBuffer[static_cast<int>(k)] - least));
    runs_.push_back(std::move(run));
  }
  vertices_.assign(list.VtxBuffer.Data + vertex_, list.VtxBuffer.Data + vertices);
  kept_ = true;
}

bool DrawnOnce::put(ImDrawList& list) const {
  if (!kept_ || !same(list._CmdHeader.ClipRect, clip_) || list._CmdHeader.TextureId != texture_) return false;
  for (const Run& run : runs_) {
    const unsigned n = run.last - run.first;
    list.PrimReserve(static_cast<int>(run.indices.size()), static_cast<int>(n));
    const unsigned base = list._VtxCurrentIdx;
    std::memcpy(list._VtxWritePtr, vertices_.data() + run.first, n * sizeof(ImDrawVert));
    for (std::size_t k = 0; k < run.indices.size(); ++k)
      list._IdxWritePtr[k] = static_cast<ImDrawIdx>(base + run.indices[k]);
    list._VtxWritePtr += n;
    list._IdxWritePtr += run.indices.size();
    list._VtxCurrentIdx += n;
  }
  return true;
}

}  // namespace wf::ui
