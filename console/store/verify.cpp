#include "console/store/verify.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "console/store/audit_chain.hpp"
#include "console/store/given_up.hpp"
#include "console/store/ledger.hpp"
#include "proto/attachment.hpp"

namespace wf::store {
namespace {

/// Lines kept of gaps and of damages; the rest is counted.
constexpr std::size_t kMostLines = 1000;

struct Lines {
  std::vector<std::string>& lines;
  std::size_t left_out = 0;
  void add(std::string line) {
    if (lines.size() < kMostLines)
      lines.push_back(std::move(line));
    else
      ++left_out;
  }
  void close(std::string_view what) {
    if (left_out > 0) lines.push_back(fmt::format("and {} more {}", left_out, what));
  }
};

class Check {
 public:
  explicit Check(const Database& db) : db_(db) {}

  Result<VerifyReport> run() {
    if (Result<void> begun = db_.exec("BEGIN"); !begun) return begun.error();
    Result<void> done = check_file();
    if (done) done = read_agents();
    if (done) done = read_log();
    if (done) done = read_ledger();
    if (done) done = read_given_up();
    if (done) done = read_audit();
    db_.roll_back();
    if (!done) return done.error();
    compare();
    gaps_.close("gaps");
    given_up_lines_.close("given-up ranges");
    damages_.close("damages");
    return std::move(report_);
  }

 private:
  /// Calls `row` for each row of a query.
  template <class Row>
  Result<void> each(const char* sql, const Row& row) {
    Result<Statement> statement = db_.prepare(sql);
    if (!statement) return statement.error();
    while (true) {
      Result<bool> more = statement->step();
      if (!more) return more.error();
      if (!*more) return {};
      row(*statement);
    }
  }

  Result<void> check_file() {
    return each("PRAGMA quick_check(20)", [&](const Statement& s) {
      if (s.bytes(0) != "ok") damages_.add(fmt::format("database file: {}", s.bytes(0)));
    });
  }

  Result<void> read_agents() {
    return each("SELECT id, name FROM agents",
                [&](const Statement& s) { names_[s.integer(0)] = std::string(s.bytes(1)); });
  }

  Result<void> read_log() {
    std::uint64_t expected = 1;
    return each(
        "SELECT position, kind, agent, epoch, lane, first, count, payload FROM log ORDER BY position",
        [&](const Statement& s) {
          const auto position = static_cast<std::uint64_t>(s.integer(0));
          if (position != expected) {
            damages_.add(position == expected + 1
                             ? fmt::format("log: record {} is missing", expected)
                             : fmt::format("log: records {}–{} are missing", expected, position - 1));
          }
          expected = position + 1;
          if (s.integer(1) != static_cast<int>(RecordKind::batch)) return;
          ++report_.batches;
          const LaneKey key = key_of(s, 2);
          const auto first = static_cast<std::uint64_t>(s.integer(5));
          const auto count = static_cast<std::uint64_t>(s.integer(6));
          report_.events += count;
          if (first == 0 || count == 0 || count > kMaxBatchEvents) {
            damages_.add(fmt::format("log record {}: first number {} and {} events cannot be", position, first, count));
            return;
          }
          const Result<BatchSummary> summary = summarise_batch(s.bytes(7));
          if (!summary)
            damages_.add(fmt::format("log record {}: {}", position, summary.error().text()));
          else if (summary->events != count)
            damages_.add(
                fmt::format("log record {}: it says {} events and holds {}", position, count, summary->events));
          note_attachments(s.bytes(7), key, position);
          const Range range{first, first + count - 1};
          RangeSet& set = logged_[key];
          std::uint64_t fresh = 0;
          for (const Range& part : set.missing(range)) fresh += part.last - part.first + 1;
          if (fresh != count)
            damages_.add(fmt::format("log record {}: {} {} {} of its events are stored twice", position, lane_name(key),
                                     span(range), count - fresh));
          set.insert(range);
        });
  }

  /// Few batches name any: the others are not decoded.
  void note_attachments(std::string_view batch, const LaneKey& key, std::uint64_t position) {
    if (batch.find(kAttachmentField) == std::string_view::npos) return;
    const Result<std::vector<Event>> events = decode_batch(batch, {});
    if (!events) return;
    for (const Event& event : *events)
      for (const Field& field : event.fields)
        if (field.name == kAttachmentField && valid_attachment_hash(field.value))
          report_.attachments.try_emplace(field.value, NamedAttachment{agent_name(key.agent), position, event.time});
  }

  Result<void> read_ledger() {
    return each("SELECT agent, epoch, lane, first, last FROM ledger", [&](const Statement& s) {
      const LaneKey key = key_of(s, 0);
      const Range range{static_cast<std::uint64_t>(s.integer(3)), static_cast<std::uint64_t>(s.integer(4))};
      if (range.first == 0 || range.last < range.first) {
        damages_.add(fmt::format("ledger: {}: a range {} cannot be", lane_name(key), span(range)));
        return;
      }
      ledger_[key].insert(range);
    });
  }

  Result<void> read_given_up() {
    return each("SELECT agent, epoch, lane, first, last, time, reason FROM given_up", [&](const Statement& s) {
      const LaneKey key = key_of(s, 0);
      const Range range{static_cast<std::uint64_t>(s.integer(3)), static_cast<std::uint64_t>(s.integer(4))};
      if (range.first == 0 || range.last < range.first) {
        damages_.add(fmt::format("given up: {}: a range {} cannot be", lane_name(key), span(range)));
        return;
      }
      given_up_[key].put(range.first, {range.last, s.integer(5), std::string(s.bytes(6))});
    });
  }

  Result<void> read_audit() {
    std::string head = audit_chain_start();
    AuditLine line;
    bool broken = false;
    Result<void> done =
        each("SELECT number, time, actor, action, subject, detail, hash FROM audit ORDER BY number",
             [&](const Statement& s) {
               const auto number = static_cast<std::uint64_t>(s.integer(0));
               if (number != report_.audit_lines + 1 && !broken) {
                 damages_.add(fmt::format("audit: line {} follows line {}", number, report_.audit_lines));
                 broken = true;
               }
               ++report_.audit_lines;
               line.number = number;
               line.time = s.integer(1);
               line.actor = s.bytes(2);
               line.action = s.bytes(3);
               line.subject = s.bytes(4);
               line.detail = s.bytes(5);
               const std::string hash = audit_hash(head, line);
               if (hash != s.bytes(6) && !broken) {
                 damages_.add(fmt::format("audit: line {} was changed, or one before it was taken out", number));
                 broken = true;  // every later line would say the same
               }
               head = std::string(s.bytes(6));
             });
    if (!done) return done;
    const Result<std::int64_t> number = db_.integer("SELECT value FROM meta WHERE key = 'audit_number'");
    if (!number) return number.error();
    if (static_cast<std::uint64_t>(*number) != report_.audit_lines)
      damages_.add(fmt::format("audit: {} lines were written, {} are there", *number, report_.audit_lines));
    return {};
  }

  void compare() {
    static const RangeSet kNothing;
    for (const auto& [key, set] : ledger_) {
      const auto it = logged_.find(key);
      differ(key, set, it != logged_.end() ? it->second : kNothing, "in the ledger but not in the log");
    }
    std::set<LaneKey> lanes;
    for (const auto& [key, set] : ledger_) lanes.insert(key);
    for (const auto& [key, ranges] : given_up_) lanes.insert(key);
    for (const LaneKey& key : lanes) {
      const LaneStanding standing = standing_of(ledger_[key], given_up_[key]);
      for (const Range& gap : standing.gaps)
        gaps_.add(fmt::format("{}: {} missing ({})", lane_name(key), span(gap), events_in(gap)));
      for (const LaneStanding::Given& given : standing.given_up)
        given_up_lines_.add(
            fmt::format("{}: {} ({}): {}", lane_name(key), span(given.range), events_in(given.range), given.reason));
    }
    for (const auto& [key, set] : logged_) {
      const auto it = ledger_.find(key);
      differ(key, set, it != ledger_.end() ? it->second : kNothing, "in the log but not in the ledger");
    }
  }

  void differ(const LaneKey& key, const RangeSet& set, const RangeSet& other, std::string_view how) {
    for (const auto& [first, last] : set.ranges())
      for (const Range& part : other.missing({first, last}))
        damages_.add(fmt::format("{}: {} {}", lane_name(key), span(part), how));
  }

  static LaneKey key_of(const Statement& s, int column) {
    return {s.integer(column), static_cast<std::uint64_t>(s.integer(column + 1)),
            static_cast<std::uint8_t>(s.integer(column + 2))};
  }

  std::string agent_name(std::int64_t agent) const {
    const auto name = names_.find(agent);
    return name != names_.end() ? name->second : fmt::format("unknown agent {}", agent);
  }

  std::string lane_name(const LaneKey& key) const {
    return fmt::format("{} epoch {} lane {}", agent_name(key.agent), key.epoch, key.lane);
  }

  static std::string span(const Range& range) {
    return range.first == range.last ? fmt::format("{}", range.first) : fmt::format("{}–{}", range.first, range.last);
  }

  static std::string events_in(const Range& range) {
    const std::uint64_t n = range.last - range.first + 1;
    return fmt::format("{} event{}", n, n == 1 ? "" : "s");
  }

  const Database& db_;
  VerifyReport report_;
  Lines gaps_{report_.gaps};
  Lines given_up_lines_{report_.given_up};
  Lines damages_{report_.damages};
  std::map<std::int64_t, std::string> names_;
  Ledger logged_, ledger_;
  GivenUpLedger given_up_;
};

}  // namespace

Result<VerifyReport> verify_database(const Database& db) { return Check(db).run(); }

}  // namespace wf::store
