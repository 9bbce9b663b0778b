"""What is remembered of a table's keys never shows: whatever files come, change and go, a build from nothing is the same."""

import json
import random
import shutil

import pytest

from brandops.ingest import duplicates, orphans, remembered
from ingest.company import HEADER, SALES, line

POLICIES = ("quarantine", "blank", "keep")
CUSTOMERS = """\
- {name: customers, table: customers, kind: csv, path: raw/customers_*.csv, columns: {customer_id: customer_id}}
"""
WITH_CUSTOMERS = SALES.replace("quantity: quantity,", "quantity: quantity, customer_id: customer_id,")
COLUMNS = HEADER.strip() + ",customer_id\n"


def declared(policy: str) -> str:
    return WITH_CUSTOMERS + f"  on_orphan: {{customer_id: {policy}}}\n"


def orders(random_: random.Random) -> str:
    """A few order lines that repeat each other's keys, some of customers and products nobody lists."""
    drawn = [
        line(f"A{random_.randrange(12)}", f"2025-0{random_.randint(1, 3)}-0{random_.randint(1, 9)}").strip()
        .replace("P1", random_.choice(["P1", "P1", "P1", "P9"])) + f",C{random_.randrange(6)}\n"
        for _ in range(random_.randint(1, 6))
    ]  # fmt: skip
    return COLUMNS + "".join(drawn)


def customers(random_: random.Random, number: int) -> str:
    """Customers a master file lists: which ones changes as it is sent again; number 0 is always there."""
    first = 0 if number == 0 else 3
    return "customer_id\n" + "".join(f"C{first + n}\n" for n in range(3) if n == 0 or random_.random() < 0.6)


def change(company, random_: random.Random) -> str:
    """Add, replace or delete a file, or change what is done about unknown customers; says which."""
    raw = company.data / "raw"
    kind = random_.choice(["orders", "orders", "orders", "customers", "products", "delete", "policy"])
    if kind == "orders":
        company.export(f"sales_{random_.randrange(5)}.csv", orders(random_))
    elif kind == "customers":
        number = random_.randrange(2)
        company.export(f"customers_{number}.csv", customers(random_, number))
    elif kind == "products":
        company.export("products.csv", "product_id,brand\nP1,Alpha\n" + random_.choice(["", "P9,Late\n"]))
    elif kind == "delete":
        held = sorted(raw.glob("sales_*.csv"))
        if len(held) > 1:
            random_.choice(held).unlink()
        (raw / "customers_1.csv").unlink(missing_ok=True)
    else:
        company.sources(CUSTOMERS, declared(random_.choice(POLICIES)))
    return kind


@pytest.mark.parametrize("seed", range(3))
def test_a_warehouse_brought_up_to_date_step_by_step_is_the_one_built_from_nothing(company, seed):
    random_ = random.Random(seed)
    company.sources(CUSTOMERS, declared("quarantine"))
    company.export("customers_0.csv", customers(random_, 0))
    company.export("sales_0.csv", orders(random_))
    rules = set()
    for step in range(6):
        changes = [change(company, random_) for _ in range(random_.randint(1, 2))]
        company.ingest()
        stepwise, cache = company.fingerprint(), company.data / ".cache"
        aside = cache.with_name("aside")
        cache.rename(aside)
        for folder in ("warehouse", "quarantine"):
            shutil.rmtree(company.data / folder)
        manifest = company.ingest()
        assert company.fingerprint() == stepwise, f"seed {seed}, step {step}: {changes}"
        shutil.rmtree(cache)
        aside.rename(cache)
        rules |= {rule for source in manifest.sources for file in source.files for rule in file.rules}
    assert "duplicate_key" in rules  # else the sequence says nothing about keys
    assert rules & {"orphan"}


def test_of_files_looked_at_before_only_hashes_are_read_again(company, monkeypatch):
    """One more file: the key columns of the earlier files are not opened, though keys are repeated in them."""
    for month in (1, 2, 3):
        company.export(f"sales_{month}.csv", HEADER + line(f"A{month}", f"2025-0{month}-03") * 2)
    company.ingest()
    read = []
    for module in (duplicates, orphans):
        monkeypatch.setattr(module, "files", lambda paths, **how: read.append(list(paths)) or remembered.files(paths, **how))
    company.export("sales_4.csv", HEADER + line("A4", "2025-04-03"))
    company.ingest()
    staged = [path for paths in read for path in paths if path.endswith("rows.parquet") and "staged" in path]
    assert len(set(staged)) == 1, staged


def test_what_is_remembered_of_a_lost_folder_is_not_used(company):
    company.export("sales_1.csv", HEADER + line("A1") + line("A1"))
    company.ingest()
    before = company.fingerprint()
    for facts in (company.data / ".cache" / "ingest" / "tables").glob("*/remembered.json"):
        facts.write_text(json.dumps({"table": "sales_lines", "parts": []}))
    company.export("sales_2.csv", HEADER + line("A2"))
    company.ingest()
    (company.data / "raw" / "sales_2.csv").unlink()
    company.ingest()
    assert company.fingerprint() == before
