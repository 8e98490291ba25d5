"""The pages of the rules from their docstrings: `--explain`, and docs/lint.md (`python -m stablesoftmax.lint.documentation`)."""

from __future__ import annotations

import inspect

from stablesoftmax.lint.rules import RULES, Rule

__all__ = ["explain", "manual"]

_INTRODUCTION = """\
# The linter

    stablesoftmax lint PATH...                 # warnings; exit code 0: none, 1: some, 2: something could not be read
    stablesoftmax lint --diff src              # what --fix would change
    stablesoftmax lint --fix src               # rewrite where old and new are the same real function
    stablesoftmax lint --explain SSM101        # the page of a rule
    stablesoftmax lint - < file.py             # standard input; with --fix the new text goes to standard output

It reads NumPy, SciPy, torch, TensorFlow 1 and 2, Keras, JAX and `math`, in files, folders and notebooks, and follows values through
assignments, reshapes, functions, methods, attributes and layers. What it knows nothing of, it says nothing about. How it
works, how fast it is and what it does not see: [its design note](design/lint.md). Every warning that it gives on nine well-known
packages, judged: [the triage](lint_triage.md).

**Options.** `--select SSM1,SSM301` and `--ignore SSM207` by codes or their beginnings; `--format text|json|github` (json: a
list of objects with path, line, column, code, message, fixable, and cell in a notebook); `--target stablesoftmax` to have fixes
call this library for NumPy arrays; `--exclude PATTERN`; `--jobs N`. The same in `pyproject.toml`:

    [tool.stablesoftmax.lint]
    ignore = ["SSM207"]
    exclude = ["generated", "*_pb2.py"]
    target = "stablesoftmax"

**Silence.** `# noqa` or `# noqa: SSM101` on the first or the last line of the expression.

**Fixes** are made only where old and new are the same real function wherever the old one was finite: `--fix` changes what
overflowed, what was lost to rounding, and the last digits of the rest. Nothing else in the file changes by a byte (encoding,
line ends, comments); a file that changed since it was read is not written; notebooks are reported and not rewritten. A name
that is no longer used (`e` of `e = np.exp(x); p = e / e.sum()`) stays: other linters remove it.

**flake8.** With this package installed, flake8 reports the codes SSM (`extend-select = SSM` if it does not select all).

**pre-commit.** The hook `stablesoftmax-lint` is defined in `.pre-commit-hooks.yaml`.

**Cost.** The linter needs the standard library alone. Since it is part of the package, starting it imports NumPy (about a
tenth of a second), once a command.

## The rules

"""


def explain(rule: Rule) -> str:
    """The page of a rule.

    Parameters
    ----------
    rule : Rule
        The rule.

    Returns
    -------
    str
        Markdown.
    """
    title, _, body = inspect.cleandoc(rule.__doc__ or "").partition("\n")
    return f"### {rule.CODE} ({rule.NAME}): {title.rstrip('.')}\n{body}\n"


def manual() -> str:
    """The page of the documentation that holds all rules.

    Returns
    -------
    str
        Markdown.
    """
    table = "| code | name | finds | fix |\n|---|---|---|---|\n"
    for rule in RULES:
        text = inspect.cleandoc(rule.__doc__ or "")
        table += (
            f"| {rule.CODE} | {rule.NAME} | {text.splitlines()[0].rstrip('.')} | {'yes' if chr(10) + 'Fix: ' in text else ''} |\n"
        )
    return _INTRODUCTION + table + "\n" + "\n".join(map(explain, RULES))


if __name__ == "__main__":
    print(manual(), end="")
