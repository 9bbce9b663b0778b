"""Do intervals of lift hold what they promise? On worlds of the demo's generator, and on real sales with nothing done to them."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from campaign_worlds import campaign_world

from brandops.analysis.campaigns import campaign_lift, cells_of
from brandops.analysis.lift import lift

AFTER = 14  # days over which the demo's campaigns fade


def lifts_of_worlds(seeds: range, null: bool) -> pd.DataFrame:
    """Every campaign of every world: method, whether estimated, covered, called significant; for its days and the days after."""
    rows = []
    for seed in seeds:
        world = campaign_world(seed, null)
        cells = {row["campaign_id"]: cells_of(row, world.daily, world.channels, world.credited)
                 for _at, row in world.campaigns.iterrows()}  # fmt: skip
        for _at, row in world.campaigns.iterrows():
            for after in (0, AFTER):
                made = campaign_lift(world.daily, row, world.campaigns, cells, after, AFTER)
                truth = np.expm1(world.true_log_lift(row, after))
                rows.append((seed, made.method, made.estimated, made.relative_low <= truth <= made.relative_high,
                             made.p_value < 0.05, truth))  # fmt: skip
    return pd.DataFrame(rows, columns=["seed", "method", "estimated", "covered", "significant", "truth"])


def binomial_bounds(rate: float, by_seed: pd.Series) -> tuple[float, float]:
    """Where the mean over worlds lies with 99.9 % probability; campaigns of a world share its sales, so worlds are the sample."""
    error = max(by_seed.std(ddof=1), 0.02) / np.sqrt(len(by_seed))
    return rate - 3.29 * error, rate + 3.29 * error


def test_a_few_worlds_are_covered_and_null_campaigns_stay_quiet():
    told = lifts_of_worlds(range(900, 904), null=False).query("estimated")
    quiet = lifts_of_worlds(range(906, 910), null=True).query("estimated")
    assert len(told) > 140 and told["covered"].mean() >= 0.90
    assert len(quiet) > 140 and quiet["significant"].mean() <= 0.08
    assert told["truth"].mean() > 0.15 and (quiet["truth"] == 0).all()


@pytest.mark.slow
def test_true_lifts_are_covered_at_the_nominal_rate_over_two_hundred_worlds():
    told = lifts_of_worlds(range(1000, 1200), null=False)
    assert told["estimated"].mean() > 0.85
    for method, part in told[told["estimated"]].groupby("method"):
        low, _high = binomial_bounds(0.95, part.groupby("seed")["covered"].mean())
        assert low <= part["covered"].mean() <= 0.985, method


@pytest.mark.slow
def test_null_campaigns_raise_at_most_five_false_alarms_in_a_hundred():
    quiet = lifts_of_worlds(range(1200, 1400), null=True).query("estimated")
    assert len(quiet) > 7000 and quiet["significant"].mean() <= 0.05


def real_panel(shared_data) -> pd.DataFrame:
    """Daily spirits sales of the forty largest towns of Iowa, wide: nobody ran a campaign in them."""
    folder = shared_data / "iowa"
    if not folder.is_dir():
        pytest.skip(f"no Iowa sales: {folder} is absent (set SHARED_DATA)")
    long = duckdb.sql(f"""
        with towns as (select Store as store, any_value(City) as town from '{folder}/stores.parquet' group by 1)
        select town, date, sum(sale)::double as y from '{folder}/sales_2018.parquet' join towns using (store) group by 1, 2
        union all
        select town, date, sum(sale)::double as y from '{folder}/sales_2019.parquet' join towns using (store) group by 1, 2""").df()
    wide = long.assign(date=pd.to_datetime(long["date"])).pivot(index="date", columns="town", values="y").fillna(0.0)
    return wide[wide.sum().sort_values(ascending=False).index[:40]]


def pretended(wide: pd.DataFrame, count: int, effect: float) -> pd.DataFrame:
    """Campaigns pretended in one to three towns for three or four weeks somewhere in two years, with `effect` put in."""
    random, rows = np.random.default_rng(5), []
    for _at in range(count):
        span, past = int(random.choice([15, 20])), int(random.choice([70, 100]))
        first = random.integers(0, len(wide) - span - past)
        part = wide.iloc[first : first + past + span].copy()
        chosen = list(random.choice(wide.columns, random.integers(1, 4), replace=False))
        part.iloc[past:, part.columns.get_indexer(chosen)] *= 1 + effect
        panel = part.rename_axis(index="ds", columns="unique_id").stack().rename("y").reset_index()
        made = lift(panel, chosen, part.index[past], part.index[-1])
        facts = made.diagnostics
        rows.append((made.estimated, made.relative_low <= effect <= made.relative_high, made.p_value < 0.05,
                     facts.get("p_time", 1.0) < 0.05, facts.get("enlargement", 1.0) > 1.25))  # fmt: skip
    return pd.DataFrame(rows, columns=["estimated", "covered", "significant", "by_time", "unsettled"])


def test_real_sales_with_nothing_done_to_them_seldom_show_a_lift(shared_data):
    made = pretended(real_panel(shared_data), 40, 0.0)
    assert made["estimated"].sum() >= 25
    assert made.loc[made["estimated"], "significant"].mean() <= 0.15  # 40 trials: at most 4 or 5 where 2 are expected


@pytest.mark.slow
def test_lifts_put_into_real_sales_are_covered(shared_data):
    made = pretended(real_panel(shared_data), 400, 0.25)
    told = made[made["estimated"]]
    assert len(told) > 250 and 0.92 <= told["covered"].mean() <= 0.99


@pytest.mark.slow
def test_where_untreated_towns_were_restless_too_time_alone_cries_wolf_and_the_leading_p_value_does_not(shared_data):
    """Nothing was done to any: 5 % are expected, and 400 trials tell that to 2 points."""
    made = pretended(real_panel(shared_data), 400, 0.0).query("estimated")
    restless = made[made["unsettled"]]
    assert len(restless) > 25 and made["significant"].mean() <= 0.075
    assert restless["by_time"].mean() > 0.08 and restless["significant"].mean() < restless["by_time"].mean()
