"""Downloads open in the programs they are for, whatever a table holds."""

import numpy as np
import openpyxl
import pandas as pd

from brandops.present.downloads import write_downloads


def test_infinite_numbers_are_written_as_missing_in_every_format(tmp_path):
    frame = pd.DataFrame({"growth": [0.1, np.inf, -np.inf, np.nan]})
    write_downloads(frame, {"growth": "Growth"}, tmp_path, "t")
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows(min_row=2, max_row=5, values_only=True)]
    assert cells == [0.1, None, None, None]
    assert pd.read_parquet(tmp_path / "t.parquet")["growth"].notna().tolist() == [True, False, False, False]
