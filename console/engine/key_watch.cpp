#include "console/engine/key_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "console/link/command_key.hpp"
#include "console/link/enrolment.hpp"
#include "console/link/key_files.hpp"

namespace wf::engine {
namespace {

constexpr std::size_t kNamed = 3;  ///< agents that the top bar has room for

std::string days(std::int64_t ns) { return fmt::format("{} days", ns / kDay); }

}  // namespace

KeyWatch::KeyWatch(std::filesystem::path keys, std::int64_t max_age) : keys_(std::move(keys)), max_age_(max_age) {
  if (Result<std::string> key = link::engine_public_key(keys_)) in_use_ = std::move(*key);
  const std::string before = link::engine_key_in_use(keys_);
  if (!before.empty() && !in_use_.empty() && before != in_use_)
    news_.push_back(
        {link::Topic::key_rotated,
         {},
         {},
         fmt::format("the engine was started with its next key {}; the one before, {}, is of no use any more", in_use_,
                     before)});
  // Should it fail, the change is told once more at the next start.
  if (!in_use_.empty()) (void)!link::keep_engine_key_in_use(keys_, in_use_).ok();
  if (const Result<link::CommandKey> key = link::CommandKey::open(keys_)) commands_in_use_ = key->public_text();
  const std::string signed_before = link::command_key_in_use(keys_);
  if (!signed_before.empty() && !commands_in_use_.empty() && signed_before != commands_in_use_)
    news_.push_back({link::Topic::key_rotated,
                     {},
                     {},
                     fmt::format("the engine signs commands to devices with its next key {}; the one before, {}, is of "
                                 "no use any more",
                                 commands_in_use_, signed_before)});
  if (!commands_in_use_.empty()) (void)!link::keep_command_key_in_use(keys_, commands_in_use_).ok();
}

void KeyWatch::say(const std::string& whose, std::string agent, std::string line) {
  now_.insert(whose);
  if (said_.contains(whose)) return;
  news_.push_back({link::Topic::key_expiry, std::move(agent), {}, std::move(line)});
}

void KeyWatch::look(UtcNs now) {
  problem_.clear();
  now_.clear();
  const Result<std::optional<link::EngineKey>> key = link::find_engine_key(keys_, link::kEngineKey);
  if (!key) {
    problem_ = key.error().text();
    say("the engine's key", {}, problem_);
  } else if (*key && (*key)->pair.public_key != in_use_) {
    problem_ = "the engine's key was exchanged; start the engine again to use it";
    say("the engine's key", {}, problem_);
  } else if (*key && max_age_ > 0 && now - (*key)->since > max_age_) {
    problem_ = fmt::format("the engine's key is {} old; see `watchfloor key rotate`", days(now - (*key)->since));
    say("the engine's age", {}, problem_);
  }
  if (problem_.empty()) look_at_commands(now);
  std::vector<std::string> old;
  if (max_age_ > 0)
    if (const Result<std::vector<link::EnrolledAgent>> agents = link::enrolled_agents(keys_))
      for (const link::EnrolledAgent& agent : *agents) {
        if (agent.revoked || now - agent.key_since <= max_age_) continue;
        old.push_back(agent.name);
        say(agent.name, agent.name,
            fmt::format("{}: its key is {} old; `watchfloor agent rotate {}` gives it a new one", agent.name,
                        days(now - agent.key_since), agent.name));
      }
  if (problem_.empty() && !old.empty()) {
    std::string names;
    for (std::size_t i = 0; i < old.size() && i < kNamed; ++i) names += (i == 0 ? "" : ", ") + old[i];
    problem_ = fmt::format("{} agent{} with keys older than {}: {}{}; see `watchfloor agent rotate`", old.size(),
                           old.size() == 1 ? "" : "s", days(max_age_), names, old.size() > kNamed ? "…" : "");
  }
  said_ = now_;
}

void KeyWatch::look_at_commands(UtcNs now) {
  const Result<std::optional<link::CommandKey>> key = link::CommandKey::find(keys_, link::kCommandKey);
  if (!key) {
    problem_ = key.error().text();
    say("the key of commands", {}, problem_);
  } else if (*key && (*key)->public_text() != commands_in_use_) {
    problem_ = "the key of commands to devices was exchanged; start the engine again to use it";
    say("the key of commands", {}, problem_);
  } else if (*key && max_age_ > 0 && now - (*key)->since() > max_age_) {
    problem_ = fmt::format("the key of commands to devices is {} old; see `watchfloor key rotate --commands`",
                           days(now - (*key)->since()));
    say("the age of the key of commands", {}, problem_);
  }
}

std::vector<link::Fact> KeyWatch::take_news() { return std::exchange(news_, {}); }

}  // namespace wf::engine
