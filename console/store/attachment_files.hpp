#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "console/store/attachment_index.hpp"
#include "console/store/store.hpp"

namespace wf::store {

// What any process may do with a data directory's attachments, also while an engine owns it.

/// The stored attachment whose name begins with `prefix`, eight digits at least. The error says if there is none (and
/// that it was removed, and when), or more than one.
[[nodiscard]] Result<StoredAttachment> find_attachment(const std::filesystem::path& data, const std::string& prefix);

struct AttachmentCheck {
  std::uint64_t count = 0, bytes = 0;
  std::vector<std::string> damages;   ///< missing, unreadable, or not what its name says; and what to do
  std::uint64_t absent = 0;           ///< that events name and nothing is stored of, or not all
  std::vector<std::string> absences;  ///< which, the oldest event first, and what to do; at most kMostAbsences
  std::uint64_t removed = 0;          ///< that events name and newer ones took the place of
  static constexpr std::size_t kMostAbsences = 1000;
};
/// Reads every stored attachment and compares it with its name, then looks for those that events name (as
/// VerifyReport::attachments has them).
[[nodiscard]] Result<AttachmentCheck> check_attachments(const std::filesystem::path& data,
                                                        const std::map<std::string, NamedAttachment>& named = {});

/// Copies every stored attachment and an index of them into `archive`; `each` hears of each file made there: its hash
/// and its path relative to `archive`. What the owner removes meanwhile, or nobody can read, is left out; what is
/// damaged is copied as it is, and verify names it in the copy too.
[[nodiscard]] Result<void> copy_attachments(
    const std::filesystem::path& data, const std::filesystem::path& archive,
    const std::function<void(std::string hash, const std::filesystem::path& path)>& each);

}  // namespace wf::store
