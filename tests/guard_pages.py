"""Arrays between pages that may not be touched: one byte read or written outside is the end of the process."""

import ctypes
import mmap

import numpy as np

PROT_NONE, PROT_READ, PROT_WRITE = 0, 1, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


class Guarded:
    """`size` bytes of pages with a forbidden page on either side; arrays are placed at either end."""

    def __init__(self, size):
        page = mmap.PAGESIZE
        self.size = -(-size // page) * page
        self._map = mmap.mmap(-1, self.size + 2 * page)
        self._bytes = np.frombuffer(self._map, np.uint8)
        self._start = self._bytes.ctypes.data
        self._protect(self._start, page, PROT_NONE)
        self._protect(self._start + page + self.size, page, PROT_NONE)
        self.memory = self._bytes[page : page + self.size]

    @staticmethod
    def _protect(address, length, protection):
        if libc.mprotect(address, length, protection):
            raise OSError(ctypes.get_errno(), "mprotect")

    def read_only(self, flag):
        self._protect(self.memory.ctypes.data, self.size, PROT_READ if flag else PROT_READ | PROT_WRITE)

    def array(self, shape, dtype, at_end):
        """An array whose last byte is the last one allowed, or whose first byte is the first one."""
        nbytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        part = self.memory[self.size - nbytes :] if at_end else self.memory[:nbytes]
        return part.view(dtype).reshape(shape)
