#pragma once
#include <cstdint>

namespace wf::kit {

/// Gives back the memory of code that was used and may not be soon: pages of the program and of its libraries that are
/// not writable (code, constants, tables of symbols) leave this process' resident memory. They are the files' own, so
/// that one that is needed again comes from the system's cache, or from the disk if that was short of memory. Costs
/// some hundred microseconds; any thread calls it, and the others may run meanwhile.
void release_code_pages();

/// Resident memory of this process in bytes; 0 if the system does not say.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace wf::kit
