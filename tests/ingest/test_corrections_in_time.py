"""A correction counts from its date: until then the warehouse has what was sent, and each day has one truth."""

import random
from datetime import date, timedelta

import pytest

from ingest.company import HEADER, SALES, VERSIONS, line

ABOUT = "  reason: as the shop said\n  reporter: finance\n  date: {}\n  expect: {{sql: count(*) >= 0}}\n"
DAYS = [date(2025, 1, 1) + timedelta(days=20 * n) for n in range(9)]


def correction(body: str, day: object) -> str:
    return f"- table: sales_lines\n{body}" + ABOUT.format(day)


def known(company, day: date, columns: str = "order_id, line_no, quantity, net_sales, _row, _file") -> list[tuple]:
    """Rows in force on a day that had happened by then."""
    return company.rows(
        "sales_lines",
        f"select {columns} from rows where coalesce(_known_from <= date '{day}', true) "
        f"and coalesce(_known_to > date '{day}', true) and cast(ordered_at as date) <= date '{day}' order by all",
    )


def rejected(company, manifest, day: date) -> list[tuple]:
    """Rejects in force on a day: file, row, rule."""
    versions = {file.file: (file.known_from, file.known_to) for file in manifest.source("sales").files}
    listed = "file", "row", "rule", "known_on", "in_force_from", "in_force_to"
    rows = []
    for file, row, rule, of_day, since, until in company.quarantine("sales", *listed):
        begun, ended = versions[file]
        started = all(start is None or str(start) <= str(day) for start in (begun, since, of_day))
        if started and all(end is None or str(end) > str(day) for end in (ended, until)):
            rows.append((file, row, rule))
    return sorted(rows)


@pytest.mark.parametrize(
    ("body", "before", "after"),
    [
        ("  action: drop\n  where: order_id = 'A1'\n", ["A1", "A2"], ["A2"]),
        ("  action: override\n  where: order_id = 'A1'\n  column: quantity\n  value: 7\n", [1, 1], [1, 7]),
        ("  action: scale\n  where: quantity < 9\n  column: quantity\n  factor: 3\n", [1, 1], [3, 3]),
        ("  action: flag\n  where: order_id = 'A1'\n", [1, 1], [1, 1]),
    ],
)  # fmt: skip
def test_a_correction_counts_from_its_date(company, body, before, after):
    company.export("sales_1.csv", HEADER + line("A1") + line("A2"))
    company.corrections(correction(body, "2025-02-01"))
    company.ingest()
    column = "order_id" if "drop" in body else "quantity"
    assert [row[0] for row in known(company, date(2025, 1, 31), column)] == before
    assert [row[0] for row in known(company, date(2025, 2, 1), column)] == after


def test_a_row_that_comes_after_the_correction_was_made_has_never_been_otherwise(company):
    company.export("sales_1.csv", HEADER + line("A1", "2025-03-01") + line("A2", "2025-01-03"))
    company.corrections(correction("  action: scale\n  where: quantity > 0\n  column: quantity\n  factor: 2\n", "2025-02-01"))
    company.ingest()
    assert company.rows("sales_lines", "select order_id, quantity from rows order by all") == [("A1", 2), ("A2", 1), ("A2", 2)]


def test_a_row_mended_by_a_correction_was_rejected_until_then_and_counts_once(company):
    company.export("sales_1.csv", HEADER + line("A1", quantity="two") + line("A2"))
    company.corrections(correction("  action: override\n  where: order_id = 'A1'\n  column: quantity\n  value: 2\n", "2025-02-01"))
    manifest = company.ingest()
    account = manifest.source("sales").files[0]
    assert (account.rows_in, account.loaded, account.quarantined) == (2, 2, 0)
    assert rejected(company, manifest, date(2025, 1, 31)) == [("raw/sales_1.csv", 1, "bad_number")]
    assert rejected(company, manifest, date(2025, 2, 1)) == []
    assert [len(known(company, day)) for day in (date(2025, 1, 31), date(2025, 2, 1))] == [1, 2]


def test_of_two_rows_of_one_key_the_second_counts_once_the_first_is_dropped(company):
    company.export("sales_1.csv", HEADER + line("A1", quantity=1) + line("A1", quantity=5))
    company.corrections(correction("  action: drop\n  where: quantity = 1\n", "2025-02-01"))
    manifest = company.ingest()
    january, february = date(2025, 1, 31), date(2025, 2, 1)
    assert [[row[0] for row in known(company, day, "quantity")] for day in (january, february)] == [[1], [5]]
    assert rejected(company, manifest, january) == [("raw/sales_1.csv", 2, "duplicate_key")]
    assert rejected(company, manifest, february) == [("raw/sales_1.csv", 1, "correction:drop")]
    account = manifest.source("sales").files[0]
    assert (account.loaded, account.rules) == (1, {"correction:drop": 1})


def test_a_line_sent_in_two_files_stays_when_the_first_is_replaced_by_one_without_it(company):
    company.sources(SALES + VERSIONS)
    company.export("sales_2025-01.csv", HEADER + line("A1") + line("A2"))
    company.export("sales_2025-01_corrected_20250301.csv", HEADER + line("A1"))
    company.export("sales_2025-02.csv", HEADER + line("A2", quantity=4) + line("B1", "2025-02-02"))
    manifest = company.ingest()
    found = {day: [row[:3] for row in known(company, day)] for day in (date(2025, 2, 28), date(2025, 3, 1))}
    assert [(order, quantity) for order, _, quantity in found[date(2025, 2, 28)]] == [("A1", 1), ("A2", 1), ("B1", 1)]
    assert [(order, quantity) for order, _, quantity in found[date(2025, 3, 1)]] == [("A1", 1), ("A2", 4), ("B1", 1)]
    account = next(file for file in manifest.source("sales").files if file.file == "raw/sales_2025-02.csv")
    assert (account.loaded, account.quarantined) == (2, 0)


def drawn_correction(random_: random.Random, *, keys: bool) -> tuple[str, date]:
    """A correction of any kind, or, without `keys`, one that leaves keys and days alone."""
    key, other = f"A{random_.randrange(6)}", f"A{random_.randrange(6)}"
    changes = [
        f"  action: drop\n  where: order_id = '{key}' and quantity < 3\n",
        f"  action: override\n  where: order_id = '{key}'\n  column: quantity\n  value: {random_.randint(1, 9)}\n",
        f"  action: override\n  where: order_id = '{key}'\n  column: product_id\n  value: {random_.choice(['P1', 'P9'])}\n",
        "  action: scale\n  where: quantity = 2\n  column: quantity\n  factor: 10\n",
        f"  action: flag\n  where: order_id = '{key}'\n",
    ]
    if keys:
        changes += [
            f"  action: override\n  where: order_id = '{key}'\n  column: order_id\n  value: {other}\n",
            f"  action: override\n  where: order_id = '{key}'\n  column: ordered_at\n  value: 2025-0{random_.randint(1, 5)}-11\n",
        ]
    return random_.choice(changes), random_.choice(DAYS) + timedelta(days=random_.randint(-1, 1))


def drawn_lines(random_: random.Random, *, keys: bool) -> str:
    """Lines that repeat each other's keys, all of days gone by; or, without `keys`, of any day with a key each."""

    def one() -> str:
        number = "1" if keys else str(random_.getrandbits(60))
        day = f"2024-12-{random_.randint(10, 28)}" if keys else f"2025-0{random_.randint(1, 5)}-{random_.randint(10, 28)}"
        quantity, product = random_.choice([1, 2, 3, "x"]), random_.choice(["P1", "P1", "P9"])
        return line(f"A{random_.randrange(6)}", day, quantity, product=product, line=number)

    return HEADER + "".join(one() for _ in range(random_.randint(2, 7)))


@pytest.mark.parametrize("keys", [True, False], ids=["keys repeated", "any day"])
@pytest.mark.parametrize("seed", range(3))
def test_each_day_has_what_it_would_have_had_with_the_corrections_made_by_then(company, seed, keys):
    """The oracle knows no time in corrections: it is told those of a day's past alone, and that they always counted.

    Which of two rows of one key stays is not a matter of their own days, which the oracle would have it be.
    """
    random_ = random.Random(seed)
    company.sources(SALES + VERSIONS)
    for name in ("2025-01", "2025-02", "2025-02_corrected_20250315", "2025-03", "2025-03_corrected_20250412"):
        company.export(f"sales_{name}.csv", drawn_lines(random_, keys=keys))
    drawn = [drawn_correction(random_, keys=keys) for _ in range(6)]
    company.corrections("".join(correction(*one) for one in drawn))
    manifest = company.ingest()
    told = {day: (known(company, day), rejected(company, manifest, day)) for day in DAYS}
    for file in manifest.source("sales").files:
        assert file.rows_in == file.loaded + file.quarantined
    for day in DAYS:
        past = "".join(correction(body, "1900-01-01") for body, made in drawn if made <= day)
        company.corrections(past or "[]")
        manifest = company.ingest()
        assert told[day] == (known(company, day), rejected(company, manifest, day)), f"seed {seed}, {day}"
