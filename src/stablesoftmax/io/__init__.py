"""Reading arrays from files and writing them so that nobody ever sees half of one.

`read_arrays` and `write_arrays` choose the format by the suffix; each format is a file of this
folder. A file is untrusted: nothing in it is ever executed, and whatever is wrong with it becomes
one `ArrayFileError`.
"""

from stablesoftmax.io.arrays import read_arrays, write_arrays
from stablesoftmax.io.atomic import atomic_writer
from stablesoftmax.io.errors import ArrayFileError

__all__ = ["ArrayFileError", "atomic_writer", "read_arrays", "write_arrays"]
