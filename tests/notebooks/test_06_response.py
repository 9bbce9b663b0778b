"""The page on campaigns: awareness, loyalty, budget, monitoring and feedback, with every table and with hardly any."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from running import figure, run_with

from analysis.media_worlds import PLATFORMS, media_world
from brandops.params.plan import MarketingRules, Plan
from brandops.present.items import ITEMS
from brandops.present.status import Status

NOTEBOOK = "06_marketing_campaigns"
MINE = ["6.1.1", "6.1.3", "6.2.3", "6.3.1", "6.3.2"]
LAST = pd.Timestamp("2025-12-31")
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai", marketing=MarketingRules(platforms=PLATFORMS))


def campaign_marts() -> dict[str, pd.DataFrame]:
    """Four online channels with advertising over two years, and a campaign in one of them in November 2025."""
    random = np.random.default_rng(5)
    demand, ads = media_world(5, days=731)
    days = pd.date_range("2024-01-01", LAST)
    campaign = pd.DataFrame({
        "campaign_id": ["C1"], "campaign": ["Autumn"], "theme": ["care"], "format": ["live"], "channel_id": ["tmall"],
        "starts_on": [pd.Timestamp("2025-11-01")], "ends_on": [pd.Timestamp("2025-11-12")],
    })  # fmt: skip
    during = days.isin(pd.date_range("2025-11-01", "2025-11-12"))
    visits = [
        pd.DataFrame({"date": days, "channel_id": channel, "orders": 9,
                      "visits": random.poisson(500 * np.where(during & (channel == "tmall"), 1.6, 1.0))})
        for channel in PLATFORMS.values()
    ]  # fmt: skip
    asked = 4000
    answers = pd.DataFrame({
        "response_id": [f"R{n}" for n in range(asked)], "wave": "w", "customer_id": [f"U{n % 900}" for n in range(asked)],
        "answered_at": pd.Timestamp("2024-06-01") + pd.to_timedelta(random.integers(0, 570 * 86_400, asked), unit="s"),
        "csat": random.choice([5, 1], asked, p=[0.9, 0.1]), "nps": 8, "seconds": 99.0, "channel_id": "tmall", "gender": "female",
        "comment": random.choice(["很好用", "发货太慢", "Love it", None], asked),
    })  # fmt: skip
    answers["aware"] = random.random(asked) < np.where(answers["answered_at"].dt.year == 2025, 0.75, 0.5)
    answers["wave"] = answers["answered_at"].dt.strftime("%Y-%m-%d")
    count = 900
    bought = pd.Timestamp("2025-11-01") + pd.to_timedelta(random.integers(0, 12, count), unit="D")
    back = pd.Series(bought + pd.to_timedelta(random.integers(1, 120, count), unit="D"))
    buyers = pd.DataFrame({
        "campaign_id": "C1", "customer_id": [f"U{n}" for n in range(count)], "took_part": random.random(count) < 0.4,
        "bought_on": bought, "channel_id": "tmall", "region": "East", "segment": "s", "next_on": back.where(back <= LAST),
        "purchases_before": random.integers(0, 5, count), "first_on": bought, "last_on": bought - pd.Timedelta(days=50),
    })  # fmt: skip
    own = pd.DataFrame(
        {"date": days, "platform": "alimama", "campaign_id": "C1", "impressions": 5000, "clicks": 100, "spend": 900.0}
    )
    sold = demand.assign(net_sales=demand["gross_sales"], cost=0.4 * demand["gross_sales"])
    return {
        "campaigns": campaign, "campaign_buyers": buyers, "survey_responses": answers, "demand_daily": demand,
        "channel_daily": sold,
        "ads_daily": pd.concat([ads.assign(impressions=1000, clicks=9), own[during]], ignore_index=True),
        "web_daily": pd.DataFrame({"date": days, "campaign_id": "C1", "sessions": 300, "conversions": 6.0})[during],
        "channel_traffic": pd.concat(visits, ignore_index=True),
        "channels": pd.DataFrame({"channel_id": list(PLATFORMS.values()), "channel_type": "online"}),
        "campaign_budget": pd.DataFrame({"campaign_id": "C1", "budget_item": ["promotion", "materials"], "planned": [100.0, 50.0],
                                         "spent": [130.0, 60.0]}),
    }  # fmt: skip


marts, run = campaign_marts, partial(run_with, PLAN)
BARE = partial(run_with, Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai"))  # no advertising platforms


def test_every_item_has_its_heading_and_cells_stay_short(cells):
    headings = ["".join(cell["source"]).split("\n")[0] for cell in cells if cell["cell_type"] == "markdown"]
    assert [h for h in headings if h.startswith("## ") and h.split()[1] in MINE] == [f"## {i} {ITEMS[i].english}" for i in MINE]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(len(cell["source"]) for cell in code) <= 15
    assert not any(line.lstrip().startswith(("def ", "class ")) for cell in code for line in cell["source"])


def test_every_item_ends_in_figures_and_findings_where_the_tables_are_there(full):
    results, _folder = full
    assert not [gap for gap in results.not_supplied if gap.item in MINE]
    assert all(results.figures_of(item) and any(f.item == item for f in results.findings) for item in MINE)


def test_the_figures_say_what_the_data_were_made_to_say(full):
    results, _folder = full
    aware = figure(results, "6.1.1", "awareness_gain")
    assert aware.low < 0.25 < aware.high and aware.status is Status.MET
    visits = figure(results, "6.3.1", "visits_gain")
    assert visits.low < 0.6 < visits.high and visits.status is Status.MET
    spend = figure(results, "6.2.3", "spend")
    assert spend.value == pytest.approx(190 / 150) and spend.status is Status.MISSED
    assert spend.money_at_stake == pytest.approx(190 - 150 * 1.05)
    loyal = figure(results, "6.1.3", "repurchase_gain")
    assert loyal.low < 0 < loyal.high and loyal.status is Status.AT_RISK
    gain = figure(results, "6.2.3", "allocation_gain")
    assert gain.value > 0 and gain.low <= gain.value <= gain.high
    assert results.headlines[0].startswith("Always-on advertising: put more into ")


def test_the_figures_agree_with_the_published_tables(full):
    results, folder = full
    allocation = pd.read_parquet(folder / "tables" / "06_media_allocation.parquet")
    assert set(allocation["platform"]) == set(PLATFORMS) and (allocation["best"].sum() <= allocation["current"].sum() + 1)
    funnel = pd.read_parquet(folder / "tables" / "06_funnel_campaign.parquet").iloc[0]
    assert (funnel["clicks"], funnel["visits"]) == (1200, 3600)
    themes = pd.read_parquet(folder / "tables" / "06_comment_themes.parquet")
    assert themes["comments"].sum() == figure(results, "6.3.2", "comments").value


def test_a_company_without_marketing_data_is_told_what_is_missing(cells, tmp_path, monkeypatch):
    results = BARE(cells, {}, tmp_path, monkeypatch)
    assert [results.status(item) for item in MINE] == [Status.NOT_SUPPLIED] * 5
    assert not [f for f in results.figures if f.item in MINE]


def test_campaigns_alone_give_no_figure_and_no_crash(cells, tmp_path, monkeypatch):
    """As a panel of households: campaigns are known, sales are credited to none, nobody was asked."""
    whole = campaign_marts()
    kept = {name: whole[name] for name in ("campaigns", "demand_daily", "channel_daily", "channels")}
    results = BARE(cells, kept, tmp_path, monkeypatch)
    assert [results.status(item) for item in MINE] == [Status.NOT_SUPPLIED] * 5


def test_a_period_without_campaigns_says_so_and_still_allocates(cells, tmp_path, monkeypatch):
    marts = campaign_marts()
    marts["campaigns"] = marts["campaigns"].assign(starts_on=pd.Timestamp("2025-03-01"), ends_on=pd.Timestamp("2025-03-09"))
    results = run(cells, marts, tmp_path, monkeypatch)
    gaps = {gap.item: gap.needs for gap in results.not_supplied}
    assert gaps["6.3.1"] == gaps["6.3.2"] == ["campaigns in 2025Q4"]
    assert figure(results, "6.2.3", "media_roi").value is not None


def test_the_same_data_give_the_same_figures(cells, tmp_path, monkeypatch, full):
    again = run(cells, campaign_marts(), tmp_path, monkeypatch)
    assert again.figures == full[0].figures
