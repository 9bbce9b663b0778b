"""One kernel per notebook, over IPC sockets, and a client that notices what a plain run lets slip.

Papermill's engine is kept; what is added: the kernel talks over sockets in a private folder instead of TCP ports, the
client knows which cell it is at whatever happens, and it counts: the kernel says how many outputs it sent, and a run
that received fewer has lost some.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

# jsonschema, which nbformat reads notebooks with, takes this grammar along where it is installed; compiling it takes
# seconds at every start, and nothing here has an IRI to check.
sys.modules.setdefault("rfc3987_syntax", None)

from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import NBClientEngine, papermill_engines  # noqa: E402
from traitlets import Unicode  # noqa: E402

ENGINE = "brandops"

# The longest name of a Unix socket is 108 bytes on Linux and 104 on macOS, its closing zero included.
_LONGEST_SOCKET = 103

_COUNT_SENT = """
def _brandops_count_sent():
    kernel, counted = get_ipython().kernel, {"sent": 0}
    send, kinds = kernel.session.send, ("stream", "display_data", "execute_result", "update_display_data", "error")
    def counting(stream, msg_or_type, *args, **kwargs):
        kind = msg_or_type["header"]["msg_type"] if isinstance(msg_or_type, dict) else msg_or_type
        counted["sent"] += kind in kinds
        return send(stream, msg_or_type, *args, **kwargs)
    kernel.session.send = counting
    kernel.brandops_outputs = counted
_brandops_count_sent()
del _brandops_count_sent
__import__("sys").modules.setdefault("rfc3987_syntax", None)  # see above: altair takes it along too
"""
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")


class LostOutputs(Exception):
    """The kernel sent outputs that never arrived."""


class EarlyExit(Exception):
    """A cell asked the kernel to end; the cells below it would run all the same."""


class IpcKernelManager(AsyncKernelManager):
    """Starts a kernel on Unix sockets in a private, short-named folder, removed with the kernel."""

    folder = Unicode()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        base = tempfile.gettempdir()
        if len(os.fsencode(base)) + 24 > _LONGEST_SOCKET:
            base = "/tmp"
        self.folder = tempfile.mkdtemp(prefix="bk-", dir=base)
        self.transport = "ipc"
        self.ip = str(Path(self.folder, "s"))
        self.connection_file = str(Path(self.folder, "kernel.json"))

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Remove the sockets' folder with the kernel."""
        await super().cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self.folder, ignore_errors=True)


class GuardedClient(PapermillNotebookClient):
    """Executes the cells; remembers where it is; compares the outputs received with those sent."""

    def __init__(self, nb_man: object, **kwargs: object) -> None:
        super().__init__(nb_man, on_cell_executed=_refuse_exit, **kwargs)
        self.received = 0

    def papermill_execute_cells(self) -> None:
        """Run all cells, then ask the kernel how many outputs it sent."""
        self._ask(_COUNT_SENT)
        super().papermill_execute_cells()
        if any(cell.metadata.get("papermill", {}).get("exception") for cell in self.nb.cells):
            return
        answer = self._ask("", sent="get_ipython().kernel.brandops_outputs['sent']")
        sent = int(answer["user_expressions"]["sent"]["data"]["text/plain"])
        if self.received < sent:
            raise LostOutputs(f"the kernel sent {sent} outputs, {self.received} arrived")

    def execute_cell(self, cell: dict, cell_index: int, *args: object, **kwargs: object) -> object:
        """Run one cell and note that it is the current one."""
        Engine.at_cell = cell_index
        return super().execute_cell(cell, cell_index, *args, **kwargs)

    def process_message(self, msg: dict, *args: object) -> object:
        """Count an output, then treat it as usual."""
        self.received += msg["msg_type"] in _OUTPUTS
        return super().process_message(msg, *args)

    def _ask(self, code: str, **expressions: str) -> dict:
        message = self.kc.execute(code, silent=True, store_history=False, user_expressions=expressions)
        return self.wait_for_reply(message)["content"]


def _refuse_exit(cell: dict, cell_index: int, execute_reply: dict) -> None:
    """IPython's `exit()` is no exception but a request in the reply, which nbclient does not read."""
    for request in execute_reply["content"].get("payload", []):
        if request.get("source") == "ask_exit":
            raise EarlyExit("exit() or quit()")


class Engine(NBClientEngine):
    """Papermill's engine with the kernel manager and client above; a worker process runs one notebook with it.

    `notebook` and `at_cell` (-1 before the first cell) tell what was reached when an exception ends the run: papermill
    hands neither out.
    """

    notebook = None
    at_cell = -1

    @classmethod
    def execute_managed_notebook(cls, nb_man: object, kernel_name: str, **kwargs: object) -> object:
        """Execute the managed notebook."""
        cls.notebook, cls.at_cell = nb_man.nb, -1
        client = GuardedClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=IpcKernelManager,
            timeout=kwargs["execution_timeout"],
            startup_timeout=kwargs["start_timeout"],
            iopub_timeout=60,
            raise_on_iopub_timeout=True,
            record_timing=False,
            shutdown_kernel="immediate",
            store_widget_state=False,
        )
        return client.execute()


papermill_engines.register(ENGINE, Engine)
