"""A walk through a registry, cell by cell, as in a notebook. Groups, pages and batches show as tables there."""

# %% A registry in memory, with more room than the usual limits give
import datetime

import serialref
from serialref import Limits

registry = serialref.Registry(limits=Limits(max_live=100_000, max_batch=50_000))
pumps = registry.create_group("Pump AX-100", kind="batch", preset="unambiguous31", length=12, prefix="AX-")
print(pumps, "can have", pumps.format.capacity, "codes")

# %% Orders come in; nothing is issued twice, however often a call is repeated
for order, quantity in [("Order 4711", 12_000), ("Order 4712", 800), ("Order 4711", 12_000)]:
    batch = pumps.create_batch(quantity, name=order, request_id=serialref.request_id(order))
    print(batch.name, batch.size, "given again" if batch.repeated else "new")

# %% What is there, by page, by slice, by search
print(pumps.page(1, size=5).total, [reference.row for reference in pumps[-3:]])
print(pumps.search(pumps[0].code[3:8]).codes())
today = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
print(len(pumps.references(created_from=today, state="available")), "issued today and available")

# %% What cannot be, says why
try:
    pumps.create_batch(60_000)
except serialref.LimitReachedError as error:
    print(error.kind, error.value, error.asked)
    print(error)

# %% Codes that nobody can guess, with a check character; what is mistyped is told from what was never issued
valves = registry.create_group(
    "Ball valve BV-050", kind="batch", preset="unambiguous32", length=10, order="keyed", check="automatic", grouping=4
)
code = valves.create_batch(20)[7].code
print(valves.format.show(code), valves.decode(code), valves.key)
print(valves.format.mismatch(code[:-1] + "U"))
print(f"a guess hits with a chance of {valves.code_space().guess_probability:.1e}")

# %% All references as a table for whatever library is at hand
try:
    import polars
except ImportError:
    print("without polars: ", pumps.codes()[:2])
else:
    print(polars.DataFrame(pumps.references()).group_by("batch_id").len())

# %% Deleting takes two steps
with pumps.delete(pumps.batches()[-1]) as pending:
    print("would delete", pending.count, "such as", pending.sample[0].code)
    print(pending.confirm())

# %% The whole registry in a file, and back
again = serialref.Registry.restore(registry.snapshot())
print(len(again.group(pumps.id)), "references are there again")
