#include "agents/kit/outputs/command_link.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "proto/device_command.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kKeyText = 64;  ///< hexadecimal digits of an Ed25519 public key

bool valid_key(const std::string& text) {
  return text.size() == kKeyText &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Did the owner of `key` vouch for `next`?
bool vouched(const std::string& key, const std::string& next, const std::string& proof) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> raw{};
  std::size_t size = 0;
  if (!valid_key(key) || proof.size() != crypto_sign_BYTES ||
      sodium_hex2bin(raw.data(), raw.size(), key.data(), key.size(), nullptr, &size, nullptr) != 0)
    return false;
  const std::string text = vouched_text(next);
  return crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(proof.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), raw.data()) == 0;
}

}  // namespace

void CommandLink::enrolled(const LinkMessage& message, Identity& identity) {
  if (!valid_key(message.command_key)) return;
  identity.command_key = message.command_key;
  identity.next_command_key.clear();
}

bool CommandLink::turn(Identity& identity, const std::filesystem::path& file, Identity changed) {
  if (Result<void> written = write_identity(file, changed); !written) {
    problem_ = "the key of commands cannot be kept, and none is believed: " + written.error().text();
    return false;
  }
  identity = std::move(changed);
  return true;
}

void CommandLink::welcomed(const LinkMessage& message, bool plain, Identity& identity,
                           const std::filesystem::path& file, const Moment& moment) {
  clock_.welcome(message.clock, moment.mono);
  problem_.clear();
  key_.clear();
  if (plain) return;
  if (identity.command_key.empty() && valid_key(message.command_key)) {
    Identity pinned = identity;
    pinned.command_key = message.command_key;
    (void)turn(identity, file, std::move(pinned));
  } else if (!identity.next_command_key.empty() && message.command_key == identity.next_command_key) {
    // The engine has switched. From here on the key before is of no use, also to who may have stolen it.
    Identity switched = identity;
    switched.command_key = std::exchange(switched.next_command_key, {});
    if (!turn(identity, file, std::move(switched))) return;
  }
  key_ = identity.command_key;
  if (!message.command_key.empty() && !key_.empty() && message.command_key != key_)
    problem_ =
        "the engine names another key for commands to devices than at enrolment; commands signed by it are refused. If "
        "its keys were really made anew, enrol this agent again";
}

Result<bool> CommandLink::learn(const LinkMessage& message, Identity& identity, const std::filesystem::path& file) {
  const std::string& next = message.next_command_key;
  if (!valid_key(next) || next == identity.command_key || next == identity.next_command_key) return false;
  // Who has the engine's CURVE key and not this one cannot have another key believed.
  if (!vouched(identity.command_key, next, message.next_command_proof)) return false;
  Identity changed = identity;
  changed.next_command_key = next;
  if (Result<void> written = write_identity(file, changed); !written) return written.error();
  identity = std::move(changed);
  return true;
}

bool CommandLink::contradicted(const LinkMessage& message, const Moment& moment) {
  if (!clock_.contradicts(message.clock, moment.mono)) return false;
  if (asked_again_ != 0 && moment.mono < asked_again_ + kMinute) return false;
  asked_again_ = moment.mono;
  return true;
}

}  // namespace wf::kit
