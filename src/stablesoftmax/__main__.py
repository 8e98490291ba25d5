"""`python -m stablesoftmax`: the command, for where its own name is not on the path."""

import sys

from stablesoftmax.cli import main

if __name__ == "__main__":
    sys.exit(main())
