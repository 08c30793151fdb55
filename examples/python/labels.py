"""A batch to labels: a line claims references, prints them, and binds them to products.

Interrupt it at any moment and run it again: the order is issued once, and no label is printed for two products.
"""

import csv
import pathlib

import serialref
from serialref import Field, State

ORDER, QUANTITY = "Order 4711", 50
TORN = {7, 23}

with serialref.open(pathlib.Path("labels.db")) as registry:
    valves = registry.find_group("Ball valve BV-050") or registry.create_group(
        "Ball valve BV-050",
        kind="batch",
        preset="digits",
        length=9,
        order="sequential",
        start=105_510_001,
        prefix="BV-",
        fields=[Field("Material", "brass", is_public=True), "Test bench"],
        warranty="24 months from commissioned",
        public_name="Ball valve DN 50",
    )
    batch = valves.create_batch(QUANTITY, name=ORDER, request_id=serialref.request_id(ORDER))

    line = valves.acting_as("Line 3")
    available = line.inventory()[State.AVAILABLE]
    print(f"{available} of {QUANTITY} references are still to be printed")
    if available:
        claim = line.claim(available, batch=batch)
        # Only what this claim still holds may be printed.
        line.transition(claim, "encoded", held_by=claim)

        with pathlib.Path("labels.csv").open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((reference.code, valves.name) for reference in claim.references)

        torn = [reference for reference in claim.references if reference.row in TORN]
        good = [reference for reference in claim.references if reference.row not in TORN]
        line.transition(good, "commissioned")
        line.because("label torn").transition(torn, "void")
        line.set_attributes(good, {"Test bench": "B2"})

    for state, count in valves.inventory().items():
        if count:
            print(f"{state:14} {count:4}")
    first = batch[0]
    for event in valves.history(first):
        print(f"{event.at:%H:%M:%S}  {event.kind}  {event.after or ''}  {event.actor or ''}")
    print(registry.public_view(first))
    print(f"{valves.export('valves.csv')} references are in valves.csv")
