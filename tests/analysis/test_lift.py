"""Lift of a campaign in a panel of units: the truth is recovered, scale does not matter, a poor fit gives no number."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.lift import lift
from brandops.analysis.lift_panel import window_of
from brandops.analysis.placebo import groups, in_space, in_time
from brandops.analysis.synthetic_control import weights
from brandops.errors import UserError

START, END = "2024-03-31", "2024-04-20"


def geo_panel(seed: int = 1, units: int = 40, days: int = 111, effect: float = 0.0, treated: tuple[str, ...] = ("g00", "g01")):
    """Daily sales of regions differing a hundredfold in size, with weekly seasons of their own and a common wandering."""
    rng = np.random.default_rng(seed)
    when = pd.date_range("2024-01-01", periods=days)
    common = np.cumsum(rng.normal(0, 0.01, days))[:, None] * rng.normal(1, 0.15, units)
    week = rng.normal(0, 0.15, 7)[:, None] + rng.normal(0, 0.05, (7, units))
    log = rng.normal(6, 1.2, units) + common + week[np.arange(days) % 7] + rng.normal(0, 0.06, (days, units))
    names = [f"g{at:02d}" for at in range(units)]
    wide = pd.DataFrame(np.exp(log), when, names)
    wide.loc[START:END, list(treated)] *= 1 + effect
    return wide.rename_axis(index="ds", columns="unique_id").stack().rename("y").reset_index()


def test_a_lift_is_recovered_within_its_interval():
    found = lift(geo_panel(effect=0.10), ["g00", "g01"], START, END)
    assert found.estimated and found.method == "synthetic_control"
    assert found.relative_low < 0.10 < found.relative_high and found.p_value < 0.01
    assert found.effect == pytest.approx(found.observed - found.counterfactual)
    assert found.low < found.effect < found.high
    assert found.diagnostics["fit_r2"] > 0.5 and 30 <= len(found.diagnostics["placebo_space"]) <= 38


def test_the_unit_of_money_and_the_size_of_a_control_change_nothing_relative():
    panel = geo_panel(effect=0.10)
    found = lift(panel, ["g00", "g01"], START, END)
    scaled = panel.assign(y=panel["y"] * np.where(panel["unique_id"] == "g07", 1000, 1) * 7.0)
    again = lift(scaled, ["g00", "g01"], START, END)
    assert again.relative == pytest.approx(found.relative, rel=1e-6) and again.high == pytest.approx(7 * found.high, rel=1e-6)


def test_a_festival_that_multiplies_everyone_is_no_lift():
    panel = geo_panel()
    busy = panel["ds"].between(START, END)
    found = lift(panel.assign(y=panel["y"] * np.where(busy, 2.6, 1.0)), ["g00", "g01"], START, END)
    assert found.relative_low < 0 < found.relative_high and abs(found.relative) < 0.06


def test_what_comes_after_the_window_is_not_looked_at():
    panel = geo_panel(days=140)
    spoilt = panel.assign(y=np.where(panel["ds"] > END, 0.0, panel["y"]))
    assert lift(panel, ["g00"], START, END).effect == lift(spoilt, ["g00"], START, END).effect


def test_a_unit_its_controls_never_followed_gets_no_number():
    panel = geo_panel()
    day = (panel["ds"] - panel["ds"].min()).dt.days
    parting = panel.assign(y=panel["y"] * np.where(panel["unique_id"] == "g00", np.exp(0.03 * day), 1.0))
    found = lift(parting, ["g00"], START, END)
    assert found.status == "not estimated: pre-fit poor" and not found.estimated
    assert np.isnan([found.effect, found.low, found.high, found.relative, found.p_value]).all()
    assert found.diagnostics["trend"] > 0.85


def test_a_short_past_gets_no_number():
    panel = geo_panel()
    found = lift(panel[panel["ds"] >= "2024-03-15"], ["g00"], START, END)
    assert found.status == "not estimated: pre-period too short" and np.isnan(found.effect)


def test_units_that_sold_nothing_get_no_number():
    panel = geo_panel()
    panel.loc[panel["unique_id"] == "g00", "y"] = 0.0
    assert lift(panel, ["g00"], START, END).status == "not estimated: too few sales"


def test_held_out_regions_are_added_up_and_not_weighted_by_fit():
    treated = [f"g{at:02d}" for at in range(6)]
    panel = geo_panel(units=8, effect=0.25, treated=tuple(treated))
    found = lift(panel, treated, START, END, randomised=True)
    assert found.method == "holdout" and not found.warnings
    assert found.relative_low < 0.25 < found.relative_high
    sizes = panel[panel["ds"] < START].groupby("unique_id")["y"].sum()[["g06", "g07"]]
    assert found.diagnostics["weights"] == pytest.approx((sizes / sizes.sum()).to_dict(), abs=1e-5)


def test_a_series_alone_is_estimated_with_a_warning():
    panel = geo_panel(units=1, days=300, treated=("g00",))
    found = lift(panel, ["g00"], "2024-10-01", "2024-10-14")
    assert found.method == "structural" and found.warnings == ("no_control",)
    assert found.relative_low < 0 < found.relative_high


def test_weekly_panels_work_as_daily_ones_do():
    panel = geo_panel(days=7 * 60, effect=0.0)
    weekly = panel.assign(ds=panel["ds"] - pd.to_timedelta(panel["ds"].dt.dayofweek, unit="D"))
    weekly = weekly.groupby(["unique_id", "ds"], as_index=False)["y"].sum()
    window = weekly["ds"] >= "2025-01-13"
    weekly["y"] *= np.where(window & (weekly["unique_id"] == "g00"), 1.15, 1.0)
    found = lift(weekly, ["g00"], "2025-01-13", "2025-02-10")
    assert found.relative_low < 0.15 < found.relative_high and found.diagnostics["stretch_length"] == 5


def test_rows_and_units_in_another_order_change_nothing():
    panel = geo_panel(effect=0.1)
    assert lift(panel.sample(frac=1, random_state=3), ["g01", "g00"], START, END).low == lift(panel, ["g00", "g01"], START, END).low


@pytest.mark.parametrize(("change", "words"), [
    (lambda p: p.drop(columns="y"), "no column y"),
    (lambda p: pd.concat([p, p.head(1)]), "more than one row"),
    (lambda p: p.assign(y=p["y"].where(p.index != 5)), "not a finite number"),
])  # fmt: skip
def test_a_malformed_panel_is_refused_by_name(change, words):
    with pytest.raises(UserError, match=words):
        lift(change(geo_panel()), ["g00"], START, END)


def test_unknown_units_and_empty_windows_are_refused_by_name():
    with pytest.raises(UserError, match="atlantis: not a unit"):
        lift(geo_panel(), ["atlantis"], START, END)
    with pytest.raises(UserError, match="no period of the panel"):
        lift(geo_panel(), ["g00"], "2030-01-01", "2030-01-31")


def test_weights_agree_with_pysyncon():
    from pysyncon.base import VanillaOptimMixin

    panel = geo_panel(units=6, days=80, treated=())
    wide = panel.pivot(index="ds", columns="unique_id", values="y")
    wide = wide / wide.mean()
    target, controls = wide["g00"].to_numpy(), wide.iloc[:, 1:].to_numpy()
    ours = weights(controls, target)
    theirs, _loss = VanillaOptimMixin.w_optimize(V_mat=np.eye(80), X0=controls, X1=target)
    assert ours.sum() == pytest.approx(1) and (ours >= 0).all()
    assert ours == pytest.approx(theirs, abs=0.005)


def test_placebos_never_see_the_treated_units():
    panel = geo_panel(units=10)
    wild = panel.assign(y=panel["y"] * np.where(panel["unique_id"] == "g00", 50.0, 1.0))
    first, second = (in_space(window_of(frame, ["g00"], START, END)) for frame in (panel, wild))
    assert {name: made.effect for name, made in first.items()} == {name: made.effect for name, made in second.items()}


def test_placebos_are_groups_of_as_many_units_as_were_treated_where_there_are_enough():
    panel = geo_panel(units=26)
    pairs = groups(window_of(panel, ["g00", "g01"], START, END))
    assert {len(group) for group in pairs} == {2} and len(pairs) >= 20 and set(sum(pairs, ())) == set(range(24))
    alone = groups(window_of(panel, ["g00", "g01", "g02", "g03"], START, END))  # 22 controls make fewer than eight groups of four
    assert alone == [(at,) for at in range(22)]


def test_a_group_that_really_had_a_campaign_stands_out_among_the_placebos():
    found = lift(geo_panel(effect=0.10), ["g00", "g01"], START, END).diagnostics
    quiet = lift(geo_panel(effect=0.0), ["g00", "g01"], START, END).diagnostics
    assert found["placebo_units"] == 2 and found["p_space"] < 0.05 < quiet["p_space"]
    assert "+" in found["placebo_space"]["unique_id"].iloc[0]


def test_a_stretch_is_judged_without_having_been_learnt_from():
    panel = geo_panel(units=10)
    window = window_of(panel, ["g00"], START, END)
    made = in_time(window)
    hit = window.ds[made.starts[3] : made.starts[3] + made.length]
    shocked = panel.assign(y=panel["y"] * np.where((panel["unique_id"] == "g00") & panel["ds"].isin(hit), 2.0, 1.0))
    again = in_time(window_of(shocked, ["g00"], START, END))
    assert again.stretches[3] - made.stretches[3] == pytest.approx(np.log(2), abs=1e-9)
