"""The guide to connecting a company does what it says: its examples are run on the tiny company it describes."""

import re
from pathlib import Path

import pytest
import yaml

from brandops import paths
from brandops.errors import UserError
from brandops.ingest import ingest
from brandops.params import load_plan
from brandops.pipeline.newprofile import write_profile

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "connect-a-company.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) (\S+)(?: (\d+))?\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
FILES = {name: text for _, name, loaded, text in BLOCKS if not loaded}
CHANGES = [(int(loaded), yaml.safe_load(text)) for _, _, loaded, text in BLOCKS if loaded]


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """The guide followed up to its fourth step."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    folder = write_profile("acme")
    for name, text in FILES.items():
        if name != "corrections.yml":
            (paths.data_dir("acme") / name if name.startswith("raw/") else folder / name).write_text(text, encoding="utf-8")
    return folder


def orders(manifest):
    return next(account for account in manifest.sources if account.source == "orders")


def test_the_guide_leads_from_a_skeleton_to_loaded_rows(acme):
    found = ingest("acme")
    assert load_plan("acme").company == "Acme"
    assert {a.source: a.loaded for a in found.sources} == {"products": 3, "shops": 2, "orders": 4}
    assert orders(found).files[0].rules == {"bad_number": 1, "orphan": 1}


@pytest.mark.parametrize(("loaded", "change"), CHANGES, ids=["keep", "join", "map", "value", "level"])
def test_each_variation_loads_what_the_guide_says(acme, loaded, change):
    path = acme / "sources.yml"
    sources = yaml.safe_load(path.read_text())
    source = sources["sources"][-1]
    source["columns"] |= change.pop("columns", {})
    source |= change
    path.write_text(yaml.safe_dump(sources))
    found = orders(ingest("acme"))
    assert (found.rows_in, found.loaded, found.quarantined) == (6, loaded, 6 - loaded)


def test_the_correction_mends_one_line_and_fails_once_the_source_is_mended(acme):
    (acme / "corrections.yml").write_text(FILES["corrections.yml"], encoding="utf-8")
    assert orders(ingest("acme")).loaded == 5
    raw = paths.data_dir("acme") / "raw" / "orders_2025.csv"
    raw.write_text(raw.read_text().replace("P9", "P3"))
    with pytest.raises(UserError, match="take the correction out"):
        ingest("acme")
