#include "console/engine/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "console/engine/attachment_answer.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "proto/event_json.hpp"

namespace wf::engine {
namespace {

/// Rows of the database read for one page when most of them do not match.
constexpr std::size_t kRowsAtOnce = 1000;

enum class Relation { equal, unequal, contains };

struct Term {
  std::string field;
  Relation relation = Relation::equal;
  std::string value;  ///< lower case
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<std::vector<Term>> parse(std::string_view where) {
  std::vector<Term> out;
  where = trimmed(where);
  while (!where.empty()) {
    const std::size_t end = where.find(" and ");
    std::string_view text = trimmed(where.substr(0, end));
    where = end == std::string_view::npos ? std::string_view{} : trimmed(where.substr(end + 5));
    const std::size_t at = text.find_first_of("=~");
    Term term;
    if (at == std::string_view::npos || at == 0)
      return Error{fmt::format("'{}' is not a term", text), "where", "write field=value, field!=value or field~value"};
    std::string_view field = text.substr(0, at);
    if (text[at] == '~') {
      term.relation = Relation::contains;
    } else if (field.back() == '!') {
      term.relation = Relation::unequal;
      field.remove_suffix(1);
    }
    term.field = trimmed(field);
    std::string_view value = trimmed(text.substr(at + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    term.value = lower(value);
    if (term.field.empty())
      return Error{fmt::format("'{}' names no field", text), "where",
                   "write field=value, for example kind=door.forced"};
    out.push_back(std::move(term));
  }
  return out;
}

bool holds(const Term& term, std::string_view value) {
  const std::string text = lower(value);
  return term.relation == Relation::contains ? text.find(term.value) != std::string::npos : text == term.value;
}

/// A term over values of one name: one that is equal (or contains) is enough; unequal wants none that is equal.
template <class EachValue>
bool matches(const Term& term, const EachValue& each_value) {
  const bool wanted = term.relation != Relation::unequal;
  bool found = false;
  each_value(term.field, [&](std::string_view value) { found |= holds(term, value); });
  return found == wanted;
}

template <class Each>
void values_of(const Event& event, const std::string& name, const Each& each) {
  if (name == "id") return each(event.id);
  if (name == "agent") return each(event.agent);
  if (name == "source") return each(event.source);
  if (name == "kind") return each(event.kind);
  if (name == "severity") return each(std::to_string(event.severity));
  if (name == "logsource.product") return each(event.logsource.product);
  if (name == "logsource.service") return each(event.logsource.service);
  if (name == "logsource.category") return each(event.logsource.category);
  for (const Field& field : event.fields)
    if (field.name == name) each(field.value);
}

/// Values under a dotted name; arrays are looked into.
template <class Each>
void values_of(const nlohmann::json& json, std::string_view name, const Each& each) {
  if (json.is_array()) {
    for (const auto& item : json) values_of(item, name, each);
    return;
  }
  if (name.empty()) {
    if (json.is_string())
      each(json.get_ref<const std::string&>());
    else if (!json.is_object())
      each(json.dump());
    return;
  }
  if (!json.is_object()) return;
  // A member may have dots in its own name: the longest match first.
  for (std::size_t end = name.size(); end != std::string_view::npos && end > 0; end = name.rfind('.', end - 1)) {
    const auto member = json.find(std::string(name.substr(0, end)));
    if (member != json.end()) return values_of(*member, name.substr(std::min(end + 1, name.size())), each);
    if (end == 0) break;
  }
}

bool matches_all(const std::vector<Term>& terms, const Event& event) {
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    return matches(term, [&](const std::string& name, const auto& each) { values_of(event, name, each); });
  });
}

bool matches_all(const std::vector<Term>& terms, const std::string& line) {
  if (terms.empty()) return true;
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    return matches(term, [&](const std::string& name, const auto& each) { values_of(json, name, each); });
  });
}

std::string line_of(const store::AuditLine& line) {
  nlohmann::ordered_json json;
  json["v"] = 1;
  json["number"] = line.number;
  json["time"] = format_rfc3339(line.time);
  json["actor"] = line.actor;
  json["action"] = line.action;
  json["subject"] = line.subject;
  const nlohmann::json detail = nlohmann::json::parse(line.detail, nullptr, false);
  if (detail.is_object())
    json["detail"] = detail;
  else
    json["detail"] = line.detail;
  json["hash"] = line.hash;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

class Answer {
 public:
  Answer(const store::Reader& reader, const Query& query, std::vector<Term> terms, const std::atomic<bool>& cancelled)
      : reader_(reader), query_(query), terms_(std::move(terms)), cancelled_(cancelled) {
    if (query_.until == 0) query_.until = std::numeric_limits<UtcNs>::max();
  }

  QueryPage page() {
    Result<void> done;
    switch (query_.what) {
      case Query::What::events:
        done = events();
        break;
      case Query::What::alerts:
        done = rows([&](UtcNs until, std::size_t n) { return reader_.alerts(query_.since, until, n); },
                    [](const store::StoredAlert& alert) { return std::pair(alert.time, alert.json); });
        break;
      case Query::What::incidents:
        // The newest revision in the span: asked for at once, since a smaller span would show an older one.
        done = incidents();
        break;
      case Query::What::audit:
        done = rows([&](UtcNs until, std::size_t n) { return reader_.audit(query_.since, until, n); },
                    [](const store::AuditLine& line) { return std::pair(line.time, line_of(line)); });
        break;
      case Query::What::rules:
      case Query::What::rule:
      case Query::What::check:
      case Query::What::trial:
      case Query::What::trial_state:
      case Query::What::trial_stop:
        done = Error{"the rules are no part of what is stored", "query", "ask a running engine for them"};
        break;
      case Query::What::attachment:
        break;  // answered before
    }
    if (!done) page_.error = done.error().text();
    return std::move(page_);
  }

 private:
  /// Adds a line unless the page is full. False: the page is full, or nobody wants it any more.
  bool add(std::string line) {
    if (page_.lines.size() >= query_.limit) {
      page_.more = true;
      return false;
    }
    page_.lines.push_back(std::move(line));
    return !cancelled_;
  }

  /// Which batches can have a match: a term that must be equal names its source, kind or agent.
  [[nodiscard]] store::BatchFilter filter() const {
    store::BatchFilter out;
    for (const Term& term : terms_) {
      if (term.relation != Relation::equal) continue;
      if (term.field == "source") out.source = term.value;
      if (term.field == "kind") out.kind = term.value;
      if (term.field == "agent") out.agent = term.value;
    }
    return out;
  }

  Result<void> events() {
    std::vector<std::pair<UtcNs, std::string>> found;
    const Result<void> read = reader_.read_batches(
        query_.since, query_.until,
        [&](const store::Record& record) {
          const Result<std::vector<Event>> events = decode_batch(record.payload, record.origin);
          if (!events) return !cancelled_.load();  // counted where batches are taken
          for (auto event = events->rbegin(); event != events->rend(); ++event) {
            if (event->time < query_.since || event->time > query_.until || !matches_all(terms_, *event)) continue;
            if (found.size() >= query_.limit) {
              page_.more = true;
              return false;
            }
            std::string line;
            append_json_line(*event, line);
            found.emplace_back(event->time, std::move(line));
          }
          return !cancelled_.load();
        },
        filter());
    // Batches come newest first; late ones lie among them.
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& [time, line] : found) page_.lines.push_back(std::move(line));
    return read;
  }

  Result<void> incidents() {
    const std::size_t n = terms_.empty() && query_.limit < std::numeric_limits<std::size_t>::max()
                              ? query_.limit + 1
                              : std::numeric_limits<std::size_t>::max();
    Result<std::vector<store::StoredIncident>> found = reader_.incidents(query_.since, query_.until, n);
    if (!found) return found.error();
    for (store::StoredIncident& incident : *found)
      if (matches_all(terms_, incident.json) && !add(std::move(incident.json))) break;
    return {};
  }

  /// Reads rows, newest first, in larger and larger pieces until the page is full. `line` gives time and text.
  template <class Read, class Line>
  Result<void> rows(const Read& read, const Line& line) {
    for (std::size_t n = std::max(kRowsAtOnce, query_.limit + 1), seen = 0; !cancelled_; n *= 8) {
      const auto found = read(query_.until, n);
      if (!found) return found.error();
      for (; seen < found->size(); ++seen) {
        auto [time, text] = line((*found)[seen]);
        if (matches_all(terms_, text) && !add(std::move(text))) return {};
      }
      if (found->size() < n) return {};
    }
    return {};
  }

  const store::Reader& reader_;
  Query query_;
  const std::vector<Term> terms_;
  const std::atomic<bool>& cancelled_;
  QueryPage page_;
};

}  // namespace

QueryPage run_query(const std::filesystem::path& data, const Query& query, const std::atomic<bool>& cancelled) {
  if (query.what == Query::What::attachment) return answer_attachment(data, query);
  QueryPage failed;
  Result<std::vector<Term>> terms = parse(query.where);
  if (!terms) {
    failed.error = terms.error().text();
    return failed;
  }
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(data);
  if (!reader) {
    failed.error = reader.error().text();
    return failed;
  }
  return Answer(**reader, query, std::move(*terms), cancelled).page();
}

}  // namespace wf::engine
