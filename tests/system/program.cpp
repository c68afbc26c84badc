#include "tests/system/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace wf::test {

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "wf-system-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory for a test");
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Program::Program(const std::string& name, const std::vector<std::string>& arguments, std::string_view input) {
  std::string folder = (std::filesystem::temp_directory_path() / "wf-run-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a directory for a program's output");
  folder_ = folder;
  write_text(folder_ / "in", input);
  const std::string program = (std::filesystem::path(WF_BIN_DIR) / name).string();
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, (folder_ / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &files, nullptr, argv.data(), environ);
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
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
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

bool eventually(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
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
