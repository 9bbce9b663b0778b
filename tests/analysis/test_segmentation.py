"""Customers: RFM, clusters, purchases, spending and value, against published figures and the truth of the demo."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from brandops.analysis import clusters, customer_value, rfm
from brandops.analysis.customer_hold_out import hold_out
from brandops.analysis.purchase_process import PurchaseProcess, fit_purchase_process
from brandops.analysis.spending import Spending, fit_spending
from brandops.errors import UserError

END = pd.Timestamp("2025-12-31")
CDNOW = PurchaseProcess(0.243, 4.414, 0.793, 2.426, -9582.4, 2357, np.eye(4))  # Fader, Hardie and Lee (2005), table 2


def test_expected_purchases_are_those_published_for_the_cdnow_customers():
    assert CDNOW.expected(np.array([2.0]), np.array([30.43]), np.array([38.86]), 39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_expected_spending_is_that_published_for_the_cdnow_customers():
    published = Spending(6.25, 3.74, 15.44, 0.0)  # Fader and Hardie (2013)
    assert published.expected(np.array([1.0]), np.array([22.94]))[0] == pytest.approx(6.25 * (15.44 + 22.94) / (6.25 + 3.74 - 1))


def simulated(count: int, truth: tuple[float, ...], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Purchases by the BG/NBD process over 78 to 130 weeks."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = truth
    rate, leave, age = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count), rng.uniform(78, 130, count)
    x, last = np.zeros(count), np.zeros(count)
    alive, clock = np.ones(count, bool), np.zeros(count)
    while alive.any():
        clock = clock + rng.exponential(1 / rate)
        alive &= clock <= age
        x, last = x + alive, np.where(alive, clock, last)
        alive &= rng.random(count) >= leave
    return x, last, age


def test_maximum_likelihood_recovers_the_parameters_of_simulated_customers():
    truth = (0.8, 8.0, 0.6, 2.5)
    found = fit_purchase_process(*simulated(12_000, truth, 3))
    error = (np.log(found.parameters) - np.log(truth)) / np.sqrt(np.diag(found.covariance))
    assert np.abs(error).max() < 3.5
    assert found.parameters == pytest.approx(truth, rel=0.25)


def test_time_may_be_counted_in_any_unit():
    x, last, age = simulated(3_000, (0.8, 8.0, 0.6, 2.5), 4)
    weeks, days = fit_purchase_process(x, last, age), fit_purchase_process(x, 7 * last, 7 * age)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=0.02) and days.r == pytest.approx(weeks.r, rel=0.02)


def test_customers_who_never_came_back_are_refused_with_the_reason():
    with pytest.raises(UserError, match="no customer bought twice"):
        fit_purchase_process(np.zeros(10), np.zeros(10), np.full(10, 20.0))


def test_spending_parameters_of_simulated_customers_are_recovered():
    rng, count = np.random.default_rng(5), 8_000
    x = 1 + rng.poisson(3, count)
    mean = rng.gamma(4.0 * x, 1) / x / rng.gamma(3.5, 1 / 20.0, count)
    found = fit_spending(x, mean)
    assert (found.p, found.q, found.v) == pytest.approx((4.0, 3.5, 20.0), rel=0.2)
    assert abs(found.correlation) < 0.05


def futures(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Histories of two years of simulated customers, and what each really spent in the 52 weeks after."""
    rng = np.random.default_rng(seed)
    rate, leave, age = rng.gamma(0.8, 1 / 8.0, count), rng.beta(0.6, 2.5, count), rng.uniform(78, 130, count)
    worth = rng.gamma(3.5, 1 / 60.0, count)  # the rate of a customer's order values
    rows, later = [], np.zeros(count)
    for at in range(count):
        times = [0.0]
        while times[-1] < age[at] + 52 and (len(times) == 1 or rng.random() >= leave[at]):
            times.append(times[-1] + rng.exponential(1 / rate[at]))
        seen, value = np.array(times), rng.gamma(4.0, 1 / worth[at], len(times))
        past = seen <= age[at]
        later[at] = value[(seen > age[at]) & (seen <= age[at] + 52)].sum()
        rows.append((seen[past].max(), age[at], past.sum(), value[past].sum()))
    frame = pd.DataFrame(rows, columns=["last", "age", "purchase_days", "gross_sales"])
    first = END - pd.to_timedelta((frame["age"] * 7).round(), "D")
    history = frame.assign(first_on=first, last_on=first + pd.to_timedelta((frame["last"] * 7).round(), "D"),
                           tenure=frame["age"] * 7, net_sales=frame["gross_sales"], orders=frame["purchase_days"],
                           channel_id="shop")  # fmt: skip
    return history, later


def test_what_small_segments_really_buy_for_lies_in_their_intervals_at_the_nominal_rate():
    history, later = futures(6000, 8)
    values = customer_value.customer_values(history)
    segment = pd.Series(np.arange(len(history)) % 200, history.index)  # thirty customers each: chance counts
    table = customer_value.segment_profiles(history, values, segment, None).set_index("segment")
    true = pd.Series(later).groupby(segment).sum().reindex(table.index)
    held = true.between(table["low"], table["high"]).mean()
    print(f"{held:.3f} of 200 segments held, total {later.sum() / table['value'].sum():.3f} of the value expected")
    assert 0.90 <= held <= 0.99
    value, low, high = customer_value.total(values)
    assert low <= later.sum() <= high and high - low < (table["high"] - table["low"]).sum() / 4
    assert value == pytest.approx(table["value"].sum())
    assert values.draws.mean(axis=0).sum() == pytest.approx(values.table["value"].sum(), rel=0.02)


def test_chance_averages_out_over_a_large_segment_and_the_same_customers_give_the_same_interval():
    history, _later = futures(1500, 9)
    first, second = (customer_value.customer_values(history) for _ in range(2))
    assert (first.draws == second.draws).all()
    whole, part = (customer_value.segment_profiles(history, first, pd.Series(np.arange(1500) % k, history.index), None).iloc[0]
                   for k in (1, 50))  # fmt: skip
    assert (part["high"] - part["low"]) / part["value"] > 3 * (whole["high"] - whole["low"]) / whole["value"]


def bought(rows: list[tuple[str, str, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "orders", "gross_sales"])
    day = pd.to_datetime(frame.pop("day"))
    return frame.assign(month=day.dt.to_period("M").dt.to_timestamp(), channel_id="shop", channel_type="online", first_on=day,
                        last_on=day, purchase_days=frame["orders"], promoted_orders=0, net_sales=frame["gross_sales"])  # fmt: skip


def test_scores_follow_recency_frequency_and_money_and_name_the_segment():
    rows = [(f"c{n}", f"2025-{n:02d}-15", n, 100.0 * n) for n in range(1, 11)]
    grid = rfm.rfm(rfm.histories(bought(rows), END))
    assert grid.loc["c10", rfm.SCORES].tolist() == [5, 5, 5] and grid.at["c10", "rfm"] == "champions"
    assert grid.loc["c1", rfm.SCORES].tolist() == [1, 1, 1] and grid.at["c1", "rfm"] == "hibernating"
    assert set(grid["rfm"]) <= set(rfm.SEGMENTS)


def test_a_history_does_not_look_past_its_day():
    rows = [("a", "2025-03-01", 1, 10.0), ("a", "2025-09-01", 1, 10.0), ("b", "2025-09-01", 1, 5.0)]
    early = rfm.histories(bought(rows), pd.Timestamp("2025-06-30"))
    assert early.index.tolist() == ["a"] and early.at["a", "orders"] == 1


def test_every_customer_moves_from_somewhere_to_somewhere():
    moved = rfm.moves(pd.Series({"a": "x", "b": "x"}), pd.Series({"a": "x", "b": "y", "c": "y"}))
    assert moved["customers"].sum() == 3
    assert moved.set_index(["before", "now"]).at[("none_yet", "y"), "customers"] == 1


@pytest.fixture(scope="module")
def demo() -> tuple[pd.DataFrame, pd.Series]:
    """Histories of the demo's consumers as the marts give them, and their true segments."""
    from brandops.demo.truth import CHANNELS
    from brandops.demo.world import world

    made = world()
    line = made.tables["sales_lines"]
    line = line[line["customer_id"].notna() & (line["quantity"] > 0)].astype({"customer_id": str, "channel_id": str})
    line = line.assign(day=line["ordered_at"].dt.normalize())
    line["month"] = line["day"].dt.to_period("M").dt.to_timestamp()
    by = ["month", "customer_id", "channel_id"]
    order = line.groupby([*by, "order_id", "day"], observed=True).agg(sales=("net_sales", "sum"), promoted=("promoted", "max"))
    rows = (
        order.reset_index()
        .groupby(by)
        .agg(
            orders=("sales", "size"),
            gross_sales=("sales", "sum"),
            promoted_orders=("promoted", "sum"),
            first_on=("day", "min"),
            last_on=("day", "max"),
            purchase_days=("day", "nunique"),
        )
    )
    rows = rows.reset_index().assign(net_sales=lambda t: t["gross_sales"])
    rows["channel_type"] = rows["channel_id"].map({c.channel_id: c.type for c in CHANNELS})
    business = [c.channel_id for c in CHANNELS if c.business]
    truth = pd.Series(made.population.segment, made.population.table["customer_id"])
    return rows[~rows["customer_id"].isin(truth.index[truth.isin(["distributor", "retail_account"])])], truth[~truth.isin(business)]


def test_clusters_of_the_demo_recover_its_true_segments(demo):
    history = rfm.histories(demo[0], END)
    found = clusters.cluster(history)
    assigned = found.assign(history)
    known = assigned[assigned != clusters.FEW]
    agreement = adjusted_rand_score(demo[1].reindex(known.index), known)
    print(f"adjusted Rand index {agreement:.3f} of {len(known)} customers")
    assert agreement >= 0.8 and found.agreement >= 0.85
    assert found.choice.loc[found.choice["chosen"], "k"].iloc[0] == 4


def test_unstable_numbers_of_clusters_are_not_chosen(demo):
    choice = clusters.cluster(rfm.histories(demo[0], END)).choice
    assert choice.loc[choice["chosen"], "stability"].iloc[0] >= clusters.STABLE


def test_the_purchase_model_of_the_demo_recovers_the_true_rate_of_its_loyal_customers(demo):
    from brandops.demo.truth import SEGMENTS

    history = rfm.histories(demo[0], END)
    loyal = history[demo[1].reindex(history.index) == "loyal"]
    process = customer_value.customer_values(loyal).process
    true = next(s for s in SEGMENTS if s.segment == "loyal")
    assert process.r / process.alpha * 52.18 == pytest.approx(true.orders_per_year, rel=0.15)
    assert process.r == pytest.approx(true.shape, rel=0.35)


def test_purchases_of_the_year_held_back_are_foreseen_within_a_tenth(demo):
    check = hold_out(demo[0], END)
    assert check.since == pd.Timestamp("2025-01-01")
    assert check.foreseen == pytest.approx(check.made, rel=0.10)


def test_segments_share_out_all_customers_and_sales(demo):
    history = rfm.histories(demo[0], END).head(3000)
    values = customer_value.customer_values(history)
    table = customer_value.segment_profiles(history, values, rfm.rfm(history)["rfm"], None)
    assert table["customers"].sum() == 3000 and table["sales_share"].sum() == pytest.approx(1)
    assert table["value"].sum() == pytest.approx(values.table["value"].sum()) and (table["low"] <= table["high"]).all()
    assert table["churn_risk"].between(0, 1).all() and table["margin"].isna().all()
