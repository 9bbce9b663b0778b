"""Skills count once a person, growth ignores who came and went, and alpha is the package's."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import skills

PEOPLE = pd.DataFrame({"person_id": [f"S{n}" for n in range(8)], "hired_on": pd.Timestamp("2020-01-01"),
                       "left_on": [pd.NaT] * 7 + [pd.Timestamp("2025-03-01")]})  # fmt: skip


def assessed(day: str, scores: dict[str, float], skill: str = "selling") -> pd.DataFrame:
    return pd.DataFrame(
        {"person_id": list(scores), "assessed_on": pd.Timestamp(day), "skill": skill, "score": list(scores.values())}
    )


def test_the_latest_assessment_of_those_employed_counts():
    scores = pd.concat([assessed("2025-01-01", {"S0": 50, "S7": 10}), assessed("2025-07-01", {"S0": 70}),
                        assessed("2026-01-01", {"S0": 99})])  # fmt: skip
    latest = skills.latest_skills(scores, PEOPLE, "2025-12-31")
    assert latest[["person_id", "score"]].to_numpy().tolist() == [["S0", 70.0]]
    assert skills.person_skills(latest, 75).iloc[0]["gap"] == -5


def test_gaps_of_fewer_than_five_persons_are_blank():
    latest = skills.latest_skills(assessed("2025-01-01", {f"S{n}": 60.0 + n for n in range(4)}), PEOPLE, "2025-12-31")
    assert skills.skill_gaps(latest, 75)["score"].isna().all()
    latest = skills.latest_skills(assessed("2025-01-01", {f"S{n}": 60.0 + n for n in range(5)}), PEOPLE, "2025-12-31")
    assert skills.skill_gaps(latest, 62).iloc[0][["score", "gap", "below"]].to_list() == [62.0, 0.0, 0.4]


def test_growth_is_not_fooled_by_strong_joiners():
    before = assessed("2024-12-15", {"S0": 60, "S1": 62})
    now = assessed("2025-12-15", {"S0": 61, "S1": 63, "S2": 99})
    grown = skills.growth(pd.concat([before, now]), "2025-12-31")
    assert grown.value == 1.0 and grown.n == 2
    assert skills.growth(now, "2025-01-01").n == 0


def ratings(agreement: float, persons: int = 60, seed: int = 1) -> pd.DataFrame:
    """Three ratings a person whose true agreement (share of variance between persons) is given."""
    random = np.random.default_rng(seed)
    trait = random.normal(0, np.sqrt(agreement), persons)
    rows = [(f"S{n}", pd.Timestamp("2025-01-01"), f"R{rater}", 80 + 5 * (trait[n] + random.normal(0, np.sqrt(1 - agreement))))
            for n in range(persons) for rater in range(3)]  # fmt: skip
    return pd.DataFrame(rows, columns=["person_id", "rated_on", "rater", "score"])


def test_the_fast_formula_gives_the_packages_alpha():
    given = ratings(0.5, 30).round({"score": 0}).iloc[:-1]
    units = given.groupby(["person_id", "rated_on"])["score"].apply(list)
    sums = pd.DataFrame([skills._sums(np.array(unit)) for unit in units]).sum().to_numpy()[None]
    assert skills._alpha_of_sums(sums)[0] == pytest.approx(skills._alpha(units), abs=1e-9)


def test_alphas_interval_covers_the_true_agreement():
    inside = 0
    for seed in range(40):
        found = skills.rater_agreement(ratings(0.5, 40, seed).round({"score": 0}), seed, draws=400)
        inside += found.low <= 0.5 <= found.high
    assert inside >= 34


def test_perfect_agreement_is_one_and_equal_scores_say_nothing():
    perfect = ratings(1.0, 10)
    assert skills.rater_agreement(perfect, 1, draws=50).value == pytest.approx(1.0)
    assert np.isnan(skills.rater_agreement(perfect.assign(score=80.0), 1).value)
    assert np.isnan(skills.rater_agreement(perfect.drop_duplicates("person_id"), 1).value)
