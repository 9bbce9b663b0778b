"""What does a training do to sales or the closing rate (plan items 5.2.1 to 5.2.3)?

Staggered difference-in-differences by imputation (Borusyak, Jaravel and Spiess 2024, Review of Economic Studies): a
two-way fixed-effects model of the log outcome is fitted to observations *not yet* trained in the kind alone, and the effect
is the mean of what the trained ones lie above the model. So nobody already trained serves as a control, which biases the usual
regression where courses are staggered.

Fixed effects: person x staffing of the territory (channel x region; whoever joins or leaves changes what is left to the
others, who share its demand), and channel x month. The other kinds of training enter as controls. The estimator is linear
in the outcome; its variance sums squared weighted residuals by territory, whose sellers share demand, each cluster's effect
measured from the mean of the others (their leave-out variance), with t quantiles at clusters - 1 degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from brandops.analysis.intervals import LEVEL

PLACEBO_MONTHS = 6
LEADS, LAGS = 4, 6  # quarters shown before and after a training
FEWEST = 5  # persons trained, and clusters, below which nothing is said


@dataclass(frozen=True)
class TrainingEffect:
    """Effect of a kind of training on an outcome.

    Attributes
    ----------
    effect, low, high
        Relative change of the outcome (0.06: 6 % more) with its interval.
    log_effect, standard_error, p_value
        On the log scale; the test is of no effect.
    persons, observations, clusters
        Trained persons and their months in the mean, and territories.
    """

    kind: str
    effect: float
    low: float
    high: float
    log_effect: float
    standard_error: float
    p_value: float
    persons: int
    observations: int
    clusters: int
    level: float


def outcome_panel(values: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Log outcome by person and month with the effects it is compared within.

    Parameters
    ----------
    values
        person_id, month and `value`; values of zero or less have no logarithm and are left out.
    people
        The contract's people.

    Returns
    -------
    DataFrame
        person_id, month, y, unit (person and staffing of the territory), cell (channel and month), territory.
    """
    facts = people[["person_id", "channel_id", "region"]].assign(
        territory=people["channel_id"].fillna("") + "/" + people["region"].fillna("")
    )
    panel = values[values["value"] > 0].merge(facts, on="person_id")
    crews = _crews(panel[["territory", "month"]].drop_duplicates(), people.assign(territory=facts["territory"]))
    panel = panel.merge(crews, on=["territory", "month"])
    return pd.DataFrame({
        "person_id": panel["person_id"], "month": panel["month"], "y": np.log(panel["value"]),
        "unit": panel["person_id"] + "@" + panel["crew"],
        "cell": panel["channel_id"].fillna("") + "@" + panel["month"].dt.strftime("%Y-%m"), "territory": panel["territory"],
    }).sort_values(["person_id", "month"], ignore_index=True)  # fmt: skip


def training_effect(panel: pd.DataFrame, trainings: pd.DataFrame, kind: str, level: float = LEVEL) -> TrainingEffect | None:
    """Effect of having been trained in `kind`, over all months since; None where too few persons or territories tell.

    Parameters
    ----------
    panel
        As `outcome_panel` returns it.
    trainings
        The contract's trainings; a person's first one of a kind counts, from the month after it on (the month itself, if
        the course was on its first day).
    """
    design = _Design.of(panel, trainings, kind)
    return _effect(design, design.since >= 0, kind, level)


def placebo(panel: pd.DataFrame, trainings: pd.DataFrame, kind: str, months: int = PLACEBO_MONTHS,
            level: float = LEVEL) -> TrainingEffect | None:  # fmt: skip
    """The same estimate for a training pretended `months` earlier, on months before the true one: should be nothing."""
    design = _Design.of(panel, trainings, kind)
    before = design.subset(~(design.since >= 0))
    shifted = before.since + months
    return _effect(_Design(before.panel, before.controls, shifted), shifted >= 0, kind, level)


def event_study(panel: pd.DataFrame, trainings: pd.DataFrame, kind: str, level: float = LEVEL) -> pd.DataFrame:
    """Effect by quarter since the training: quarter (0: the first three months; negative: before), log_effect, low, high.

    Quarters after are imputed as `training_effect` does; quarters before come from a regression on the untrained
    observations with a term for each of the last `LEADS` quarters, against all earlier ones. Empty where nothing can be
    said.
    """
    design = _Design.of(panel, trainings, kind)
    rows = []
    leads = _leads(design)
    if leads is not None:
        beta, variance, clusters = leads
        half = stats.t.ppf(0.5 + level / 2, clusters - 1) * np.sqrt(np.diag(variance))
        rows += [(q, b, b - h, b + h) for q, b, h in zip(range(-LEADS, 0), beta, half, strict=True)]
    for quarter in range(LAGS):
        found = _effect(design, (design.since >= 0) & (design.since // 3 == quarter), kind, level)
        if found is not None:
            rows.append((quarter, found.log_effect, np.log1p(found.low), np.log1p(found.high)))
    return pd.DataFrame(rows, columns=["quarter", "log_effect", "low", "high"])


def pre_trend(panel: pd.DataFrame, trainings: pd.DataFrame, kind: str) -> float:
    """p-value of no difference in any of the last `LEADS` quarters before the training (F test); NaN where it cannot be made."""
    leads = _leads(_Design.of(panel, trainings, kind))
    if leads is None:
        return float("nan")
    beta, variance, clusters = leads
    if clusters <= LEADS:
        return float("nan")
    # Hotelling's correction: as many terms as there are leads, estimated from few clusters.
    scaled = (clusters - LEADS) / (clusters - 1) / LEADS * float(beta @ np.linalg.pinv(variance) @ beta)
    return float(stats.f.sf(scaled, LEADS, clusters - LEADS))


def coverage(trainings: pd.DataFrame, people: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """Who was trained, by kind: kind, people (employed), trained, share, before, after, gain (mean test scores of the trained).

    Scores are blank for fewer than five persons.
    """
    at = pd.Timestamp(as_of)
    here = people[(people["hired_on"] <= at) & ~(people["left_on"] < at)]["person_id"]
    rows = []
    for kind, part in trainings[trainings["trained_on"] <= at].groupby("kind"):
        trained = part["person_id"][part["person_id"].isin(here)].nunique()
        tested = part.dropna(subset=["before", "after"])
        few = tested["person_id"].nunique() < FEWEST
        before, after = (np.nan, np.nan) if few else (tested["before"].mean(), tested["after"].mean())
        rows.append((kind, len(here), trained, trained / len(here) if len(here) else np.nan, before, after, after - before))
    return pd.DataFrame(rows, columns=["kind", "people", "trained", "share", "before", "after", "gain"])


@dataclass(frozen=True)
class _Design:
    """Observations with what explains them besides the training in question."""

    panel: pd.DataFrame
    controls: np.ndarray
    since: np.ndarray  # months since the training; NaN: never

    @classmethod
    def of(cls, panel: pd.DataFrame, trainings: pd.DataFrame, kind: str) -> "_Design":
        since = {name: _months_since(panel, part) for name, part in trainings.groupby("kind")}
        none = np.full(len(panel), np.nan)
        others = [np.nan_to_num(values, nan=-1) >= 0 for name, values in since.items() if name != kind]
        controls = np.column_stack(others).astype(float) if others else np.empty((len(panel), 0))
        made = cls(panel.reset_index(drop=True), controls, since.get(kind, none))
        # The month of a course is neither before nor after it.
        return made.subset(made.since != -0.5)

    def subset(self, rows: np.ndarray) -> "_Design":
        return _Design(self.panel[rows].reset_index(drop=True), self.controls[rows], self.since[rows])

    def matrix(self) -> np.ndarray:
        units, cells = pd.factorize(self.panel["unit"])[0], pd.factorize(self.panel["cell"])[0]
        count, width = len(units), units.max(initial=-1) + 1
        made = np.zeros((count, width + cells.max(initial=-1) + 1))
        made[np.arange(count), units] = 1
        made[np.arange(count), width + cells] = 1
        return np.hstack([made, self.controls])


def _months_since(panel: pd.DataFrame, trained: pd.DataFrame) -> np.ndarray:
    """Months since each person's first course: 0 the first whole month after, -0.5 the course's own, -1 the one before."""
    first = panel["person_id"].map(trained.groupby("person_id")["trained_on"].min())
    months = (panel["month"].dt.year - first.dt.year) * 12 + panel["month"].dt.month - first.dt.month
    midway = first.dt.day > 1
    return np.where(months.isna(), np.nan, np.where(midway & (months == 0), -0.5, months - (midway & (months > 0)))).astype(float)


def _effect(design: _Design, chosen: np.ndarray, kind: str, level: float) -> TrainingEffect | None:
    """Mean imputed effect over the `chosen` observations, all of them trained."""
    full, y = design.matrix(), design.panel["y"].to_numpy()
    free = ~(design.since >= 0)
    if not chosen.any() or not free.any():
        return None
    known = full[free]
    inverse, basis = _inverse(known)
    # A trained observation whose unit or month nobody untrained shares has no counterfactual.
    estimable = np.abs(full - (full @ basis) @ basis.T).max(axis=1) < 1e-6
    chosen = chosen & estimable
    persons = design.panel["person_id"][chosen].nunique()
    clusters, names = pd.factorize(design.panel["territory"])
    if persons < FEWEST or len(names) < FEWEST:
        return None
    beta = inverse @ (known.T @ y[free])
    excess = y - full @ beta
    weight = np.zeros(len(y))
    weight[chosen] = 1 / chosen.sum()
    weight[free] -= known @ (inverse @ full[chosen].mean(axis=0))
    estimate = float(excess[chosen].mean())
    residual = np.where(free, excess, 0.0)
    residual[chosen] = excess[chosen] - _mean_of_others(excess[chosen], clusters[chosen], len(names))
    sums = np.bincount(clusters, weight * residual, len(names))
    count = int((np.bincount(clusters, np.abs(weight), len(names)) > 1e-12).sum())
    error = float(np.sqrt((sums**2).sum() * count / (count - 1)))
    half = stats.t.ppf(0.5 + level / 2, count - 1) * error
    p_value = float(2 * stats.t.sf(abs(estimate) / error, count - 1)) if error > 0 else float("nan")
    return TrainingEffect(kind, float(np.expm1(estimate)), float(np.expm1(estimate - half)), float(np.expm1(estimate + half)),
                          estimate, error, p_value, persons, int(chosen.sum()), count, level)  # fmt: skip


def _mean_of_others(values: np.ndarray, clusters: np.ndarray, count: int) -> np.ndarray:
    """Mean over all clusters but each value's own."""
    size, total = np.bincount(clusters, minlength=count), np.bincount(clusters, values, count)
    rest = len(values) - size[clusters]
    return np.where(rest > 0, (values.sum() - total[clusters]) / np.maximum(rest, 1), values.mean())


def _inverse(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pseudo-inverse of known'known, and a basis of the space its rows span."""
    values, vectors = np.linalg.eigh(known.T @ known)
    held = values > values.max() * 1e-10
    basis = vectors[:, held]
    return (basis / values[held]) @ basis.T, basis


def _leads(design: _Design) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Terms of the last quarters before the training, earliest first, with their clustered variance and the clusters."""
    before = design.subset(~(design.since >= 0))
    quarter = np.floor(before.since / 3)
    leads = np.column_stack([quarter == lead for lead in range(-LEADS, 0)]).astype(float)
    clusters, names = pd.factorize(before.panel["territory"])
    told = [before.panel["person_id"][leads[:, at] > 0].nunique() for at in range(LEADS)]
    if min(told) < FEWEST or len(names) < FEWEST:
        return None
    rest = before.matrix()
    inverse, basis = _inverse(rest)
    apart = leads - rest @ (inverse @ (rest.T @ leads))
    y = before.panel["y"].to_numpy()
    squares = apart.T @ apart
    if np.linalg.cond(squares) > 1e10:
        return None
    bread = np.linalg.inv(squares)
    beta = bread @ (apart.T @ y)
    left = y - rest @ (inverse @ (rest.T @ y))
    scores = apart * (left - apart @ beta)[:, None]
    sums = np.column_stack([np.bincount(clusters, scores[:, at], len(names)) for at in range(LEADS)])
    # Only territories with somebody trained tell of the leads; and residuals are smaller than errors by the effects fitted.
    count = int((np.bincount(clusters, np.abs(leads).sum(axis=1), len(names)) > 0).sum())
    if count < FEWEST:
        return None
    fitted = basis.shape[1] + LEADS
    shrunk = count / (count - 1) * (len(y) - 1) / max(len(y) - fitted, 1)
    return beta, bread @ (sums.T @ sums) @ bread * shrunk, count


def _crews(territories: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Who works in each territory and month: territory, month, crew. A month somebody works in part is a crew of its own."""
    rows = []
    for territory, part in territories.groupby("territory"):
        staff = people[people["territory"] == territory].sort_values("person_id")
        months = part["month"].to_numpy()[:, None]
        ends = (part["month"] + pd.offsets.MonthEnd(0)).to_numpy()[:, None]
        hired, left = staff["hired_on"].to_numpy()[None, :], staff["left_on"].to_numpy()[None, :]
        here = (hired <= ends) & ~(left < months)
        partly = here & ((hired > months) | (left < ends))
        for at, month in enumerate(part["month"]):
            mark = month.strftime("@%Y-%m") if partly[at].any() else ""
            rows.append((territory, month, "+".join(staff["person_id"].to_numpy()[here[at]]) + mark))
    return pd.DataFrame(rows, columns=["territory", "month", "crew"])
