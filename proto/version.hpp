#pragma once

namespace wf {

/// Version of all programs of this build, for people: the project's in CMakeLists.txt, and nowhere else.
extern const char* const kVersion;

}  // namespace wf
