"""Where things lie: the project's folders and a profile's folders in them.

`BRANDOPS_ROOT` overrides the project folder (tests build in a scratch copy of it).
"""

import os
from pathlib import Path


def root() -> Path:
    """Return the project folder: `BRANDOPS_ROOT`, else the checkout this package lies in."""
    given = os.environ.get("BRANDOPS_ROOT")
    return Path(given).resolve() if given else Path(__file__).resolve().parents[2]


def params_dir(profile: str) -> Path:
    """Folder of a profile's parameters."""
    return root() / "params" / profile


def data_dir(profile: str) -> Path:
    """Folder of a profile's data: `raw/`, `warehouse/`, `quarantine/`, `marts/`."""
    return root() / "data" / profile


def reports_dir(profile: str) -> Path:
    """Folder of a profile's published reports."""
    return root() / "reports" / profile
