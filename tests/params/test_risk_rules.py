"""Rules of credit and supply are refused where they contradict themselves, with file, key and value."""

import pytest
from pydantic import ValidationError

from brandops.params import load_plan
from brandops.params.risk import CollectionStep, CreditRules, Grade, SupplyRules


def grade(name: str, pd: float, months: float = 1, days: int = 30) -> Grade:
    return Grade(grade=name, pd=pd, limit_months=months, terms_days=days)


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        ([grade("A", 0.1), grade("B", 0.1)], "grades must rise in pd: B up to 0.1 follows A up to 0.1"),
        ([grade("A", 0.1), grade("B", 0.5)], "the last grade, B, goes up to 0.5"),
        ([grade("A", 0.1), grade("B", 1.0, months=2)], "grade B is riskier than A"),
        ([grade("A", 0.1), grade("B", 1.0, days=60)], "grade B is riskier than A"),
    ],
)
def test_grades_that_contradict_themselves_are_refused(grades, said):
    with pytest.raises(ValidationError, match=said):
        CreditRules(grades=grades)


def test_collection_steps_follow_the_days_past_due():
    steps = [CollectionStep(from_days=days, action={"en": f"step {days}"}) for days in (1, 31)]
    rules = CreditRules(collection=steps)
    assert [rules.step_of(days) and rules.step_of(days).from_days for days in (0, 1, 30, 31, 400)] == [None, 1, 1, 31, 31]
    with pytest.raises(ValidationError, match="collection steps must rise"):
        CreditRules(collection=steps[::-1])


def test_weights_that_are_all_nothing_are_refused():
    with pytest.raises(ValidationError, match="at least one must be above 0"):
        SupplyRules(weights={"reliability": 0.0})


def test_the_demo_follows_the_operating_plan():
    plan = load_plan("demo")
    assert plan.credit.bad_debt == 0.02 and plan.supply.suppliers == 3
    assert [step.from_days for step in plan.credit.collection] == [1, 31, 61, 91]
