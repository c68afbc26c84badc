// Stills that come after the event that they belong to: who looks at it must not wait for them.
#include <algorithm>

#include "console/fusion/state.hpp"
#include "proto/attachment.hpp"
#include "proto/utf8.hpp"

namespace wf::fusion {

void Fusion::Impl::take_late_stills(const Event& event, Changes& changes) {
  std::vector<Remembered> known;
  recall.touching("camera " + std::string(event.field("camera.id")), known);
  // Nobody speaks for another agent's events.
  const auto meant = [&](const Remembered& d) {
    return d->kind == event.field("still.of") && d->time == event.time && d->event_id.starts_with(event.agent + ":");
  };
  const auto found = std::find_if(known.rbegin(), known.rend(), meant);
  if (found == known.rend()) return;
  const Digest& digest = **found;
  for (const Field& field : event.fields)
    if (field.name == "attachment" && valid_attachment_hash(field.value) &&
        digest.attachments.size() < Contribution::kMostAttachments)
      digest.attachments.emplace_back(field.value);
  if (digest.not_kept.empty()) digest.not_kept = one_line(event.field("attachment.problem").substr(0, 160));
  // Where it stands already it stands with them; where it is put later it brings them.
  for (auto& [id, live] : incidents.all())
    for (Line& line : live.lines) {
      const bool folded = !digest.fold.empty() && line.fold == digest.fold && line.shown.time <= digest.time &&
                          digest.time <= line.last;
      if (line.shown.event_id != digest.event_id && !folded) continue;
      take_attachments(line.shown, digest);
      (void)given_up.mark(line.shown);
      touch(live, true);
    }
  finish(changes);
}

}  // namespace wf::fusion
