#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "agents/access/osdp/line_file.hpp"
#include "agents/kit/outputs/output.hpp"

namespace wf::access::osdp {

/// What an output needs of its line. One thread.
class LineCommands {
 public:
  virtual ~LineCommands() = default;
  /// False: the reader is not on line, or too much waits for it.
  virtual bool give(std::size_t reader, std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t now) = 0;
  [[nodiscard]] virtual std::string trouble(std::size_t reader) const = 0;
  virtual void switched(std::size_t reader, std::uint32_t output, bool on) = 0;

  /// For the next command: done() names it.
  [[nodiscard]] std::uint32_t ticket() {
    if (++tickets_ == 0) ++tickets_;
    return tickets_;
  }
  /// Tells the output that gave the command with this ticket.
  void ended(std::uint32_t ticket, std::string_view why);
  /// What a reader shows of its outputs (OSTATR).
  void shown(std::size_t reader, Bytes outputs, std::int64_t now);

 private:
  friend class LineOutput;
  std::vector<class LineOutput*> outputs_;
  std::uint32_t tickets_ = 0;
};

/// Drives an output, or the buzzer, of a reader: `to: {reader: R-231, output: 0, led: green}` or
/// `to: {reader: R-231, buzzer: true}`. It must not outlive the line.
[[nodiscard]] Result<std::unique_ptr<kit::Output>> make_line_output(const kit::OutputSpec& spec, const LineFile& file,
                                                                    LineCommands& line);

}  // namespace wf::access::osdp
