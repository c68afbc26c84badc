#include "agents/kit/spool/attachment_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "agents/kit/spool/disk.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kMostName = 4096;

Error outside(std::string_view name) {
  return {"it names a file outside of the directory of attachments", std::string(name.substr(0, 200)),
          "name one beneath attachments_from"};
}

}  // namespace

AttachmentFolder::AttachmentFolder(std::filesystem::path directory) : directory_(std::move(directory)) {
  directory_ = directory_.lexically_normal();
  if (!directory_.has_filename() && directory_.has_parent_path() && directory_ != directory_.root_path())
    directory_ = directory_.parent_path();
}

Result<void> AttachmentFolder::check() const {
  const Descriptor folder(::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open()) return file_error(directory_, "attach files from this directory", errno);
  return {};
}

Result<Descriptor> AttachmentFolder::open(std::string_view name) const {
  if (name.empty() || name.size() > kMostName || name.find('\0') != std::string_view::npos) return outside(name);
  std::string_view left = name;
  if (left.front() == '/') {
    const std::string prefix = directory_ == directory_.root_path() ? "/" : directory_.string() + "/";
    if (!left.starts_with(prefix)) return outside(name);
    left.remove_prefix(prefix.size());
  }
  Descriptor at(::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at.open()) return file_error(directory_, "attach files from this directory", errno);
  // Part by part, since a link anywhere in between would lead out.
  for (;;) {
    const std::size_t slash = left.find('/');
    const std::string part(left.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    left.remove_prefix(last ? left.size() : slash + 1);
    if (part == "..") return outside(name);
    if (!last && (part.empty() || part == ".")) continue;
    // O_NONBLOCK: a pipe must not stop the agent.
    const int flags = last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    Descriptor next(::openat(at.get(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    const int reason = errno;
    if (!next.open()) return file_error(std::filesystem::path(std::string(name.substr(0, 200))), "attach it", reason);
    at = std::move(next);
    if (last) break;
  }
  struct stat info {};
  if (::fstat(at.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Error{"it is no regular file", std::string(name.substr(0, 200)), "attach files only"};
  return at;
}

}  // namespace wf::kit
