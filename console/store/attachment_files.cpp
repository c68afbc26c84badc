#include "console/store/attachment_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "console/store/data_directory.hpp"
#include "proto/attachment.hpp"

namespace wf::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastPrefix = 8;

/// Where a file of that name is found again.
std::string put_back(const std::string& hash) {
  return fmt::format("a backup may have it: put it back as {}", attachment_file({}, hash).string());
}
constexpr const char* kThenStart = " and start the engine again";

/// Bytes of it that came from any agent; 0: nothing did.
std::uint64_t partly_here(const fs::path& data, const std::string& hash) {
  std::uint64_t most = 0;
  std::error_code failed;
  for (fs::directory_iterator it(data / kAttachmentsFolder / kPartialFolder, failed), end; !failed && it != end;
       it.increment(failed)) {
    std::error_code none;
    const std::uintmax_t size = fs::file_size(it->path() / hash, none);
    if (!none) most = std::max<std::uint64_t>(most, size);
  }
  return most;
}

std::string absence(const fs::path& data, const std::string& hash, const NamedAttachment& event, bool lost) {
  std::string why;
  if (lost)
    why = fmt::format("its file is gone; {}{}", put_back(hash), kThenStart);
  else if (const std::uint64_t bytes = partly_here(data, hash); bytes > 0)
    why = fmt::format("{} bytes of it came; {} brings the rest when it is connected", bytes, event.agent);
  else
    why = fmt::format(
        "it did not come; {0} brings it when it is connected, if it has it still (`attachments` in the "
        "audit and {0}'s own lines say what was refused or given up)",
        event.agent);
  return fmt::format("attachment {}, named by {} at {} (log record {}): {}", hash, event.agent,
                     format_rfc3339(event.time), event.position, why);
}

bool removed_meanwhile(const fs::path& data, const std::string& hash) {
  const Result<AttachmentList> now = read_attachment_index(data);
  return now && std::none_of(now->stored.begin(), now->stored.end(), [&](const auto& a) { return a.hash == hash; });
}

}  // namespace

Result<StoredAttachment> find_attachment(const fs::path& data, const std::string& prefix) {
  Result<AttachmentList> list = read_attachment_index(data);
  if (!list) return list.error();
  if (prefix.size() < kLeastPrefix)
    return Error{"this is too little of a name", prefix, "give eight digits of the hash or more"};
  std::vector<StoredAttachment> found;
  for (const StoredAttachment& a : list->stored)
    if (a.hash.starts_with(prefix)) found.push_back(a);
  if (found.size() > 1) return Error{"more than one attachment begins like this", prefix, "give more of its hash"};
  if (found.size() == 1) return found.front();
  for (const auto& [hash, when] : list->removed)
    if (hash.starts_with(prefix) && when == kLost)
      return Error{"this attachment's file is gone", hash, put_back(hash) + kThenStart};
    else if (hash.starts_with(prefix))
      return Error{fmt::format("this attachment was removed at {}", format_rfc3339(when)), hash,
                   "a backup from before may have it; `watchfloor.yaml` says how much is kept"};
  return Error{"no attachment of this name is stored", prefix,
               "see `watchfloor attachment list`; it may still be on its way from the agent"};
}

Result<AttachmentCheck> check_attachments(const fs::path& data, const std::map<std::string, NamedAttachment>& named) {
  Result<AttachmentList> list = read_attachment_index(data);
  if (!list) return list.error();
  AttachmentCheck out;
  std::set<std::string> here;
  for (const StoredAttachment& a : list->stored) {
    const Result<std::string> hash = hash_file(attachment_file(data, a.hash));
    if ((!hash || *hash != a.hash) && removed_meanwhile(data, a.hash)) continue;
    here.insert(a.hash);
    ++out.count;
    out.bytes += a.bytes;
    if (!hash)
      out.damages.push_back(fmt::format("attachment {}: {}; {}", a.hash, hash.error().text(), put_back(a.hash)));
    else if (*hash != a.hash)
      out.damages.push_back(fmt::format("attachment {}: its content was changed; {}", a.hash, put_back(a.hash)));
  }
  std::vector<std::pair<const NamedAttachment*, const std::string*>> absent;
  for (const auto& [hash, event] : named) {
    if (here.contains(hash)) continue;
    const auto gone = list->removed.find(hash);
    if (gone != list->removed.end() && gone->second != kLost)
      ++out.removed;
    else
      absent.emplace_back(&event, &hash);
  }
  out.absent = absent.size();
  std::sort(absent.begin(), absent.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first->position, *a.second) < std::tie(b.first->position, *b.second);
  });
  for (const auto& [event, hash] : absent) {
    if (out.absences.size() == AttachmentCheck::kMostAbsences) break;
    out.absences.push_back(absence(data, *hash, *event, list->removed.contains(*hash)));
  }
  return out;
}

Result<void> copy_attachments(const fs::path& data, const fs::path& archive,
                              const std::function<void(std::string, const fs::path&)>& each) {
  Result<AttachmentList> list = read_attachment_index(data);
  if (!list) return list.error();
  if (list->stored.empty() && list->removed.empty()) return {};
  AttachmentList copied;
  copied.removed = list->removed;
  std::set<fs::path> folders;
  for (const StoredAttachment& a : list->stored) {
    const fs::path to = attachment_file(archive, a.hash);
    if (Result<void> made = make_private_directory(to.parent_path()); !made) return made;
    folders.insert(to.parent_path());
    const Result<std::string> hash = copy_private_file(attachment_file(data, a.hash), to);
    if (!hash && !hash_file(attachment_file(data, a.hash))) {
      std::error_code ignored;
      fs::remove(to, ignored);
      if (!removed_meanwhile(data, a.hash)) copied.removed[a.hash] = kLost;
      continue;
    }
    if (!hash) return hash.error();
    each(*hash, fs::relative(to, archive));
    copied.stored.push_back(a);
  }
  if (Result<void> written = write_attachment_index(archive, copied); !written) return written;
  const fs::path index = archive / kAttachmentsFolder / "index";
  Result<std::string> hash = hash_file(index);
  if (!hash) return hash.error();
  each(std::move(*hash), fs::relative(index, archive));
  for (const fs::path& folder : folders)
    if (Result<void> synced = sync_path(folder); !synced) return synced;
  return sync_path(archive / kAttachmentsFolder);
}

}  // namespace wf::store
