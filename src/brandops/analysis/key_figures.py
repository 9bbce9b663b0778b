"""The figures a report opens with, for periods of any length (plan item 8.2.1): sales, margin, units, returns, discount."""

import pandas as pd

from brandops.periods import Grain, Period, period_of

AMOUNTS = ("net_sales", "gross_sales", "returns", "quantity", "discount", "cost")
COLUMNS = ["period", "grain", "start", "end", "net_sales", "base", "growth", "gross_margin", "margin_rate", "quantity",
           "return_rate", "discount_rate"]  # fmt: skip


def key_figures(daily: pd.DataFrame, periods: list[Period], as_of: pd.Timestamp) -> pd.DataFrame:
    """Key figures of each period, up to `as_of`, against the same days of the year before.

    Parameters
    ----------
    daily
        date, and those of `AMOUNTS` the company has (currency; quantity in units; cost blank where unknown).

    Returns
    -------
    DataFrame
        `COLUMNS`: `base` net sales a year before (blank where the data do not reach that far), `growth`, `margin_rate`,
        `return_rate` (returns to sales before returns) and `discount_rate` (discount to sales before it) as fractions; gross
        margin is blank where a cost is.
    """
    rows, first = [], daily["date"].min()
    for period in periods:
        start, end = pd.Timestamp(period.start), min(pd.Timestamp(period.end), as_of)
        part = daily[daily["date"].between(start, end)]
        sums = {name: part[name].sum(skipna=name != "cost") if name in part else float("nan") for name in AMOUNTS}
        ago = period.year_ago()
        ago_end = min(pd.Timestamp(ago.end), pd.Timestamp(ago.start) + (end - start)) if end < pd.Timestamp(period.end) else ago.end
        past = daily[daily["date"].between(pd.Timestamp(ago.start), pd.Timestamp(ago_end))]
        base = past["net_sales"].sum() if pd.Timestamp(ago.start) >= first.replace(day=1) else float("nan")
        sales, margin = sums["net_sales"], sums["net_sales"] - sums["cost"]
        rows.append({
            "period": str(period), "grain": str(period.grain), "start": start, "end": end, "net_sales": sales, "base": base,
            "growth": sales / base - 1 if base > 0 else float("nan"), "gross_margin": margin, "margin_rate": _rate(margin, sales),
            "quantity": sums["quantity"], "return_rate": _rate(sums["returns"], sums["gross_sales"]),
            "discount_rate": _rate(sums["discount"], sales + sums["discount"]),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def report_periods(period: Period, as_of: pd.Timestamp) -> list[Period]:
    """The lengths a report may have around one period: its last month that has begun, its quarter, its year."""
    last = min(period.end, as_of.date())
    return [period_of(last, grain, period.fiscal_start) for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)]


def _rate(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
