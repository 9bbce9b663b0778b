"""How able the team is, and do colleagues agree about each other (plan items 5.1.2 and 5.1.3)?

Agreement is Krippendorff's alpha for interval data (Krippendorff 2004; package `krippendorff`): 1 is perfect, 0 is chance.
It takes any number of raters per person and round, each rating only some. What it measures is whether ratings of the same
person in the same round are alike, so a rater who is strict with everybody lowers it. The interval comes from resampling
whole persons, whose rounds belong together.
"""

import krippendorff
import numpy as np
import pandas as pd

from brandops.analysis.intervals import LEVEL, Estimate, mean_estimate

RELIABLE, TENTATIVE = 0.8, 0.667  # Krippendorff's own limits: conclusions rest on 0.8; tentative ones on 0.667


def employed_on(people: pd.DataFrame, day: object) -> pd.DataFrame:
    """The people employed on a day."""
    at = pd.Timestamp(day)
    return people[(people["hired_on"] <= at) & ~(people["left_on"] < at)]


def latest_skills(skills: pd.DataFrame, people: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """Each employed person's latest score of each skill up to `as_of`: person_id, skill, assessed_on, score."""
    here = employed_on(people, as_of)["person_id"]
    known = skills[(skills["assessed_on"] <= pd.Timestamp(as_of)) & skills["person_id"].isin(here)]
    latest = known.sort_values("assessed_on").groupby(["person_id", "skill"], as_index=False).last()
    return latest[["person_id", "skill", "assessed_on", "score"]]


def person_skills(latest: pd.DataFrame, target: float) -> pd.DataFrame:
    """Mean score by person with the weakest skill: person_id, score, gap (to `target`), weakest, weakest_score; lowest first."""
    rows = []
    for who, part in latest.groupby("person_id"):
        low = part.sort_values(["score", "skill"]).iloc[0]
        rows.append((who, part["score"].mean(), part["score"].mean() - target, low["skill"], low["score"]))
    table = pd.DataFrame(rows, columns=["person_id", "score", "gap", "weakest", "weakest_score"])
    return table.sort_values(["score", "person_id"], ignore_index=True)


def skill_gaps(latest: pd.DataFrame, target: float, minimum: int = 5) -> pd.DataFrame:
    """Mean of each skill with its interval against `target`: skill, people, score, low, high, gap, below (share of people).

    Skills known of fewer than `minimum` persons have blanks: their mean would tell of single persons.
    """
    rows = []
    for skill, part in latest.groupby("skill"):
        found = mean_estimate(part["score"].reset_index(drop=True))
        row = [skill, len(part), found.value, found.low, found.high, found.value - target, float((part["score"] < target).mean())]
        rows.append(row if len(part) >= minimum else row[:2] + [np.nan] * 5)
    table = pd.DataFrame(rows, columns=["skill", "people", "score", "low", "high", "gap", "below"])
    return table.sort_values(["gap", "skill"], ignore_index=True)


def skill_history(skills: pd.DataFrame, as_of: object, minimum: int = 5) -> pd.DataFrame:
    """Mean score by assessment and skill: assessed_on, skill, people, score (blank below `minimum` persons)."""
    known = skills[skills["assessed_on"] <= pd.Timestamp(as_of)]
    table = known.groupby(["assessed_on", "skill"]).agg(people=("person_id", "nunique"), score=("score", "mean")).reset_index()
    table["score"] = table["score"].where(table["people"] >= minimum)
    return table


def growth(skills: pd.DataFrame, as_of: object, months: int = 12) -> Estimate:
    """Mean change of a person's skill scores from the last assessment at least `months` earlier to the latest, with interval.

    Only persons assessed both times count, so that joiners and leavers do not look like growth.
    """
    known = skills[skills["assessed_on"] <= pd.Timestamp(as_of)]
    if known.empty:
        return Estimate(np.nan, np.nan, np.nan, 0, 0.0)
    last = known["assessed_on"].max()
    before = known[known["assessed_on"] <= last - pd.DateOffset(months=months)]
    now = known[known["assessed_on"] == last].set_index(["person_id", "skill"])["score"]
    then = before[before["assessed_on"] == before["assessed_on"].max()].set_index(["person_id", "skill"])["score"]
    change = (now - then).dropna().groupby("person_id").mean()
    return mean_estimate(change.reset_index(drop=True))


def teamwork_of(ratings: pd.DataFrame, start: object, end: object) -> pd.DataFrame:
    """Mean rating by person from `start` to `end`: person_id, score, raters, lowest, highest; best first."""
    here = ratings[ratings["rated_on"].between(pd.Timestamp(start), pd.Timestamp(end))]
    table = here.groupby("person_id").agg(score=("score", "mean"), raters=("rater", "nunique"), lowest=("score", "min"),
                                          highest=("score", "max")).reset_index()  # fmt: skip
    return table.sort_values(["score", "person_id"], ascending=[False, True], ignore_index=True)


def rater_agreement(ratings: pd.DataFrame, seed: int, draws: int = 2000, level: float = LEVEL) -> Estimate:
    """Krippendorff's alpha of the ratings with a bootstrap interval over persons.

    Parameters
    ----------
    ratings
        person_id, rated_on, rater, score; a person's ratings of one day are one unit.
    seed
        Of the resampling.

    Returns
    -------
    Estimate
        alpha; NaN where no unit has two raters or all scores are equal. `n`: ratings; `effective_n`: persons.
    """
    units = ratings.groupby(["person_id", "rated_on"])["score"].apply(list)
    units = units[units.str.len() > 1]
    nothing = Estimate(np.nan, np.nan, np.nan, len(ratings), float(ratings["person_id"].nunique()))
    if units.empty or len({score for unit in units for score in unit}) < 2:
        return nothing
    persons = units.index.get_level_values("person_id")
    sums = pd.DataFrame([_sums(np.array(unit)) for unit in units]).groupby(persons.to_numpy()).sum().to_numpy()
    drawn = np.random.default_rng(seed).integers(0, len(sums), (draws, len(sums)))
    low, high = np.nanquantile(_alpha_of_sums(sums[drawn].sum(axis=1)), [(1 - level) / 2, (1 + level) / 2])
    return Estimate(_alpha(units), float(low), float(high), int(units.str.len().sum()), float(len(sums)))


def _alpha(units: pd.Series) -> float:
    """Alpha of lists of scores. Interval alpha asks only which ratings belong together, not whose they are."""
    width = max(map(len, units))
    table = np.array([list(unit) + [np.nan] * (width - len(unit)) for unit in units])
    return float(krippendorff.alpha(reliability_data=table.T, level_of_measurement="interval"))


def _sums(scores: np.ndarray) -> tuple[float, float, float, float]:
    """What a unit adds to alpha: its ratings, their squared differences per degree of freedom, their sum, their squares' sum."""
    count = len(scores)
    within = count * ((scores - scores.mean()) ** 2).sum() / (count - 1)
    return float(count), float(within), float(scores.sum()), float((scores**2).sum())


def _alpha_of_sums(sums: np.ndarray) -> np.ndarray:
    """Interval alpha from units' sums, one row a sample: the package's value, fast enough to resample."""
    count, within, total, squares = sums.T
    spread = (squares - total**2 / count) / (count - 1)
    return 1 - within / count / np.where(spread > 0, spread, np.nan)
