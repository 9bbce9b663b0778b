"""From `make new-profile` to the page: no personal value and no credential is in anything that leaves the warehouse."""

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from leak_search import leaks
from test_connect_a_company import FILES

from brandops.present.downloads import write_downloads

ROOT = Path(__file__).resolve().parents[2]
PERSONAL = ("Ann Quillfeather", "ann.q@example.com", "+86 138 0013 8000", "1 Longacre Road", "Bo Ferriter", "Cy Dunmore")
CREDENTIAL = "s3cr3t-w0rd"
SOURCES = """
- name: crm_customers
  table: customers
  kind: sql
  url: ${CRM_DATABASE_URL}
  query: select id, who, mail, phone, street, since, credit from customers
  columns: {customer_id: id, name: who, email: mail, phone: phone, address: street, created_on: since, credit_limit: credit}
- name: staff
  table: people
  kind: csv
  path: raw/staff.csv
  columns: {person_id: id, name: who, team: team, hired_on: hired}
- name: quotas
  table: quotas
  kind: csv
  path: raw/quotas.csv
  columns: {person_id: id, month: month, quota: quota}
"""
# The second customer's credit limit is no number and the second seller has no day: both land in quarantine, whole rows.
CUSTOMERS = [
    ("C1", "Ann Quillfeather", "ann.q@example.com", "+86 138 0013 8000", "1 Longacre Road", "2025-01-01", "10"),
    ("C2", "Bo Ferriter", "ann.q@example.com", "+86 138 0013 8000", "1 Longacre Road", "2025-01-01", "ten"),
]
STAFF = "id,who,team,hired\nS1,Ann Quillfeather,East,2024-01-01\nS2,Cy Dunmore,East,soon\n"
QUOTAS = "id,month,quota\nS1,2025-01-01,20\nS1,2025-02-01,50\nS1,2025-03-01,10\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The guide's company with a customer database and staff, from the skeleton to the published page; and what was said."""
    root = tmp_path_factory.mktemp("leaks")
    for folder in ("params", "notebooks"):
        (root / folder).mkdir()
    shutil.copy(ROOT / "params" / "_brand.yml", root / "params")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, root / "notebooks")
    shutil.copy(ROOT / "requirements.lock", root)
    database = root / CREDENTIAL / "crm.sqlite"
    database.parent.mkdir()
    with sqlite3.connect(database) as crm:
        crm.execute("create table customers (id, who, mail, phone, street, since, credit)")
        crm.executemany("insert into customers values (?, ?, ?, ?, ?, ?, ?)", CUSTOMERS)
    environment = os.environ | {
        "BRANDOPS_ROOT": str(root), "BRANDOPS_NO_QUARTO_INSTALL": "1", "PYTHONPATH": str(ROOT / "src"), "PROFILE": "acme",
        "NAME": "acme", "CRM_DATABASE_URL": f"sqlite:///{database}",
    }  # fmt: skip

    def run(command: str) -> str:
        done = subprocess.run([sys.executable, "-m", "brandops.pipeline", command], env=environment, capture_output=True,
                              text=True, cwd=root, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = run("new-profile")
    raw = root / "data" / "acme" / "raw"
    for name, text in {**FILES, "raw/staff.csv": STAFF, "raw/quotas.csv": QUOTAS}.items():
        if name != "corrections.yml":
            (raw.parent / name if name.startswith("raw/") else root / "params" / "acme" / name).write_text(text, encoding="utf-8")
    path = root / "params" / "acme" / "sources.yml"
    sources = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources["sources"][-1]["columns"] |= {"customer_id": {"value": "C1"}, "salesperson_id": {"value": "S1"}}
    sources["sources"][2:2] = yaml.safe_load(SOURCES)
    path.write_text(yaml.safe_dump(sources, sort_keys=False), encoding="utf-8")
    return root, said + run("report")


def test_the_company_has_its_page_with_its_people_by_number(project):
    root, _said = project
    assert (root / "reports" / "acme" / "2025Q1" / "html" / "index.html").is_file()
    page = (root / "reports" / "acme" / "2025Q1" / "html" / "05_sales_team.html").read_text(encoding="utf-8")
    assert "S1" in page, "the search below reads pages that do speak of people"


def test_no_personal_value_leaves_the_warehouse(project):
    root, said = project
    # Staged rows are the warehouse's own: ingestion keeps them to read only what changed.
    left = ("data/acme/warehouse", "data/acme/.cache", "data/acme/raw", CREDENTIAL)
    assert leaks(root, PERSONAL, leave_out=left) == []
    assert not [secret for secret in PERSONAL if secret in said]
    manifest = (root / "data" / "acme" / "warehouse" / "manifest.json").read_text(encoding="utf-8")
    assert not [secret for secret in PERSONAL if secret in manifest]
    assert any("Ann Quillfeather" in leak for leak in leaks(root / "data" / "acme" / "warehouse", PERSONAL)), "it is there"


def test_the_credential_of_a_database_is_in_no_file_and_no_log(project):
    root, said = project
    assert CREDENTIAL not in said
    assert leaks(root, (CREDENTIAL,)) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".parquet"])
def test_the_search_reads_every_kind_of_download(tmp_path, suffix):
    frame = pd.DataFrame({"who": ["Ann Quillfeather"], "sales": [1.0]})
    write_downloads(frame, {"who": "Who", "sales": "Sales"}, tmp_path, "table")
    assert f"table{suffix}: Ann Quillfeather" in leaks(tmp_path, PERSONAL)


@pytest.mark.parametrize("name", ["page.html", "notebook.ipynb", "results.json"])
def test_the_search_reads_pages_and_the_charts_in_them(tmp_path, name):
    chart = base64.b64encode(b"<svg><text>Bo Ferriter</text></svg>").decode()
    (tmp_path / name).write_text(f'Cy Dunmore <img src="data:image/svg+xml;base64,{chart}">', encoding="utf-8")
    assert leaks(tmp_path, PERSONAL) == [f"{name}: Bo Ferriter", f"{name}: Cy Dunmore"]
