// The floating-point environment around a loop: neutral inside, untouched outside.
//
// Other packages leave flush-to-zero on, callers may have set a rounding mode, and vector comparisons raise flags that nobody
// asked for. Only the control register of the vector unit matters here; the x87 unit is not used.
#pragma once
#include <cstdint>

namespace stablesoftmax {

// Control and flags in one word. Neutral: to nearest, nothing flushed, nothing trapped, no flag raised.
#if defined(__x86_64__)
constexpr std::uint64_t neutral_environment = 0x1f80;
inline std::uint64_t read_environment() { return __builtin_ia32_stmxcsr(); }
inline void write_environment(std::uint64_t value) { __builtin_ia32_ldmxcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
constexpr std::uint64_t neutral_environment = 0;
inline std::uint64_t read_environment() {
  std::uint64_t control, flags;
  asm volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(control), "=r"(flags));
  return control << 32 | (flags & 0xffffffffu);
}
inline void write_environment(std::uint64_t value) {
  asm volatile("msr fpcr, %0\n\tmsr fpsr, %1" ::"r"(value >> 32), "r"(value & 0xffffffffu) : "memory");
}
#else
#error "stablesoftmax: unknown processor family"
#endif

class NeutralEnvironment {
  std::uint64_t saved = read_environment();

public:
  NeutralEnvironment() { write_environment(neutral_environment); }
  ~NeutralEnvironment() { write_environment(saved); }
  NeutralEnvironment(const NeutralEnvironment &) = delete;
  NeutralEnvironment &operator=(const NeutralEnvironment &) = delete;
};

}  // namespace stablesoftmax
