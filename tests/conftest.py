"""What every test file shares: hypothesis without clocks, and a header that says which level is tested."""

import os
import signal
import sys

import hypothesis
from browser import browser, visit  # noqa: F401 (fixtures)
from command import call  # noqa: F401 (a fixture)
from mxcsr import register  # noqa: F401 (a fixture)

import stablesoftmax

# No test depends on time. In CI the examples are the same in every run; at a desk they are new ones each time.
hypothesis.settings.register_profile("desk", deadline=None, max_examples=100, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


# A job in the background of a shell ignores SIGINT, and so would the children that the Ctrl-C tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header():
    info = stablesoftmax.build_info()
    return f"stablesoftmax {info['version']}, level {info['level']} of {', '.join(info['levels_supported'])}, {sys.platform}"


def pytest_configure(config):
    config.addinivalue_line("markers", "integration: needs a package that the test extra does not bring")
