"""Reading arrays from files and writing them so that nobody ever sees half of one.

`open_arrays` and `create_arrays` choose the format by the suffix and read and write box by box; `read_arrays` and `write_arrays`
take everything into memory. Each format is a file of this folder. A file is untrusted: nothing in it is ever executed, and
whatever is wrong with it becomes one `ArrayFileError`.
"""

from stablesoftmax.io.arrays import create_arrays, open_arrays, read_arrays, write_arrays
from stablesoftmax.io.atomic import atomic_writer
from stablesoftmax.io.errors import ArrayFileError, MissingPackageError

__all__ = ["ArrayFileError", "MissingPackageError", "atomic_writer", "create_arrays", "open_arrays", "read_arrays", "write_arrays"]
