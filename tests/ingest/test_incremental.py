"""Incremental and idempotent by content: what is sent again changes nothing, what is mended or withdrawn takes effect."""

import os
import shutil
from datetime import date

import pytest

from brandops.errors import UserError
from brandops.ingest import load_manifest
from ingest.company import HEADER, SALES, VERSIONS, line

JANUARY, FEBRUARY = "sales_2025-01.csv", "sales_2025-02.csv"


@pytest.fixture
def two_months(company):
    """Two orders in January, one in February, and files that may be replaced."""
    company.sources(SALES + VERSIONS)
    company.export(JANUARY, HEADER + line("A1") + line("A2", quantity="two"))
    company.export(FEBRUARY, HEADER + line("B1", "2025-02-01"))
    company.ingest()
    return company


def known(company):
    """Order, the days between which its row counts, in order."""
    return company.rows(
        "sales_lines", "select order_id, _known_from, _known_to from rows order by order_id, _known_from nulls first"
    )


def test_the_same_files_again_change_not_one_byte(two_months):
    before = two_months.fingerprint()
    assert len(before) > 5
    two_months.ingest()
    assert two_months.fingerprint() == before


def test_a_warehouse_built_anew_from_nothing_is_the_same_to_the_byte(two_months):
    before = two_months.fingerprint()
    for folder in ("warehouse", "quarantine", ".cache"):
        shutil.rmtree(two_months.data / folder)
    two_months.ingest()
    assert two_months.fingerprint() == before


def test_the_order_in_which_files_arrive_does_not_matter(two_months):
    before = two_months.fingerprint()
    content = (two_months.data / "raw" / JANUARY).read_bytes()
    (two_months.data / "raw" / JANUARY).unlink()
    two_months.ingest()
    assert two_months.fingerprint() != before
    two_months.export(JANUARY, content)
    two_months.ingest()
    assert two_months.fingerprint() == before


def test_a_file_whose_content_changed_replaces_its_own_rows_and_no_others(two_months):
    untouched = {name: digest for name, digest in two_months.fingerprint().items() if "products" in name or "channels" in name}
    february = two_months.rows("sales_lines", "select * from rows where order_id = 'B1'")
    two_months.export(JANUARY, HEADER + line("A1", quantity=7) + line("A3"))
    two_months.ingest()
    assert two_months.rows("sales_lines", "select order_id, quantity::int from rows order by all") == [
        ("A1", 7), ("A3", 1), ("B1", 1)]  # fmt: skip
    assert two_months.quarantine("sales") == []
    assert two_months.rows("sales_lines", "select * from rows where order_id = 'B1'") == february
    assert untouched.items() <= two_months.fingerprint().items()


def test_a_change_is_seen_by_content_even_where_size_and_time_of_the_file_stay(two_months):
    path = two_months.data / "raw" / JANUARY
    status = path.stat()
    mended = path.read_text().replace("A1,", "A9,")
    path.write_text(mended)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    two_months.ingest()
    assert two_months.orders() == ["A9", "B1"]


def test_the_rows_of_a_deleted_file_go(two_months):
    (two_months.data / "raw" / JANUARY).unlink()
    manifest = two_months.ingest()
    assert two_months.orders() == ["B1"]
    assert two_months.quarantine("sales") == []
    assert [file.file for file in manifest.source("sales").files] == [f"raw/{FEBRUARY}"]


def test_a_source_without_any_file_left_is_refused_and_the_warehouse_stays(two_months):
    before = two_months.fingerprint()
    (two_months.data / "raw" / JANUARY).unlink()
    (two_months.data / "raw" / FEBRUARY).unlink()
    with pytest.raises(UserError, match=r"sales: no file matches raw/sales_\*\.csv"):
        two_months.ingest()
    assert two_months.fingerprint() == before


def test_a_file_sent_twice_is_turned_away_whole(company):
    content = HEADER + line("A1") + line("A2", quantity="two")
    company.export("sales_1.csv", content)
    company.export("sales_2.csv", content)
    manifest = company.ingest()
    first, second = manifest.source("sales").files
    assert (first.loaded, first.quarantined, second.loaded, second.rules) == (1, 1, 0, {"file_sent_twice": 2})
    assert company.orders() == ["A1"]
    assert company.quarantine("sales", "file", "row", "rule") == [
        ("raw/sales_1.csv", 2, "bad_number"),
        ("raw/sales_2.csv", 1, "file_sent_twice"),
        ("raw/sales_2.csv", 2, "file_sent_twice"),
    ]


def test_a_month_sent_twice_with_another_byte_in_it_is_turned_away_row_by_row(company):
    company.export("sales_1.csv", HEADER + line("A1") + line("A2"))
    company.export("sales_2.csv", HEADER + line("A1") + line("A2") + line("A3"))
    company.ingest()
    assert company.orders() == ["A1", "A2", "A3"]
    assert company.quarantine("sales", "file", "row", "rule", "value") == [
        ("raw/sales_2.csv", 1, "duplicate_key", "A1, 1"),
        ("raw/sales_2.csv", 2, "duplicate_key", "A2, 1"),
    ]


def test_a_corrected_file_replaces_the_first_from_the_day_it_was_received(two_months):
    two_months.export("sales_2025-01_corrected_20250310.csv", HEADER + line("A1", quantity=3))
    manifest = two_months.ingest()
    received = date(2025, 3, 10)
    assert known(two_months) == [("A1", None, received), ("A1", received, None), ("B1", None, None)]
    first = next(file for file in manifest.source("sales").files if file.file == f"raw/{JANUARY}")
    assert first.superseded_by == "raw/sales_2025-01_corrected_20250310.csv"


def test_the_latest_of_several_corrections_is_in_force(two_months):
    two_months.export("sales_2025-01_corrected_20250410.csv", HEADER + line("A1", quantity=4))
    two_months.export("sales_2025-01_corrected_20250310.csv", HEADER + line("A1", quantity=3))
    two_months.ingest()
    march, april = date(2025, 3, 10), date(2025, 4, 10)
    assert known(two_months) == [
        ("A1", None, march), ("A1", march, april), ("A1", april, None), ("B1", None, None)]  # fmt: skip


def test_a_correction_taken_back_by_sending_the_first_file_again_is_in_force(two_months):
    """The content of a version does not decide whether it is in force: the day it was received does."""
    first = (two_months.data / "raw" / JANUARY).read_bytes()
    two_months.export("sales_2025-01_corrected_20250310.csv", HEADER + line("A1", quantity=3))
    two_months.export("sales_2025-01_corrected_20250410.csv", first)
    manifest = two_months.ingest()
    march, april = date(2025, 3, 10), date(2025, 4, 10)
    found = two_months.rows(
        "sales_lines", "select quantity::int, _known_from, _known_to from rows where order_id = 'A1' order by 2 nulls first"
    )
    assert found == [(1, None, march), (3, march, april), (1, april, None)]
    assert [file.loaded for file in manifest.source("sales").files] == [1, 1, 1, 1]


def test_a_correction_that_repeats_the_file_before_it_changes_nothing(two_months):
    two_months.export("sales_2025-01_corrected_20250310.csv", (two_months.data / "raw" / JANUARY).read_bytes())
    two_months.ingest()
    assert known(two_months) == [("A1", None, None), ("B1", None, None)]


def test_a_correction_withdrawn_puts_the_first_file_back_in_force(two_months):
    before = two_months.fingerprint()
    path = two_months.export("sales_2025-01_corrected_20250310.csv", HEADER + line("A1", quantity=3))
    two_months.ingest()
    path.unlink()
    two_months.ingest()
    assert two_months.fingerprint() == before


def test_two_files_of_the_same_month_and_day_are_refused_for_want_of_an_order(two_months):
    two_months.sources(SALES + VERSIONS.replace("sales_(", "sales_[a-z]*(").replace("_corrected", "_?c?o?r?r?"))
    two_months.export("sales_x2025-01.csv", HEADER + line("A1", quantity=3))
    with pytest.raises(UserError, match="both month 2025-01"):
        two_months.ingest()


def test_a_changed_declaration_takes_effect_on_files_already_loaded(two_months):
    two_months.sources(SALES.replace("net_price: net_price", "net_price: {from: net_price, scale: 100}"))
    two_months.ingest()
    assert two_months.rows("sales_lines", "select distinct net_price::varchar from rows") == [("990.0000",)]


def test_only_the_sources_asked_for_are_looked_at(two_months):
    two_months.export(FEBRUARY, HEADER + line("B2", "2025-02-01"))
    two_months.export("sales_2025-03.csv", HEADER + line("C1", "2025-03-01"))
    two_months.export("products.csv", "product_id,brand\nP1,Alpha\nP2,Beta\nP3,Gamma\n")
    two_months.ingest(only=["products"])
    assert "C1" not in two_months.orders()
    assert len(two_months.rows("products")) == 3
    with pytest.raises(UserError, match="no source nope"):
        two_months.ingest(only=["nope"])


def test_looking_at_one_source_survives_the_loss_of_anothers_last_file(two_months):
    (two_months.data / "raw" / JANUARY).unlink()
    (two_months.data / "raw" / FEBRUARY).unlink()
    before = two_months.fingerprint()
    two_months.export("products.csv", "product_id,brand\nP1,Alpha\n")
    with pytest.raises(UserError, match=r"sales: no file matches raw/sales_\*\.csv"):
        two_months.ingest(only=["products"])
    assert two_months.fingerprint() == before


def test_the_manifest_accounts_for_every_file(two_months):
    manifest = load_manifest("acme")
    january = manifest.source("sales").files[0]
    assert (january.file, january.rows_in, january.loaded, january.quarantined) == (f"raw/{JANUARY}", 2, 1, 1)
    assert january.rules == {"bad_number": 1}
    assert (january.first_day, january.last_day) == ("2025-01-03", "2025-01-03")
    assert len(january.hash) == 64 and [each.parquet for each in january.stored] == [f"sales-{january.hash[:16]}.parquet"]
    assert (manifest.source("sales").rows_in, manifest.source("sales").loaded) == (3, 2)


def test_an_interrupted_run_leaves_nothing_that_the_next_one_trips_over(two_months, monkeypatch):
    before = two_months.fingerprint()
    two_months.export("sales_2025-03.csv", HEADER + line("C1", "2025-03-01"))
    from brandops.ingest import run

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            two_months.ingest()
    assert two_months.fingerprint() == before
    two_months.ingest()
    assert two_months.orders() == ["A1", "B1", "C1"]


def test_a_run_killed_between_its_renames_is_put_right_by_the_next(two_months):
    before = two_months.fingerprint()
    (two_months.data / "warehouse").rename(two_months.data / ".cache" / "ingest" / "warehouse.last")
    two_months.ingest()
    assert two_months.fingerprint() == before
