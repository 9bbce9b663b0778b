"""A misspelt, mistyped or impossible parameter stops the run with the file, the key, the value and the fix."""

import pytest

from brandops import paths
from brandops.errors import UserError
from brandops.params import load_plan, profiles
from brandops.params.plan import Plan
from brandops.params.yaml import parse_scalar, read_yaml

PLAN = "company: Acme\ncurrency: EUR\ntime_zone: Europe/Berlin\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))

    def write(text, name="plan.yml"):
        path = paths.params_dir("acme") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize("profile", profiles())
def test_every_profile_in_the_project_loads(profile):
    assert load_plan(profile).company


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("targets: {sales_growht: 0.2}", ["plan.yml", "targets.sales_growht", "sales_growth"]),
        ("targets: {new_customers: many}", ["plan.yml", "targets.new_customers", "many"]),
        ("targets: {new_customers: 12.5}", ["targets.new_customers", "12.5"]),
        ("targets: {attainment: 95}", ["targets.attainment", "95"]),
        ("targets: {attainment: '0.95'}", ["targets.attainment", "0.95"]),
        ("fiscal_year_start: 13", ["fiscal_year_start", "13"]),
        ("market_segment: brand", ["market_segment", "brand", "category", "segment"]),
        ("phasing: [1, 2]", ["phasing", "twelve"]),
        ("company: Other", ["plan.yml", "company"]),
        ("targets: {new_customers: 010}", ["plan.yml:4", "targets.new_customers", "'010'", "whole number"]),
        ("targets: {new_customers: 1:30}", ["plan.yml:4", "targets.new_customers", "'1:30'"]),
        ("targets: {new_customers: 1e5}", ["targets.new_customers", "1e5"]),
        ("targets: {sales_growth: .nan}", ["targets.sales_growth", "nan"]),
        ("targets: {sales_growth: .inf}", ["targets.sales_growth", "inf"]),
        ("phasing: [.nan, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", ["phasing", "nan"]),
        ("targets: [", ["plan.yml"]),
    ],
)
def test_a_bad_parameter_is_named_with_its_place_and_value(write, lines, words):
    write(PLAN + lines + "\n")
    with pytest.raises(UserError) as error:
        load_plan("acme")
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_wrong_time_zone_and_overlapping_stages_are_refused(write):
    write(PLAN.replace("Europe/Berlin", "Berlin"))
    with pytest.raises(UserError, match="time_zone"):
        load_plan("acme")
    write(PLAN + "stages: [{stage: a, first_month: 1, last_month: 4}, {stage: b, first_month: 4, last_month: 6}]\n")
    with pytest.raises(UserError, match="stage b"):
        load_plan("acme")


def test_an_unknown_profile_is_refused_with_the_list_of_those_there_are(write):
    write(PLAN)
    with pytest.raises(UserError, match=r"PROFILE=acne: .*acme"):
        load_plan("acne")


def test_a_period_file_and_the_command_line_override_the_plan_in_that_order(write):
    write(PLAN + "targets: {sales_growth: 0.1, new_customers: 5}\n")
    write("targets: {sales_growth: 0.2}\n", "periods/2025Q4.yml")
    assert load_plan("acme", "2025Q3").targets.sales_growth == 0.1
    assert load_plan("acme", "2025Q4").targets.sales_growth == 0.2
    plan = load_plan("acme", "2025Q4", {"targets.sales_growth": "0.3"})
    assert (plan.targets.sales_growth, plan.targets.new_customers) == (0.3, 5)


def test_a_misspelt_override_names_itself(write):
    write(PLAN)
    with pytest.raises(UserError, match=r"SET.*targets\.sales_growht"):
        load_plan("acme", overrides={"targets.sales_growht": "0.3"})


def test_a_bad_period_file_is_named_and_not_the_plan(write):
    write(PLAN)
    write("targets: {nope: 1}\n", "periods/2025Q4.yml")
    with pytest.raises(UserError, match=r"2025Q4\.yml.*targets\.nope"):
        load_plan("acme", "2025Q4")


def test_a_key_merged_from_an_anchor_may_be_given_anew_but_none_twice(write):
    write("base: &base {a: 1, b: 2}\nderived: {<<: *base, b: 3}\n")
    assert read_yaml(paths.params_dir("acme") / "plan.yml")["derived"] == {"a": 1, "b": 3}
    write("base: &base {a: 1}\nderived: {<<: *base, b: 3, b: 4}\n")
    with pytest.raises(UserError, match="b is given twice"):
        read_yaml(paths.params_dir("acme") / "plan.yml")


@pytest.mark.parametrize(
    ("text", "value"), [("007", "007"), ("1e5", "1e5"), ("1:30", "1:30"), ("0x1F", "0x1F"), ("nan", "nan"), ("10", 10)]
)  # fmt: skip
def test_what_is_no_plain_number_stays_the_text_it_is(text, value):
    read = parse_scalar(text)
    assert (read, type(read)) == (value, type(value))


def test_an_owner_stands_for_a_place_of_the_plan():
    common = {"company": "Acme", "currency": "CNY", "time_zone": "Asia/Shanghai"}
    assert Plan(**common, owners={"7": "supply", "7.1.2": "finance"}).owners["7.1.2"] == "finance"
    for place in ("section 7", "7.4", "0", "7.1.2.1"):
        with pytest.raises(ValueError, match="is not a section, topic or item"):
            Plan(**common, owners={place: "supply"})
