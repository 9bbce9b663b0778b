"""Everything a reader sees: results, scorecard, charts, tables and the brand's look.

Importing this package is cheap: what draws is loaded when a page is opened.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brandops.present.page import Page, open_page
    from brandops.present.tables import Column

__all__ = ["Column", "Page", "open_page"]


def __getattr__(name: str) -> Any:
    if name in ("Page", "open_page"):
        from brandops.present import page

        return getattr(page, name)
    if name == "Column":
        from brandops.present.tables import Column

        return Column
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
