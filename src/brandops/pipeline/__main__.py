"""The pipeline's command line; `make` is its usual caller and hands its variables over in the environment."""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline.console import Console
from brandops.pipeline.hints import hint
from brandops.warehouse import ENGINES

_NAME = re.compile(r"[a-z][a-z0-9_]*")
VARIABLES = (
    "PROFILE", "PERIOD", "REPORT_LANGUAGE", "AS_OF", "SCALE", "SET", "JOBS", "WAIT", "NAME", "PYTHON", "PORT",
    "DATE", "ALERT", "BY", "PERIODS", "A", "B", "RESTATE",
    "ENGINE", "SPARK_MASTER", "LINES",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run a command; returns the exit status: 0 done, 1 an error the user can mend, 130 interrupted; `monitor` has its own."""
    given, console = _parser(environment).parse_args(arguments), Console()
    try:
        check_variables(environment)
        status = given.command(given, console)
    except UserError as error:
        console.error(str(error))
        return 1
    except KeyboardInterrupt:
        console.error("interrupted; the last published report is as it was")
        return 130
    return status or 0


def check_variables(environment: Mapping[str, str]) -> None:
    """Refuse a variable on make's command line that nothing reads: `PERIODD=2025Q4` would go unnoticed.

    Raises
    ------
    UserError
        It is neither the Makefile's nor named as ${NAME} in a profile's sources.yml.
    """
    # Make hands its command line over as "flags -- NAME=value NAME=value"; a space in a value is escaped.
    _, _, overrides = f" {environment.get('MAKEFLAGS', '')}".partition(" -- ")
    given = [part.partition("=")[0] for part in re.split(r"(?<!\\)\s+", overrides) if "=" in part]
    unknown = [name for name in given if name not in VARIABLES and not name.startswith("BRANDOPS_")]
    if not unknown:
        return
    texts = [path.read_text(encoding="utf-8") for path in sorted((paths.root() / "params").glob("*/sources.yml"))]
    allowed = [*VARIABLES, *sorted({name for text in texts for name in re.findall(r"\$\{(\w+)\}", text)})]
    for name in unknown:
        if name not in allowed:
            raise UserError(f"{name}: no such variable{hint(name, allowed)}")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m brandops.pipeline", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        added.set_defaults(command=function)
        return added

    def option(to: argparse.ArgumentParser, name: str, variable: str, default: str, text: str) -> None:
        to.add_argument(name, default=environment.get(variable) or default, help=f"{text} (variable {variable})")

    for name, function, text in (
        ("report", _report, "build a report, or keep it where nothing changed"),
        ("data", _data, "bring data, warehouse and marts up to date"),
        ("reports", _reports, "build the reports of several periods"),
        ("compare", _compare, "which figures differ between two reports, by how much and why"),
        ("close", _close, "freeze a report with all it was made of"),
        ("verify", _verify, "rebuild a closed report and prove that it comes out the same"),
        ("watch", _watch, "build the report at every change and refresh the page open in a browser"),
        ("stream", _stream, "keep warehouse and marts up to date as new files land in the raw folders"),
    ):
        added = command(name, function, text)
        option(added, "--profile", "PROFILE", "demo", "folder under params/")
        option(added, "--period", "PERIOD", "", "2025, 2025Q4, 2025-11, 2025-W47; default: the latest complete quarter")
        option(added, "--language", "REPORT_LANGUAGE", "en", "en or zh")
        option(added, "--as-of", "AS_OF", "", "day the report's knowledge ends; default: the period's end")
        option(added, "--scale", "SCALE", "1", "size of generated data")
        option(added, "--set", "SET", "", "plan values, such as targets.sales_growth=0.12")
        option(added, "--jobs", "JOBS", "", "notebooks run at once; default: one per processor")
        option(added, "--wait", "WAIT", "1", "0: refuse instead of waiting for another run")
        if name == "reports":
            option(added, "--periods", "PERIODS", "", 'such as "2025Q1 2025Q2 2025-11 2025"')
        if name == "compare":
            option(added, "--a", "A", "", "period of the one report; 2025Q4@closed is what was closed")
            option(added, "--b", "B", "", "period of the other report")
        if name == "close":
            option(added, "--restate", "RESTATE", "", "1: close anew a report that was closed with other results")
        option(added, "--engine", "ENGINE", "duckdb", "what makes the marts: duckdb, or pyspark at SPARK_MASTER")
        if name == "stream":
            added.add_argument("--once", action="store_true", help="take in what is there and end")
        if name == "watch":
            option(added, "--port", "PORT", "8010", "port of this machine to show the pages at; 0: any that is free")
    added = command("new-profile", _new_profile, "write a commented skeleton of a company's parameters")
    option(added, "--name", "NAME", "", "the profile's name")
    added = command("monitor", _monitor, "evaluate the alert rules on a day; exits 0 quiet, 2 new critical alert, 1 could not run")
    option(added, "--profile", "PROFILE", "demo", "folder under params/")
    option(added, "--date", "DATE", "", "day to evaluate; default: the last with sales")
    option(added, "--language", "REPORT_LANGUAGE", "en", "en or zh")
    option(added, "--scale", "SCALE", "1", "size of generated data")
    option(added, "--wait", "WAIT", "1", "0: refuse instead of waiting for another run")
    added = command("acknowledge", _acknowledge, "take an alert on")
    option(added, "--profile", "PROFILE", "demo", "folder under params/")
    option(added, "--alert", "ALERT", "", "the alert's id, as the day's page and the log have it")
    option(added, "--by", "BY", "", "who takes it on")
    command("lab", _lab, "open JupyterLab on the notebooks")
    return parser


def _profile(given: argparse.Namespace) -> str:
    if not _NAME.fullmatch(given.profile):
        raise UserError(f"PROFILE={given.profile}: not a profile's name (lower-case letters, digits, underscores)")
    return given.profile


def _request(given: argparse.Namespace) -> object:
    from brandops.pipeline.report import Request

    _profile(given)
    if given.engine not in ENGINES:
        raise UserError(f"ENGINE={given.engine}: not an engine of the marts; allowed: {', '.join(ENGINES)}")
    return Request(
        given.profile, given.period, given.language, given.as_of, given.scale, _overrides(given.set),
        _parallel(given.jobs), given.wait != "0", given.engine,
    )  # fmt: skip


def _print_path(path: Path) -> None:
    print(os.path.relpath(path) if path.is_relative_to(Path.cwd()) else path)


def _report(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.report import report

    page = report(_request(given), console)
    sys.stderr.flush()
    _print_path(page)


def _reports(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.several import reports

    sys.stderr.flush()
    for page in reports(_request(given), given.periods.split(), console):
        _print_path(page)


def _compare(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.several import compare_reports

    page = compare_reports(_request(given), given.a, given.b, console)
    _print_path(page)


def _close(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.several import close

    if given.restate not in ("", "0", "1"):
        raise UserError(f"RESTATE={given.restate}: 1 or nothing")
    record = close(_request(given), given.restate == "1", console)
    _print_path(record)


def _verify(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.several import verify

    verify(_request(given), console)


def _watch(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.watch import keep_watch

    _request(given)  # refuses what no build could mend
    if not re.fullmatch(r"\d{1,5}", given.port):
        raise UserError(f"PORT={given.port}: not a port")
    names = ("profile", "period", "language", "as_of", "scale", "set", "jobs", "wait", "engine")
    options = [f"--{name.replace('_', '-')}={getattr(given, name)}" for name in names]
    keep_watch(given.profile, options, int(given.port), console)


def _data(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.report import update_data

    update_data(_request(given), console)


def _monitor(given: argparse.Namespace, console: Console) -> int:
    from brandops.pipeline.monitor import Watch, monitor

    return monitor(Watch(_profile(given), given.date, given.language, given.scale, given.wait != "0"), console)


def _acknowledge(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.monitor import acknowledge

    acknowledge(_profile(given), given.alert, given.by, console)


def _stream(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.stream import keep_streaming

    keep_streaming(_request(given), console, once=given.once)


def _new_profile(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.newprofile import write_profile

    folder = write_profile(given.name)
    console.step("profile", f"{os.path.relpath(folder, paths.root())}: fill in plan.yml and sources.yml")


def _lab(given: argparse.Namespace, console: Console) -> None:
    from brandops.pipeline.lab import open_lab

    open_lab()


def _overrides(text: str) -> dict[str, str]:
    """`a.b=1 c='x y'` as a mapping.

    Raises
    ------
    UserError
        A part without `=`, an unclosed quotation, a key given twice.
    """
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise UserError(f"SET={text}: {error}") from None
    found: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not key or not equals:
            raise UserError(f"SET: {part}: not of the form key=value, such as targets.sales_growth=0.12")
        if key in found:
            raise UserError(f"SET: {key} is given twice")
        found[key] = value
    return found


def _parallel(text: str) -> int:
    """Number of notebooks at once; by default one per processor this process may use.

    Raises
    ------
    UserError
        Where it is not a whole number from 1.
    """
    if not text:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not re.fullmatch(r"[1-9]\d*", text):
        raise UserError(f"JOBS={text}: not a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
