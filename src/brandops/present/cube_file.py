"""The dashboard's data file: a cube as a script that a page opened from a folder may read.

A page opened from `file://` may load scripts but not fetch data, so the file calls `window.brandopsCube(...)` with an object:

- `version`: digest of the content; `currency`, `cells`, `slots`, `first`, `last` (days covered)
- `periods`: years, quarters, months and parts of weeks as id, name, grain, parent, `now` and `before` (first slot and the one
  after the last; `before` is the year before, null where the cube does not hold it)
- `weeks`: whole ISO weeks as id, name, start and their slots
- `dimensions`: key, label, values (id, label, and of a product its brand and category) and where its codes lie
- `measures`: key, label, kind, scale (amounts are whole numbers of 1/scale) and where its values lie
- `arrays`: the columns after each other, each at its offset `at` with its `type`, little-endian, deflated, in base64
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from brandops.analysis.cube import Cube
from brandops.i18n import gettext as _
from brandops.periods import Grain, period_of
from brandops.present import formats

_LEVELS = (Grain.YEAR, Grain.QUARTER, Grain.MONTH)


def cube_script(cube: Cube, label: Callable[[str, str], str], *, currency: str, last: pd.Timestamp, fiscal_start: int = 1) -> str:
    """The data file of a cube.

    Parameters
    ----------
    label
        The reader's word for a value: called with the dimension and the identifier.
    last
        Last day known: a period that has not ended is compared with as many weeks of the year before.
    fiscal_start
        First month of the fiscal year.
    """
    slots = cube.cells[["month", "week"]].drop_duplicates(ignore_index=True)
    place = pd.MultiIndex.from_frame(slots)
    arrays = _Arrays()
    slot = arrays.add(place.get_indexer(pd.MultiIndex.from_frame(cube.cells[["month", "week"]])))
    dimensions = []
    for name in cube.dimensions:
        column = cube.cells["product"]
        values = cube.cells[name] if name in cube.cells else column.map(cube.products[name])
        known = pd.Categorical(values)
        entries = [{"id": value, "label": label(name, value)} for value in known.categories]
        if name == "product":
            for entry in entries:
                entry |= {part: cube.products.at[entry["id"], part] for part in ("brand", "category")}
        dimensions.append({"key": name, "values": entries, "codes": arrays.add(known.codes)})
    measures = [{"key": name, "scale": cube.scale[name], "values": arrays.add(cube.cells[name].to_numpy())}
                for name in cube.measures]  # fmt: skip
    content = {
        "currency": currency, "cells": len(cube.cells), "slots": len(slots),
        "first": slots["month"].min().date().isoformat(), "last": last.date().isoformat(),
        "periods": [p for p in _periods(slots, last, fiscal_start) if cube.weekly or p["grain"] != "week"],
        "weeks": _weeks(slots, last) if cube.weekly else _months(slots, last), "slot": slot,
        "dimensions": dimensions, "measures": measures, "arrays": arrays.packed(),
    }  # fmt: skip
    version = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    text = json.dumps({"version": version, **content}, ensure_ascii=False, separators=(",", ":"))
    return f"window.brandopsCube({text});\n"


def version_script(script: str) -> str:
    """A few bytes that name the version of a data file, for an open page to look at now and then."""
    found = re.search(r'"version":"([0-9a-f]+)"', script)
    return f'window.brandopsCubeVersion("{found[1]}");\n'


def _periods(slots: pd.DataFrame, last: pd.Timestamp, fiscal_start: int) -> list[dict[str, Any]]:
    """Years, quarters, months and parts of weeks, as the readers drills: parents before their parts."""
    rows = slots.assign(at=range(len(slots)))
    chain = [[period_of(month.date(), grain, fiscal_start) for month in slots["month"]] for grain in _LEVELS]
    starts = slots[["month", "week"]].max(axis=1)
    found: dict[str, dict[str, Any]] = {}
    for at, *above in zip(rows["at"], *chain, strict=True):
        parent = ""
        for period in above:
            name = formats.month(period.start) if period.grain is Grain.MONTH else str(period)
            entry = found.setdefault(str(period), {"id": str(period), "name": name, "grain": str(period.grain), "parent": parent,
                                                   "now": [at, at]})  # fmt: skip
            entry["now"][1] = at + 1
            ago = period.year_ago()
            entry["ago"] = str(ago)
            parent = str(period)
        week = period_of(slots["week"].iloc[at].date(), Grain.WEEK)
        number = str(week).split("-")[1]
        name = _("{week} · {day}").format(week=number, day=formats.short_day(starts.iloc[at]))
        found[f"{parent}/{number}"] = {"id": f"{parent}/{number}", "name": name, "grain": "week", "parent": parent,
                                       "now": [at, at + 1], "ago": f"{above[-1].year_ago()}/{number}"}  # fmt: skip
    for entry in found.values():
        ago = found.get(entry.pop("ago"))
        entry["before"] = None if ago is None else _elapsed(ago["now"], starts, last)
    return list(found.values())


def _elapsed(span: list[int], starts: pd.Series, last: pd.Timestamp) -> list[int] | None:
    """The slots of a span that begin no later than a year before `last`: those a running period can be compared with."""
    first, end = span
    reached = starts.iloc[first:end] <= last - pd.DateOffset(years=1)
    return [first, first + int(reached.sum())] if reached.any() else None


def _weeks(slots: pd.DataFrame, last: pd.Timestamp) -> list[dict[str, Any]]:
    """Whole weeks with their slots; a week cut off by the cube's first or last day is none."""
    first = slots["month"].min()
    made = []
    for week, part in slots.groupby("week").groups.items():
        if week >= first and week + pd.Timedelta(days=6) <= last:
            label = str(period_of(week.date(), Grain.WEEK))
            made.append({"id": label, "start": week.date().isoformat(), "name": formats.day(week), "slots": sorted(map(int, part))})
    return made


def _months(slots: pd.DataFrame, last: pd.Timestamp) -> list[dict[str, Any]]:
    """Months that have ended with their slot, in place of weeks, for a cube that has none."""
    ended = slots["month"] + pd.offsets.MonthEnd(0) <= last
    return [{"id": f"{month:%Y-%m}", "start": month.date().isoformat(), "name": formats.month(month), "slots": [at]}
            for at, month in slots.loc[ended, "month"].items()]  # fmt: skip


class _Arrays:
    """Columns in one buffer, each in the smallest type that holds it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def add(self, values: np.ndarray) -> dict[str, Any]:
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        if low >= 0 and high < 2**16:
            kind = "Uint8" if high < 2**8 else "Uint16"
        else:
            kind = "Int32" if low >= -(2**31) and high < 2**31 else "Float64"
        self._buffer.extend(b"\0" * (-len(self._buffer) % 8))
        at = len(self._buffer)
        self._buffer.extend(np.asarray(values).astype(np.dtype(kind.lower()).newbyteorder("<")).tobytes())
        return {"type": kind, "at": at}

    def packed(self) -> str:
        return base64.b64encode(zlib.compress(bytes(self._buffer), 6)).decode("ascii")
