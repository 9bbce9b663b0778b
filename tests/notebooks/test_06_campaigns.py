"""The page on campaigns: what they added, what they earned and what follows for the next budget, with and without data."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from running import figure, run_with

from brandops.params.plan import Plan
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = "06_marketing_campaigns"
MINE = ["6.1.2", "6.2.1", "6.2.2", "6.3.3"]
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai")
LIFT = 0.5  # of the campaign that works
REGIONS = [f"R{at}" for at in range(8)]
HELD = "R6;R7"


def campaign_marts() -> dict[str, pd.DataFrame]:
    """Sales of eight regions over two years; of two campaigns with two regions held out one works and is cheap, one neither."""
    random = np.random.default_rng(11)
    days = pd.date_range("2024-01-01", "2025-12-31")
    campaigns = pd.DataFrame({
        "campaign_id": ["C1", "C2"], "campaign": ["Good", "Bad"], "theme": ["care", "gifts"], "format": ["live", "coupon"],
        "channel_id": ["web", "web"], "region": [None, None], "brand": [None, None], "hold_out": [HELD, HELD],
        "starts_on": pd.to_datetime(["2025-06-01", "2025-10-10"]), "ends_on": pd.to_datetime(["2025-06-14", "2025-10-23"]),
    })  # fmt: skip
    market = np.exp(np.cumsum(random.normal(0, 0.01, len(days))))  # what moves all regions alike
    frames = []
    for region, size in zip(REGIONS, np.linspace(400, 2000, 8), strict=True):
        works = days.isin(pd.date_range("2025-06-01", "2025-06-14")) & (region not in HELD)
        sold = 10.0 * random.poisson(size * market * np.where(works, 1 + LIFT, 1.0))
        frames.append(pd.DataFrame({"date": days, "channel_id": "web", "region": region, "brand": "A", "category": "c",
                                    "gross_sales": sold, "net_sales": sold, "cost": 0.4 * sold}))  # fmt: skip
    budget = pd.DataFrame({"campaign_id": ["C1", "C2"], "budget_item": "promotion", "planned": [1e4, 1e6], "spent": [1e4, 1e6]})
    credited = pd.DataFrame({"campaign_id": ["C1", "C2"], "channel_id": "web", "region": "R0", "gross_sales": 5.0, "lines": 1})
    return {"campaigns": campaigns, "sales_daily": pd.concat(frames, ignore_index=True), "campaign_budget": budget,
            "campaign_sales": credited, "channels": pd.DataFrame({"channel_id": ["web"], "channel_type": ["online"]})}  # fmt: skip


marts, run = campaign_marts, partial(run_with, PLAN)


def test_every_item_has_its_heading(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## ") and h.split()[1] in MINE] == [f"## {i} {ITEMS[i].english}" for i in MINE]


def test_the_answer_comes_first_in_the_order_paid_not_paid_next_budget(full):
    results, _folder = full
    answer, budget = results.headlines[:2]
    assert answer.startswith("Of 2 campaigns of the last twelve months, 1 paid, 1 did not, 0 are open.")
    assert answer.index("Paid: Good.") < answer.index("Did not pay: Bad.")
    assert budget.startswith("Next budget: repeat care (") and "Do not repeat in this form: gifts" in budget


def test_the_answer_and_the_items_say_the_same(full):
    results, _folder = full
    said = {item: [f.text for f in results.findings if f.item == item] for item in MINE}
    assert results.headlines[0] in said["6.3.3"] and results.headlines[1] in said["6.2.1"]
    care, gifts = (figure(results, "6.2.1", "roi", theme=name) for name in ("care", "gifts"))
    assert care.low > 0 and care.status is Status.MET and gifts.high < 0 and gifts.status is Status.MISSED
    assert figure(results, "6.2.2", "roi", format="live").value == care.value


def test_true_lifts_lie_in_their_intervals(full):
    results, _folder = full
    good, bad = (figure(results, "6.3.3", "campaign_lift", campaign=name) for name in ("Good", "Bad"))
    assert good.low < LIFT < good.high and good.low > 0.3 and good.status is Status.MET
    assert bad.low < 0 < bad.high and bad.status is not Status.MET


def test_the_headline_figures_add_up_from_the_published_table(full):
    results, folder = full
    table = pd.read_parquet(folder / "tables" / "06_campaign_returns.parquet").set_index("campaign")
    roi = figure(results, "6.3.3", "roi")
    assert roi.value == pytest.approx(table["margin"].sum() / 1_010_000 - 1)
    assert roi.money_at_stake == pytest.approx(1_010_000 - table["margin"].sum())
    assert table.loc["Good", "margin"] == pytest.approx(0.6 * table.loc["Good", "added"])
    lost = figure(results, "6.2.1", "lost_share")
    assert lost.value == pytest.approx(1_000_000 / 1_010_000) and lost.status is Status.MISSED
    quarter = figure(results, "6.1.2", "sales_gain")
    sold = campaign_marts()["sales_daily"].query("date >= '2025-10-01'")["gross_sales"].sum()
    added = table.loc["Bad", "added"]
    assert quarter.value == pytest.approx(added / (sold - added)) and quarter.target == 0.10


def test_without_campaigns_or_sales_the_items_say_what_is_missing(cells, tmp_path, monkeypatch):
    whole = campaign_marts()
    for kept, needs in ((), ["campaigns", "sales_lines"]), (("campaigns",), ["sales_lines"]), (("sales_daily",), ["campaigns"]):
        results = run(cells, {name: whole[name] for name in kept}, tmp_path, monkeypatch)
        gaps = {gap.item: gap.needs for gap in results.not_supplied}
        assert [gaps[item] for item in MINE] == [needs] * 4 and not results.headlines
        assert not [f for f in results.figures if f.item in MINE]


def test_campaigns_that_have_not_ended_are_not_judged(cells, tmp_path, monkeypatch):
    marts = campaign_marts()
    marts["campaigns"] = marts["campaigns"].assign(ends_on=pd.Timestamp("2026-02-01"))
    results = run(cells, marts, tmp_path, monkeypatch)
    assert not results.headlines and figure(results, "6.1.2", "sales_gain").value == 0


def test_the_same_data_give_the_same_figures(cells, tmp_path, monkeypatch, full):
    assert run(cells, campaign_marts(), tmp_path, monkeypatch).figures == full[0].figures


def test_campaigns_sent_to_known_customers_are_compared_with_customers_like_them(cells, tmp_path, monkeypatch):
    random, count = np.random.default_rng(2), 1200
    marts = campaign_marts()
    got = np.arange(count) % 2 == 0
    marts["campaign_customers"] = pd.DataFrame({
        "campaign_id": "C1", "customer_id": [f"U{n}" for n in range(count)], "received": got,
        "before_early": 100.0, "before_late": random.normal(30, 5, count), "orders_before": 4, "other_campaigns": 0,
        "during": random.normal(20, 5, count) + 10 * got,
    })  # fmt: skip
    results = run(cells, marts, tmp_path, monkeypatch)
    mailing = figure(results, "6.3.3", "mailing", campaign="Good")
    assert mailing.low < 10 < mailing.high and mailing.status is Status.MET
    assert [results.status(item) for item in MINE[:3]] == [Status.NOT_SUPPLIED] * 3
    assert results.headlines == [f.text for f in results.findings if f.item == "6.3.3"]
