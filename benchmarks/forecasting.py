"""Our forecasting engine beside statsforecast's models and their median combination, in one run.

    python benchmarks/forecasting.py [--series 60] [--sets m1_12 tourism_4] [--data ../shared/data/forecasting] [--no-demo]

For each data set (M1 and tourism, quarterly and monthly, over their official test parts): mean sMAPE (percent), mean MASE,
coverage of the 80 % and 95 % intervals (percent), mean scaled interval score at 95 %, wall time on two processes, and the
engine's ratio to the median combination of AutoETS, AutoCES, AutoARIMA and DynamicOptimizedTheta ("SCUM"; Petropoulos &
Svetunkov 2020). `--series` takes that many of each set, spread evenly. Last, 300 monthly series of the demo brand.
"""

import argparse
import os
import sys
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta, SeasonalNaive

from brandops.analysis.forecasting import fit

ROOT = Path(__file__).resolve().parents[1]
SETS = {"m1_4": ("m1", 4), "m1_12": ("m1", 12), "tourism_4": ("tourism", 4), "tourism_12": ("tourism", 12)}
RIVALS = (AutoETS, AutoCES, AutoARIMA, DynamicOptimizedTheta)
LEVELS = (80, 95)
JOBS = 2
COLUMNS = ["mean", *(f"{side}-{level}" for level in LEVELS for side in ("lo", "hi"))]


def load(folder: Path, name: str, count: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test rows (unique_id, ds, y) of a data set."""
    source, season = SETS[name]
    meta = pd.read_csv(folder / f"{source}_meta.csv")
    ids = np.sort(meta.loc[meta["freq"] == season, "id"].to_numpy(str))
    if count and count < len(ids):
        ids = ids[np.linspace(0, len(ids) - 1, count).astype(int)]
    rows = pd.read_parquet(folder / f"{source}_series.parquet").rename(columns={"id": "unique_id", "t": "ds"})
    rows = rows[rows["unique_id"].isin(ids)].sort_values(["unique_id", "ds"])
    train, test = (rows.loc[rows["part"] == part, ["unique_id", "ds", "y"]].reset_index(drop=True) for part in ("train", "test"))
    return train, test


def judge(found: pd.DataFrame, train: pd.DataFrame, test: pd.DataFrame, season: int) -> dict[str, float]:
    """Mean over series of the measures of one set of forecasts (unique_id, ds and `COLUMNS`)."""
    change = train["y"] - train.groupby("unique_id")["y"].shift(season)
    scale = change.abs().groupby(train["unique_id"]).mean()
    both = test.merge(found, on=["unique_id", "ds"], validate="one_to_one").merge(scale.rename("scale"), on="unique_id")
    assert len(both) == len(test), "a forecast is missing"
    error, y = (both["y"] - both["mean"]).abs(), both["y"]
    scaled = both["scale"] > 0
    measures = {"sMAPE": (200 * error / (y.abs() + both["mean"].abs())).fillna(0).mean(),
                "MASE": (error / both["scale"])[scaled].mean()}  # fmt: skip
    for level in LEVELS:
        low, high = both[f"lo-{level}"], both[f"hi-{level}"]
        measures[f"cover{level}"] = 100 * y.between(low, high).mean()
        missed = (low - y).clip(lower=0) + (y - high).clip(lower=0)
        measures[f"MSIS{level}"] = ((high - low + 2 / (1 - level / 100) * missed) / both["scale"])[scaled].mean()
    return measures


def rivals(train: pd.DataFrame, horizon: int, season: int) -> dict[str, tuple[pd.DataFrame, float]]:
    """Forecasts and wall time of statsforecast's models and of their median."""
    found = {}
    for model in RIVALS:
        name, start = model.__name__, time.perf_counter()
        runner = StatsForecast([model(season_length=season, alias=name)], freq=1, n_jobs=JOBS,
                               fallback_model=SeasonalNaive(season_length=season))  # fmt: skip
        made = runner.forecast(df=train, h=horizon, level=list(LEVELS))
        spent = time.perf_counter() - start
        made.columns = [c if c in ("unique_id", "ds") else "mean" if c == name else c.removeprefix(f"{name}-") for c in made]
        found[name] = (made, spent)
    together = found["AutoETS"][0].copy()
    together[COLUMNS] = np.median([made[COLUMNS].to_numpy() for made, _spent in found.values()], axis=0)
    found["SCUM"] = (together, sum(spent for _made, spent in found.values()))
    return found


def one_set(folder: Path, name: str, count: int | None) -> bool:
    """Measure a data set, print it, and say whether every target is met."""
    season = SETS[name][1]
    train, test = load(folder, name, count)
    horizon = int(test.groupby("unique_id").size().max())
    start = time.perf_counter()
    ours = fit(train, horizon, season, levels=LEVELS, jobs=JOBS).table
    spent = time.perf_counter() - start
    ids = train.groupby("unique_id")["ds"].max()
    assert (ours.groupby("unique_id")["ds"].min() == ids + 1).all()
    lines = {"engine": {**judge(ours, train, test, season), "seconds": spent}}
    for rival, (made, took) in rivals(train, horizon, season).items():
        lines[rival] = {**judge(made, train, test, season), "seconds": took}
    table = pd.DataFrame(lines).T
    others = table.drop(index="engine").min()
    mine = table.loc["engine"]
    ratio = mine["seconds"] / table.at["SCUM", "seconds"]
    print(f"\n{name}: {train['unique_id'].nunique()} series, horizon {horizon}")
    print(table.round(3).to_string())
    print("engine / best other: " + ", ".join(f"{m} {mine[m] / others[m]:.3f}" for m in ("sMAPE", "MASE", "MSIS80", "MSIS95"))
          + f"; time / SCUM {ratio:.3f}")  # fmt: skip
    checks = {
        **{what: mine[what] < others[what] for what in ("sMAPE", "MASE", "MSIS95")},
        "coverage 80 in 77-83": 77 <= mine["cover80"] <= 83, "coverage 95 in 93-97": 93 <= mine["cover95"] <= 97,
        "time": ratio <= 0.1,
    }  # fmt: skip
    print("targets: " + ", ".join(f"{what} {'met' if good else 'MISSED'}" for what, good in checks.items()))
    return all(checks.values())


def demo(limit: float = 30.0, wanted: int = 300) -> None:
    """Time `wanted` monthly series of the demo brand, with backtest, selection and intervals."""
    marts = sorted((ROOT / "data" / "demo" / "marts").glob("*/sales_monthly.parquet"))
    if not marts:
        print("\ndemo: not built (make data); not measured")
        return
    sales = pd.read_parquet(marts[-1]).assign(y=lambda s: s["net_sales"].astype(float), month=lambda s: pd.to_datetime(s["month"]))
    keys = ["channel_id", "region", "category", "brand"]
    wide = sales.groupby([*keys, "month"])["y"].sum().unstack().fillna(0.0)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index[:wanted]]
    wide.index = [" | ".join(key) for key in wide.index]
    history = wide.rename_axis("unique_id").rename_axis("ds", axis=1).stack().rename("y").reset_index()
    start = time.perf_counter()
    fit(history, 6, 12, jobs=JOBS)
    spent = time.perf_counter() - start
    print(f"\ndemo: {len(wide)} monthly series in {spent:.1f} s: {'met' if spent < limit else 'MISSED'} (under {limit:.0f} s)")


def main() -> int:
    """Measure what was asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--series", type=int)
    options.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    default = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "forecasting"
    options.add_argument("--data", type=Path, default=default)
    options.add_argument("--no-demo", action="store_true")
    asked = options.parse_args()
    warnings.filterwarnings("ignore")
    if not asked.data.is_dir():
        print(f"no competition series in {asked.data}; set SHARED_DATA or --data")
    else:
        for name in asked.sets:
            one_set(asked.data, name, asked.series)
    if not asked.no_demo:
        demo()
    return 0


if __name__ == "__main__":
    sys.exit(main())
