"""Measure `matcher serve` under load: how long a search takes while many search, whether memory grows, faults.

    python examples/benchmark_service.py [--outcomes 200000] [--users 50] [--pause 2] [--minutes 1] [--library FOLDER]

Builds a library of made-up outcomes of 400 characters and saves it (or takes the saved one in FOLDER, and saves it
there for the next run), starts the service as a process of its own, and lets so many users search for made-up needs
of 60 characters at the same time. Each pauses after an answer, half to one and a half times `--pause` seconds.
The texts differ, so that nothing is answered twice. Faults are answers other than 200 and refused connections.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from made_up import made_up

from matcher.matching.index import Index

WARM = 100  # searches before memory is looked at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outcomes", type=int, default=200_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--pause", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--library", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = given.library or Path(place) / "library"
        if not (folder / "CURRENT").exists():
            start = time.perf_counter()
            Index.build(made_up("outcome", given.outcomes, characters=400, rng=1)).save(folder)
            print(f"built and saved {given.outcomes:,} outcomes\t{time.perf_counter() - start:.1f} s", flush=True)
        measure(folder, given.users, given.pause, given.minutes)


def measure(folder: Path, users: int, pause: float, minutes: float) -> None:
    """Start the service, search, stop it."""
    command = [sys.executable, "-m", "matcher.cli", "serve", str(folder), "--port", "0"]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        service = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=log, text=True)
        try:
            lines = iter(service.stderr)
            address = next(found for line in lines if (found := re.search(r"http://([\d.]+):(\d+)/", line)))
            print(f"started\t{time.perf_counter() - start:.1f} s", flush=True)
            threading.Thread(target=lambda: [None for _ in lines], daemon=True).start()  # its log
            load(service.pid, address[1], int(address[2]), users, pause, minutes)
        finally:
            service.send_signal(signal.SIGTERM)
            status = service.wait(60)
    print(f"stopped with status {status}")


def load(pid: int, host: str, port: int, users: int, pause: float, minutes: float) -> None:
    """All users at once; prints percentiles, faults, memory."""
    needs = made_up("need", 5_000, characters=60, rng=2)["description"].tolist()
    taken: list[float] = []
    faults: list[str] = []
    until = [time.monotonic() + 3600]

    def user(number: int) -> None:
        random = np.random.default_rng(number)
        line = http.client.HTTPConnection(host, port, timeout=60)
        while time.monotonic() < until[0]:
            text = needs[random.integers(len(needs))] + str(random.integers(10**6))
            begun = time.perf_counter()
            try:
                body = json.dumps({"text": text}).encode()
                line.request("POST", "/api/search", body, {"Content-Type": "application/json"})
                answer = line.getresponse()
                answer.read()
                if answer.status != 200:
                    faults.append(str(answer.status))
            except OSError as error:
                faults.append(type(error).__name__)
                line.close()
            taken.append(time.perf_counter() - begun)
            time.sleep(pause * random.uniform(0.5, 1.5))

    alone = threading.Thread(target=user, args=(0,))
    until[0] = time.monotonic() + 10
    alone.start()
    alone.join()
    print(f"one user alone\tmedian {1000 * np.median(taken[1:]):.0f} ms", flush=True)
    taken.clear()
    until[0] = time.monotonic() + 60 * minutes
    threads = [threading.Thread(target=user, args=(number,), daemon=True) for number in range(1, users + 1)]
    for thread in threads:
        thread.start()
    while len(taken) < WARM and any(thread.is_alive() for thread in threads):
        time.sleep(0.1)
    before, worked, done = memory(pid), processor_time(pid), len(taken)
    for thread in threads:
        thread.join()
    after = memory(pid)
    each = 1000 * (processor_time(pid) - worked) / max(1, len(taken) - done)
    shares = [1000 * np.percentile(taken, share) for share in (50, 95, 99, 100)]
    print(
        f"{users} users, pause {pause:g} s, {minutes:g} min\t"
        f"{len(taken)} searches, {len(taken) / minutes / 60:.1f} a second"
    )
    print("median, 95 %, 99 %, longest\t" + ", ".join(f"{value:.0f} ms" for value in shares))
    print(f"processor time of the service and its processes, a search\t{each:.0f} ms")
    print(f"faults\t{len(faults)} {sorted(set(faults)) or ''}")
    print(f"private memory of all of them after {WARM} searches and at the end\t{before:.0f} MiB, {after:.0f} MiB")


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def processor_time(pid: int) -> float:
    """Seconds that a process and its children have worked, the same on a busy machine as on a quiet one."""
    ticks = 0
    for one in family(pid):
        parts = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Memory of a process and its children in MiB, what they share once; without the mapped files of the library."""
    read = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in family(pid)]
    return sum(int(re.search(r"Pss_Anon:\s+(\d+)", text)[1]) for text in read) / 1024


if __name__ == "__main__":
    main()
