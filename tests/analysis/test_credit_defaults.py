"""Defaults begin on the 91st day past due or at the write-off; what they lose recovers the demo's truth."""

import numpy as np
import pandas as pd
import pytest
from credit_worlds import AS_OF, credit_world
from test_receivables import invoices_of

from brandops.analysis.credit_defaults import first_defaults, in_default, loss_given_default

LATE = invoices_of(
    ("A", "2025-01-31", "2025-03-02", 100, "2025-05-31", 100, None, None),  # paid on the 90th day past due: no default
    ("B", "2025-01-31", "2025-03-02", 100, "2025-06-01", 100, None, None),  # on the 91st: in default that day
    ("C", "2025-01-31", "2025-03-02", 200, "2025-03-25", 50, "2025-04-01", 150),  # written off early
    ("C", "2025-03-20", "2025-05-01", 300, "2025-04-10", 300, None, None),  # owed on the day of default, paid after it
    ("D", "2025-03-31", "2025-04-30", 80, None, None, None, None),
)  # fmt: skip


def test_a_default_begins_on_the_first_day_more_than_ninety_past_due():
    found = first_defaults(LATE, "2025-12-31").set_index("customer_id")
    assert found["defaulted_on"].to_dict() == {
        "C": pd.Timestamp("2025-04-01"), "B": pd.Timestamp("2025-06-01"), "D": pd.Timestamp("2025-07-30"),
    }  # fmt: skip
    assert found["exposure"].to_dict() == {"C": 450, "B": 100, "D": 80}
    assert found["loss"].to_dict() == {"C": 150, "B": 0, "D": 0} and not found["resolved"]["D"]


def test_a_default_is_not_known_before_its_day():
    assert list(first_defaults(LATE, "2025-05-31")["customer_id"]) == ["C"]
    assert in_default(LATE, "2025-05-31") == {"C"} and in_default(LATE, "2025-07-30") == {"C", "D"}


def test_loss_given_default_counts_settled_defaults_by_what_was_owed():
    found, draws = loss_given_default(first_defaults(LATE, "2025-12-31"), seed=1)
    assert found.value == pytest.approx(150 / 550) and found.n == 2
    assert np.isnan(loss_given_default(first_defaults(LATE, "2025-02-01"), seed=1)[0].value) and len(draws) == 2000


def test_the_interval_of_the_loss_given_default_covers_the_demo_s_truth():
    """An unpaid invoice recovers nothing, a quarter or half with chances of 60, 25 and 15 %: 86.25 % of it is lost."""
    covered = []
    for seed in range(12):
        invoices, _customers = credit_world(seed, scale=1.0)
        lost = set(invoices.loc[invoices["written_off_on"].notna(), "customer_id"])
        mine = first_defaults(invoices[invoices["customer_id"].isin(lost)], AS_OF)
        # Whoever pays late before failing settles some of what was owed: only what was owed at the end is looked at.
        ended = invoices[invoices["written_off_on"].notna()].groupby("customer_id")[["amount", "written_off"]].sum()
        mine = mine[mine["customer_id"].isin(ended.index)].set_index("customer_id")
        mine = mine.assign(exposure=ended["amount"], loss=ended["written_off"], resolved=True).reset_index()
        found, _draws = loss_given_default(mine, seed)
        covered.append(found.low <= 0.8625 <= found.high)
    assert sum(covered) >= 10
