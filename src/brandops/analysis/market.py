"""How much of the market is ours, and who is ahead (plan items 1.1.2, 1.3.2)?

Shares are of sales value. They come from a count of the whole market (a register, a panel scaled up by its
publisher), not from a sample drawn here, so they carry no sampling interval; a panel's own error is its
publisher's to state.

`market` frames have `month`, `category`, `segment` (blank: the whole category), `competitor`, `sales` and optionally
`volume`. The competitor 'own' is the reporting company, 'rest' all companies the source does not name, 'unlisted' the
products it no longer lists. These two count in the market but are nobody's rival: no rank, and they lead nothing.
"""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from brandops.analysis.goals import starts_of
from brandops.periods import Grain, Period, add_months, period_of

OWN = "own"
REST = "rest"
UNRANKED = (REST, "unlisted")  # nobody's name: companies a source lumps together, products its list no longer holds
WHOLE = "all"  # label of the whole market


def whole_categories(market: pd.DataFrame) -> pd.DataFrame:
    """One set of rows per category and month: its total where the source gives it, else all of its segments.

    A source may give a category's total (blank segment), its segments, or both; summing both would count
    twice.
    """
    blank = market["segment"].isna()
    has_total = blank.groupby([market["category"], market["month"]]).transform("any")
    return market[blank | ~has_total]


def segments(market: pd.DataFrame, by: str) -> pd.DataFrame:
    """Rows to be split by `by`: whole categories, or rows that name a segment; the column `part` holds the
    name."""
    rows = whole_categories(market) if by == "category" else market[market["segment"].notna()]
    return rows.assign(part=rows[by])


def complete_months(market: pd.DataFrame, as_of: date) -> list[pd.Timestamp]:
    """Months that have ended by `as_of` and hold both our sales and others'."""
    ended = market[market["month"] <= pd.Timestamp(add_months(as_of, 0 if _is_month_end(as_of) else -1))]
    own = ended["competitor"] == OWN
    return sorted(set(ended.loc[own, "month"]) & set(ended.loc[~own, "month"]))


def shares(market: pd.DataFrame, windows: dict[str, list[pd.Timestamp]], by: str | None = None) -> pd.DataFrame:
    """Share and rank of every competitor in each window of months.

    Parameters
    ----------
    market
        Market sales by month.
    windows
        Name of each window and its months; a window without any rows is left out.
    by
        `category` or `segment`; None: the whole market.

    Returns
    -------
    DataFrame
        `window`, `part`, `competitor`, `sales`, `market` (all competitors), `share`, `rank` (1 = largest; NA for the rest
        of the market), `rivals` (competitors with sales, we among them), `leader`, `lead` (share minus that of the largest other),
        `price_index` (mean weighted by sales; NaN where not given), sorted by window, part and rank.
    """
    rows = whole_categories(market).assign(part=WHOLE) if by is None else segments(market, by)
    parts = []
    for window, months in windows.items():
        chosen = rows[rows["month"].isin(months)]
        if chosen.empty:
            continue
        sums = _sums(chosen)
        sums.insert(0, "window", window)
        parts.append(sums)
    columns = [
        "window",
        "part",
        "competitor",
        "sales",
        "market",
        "share",
        "rank",
        "rivals",
        "leader",
        "lead",
        "price_index",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def quarter_windows(market: pd.DataFrame, until: date, count: int, fiscal_start: int) -> dict[str, list[pd.Timestamp]]:
    """The last `count` quarters of which every month is complete by `until`, oldest first."""
    months = set(complete_months(market, until))
    quarter, windows = period_of(until, Grain.QUARTER, fiscal_start), {}
    for _ in range(count + 2):
        if months.issuperset(starts_of(quarter)):
            windows[quarter.label] = starts_of(quarter)
        quarter = quarter.previous()
    return dict(list(windows.items())[:count][::-1])


def year_windows(market: pd.DataFrame, year: Period, as_of: date, base_year: int | None = None) -> dict[str, list[pd.Timestamp]]:
    """The year to date (`now`) and the same months of the base year (`base`), so that seasons cannot pass
    for a gain.

    `base_year` None: last fiscal year. Without market data of all those months in the base year there is no
    `base`.
    """
    months = set(complete_months(market, as_of))
    now = [m for m in starts_of(year) if m in months]
    back = 1 if base_year is None else int(year.label) - base_year
    base = [m - pd.DateOffset(months=12 * back) for m in now]
    windows = {"now": now} if now else {}
    return windows | ({"base": base} if now and months.issuperset(base) else {})


@dataclass(frozen=True)
class Position:
    """The own place in the market in the year to date against the base year.

    `base` names the base year; `overall` is the row of `own_gains` of the whole market, `by_part` those of its parts.
    """

    base: object
    overall: pd.Series = field(repr=False)
    by_part: pd.DataFrame = field(repr=False)

    def missing(self, target: float) -> float:
        """Sales that lack to a gain of `target` (fraction), currency; negative beyond it, NaN where no gain is known."""
        return (target - self.overall["gain"]) * self.overall["market"]


def position(market: pd.DataFrame, year: Period, as_of: date, base_year: int | None, by: str, parts: list[str]) -> Position | None:
    """Own share of the market, whole and by part, in the year to date; None where no month of it is complete.

    Parameters
    ----------
    base_year
        Year compared with; None: last year.
    by
        Column that parts the market, `category` or `segment`.
    parts
        The parts that count; empty: all.
    """
    windows = year_windows(market, year, as_of, base_year)
    if "now" not in windows:
        return None
    overall = own_gains(shares(market, windows), "now", "base").iloc[0]
    by_part = own_gains(shares(market, windows, by), "now", "base")
    if parts:
        by_part = by_part[by_part["part"].isin(parts)].reset_index(drop=True)
    return Position(base_year or year.previous(), overall, by_part)


def own_gains(table: pd.DataFrame, now: str, base: str) -> pd.DataFrame:
    """Our share in window `now` against `base`, part by part.

    Returns
    -------
    DataFrame
        `part`, `share`, `base_share`, `gain` (fraction: 0.01 = 1 pp), `rank`, `base_rank`, `rivals`, `lead`,
        `leader`, `sales`, `market`, `market_growth`, `sales_growth`; parts in order of market size.
    """
    own = table[table["competitor"] == OWN].set_index("part")
    new, old = (own[own["window"] == w] for w in (now, base))
    frame = new[["share", "rank", "rivals", "lead", "leader", "sales", "market"]].copy()
    frame["base_share"], frame["base_rank"] = old["share"], old["rank"]
    frame["gain"] = frame["share"] - frame["base_share"]
    # What had no sales in the base has no growth: it is new, not infinitely larger.
    frame["market_growth"], frame["sales_growth"] = (
        new[column] / old[column].where(old[column] > 0) - 1 for column in ("market", "sales")
    )
    return frame.sort_values("market", ascending=False).rename_axis("part").reset_index()


def quarterly_gains(table: pd.DataFrame) -> pd.DataFrame:
    """Our share by window in order, with `gain` over the window before; columns of `shares` for 'own'."""
    own = table[table["competitor"] == OWN].copy()
    own["gain"] = own.groupby("part")["share"].diff()
    return own.reset_index(drop=True)


def largest(table: pd.DataFrame, count: int) -> list[str]:
    """We and the `count` largest competitors of the last window, by rank: who a chart should name."""
    last = table[table["window"] == table["window"].iloc[-1]]
    others = last[~last["competitor"].isin([OWN, *UNRANKED])].sort_values(["sales", "competitor"], ascending=[False, True])
    return [OWN, *others["competitor"].head(count)]


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["part", "competitor"]
    priced = rows["price_index"].astype(float) if "price_index" in rows else pd.Series(float("nan"), rows.index)
    rows = rows.assign(sales=rows["sales"].astype(float))
    rows = rows.assign(value=rows["sales"] * priced, weight=rows["sales"].where(priced.notna()))
    sums = rows.groupby(keys)[["sales", "value", "weight"]].sum().reset_index()
    missing = sorted(set(sums["part"]) - set(sums.loc[sums["competitor"] == OWN, "part"]))
    absent = pd.DataFrame({"part": missing, "competitor": OWN, "sales": 0.0, "value": 0.0, "weight": 0.0})
    sums = pd.concat([sums, absent], ignore_index=True) if missing else sums
    sums["price_index"] = (sums["value"] / sums["weight"]).where(sums["weight"] > 0)
    sums["market"] = sums.groupby("part")["sales"].transform("sum")
    sums["share"] = (sums["sales"] / sums["market"]).where(sums["market"] > 0)
    named = ~sums["competitor"].isin(UNRANKED)
    ranks = sums[named].groupby("part")["sales"].rank(method="min", ascending=False)
    sums["rank"] = ranks.reindex(sums.index).astype("Int64")
    sums["rivals"] = ((sums["sales"] > 0) & named).groupby(sums["part"]).transform("sum")
    sums = sums.sort_values(["part", "rank", "competitor"], ignore_index=True, na_position="last")
    sums["leader"] = sums.groupby("part")["competitor"].transform("first")
    shares_named = sums["share"].where(sums["rank"].notna())
    first = sums["competitor"] == sums["leader"]
    best = shares_named.groupby(sums["part"]).transform("first")
    second = shares_named.groupby(sums["part"]).transform(lambda s: s.iloc[1] if s.notna().sum() > 1 else 0.0)
    sums["lead"] = shares_named - best.where(~first, second)
    return sums


def _is_month_end(day: date) -> bool:
    return period_of(day, Grain.MONTH).end == day
