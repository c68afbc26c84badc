#include "proto/version.hpp"

namespace wf {

const char* const kVersion = WF_VERSION;

}  // namespace wf
