// What was begun and not sent: a note stays with its incident, and both notes and forms outlive the program.
#include <algorithm>
#include <utility>

#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

bool about(const Draft& d, const Incident& i) { return d.incident == i.id && d.opened == i.opened; }

constexpr std::pair<Action, std::string_view> kForms[] = {{Action::dispatch, "dispatch"},
                                                          {Action::escalate, "escalate"},
                                                          {Action::shelve, "shelve"},
                                                          {Action::resolve, "resolve"},
                                                          {Action::call, "call"}};

bool written(std::string_view text) { return text.find_first_not_of(' ') != std::string::npos; }

}  // namespace

/// The field turns to another incident: what was begun there is put away, what was begun here comes back.
void IncidentPanel::turn_note(const Snapshot& s, const Incident* to) {
  if (to == nullptr ? noted_.incident == 0 : about(noted_, *to)) return;
  if (noted_.incident != 0 && written(note_.text)) {
    noted_.note = note_.text;
    drafts_.push_back(std::exchange(noted_, {}));
  }
  // Of an incident that is no longer on the wall there is nothing to send it to.
  if (s.version != 0)
    std::erase_if(drafts_, [&](const Draft& d) {
      const Incident* const i = s.incident(d.incident);
      return i == nullptr || !about(d, *i);
    });
  if (drafts_.size() > WindowMemory::kMostDrafts) drafts_.erase(drafts_.begin());
  note_.text.clear();
  note_.active = false;
  note_.about = to == nullptr ? 0 : to->id;
  noted_ = {};
  if (to == nullptr) return;
  noted_.incident = to->id;
  noted_.opened = to->opened;
  const auto found = std::find_if(drafts_.begin(), drafts_.end(), [&](const Draft& d) { return about(d, *to); });
  if (found == drafts_.end()) return;
  note_.text = std::move(found->note);
  drafts_.erase(found);
}

void IncidentPanel::begun(WindowMemory& out) const {
  out.drafts = drafts_;
  if (noted_.incident != 0 && written(note_.text)) {
    out.drafts.push_back(noted_);
    out.drafts.back().note = note_.text;
  }
  out.form = {};
  if (!written(form_.who.text) && !written(form_.place.text) && !written(form_.text.text)) return;
  for (const auto& [action, name] : kForms)
    if (action == form_.kind)
      out.form = {std::string(name), form_.incident, form_opened_, form_.who.text, form_.place.text, form_.text.text};
}

void IncidentPanel::resume(const WindowMemory& kept) {
  drafts_ = kept.drafts;
  noted_ = {};
  note_.text.clear();
  form_ = {};
  for (const auto& [action, name] : kForms)
    if (name == kept.form.action) form_.kind = action;
  if (!form_.open()) return;
  form_.incident = kept.form.incident;
  form_opened_ = kept.form.opened;
  form_.choice = form_.kind == Action::resolve ? -1 : form_.kind == Action::shelve ? 1 : 0;
  form_.who.text = kept.form.who;
  form_.place.text = kept.form.place;
  form_.text.text = kept.form.text;
}

}  // namespace wf::ui
