"""Business accounts of the demo's making, more of them than the demo has, with the true chance of default of each."""

import numpy as np
import pandas as pd

from brandops.demo.buyers import Population, _business
from brandops.demo.finance import invoices
from brandops.demo.seasons import DAYS
from brandops.demo.truth import Truth, stream

AS_OF = pd.Timestamp(DAYS[-1])


def credit_world(seed: int, scale: float = 4.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return invoices and customers (with `true_pd`); every account buys in most months until it defaults or ends."""
    rng = stream(seed, "credit_world")
    made = _business(Truth(), rng, scale)
    count = len(made["rate"])
    ids = np.char.add("K", np.char.zfill(np.arange(count).astype("U5"), 5))
    table = pd.DataFrame({
        "customer_id": ids, "credit_limit": made["limit"], "payment_terms_days": made["terms"], "industry": made["industry"],
        "years_in_business": made["years"], "true_pd": made["default_probability"],
        "created_on": DAYS[0] + pd.to_timedelta(np.where(made["born"] >= 0, made["born"], -400), unit="D"),
    })  # fmt: skip
    who, month = np.nonzero(rng.random((count, 48)) < 0.85)
    day = (month * 30.4375 + rng.uniform(0, 30, len(month))).astype(int).clip(max=len(DAYS) - 1)
    alive = (day > made["born"][who]) & (day <= made["dies"][who])
    who, day = who[alive], day[alive]
    lines = pd.DataFrame({
        "ordered_at": DAYS[day], "customer_id": pd.Categorical.from_codes(who, ids),
        "net_sales": np.round(made["rate"][who] * 1500 * np.exp(rng.normal(0, 0.4, len(who))), 2),
    })  # fmt: skip
    people = Population(table, table["industry"].to_numpy(), made["rate"], made["born"], made["dies"], made["defaults"])
    return invoices(lines, people, seed), table
