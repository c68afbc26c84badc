#include "console/sound/device.hpp"

#include <AL/al.h>
#include <AL/alc.h>
#include <AL/alext.h>
#include <dlfcn.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "console/sound/tones.hpp"

namespace wf::sound {
namespace {

void say_nothing(const char*, int, const char*, int, const char*, ...) {}

/// ALSA's library writes ten lines to standard error whenever there is no card. OpenAL loads it when it is first
/// asked for anything.
void quiet_alsa() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  (void)alcGetString(nullptr, ALC_ALL_DEVICES_SPECIFIER);
  void* const alsa = ::dlopen("libasound.so.2", RTLD_LAZY | RTLD_NOLOAD);
  if (alsa == nullptr) return;
  using Handler = void (*)(const char*, int, const char*, int, const char*, ...);
  using Set = int (*)(Handler);
  if (const auto set = reinterpret_cast<Set>(::dlsym(alsa, "snd_lib_error_set_handler"))) set(&say_nothing);
  ::dlclose(alsa);
}

}  // namespace

// OpenAL's types have other names in later versions: they stay in here.
struct Device::Handles {
  ALCdevice* device = nullptr;
  ALCcontext* context = nullptr;
  ALuint source = 0;
  std::array<ALuint, 4> tones{};  ///< buffers, by Priority
  float gain = 1;
  bool rests = false, sees_unplugging = false;
  void (*pause)(ALCdevice*) = nullptr;
  void (*resume)(ALCdevice*) = nullptr;
};

Device::Device() : h_(std::make_unique<Handles>()) {}

std::unique_ptr<Device> Device::open() {
  quiet_alsa();
  std::unique_ptr<Device> out(new Device);
  out->h_->device = alcOpenDevice(nullptr);
  if (out->h_->device == nullptr) return nullptr;
  const ALCchar* const name = alcGetString(out->h_->device, ALC_ALL_DEVICES_SPECIFIER);
  if (name != nullptr && std::string_view(name) == "No Output") return nullptr;
  out->h_->context = alcCreateContext(out->h_->device, nullptr);
  if (out->h_->context == nullptr || alcMakeContextCurrent(out->h_->context) == ALC_FALSE) return nullptr;
  if (!out->make_tones()) return nullptr;
  out->h_->sees_unplugging = alcIsExtensionPresent(out->h_->device, "ALC_EXT_disconnect") == ALC_TRUE;
  if (alcIsExtensionPresent(out->h_->device, "ALC_SOFT_pause_device") == ALC_TRUE) {
    out->h_->pause = reinterpret_cast<void (*)(ALCdevice*)>(alcGetProcAddress(out->h_->device, "alcDevicePauseSOFT"));
    out->h_->resume = reinterpret_cast<void (*)(ALCdevice*)>(alcGetProcAddress(out->h_->device, "alcDeviceResumeSOFT"));
  }
  return out;
}

bool Device::make_tones() {
  alGenSources(1, &h_->source);
  alGenBuffers(static_cast<ALsizei>(h_->tones.size()), h_->tones.data());
  for (std::size_t i = 0; i < h_->tones.size(); ++i) {
    const std::vector<std::int16_t> samples = tone(static_cast<Priority>(i));
    alBufferData(h_->tones[i], AL_FORMAT_MONO16, samples.data(),
                 static_cast<ALsizei>(samples.size() * sizeof(std::int16_t)), kRate);
  }
  return alGetError() == AL_NO_ERROR;
}

Device::~Device() {
  if (h_->context != nullptr) {
    if (h_->source != 0) alDeleteSources(1, &h_->source);
    alDeleteBuffers(static_cast<ALsizei>(h_->tones.size()), h_->tones.data());
    alcMakeContextCurrent(nullptr);
    alcDestroyContext(h_->context);
  }
  if (h_->device != nullptr) alcCloseDevice(h_->device);
}

bool Device::connected() const {
  ALCint yes = ALC_TRUE;
  if (h_->sees_unplugging) alcGetIntegerv(h_->device, ALC_CONNECTED, 1, &yes);
  return yes == ALC_TRUE;
}

void Device::play(Priority tone, float volume) {
  alSourceStop(h_->source);
  h_->gain = volume * volume;  // half of it sounds half as loud
  alSourcef(h_->source, AL_GAIN, h_->gain);
  alSourcei(h_->source, AL_BUFFER, static_cast<ALint>(h_->tones[static_cast<std::size_t>(tone) & 3U]));
  alSourcePlay(h_->source);
}

bool Device::playing() const {
  ALint state = AL_STOPPED;
  alGetSourcei(h_->source, AL_SOURCE_STATE, &state);
  return state == AL_PLAYING;
}

void Device::fade_out() {
  if (!playing()) return;
  constexpr int kSteps = 5;
  for (int i = kSteps - 1; i >= 0; --i) {
    alSourcef(h_->source, AL_GAIN, h_->gain * static_cast<float>(i) / kSteps);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  alSourceStop(h_->source);
}

void Device::rest() {
  if (!h_->rests && h_->pause != nullptr) h_->pause(h_->device);
  h_->rests = true;
}

void Device::wake() {
  if (h_->rests && h_->resume != nullptr) h_->resume(h_->device);
  h_->rests = false;
}

}  // namespace wf::sound
