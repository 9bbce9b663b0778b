"""Whatever a CSV file holds: every row is accounted for, in the order of the file, and nothing depends on chance."""

import csv
import io
import shutil
from collections import Counter

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingest.company import HEADER, Company
from ingest.company import line as line_of

# A failing example is shown as it was found: making it smaller takes an ingestion for every try.
_PHASES = (Phase.explicit, Phase.generate)
# Text that breaks parsers: separators, quotes, line breaks, blanks, full-width digits, other scripts.
_NASTY = st.text(st.sampled_from(list(",;\"'\n\t #-.%()¥￥１２０年月日AB12 0é品\\$")), max_size=6)
_ORDERS = st.sampled_from(["A1", "A2", "A3", "", " A1 ", "A1,"]) | _NASTY
_DAYS = (
    st.sampled_from(["2025-01-03", "2025/1/3", "20250103", "2025年1月3日", "03/04/2025", "2025-02-30", "", "9999-12-31"]) | _NASTY
)
_NUMBERS = st.sampled_from(["1", "-2", "1,234.50", "¥5", "(3)", "12%", "１２", "1e3", "1.234,5", "", "--", "nan", "inf"]) | _NASTY
_RECORDS = st.tuples(
    _ORDERS, st.sampled_from(["1", "2", ""]), _DAYS, st.sampled_from(["web", "shop", "fair", ""]),
    st.sampled_from(["P1", "P2", "P9", ""]), _NUMBERS, _NUMBERS,
)  # fmt: skip
_DAMAGE = st.sampled_from(["none", "none", "none", "short", "long", "raw quote", "blank line"])
_FILES = st.lists(st.tuples(_RECORDS, _DAMAGE), max_size=12)


def written(rows) -> str:
    """A CSV file of the rows, some of them damaged on the way; one line is sound, or the delimiter would be in doubt."""
    out = io.StringIO()
    out.write(HEADER + line_of("A0"))
    for record, damage in rows:
        cell = io.StringIO()
        csv.writer(cell, lineterminator="\n").writerow(record)
        text = cell.getvalue()
        if damage == "short":
            text = text.split(",")[0].strip('"\n ') + ",1\n"
        elif damage == "long":
            text = text.rstrip("\n") + ",one,more\n"
        elif damage == "raw quote":
            text = 'A7,1,2025-01-03,web,"P"1,1,9.9\n'
        elif damage == "blank line":
            text = "\n" + text
        out.write(text)
    return out.getvalue()


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """Fresh companies in one project folder, which is emptied between two."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("properties")
        patch.setenv("BRANDOPS_ROOT", str(root))

        def fresh() -> Company:
            shutil.rmtree(root / "data", ignore_errors=True)
            return Company(root)

        yield fresh


@given(first=_FILES, second=_FILES)
@settings(max_examples=40, phases=_PHASES)
def test_rows_in_are_rows_loaded_and_rows_quarantined(companies, first, second):
    company = companies()
    company.export("sales_1.csv", written(first))
    company.export("sales_2.csv", written(second))
    manifest = company.ingest()
    account = manifest.source("sales")
    loaded = Counter(company.rows("sales_lines", "select _file, _row from rows"))
    rejected = Counter(company.quarantine("sales", "file", "row"))
    assert account.rows_in == account.loaded + account.quarantined
    for file in account.files:
        rows = [row for name, row in (loaded + rejected) if name == file.file]
        assert sorted(rows) == list(range(1, file.rows_in + 1)), "every row of the file is in one place, once"
        assert sum(count for (name, _), count in loaded.items() if name == file.file) == file.loaded
        assert sum(count for (name, _), count in rejected.items() if name == file.file) == file.quarantined
    assert all(rule for (rule,) in company.quarantine("sales", "rule"))
    keys = company.rows("sales_lines", "select order_id, line_no from rows")
    assert len(keys) == len(set(keys)), "no key is loaded twice"


@given(rows=_FILES)
@settings(max_examples=15, phases=_PHASES)
def test_what_is_loaded_is_what_a_csv_reader_reads_in_that_row(companies, rows):
    """Row numbers are exact: the key in the warehouse is the one a plain reader finds at that place."""
    company = companies()
    sound = [(record, "none") for record, _ in rows]
    content = written(sound)
    company.export("sales_1.csv", content)
    company.ingest()
    plain = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert company.ingest().source("sales").rows_in == len(plain)
    for order, number in company.rows("sales_lines", "select order_id, _row from rows"):
        assert plain[number - 1][0].strip() == order


@given(rows=_FILES, after=_FILES)
@settings(max_examples=12, phases=_PHASES)
def test_ingestion_is_idempotent_and_a_corrected_file_replaces_its_own_rows(companies, rows, after):
    company = companies()
    company.export("sales_1.csv", written(rows))
    company.ingest()
    before = company.fingerprint()
    company.ingest()
    assert company.fingerprint() == before, "the same file again changes nothing"
    company.export("sales_1.csv", written(after))
    company.ingest()
    changed = company.fingerprint()
    shutil.rmtree(company.data / "warehouse")
    shutil.rmtree(company.data / "quarantine")
    shutil.rmtree(company.data / ".cache")
    company.ingest()
    assert company.fingerprint() == changed, "what was there before leaves no trace"


@given(order=st.permutations(["sales_1.csv", "sales_2.csv", "sales_3.csv"]), rows=st.tuples(_FILES, _FILES, _FILES))
@settings(max_examples=8, phases=_PHASES)
def test_the_order_of_arrival_changes_nothing(companies, order, rows):
    names = dict(zip(("sales_1.csv", "sales_2.csv", "sales_3.csv"), map(written, rows), strict=True))
    company = companies()
    for name in order:
        company.export(name, names[name])
        company.ingest()
    arrived = company.fingerprint()
    company = companies()
    for name, content in names.items():
        company.export(name, content)
    company.ingest()
    assert company.fingerprint() == arrived
