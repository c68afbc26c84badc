#include <dlfcn.h>

/// Part of what draws in builds with sanitizers, in place of the C library's. EGL unloads the driver at the end, with
/// the variables that point to what the driver keeps: LeakSanitizer then calls that lost, with frames of no known
/// library, so that no suppression could name it. As long as it stays loaded nothing is.
extern "C" int dlclose(void*) noexcept { return 0; }
