"""Strict YAML: what a user may mistype is refused with file, line, key, value and the way out.

`load_yaml` reads a file into plain dicts; duplicate keys and malformed YAML are errors. `validate` brings a
dict into a pydantic model and words pydantic's errors for the person who wrote the file.
"""

import difflib
import types
import typing
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from brandops.errors import UserError
from brandops.paths import root

Model = TypeVar("Model", bound=BaseModel)

# What pydantic's error types mean to the author of a YAML file.
_MEANINGS = {
    "string_type": "must be text (quote it)",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "date_type": "must be a date, 2025-01-31",
    "missing": "is required",
}


class Strict(BaseModel):
    """Base of all models read from YAML: unknown keys are refused, no type is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, allow_inf_nan=False)


class _Loader(yaml.SafeLoader):
    """Safe loader that refuses a key given twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    seen: dict[Any, int] = {}
    # Looked for before `<<` brings in another mapping's keys: those may be given anew, that is what merging is for.
    for key_node in (key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"):
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if key in seen:
            place = f"{shown(loader.name)}:{line}"
            raise UserError(f"{place}: {key} is given twice (first in line {seen[key]}); keep one")
        seen[key] = line
    loader.flatten_mapping(node)
    return {loader.construct_object(k): loader.construct_object(v, deep=True) for k, v in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def shown(path: str | Path) -> str:
    """Path as shown to the user: relative to the project folder where it lies in it."""
    path = Path(path)
    return str(path.relative_to(root())) if path.is_relative_to(root()) else str(path)


def read_yaml(path: Path) -> Any:
    """Read a YAML file (None where it is empty).

    Raises
    ------
    UserError
        If the file is absent, is not UTF-8, is not YAML or gives a key twice; names file and line.
    """
    try:
        content = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{shown(path)}: no such file") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{shown(path)}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    loader = _Loader(content)
    loader.name = str(path)
    try:
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UserError(f"{shown(path)}:{line}: not valid YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise UserError(f"{shown(path)}: not valid YAML: {str(error).splitlines()[0]}") from None
    finally:
        loader.dispose()


def load_yaml(path: Path) -> dict:
    """Read a YAML file whose top level is a mapping; an empty file is an empty mapping.

    Raises
    ------
    UserError
        As `read_yaml`, and if the top level is not a mapping.
    """
    data = read_yaml(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise UserError(f"{shown(path)}:1: must be a mapping of keys to values, not {type(data).__name__}")
    return data


def parse_scalar(text: str) -> Any:
    """Read one value as YAML reads it (`0.12`, `true`, `2025-01-31`, `[a, b]`); what is not YAML is text."""
    loader = _Loader(text)
    loader.name = "value"
    try:
        return loader.get_single_data()
    except yaml.YAMLError:
        return text
    finally:
        loader.dispose()


def validate(model: type[Model], data: Any, path: str | Path) -> Model:
    """Bring `data`, read from `path` (or whatever names its origin), into `model`.

    Raises
    ------
    UserError
        One line per fault: file:line, dotted key, value, what is allowed or the closest match.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = _node_lines(Path(path))
        faults = [_fault(model, item, path, lines) for item in _most_specific(error.errors())]
        raise UserError("\n".join(dict.fromkeys(faults))) from None


def _most_specific(errors: list[dict]) -> list[dict]:
    """Of the errors of a union's branches keep those of the branch that got furthest."""
    keys = [_keys(error["loc"]) for error in errors]

    def outdone(own: tuple) -> bool:
        return any(len(other) > len(own) and other[: len(own)] == own for other in keys)

    return [error for error, own in zip(errors, keys, strict=True) if not outdone(own)]


def _keys(location: tuple) -> tuple:
    """Location without the names of union branches, which pydantic puts among the keys."""
    return tuple(part for part in location if isinstance(part, int) or not _is_branch(part))


def _is_branch(part: str) -> bool:
    return part in {"str", "int", "float", "bool", "date", "decimal"} or part[:1].isupper() or "[" in part


def _fault(model: type[BaseModel], error: dict, path: Path, lines: dict[tuple, int]) -> str:
    location = _keys(error["loc"])
    key, kind = ".".join(map(str, location)), error["type"]
    line = next((lines[location[:n]] for n in range(len(location), -1, -1) if location[:n] in lines), None)
    where = f"{shown(path)}:{line}" if line else shown(path)
    given = error.get("input")
    if kind == "extra_forbidden":
        allowed = _allowed_keys(model, location[:-1])
        return f"{where}: {key}: unknown key{_hint(location[-1], allowed)}"
    if kind == "missing":
        return f"{where}: {key} is required"
    if kind in ("literal_error", "enum"):
        expected = error["ctx"]["expected"].replace(" or ", ", ")
        allowed = [value.strip(" '") for value in expected.split(",")]
        return f"{where}: {key}: {given!r} is not allowed{_hint(given, allowed)}"
    message = _MEANINGS.get(kind, error["msg"].removeprefix("Value error, "))
    value = "" if isinstance(given, dict | list) or not key else f"{given!r} "
    return f"{where}: {key}: {value}{message}" if key else f"{where}: {message}"


def _hint(given: Any, allowed: list[str]) -> str:
    if not allowed:
        return ""
    close = difflib.get_close_matches(str(given), allowed, n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return f"{guess} (allowed: {', '.join(allowed)})"


def _allowed_keys(model: Any, location: tuple) -> list[str]:
    """Keys the model at `location` takes; several where a union leaves it open."""
    models = [model]
    for part in location:
        models = [found for m in models for found in _models_under(m, part)]
    keys = [f.alias or name for m in models for name, f in m.model_fields.items()]
    return list(dict.fromkeys(keys))


def _models_under(model: type[BaseModel], part: str | int) -> list[type[BaseModel]]:
    if isinstance(part, int):
        return [model]
    for name, field in model.model_fields.items():
        if part in (name, field.alias):
            return _models_in(field.annotation)
    # A key of a mapping (or of a root model): the mapping's own type was already entered.
    return [model]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return []
    origin = typing.get_origin(annotation)
    if origin in (None, Literal) and not isinstance(annotation, types.UnionType):
        return []
    return [found for argument in typing.get_args(annotation) for found in _models_in(argument)]


def _node_lines(path: Path) -> dict[tuple, int]:
    """Line of every key in the file, by its location; empty where the file cannot be read again."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return {}
    lines: dict[tuple, int] = {}

    def walk(node: yaml.Node | None, location: tuple) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                lines[(*location, key.value)] = key.start_mark.line + 1
                walk(value, (*location, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for position, value in enumerate(node.value):
                lines[(*location, position)] = value.start_mark.line + 1
                walk(value, (*location, position))

    walk(node, ())
    return lines
