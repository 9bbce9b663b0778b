"""Personal columns never leave the warehouse, and credentials appear nowhere."""

import json
from datetime import date
from pathlib import Path

import pytest

from brandops.errors import UserError
from brandops.ingest import databases
from brandops.params import load_plan
from brandops.warehouse import build_marts, load_mart
from ingest.company import HEADER, SALES, line

SECRETS = ("Ann Smith", "ann@example.com", "13800138000", "1 Long Road")
CUSTOMERS = """\
- name: customers
  table: customers
  kind: csv
  path: raw/customers.csv
  columns: {customer_id: id, name: name, email: mail, phone: phone, address: street, credit_limit: credit, city: phone}
"""


def leaks(root: Path, *folders: str, secrets: tuple[str, ...] = SECRETS) -> list[str]:
    """Files below `folders` that show a secret, parquet files by their values."""
    import duckdb

    found = []
    for path in (path for folder in folders for path in (root / folder).rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            text += str(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
        found += [f"{path.name}: {secret}" for secret in secrets if secret in text]
    return found


def test_no_personal_value_is_in_marts_manifest_or_quarantine(company):
    """Good rows, rejected rows, rows with shifted cells and duplicates: none shows a name, address, e-mail or number."""
    rows = "C1,Ann Smith,ann@example.com,13800138000,1 Long Road,10\n"
    bad = rows.replace("C1", "C2").replace(",10", ",ten")
    shifted = rows.replace("C1", "C3").replace("1 Long Road", "1 Long Road,flat 2")
    company.export("customers.csv", "id,name,mail,phone,street,credit\n" + rows + rows + bad + shifted)
    company.export("sales_1.csv", HEADER + line("A1"))
    company.sources(CUSTOMERS.replace(", city: phone", ""), SALES)
    company.plan()
    manifest = company.ingest()
    assert manifest.source("customers").files[0].rules == {"bad_number": 1, "duplicate_key": 1, "unreadable_line": 1}
    assert company.rows("customers", "select name from rows") == [("Ann Smith",)], "the warehouse keeps it"
    build_marts("acme", load_plan("acme"), date(2025, 1, 31))
    (company.data / "warehouse" / "manifest.json").rename(company.data / "quarantine" / "manifest.json")
    assert leaks(company.data, "marts", "quarantine") == []
    assert leaks(company.data, "warehouse"), "the search finds what is there"


def test_a_value_read_from_a_personal_column_is_masked_under_any_name(company):
    company.export("customers.csv", "id,name,mail,phone,street,credit\nC1,Ann Smith,ann@example.com,13800138000,1 Long Road,ten\n")
    company.sources(CUSTOMERS)
    company.ingest()
    assert leaks(company.data, "quarantine") == []
    record = json.loads(company.quarantine("customers", "record")[0][0])
    assert record["id"] == "C1" and record["phone"] == "***" and record["credit"] == "ten"


PASSWORD = "s3cr3t-w0rd"
PEOPLE = """\
- name: people
  table: people
  kind: sql
  url: ${CRM_DATABASE_URL}
  query: select id, hired from staff
  columns: {person_id: id, hired_on: hired}
"""


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://crm:{PASSWORD}@127.0.0.1:1/crm",
        f"postgres://crm:{PASSWORD}@nowhere.invalid/crm",
        f"mysql://crm:{PASSWORD}@127.0.0.1:1/crm",
        f"oracle://crm:{PASSWORD}@127.0.0.1:1/crm",
        f"host=127.0.0.1 user=crm password={PASSWORD} dbname=crm",
        f"//crm:{PASSWORD}@127.0.0.1/crm",
        PASSWORD,
        f"sqlite:{PASSWORD}/crm.sqlite?key={PASSWORD}",
    ],
)
def test_a_connection_that_fails_shows_no_password_and_leaves_none_behind(company, monkeypatch, url):
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    company.sources(PEOPLE)
    said = []
    with pytest.raises(UserError) as error:
        company.ingest(progress=said.append)
    assert str(error.value).startswith("people: ")
    assert PASSWORD not in "\n".join([str(error.value), repr(error.value.__cause__), *said])
    assert leaks(company.root, ".", secrets=(PASSWORD,)) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://crm:p%40ss@db/x", 'connection to "db" as crm with p@ss failed'),
        ("postgresql://crm:p%40ss@db/x", "could not open postgresql://crm:p%40ss@db/x"),
        ("host=db password='two words' user=crm", "bad option password='two words'"),
        ("mysql://crm:a@b@db/x", "mysql://crm:a@b@db/x refused"),
    ],
)
def test_a_driver_that_quotes_the_address_is_masked(url, shown):
    said = databases.masked(shown, url)
    assert not any(secret in said for secret in ("p@ss", "p%40ss", "two words", "a@b", "words")), said


def test_an_address_with_a_password_written_into_the_yaml_is_refused(company):
    company.sources(PEOPLE.replace("${CRM_DATABASE_URL}", f"postgresql://crm:{PASSWORD}@db/crm"))
    with pytest.raises(UserError, match=r"sources\.yml.*url must be") as error:
        company.ingest()
    assert PASSWORD not in str(error.value)


STAFF = """\
- name: people
  table: people
  kind: csv
  path: raw/people.csv
  columns: {person_id: id, name: name, hired_on: hired}
"""


@pytest.mark.parametrize(
    ("setting", "shown"), [("", "S1"), ("publish_names: false\n", "S1"), ("publish_names: true\n", "Ann Smith")]
)
def test_people_are_called_by_their_id_unless_the_plan_publishes_names(company, setting, shown):
    company.export("people.csv", "id,name,hired\nS1,Ann Smith,2020-01-01\n")
    company.export("customers.csv", "id,name,mail,phone,street,credit\nC1,Bea Jones,bea@example.com,139,2 Road,10\n")
    company.export("sales_1.csv", HEADER + line("A1"))
    company.sources(STAFF, CUSTOMERS.replace(", city: phone", ""), SALES)
    company.plan(setting)
    company.ingest()
    build_marts("acme", load_plan("acme"), date(2025, 1, 31))
    people = load_mart("people", "acme", date(2025, 1, 31))
    assert people["person"].to_list() == [shown] and "name" not in people
    named = leaks(company.data, "marts", secrets=("Ann Smith",))
    assert named == (["people.parquet: Ann Smith"] if shown == "Ann Smith" else []), "allowed in this one column alone"
    assert leaks(company.data, "marts", secrets=("Bea Jones", "bea@example.com")) == []


def test_a_mart_that_carries_a_personal_column_is_refused_even_where_names_are_published(company, monkeypatch):
    company.export("people.csv", "id,name,hired\nS1,Ann Smith,2020-01-01\n")
    company.export("sales_1.csv", HEADER + line("A1"))
    company.sources(STAFF, SALES)
    company.plan("publish_names: true\n")
    company.ingest()
    monkeypatch.setattr("brandops.warehouse.team.people", lambda rows, _publish: rows)
    with pytest.raises(ValueError, match="mart people would carry personal columns: name"):
        build_marts("acme", load_plan("acme"), date(2025, 1, 31))
