"""Known defects for the exports: rows that must be quarantined, values that must be converted, and their list.

Bad rows are always *extra* rows: the true rows stay, so the ledger agrees with what a correct ingestion loads. Each bad
row breaks exactly one rule. Values to be converted are true values written in another format.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from brandops.demo.truth import stream

CONVERTED = "converted"
_FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


@dataclass
class Bad:
    """`count` extra rows in which `column` (of the export) holds a value that breaks the rule `expected`.

    `value` is a constant or a function of the row's number; `keep_key` leaves the key as it is (a duplicate).
    """

    kind: str
    column: str | None
    expected: str
    value: Any = None
    count: int = 1
    keep_key: bool = False


@dataclass
class Rewritten:
    """`count` true values of `column` written in another format."""

    kind: str
    column: str
    rewrite: Callable[[Any], str]
    count: int = 1


@dataclass
class Register:
    """Collects every defect put into the exports."""

    seed: int
    rows: list[dict] = field(default_factory=list)
    files: list[dict] = field(default_factory=list)
    anomalies: list[dict] = field(default_factory=list)

    def spoil(
        self, frame: pd.DataFrame, source: str, file: str, key: str | None, bad: list[Bad], rewritten: list[Rewritten] = ()
    ) -> pd.DataFrame:
        """Return the frame with defects put in, and note each with its 1-based data row.

        Every cell becomes a plain object, so that a column may hold numbers and text.
        """
        rng = stream(self.seed, f"defects {file} {source}")
        frame = frame.astype(object).reset_index(drop=True)
        count = len(frame)
        changes = sum(item.count for item in rewritten)
        templates = sum(item.count for item in bad)
        usable = rng.permutation(count)
        if changes + templates > count:
            raise ValueError(f"{file}: {count} rows are too few for {changes + templates} defects; raise the scale")
        marks = self._rewrite(frame, usable[:changes], rewritten)
        extra, places = self._extra(rng, frame, usable[changes : changes + templates], file, key, bad)
        order = np.argsort(np.r_[np.arange(count), np.asarray(places) + 0.5], kind="stable")
        merged = pd.concat([frame, extra], ignore_index=True).astype(object).iloc[order].reset_index(drop=True)
        row_of = np.empty(len(order), dtype=int)
        row_of[order] = np.arange(1, len(order) + 1)
        found = [(row_of[index], item.column, item.kind, CONVERTED) for index, item in marks]
        flat = [item for item in bad for _ in range(item.count)]
        found += [(row_of[count + i], item.column, item.kind, item.expected) for i, item in enumerate(flat)]
        for row, column, kind, expected in sorted(found, key=lambda entry: entry[0]):
            value = None if column is None else merged[column][row - 1]
            self.rows.append({
                "source": source, "file": file, "row": int(row), "column": column, "kind": kind, "expected": expected,
                "value": None if value is None or value != value else str(value),
            })  # fmt: skip
        return merged

    @staticmethod
    def _rewrite(frame: pd.DataFrame, rows: np.ndarray, rewritten: list[Rewritten]) -> list[tuple[int, Rewritten]]:
        marks, position = [], 0
        for item in rewritten:
            filled = [i for i in rows[position:] if pd.notna(frame.at[i, item.column])][: item.count]
            position += item.count
            for index in filled:
                frame.at[index, item.column] = item.rewrite(frame.at[index, item.column])
                marks.append((int(index), item))
        seen: dict[int, Rewritten] = {}
        return [(i, item) for i, item in marks if seen.setdefault(i, item) is item]

    @staticmethod
    def _extra(rng, frame: pd.DataFrame, rows: np.ndarray, file: str, key: str | None, bad: list[Bad]):
        made, places, number = [], [], 0
        for item in bad:
            for repeat in range(item.count):
                template = int(rows[number])
                number += 1
                row = frame.iloc[template].to_dict()
                if not item.keep_key and key is not None:
                    row[key] = f"X{rng.integers(10**8):08d}"
                if item.column is not None and not item.keep_key:
                    row[item.column] = item.value(repeat) if callable(item.value) else item.value
                made.append(row)
                places.append(int(rng.integers(template, len(frame))))
        return pd.DataFrame(made, columns=frame.columns, dtype=object), places


def full_width(value: Any) -> str:
    """12.5 → １２．５"""
    return f"{value}".translate(_FULL_WIDTH)


def grouped(value: Any) -> str:
    """1234.5 → 1,234.50"""
    return f"{float(value):,.2f}"


def yuan(value: Any) -> str:
    """1234.5 → ¥1,234.50 (a negative amount: -¥1,234.50)"""
    return f"{'-' if float(value) < 0 else ''}¥{abs(float(value)):,.2f}"


def slashes(value: Any) -> str:
    """2025-01-03 → 2025/1/3, with the time of day where there is one."""
    moment = pd.Timestamp(value)
    clock = f" {moment:%H:%M:%S}" if moment != moment.normalize() else ""
    return f"{moment.year}/{moment.month}/{moment.day}{clock}"


def chinese_date(value: Any) -> str:
    """2025-01-03 → 2025年1月3日, with the time of day where there is one."""
    moment = pd.Timestamp(value)
    clock = f" {moment:%H:%M:%S}" if moment != moment.normalize() else ""
    return f"{moment.year}年{moment.month}月{moment.day}日{clock}"


def compact(value: Any) -> str:
    """2025-01-03 → 20250103"""
    return f"{pd.Timestamp(value):%Y%m%d}"
