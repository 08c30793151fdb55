"""The quick start of the README: a group, a batch, a search."""

import serialref

with serialref.open("sqlite:line-3.db") as registry:
    # A group has a format, which says what its codes look like: here AX- and 12 characters without look-alikes.
    pumps = registry.find_group("Pump AX-100") or registry.create_group(
        "Pump AX-100", kind="batch", preset="unambiguous31", length=12, prefix="AX-"
    )

    # A batch is issued whole or not at all, and once: the same request id gives the same batch again.
    batch = pumps.create_batch(20, name="Order 4711", request_id=serialref.request_id("Order 4711"))
    for code in batch.codes():
        print(code)

    # What a person types is found: white space, hyphens and letter case do not matter here.
    code = batch.codes()[0]
    found = registry.lookup(f" {code.lower()} ")
    print(f"{found.code} is number {found.row} of its group, made {found.created_at:%Y-%m-%d %H:%M}")

    # Any part of a code finds it, from three characters on.
    print(len(pumps.search(code[5:9])), "codes contain", code[5:9])
