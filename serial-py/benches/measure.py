"""Measures the installed module next to what people use in Python, and prints nanoseconds per unit, slice by slice, as JSON.

Ours and the peers take turns, so that what disturbs one disturbs the others. The report of the project puts them in its table.
"""

from __future__ import annotations

import functools
import json
import secrets
import string
import sys
import time
from collections.abc import Callable

import fastnanoid
import nanoid
import serialref

ALPHABET = string.digits + string.ascii_uppercase
BATCH = 500


def main(scale: float) -> None:
    registry = serialref.Registry(limits=serialref.Limits.unlimited())
    tags = registry.create_group("Service tags", kind="continuous")
    pumps = registry.create_group("Pump AX-100", kind="batch")
    issued: dict[str, set[str]] = {"secrets": set(), "nanoid": set(), "fastnanoid": set()}
    lines = "\n".join(pumps.create_batch(BATCH).codes())
    draws: dict[str, Callable[[], str]] = {
        # Not in a lambda, which takes longer than the loops that people write.
        "fastnanoid": functools.partial(fastnanoid.generate, ALPHABET, 25),
        "nanoid": functools.partial(nanoid.generate, ALPHABET, 25),
        "secrets": lambda: "".join([secrets.choice(ALPHABET) for _ in range(25)]),
    }

    def peer(name: str) -> Callable[[], object]:
        codes, draw = issued[name], draws[name]

        def batch() -> list[str]:
            new: list[str] = []
            while len(new) < BATCH:
                code = draw()
                if code not in codes:
                    codes.add(code)
                    new.append(code)
            return new

        return batch

    singles, batches = max(500, int(20_000 * scale)), max(2, int(20 * scale))
    work: dict[str, tuple[Callable[[], object], int, int]] = {
        # What is called, how often in a slice, and how many codes come of each call.
        "create": (tags.create, singles, 1),
        # The least that Python itself takes to make them: in a single call.
        "strings": (lambda: lines.split("\n"), batches, BATCH),
        "codes": (pumps.create_batch(BATCH).codes, batches, BATCH),
        # Next to the fastest peer, since what is far apart is disturbed by other things.
        "batch": (lambda: pumps.create_batch(BATCH).codes(), batches, BATCH),
        # As many as ours, so that all keep the same number of codes.
        **{name: (peer(name), batches, BATCH) for name in draws},
    }
    slices: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(20 if scale >= 1 else 3):
        for name, (call, times, units) in work.items():
            start = time.perf_counter_ns()
            for _ in range(times):
                call()
            slices[name].append((time.perf_counter_ns() - start) / (times * units))
    json.dump({"python": sys.version.split()[0], "slices": slices}, sys.stdout)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
