//! What is exported can be imported elsewhere, code for code and value for value.

mod support;

use proptest::prelude::*;
use serial_core::{
    ExportFormat, Filter, Format, Group, Import, Limits, NewBatch, NewField, NewGroup, NewReference, Order, Preset,
    Registry, Selection,
};
use support::{Seeded, Standing, registry, unlimited};

fn export(registry: &Registry, group: &Group, format: ExportFormat) -> Vec<u8> {
    let mut file = Vec::new();
    registry.export(&Selection::matching(Filter::group(group.id)), format, &mut file).unwrap();
    file
}

fn import(file: &[u8], format: ExportFormat) -> Import<'_> {
    if format == ExportFormat::Csv { Import::csv(file) } else { Import::json_lines(file) }
}

/// Codes and values of all references in their order.
fn content(registry: &Registry, group: &Group) -> Vec<(String, Vec<String>)> {
    let references = registry.each_reference(Filter::group(group.id), serial_core::Direction::OldestFirst);
    references
        .map(|reference| {
            let code = reference.unwrap().code.to_string();
            let attributes = registry.attributes(&code).unwrap();
            (code, attributes.into_iter().map(|attribute| attribute.value).collect())
        })
        .collect()
}

/// Texts that are hard to carry in a file.
fn hard_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("=".to_owned()),
        Just("-".to_owned()),
        Just("＋".to_owned()),
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just(";".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just(" ".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("null".to_owned()),
        any::<char>().prop_filter("no NUL", |c| *c != '\0').prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn affix() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just(b'\''), Just(b'-'), 0x21_u8..0x7f], 0..4)
        .prop_map(|bytes| String::from_utf8(bytes).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn codes_of_all_printable_characters_and_values_of_any_come_back(
        (seed, prefix, suffix) in (any::<u64>(), affix(), affix()),
        length in 1_usize..5,
        names in prop::collection::btree_set(hard_text().prop_filter("a name", |name| !name.is_empty()), 1..4),
        defaults in prop::collection::vec(hard_text(), 3),
        values in prop::collection::vec(prop::collection::vec(prop::option::of(hard_text()), 3), 1..12),
        is_csv in any::<bool>(),
    ) {
        let written = if is_csv { ExportFormat::Csv } else { ExportFormat::JsonLines };
        let printable = Format::builder().preset(Preset::Printable).length(length);
        let format = printable.prefix(prefix).suffix(suffix).build().unwrap();
        let new = |name: &str| {
            let new = NewGroup::continuous(name).format(format.clone());
            names.iter().zip(&defaults).fold(new, |new, (name, default)| {
                new.field(NewField::new(name.clone()).default(default.clone()))
            })
        };
        let of = |seed| {
            let store = serial_core::MemoryStore::new();
            Registry::builder(store).limits(Limits::unlimited()).clock(Standing).entropy(Seeded::with(seed)).build()
        };
        let (here, there) = (of(seed), of(seed ^ 1));
        let group = here.create_group(new("-here")).unwrap();
        for values in &values {
            let given = names.iter().zip(values).filter_map(|(name, value)| Some((name, value.as_ref()?)));
            let new = given.fold(NewReference::new(), |new, (name, value)| new.attribute(name, value));
            here.create_reference_with(group.id, &new).unwrap();
        }
        let file = export(&here, &group, written);

        let other = there.create_group(new("there")).unwrap();
        let review = there.review_import(other.id, import(&file, written)).unwrap();
        prop_assert_eq!(review.faults(), &[][..], "{}", String::from_utf8_lossy(&file));
        let imported = review.commit().unwrap();
        prop_assert_eq!(imported.codes.len(), values.len());
        prop_assert_eq!(content(&there, &other), content(&here, &group));
    }

    #[test]
    fn what_another_program_writes_as_csv_is_read_cell_for_cell(
        values in prop::collection::vec(hard_text(), 1..20),
        is_quoted in any::<bool>(),
        carriage in any::<bool>(),
    ) {
        let style = if is_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let end = if carriage { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(end).from_writer(Vec::new());
        writer.write_record(["Note", "state"]).unwrap();
        for value in &values {
            writer.write_record([value.as_str(), "x"]).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let registry = unlimited();
        let new = NewGroup::batch("g").field(NewField::new("Note").default("default"));
        let group = registry.create_group(new).unwrap();
        let review = registry.review_import(group.id, Import::csv(&file[..]).issue_codes()).unwrap();
        prop_assert_eq!(review.faults(), &[][..]);
        let imported = review.commit().unwrap();
        for (code, value) in imported.codes.iter().zip(&values) {
            let found = registry.attributes(code).unwrap().swap_remove(0).value;
            // What another program writes has no apostrophe more, and an empty cell of its own means the default.
            let begin = value.trim_start_matches('\'');
            let is_formula = begin.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
            let meant = match value.strip_prefix('\'') {
                Some(rest) if is_formula => rest,
                _ if value.is_empty() && !is_quoted => "default",
                _ => value,
            };
            prop_assert_eq!(found.as_str(), meant);
        }
    }

    #[test]
    fn no_file_whatsoever_makes_a_review_panic_or_hang(file in prop::collection::vec(any::<u8>(), 0..300)) {
        let registry = registry();
        let new = NewGroup::batch("g").field(NewField::new("Note"));
        let group = registry.create_group(new).unwrap();
        let headed = [&b"code,Note\n"[..], &file].concat();
        for file in [&file, &headed] {
            for import in [Import::csv(&file[..]), Import::json_lines(&file[..]), Import::csv(&file[..]).issue_codes()] {
                let review = registry.review_import(group.id, import).unwrap();
                prop_assert!(review.good() <= review.rows());
                prop_assert!(review.faults().windows(2).all(|pair| pair[0].line <= pair[1].line));
            }
        }
    }

    #[test]
    fn rows_made_of_what_csv_is_made_of_are_read_as_another_reader_reads_them(
        pieces in prop::collection::vec(prop_oneof![
            Just("\""), Just("\"\""), Just(","), Just("\n"), Just("\r\n"), Just("a"), Just("0"), Just(" "),
        ], 0..40),
    ) {
        // A quote within a cell that it does not open is itself for both; what follows a closing quote is a fault here.
        let file = format!("Note,Other\n{}", pieces.concat());
        let registry = unlimited();
        let new = NewGroup::batch("g").field(NewField::new("Note")).field(NewField::new("Other"));
        let group = registry.create_group(new).unwrap();
        let review = registry.review_import(group.id, Import::csv(file.as_bytes()).issue_codes()).unwrap();
        if review.faults().is_empty() {
            let imported = review.commit().unwrap();
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), imported.codes.len());
            for (code, row) in imported.codes.iter().zip(&rows) {
                let values = registry.attributes(code).unwrap().into_iter().map(|attribute| attribute.value);
                prop_assert!(values.eq(row.iter().map(ToOwned::to_owned)), "{file:?}");
            }
        }
    }
}

#[test]
fn codes_that_begin_like_formulas_or_with_apostrophes_come_back() {
    let codes = ["-123", "'-12", "''-1", "'''-", "=1+1", "'abc", "''''", "+\",x"];
    let format = Format::builder().preset(Preset::Printable).length(4).build().unwrap();
    let here = registry();
    let group = here.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
    let lines: String = codes.iter().map(|code| serde_json::json!({ "code": code }).to_string() + "\n").collect();
    here.review_import(group.id, Import::json_lines(lines.as_bytes())).unwrap().commit().unwrap();
    let file = export(&here, &group, ExportFormat::Csv);
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.contains("g,'-123,") && text.contains("g,''-12,") && text.contains("g,'abc,"), "{text}");
    let there = registry();
    let other = there.create_group(NewGroup::batch("g").format(format)).unwrap();
    let imported = there.review_import(other.id, Import::csv(&file[..])).unwrap().commit().unwrap();
    assert!(imported.codes.iter().eq(codes));
}

#[test]
fn a_million_rows_are_exported_reviewed_and_imported() {
    let format = Format::builder().preset(Preset::Digits).length(8).order(Order::sequential()).build().unwrap();
    let here = unlimited();
    let group = here.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
    let batch = here.create_batch(group.id, NewBatch::of(1_000_000)).unwrap();
    for written in [ExportFormat::Csv, ExportFormat::JsonLines] {
        let file = export(&here, &group, written);
        let there = unlimited();
        let other = there.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
        let review = there.review_import(other.id, import(&file, written)).unwrap();
        assert_eq!((review.rows(), review.good()), (1_000_000, 1_000_000));
        assert_eq!(review.commit().unwrap().codes, batch.codes);
        let again = there.review_import(other.id, import(&file, written)).unwrap();
        assert_eq!((again.good(), again.faults().len()), (0, 1_000_000));
    }
}
