// AArch64 with NEON, its baseline.
// Only our own headers and <cstddef>, <cstdint>, <immintrin.h> or <arm_neon.h>: an inline function of the standard library
// compiled here could be handed to the whole program by the linker and run on a CPU without these instructions.
#define STABLESOFTMAX_LEVEL neon
#include "../simd/neon.h"
#include "level.h"
