"""Marts brought up to date step by step are those built from nothing, whatever files come, change and go, on whatever day."""

import random
import shutil
from datetime import date, timedelta

import pytest

from brandops.params import load_plan
from brandops.warehouse import build_marts, last
from brandops.warehouse.load import read_manifest
from ingest.company import SALES, VERSIONS, Company, line

COLUMNS = "order_id,line_no,ordered_at,channel_id,product_id,quantity,net_price,customer_id,person\n"
CUSTOMERS = """\
- {name: customers, table: customers, kind: csv, path: raw/customers.csv,
   columns: {customer_id: customer_id, created_on: created_on, segment: segment, region: region}}
"""
DECLARED = SALES.replace("quantity: quantity,", "quantity: quantity, customer_id: customer_id, salesperson_id: person,")
KEPT = "  on_orphan: {customer_id: keep, product_id: keep}\n"


def month_of(random_: random.Random, month: str) -> str:
    """Order lines of a month: some returned, some of nobody, some of customers and products nobody lists (yet)."""
    lines = []
    for number in range(random_.randint(2, 7)):
        day = f"{month}-{random_.randint(1, 28):02d} {random_.choice(['09:00:00', '23:30:00', '00:10:00'])}"
        drawn = line(f"{month}-{number // 2}", day, random_.choice([1, 2, -1]), random_.choice(["9.90", "0.3333"]),
                     line=str(number), product=random_.choice(["P1", "P2", "P9"]),
                     channel=random_.choice(["web", "shop"]))  # fmt: skip
        lines.append(f"{drawn.strip()},{random_.choice(['', 'C1', 'C2', 'C3'])},{random_.choice(['', 'S1'])}\n")
    return COLUMNS + "".join(lines)


def customers(random_: random.Random) -> str:
    """A customer master: who is in it, and what it says of them, changes."""
    listed = [
        f"C{n},2025-0{random_.choice([1, 9])}-01,{random_.choice('ab')},{random_.choice(['east', 'west'])}\n" for n in (1, 2, 3, 7)
    ]
    return "customer_id,created_on,segment,region\n" + "".join(entry for entry in listed if random_.random() < 0.8) + "C8,,a,east\n"


def change(company: Company, random_: random.Random) -> str:
    """One change such as a day brings, or a mended past."""
    kind = random_.choice(["month", "month", "corrected", "customers", "products", "deleted"])
    month = f"2025-0{random_.randint(1, 6)}"
    if kind == "month":
        company.export(f"sales_{month}.csv", month_of(random_, month))
    elif kind == "corrected":
        received = f"20250{random_.randint(5, 8)}10"
        company.export(f"sales_{month}_corrected_{received}.csv", month_of(random_, month))
    elif kind == "customers":
        company.export("customers.csv", customers(random_))
    elif kind == "products":
        brand = random_.choice(["Alpha", "Alef"])
        company.export("products.csv", f"product_id,brand\nP1,{brand}\nP2,Beta\n" + random_.choice(["", "P9,Late\n", "P7,New\n"]))
    elif len(held := sorted((company.data / "raw").glob("sales_*.csv"))) > 2:
        random_.choice(held).unlink()
    return kind


@pytest.fixture
def company(tmp_path, monkeypatch):
    """Half a year of sales, in a company whose clock is east of Greenwich."""
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    made = Company(tmp_path)
    made.plan()
    plan = tmp_path / "params" / "acme" / "plan.yml"
    plan.write_text(plan.read_text().replace("time_zone: UTC", "time_zone: Asia/Shanghai"))
    made.sources(CUSTOMERS, DECLARED + VERSIONS + KEPT, time_zone="Asia/Shanghai")
    random_ = random.Random(0)
    made.export("customers.csv", customers(random_))
    for month in range(1, 7):
        made.export(f"sales_2025-0{month}.csv", month_of(random_, f"2025-0{month}"))
    return made


def written(company: Company, as_of: date) -> dict[str, bytes]:
    build_marts("acme", load_plan("acme"), as_of)
    return {path.name: path.read_bytes() for path in sorted((company.data / "marts" / as_of.isoformat()).glob("*.parquet"))}


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_marts_of_each_step_are_those_of_a_build_from_nothing(company, monkeypatch, seed):
    random_ = random.Random(seed)
    kept = company.data / ".cache" / "marts"
    aside, taken = kept.with_name("aside"), []
    still_valid = last.still_valid

    def watched(*arguments):
        found = still_valid(*arguments)
        taken.append(found.months if found else frozenset())
        return found

    monkeypatch.setattr(last, "still_valid", watched)
    as_of = date(2025, 6, 20)
    for step in range(5):
        changes = [change(company, random_)] if step else []
        as_of += timedelta(days=random_.choice([0, 1, 1, 20, -30]))
        company.ingest()
        stepwise = written(company, as_of)
        kept.rename(aside)
        taken, months = [], taken
        assert written(company, as_of) == stepwise, f"seed {seed}, step {step}: {changes} as of {as_of}"
        assert taken == [frozenset()]
        taken = months
        shutil.rmtree(kept)
        aside.rename(kept)
    assert any(taken), "no month was ever taken over: the test says nothing"


def test_one_more_day_opens_the_lines_of_its_month_alone_and_new_customers_change_no_other(company):
    company.export("customers.csv", "customer_id,created_on,segment,region\nC1,2025-01-01,a,east\n")
    company.ingest()
    plan = load_plan("acme")
    build_marts("acme", plan, date(2025, 7, 10))
    company.export("customers.csv", "customer_id,created_on,segment,region\nC1,2025-01-01,a,east\nC99,2025-07-11,b,west\n")
    company.export("sales_2025-07.csv", COLUMNS + line("J1", "2025-07-11").strip() + ",C99,S1\n")
    company.ingest()
    manifest = read_manifest("acme")
    found = last.still_valid("acme", manifest, last.facts_of("acme", manifest, plan, date(2025, 7, 11)), date(2025, 7, 11))
    assert found.months == {date(2025, month, 1) for month in range(1, 7)}
    days = {account["source"]: account["files"] for account in manifest["sources"]}["sales"]
    july = [each["parquet"] for file in days if file["file"] == "raw/sales_2025-07.csv" for each in file["stored"]]
    assert [path.name for path in found.lines] == july
