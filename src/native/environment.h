// The floating-point environment around a loop: neutral inside, untouched outside.
//
// Other packages leave flush-to-zero on, callers may have set a rounding mode, and vector comparisons raise flags that nobody
// asked for. Only the control register of the vector unit matters here; the x87 unit is not used.
#pragma once
#include <cstdint>

namespace stablesoftmax {

class NeutralEnvironment {
#if defined(__x86_64__)
  unsigned saved = __builtin_ia32_stmxcsr();

public:
  NeutralEnvironment() { __builtin_ia32_ldmxcsr(0x1f80); } // all exceptions masked, to nearest, no flush to zero
  ~NeutralEnvironment() { __builtin_ia32_ldmxcsr(saved); }
#elif defined(__aarch64__)
  std::uint64_t control, status;

public:
  NeutralEnvironment() {
    const std::uint64_t neutral = 0;
    asm volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(control), "=r"(status));
    asm volatile("msr fpcr, %0" ::"r"(neutral));
  }
  ~NeutralEnvironment() { asm volatile("msr fpcr, %0\n\tmsr fpsr, %1" ::"r"(control), "r"(status)); }
#else
#error "stablesoftmax: unknown processor family"
#endif
  NeutralEnvironment(const NeutralEnvironment &) = delete;
  NeutralEnvironment &operator=(const NeutralEnvironment &) = delete;
};

}  // namespace stablesoftmax
