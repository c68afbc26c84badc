#include "agents/kit/mapped/suggest.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "agents/kit/mapped/suggest_columns.hpp"
#include "agents/kit/mapped/suggest_sample.hpp"
#include "agents/kit/mapped/suggest_text.hpp"
#include "agents/kit/mapped/suggest_words.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostRows = 100;  ///< of `kinds`, and of values that are left to decide

struct Row {
  std::string event, second;  ///< values; the second may be empty
  Meaning meaning;
  std::string_view reason;
  std::uint64_t count = 0;
};

std::string kind_in(std::string_view kind, const std::string& domain) {
  if (domain != "camera") return std::string(kind);
  if (kind == "device.offline") return "camera.offline";
  if (kind == "device.online") return "camera.online";
  if (kind == "device.restored") return "camera.restored";
  if (kind == "door.tamper") return "camera.tamper";
  return std::string(kind);
}

class Writer {
 public:
  Writer(const Sample& sample, const Columns& columns, std::string domain)
      : sample_(sample), columns_(columns), domain_(std::move(domain)) {}

  std::string write() {
    head();
    format();
    time();
    fields();
    kinds();
    kept();
    return std::move(out_);
  }

 private:
  void say(const std::string& text) { out_ += "# " + text + "\n"; }
  void put(const std::string& text) { out_ += text + "\n"; }

  void head() {
    say("A mapping for " + shown(sample_.file) + ", proposed by --suggest from " +
        std::to_string(sample_.records.size()) + " of its records" +
        (sample_.whole
             ? "."
             : ": the first " + std::to_string(kSampleHead / 1024) + " KiB and the last " +
                   std::to_string(kSampleTail / 1024) + " KiB of " + std::to_string(sample_.bytes) + " bytes."));
    say("Read it before you trust it; TO DECIDE marks what could not be told. Then try it, sending nothing:");
    say("  wf-agent-" + domain_ + " --source mapped:FILE,map=THIS --print --once");
    if (sample_.unlike > 0)
      say("TO DECIDE: " + counted(sample_.unlike, "record does", "records do") +
          " not fit the others and will be refused, the first because: " + shown(sample_.first_unlike));
    put("v: 1");
  }

  void format() {
    static constexpr std::array kFormats{"csv", "json_lines", "json"};
    put(std::string("format: ") + kFormats[static_cast<std::size_t>(sample_.format)]);
    if (sample_.format == Mapping::Format::csv) {
      put("separator: " + (sample_.separator == '\t' ? "tab" : "\"" + std::string(1, sample_.separator) + "\"") +
          "  # " + counted(sample_.columns.size(), "column", "columns"));
      if (columns_.header == Columns::Header::none) {
        put("header: false  # its first record reads as data, so that columns have numbers; header: [NAME, …] names "
            "them");
      } else if (columns_.header == Columns::Header::listed) {
        say("Lines stand before the header, so the names are given here; those lines and the header's are refused.");
        std::string list;
        for (const std::string& name : columns_.names) list += (list.empty() ? "" : ", ") + quoted(name);
        put("header: [" + list + "]");
      } else {
        put("header: true  # its first record names the columns: it has no time where the others have one");
      }
    }
    if (sample_.latin1) {
      say(std::string("It is not UTF-8. ") +
          (sample_.windows ? "It looks like Windows-1252: most letters are the same in latin-1, but the euro sign and "
                             "curly quotes are not"
                           : "Latin-1 is assumed; nothing in the file says so"));
      put("encoding: latin-1");
    } else {
      if (sample_.not_utf8 > 0)
        say("TO DECIDE: " + counted(sample_.not_utf8, "line is", "lines are") +
            " not UTF-8 although others are; what is no character there becomes U+FFFD.");
      put(std::string("encoding: utf-8") + (sample_.byte_order_mark ? "  # its byte order mark is passed over" : ""));
    }
  }

  void time() {
    const TimeGuess& guess = columns_.time;
    std::string names, list;
    for (const std::size_t c : columns_.time_columns) {
      names += (names.empty() ? "" : " and ") + shown(columns_.names[c]);
      list += (list.empty() ? "" : ", ") + quoted(columns_.ref(c));
    }
    say("Time is " + names + ": " + std::to_string(guess.read) + " of " + std::to_string(guess.of) +
        " values looked at are times of this form, for example " + shown(columns_.time_example) + ".");
    if (columns_.other_times.size() > 0) {
      std::string others;
      for (const std::size_t c : columns_.other_times)
        others += (others.empty() ? "" : ", ") + shown(columns_.names[c]);
      say("Times stand in " + others + " too; this one was taken because of its name, its completeness and its order.");
    }
    if (guess.ambiguous)
      say("TO DECIDE: day and month could be the other way round; nothing in the file tells (%d is the day, %m the "
          "month).");
    if (guess.only_date) say("TO DECIDE: there is no time of day in it; every event will be of midnight.");
    if (guess.newest_first)
      say("The newest record comes first: times of the hour that comes twice when clocks are set back are then mostly "
          "taken "
          "for the second of the two.");
    std::string zone;
    if (guess.local && !columns_.zone.empty()) {
      say("Their zone is what " + shown(columns_.names[*columns_.zone_column]) + " says in every record looked at.");
      zone = ", zone: " + quoted(columns_.zone);
    } else if (guess.local) {
      if (columns_.zone_column)
        say("TO DECIDE: " + shown(columns_.names[*columns_.zone_column]) + " speaks of zones, for example " +
            shown(columns_.value(sample_.records.front(), *columns_.zone_column)) +
            "; what it means in the IANA database must be said here, and one for all records.");
      say("TO DECIDE: these times have no time zone. 'local' is the zone of the machine that reads the file: put the");
      say("device's there (Europe/Amsterdam), or give the source tz=ZONE, unless both are the same.");
      zone = ", zone: local";
    }
    if (columns_.time_columns.size() > 1) list = "[" + list + "]";
    put("time: {column: " + list + ", format: " + quoted(guess.format) + zone + "}");
  }

  void fields() {
    bool any = false;
    for (const Taken& taken : columns_.taken) {
      if (taken.field.empty()) continue;
      if (!any) put("fields:");
      any = true;
      put("  " + std::string(taken.field) + ": " + quoted(columns_.ref(taken.column)) + "  # " + taken.why);
    }
    if (!any)
      say("TO DECIDE: no column is recognised as door, reader, person or credential. fields: {door.id: COLUMN, …}");
    std::string missing;
    if (domain_ != "camera")
      for (const std::string_view field : {"door.id", "credential.id", "person.name"})
        if (std::none_of(columns_.taken.begin(), columns_.taken.end(),
                         [&](const Taken& t) { return t.field == field; }))
          missing += (missing.empty() ? "" : ", ") + std::string(field);
    if (any && !missing.empty()) say("No column is recognised as " + missing + ".");
    say("If all of it is one site: constants: {site.id: SITE}");
  }

  void kinds() {
    if (!columns_.event) {
      say("TO DECIDE: no column says in words that are known what happened, so that every record is of kind other. "
          "Rows are");
      say("tried in order: - {when: {COLUMN: VALUE}, kind: access.granted}   (kinds: proto/README.md)");
      put("kinds:\n  - {kind: other}");
      return;
    }
    const std::string event = columns_.ref(*columns_.event);
    say("What happened is in " + shown(columns_.names[*columns_.event]) + ": " + columns_.event_why + ".");
    if (columns_.second) say("It is told more closely by " + shown(columns_.names[*columns_.second]) + ".");
    std::vector<Row> rows, open;
    sort_out(rows, open);
    put("kinds:");
    std::size_t written = 0;
    for (const Row& row : rows) {
      if (written++ == kMostRows) {
        say("More values were seen; add their rows.");
        break;
      }
      const std::string kind = kind_in(row.meaning.kind, domain_);
      std::string when = quoted(event) + ": " + quoted(as_pattern(columns_.by_words ? row.meaning.pattern : row.event));
      if (!row.second.empty())
        when += ", " + quoted(columns_.ref(*columns_.second)) + ": " + quoted(as_pattern(row.second));
      std::string line = "  - {when: {" + when + "}, kind: " + kind;
      if (!row.reason.empty()) line += ", reason: " + std::string(row.reason);
      if (!row.meaning.restored.empty()) line += ", set: {restored: " + std::string(row.meaning.restored) + "}";
      put(line + "}  # " + counted(row.count, "time", "times") + ", for the words '" + plain_words(row.meaning.words) +
          "'");
    }
    if (rows.empty()) put("  - {kind: other}");
    if (open.empty()) return;
    say("TO DECIDE: values that are not known. Until they have a row, their events are of kind other (or unknown: "
        "skip).");
    std::size_t listed = 0;
    for (const Row& row : open) {
      if (listed++ == kMostRows) {
        say("  and " + std::to_string(open.size() - kMostRows) + " more values");
        break;
      }
      std::string when = quoted(event) + ": " + quoted(as_pattern(row.event));
      if (!row.second.empty())
        when += ", " + quoted(columns_.ref(*columns_.second)) + ": " + quoted(as_pattern(row.second));
      say("  - {when: {" + when + "}, kind: ?}  " + counted(row.count, "time", "times"));
    }
  }

  void sort_out(std::vector<Row>& rows, std::vector<Row>& open) {
    std::map<std::string, std::map<std::string, std::uint64_t>> seen;
    for (const std::vector<Field>& record : sample_.records) {
      const std::string& event = columns_.value(record, *columns_.event);
      if (event.empty() || seen.size() > (columns_.by_words ? 50 : 5) * kMostRows) continue;
      auto& seconds = seen[event];
      const std::string second = columns_.second ? columns_.value(record, *columns_.second) : std::string();
      const std::size_t most = (columns_.second_by_words ? 20 : 1) * kMostRows;
      seconds[seconds.size() < most || seconds.count(second) > 0 ? second : std::string()]++;
    }
    std::vector<Row> general;
    std::map<std::string, std::size_t> by_pattern;
    for (const auto& [event, seconds] : seen) {
      const Meaning alone = columns_.meaning(event);
      Row whole{event, "", alone, alone.reason, 0};
      for (const auto& [second, count] : seconds) {
        whole.count += count;
        if (second.empty()) continue;
        Row row{event, second, alone, {}, count};
        if (alone.kind.empty()) {
          row.meaning = meaning_of(columns_.second_by_words ? std::string(second) : event + " " + second);
          row.reason = row.meaning.reason;
          whole.count -= count;
          if (row.meaning.kind.empty())
            open.push_back(row);
          else if (columns_.second_by_words)
            add_by_words(rows, row, row.meaning.pattern);
          else
            rows.push_back(row);
        } else if (alone.kind == "access.denied" && alone.reason.empty()) {
          row.reason = refusal_of(second);
          if (row.reason.empty()) continue;
          whole.count -= count;
          if (columns_.second_by_words)
            add_by_words(rows, row, refusal_pattern(second));
          else
            rows.push_back(row);
        }
      }
      // A refusal may come with a reason that was not seen yet.
      if (whole.count == 0 && alone.kind != "access.denied") continue;
      if (alone.kind.empty()) {
        open.push_back(whole);
        continue;
      }
      if (alone.kind == "access.denied" && alone.reason.empty()) whole.reason = "other";
      if (columns_.by_words) {
        const auto [at, fresh] = by_pattern.emplace(alone.pattern + std::string(whole.reason), general.size());
        if (!fresh) {
          general[at->second].count += whole.count;
          continue;
        }
      }
      general.push_back(whole);
    }
    const auto often = [](const Row& a, const Row& b) { return a.count > b.count; };
    // Words may occur in each other's texts: "not granted" is tried before "granted", a reason before none.
    const auto particular = [](const Row& a, const Row& b) {
      const bool a_open = a.reason == "other", b_open = b.reason == "other";
      if (a.meaning.rank != b.meaning.rank) return a.meaning.rank < b.meaning.rank;
      return a_open != b_open ? b_open : a.count > b.count;
    };
    columns_.second_by_words ? std::stable_sort(rows.begin(), rows.end(), particular)
                             : std::stable_sort(rows.begin(), rows.end(), often);
    columns_.by_words ? std::stable_sort(general.begin(), general.end(), particular)
                      : std::stable_sort(general.begin(), general.end(), often);
    std::stable_sort(open.begin(), open.end(), often);
    rows.insert(rows.end(), general.begin(), general.end());
    // A value that has a star itself matches more than itself.
    if (!columns_.by_words)
      std::stable_partition(rows.begin(), rows.end(),
                            [](const Row& r) { return r.event.find('*') == std::string::npos; });
  }

  /// One row for all texts with the same words.
  static void add_by_words(std::vector<Row>& rows, Row row, const std::string& pattern) {
    row.second = pattern;
    const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& one) {
      return one.event == row.event && one.second == pattern && one.meaning.kind == row.meaning.kind &&
             one.reason == row.reason;
    });
    if (same == rows.end())
      rows.push_back(std::move(row));
    else
      same->count += row.count;
  }

  static std::string plain_words(std::string_view words) {
    std::string out;
    for (const char c : words)
      if (c != '~' && c != '=' && c != '^') out.push_back(c);
    return out;
  }

  void kept() {
    std::string list;
    std::size_t count = 0;
    for (std::size_t c = 0; c < columns_.names.size(); ++c) {
      if (std::any_of(columns_.taken.begin(), columns_.taken.end(), [&](const Taken& t) { return t.column == c; }))
        continue;
      if (++count <= 40) list += (list.empty() ? "" : ", ") + shown(columns_.names[c]);
    }
    if (count == 0) return;
    say("Kept as they are, under their own names: " + list + (count > 40 ? " and more" : "") +
        ". What nobody needs: drop: [COLUMN].");
  }

  const Sample& sample_;
  const Columns& columns_;
  std::string domain_, out_;
};

}  // namespace

Result<std::string> suggest_mapping(const std::string& file, const std::string& domain) {
  Result<Sample> sample = read_sample(file);
  if (!sample) return sample.error();
  const Result<Columns> columns = find_columns(*sample);
  if (!columns) return columns.error();
  std::string out = Writer(*sample, *columns, domain).write();
  std::vector<Error> problems;
  static_cast<void>(read_mapping(out, file, problems));
  // What was proposed must be usable at once; if it is not, that is our mistake and nobody is to be left with it.
  if (!problems.empty())
    return Error{"a mapping was made that cannot be read: " + problems.front().text(), file,
                 "please report this with the file's first lines"};
  return out;
}

}  // namespace wf::kit
