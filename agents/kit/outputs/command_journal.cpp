#include "agents/kit/outputs/command_journal.hpp"

#include <algorithm>
#include <charconv>

#include "agents/kit/spool/disk.hpp"
#include "proto/event_json.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostBytes = 8U << 20U;

// Each line is an event's JSON line: its writer and reader are tested against everything.

void put_number(Event& line, const char* name, std::int64_t value) {
  line.add(name, std::to_string(value), ValueType::number);
}

bool take_number(const Event& line, const char* name, std::int64_t& out) {
  const std::string_view text = line.field(name);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

Event line_of(const JournalEntry& entry) {
  const DeviceCommand& c = entry.command;
  Event line;
  line.kind = "device.command";
  line.add("id", c.id);
  line.add("device", c.device);
  line.add("action", c.action);
  put_number(line, "seconds", c.seconds);
  put_number(line, "issued", c.issued);
  put_number(line, "expires", c.expires);
  line.add("actor", c.actor);
  line.add("asked", c.reason);
  put_number(line, "incident", static_cast<std::int64_t>(c.incident));
  line.add("state", entry.state);
  line.add("reason", entry.reason);
  put_number(line, "told", entry.told ? 1 : 0);
  put_number(line, "confirms", entry.confirms ? 1 : 0);
  put_number(line, "undo_at", entry.undo_at);
  return line;
}

bool entry_of(const Event& line, JournalEntry& out) {
  DeviceCommand& c = out.command;
  c.id = line.field("id");
  c.device = line.field("device");
  c.action = line.field("action");
  c.actor = line.field("actor");
  c.reason = line.field("asked");
  out.state = line.field("state");
  out.reason = line.field("reason");
  std::int64_t seconds = 0, incident = 0, told = 0, confirms = 0;
  if (!take_number(line, "seconds", seconds) || !take_number(line, "issued", c.issued) ||
      !take_number(line, "expires", c.expires) || !take_number(line, "incident", incident) ||
      !take_number(line, "told", told) || !take_number(line, "confirms", confirms) ||
      !take_number(line, "undo_at", out.undo_at))
    return false;
  c.seconds = static_cast<std::uint32_t>(seconds);
  c.incident = static_cast<std::uint64_t>(incident);
  out.told = told != 0;
  out.confirms = confirms != 0;
  return !c.id.empty() && !c.device.empty() && !out.state.empty();
}

bool finished(const JournalEntry& entry) { return entry.told && !entry.confirms && entry.undo_at == 0; }

}  // namespace

CommandJournal CommandJournal::open(std::filesystem::path file, std::string& problem, Write write) {
  CommandJournal out;
  out.file_ = std::move(file);
  out.write_ =
      write ? std::move(write)
            : Write([](const std::filesystem::path& to, std::string_view text) { return replace_file(to, text); });
  std::error_code failed;
  if (!std::filesystem::exists(out.file_, failed)) return out;
  const Result<std::string> text = read_small_file(out.file_, kMostBytes);
  bool whole = text.ok(), headed = false;
  std::string_view rest = whole ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const Result<Event> read = parse_json_line(line);
    JournalEntry entry;
    if (read && read->kind == "commands")
      headed = take_number(*read, "horizon", out.horizon_) && take_number(*read, "born", out.born_);
    else if (read && entry_of(*read, entry))
      out.entries_.push_back(std::move(entry));
    else
      whole = false;
  }
  out.fresh_ = !whole || !headed;
  if (out.fresh_)
    problem = out.file_.string() +
              ": the list of commands that were taken is damaged; commands given before this "
              "connection are refused";
  return out;
}

void CommandJournal::begin(UtcNs engine_time) {
  born_ = engine_time;
  fresh_ = false;
}

const JournalEntry* CommandJournal::find(std::string_view id) const {
  for (const JournalEntry& entry : entries_)
    if (entry.command.id == id) return &entry;
  return nullptr;
}

Result<void> CommandJournal::save() const {
  std::string text;
  Event head;
  head.kind = "commands";
  put_number(head, "horizon", horizon_);
  put_number(head, "born", born_);
  append_json_line(head, text);
  text += '\n';
  for (const JournalEntry& entry : entries_) {
    append_json_line(line_of(entry), text);
    text += '\n';
  }
  return write_(file_, text);
}

Result<void> CommandJournal::put(JournalEntry entry) {
  const std::vector<JournalEntry> before = entries_;
  const UtcNs horizon = horizon_;
  while (entries_.size() >= kMost) {
    auto oldest = entries_.end();
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (finished(*it) && (oldest == entries_.end() || it->command.expires < oldest->command.expires)) oldest = it;
    if (oldest == entries_.end())
      return Error{"too many commands are unfinished", file_.string(), "wait until some of them have ended"};
    horizon_ = std::max(horizon_, oldest->command.expires);
    entries_.erase(oldest);
  }
  entries_.push_back(std::move(entry));
  if (Result<void> saved = save(); !saved) {
    entries_ = before;
    horizon_ = horizon;
    return saved;
  }
  return {};
}

Result<void> CommandJournal::change(std::string_view id, const std::function<void(JournalEntry&)>& change) {
  for (JournalEntry& entry : entries_)
    if (entry.command.id == id) {
      change(entry);
      return save();
    }
  return {};
}

Result<void> CommandJournal::told(const std::vector<std::string>& ids) {
  bool changed = false;
  for (JournalEntry& entry : entries_)
    if (!entry.told && std::find(ids.begin(), ids.end(), entry.command.id) != ids.end()) changed = entry.told = true;
  return changed ? save() : Result<void>();
}

}  // namespace wf::kit
