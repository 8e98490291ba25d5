"""From a source to its findings: a look at the bytes, the tree, the values, the rules."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Collection

from stablesoftmax.lint import statements
from stablesoftmax.lint.attributes import CONSTRUCTORS
from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.frames import Frame, Module
from stablesoftmax.lint.noqa import is_silenced
from stablesoftmax.lint.rules import RULES
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.source import Source, SourceError
from stablesoftmax.lint.values import Value

__all__ = ["analyse", "is_suspicious"]

_SUSPICIOUS = re.compile(
    rb"\b(?:exp|exp_|log|log_|log1p|ln|log2|log10|sqrt|rsqrt|norm|softmax|log_softmax|Softmax|LogSoftmax|sigmoid|expit|Sigmoid|std|var"
    rb"|logsumexp|bincount|histogram|masked_fill|masked_fill_|pow|power|divide_no_nan|acos|arccos)\s*\(|[Ll]oss\b\w*\(|cross_?entropy"
    rb"|mean\([^\n]*\*\*|\*\*[^\n]*mean\(|square\([^\n]*mean\(|mean\([^\n]*square\(|max\([^\n]*-[^\n]*min\("
    rb"|/ ?\(?[\w.]*(?:sum|max|len|count\w*|union|mse|rms|visits|total|abs)\b|sum\(1 for|sum\([^\n]* if "
    rb"|self\.\w+ / self\.|\] / \w+\["
    rb"|/ ?\([^()\n]*\)\.sum\(|sum\([^\n]*\*|- ?\(?[\w./ ]+\)? ?\*\* ?2|- ?mean\w* ?\*"
    rb"|\bCrossEntropy|nan\b|NaN\b|\.compile\(|float16|bfloat16|\.half\(|temperature|tau\b"
)
_DIVISION = re.compile(rb" /=? ")
"""A reason to follow a function, not to parse a file."""
_LOSSES = re.compile(
    rb"[Ll]oss\b\w*\(|cross_?entropy|CrossEntropy|\.compile\(|\bmodel\(|value_and_grad|gradienttape|\.backward\(", re.IGNORECASE
)


def is_suspicious(data: bytes) -> bool:
    """Whether a file can have a finding at all: most files cannot, and are not parsed."""
    return _SUSPICIOUS.search(data) is not None


def analyse(source: Source, path: str = "<unknown>", *, tree: ast.Module | None = None, target: str = "",
            select: Collection[str] = (), ignore: Collection[str] = ()) -> list[Finding]:  # fmt: skip
    """The findings in a source.

    Parameters
    ----------
    source : Source
        The file.
    path : str
        Its name.
    tree : ast.Module, optional
        Its syntax tree, if there is one.
    target : str
        "stablesoftmax" to have fixes use that library for NumPy arrays.
    select, ignore : collection of str
        Codes or beginnings of codes.

    Returns
    -------
    list of Finding
        By position.

    Raises
    ------
    SourceError
        If the file cannot be parsed.
    """
    if tree is None:
        tree = source.parse()
    rules: dict[str, list[object]] = {}
    for rule in RULES:
        if (not select or rule.CODE.startswith(tuple(select))) and not rule.CODE.startswith(tuple(ignore)):
            for op in rule.OPS:
                rules.setdefault(op, []).append(rule)
    found: dict[tuple[tuple[int, int], str], Finding] = {}
    pardons: dict[tuple[tuple[int, int], str], list[Pardon]] = {}
    compiled: set[tuple[tuple[int, int], str]] = set()

    def check(frame: Frame, node: ast.AST, op: str, value: Value) -> None:
        for rule in rules.get(op, ()):
            site = Site(source, path, frame, node, op, value, rule.CODE, target)  # type: ignore[attr-defined]
            for said in rule.check(site):  # type: ignore[attr-defined]
                key = (said.span, said.code)
                if isinstance(said, Pardon):
                    pardons.setdefault(key, []).append(said)
                elif key not in found or (said.fixable and not found[key].fixable):
                    found[key] = said
                    if said.code in _COMPILED and site.library == "theano":
                        compiled.add(key)

    try:
        _run(Module(tree, check), source)
    except RecursionError:
        raise SourceError("nested too deeply") from None
    left = [finding for key, finding in found.items() if key not in pardons or not _is_pardoned(pardons[key])]
    chosen = [finding for finding in _chosen(left) if (finding.span, finding.code) not in compiled]
    return [finding for finding in chosen if not is_silenced(source, finding)]


def _run(module: Module, source: Source) -> None:
    """The module from top to bottom, then each function alone if its lines hold anything suspicious."""
    top = Frame(module)
    statements.execute(top, module.tree.body)
    data = source.text.encode(errors="replace")
    lines = _lines(data, _SUSPICIOUS, _DIVISION)
    everywhere = _LOSSES.search(data) is not None
    for node in _definitions(module.tree.body):
        if isinstance(node, ast.ClassDef):
            cls = module.classes.get(node.name)
            if cls is None or not (everywhere or _touches(lines, node)):
                continue
            for name in sorted(cls.methods, key=lambda n: (n not in CONSTRUCTORS, cls.methods[n].lineno)):
                if cls.methods[name] in node.body:
                    statements.run_function(top, cls.methods[name], cls)
            cls.initialized = True
        elif everywhere or _touches(lines, node):
            statements.run_function(top, node, None)


def _definitions(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    found: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += [child for child in _definitions(node.body) if isinstance(child, ast.ClassDef)]
        elif isinstance(node, ast.If | ast.Try | ast.With):
            found += _definitions(node.body)
            found += _definitions(getattr(node, "orelse", []))
            for handler in getattr(node, "handlers", []):
                found += _definitions(handler.body)
    return found


def _lines(data: bytes, *patterns: re.Pattern[bytes]) -> list[int]:
    """Numbers of the lines with one of the patterns."""
    ends = [match.start() for match in re.finditer(rb"\r\n|\r|\n", data)]
    return sorted({bisect.bisect_left(ends, match.start()) + 1 for pattern in patterns for match in pattern.finditer(data)})


def _touches(lines: list[int], node: ast.stmt) -> bool:
    i = bisect.bisect_left(lines, node.lineno)
    return i < len(lines) and lines[i] <= (node.end_lineno or node.lineno)


_COMPILED = frozenset({"SSM110", "SSM201", "SSM202", "SSM203", "SSM205", "SSM206", "SSM207", "SSM209"})
"""What PyTensor, as Theano did, rewrites when it compiles a graph: log(1 + x) is log1p(x) there, log(sigmoid(x)) a softplus."""
_ABSORBING = ("SSM101", "SSM201", "SSM202", "SSM203", "SSM204", "SSM205", "SSM206", "SSM210", "SSM305", "SSM401")


_PARTS = frozenset({("SSM502", "SSM502"), ("SSM206", "SSM505")})


def _chosen(findings: list[Finding]) -> list[Finding]:
    """One finding a place, of the more special rule (the lower code); a spelling that is reported speaks for its parts."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.span[0], -f.span[1], f.code)):
        if not any(k.span[0] <= finding.span[0] and finding.span[1] <= k.span[1] and _speaks_for(k, finding) for k in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: (f.line, f.column, f.code))


def _is_pardoned(pardons: list[Pardon]) -> bool:
    """Whether all places that use what was found pardon it; of places that lie inside each other the first one counts."""
    places: list[tuple[int, int]] = []
    for pardon in pardons:
        if not any(_nested(pardon.by, place) for place in places):
            places.append(pardon.by)
    return len(places) >= pardons[-1].uses


def _nested(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return (a[0] <= b[0] and b[1] <= a[1]) or (b[0] <= a[0] and a[1] <= b[1])


def _speaks_for(outer: Finding, inner: Finding) -> bool:
    if outer.span == inner.span:
        return outer.code[:4] in ("SSM1", "SSM2", "SSM3")
    if (outer.code, inner.code) in _PARTS:
        return True
    return outer.code in _ABSORBING and not inner.code.startswith(("SSM102", "SSM402", "SSM403", "SSM5"))
