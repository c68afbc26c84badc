#include "agents/audit/audit_join.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace wf::audit {
namespace {

constexpr std::string_view kVersion = "a1 ";

// Types of which an event has one record and no other (libaudit.h: 1100 to 1199, 1200 to 1299, 2100 and above).
constexpr std::array<std::string_view, 24> kAloneFronts{
    "USER",    "CRED_",  "ADD_",      "DEL_",   "GRP_",    "SERVICE_", "SYSTEM_",     "DAEMON_",
    "CRYPTO_", "ROLE_",  "ACCT_",     "CHGRP_", "CHUSER_", "DEV_",     "TEST",        "TRUSTED_",
    "USYS_",   "LABEL_", "SOFTWARE_", "VIRT_",  "RESP_",   "GROUP_",   "ANOM_LOGIN_", "ANOM_ROOT_"};

bool stands_alone(std::string_view type) {
  return std::any_of(kAloneFronts.begin(), kAloneFronts.end(),
                     [&](std::string_view front) { return type.starts_with(front); });
}

std::uint64_t hash_of(std::string_view text) {
  if (text.empty()) return 0;
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x0000'0100'0000'01b3U;
  return hash | 1U;
}

/// How many files a call names; 0 where it cannot be believed.
std::uint64_t items_of(const AuditRecord& syscall) {
  for (const Field& f : syscall.fields) {
    std::uint64_t items = 0;
    if (f.name != "items") continue;
    const auto [end, error] = std::from_chars(f.value.data(), f.value.data() + f.value.size(), items);
    return error == std::errc{} && items <= 64 ? items : 0;
  }
  return 0;
}

}  // namespace

AuditJoin::Key AuditJoin::key_of(const AuditId& id) { return {id.time, id.serial, hash_of(id.node)}; }

void AuditJoin::finish(std::size_t index, std::vector<AuditEvent>& out) {
  const auto at = pending_.begin() + static_cast<std::ptrdiff_t>(index);
  bytes_ -= at->bytes;
  // While an older one is read again after a restart, this one comes by again.
  const std::uint64_t last = number_;
  const Key key = at->key;
  out.push_back(std::move(at->event));
  pending_.erase(at);
  if (pending_.empty()) {
    done_.clear();
    return;
  }
  const std::uint64_t oldest = pending_.front().first;
  std::erase_if(done_, [&](const Done& d) { return d.last < oldest; });
  if (last > oldest) done_.push_back({key, last});
}

void AuditJoin::take(AuditRecord&& record, std::size_t size, const std::string& before, std::int64_t mono,
                     std::vector<AuditEvent>& out) {
  ++number_;
  const Key key = key_of(record.id);
  const bool skipped = std::find(skip_.begin(), skip_.end(), key) != skip_.end();
  // What is old by the log's own time first, so that a serial that is used again begins a new event.
  for (std::size_t i = 0; i < pending_.size();) {
    const Pending& p = pending_[i];
    const bool same = p.key == key;
    const std::int64_t patience = p.paths < p.items ? kAuditPathPatience : kAuditPatience;
    if (number_ - p.first >= kAuditSpan || (!same && record.id.time - p.key.time >= patience))
      finish(i, out);
    else
      ++i;
  }
  if (number_ > 2 * kAuditSpan) skip_.clear();
  if (skipped) return;
  auto it = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.key == key; });
  // ausearch writes an event's records with PROCTITLE first and SYSCALL last.
  const bool ends = record.type == "EOE" || (record.type == "PROCTITLE" && it != pending_.end());
  const bool alone = it == pending_.end() && stands_alone(record.type);
  if (it == pending_.end()) {
    if (record.type == "EOE") return;  // the end of what was complete already
    Pending fresh;
    fresh.key = key;
    fresh.event.id = record.id;
    fresh.before = before;
    fresh.first = number_;
    it = pending_.insert(pending_.end(), std::move(fresh));
  }
  it->touched = mono;
  if (record.type == "PATH") ++it->paths;
  if (record.type == "SYSCALL") it->items = items_of(record);
  if (it->bytes + size > kAuditEventBytes) {
    ++it->event.left_out;
  } else if (record.type != "EOE") {
    it->bytes += size;
    bytes_ += size;
    it->event.records.push_back(std::move(record));
  }
  if (ends || alone) finish(static_cast<std::size_t>(it - pending_.begin()), out);
  while (pending_.size() > kAuditPending || bytes_ > kAuditPendingBytes) finish(0, out);
}

void AuditJoin::flush_older(std::int64_t mono, bool end, std::vector<AuditEvent>& out) {
  for (std::size_t i = 0; i < pending_.size();) {
    if (end || mono - pending_[i].touched >= kAuditPatience)
      finish(i, out);
    else
      ++i;
  }
}

std::int64_t AuditJoin::next_wake() const {
  std::int64_t wake = std::numeric_limits<std::int64_t>::max();
  for (const Pending& p : pending_) wake = std::min(wake, p.touched + kAuditPatience);
  return wake;
}

// "a1 TIME:SERIAL:NODE,… WHERE": the events that were handed over although WHERE stands before them.
std::string AuditJoin::position(const std::string& here) const {
  std::string out(kVersion);
  const char* comma = "";
  const auto name = [&](const Key& key) {
    out.append(std::exchange(comma, ",")).append(std::to_string(key.time / kMillisecond));
    out.append(":").append(std::to_string(key.serial)).append(":").append(std::to_string(key.node));
  };
  for (const Key& key : skip_) name(key);
  if (!pending_.empty())
    for (const Done& d : done_) name(d.key);
  return out + ' ' + (pending_.empty() ? here : pending_.front().before);
}

bool AuditJoin::resume(std::string_view position, std::string& where) {
  where.clear();
  skip_.clear();
  if (position.empty()) return true;
  if (!position.starts_with(kVersion)) return false;
  position.remove_prefix(kVersion.size());
  std::string_view list = position.substr(0, position.find(' '));
  if (list.size() == position.size()) return false;
  where = position.substr(list.size() + 1);
  while (!list.empty() && skip_.size() < 3 * kAuditSpan) {
    Key key;
    std::int64_t milliseconds = 0;
    const auto number = [&](auto& out, char behind) {
      const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), out);
      if (error != std::errc{}) return false;
      list.remove_prefix(static_cast<std::size_t>(end - list.data()));
      if (list.empty()) return behind == ',';
      if (list.front() != behind) return false;
      list.remove_prefix(1);
      return true;
    };
    if (!number(milliseconds, ':') || !number(key.serial, ':') || !number(key.node, ',') || milliseconds < 0 ||
        milliseconds > std::numeric_limits<std::int64_t>::max() / kMillisecond) {
      skip_.clear();
      where.clear();
      return false;
    }
    key.time = milliseconds * kMillisecond;
    skip_.push_back(key);
  }
  return true;
}

}  // namespace wf::audit
