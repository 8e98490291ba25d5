// x86-64-v3: AVX2 and FMA.
// Only our own headers and <cstddef>, <cstdint>, <immintrin.h> or <arm_neon.h>: an inline function of the standard library
// compiled here could be handed to the whole program by the linker and run on a CPU without these instructions.
#define STABLESOFTMAX_LEVEL avx2
#include "../simd/avx2.h"
#include "level.h"
