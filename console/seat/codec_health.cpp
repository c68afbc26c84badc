#include "console/seat/codec_parts.hpp"
#include "proto/seat.pb.h"

namespace wf::seat {

void put(const HealthReport& in, pb::HealthReport& out) {
  out.set_program(in.program);
  out.set_now(in.now);
  out.set_up(in.up);
  for (const HealthReport::Thread& thread : in.threads) {
    pb::HealthReport::Thread& to = *out.add_threads();
    to.set_name(thread.name);
    to.set_quiet(thread.quiet);
  }
  out.set_problem(in.problem);
  out.set_heartbeat(in.heartbeat);
  out.set_agents(in.agents);
  out.set_connected(in.connected);
  out.set_last_event(in.last_event);
  out.set_agents_at(in.agents_at);
  out.set_gap_events(in.gap_events);
}

HealthReport take(const pb::HealthReport& in) {
  HealthReport out;
  out.program = in.program();
  out.now = in.now();
  out.up = in.up();
  for (const pb::HealthReport::Thread& thread : in.threads()) out.threads.push_back({thread.name(), thread.quiet()});
  out.problem = in.problem();
  out.heartbeat = in.heartbeat();
  out.agents = in.agents();
  out.connected = in.connected();
  out.last_event = in.last_event();
  out.agents_at = in.agents_at();
  out.gap_events = in.gap_events();
  return out;
}

}  // namespace wf::seat
