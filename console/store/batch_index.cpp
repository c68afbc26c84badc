#include "console/store/batch_index.hpp"

#include <algorithm>

#include "console/store/schema.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"

namespace wf::store {
namespace {

constexpr std::size_t kMostIds = 65'536;

}  // namespace

std::string term_of(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Result<void> BatchIndex::prepare(const Database& reader, const Database& writer) {
  const Result<std::int64_t> indexed = writer.integer("SELECT value FROM meta WHERE key = 'indexed'");
  if (!indexed) return indexed.error();
  indexed_ = reached_ = *indexed;
  const std::pair<std::pair<Statement*, const Database*>, const char*> all[] = {
      {{&records_, &reader},
       "SELECT position, kind, min_time, max_time, payload, (SELECT name FROM agents WHERE id = agent) FROM log "
       "WHERE position > ?1 ORDER BY position LIMIT ?2"},
      {{&find_term_, &writer}, "SELECT id FROM terms WHERE what = ?1 AND text = ?2"},
      {{&insert_term_, &writer}, "INSERT INTO terms(what, text) VALUES(?1, ?2) RETURNING id"},
      {{&insert_posting_, &writer},
       "INSERT OR REPLACE INTO postings(term, long, max_time, position, min_time) VALUES(?1, ?2, ?3, ?4, ?5)"},
      {{&set_indexed_, &writer}, "UPDATE meta SET value = ?1 WHERE key = 'indexed'"},
  };
  for (const auto& [to, sql] : all) {
    Result<Statement> made = to.second->prepare(sql);
    if (!made) return made.error();
    *to.first = std::move(*made);
  }
  return {};
}

void BatchIndex::add(std::int64_t position, std::int64_t min_time, std::int64_t max_time, TermKind what,
                     std::vector<std::string> names) {
  bool many = names.size() > kMostTermsOfBatch;
  if (many) names.clear();
  for (std::string& name : names) {
    if (name.size() > kLongestTerm) {
      many = true;
      continue;
    }
    gathered_.push_back({{static_cast<std::uint8_t>(what), term_of(name)},
                         max_time - min_time > kShortSpan,
                         max_time,
                         position,
                         min_time});
  }
  if (many)
    gathered_.push_back(
        {{static_cast<std::uint8_t>(what), kManyTerm}, max_time - min_time > kShortSpan, max_time, position, min_time});
}

void BatchIndex::add(Fresh fresh) {
  if (!fresh.names) return;
  add(fresh.position, fresh.min_time, fresh.max_time, TermKind::source, std::move(fresh.names->sources));
  add(fresh.position, fresh.min_time, fresh.max_time, TermKind::kind, std::move(fresh.names->kinds));
  add(fresh.position, fresh.min_time, fresh.max_time, TermKind::agent, {std::move(fresh.agent)});
}

void BatchIndex::note(std::int64_t position, const Record& record) {
  Fresh fresh{position, record.min_time, record.max_time, record.origin.agent, std::nullopt};
  if (record.kind == RecordKind::batch)
    if (Result<BatchNames> names = names_in_batch(record.payload)) fresh.names = std::move(*names);
  const std::lock_guard hold(fresh_mutex_);
  // Behind by so much, or after a hole, the log has to be read anyway.
  if (fresh_.size() >= kMostFresh || (!fresh_.empty() && fresh_.back().position + 1 != position)) fresh_.clear();
  fresh_.push_back(std::move(fresh));
}

bool BatchIndex::gather_fresh(std::int64_t most) {
  const std::lock_guard hold(fresh_mutex_);
  while (!fresh_.empty() && fresh_.front().position <= indexed_) fresh_.pop_front();
  if (fresh_.empty() || fresh_.front().position != indexed_ + 1) return false;
  // Should they not be committed, they are read from the log.
  for (; most > 0 && !fresh_.empty(); --most) {
    reached_ = fresh_.front().position;
    add(std::move(fresh_.front()));
    fresh_.pop_front();
  }
  return true;
}

Result<bool> BatchIndex::gather(std::int64_t most) {
  if (gather_fresh(most)) return true;
  const Resetter reset(records_);
  records_.bind(1, indexed_).bind(2, most);
  while (true) {
    Result<bool> row = records_.step();
    if (!row) return row.error();
    if (!*row) break;
    reached_ = records_.integer(0);
    if (records_.integer(1) != static_cast<int>(RecordKind::batch)) continue;
    Fresh read{reached_, records_.integer(2), records_.integer(3), std::string(records_.bytes(5)), std::nullopt};
    if (Result<BatchNames> names = names_in_batch(records_.bytes(4))) read.names = std::move(*names);
    add(std::move(read));
  }
  return reached_ > indexed_;
}

Result<std::int64_t> BatchIndex::id_of(const std::pair<std::uint8_t, std::string>& term) {
  if (const auto known = ids_.find(term); known != ids_.end()) return known->second;
  for (Statement* statement : {&find_term_, &insert_term_}) {
    const Resetter reset(*statement);
    Result<bool> row = statement->bind(1, term.first).bind_text(2, term.second).step();
    if (!row) return row.error();
    if (!*row) continue;
    const std::int64_t id = statement->integer(0);
    if (ids_.size() >= kMostIds) ids_.clear();
    ids_.emplace(term, id);
    return id;
  }
  return Error{"a term of the search's index cannot be made", "", "run `watchfloor verify`"};
}

Result<void> BatchIndex::write() {
  for (const Posting& posting : gathered_) {
    Result<std::int64_t> id = id_of(posting.term);
    if (!id) return id.error();
    insert_posting_.bind(1, *id).bind(2, posting.long_batch ? 1 : 0).bind(3, posting.max_time);
    if (Result<void> put = insert_posting_.bind(4, posting.position).bind(5, posting.min_time).run(); !put) return put;
  }
  return set_indexed_.bind(1, reached_).run();
}

void BatchIndex::done(bool committed) {
  gathered_.clear();
  if (committed) {
    indexed_ = reached_;
    return;
  }
  reached_ = indexed_;
  ids_.clear();  // some were made in the transaction that was not
}

}  // namespace wf::store
