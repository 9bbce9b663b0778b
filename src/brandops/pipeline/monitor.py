"""`make monitor`: evaluate the alert rules on the data up to a day, log what changed, tell whoever is to know.

Days are evaluated in order, each once: a day again changes nothing, days since the last run are caught up on, and an
earlier day is only shown again as the log knows it. Exit status: 0 quiet, 2 a critical alert is first seen on the day
and not acknowledged, 1 the run could not do its work (bad parameters, unreadable data, a message that was not delivered).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandops import paths
from brandops.errors import UserError
from brandops.i18n import gettext as _
from brandops.i18n import use_language, use_names
from brandops.pipeline.alertlog import AlertLog
from brandops.pipeline.console import Console
from brandops.pipeline.fingerprint import Fingerprints, write_atomically
from brandops.pipeline.locks import locked
from brandops.pipeline.report import LANGUAGES
from brandops.pipeline.stages import Rooms, Stages

if TYPE_CHECKING:
    import pandas as pd

    from brandops.params import Plan
    from brandops.params.alerts import Alerts

CATCH_UP = 31  # days since the last run that are evaluated; what is further back is in notebook 07's backtest
QUIET, FAILED, CRITICAL = 0, 1, 2


@dataclass(frozen=True)
class Watch:
    """What is to be watched, as it was typed; an empty day is the last one with sales."""

    profile: str
    day: str = ""
    language: str = "en"
    scale: str = "1"
    wait: bool = True


def monitor(watch: Watch, console: Console, environment: Mapping[str, str] = os.environ, rooms: Rooms | None = None) -> int:
    """Evaluate, log, write the day's page, deliver; returns the exit status.

    Raises
    ------
    UserError
        Bad parameters, unreadable data, a day outside the data.
    """
    from brandops.params import load_plan
    from brandops.params.alerts import load_alerts
    from brandops.pipeline.delivery import configured

    if watch.language not in LANGUAGES:
        raise UserError(f"REPORT_LANGUAGE={watch.language}: not supported; allowed: {', '.join(LANGUAGES)}")
    plan, rules, channels = load_plan(watch.profile), load_alerts(watch.profile), configured(environment)
    if rules is None:
        raise UserError(f"params/{watch.profile}/alerts.yml: no such file; it holds the rules to watch by (params/demo has one)")
    use_language(watch.language)
    use_names(plan.names.get(watch.language, {}))
    stages = Stages(watch.profile, Fingerprints(), console, rooms or Rooms.standard())
    with locked(stages.data / ".lock", f"data of {watch.profile}", console, watch.wait):
        stages.generate(plan.generator, watch.scale)
        stages.ingest()
        stages.prints.save()
        day = _day(watch, stages.rooms.latest_day(watch.profile))
        log = AlertLog(watch.profile)
        names = _evaluate(log, watch.profile, plan, rules, day, channels, console)
        failures = _send(log, plan, names, day, channels, environment, console)
        found = _account(log, plan, names, day, failures)
        page = write_page(watch, found, plan, names)
    critical = [alert for alert in found["new"] if alert["severity"] == "critical" and not alert["acknowledged_by"]]
    for alert in found["new"]:
        console.step(alert["severity"], f"{alert['text']}  [{alert['id']}]", "red" if alert["severity"] == "critical" else "yellow")
    console.title(found["summary"])
    print(os.path.relpath(page) if page.is_relative_to(Path.cwd()) else page)
    return CRITICAL if critical else FAILED if failures else QUIET


def acknowledge(profile: str, alert: str, by: str, console: Console) -> None:
    """Write down that somebody has taken an alert on.

    Raises
    ------
    UserError
        No monitoring yet, no such alert, nobody named, acknowledged before.
    """
    folder = paths.data_dir(profile)
    if not (folder / "monitor" / "state.json").is_file():
        raise UserError(f"PROFILE={profile}: not monitored yet; run make monitor PROFILE={profile}")
    with locked(folder / ".lock", f"data of {profile}", console):
        log = AlertLog(profile)
        taken = log.acknowledge(alert, by, log.state.last_day)
    console.step("alert", f"{taken.id} acknowledged by {taken.acknowledged_by}")


def _day(watch: Watch, latest: date | None) -> date:
    if latest is None:
        raise UserError(f"PROFILE={watch.profile}: no sales in the warehouse; see data/{watch.profile}/quarantine")
    if not watch.day:
        return latest
    try:
        day = date.fromisoformat(watch.day)
    except ValueError:
        raise UserError(f"DATE={watch.day}: not a date; write {latest}") from None
    if day > latest:
        raise UserError(f"DATE={watch.day}: after the data, which end on {latest}")
    return day


def _evaluate(
    log: AlertLog, profile: str, plan: "Plan", rules: "Alerts", day: date, channels: list[str], console: Console
) -> dict[str, str]:
    """Bring the log up to `day`; returns what readers call products, channels and suppliers."""
    from brandops.analysis.expected_path import MEMORY
    from brandops.analysis.indicators import SOURCES, indicators
    from brandops.warehouse.recent import LISTS, recent_marts

    last = log.state.last_day
    if last is not None and day < last:
        console.note(f"monitoring has reached {last}: {day} is shown as the log knows it, and nothing is changed")
        return _names(recent_marts(profile, plan, day, 1, tuple(LISTS)))
    first = max(last or day, day - timedelta(days=CATCH_UP - 1))
    if last is not None and first > last + timedelta(days=1):
        console.note(f"the last run was for {last}: only the last {CATCH_UP} days are caught up on")
    import pandas as pd

    days = pd.date_range(first, day)
    with console.running("monitor", str(day)):
        frames = recent_marts(profile, plan, day, MEMORY + len(days) - 1)
        values = indicators(frames, plan, days, [(rule.figure, rule.scope) for rule in rules.rules])
        if last is None or day > last:
            log.state.since = first if last is None else max(first, last + timedelta(days=1))
        for one in days:
            log.advance(rules.rules, values, one.date(), channels)
    absent = sorted({SOURCES[rule.figure] for rule in rules.rules} - set(frames))
    if absent:
        console.note(f"not watched, for want of a source: {', '.join(absent)}")
    return _names(frames)


def _names(frames: dict[str, "pd.DataFrame"]) -> dict[str, str]:
    from brandops.present.sentences.alerts import names_of

    return names_of(*(frames.get(name) for name in ("products", "channels", "suppliers")))


def _send(log: AlertLog, plan: "Plan", names: dict[str, str], day: date, channels: list[str], environment: Mapping[str, str],
          console: Console) -> dict[str, str]:  # fmt: skip
    """Deliver what waits in each channel's outbox; what is not taken stays there for the next run."""
    from brandops.pipeline.delivery import DeliveryFailed, deliver

    failures = {}
    for channel in channels:
        waiting = log.state.outbox.get(channel, [])
        if not waiting:
            continue
        subject, text = message(waiting, plan, names, day)
        try:
            deliver(channel, subject, text, {"day": str(day), "company": plan.company, "events": waiting}, environment)
        except DeliveryFailed as failed:
            failures[channel] = str(failed)
            console.error(f"{channel}: {failed}; {len(waiting)} events wait for the next run")
        else:
            log.delivered(channel, {event["number"] for event in waiting})
            console.step("delivery", f"{channel}: {len(waiting)} events")
    return failures


def message(events: list[dict[str, Any]], plan: "Plan", names: dict[str, str], day: date) -> tuple[str, str]:
    """Subject and text of a message about events."""
    from brandops.present.sentences import alerts as say

    opened = [event for event in events if event["event"] == "opened"]
    critical = sum(event["severity"] == "critical" for event in opened)
    subject = _("{company}: {opened} new alerts, {critical} critical ({day})").format(
        company=plan.company, opened=len(opened), critical=critical, day=day)  # fmt: skip
    ordered = sorted(events, key=lambda event: (event["event"] != "opened", event["severity"] != "critical", event["number"]))
    lines = [
        _("{event}, {severity}: {text} (limit {limit}). Owner: {owner}. {id}").format(
            event=say.event_name(event["event"]), severity=say.severity_name(event["severity"]),
            text=say.said(event, plan.currency, names), limit=say.limit_text(event, plan.currency),
            owner=say.member_name(event["owner"]), id=event["id"])
        for event in ordered
    ]  # fmt: skip
    return subject, "\n".join(lines) + "\n"


def _account(log: AlertLog, plan: "Plan", names: dict[str, str], day: date, failures: dict[str, str]) -> dict[str, Any]:
    """The day as the log knows it: summary, new and open alerts, events; plain values."""
    from brandops.present import formats
    from brandops.present.sentences import alerts as say

    def worded(alert: dict[str, Any]) -> dict[str, Any]:
        return alert | {"text": say.said(alert, plan.currency, names), "limit": say.limit_text(alert, plan.currency)}

    since = day
    if log.state.last_day == day:
        since = log.state.since or day
        known = [alert.as_dict() for alert in log.state.all_alerts()]
        happened = log.events_of(day)
    else:
        events = log.events(day)
        known, happened = _replayed(events), [event for event in events if event["day"] == str(day)]
    open_ = [worded(alert) for alert in known if alert["closed_on"] is None]
    new = [alert for alert in open_ if alert["first_seen"] >= str(since)]  # on days caught up on too, if still open
    critical, grave = (sum(alert["severity"] == "critical" for alert in alerts) for alerts in (new, open_))
    return {
        "profile": log.profile, "day": str(day), "summary": say.summary(len(new), critical, len(open_), formats.day(day), grave),
        "new": new,
        "open": open_, "events": [worded(event) for event in happened],
        "undelivered": {channel: len(waiting) for channel, waiting in sorted(log.state.outbox.items()) if waiting},
        "delivery_failures": failures,
    }  # fmt: skip


def _replayed(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts as they stood after the events; of an open one, the value is that of its last event."""
    alerts: dict[str, dict[str, Any]] = {}
    for event in events:
        alert = alerts.setdefault(event["id"], {**event, "acknowledged_by": None, "acknowledged_on": None, "closed_on": None})
        if event["event"] == "acknowledged":
            alert |= {"acknowledged_by": event["by"], "acknowledged_on": event["day"]}
        else:
            alert |= {"closed_on": event["day"] if event["event"] == "closed" else None, "value": event["value"]}
    return sorted(alerts.values(), key=lambda a: (a["severity"] != "critical", a["first_seen"], a["rule"], a["member"]))


def write_page(watch: Watch, found: dict[str, Any], plan: "Plan", names: dict[str, str]) -> Path:
    """Write the day's page and its JSON to `reports/<profile>/monitor/`; returns the page's path."""
    from brandops.pipeline.render import stylesheet
    from brandops.pipeline.shelf import template
    from brandops.present import formats, html
    from brandops.present.sentences import alerts as say
    from brandops.present.status import Status

    status = {"critical": Status.MISSED, "warning": Status.AT_RISK}

    def what(alert: dict[str, Any]) -> str:
        limit = _("Limit: {limit}").format(limit=alert["limit"])
        return f"{escape(alert['text'])}<small>{escape(limit)} · <code>{escape(alert['id'])}</code></small>"

    def row(alert: dict[str, Any]) -> list[str]:
        taken = alert.get("acknowledged_by")
        return [
            html.badge(status[alert["severity"]], say.severity_name(alert["severity"])), what(alert),
            f'<span class="bo-number">{escape(formats.day(alert["first_seen"]))}</span>', escape(say.member_name(alert["owner"])),
            escape(_("{who}, {day}").format(who=taken, day=formats.day(alert["acknowledged_on"])) if taken else formats.DASH),
        ]  # fmt: skip

    labels = [_("Severity"), _("What"), _("First seen"), _("Owner"), _("Acknowledged")]
    events = [[escape(say.event_name(event["event"])), *row(event | {"acknowledged_by": None})[:2]] for event in found["events"]]
    tables = [
        {"title": _("Open alerts"), "labels": labels, "what": labels[1], "rows": [row(alert) for alert in found["open"]],
         "none": _("None.")},
        {"title": _("What happened on the day"), "labels": [_("Event"), *labels[:2]], "what": labels[1], "rows": events,
         "none": _("Nothing opened, ended or was acknowledged.")},
    ]  # fmt: skip
    worst = (
        Status.MISSED
        if any(a["severity"] == "critical" for a in found["open"])
        else Status.AT_RISK
        if found["open"]
        else Status.MET
    )
    notes = [_("{count} events were not delivered by {channel} and wait for the next run.").format(count=count, channel=channel)
             for channel, count in found["undelivered"].items()]  # fmt: skip
    notes.append(_("To take an alert on: make acknowledge PROFILE={profile} ALERT=… BY=…").format(profile=watch.profile))
    told = [found["summary"], *(alert["text"] for alert in found["new"][:5])]
    text = template("monitor.html").render(
        language=watch.language, words={"title": _("Daily monitoring: {company}").format(company=say.member_name(plan.company))},
        aside=formats.day(found["day"]), style=stylesheet(frame=True), answer=html.callout(told, worst, _("The answer")),
        tables=tables,
        notes=notes,
    )  # fmt: skip
    folder = paths.reports_dir(watch.profile) / "monitor"
    name = found["day"] + ("" if watch.language == "en" else f".{watch.language}")
    write_atomically(folder / f"{name}.html", text)
    write_atomically(folder / f"{name}.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return folder / f"{name}.html"
