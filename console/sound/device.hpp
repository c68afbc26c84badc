#pragma once
#include <memory>

#include "console/model/entity.hpp"

namespace wf::sound {

/// The system's default sound device, open (OpenAL 1.1; ALC_EXT_disconnect, ALC_SOFT_pause_device). At most one in a
/// process; all of it on one thread, whose calls may take as long as the driver likes.
class Device {
 public:
  /// Null: there is none, or one that nobody would hear (OpenAL Soft's "No Output").
  [[nodiscard]] static std::unique_ptr<Device> open();
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// It was not unplugged; a device that rests may not have noticed.
  [[nodiscard]] bool connected() const;
  /// Begins a tone, in place of one that plays. `volume`: 0…1, as ears count.
  void play(Priority tone, float volume);
  [[nodiscard]] bool playing() const;
  /// Ends what plays within 50 ms.
  void fade_out();
  /// Gives the device nothing to do, so that an idle console costs no processor time, and again something.
  void rest();
  void wake();

 private:
  struct Handles;
  Device();
  [[nodiscard]] bool make_tones();
  std::unique_ptr<Handles> h_;
};

}  // namespace wf::sound
