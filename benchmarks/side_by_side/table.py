"""What was measured, as text: a table a case, and one line a case in the end."""

from .peers import OURS
from .run import Entry, Measured

WAYS = ["fresh", "out="]


def of_case(measured: Measured) -> str:
    rounds = max(entry.rounds for ways in measured.entries.values() for entry in ways.values())
    threads = f"{measured.threads} thread{'s' if measured.threads > 1 else ''}"
    lines = [
        f"{measured.case.name}, {threads}, up to {rounds} rounds, {measured.seconds:.1f} s",
        f"  {'ns/element':14}{WAYS[0]:>12}{WAYS[1]:>12}{'error, ulp':>14}",
    ]
    lines += [_of_peer(peer, ways) for peer, ways in measured.entries.items()]
    lines += [f"  {peer:14}  has no result: {why[:100]}" for peer, why in measured.failed.items()]
    for way in WAYS:
        if ratio := _ratio(measured, way):
            lines.append(f"  {ratio}")
    return "\n".join(lines)


def summary(all_measured: list[Measured]) -> str:
    width = max(len(measured.case.name) for measured in all_measured)
    lines = ["ours/best valid peer"]
    for measured in all_measured:
        ratios = [ratio for way in WAYS if (ratio := _ratio(measured, way))]
        lines += [f"  {measured.case.name:{width}}  {ratio}" for ratio in ratios]
    return "\n".join(lines)


def _of_peer(peer: str, ways: dict[str, Entry]) -> str:
    errors = [entry.ulps for entry in ways.values() if entry.ulps is not None]
    times = "".join(f"{_time(ways.get(way)):>12}" for way in WAYS)
    wrong = "" if all(entry.valid for entry in ways.values()) else "  INVALID"
    return f"  {peer:14}{times}{_error(max(errors)) if errors else '-':>14}{wrong}"


def _time(entry: Entry | None) -> str:
    """~ marks a median that includes rounds in which something else got the processor."""
    if entry is None:
        return "- "
    return f"{entry.ns:.3f}{' ' if entry.clean else '~'}"


def _error(ulps: float) -> str:
    return f"{ulps:.2f}" if ulps < 10 else f"{ulps:.0f}" if ulps < 1e6 else f"{ulps:.1e}"


def _ratio(measured: Measured, way: str) -> str | None:
    ours, best = measured.entries.get(OURS, {}).get(way), measured.fastest(way)
    if not (ours and best):
        return None
    peer, entry = best
    return f"{way:6} ours {ours.ns:8.3f}   best {entry.ns:8.3f} {peer:12} ours/best {ours.ns / entry.ns:5.2f}"
