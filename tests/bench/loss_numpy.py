"""What loss.sql simulates, in numpy: 100,000 years of the risks whose rates are in RATES, and the same figures of them.  Prints the best time of three."""
import os
import time

import numpy as np

YEARS = 100_000


def simulate(generator, rates):
    losses = np.zeros(YEARS)
    for rate in rates:
        events = generator.poisson(rate, YEARS)
        losses += np.bincount(np.repeat(np.arange(YEARS), events), generator.lognormal(10, 1, events.sum()), YEARS)
    quantiles = np.quantile(losses, [0.95, 0.99, 0.999])
    return losses.mean(), losses.std(), (losses == 0).mean(), quantiles, [losses[losses > q].mean() for q in quantiles[:2]]


def seconds(generator, rates):
    started = time.perf_counter()
    simulate(generator, rates)
    return time.perf_counter() - started


generator = np.random.default_rng(1)
rates = [float(rate) for rate in os.environ["RATES"].split(",")]
print(min(seconds(generator, rates) for _ in range(3)))
