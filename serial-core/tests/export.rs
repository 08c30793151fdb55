//! Writing references to files: columns, what spreadsheets make of them, several groups, and writers that fail.

mod support;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serial_core::{
    Error, ExportFormat, Filter, Format, NewBatch, NewField, NewGroup, NewReference, Registry, RowId, Selection, State,
};
use support::{Wrapped, builder, kind_of, registry, unlimited};

/// What an export writes.
fn written(registry: &Registry, selection: &Selection, format: ExportFormat) -> String {
    let mut file = Vec::new();
    registry.export(selection, format, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

fn csv_of(registry: &Registry, filter: Filter) -> String {
    written(registry, &Selection::matching(filter), ExportFormat::Csv)
}

/// What another reader of CSV makes of a file.
fn cells(file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

/// The cells of a column, without the header.
fn column(file: &str, name: &str) -> Vec<String> {
    let cells = cells(file);
    let at = cells[0].iter().position(|header| header == name).unwrap();
    cells[1..].iter().map(|row| row[at].clone()).collect()
}

#[test]
fn a_csv_file_has_a_header_and_a_line_for_each_reference() {
    let registry = registry();
    let format = Format::builder().symbols("01").length(3).order(serial_core::Order::sequential()).build().unwrap();
    let group = NewGroup::batch("Pump, AX").format(format).field(NewField::new("Colour").default("red"));
    let group = registry.create_group(group.field(NewField::new("Note"))).unwrap();
    registry.create_batch(group.id, NewBatch::of(1).name("Order \"7\"").attribute("Note", "a\nb")).unwrap();
    registry.create_batch(group.id, NewBatch::of(1).name("8").attribute("Colour", "blue")).unwrap();
    let expected = "group,code,created,batch,batch_name,state,Colour,Note,warranty,warranty_start,warranty_end\r\n\
                    \"Pump, AX\",001,2026-11-23T11:18:58.000000Z,1,\"Order \"\"7\"\"\",available,red,\"a\nb\",none,,\r\n\
                    \"Pump, AX\",010,2026-11-23T11:18:58.000000Z,2,8,available,blue,\"\",none,,\r\n";
    assert_eq!(csv_of(&registry, Filter::group(group.id)), expected);
    assert_eq!(cells(expected)[1][7], "a\nb");
}

#[test]
fn a_json_lines_file_has_an_object_for_each_reference_with_the_same_columns() {
    let registry = registry();
    let format = Format::builder().symbols("\"\\").length(3).order(serial_core::Order::sequential()).build().unwrap();
    let group = NewGroup::continuous("Tags").format(format).field(NewField::new("Owner \"x\""));
    let group = registry.create_group(group).unwrap();
    let new = NewReference::new().attribute("Owner \"x\"", "Zoë\n");
    registry.create_reference_with(group.id, &new).unwrap();
    let line = written(&registry, &Selection::matching(Filter::group(group.id)), ExportFormat::JsonLines);
    let expected = "{\"group\":\"Tags\",\"code\":\"\\\"\\\"\\\\\",\"created\":\"2026-11-23T11:18:58.000000Z\",\
                    \"batch\":null,\"batch_name\":null,\"state\":\"available\",\"Owner \\\"x\\\"\":\"Zoë\\n\",\
                    \"warranty\":\"none\",\"warranty_start\":null,\"warranty_end\":null}\n";
    assert_eq!(line, expected);
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["code"], "\"\"\\");
}

#[test]
fn an_empty_export_has_only_a_header_and_of_json_nothing() {
    let registry = registry();
    let all = Selection::matching(Filter::all());
    assert_eq!(written(&registry, &all, ExportFormat::JsonLines), "");
    assert_eq!(cells(&written(&registry, &all, ExportFormat::Csv)).len(), 1);
    let none = Selection::codes(Vec::<String>::new());
    assert_eq!(cells(&written(&registry, &none, ExportFormat::Csv)).len(), 1);
}

#[test]
fn no_cell_is_a_formula_in_a_spreadsheet() {
    let registry = registry();
    for (number, begin) in ["=", "+", "-", "@", "\t", "\r", "\n", "'=", "''-", "＝"].into_iter().enumerate() {
        let text = format!("{begin}HYPERLINK(\"http://x\")");
        let group = NewGroup::batch(format!("{text}{number}")).field(NewField::new(&text).default(text.clone()));
        let group = registry.create_group(group).unwrap();
        registry.create_batch(group.id, NewBatch::of(1).name(&text)).unwrap();
    }
    for begin in ["=", "+", "-", "@"] {
        let format = Format::builder().length(4).prefix(begin).build().unwrap();
        let group = registry.create_group(NewGroup::continuous(format!("g{begin}")).format(format)).unwrap();
        registry.create_reference(group.id).unwrap();
    }
    let file = csv_of(&registry, Filter::all());
    let is_formula = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']);
    let found: Vec<String> = cells(&file).into_iter().flatten().filter(is_formula).collect();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(column(&file, "code").iter().filter(|code| code.starts_with('\'') && code.len() == 6).count(), 4);
}

#[test]
fn fields_that_are_called_like_other_columns_and_retired_ones_do_not_get_in_their_way() {
    let registry = registry();
    let group = NewGroup::continuous("g").field(NewField::new("state").default("solid"));
    let group = registry.create_group(group.field(NewField::new("old").default("x"))).unwrap();
    registry.retire_field(group.id, "old").unwrap();
    registry.create_reference(group.id).unwrap();
    let file = csv_of(&registry, Filter::group(group.id));
    assert_eq!(column(&file, "state"), ["available"]);
    assert_eq!(column(&file, "attribute:state"), ["solid"]);
    assert!(!file.contains("old"), "{file}");
}

#[test]
fn several_groups_share_the_columns_of_fields_with_the_same_name() {
    let registry = registry();
    let group = |name: &str, fields: &[&str]| {
        let new = fields.iter().fold(NewGroup::batch(name), |new, field| {
            new.field(NewField::new(*field).default(format!("{name}.{field}")))
        });
        let group = registry.create_group(new).unwrap();
        registry.create_batch(group.id, NewBatch::of(2).name(format!("batch of {name}"))).unwrap();
        group
    };
    let (a, _, c) = (group("A", &["x", "y"]), group("B", &[]), group("C", &["z", "x"]));
    let file = csv_of(&registry, Filter::all());
    assert_eq!(cells(&file)[0][6..9], ["x", "y", "z"]);
    assert_eq!(column(&file, "group"), ["A", "A", "B", "B", "C", "C"]);
    assert_eq!(column(&file, "x"), ["A.x", "A.x", "", "", "C.x", "C.x"]);
    assert_eq!(column(&file, "z"), ["", "", "", "", "C.z", "C.z"]);
    assert_eq!(column(&file, "batch_name")[4], "batch of C");

    let rows = Selection::Rows(vec![(c.id, RowId(2)), (a.id, RowId(1))]);
    let file = written(&registry, &rows, ExportFormat::Csv);
    assert_eq!(cells(&file)[0][6..9], ["x", "y", "z"]);
    assert_eq!(column(&file, "group"), ["A", "C"]);
}

#[test]
fn a_batch_a_search_and_a_selection_are_exported_without_the_others() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    let batches: Vec<_> = (0..5).map(|_| registry.create_batch(group.id, NewBatch::of(3000)).unwrap()).collect();
    let codes = |file: &str| column(file, "code");
    let of_batch = csv_of(&registry, Filter::batch(group.id, batches[3].id));
    assert!(codes(&of_batch).iter().eq(batches[3].codes.iter()));

    let term = &batches[1].codes.get(77).unwrap()[3..12];
    assert_eq!(codes(&csv_of(&registry, Filter::all().containing(term.to_lowercase()))).len(), 1);

    let some: Vec<&str> = [(4, 10), (0, 0), (2, 2999), (2, 5), (0, 1)]
        .map(|(batch, position)| batches[batch].codes.get(position).unwrap())
        .to_vec();
    let file = written(&registry, &Selection::codes(some.clone()), ExportFormat::Csv);
    assert_eq!(codes(&file), [some[1], some[4], some[3], some[2], some[0]]);

    let every_third = (1..=15_000).step_by(3).chain(14_000..=15_000).map(|row| (group.id, RowId(row)));
    let file = written(&registry, &Selection::Rows(every_third.clone().collect()), ExportFormat::Csv);
    let expected: std::collections::BTreeSet<_> = every_third.collect();
    assert_eq!(codes(&file).len(), expected.len());
}

#[test]
fn what_is_not_there_is_said_before_anything_is_written_and_deleted_rows_are_left_out() {
    let registry = registry();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    let batch = registry.create_batch(group.id, NewBatch::of(10)).unwrap();
    let known = batch.codes.get(0).unwrap();
    let mut file = Vec::new();
    let error = registry.export(&Selection::codes([known, "scribble"]), ExportFormat::Csv, &mut file).unwrap_err();
    assert!(matches!(&error, Error::SelectionInvalid { missing } if *missing == ["scribble"]), "{error:?}");
    assert!(file.is_empty());

    registry.delete(&Selection::codes([known])).unwrap().confirm().unwrap();
    let rows = (0..=12).map(|row| (group.id, RowId(row))).collect();
    let file = written(&registry, &Selection::Rows(rows), ExportFormat::Csv);
    assert_eq!(column(&file, "code").len(), 9);

    let mut file = Vec::new();
    for (filter, kind) in [
        (Filter::group(serial_core::GroupId(9)), "GroupNotFound"),
        (Filter::batch(group.id, serial_core::BatchId(9)), "BatchNotFound"),
        (Filter::all().containing("A"), "SearchTermTooShort"),
        (Filter::all().having("Colour", "red"), "GroupRequired"),
        (Filter::group(group.id).having("Colour", "red"), "FieldNotFound"),
    ] {
        let selection = Selection::matching(filter);
        assert_eq!(kind_of(registry.export(&selection, ExportFormat::Csv, &mut file)), kind);
    }
    let far = Selection::Rows(vec![(group.id, RowId(u64::MAX)), (group.id, RowId(0))]);
    assert_eq!(cells(&written(&registry, &far, ExportFormat::Csv)).len(), 1);
}

/// Does something at every write.
struct Meanwhile<F> {
    file: Vec<u8>,
    act: F,
}

impl<F: FnMut()> Write for Meanwhile<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.act)();
        self.file.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_reference_comes_once_while_others_issue_and_delete() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    let before = registry.create_batch(group.id, NewBatch::of(20_000)).unwrap();
    let mut next = 0;
    let act = || {
        registry.create_batch(group.id, NewBatch::of(10)).unwrap();
        // One that was written already, and one that was not.
        let rows = [next, 19_999 - next].map(|position| before.codes.get(position).unwrap());
        registry.delete(&Selection::codes(rows)).unwrap().confirm().unwrap();
        registry.add_field(group.id, NewField::new(format!("added {next}"))).unwrap();
        next += 1;
    };
    let mut writer = Meanwhile { file: Vec::new(), act };
    let all = Selection::matching(Filter::group(group.id));
    let count = registry.export(&all, ExportFormat::Csv, &mut writer).unwrap();
    let file = String::from_utf8(writer.file).unwrap();
    let codes = column(&file, "code");
    assert_eq!(codes.len() as u64, count);
    let distinct: std::collections::HashSet<_> = codes.iter().collect();
    assert_eq!(distinct.len(), codes.len());
    assert!((next..20_000 - next).all(|position| codes[position] == before.codes.get(position).unwrap()));
}

#[test]
fn a_group_that_is_deleted_while_all_are_exported_is_left_out_from_there() {
    let registry = unlimited();
    let groups: Vec<_> = (0..3).map(|n| registry.create_group(NewGroup::batch(format!("{n}"))).unwrap().id).collect();
    for group in &groups {
        registry.create_batch(*group, NewBatch::of(5000)).unwrap();
    }
    let mut is_deleted = false;
    let act = || {
        if !std::mem::replace(&mut is_deleted, true) {
            registry.delete_group(groups[1]).unwrap().confirm().unwrap();
        }
    };
    let mut writer = Meanwhile { file: Vec::new(), act };
    let count = registry.export(&Selection::matching(Filter::all()), ExportFormat::JsonLines, &mut writer).unwrap();
    assert_eq!(count, 10_000);
}

/// Takes so many bytes and then fails.
struct Full {
    room: usize,
    fails_at_flush: bool,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 && !self.fails_at_flush {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the stick is full"));
        }
        let taken = bytes.len().min(self.room.max(usize::from(self.fails_at_flush)));
        self.room = self.room.saturating_sub(taken);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.fails_at_flush { Err(io::Error::new(io::ErrorKind::StorageFull, "the stick is full")) } else { Ok(()) }
    }
}

#[test]
fn the_error_of_a_writer_comes_back() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    registry.create_batch(group.id, NewBatch::of(10_000)).unwrap();
    let all = Selection::matching(Filter::group(group.id));
    for format in [ExportFormat::Csv, ExportFormat::JsonLines] {
        for (room, fails_at_flush) in [(0, false), (1, false), (300_000, false), (usize::MAX, true)] {
            match registry.export(&all, format, Full { room, fails_at_flush }) {
                Err(Error::TransferFailed(error)) => assert_eq!(error.to_string(), "the stick is full"),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_plain_export_reads_pages_and_nothing_for_a_single_reference() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let store = Wrapped {
        told: Box::new({
            let calls = Arc::clone(&calls);
            move |call| calls.lock().unwrap().push(call)
        }),
        ..Wrapped::default()
    };
    let registry = Registry::builder(store).limits(serial_core::Limits::unlimited()).build();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    for _ in 0..1000 {
        registry.create_batch(group.id, NewBatch::of(20)).unwrap();
    }
    let claim = registry.claim(group.id, serial_core::NewClaim::of(500).holder("Line 3")).unwrap();
    registry.transition(&Selection::references(&claim.references), State::Commissioned).unwrap();
    calls.lock().unwrap().clear();
    let count = registry.export(&Selection::matching(Filter::group(group.id)), ExportFormat::Csv, io::sink()).unwrap();
    assert_eq!(count, 20_000);
    let calls = calls.lock().unwrap();
    assert!(calls.len() <= 2 * 20_000_usize.div_ceil(4096), "{}", calls.len());
    assert!(!calls.contains(&"events"), "{calls:?}");
}

#[test]
fn moments_of_continuous_references_are_their_own() {
    let registry = builder().clock(serial_core::SystemClock).build();
    let group = registry.create_group(NewGroup::continuous("g")).unwrap();
    let expected: Vec<String> =
        (0..5).map(|_| registry.create_reference(group.id).unwrap().created_at.to_string()).collect();
    assert_eq!(column(&csv_of(&registry, Filter::group(group.id)), "created"), expected);
}

#[test]
fn rows_of_batches_that_lie_far_apart_have_the_names_of_their_batches() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::batch("g")).unwrap();
    for number in 0..300 {
        registry.create_batch(group.id, NewBatch::of(2).name(format!("b{number}"))).unwrap();
    }
    let chosen = [0_u64, 1, 2, 5, 9, 30, 31, 33, 120, 250, 251, 252, 299];
    let rows = Selection::Rows(chosen.iter().map(|batch| (group.id, RowId(batch * 2 + 1))).collect());
    let file = written(&registry, &rows, ExportFormat::Csv);
    assert!(column(&file, "batch_name").iter().eq(&chosen.map(|batch| format!("b{batch}"))));
    assert!(column(&file, "batch").iter().eq(&chosen.map(|batch| (batch + 1).to_string())));
}
