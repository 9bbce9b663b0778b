"""What credit and supply are measured against, and what follows from a grade or an age (section 7)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from brandops.params.yaml import Strict

Fraction = Annotated[float, Field(ge=0, le=1)]
Language = Literal["en", "zh"]


class Grade(Strict):
    """A credit grade (7.2.2): up to which probability of default it goes, and what a customer of it may owe and for how long."""

    grade: str = Field(min_length=1)
    pd: Fraction = Field(description="probability of default within twelve months up to which the grade goes")
    limit_months: float = Field(ge=0, description="limit in months of the customer's usual purchases")
    terms_days: int = Field(ge=0, description="longest terms; 0: prepayment")


class CollectionStep(Strict):
    """What is done about an invoice from so many days past due on, and within how many days (7.1.2)."""

    from_days: int = Field(ge=1)
    action: dict[Language, str] = Field(min_length=1)
    within_days: int = Field(7, ge=0)


class CreditRules(Strict):
    """Credit: what is lost at most, when a customer counts as in default, which grade earns what."""

    bad_debt: Fraction = Field(0.02, description="7.1.2 bad debts of a year to what was invoiced in it")
    days_sales_outstanding: float | None = Field(None, gt=0, description="7.1.2 count-back days must stay below")
    default_days: int = Field(90, ge=1, description="7.1.2, 7.2.2 days past due from which a customer is in default")
    auc: float = Field(0.70, ge=0.5, le=1, description="7.2.2 area under the ROC curve out of time")
    stability: float = Field(0.25, gt=0, description="7.2.2 population stability index must stay below")
    review_days: int = Field(14, ge=0, description="days within which accounts above their grade's limit are dealt with")
    grades: list[Grade] = Field(
        default_factory=lambda: [
            Grade(grade="A", pd=0.02, limit_months=4, terms_days=90),
            Grade(grade="B", pd=0.04, limit_months=3, terms_days=60),
            Grade(grade="C", pd=0.08, limit_months=2.5, terms_days=60),
            Grade(grade="D", pd=0.15, limit_months=2, terms_days=30),
            Grade(grade="E", pd=1.0, limit_months=0, terms_days=0),
        ],
        min_length=1,
        description="best first; the last one goes up to 1",
    )
    collection: list[CollectionStep] = Field(default_factory=list, description="earliest first")

    @model_validator(mode="after")
    def grades_and_steps_rise(self) -> "CreditRules":
        """Refuse grades that overlap, allow more to the riskier, or end below 1, and collection steps out of order."""
        for better, worse in zip(self.grades, self.grades[1:], strict=False):
            if worse.pd <= better.pd:
                raise ValueError(f"grades must rise in pd: {worse.grade} up to {worse.pd} follows {better.grade} up to {better.pd}")
            if worse.limit_months > better.limit_months or worse.terms_days > better.terms_days:
                raise ValueError(f"grade {worse.grade} is riskier than {better.grade}: its limit and terms may not be higher")
        if self.grades[-1].pd != 1:
            raise ValueError(f"the last grade, {self.grades[-1].grade}, goes up to {self.grades[-1].pd}; it must go up to 1")
        days = [step.from_days for step in self.collection]
        if days != sorted(set(days)):
            raise ValueError(f"collection steps must rise in from_days: {', '.join(map(str, days))}")
        return self

    def step_of(self, days_past_due: float) -> CollectionStep | None:
        """What is due for an invoice so many days past due; None where nothing is."""
        return next((step for step in reversed(self.collection) if step.from_days <= days_past_due), None)


class SupplyRules(Strict):
    """Supply: what suppliers are held to, how many there should be, what makes one risky."""

    on_time_in_full: Fraction | None = Field(None, description="7.1.3 share of order lines")
    late_days: int = Field(0, ge=0, description="7.1.3 days after the promise that still count as on time")
    short: Fraction = Field(0.0, description="7.1.3 share of the quantity that may lack and still count as in full")
    suppliers: int = Field(3, ge=1, description="7.2.3 suppliers per material")
    weights: dict[Literal["reliability", "delay", "dependence"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {"reliability": 0.4, "delay": 0.2, "dependence": 0.4}, description="7.1.3 of the risk score"
    )
    review_days: int = Field(30, ge=0, description="days within which prices and deliveries are settled with suppliers")
    qualify_days: int = Field(90, ge=0, description="7.2.3 days in which another supplier is to be qualified")

    @model_validator(mode="after")
    def some_weight(self) -> "SupplyRules":
        """Refuse weights that are all nothing."""
        if sum(self.weights.values()) <= 0:
            raise ValueError("weights: at least one must be above 0")
        return self
