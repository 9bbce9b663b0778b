"""The brand's colours: few, readable, apart for everybody, on light and dark pages; its font has no gaps."""

import re
from itertools import combinations

import pytest

from brandops.errors import UserError
from brandops.present import brand, charts, self_check
from brandops.present.brand import APART, MAX_COLOURS, READABLE, contrast, difference, load_brand, simulated

SCHEMES = load_brand().schemes
SIGHTS = (None, *self_check.DEFICIENCIES)


def test_the_brand_has_a_light_and_a_dark_scheme():
    assert list(SCHEMES) == ["light", "dark"]
    assert contrast(SCHEMES["dark"].background, "#000000") < 2 < contrast(SCHEMES["light"].background, "#000000")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_at_most_five_colours_and_all_of_them_readable_on_page_and_panel(scheme):
    look = SCHEMES[scheme]
    assert len(look.palette) == len(set(look.series)) <= MAX_COLOURS
    for colour in (*look.palette.values(), look.foreground, look.muted):
        for ground in (look.background, look.panel):
            assert contrast(colour, ground) >= READABLE, (colour, ground)
    assert brand.lowest_contrast(look) >= READABLE


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_colours_stay_apart_for_readers_who_lack_a_kind_of_cone(scheme, sight):
    for one, other in combinations(SCHEMES[scheme].series, 2):
        seen = [simulated(colour, sight) if sight else colour for colour in (one, other)]
        assert difference(*seen) >= APART, (one, other)


def test_red_and_green_of_one_lightness_would_be_caught():
    # What most readers tell apart at a glance, a reader without green cones does not.
    red, green = "#B0563C", "#7A6E2A"
    assert difference(red, green) > 25
    assert difference(simulated(red, "deuteranopia"), simulated(green, "deuteranopia")) < APART


def test_greys_look_the_same_to_everybody():
    for sight in self_check.DEFICIENCIES:
        assert difference("#808080", simulated("#808080", sight)) < 1


def test_contrast_is_wcags():
    assert round(contrast("#FFFFFF", "#000000"), 1) == 21.0 and round(contrast("#FFFFFF", "#767676"), 2) == 4.54


def test_a_sixth_colour_and_an_unknown_one_are_refused(tmp_path):
    text = (charts.brand.paths.root() / "params" / "_brand.yml").read_text(encoding="utf-8")
    (tmp_path / "six.yml").write_text(text.replace("    red:", '    pink: "#FF00FF"\n    red:'), encoding="utf-8")
    with pytest.raises(UserError, match="6 colours"):
        load_brand(tmp_path / "six.yml")
    (tmp_path / "bad.yml").write_text(text.replace('dark: "#7DB3F2"', "dark: sky"), encoding="utf-8")
    with pytest.raises(UserError, match=r"color.primary: 'sky'"):
        load_brand(tmp_path / "bad.yml")


def test_a_brand_without_dark_colours_stays_light(tmp_path):
    path = tmp_path / "plain.yml"
    path.write_text('color:\n  palette: {ink: "#1B2A3D"}\n  foreground: ink\n', encoding="utf-8")
    look = load_brand(path)
    assert look.dark is None and brand.dark_variables(look) == ""


def test_every_user_of_colours_takes_them_from_the_brand():
    assert self_check.colour_users()["foreign"].sum() == 0


def test_a_drawing_carries_the_dark_colours_of_all_its_colours():
    figure, axes = charts.new_chart()
    axes.bar([0, 1], [1, 2], color=load_brand().series[:2])
    svg = charts.svg_bytes(figure).decode()
    style = svg[svg.index("<style>") : svg.index("</style>")]
    drawn = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg[svg.index("</style>") :]))
    assert drawn and all(f'{colour}"]' in style for colour in drawn)


def test_no_character_of_the_pages_lacks_a_glyph_and_one_that_does_is_found():
    used, missing = self_check.glyphs(self_check.page_words())
    assert used > 500 and missing == []
    assert self_check.glyphs(["云岚 \U0001f9ff"])[1] == ["\U0001f9ff"]
