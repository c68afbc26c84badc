#include "console/cli/house.hpp"

#include <unistd.h>

#include "console/cli/view.hpp"
#include "console/seat/remote_seat.hpp"

namespace wf::cli {
namespace {

std::string this_machine() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string("seat");
}

}  // namespace

Result<House> open_house(engine::EngineOptions options, const std::string& seats, std::vector<std::string>& notes) {
  House out;
  const std::filesystem::path data = options.data;
  Result<std::unique_ptr<engine::Engine>> engine = engine::Engine::start(std::move(options), notes);
  if (!engine) return engine.error();
  out.engine = std::move(*engine);
  for (const std::string& endpoint : {"ipc://" + (data / "seat.ipc").string(), seats}) {
    if (endpoint.empty()) continue;
    seat::SeatServerOptions door;
    door.endpoint = endpoint;
    door.keys = data / "keys";
    door.program = WF_VERSION;
    Result<std::unique_ptr<seat::SeatServer>> opened = seat::SeatServer::start(door, backend_of(*out.engine));
    if (opened)
      out.doors.push_back(std::move(*opened));
    else if (endpoint == seats)
      return opened.error();
    else
      notes.push_back(opened.error().text());
  }
  return out;
}

Result<std::unique_ptr<seat::Seat>> connect_seat(const std::string& where) {
  Result<seat::SeatToken> token = seat::read_connection(where);
  if (!token) return token.error();
  return seat::make_remote_seat({std::move(*token), WF_VERSION, this_machine()});
}

}  // namespace wf::cli
