#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/system/program.hpp"

namespace wf::test {

/// How much a run does: the short form of `./dev test`, or the full one of `./dev test --faults` ($WF_FAULTS=full).
[[nodiscard]] bool full_run();
/// `small` in the short form, `large` in the full one, or what the variable says.
[[nodiscard]] int amount(const char* variable, int small, int large);
/// $WF_FAULTS_SEED, or a new one; every test prints what it uses.
[[nodiscard]] std::uint64_t fault_seed();

/// The figures that the issue asks for after each run.
struct Figures {
  std::size_t written = 0;  ///< events that the sources hold
  std::size_t stored = 0;   ///< of them, counting what is stored twice twice
  std::size_t lost = 0, twice = 0;
  std::size_t aborts = 0;     ///< programs that ended otherwise than by the test or with an exit status of their own
  bool verified = false;      ///< watchfloor verify: exit status 0
  std::string verify_output;  ///< of it
  [[nodiscard]] bool good() const { return lost == 0 && twice == 0 && aborts == 0 && verified; }
  [[nodiscard]] std::string text() const;
};

/// One program that is started, killed and started again, and what it said all along.
class Keeper {
 public:
  Keeper(std::string name, std::vector<std::string> arguments) : name_(std::move(name)), words_(std::move(arguments)) {}
  /// `prefix`: a program and its arguments to start it through (ip netns exec …).
  void start(const std::vector<std::string>& environment = {}, const std::vector<std::string>& prefix = {});
  /// SIGKILL, or notes how it ended before by itself.
  void kill();
  /// SIGTERM; exit status.
  int stop();
  [[nodiscard]] bool running() { return program_ && program_->running(); }
  [[nodiscard]] pid_t pid() const { return program_ ? program_->pid() : -1; }
  void signal(int number) const { program_->signal(number); }
  /// Everything that all of its lives said on standard error.
  [[nodiscard]] std::string said() const { return said_ + (program_ ? program_->err() : ""); }
  /// Ends that nobody asked for: exit status, and 128 + signal.
  [[nodiscard]] const std::vector<int>& ends() const { return ends_; }

 private:
  void note_end(int status, int expected);
  std::string name_;
  std::vector<std::string> words_;
  std::unique_ptr<Program> program_;
  std::string said_;
  std::vector<int> ends_;
};

/// An engine and three agents of different kinds, whose four sources reach all three lanes. Each program has a
/// directory of its own; the sources are files that grow.
class Estate {
 public:
  struct Options {
    std::string reach;  ///< where agents find the engine; empty: where it listens
    std::string listen_at = "127.0.0.1";
    int port = 0;             ///< 0: a free one
    std::string data, state;  ///< directories for the engine, for agents; empty: in the scratch directory
    std::vector<std::string> agents = {"net-1", "door-1", "cam-1"};
    std::vector<std::string> agent_options;
    bool site = false;  ///< the sample site and its rules
  };
  explicit Estate(std::uint64_t seed) : Estate(seed, Options{}) {}
  Estate(std::uint64_t seed, Options options);

  /// Appends about so many lines to the sources, some in two pieces.
  void write(int lines);
  /// Waits until all that was written is stored; false after `limit`.
  [[nodiscard]] bool settles(std::chrono::seconds limit = std::chrono::seconds(120));
  /// Compares what is stored with what the sources hold.
  [[nodiscard]] Figures figures();
  /// SIGTERM to all.
  void stop();
  [[nodiscard]] std::string said() const;

  [[nodiscard]] Keeper& engine() { return *engine_; }
  [[nodiscard]] std::vector<std::unique_ptr<Keeper>>& agents() { return agents_; }
  [[nodiscard]] std::string data() const { return data_; }
  [[nodiscard]] std::string state(std::size_t agent) const { return states_[agent]; }
  [[nodiscard]] const Scratch& scratch() const { return scratch_; }
  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  [[nodiscard]] std::vector<std::string> sources_of(const std::string& agent) const;
  [[nodiscard]] std::map<std::string, int> stored() const;
  [[nodiscard]] std::size_t count_stored() const;
  [[nodiscard]] std::string line_of(std::size_t source);

  Options options_;
  Scratch scratch_;
  std::mt19937_64 random_;
  int port_ = 0;
  std::string data_;
  std::vector<std::string> states_;
  std::unique_ptr<Keeper> engine_;
  std::vector<std::unique_ptr<Keeper>> agents_;
  std::vector<std::string> names_;
  std::size_t number_ = 0, written_ = 0;
};

/// Waits on the kernel's timer: the random moment of a fault, not a wait for something to happen.
void until_moment(std::chrono::milliseconds from_now);

}  // namespace wf::test
