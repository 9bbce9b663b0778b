"""Simulated series whose makers are known: exponential smoothing, the airline model, autoregressions, random walks."""

import numpy as np
import pandas as pd


def simulated(seed: int, count: int, season: int, shortest: int, longest: int, horizon: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Known part and the `horizon` steps after it (unique_id, ds, y) of `count` series of `shortest` to `longest` steps.

    Noise, season, trend and how fast they change are drawn series by series; some errors have long tails; some series are
    multiplicative, some additive.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for at in range(count):
        length = int(rng.integers(shortest, longest)) + horizon
        made = MAKERS[rng.integers(len(MAKERS))](rng, length + 60, season)[-length:]
        made = np.clip(made - made.mean(), -4, 4)
        y = 1000 * (np.exp(made) if rng.random() < 0.7 else np.maximum(1 + made, 0.02))
        parts.append(pd.DataFrame({"unique_id": f"s{at:03d}", "ds": np.arange(-length, 0), "y": y}))
    whole = pd.concat(parts, ignore_index=True)
    known = whole["ds"] < -horizon
    return whole[known].reset_index(drop=True), whole[~known].reset_index(drop=True)


def _errors(rng: np.random.Generator, length: int) -> np.ndarray:
    freedom = rng.choice([5, 8, 30])
    return np.exp(rng.normal(np.log(0.07), 0.6)) * rng.standard_t(freedom, length) / np.sqrt(freedom / (freedom - 2))


def _season(rng: np.random.Generator, season: int) -> np.ndarray:
    effects = np.exp(rng.normal(np.log(0.15), 0.8)) * rng.standard_normal(season)
    return effects - effects.mean()


def _smoothing(rng: np.random.Generator, length: int, season: int) -> np.ndarray:
    errors, effects, found = _errors(rng, length), _season(rng, season), np.empty(length)
    alpha, beta, phi, gamma = rng.uniform(0.03, 0.8), rng.uniform(0, 0.15), rng.uniform(0.8, 0.98), rng.uniform(0, 0.2)
    level, slope = 0.0, rng.normal(0, 0.01)
    for t, error in enumerate(errors):
        found[t] = level + phi * slope + effects[t % season] + error
        level, slope = level + phi * slope + alpha * error, phi * slope + alpha * beta * error
        effects[t % season] += gamma * (1 - alpha) * error
    return found


def _airline(rng: np.random.Generator, length: int, season: int) -> np.ndarray:
    errors = np.r_[np.zeros(season + 1), _errors(rng, length)]
    one, year = rng.uniform(0.2, 0.9), rng.uniform(0.4, 0.95)
    moved = errors[season + 1 :] - one * errors[season:-1] - year * errors[1:-season] + one * year * errors[: -season - 1]
    for t in range(season, length):
        moved[t] += moved[t - season]
    return np.cumsum(moved) + _season(rng, season)[np.arange(length) % season]


def _autoregression(rng: np.random.Generator, length: int, season: int) -> np.ndarray:
    found, memory = _errors(rng, length), rng.uniform(0, 0.9)
    for t in range(1, length):
        found[t] += memory * found[t - 1]
    return found + _season(rng, season)[np.arange(length) % season] + rng.normal(0, 0.004) * np.arange(length)


def _random_walk(rng: np.random.Generator, length: int, season: int) -> np.ndarray:
    errors = _errors(rng, length + 1)
    moved = errors[1:] - rng.uniform(-0.3, 0.7) * errors[:-1] + rng.normal(0, 0.003)
    return np.cumsum(moved) + _season(rng, season)[np.arange(length) % season]


MAKERS = (_smoothing, _airline, _autoregression, _random_walk)
