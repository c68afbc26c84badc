#pragma once
#include <cstdint>

#if defined(__has_feature)  // clang; gcc defines names instead
#define WF_HAS_FEATURE(name) __has_feature(name)
#else
#define WF_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || WF_HAS_FEATURE(address_sanitizer) || \
    WF_HAS_FEATURE(thread_sanitizer)
#define WF_HEAP_IS_TAKEN
#endif

/// Counts what is taken from the heap, by our code and by the libraries that it calls: malloc() and its kin are
/// replaced in a test program that links allocations.cpp. Under a sanitizer, which replaces them itself, nothing is
/// counted.
namespace wf::heap {

#ifdef WF_HEAP_IS_TAKEN
inline constexpr bool kCounted = false;
#else
inline constexpr bool kCounted = true;
#endif

[[nodiscard]] std::uint64_t of_all();   ///< of all threads so far
[[nodiscard]] std::uint64_t of_mine();  ///< of the calling thread

}  // namespace wf::heap
