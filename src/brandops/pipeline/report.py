"""`make report`: bring all a report reads up to date, run the stale notebooks, render, publish.

A run with nothing to do is decided from digests alone, before any library is imported: `reports/<profile>/
.requests.json` remembers, for each request as it was typed, what the project looked like when it was fulfilled. What
was edited while the report was built may or may not be in it: such a run is not remembered, and the next looks closely.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline import publish
from brandops.pipeline.console import Console
from brandops.pipeline.fingerprint import Fingerprints, combine, interpreter, read_json, write_atomically
from brandops.pipeline.locks import locked
from brandops.pipeline.shelf import write_shelf
from brandops.pipeline.stages import Rooms, Stages, locations, raw_files

if TYPE_CHECKING:
    from brandops.params import Plan
    from brandops.periods import Period

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Request:
    """What was asked for, as it was typed; an empty text is the default."""

    profile: str
    period: str = ""
    language: str = "en"
    as_of: str = ""
    scale: str = "1"
    overrides: dict[str, str] = field(default_factory=dict)
    jobs: int = 1
    wait: bool = True
    engine: str = "duckdb"

    @property
    def key(self) -> str:
        """Digest of what the report depends on; `jobs` and `wait` change nothing in it."""
        return combine(self.profile, self.period, self.language, self.as_of, self.scale, self.overrides, self.engine)


@dataclass(frozen=True)
class Resolved:
    """What the request means, given the data."""

    plan: "Plan"
    period: "Period"
    as_of: date
    name: str


def report(request: Request, console: Console, rooms: Rooms | None = None) -> Path:
    """Build or keep the report; returns the path of its first page.

    Raises
    ------
    UserError
        Bad parameters, unreadable data, a failed notebook. What was published before stays.
    """
    prints = Fingerprints()
    page = unchanged(request, prints)
    if page:
        console.title("nothing to do: the report is up to date")
        publish.forget_failed(page.parent.parent)
        prints.save()
        return page
    rooms = rooms or Rooms.standard()
    _check(request)
    from brandops.pipeline.build import Build
    from brandops.pipeline.workers import start_server

    start_server()  # its libraries load while the data are brought up to date

    stages = Stages(request.profile, prints, console, rooms)
    with locked(stages.data / ".lock", f"data of {request.profile}", console, request.wait) as data_lock:
        written = _written(request.profile, prints)
        found = prepare(request, stages)
        # Others may read the data while the notebooks do. They may also have changed it before the shared lock was
        # granted: then it is brought up to date again.
        data_lock.share()
        while stages.marts_digest(found.as_of) != stages.marts_built:
            data_lock.take()
            written = _written(request.profile, prints)
            found = prepare(request, stages)
            data_lock.share()
        prints.save()
        folder = paths.reports_dir(request.profile) / found.name
        what = f"report {request.profile} {found.name}"
        with locked(folder.parent / f".lock-{found.name}", what, console, request.wait):
            console.title(f"{what}, as of {found.as_of}")
            changed = Build(request, found, stages, folder).run()
            publish.forget_failed(folder)
            write_shelf(request.profile, request.language)
            if not changed:
                console.title("nothing to do: the report is up to date")
            if not _remember(request, found, stages, written):
                console.note("parameters, notebooks, code or data changed while the report was built: run again to have it in full")
    prints.save()
    return folder / "html" / "index.html"


def prepare(request: Request, stages: Stages) -> Resolved:
    """Bring data, warehouse and marts up to date and settle what the request means.

    Raises
    ------
    UserError
        Bad parameters or unreadable data.
    """
    from brandops.params.alerts import load_alerts
    from brandops.params.incentives import load_incentives
    from brandops.params.scenarios import load_scenarios

    generator = load(request, None).generator
    for load_rules in (load_incentives, load_alerts, load_scenarios):
        load_rules(request.profile)
    stages.generate(generator, request.scale)
    stages.ingest()
    found = resolve_request(request, stages.rooms.first_day(request.profile), stages.rooms.latest_day(request.profile))
    stages.marts(found.plan, found.as_of, request.engine)
    return found


def update_data(request: Request, console: Console, rooms: Rooms | None = None) -> None:
    """Bring data, warehouse and marts up to date without running a notebook.

    Raises
    ------
    UserError
        Bad parameters or unreadable data.
    """
    stages = Stages(request.profile, Fingerprints(), console, rooms or Rooms.standard())
    with locked(stages.data / ".lock", f"data of {request.profile}", console, request.wait):
        prepare(request, stages)
    stages.prints.save()


def resolve_request(request: Request, first_day: date | None, latest_day: date | None) -> Resolved:
    """Settle period and as-of date against the data.

    Raises
    ------
    UserError
        No dated row at all; a period that is none or lies outside the data; an as-of date that is none.
    """
    from brandops.periods import Grain, default_period, parse_period

    if first_day is None or latest_day is None:
        raise UserError(f"PROFILE={request.profile}: no dated row in the warehouse; see data/{request.profile}/quarantine")
    fiscal_start = load(request, None).fiscal_year_start
    if request.period:
        period = parse_period(request.period, fiscal_start)
    else:
        period = default_period(Grain.QUARTER, first_day, latest_day, fiscal_start)
    if period.start > latest_day or period.end < first_day:
        latest = default_period(period.grain, first_day, latest_day, fiscal_start)
        raise UserError(
            f"PERIOD={request.period}: outside the data, which run from {first_day} to {latest_day}; the latest is {latest}"
        )
    as_of = min(period.end, latest_day)
    if request.as_of:
        try:
            as_of = date.fromisoformat(request.as_of)
        except ValueError:
            raise UserError(f"AS_OF={request.as_of}: not a date; write {period.end}") from None
        if as_of < period.start:
            raise UserError(f"AS_OF={request.as_of}: before {period} begins on {period.start}")
    cut = f"@{as_of}" if request.as_of and as_of != period.end else ""
    name = f"{period}{cut}" + ("" if request.language == "en" else f".{request.language}")
    return Resolved(load(request, str(period)), period, as_of, name)


def load(request: Request, period: str | None) -> "Plan":
    """The request's plan, for a period where that is settled."""
    from brandops.params import load_plan

    return load_plan(request.profile, period, request.overrides)


def unchanged(request: Request, prints: Fingerprints) -> Path | None:
    """First page of the report where this very request is fulfilled and nothing it read has changed since."""
    entry = read_json(_requests(request.profile)).get(request.key)
    if not entry or _world(request.profile, entry, prints) != entry["world"]:
        return None
    page = paths.reports_dir(request.profile) / entry["report"] / "html" / "index.html"
    return page if page.is_file() else None


def _remember(request: Request, found: Resolved, stages: Stages, written: str) -> bool:
    """Remember the request as fulfilled, unless something it reads is no longer what it was when it was read."""
    prints, sources = stages.prints, locations(request.profile)
    raw = raw_files(request.profile, sources["patterns"], prints)
    if (raw, _written(request.profile, prints)) != (stages.raw_read, written):
        return False
    if not sources["volatile"]:
        entry = {"report": found.name, "as_of": str(found.as_of), "patterns": sources["patterns"]}
        entry["world"] = _world(request.profile, entry, prints)
        known = read_json(_requests(request.profile)) | {request.key: entry}
        write_atomically(_requests(request.profile), json.dumps(dict(sorted(known.items())), indent=1) + "\n")
    return True


def _world(profile: str, entry: dict, prints: Fingerprints) -> str:
    """Digest of all that a report reads, and of the report itself: coarser than the stages, and quick."""
    data = paths.data_dir(profile)
    return combine(
        _written(profile, prints),
        raw_files(profile, entry["patterns"], prints),
        prints.tree(data / "warehouse"),
        prints.tree(data / "marts" / entry["as_of"]),
        prints.tree(paths.reports_dir(profile) / entry["report"]),
        prints.file(data / "closed" / f"{entry['report']}.json"),
    )


def _written(profile: str, prints: Fingerprints) -> str:
    """Digest of what people write: parameters, notebooks, code and the lock."""
    root = paths.root()
    return combine(
        interpreter(),
        prints.file(root / "requirements.lock"),
        prints.file(root / "params" / "_brand.yml"),
        prints.tree(paths.params_dir(profile)),
        prints.package(),
        {Path(path).name: digest for path, digest in prints.files([str(root / "notebooks" / "*.ipynb")]).items()},
    )


def _requests(profile: str) -> Path:
    return paths.reports_dir(profile) / ".requests.json"


def _check(request: Request) -> None:
    if request.language not in LANGUAGES:
        raise UserError(f"REPORT_LANGUAGE={request.language}: not supported; allowed: {', '.join(LANGUAGES)}")
