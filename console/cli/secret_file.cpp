#include "console/cli/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wf::cli {

Result<void> write_secret_file(const std::string& file, std::string_view text) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0)
    return Error{fmt::format("cannot make it: {}", std::strerror(errno)), file,
                 errno == EEXIST ? "name a file that does not exist" : "check the folder and who may write there"};
  const bool good = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(out);
  if (good) return {};
  ::unlink(file.c_str());
  return Error{"cannot write it", file, "free space on that disk"};
}

}  // namespace wf::cli
