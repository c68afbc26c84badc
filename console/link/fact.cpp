#include "console/link/fact.hpp"

#include <array>

namespace wf::link {
namespace {

struct Row {
  std::string_view kind;
  std::uint8_t severity;
};

constexpr std::array<Row, static_cast<std::size_t>(kLastTopic) + 1> kRows{{{"link.refused_key", 4},
                                                                           {"link.handshake", 3},
                                                                           {"link.broken", 4},
                                                                           {"link.revoked", 4},
                                                                           {"link.kind", 3},
                                                                           {"link.enrolled", 1},
                                                                           {"link.enrolment_refused", 4},
                                                                           {"link.numbers", 4},
                                                                           {"link.flood", 4},
                                                                           {"link.kept_out", 3},
                                                                           {"link.deaf", 3},
                                                                           {"link.device", 4},
                                                                           {"link.clone", 4},
                                                                           {"link.epoch", 3},
                                                                           {"link.given_up", 3},
                                                                           {"link.clock", 3},
                                                                           {"link.key_rotated", 1},
                                                                           {"link.key_expiry", 3},
                                                                           {"link.attachment", 3},
                                                                           {"link.command", 3},
                                                                           {"link.changed", 1},
                                                                           {"link.library", 3},
                                                                           {"link.silent", 3},
                                                                           {"link.heard", 1}}};

const Row& row_of(Topic topic) { return kRows[static_cast<std::size_t>(topic)]; }

}  // namespace

std::string_view kind_of(Topic topic) { return row_of(topic).kind; }
std::uint8_t severity_of(Topic topic) { return row_of(topic).severity; }

}  // namespace wf::link
