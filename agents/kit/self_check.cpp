#include "agents/kit/self_check.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "agents/kit/link/engine_check.hpp"
#include "agents/kit/link/identity.hpp"
#include "agents/kit/outputs/output.hpp"

namespace wf::kit {
namespace {

namespace fs = std::filesystem;
using Verdict = Checked::Verdict;

constexpr std::int64_t kSkewNoted = 2 * kSecond, kSkewWrong = kMinute;

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

std::string span(std::int64_t ns) {
  const std::int64_t ms = std::abs(ns) / kMillisecond;
  if (ms < 10'000) return std::to_string(ms) + " ms";
  if (ms < 600'000) return std::to_string(ms / 1000) + " s";
  return std::to_string(ms / 60'000) + " min";
}

/// Size of the files of a folder; 0 where there is none.
std::uint64_t size_of(const fs::path& folder) {
  std::uint64_t out = 0;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code gone;
    const std::uintmax_t size = it->file_size(gone);
    if (!gone) out += size;
  }
  return out;
}

/// Is a file locked by anybody? Asked of the kernel, since a lock that is tried can be in another's way.
bool locked(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return false;
  // proc_locks(5): "1: FLOCK  ADVISORY  WRITE 1234 08:01:98765 0 EOF"
  const std::string inode = ":" + std::to_string(info.st_ino) + " ";
  std::ifstream in("/proc/locks");
  for (std::string line; std::getline(in, line);)
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos) return true;
  return false;
}

/// The nearest directory above that exists.
fs::path existing(fs::path path) {
  std::error_code failed;
  path = fs::absolute(path, failed);
  while (!path.empty() && !fs::exists(path, failed) && path != path.parent_path()) path = path.parent_path();
  return path;
}

Checked check_time() {
  timex state{};
  const int code = ::adjtimex(&state);
  if (code < 0) return {Verdict::warning, "clock", std::string("cannot be asked about: ") + std::strerror(errno)};
  if (code == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {Verdict::warning, "clock",
            "the system does not call it synchronised; let systemd-timesyncd or chrony set it (timedatectl)"};
  return {Verdict::fine, "clock", "synchronised, says the system"};
}

/// false: there are keys that cannot be used.
bool check_identity(const Configuration& configuration, std::optional<Identity>& identity,
                    std::optional<Invitation>& invitation, const Clock& clock, std::vector<Checked>& out) {
  const fs::path file = configuration.state / "identity.json";
  Result<std::optional<Identity>> known = read_identity(file);
  if (!known) {
    out.push_back({Verdict::failed, "identity", known.error().text()});
    return false;
  }
  identity = std::move(*known);
  const bool enrolled = identity && identity->enrolled;
  if (enrolled) out.push_back({Verdict::fine, "identity", "enrolled as " + identity->name});
  const std::string& invite = configuration.invite;
  if (invite.empty() || invite == "-") {
    if (!enrolled)
      out.push_back(
          {Verdict::failed, "identity",
           "this agent is not enrolled; make an invitation at the engine with `watchfloor agent invite` and name "
           "its file with --invite or `invite:`"});
    return true;
  }
  std::error_code unseen;
  if (enrolled && !fs::exists(invite, unseen) && !unseen) return true;  // it needs none any more
  Result<Invitation> read = read_invitation(invite);
  if (!read) {
    // An agent that is enrolled needs it for another enrolment only.
    out.push_back({enrolled ? Verdict::warning : Verdict::failed, "invitation", read.error().text()});
    return true;
  }
  if (!read->warning.empty()) out.push_back({Verdict::warning, "invitation", read->warning});
  const UtcNs now = clock.at(monotonic_ns());
  if (!enrolled && read->expires < now)
    out.push_back(
        {Verdict::failed, "invitation",
         "it expired on " + format_rfc3339(read->expires) + "; ask for a new one (or this machine's clock is wrong)"});
  else if (!enrolled)
    out.push_back({Verdict::fine, "invitation", "good until " + format_rfc3339(read->expires)});
  invitation = std::move(*read);
  return true;
}

/// What is driven through a source is asked, and nothing of it is moved. What names no source was refused before.
void check_driven(const std::vector<OutputSpec>& outputs, const std::vector<std::unique_ptr<Source>>& sources,
                  std::vector<Checked>& out) {
  for (const OutputSpec& spec : outputs)
    for (const auto& source : sources) {
      if (spec.through.empty() || source->spec().name != spec.through) continue;
      std::string about = "output " + spec.device;
      for (const std::string& action : spec.actions) about += (&action == &spec.actions.front() ? " " : ", ") + action;
      const Result<std::unique_ptr<Output>> made = source->output(spec);
      const Result<std::string> found = made ? (*made)->check() : Result<std::string>(made.error());
      if (!found)
        out.push_back({Verdict::failed, std::move(about), found.error().text()});
      else if (!found->empty())
        out.push_back({Verdict::fine, std::move(about), *found});
    }
}

}  // namespace

std::string line_of(const Checked& checked) {
  const char* const word = checked.verdict == Verdict::fine      ? "ok   "
                           : checked.verdict == Verdict::warning ? "warn "
                                                                 : "FAIL ";
  return word + checked.about + ": " + checked.text;
}

Checked check_state(const fs::path& state) {
  const std::string about = "state " + state.string();
  struct stat info {};
  if (::stat(state.c_str(), &info) != 0) {
    if (errno == EACCES)
      return {Verdict::failed, about, "only others may look there; run this check as the agent's user"};
    const fs::path above = existing(state);
    if (::access(above.c_str(), W_OK | X_OK) != 0)
      return {Verdict::failed, about,
              "it is not there, and " + above.string() + " may not be written (" + std::strerror(errno) +
                  "); make it for the agent's user, or run this check as that user"};
    return {Verdict::fine, about, "not there yet; it will be made"};
  }
  if (!S_ISDIR(info.st_mode)) return {Verdict::failed, about, "it is no directory; name another with --state"};
  if (::access(state.c_str(), R_OK | W_OK | X_OK) != 0)
    return {Verdict::failed, about,
            std::string("it may not be written (") + std::strerror(errno) +
                "); give it to the agent's user, or run this check as that user"};
  if ((info.st_mode & 077U) != 0) return {Verdict::warning, about, "others may look into it; chmod 700 it"};
  return {Verdict::fine, about,
          locked(state / "lock") ? "an agent runs on it; it is not disturbed" : "no agent runs on it"};
}

Checked check_disk(const fs::path& state, std::uint64_t free, std::uint64_t total, std::uint64_t spool,
                   std::uint64_t limit) {
  const std::string about = "disk of " + state.string();
  const std::uint64_t wanted = limit > spool ? limit - spool : 0;
  if (total > 0 && free < total / 100)
    return {Verdict::failed, about,
            "almost full, " + mib(free) + " are free; make room, or what comes may not be kept"};
  if (free < wanted)
    return {
        Verdict::warning, about,
        mib(free) + " are free and the spool may need " + mib(wanted) + " more; make room, or lower spool.limit_mib"};
  return {Verdict::fine, about, mib(free) + " are free"};
}

Checked check_spool(std::uint64_t spool, std::uint64_t limit) {
  const std::string used = mib(spool) + " of " + mib(limit);
  if (spool >= limit)
    return {Verdict::failed, "spool", used + ": it is full, reading waits; see that the engine can be reached"};
  if (spool >= limit / 5 * 4)
    return {Verdict::warning, "spool", used + ": it is near its limit; see that the engine can be reached"};
  return {Verdict::fine, "spool", used};
}

Checked check_skew(std::int64_t skew, const std::string& engine) {
  const std::string text =
      "this machine's clock is " + span(skew) + (skew < 0 ? " behind" : " ahead of") + " the engine's at " + engine;
  if (std::abs(skew) >= kSkewWrong)
    return {Verdict::failed, "clock", text + "; set the wrong one of the two (timedatectl)"};
  if (std::abs(skew) >= kSkewNoted)
    return {Verdict::warning, "clock", text + "; let both machines be set by the same time servers"};
  return {Verdict::fine, "clock", text};
}

std::vector<Checked> check_agent(const Configuration& configuration,
                                 const std::vector<std::unique_ptr<Source>>& sources, const Clock& clock) {
  std::vector<Checked> out;
  for (const auto& source : sources) {
    const std::vector<Error> problems = source->check();
    for (const Error& problem : problems)
      out.push_back({Verdict::failed, "source " + source->spec().name, problem.text()});
    if (problems.empty()) out.push_back({Verdict::fine, "source " + source->spec().name, "can be read"});
    for (std::string& remark : source->remarks())
      out.push_back({Verdict::warning, "source " + source->spec().name, std::move(remark)});
    for (ShedExplained& rule : explain(source->spec().shed))
      out.push_back(
          {rule.warning ? Verdict::warning : Verdict::fine, "source " + source->spec().name, std::move(rule.text)});
  }
  for (const Error& problem : check_outputs(configuration.outputs))
    out.push_back({Verdict::failed, "output", problem.text()});
  check_driven(configuration.outputs, sources, out);
  out.push_back(check_state(configuration.state));
  const std::uint64_t spool = size_of(configuration.state / "spool");
  struct statvfs disk {};
  if (::statvfs(existing(configuration.state).c_str(), &disk) == 0)
    out.push_back(check_disk(configuration.state, std::uint64_t{disk.f_bavail} * disk.f_frsize,
                             std::uint64_t{disk.f_blocks} * disk.f_frsize, spool, configuration.spool_limit));
  out.push_back(check_spool(spool, configuration.spool_limit));
  std::optional<Identity> identity;
  std::optional<Invitation> invitation;
  const bool usable = check_identity(configuration, identity, invitation, clock, out);
  std::vector<std::string> engines = configuration.engines;
  if (engines.empty() && identity && identity->enrolled) engines.push_back(identity->engine);
  if (engines.empty() && invitation) engines.push_back(invitation->engine);
  if (engines.empty())
    out.push_back({Verdict::failed, "engine",
                   usable ? "none is named; the invitation names one, or --engine tcp://HOST:PORT"
                          : "not tried: which one it is stands in the identity"});
  bool compared = false;
  for (const std::string& engine : engines) {
    const EngineAnswer answer = ask_engine(engine, identity, invitation, clock);
    out.push_back({answer.admitted ? Verdict::fine : Verdict::failed, "engine " + engine, answer.text});
    if (!answer.skew || std::exchange(compared, true)) continue;
    out.push_back(check_skew(*answer.skew, engine));
  }
  if (!clock.injected()) out.push_back(check_time());
  return out;
}

}  // namespace wf::kit
