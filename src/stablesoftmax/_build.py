"""What this installation is: version, compiler, SIMD level."""

from typing import Any

from stablesoftmax import _native

_info = _native.build_info()

__version__: str = _info["version"]
bits_version: int = _info["bits_version"]


def build_info() -> dict[str, Any]:
    """How this installation was built and which SIMD level is in use.

    Returns
    -------
    dict
        ``version``, ``bits_version`` (raised whenever any bit of any result changes), ``compiler``, ``flags``,
        ``levels_compiled`` (best first), ``levels_supported`` (those that this machine can run) and ``level`` (in use: the
        best supported one, or what the environment variable ``STABLESOFTMAX_ISA`` named when the package was imported).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.build_info()["level"] in ssm.build_info()["levels_supported"]
    True
    """
    return _native.build_info()
