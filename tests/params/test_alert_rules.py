"""Alert rules and scenarios are refused with file, line, key and value."""

import pytest

from brandops.errors import UserError
from brandops.params.alerts import FIGURES, FigureName, load_alerts
from brandops.params.scenarios import load_scenarios

RULE = "rules:\n- {{rule: one, figure: {figure}, scope: {scope}, owner: sales, {more}}}\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANDOPS_ROOT", str(tmp_path))
    folder = tmp_path / "params" / "tiny"
    folder.mkdir(parents=True)

    def put(text: str, name: str = "alerts.yml") -> None:
        (folder / name).write_text(text)

    return put


@pytest.mark.parametrize(("figure", "scope", "more", "said"), [
    ("return_rat", "channel", "above: 1.0", "rules.0.figure: 'return_rat' is not allowed; did you mean return_rate?"),
    ("return_rate", "product", "above: 1.0", "return_rate has no scope product (allowed: total, channel)"),
    ("return_rate", "channel", "above: 1.0, below: 0.5", "exactly one of above, below, off; has above, below"),
    ("return_rate", "channel", "quiet_days: 2", "exactly one of above, below, off; has none"),
    ("return_rate", "channel", "above: 1.0, clears: 1.5", "clears 1.5 lies beyond above 1.0"),
    ("return_rate", "channel", "above: high", "rules.0.above: 'high' must be a number"),
    ("return_rate", "channel", "above: 1.0, severity: fatal", "rules.0.severity: 'fatal' is not allowed"),
    ("return_rate", "channel", "above: 1.0, quiet_days: -1", "rules.0.quiet_days: -1"),
    ("return_rate", "channel", "above: 1.0, hysteresis: 2", "rules.0.hysteresis: unknown key"),
])  # fmt: skip
def test_a_faulty_rule_is_named_with_file_key_and_value(write, figure, scope, more, said):
    write(RULE.format(figure=figure, scope=scope, more=more))
    with pytest.raises(UserError) as error:
        load_alerts("tiny")
    assert "params/tiny/alerts.yml:" in str(error.value) and said in str(error.value)


def test_two_rules_of_one_name_are_refused(write):
    one = "- {rule: one, figure: return_rate, owner: sales, above: 0.1}\n"
    write("rules:\n" + one + one)
    with pytest.raises(UserError, match="one: name given twice"):
        load_alerts("tiny")


def test_a_profile_without_rules_has_none_and_the_demos_are_valid(write, monkeypatch):
    assert load_alerts("tiny") is None and load_scenarios("tiny") is None
    monkeypatch.delenv("BRANDOPS_ROOT")
    assert len(load_alerts("demo").rules) >= 10 and len(load_scenarios("demo").scenarios) >= 5
    assert set(FigureName.__args__) == set(FIGURES)


def test_a_faulty_scenario_is_named_with_file_key_and_value(write):
    write("scenarios:\n- {name: {en: Less}, orders: 9.0}\n", "scenarios.yml")
    with pytest.raises(UserError, match=r"params/tiny/scenarios.yml:\d+: scenarios.0.orders: 9.0"):
        load_scenarios("tiny")
