#pragma once
#include <filesystem>
#include <string_view>

#include "agents/kit/descriptor.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// The one directory from which records may name files to attach. A record comes from a device, and who controls that
/// must not get the agent to send other files of this machine: nothing outside of the directory is opened, whatever
/// the name says, and no symbolic link below it is followed.
class AttachmentFolder {
 public:
  explicit AttachmentFolder(std::filesystem::path directory);

  /// What is wrong with the directory itself.
  [[nodiscard]] Result<void> check() const;
  /// Opens a regular file for reading. `name` is relative to the directory, or absolute and beneath it.
  [[nodiscard]] Result<Descriptor> open(std::string_view name) const;

 private:
  std::filesystem::path directory_;  ///< without a slash at its end
};

}  // namespace wf::kit
