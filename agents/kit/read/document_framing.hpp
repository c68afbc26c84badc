#pragma once
#include <memory>
#include <string_view>

#include "agents/kit/read/framing.hpp"

namespace wf::kit {

/// Cuts a file into whole XML documents, JSON objects or the elements of a JSON array, by its first bytes; any other
/// text into lines. Controllers' answers come as such documents, laid out over as many lines as they like.
[[nodiscard]] std::unique_ptr<Framing> document_framing(std::string_view head);

}  // namespace wf::kit
