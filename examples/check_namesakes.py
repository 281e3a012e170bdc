"""How often the topics of works tell one person from two of the same name, on real persons with their works.

    python examples/check_namesakes.py FOLDER

FOLDER/works.csv: profile_set, expert_id, work_id, title, abstract. The works of every person are dealt out to two ids;
two persons share a made-up name. So every name has four ids: two pairs that are one person, and four that are not.
Institutions and co-authors are not in these data: only the part `topics` is measured.
"""

import sys
from pathlib import Path

import pandas as pd

from matcher.experts import propose_merges


def main(folder: str) -> None:
    works = pd.read_csv(Path(folder) / "works.csv", dtype=str, keep_default_na=False)
    works = works[works["profile_set"] == "1"].rename(columns={"expert_id": "person", "abstract": "description"})
    works = works.sort_values(["person", "work_id"], ignore_index=True)
    works["half"] = works.groupby("person").cumcount() % 2
    people = works.groupby("person")["half"].nunique()
    people = sorted(people[people == 2].index)
    people = people[: len(people) // 2 * 2]
    works = works[works["person"].isin(people)]
    works["expert_id"] = works["person"] + "-" + works["half"].astype(str)
    number = {person: i // 2 for i, person in enumerate(people)}
    experts = works[["expert_id", "person"]].drop_duplicates("expert_id", ignore_index=True)
    experts["name"] = experts["person"].map(lambda person: f"Name {number[person]}")
    found = propose_merges(experts[["expert_id", "name"]], works[["work_id", "expert_id", "title", "description"]])
    same = found["expert_id_a"].str.rsplit("-", n=1).str[0] == found["expert_id_b"].str.rsplit("-", n=1).str[0]
    for told, pairs in (("one person", found[same]), ("two persons", found[~same])):
        shares = pairs["topics"].value_counts(normalize=True)
        parts = ", ".join(f"{points:+g}: {shares.get(points, 0):.1%}" for points in (1, 0, -1))
        print(f"{told}: {len(pairs)} pairs; points of topics {parts}")


if __name__ == "__main__":
    main(sys.argv[1])
