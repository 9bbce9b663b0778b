"""The alert log of a profile: `data/<profile>/monitor/`.

`state.json` holds the last day evaluated, the latest alert of every rule and member, and the outbox; it is replaced in one
step. `log.jsonl` is the record: one line per event, only ever appended to, numbered. The state keeps the events of its last
step: a run killed between the two files is completed by the next, and no event is logged twice.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandops import paths
from brandops.analysis.alerting import Alert
from brandops.errors import UserError
from brandops.pipeline.fingerprint import write_atomically
from brandops.pipeline.hints import hint

if TYPE_CHECKING:
    import pandas as pd

    from brandops.params.alerts import Rule

ACKNOWLEDGED = "acknowledged"
_TAIL = 262_144  # bytes of the record's end that are read: some hundred events


@dataclass
class State:
    """What monitoring knows. `since`: first day the last run took on, those caught up on included. `alerts`: rule → member →
    latest alert. `outbox`: channel → events not yet delivered."""

    last_day: date | None = None
    alerts: dict[str, dict[str, Alert]] = field(default_factory=dict)
    outbox: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    last_events: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    since: date | None = None

    def all_alerts(self) -> list[Alert]:
        """Every latest alert, critical ones first, then the longest standing."""
        found = [alert for members in self.alerts.values() for alert in members.values()]
        return sorted(found, key=lambda a: (a.severity != "critical", a.first_seen, a.rule, a.member))

    def open_alerts(self) -> list[Alert]:
        """Alerts that have not ended."""
        return [alert for alert in self.all_alerts() if alert.open]


class AlertLog:
    """A profile's alert log; the caller holds the profile's lock."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.folder = paths.data_dir(profile) / "monitor"
        self.state = self._read()
        self._complete()

    @property
    def path(self) -> Path:
        """The record of events."""
        return self.folder / "log.jsonl"

    def advance(
        self, rules: Iterable["Rule"], values: dict[tuple[str, str], "pd.DataFrame"], day: date, channels: list[str]
    ) -> list[dict]:
        """Move all rules on by one day, write it down, and return the day's events. Days are taken in order."""
        from brandops.analysis.alerting import CLOSED, REOPENED, advance

        state, events, rules = self.state, [], list(rules)
        for name in sorted(set(state.alerts) - {rule.rule for rule in rules}):  # a rule that was taken out watches nothing
            for member, alert in state.alerts[name].items():
                if alert.open:
                    state.alerts[name][member] = replace(alert, closed_on=day.isoformat())
                    events.append(self._event(CLOSED, state.alerts[name][member], day))
        for rule in rules:
            table = values.get((rule.figure, rule.scope))
            if table is not None:
                happened = advance(rule, table.loc[str(day)], day, state.alerts.setdefault(rule.rule, {}))
                events += [self._event(kind, alert, day) for kind, alert in happened]
        state.last_day = day
        told = [event for event in events if event["event"] != REOPENED]
        for channel in channels:
            state.outbox.setdefault(channel, []).extend(told)
        self._write(events)
        return events

    def acknowledge(self, given: str, by: str, day: date) -> Alert:
        """Write down that somebody has taken an alert on.

        Raises
        ------
        UserError
            No such alert, nobody named, or it was acknowledged before.
        """
        known = {alert.id: alert for alert in self.state.all_alerts()}
        if not by.strip():
            raise UserError("BY=: who acknowledges? BY=name")
        if given not in known:
            open_ = [alert.id for alert in self.state.open_alerts()]
            raise UserError(f"ALERT={given}: no such alert{hint(given, open_ or list(known))}")
        alert = known[given]
        if alert.acknowledged_by:
            raise UserError(f"ALERT={given}: acknowledged on {alert.acknowledged_on} by {alert.acknowledged_by}")
        alert = replace(alert, acknowledged_by=by.strip(), acknowledged_on=day.isoformat())
        self.state.alerts[alert.rule][alert.member] = alert
        self._write([self._event(ACKNOWLEDGED, alert, day) | {"by": alert.acknowledged_by}])
        return alert

    def delivered(self, channel: str, numbers: set[int]) -> None:
        """Take delivered events out of a channel's outbox."""
        left = [event for event in self.state.outbox.get(channel, []) if event["number"] not in numbers]
        self.state.outbox = {**self.state.outbox, channel: left}
        self._write([])

    def events(self, until: date | None = None) -> list[dict[str, Any]]:
        """The record, up to a day."""
        if not self.path.is_file():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines if line]
        return [event for event in found if until is None or event["day"] <= until.isoformat()]

    def events_of(self, day: date) -> list[dict[str, Any]]:
        """The record's events of a day among its latest: only the end of the file is read."""
        if not self.path.is_file():
            return []
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - _TAIL))
            whole = stream.read().splitlines()
        # A line that was cut by where reading began, or by a kill, is no event.
        lines = [line for line in whole if line.startswith(b"{") and line.endswith(b"}")]
        return [event for event in map(json.loads, lines) if event["day"] == day.isoformat()]

    def _event(self, kind: str, alert: Alert, day: date) -> dict[str, Any]:
        self.state.number += 1
        facts = {name: getattr(alert, name) for name in ("id", "rule", "figure", "scope", "member", "severity", "owner",
        "direction",
                                                         "threshold", "first_seen", "value")}  # fmt: skip
        return {"number": self.state.number, "day": day.isoformat(), "event": kind, **facts}

    def _write(self, events: list[dict]) -> None:
        state = self.state
        state.last_events = events or state.last_events
        content = {
            "last_day": state.last_day.isoformat() if state.last_day else None,
            "since": state.since.isoformat() if state.since else None,
            "number": state.number,
            "alerts": [alert.as_dict() for alert in state.all_alerts()],
            "outbox": {name: waiting for name, waiting in sorted(state.outbox.items()) if waiting},
            "last_events": state.last_events,
        }
        write_atomically(self.folder / "state.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        self._complete()

    def _complete(self) -> None:
        """Append to the record what of the state's last events it lacks; a line cut short by a kill goes first."""
        if not self.state.last_events:
            return
        last, good = self._tail()
        missing = [event for event in self.state.last_events if event["number"] > last]
        if not missing:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as stream:
            stream.truncate(good)
            stream.write("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in missing).encode())

    def _tail(self) -> tuple[int, int]:
        """Number of the record's last whole event, and where it ends; only the end of the file is read."""
        if not self.path.is_file():
            return 0, 0
        size = self.path.stat().st_size
        with self.path.open("rb") as stream:
            stream.seek(max(0, size - _TAIL))
            tail = stream.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        lines = whole.splitlines()
        return (json.loads(lines[-1])["number"] if lines else 0), size - (len(tail) - len(whole))

    def _read(self) -> State:
        path = self.folder / "state.json"
        if not path.is_file():
            return State()
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            alerts: dict[str, dict[str, Alert]] = {}
            for item in found["alerts"]:
                alerts.setdefault(item["rule"], {})[item["member"]] = Alert(**item)
            last = date.fromisoformat(found["last_day"]) if found["last_day"] else None
            since = date.fromisoformat(found["since"]) if found.get("since") else None
            return State(last, alerts, found["outbox"], found["last_events"], found["number"], since)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"data/{self.profile}/monitor/state.json: not readable ({error}); restore it, or remove it to begin a new log "
                "(log.jsonl stays)"
            ) from None
