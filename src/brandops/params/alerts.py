"""A profile's alert rules: which figure, of what, beyond which value, is whose business (plan item 7.3.2).

`params/<profile>/alerts.yml` holds them; `make monitor` evaluates them day by day, notebook 07 over the whole history.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from brandops import paths
from brandops.params.yaml import Strict, load_yaml, validate

Severity = Literal["critical", "warning"]
Scope = Literal["total", "category", "product", "channel", "competitor", "material", "supplier"]


@dataclass(frozen=True)
class FigureKind:
    """What a figure is of, and in which unit: `fraction`, `days`, `currency`, `pp`."""

    scopes: tuple[Scope, ...]
    unit: str


# What can be watched; `brandops.analysis.indicators` computes them.
FIGURES: dict[str, FigureKind] = {
    "sales_deviation": FigureKind(("total", "category", "channel"), "fraction"),
    "return_rate": FigureKind(("total", "channel"), "fraction"),
    "turnover_deviation": FigureKind(("total", "category", "product"), "fraction"),
    "days_of_cover": FigureKind(("product",), "days"),
    "unexplained_stock": FigureKind(("total", "product"), "currency"),
    "price_war": FigureKind(("competitor",), "pp"),
    "overdue_share": FigureKind(("total",), "fraction"),
    "late_deliveries": FigureKind(("total", "supplier"), "fraction"),
    "material_price_change": FigureKind(("material",), "fraction"),
}
FigureName = Literal[
    "sales_deviation", "return_rate", "turnover_deviation", "days_of_cover", "unexplained_stock", "price_war", "overdue_share",
    "late_deliveries", "material_price_change",
]  # fmt: skip


class Rule(Strict):
    """One alert rule. Exactly one of `above`, `below`, `off` says when it alarms; `clears` when it is over."""

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="its name, unique in the file")
    figure: FigureName
    scope: Scope = "total"
    only: list[str] | None = Field(None, min_length=1, description="members of the scope to watch; all by default")
    above: float | None = Field(None, description="alarms where the figure is above")
    below: float | None = Field(None, description="alarms where the figure is below")
    off: float | None = Field(None, gt=0, description="alarms where the figure is off zero by more, either way")
    clears: float | None = Field(None, description="hysteresis: an open alert closes only on the good side of this value")
    severity: Severity = "warning"
    owner: str = Field(min_length=1, description="who answers for it")
    quiet_days: int = Field(
        7, ge=0, le=365, description="an alert back within so many days of its end is the old one, told to nobody"
    )

    @model_validator(mode="after")
    def one_threshold_and_a_scope_the_figure_has(self) -> "Rule":
        """Refuse a rule without a threshold or with several, a scope the figure lacks, a `clears` on the wrong side."""
        given = [name for name in ("above", "below", "off") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"rule {self.rule}: needs exactly one of above, below, off; has {', '.join(given) or 'none'}")
        scopes = FIGURES[self.figure].scopes
        if self.scope not in scopes:
            raise ValueError(f"rule {self.rule}: {self.figure} has no scope {self.scope} (allowed: {', '.join(scopes)})")
        if self.clears is not None:
            wrong = {
                "above": self.clears > self.threshold, "below": self.clears < self.threshold,
                "off": not 0 <= self.clears <= self.threshold,
            }  # fmt: skip
            if wrong[self.direction]:
                raise ValueError(
                    f"rule {self.rule}: clears {self.clears} lies beyond {self.direction} {self.threshold}: the alert would "
                    "close while it alarms"
                )
        return self

    @property
    def direction(self) -> Literal["above", "below", "off"]:
        """Which way is bad."""
        return "above" if self.above is not None else "below" if self.below is not None else "off"

    @property
    def threshold(self) -> float:
        """The value beyond which the rule alarms."""
        return next(value for value in (self.above, self.below, self.off) if value is not None)


class Alerts(Strict):
    """All alert rules of a profile."""

    rules: list[Rule] = Field(min_length=1)

    @model_validator(mode="after")
    def names_are_unique(self) -> "Alerts":
        """Refuse two rules of one name: their alerts could not be told apart."""
        names = [rule.rule for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"rules: {', '.join(twice)}: name given twice")
        return self


def load_alerts(profile: str) -> Alerts | None:
    """Load and validate a profile's alert rules; None where it has none.

    Raises
    ------
    UserError
        Malformed YAML, unknown key, figure or scope, wrong value, contradictory thresholds: names file, line, key, value.
    """
    path = paths.params_dir(profile) / "alerts.yml"
    return validate(Alerts, load_yaml(path), path) if path.is_file() else None
