"""`make new-profile`: a commented skeleton from which a company is connected, in YAML alone."""

import re
from pathlib import Path

from brandops import paths
from brandops.errors import UserError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SKELETON = Path(__file__).parent / "assets" / "new_profile"


def write_profile(name: str) -> Path:
    """Write `params/<name>/` from the skeleton; returns the folder.

    Raises
    ------
    UserError
        If the name is not lower-case letters, digits and underscores, or the profile exists.
    """
    if not _NAME.fullmatch(name):
        raise UserError(f"NAME={name}: write a name of lower-case letters, digits and underscores, such as NAME=acme")
    folder = paths.params_dir(name)
    if folder.exists():
        raise UserError(f"NAME={name}: params/{name} exists; nothing was written")
    folder.mkdir(parents=True)
    for template in sorted(_SKELETON.glob("*.yml")):
        text = template.read_text(encoding="utf-8").replace("{{name}}", name)
        (folder / template.name).write_text(text, encoding="utf-8")
    (paths.data_dir(name) / "raw").mkdir(parents=True, exist_ok=True)
    return folder
