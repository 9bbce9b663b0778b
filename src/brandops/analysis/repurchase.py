"""Logistic regression and decision tree on trial as segmenters: who buys again next quarter? (plan item
2.3.2)

Customers are described by what they did before the cut-off; the models learn from earlier quarters and are
judged on the latest (out of time). The naive rule is recency: who bought lately buys again. Areas under the
ROC curve with DeLong intervals (DeLong et al. 1988; Sun & Xu 2014). The tree's leaves are segments a manager
can read.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from brandops.analysis.web import months_of

OUTCOME_MONTHS = 3
TRAINING_CUTS = 4
# Customers who have not bought for two years are lost, not a forecast.
ACTIVE_MONTHS = 24
MIN_CUSTOMERS = 100
TREE_DEPTH = 3
SEED = 20250101

MODELS = ("naive", "linear", "tree")
CUSTOMER_FEATURES = (
    "months_since_order", "orders_3m", "orders_12m", "active_months_12m", "order_value",
    "months_as_customer", "online_share", "same_quarter_last_year",
)  # fmt: skip


@dataclass(frozen=True)
class RepurchaseTrial:
    """How the two models tell who buys again.

    Attributes
    ----------
    cut
        First day of the quarter predicted.
    customers, bought
        Customers judged, and how many of them bought.
    scores
        model, auc, low, high (95 %), accuracy, gain (AUC less the naive AUC), gain_low, gain_high.
    segments
        The tree's leaves: conditions (list of (feature, "<=" or ">", threshold)), expected (share that
        bought again in training), customers, actual (share that bought in the quarter predicted); most
        likely buyers first.
    weights
        feature, odds_ratio (of buying again, per standard deviation; logistic regression).
    """

    cut: pd.Timestamp
    customers: int
    bought: int
    scores: pd.DataFrame
    segments: pd.DataFrame
    weights: pd.DataFrame


def customer_features(customers_monthly: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """Describe each active customer by what was known the day before `cut`.

    Returns
    -------
    DataFrame
        Indexed by customer_id, the columns of `CUSTOMER_FEATURES`: months_since_order (1: the month before
        the cut), orders in the last 3 and 12 months, active_months_12m,
        order_value (currency per order, 12 months), months_as_customer (since the first order), online_share
        (of orders, 12 months), same_quarter_last_year (orders in the same three months a year before).
    """
    past = customers_monthly[customers_monthly["month"] < cut]
    age = (cut.year - past["month"].dt.year) * 12 + cut.month - past["month"].dt.month
    past = past.assign(age=age, online=past["orders"].where(past["channel_type"] == "online", 0))
    bought = past[past["orders"] > 0]
    made = pd.DataFrame({
        "months_since_order": bought.groupby("customer_id")["age"].min(),
        "months_as_customer": bought.groupby("customer_id")["age"].max(),
    })  # fmt: skip
    made = made[made["months_since_order"] <= ACTIVE_MONTHS]
    year = past[past["age"] <= 12]
    sums = year.groupby("customer_id")[["orders", "net_sales", "online"]].sum()
    made["orders_3m"] = past[past["age"] <= 3].groupby("customer_id")["orders"].sum()
    made["orders_12m"] = sums["orders"]
    made["active_months_12m"] = year[year["orders"] > 0].groupby("customer_id")["month"].nunique()
    made["order_value"] = sums["net_sales"] / sums["orders"].where(sums["orders"] > 0)
    made["online_share"] = sums["online"] / sums["orders"].where(sums["orders"] > 0)
    season = past["age"].between(12 - OUTCOME_MONTHS + 1, 12)
    made["same_quarter_last_year"] = past[season].groupby("customer_id")["orders"].sum()
    return made[list(CUSTOMER_FEATURES)].fillna(0.0).astype("float64").sort_index()


def bought_again(customers_monthly: pd.DataFrame, customers: pd.Index, cut: pd.Timestamp) -> pd.Series:
    """Whether each customer ordered in the `OUTCOME_MONTHS` months from `cut` on."""
    until = cut + pd.DateOffset(months=OUTCOME_MONTHS)
    window = customers_monthly["month"].ge(cut) & customers_monthly["month"].lt(until)
    buyers = customers_monthly.loc[window & customers_monthly["orders"].gt(0), "customer_id"].unique()
    return pd.Series(customers.isin(buyers), index=customers)


def try_segmenting(customers_monthly: pd.DataFrame, as_of: pd.Timestamp) -> RepurchaseTrial | None:
    """Put the two models on trial over the last complete quarter known by `as_of`.

    Returns
    -------
    RepurchaseTrial or None
        None where there is no earlier quarter to learn from, too few customers, or everybody (nobody) bought
        again.
    """
    end = months_of(pd.Series([pd.Timestamp(as_of) + pd.Timedelta(days=1)]))[0]
    cuts = [end - pd.DateOffset(months=OUTCOME_MONTHS * back) for back in range(1, TRAINING_CUTS + 2)]
    first = customers_monthly["month"].min()
    # A cut needs a year behind it for its features; with a short history, half a year has to do.
    needed = 12 if first <= cuts[1] - pd.DateOffset(months=12) else 6
    cuts = [cut for cut in cuts if first <= cut - pd.DateOffset(months=needed)] or cuts[:1]
    frames = [customer_features(customers_monthly, cut) for cut in cuts]
    outcomes = [bought_again(customers_monthly, x.index, cut) for x, cut in zip(frames, cuts, strict=True)]
    if len(cuts) < 2 or len(frames[0]) < MIN_CUSTOMERS or outcomes[0].nunique() < 2:
        return None
    x_train, y_train = pd.concat(frames[1:], ignore_index=True), pd.concat(outcomes[1:], ignore_index=True)
    if y_train.nunique() < 2:
        return None
    x, y = frames[0], outcomes[0].to_numpy()
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(_log(x_train), y_train)
    tree = DecisionTreeClassifier(max_depth=TREE_DEPTH, min_samples_leaf=max(20, len(x_train) // 100), random_state=SEED)
    tree.fit(x_train, y_train)
    chances = {"naive": -x["months_since_order"].to_numpy(), "linear": linear.predict_proba(_log(x))[:, 1],
               "tree": tree.predict_proba(x)[:, 1]}  # fmt: skip
    said = {
        "naive": (x["orders_3m"] > 0).to_numpy(),
        "linear": chances["linear"] >= 0.5,
        "tree": chances["tree"] >= 0.5,
    }
    weights = pd.DataFrame({"feature": x.columns, "odds_ratio": np.exp(linear[-1].coef_[0])})
    by_size = np.log(weights["odds_ratio"]).abs().sort_values(ascending=False).index
    return RepurchaseTrial(
        cuts[0], len(x), int(y.sum()), _auc_scores(chances, said, y), _leaves(tree, x, y),
        weights.loc[by_size].reset_index(drop=True),
    )  # fmt: skip


def delong(y: np.ndarray, scores: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Areas under the ROC curve of several scores on the same cases, and the areas' covariance."""
    positive, negative = y.astype(bool), ~y.astype(bool)
    m, n = positive.sum(), negative.sum()
    areas, by_positive, by_negative = [], [], []
    for score in scores:
        ranks, own, other = (stats.rankdata(s) for s in (score, score[positive], score[negative]))
        by_positive.append((ranks[positive] - own) / n)
        by_negative.append(1 - (ranks[negative] - other) / m)
        areas.append(by_positive[-1].mean())
    covariance = np.atleast_2d(np.cov(by_positive)) / m + np.atleast_2d(np.cov(by_negative)) / n
    return np.array(areas), covariance


def _auc_scores(chances: dict[str, np.ndarray], said: dict[str, np.ndarray], y: np.ndarray) -> pd.DataFrame:
    areas, covariance = delong(y, [chances[m] for m in MODELS])
    rows = []
    for i, model in enumerate(MODELS):
        half = 1.96 * sqrt(covariance[i, i])
        half_gain = 1.96 * sqrt(max(covariance[i, i] + covariance[0, 0] - 2 * covariance[i, 0], 0))
        gain = areas[i] - areas[0]
        accuracy = float((said[model] == y).mean())
        rows.append((model, areas[i], max(areas[i] - half, 0), min(areas[i] + half, 1), accuracy, gain,
                     gain - half_gain, gain + half_gain))  # fmt: skip
    return pd.DataFrame(rows, columns=["model", "auc", "low", "high", "accuracy", "gain", "gain_low", "gain_high"])


def _leaves(tree: DecisionTreeClassifier, x: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
    """The tree's leaves with the conditions that lead to them and what became of their customers."""
    nodes, found = tree.tree_, []
    stack = [(0, [])]
    while stack:
        node, conditions = stack.pop()
        if nodes.children_left[node] < 0:
            found.append((node, conditions, float(nodes.value[node][0][-1])))
            continue
        name, threshold = x.columns[nodes.feature[node]], float(nodes.threshold[node])
        stack.append((nodes.children_left[node], [*conditions, (name, "<=", threshold)]))
        stack.append((nodes.children_right[node], [*conditions, (name, ">", threshold)]))
    leaf = tree.apply(x)
    rows = [(_merged(conditions), expected, int((leaf == node).sum()),
             float(y[leaf == node].mean()) if (leaf == node).any() else float("nan"))
            for node, conditions, expected in found]  # fmt: skip
    made = pd.DataFrame(rows, columns=["conditions", "expected", "customers", "actual"])
    return made.sort_values("expected", ascending=False, kind="stable", ignore_index=True)


def _merged(conditions: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """Keep the tightest bound per feature and side, in the order first met."""
    tightest: dict[tuple[str, str], float] = {}
    for feature, side, threshold in conditions:
        pick = min if side == "<=" else max
        tightest[feature, side] = pick(tightest.get((feature, side), threshold), threshold)
    return [(feature, side, threshold) for (feature, side), threshold in tightest.items()]


def _log(x: pd.DataFrame) -> pd.DataFrame:
    """Counts and amounts on a log scale, where a linear rule fits; net refunds count as nothing."""
    return np.log1p(x.clip(lower=0))
