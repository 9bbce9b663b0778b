"""How sales answer to limits and campaign money: what the data were made to say comes back, and what they lack is assumed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from brandops.analysis import scenario_answers
from brandops.analysis.scenario_answers import CUT, answers, limits_tried
from brandops.params.scenarios import Assumptions

END = pd.Timestamp("2025-12-31")
PLAN = SimpleNamespace(campaigns=SimpleNamespace(after_days=14), marketing=SimpleNamespace(platforms={}))


def invoices(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "issued_on", "amount", "paid_on"])
    days = {name: pd.to_datetime(table[name]) for name in ("issued_on", "paid_on")}
    return table.assign(**days, written_off_on=pd.NaT, written_off=np.nan)


CUSTOMERS = pd.DataFrame({"customer_id": ["tight", "roomy"], "credit_limit": [300.0, 9000.0]})
SOLD = invoices([
    ("tight", "2025-03-01", 200.0, "2025-05-01"), ("tight", "2025-04-01", 100.0, "2025-06-01"),  # 300 owed: above 200
    ("tight", "2025-09-01", 150.0, None), ("roomy", "2025-03-01", 900.0, "2025-04-01"),
    ("roomy", "2023-03-01", 5000.0, "2023-04-01"),  # too long ago to count
])  # fmt: skip


def test_lower_limits_stop_what_would_have_stood_above_them():
    tried = limits_tried(SOLD, CUSTOMERS, END).set_index("customer_id")
    assert tried["served"].to_dict() == {"tight": 450.0, "roomy": 900.0}
    assert tried["stopped"].to_dict() == {"tight": 100.0, "roomy": 0.0}


def test_what_is_paid_makes_room_again():
    late = SOLD.assign(paid_on=SOLD["paid_on"].mask(SOLD["customer_id"] == "tight"))
    assert limits_tried(late, CUSTOMERS, END).set_index("customer_id").loc["tight", "served"] == 300.0


def test_sales_answer_to_limits_at_most_as_far_as_limits_stop_them_and_the_stopped_are_the_risky():
    accounts = pd.DataFrame({"customer_id": ["tight", "roomy"], "pd": [0.30, 0.02]})
    found = answers({"invoices": SOLD, "customers": CUSTOMERS}, accounts, PLAN, Assumptions(), END, 1)
    assert found.measured == {"limits", "worse"} and found.stopped == pytest.approx(100 / 1350)
    most = np.log(1 - 100 / 450) / np.log(CUT)  # a draw of nothing but the tight account
    assert (found.limits >= 0).all() and found.limits.max() <= most and 0.03 < np.median(found.limits) < most / 2
    mean = (450 * 0.30 + 900 * 0.02) / 1350
    assert found.worse.min() == 1 and found.worse.max() == pytest.approx(0.30 / mean)


def test_limits_that_bind_nobody_change_nothing():
    wide = CUSTOMERS.assign(credit_limit=1e6)
    assert (answers({"invoices": SOLD, "customers": wide}, None, PLAN, Assumptions(), END, 1).limits == 0).all()


def test_what_the_data_lack_is_assumed():
    found = answers({}, None, PLAN, Assumptions(), END, 1)
    assert not found.measured and np.isnan(found.stopped)
    assert found.limits.mean() == pytest.approx(0.3, abs=0.01) and found.campaigns.mean() == pytest.approx(2.0, abs=0.05)
    assert (found.beyond == 0.5).all() and (found.worse == 2.0).all()


def test_the_return_of_campaigns_foretells_the_next_ones(monkeypatch):
    """Eight of ten predictions hold the true mean of the next quarter's campaigns."""
    random, inside = np.random.default_rng(4), []
    sales = pd.DataFrame({"date": [END], "gross_sales": [100.0], "net_sales": [90.0]})
    for _world in range(300):
        spent, true = random.uniform(50, 150, 26), random.gamma(4, 0.5, 26)
        noise = spent * 0.6
        added = pd.Series(spent * true / 0.9 + random.normal(0, noise))
        table = pd.DataFrame({"ends_on": END - pd.Timedelta(days=100), "added": added, "added_low": added - 1.96 * noise,
                              "added_high": added + 1.96 * noise, "spent": spent})[:24]  # fmt: skip
        made = SimpleNamespace(table=table)
        monkeypatch.setattr(scenario_answers, "campaign_returns", lambda *_given, made=made: made)
        marts = {"sales_daily": sales, "campaigns": table, "campaign_budget": table}
        drawn = answers(marts, None, PLAN, Assumptions(), END, 1).campaigns
        low, high = np.quantile(drawn, [0.1, 0.9])
        inside.append(low <= true[24:] @ spent[24:] / spent[24:].sum() <= high)
    assert 0.72 <= np.mean(inside) <= 0.90
