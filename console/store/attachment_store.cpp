#include "console/store/attachment_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "console/store/data_directory.hpp"
#include "proto/attachment.hpp"

namespace wf::store {
namespace {

namespace fs = std::filesystem;

/// A sync now and then keeps the last one short, which events' own syncs would wait behind.
constexpr std::uint64_t kSyncEvery = 1U << 20U;

UtcNs changed_at(const struct stat& info) { return info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec; }

bool safe_name(std::string_view agent) {
  return !agent.empty() && agent.size() <= 64 && std::all_of(agent.begin(), agent.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string mib(std::uint64_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1U << 20U)); }

/// Directories and regular files of a folder, without links.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> out;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    if (!it->is_symlink(failed)) out.push_back(*it);
  return out;
}

}  // namespace

AttachmentDisk real_attachment_disk() {
  return {[](int fd, const char* bytes, std::size_t size, off_t at) { return ::pwrite(fd, bytes, size, at); },
          [](int fd) { return ::fdatasync(fd); },
          [](const fs::path& path) {
            struct statvfs info {};
            if (::statvfs(path.c_str(), &info) != 0) return std::numeric_limits<std::uint64_t>::max();
            return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
          }};
}

Result<std::unique_ptr<AttachmentStore>> AttachmentStore::open(const fs::path& data, AttachmentLimits limits,
                                                               AttachmentDisk disk) {
  const fs::path folder = data / kAttachmentsFolder;
  if (Result<void> made = make_private_directory(folder / kPartialFolder); !made) return made.error();
  std::unique_ptr<AttachmentStore> out(new AttachmentStore(data, limits, std::move(disk)));
  AttachmentList list;
  Result<AttachmentIndex> index = AttachmentIndex::open(data, list);
  if (!index) return index.error();
  out->index_.emplace(std::move(*index));
  for (StoredAttachment& known : list.stored) {
    struct stat info {};
    const bool there = ::lstat(attachment_file(data, known.hash).c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                       static_cast<std::uint64_t>(info.st_size) == known.bytes;
    if (there)
      out->enter(std::move(known));
    else
      (void)out->index_->remove(known.hash, kLost);  // or a crash came before its file had its name
  }
  if (Result<void> scanned = out->scan(); !scanned) return scanned.error();
  out->removed_ = std::move(list.removed);
  return out;
}

Result<void> AttachmentStore::scan() {
  const fs::path folder = data_ / kAttachmentsFolder;
  for (const fs::directory_entry& agent : entries_of(folder / kPartialFolder))
    for (const fs::directory_entry& file : entries_of(agent.path())) {
      const Key key{agent.path().filename(), file.path().filename()};
      struct stat info {};
      if (!safe_name(key.first) || !valid_attachment_hash(key.second) || ::lstat(file.path().c_str(), &info) != 0 ||
          !S_ISREG(info.st_mode))
        continue;
      Partial& partial = partials_[key];
      partial.have = static_cast<std::uint64_t>(info.st_size);
      partial.resumed = true;
      partial.used = changed_at(info);
    }
  // What the index does not know: its end was torn, or somebody brought files here. They keep their place.
  for (const fs::directory_entry& part : entries_of(folder)) {
    if (part.path().filename().string().size() != 2) continue;
    for (const fs::directory_entry& file : entries_of(part.path())) {
      const std::string hash = file.path().filename();
      struct stat info {};
      if (!valid_attachment_hash(hash) || stored_.contains(hash) || attachment_file(data_, hash) != file.path() ||
          ::lstat(file.path().c_str(), &info) != 0 || !S_ISREG(info.st_mode))
        continue;
      std::string first;
      (void)read_through(file.path(), [&](std::string_view piece) -> Result<void> {
        first = piece.substr(0, kMagicBytes);
        return Error{};  // that is enough
      });
      StoredAttachment found{hash, "-", std::string(media_type_of(first)), static_cast<std::uint64_t>(info.st_size),
                             changed_at(info)};
      if (found.media_type.empty()) continue;
      if (Result<void> added = index_->add(found); !added) return added;
      enter(std::move(found));
    }
  }
  return {};
}

void AttachmentStore::enter(StoredAttachment attachment) {
  Share& share = shares_[attachment.agent];
  share.bytes += attachment.bytes;
  share.by_age.emplace(attachment.received, attachment.hash);
  bytes_ += attachment.bytes;
  const std::string hash = attachment.hash;
  stored_.insert_or_assign(hash, std::move(attachment));
}

fs::path AttachmentStore::partial_file(const Key& key) const {
  return data_ / kAttachmentsFolder / kPartialFolder / key.first / key.second;
}

void AttachmentStore::discard(const Key& key) {
  ::unlink(partial_file(key).c_str());
  partials_.erase(key);
}

std::string AttachmentStore::unwanted(const AttachmentPiece& piece) const {
  if (!safe_name(piece.agent) || !valid_attachment_hash(piece.hash)) return "it has no name";
  if (piece.total == 0 || piece.bytes.empty() || piece.offset > piece.total ||
      piece.bytes.size() > piece.total - piece.offset)
    return "a piece lies outside of its attachment";
  const std::uint64_t most = std::min({limits_.each, limits_.per_agent, limits_.total});
  if (piece.total > most)
    return fmt::format("it has {} bytes, and this engine takes {} at most", piece.total, mib(most));
  return {};
}

PieceTaken AttachmentStore::take(const AttachmentPiece& piece, UtcNs now) {
  PieceTaken out;
  const auto refuse = [&](std::string why) {
    out.reason = std::move(why);
    remember_refused(piece.hash, now, out.reason);
    out.fact = fmt::format("{}: an attachment was refused: {}", piece.agent, out.reason);
  };
  if (std::string why = unwanted(piece); !why.empty()) {
    refuse(std::move(why));
    return out;
  }
  if (const auto known = stored_.find(piece.hash); known != stored_.end()) {
    if (known->second.bytes != piece.total)
      refuse("its name belongs to a content of another length");
    else
      out.stored = piece.total;
    return out;
  }
  const Key key{piece.agent, piece.hash};
  Result<Partial*> found = partial_of(piece, now, out);
  if (!found) {
    out.problem = found.error().text();
    return out;
  }
  Partial& partial = **found;
  if (piece.total != partial.total) {
    discard(key);
    refuse("its length changed while it was sent");
    return out;
  }
  if (piece.offset <= partial.have && piece.offset + piece.bytes.size() > partial.have) {
    const std::string_view type = partial.have == 0 ? media_type_of(piece.bytes) : std::string_view(piece.media_type);
    if (type.empty() || type != piece.media_type) {
      discard(key);
      refuse("it is no JPEG, PNG or MP4, or not the one that it is called");
      return out;
    }
    if (Result<void> written = write(piece, partial); !written) {
      out.problem = written.error().text();
      if (partial.have == 0) discard(key);
      const auto still = partials_.find(key);
      out.stored = still != partials_.end() ? still->second.have : 0;
      return out;
    }
  }
  out.stored = partial.have;
  if (partial.have == partial.total) complete(piece, partial, now, out);
  return out;
}

Result<AttachmentStore::Partial*> AttachmentStore::partial_of(const AttachmentPiece& piece, UtcNs now,
                                                              PieceTaken& out) {
  const Key key{piece.agent, piece.hash};
  if (const auto known = partials_.find(key); known != partials_.end()) {
    Partial& partial = known->second;
    partial.used = now;
    if (partial.total == 0) partial.total = piece.total;  // of an earlier start
    if (partial.hash) return &partial;
    ContentHash hash;
    const Result<void> read = read_through(partial_file(key), [&](std::string_view bytes) -> Result<void> {
      hash.add(bytes);
      return {};
    });
    if (read && partial.have <= piece.total) {
      partial.hash = hash;
      return &partial;
    }
    discard(key);
  }
  // Room among those that are not whole: what is old goes, then what this agent left longest, then what anybody did.
  std::vector<Key> old;
  for (const auto& [other, partial] : partials_)
    if (now - partial.used > kPartialLasts) old.push_back(other);
  for (const Key& one : old) discard(one);
  const auto longest_left = [&](bool own) {
    auto found = partials_.end();
    for (auto it = partials_.begin(); it != partials_.end(); ++it)
      if ((!own || it->first.first == piece.agent) &&
          (found == partials_.end() || it->second.used < found->second.used))
        found = it;
    return found;
  };
  const auto own = std::count_if(partials_.begin(), partials_.end(),
                                 [&](const auto& one) { return one.first.first == piece.agent; });
  if (static_cast<std::size_t>(own) >= kMostPartials) {
    out.fact = fmt::format("{}: begins more attachments than it ends; the one that it left longest was thrown away",
                           piece.agent);
    discard(Key(longest_left(true)->first));
  } else if (partials_.size() >= kMostPartialsOfAll) {
    discard(Key(longest_left(false)->first));
  }
  if (Result<void> made = make_private_directory(partial_file(key).parent_path()); !made) return made.error();
  Partial& fresh = partials_[key];
  fresh.total = piece.total;
  fresh.hash.emplace();
  fresh.used = now;
  return &fresh;
}

Result<void> AttachmentStore::write(const AttachmentPiece& piece, Partial& partial) {
  const fs::path file = partial_file({piece.agent, piece.hash});
  std::string_view fresh = piece.bytes.substr(partial.have - piece.offset);
  if (disk_.free_bytes(data_) < kKeepFree + fresh.size())
    return Error{fmt::format("attachments wait: less than {} MiB are free", kKeepFree >> 20U), data_.string(),
                 "free space on that disk"};
  const int truncate = partial.have == 0 ? O_TRUNC : 0;
  const Descriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | truncate, 0600)};
  if (out.number < 0) return file_error(file, "write it", errno);
  std::uint64_t at = partial.have;
  for (std::string_view left = fresh; !left.empty();) {
    const ssize_t n = disk_.write(out.number, left.data(), left.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int reason = n < 0 ? errno : ENOSPC;
      // What is beyond `have` is not hashed and must not be taken for stored at the next start.
      if (::ftruncate(out.number, static_cast<off_t>(partial.have)) != 0) partial.have = 0;
      return file_error(file, "write it", reason);
    }
    at += static_cast<std::uint64_t>(n);
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  partial.hash->add(fresh);
  partial.have = at;
  partial.unsynced += fresh.size();
  if (partial.unsynced < kSyncEvery && partial.have < partial.total) return {};
  partial.unsynced = 0;
  if (disk_.sync(out.number) == 0) return {};
  // The kernel may have dropped what it could not write: nothing of it can be trusted any more.
  const int reason = errno;
  partial.have = 0;
  return file_error(file, "write it to the disk", reason);
}

Result<void> AttachmentStore::sync(const fs::path& file) {
  const Descriptor opened{::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (opened.number >= 0 && disk_.sync(opened.number) == 0) return {};
  const int reason = errno;
  ::unlink(file.c_str());
  return file_error(file, "write it to the disk", reason);
}

void AttachmentStore::complete(const AttachmentPiece& piece, Partial& partial, UtcNs now, PieceTaken& out) {
  const Key key{piece.agent, piece.hash};
  ContentHash hash = *partial.hash;
  out.stored = 0;
  if (hash.hex() != piece.hash) {
    // What was written before a crash may not be what was sent: then it is only begun anew.
    if (!partial.resumed) {
      out.reason = "its content is not what its name says";
      remember_refused(piece.hash, now, out.reason);
    }
    out.fact = fmt::format("{}: an attachment's content is not what its name says; {}", piece.agent,
                           partial.resumed ? "it is begun anew" : "it was refused");
    return discard(key);
  }
  Result<void> kept = partial.resumed ? sync(partial_file(key)) : Result<void>();
  if (kept) kept = keep(piece, now, out);
  if (!kept) {
    out.problem = kept.error().text();
    std::error_code failed;
    if (!fs::exists(partial_file(key), failed)) discard(key);
    return;
  }
  partials_.erase(key);
  out.stored = piece.total;
}

Result<void> AttachmentStore::keep(const AttachmentPiece& piece, UtcNs now, PieceTaken& out) {
  const fs::path file = attachment_file(data_, piece.hash), folder = file.parent_path();
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) {
    if (Result<void> made = make_private_directory(folder); !made) return made;
    if (Result<void> synced = sync_path(folder.parent_path()); !synced) return synced;
  }
  make_room(piece.agent, piece.total, now, out);
  StoredAttachment stored{piece.hash, piece.agent, piece.media_type, piece.total, now};
  if (Result<void> added = index_->add(stored); !added) return added;
  if (::rename(partial_file({piece.agent, piece.hash}).c_str(), file.c_str()) != 0) {
    const int reason = errno;
    (void)index_->remove(piece.hash, now);
    return file_error(file, "name it", reason);
  }
  if (Result<void> synced = sync_path(folder); !synced) return synced;
  enter(std::move(stored));
  return {};
}

void AttachmentStore::remove_oldest(Share& share, UtcNs now) {
  const std::string hash = share.by_age.begin()->second;
  share.by_age.erase(share.by_age.begin());
  const auto gone = stored_.find(hash);
  share.bytes -= gone->second.bytes;
  bytes_ -= gone->second.bytes;
  // Should the line fail, the missing file says the same at the next start.
  (void)index_->remove(hash, now);
  ::unlink(attachment_file(data_, hash).c_str());
  stored_.erase(gone);
  while (removed_.size() >= kMostRemembered)
    removed_.erase(std::min_element(removed_.begin(), removed_.end(),
                                    [](const auto& a, const auto& b) { return a.second < b.second; }));
  removed_[hash] = now;
}

void AttachmentStore::remember_refused(const std::string& hash, UtcNs now, const std::string& why) {
  if (!valid_attachment_hash(hash)) return;
  while (refused_.size() >= kMostRemembered)
    refused_.erase(std::min_element(refused_.begin(), refused_.end(),
                                    [](const auto& a, const auto& b) { return a.second.first < b.second.first; }));
  refused_[hash] = {now, why};
}

AttachmentState AttachmentStore::state_of(const std::string& hash) const {
  using Where = AttachmentState::Where;
  if (const auto here = stored_.find(hash); here != stored_.end())
    return {Where::here, here->second.bytes, here->second.bytes, here->second.received, here->second.media_type, {}};
  AttachmentState out;
  for (const auto& [key, partial] : partials_)  // a few: kMostPartials of an agent
    if (key.second == hash && (out.where != Where::arriving || partial.have > out.have))
      out = {Where::arriving, partial.have, partial.total, partial.used, {}, {}};
  if (out.where == Where::arriving) return out;
  if (const auto gone = removed_.find(hash); gone != removed_.end())
    return {Where::removed, 0, 0, gone->second, {}, {}};
  if (const auto not_taken = refused_.find(hash); not_taken != refused_.end())
    return {Where::refused, 0, 0, not_taken->second.first, {}, not_taken->second.second};
  return out;
}

void AttachmentStore::make_room(const std::string& agent, std::uint64_t bytes, UtcNs now, PieceTaken& out) {
  // A twentieth more than is needed, so that a full store does not remove one for each that comes.
  const auto target = [&](std::uint64_t limit) { return limit - std::min(limit / 20, limit - bytes); };
  const auto removed = [&](std::size_t count, std::uint64_t had, std::uint64_t has, UtcNs oldest,
                           const std::string& limit) {
    out.removed.push_back(fmt::format("{} attachment{} removed, the oldest first ({}, received from {} on): {}", count,
                                      count == 1 ? "" : "s", mib(had - has), format_rfc3339(oldest), limit));
  };
  Share& own = shares_[agent];
  if (own.bytes + bytes > limits_.per_agent) {
    const std::uint64_t had = own.bytes;
    const UtcNs oldest = own.by_age.begin()->first;
    std::size_t count = 0;
    for (; !own.by_age.empty() && own.bytes + bytes > target(limits_.per_agent); ++count) remove_oldest(own, now);
    removed(count, had, own.bytes, oldest, fmt::format("{} may have {}", agent, mib(limits_.per_agent)));
  }
  if (bytes_ + bytes <= limits_.total) return;
  const std::uint64_t had = bytes_;
  std::optional<UtcNs> oldest;
  std::size_t count = 0;
  for (; bytes_ > 0 && bytes_ + bytes > target(limits_.total); ++count) {
    Share* first = nullptr;
    for (auto& [name, share] : shares_)
      if (!share.by_age.empty() && (first == nullptr || *share.by_age.begin() < *first->by_age.begin())) first = &share;
    if (first == nullptr) break;
    if (!oldest) oldest = first->by_age.begin()->first;
    remove_oldest(*first, now);
  }
  removed(count, had, bytes_, oldest.value_or(now), fmt::format("all may have {}", mib(limits_.total)));
}

}  // namespace wf::store
