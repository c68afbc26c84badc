#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "files:PATH[:PATH…][,depth=N][,most=N][,every=SECONDS]": integrity of files and of what is below folders, `depth`
/// folders deep (16) and `most` files in all (2000): created, changed, deleted, permissions or owner changed, each an
/// event host.file with SHA-256 before and after. Woken by inotify(7), and `every` seconds (3600) all is looked at
/// again, as what inotify does not tell is. position() is the whole baseline: what changed while the agent did not run
/// is told when it starts again. The first start tells how many files there are, and nothing of each.
[[nodiscard]] kit::SourceMade make_files(const kit::SourceSpec& spec);

}  // namespace wf::host
