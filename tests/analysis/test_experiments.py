"""Randomised hold-outs: Hillstrom's published experiment, and units whose effect is known."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.experiments import difference, differences, randomised_lift
from brandops.analysis.lift import lift
from brandops.errors import UserError

CONTROL, MEN, WOMEN = "No E-Mail", "Mens E-Mail", "Womens E-Mail"


@pytest.fixture(scope="module")
def hillstrom(shared_data) -> pd.DataFrame:
    path = shared_data / "campaigns" / "hillstrom.csv"
    if not path.is_file():
        pytest.skip(f"no Hillstrom experiment: {path} is absent (set SHARED_DATA)")
    return pd.read_csv(path)


def found(units: pd.DataFrame) -> dict:
    made = differences(units, "segment", CONTROL, ["visit", "conversion", "spend"])
    return {(row.group, row.outcome): row for row in made}


def test_hillstroms_visits_are_the_published_ones(hillstrom):
    result = found(hillstrom)
    men, women = result[MEN, "visit"], result[WOMEN, "visit"]
    assert (round(men.treated, 4), round(women.treated, 4), round(men.control, 4)) == (0.1828, 0.1514, 0.1062)
    assert men.effect == pytest.approx(0.0766, abs=5e-5) and women.effect == pytest.approx(0.0452, abs=5e-5)
    assert (men.treated_n, women.treated_n, men.control_n) == (21_307, 21_387, 21_306)


def test_hillstroms_intervals_are_the_standard_ones(hillstrom):
    for group in (MEN, WOMEN):
        row = found(hillstrom)[group, "visit"]
        p, q, n, m = row.treated, row.control, row.treated_n, row.control_n
        error = np.sqrt(p * (1 - p) / n + q * (1 - q) / m)
        assert row.low == pytest.approx(row.effect - 1.96 * error, abs=2e-6)
        assert row.high == pytest.approx(row.effect + 1.96 * error, abs=2e-6)


def test_hillstroms_mails_raised_conversion_and_spend(hillstrom):
    result = found(hillstrom)
    assert result[MEN, "conversion"].effect == pytest.approx(0.0068, abs=5e-5) and result[MEN, "conversion"].low > 0
    assert result[WOMEN, "conversion"].effect == pytest.approx(0.0031, abs=5e-5) and result[WOMEN, "conversion"].low > 0
    men, women = result[MEN, "spend"], result[WOMEN, "spend"]
    assert (round(men.treated, 2), round(women.treated, 2), round(men.control, 2)) == (1.42, 1.08, 0.65)
    assert 0 < men.low < men.effect < men.high and women.low > 0


def test_the_family_gives_the_same_answer_for_hillstrom_as_the_difference_of_means(hillstrom):
    part = hillstrom[hillstrom["segment"] != WOMEN].reset_index(names="unique_id")
    panel = part.assign(unique_id=part["unique_id"].astype(str), ds="2008-03-20", y=part["visit"])
    treated = panel.loc[panel["segment"] == MEN, "unique_id"].tolist()
    made = lift(panel[["unique_id", "ds", "y"]], treated, "2008-03-20", "2008-03-20", randomised=True)
    published = found(hillstrom)[MEN, "visit"]
    assert made.method == "holdout" and made.effect / len(treated) == pytest.approx(published.effect)
    assert made.low / len(treated) == pytest.approx(published.low, abs=1e-5)


def customers(seed: int, effect: float, count: int = 400) -> tuple[pd.DataFrame, list[str]]:
    """Customers whose spending differs far more between them than the campaign changes it."""
    rng = np.random.default_rng(seed)
    usual = rng.lognormal(3, 1, count)
    names = np.array([f"c{at:03d}" for at in range(count)])
    chosen = rng.permutation(count)[: count // 2]
    before, after = (usual + rng.normal(0, 5, count) for _ in range(2))
    after[chosen] += effect
    panel = pd.DataFrame({"unique_id": np.r_[names, names], "ds": np.repeat(pd.to_datetime(["2025-01-01", "2025-02-01"]), count),
                          "y": np.r_[before, after]})  # fmt: skip
    return panel, names[chosen].tolist()


def test_the_past_of_a_customer_takes_noise_out_and_intervals_cover():
    covered, widths = 0, []
    for seed in range(200):
        panel, treated = customers(seed, 2.0)
        made = randomised_lift(panel, treated, "2025-02-01", "2025-02-01")
        covered += made.low <= 2.0 * len(treated) <= made.high
        widths.append((made.high - made.low) / len(treated))
    raw = difference(*(panel.loc[(panel["ds"] == "2025-02-01") & (panel["unique_id"].isin(treated) == mine), "y"]
                       for mine in (True, False)))  # fmt: skip
    assert 182 <= covered <= 198  # 190 expected; binomial, 99.9 %
    assert np.mean(widths) < 0.4 * (raw.high - raw.low)


def test_nobody_held_out_is_refused_by_name():
    units = pd.DataFrame({"group": ["a"] * 20, "y": 1.0})
    with pytest.raises(UserError, match="nobody is 'none'"):
        differences(units, "group", "none", ["y"])
    with pytest.raises(UserError, match="'b' has 1 units"):
        differences(pd.concat([units, pd.DataFrame({"group": ["b"], "y": 1.0})]), "group", "a", ["y"])
