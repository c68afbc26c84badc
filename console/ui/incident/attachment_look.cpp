#include "console/ui/incident/attachment_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "console/model/query.hpp"
#include "console/ui/draw/time_text.hpp"

namespace wf::ui {
namespace {

using Where = AttachmentState::Where;

/// Enough to be the only one, and short enough to be typed.
constexpr std::size_t kDigits = 12;

std::string type_in_words(std::string_view media_type) {
  if (media_type == "image/jpeg") return "JPEG";
  if (media_type == "image/png") return "PNG";
  if (media_type == "video/mp4") return "MP4";
  return media_type.empty() ? "unknown type"_tr.str() : std::string(media_type);
}

void describe(const AttachmentState& a, bool given_up, AttachmentLook& out) {
  switch (a.where) {
    case Where::here:
      out.state = out.word = "here"_tr;
      out.detail = type_in_words(a.media_type) + ", " + bytes_text(a.bytes);
      out.still = (a.media_type == "image/jpeg" || a.media_type == "image/png") && a.bytes <= kMostStill;
      return;
    case Where::arriving:
      out.word = "arriving"_tr;
      out.state = a.bytes == 0 ? out.word.str() : fmt::format("{}, {} %", out.word, a.have * 100 / a.bytes);
      out.detail = a.bytes == 0 ? bytes_text(a.have) : text_of<"{} of {}">(bytes_text(a.have), bytes_text(a.bytes));
      return;
    case Where::refused:
      out.state = out.word = "refused"_tr;
      out.detail = a.why;
      out.bad = true;
      return;
    case Where::removed:
      out.state = out.word = "removed"_tr;
      out.detail = "it made room for newer ones"_tr;
      out.bad = true;
      return;
    case Where::missing:
      break;
  }
  if (given_up) {
    out.state = out.word = "given up"_tr;
    out.detail = "its agent gave it up before it could bring it"_tr;
    out.bad = true;
    return;
  }
  out.state = out.word = "not here yet"_tr;
  out.detail = "its agent has it, or had to give it up"_tr;
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
        look.state = look.word = "not known"_tr;
        look.detail = "no engine here keeps pictures"_tr;
      } else if (const auto found = snapshot.attachments->find(hash); found != snapshot.attachments->end()) {
        const auto& lost = line.given_up;
        describe(found->second, std::find(lost.begin(), lost.end(), hash) != lost.end(), look);
      } else {
        look.state = look.word = "being looked for"_tr;
      }
      out.push_back(std::move(look));
    }
    if (line.not_kept.empty()) continue;
    AttachmentLook look;
    look.line = &line;
    look.name = "no name"_tr;
    look.state = look.word = "given up"_tr;
    look.detail = line.not_kept;
    look.bad = true;
    out.push_back(std::move(look));
  }
  return out;
}

std::string sum_of(const std::vector<AttachmentLook>& all) {
  std::vector<std::pair<Text, int>> counts;
  for (const AttachmentLook& one : all) {
    auto at = counts.begin();
    while (at != counts.end() && !(at->first == one.word)) ++at;
    if (at == counts.end())
      counts.emplace_back(one.word, 1);
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
