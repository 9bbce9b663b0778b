"""Our forecasting engine beside statsforecast's models and their median combination, in one run.

    python benchmarks/forecasting.py [--series 60] [--sets m1_12 tourism_4] [--data ../shared/data/forecasting] [--no-demo]
                                     [--keep /tmp/rivals]

For each data set (M1 and tourism, quarterly and monthly, over their official test parts): mean sMAPE (percent), mean MASE,
coverage of the 80 % and 95 % intervals (percent), mean scaled interval scores, seconds of the clock and of the processor on
two processes, and the engine's ratios to each model and to the median combination of AutoETS, AutoCES, AutoARIMA and
DynamicOptimizedTheta ("SCUM"; Petropoulos & Svetunkov 2020). Times are compared in seconds of the processor, which other
work on the machine hardly changes. `--series` takes that many of each set, spread evenly. `--keep` writes the other models'
forecasts and times into a folder, and reads them there the next time: they take most of the time and do not change with the
engine. Last, 300 monthly series of the demo brand, with backtest, selection and intervals.
"""

import argparse
import json
import os
import resource
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


def times() -> np.ndarray:
    """Seconds of the clock, and of the processor in this process and in those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return np.array([time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in used)])


def one_rival(model: type, train: pd.DataFrame, horizon: int, season: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Forecasts of one of statsforecast's models, and its times."""
    name, start = model.__name__, times()
    runner = StatsForecast([model(season_length=season, alias=name)], freq=1, n_jobs=JOBS,
                           fallback_model=SeasonalNaive(season_length=season))  # fmt: skip
    made = runner.forecast(df=train, h=horizon, level=list(LEVELS))
    made.columns = [c if c in ("unique_id", "ds") else "mean" if c == name else c.removeprefix(f"{name}-") for c in made]
    return made, times() - start


def rivals(train: pd.DataFrame, horizon: int, season: int, keep: Path | None = None) -> dict[str, tuple[pd.DataFrame, np.ndarray]]:
    """Forecasts and times of statsforecast's models and of their median; read from the folder `keep` where they are there."""
    found = {}
    for model in RIVALS:
        kept = keep and keep / f"{model.__name__}.parquet"
        if kept and kept.exists():
            found[model.__name__] = pd.read_parquet(kept), np.array(json.loads(kept.with_suffix(".json").read_text()))
            continue
        made, spent = found[model.__name__] = one_rival(model, train, horizon, season)
        if kept:
            keep.mkdir(parents=True, exist_ok=True)
            kept.with_suffix(".json").write_text(json.dumps(list(spent)))
            made.to_parquet(kept)
    together = found["AutoETS"][0].copy()
    together[COLUMNS] = np.median([made[COLUMNS].to_numpy() for made, _spent in found.values()], axis=0)
    found["SCUM"] = (together, sum(spent for _made, spent in found.values()))
    return found


def one_set(folder: Path, name: str, count: int | None, keep: Path | None = None) -> bool:
    """Measure a data set, print it, and say whether every target is met."""
    season = SETS[name][1]
    train, test = load(folder, name, count)
    horizon = int(test.groupby("unique_id").size().max())
    start = times()
    ours = fit(train, horizon, season, levels=LEVELS, jobs=JOBS).table
    spent = times() - start
    ids = train.groupby("unique_id")["ds"].max()
    assert (ours.groupby("unique_id")["ds"].min() == ids + 1).all()
    of_set = keep and keep / f"{name}-{train['unique_id'].nunique()}"
    runs = {"engine": (ours, spent), **rivals(train, horizon, season, of_set)}
    table = pd.DataFrame({
        who: {**judge(made, train, test, season), "clock": took[0], "processor": took[1]} for who, (made, took) in runs.items()
    }).T  # fmt: skip
    table["time ratio"] = table.at["engine", "processor"] / table["processor"]
    others, mine = table.drop(index="engine").min(), table.loc["engine"]
    ratio = table.at["SCUM", "time ratio"]
    print(f"\n{name}: {train['unique_id'].nunique()} series, horizon {horizon}, load average {os.getloadavg()[0]:.1f}")
    print(table.round(3).to_string())
    print("engine / best other: " + ", ".join(f"{m} {mine[m] / others[m]:.3f}" for m in ("sMAPE", "MASE", "MSIS80", "MSIS95"))
          + f"; processor time / SCUM {ratio:.3f}")  # fmt: skip
    checks = {
        **{what: mine[what] < others[what] for what in ("sMAPE", "MASE", "MSIS80", "MSIS95")},
        "coverage 80 in 77-83": 77 <= mine["cover80"] <= 83, "coverage 95 in 93-97": 93 <= mine["cover95"] <= 97,
        "time": ratio <= 0.1,
    }  # fmt: skip
    print("targets: " + ", ".join(f"{what} {'met' if good else 'MISSED'}" for what, good in checks.items()), flush=True)
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
    start = times()
    fit(history, 6, 12, jobs=JOBS)
    clock, processor = times() - start
    # On an idle machine two processes cannot take less of the clock than half the processor time, and hardly take more.
    print(f"\ndemo: {len(wide)} monthly series of {wide.shape[1]} months in {clock:.1f} s of the clock, {processor:.1f} s of the "
          f"processor ({processor / JOBS:.1f} s on each of {JOBS}), load average {os.getloadavg()[0]:.1f}: "
          f"{'met' if clock < limit else 'MISSED'} (under {limit:.0f} s)")  # fmt: skip


def main() -> int:
    """Measure what was asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--series", type=int)
    options.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    default = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "forecasting"
    options.add_argument("--data", type=Path, default=default)
    options.add_argument("--no-demo", action="store_true")
    options.add_argument("--keep", type=Path, help="folder that keeps the other models' forecasts and times")
    asked = options.parse_args()
    warnings.filterwarnings("ignore")
    if not asked.data.is_dir():
        print(f"no competition series in {asked.data}; set SHARED_DATA or --data")
    else:
        for name in asked.sets:
            one_set(asked.data, name, asked.series, asked.keep)
    if not asked.no_demo:
        demo()
    return 0


if __name__ == "__main__":
    sys.exit(main())
