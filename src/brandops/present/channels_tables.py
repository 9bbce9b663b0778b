"""Tables of plan section 4 as arguments of `page.table`: which columns, what they are called, in which unit."""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _

MONEY, SHARE = "currency", "fraction"


def next_money(more: pd.DataFrame, labels: dict[str, str]) -> dict[str, Any]:
    """What one more unit of advertising brings by channel; `more` is a `marginal_returns`."""
    columns = {
        "channel": _("Channel"), "spend": (_("Spend a year"), MONEY), "average": (_("Profit per unit spent, on average"), "ratio"),
        "value": (_("Profit of one more unit"), "ratio"), "low": (_("From"), "ratio"), "high": (_("To"), "ratio"),
        "pays": (_("Chance it pays"), SHARE), "best": (_("Chance of being best"), SHARE),
    }  # fmt: skip
    frame = more.assign(channel=more["channel_id"].map(labels), spend=more["spend"] * 365)
    return {"frame": frame, "name": "next_money", "columns": columns,
            "caption": _("The next money: what one more unit of advertising brings, by channel")}  # fmt: skip
