"""Sentences on the sources and their quality (plan items 2.1.1 to 2.1.3 and 2.2.1): can the data be decided on?"""

from dataclasses import dataclass

import pandas as pd

from brandops.i18n import gettext as _
from brandops.i18n import ngettext, shown
from brandops.present import formats
from brandops.present.sentences.data_names import rule_name, table_name

MAX_GAPS = 3  # ledger gaps named in the answer; the table has them all
LEDGER_MONTHS = 24  # months of the ledger drawn


@dataclass(frozen=True)
class Checks:
    """What decides whether a period's data can be relied on.

    Attributes
    ----------
    period
        Label of the period.
    ledger_months, ledger_gap
        Months of the period the ledger has (0: no ledger), and the sum of the absolute differences to it, currency.
    sales
        Net sales of the period, currency.
    stale, silent
        Names of tables past their service level; number of months in the period a source is silent.
    silent_sources
        Names of the sources silent in these months.
    unaccounted, lost
        Rows neither loaded nor in quarantine; rows of the period in quarantine whose content is nowhere else.
    load_rate, tolerance
        Rows loaded to rows in over the period; share that may be missing (1 less the target of the load rate).
    """

    period: str
    ledger_months: int
    ledger_gap: float
    sales: float
    stale: list[str]
    silent: int
    unaccounted: int
    lost: int
    load_rate: float
    tolerance: float
    silent_sources: tuple[str, ...] = ()

    @property
    def unfit(self) -> bool:
        """More than the tolerated share of sales or rows is missing, or a row was lost track of."""
        off_ledger = self.ledger_months > 0 and self.ledger_gap > self.tolerance * abs(self.sales)
        return self.unaccounted > 0 or off_ledger or self.load_rate < 1 - self.tolerance


def fitness(checks: Checks, currency: str) -> str:
    """The page's answer: can the period's data be decided on, and why (not)."""
    doubts = _doubts(checks, currency)
    if checks.unfit:
        return _("Do not decide on the data of {period} before this is mended: {doubts}.").format(
            period=checks.period, doubts=_listed(doubts)
        )
    if doubts:
        return ngettext(
            "The data of {period} are fit to decide on, with {count} reservation: {doubts}.",
            "The data of {period} are fit to decide on, with {count} reservations: {doubts}.",
            len(doubts),
        ).format(period=checks.period, count=len(doubts), doubts=_listed(doubts))
    grounds = [_("no row is missing"), _("every source with a service level is fresh")]
    if checks.ledger_months:
        grounds.insert(0, _("loaded sales agree with the ledger to the cent"))
    return _("The data of {period} are fit to decide on: {grounds}.").format(period=checks.period, grounds=_listed(grounds))


def _doubts(checks: Checks, currency: str) -> list[str]:
    found = []
    if checks.ledger_months and checks.ledger_gap >= 0.005:
        found.append(_("loaded sales are {amount} ({share} of net sales) off the ledger").format(
            amount=formats.money_exact(checks.ledger_gap, currency), share=_share(checks.ledger_gap, checks.sales)
        ))  # fmt: skip
    if checks.unaccounted:
        found.append(ngettext("{count} row is unaccounted for", "{count} rows are unaccounted for", checks.unaccounted)
                     .format(count=formats.number(checks.unaccounted)))  # fmt: skip
    if checks.lost:
        found.append(ngettext("{count} row is in quarantine (load rate {rate})",
                              "{count} rows are in quarantine (load rate {rate})", checks.lost)
                     .format(count=formats.number(checks.lost), rate=formats.percent(checks.load_rate, 2)))  # fmt: skip
    if checks.stale:
        found.append(_("{tables} past the service level").format(tables=_listed(checks.stale)))
    if checks.silent:
        found.append(ngettext("{sources} silent for {count} month", "{sources} silent for {count} months", checks.silent)
                     .format(sources=_(", ").join(checks.silent_sources), count=checks.silent))  # fmt: skip
    if not checks.ledger_months:
        found.append(_("no ledger total to reconcile sales with"))
    return found


def ledger_headlines(gaps: pd.DataFrame, channels: dict[str, str], currency: str) -> list[str]:
    """One sentence per difference between loaded sales and ledger, largest first; the rest summed up.

    `gaps` is the result of `analysis.sources.ledger_gaps`, `channels` gives names to channel ids.
    """
    said = []
    for gap in gaps.head(MAX_GAPS).itertuples():
        where = formats.month(gap.month)
        if not pd.isna(gap.channel_id):
            where = _("{channel}, {month}").format(channel=shown(channels.get(gap.channel_id, gap.channel_id)), month=where)
        template = (
            _("{where}: loaded net sales are {amount} above the ledger ({share} of it).")
            if gap.difference > 0
            else _("{where}: loaded net sales are {amount} below the ledger ({share} of it).")
        )
        amount = formats.money_exact(abs(gap.difference), currency)
        said.append(template.format(where=where, amount=amount, share=_share(gap.difference, gap.ledger)))
    rest = gaps.iloc[MAX_GAPS:]
    if len(rest):
        amount = formats.money_exact(rest["difference"].abs().sum(), currency)
        said.append(ngettext("{count} more difference to the ledger, {amount} in all.",
                             "{count} more differences to the ledger, {amount} in all.", len(rest))
                    .format(count=len(rest), amount=amount))  # fmt: skip
    return said


def ledger_finding(reconciled: pd.DataFrame, gaps: pd.DataFrame, currency: str) -> str:
    """Whether loaded net sales agree with the ledger, over all months the ledger has."""
    known = reconciled[reconciled["agrees"].notna()]
    if known.empty:
        return _("The ledger has no month that has ended yet.")
    if gaps.empty:
        return _("Loaded net sales agree with the ledger to the cent in all {count} months from {first} to {last}, "
                 "{amount} in total.").format(
            count=len(known), first=formats.month(known["month"].min()), last=formats.month(known["month"].max()),
            amount=formats.money_exact(known["ledger"].sum(), currency),
        )  # fmt: skip
    amount = formats.money_exact(gaps["difference"].abs().sum(), currency)
    return _("Loaded net sales differ from the ledger in {bad} of {count} months, by {amount} added up "
             "without sign.").format(
        bad=gaps["month"].nunique(), count=len(known), amount=amount
    )  # fmt: skip


def ledger_alt(reconciled: pd.DataFrame, gaps: pd.DataFrame) -> str:
    """Description of the bars of differences to the ledger."""
    known = reconciled[reconciled["agrees"].notna()].tail(LEDGER_MONTHS)
    return _("Bars of loaded net sales less ledger by month, {first} to {last}; {count} months "
             "differ from zero.").format(
        first=formats.month(known["month"].min()), last=formats.month(known["month"].max()),
        count=gaps.loc[gaps["month"].isin(known["month"]), "month"].nunique(),
    )  # fmt: skip


def stale_names(catalogue: pd.DataFrame) -> list[str]:
    """Names of the tables past their service level, the longest overdue first."""
    stale = catalogue[catalogue["fresh"].eq(False).fillna(False)]
    overdue = (stale["lag_days"] - stale["fresh_within_days"]).sort_values(ascending=False, kind="stable")
    return [table_name(name) for name in stale.loc[overdue.index, "table"]]


def silent_names(thin: pd.DataFrame) -> tuple[str, ...]:
    """What readers call the sources of `thin` (rows of `coverage.completeness`), each once."""
    each = thin.drop_duplicates(["table", "source"])
    return tuple(
        _("{table} from {source}").format(table=table_name(t), source=s) for t, s in zip(each["table"], each["source"], strict=True)
    )


def freshness_finding(catalogue: pd.DataFrame) -> str:
    """How many tables keep their service level, and which do not."""
    judged = catalogue[catalogue["fresh"].notna()]
    if judged.empty:
        return _("None of these tables has a service level for freshness.")
    stale = judged[~judged["fresh"].astype(bool)].sort_values("lag_days", ascending=False)
    if stale.empty:
        return ngettext("The {count} table with a service level for freshness keeps it.",
                        "All {count} tables with a service level for freshness keep it.", len(judged)).format(
            count=len(judged)
        )  # fmt: skip
    late = [
        _("{table} ({lag} days old, {level} allowed)").format(
            table=table_name(row.table), lag=row.lag_days, level=row.fresh_within_days
        )
        for row in stale.itertuples()
    ]
    return _("{bad} of {count} tables with a service level are stale: {tables}.").format(
        bad=len(stale), count=len(judged), tables=_listed(late)
    )


def integrity_finding(references: pd.DataFrame) -> str:
    """Whether every key was found in the table it refers to; the worst reference by orphans."""
    if references.empty:
        return _("None of these tables refers to another one that was supplied.")
    orphans = int(references["orphans"].sum())
    if not orphans:
        return _("All {rows} references of {count} key columns are found in the tables they refer to.").format(
            rows=formats.number(references["rows"].sum()), count=len(references)
        )
    worst = references.iloc[0]
    return ngettext("{count} row points at nothing known; most in {table}, column {column} ({resolved} found).",
                    "{count} rows point at nothing known; most in {table}, column {column} ({resolved} found).",
                    orphans).format(count=formats.number(orphans), table=table_name(worst["table"]),
                                    column=worst["column"], resolved=formats.percent(worst["resolved"], 2))  # fmt: skip


def completeness_caption(completeness: pd.DataFrame) -> str:
    """What the map of rows per month shows."""
    thin = completeness[completeness["thin"]]
    if thin.empty:
        return _("Every source sent at least half its usual rows in each of the {count} months.").format(
            count=completeness["month"].nunique()
        )
    worst = thin.sort_values(["ratio", "month"]).iloc[0]
    return ngettext("{count} month of a source has less than half its usual rows; fewest in {table}, "
                    "{month} ({ratio}).",
                    "{count} months of sources have less than half their usual rows; fewest in {table}, {month} "
                    "({ratio}).", len(thin)).format(
        count=len(thin), table=table_name(worst["table"]), month=formats.month(worst["month"]),
        ratio=formats.percent(worst["ratio"], 0),
    )  # fmt: skip


def completeness_alt(completeness: pd.DataFrame) -> str:
    """Description of the map of rows per month."""
    return _("Map of rows per month for {count} sources, {first} to {last}; darker is closer to the usual number. "
             "{message}").format(
        count=completeness[["source", "table"]].drop_duplicates().shape[0],
        first=formats.month(completeness["month"].min()), last=formats.month(completeness["month"].max()),
        message=completeness_caption(completeness),
    )  # fmt: skip


def load_finding(period_load: pd.DataFrame, period: str, target: float) -> str:
    """Load rate of the period over all sources, and the worst source."""
    total, loaded = int(period_load["rows_in"].sum()), int(period_load["loaded"].sum())
    if not total:
        return _("No source has rows dated in {period}.").format(period=period)
    rate = formats.percent(loaded / total, 2)
    if loaded == total:
        return _("All {rows} rows dated in {period} were loaded; none is in quarantine.").format(
            rows=formats.number(total), period=period
        )
    worst = period_load.iloc[0]
    below = int((period_load["load_rate"] < target).sum())
    judged = (
        _("every source reaches the target of {target}").format(target=formats.percent(target))
        if not below
        else ngettext("{count} source is below the "
                      "target of {target}", "{count} sources are below the target of {target}",
                      below).format(count=below, target=formats.percent(target))
    )  # fmt: skip
    return _("{loaded} of {rows} rows dated in {period} were loaded ({rate}); {judged}. Lowest: {table} from {source}, "
             "{worst}.").format(
        loaded=formats.number(loaded), rows=formats.number(total), period=period, rate=rate, judged=judged,
        table=table_name(worst["table"]), source=worst["source"], worst=formats.percent(worst["load_rate"], 2),
    )  # fmt: skip


def accounting_finding(accounting: pd.DataFrame) -> str:
    """Whether rows in = loaded + quarantined, over everything ever received."""
    lost = accounting["unaccounted"].abs()
    rows, held = formats.number(accounting["rows_in"].sum()), formats.number(accounting["quarantined"].sum())
    if not lost.sum():
        return _("Every row is accounted for: {rows} rows in are {loaded} loaded and {held} in quarantine, for each of "
                 "{count} sources.").format(
            rows=rows, loaded=formats.number(accounting["loaded"].sum()), held=held,
            count=accounting["source"].nunique(),
        )  # fmt: skip
    worst = accounting.loc[lost.idxmax()]
    return ngettext("{count} row is neither loaded nor in quarantine, most from {source}.",
                    "{count} rows are neither loaded nor in quarantine, most from {source}.", int(lost.sum())).format(
        count=formats.number(lost.sum()), source=worst["source"]
    )  # fmt: skip


def quarantine_finding(valued: pd.DataFrame, currency: str) -> str:
    """What the rejected rows are worth and what most of them have wrong."""
    if valued.empty:
        return _("No row is in quarantine.")
    lost = valued[valued["lost"]]
    harmless = int(valued.loc[~valued["lost"], "rows"].sum())
    if lost.empty:
        return _("All {count} rows in quarantine repeat a loaded row or were taken out on purpose: nothing is lost.").format(
            count=formats.number(harmless)
        )
    first = lost.iloc[0]
    said = [_("{rows} rows in quarantine are lost until their owners mend them, first {table}: {rule} ({count} rows, "
             "{source}).").format(
        rows=formats.number(lost["rows"].sum()), table=table_name(first["table"]),
        rule=rule_name(first["rule"]).lower(), count=formats.number(first["rows"]), source=first["source"],
    )]  # fmt: skip
    money = lost["money"].sum()
    if money > 0:
        worth = _("At the mean line's value the order lines among them are worth about {money}.")
        said.append(worth.format(money=formats.money(money, currency)))
    if harmless:
        more = _("{count} more repeat a loaded row or were taken out on purpose.")
        said.append(more.format(count=formats.number(harmless)))
    return formats.sentences(*said)


def quarantine_caption(valued: pd.DataFrame) -> str:
    """What the bars of rejected rows show."""
    lost = int(valued.loc[valued["lost"], "rows"].sum())
    return _("Of {rows} rejected rows {lost} are lost until mended (red); the grey ones repeat a row or "
             "were dropped on "
             "purpose.").format(rows=formats.number(valued["rows"].sum()), lost=formats.number(lost))  # fmt: skip


def quarantine_alt(valued: pd.DataFrame) -> str:
    """Description of the bars of rejected rows."""
    top = valued.sort_values("rows", ascending=False).iloc[0]
    return _("Bars of rejected rows by table and rule; the longest is {table}, {rule}, with {rows} rows.").format(
        table=table_name(top["table"]), rule=rule_name(top["rule"]).lower(), rows=formats.number(top["rows"])
    )


def _share(part: float, whole: float) -> str:
    """A share with enough decimals to tell it from nothing."""
    share = abs(part) / abs(whole) if whole else float("nan")
    return formats.percent(share, 1 if share >= 0.001 else 4)


def _listed(parts: list[str]) -> str:
    return _("; ").join(parts)
