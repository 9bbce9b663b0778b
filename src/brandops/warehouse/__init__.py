"""From the warehouse to the marts: what notebooks read, as known on a day.

`build_marts(profile, plan, as_of)` writes them, `load_mart(name, profile, as_of)` reads one, `first_day(profile)`
and `latest_day(profile)` say how far the sales reach. Importing this package is cheap: the engine is loaded when marts are built.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brandops.warehouse.load import first_day, latest_day, load_mart
    from brandops.warehouse.marts import build_marts

ENGINES = ("duckdb", "pyspark")
__all__ = ["ENGINES", "build_marts", "first_day", "latest_day", "load_mart"]


def __getattr__(name: str) -> Any:
    if name == "build_marts":
        from brandops.warehouse.marts import build_marts

        return build_marts
    if name in ("first_day", "latest_day", "load_mart"):
        from brandops.warehouse import load

        return getattr(load, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
