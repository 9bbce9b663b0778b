"""The bonus ledger is exact, never above the cap, never pays less for selling more, and adds up to the cent."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandops.analysis import incentives
from brandops.errors import UserError
from brandops.params.incentives import Rules
from brandops.periods import parse_period

YEAR = parse_period("2025Q1").fiscal_year()
END = date(2025, 12, 31)
RULES = Rules.model_validate({
    "target_bonus": {"junior": 1500, "senior": 4200},
    "tiers": [{"attainment": 0.9, "pays": 0.5}, {"attainment": 1.0, "pays": 1}, {"attainment": 1.1, "pays": 2}],
    "contribution": 0.02,
    "teamwork": {"score": 80, "pays": 1000},
    "withheld": {"minor": 0, "major": 0.25, "gross": 1},
    "cap": 20000,
})  # fmt: skip


def staff(*members: tuple) -> pd.DataFrame:
    """People of (person_id, level, hired_on, left_on)."""
    frame = pd.DataFrame(members, columns=["person_id", "level", "hired_on", "left_on"])
    return frame.assign(hired_on=pd.to_datetime(frame["hired_on"]), left_on=pd.to_datetime(frame["left_on"]))


ANN = staff(("Ann", "senior", "2020-01-01", None))


def sold(amounts: dict[str, float], quota: float = 10_000.0, who: str = "Ann") -> pd.DataFrame:
    """Sales and quota by month."""
    months = pd.to_datetime([f"2025-{month}-01" for month in amounts])
    return pd.DataFrame({"person_id": who, "month": months, "quota": quota, "net_sales": list(amounts.values())})


def rated(score: float) -> pd.DataFrame:
    return pd.DataFrame({"person_id": ["Ann"], "rated_on": pd.to_datetime(["2025-02-10"]), "rater": ["Bob"], "score": [score]})


def incident(*severities: str, day: str = "2025-02-01") -> pd.DataFrame:
    return pd.DataFrame({"person_id": "Ann", "occurred_on": pd.Timestamp(day), "severity": list(severities)})


def ledger(months, people=ANN, teamwork=None, conduct=None, rules=RULES, as_of=END) -> pd.DataFrame:
    return incentives.bonus_ledger(months, people, teamwork, conduct, rules, YEAR.quarters(), as_of)


def test_the_plans_example_comes_out_to_the_cent():
    """112 % reaches tier 3 (twice 4,200), 1,200 above quota add 24, teamwork of 83 adds 1,000."""
    row = ledger(sold({"02": 11_200.0}), teamwork=rated(83)).iloc[0]
    assert (row["tier"], row["base"], row["contribution"], row["teamwork"]) == (3, Decimal(8400), Decimal(24), Decimal(1000))
    assert row["paid"] == Decimal("9424.00") and row["capped"] == 0


@pytest.mark.parametrize(("net", "tier"), [(8_999.99, 0), (9_000.0, 1), (9_999.99, 1), (10_000.0, 2), (10_999.99, 2), (11_000, 3)])
def test_a_tier_is_reached_at_its_attainment_and_not_a_cent_below(net, tier):
    assert ledger(sold({"01": net})).iloc[0]["tier"] == tier


@pytest.mark.parametrize(
    ("severities", "kept"), [(("minor",), 1), (("major",), "0.75"), (("major", "major"), "0.5"), (("major", "gross"), 0)]
)
def test_incidents_withhold_their_shares_but_never_more_than_all(severities, kept):
    clean = ledger(sold({"01": 10_000.0})).iloc[0]["paid"]
    assert ledger(sold({"01": 10_000.0}), conduct=incident(*severities)).iloc[0]["paid"] == clean * Decimal(kept)


def test_an_incident_costs_its_own_quarter_only():
    table = ledger(sold({"01": 10_000.0, "04": 10_000.0}), conduct=incident("gross", day="2025-04-01"))
    assert table["paid"].to_list()[:2] == [Decimal(4200), Decimal(0)]


def test_joiners_and_leavers_are_paid_for_the_days_they_were_employed():
    people = staff(("Ann", "senior", "2025-02-15", None), ("Bob", "senior", "2020-01-01", "2025-01-31"))
    months = pd.concat([sold({"03": 10_000.0}), sold({"01": 10_000.0}, who="Bob")])
    first = ledger(months, people).set_index(["quarter", "person_id"]).loc["2025Q1"]
    assert first["days_employed"].to_dict() == {"Ann": 45, "Bob": 31}
    assert first.at["Ann", "base"] == Decimal("2100.00") and first.at["Bob", "base"] == Decimal("1446.67")
    assert "Bob" not in set(ledger(months, people).query("quarter == '2025Q2'")["person_id"])


def test_a_quarter_under_way_counts_its_days_so_far_and_later_ones_not_at_all():
    table = ledger(sold({"01": 10_000.0, "04": 10_000.0}), as_of=date(2025, 4, 30))
    assert table["quarter"].to_list() == ["2025Q1", "2025Q2"]
    assert table["base"].to_list() == [Decimal(4200), (Decimal(4200) * 30 / 91).quantize(Decimal("0.01"))]


def test_without_a_quota_there_is_no_tier_but_teamwork_still_pays():
    row = ledger(sold({"04": 1.0}), teamwork=rated(90)).iloc[0]
    assert row["tier"] == 0 and pd.isna(row["attainment"]) and row["paid"] == Decimal(1000)


def test_a_grade_without_a_target_bonus_is_an_error_that_names_it():
    with pytest.raises(UserError, match=r"incentives\.yml.*'chief' of Ann.*junior, senior"):
        ledger(sold({"01": 1.0}), staff(("Ann", "chief", "2020-01-01", None)))


AMOUNTS = st.decimals(0, 1_500_000, places=2, allow_nan=False).map(float)
QUARTERS = st.lists(AMOUNTS, min_size=4, max_size=4)
SEVERITIES = st.lists(st.sampled_from(["minor", "major", "gross"]), max_size=3)


def year_of(amounts: list[float]) -> pd.DataFrame:
    return sold(dict(zip(("01", "04", "07", "10"), amounts, strict=True)))


@settings(max_examples=60, deadline=None)
@given(QUARTERS, st.floats(0, 100), SEVERITIES, st.integers(0, 30_000))
def test_a_years_quarters_never_pay_above_the_cap(amounts, score, severities, cap):
    table = ledger(year_of(amounts), teamwork=rated(score), conduct=incident(*severities),
                   rules=RULES.model_copy(update={"cap": Decimal(cap)}))  # fmt: skip
    assert sum(table["paid"]) <= cap
    assert (table["paid"] >= 0).all() and (table["capped"] >= 0).all()
    assert sum(table["paid"]) == min(sum(table["due"]), Decimal(cap)), "what is due is paid until the cap is reached"


@settings(max_examples=60, deadline=None)
@given(QUARTERS, st.integers(0, 3), AMOUNTS, st.floats(0, 100), SEVERITIES)
def test_selling_more_never_pays_less(amounts, which, more, score, severities):
    better = [amount + more * (at == which) for at, amount in enumerate(amounts)]
    facts = {"teamwork": rated(score), "conduct": incident(*severities)}
    low, high = ledger(year_of(amounts), **facts), ledger(year_of(better), **facts)
    assert high["due"].iloc[which] >= low["due"].iloc[which]
    assert sum(high["paid"]) >= sum(low["paid"])


@settings(max_examples=40, deadline=None)
@given(QUARTERS, QUARTERS, st.floats(0, 100), SEVERITIES)
def test_the_ledgers_parts_add_up_to_its_totals_to_the_cent(ann, bob, score, severities):
    people = pd.concat([ANN, staff(("Bob", "junior", "2025-02-11", "2025-10-30"))], ignore_index=True)
    months = pd.concat([year_of(ann), year_of(bob).assign(person_id="Bob")])
    table = ledger(months, people, rated(score), incident(*severities))
    sums, persons = incentives.totals(table), incentives.by_person(table)
    assert sums["due"] == sums["base"] + sums["contribution"] + sums["teamwork"] - sums["withheld"]
    assert sums["due"] == sums["paid"] + sums["capped"]
    assert all(sums[name] == sum(persons[name]) for name in ("base", "contribution", "teamwork", "withheld", "capped", "paid"))
    assert all(value == value.quantize(Decimal("0.01")) for name in sums for value in table[name])


def test_a_proposal_changes_pay_and_nothing_else():
    table = ledger(sold({"01": 10_500.0, "04": 9_500.0}))
    strict = RULES.model_copy(update={"tiers": RULES.tiers[1:]})
    found = incentives.what_if(table, RULES, {"same": RULES, "strict": strict}).set_index("proposal")
    assert found.at["same", "difference"] == 0 and found.at["same", "worse_off"] == 0
    assert found.at["strict", "difference"] == Decimal("-2100.00") and found.at["strict", "worse_off"] == 1
    again = ledger(sold({"01": 10_500.0, "04": 9_500.0}), rules=strict)
    assert found.at["strict", "paid"] == incentives.totals(again)["paid"]


def test_the_budget_to_date_grows_with_the_days_of_the_year():
    assert incentives.budget_to_date(Decimal(365), YEAR, date(2025, 1, 31)) == Decimal("31.00")
    assert incentives.budget_to_date(Decimal(365), YEAR, END) == Decimal("365.00")
    assert incentives.budget_to_date(None, YEAR, END) is None
