"""What is done with whole reports: building several, comparing two, closing one and verifying it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline import closing
from brandops.pipeline.compare import CLOSED, Side, compare
from brandops.pipeline.compare_page import write_comparison
from brandops.pipeline.console import Console
from brandops.pipeline.report import Request, report
from brandops.pipeline.stages import Rooms


def reports(request: Request, periods: list[str], console: Console, rooms: Rooms | None = None) -> Iterator[Path]:
    """Build the report of each period in turn; yields each first page as it is published.

    Raises
    ------
    UserError
        No period is given, one is given twice, or a report cannot be built; those before it stay published.
    """
    if not periods:
        raise UserError('PERIODS is empty; write PERIODS="2025Q1 2025Q2 2025Q3 2025Q4"')
    twice = sorted({period for period in periods if periods.count(period) > 1})
    if twice:
        raise UserError(f"PERIODS: {', '.join(twice)} is given twice")
    for period in periods:
        yield report(replace(request, period=period), console, rooms)


def compare_reports(request: Request, a: str, b: str, console: Console, rooms: Rooms | None = None) -> Path:
    """Bring both reports up to date and write how they differ; returns the page.

    Raises
    ------
    UserError
        `a` or `b` is missing or no period, both are the same, one is not closed, or a report cannot be built.
    """
    for name, text in (("A", a), ("B", b)):
        if not text:
            raise UserError(f"{name} is empty; write A=2025Q3 B=2025Q4, or A=2025Q4{CLOSED} B=2025Q4")
    if a == b:
        raise UserError(f"A={a} B={b}: the same report")
    sides = (_side(request, a, console, rooms), _side(request, b, console, rooms))
    return write_comparison(request.profile, compare(*sides), sides, request.language)


def close(request: Request, restate: bool, console: Console, rooms: Rooms | None = None) -> Path:
    """Bring the report up to date and freeze it; returns the closing record.

    Raises
    ------
    UserError
        The report cannot be built, or was closed with other results and `restate` is not given.
    """
    name = _name(report(request, console, rooms))
    aside = closing.reopen(request.profile, name) if restate else None
    try:
        if aside:
            # The pages are built anew without the notice that they differ from what was closed before.
            report(request, console, rooms)
        path, written = closing.close_report(request.profile, name)
    except BaseException:
        if aside:
            aside.replace(closing.closed_folder(request.profile) / f"{name}.json")
        raise
    if aside:
        aside.unlink()
    console.title(f"closed {request.profile} {name}" if written else f"{request.profile} {name} is closed as it is")
    return path


def verify(request: Request, console: Console) -> None:
    """Rebuild a closed report from what was frozen.

    Raises
    ------
    UserError
        PERIOD is not given, the report is not closed, or it does not come out the same.
    """
    if not request.period:
        raise UserError("PERIOD is empty; write the period that was closed, such as PERIOD=2025Q4")
    cut = f"@{request.as_of}" if request.as_of else ""
    name = f"{request.period}{cut}" + ("" if request.language == "en" else f".{request.language}")
    with console.running("verify", f"{request.profile} {name}"):
        count = closing.verify_report(request.profile, name)
    console.title(f"verified {request.profile} {name}: all {count} files come out byte for byte as they were closed")


def _side(request: Request, text: str, console: Console, rooms: Rooms | None) -> Side:
    if text.endswith(CLOSED):
        suffix = "" if request.language == "en" else f".{request.language}"
        return closing.closed_side(request.profile, text.removesuffix(CLOSED) + suffix)
    return closing.report_side(request.profile, _name(report(replace(request, period=text), console, rooms)))


def _name(page: Path) -> str:
    """Name of the report a first page belongs to."""
    return page.relative_to(paths.reports_dir(page.parents[2].name)).parts[0]
