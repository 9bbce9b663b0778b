"""Panels of sales by person and month made from the demo's own people, trainings and productivity, with noise on top."""

import numpy as np
import pandas as pd

from brandops.demo import catalogue
from brandops.demo.sales import productivity_of_people
from brandops.demo.seasons import MONTHS
from brandops.demo.truth import Truth


def sales_world(seed: int, noise: float = 0.18, shared: float = 0.08) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """People, trainings and sales (person_id, month, value) of one world.

    Sellers of a territory share its demand, which wanders month by month (`shared`); `noise` is each person's own, half of
    it carried over to the next month.
    """
    truth = Truth()
    people = catalogue.people(truth, seed)
    trainings = catalogue.trainings(people, seed)
    made = productivity_of_people(truth, people, trainings)
    random = np.random.default_rng([seed, 5])
    territory = pd.factorize(people["channel_id"] + "/" + people["region"])[0]
    channel = pd.factorize(people["channel_id"])[0]
    count, months = len(people), len(MONTHS)
    present = made > 0
    crew = np.zeros((months, territory.max() + 1))
    for person in range(count):
        crew[:, territory[person]] += np.where(present[:, person], people["ability"].iloc[person], 0)
    own = np.zeros((months, count))
    for month in range(months):
        before = own[month - 1] if month else 0
        own[month] = 0.5 * before + random.normal(0, noise * np.sqrt(0.75), count)
    logs = 9 + random.normal(0, 0.4, crew.shape[1])[territory] + random.normal(0, 0.3, (months, channel.max() + 1))[:, channel]
    logs = logs + random.normal(0, shared, crew.shape)[:, territory] - np.log(np.maximum(crew, 1e-9))[:, territory] + own
    logs = logs + np.log(np.where(present, made, 1))
    at, who = np.nonzero(present)
    sales = pd.DataFrame({"person_id": people["person_id"].to_numpy()[who], "month": MONTHS[at], "value": np.exp(logs[at, who])})
    return people, trainings, sales
