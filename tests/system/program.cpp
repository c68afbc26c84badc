#include "tests/system/program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

extern char** environ;

namespace wf::test {
namespace {

constexpr const char* kReports = "report";

/// The options of each sanitizer that this process runs with, and that what they find goes to files of this folder:
/// also from what the program starts itself, whose own output may go anywhere.
std::vector<std::string> report_into(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const char* options : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* const ours = std::getenv(options);
    out.push_back(options + ("=" + (ours == nullptr ? std::string() : std::string(ours) + ":")) + "log_path='" +
                  (folder / kReports).string() + "'");
  }
  return out;
}

/// What a sanitizer found in a program fails the test, also where the program was killed before it could end with it.
void check_reports(const std::filesystem::path& folder, const std::string& said) {
  const auto found = [](const std::string& text) {
    for (const char* report : {"WARNING: ThreadSanitizer", "ERROR: ThreadSanitizer", "ERROR: AddressSanitizer",
                               "ERROR: LeakSanitizer", "runtime error:"})
      if (text.find(report) != std::string::npos) return true;
    return false;
  };
  if (found(said)) FAIL_CHECK(said);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with(std::string(kReports) + ".")) continue;
    if (const std::string text = read_text(entry.path()); found(text)) FAIL_CHECK(text);
  }
}

}  // namespace

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "wf-system-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory for a test");
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path program_directory() {
  const char* const chosen = std::getenv("WF_PROGRAMS");
  return chosen != nullptr ? chosen : WF_BIN_DIR;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const named = reinterpret_cast<sockaddr*>(&address);
  const bool good = ::bind(fd, named, size) == 0 && ::getsockname(fd, named, &size) == 0;
  ::close(fd);
  if (!good) throw std::runtime_error("no free port for a test");
  return ntohs(address.sin_port);
}

Program::Program(const std::string& name, const std::vector<std::string>& arguments, std::string_view input,
                 const std::vector<std::string>& environment) {
  std::string folder = (std::filesystem::temp_directory_path() / "wf-run-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a directory for a program's output");
  folder_ = folder;
  write_text(folder_ / "in", input);
  const std::string program = (program_directory() / name).string();
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::vector<std::string> reports = kSanitized ? report_into(folder_) : std::vector<std::string>();
  std::vector<char*> variables;
  for (const std::string& variable : reports) variables.push_back(const_cast<char*>(variable.c_str()));
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, (folder_ / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &files, nullptr, argv.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) {
    pid_ = -1;
    throw std::runtime_error("cannot start " + program);
  }
}

Program::Program(Program&& o) noexcept
    : folder_(std::exchange(o.folder_, {})), pid_(std::exchange(o.pid_, -1)), status_(o.status_) {}

Program::~Program() {
  if (pid_ > 0 && running()) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  std::error_code ignored;
  if (folder_.empty()) return;
  if (kSanitized) check_reports(folder_, err());
  std::filesystem::remove_all(folder_, ignored);
}

void Program::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

bool Program::running() {
  if (pid_ <= 0 || status_ >= 0) return false;
  int state = 0;
  if (::waitpid(pid_, &state, WNOHANG) != pid_) return true;
  status_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  return false;
}

int Program::wait(std::chrono::seconds limit) {
  return eventually([this] { return !running(); }, limit) ? status_ : -1;
}

std::string Program::out() const { return read_text(folder_ / "out"); }
std::string Program::err() const { return read_text(folder_ / "err"); }

Outcome run(const std::string& name, const std::vector<std::string>& arguments, std::string_view input) {
  Program program(name, arguments, input);
  Outcome out;
  out.status = program.wait();
  out.out = program.out();
  out.err = program.err();
  return out;
}

bool eventually(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + patience(limit);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace wf::test
