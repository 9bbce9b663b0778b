"""The data contract: the tables every company's exports are brought to.

`TABLES` maps a table's name to its `Table`, in the order of the data dictionary.
"""

from brandops.contract.market import MARKET_TABLES
from brandops.contract.operations import OPERATIONS_TABLES
from brandops.contract.sales import SALES_TABLES
from brandops.contract.table import Table

TABLES: dict[str, Table] = {table.name: table for table in (*SALES_TABLES, *MARKET_TABLES, *OPERATIONS_TABLES)}

__all__ = ["TABLES", "Table"]
