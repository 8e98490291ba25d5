// The table of the test-only level; compiled with the flags of the best level every machine of its kind has.
#define STABLESOFTMAX_LEVEL simulated512
#include "simulated512.h"

#include "../../src/native/isa/level.h"
