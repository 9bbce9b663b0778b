"""Incentive rules are exact, complete, and refused with file, key and value where they are not."""

from decimal import Decimal

import pytest

from brandops import paths
from brandops.errors import UserError
from brandops.params.incentives import load_incentives

GOOD = """\
rules:
  target_bonus: {junior: 1500.10, senior: 2000}
  tiers: [{attainment: 0.9, pays: 0.5}, {attainment: 1.2, pays: 2}]
what_if: {early: {cap: 5}}
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "params_dir", lambda _profile: tmp_path)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)

    def write(text: str):
        (tmp_path / "incentives.yml").write_text(text, encoding="utf-8")
        return load_incentives("acme")

    return write


def test_amounts_are_read_as_written(load):
    found = load(GOOD)
    assert found.rules.target_bonus["junior"] == Decimal("1500.10") and found.rules.tiers[0].attainment == Decimal("0.9")
    assert found.rules.cap == 100_000 and found.proposed("early").cap == 5
    assert found.proposed("early").tiers == found.rules.tiers


def test_a_profile_without_the_file_has_no_rules(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "params_dir", lambda _profile: tmp_path)
    assert load_incentives("acme") is None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("target_bonus:", "target_bonuss:", ["target_bonuss"]),
        ("1500.10", "many", ["target_bonus", "many"]),
        ("1500.10", "-1", ["target_bonus", "-1"]),
        ("attainment: 1.2", "attainment: 0.8", ["tiers must rise", "0.8"]),
        ("pays: 2}", "pays: 0.1}", ["tiers must rise", "0.1"]),
        ("{cap: 5}", "{tiers: [{attainment: 1, pays: 2}, {attainment: 1.1, pays: 1}]}", ["early", "tiers must rise"]),
        ("what_if:", "promotion: {grades: [trainee]}\nwhat_if:", ["trainee", "junior, senior"]),
        (
            "what_if:",
            "promotion: {grades: [junior], borderline: {attainment: -1, teamwork: 2, skill: 2, months_employed: 2}}\nwhat_if:",
            ["promotion", "borderline", "attainment", "-1"],
        ),
        ("rules:", "rules:\n  withheld: {huge: 1}", ["withheld", "huge"]),
    ],
)
def test_what_does_not_fit_is_refused_by_file_key_and_value(load, before, after, words):
    text = GOOD if "grades" in after else GOOD + "promotion: {grades: [junior]}\n"
    with pytest.raises(UserError) as error:
        load(text.replace(before, after, 1))
    assert all(word in str(error.value) for word in ["incentives.yml", *words]), error.value
