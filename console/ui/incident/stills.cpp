#include "console/ui/incident/stills.hpp"

#include <algorithm>
#include <utility>

#include "console/ui/desk.hpp"

namespace wf::ui {
namespace {

constexpr double kNoAnswer = 10;  ///< seconds after which an engine that sends nothing is said so

}  // namespace

void Stills::take(const Frame& f, Desk& d) {
  for (Still& still : stills_) {
    if (still.token == 0) continue;
    const std::shared_ptr<const QueryPage> page = d.answer(still.token);
    if (page == nullptr) {
      if (f.input.seconds - still.asked < kNoAnswer) continue;
      still.problem = "The engine has not answered"_tr;
    } else if (page->attachment != nullptr) {
      still.content = page->attachment;
      still.caption = read_still_caption(still.content->bytes);
    } else {
      still.problem = page->error.empty() ? "The engine has not answered"_tr.str() : page->error;
    }
    still.token = 0;
  }
}

PictureLook Stills::look(Frame& f, Desk& d, const std::string& hash) {
  auto found = std::find_if(stills_.begin(), stills_.end(), [&](const Still& s) { return s.hash == hash; });
  if (found == stills_.end()) {
    stills_.push_front({hash, 0, f.input.seconds, nullptr, {}});
    found = stills_.begin();
    Query query;
    query.what = Query::What::attachment;
    query.where = hash;
    found->token = d.ask(std::move(query));
  } else {
    stills_.splice(stills_.begin(), stills_, found);
  }
  make_room();
  PictureLook out;
  if (found->content != nullptr) return f.input.pictures->look(hash, found->content);
  if (!found->problem.empty()) {
    out.state = PictureLook::State::broken;
    out.why = found->problem;
  } else {
    f.wake(std::max(0.0, found->asked + kNoAnswer - f.input.seconds) + 0.01);
  }
  return out;
}

const StillCaption* Stills::caption(const std::string& hash) const {
  const auto found = std::find_if(stills_.begin(), stills_.end(), [&](const Still& s) { return s.hash == hash; });
  return found == stills_.end() || !found->caption ? nullptr : &*found->caption;
}

void Stills::again(const std::string& hash) {
  std::erase_if(stills_, [&](const Still& s) { return s.hash == hash && s.token == 0 && !s.problem.empty(); });
}

void Stills::make_room() {
  std::size_t bytes = 0, count = 0;
  for (auto still = stills_.begin(); still != stills_.end(); ++still) {
    bytes += still->content == nullptr ? 0 : still->content->bytes.size();
    if (++count > 1 && (count > kMost || bytes > kMostBytes)) {
      stills_.erase(still, stills_.end());
      return;
    }
  }
}

}  // namespace wf::ui
