#include "console/fusion/given_up.hpp"

#include <algorithm>

#include "console/fusion/state.hpp"
#include "proto/attachment.hpp"

namespace wf::fusion {

void GivenUpAttachments::add(std::string_view agent, std::string_view hash) {
  const auto [known, fresh] = agents_.insert_or_assign(std::string(hash), std::string(agent));
  if (!fresh) return;
  order_.push_back(known->first);
  if (order_.size() <= kMost) return;
  agents_.erase(order_.front());
  order_.pop_front();
}

bool GivenUpAttachments::mark(Contribution& line) const {
  if (agents_.empty()) return false;
  // Those that made room for newer ones on this line are not shown there any more.
  std::erase_if(line.given_up, [&](const std::string& hash) {
    return std::find(line.attachments.begin(), line.attachments.end(), hash) == line.attachments.end();
  });
  bool news = false;
  for (const std::string& hash : line.attachments) {
    const auto found = agents_.find(hash);
    // Nobody speaks for what another agent has.
    if (found == agents_.end() || !line.event_id.starts_with(found->second + ":") ||
        std::find(line.given_up.begin(), line.given_up.end(), hash) != line.given_up.end())
      continue;
    line.given_up.push_back(hash);
    news = true;
  }
  return news;
}

void Fusion::Impl::take_given_up(const Event& event, Changes& changes) {
  bool any = false;
  for (const Field& field : event.fields) {
    if (field.name != kGivenUpField || !valid_attachment_hash(field.value)) continue;
    given_up.add(event.agent, field.value);
    any = true;
  }
  if (!any) return;
  for (auto& [id, live] : incidents.all()) {
    bool news = false;
    for (Line& line : live.lines) news = given_up.mark(line.shown) || news;
    if (news) touch(live, true);
  }
  finish(changes);
}

}  // namespace wf::fusion
