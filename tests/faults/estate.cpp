#include "tests/faults/estate.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"
#include "tests/support/catch.hpp"

namespace wf::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kDoorMap = R"(v: 1
format: csv
separator: ";"
time: {column: Time, format: rfc3339}
fields: {door.id: Door, credential.id: Card}
kinds:
  - {when: {Event: granted}, kind: access.granted}
  - {when: {Event: denied}, kind: access.denied, reason: other}
  - {when: {Event: duress}, kind: access.duress}
)";
constexpr const char* kPanelMap = R"(v: 1
format: json_lines
time: {column: at, format: rfc3339}
fields: {message: text}
kinds:
  - {when: {event: fire}, kind: fire.alarm}
  - {when: {event: holdup}, kind: intrusion.holdup}
  - {when: {event: armed}, kind: intrusion.armed}
)";
constexpr const char* kCameraMap = R"(v: 1
format: json_lines
time: {column: at, format: rfc3339}
fields: {camera.id: camera}
kinds:
  - {when: {event: motion}, kind: camera.motion}
  - {when: {event: covered}, kind: camera.covered}
)";

const char* const kFiles[] = {"eve.json", "doors.csv", "panel.jsonl", "camera.jsonl"};

/// The one source that writes its line at a time when it is not read yet by another name.
std::string observation(const std::string& line) {
  Json json = Json::parse(line);
  for (const char* by_whom : {"id", "agent", "source", "seen"}) json.erase(by_whom);
  return json.dump();
}

bool of_a_source(const Event& event) {
  // What an agent says of its source (here: its clock is wrong) stands in no file.
  if (event.kind.starts_with("agent.")) return false;
  for (const char* file : kFiles)
    if (event.source == file) return true;
  return false;
}

template <class Each>
void each_stored(const std::string& data, const Each& each) {
  const auto reader = store::Reader::open(data);
  if (!reader) return;
  (void)(*reader)->read_log(0, [&](store::Record& record) {
    if (record.kind == store::RecordKind::batch) each(record);
    return true;
  });
}

}  // namespace

bool full_run() {
  const char* const text = std::getenv("WF_FAULTS");
  return text != nullptr && std::string_view(text) == "full";
}

int amount(const char* variable, int small, int large) {
  if (const char* const text = std::getenv(variable)) return std::atoi(text);
  return full_run() ? large : small;
}

std::uint64_t fault_seed() {
  if (const char* const text = std::getenv("WF_FAULTS_SEED")) return std::strtoull(text, nullptr, 10);
  return std::random_device{}();
}

void until_moment(std::chrono::milliseconds from_now) { ::poll(nullptr, 0, static_cast<int>(from_now.count())); }

std::string Figures::text() const {
  std::ostringstream out;
  out << written << " events written, " << stored << " stored: lost " << lost << ", stored twice " << twice
      << ", aborts " << aborts << ", verify " << (verified ? "whole" : "not whole") << ", repairs by hand 0";
  if (!verified) out << "\n" << verify_output;
  return out.str();
}

void Keeper::start(const std::vector<std::string>& environment, const std::vector<std::string>& prefix) {
  if (program_) said_ += program_->err();
  std::vector<std::string> words = prefix;
  std::string name = name_;
  if (!prefix.empty()) {
    name = prefix.front();
    words.erase(words.begin());
    words.push_back((program_directory() / name_).string());
  }
  words.insert(words.end(), words_.begin(), words_.end());
  program_ = std::make_unique<Program>(name, words, "", environment);
}

void Keeper::note_end(int status, int expected) {
  if (status != expected) ends_.push_back(status);
}

void Keeper::kill() {
  program_->signal(SIGKILL);
  note_end(program_->wait(), 128 + SIGKILL);
}

int Keeper::stop() {
  if (!program_) return 0;
  program_->signal(SIGTERM);
  const int status = program_->wait();
  // Told before it had said a word, it may not have been able to hear yet: then the kernel ended it, as it should.
  const bool unborn = status == 128 + SIGTERM && program_->err().empty();
  note_end(status, unborn ? status : 0);
  return status;
}

Estate::Estate(std::uint64_t seed, Options options)
    : options_(std::move(options)),
      random_(seed),
      port_(options_.port != 0 ? options_.port : free_port()),
      names_(options_.agents) {
  data_ = options_.data.empty() ? scratch_ / "data" : options_.data;
  const std::string listen = "tcp://" + options_.listen_at + ":" + std::to_string(port_);
  const std::string reach = options_.reach.empty() ? listen : options_.reach;
  write_text(scratch_ / "doors.yaml", kDoorMap);
  write_text(scratch_ / "panel.yaml", kPanelMap);
  write_text(scratch_ / "camera.yaml", kCameraMap);
  for (const char* file : kFiles) write_text(scratch_ / file, "");
  write_text(scratch_ / "doors.csv", "Time;Event;Door;Card;Number\n");
  std::vector<std::string> serve{"serve", "--data", data_, "--listen", listen};
  const std::string assets = std::string(WF_SOURCE_DIR) + "/assets/";
  if (options_.site) serve.insert(serve.end(), {"--site", assets + "site", "--rules", assets + "rules"});
  engine_ = std::make_unique<Keeper>("watchfloor", serve);
  for (const std::string& name : names_) {
    const std::string kind = name == "net-1" ? "network" : name == "door-1" ? "access" : "camera";
    const std::string token = scratch_ / (name + ".invite");
    const Outcome made = run("watchfloor", {"agent", "invite", "--data", data_, "--engine", reach, "--name", name,
                                            "--kinds", kind, "--out", token});
    INFO(made.err);
    REQUIRE(made.status == 0);
    states_.push_back(options_.state.empty() ? scratch_ / (name + "/state") : options_.state + "/" + name);
    std::filesystem::create_directories(std::filesystem::path(states_.back()).parent_path());
    std::vector<std::string> words = sources_of(name);
    for (const std::string& word : {std::string("--invite"), token, std::string("--state"), states_.back()})
      words.push_back(word);
    words.insert(words.end(), options_.agent_options.begin(), options_.agent_options.end());
    agents_.push_back(std::make_unique<Keeper>("wf-agent-" + kind, words));
  }
}

std::vector<std::string> Estate::sources_of(const std::string& agent) const {
  const auto mapped = [&](const std::string& file, const std::string& map) {
    return "mapped:" + (scratch_ / file) + ",map=" + (scratch_ / map) + ",name=" + file;
  };
  if (agent == "net-1") return {"--source", "suricata:" + (scratch_ / "eve.json") + ",name=eve.json"};
  if (agent == "door-1")
    return {"--source", mapped("doors.csv", "doors.yaml"), "--source", mapped("panel.jsonl", "panel.yaml")};
  return {"--source", mapped("camera.jsonl", "camera.yaml")};
}

std::string Estate::line_of(std::size_t source) {
  const std::string n = std::to_string(++number_);
  char time[64];
  std::snprintf(time, sizeof time, "2026-02-25T06:%02zu:%02zu.%06zu", number_ / 60'000 % 60, number_ / 1000 % 60,
                number_ % 1000 * 1000);
  const std::string at = time;
  const std::uint64_t pick = random_() % 10;
  switch (source) {
    case 0: {
      const std::string head = R"({"timestamp":")" + at + R"(+0000","flow_id":)" + n + R"(,"src_ip":"192.0.2.)" +
                               std::to_string(number_ % 250) + R"(","src_port":4711,"dest_ip":"198.51.100.7",)" +
                               R"("dest_port":22,"proto":"TCP",)";
      if (pick < 5)
        return head + R"("event_type":"alert","alert":{"signature":"TEST )" + n +
               R"(","signature_id":1,"severity":2,"category":"Misc"}})";
      return head + R"("event_type":"dns","dns":{"type":"query","rrname":"host-)" + n + R"(.example","rrtype":"A"}})";
    }
    case 1:
      return at + "Z;" +
             (pick < 6   ? "granted"
              : pick < 9 ? "denied"
                         : "duress") +
             ";D-" + std::to_string(number_ % 40) + ";88-" + std::to_string(number_ % 900) + ";" + n;
    case 2:
      return R"({"at":")" + at + R"(Z","event":")" +
             (pick < 5   ? "fire"
              : pick < 7 ? "holdup"
                         : "armed") +
             R"(","text":"loop )" + n + R"("})";
    default:
      return R"({"at":")" + at + R"(Z","event":")" + (pick < 8 ? "motion" : "covered") + R"(","camera":"C-)" +
             std::to_string(number_ % 30) + R"(","number":)" + n + "}";
  }
}

void Estate::write(int lines) {
  std::vector<std::size_t> sources;
  for (const std::string& name : names_) {
    if (name == "net-1") sources.push_back(0);
    if (name == "door-1") sources.insert(sources.end(), {1, 2});
    if (name == "cam-1") sources.push_back(3);
  }
  std::map<std::size_t, std::string> texts;
  for (int i = 0; i < lines; ++i) {
    const std::size_t source = sources[random_() % sources.size()];
    texts[source] += line_of(source) + "\n";
    ++written_;
  }
  for (const auto& [source, text] : texts) {
    std::ofstream out(scratch_ / kFiles[source], std::ios::app | std::ios::binary);
    const std::size_t middle = random_() % text.size();
    out << text.substr(0, middle) << std::flush << text.substr(middle);
  }
}

std::map<std::string, int> Estate::stored() const {
  std::map<std::string, int> out;
  each_stored(data_, [&](const store::Record& record) {
    const auto events = decode_batch(record.payload, record.origin);
    if (!events) return;
    for (const Event& event : *events) {
      if (!of_a_source(event)) continue;
      std::string line;
      append_json_line(event, line);
      ++out[event.source + " " + observation(line)];
    }
  });
  return out;
}

std::size_t Estate::count_stored() const {
  std::size_t out = 0;
  each_stored(data_, [&](const store::Record& record) {
    const auto events = decode_batch(record.payload, record.origin);
    if (events)
      for (const Event& event : *events) out += of_a_source(event) ? 1 : 0;
  });
  return out;
}

bool Estate::settles(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (count_stored() < written_) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 200);
  }
  return true;
}

Figures Estate::figures() {
  Figures out;
  std::map<std::string, int> expected;
  for (const std::string& name : names_) {
    const std::string kind = name == "net-1" ? "network" : name == "door-1" ? "access" : "camera";
    std::vector<std::string> words = sources_of(name);
    words.insert(words.end(), {"--once", "--print"});
    const Outcome all = run("wf-agent-" + kind, words);
    INFO(all.err);
    REQUIRE(all.status == 0);
    std::istringstream lines(all.out);
    for (std::string line; std::getline(lines, line);)
      ++expected[Json::parse(line).at("source").get<std::string>() + " " + observation(line)];
  }
  const std::map<std::string, int> found = stored();
  for (const auto& [line, n] : expected) {
    out.written += static_cast<std::size_t>(n);
    const auto have = found.find(line);
    const int got = have == found.end() ? 0 : have->second;
    if (got < n) {
      out.lost += static_cast<std::size_t>(n - got);
      if (out.lost <= 3) out.verify_output += "lost: " + line + "\n";
    }
  }
  for (const auto& [line, n] : found) {
    out.stored += static_cast<std::size_t>(n);
    const auto want = expected.find(line);
    const int most = want == expected.end() ? 0 : want->second;
    if (n > most) {
      out.twice += static_cast<std::size_t>(n - most);
      if (out.twice <= 3) out.verify_output += "twice: " + line + "\n";
    }
  }
  const auto count_aborts = [&](const Keeper& keeper) {
    for (const int status : keeper.ends()) out.aborts += status < 0 || status > 128 ? 1 : 0;
  };
  count_aborts(*engine_);
  for (const auto& agent : agents_) count_aborts(*agent);
  const Outcome verified = run("watchfloor", {"verify", "--data", data_});
  out.verified = verified.status == 0;
  out.verify_output += verified.out + verified.err;
  return out;
}

void Estate::stop() {
  for (const auto& agent : agents_) (void)agent->stop();
  (void)engine_->stop();
}

std::string Estate::said() const {
  const auto end_of = [](const std::string& text) {
    constexpr std::size_t kMost = 1500;
    return text.size() > kMost ? "…" + text.substr(text.size() - kMost) : text;
  };
  std::string out = "engine:\n" + end_of(engine_->said());
  for (std::size_t i = 0; i < agents_.size(); ++i) out += names_[i] + ":\n" + end_of(agents_[i]->said());
  return out;
}

}  // namespace wf::test
