"""What a notebook may be given, and that what it is given fits, before any kernel starts.

The parameters cell is read from its syntax tree: `papermill.inspect_notebook` matches lines with a pattern and drops
what it cannot match (a default holding `=`, say). Values reach Papermill as Python objects, so that the
coercions of its command line (`007`, `1e5`, `nan`) never take place.
"""

import ast
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from brandops.errors import UserError
from brandops.pipeline.hints import hint

COMMON = ("profile", "period", "language", "as_of")
_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict, "None": None}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook: its annotation as written, and the type that stands for."""

    name: str
    annotation: str
    type: Any


def declared(notebook: Path) -> dict[str, Parameter]:
    """Parameters the cell tagged `parameters` declares, by name.

    Raises
    ------
    UserError
        If the notebook has no such cell, a parameter has no type, or a common one is missing.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if not tagged:
        raise UserError(f"{notebook.name}: no cell is tagged `parameters`")
    found = {}
    for statement in ast.parse("".join(tagged[0]["source"])).body:
        if isinstance(statement, ast.Assign):
            raise UserError(f"{notebook.name}: parameter {ast.unparse(statement.targets[0])}: has no type")
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, ast.unparse(statement.annotation)
            found[name] = Parameter(name, annotation, _type(annotation, notebook, name))
    for name in COMMON:
        if name not in found or found[name].annotation != "str":
            raise UserError(f"{notebook.name}: the parameters cell lacks `{name}: str`")
    return found


def given(notebook: Path, values: dict[str, Any], origin: str) -> dict[str, Any]:
    """The notebook's own parameters from the plan, checked against its parameters cell.

    Raises
    ------
    UserError
        Unknown name or wrong type: names file, key, value and what is allowed.
    """
    known, stem = declared(notebook), notebook.stem
    own = [name for name in known if name not in COMMON]
    for name, value in values.items():
        where = f"{origin}: notebooks.{stem}.{name}"
        if name not in own:
            raise UserError(f"{where}: {value!r}: unknown parameter{hint(name, own)}")
        try:
            TypeAdapter(known[name].type).validate_python(value, strict=True)
        except ValidationError:
            raise UserError(f"{where}: {value!r}: must be {known[name].annotation}") from None
        if not _finite(value):
            raise UserError(f"{where}: {value!r}: must be finite")
    return dict(values)


def check_names(notebooks: dict[str, Any], known: list[str], origin: str) -> None:
    """Refuse parameters for a notebook there is not."""
    for name in notebooks:
        if name not in known:
            raise UserError(f"{origin}: notebooks.{name}: no such notebook{hint(name, known)}")


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _type(annotation: str, notebook: Path, name: str) -> Any:
    try:
        return eval(annotation, {"__builtins__": {}}, dict(_TYPES))
    except Exception:
        raise UserError(f"{notebook.name}: parameter {name}: {annotation} is not a type of parameters") from None
