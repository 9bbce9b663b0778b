"""From figures to alerts: when one opens, stays open, ends, and is the old one come back (plan item 7.3.2).

A rule alarms on a day on which its figure is beyond its threshold. An alert opens on the first such day and stays open
until its figure is back on the good side of `clears` (hysteresis); a day without a value changes nothing. One that comes
back within the quiet period after its end is the same alert, reopened, and is told to nobody. An alert whose figure has
had no value for `LAPSE_DAYS` (a product no longer sold, a source that ceased) ends: nobody can say that it still holds.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from brandops.params.alerts import Rule

OPENED, REOPENED, CLOSED = "opened", "reopened", "closed"
LAPSE_DAYS = 60


@dataclass(frozen=True)
class Alert:
    """An alert as it stands. `value` is the latest, of `valued_on`, `worst` the one furthest beyond the threshold so far."""

    id: str
    rule: str
    figure: str
    scope: str
    member: str
    severity: str
    owner: str
    direction: str
    threshold: float
    first_seen: str
    last_seen: str
    valued_on: str
    value: float
    worst: float
    closed_on: str | None = None
    reopened: int = 0
    acknowledged_by: str | None = None
    acknowledged_on: str | None = None

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.closed_on is None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def alert_id(rule: str, member: str, day: date) -> str:
    """`stock_short:P017:2025-10-14`: readable, one word on a command line."""
    word = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in member)
    return f"{rule}:{word}:{day.isoformat()}"


def alarms(rule: "Rule", value: float) -> bool:
    """Whether a value is beyond the rule's threshold."""
    return {"above": value > rule.threshold, "below": value < rule.threshold, "off": abs(value) > rule.threshold}[rule.direction]


def over(rule: "Rule", value: float) -> bool:
    """Whether a value ends an open alert."""
    limit = rule.threshold if rule.clears is None else rule.clears
    return {"above": value <= limit, "below": value >= limit, "off": abs(value) <= limit}[rule.direction]


def advance(rule: "Rule", values: pd.Series, day: date, alerts: dict[str, Alert]) -> list[tuple[str, Alert]]:
    """Move the alerts of a rule on by one day.

    Parameters
    ----------
    values
        The rule's figure on `day` by member; blanks change nothing.
    alerts
        Latest alert of each member of this rule; brought up to date in place.

    Returns
    -------
    list
        (`opened` | `reopened` | `closed`, alert), in the order of members.
    """
    events, known = [], values.dropna().sort_index()
    for member, value in known.items():
        if rule.only is None or member in rule.only:
            kind, after = _step(rule, member, alerts.get(member), float(value), day)
            if after is not None:
                alerts[member] = after
            if kind:
                events.append((kind, after))
    for member in sorted(set(alerts) - set(known.index)):
        if alerts[member].open and (day - date.fromisoformat(alerts[member].valued_on)).days > LAPSE_DAYS:
            alerts[member] = replace(alerts[member], closed_on=day.isoformat())
            events.append((CLOSED, alerts[member]))
    return events


def _step(rule: "Rule", member: str, before: Alert | None, value: float, day: date) -> tuple[str | None, Alert | None]:
    """What one value makes of a member's latest alert: the event, if any, and the alert as it then stands."""
    text = day.isoformat()
    if before is not None and before.open:
        if over(rule, value):
            return CLOSED, replace(before, value=value, valued_on=text, closed_on=text)
        last = text if alarms(rule, value) else before.last_seen
        return None, replace(before, value=value, valued_on=text, last_seen=last, worst=_worse(rule, before.worst, value))
    if not alarms(rule, value):
        return None, before
    if before is not None and (day - date.fromisoformat(before.closed_on)).days <= rule.quiet_days:
        return REOPENED, replace(before, value=value, valued_on=text, last_seen=text, closed_on=None, reopened=before.reopened + 1,
                                 worst=_worse(rule, before.worst, value))  # fmt: skip
    return OPENED, Alert(alert_id(rule.rule, member, day), rule.rule, rule.figure, rule.scope, member, rule.severity, rule.owner,
                         rule.direction, rule.threshold, text, text, text, value, value)  # fmt: skip


def backtest(
    rules: Iterable["Rule"], values: dict[tuple[str, str], pd.DataFrame], since: pd.Timestamp | None = None
) -> list[Alert]:
    """All alerts the rules would have raised, had `advance` been called on every day of the values; first seen first."""
    found: dict[str, Alert] = {}
    for rule in rules:
        table = values.get((rule.figure, rule.scope), pd.DataFrame()).loc[since:]
        days = [day.date() for day in table.index]
        for member in table.columns if rule.only is None else table.columns.intersection(rule.only):
            for alert in _course(rule, member, table[member].to_numpy(float), days):
                found[alert.id] = alert
    return sorted(found.values(), key=lambda alert: (alert.first_seen, alert.rule, alert.member))


def _course(rule: "Rule", member: str, values: np.ndarray, days: list[date]) -> Iterable[Alert]:
    """Every state of a member's alerts over the days; while none is open, days without an alarm are skipped."""
    beyond = {"above": values > rule.threshold, "below": values < rule.threshold, "off": np.abs(values) > rule.threshold}
    alarming, at, alert = np.flatnonzero(beyond[rule.direction]), 0, None
    while at < len(days):
        if alert is None or not alert.open:
            ahead = np.searchsorted(alarming, at)
            if ahead == len(alarming):
                return
            at = int(alarming[ahead])
        if np.isnan(values[at]):
            if (days[at] - date.fromisoformat(alert.valued_on)).days > LAPSE_DAYS:
                alert = replace(alert, closed_on=days[at].isoformat())
                yield alert
        else:
            alert = _step(rule, member, alert, float(values[at]), days[at])[1]
            yield alert
        at += 1


def _worse(rule: "Rule", one: float, other: float) -> float:
    size = {"above": lambda v: v, "below": lambda v: -v, "off": abs}[rule.direction]
    return max(one, other, key=size)
