"""Names as a reader expects them."""

import pytest

from brandops.present.sentences.goals_names import company


@pytest.mark.parametrize(
    ("register", "shown"),
    [("SAZERAC COMPANY  INC", "Sazerac Company Inc"), ("PERNOD RICARD USA", "Pernod Ricard USA"), ("MHW LTD", "MHW LTD"),
     ("Yunlan Brands", "Yunlan Brands"), ("rest", "Rest of the market"), ("E & J GALLO WINERY", "E & J Gallo Winery")],
)  # fmt: skip
def test_a_companys_name_is_not_shouted(register, shown):
    assert company(register) == shown
