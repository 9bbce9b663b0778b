"""Jupyter's way to a kernel that was forked beforehand (`brandops.pipeline.forked`)."""

import os
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.provisioning import LocalProvisioner

from brandops.pipeline.forked import ForkedKernel, arguments_of


class Forked(LocalProvisioner):
    """Gives the waiting kernel its orders; starts one plainly where none waits or another kind is asked for."""

    waiting: ClassVar[ForkedKernel | None] = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Start the kernel."""
        kernel, arguments = Forked.waiting, arguments_of(cmd)
        if kernel is None or arguments is None:
            return await super().launch_kernel(cmd, **kwargs)
        Forked.waiting = None
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        kernel.start(arguments, dict(kwargs.get("env") or os.environ), str(self.cwd))
        self.process, self.pid, self.pgid = kernel, kernel.pid, kernel.pid
        return self.connection_info
