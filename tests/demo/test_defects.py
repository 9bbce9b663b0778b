"""The demo brand's exports: the same seed gives the same bytes, and every defect put in is found and nothing else is."""

import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from brandops.demo import generate
from brandops.demo.world import world
from brandops.ingest import ingest, load_manifest

ROOT = Path(__file__).resolve().parents[2]
SCALE = 0.1  # the smallest world with a row for every defect


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The demo brand at a tenth of its size, ingested by its own sources.yml."""
    root = tmp_path_factory.mktemp("small_demo")
    (root / "params").symlink_to(ROOT / "params")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        made = generate(root / "data" / "demo", SCALE)
        ingest("demo")
        yield root / "data" / "demo", made, load_manifest("demo")


def listed(folder: Path) -> dict:
    return json.loads((folder / "defects.json").read_text(encoding="utf-8"))


def quarantined(folder: Path) -> pd.DataFrame:
    return duckdb.sql(f"select * from read_parquet('{folder}/quarantine/*.parquet')").df()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path, small):
    def digests(folder: Path) -> dict[str, str]:
        files = [*sorted((folder / "raw").rglob("*")), folder / "truth.json", folder / "defects.json"]
        return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}

    generate(tmp_path / "again", SCALE)
    assert digests(tmp_path / "again") == digests(small[0])
    assert {Path(name).suffix for name in digests(small[0])} == {".csv", ".sqlite", ".xlsx", ".sav", ".parquet", ".json"}
    generate(tmp_path / "other", SCALE, seed=7)
    assert digests(tmp_path / "other") != digests(small[0])


def test_every_defect_put_in_is_found_and_nothing_else_is_quarantined(small):
    folder, _, _ = small
    known = listed(folder)
    kind = {(d["file"], d["row"], d["source"]): d for d in known["defects"] if d["expected"] != "converted"}
    twice = {file["file"]: file["rows"] for file in known["files"] if file["expected"] == "file_sent_twice"}
    found = quarantined(folder)
    again = found[found["rule"] == "file_sent_twice"]
    assert again.groupby("file").size().to_dict() == twice
    single = found[found["rule"] != "file_sent_twice"]
    rules = {(row.file, row.row, row.source): row.rule for row in single.itertuples()}
    seeded, met, right = Counter(), Counter(), Counter()
    for place, defect in kind.items():
        seeded[defect["kind"]] += 1
        met[defect["kind"]] += place in rules
        right[defect["kind"]] += rules.get(place) == defect["expected"]
    assert met == seeded, "recall 1.0 of every kind"
    assert right == seeded, "each by the rule it breaks"
    assert set(rules) == set(kind), "precision 1.0"
    assert len(seeded) >= 15


def test_every_value_written_in_another_format_is_loaded(small):
    folder, _, manifest = small
    places = {(d["file"], d["row"], d["source"]) for d in listed(folder)["defects"] if d["expected"] == "converted"}
    found = {(row.file, row.row, row.source) for row in quarantined(folder).itertuples()}
    assert len(places) > 150 and not places & found
    met = {label for account in manifest.sources for _, label, _ in account.conversions}
    assert {"full_width", "grouped", "currency", "slashes time", "chinese time", "percent", "duration", "excel"} <= met


def test_the_warehouse_holds_the_true_lines_to_the_cent(small):
    """Bad rows are extra rows, so a correct ingestion loads exactly the lines the world sold."""
    folder, made, _ = small
    lines = f"read_parquet('{folder}/warehouse/sales_lines/*.parquet') where _known_to is null"
    count, total = duckdb.sql(f"select count(*), sum(net_sales) from {lines}").fetchone()
    true = made.tables["sales_lines"]
    assert count == len(true)
    assert round(float(total), 2) == round(float(true["net_sales"].sum()), 2)


def test_the_corrected_month_is_in_force_from_the_day_it_was_received(small):
    folder, _, manifest = small
    replaced = next(file for file in listed(folder)["files"] if file["expected"] == "superseded")
    account = next(file for file in manifest.source("erp_orders").files if file.file == replaced["file"])
    assert (account.superseded_by, account.known_to) == (replaced["replaced_by"], replaced["received"])
    assert account.rows_in == replaced["rows"]


def test_the_world_has_the_size_it_is_said_to_have():
    """The counts of brands, products, channels, ... do not depend on the scale; lines and customers do."""
    made = world(scale=0.05)
    tables = made.tables
    assert tables["products"]["brand"].nunique() == 6
    assert len(tables["products"]) == 120
    channels = tables["channels"]
    assert len(channels) == 9 and set(channels["channel_type"]) == {"online", "offline"}
    assert (pd.to_datetime(channels["opened_on"]) > "2022-01-01").sum() == 3
    assert tables["sales_lines"]["region"].nunique() == 8
    assert len(tables["people"]) == 60
    assert len(tables["campaigns"]) == 24
    assert len(tables["suppliers"]) == 20
    assert len(set(tables["market_monthly"]["competitor"]) - {"own", "rest"}) == 4
    assert len(tables["customers"]) == pytest.approx(1000, rel=0.1)
    assert len(tables["sales_lines"]) == pytest.approx(15_000, rel=0.1)
    days = tables["sales_lines"]["ordered_at"]
    assert (str(days.min().date()), str(days.max().date())) == ("2022-01-01", "2025-12-31")


def test_a_world_too_small_for_its_defects_is_refused(tmp_path):
    with pytest.raises(ValueError, match="raise the scale"):
        generate(tmp_path, 0.001)


def test_the_truth_is_read_by_no_notebook_and_no_module_but_the_demos():
    reads = re.compile(r"truth\.json|true_parameters|demo\.truth|brandops\.demo\b")
    sources = [path for path in (ROOT / "src" / "brandops").rglob("*.py") if "demo" not in path.relative_to(ROOT).parts]
    notebooks = list((ROOT / "notebooks").glob("*.ipynb"))
    assert len(sources) > 50 and len(notebooks) >= 3
    assert [str(path) for path in (*sources, *notebooks) if reads.search(path.read_text(encoding="utf-8"))] == []
    assert reads.search((ROOT / "src" / "brandops" / "demo" / "export.py").read_text(encoding="utf-8"))
