"""Which customers behave alike: clusters by how often, how much and how they buy, and what tells them apart (4.1.2).

Features are logarithms (rates and amounts are skewed) and a shrunk share on promotion, standardised; k-means (Lloyd 1982).
The number of clusters has the best mean silhouette (Rousseeuw 1987) among those that come out alike when half the customers
are drawn anew (mean adjusted Rand index from `STABLE` up; Hubert and Arabie 1985, Ben-Hur et al. 2002). A shallow decision
tree says in the units of the business what makes a customer a member.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.tree import DecisionTreeClassifier

from brandops.analysis.seeds import seed_of

MIN_ORDERS = 3  # fewer say too little about how a customer buys
KS = range(2, 8)
STABLE = 0.8
_PAIRS = 4
_SAMPLE = 3000  # customers the number of clusters is chosen on; the silhouette's time grows with the square
_DEPTH = 3
_EXTREME = 0.75  # standard deviations from the mean at which a cluster is named for a feature
# Purchases and years put before what was seen: a rate from three orders in a week is not a hundred a year.
_PRIOR_ORDERS, _PRIOR_YEARS = 1.2, 0.6
NAMES = {
    ("promotion", 1): "promotion_buyers", ("order_value", 1): "large_basket_buyers", ("frequency", 1): "frequent_buyers",
    ("order_value", -1): "small_basket_buyers", ("frequency", -1): "seldom_buyers", ("promotion", -1): "full_price_buyers",
}  # fmt: skip
FEW = "few_orders"


@dataclass(frozen=True)
class Clustering:
    """Clusters of the customers with enough orders.

    Attributes
    ----------
    choice
        k, silhouette, stability, chosen: the candidates for the number of clusters.
    centres
        cluster, and the features' centres in the units of `features`.
    rules
        cluster, conditions (tuple of (feature, "<=" or ">", threshold)), customers, purity: leaves of the tree.
    agreement
        Share of customers the tree puts into their cluster.
    """

    names: tuple[str, ...]
    choice: pd.DataFrame
    centres: pd.DataFrame
    rules: pd.DataFrame
    agreement: float
    _model: KMeans
    _mean: pd.Series
    _scale: pd.Series

    @property
    def stability(self) -> float:
        """Adjusted Rand index of the chosen clusters when customers are drawn anew."""
        return self.choice.set_index("chosen").loc[True, "stability"]

    def assign(self, history: pd.DataFrame) -> pd.Series:
        """Cluster of each customer of a `histories`; `FEW` for those with too few orders."""
        rows = features(history)
        result = pd.Series(FEW, history.index, dtype=object)
        if len(rows):
            scaled = (_transformed(rows)[self._mean.index] - self._mean) / self._scale
            result.loc[rows.index] = np.array(self.names, dtype=object)[self._model.predict(scaled.to_numpy())]
        return result


def features(history: pd.DataFrame) -> pd.DataFrame:
    """Behaviour of customers with `MIN_ORDERS` orders: frequency (orders a year while active), order_value (currency), promotion.

    `promotion`, the share of orders with a promoted line, is left out where no source says it.
    """
    rows = history[history["orders"] >= MIN_ORDERS]
    active = (rows["last_on"] - rows["first_on"]).dt.days / 365.25
    table = pd.DataFrame({
        "frequency": (rows["orders"] - 1 + _PRIOR_ORDERS) / (active + _PRIOR_YEARS),
        "order_value": rows["gross_sales"] / rows["orders"],
    })  # fmt: skip
    if history["promoted_orders"].notna().any():
        table["promotion"] = (rows["promoted_orders"].fillna(0) + 0.5) / (rows["orders"] + 1)
    return table


def cluster(history: pd.DataFrame) -> Clustering | None:
    """Cluster the customers of a `histories`; None where fewer than fifty have enough orders."""
    rows = features(history).sort_index()
    if len(rows) < 50:
        return None
    table = _transformed(rows)
    table = table.loc[:, table.std() > 1e-9]
    mean, scale = table.mean(), table.std()
    values = ((table - mean) / scale).to_numpy()
    rng = np.random.default_rng(seed_of("clusters", len(values), *table.columns))
    choice = _choice(values, rng)
    k = int(choice.loc[choice["chosen"], "k"].iloc[0])
    model = _fitted(values, k)
    names = _names(pd.DataFrame(model.cluster_centers_, columns=table.columns))
    centres = rows.groupby(np.array(names, dtype=object)[model.labels_]).median()
    centres = centres.rename_axis("cluster").reset_index()
    rules, agreement = _explained(rows, model.labels_, names)
    return Clustering(names, choice, centres, rules, agreement, model, mean, scale)


def _transformed(rows: pd.DataFrame) -> pd.DataFrame:
    made = {"frequency": np.log(rows["frequency"]), "order_value": np.log(rows["order_value"])}
    if "promotion" in rows:
        made["promotion"] = np.log(rows["promotion"] / (1 - rows["promotion"]))
    return pd.DataFrame(made, index=rows.index)


def _fitted(values: np.ndarray, k: int, restarts: int = 5) -> KMeans:
    return KMeans(k, n_init=restarts, random_state=seed_of("k-means", k, len(values)) % 2**31).fit(values)


def _choice(values: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    sample = values[rng.choice(len(values), min(_SAMPLE, len(values)), replace=False)]
    rows = []
    for k in KS:
        labels = _fitted(sample, k).labels_
        halves = [rng.permutation(len(sample))[: len(sample) // 2] for _pair in range(_PAIRS)]
        again = [_fitted(sample[half], k, restarts=3).predict(sample) for half in halves]
        stability = float(np.mean([adjusted_rand_score(labels, other) for other in again]))
        rows.append((k, float(silhouette_score(sample, labels)), stability))
    table = pd.DataFrame(rows, columns=["k", "silhouette", "stability"])
    able = table[table["stability"] >= STABLE]
    best = (able if len(able) else table)["silhouette"].idxmax()
    return table.assign(chosen=table.index == best)


def _names(centres: pd.DataFrame) -> tuple[str, ...]:
    """Name each cluster for the feature it is most extreme in; `regular_buyers` for one that is extreme in none."""
    names: list[str] = []
    for _at, centre in centres.iterrows():
        ranked = centre.abs().sort_values(ascending=False)
        options = [NAMES[feature, int(np.sign(centre[feature]))] for feature, size in ranked.items() if size >= _EXTREME]
        free = [name for name in [*options, "regular_buyers"] if name not in names]
        names.append(free[0] if free else f"regular_buyers_{len(names) + 1}")
    return tuple(names)


def _explained(rows: pd.DataFrame, labels: np.ndarray, names: tuple[str, ...]) -> tuple[pd.DataFrame, float]:
    grown = DecisionTreeClassifier(max_depth=_DEPTH, min_samples_leaf=max(5, len(rows) // 100), random_state=0)
    grown.fit(rows.to_numpy(), labels)
    tree, found = grown.tree_, []

    def walk(node: int, path: tuple) -> None:
        if tree.children_left[node] < 0:
            shares = tree.value[node][0] / tree.value[node][0].sum()
            cluster = names[grown.classes_[shares.argmax()]]
            found.append((cluster, path, int(tree.n_node_samples[node]), float(shares.max())))
            return
        feature, threshold = rows.columns[tree.feature[node]], float(tree.threshold[node])
        walk(tree.children_left[node], (*path, (feature, "<=", threshold)))
        walk(tree.children_right[node], (*path, (feature, ">", threshold)))

    walk(0, ())
    table = pd.DataFrame(found, columns=["cluster", "conditions", "customers", "purity"])
    table = table.sort_values("customers", ascending=False, kind="stable", ignore_index=True)
    return table, float((grown.predict(rows.to_numpy()) == labels).mean())
