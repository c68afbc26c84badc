#include "console/seat/seat_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "console/link/address.hpp"
#include "console/link/key_files.hpp"

namespace wf::seat {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kTokenWord = "wfseat1";

fs::path folder(const fs::path& keys) { return keys / "seats"; }
fs::path file_of(const fs::path& keys, const std::string& name) { return folder(keys) / (name + ".json"); }

Error failed(const fs::path& path, std::string_view what) {
  return {std::string(what) + " (" + std::strerror(errno) + ")", path.string(), "look at its owner, mode and disk"};
}

/// A new file of mode 0600, synced with its folder; refuses one that exists.
Result<void> write_new(const fs::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (errno == EEXIST) return Error{"there is such a user already", path.string(), "choose another name"};
    return failed(path, "cannot be written");
  }
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written) {
    const Error error = failed(path, "cannot be written");
    ::unlink(path.c_str());
    return error;
  }
  if (const int dir = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return {};
}

}  // namespace

Result<std::string> add_user(const fs::path& keys, const std::string& endpoint, const SeatUser& user) {
  if (!link::valid_agent_name(user.name)) {
    return Error{"'" + user.name + "' is no user's name", "user add", "use 1 to 32 of a–z, 0–9 and '-'"};
  }
  if (!link::can_reach(endpoint)) {
    return Error{"seats cannot reach this address", endpoint,
                 "name the engine as its seats see it with --engine tcp://HOST:PORT, no wildcard"};
  }
  const Result<link::KeyPair> engine = link::engine_keys(keys);
  if (!engine) return engine.error();
  const Result<link::KeyPair> own = link::make_key_pair();
  if (!own) return own.error();
  std::error_code error;
  fs::create_directories(folder(keys), error);
  fs::permissions(folder(keys), fs::perms::owner_all, error);
  if (error) return Error{"cannot be made (" + error.message() + ")", folder(keys).string(), "look at its owner"};
  const nlohmann::json json{{"v", 1}, {"name", user.name}, {"role", user.role}, {"public_key", own->public_key}};
  if (Result<void> written = write_new(file_of(keys, user.name), json.dump() + "\n"); !written) return written.error();
  return std::string(kTokenWord) + " " + endpoint + " " + engine->public_key + " " + own->public_key + " " +
         own->secret_key + "\n";
}

std::vector<SeatUser> users(const fs::path& keys, std::vector<std::string>& problems) {
  std::vector<SeatUser> out;
  std::error_code error;
  for (fs::directory_iterator it(folder(keys), error); !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().extension() != ".json") continue;
    std::ifstream in(it->path());
    const nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
    SeatUser user;
    if (json.is_object()) {
      user.name = json.value("name", "");
      user.role = json.value("role", "Operator");
      user.public_key = json.value("public_key", "");
    }
    if (user.name != it->path().stem() || !link::valid_public_key(user.public_key)) {
      problems.push_back(it->path().string() + ": is no seat's file; remove it and add the user again");
      continue;
    }
    out.push_back(std::move(user));
  }
  std::sort(out.begin(), out.end(), [](const SeatUser& a, const SeatUser& b) { return a.name < b.name; });
  return out;
}

Result<void> remove_user(const fs::path& keys, const std::string& name) {
  if (!link::valid_agent_name(name) || ::unlink(file_of(keys, name).c_str()) != 0) {
    return Error{"there is no user '" + name + "'", folder(keys).string(), "watchfloor user list names them"};
  }
  return {};
}

Result<SeatToken> parse_token(std::string_view text, const std::string& where) {
  std::istringstream in{std::string(text)};
  std::string word, more;
  SeatToken token;
  in >> word >> token.endpoint >> token.engine_key >> token.public_key >> token.secret_key;
  const bool whole = in && word == kTokenWord && !(in >> more) && token.endpoint.rfind("tcp://", 0) == 0 &&
                     link::valid_public_key(token.engine_key) && link::valid_public_key(token.public_key) &&
                     link::valid_public_key(token.secret_key);
  if (!whole) return Error{"holds no seat's token", where, "make one with `watchfloor user add NAME`"};
  return token;
}

Result<SeatToken> read_connection(const std::string& text) {
  if (text.rfind("ipc://", 0) == 0) return SeatToken{text, {}, {}, {}};
  if (text.rfind("tcp://", 0) == 0) {
    return Error{"a seat over TCP needs its token", "--connect " + text,
                 "save what `watchfloor user add NAME` prints in a file of mode 0600 and give --connect that file"};
  }
  struct stat info {};
  if (::stat(text.c_str(), &info) != 0) {
    return Error{"is neither an ipc:// address nor a file with a token", "--connect " + text,
                 "use ipc://DATA/seat.ipc on the engine's machine"};
  }
  if ((info.st_mode & 077U) != 0) {
    return Error{"others may read the seat's secret key", text, "chmod 600 " + text};
  }
  std::ifstream in(text);
  std::string line;
  std::getline(in, line);
  return parse_token(line, text);
}

}  // namespace wf::seat
