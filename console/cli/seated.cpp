#include "console/cli/seated.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "console/cli/command.hpp"
#include "console/cli/house.hpp"
#include "console/engine/trail.hpp"
#include "proto/utf8.hpp"

namespace wf::cli {

std::optional<CommandReply> Seated::ask(Command command) {
  if (command.id.empty()) command.id = engine::random_id();
  const std::string id = command.id;
  seat_->send(std::move(command));
  std::optional<CommandReply> reply;
  wait(Clock::now() + kAnswerWithin, [&] {
    for (CommandReply& one : seat_->replies())
      if (one.command_id == id) reply = std::move(one);
    return reply.has_value();
  });
  return reply;
}

Result<std::unique_ptr<Seated>> sit_down(const Shared& shared, const std::string& connect) {
  std::string where = connect;
  if (where.empty()) {
    const Result<std::filesystem::path> data = data_directory(shared);
    if (!data) return data.error();
    std::error_code failed;
    if (!std::filesystem::exists(*data / "seat.ipc", failed))
      return Error{"no engine runs there", data->string(),
                   "start one with `watchfloor serve`, or name a seat's token with --connect"};
    where = "ipc://" + (*data / "seat.ipc").string();
  }
  Result<std::unique_ptr<seat::Seat>> seat = connect_seat(where);
  if (!seat) return seat.error();
  auto out = std::make_unique<Seated>(std::move(*seat));
  if (!out->wait(Seated::Clock::now() + Seated::kAnswerWithin, [&] { return out->seat().snapshot()->version != 0; }))
    return Error{"the engine does not answer", where, "look whether it runs, and at its log"};
  return Result<std::unique_ptr<Seated>>(std::move(out));
}

void add_engine_options(CLI::App& command, Shared& shared, std::string& connect) {
  add_data_option(command, shared);
  command.add_option("--connect", connect,
                     "A running engine: ipc://PATH, or a file with a seat's token; default: the one on --data");
}

int carry_out(Seated& seated, Command command) {
  const std::optional<CommandReply> reply = seated.ask(std::move(command));
  if (!reply) return fail("the engine did not answer; whether the command was given is in `watchfloor query audit`");
  if (!reply->accepted) return fail(one_line(reply->message));
  fmt::print("{}\n", one_line(reply->message));
  std::fflush(stdout);
  return kGood;
}

}  // namespace wf::cli
