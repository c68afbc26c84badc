#include "console/seat/kept_picture.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "console/seat/seat_codec.hpp"
#include "console/store/content_hash.hpp"
#include "console/store/data_directory.hpp"

namespace wf::seat {
namespace {

/// "watchfloor picture 4 <hash>\n", then the snapshot as a seat over the wire gets it first.
constexpr std::string_view kMagic = "watchfloor picture ";

std::string head_of(std::string_view body) {
  store::ContentHash hash;
  hash.add(body);
  return std::string(kMagic) + std::to_string(kSeatWireVersion) + " " + hash.hex() + "\n";
}

}  // namespace

Result<void> keep_picture(const std::filesystem::path& data, const std::shared_ptr<const Snapshot>& now) {
  std::string body;
  UpdateEncoder().encode_snapshot(now, body);
  const std::filesystem::path file = data / kPictureFile, partial = data / "picture.partial";
  if (Result<void> made = store::make_private_file(partial); !made) return made;
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  out << head_of(body) << body;
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(partial, file, failed);
  if (out && !failed) return {};
  std::filesystem::remove(partial, failed);
  return Error{"the newest picture cannot be written", file.string(), "make room on that disk"};
}

std::shared_ptr<const Snapshot> kept_picture(const std::filesystem::path& data, std::uint64_t newest) {
  const std::filesystem::path file = data / kPictureFile;
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  if (failed || size > static_cast<std::uintmax_t>(kMaxUpdateBytes)) return nullptr;
  std::ifstream in(file, std::ios::binary);
  std::string head;
  if (!std::getline(in, head)) return nullptr;
  std::string body(size - std::min<std::uintmax_t>(size, head.size() + 1), '\0');
  in.read(body.data(), static_cast<std::streamsize>(body.size()));
  if (!in || head + "\n" != head_of(body)) return nullptr;
  std::shared_ptr<const Snapshot> out;
  const Result<Update> read = UpdateDecoder().decode(body, out);
  if (!read || !out || out->health.fused_position > newest) return nullptr;
  return out;
}

PictureKeeper::PictureKeeper(std::filesystem::path data, std::function<std::shared_ptr<const Snapshot>()> snapshot,
                             std::chrono::nanoseconds every)
    : data_(std::move(data)), snapshot_(std::move(snapshot)), every_(every), thread_([this] { run(); }) {}

PictureKeeper::~PictureKeeper() {
  {
    const std::lock_guard hold(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PictureKeeper::run() {
  std::chrono::nanoseconds next = every_;
  std::unique_lock hold(mutex_);
  while (!changed_.wait_for(hold, next, [this] { return stop_; })) {
    hold.unlock();
    const auto begin = std::chrono::steady_clock::now();
    keep();
    next = std::max(every_, std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin) * 100);
    hold.lock();
  }
  hold.unlock();
  keep();
}

/// On a full disk there is an older one, or none: the engine itself says that the disk is full.
void PictureKeeper::keep() {
  std::shared_ptr<const Snapshot> now = snapshot_();
  if (kept_ && kept_->version == now->version) return;
  if (keep_picture(data_, now)) kept_ = std::move(now);
}

}  // namespace wf::seat
