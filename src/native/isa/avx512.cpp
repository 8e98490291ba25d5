// x86-64-v4: AVX-512 F, DQ, BW, VL.
// Only our own headers and <cstddef>, <cstdint>, <immintrin.h> or <arm_neon.h>: an inline function of the standard library
// compiled here could be handed to the whole program by the linker and run on a CPU without these instructions.
#define STABLESOFTMAX_LEVEL avx512
#include "../simd/avx512.h"
#include "level.h"
