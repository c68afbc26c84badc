#pragma once
#include <memory>
#include <string_view>

#include "console/model/attachment.hpp"

namespace wf::pictures {

/// What a camera of the sample night would have sent: a corridor drawn by us, as JPEG, with a figure that stands
/// elsewhere in each.
[[nodiscard]] std::shared_ptr<const AttachmentContent> still(std::string_view hash);

}  // namespace wf::pictures
