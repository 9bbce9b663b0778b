"""What a notebook ends its items with: figures, findings, gaps in supply; one JSON file per notebook."""

import json
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from brandops.present.items import ITEMS
from brandops.present.status import JUDGED, Status, status_of, worst

Unit = Literal[
    "currency", "fraction", "pp", "units", "count", "score", "days", "hours", "minutes", "seconds", "ratio",
    "index", "rank", "number",
]  # fmt: skip


def _number(value: object) -> object:
    """Plain float of any numeric scalar (numpy, Decimal); NaN, infinity and NA are None."""
    if value is None:
        return None
    try:
        number = float(value)
    except TypeError:
        return None
    return number if isfinite(number) else None


Number = Annotated[float | None, BeforeValidator(_number)]


class _Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Result):
    """A number with its target, its status and the data it came from."""

    item: str
    key: str = Field(description="Name of the figure that stays the same in every language and period")
    name: str
    value: Number
    unit: Unit
    target: Number = None
    better: Literal["higher", "lower"] = "higher"
    low: Number = None
    high: Number = None
    level: float = Field(0.95, gt=0, lt=1, description="Coverage of [low, high]")
    previous: Number = Field(None, description="The same figure one period earlier")
    grain: dict[str, str] = Field(default_factory=dict, description="What the figure is for; empty: the whole period")
    source: list[str] = Field(default_factory=list)
    money_at_stake: Number = Field(None, description="Money the gap to the target is worth, in the profile's currency")
    note: str | None = None
    evidence: bool = Field(False, description="It explains its item and does not decide it")
    owner: str | None = Field(None, description="Who is charged with it, where it is something to be done")
    due: date | None = Field(None, description="Day it is to be done by")
    status: Status

    def _repr_html_(self) -> str:
        from brandops.present.html import tile

        return tile(self)


class Finding(_Result):
    """A sentence backed by a table or chart."""

    item: str
    text: str
    source: list[str] = Field(default_factory=list)
    status: Status | None = None


class NotSupplied(_Result):
    """An item the profile has no data for."""

    item: str
    needs: list[str]


class PageResults(BaseModel):
    """Everything one notebook states; `results/<number>.json`."""

    model_config = ConfigDict(extra="forbid")

    notebook: str
    profile: str
    period: str
    as_of: date
    language: str
    currency: str
    figures: list[Figure] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    not_supplied: list[NotSupplied] = Field(default_factory=list)
    headlines: list[str] = Field(default_factory=list)
    marts: dict[str, int | None] = Field(default_factory=dict, description="Marts read, with their rows")
    tables: list[str] = Field(default_factory=list, description="Names of the published tables")
    charts: list[str] = Field(default_factory=list, description="Names of the published charts")

    def figures_of(self, item: str) -> list[Figure]:
        """Figures of one item, in the order they were stated."""
        return [figure for figure in self.figures if figure.item == item]

    def items(self) -> list[str]:
        """Items the notebook ends with any result, in the plan's order."""
        stated = {result.item for results in (self.figures, self.findings, self.not_supplied) for result in results}
        return [item for item in ITEMS if item in stated]

    def status(self, item: str) -> Status:
        """Status of an item by the rule of `brandops.present.status`."""
        figures = deciding_figures(self.figures_of(item))
        verdicts = [finding.status for finding in self.findings if finding.item == item and finding.status]
        if verdicts and all(figure.evidence for figure in figures):
            return worst(verdicts)
        statuses = [figure.status for figure in figures]
        for finding in self.findings:
            if finding.item == item:
                statuses.append(finding.status or Status.NO_TARGET)
        statuses += [Status.NOT_SUPPLIED for gap in self.not_supplied if gap.item == item]
        return worst(statuses)

    def write(self, folder: Path) -> Path:
        """Write the results to `folder/<number>.json` in one step, and return the path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.notebook[:2]}.json"
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        scratch = path.with_suffix(".json.part")
        scratch.write_text(text + "\n", encoding="utf-8")
        scratch.replace(path)
        return path


def deciding_figures(figures: list[Figure]) -> list[Figure]:
    """The figures that decide an item: of the whole period, not stated as evidence; where none of these has a target and
    a value to judge, the next: all of the whole period, then the details."""
    whole = [figure for figure in figures if not figure.grain]
    groups = [group for group in ([f for f in whole if not f.evidence], whole, figures) if group]
    judged = (group for group in groups if any(figure.status in JUDGED for figure in group))
    return next(judged, groups[0] if groups else [])


def make_figure(*, item: str, **fields: object) -> Figure:
    """Build a figure with the status that follows from its numbers.

    Raises
    ------
    ValueError
        If the plan has no such item, or the interval runs backwards.
    """
    check_item(item)
    value, target, low, high = (_number(fields.get(name)) for name in ("value", "target", "low", "high"))
    if low is not None and high is not None and low > high:
        raise ValueError(f"figure {fields.get('key')} of item {item}: interval [{low}, {high}] runs backwards")
    status = status_of(value, target, fields.get("better", "higher"), low, high)
    return Figure(item=item, status=status, **fields)


def check_item(item: str) -> None:
    """Raise ValueError for an id the plan does not have."""
    if item not in ITEMS:
        raise ValueError(f"item {item!r}: the plan has 81 items, 1.1.1 to 9.3.3, and this is none of them")


def load_results(folder: Path) -> list[PageResults]:
    """Read every notebook's results in `folder`, in the notebooks' order."""
    paths = sorted(folder.glob("[0-9][0-9].json"))
    return [PageResults.model_validate_json(path.read_text(encoding="utf-8")) for path in paths]
