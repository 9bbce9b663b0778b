"""One report's notebooks and pages: which are stale, run them, render, assemble, publish.

A notebook is stale when its source, the project code it imports, its parameters, the marts, the plan, the brand, the
language or the installed packages differ from what its last run had; one marked `reads_results` also when another
notebook's results differ. What is not stale is carried over from the published report.
"""

import json
import math
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brandops import paths
from brandops.errors import UserError
from brandops.pipeline import publish
from brandops.pipeline.closing import log_restatement, restated
from brandops.pipeline.compare import Comparison
from brandops.pipeline.compare_page import restated_sentences
from brandops.pipeline.execute import BUILD_FOLDER, Job, Outcome
from brandops.pipeline.fingerprint import combine, interpreter, read_json
from brandops.pipeline.parameters import check_names, given
from brandops.pipeline.provenance import RENDERER, collect
from brandops.pipeline.shelf import SCRIPT

if TYPE_CHECKING:
    from brandops.pipeline.report import Request, Resolved
from brandops.pipeline.stages import Stages
from brandops.pipeline.workers import run

OVERRIDES = "BRANDOPS_OVERRIDES"
_PARTS = ("notebooks", "results", "tables")
READ_TABLES = "read_tables"  # where a notebook that reads results finds the others' tables


class Build:
    """The building of one report; the caller holds the report's lock."""

    def __init__(self, request: "Request", found: "Resolved", stages: "Stages", folder: Path) -> None:
        self.request, self.found, self.stages, self.folder = request, found, stages, folder
        self.prints, self.console, self.rooms = stages.prints, stages.console, stages.rooms
        self.published = self._intact(read_json(folder / publish.RECORD))
        self.sources = {path.stem: path for path in sorted((paths.root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
        self.record: dict[str, Any] = {}
        self.ran = False
        self.differing: Comparison | None = None

    def run(self) -> bool:
        """Bring the report up to date; False where nothing was to do.

        Raises
        ------
        UserError
            A notebook failed, or its parameters do not fit; the published report stays as it was.
        """
        parameters = self._parameters()
        self.scratch = publish.scratch_folder(self.folder)
        try:
            return self._run(parameters)
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _run(self, parameters: dict[str, dict]) -> bool:
        readers = [name for name in self.sources if _reads_results(self.sources[name])]
        others = [name for name in self.sources if name not in readers]
        self._execute({name: self._key(name, parameters[name], None) for name in others}, parameters)
        # One after the other, the overview last: it opens the report and reads what all others say, the summary among them.
        for name in sorted(readers, key=lambda name: (name.startswith("00_"), name)):
            stated = self.prints.tree(self.scratch / "results") | self.prints.tree(self.scratch / "tables")
            self._execute({name: self._key(name, parameters[name], stated)}, parameters)
        if not self.ran:
            self.console.unchanged("notebooks")
        rendered = self._render()
        before = read_json(self.folder / publish.RECORD)
        record = {
            "profile": self.request.profile,
            "period": str(self.found.period),
            "days": self.found.period.days,
            "as_of": self.found.as_of.isoformat(),
            "language": self.request.language,
            "set": self.request.overrides,
            **self.record,
        }
        # A notebook that ran to mend a damaged report gives the record there was, and must be published all the same.
        if before == record | {"summary": before.get("summary")} and not rendered and not self.ran:
            return False
        record["summary"] = self.rooms.summarise(self.scratch / "results")
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        (self.scratch / publish.RECORD).write_text(text, encoding="utf-8")
        shutil.rmtree(self.scratch / ".work", ignore_errors=True)
        publish.publish(self.scratch, self.folder)
        self.console.step("publish", os.path.relpath(self.folder, paths.root()))
        if self.differing:
            log = log_restatement(self.request.profile, self.found.name, self.differing)
            self.console.note(f"differs from the closed report: see its first page and {os.path.relpath(log, paths.root())}")
        return True

    def _parameters(self) -> dict[str, dict[str, Any]]:
        """Every notebook's parameters, checked before the first kernel starts."""
        if not self.sources:
            raise UserError("notebooks/: there are no notebooks named 00_<name>.ipynb")
        plan, origin = self.found.plan, f"params/{self.request.profile}/plan.yml"
        check_names(plan.notebooks, list(self.sources), origin)
        common = {
            "profile": self.request.profile,
            "period": str(self.found.period),
            "language": self.request.language,
            "as_of": self.found.as_of.isoformat(),
        }
        return {name: common | given(path, plan.notebooks.get(name, {}), origin) for name, path in self.sources.items()}

    def _key(self, name: str, parameters: dict[str, Any], results: dict[str, str] | None) -> str:
        """Digest of all a notebook's outcome depends on."""
        root, source = paths.root(), self.sources[name]
        modules = [*self.prints.notebook_imports(source), "brandops.pipeline.workers", "brandops.pipeline.kernels"]
        params = paths.params_dir(self.request.profile)
        translated = self.request.language != "en"
        return combine(
            interpreter(),
            self.prints.file(root / "requirements.lock"),
            self.prints.file(source),
            self.prints.code(*modules),
            self.prints.package("locale") if translated else None,
            self.prints.file(root / "params" / "_brand.yml"),
            # The plan counts as it stands after overrides, below.
            {path.name: self.prints.file(path) for path in sorted(params.glob("*.yml")) if path.name != "plan.yml"},
            self.found.plan.model_dump(mode="json"),
            parameters,
            self.stages.marts_built,
            results,
        )

    def _execute(self, keys: dict[str, str], parameters: dict[str, dict]) -> None:
        """Run those of `keys` that are stale and carry the others over."""
        known, jobs = self.published.get("notebooks", {}), []
        for name, key in keys.items():
            if known.get(name, {}).get("key") == key:
                for file in known[name]["files"]:
                    _copy(self.folder / file, self.scratch / file)
                self._note(name, key, known[name]["files"])
            else:
                jobs.append(self._job(name, parameters[name]))
        if not jobs:
            return
        self.ran = True
        outcomes = self._run_longest_first(jobs)
        failed = [outcome for outcome in outcomes if outcome.problem]
        if failed:
            raise UserError("\n\n".join(self._failure(outcome) for outcome in failed))
        for job in jobs:
            self._note(job.name, keys[job.name], self._collect(job))

    def _run_longest_first(self, jobs: list[Job]) -> list[Outcome]:
        """Run the jobs, those that took longest last time first: none of them is then left for the end alone.

        Those that never ran come before them, the longest notebook first.
        """
        memory = paths.root() / ".cache" / "seconds" / f"{self.request.profile}.json"
        took = read_json(memory)
        order = sorted(jobs, key=lambda job: (took.get(job.name, math.inf), len(job.source)), reverse=True)
        outcomes = run(order, self.request.jobs, self._started, self._ended)
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(took | {one.name: round(one.seconds, 1) for one in outcomes}), encoding="utf-8")
        return outcomes

    def _job(self, name: str, parameters: dict[str, Any]) -> Job:
        source = self.sources[name].read_text(encoding="utf-8")
        if self.request.language != "en":
            source = translated(source, self.request.language)
        folder = self.scratch / ".work" / name
        if _reads_results(self.sources[name]):
            shutil.copytree(self.scratch / "results", folder / "results", dirs_exist_ok=True)
            # Beside the notebook's own tables, so that theirs are not taken for its.
            only = shutil.ignore_patterns("*.csv", "*.xlsx", "*.sav")
            if (self.scratch / "tables").is_dir():
                shutil.copytree(self.scratch / "tables", folder / READ_TABLES, ignore=only, dirs_exist_ok=True)
        environment = {
            "BRANDOPS_ROOT": str(paths.root()),
            OVERRIDES: json.dumps(self.request.overrides, sort_keys=True),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])),
            BUILD_FOLDER: str(folder),
        }
        return Job(name, source, folder, parameters, self.found.plan.cell_timeout, environment)

    def _collect(self, job: Job) -> dict[str, str]:
        """Move what a notebook wrote into the report; returns its files' digests."""
        foreign = {path.name for path in (self.scratch / "results").glob("*.json")}
        files = {}
        for part in _PARTS:
            for file in sorted((job.folder / part).rglob("*")):
                relative = file.relative_to(job.folder)
                if file.is_dir() or (part == "results" and file.name in foreign):
                    continue
                target = self.scratch / relative
                if target.exists():
                    raise UserError(f"notebook {job.name}: {relative} was written by another notebook already")
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
                files[relative.as_posix()] = self.prints.file(target)
        return files

    def _render(self) -> bool:
        """Make the pages, unless those published are made of the same; returns whether it did."""
        code = self.prints.code("brandops.pipeline.render", "brandops.pipeline.compare_page")
        made_of = self._made_of()
        # How the results differ from those the report was closed with; None where it was not, or they do not.
        self.differing = restated(self.request.profile, self.found.name, self.scratch / "results", made_of)
        content = {part: self.prints.tree(self.scratch / part) for part in _PARTS}
        quarto = shutil.which("quarto") or ""
        brand = self.prints.file(paths.root() / "params" / "_brand.yml")
        asked = os.environ.get(RENDERER, "")
        plan = self.found.plan.model_dump(mode="json")
        key = combine(code, content, quarto, asked, brand, self.request.language, plan,
                      self.differing and self.differing.as_json())  # fmt: skip
        known = self.published.get("render", {})
        if known.get("key") == key:
            shutil.copytree(self.folder / "html", self.scratch / "html")
            self.record["render"] = known
            self.console.unchanged("render")
            return False
        with self.console.running("render"):
            notices = restated_sentences(self.differing) if self.differing else []
            renderer = self.rooms.render(self.scratch, **self._about(), notices=notices)
        self.record["render"] = {"key": key, "files": self._html(), "about": made_of, "renderer": renderer}
        return True

    def _made_of(self) -> dict[str, Any]:
        """What the report is made of, by which two reports are compared."""
        found = self.found
        return collect(profile=self.request.profile, period=found.period, as_of=found.as_of,
                       language=self.request.language, plan=found.plan)  # fmt: skip

    def _about(self) -> dict[str, Any]:
        found = self.found
        return {
            "profile": self.request.profile, "plan": found.plan, "period": found.period, "as_of": found.as_of,
            "language": self.request.language, "name": found.name, "reports_script": SCRIPT,
        }  # fmt: skip

    def _html(self) -> dict[str, str]:
        return {f"html/{name}": digest for name, digest in self.prints.tree(self.scratch / "html").items()}

    def _intact(self, record: dict) -> dict:
        """The published report's record without what somebody has altered since."""
        notebooks = {name: entry for name, entry in record.get("notebooks", {}).items() if self._holds(entry["files"])}
        render = record.get("render", {})
        return {"notebooks": notebooks, "render": render if self._holds(render.get("files", {})) else {}}

    def _holds(self, files: dict[str, str]) -> bool:
        return all(self.prints.file(self.folder / file) == digest for file, digest in files.items())

    def _note(self, name: str, key: str, files: dict[str, str]) -> None:
        self.record.setdefault("notebooks", {})[name] = {"key": key, "files": files}

    def _started(self, job: Job) -> None:
        self.console.step("notebook", f"{job.name} ...", "yellow")

    def _ended(self, outcome: Outcome) -> None:
        if outcome.problem:
            self.console.step("notebook", f"{outcome.name} failed after {outcome.seconds:.1f} s", "red")
        else:
            self.console.step("notebook", f"{outcome.name} done in {outcome.seconds:.1f} s")
        if outcome.note:
            self.console.note(f"{outcome.name}: {outcome.note}")

    def _failure(self, outcome: Outcome) -> str:
        partial = self.scratch / ".work" / outcome.name / "notebooks" / f"{outcome.name}.ipynb"
        kept = publish.keep_failed(partial, self.folder)
        return outcome.describe(Path(os.path.relpath(kept, paths.root())) if kept else None)


def translated(source: str, language: str) -> str:
    """A notebook with its markdown in `language`."""
    from brandops.i18n import translate_markdown

    notebook = json.loads(source)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = translate_markdown("".join(cell["source"]), language)
    return json.dumps(notebook, ensure_ascii=False)


def _reads_results(path: Path) -> bool:
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return bool(metadata.get("brandops", {}).get("reads_results"))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
