#include "agents/kit/mapped/suggest_columns.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "agents/kit/mapped/mapped_time.hpp"
#include "agents/kit/mapped/suggest_text.hpp"
#include "agents/kit/mapped/suggest_words.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostValues = 400;    ///< of a column that are tried as times
constexpr std::size_t kMostDistinct = 200;  ///< values of a column that are looked up as words
constexpr std::size_t kMostName = 200;      ///< a longer name cannot be told from data

struct FieldRole {
  Role role;
  std::string_view field;
};
// In this order where names fit equally well.
constexpr std::array kFields{FieldRole{Role::person_id, "person.id"},
                             FieldRole{Role::person, "person.name"},
                             FieldRole{Role::reader, "reader.id"},
                             FieldRole{Role::door, "door.id"},
                             FieldRole{Role::credential, "credential.id"},
                             FieldRole{Role::camera, "camera.id"},
                             FieldRole{Role::object, "object"},
                             FieldRole{Role::site, "site.id"},
                             FieldRole{Role::message, "message"}};

struct Distinct {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t filled = 0;
  bool many = false;
};

class Finder {
 public:
  explicit Finder(Sample& sample) : sample_(sample) {}

  Result<Columns> find() {
    if (Result<void> named = name(); !named) return named.error();
    if (!find_time())
      return Error{"no column of it is a time, which every record of a mapped source needs", sample_.file,
                   "it has: " + names_list()};
    if (sample_.format == Mapping::Format::csv && first_is_data()) no_header();
    for (const std::size_t c : out_.time_columns)
      out_.time_example += (out_.time_example.empty() ? "" : " ") + values_of(c, 1).front();
    if (out_.zone_column && out_.zone.empty() && out_.time.local) take(*out_.zone_column, "", "");
    for (const std::size_t c : out_.time_columns) take(c, "", "");
    count_values();
    find_event();
    find_second();
    find_fields();
    find_by_values();
    return std::move(out_);
  }

 private:
  void take(std::size_t column, std::string_view field, std::string why) {
    out_.taken.push_back({column, field, std::move(why)});
    used_.insert(column);
  }

  std::string names_list() const {
    std::string list;
    for (std::size_t c = 0; c < std::min<std::size_t>(out_.names.size(), 12); ++c)
      list += (list.empty() ? "" : ", ") + shown(out_.names[c]);
    return list;
  }

  Result<void> name() {
    out_.keys = sample_.columns;
    if (sample_.format != Mapping::Format::csv) {
      out_.names = out_.refs = sample_.columns;
      // Brackets choose an element of a list in a mapping, so such a name cannot be written.
      for (std::string& ref : out_.refs)
        if (ref.size() > kMostName || ref.find('[') != std::string::npos) ref.clear();
      return {};
    }
    if (sample_.records.empty()) {
      // One record: data if it has a time, else it names columns of which nothing is known.
      no_header();
      if (!find_time())
        return Error{"its one record is a header or has no time, and there is no other to tell from", sample_.file,
                     "try again when the device has written some"};
      out_.time_columns.clear();
      out_.other_times.clear();
      return {};
    }
    out_.header = sample_.preamble ? Columns::Header::listed : Columns::Header::named;
    std::set<std::string> before;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      std::string name = sample_.first[c];
      while (!name.empty() && name.back() == ' ') name.pop_back();
      while (!name.empty() && name.front() == ' ') name.erase(0, 1);
      const bool usable = !name.empty() && name.size() <= kMostName && is_utf8(name) && name.front() != '#' &&
                          name.find('[') == std::string::npos && !before.contains(name);
      // A second column of the same name is read together with the first, so that it cannot be meant alone.
      out_.refs.push_back(usable ? name : before.contains(name) ? std::string() : out_.keys[c]);
      std::string clean;
      append_utf8(name, clean);
      out_.names.push_back(std::move(clean));
      before.insert(name);
    }
    return {};
  }

  void no_header() {
    if (!sample_.first.empty()) {
      std::vector<Field> record;
      for (std::size_t i = 0; i < std::min(sample_.first.size(), kSampleColumns); ++i) {
        Field field{"#" + std::to_string(i + 1), {}, ValueType::string};
        append_utf8(sample_.first[i], field.value);
        record.push_back(std::move(field));
      }
      sample_.records.insert(sample_.records.begin(), std::move(record));
      sample_.first.clear();
    }
    out_.header = Columns::Header::none;
    out_.names = out_.refs = out_.keys;
  }

  bool first_is_data() const {
    if (sample_.first.empty()) return false;
    std::string text;
    for (const std::size_t c : out_.time_columns) text += (text.empty() ? "" : " ") + sample_.first[c];
    const Result<TimeFormat> format = TimeFormat::parse(out_.time.format, "");
    Zone utc;
    return format && format->read(text, utc, {});
  }

  std::vector<std::string> values_of(std::size_t column, std::size_t most) const {
    std::vector<std::string> out;
    // Spread over all of the sample, in its order.
    const std::size_t step = std::max<std::size_t>(sample_.records.size() / std::max<std::size_t>(most, 1), 1);
    for (std::size_t i = 0; i < sample_.records.size() && out.size() < most; i += out.empty() ? 1 : step)
      if (const std::string& value = out_.value(sample_.records[i], column); !value.empty())
        out.push_back(value.substr(0, 100));
    return out;
  }

  bool find_time() {
    double best = -1;
    std::optional<std::size_t> chosen;
    std::vector<std::pair<std::size_t, TimeGuess>> all;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      if (out_.refs[c].empty()) continue;
      const std::vector<std::string> values = values_of(c, kMostValues);
      std::string_view word;
      const int named = fits(out_.names[c], Role::time, word);
      const std::optional<TimeGuess> guess = guess_time(values, named > 0);
      if (!guess) continue;
      all.emplace_back(c, *guess);
      // Records without a time are refused, so completeness counts most.
      const double filled =
          static_cast<double>(values.size()) / static_cast<double>(std::min(kMostValues, sample_.records.size()));
      const double score = 10 * filled + 3 * guess->order + named + (guess->only_date ? 0 : 5);
      if (score > best) {
        best = score;
        chosen = all.size() - 1;
      }
    }
    if (!chosen) return false;
    out_.time = all[*chosen].second;
    out_.time_columns = {all[*chosen].first};
    for (const auto& [c, guess] : all)
      if (c != out_.time_columns.front() && !guess.only_date) out_.other_times.push_back(c);
    if (out_.time.only_date) add_time_of_day();
    if (out_.time.local && !out_.time.only_date) add_zone();
    return true;
  }

  // An offset in a column of its own is read with the time; the name of one zone is the mapping's.
  void add_zone() {
    const Result<TimeFormat> offset = TimeFormat::parse("%Y-%m-%d %H %z", "");
    Zone utc;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      const std::vector<std::string> values = values_of(c, kMostValues);
      const auto taken = std::find(out_.time_columns.begin(), out_.time_columns.end(), c);
      if (out_.refs[c].empty() || values.empty() || taken != out_.time_columns.end()) continue;
      if (std::all_of(values.begin(), values.end(), [&](const std::string& value) {
            const bool sign = value.front() == '+' || value.front() == '-';
            return sign && value.size() >= 5 && offset->read("2000-01-01 00 " + value, utc, {});
          })) {
        out_.time_columns.push_back(c);
        out_.time.format += " %z";
        out_.time.local = false;
        return;
      }
      std::string_view word;
      if (out_.zone_column || fits(out_.names[c], Role::zone, word) < 3) continue;
      out_.zone_column = c;
      const bool one = std::all_of(values.begin(), values.end(), [&](const auto& v) { return v == values.front(); });
      const bool name = values.front().find('/') != std::string::npos || values.front() == "UTC";
      if (one && name && Zone::find(values.front(), "")) out_.zone = values.front();
    }
  }

  void add_time_of_day() {
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      if (out_.refs[c].empty() || c == out_.time_columns.front()) continue;
      const std::optional<TimeGuess> guess = guess_time_of_day(values_of(c, kMostValues));
      if (!guess) continue;
      out_.time_columns.push_back(c);
      out_.time.format += " " + guess->format;
      out_.time.only_date = false;
      out_.time.local = guess->local;
      out_.time.newest_first = out_.time.newest_first || (out_.time.order == 1 && guess->newest_first);
      return;
    }
  }

  // Sentences made of what other columns say: "Novak unlocked Office 3".
  bool templated(std::size_t column) const {
    constexpr std::size_t kLongEnough = 4, kLooked = 50;
    const std::vector<Field>* const all = sample_.records.data();
    const std::size_t step = std::max<std::size_t>(sample_.records.size() / kLooked, 1);
    std::size_t looked = 0, made = 0;
    for (std::size_t i = 0; i < sample_.records.size(); i += step) {
      const std::string& text = out_.value(all[i], column);
      if (text.empty()) continue;
      ++looked;
      for (std::size_t c = 0; c < out_.keys.size(); ++c) {
        const std::string& part = c == column || distinct_[c].counts.size() < 2 ? std::string() : out_.value(all[i], c);
        if (part.size() < kLongEnough || part.size() >= text.size() || text.find(part) == std::string::npos) continue;
        ++made;
        break;
      }
    }
    return made * 3 > looked;
  }

  void count_values() {
    distinct_.resize(out_.keys.size());
    for (const std::vector<Field>& record : sample_.records)
      for (std::size_t c = 0; c < out_.keys.size(); ++c) {
        const std::string& value = out_.value(record, c);
        if (value.empty()) continue;
        Distinct& d = distinct_[c];
        ++d.filled;
        if (const auto known = d.counts.find(value); known != d.counts.end())
          ++known->second;
        else if (d.counts.size() < kMostDistinct)
          d.counts.emplace(value, 1);
        else
          d.many = true;
      }
  }

  void find_event() {
    double best = 0;
    int best_name = 0;
    double best_known = 0;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      const Distinct& d = distinct_[c];
      if (used_.contains(c) || out_.refs[c].empty() || d.filled == 0) continue;
      std::uint64_t looked = 0, known = 0;
      for (const auto& [value, count] : d.counts) {
        looked += count;
        if (!meaning_of(value).kind.empty()) known += count;
      }
      std::string_view word;
      const int named = fits(out_.names[c], Role::event, word);
      const double share = static_cast<double>(known) / static_cast<double>(looked);
      const double filled = static_cast<double>(d.filled) / static_cast<double>(sample_.records.size());
      const bool varied = d.many || d.counts.size() * 2 > d.filled + 20 || (d.counts.size() > 8 && templated(c));
      if (varied && share < 0.5) continue;
      if (known == 0 && named < 3) continue;
      const double score = (10 * share + 2 * named) * filled - (varied ? 3 : 0);
      if (score <= best) continue;
      best = score;
      best_name = named;
      best_known = share;
      out_.event = c;
      out_.by_words = varied;
    }
    if (!out_.event) return find_flag();
    const Distinct& d = distinct_[*out_.event];
    out_.event_why = std::to_string(static_cast<int>(best_known * 100)) + " % of its values have words that are known" +
                     (best_name > 0 ? ", and its name fits" : "") + "; " + (d.many ? "more than " : "") +
                     counted(d.counts.size(), "different value", "different values") +
                     (out_.by_words ? ", too many for a row each, so that rows look for words" : "");
    take(*out_.event, "", "");
  }

  // Where nothing says what happened, whether somebody was let in may stand there.
  void find_flag() {
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      const Distinct& d = distinct_[c];
      std::string_view word;
      if (used_.contains(c) || out_.refs[c].empty() || d.filled == 0 || fits(out_.names[c], Role::granted, word) < 2 ||
          !std::all_of(d.counts.begin(), d.counts.end(),
                       [](const auto& one) { return !meaning_of_flag(one.first).kind.empty(); }))
        continue;
      out_.event = c;
      out_.flag = true;
      out_.event_why = "its name says '" + std::string(word) + "', and its values yes or no";
      return take(c, "", "");
    }
  }

  // The column by which refusals have reasons, or by which an event's word becomes known at all (Access + Granted).
  void find_second() {
    if (!out_.event || out_.by_words || out_.flag) return;
    std::uint64_t best = 0;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      const Distinct& d = distinct_[c];
      if (used_.contains(c) || out_.refs[c].empty() || d.filled == 0 || names_somebody(c)) continue;
      const bool varied = d.many || (d.counts.size() > 8 && templated(c));
      // What stands in every record says nothing of this one.
      if (d.counts.size() == 1 && d.filled == sample_.records.size() && d.filled > 1) continue;
      std::map<std::pair<std::string, std::string>, bool> known;
      std::uint64_t better = 0;
      for (const std::vector<Field>& record : sample_.records) {
        const std::string &event = out_.value(record, *out_.event), &second = out_.value(record, c);
        if (event.empty() || second.empty() || (known.size() > 2000 && !known.contains({event, second}))) continue;
        const auto [at, fresh] = known.emplace(std::pair(event, second), false);
        if (fresh) {
          const Meaning alone = meaning_of(event);
          at->second = alone.kind.empty()
                           ? !meaning_of(varied ? second : event + " " + second).kind.empty()
                           : alone.kind == "access.denied" && alone.reason.empty() && !refusal_of(second).empty();
        }
        if (at->second) ++better;
      }
      if (better <= best) continue;
      best = better;
      out_.second = c;
      out_.second_by_words = varied;
    }
    if (out_.second) take(*out_.second, "", "");
  }

  // The names of people, doors and sites hold words that mean something elsewhere.
  bool names_somebody(std::size_t column) const {
    std::string_view word;
    if (fits(out_.names[column], Role::detail, word) > 0 || fits(out_.names[column], Role::event, word) > 0)
      return false;
    return std::any_of(kFields.begin(), kFields.end(), [&](const FieldRole& one) {
      return one.role != Role::message && fits(out_.names[column], one.role, word) > 1;
    });
  }

  void find_fields() {
    struct Fit {
      int score = 0;
      std::size_t column = 0, role = 0;
      std::string_view word;
    };
    std::vector<Fit> all;
    for (std::size_t c = 0; c < out_.keys.size(); ++c) {
      if (used_.contains(c) || out_.refs[c].empty() || distinct_[c].filled == 0) continue;
      for (std::size_t r = 0; r < kFields.size(); ++r) {
        Fit fit{0, c, r, {}};
        fit.score = fits(out_.names[c], kFields[r].role, fit.word);
        // What some call an object or just a name is a door.
        const bool either = kFields[r].role == Role::object || kFields[r].role == Role::person;
        if (either && fit.score > 0 && mostly(c, names_a_door)) continue;
        if (fit.score > 0) all.push_back(fit);
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const Fit& a, const Fit& b) {
      return a.score != b.score ? a.score > b.score : a.role < b.role;
    });
    std::set<std::size_t> roles;
    for (const Fit& fit : all) {
      if (used_.contains(fit.column) || !roles.insert(fit.role).second) continue;
      take(fit.column, kFields[fit.role].field,
           "its name says '" + std::string(fit.word) + "'; for example " +
               shown(distinct_[fit.column].counts.begin()->first));
    }
  }

  bool mostly(std::size_t column, bool (*is)(std::string_view)) const {
    std::uint64_t looked = 0, found = 0;
    for (const auto& [value, count] : distinct_[column].counts) {
      looked += count;
      if (is(value)) found += count;
    }
    return found * 2 >= looked;
  }

  // What names do not say, values may.
  void find_by_values() {
    const auto have = [&](std::string_view field) {
      return std::any_of(out_.taken.begin(), out_.taken.end(), [&](const Taken& t) { return t.field == field; });
    };
    const auto find = [&](std::string_view field, bool (*is)(std::string_view), const char* what) {
      for (std::size_t c = 0; c < out_.keys.size(); ++c) {
        if (used_.contains(c) || out_.refs[c].empty() || distinct_[c].filled == 0 || !mostly(c, is)) continue;
        return take(c, field,
                    std::string("most of its values are words for ") + what + ", such as " +
                        shown(distinct_[c].counts.begin()->first));
      }
    };
    if (!have("reader.id")) find("reader.id", names_a_reader, "readers");
    if (!have("door.id") && !have("camera.id")) find("door.id", names_a_door, "doors");
  }

  Sample& sample_;
  Columns out_;
  std::vector<Distinct> distinct_;
  std::set<std::size_t> used_;
};

}  // namespace

const std::string& Columns::value(const std::vector<Field>& record, std::size_t column) const {
  static const std::string kNone;
  // CSV has its columns where they stand.
  if (column < record.size() && record[column].name == keys[column]) return record[column].value;
  for (const Field& field : record)
    if (field.name == keys[column] && !field.value.empty()) return field.value;
  return kNone;
}

Meaning Columns::meaning(std::string_view value) const { return flag ? meaning_of_flag(value) : meaning_of(value); }

Result<Columns> find_columns(Sample& sample) { return Finder(sample).find(); }

}  // namespace wf::kit
