"""Attainment adds up, quotas of several months are respected, and a lucky territory is not taken for a good seller."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from brandops.analysis import disclosure, team

END = date(2025, 12, 31)


def people(count: int) -> pd.DataFrame:
    """Two sellers to a territory, all in one channel."""
    return pd.DataFrame({"person_id": [f"S{n:02d}" for n in range(count)], "team": "T",
                         "region": [f"R{n // 2:02d}" for n in range(count)], "channel_id": "shop", "level": "junior"})  # fmt: skip


def frames(values: list[tuple]) -> pd.DataFrame:
    sales = pd.DataFrame(values, columns=["person_id", "month", "net_sales"])
    return sales.assign(month=pd.to_datetime(sales["month"]), cost=0.5 * sales["net_sales"])


def quotas(values: list[tuple]) -> pd.DataFrame:
    made = pd.DataFrame(values, columns=["person_id", "month", "quota", "months"])
    return made.assign(month=pd.to_datetime(made["month"]))


def test_attainment_of_the_whole_is_of_the_sums_and_who_sold_nothing_counts():
    given = quotas([("S00", "2025-10-01", 100.0, None), ("S01", "2025-10-01", 300.0, None)])
    months = team.monthly_attainment(frames([("S00", "2025-10-01", 200.0)]), given, people(2), END)
    assert team.attainment(months, date(2025, 10, 1), END).iloc[0][["attainment", "gap", "people"]].to_list() == [0.5, -200.0, 2]
    assert team.attainment(months, date(2025, 10, 1), END, "person_id")["attainment"].to_list() == [2.0, 0.0]


def test_a_month_under_way_counts_the_days_so_far_of_its_quota():
    given = quotas([("S00", "2025-11-01", 300.0, None)])
    months = team.monthly_attainment(frames([("S00", "2025-11-01", 100.0)]), given, people(1), date(2025, 11, 10))
    assert months["quota"].iloc[0] == pytest.approx(100.0)


def test_a_quarters_quota_counts_in_full_for_the_quarter_and_is_not_set_against_a_month():
    given = quotas([("S00", "2025-10-01", 920.0, 3)])
    months = team.monthly_attainment(frames([("S00", "2025-12-01", 460.0)]), given, people(1), END)
    assert months["quota"].sum() == pytest.approx(920.0) and len(months) == 3
    spans = {"month": (date(2025, 12, 1), END), "quarter": (date(2025, 10, 1), END)}
    table = team.attainment_table(months, spans, "person_id")
    assert np.isnan(table["month"].iloc[0]) and table["quarter"].iloc[0] == pytest.approx(0.5)


def crew_table(sizes: dict[tuple[str, str], int]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Tables of groups of one quarter and why they are blank: persons by (region, team), all a tenth above quota."""
    count = sum(sizes.values())
    given = quotas([(f"S{n:02d}", "2025-10-01", 100.0, None) for n in range(count)])
    sold = frames([(f"S{n:02d}", "2025-10-01", 110.0) for n in range(count)])
    places = [place for place, size in sizes.items() for _person in range(size)]
    crew = people(count).assign(region=[region for region, _team in places], team=[name for _region, name in places])
    months = team.monthly_attainment(sold, given, crew, END)
    made = team.group_tables(months, {"period": (date(2025, 10, 1), END)})
    return {by: (table.set_index(by), why.set_axis(table[by])) for by, (table, why) in made.items()}


def test_groups_below_five_are_withheld_with_the_reason():
    sizes = {("East", "five"): 5, ("East", "four"): 4, ("East", "six"): 6, ("West", "two"): 2, ("West", "nine"): 9}
    table, why = crew_table(sizes)["team"]
    assert table.at["six", "period"] == pytest.approx(1.1) and why.at["six", "period"] == ""
    assert table.loc[["four", "two"], ["period", "quota", "net_sales", "gap"]].isna().all(axis=None)
    assert (why.loc[["four", "two"], ["period", "quota"]] == "few").all(axis=None)


def test_a_hidden_team_cannot_be_worked_out_from_its_regions_total():
    """East less its other two teams would be the four persons' mean: a second team is withheld, the smallest shown."""
    made = crew_table({("East", "five"): 5, ("East", "four"): 4, ("East", "six"): 6, ("West", "nine"): 9, ("West", "eight"): 8})
    table, why = made["team"]
    assert why["period"].to_dict() == {"four": "few", "five": "complement", "six": "", "eight": "", "nine": ""}
    assert np.isnan(table.at["five", "net_sales"]) and made["region"][0]["period"].notna().all()


def test_hidden_teams_that_are_few_together_are_not_told_by_their_sum_either():
    _table, why = crew_table({("East", "a"): 2, ("East", "b"): 2, ("East", "c"): 6, ("East", "d"): 7})["team"]
    assert why["period"].to_dict() == {"a": "few", "b": "few", "c": "complement", "d": ""}


def test_regions_of_two_teams_are_withheld_in_place_of_the_only_teams_that_can_be_shown():
    """Else no team would be left; the company less the other regions tells two regions' sum alone."""
    made = crew_table({("East", "e"): 5, ("East", "d"): 4, ("West", "w"): 6, ("West", "v"): 4, ("North", "n"): 18})
    assert made["team"][1]["period"].to_dict() == {"e": "", "d": "few", "w": "", "v": "few", "n": ""}
    assert made["region"][1]["period"].to_dict() == {"East": "complement", "West": "complement", "North": ""}


def test_a_hidden_region_cannot_be_worked_out_from_the_company_or_from_other_regions_teams():
    made = crew_table({("East", "e"): 3, ("West", "w"): 6, ("West", "v"): 7, ("North", "n"): 18, ("South", "s"): 30})
    assert made["region"][1]["period"].to_dict() == {"East": "few", "West": "complement", "North": "", "South": ""}
    assert made["team"][1]["period"].to_dict() == {"e": "few", "w": "complement", "v": "", "n": "", "s": ""}


def test_a_group_too_small_in_one_span_is_withheld_in_all():
    """Five a year and four in its last month: the month would follow from the year and the other months."""
    rows = [(f"S{n:02d}", month, 100.0, None) for n in range(12) for month in ("2025-11-01", "2025-12-01")]
    sold = frames([(who, month, 110.0) for who, month, _quota, _months in rows])
    crew = people(12).assign(region="East", team=["five"] * 5 + ["seven"] * 7)
    months = team.monthly_attainment(sold, quotas(rows[:1] + rows[2:]), crew, END)
    table, why = team.group_tables(months, {"november": (date(2025, 11, 1), date(2025, 11, 30)), "both": (date(2025, 11, 1), END)})[
        "team"
    ]
    assert table.loc[table["team"] == "five", "both"].notna().all() and (why == "").all(axis=None)
    last = {"december": (date(2025, 12, 1), END), "both": (date(2025, 11, 1), END)}
    table, why = team.group_tables(months, last)["team"]
    assert table.loc[table["team"] == "five", ["december", "both"]].isna().all(axis=None) and (why["both"] != "").any()


def test_where_every_group_is_large_enough_nothing_is_withheld():
    made = crew_table({("East", "five"): 5, ("East", "six"): 6, ("West", "nine"): 9})
    assert all((why == "").all(axis=None) and table["period"].notna().all() for table, why in made.values())


def test_persons_without_a_region_are_in_the_total_and_so_a_group_that_must_not_be_worked_out():
    why = crew_table({("East", "a"): 6, ("West", "b"): 7, (None, "c"): 2})["region"][1]
    assert why["period"].to_dict() == {"East": "complement", "West": ""}


@drawn(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=1, max_size=5), st.booleans())
@settings(deadline=None, max_examples=200)
def test_no_sum_of_what_is_shown_tells_of_fewer_than_five_persons(sizes, spread):
    """Whoever adds and subtracts what is published: no team of fewer than five and no two of them together come out."""
    rows = [(f"R{r}", f"T{r}{t}", size) for r, teams in enumerate(sizes) for t, size in enumerate(teams)]
    rows += [(f"R{r}", "spread", 2) for r in range(len(sizes))] if spread and len(sizes) > 1 else []
    persons = pd.DataFrame([(outer, inner) for outer, inner, size in rows for _one in range(size)], columns=["outer", "inner"])
    whole, parts = disclosure.nested(persons, 5)
    told = [[1.0] * len(rows)]
    told += [[float(row[0] == name) for row in rows] for name in whole.index if whole[name] == ""]
    told += [[float(row[1] == name) for row in rows] for name in parts.index if parts[name] == ""]
    few = [at for at, row in enumerate(rows) if row[2] < 5]
    secret = [{at} for at in few] + [{at, other} for at in few for other in few if at < other and rows[at][2] + rows[other][2] < 5]
    for cells in secret:
        if sum(row[2] for row in rows) >= 5:
            wanted = [float(at in cells) for at in range(len(rows))]
            assert np.linalg.matrix_rank([*told, wanted]) > np.linalg.matrix_rank(told), (cells, whole.to_dict(), parts.to_dict())


@pytest.fixture(scope="module")
def world():
    """Forty sellers in twenty territories of very different size, with known ability, at equal quotas."""
    random = np.random.default_rng(4)
    crew, ability = people(40), random.normal(0, 0.15, 40)
    size = np.repeat(random.normal(0, 0.5, 20), 2)
    rows = [(f"S{n:02d}", month, 1000 * np.exp(ability[n] + size[n] + random.normal(0, 0.15)))
            for n in range(40) for month in pd.date_range("2025-01-01", periods=12, freq="MS")]  # fmt: skip
    given = quotas([(who, month, 1000.0, None) for who, month, _sales in rows])
    months = team.monthly_attainment(frames(rows), given, crew, END)
    return team.adjusted_performance(months, END).set_index("person_id").sort_index(), ability, size


def test_a_lucky_territory_is_not_a_good_seller(world):
    """Attainment follows the territory's size; adjusted performance follows what the person adds to it."""
    table, ability, size = world
    within = ability - np.repeat(ability.reshape(-1, 2).mean(axis=1), 2)
    assert np.corrcoef(np.log(table["attainment"]), size)[0, 1] > 0.9
    assert abs(np.corrcoef(table["person"], size)[0, 1]) < 0.35
    assert np.corrcoef(table["person"], within)[0, 1] > 0.9
    assert np.corrcoef(table["territory"], np.exp(size))[0, 1] > 0.9


def test_intervals_of_adjusted_performance_cover_the_true_ability(world):
    table, ability, _size = world
    centred = np.expm1(ability - ability.mean())
    inside = (table["low"] <= centred) & (centred <= table["high"])
    assert inside.mean() >= 0.85


def test_who_has_no_colleague_is_shrunk_more_than_who_has(world):
    table, ability, _size = world
    spread = (table["high"] - table["low"]).mean()
    assert table["person"].std() < ability.std() and spread > 0


def test_people_without_a_channel_are_compared_with_each_month_of_all():
    given = quotas([(f"S{n:02d}", f"2025-{m:02d}-01", 100.0, None) for n in range(6) for m in range(1, 13)])
    sold = frames([(f"S{n:02d}", f"2025-{m:02d}-01", 90.0 + m * n) for n in range(6) for m in range(1, 13)])
    crew = people(6).assign(channel_id=None)
    table = team.adjusted_performance(team.monthly_attainment(sold, given, crew, END), END)
    assert len(table) == 6 and table["person"].notna().all()


def test_nothing_is_adjusted_where_no_two_territories_have_two_sellers():
    given = quotas([(f"S{n:02d}", f"2025-{m:02d}-01", 100.0, None) for n in (0, 2, 4) for m in range(1, 13)])
    sold = frames([(f"S{n:02d}", f"2025-{m:02d}-01", 90.0 + m + n) for n in (0, 2, 4) for m in range(1, 13)])
    assert team.adjusted_performance(team.monthly_attainment(sold, given, people(6), END), END).empty
