"""Whether a price regression can be trusted: collinearity, residuals, influence (plan item 3.1.2)."""

import numpy as np
import pandas as pd

from brandops.analysis.panel_regression import PanelFit
from brandops.analysis.price_panel import SEASON_PREFIX

HIGH_VIF = 10.0  # Belsley, Kuh & Welsch 1980


def variance_inflation(fit: PanelFit) -> pd.DataFrame:
    """Variance inflation of each term within the fixed effects: term, vif; season waves left out, largest first."""
    z = fit.design.to_numpy()
    gram = z.T @ z
    vif = np.diag(gram) * np.diag(np.linalg.inv(gram))
    made = pd.DataFrame({"term": fit.design.columns, "vif": vif})
    made = made[~made["term"].str.startswith(SEASON_PREFIX)]
    return made.sort_values(["vif", "term"], ascending=[False, True], ignore_index=True)


def influence(fit: PanelFit) -> pd.DataFrame:
    """Cook's distance of each cluster (product): cluster, cooks_distance, limit (4 / clusters), influential."""
    made = fit.rows.groupby("cluster", as_index=False)["cooks_distance"].first()
    made["limit"] = 4 / fit.clusters
    made["influential"] = made["cooks_distance"] > made["limit"]
    return made.sort_values(["cooks_distance", "cluster"], ascending=[False, True], ignore_index=True)


def residual_checks(fit: PanelFit) -> pd.Series:
    """Facts of the residuals.

    Returns
    -------
    Series
        dispersion (Pearson chi-square to degrees of freedom; 1 for a Poisson variance), autocorrelation (of neighbouring
        weeks of a unit), skewness (of standardised residuals), outside (share beyond 4 standard deviations).
    """
    rows = fit.rows
    standard = rows["residual"] * np.sqrt(rows["weight"])
    variance = float((standard**2).sum() / max(len(rows) - len(fit.coefficients), 1))
    scaled = standard / np.sqrt(variance) if variance > 0 else standard
    ordered = rows.assign(r=scaled).sort_values(["unit", "time"])
    before = ordered.groupby("unit")["r"].shift()
    known = before.notna()
    auto = float(np.corrcoef(ordered.loc[known, "r"], before[known])[0, 1]) if known.sum() > 2 else float("nan")
    return pd.Series({"dispersion": variance if fit.estimator == "poisson" else np.nan, "autocorrelation": auto,
                      "skewness": float(scaled.skew()), "outside": float((scaled.abs() > 4).mean())})  # fmt: skip
