from __future__ import annotations

import csv
import io
import json
import pathlib

import pytest
import serialref
from serialref import Group, Registry


def test_a_file_is_written_to_paths_and_file_objects(registry: Registry, pumps: Group, tmp_path: pathlib.Path) -> None:
    codes = pumps.create_batch(20, name="Order, 4711").codes()
    path = tmp_path / "labels.csv"
    assert pumps.export(path) == 20 and pumps.export(str(tmp_path / "labels.jsonl")) == 20
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == codes and rows[0]["batch_name"] == "Order, 4711"
    text, raw = io.StringIO(newline=""), io.BytesIO()
    assert registry.export(text, format="csv") == registry.export(raw, format=serialref.FileFormat.CSV) == 20
    assert text.getvalue().encode() == raw.getvalue() == path.read_bytes()
    lines = (tmp_path / "labels.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == codes
    with (tmp_path / "raw.csv").open("wb", buffering=0) as unbuffered:
        assert pumps.export(unbuffered, format="csv") == 20
    assert (tmp_path / "raw.csv").read_bytes() == path.read_bytes()
    some = io.StringIO()
    assert pumps.export(some, selection=codes[3:5], format="json_lines") == 2
    assert registry.export(some, selection=pumps.search(codes[7]), format="json_lines") == 1


def test_progress_counts_every_reference(registry: Registry) -> None:
    registry.set_limits(serialref.Limits.unlimited())
    group = registry.create_group('Odd "\n", name', kind="batch", preset="digits", length=6)
    group.create_batch(10_000, name='a\r\n"b"\n')
    for format in serialref.FileFormat:
        calls: list[int] = []
        assert group.export(io.BytesIO(), format=format, progress=calls.append) == 10_000
        assert sum(calls) == 10_000 and len(calls) >= 3
    file = io.BytesIO(b"code\n" + b"".join(b"%06d\n" % number for number in range(50_000)))
    calls = []
    group.review_import(file, format="csv", progress=calls.append)
    assert sum(calls) == len(file.getvalue()) and len(calls) > 3


def test_an_import_tells_every_fault_before_it_is_committed(registry: Registry) -> None:
    group = registry.create_group("Pump", kind="batch", preset="digits", length=4, fields=["Colour"])
    taken = group.create_batch(1).codes()[0]
    text = f"code,Colour\n0001,red\n0001,blue\nX,\n{taken},\n0002,green\n"
    review = group.review_import(io.StringIO(text), format="csv", batch_name="Old stock")
    assert (review.rows, review.good, review.good_lines()) == (5, 2, [2, 6])
    assert [fault.line for fault in review.faults] == [3, 4, 5] and "line 2" in review.faults[0].reason
    with pytest.raises(serialref.ImportFaultyError) as caught:
        review.commit()
    assert caught.value.faults == review.faults and len(group) == 1
    imported = review.commit_good()
    assert imported.codes == ("0001", "0002") and imported.batch_name == "Old stock" and not imported.repeated
    assert imported.request_id == review.request_id and registry.attributes("0002") == {"Colour": "green"}
    again = group.review_import(io.BytesIO(text.encode()), format="csv", batch_name="Old stock", request_id=review.request_id)
    assert again.commit().repeated and len(group) == 3


def test_a_file_of_attributes_gets_codes(registry: Registry, tmp_path: pathlib.Path) -> None:
    group = registry.create_group("Tags", kind="continuous", fields=["Colour"])
    path = tmp_path / "colours.csv"
    path.write_text("Colour;\nred;\n".replace(";\n", "\n"), encoding="utf-8")
    review = group.review_import(path, issue_codes=True)
    imported = review.commit()
    assert len(imported.codes) == 1 and imported.batch_id is None
    lines = io.StringIO('{"Colour": "blue"}\n{"Colour": 5}\n')
    assert group.review_import(lines, format="json_lines", issue_codes=True).good == 1
    wide = io.StringIO("Colour;code\nred;x\n")
    assert "already" not in str(group.review_import(wide, format="csv", semicolons=True).faults)


def test_trouble_with_files_comes_as_it_is_or_as_the_cause(pumps: Group, tmp_path: pathlib.Path) -> None:
    pumps.create_batch(3)
    with pytest.raises(FileNotFoundError):
        pumps.export(tmp_path / "nowhere" / "labels.csv")
    with pytest.raises(FileNotFoundError):
        pumps.review_import(tmp_path / "nothing.csv")

    class Broken(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            raise KeyError("tape")

        def read(self, size: int = -1) -> bytes:
            raise ValueError("scratched")

    with pytest.raises(serialref.TransferFailedError) as caught:
        pumps.export(Broken(), format="csv")
    assert isinstance(caught.value.__cause__, KeyError) and isinstance(caught.value, OSError)
    with pytest.raises(serialref.TransferFailedError) as caught:
        pumps.review_import(Broken(), format="csv")
    assert isinstance(caught.value.__cause__, ValueError)

    def interrupted(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pumps.export(io.BytesIO(), format="csv", progress=interrupted)
    with pytest.raises(TypeError, match="format of a file object"):
        pumps.export(io.BytesIO())
    with pytest.raises(ValueError, match="format"):
        pumps.export(tmp_path / "labels.txt")
    with pytest.raises(ValueError, match="csv"):
        pumps.export(tmp_path / "labels.csv", format="xml")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="semicolons"):
        pumps.review_import(io.StringIO(), format="json_lines", semicolons=True)

    class Odd:
        def read(self, size: int) -> int:
            return size

    with pytest.raises(serialref.TransferFailedError) as caught:
        pumps.review_import(Odd(), format="csv")  # type: ignore[arg-type]
    assert isinstance(caught.value.__cause__, TypeError)
