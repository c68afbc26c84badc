// What seats and libzmq's authentication say to the engine, and the engine to seats.
#include <chrono>

#include "console/link/admission.hpp"
#include "console/link/key_files.hpp"
#include "console/link/zap.hpp"
#include "console/seat/seat_codec.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;

int fuzz_seat_request(const std::uint8_t* data, std::size_t size) {
  const Result<seat::Request> request = seat::decode_request(text_of(data, size));
  if (!request) return 0;
  std::string bytes, second;
  seat::encode_request(*request, bytes);
  const Result<seat::Request> again = seat::decode_request(bytes);
  holds(bool(again), "a request that was read is written and read");
  seat::encode_request(*again, second);
  holds(bytes == second, "a request that was read is written the same");
  return 0;
}

int fuzz_seat_update(const std::uint8_t* data, std::size_t size) {
  // Two updates of one engine: the second refers to what the first brought.
  Pieces pieces(text_of(data, size));
  seat::UpdateDecoder decoder;
  std::shared_ptr<const Snapshot> snapshot;
  while (!pieces.done()) {
    if (!decoder.decode(pieces.piece(), snapshot)) break;
    if (!snapshot) continue;
    std::string bytes;
    seat::UpdateEncoder().encode_snapshot(snapshot, bytes);
    std::shared_ptr<const Snapshot> again;
    holds(bool(seat::UpdateDecoder().decode(bytes, again)) && again, "a snapshot that was read is written and read");
  }
  return 0;
}

int fuzz_zap(const std::uint8_t* data, std::size_t size) {
  static link::Admission admission = [] {
    (void)link::make_key_folders(scratch() + "/keys");
    return link::Admission(scratch() + "/keys", [] { return UtcNs{1'700'000'000} * kSecond; });
  }();
  Pieces pieces(text_of(data, size));
  const bool plain = pieces.byte() % 2 == 1;
  std::vector<std::string> frames;
  while (!pieces.done() && frames.size() < 16) frames.emplace_back(pieces.piece());
  const link::ZapAnswer answer = link::answer_zap(frames, admission, plain);
  holds(plain || !answer.admitted, "nobody is enrolled, so nobody gets in");
  return 0;
}
