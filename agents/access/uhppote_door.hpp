#pragma once
#include <memory>

#include "agents/kit/outputs/output.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// Drives a door of a UHPPOTE controller over UDP (functions 40, 80 and 82): an entry of `outputs` with
/// `to: {controller: SERIAL, door: 1, address: HOST[:PORT]}`. An unlock sets the door to stay open and its end sets it
/// back; with `ends_itself` the controller opens it for its own delay, which must not be longer than the command says.
/// A release sets it to stay open; a lock sets it to obey its cards. It is never set to stay closed: then the exit
/// button is ignored. What may be said twice is said again after a second without an answer; to open is not.
[[nodiscard]] Result<std::unique_ptr<kit::Output>> make_uhppote_output(const kit::OutputSpec& spec);

}  // namespace wf::access
