#include "agents/kit/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agents/kit/descriptor.hpp"

namespace wf::kit {

Result<std::string> read_secret(const std::string& name, std::size_t most) {
  std::string file = name;
  const bool credential = name.find('/') == std::string::npos;
  if (credential) {
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || name.empty())
      return Error{"'" + name + "' would be a credential of systemd, and there are none here", "",
                   "write the file's whole path, or LoadCredential=" + name + ":FILE into the service"};
    file = std::string(folder) + "/" + name;
  }
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!in.open())
    return Error{std::string("the password cannot be read: ") + std::strerror(errno), file, "check path and owner"};
  struct stat info {};
  if (::fstat(in.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Error{"the password is no ordinary file", file, "name another"};
  // systemd gives its credentials to the service's user alone, by an access list that looks like a group's right.
  if (!credential && (info.st_mode & 077U) != 0)
    return Error{"others than its owner may use this file", file,
                 "chmod 600 it, and change the password if it lay open"};
  if (!credential && info.st_uid != ::geteuid() && info.st_uid != 0)
    return Error{"this file is another user's", file, "give it to the agent's user"};
  if (static_cast<std::size_t>(info.st_size) > most)
    return Error{"this file is too large for it", file, "name another"};
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t n = ::read(in.get(), text.data() + got, text.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  text.resize(got);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return Error{"this file is empty", file, "write the password into it"};
  return text;
}

}  // namespace wf::kit
