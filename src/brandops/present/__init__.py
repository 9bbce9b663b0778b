"""Everything a reader sees: results, scorecard, charts, tables and the brand's look."""

from brandops.present.page import Page, open_page
from brandops.present.tables import Column

__all__ = ["Column", "Page", "open_page"]
