#include "agents/kit/source_set.hpp"

#include <algorithm>

#include "agents/kit/code_pages.hpp"

namespace wf::kit {
namespace {

constexpr std::uint64_t kMuch = 5U << 20U;

std::string counted(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

void SourceSet::start(const std::function<std::string(const std::string&)>& position, bool once, const Moment& moment) {
  for (const auto& source : sources_) {
    // A library that a source loads comes on top of what starting took before.
    if (resident_bytes() > kMuch) release_code_pages();
    if (Result<void> started = source->start(position(source->spec().name), once, moment); !started)
      source->set_state("failed", started.error().text());
  }
}

bool SourceSet::step(Sink& sink, const Moment& moment, Sink* last_resort) {
  bool more = false;
  for (const auto& source : sources_) {
    if (source->over()) continue;
    Sink* const to = !sink.full() ? &sink : source->can_wait() ? nullptr : last_resort;
    if (to != nullptr) more |= source->step(*to, moment) && !source->over();
    if (between_ && sources_.size() > 1) between_();
  }
  return more;
}

void SourceSet::finish(Sink& sink, const Moment& moment) {
  for (const auto& source : sources_)
    if (!source->over()) source->finish(sink, moment);
}

void SourceSet::add_fds(bool full, std::vector<pollfd>& fds) const {
  for (const auto& source : sources_)
    if (!source->over() && (!full || !source->can_wait())) source->add_fds(fds);
}

std::int64_t SourceSet::next_wake(bool full) const {
  std::int64_t wake = kNever;
  for (const auto& source : sources_)
    if (!source->over() && (!full || !source->can_wait())) wake = std::min(wake, source->next_wake());
  return wake;
}

bool SourceSet::over() const {
  return std::all_of(sources_.begin(), sources_.end(), [](const auto& source) { return source->over(); });
}

bool SourceSet::failed() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->status().state == "failed"; });
}

std::vector<std::string> SourceSet::summary() const {
  std::vector<std::string> out;
  for (const auto& source : sources_) {
    const SourceStatus& status = source->status();
    std::string line = status.name + ": " + counted(status.read, "line read, ", "lines read, ") +
                       counted(status.events, "event, ", "events, ") + std::to_string(status.refused) + " refused";
    if (status.state == "failed")
      line += "; failed: " + status.problem;
    else if (!status.problem.empty())
      line += (status.refused > 0 ? "; last: " : "; ") + status.problem;
    out.push_back(std::move(line));
    const Shedder* const shedder = source->shedder();
    for (std::size_t i = 0; shedder != nullptr && i < shedder->rules().size(); ++i) {
      const Shedder::Count& count = shedder->counts()[i];
      out.push_back(status.name + ": shed by rule " + std::to_string(i + 1) + " (" + shedder->rules()[i].text() +
                    "): " + std::to_string(count.shed) + " of " + std::to_string(count.matched));
    }
  }
  return out;
}

}  // namespace wf::kit
