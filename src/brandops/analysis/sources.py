"""What data the report rests on, and whether it can be trusted (plan items 2.1.1 to 2.1.3, 2.2.1, 2.3.1,
2.3.3).

Each function answers one question about the marts `sources`, `source_months`, `integrity`, `quarantine`,
`conversions`, `ledger_reconciliation`, `ads_daily`, `social_daily` and `campaigns`. The dimensions are the
usual ones of data quality (DAMA-DMBOK ch. 13): completeness, timeliness, integrity, and reconciliation to a
control total.
"""

from collections.abc import Mapping

import pandas as pd

from brandops.analysis.web import months_of
from brandops.contract import TABLES, Table

CENT = 0.01
_TEXTS = ("source", "table", "family", "kind", "owner")
_COUNTS = ("files", "rows_in", "loaded", "quarantined", "superseded", "fresh_within_days")


def accounts(mart: pd.DataFrame | None) -> pd.DataFrame:
    """The mart `sources`; without rows where no source had brought anything yet."""
    if mart is not None:
        return mart
    kinds = dict.fromkeys(_TEXTS, object) | dict.fromkeys(_COUNTS, "int64")
    kinds |= dict.fromkeys(("first_date", "last_date"), "datetime64[ns]")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def catalogue(
    sources: pd.DataFrame,
    source_months: pd.DataFrame | None,
    integrity: pd.DataFrame | None,
    as_of: pd.Timestamp,
    tables: Mapping[str, Table] = TABLES,
) -> pd.DataFrame:
    """Describe every table that was supplied.

    Parameters
    ----------
    sources, source_months, integrity
        The marts of these names; source_months None: no row has a date; integrity None: no table refers to another.
    as_of
        Day the report sees the data from.
    tables
        The contract, for family, key and service level.

    Returns
    -------
    DataFrame
        One row per table: family, table, sources (names), kinds, files, rows_in, rows (loaded), quarantined,
        key (columns), first_date, last_date, lag_days (as_of less last_date), fresh_within_days (service
        level, the strictest of its sources'; NA: none), fresh (True, False, NA where there is no level or no date), gap_months (see
        `missing_months`), orphans, owner. Sorted by family in the plan's order, then as the contract lists
        the tables.
    """
    frame = sources.assign(kind=sources["kind"].astype(str), owner=sources["owner"].fillna(""))
    grouped = frame.groupby("table", sort=False)
    made = pd.DataFrame({
        "family": grouped["family"].first(),
        "sources": grouped["source"].agg(_joined),
        "kinds": grouped["kind"].agg(_joined),
        "files": grouped["files"].sum(),
        "rows_in": grouped["rows_in"].sum(),
        "rows": grouped["loaded"].sum(),
        "quarantined": grouped["quarantined"].sum(),
        "first_date": grouped["first_date"].min(),
        "last_date": grouped["last_date"].max(),
        "owner": grouped["owner"].agg(_joined),
    }).reset_index()  # fmt: skip
    made["key"] = [", ".join(tables[t].key) for t in made["table"]]
    made["lag_days"] = (pd.Timestamp(as_of).normalize() - pd.to_datetime(made["last_date"])).dt.days.astype("Int64")
    strictest = service_levels(sources, tables).groupby(sources["table"]).min()
    made["fresh_within_days"] = made["table"].map(strictest).astype("Int64")
    made["fresh"] = made["lag_days"] <= made["fresh_within_days"]
    gaps = missing_months(expected(source_months, sources, tables), tables).groupby("table")["month"].nunique()
    made["gap_months"] = made["table"].map(gaps).fillna(0).astype("int64")
    orphans = {} if integrity is None else integrity.groupby("table")["orphans"].sum()
    made["orphans"] = made["table"].map(orphans).fillna(0).astype("int64")
    families, names = ["internal", "external", "third_party"], list(tables)
    order = [(families.index(f), names.index(t)) for f, t in zip(made["family"], made["table"], strict=True)]
    made = made.iloc[sorted(range(len(made)), key=order.__getitem__)].reset_index(drop=True)
    first = ["family", "table", "sources", "kinds", "files", "rows_in", "rows", "quarantined", "key"]
    return made[[*first, *[c for c in made if c not in first]]]


def service_levels(sources: pd.DataFrame, tables: Mapping[str, Table] = TABLES) -> pd.Series:
    """Days each source's latest row may lag: its own level where the mart states one, else its table's; NA: none."""
    if "fresh_within_days" in sources:
        return sources["fresh_within_days"].astype("Int64")
    levels = [tables[table].fresh_within_days for table in sources["table"]]
    return pd.Series(pd.array(levels, dtype="Int64"), sources.index)


def expected(
    source_months: pd.DataFrame | None, sources: pd.DataFrame, tables: Mapping[str, Table] = TABLES
) -> pd.DataFrame | None:
    """The rows of `source_months` of sources that have a service level, and are therefore expected to send every month."""
    if source_months is None:
        return None
    regular = sources.loc[service_levels(sources, tables).notna(), "source"]
    return source_months[source_months["source"].isin(regular)]


def missing_months(source_months: pd.DataFrame | None, tables: Mapping[str, Table] = TABLES) -> pd.DataFrame:
    """List the months in which a source is silent between its first and its last month.

    Only tables with a service level for freshness are expected every month; a table of trainings is not.
    None: no row that is known has a date.

    Returns
    -------
    DataFrame
        source, table, month.
    """
    found = []
    rows = None if source_months is None else source_months[source_months["rows"] > 0]
    for (source, table), group in () if rows is None else rows.groupby(["source", "table"]):
        if tables[table].fresh_within_days is not None:
            months = pd.DatetimeIndex(group["month"])
            silent = pd.date_range(months.min(), months.max(), freq="MS").difference(months)
            found += [(source, table, month) for month in silent]
    return pd.DataFrame(found, columns=["source", "table", "month"]).astype({"month": "datetime64[ns]"})


def row_accounting(sources: pd.DataFrame) -> pd.DataFrame:
    """Account for every row that came in: it was loaded or it is in quarantine.

    Returns
    -------
    DataFrame
        source, table, kind, files, superseded, rows_in, loaded, quarantined, unaccounted (must be 0),
        load_rate (loaded to rows in; NaN for a source without rows), owner. Lowest load rate first.
    """
    made = sources[["source", "table", "kind", "files", "superseded", "rows_in", "loaded", "quarantined"]].copy()
    made["unaccounted"] = made["rows_in"] - made["loaded"] - made["quarantined"]
    made["load_rate"] = made["loaded"] / made["rows_in"].where(made["rows_in"] > 0)
    made["owner"] = sources["owner"]
    return made.sort_values(["load_rate", "source", "table"], na_position="last", ignore_index=True)


def reconcile(ledger_reconciliation: pd.DataFrame) -> pd.DataFrame:
    """Compare loaded net sales with the ledger, month by month, to the cent.

    Returns
    -------
    DataFrame
        month, ledger, loaded, difference (loaded less ledger, currency, rounded to the cent), agrees. A
        month the ledger does not have yet has ledger and difference NaN and agrees NA.
    """
    totals = ledger_reconciliation.groupby("month")[["ledger", "loaded"]].sum(min_count=1).reset_index()
    known = totals["ledger"].notna()
    totals["difference"] = (totals["loaded"].fillna(0) - totals["ledger"]).round(2)
    totals["agrees"] = (totals["difference"].abs() < CENT / 2).astype("boolean").where(known)
    return totals


def ledger_gaps(ledger_reconciliation: pd.DataFrame) -> pd.DataFrame:
    """List the months and channels whose loaded sales are not the ledger's.

    Returns
    -------
    DataFrame
        month, channel_id (blank: the ledger is not split by channel), ledger, loaded, difference; largest
        first.
    """
    gaps = ledger_reconciliation[ledger_reconciliation["ledger"].notna()].copy()
    gaps["difference"] = (gaps["loaded"].fillna(0) - gaps["ledger"]).round(2)
    gaps = gaps[gaps["difference"].abs() >= CENT / 2]
    by_size = gaps["difference"].abs().sort_values(ascending=False, kind="stable").index
    return gaps.loc[by_size, ["month", "channel_id", "ledger", "loaded", "difference"]].reset_index(drop=True)


def campaign_links(ads_daily: pd.DataFrame, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Join advertising to campaigns and say how much of the spend found one.

    Returns
    -------
    DataFrame
        One row per platform: platform, impressions, clicks, spend, linked_spend (its campaign is known),
        linked_share, in_flight_share (of the linked spend: on a day of the campaign), click_through (clicks
        to impressions), cost_per_click (currency). Largest spend first.
    """
    dates = campaigns.set_index("campaign_id")[["starts_on", "ends_on"]]
    joined = ads_daily.join(dates, on="campaign_id")
    linked = joined["starts_on"].notna()
    in_flight = linked & joined["date"].between(joined["starts_on"], joined["ends_on"])
    joined["linked_spend"] = joined["spend"].where(linked, 0.0)
    joined["in_flight_spend"] = joined["spend"].where(in_flight, 0.0)
    sums = joined.groupby("platform")[["impressions", "clicks", "spend", "linked_spend", "in_flight_spend"]].sum()
    sums["linked_share"] = sums["linked_spend"] / sums["spend"].where(sums["spend"] > 0)
    sums["in_flight_share"] = sums["in_flight_spend"] / sums["linked_spend"].where(sums["linked_spend"] > 0)
    sums["click_through"] = sums["clicks"] / sums["impressions"].where(sums["impressions"] > 0)
    sums["cost_per_click"] = sums["spend"] / sums["clicks"].where(sums["clicks"] > 0)
    return sums.drop(columns="in_flight_spend").sort_values("spend", ascending=False).reset_index()


def campaign_media(ads: pd.DataFrame, social: pd.DataFrame | None, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Bring advertising and social media together per campaign.

    Returns
    -------
    DataFrame
        campaign_id, campaign, starts_on, ends_on, spend, impressions, clicks, mentions, engagements;
        campaigns without any media in the frames are left out. Largest spend first.
    """
    parts = [ads.groupby("campaign_id")[["spend", "impressions", "clicks"]].sum()]
    if social is not None:
        parts.append(social.groupby("campaign_id")[["mentions", "engagements"]].sum())
    media = pd.concat(parts, axis=1)
    about = campaigns.set_index("campaign_id")[["campaign", "starts_on", "ends_on"]]
    joined = about.join(media, how="inner").rename_axis("campaign_id").reset_index()
    return joined.sort_values(["spend", "campaign_id"], ascending=[False, True], ignore_index=True)


def quarantine_by_rule(quarantine: pd.DataFrame | None, sources: pd.DataFrame) -> pd.DataFrame:
    """Group the rejected rows by what is wrong with them and who can mend it.

    Parameters
    ----------
    quarantine
        The mart; None: nothing was rejected.
    sources
        The mart, for the owners.

    Returns
    -------
    DataFrame
        source, table, column (blank: the whole row), rule, rows (distinct rows of a file), files, example (a
        value as it came), latest (last day such a row became known), owner. Most rows first.
    """
    keys = ["source", "table", "column", "rule"]
    if quarantine is None:
        return pd.DataFrame(columns=[*keys, "rows", "files", "example", "latest", "owner"])
    labelled = quarantine.assign(column=quarantine["column"].fillna(""))
    distinct = labelled.drop_duplicates([*keys, "file", "row"]).sort_values([*keys, "file", "row"])
    grouped = distinct.groupby(keys, sort=True)
    made = grouped.agg(
        rows=("row", "size"),
        files=("file", "nunique"),
        example=("value", "first"),
        latest=("known_on", "max"),
    ).reset_index()
    owners = sources.drop_duplicates("source").set_index("source")["owner"]
    made["owner"] = made["source"].map(owners)
    return made.sort_values(["rows", *keys], ascending=[False, True, True, True, True], ignore_index=True)


def conversions_by_format(conversions: pd.DataFrame) -> pd.DataFrame:
    """Count the values read per format met, over all sources.

    Returns
    -------
    DataFrame
        format, columns (distinct source columns it was met in), tables, values. Most values first.
    """
    named = conversions.assign(where=conversions["source"] + "." + conversions["column"])
    made = named.groupby("format").agg(columns=("where", "nunique"), tables=("table", lambda t: _joined(t)), values=("rows", "sum"))
    return made.sort_values(["values", "columns"], ascending=False, kind="stable").reset_index()


def mart_totals(marts: Mapping[str, pd.DataFrame | None], reference: str) -> pd.DataFrame:
    """Compare net sales between marts that were each summed from the order lines on their own.

    Parameters
    ----------
    marts
        Mart name to a frame with `month` (or `date`) and `net_sales`; None (not supplied) is left out.
    reference
        Name of the mart the others are compared with.

    Returns
    -------
    DataFrame
        mart, rows, months, net_sales (currency, over the months it shares with the reference), difference
        (to the reference over these months, to the cent), largest (absolute difference of any one month),
        exact.
    """
    monthly = {name: _by_month(frame) for name, frame in marts.items() if frame is not None}
    rows = []
    for name, totals in monthly.items():
        both = pd.concat({"own": totals, "reference": monthly[reference]}, axis=1, join="inner")
        apart = (both["own"] - both["reference"]).round(2) + 0.0
        rows.append((name, len(marts[name]), len(both), both["own"].sum(), apart.sum(), apart.abs().max()))
    made = pd.DataFrame(rows, columns=["mart", "rows", "months", "net_sales", "difference", "largest"])
    made["exact"] = made["largest"] < CENT / 2
    return made


def _by_month(frame: pd.DataFrame) -> pd.Series:
    month = frame["month"] if "month" in frame else months_of(frame["date"])
    return frame["net_sales"].groupby(month.to_numpy()).sum()


def _joined(values: pd.Series) -> str:
    return ", ".join(sorted({str(v) for v in values if v}))
