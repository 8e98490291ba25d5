"""The control register of the vector unit, read and written by a test: only on x86-64 and Linux."""

import contextlib
import ctypes
import mmap
import platform
import sys

import pytest

X86 = platform.machine() in ("x86_64", "AMD64") and sys.platform == "linux"
needs_register = pytest.mark.skipif(not X86, reason="sets the MXCSR register of x86-64 as Linux calls functions")

FLAGS, EVENTS = 0x3F, 0x01 | 0x04 | 0x08 | 0x10  # events: invalid, division by zero, overflow, underflow
FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 0x8000, 0x0040
ROUNDING = {"nearest": 0x0000, "down": 0x2000, "up": 0x4000, "towards zero": 0x6000}
STATES = {
    **ROUNDING,
    "flush to zero": FLUSH_TO_ZERO,
    "denormals are zero": DENORMALS_ARE_ZERO,
    "both": FLUSH_TO_ZERO | DENORMALS_ARE_ZERO,
    "both, up": FLUSH_TO_ZERO | DENORMALS_ARE_ZERO | 0x4000,
}
MASKED = 0x1F80  # no exception traps


class Register:
    """MXCSR, through eight bytes of machine code: ldmxcsr [rdi]; ret and stmxcsr [rdi]; ret."""

    def __init__(self):
        self._code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self._code.write(bytes.fromhex("0fae17c3 0fae1fc3"))
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        function = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint32))
        self._load, self._store = function(address), function(address + 4)

    def write(self, value):
        self._load(ctypes.byref(ctypes.c_uint32(value)))

    def read(self):
        value = ctypes.c_uint32()
        self._store(ctypes.byref(value))
        return value.value


@pytest.fixture(scope="module")
def register():
    try:
        return Register()
    except PermissionError:
        pytest.skip("memory may not be both written and executed here")


@contextlib.contextmanager
def state(register, control):
    """MXCSR with these control bits and no flags; afterwards the control bits must be as set, then all is restored."""
    saved = register.read()
    register.write(MASKED | control)
    try:
        yield
        after = register.read()
    finally:
        register.write(saved)
    assert after & ~FLAGS == MASKED | control, f"{after:#x}"
