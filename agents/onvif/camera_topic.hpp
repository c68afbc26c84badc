#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "agents/onvif/notice.hpp"

namespace wf::onvif {

/// What a notice is an event of.
struct Meaning {
  std::string_view kind = "other";
  std::string_view reason = {};
  std::string_view mode = {};  ///< of camera.object: the object
  bool normal = false;         ///< nothing is wrong: no news when a subscription begins
};

/// Whether a recorder is to record all the time, or when something happens: then it is nothing wrong that it does not.
enum class Recording : std::uint8_t { on_events, always };

/// "true", "1", "active", "on" and "yes", however they are written.
[[nodiscard]] bool is_true(std::string_view text);

/// Whether what a notice tells of is so: by the items that devices use for it, else by its first item that says yes or
/// no. Empty: none does.
[[nodiscard]] std::optional<bool> is_so(const Notice& notice);

/// What a camera says of its picture and of what moves in it. Topics of ONVIF's and of makers' that are known have
/// their meaning; others under the same roots have it by the words in them (`…/IvaHumanDetection` is a person's), if
/// they say yes or no. Kind "other": it is none of these.
[[nodiscard]] Meaning camera_topic(const Notice& notice);

/// What a recorder says of its recordings (ONVIF Recording Control, RecordingConfig/JobState and
/// RecordingHistory/Recording/State): a job in error is a gap; one that is idle, or a recording that is not going on,
/// is one where it is to record always.
[[nodiscard]] Meaning recorder_topic(const Notice& notice, Recording recording);

}  // namespace wf::onvif
