"""`make stream`: files that land in the raw folders are taken into warehouse and marts, each exactly once.

Every batch is an ordinary run of ingestion and marts, and both replace what they wrote by one rename: a run that is
killed leaves the state before it, and the next does its work again with the same outcome. A file is known by the digest
of its content, so one that is seen twice counts once. What a stream has made is therefore, byte for byte, what a batch
build of the same files makes (`tests/pipeline/test_stream.py` kills it everywhere).

Locally the folders are watched; with ENGINE=pyspark, Spark Structured Streaming finds the files and keeps its own account
of them in a checkpoint, which may run ahead of nothing: its batches are done before they are noted.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline.console import Console
from brandops.pipeline.fingerprint import Fingerprints
from brandops.pipeline.locks import locked
from brandops.pipeline.report import Request, load
from brandops.pipeline.stages import Rooms, Stages
from brandops.pipeline.watch import counts, watched

_SETTLED_MS = 1_000  # files that land together are taken together
_LOOK_EVERY = "2 seconds"
_RECORD = "stream"
_FILES = "path STRING, modificationTime TIMESTAMP, length BIGINT, content BINARY"  # what Spark reads of a file of any kind


def keep_streaming(request: Request, console: Console, *, once: bool = False, rooms: Rooms | None = None) -> None:
    """Take in what is there, then every new file, until interrupted; with `once`, end when there is nothing new.

    Marts are those known on the last day with sales (or on AS_OF), and replace the ones the stream made before. A file that
    cannot be read is reported and the stream goes on: warehouse and marts stay as they were until it is mended.

    Raises
    ------
    UserError
        `once`, and the data cannot be taken in.
    """
    rooms = rooms or Rooms.standard()

    def take() -> None:
        try:
            take_in(request, console, rooms)
        except UserError as error:
            if once:
                raise
            console.error(str(error))
            console.note("warehouse and marts stay as they were; the stream goes on")

    take()
    if request.engine == "pyspark":
        _spark_batches(request.profile, take, once)
    elif not once:
        _watched_batches(request.profile, take)


def take_in(request: Request, console: Console, rooms: Rooms) -> date:
    """One batch: bring warehouse and marts up to date with the raw files; returns the day the marts are known on."""
    stages = Stages(request.profile, Fingerprints(), console, rooms)
    with locked(stages.data / ".lock", f"data of {request.profile}", console, request.wait):
        plan = load(replace(request, period=""), None)
        stages.generate(plan.generator, request.scale)
        stages.ingest()
        day = _day(request.as_of) or rooms.latest_day(request.profile)
        if day is None:
            raise UserError(f"PROFILE={request.profile}: no dated row in the warehouse; see data/{request.profile}/quarantine")
        earlier = _claim(stages, day)
        stages.marts(plan, day, request.engine)
        _forget(stages, earlier)
    stages.prints.save()
    return day


def _claim(stages: Stages, day: date) -> list[str]:
    """Note that the stream makes the marts of `day`, where nobody else has; returns the earlier days it made them of."""
    made = stages.recorded(_RECORD).get("days", [])
    if str(day) not in made and not (stages.data / "marts" / str(day)).is_dir():
        made = [*made, str(day)]
        stages.record(_RECORD, {"days": made})
    return [earlier for earlier in made if earlier != str(day)]


def _forget(stages: Stages, earlier: list[str]) -> None:
    """Remove the marts of earlier days that the stream made; those of a report stay."""
    if earlier:
        for day in earlier:
            shutil.rmtree(stages.data / "marts" / day, ignore_errors=True)
        kept = [day for day in stages.recorded(_RECORD)["days"] if day not in earlier]
        stages.record(_RECORD, {"days": kept})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"AS_OF={text}: not a date, such as 2025-12-31") from None


def _folders(profile: str) -> list[Path]:
    """Folders the profile's raw files lie in: its data folder, and what else its sources name."""
    root, data = paths.root().resolve(), paths.data_dir(profile).resolve()
    return [folder for folder in watched(profile) if folder == data or not folder.is_relative_to(root)]


def _watched_batches(profile: str, take: Callable[[], None]) -> None:
    from watchfiles import watch

    root, ready = paths.root().resolve(), False
    for changed in watch(*_folders(profile), watch_filter=lambda change, path: counts(change, Path(path), root, profile),
                         debounce=_SETTLED_MS, yield_on_timeout=True, rust_timeout=_SETTLED_MS):  # fmt: skip
        # Once more when the watch has begun: a file may have landed in between.
        if changed or not ready:
            ready = True
            take()


def _spark_batches(profile: str, take: Callable[[], None], once: bool) -> None:
    """Have Spark Structured Streaming watch the raw folders; a batch that was cut short is run again."""
    from brandops.warehouse import spark

    session, data = spark.session(), paths.data_dir(profile)
    places = [data / "raw" if folder == data.resolve() else folder for folder in _folders(profile)]

    def batch(files: Any, _number: int) -> None:
        files.count()
        take()

    queries = []
    for number, place in enumerate(place for place in places if place.is_dir()):
        reading = session.readStream.format("binaryFile").schema(_FILES).option("recursiveFileLookup", "true")
        names = reading.load(str(place)).select("path")  # names alone: contents are not read
        writing = names.writeStream.foreachBatch(batch).option("checkpointLocation", str(data / ".cache" / f"stream-{number}"))
        queries.append((writing.trigger(availableNow=True) if once else writing.trigger(processingTime=_LOOK_EVERY)).start())
    try:
        for query in queries:
            query.awaitTermination()
    finally:
        for query in queries:
            query.stop()
