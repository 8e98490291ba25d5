"""`stablesoftmax info`: what is installed and how it computes, for a bug report."""

from __future__ import annotations

import argparse
import json
import platform
from typing import Any

import numpy as np

import stablesoftmax

__all__ = ["add_parsers"]


def add_parsers(commands: Any) -> None:
    """Add the subcommand."""
    what = "what is installed and how it computes"
    parser = commands.add_parser("info", help=what, description=f"Tell {what}: version, compiler, SIMD levels.")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    facts = stablesoftmax.build_info() | {
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    if arguments.json:
        print(json.dumps(facts, indent=2))
        return
    width = max(map(len, facts))
    for name, fact in facts.items():
        print(f"{name:{width}}  {', '.join(fact) if isinstance(fact, list) else fact}")
