// x86-64-v2: SSE4.2, no fused multiply-add.
// Only our own headers and <cstddef>, <cstdint>, <immintrin.h> or <arm_neon.h>: an inline function of the standard library
// compiled here could be handed to the whole program by the linker and run on a CPU without these instructions.
#define STABLESOFTMAX_LEVEL baseline
#include "../simd/baseline.h"
#include "level.h"
