#include "console/ui/attachment_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "console/ui/time_text.hpp"

namespace wf::ui {
namespace {

using Where = AttachmentState::Where;

/// Enough to be the only one, and short enough to be typed.
constexpr std::size_t kDigits = 12;

std::string type_in_words(std::string_view media_type) {
  if (media_type == "image/jpeg") return "JPEG";
  if (media_type == "image/png") return "PNG";
  if (media_type == "video/mp4") return "MP4";
  return media_type.empty() ? std::string("unknown type") : std::string(media_type);
}

void describe(const AttachmentState& a, bool given_up, AttachmentLook& out) {
  switch (a.where) {
    case Where::here:
      out.state = "here";
      out.detail = type_in_words(a.media_type) + ", " + bytes_text(a.bytes);
      return;
    case Where::arriving:
      out.state = a.bytes == 0 ? std::string("arriving") : fmt::format("arriving, {} %", a.have * 100 / a.bytes);
      out.detail = bytes_text(a.have) + (a.bytes == 0 ? "" : " of " + bytes_text(a.bytes));
      return;
    case Where::refused:
      out.state = "refused";
      out.detail = a.why;
      out.bad = true;
      return;
    case Where::removed:
      out.state = "removed";
      out.detail = "it made room for newer ones";
      out.bad = true;
      return;
    case Where::missing:
      break;
  }
  if (given_up) {
    out.state = "given up";
    out.detail = "its agent gave it up before it could bring it";
    out.bad = true;
    return;
  }
  out.state = "not here yet";
  out.detail = "its agent has it, or had to give it up";
}

}  // namespace

std::vector<AttachmentLook> attachments_of(const Snapshot& snapshot, const Incident& incident) {
  std::vector<AttachmentLook> out;
  for (const Contribution& line : incident.why) {
    for (const std::string& hash : line.attachments) {
      AttachmentLook look;
      look.line = &line;
      look.hash = hash;
      look.name = hash.substr(0, kDigits);
      if (!snapshot.attachments) {
        look.state = "not known";
        look.detail = "no engine here keeps pictures";
      } else if (const auto found = snapshot.attachments->find(hash); found != snapshot.attachments->end()) {
        const auto& lost = line.given_up;
        describe(found->second, std::find(lost.begin(), lost.end(), hash) != lost.end(), look);
      } else {
        look.state = "being looked for";
      }
      out.push_back(std::move(look));
    }
    if (line.not_kept.empty()) continue;
    AttachmentLook look;
    look.line = &line;
    look.name = "no name";
    look.state = "given up";
    look.detail = line.not_kept;
    look.bad = true;
    out.push_back(std::move(look));
  }
  return out;
}

std::string sum_of(const std::vector<AttachmentLook>& all) {
  std::vector<std::pair<std::string, int>> counts;
  for (const AttachmentLook& one : all) {
    const std::string word = one.state.substr(0, one.state.find(','));
    auto at = counts.begin();
    while (at != counts.end() && at->first != word) ++at;
    if (at == counts.end())
      counts.emplace_back(word, 1);
    else
      ++at->second;
  }
  std::string out;
  for (const auto& [word, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, word);
  return out;
}

std::string command_for(std::string_view hash) {
  const std::string_view name = hash.substr(0, kDigits);
  return fmt::format("watchfloor attachment get {} --out {}", name, name);
}

}  // namespace wf::ui
