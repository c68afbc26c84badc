#pragma once
#include <cstdint>
#include <string_view>

namespace wf::audit {

/// The name of a system call of an architecture as audit logs call it ("arch=c000003e": AUDIT_ARCH_X86_64 of
/// linux/audit.h); empty if it is not known. x86-64, x86 and AArch64, by the kernel headers of the build.
[[nodiscard]] std::string_view syscall_name(std::uint32_t arch, std::int64_t number);

}  // namespace wf::audit
