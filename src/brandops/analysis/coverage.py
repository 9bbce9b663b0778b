"""How complete the data of a period are, and what the rows that are missing are worth (plan items 2.1.1, 2.1.2, 2.2.1).

Completeness compares a month's rows with what the source usually sends (DAMA-DMBOK ch. 13, "reasonableness");
rejected order lines are valued at the mean line's net sales, so that defects can be ranked by money. Frames are the
marts `sources`, `source_months`, `quarantine`, `sales_monthly`, `market_monthly` and `integrity`.
"""

from collections.abc import Mapping

import pandas as pd

from brandops.analysis.web import months_of
from brandops.contract import TABLES, Table

# Rows whose content is in the warehouse all the same, or was taken out on purpose: nothing is lost with them.
HARMLESS_RULES = ("duplicate_key", "file_sent_twice", "correction:drop")
# A month with less than half the usual rows is worth a look whatever the season.
THIN = 0.5
USUAL_MONTHS = 13


def ended_months(start: pd.Timestamp, end: pd.Timestamp, as_of: pd.Timestamp) -> list[pd.Timestamp]:
    """First days of the months that touch [start, end] and have ended by `as_of`; if none has, the last that had."""
    start, end, as_of = (pd.Timestamp(day) for day in (start, end, as_of))
    touched = pd.date_range(start.replace(day=1), end, freq="MS")
    first_open = (as_of + pd.Timedelta(days=1)).replace(day=1)
    ended = [month for month in touched if month < first_open]
    return ended or [first_open - pd.DateOffset(months=1)]


def completeness(
    source_months: pd.DataFrame | None, last_month: pd.Timestamp, months: int = USUAL_MONTHS,
    tables: Mapping[str, Table] = TABLES,
) -> pd.DataFrame:  # fmt: skip
    """Compare each month's rows with the usual number of the source.

    Only tables with a service level for freshness, which are expected every month, and sources seen in these months.

    Parameters
    ----------
    source_months
        None: no row that is known has a date.
    last_month
        First day of the last month shown.
    months
        Months shown, the last one included.

    Returns
    -------
    DataFrame
        source, table, month, rows (0 where it is silent), usual (median of the months shown), ratio (rows to usual),
        thin (less than half the usual rows). From a source's first month on. Sorted by table as the contract lists
        them, source and month.
    """
    window = pd.date_range(end=last_month, periods=months, freq="MS")
    names = list(tables)
    expected = [name for name in names if tables[name].fresh_within_days is not None]
    seen = None if source_months is None else source_months[source_months["table"].isin(expected)]
    parts = []
    for (source, table), group in () if seen is None else seen.groupby(["source", "table"]):
        rows = group.groupby("month")["rows"].sum()
        shown = rows.reindex(window[window >= rows.index.min()], fill_value=0)
        if not shown.sum():
            continue
        usual = float(shown.median()) or float(shown[shown > 0].median())
        part = pd.DataFrame({"source": source, "table": table, "month": shown.index, "rows": shown.to_numpy()})
        parts.append(part.assign(usual=usual, ratio=part["rows"] / usual))
    if not parts:
        return pd.DataFrame(columns=["source", "table", "month", "rows", "usual", "ratio", "thin"])
    made = pd.concat(parts, ignore_index=True)
    made["thin"] = made["ratio"] < THIN
    made["order"] = made["table"].map(names.index)
    return made.sort_values(["order", "source", "month"], ignore_index=True).drop(columns="order")


def period_load(
    source_months: pd.DataFrame | None, quarantine: pd.DataFrame | None, sources: pd.DataFrame,
    start: pd.Timestamp, end: pd.Timestamp,
) -> pd.DataFrame:  # fmt: skip
    """Account for the rows of a period, by the days they speak of.

    Rejected rows without a readable date cannot be placed in a period; `row_accounting` has them.

    Returns
    -------
    DataFrame
        source, table, loaded, quarantined, lost (quarantined without the rules of `HARMLESS_RULES`), rows_in,
        load_rate, owner. Sources with dated rows in the period only; lowest load rate first.
    """
    first = pd.Timestamp(start).replace(day=1)
    keys = ["source", "table"]
    seen = source_months if source_months is not None else pd.DataFrame(columns=[*keys, "month", "rows"])
    months = seen[seen["month"].between(first, pd.Timestamp(end))]
    made = months.groupby(keys)["rows"].sum().rename("loaded").to_frame()
    made["quarantined"] = made["lost"] = 0
    if quarantine is not None:
        rejects = _distinct(quarantine)
        rejects = rejects[rejects["known_on"].between(first, pd.Timestamp(end) + pd.Timedelta(hours=23))]
        harmful = rejects[~rejects["rule"].isin(HARMLESS_RULES)]
        made = made.reindex(made.index.union(pd.MultiIndex.from_frame(rejects[keys].drop_duplicates())))
        made["quarantined"] = rejects.groupby(keys).size()
        made["lost"] = harmful.groupby(keys).size()
    made = made.fillna(0).astype("int64").reset_index()
    made["rows_in"] = made["loaded"] + made["quarantined"]
    made["load_rate"] = made["loaded"] / made["rows_in"].where(made["rows_in"] > 0)
    made["owner"] = made["source"].map(sources.drop_duplicates("source").set_index("source")["owner"])
    return made.sort_values(["load_rate", *keys], na_position="last", ignore_index=True)


def value_rejects(by_rule: pd.DataFrame, sales_monthly: pd.DataFrame | None) -> pd.DataFrame:
    """Put a price on rejected rows: an order line counts the mean line's net sales, a repeat counts nothing.

    Parameters
    ----------
    by_rule
        Result of `sources.quarantine_by_rule`.
    sales_monthly
        For the mean net sales of a line; None: nothing is valued.

    Returns
    -------
    DataFrame
        The input with lost (the rows' content is nowhere else) and money (currency, an estimate; NaN for rows that
        are no order lines). Most money first, then most rows lost.
    """
    made = by_rule.copy()
    made["lost"] = ~made["rule"].isin(HARMLESS_RULES)
    line = mean_line(sales_monthly)
    made["money"] = (made["rows"] * line).where(made["table"].eq("sales_lines") & made["lost"])
    order = made.assign(at_stake=made["rows"].where(made["lost"], 0)).sort_values(
        ["money", "at_stake", "rows", "source", "rule"], ascending=[False, False, False, True, True]
    )
    return made.loc[order.index].reset_index(drop=True)


def mean_line(sales_monthly: pd.DataFrame | None) -> float:
    """Mean net sales of an order line, currency; NaN without sales."""
    lines = 0 if sales_monthly is None else sales_monthly["lines"].sum()
    return float(sales_monthly["net_sales"].sum() / lines) if lines else float("nan")


def broken_references(integrity: pd.DataFrame | None, family: str, tables: Mapping[str, Table] = TABLES) -> pd.DataFrame:
    """References of a family's tables and the rows that point at nothing.

    Returns
    -------
    DataFrame
        table, column, references, rows, orphans, resolved (share of the rows found; NaN without rows). Most orphans
        first.
    """
    columns = ["table", "column", "references", "rows", "orphans", "resolved"]
    if integrity is None:
        return pd.DataFrame(columns=columns)
    made = integrity[[tables[name].family == family for name in integrity["table"]]].copy()
    made["resolved"] = 1 - made["orphans"] / made["rows"].where(made["rows"] > 0)
    return made.sort_values(["orphans", "rows"], ascending=False, kind="stable", ignore_index=True)[columns]


def research_check(market_monthly: pd.DataFrame, sales_monthly: pd.DataFrame, months: list[pd.Timestamp]) -> pd.DataFrame:
    """Compare the own sales that market research reports with those booked.

    Returns
    -------
    DataFrame
        category, researched, booked (currency, over `months` the research covers), ratio (researched to booked; NaN
        where nothing was booked); the largest first, and a row `category` None for all.
    """
    own = market_monthly[market_monthly["competitor"].eq("own") & market_monthly["month"].isin(months)]
    covered = own["month"].unique()
    # A category is reported as a whole (blank segment) or by segment, never both.
    researched = own.groupby("category")["sales"].sum()
    booked = sales_monthly[sales_monthly["month"].isin(covered)].groupby("category")["net_sales"].sum()
    made = pd.DataFrame({"researched": researched, "booked": booked}).dropna().reset_index()
    made = made.sort_values("booked", ascending=False, ignore_index=True)
    total = pd.DataFrame({"category": [None], "researched": [researched.sum()], "booked": [booked.sum()]})
    made = pd.concat([made.astype({"category": object}), total.astype({"category": object})], ignore_index=True)
    made["ratio"] = made["researched"] / made["booked"].where(made["booked"] > 0)
    return made


def competitor_coverage(market_monthly: pd.DataFrame, months: list[pd.Timestamp]) -> pd.DataFrame:
    """What is known of each company in the market over some months.

    Returns
    -------
    DataFrame
        competitor, months (with sales), categories, sales (currency), share (of all companies' sales), price_index
        (mean weighted by sales; NaN where none is reported), priced (share of its sales with a price index). Largest
        sales first.
    """
    seen = market_monthly[market_monthly["month"].isin(months)]
    priced = seen[seen["price_index"].notna()]
    weighted = (priced["price_index"] * priced["sales"]).groupby(priced["competitor"]).sum()
    priced_sales = priced.groupby("competitor")["sales"].sum()
    grouped = seen[seen["sales"] > 0].groupby("competitor")
    made = pd.DataFrame({
        "months": grouped["month"].nunique(),
        "categories": grouped["category"].nunique(),
        "sales": grouped["sales"].sum(),
    })  # fmt: skip
    made["share"] = made["sales"] / made["sales"].sum()
    made["price_index"] = weighted / priced_sales
    made["priced"] = (priced_sales / made["sales"]).fillna(0.0)
    return made.rename_axis("competitor").reset_index().sort_values(
        ["sales", "competitor"], ascending=[False, True], ignore_index=True
    )  # fmt: skip


def media_by_month(ads_daily: pd.DataFrame) -> pd.DataFrame:
    """Spend by month and platform: month, platform, spend, clicks, impressions."""
    frame = ads_daily.assign(month=months_of(ads_daily["date"]))
    return frame.groupby(["month", "platform"], as_index=False)[["spend", "clicks", "impressions"]].sum()


def _distinct(quarantine: pd.DataFrame) -> pd.DataFrame:
    """One row per rejected row of a file, whatever number of columns it is listed for."""
    return quarantine.drop_duplicates(["source", "table", "file", "row"])
