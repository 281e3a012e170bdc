"""How long exact teams take, on made-up fits.

python examples/benchmark_teams.py
"""

import time

import numpy as np
import pandas as pd

from matcher.experts import find_teams


def made(needs: int, points: int, fitting: int, people: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Needs as a table of points, and fits: `fitting` persons a point of `people`, scores even between 0 and 1."""
    rng = np.random.default_rng(1)
    asked = [(f"N{i}#{p}", f"N{i}", p, "要点") for i in range(needs) for p in range(1, points + 1)]
    fits = [
        (need, point, f"E{person:05d}", float(rng.random()))
        for _, need, point, _ in asked
        for person in rng.choice(people, fitting, replace=False)
    ]
    columns = ["need_id", "of_need_id", "point", "description"]
    table = pd.DataFrame(fits, columns=["need_id", "point", "expert_id", "score"])
    return pd.DataFrame(asked, columns=columns), table


def main() -> None:
    for size in ((50, 5, 10, 30), (20, 8, 10, 60), (5, 8, 50, 200)):
        needs, fits = made(*size)
        start = time.perf_counter()
        find_teams(needs, fits, at_least=0.3)
        spent = (time.perf_counter() - start) / size[0]
        print("{} needs, {} points, {} persons a point of {}:".format(*size), f"{spent:.3f} s a need for 3 teams")


if __name__ == "__main__":
    main()
