"""Which files a source consists of: paths resolved, contents hashed, file names read for what they replace."""

import hashlib
import importlib.util
import itertools
import json
import os
import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from glob import glob
from pathlib import Path

from brandops.errors import UserError
from brandops.params.sources import Source
from brandops.paths import data_dir, root

_SETTLED_NS = 2_000_000_000
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class File:
    """One file of a source.

    Attributes
    ----------
    shown
        Its name in the warehouse: relative to the profile's data folder, else the bare file name.
    group
        What it is a version of (value of the `replaces` group); None where versions are not declared.
    received
        Day the version arrived, from the file name.
    known_from, known_to
        Day from which it is known (None: always) and from which another version replaces it (None: in force).
    superseded_by
        Shown name of that other version.
    same_as
        Shown name of the file of the source that this one repeats, byte for byte.
    """

    path: Path
    shown: str
    hash: str
    group: str | None = None
    received: date | None = None
    known_from: date | None = None
    known_to: date | None = None
    superseded_by: str | None = None
    same_as: str | None = None


def expand(text: str, where: str) -> str:
    """Replace `${NAME}` by the environment variable.

    Raises
    ------
    UserError
        If it is not set; names the variable, never a value.
    """

    def value(match: re.Match) -> str:
        given = os.environ.get(match[1])
        if not given:
            raise UserError(f"{where}: the environment variable {match[1]} is not set; set it, e.g. {match[1]}=...")
        return given

    return _VARIABLE.sub(value, text)


def find(pattern: str, profile: str, where: str) -> list[Path]:
    """Files a `path` stands for, sorted: a glob in the data folder, `${DIR}/...`, or `package:name/file`.

    Raises
    ------
    UserError
        If nothing matches, the variable is not set, or the package is not installed.
    """
    if pattern.startswith("package:"):
        package, _, inner = pattern.removeprefix("package:").partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise UserError(f"{where}: the Python package {package} is not installed; run: pip install {package}")
        base, pattern = Path(next(iter(spec.submodule_search_locations))), inner
    else:
        # What a variable gives is relative to the project, where make is called: IOWA_DIR=../shared/data/iowa.
        base, pattern = root() if pattern.startswith("${") else data_dir(profile), expand(pattern, where)
    found = sorted(Path(match) for match in glob(str(base / pattern), recursive=True))  # noqa: PTH207 - the pattern may be absolute
    files = [path for path in found if path.is_file()]
    if not files:
        raise UserError(f"{where}: no file matches {pattern} in {base}")
    return files


def shown_name(path: Path, profile: str) -> str:
    """Name of a file in warehouse and messages: the same on every machine."""
    base = data_dir(profile)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name


class Hashes:
    """SHA-256 of file contents, remembered so that unchanged files cost nothing.

    A file counts as unchanged where size, modification and change time and inode are: a copy that keeps the modification
    time is noticed too. Whatever changed within the clock's granularity before it was read is read again.
    """

    def __init__(self, cache: Path):
        self._cache = cache
        try:
            self._known: dict[str, list] = json.loads(cache.read_text())
        except (OSError, ValueError):
            self._known = {}
        self._used: dict[str, list] = {}

    def of(self, path: Path) -> str:
        """Hexadecimal SHA-256 of the file's content."""
        try:
            status = path.stat()
            # By its digest: the path of a database comes from the environment and is not written anywhere.
            key = hashlib.sha256(str(path).encode()).hexdigest()
            stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
            known = self._known.get(key)
            if known is None or known[:-1] != stamp:
                settled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS
                with path.open("rb") as stream:
                    known = [*stamp, hashlib.file_digest(stream, "sha256").hexdigest()]
                if not settled:
                    return known[-1]
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from None
        self._used[key] = self._known[key] = known
        return known[-1]

    def save(self) -> None:
        """Remember the hashes asked for."""
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        self._cache.write_text(json.dumps(self._used, sort_keys=True))


def files_of(source: Source, paths: Iterable[Path], profile: str, hashes: Hashes) -> list[File]:
    """The files of a source with their hashes, versions and repeats; versions of one thing stand together.

    Raises
    ------
    UserError
        If a file name does not match `file_date`, or two versions cannot be put in order.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        files = list(pool.map(lambda path: _described(source, path, profile, hashes), paths))
    seen: dict[str, File] = {}
    for position, file in enumerate(files):
        first = seen.setdefault(file.hash, file)
        # Among versions of one thing the day of arrival decides: see _in_force.
        if first is not file and (source.replaces is None or first.group != file.group):
            files[position] = replace(file, same_as=first.shown)
    if source.replaces is None:
        return files
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(file.group, []).append(file)
    return [file for versions in groups.values() for file in _in_force(source, versions)]


def _described(source: Source, path: Path, profile: str, hashes: Hashes) -> File:
    shown = shown_name(path, profile)
    group = received = None
    if source.file_date is not None:
        match = re.search(source.file_date, path.name)
        if match is None:
            raise UserError(f"{source.name}: {shown}: the file name does not match file_date {source.file_date!r}")
        named = match.groupdict()
        group = named.get(source.replaces) if source.replaces else None
        if source.replaces and group is None:
            raise UserError(f"{source.name}: {shown}: the file name gives no {source.replaces!r}")
        received = _day(named.get("received"), source, shown)
    return File(path, shown, hashes.of(path), group, received)


def _day(text: str | None, source: Source, shown: str) -> date | None:
    if text is None:
        return None
    digits = re.sub(r"\D", "", text)
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        raise UserError(f"{source.name}: {shown}: received {text!r} is not a day, e.g. 20250115") from None


def _in_force(source: Source, versions: list[File]) -> list[File]:
    """Versions in order of arrival with the days between which each was the one in force.

    A repeat of the version before it replaces nothing: all its rows go to quarantine. A repeat of an older one takes a
    correction back.
    """
    repeats, ordered = [file for file in versions if file.same_as is not None], []
    for file in sorted((f for f in versions if f.same_as is None), key=lambda f: (f.received or date.min, f.shown)):
        if ordered and ordered[-1].hash == file.hash:
            repeats.append(replace(file, same_as=ordered[-1].shown))
        else:
            ordered.append(file)
    for earlier, later in itertools.pairwise(ordered):
        if earlier.received == later.received:
            raise UserError(
                f"{source.name}: {earlier.shown} and {later.shown} are both {source.replaces} {later.group}, received "
                f"{later.received or 'on no stated day'}; keep one, or name the day the later one was received"
            )
    dated = []
    for position, file in enumerate(ordered):
        after = ordered[position + 1] if position + 1 < len(ordered) else None
        dated.append(
            replace(
                file,
                known_from=file.received if position else None,
                known_to=after.received if after else None,
                superseded_by=after.shown if after else None,
            )
        )
    return [*dated, *repeats]
