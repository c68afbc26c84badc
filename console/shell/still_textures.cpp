#include "console/shell/still_textures.hpp"

#include <algorithm>
#include <utility>

#include "console/shell/gl.hpp"

namespace wf::shell {
namespace {

// Of the Khronos registry, OpenGL 3.3 core.
constexpr unsigned kTexture2d = 0x0DE1, kTextureBinding = 0x8069, kRgba8 = 0x8058, kRgba = 0x1908, kByte = 0x1401;
constexpr unsigned kMinFilter = 0x2801, kMagFilter = 0x2800, kWrapS = 0x2802, kWrapT = 0x2803;
constexpr int kLinear = 0x2601, kLinearMipmap = 0x2703, kClamp = 0x812F;
constexpr unsigned kUnpackRowLength = 0x0CF2;

}  // namespace

StillTextures::~StillTextures() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (Entry& entry : entries_) drop(entry);
}

ui::PictureLook StillTextures::look(const std::string& name, const std::shared_ptr<const AttachmentContent>& content) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (done_.empty()) break;
    Done one = std::move(done_.front());
    done_.pop_front();
    lock.unlock();
    take(std::move(one));
  }
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == name; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().look;
  }
  entries_.push_front({name, {}, 0});
  if (entries_.size() > kMost) {
    drop(entries_.back());
    entries_.pop_back();
  }
  if (at_once_) {
    take({name, decode_still(*content)});
    return entries_.front().look;
  }
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({name, content});
  }
  changed_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  return {};
}

void StillTextures::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Done one{job.name, decode_still(*job.content)};
    lock.lock();
    if (stop_) return;
    done_.push_back(std::move(one));
    ready_ = true;
    lock.unlock();
    if (on_ready_) on_ready_();
    lock.lock();
  }
}

/// Nobody may look at it any more: then it is decoded again when somebody does.
void StillTextures::take(Done done) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == done.name; });
  if (found == entries_.end()) return;
  if (!done.pixels) {
    found->look.state = ui::PictureLook::State::broken;
    found->look.why = done.pixels.error().text();
    return;
  }
  upload(*done.pixels, *found);
}

void StillTextures::upload(const StillPixels& pixels, Entry& to) {
  const Gl& g = gl();
  drop(to);
  int bound = 0;
  g.get_integer(kTextureBinding, &bound);
  g.gen_textures(1, &to.texture);
  g.bind_texture(kTexture2d, to.texture);
  g.tex_parameter(kTexture2d, kMinFilter, kLinearMipmap);
  g.tex_parameter(kTexture2d, kMagFilter, kLinear);
  g.tex_parameter(kTexture2d, kWrapS, kClamp);
  g.tex_parameter(kTexture2d, kWrapT, kClamp);
  g.pixel_store(kUnpackRowLength, 0);
  g.tex_image(kTexture2d, 0, static_cast<int>(kRgba8), pixels.width, pixels.height, 0, kRgba, kByte,
              pixels.rgba.data());
  g.generate_mipmap(kTexture2d);
  g.bind_texture(kTexture2d, static_cast<unsigned>(bound));
  to.look.state = ui::PictureLook::State::there;
  to.look.texture = reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(to.texture));
  to.look.width = pixels.sent_width;
  to.look.height = pixels.sent_height;
  to.look.why = pixels.damage;
}

void StillTextures::drop(Entry& entry) {
  if (entry.texture != 0) gl().delete_textures(1, &entry.texture);
  entry.texture = 0;
}

}  // namespace wf::shell
