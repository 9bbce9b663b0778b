"""Run one notebook through Papermill and believe nothing.

A notebook has run when every code cell was executed, in order, without an error output (`sys.exit(0)` is one), all
outputs the kernel sent arrived, and the notebook closed its page: `results/<NN>.json` is there. What comes out is the
executed notebook without anything that differs between two runs.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from brandops.pipeline.environment import KERNEL_ENVIRONMENT

BUILD_FOLDER = "BRANDOPS_BUILD"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_KERNEL_FILE = re.compile(r"ipykernel_\d+")
_MARKER_TAG = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Job:
    """A notebook to run.

    Attributes
    ----------
    name
        The notebook's name without suffix, `01_goals_and_planning`.
    source
        The notebook as written (nbformat JSON text), markdown already in the report's language.
    folder
        Folder it writes to: `notebooks/`, `results/`, `tables/`. It holds `results/` of notebooks it reads.
    parameters
        Typed values for its parameters cell.
    timeout
        Seconds a cell may run.
    environment
        Variables for the kernel.
    """

    name: str
    source: str
    folder: Path
    parameters: dict[str, object]
    timeout: int = 600
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def executed(self) -> Path:
        """Where the executed notebook goes."""
        return self.folder / "notebooks" / f"{self.name}.ipynb"

    @property
    def result(self) -> Path:
        """Where the notebook's results go: `results/01.json` for `01_goals_and_planning`."""
        return self.folder / "results" / f"{self.name.split('_')[0]}.json"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: no `problem` means success; `cell` counts all cells from 1 (0: none to blame).

    `note` is what the user should know although the notebook may have run.
    """

    name: str
    seconds: float
    problem: str | None = None
    cell: int = 0
    source: str = ""
    traceback: str = ""
    note: str = ""

    def describe(self, partial: Path | None) -> str:
        """The failure as the user reads it; `partial` is where the notebook lies as far as it came, if it does."""
        lines = [f"notebook {self.name}: {self.problem}"]
        if self.cell:
            lines += [f"cell {self.cell}:", *(f"    {line}" for line in self.source.splitlines())]
        if self.traceback:
            lines += ["traceback:", *(f"    {line}" for line in self.traceback.splitlines())]
        return "\n".join([*lines, f"partial notebook: {partial or 'none, the process that writes it was killed'}"])


def execute(job: Job) -> dict[str, object]:
    """Execute one notebook in this process and judge it; returns the fields of an `Outcome` that tell a failure.

    The executed notebook is written whether it succeeded or not: the partial one shows how far it came.
    """
    import nbformat
    import papermill

    from brandops.pipeline.kernels import ENGINE, Engine

    os.environ.update(KERNEL_ENVIRONMENT | job.environment | {BUILD_FOLDER: str(job.folder)})
    for name in ("papermill", "traitlets", "nbclient"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    notebook = nbformat.reads(job.source, as_version=4)
    for part in ("notebooks", "results", "tables"):
        (job.folder / part).mkdir(parents=True, exist_ok=True)
    job.result.unlink(missing_ok=True)
    Engine.notebook, problem = notebook, None
    try:
        papermill.execute_notebook(
            notebook,
            None,
            parameters=job.parameters,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=job.timeout,
            cwd=str(job.folder),
        )
    except papermill.PapermillExecutionError:
        pass  # the verdict below finds the error in the notebook
    except Exception as error:
        problem = _explain(error, job)
    executed = Engine.notebook
    # Papermill puts marker cells into a failed notebook, which would shift the number of the cell at fault.
    executed.cells = [cell for cell in executed.cells if _MARKER_TAG not in cell.metadata.get("tags", [])]
    if problem:
        verdict = errors_of(executed) or _blame(problem, executed, Engine.at_cell)
    else:
        verdict = errors_of(executed) or unrun_of(executed) or closing(job)
    normalise(executed)
    job.executed.write_text(nbformat.writes(executed) + "\n", encoding="utf-8")
    return verdict


def errors_of(notebook: dict) -> dict[str, object]:
    """The first error output of an executed notebook, as fields of an `Outcome`; empty where there is none."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                early = output.ename == "SystemExit"
                problem = "the notebook exits early (SystemExit)" if early else f"{output.ename}: {output.evalue}"
                traceback = _ANSI.sub("", "\n".join(output.traceback))
                return {"problem": problem, "cell": number, "source": cell.source, "traceback": traceback}
    return {}


def unrun_of(notebook: dict) -> dict[str, object]:
    """The first code cell that was not executed, or not after the one above it; empty where all were."""
    last = 0
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if (cell.execution_count or 0) <= last:
            return {"problem": "the cell was not run, or not in order", "cell": number, "source": cell.source}
        last = cell.execution_count
    return {}


def closing(job: Job) -> dict[str, object]:
    """The problem of a notebook that ran to its end without closing its page; empty where it did."""
    try:
        found = json.loads(job.result.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"problem": f"it wrote no results/{job.result.name}; its last cell must be page.close()"}
    except ValueError as error:
        return {"problem": f"its results/{job.result.name} is not JSON: {error}"}
    if found.get("notebook", job.name) != job.name:
        return {"problem": f"its results/{job.result.name} belongs to {found['notebook']}"}
    return {}


def normalise(notebook: dict) -> None:
    """Take out of an executed notebook, in place, what differs between two runs: times, ids, process numbers."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        for name in ("papermill", "execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
        elif "id" not in cell:
            cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = list(_joined(cell.outputs))


def _joined(outputs: list[dict]) -> Iterator[dict]:
    """Outputs with neighbouring pieces of one stream joined: how a text is cut into messages is chance."""
    pending = None
    for output in outputs:
        if output.output_type == "stream":
            output.text = _KERNEL_FILE.sub("ipykernel", output.text)
            if pending is not None and pending.get("name") == output.name:
                pending.text += output.text
                continue
        if pending is not None:
            yield pending
        pending = output
    if pending is not None:
        yield pending


def _explain(error: Exception, job: Job) -> str:
    """What went wrong around the cells, in one line."""
    name = type(error).__name__
    if name == "CellTimeoutError" and "IOPub" in str(error):
        return "its outputs stopped arriving"
    if name == "CellTimeoutError":
        return f"the cell ran longer than {job.timeout} s (cell_timeout in plan.yml)"
    if name == "DeadKernelError":
        return "its kernel died in the cell"
    if name == "EarlyExit":
        return f"the notebook exits early ({error})"
    if name == "LostOutputs":
        return f"outputs were lost: {error}"
    return f"{name}: {error}"


def _blame(problem: str, notebook: dict, index: int) -> dict[str, object]:
    source = notebook.cells[index].source if 0 <= index < len(notebook.cells) else ""
    return {"problem": problem, "cell": index + 1, "source": source}
