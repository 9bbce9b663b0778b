"""Turnover, cover and their expected path: seasons are expected, anomalies are not, and nothing looks ahead."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import expected_path, inventory

DAYS = pd.date_range("2022-01-01", "2024-12-31", name="date")
LIMITS = {"cover_low": 7, "cover_high": 90, "slow_days": 60}


def warehouse(products: int = 30, seed: int = 5) -> pd.DataFrame:
    """Products restocked weekly to a month's cover; Double 11 sells threefold every year; nothing is wrong."""
    rng = np.random.default_rng(seed)
    label = DAYS.strftime("%m-%d")
    season = np.where((label >= "10-24") & (label <= "11-11"), 3.0, 1.0) * (1 + 0.3 * np.sin(DAYS.dayofyear / 365 * 2 * np.pi))
    frames = []
    for number in range(products):
        rate = rng.uniform(3, 15)
        sold = rng.poisson(rate * season).astype(float)
        pace = pd.Series(sold).rolling(28, min_periods=1).mean().to_numpy()
        held, on_hand, received = rate * 30, np.empty(len(DAYS)), np.zeros(len(DAYS))
        for at in range(len(DAYS)):
            if (at + number) % 7 == 0:
                received[at] = max(np.ceil(pace[at] * 30) - held, 0)
            received[at] = max(received[at], sold[at] - held)
            held += received[at] - sold[at]
            on_hand[at] = held
        frames.append(
            pd.DataFrame({"date": DAYS, "product_id": f"P{number:02d}", "on_hand": on_hand, "received": received, "sold": sold})
        )
    stock = pd.concat(frames, ignore_index=True)
    return stock.assign(stock_value=stock["on_hand"] * 10.0, issued_cost=stock["sold"] * 10.0, unexplained=0.0)


@pytest.fixture(scope="module")
def sound() -> pd.DataFrame:
    return warehouse()


def test_double_11_and_the_season_do_not_alarm_and_false_alarms_are_rare(sound):
    found = inventory.turnover_deviations(sound, {}, True)
    rate, judged = inventory.alarm_rate(found["product"], 0.03, 4, pd.Timestamp("2024-01-01"), DAYS[-1])
    assert judged > 9000 and rate < 0.5
    festival, _ = inventory.alarm_rate(found["total"], 0.03, 4, pd.Timestamp("2024-10-20"), pd.Timestamp("2024-12-10"))
    assert festival == 0
    turn = inventory.turnovers(sound, {})["total"]["total"]
    assert turn["2024-11-11"] > 1.15 * turn["2024-10-15"], "the festival does move turnover: it is expected, not absent"


def test_phantom_units_alarm_the_next_day_and_only_their_product(sound):
    wrong = sound.copy()
    hit = (wrong["product_id"] == "P03") & wrong["date"].between("2024-08-05", "2024-08-14")
    wrong.loc[hit, "stock_value"] += 60_000.0
    found = inventory.turnover_deviations(wrong, {}, True)["product"]
    off = inventory.anomalies(found, 0.03, 4, pd.Timestamp("2024-07-25"), pd.Timestamp("2024-08-31"))
    own = off[off["series"] == "P03"].iloc[0]
    assert off["series"].iloc[0] == "P03" and own["deviation"] < -0.5
    assert pd.Timestamp("2024-08-05") <= own["starts_on"] <= pd.Timestamp("2024-08-06")


def test_no_figure_changes_with_what_comes_later(sound):
    later = sound.copy()
    later.loc[later["date"] > "2024-06-30", ["stock_value", "issued_cost"]] *= 3.0
    one, other = (inventory.turnover_deviations(frame, {}, True)["product"] for frame in (sound, later))
    for name in ("expected", "deviation", "score"):
        pd.testing.assert_frame_equal(getattr(one, name).loc[:"2024-06-30"], getattr(other, name).loc[:"2024-06-30"])


def test_a_figure_of_the_last_days_is_the_one_of_all_days(sound):
    recent = sound[sound["date"] > DAYS[-1] - pd.Timedelta(days=expected_path.MEMORY)]
    whole, cut = (inventory.turnover_deviations(frame, {}, True)["product"] for frame in (sound, recent))
    assert np.allclose(whole.score.iloc[-1], cut.score.iloc[-1], equal_nan=True) and whole.score.iloc[-1].notna().all()


def test_chinese_new_year_is_compared_with_its_own_weeks_a_year_before():
    days = pd.DatetimeIndex(["2024-02-10", "2024-02-01", "2024-06-18"])
    assert list(expected_path.same_day_last_year(days, True)) == list(pd.to_datetime(["2023-01-22", "2023-01-13", "2023-06-18"]))
    assert list(expected_path.same_day_last_year(days, False)) == list(pd.to_datetime(["2023-02-10", "2023-02-01", "2023-06-18"]))


def test_positions_tell_out_short_too_much_and_slow_with_their_money():
    days = pd.date_range("2025-10-01", "2025-12-31", name="date")
    cells = {"out": (0, 2), "short": (6, 2), "over": (400, 2), "slow": (50, 0), "fine": (60, 2)}
    stock = pd.concat([
        pd.DataFrame({"date": days, "product_id": name, "on_hand": float(held), "received": 0.0, "sold": float(sold),
                      "stock_value": held * 5.0, "issued_cost": sold * 5.0})
        for name, (held, sold) in cells.items()
    ], ignore_index=True)  # fmt: skip
    prices = pd.Series(20.0, list(cells))
    found = inventory.positions(
        stock, pd.DataFrame({"product_id": list(cells), "category": "Hair"}), days[-1], prices=prices, **LIMITS
    )
    table = found.set_index("product_id")
    assert table["state"].to_dict() == {"out": "out", "short": "short", "over": "over", "slow": "slow", "fine": "normal"}
    assert table.at["out", "lost"] == 40.0 and table.at["short", "lost"] == 20.0 * 2 * (7 - 3)
    assert table.at["over", "excess"] == (400 - 180) * 5.0 and table.at["slow", "excess"] == 250.0
    assert table.at["fine", "money"] == 0 and table.at["fine", "turnover"] == pytest.approx(365 * 2 / 60)
    assert table.at["out", "days_out"] == 28
