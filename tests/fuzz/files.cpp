// What lies in files that others may have damaged or made: tokens, identities, keys, a spool.
#include <algorithm>
#include <filesystem>
#include <map>

#include "agents/kit/link/identity.hpp"
#include "agents/kit/spool/spool.hpp"
#include "console/link/agent_files.hpp"
#include "console/link/key_files.hpp"
#include "console/link/scope.hpp"
#include "console/seat/seat_keys.hpp"
#include "tests/fuzz/targets.hpp"

using namespace wf;
using namespace wf::fuzz;
namespace fs = std::filesystem;

int fuzz_invitation(const std::uint8_t* data, std::size_t size) {
  (void)kit::parse_invitation(text_of(data, size));
  // The JSON object inside, so that the fuzzer need not find base64 of it.
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string token = "wf1.";
  std::uint32_t bits = 0, count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits = bits << 8U | data[i];
    for (count += 8; count >= 6; count -= 6) token += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) token += kDigits[bits << (6 - count) & 63U];
  (void)kit::parse_invitation(token);
  return 0;
}

int fuzz_identity(const std::uint8_t* data, std::size_t size) {
  write_scratch("identity.json", text_of(data, size));
  const fs::path file = fs::path(scratch()) / "identity.json";
  const Result<std::optional<kit::Identity>> read = kit::read_identity(file);
  if (!read || !*read) return 0;
  holds(bool(kit::write_identity(file, **read)), "an identity that was read can be written");
  const Result<std::optional<kit::Identity>> again = kit::read_identity(file);
  holds(again && *again && (*again)->secret_key == (*read)->secret_key && (*again)->name == (*read)->name,
        "an identity that was read is written and read the same");
  return 0;
}

int fuzz_key_files(const std::uint8_t* data, std::size_t size) {
  (void)link::parse_engine_key(text_of(data, size));
  if (const auto agent = link::parse_agent(text_of(data, size)))
    holds(link::valid_public_key(agent->public_key), "an agent that was read has a key that is one");
  (void)link::parse_stored_invitation(text_of(data, size));
  (void)link::parse_scope(text_of(data, size));
  (void)seat::parse_token(text_of(data, size), "fuzz");
  return 0;
}

namespace {

void clear(const fs::path& directory) {
  for (const char* ending : {"", ".old", ".new"}) fs::remove_all(directory.string() + ending);
}

/// Reads all lanes; the numbers of a lane only go up.
std::map<std::pair<int, std::uint64_t>, std::string> read_spool(kit::Spool& spool) {
  std::map<std::pair<int, std::uint64_t>, std::string> out;
  for (std::uint8_t lane = 0; lane < kit::kLanes; ++lane) {
    std::uint64_t last = 0;
    for (kit::StoredBatch batch; spool.read(lane, batch);) {
      holds(batch.first_sequence > last, "the numbers of a lane go up");
      last = batch.first_sequence + batch.count - 1;
      holds(last < spool.next_sequence(lane), "no number is beyond the next one");
      out[{lane, batch.first_sequence}] = batch.bytes;
    }
  }
  return out;
}

}  // namespace

int fuzz_spool(const std::uint8_t* data, std::size_t size) {
  const fs::path directory = fs::path(scratch()) / "raw";
  clear(directory);
  fs::create_directory(directory);
  Pieces pieces(text_of(data, size));
  write_scratch("raw/epoch", "0000000000000007\n");
  for (int i = 0; i < 6 && !pieces.done(); ++i) {
    const unsigned which = pieces.byte();
    std::string name =
        which % 8 == 7   ? "acknowledged"
        : which % 8 == 6 ? "epoch"
                         : std::to_string(which % 3) + "-0000000000000000000" + std::to_string(which / 8 % 5) + ".seg";
    write_scratch("raw/" + name, pieces.piece());
  }
  kit::SpoolOptions options;
  options.directory = directory;
  options.segment_bytes = 4096;
  Result<kit::Spool> spool = kit::Spool::open(options);
  if (!spool) return 0;
  (void)read_spool(*spool);
  const kit::BatchToSpool batch{1, 2, "new"};
  if (spool->next_sequence(1) > (1ULL << 62U)) return 0;
  if (spool->append({&batch, 1}, {})) {
    const std::uint64_t next = spool->next_sequence(1);
    Result<kit::Spool> again = kit::Spool::open(options);
    holds(bool(again), "a spool that was written to opens again");
    holds(again->next_sequence(1) >= next, "a number is not given twice");
  }
  return 0;
}

int fuzz_spool_damage(const std::uint8_t* data, std::size_t size) {
  const fs::path directory = fs::path(scratch()) / "damaged";
  clear(directory);
  Pieces pieces(text_of(data, size));
  kit::SpoolOptions options;
  options.directory = directory;
  options.segment_bytes = 512 + 64 * pieces.byte();
  std::map<std::pair<int, std::uint64_t>, std::string> appended;
  {
    Result<kit::Spool> spool = kit::Spool::open(options);
    if (!spool) return 0;
    const unsigned commits = pieces.byte() % 16;
    for (unsigned i = 0; i < commits; ++i) {
      const auto lane = static_cast<std::uint8_t>(pieces.byte() % 3);
      const std::string bytes(1 + pieces.byte(), static_cast<char>('a' + i));
      const std::uint32_t count = 1 + pieces.byte() % 4;
      const std::uint64_t first = spool->next_sequence(lane);
      const kit::BatchToSpool batch{lane, count, bytes};
      const kit::spool::Position position{"s", std::to_string(i)};
      if (spool->append({&batch, 1}, {&position, 1})) appended[{lane, first}] = bytes;
      if (pieces.byte() % 8 == 0) spool->acknowledge(lane, first);
    }
  }
  // The damage: bytes changed, ends cut off, files gone.
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".seg") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  bool removed = false;
  for (int i = 0; i < 8 && !pieces.done() && !files.empty(); ++i) {
    const fs::path& file = files[pieces.byte() % files.size()];
    std::error_code failed;
    const std::uintmax_t length = fs::file_size(file, failed);
    if (failed || length == 0) continue;
    const std::uintmax_t at = pieces.number() % length;
    const unsigned what = pieces.byte();
    if (what % 16 == 0) {
      fs::remove(file);
      removed = true;
    } else if (what % 4 == 0) {
      fs::resize_file(file, at);
    } else {
      std::FILE* const open = std::fopen(file.c_str(), "r+b");
      std::fseek(open, static_cast<long>(at), SEEK_SET);
      std::fputc(static_cast<int>(pieces.byte()), open);
      std::fclose(open);
    }
  }
  Result<kit::Spool> spool = kit::Spool::open(options);
  if (!spool) return 0;
  for (const auto& [number, bytes] : read_spool(*spool)) {
    const auto found = appended.find(number);
    holds(removed || found != appended.end(), "what is read was appended under its number");
    if (found != appended.end()) holds(found->second == bytes, "what is read is what was appended");
  }
  return 0;
}
