#pragma once
#include <filesystem>

#include "console/model/query.hpp"

namespace wf::engine {

/// Answers Query::What::attachment from a data directory, also while an engine owns it: the content of a still, once it
/// is what its name says. A clip, and what is larger than kMostStill, is an error that says how to read it. Blocking;
/// any thread.
[[nodiscard]] QueryPage answer_attachment(const std::filesystem::path& data, const Query& query);

}  // namespace wf::engine
