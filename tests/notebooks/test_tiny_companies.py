"""A company that supplies next to nothing gets every page; what cannot be computed reads as not supplied."""

import json
from pathlib import Path

import pytest
from running import results_of
from tiny_companies import CUSTOMERS, MARKET, PRODUCTS, SALES, build, company, lines

from brandops.present.items import ITEMS
from brandops.present.status import Status

FOLDER = Path(__file__).parents[2] / "notebooks"
PAGES = sorted(path.stem for path in FOLDER.glob("0[0-59]_*.ipynb"))
SKUS = "sku\nP1\nP2\n"
PANEL = "month,category,who,sales\n{month},All,own,9\n"
YEAR = [f"{year}-{month:02d}-{day:02d}" for year in (2024, 2025) for month in range(1, 13) for day in (3, 17)]
# Name: sources, exports, period, as-of date.
COMPANIES = {
    "sales_and_products": (PRODUCTS + SALES, {"products": SKUS, "orders": lines(*YEAR)}, "", ""),
    "sales_of_some_days": (PRODUCTS + SALES, {"products": SKUS, "orders": lines("2025-02-03", "2025-02-20")}, "", ""),
    "period_at_the_very_start": (PRODUCTS + SALES, {"products": SKUS, "orders": lines(*YEAR)}, "2024-01", "2024-01-02"),
    "first_quarter": (PRODUCTS + SALES, {"products": SKUS, "orders": lines(*YEAR)}, "2024Q1", ""),
    "customers_alone": (CUSTOMERS, {"customers": "id,since\nC1,2025-01-05\nC2,2025-06-30\n"}, "", ""),
    "nothing_known_yet": (CUSTOMERS, {"customers": "id,since\nC1,2025-03-05\nC2,2025-06-30\n"}, "2025Q1", "2025-01-02"),
    "market_research_without_a_month_that_has_ended": (
        PRODUCTS + SALES + MARKET,
        {"products": SKUS, "orders": lines("2025-02-03", "2025-02-20"), "panel": PANEL.format(month="2025-02-01")}, "", "",
    ),
    "market_research_that_cannot_be_read": (
        PRODUCTS + SALES + MARKET,
        {"products": SKUS, "orders": lines(*YEAR), "panel": PANEL.format(month="soon")}, "", "",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=COMPANIES)
def tiny(request, tmp_path_factory):
    """A company's profile with its period and as-of date, in a project folder of its own."""
    sources, files, period, as_of = COMPANIES[request.param]
    root = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANDOPS_ROOT", str(root))
        patch.setenv("BRANDOPS_BUILD", str(root / "build"))
        (root / "params").mkdir()
        (root / "params" / "_brand.yml").write_bytes((FOLDER.parent / "params" / "_brand.yml").read_bytes())
        build(company(root, sources, **files), period, as_of)
        yield request.param, period, as_of


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_made_whatever_is_missing(tiny, page):
    _name, period, as_of = tiny
    cells = json.loads((FOLDER / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [f'profile, period, language, as_of = "tiny", "{period}", "en", "{as_of}"']
    results = results_of(cells)
    own = [item for item in ITEMS if item.startswith(f"{int(page[:2])}.")]
    assert results.items() == own
    bare = [item for item in own if not results.figures_of(item)]
    assert all(results.status(item) in (Status.NOT_SUPPLIED, Status.NO_TARGET) for item in bare)
