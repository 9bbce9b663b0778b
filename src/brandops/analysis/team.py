"""Who reached the quota, and who would have in an average territory (plan item 5.1.1)?

Attainment is net sales over quota. A territory that sells by itself flatters whoever has it, so attainment is shown
beside performance against colleagues: log monthly sales, less what the channel sold that month, split into a territory
and a person effect by a linear mixed model (Laird and Ware 1982; REML). Both effects are shrunk towards zero as far as the
data cannot tell them apart: the only seller of a territory is shrunk most, since nobody else's sales there tell how good
the territory is.

`sales` frames are the mart `people_monthly`, `quotas` and `people` the contract's tables; money in currency.
"""

import warnings
from datetime import date

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from brandops.analysis import disclosure
from brandops.analysis.intervals import LEVEL, z_score

MINIMUM_GROUP = 5  # means of smaller groups would tell of single persons


def monthly_attainment(sales: pd.DataFrame, quotas: pd.DataFrame, people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Net sales against quota by person and month, up to `as_of`; a month under way counts the days so far of its quota.

    A quota for several months is spread over them by days: `quota_months` says so, and only periods that hold all of its
    months may be judged by it.

    Returns
    -------
    DataFrame
        person_id, month, team, region, channel_id, level, quota, quota_months, net_sales, gross_margin (blank where costs are
        unknown).
    """
    end = pd.Timestamp(as_of)
    due = _by_month(quotas)
    due = due[due["month"] <= end].copy()
    days = due["month"].dt.days_in_month
    due["quota"] *= ((end - due["month"]).dt.days + 1).clip(upper=days) / days
    both = due.merge(sales[["person_id", "month", "net_sales", "cost"]], on=["person_id", "month"], how="left")
    both["net_sales"] = both["net_sales"].fillna(0.0)
    both["gross_margin"] = both["net_sales"] - both["cost"]
    both = both.merge(people[["person_id", "team", "region", "channel_id", "level"]], on="person_id", how="left")
    columns = ["person_id", "month", "team", "region", "channel_id", "level", "quota", "quota_months", "net_sales",
               "gross_margin"]  # fmt: skip
    return both[columns].sort_values(["month", "person_id"], ignore_index=True)


def attainment(months: pd.DataFrame, start: date, end: date, by: str | None = None) -> pd.DataFrame:
    """Attainment of the months from `start` to `end`, in whole or by `person_id`, `team`, `region`, …

    Returns
    -------
    DataFrame
        `by` (absent for the whole), `people`, `quota`, `net_sales`, `attainment` (fraction; NaN without quota), `gap`.
        Highest attainment first.
    """
    within = months[months["month"].between(pd.Timestamp(start), pd.Timestamp(end))]
    keys = within[by] if by else pd.Series("all", within.index, name="all")
    sums = within.groupby(keys, sort=True).agg(
        people=("person_id", "nunique"), quota=("quota", "sum"), net_sales=("net_sales", "sum")
    )
    sums["attainment"] = sums["net_sales"] / sums["quota"].where(sums["quota"] > 0)
    sums["gap"] = sums["net_sales"] - sums["quota"]
    table = sums.reset_index().sort_values(["attainment", *([by] if by else [])], ascending=[False, *([True] if by else [])])
    return table.drop(columns=[] if by else ["all"]).reset_index(drop=True)


def attainment_table(months: pd.DataFrame, spans: dict[str, tuple[date, date]], by: str) -> pd.DataFrame:
    """Attainment of several spans side by side, blank where a span cuts a quota in two.

    Returns
    -------
    DataFrame
        `by`, people (in the last span), then each span's attainment (fraction) under its name; quota, net_sales and gap of
        the last span. Highest attainment of the last span first.
    """
    table, last = None, list(spans)[-1]
    for name, (start, end) in spans.items():
        found = attainment(months, start, end, by).rename(columns={"attainment": name})
        length = (end.year - start.year) * 12 + end.month - start.month + 1
        within = months[months["month"].between(pd.Timestamp(start), pd.Timestamp(end))]
        if within["quota_months"].max() > length:
            found[[name, "quota", "net_sales", "gap"]] = np.nan
        kept = found if name == last else found[[by, name]]
        table = kept if table is None else table.merge(kept, on=by, how="outer")
    columns = [by, "people", *spans, "quota", "net_sales", "gap"]
    return table[columns].sort_values([last, by], ascending=[False, True], ignore_index=True)


def group_tables(
    months: pd.DataFrame, spans: dict[str, tuple[date, date]], minimum: int = MINIMUM_GROUP
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """`attainment_table` by `team` and by `region`, without the figures of groups withheld by `disclosure.nested`.

    A group counts by the span in which it has fewest persons, and is withheld in all spans or none: else one span could be
    worked out from the others.

    Returns
    -------
    dict
        By `team` and `region` two frames of equal rows: the table, and for its blanks the reason (`few`, `complement`; "" none).
    """
    sizes = []
    for start, end in spans.values():
        within = months[months["month"].between(pd.Timestamp(start), pd.Timestamp(end))].drop_duplicates("person_id")
        # Who has no team or region is in the total all the same.
        sizes.append(within.fillna({"region": "", "team": ""}).groupby(["region", "team"]).size())
    fewest = pd.concat(sizes, axis=1).min(axis=1).astype(int)
    crew = pd.DataFrame(fewest.index.repeat(fewest).to_list(), columns=["outer", "inner"])
    reasons = dict(zip(("region", "team"), disclosure.nested(crew, minimum), strict=True))
    made, figures = {}, [*spans, "quota", "net_sales", "gap"]
    for by in ("team", "region"):
        table = attainment_table(months, spans, by)
        why = table[by].map(reasons[by]).fillna("")
        table[figures] = table[figures].mask(why != "")
        # What is withheld must not be told by the order of rows.
        order = table.sort_values([list(spans)[-1], by], ascending=[False, True]).index
        table, why = table.loc[order].reset_index(drop=True), why.loc[order].reset_index(drop=True)
        made[by] = table, pd.DataFrame({column: why if column in figures else "" for column in table}, index=table.index)
    return made


def adjusted_performance(months: pd.DataFrame, end: date, span: int = 12, level: float = LEVEL) -> pd.DataFrame:
    """How much more each person sells than an average colleague would in the same territory.

    Parameters
    ----------
    months
        As `monthly_attainment` returns them.
    end
        Last day that counts; whole months only.
    span
        Months looked at.
    level
        Coverage of the interval.

    Returns
    -------
    DataFrame
        person_id, team, region, channel_id, months, attainment (fraction of quota), territory, person (factors less
        one: +0.08 sells 8 % more), low, high (interval of `person`), rivals (colleagues in the territory), rank (by
        attainment) and adjusted_rank (by `person`). Persons with sales in at least three months; empty where there are
        fewer than two territories with two persons.
    """
    last = pd.Timestamp(end) + pd.Timedelta(days=1)
    first = last - pd.DateOffset(months=span)
    seen = months[(months["month"] >= first) & (months["month"] + pd.offsets.MonthBegin(1) <= last) & (months["net_sales"] > 0)]
    counted = seen.groupby("person_id")["month"].transform("count")
    seen = seen[counted >= 3].copy()
    seen["territory"] = seen["channel_id"].fillna("") + "/" + seen["region"].fillna("")
    crews = seen.groupby("territory")["person_id"].nunique()
    if (crews > 1).sum() < 2:
        return pd.DataFrame(columns=[
            "person_id", "team", "region", "channel_id", "months", "attainment", "territory", "person", "low", "high", "rivals",
            "rank", "adjusted_rank"])  # fmt: skip
    # Sellers who share a territory share its sales: the crew's size is no one's merit.
    crew = np.log(seen.groupby(["territory", "month"])["person_id"].transform("nunique"))
    logs = np.log(seen["net_sales"]) + crew
    seen["y"] = logs - logs.groupby([seen["channel_id"], seen["month"]], dropna=False).transform("mean")
    fitted = _mixed(seen)
    table = seen.groupby("person_id").agg(
        team=("team", "first"), region=("region", "first"), channel_id=("channel_id", "first"),
        place=("territory", "first"), months=("month", "nunique"), quota=("quota", "sum"), net_sales=("net_sales", "sum"),
    ).reset_index()  # fmt: skip
    table["attainment"] = table["net_sales"] / table["quota"].where(table["quota"] > 0)
    effects, errors = fitted
    half = z_score(level) * table["person_id"].map(errors)
    centre = table["person_id"].map(effects)
    table["territory"] = np.expm1(table["place"].map(effects))
    table["person"], table["low"], table["high"] = np.expm1(centre), np.expm1(centre - half), np.expm1(centre + half)
    table["rivals"] = table["place"].map(crews) - 1
    table["rank"] = table["attainment"].rank(ascending=False, method="min")
    table["adjusted_rank"] = table["person"].rank(ascending=False, method="min")
    return table.drop(columns=["place", "quota", "net_sales"]).sort_values(
        ["adjusted_rank", "person_id"], ignore_index=True
    )  # fmt: skip


def rewards(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Persons whose attainment reaches `threshold` (fraction): the rows of `attainment(…, by="person_id")` that earn it."""
    return table[table["attainment"] >= threshold].reset_index(drop=True)


def _by_month(quotas: pd.DataFrame) -> pd.DataFrame:
    """One row a month of every quota: person_id, month, quota, quota_months."""
    whole = quotas[["person_id", "month", "quota"]].copy()
    given = quotas["months"] if "months" in quotas else pd.Series(np.nan, quotas.index)
    whole["quota_months"] = pd.to_numeric(given).fillna(1).astype(int).to_numpy()
    rows = whole.loc[whole.index.repeat(whole["quota_months"])].copy()
    number = rows.groupby(level=0).cumcount().to_numpy()
    start = rows["month"]
    months = (start.dt.to_period("M") + number).dt.to_timestamp()
    days = months.dt.days_in_month
    rows["quota"] *= (days / days.groupby(level=0).transform("sum")).where(rows["quota_months"] > 1, 1.0)
    rows["month"] = months
    return rows.groupby(["person_id", "month"], as_index=False).agg(quota=("quota", "sum"), quota_months=("quota_months", "max"))


def _mixed(seen: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Person and territory effects (log) with the standard errors of their prediction."""
    model = MixedLM.from_formula("y ~ 1", seen, groups="territory", re_formula="1",
                                 vc_formula={"person": "0 + C(person_id)"})  # fmt: skip
    with warnings.catch_warnings():
        # A variance on the boundary (no territory differs) is a fine answer.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)
        fitted = model.fit(reml=True, method=["lbfgs", "powell"])
    effects: dict[str, float] = {}
    errors: dict[str, float] = {}
    predicted = (
        {} if np.isclose(fitted.cov_re.to_numpy().max(initial=0) + fitted.vcomp.max(initial=0), 0) else fitted.random_effects
    )
    spread = fitted.random_effects_cov if predicted else {}
    for territory, values in predicted.items():
        deviation = np.sqrt(np.clip(np.diag(spread[territory]), 0, None))
        for name, value, error in zip(values.index, values.to_numpy(), deviation, strict=True):
            # The territory's effect bears its group's name, a person's is `person[C(person_id)[S001]]`.
            key = str(name).removeprefix("person[C(person_id)[").removesuffix("]]") if "[" in str(name) else territory
            effects[key], errors[key] = float(value), float(error)
    for key in [*seen["territory"].unique(), *seen["person_id"].unique()]:
        effects.setdefault(key, 0.0)
        errors.setdefault(key, 0.0)
    return effects, errors
