"""What a file, a folder or a Python module *is*: digests of content, cheap the second time.

Staleness is decided by content, never by time stamps: touching a file rebuilds nothing, editing it rebuilds what reads
it. File digests are remembered by size, modification and change time, so that an unchanged project is checked without
reading it. Only the standard library is imported: this is all a run with nothing to do needs.
"""

import ast
import hashlib
import importlib.util
import json
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from brandops import paths

_SOURCE = Path(__file__).resolve().parents[2]
# A file changed within the clock's granularity after it was read has the same stamp: such an entry is not trusted.
_SETTLED_NS = 2_000_000_000
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def combine(*parts: object) -> str:
    """Digest of values that JSON can write, in their order."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Fingerprints:
    """Digests of files, folders and modules, with a memory in `.cache/fingerprints.json`."""

    def __init__(self, memory: Path | None = None) -> None:
        self._path = memory or paths.root() / ".cache" / "fingerprints.json"
        self._known: dict[str, list] = read_json(self._path).get("files", {})
        self._changed = False

    def file(self, path: Path) -> str:
        """SHA-256 of a file's content; `absent` where there is none."""
        return self._entry(path)[1]

    def tree(self, folder: Path, skip: Iterable[str] = ("__pycache__", ".ipynb_checkpoints")) -> dict[str, str]:
        """Relative path to digest of every file below `folder`, sorted; empty where there is no folder."""
        skipped, found = set(skip), {}
        for here, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name not in skipped)
            for name in files:
                path = Path(here, name)
                found[path.relative_to(folder).as_posix()] = self.file(path)
        return dict(sorted(found.items()))

    def package(self, part: str = "") -> dict[str, str]:
        """Relative path to digest of the project's own files: all of the package, or those of a folder of it."""
        return self.tree(_SOURCE / "brandops" / part)

    def files(self, patterns: Iterable[str]) -> dict[str, str]:
        """Path to digest of the files the resolved glob `patterns` match, sorted."""
        matched: set[Path] = set()
        for pattern in patterns:
            absolute = Path(pattern)
            below = absolute.relative_to(absolute.anchor)
            matched.update(path for path in Path(absolute.anchor).glob(str(below)) if path.is_file())
        return {str(path): self.file(path) for path in sorted(matched)}

    def code(self, *modules: str) -> str:
        """Digest of the project's modules `modules` and of all they import, and of the assets beside them."""
        return combine(self.closure(*modules))

    def closure(self, *modules: str) -> dict[str, str]:
        """Source file to digest: the modules, the project's modules they import, transitively, and their assets.

        Imports are read from the syntax tree, those inside functions included. A package brings the `assets` folder
        beside it along.
        """
        found, waiting = {}, list(modules)
        while waiting:
            for path in _module_files(waiting.pop()):
                name = path.relative_to(_SOURCE).as_posix()
                if name in found:
                    continue
                _, found[name], imports = self._entry(path)
                waiting.extend(imports or [])
                assets = path.parent / "assets"
                found.update({f"{path.parent.name}/assets/{k}": v for k, v in self.tree(assets).items()})
        return dict(sorted(found.items()))

    def notebook_imports(self, path: Path) -> list[str]:
        """Modules of the project that a notebook's code cells import."""
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        lines = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found = {name for text in lines for name in project_imports(_without_magics(text))}
        return sorted(found)

    def save(self) -> None:
        """Write the memory, if it grew."""
        if self._changed:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            kept = {name: entry for name, entry in sorted(self._known.items()) if Path(name).exists()}
            write_atomically(self._path, json.dumps({"files": kept}))
            self._changed = False

    def _entry(self, path: Path) -> tuple[list, str, list[str] | None]:
        try:
            stat = path.stat()
        except OSError:
            return [], "absent", None
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        known = self._known.get(str(path))
        if known and known[0] == stamp:
            return stamp, known[1], known[2]
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        imports = None
        if path.suffix == ".py":
            imports = project_imports(path.read_text(encoding="utf-8"), _module_name(path))
        if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > _SETTLED_NS:
            self._known[str(path)] = [stamp, digest, imports]
            self._changed = True
        return stamp, digest, imports


def project_imports(text: str, module: str = "") -> list[str]:
    """Modules of the project a Python source imports, sorted; a source that does not parse imports nothing."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return sorted(name for name in found if name.split(".")[0] == "brandops")


def resolve(pattern: str, data_folder: Path) -> str | None:
    """Absolute glob of a source's location; None where a variable it names is not set.

    A location is relative to the profile's data folder, absolute, starts with `${VARIABLE}` (relative to the project),
    or is `package:<name>/<path>` for data files inside an installed Python package.
    """
    if pattern.startswith("package:"):
        name, _, inside = pattern.removeprefix("package:").partition("/")
        spec = importlib.util.find_spec(name)
        return str(Path(spec.origin).parent / inside) if spec and spec.origin else None
    missing = [name for name in _VARIABLE.findall(pattern) if not os.environ.get(name)]
    if missing:
        return None
    base = paths.root() if pattern.startswith("${") else data_folder
    return str(base / _VARIABLE.sub(lambda match: os.environ[match[1]], pattern))


def interpreter() -> str:
    """What runs the code: the Python version and the installed lock."""
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a killed run, sees the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def read_json(path: Path) -> dict:
    """Content of a JSON file of the pipeline's own; empty where it is absent or was cut short."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _module_files(module: str) -> list[Path]:
    """Files that importing `module` runs: its packages' `__init__.py` and the module itself."""
    parts, found, here = module.split("."), [], _SOURCE
    for part in parts:
        if (here / f"{part}.py").is_file():
            found.append(here / f"{part}.py")
            break
        here = here / part
        if not (here / "__init__.py").is_file():
            break
        found.append(here / "__init__.py")
    return found


def _module_name(path: Path) -> str:
    """Dotted name of a source file; a package's own file keeps `__init__`, from which relative imports resolve."""
    return ".".join(path.relative_to(_SOURCE).with_suffix("").parts) if path.is_relative_to(_SOURCE) else path.stem


def _without_magics(text: str) -> str:
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines())
