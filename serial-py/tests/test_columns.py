"""References as columns: lists of codes, and tables for whatever speaks Arrow."""

from __future__ import annotations

import gc

import pandas
import polars
import pyarrow
import pytest
import serialref
from serialref import Group, Registry

COLUMNS = ["code", "group_id", "row", "batch_id", "created_at", "state", "claim_id"]


def test_codes_are_a_list_of_str(registry: Registry, pumps: Group, tags: Group) -> None:
    batch = pumps.create_batch(300)
    tag = tags.create()
    assert batch.codes() == pumps.codes() == batch.references().codes() == list(map(str, pumps))
    assert registry.references().codes() == [*batch.codes(), tag.code]
    assert pumps.references(newest_first=True).codes() == batch.codes()[::-1]
    assert pumps.search("0002").codes() == [code for code in batch.codes() if "0002" in code]


def test_pyarrow_takes_what_was_issued_and_what_is_found(pumps: Group) -> None:
    batch = pumps.create_batch(300)
    pumps.claim(2, holder="Line 3")
    issued, found = pyarrow.table(batch), pyarrow.table(pumps.references())
    assert issued.column_names == found.column_names == COLUMNS
    assert issued["code"].to_pylist() == found["code"].to_pylist() == batch.codes()
    assert found["state"].to_pylist()[:3] == ["allocated", "allocated", "available"]
    assert found["claim_id"].to_pylist()[:3] == [1, 1, None]
    assert str(found.schema.field("created_at").type) == "timestamp[us, tz=UTC]"
    assert found["created_at"][0].as_py() == batch.created_at and issued["row"].to_pylist() == list(range(1, 301))
    assert pyarrow.table(pumps.search("000001")).num_rows == 1 and pyarrow.table(pumps).num_rows == 300
    assert pyarrow.table(pumps.references(state="void")).num_rows == 0


def test_polars_and_pandas_take_them_too(pumps: Group) -> None:
    batch = pumps.create_batch(300)
    frame = polars.DataFrame(pumps.references(newest_first=True))
    assert frame.columns == COLUMNS and frame["code"].to_list() == batch.codes()[::-1]
    # Older versions of pandas take tables by way of pyarrow only.
    take = getattr(pandas.DataFrame, "from_arrow", lambda batch: pyarrow.table(batch).to_pandas())
    assert list(take(batch)["code"]) == batch.codes()


def test_a_table_nobody_takes_is_released(pumps: Group) -> None:
    batch = pumps.create_batch(300)
    for _ in range(100):
        capsule = batch.__arrow_c_stream__()
        assert 'arrow_array_stream' in repr(capsule)
        del capsule
        batch.references().__arrow_c_stream__(None)
    gc.collect()


def test_trouble_with_the_store_is_an_exception_of_ours(registry: Registry, pumps: Group) -> None:
    references = pumps.references()
    registry.close()
    with pytest.raises(serialref.StoreUnavailableError):
        pyarrow.table(references)
