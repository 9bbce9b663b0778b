"""Downloads open in the programs they are for, whatever a table holds."""

import numpy as np
import openpyxl
import pandas as pd

from brandops.present import formats
from brandops.present.downloads import write_downloads
from brandops.present.tables import publish_table


def test_infinite_numbers_are_written_as_missing_in_every_format(tmp_path):
    frame = pd.DataFrame({"growth": [0.1, np.inf, -np.inf, np.nan]})
    write_downloads(frame, {"growth": "Growth"}, tmp_path, "t")
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows(min_row=2, max_row=5, values_only=True)]
    assert cells == [0.1, None, None, None]
    assert pd.read_parquet(tmp_path / "t.parquet")["growth"].notna().tolist() == [True, False, False, False]


def test_a_withheld_figure_says_why_on_the_page_and_is_missing_in_the_downloads(tmp_path):
    frame = pd.DataFrame({"team": ["a", "b", "c"], "share": [0.5, np.nan, np.nan]})
    why = pd.DataFrame({"team": "", "share": ["", "fewer than 5 <people>", ""]})
    markup = publish_table(frame, caption="T", name="t", folder=tmp_path, link="tables", currency="CNY", blanks=why,
                           columns={"team": "Team", "share": ("Share", "fraction")})  # fmt: skip
    assert "50.0%" in markup and "fewer than 5 &lt;people&gt;" in markup and formats.DASH in markup
    assert pd.read_parquet(tmp_path / "t.parquet")["share"].isna().tolist() == [False, True, True]
