"""What differs between two reports: which figures changed, by how much, and what can have changed them.

Two reports may be of two periods, or of one period before and after a restatement (`2025Q4@closed` is what was closed).
A figure is the same figure where item, key and grain agree.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from brandops.present.results import Figure, PageResults

CLOSED = "@closed"  # ends the name of what a report was closed with
_FIELDS = ("value", "target", "low", "high", "status")
# Two runs give the same bytes; figures that pass through another machine's numerics may differ in the last digits.
_RELATIVE = 1e-12


@dataclass(frozen=True)
class Side:
    """One of the two reports: its name, its results and what it was made of."""

    name: str
    results: list[PageResults]
    about: dict[str, Any] = field(default_factory=dict)  # data (digest by source), code, parameters, period, as_of


@dataclass(frozen=True)
class Change:
    """One figure that is not the same in both reports; a side that lacks it is None."""

    item: str
    key: str
    name: str
    unit: str
    grain: dict[str, str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def difference(self) -> float | None:
        """After less before, where both have a value."""
        values = [side["value"] if side else None for side in (self.before, self.after)]
        return None if None in values else values[1] - values[0]


@dataclass(frozen=True)
class Causes:
    """What the two reports do not share, and so what can have changed a figure."""

    period: bool
    sources: list[str]  # names of sources whose data differ
    parameters: dict[str, tuple[Any, Any]]  # dotted key to its two values
    code: bool

    def names(self) -> list[str]:
        """Those that apply: period, data, parameters, code."""
        found = {"period": self.period, "data": self.sources, "parameters": self.parameters, "code": self.code}
        return [name for name, applies in found.items() if applies]


@dataclass(frozen=True)
class Comparison:
    """The outcome; `changes` in the plan's order, `equal` counts the figures that are the same."""

    a: str
    b: str
    causes: Causes
    changes: list[Change]
    equal: int

    def as_json(self) -> str:
        """The comparison as JSON text."""
        changes = [asdict(change) | {"difference": change.difference} for change in self.changes]
        content = {"a": self.a, "b": self.b, "causes": asdict(self.causes), "equal": self.equal, "changes": changes}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def compare(a: Side, b: Side) -> Comparison:
    """Compare report `a` with the later or restated report `b`."""
    ours, theirs = _figures(a.results), _figures(b.results)
    keys = [*ours, *(key for key in theirs if key not in ours)]
    differing = [key for key in keys if not _same(ours.get(key), theirs.get(key))]
    changes = [_change(ours.get(key), theirs.get(key)) for key in differing]
    changes.sort(key=lambda change: [int(part) for part in change.item.split(".")])
    return Comparison(a.name, b.name, causes(a.about, b.about), changes, len(keys) - len(differing))


def causes(a: Mapping[str, Any], b: Mapping[str, Any]) -> Causes:
    """What differs between what two reports were made of."""
    data, other = a.get("data", {}), b.get("data", {})
    ours, theirs = dict(_flat(a.get("parameters", {}))), dict(_flat(b.get("parameters", {})))
    return Causes(
        period=(a.get("period"), a.get("as_of")) != (b.get("period"), b.get("as_of")),
        sources=sorted(name for name in {*data, *other} if data.get(name) != other.get(name)),
        parameters={key: (ours.get(key), theirs.get(key)) for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)},
        code=a.get("code") != b.get("code"),
    )


def read_results(folder: Path) -> list[PageResults]:
    """The results of a report's sections; the overview restates theirs and is left out."""
    from brandops.present.results import load_results

    return [page for page in load_results(folder) if page.figures or page.findings]


def _figures(results: list[PageResults]) -> dict[tuple, Figure]:
    found: dict[tuple, Figure] = {}
    for page in results:
        for figure in page.figures:
            found.setdefault((figure.item, figure.key, *sorted(figure.grain.items())), figure)
    return found


def _same(a: Figure | None, b: Figure | None) -> bool:
    if a is None or b is None:
        return False
    return all(_equal(getattr(a, name), getattr(b, name)) for name in _FIELDS)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= _RELATIVE * max(abs(a), abs(b))
    return a == b


def _change(a: Figure | None, b: Figure | None) -> Change:
    one = b or a
    sides = [figure and figure.model_dump(mode="json", include=set(_FIELDS)) for figure in (a, b)]
    return Change(one.item, one.key, one.name, one.unit, one.grain, *sides)


def _flat(content: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested mappings by dotted key; a list counts as one value."""
    if not isinstance(content, Mapping):
        yield key, content
        return
    for name, value in content.items():
        yield from _flat(value, f"{key}.{name}" if key else str(name))
