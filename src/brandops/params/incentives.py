"""A profile's incentive rules: what earns a bonus, what lowers it, its cap, and who is reviewed for promotion.

`params/<profile>/incentives.yml` holds them. Amounts are in the profile's currency and exact: they are read as decimals,
as written.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from brandops import paths
from brandops.params.yaml import Strict, load_yaml, validate

Severity = Literal["minor", "major", "gross"]


def _exact(value: object) -> object:
    # YAML reads 0.1 as a float; its shortest decimal is what was written.
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Amount = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0)]
Share = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=1)]


class Tier(Strict):
    """From `attainment` on, a quarter pays `pays` times the grade's target bonus."""

    attainment: Amount
    pays: Amount


class Teamwork(Strict):
    """A mean rating from `score` on earns `pays` more a quarter (5.1.3)."""

    score: Annotated[float, Field(ge=0, le=100)]
    pays: Amount


class Rules(Strict):
    """What one quarter pays (5.1.1, 5.1.3, 5.3.1, 5.3.3)."""

    target_bonus: dict[str, Amount] = Field(min_length=1, description="target bonus of a quarter by grade")
    tiers: list[Tier] = Field(min_length=1, description="lowest first")
    contribution: Share = Field(Decimal(0), description="share of the sales above quota that is paid on top")
    teamwork: Teamwork | None = None
    withheld: dict[Severity, Share] = Field(default_factory=dict, description="share of the quarter's bonus an incident costs")
    cap: Amount = Field(Decimal(100_000), description="most a person is paid in a fiscal year")

    @model_validator(mode="after")
    def tiers_rise(self) -> "Rules":
        """Refuse tiers by which selling more would pay less."""
        for lower, upper in zip(self.tiers, self.tiers[1:], strict=False):
            if not (lower.attainment < upper.attainment and lower.pays <= upper.pays):
                raise ValueError(
                    f"tiers must rise: {upper.attainment} pays {upper.pays} after {lower.attainment} pays {lower.pays}"
                )
        return self


class Changes(Strict):
    """Rules put to the test beside those in force; what is left out stays as it is."""

    target_bonus: dict[str, Amount] | None = None
    tiers: list[Tier] | None = None
    contribution: Share | None = None
    teamwork: Teamwork | None = None
    withheld: dict[Severity, Share] | None = None
    cap: Amount | None = None


class Margins(Strict):
    """A distance from each criterion of the promotion review, in its unit."""

    attainment: float = Field(ge=0, description="fraction of the quota")
    teamwork: float = Field(ge=0, description="points of the rating")
    skill: float = Field(ge=0, description="points of the score")
    months_employed: float = Field(ge=0)


class Promotion(Strict):
    """Documented criteria of the half-yearly review (5.3.2); a person needs all of them."""

    attainment: float = Field(1.0, ge=0, description="of the half-year's quota")
    teamwork: float = Field(80, ge=0, le=100, description="mean rating of the half-year")
    skill: float = Field(75, ge=0, le=100, description="mean skill score of the latest assessment")
    months_employed: int = Field(12, ge=0)
    no_incident: list[Severity] = Field(default_factory=lambda: ["major", "gross"], description="in the last twelve months")
    grades: list[str] = Field(default_factory=lambda: ["junior", "senior"], description="grades that have one above them")
    borderline: Margins = Field(
        default_factory=lambda: Margins(attainment=0.02, teamwork=2, skill=2, months_employed=2),
        description="a single criterion missed by no more than this is worth a second look",
    )
    sensitivity: Margins = Field(
        default_factory=lambda: Margins(attainment=0.05, teamwork=2, skill=2, months_employed=6),
        description="steps each criterion is moved by to see how much the list hangs on it",
    )


class Incentives(Strict):
    """Everything that decides about a person's pay and grade."""

    rules: Rules
    budget: Amount | None = Field(None, description="bonuses of a fiscal year")
    what_if: dict[str, Changes] = Field(default_factory=dict, description="name of a proposal: its changes")
    promotion: Promotion = Field(default_factory=Promotion)

    @model_validator(mode="after")
    def grades_and_proposals_fit(self) -> "Incentives":
        """Refuse a proposal that gives no valid rules, and a grade for promotion that has no target bonus."""
        for name in self.what_if:
            try:
                self.proposed(name)
            except ValidationError as error:
                raise ValueError(f"what_if {name!r}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
        unknown = set(self.promotion.grades) - set(self.rules.target_bonus)
        if unknown:
            known = ", ".join(self.rules.target_bonus)
            raise ValueError(f"promotion.grades: {', '.join(sorted(unknown))}: no target bonus; grades: {known}")
        return self

    def proposed(self, name: str) -> Rules:
        """The rules with the changes of a proposal."""
        changes = self.what_if[name].model_dump(exclude_none=True)
        return Rules.model_validate(self.rules.model_dump() | changes)


def load_incentives(profile: str) -> Incentives | None:
    """Load and validate a profile's incentive rules; None where it has none.

    Raises
    ------
    UserError
        Malformed YAML, unknown key, wrong value, tiers that do not rise: names file, line, key, value.
    """
    path = paths.params_dir(profile) / "incentives.yml"
    return validate(Incentives, load_yaml(path), path) if path.is_file() else None
