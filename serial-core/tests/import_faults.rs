//! What a review says of the rows of a file, and how files are read.

mod support;

use serial_core::{Error, Format, Group, Import, ImportReview, NewField, NewGroup, Order, Registry, Selection};
use support::{digits, kind_of, registry};

/// A Batch group of four digits with the fields Colour, by default red, and Note.
fn group(registry: &Registry) -> Group {
    let format = digits(4, Order::Random);
    let new = NewGroup::batch("g").format(format).field(NewField::new("Colour").default("red"));
    registry.create_group(new.field(NewField::new("Note"))).unwrap()
}

fn review(registry: &Registry, group: &Group, file: &str) -> ImportReview {
    registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap()
}

fn review_json(registry: &Registry, group: &Group, file: &str) -> ImportReview {
    registry.review_import(group.id, Import::json_lines(file.as_bytes())).unwrap()
}

/// Lines and sentences of what is wrong.
fn faults(review: &ImportReview) -> Vec<(u64, String)> {
    review.faults().iter().map(|fault| (fault.line, fault.fault.to_string())).collect()
}

/// Lines and sentences of what is wrong with a CSV file.
fn wrong(file: &str) -> Vec<(u64, String)> {
    let registry = registry();
    let group = group(&registry);
    let review = review(&registry, &group, file);
    assert_eq!(registry.group(group.id).unwrap().issued, 0);
    faults(&review)
}

fn value(registry: &Registry, code: &str, field: usize) -> String {
    registry.attributes(code).unwrap().swap_remove(field).value
}

fn said<const N: usize>(expected: [(u64, &str); N]) -> Vec<(u64, String)> {
    expected.map(|(line, fault)| (line, fault.to_owned())).to_vec()
}

#[test]
fn every_fault_of_every_row_is_listed_with_its_line() {
    let registry = registry();
    let group = group(&registry);
    review(&registry, &group, "code\n9999\n8888\n").commit().unwrap();
    registry.delete(&Selection::codes(["8888"])).unwrap().confirm().unwrap();
    let long = "x".repeat(1001);
    let file = format!(
        "code,Colour,Note\n0001,,\n001,,\n0001,,\n9999,{long},\n8888,,\n\n00O1,a\0b,{long}\n,,\n0002,b\n0002,,b,\n\
         0003,\"a\nb\",\n0001,,\n0004,,\n"
    );
    let review = review(&registry, &group, &file);
    let expected = said([
        (3, "its code is not in the format of the group: it has 3 characters where codes of this format have 4"),
        (4, "its code stands in line 2 already"),
        (5, "the value of \"Colour\" has 1001 characters and may have 1000"),
        (5, "its code was issued before"),
        (6, "its code was issued before"),
        (8, "its code is not in the format of the group: it has 'O' at position 3, which the format does not use"),
        (8, "the value of \"Colour\" has a NUL; leave it out"),
        (8, "the value of \"Note\" has 1001 characters and may have 1000"),
        (9, "it has no code"),
        (10, "it has 2 cells where there are 3 columns"),
        (11, "it has 4 cells where there are 3 columns"),
        (14, "its code stands in line 2 already"),
    ]);
    assert_eq!(faults(&review), expected);
    assert_eq!((review.rows(), review.good()), (12, 3));
    assert!(review.good_lines().eq([2, 12, 15]));
    let Err(Error::ImportFaulty { faults }) = review.commit() else { panic!("it was committed") };
    assert_eq!(faults.len(), expected.len());
    assert_eq!(review.commit_good().unwrap().codes.as_packed(), "000100030004");
}

#[test]
fn a_header_says_what_the_columns_are_or_nothing_can_be_imported() {
    assert_eq!(wrong(""), said([(1, "the file is empty; its first line names the columns")]));
    assert_eq!(wrong("\u{feff}"), wrong(""));
    assert_eq!(wrong("\n\r\n\n")[0].1, "the file is empty; its first line names the columns");
    assert_eq!(wrong("code"), said([(1, "the file has no rows")]));
    assert_eq!(wrong("code,Colour\r\n"), said([(1, "the file has no rows")]));
    let missing = "no column is named \"code\"; add it, or let the group issue the codes";
    assert_eq!(wrong("Colour\nred\n"), said([(1, missing)]));
    let twice = wrong("\n\ncode,Color,code,Note,attribute:Note,state,state\n0001,,,,,,\n,,,,,,\n");
    let expected = said([
        (3, "the group has no field \"Color\""),
        (3, "\"code\" comes twice"),
        (3, "\"attribute:Note\" comes twice"),
        (5, "it has no code"),
    ]);
    assert_eq!(twice, expected);
    let registry = registry();
    let group = group(&registry);
    let review = review(&registry, &group, "code,Color\n0001,red\n");
    assert_eq!((review.rows(), review.good()), (1, 0));
    assert_eq!(kind_of(review.commit()), "ImportFaulty");
    assert_eq!(kind_of(review.commit_good()), "ImportFaulty");
    assert_eq!(review.good_lines().count(), 0);
}

#[test]
fn codes_in_a_file_are_a_fault_where_the_group_issues_them() {
    let registry = registry();
    let group = group(&registry);
    let faults_of = |import: Import<'_>| faults(&registry.review_import(group.id, import.issue_codes()).unwrap());
    let given = "it has a code although the group is to issue them; leave the codes out";
    assert_eq!(faults_of(Import::csv("code,Note\n0001,x\n0002,y\n".as_bytes())), said([(1, given)]));
    let lines = "{\"code\":\"0001\"}\n{\"code\":null}\n{\"code\":\"\"}\n";
    assert_eq!(faults_of(Import::json_lines(lines.as_bytes())), said([(1, given), (3, given)]));
}

#[test]
fn csv_is_read_as_people_and_programs_write_it() {
    let good = [
        "\u{feff}code,Colour\r\n0001,x\r\n0002,y\r\n",
        "code,Colour\r0001,x\r0002,y\r",
        "code,Colour\n0001,x\n0002,y",
        "\n\ncode,Colour\n\n\n0001,x\n\r\n\r\r\n0002,y\n\n",
        "\"code\",\"Colour\"\n\"0001\",\"x\"\n\"0002\",\"y\"",
        "attribute:Colour,code\nx,0001\ny,0002\n",
    ];
    for file in good {
        let registry = registry();
        let group = group(&registry);
        assert_eq!(review(&registry, &group, file).commit().unwrap().codes.as_packed(), "00010002", "{file:?}");
        assert_eq!(value(&registry, "0002", 0), "y", "{file:?}");
    }
    let registry = registry();
    let group = group(&registry);
    let cells =
        "code,Colour\n0001,\"a\"\"b\"\n0002,\"a,\r\n\"\"\"\n0003,5\" x\"\"\n0004,\"\"\"\"\n0005, y \n0006,Größe 字\n";
    review(&registry, &group, cells).commit().unwrap();
    let values = ["0001", "0002", "0003", "0004", "0005", "0006"].map(|code| value(&registry, code, 0));
    assert_eq!(values, ["a\"b", "a,\r\n\"", "5\" x\"\"", "\"", " y ", "Größe 字"]);
    let import = Import::csv("code;Colour\n0007;1,5\n".as_bytes()).semicolons();
    registry.review_import(group.id, import).unwrap().commit().unwrap();
    assert_eq!(value(&registry, "0007", 0), "1,5");
}

#[test]
fn rows_that_break_the_rules_of_csv_are_named_and_the_rows_behind_them_are_read() {
    let after = "a cell goes on after its closing quote; write a quote within quotes twice";
    assert_eq!(wrong("code,Note\n\"0001\"x,a\n0001,\"b\" \n00,\n")[..2], said([(2, after), (3, after)]));
    let open = "a quote is opened and never closed";
    assert_eq!(wrong("code,Note\n0001,a\n0002,\"b\n0003,c\n"), said([(3, open)]));
    assert_eq!(wrong("\"code\n0001\n"), said([(1, open)]));
    assert_eq!(wrong("code\n\""), said([(2, open)]));
    assert_eq!(wrong("code,Note\n0001,\"a\nb\r\nc\rd\"\n1,\n")[0].0, 6, "lines within a cell are counted");
    let huge = format!("code,Note\n0001,{}\n0002,x\n0003,\"{}\n", "x".repeat(9 << 20), "\n".repeat(9 << 20));
    assert_eq!(wrong(&huge), said([(2, "it has more than 8388608 bytes"), (4, "it has more than 8388608 bytes")]));
    let cells = format!("code\n{}\n0001\n", ",".repeat(9 << 20));
    assert_eq!(wrong(&cells), said([(2, "it has more than 8388608 bytes")]));
}

#[test]
fn what_is_not_text_is_named() {
    let registry = registry();
    let group = group(&registry);
    let faults_of = |import: Import<'_>| faults(&registry.review_import(group.id, import).unwrap());
    let not_text = "it is not UTF-8 text";
    let file = b"code,Note\n0001,\xff\n0002,\xc3,\xa4\n0003,\xc3\n0004,\"\xc3\xa4\"\n\xc3,\xa4\n";
    assert_eq!(faults_of(Import::csv(&file[..])), said([(2, not_text), (3, not_text), (4, not_text), (6, not_text)]));
    let lines = b"{\"code\":\"0001\"}\n{\"code\":\"\xff\"}\n";
    assert_eq!(faults_of(Import::json_lines(&lines[..])), said([(2, not_text)]));
    let binary: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let review = registry.review_import(group.id, Import::csv(&binary[..])).unwrap();
    assert!(review.good() == 0 && !review.faults().is_empty());
    let review = registry.review_import(group.id, Import::json_lines(&binary[..])).unwrap();
    assert_eq!((review.good(), review.faults().len() as u64), (0, review.rows()));
    let utf16: Vec<u8> = "code\n0001\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&[0xff, 0xfe], &utf16[..]].concat();
    assert_eq!(faults_of(Import::csv(&utf16[..]))[0], (1, not_text.into()));
}

#[test]
fn json_lines_are_read_and_every_fault_is_named() {
    let registry = registry();
    let group = group(&registry);
    let file = "\u{feff}{\"code\":\"0001\",\"Colour\":\"bl\\u0075e\",\"Note\":null,\"state\":{\"any\":[1,{}]}}\r\n\n  \n\
                {\"code\":1}\n\
                {\"code\":\"0002\",\"Colour\":true,\"Note\":[1],\"Color\":\"x\"}\n\
                {\"code\":\"0003\",\"code\":\"0004\",\"attribute:Note\":\"a\",\"Note\":\"b\"}\n\
                {\"Colour\":\"x\"}\n\
                [\"0005\"]\n\
                {\"code\":\"0006\"} x\n\
                {\"code\":\"0007\n\
                0008\n\
                {\"code\":\"0001\",\"Note\":{\"a\":1}}\n\
                {\"code\":\"0009\",\"Note\":\"\\ud800\"}\n\
                {\"code\":\"0010\",\"Note\":1e999}\n\
                {\"code\":\"'-10\"}\n\
                {\"code\":\"0011\"}";
    let review = review_json(&registry, &group, file);
    let not_text = |name: &str| format!("the value of {name:?} is not a text; write it in quotes");
    let expected = [
        (4, not_text("code")),
        (4, "it has no code".into()),
        (5, not_text("Colour")),
        (5, not_text("Note")),
        (5, "the group has no field \"Color\"".into()),
        (6, "\"code\" comes twice".into()),
        (6, "\"Note\" comes twice".into()),
        (7, "it has no code".into()),
        (8, "it is not a JSON object".into()),
        (9, "it is not JSON, seen from byte 17 on".into()),
        (10, "it is not JSON, seen from byte 13 on".into()),
        (11, "it is not JSON, seen from byte 2 on".into()),
        (12, not_text("Note")),
        (12, "its code stands in line 1 already".into()),
    ];
    let found = faults(&review);
    assert_eq!(found[..expected.len()], expected);
    assert_eq!(found[expected.len()..].iter().map(|(line, _)| *line).collect::<Vec<_>>(), [13, 14, 15]);
    assert_eq!(review.commit_good().unwrap().codes.as_packed(), "00010011");
    assert_eq!((value(&registry, "0001", 0), value(&registry, "0001", 1)), ("blue".into(), String::new()));

    let deep = format!("{{\"state\":{}", "[".repeat(1_000_000));
    assert!(faults(&review_json(&registry, &group, &deep))[0].1.starts_with("it is not JSON"));
    let long = format!("{{\"code\":\"{}\"}}\n{{\"code\":\"0099\"}}\n", "0".repeat(9 << 20));
    assert_eq!(faults(&review_json(&registry, &group, &long)), said([(1, "it has more than 8388608 bytes")]));
    assert_eq!(faults(&review_json(&registry, &group, "")), said([(1, "the file has no rows")]));
}

#[test]
fn fields_that_are_called_like_other_columns_can_be_imported() {
    let registry = registry();
    let format = Format::builder().length(4).build().unwrap();
    let new = NewGroup::batch("g").format(format).field(NewField::new("state")).field(NewField::new("=x"));
    let group = registry.create_group(new).unwrap();
    let file = "code,state,attribute:state,'=x\nAAAA,void,solid,'=1\nBBBB,,,=2\n";
    review(&registry, &group, file).commit().unwrap();
    assert_eq!((value(&registry, "AAAA", 0), value(&registry, "AAAA", 1)), ("solid".into(), "=1".into()));
    assert_eq!((value(&registry, "BBBB", 0), value(&registry, "BBBB", 1)), (String::new(), "=2".into()));
}
