"""What is wrong in the demo brand's world is found from its exports, and monitoring a window sees what the history shows."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import indicators, inventory, market_risk
from brandops.analysis.expected_path import MEMORY
from brandops.params import load_plan
from brandops.params.alerts import load_alerts
from brandops.warehouse import recent
from brandops.warehouse.load import read_manifest
from brandops.warehouse.recent import recent_marts

END = date(2025, 12, 31)
WHOLE = 2000  # days: all of the history


@pytest.fixture(scope="module")
def world(small):
    """Root of the small world, its truth, its plan and its frames of the whole history."""
    folder, _, _ = small
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(folder.parents[1]))
        plan = load_plan("demo")
        yield json.loads((folder / "truth.json").read_text())["world"], plan, recent_marts("demo", plan, END, WHOLE)


def test_the_one_price_war_is_found_and_known_within_a_month_of_its_beginning(world):
    truth, plan, frames = world
    true, rule = truth["price_war"], plan.market_risk.price_war
    found = market_risk.price_wars(frames["market_monthly"], rule.price_drop, rule.share_gain, rule.base_months)
    assert [(row.competitor, row.category) for row in found.itertuples()] == [(true["competitor"], true["category"])]
    war = found.iloc[0]
    assert war["starts_on"] == pd.Timestamp(true["starts_on"]) and war["ends_on"] == pd.Timestamp(true["ends_on"])
    assert (war["known_on"] - pd.Timestamp(true["starts_on"])).days <= 31
    assert not war["going_on"] and war["price_change"] < 0 < war["share_gain"]


def test_a_war_is_known_when_its_first_month_has_ended_and_not_a_day_before(world):
    truth, plan, frames = world
    rule, true = plan.market_risk.price_war, truth["price_war"]
    days = pd.date_range("2025-06-29", "2025-12-02")
    taken = market_risk.war_days(frames["market_monthly"], rule.price_drop, rule.share_gain, rule.base_months, days)
    own = taken[f"{true['category']} / {true['competitor']}"]
    assert own["2025-06-29"] == 0 and own["2025-06-30"] > 0.01 and own["2025-11-29"] > 0.01 and own["2025-11-30"] == 0
    assert (taken.drop(columns=own.name) == 0).all(axis=None)


def test_phantom_stock_is_found_on_its_first_day_by_turnover_and_by_the_record(world):
    truth, plan, frames = world
    true, rules = truth["stock_anomaly"], plan.stock
    category_of = frames["products"].set_index("product_id")["category"].to_dict()
    found = inventory.turnover_deviations(frames["stock_daily"], category_of, True)["product"]
    off = inventory.anomalies(
        found, rules.turnover_deviation, rules.noise_limit, pd.Timestamp("2025-10-01"), pd.Timestamp("2025-11-30")
    )
    hit = off[off["series"] == true["product_id"]]
    assert hit["starts_on"].min() <= pd.Timestamp(true["starts_on"]) + pd.Timedelta(days=1)
    assert hit["deviation"].iloc[0] < -0.5
    wrong = inventory.wide(frames["stock_daily"], "unexplained")[true["product_id"]]
    jumps = wrong[wrong > 0].loc["2025-10-01":"2025-11-30"]
    assert list(jumps.index) == [pd.Timestamp("2025-10-13"), pd.Timestamp("2025-10-22")]


def test_double_11_alarms_no_more_than_other_weeks(world):
    _, plan, frames = world
    category_of = frames["products"].set_index("product_id")["category"].to_dict()
    found = inventory.turnover_deviations(frames["stock_daily"], category_of, True)["product"]
    allowed, limit = plan.stock.turnover_deviation, plan.stock.noise_limit
    festival = inventory.alarm_rate(found, allowed, limit, pd.Timestamp("2025-10-24"), pd.Timestamp("2025-11-20"))
    assert festival[1] > 2000 and festival[0] < 1


def test_false_alarms_stay_below_one_in_a_hundred_product_days(world):
    truth, plan, frames = world
    category_of = frames["products"].set_index("product_id")["category"].to_dict()
    stock = frames["stock_daily"][frames["stock_daily"]["product_id"] != truth["stock_anomaly"]["product_id"]]
    found = inventory.turnover_deviations(stock, category_of, True)["product"]
    rate, judged = inventory.alarm_rate(
        found, plan.stock.turnover_deviation, plan.stock.noise_limit, pd.Timestamp("2025-01-01"), pd.Timestamp(END)
    )
    assert judged > 20_000 and rate < 1


def test_files_that_ended_before_the_window_are_not_opened(world):
    manifest = read_manifest("demo")
    whole, window = (set(recent._files(manifest, "demo", "sales_lines", since)) for since in (None, date(2024, 1, 1)))
    assert window < whole and len(window) <= len(whole) * 0.6
    files = [file for account in manifest["sources"] for file in account["files"]]
    ended = {each["parquet"]: each["last_day"] for file in files for each in file["stored"]}
    assert all(ended[Path(name).name] < "2024-01-01" for name in whole - window)


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2025, 10, 13), END])
def test_monitoring_a_window_sees_the_values_the_whole_history_shows(world, day):
    _, plan, _ = world
    wanted = [(rule.figure, rule.scope) for rule in load_alerts("demo").rules]
    days = pd.DatetimeIndex([pd.Timestamp(day)])
    seen, whole = (indicators.indicators(recent_marts("demo", plan, day, n), plan, days, wanted) for n in (MEMORY, WHOLE))
    assert set(seen) == set(whole) == set(wanted)
    for key, table in seen.items():
        other = whole[key].reindex(columns=table.columns)
        assert np.allclose(table, other, rtol=1e-9, atol=1e-12, equal_nan=True), key
