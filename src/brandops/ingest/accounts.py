"""What an ingestion comes to: per source and file rows in, loaded and quarantined, as the manifest has it."""

from collections import Counter

from brandops.ingest.files import File
from brandops.ingest.keys import Outcome
from brandops.ingest.manifest import FileAccount, SourceAccount, Stored
from brandops.ingest.parts import Part
from brandops.ingest.staged import Staged
from brandops.params.sources import Source

Plan = list[tuple[Source, list[File]]]
ByFile = dict[tuple[str, str], Staged]
Tables = dict[str, tuple[Outcome, list[Part]]]


def account_sources(plan: Plan, staged: ByFile, tables: Tables) -> list[SourceAccount]:
    """The accounts of all sources, given their staged files (by source and shown name) and finished tables."""
    stored: dict[tuple[str, str], list[Stored]] = {}
    broken: dict[tuple[str, str], Counter] = {}
    for outcome, parts in tables.values():
        for part, held, rules in zip(parts, outcome.stored, outcome.rules, strict=True):
            key = part.source.name, part.file.shown
            stored.setdefault(key, []).extend(held)
            broken.setdefault(key, Counter()).update(rules)
    accounts = []
    for source, files in plan:
        keys = [(source.name, file.shown) for file in files]
        lines = [
            _file(file, staged[key], stored.get(key, []), broken.get(key, Counter())) for file, key in zip(files, keys, strict=True)
        ]
        for line in lines:
            if line.rows_in != line.loaded + line.quarantined:
                raise AssertionError(f"{source.name}: {line.file}: rows in are not loaded + quarantined: {line}")
        totals = (sum(getattr(line, name) for line in lines) for name in ("rows_in", "loaded", "quarantined"))
        formats: Counter = Counter()
        for line in lines:
            for column, label, values, _month in line.conversions:
                formats[column, label] += values
        met = [[column, label, formats[column, label]] for column, label in sorted(formats)]
        accounts.append(
            SourceAccount(source.name, source.table, source.kind, source.owner, *totals, met, lines, source.fresh_within_days)
        )
    return accounts


def _file(file: File, own: Staged, stored: list[Stored], broken: Counter) -> FileAccount:
    """One file's account, as it stands at its end."""
    rules = dict(sorted((Counter(own.rules) + broken).items()))
    since, until = (day and day.isoformat() for day in (file.known_from, file.known_to))
    now = [each for each in stored if each.known_to == until]
    return FileAccount(
        file.shown, file.hash, own.rows_in, sum(each.rows for each in now), sum(rules.values()), rules,
        min((each.first_day for each in now if each.first_day), default=None),
        max((each.last_day for each in now if each.last_day), default=None),
        since, until, file.superseded_by, own.footer, stored, own.conversions,
    )  # fmt: skip
