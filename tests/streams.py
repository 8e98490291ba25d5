"""Content as a file, and a stored array as one in memory: for tests of formats."""

import tempfile


def as_file(content=b""):
    """A file without a name, at its beginning."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115
    stream.write(content)
    stream.flush()
    stream.seek(0)
    return stream


def everything(source):
    """All elements of a stored array."""
    return source.read(tuple(slice(0, length) for length in source.shape))
