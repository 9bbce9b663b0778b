"""Files of the demo are what a source system writes."""

import pandas as pd

from brandops.demo.writers import write_csv


def test_times_are_written_to_the_second_whatever_pandas_holds(tmp_path):
    moments = pd.Series(pd.to_datetime(["2025-01-31 10:15:00", None]))
    for unit in ("ns", "us", "s"):
        write_csv(pd.DataFrame({"at": moments.astype(f"datetime64[{unit}]"), "n": [1, 2]}), tmp_path / "orders.csv")
        assert (tmp_path / "orders.csv").read_text() == "at,n\n2025-01-31 10:15:00,1\n,2\n", unit
