//! S8, seen from searching: what was stored is found as it was stored.

use crate::{
    conformance::{
        bench::{
            Append, Bench, all_groups, batch_group, delete, everything, found, issue, name, own_group, same, search,
            slice, texts,
        },
        case::Outcome,
        cases::s08_records::MOMENTS,
    },
    query::{Span, Within},
    store::{GroupQuery, ReferenceQuery, StoreError},
    time::Timestamp,
};

pub(in crate::conformance) fn s08_search_terms_are_taken_literally(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 5)?;
    let all = [
        "ABCDE",
        "A%CDE",
        "A_CDE",
        "A\\CDE",
        "A\\%DE",
        "A\\_DE",
        "A'CDE",
        "A\"CDE",
        "A*CDE",
        "A?CDE",
        "A[B]E",
        "A.CDE",
        "A^CD$",
        "A(C)E",
        "A{2}E",
        "A|CDE",
        "A+CDE",
        "A-CDE",
        "%%%%%",
        "_____",
        "\\\\\\\\\\",
        "'''''",
    ];
    issue(&*bench, &group, &all)?;
    for term in [
        "%", "_", "\\", "\\%", "\\_", "%C", "_C", "A%", "A_", "A%E", "A_E", "'", "''", "\"", "*", "?", "[B]", "[", ".",
        "^", "$", "(", ")", "{2}", "|", "+", "-", "%%", "__", "\\\\", "A.C", "A?C", "A*C", "%%%%%%", "CDE", "E",
    ] {
        let expected: Vec<String> = all.iter().filter(|code| code.contains(term)).map(ToString::to_string).collect();
        same(&format!("the codes with {term:?} in them"), &search(&*bench, term)?, &expected)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s08_search_ignores_letter_case(bench: Bench<'_>) -> Outcome {
    let upper = batch_group(&*bench, "Upper", 4)?;
    let lower = batch_group(&*bench, "Lower", 6)?;
    issue(&*bench, &upper, &["ABCD", "abcd", "aBcD", "XYZ1", "@[`{"])?;
    issue(&*bench, &lower, &["xxabcd", "CDABxx", "zZzZzZ", "PQRSTU"])?;
    for (term, expected) in [
        ("abcd", vec!["ABCD", "abcd", "aBcD", "xxabcd"]),
        ("BCD", vec!["ABCD", "abcd", "aBcD", "xxabcd"]),
        ("bC", vec!["ABCD", "abcd", "aBcD", "xxabcd"]),
        ("zzzzzz", vec!["zZzZzZ"]),
        ("yz1", vec!["XYZ1"]),
        // The neighbours of the letters are no letters: @ and `, [ and {.
        ("@", vec!["@[`{"]),
        ("`", vec!["@[`{"]),
        ("[`", vec!["@[`{"]),
        ("{", vec!["@[`{"]),
        ("`[", vec![]),
        // The end of one code and the beginning of the next are not neighbours.
        ("dabc", vec![]),
        ("cdab", vec!["CDABxx"]),
        ("xxcd", vec![]),
        ("abcde", vec![]),
        ("pqrstuv", vec![]),
    ] {
        same(&format!("the codes with {term:?} in any letter case"), &search(&*bench, term)?, &owned(&expected))?;
    }
    delete(&*bench, upper.id, [2])?;
    same("after a deletion", &search(&*bench, "ABCD")?, &owned(&["ABCD", "aBcD", "xxabcd"]))
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

pub(in crate::conformance) fn s08_parts_of_names_are_found_in_any_case(bench: Bench<'_>) -> Outcome {
    let all = [
        "Pump AX-100",
        "PUMPE ÄX",
        "pümpe",
        "100% _ \\ 'quoted' \"too\"",
        "ΟΔΟΣ",
        "οδος",
        "İstanbul",
        "istanbul",
        "STRASSE",
        "Straße",
        "ǅ",
        "字漢",
        "🏭",
        "ЛИНИЯ",
    ];
    for text in all {
        batch_group(&*bench, text, 2)?;
    }
    for part in [
        "",
        "pump",
        "PUMP",
        "äx",
        "ÄX",
        "ü",
        "Ü",
        "%",
        "_",
        "\\",
        "'",
        "\"",
        "0%",
        "_ \\",
        "οδοσ",
        "ΟΔΟΣ",
        "ς",
        "σ",
        "i",
        "İ",
        "i\u{307}",
        "ı",
        "straße",
        "STRASSE",
        "ẞ",
        "ß",
        "ǆ",
        "Ǆ",
        "字",
        "漢字",
        "🏭",
        "линия",
        "x-1",
        "nothing",
        " ",
        "*",
        "(",
        "\u{10ffff}",
    ] {
        let mut expected = Vec::new();
        for text in all {
            if name(text)?.contains_in_any_case(part) {
                expected.push(text);
            }
        }
        let query = GroupQuery { name_part: Some(part.into()), counted: true, ..all_groups() };
        let came = bench.groups(&query)?;
        let names: Vec<&str> = came.items.iter().map(|group| group.name.as_str()).collect();
        same(&format!("the groups with {part:?} in their name"), &names, &expected)?;
        same(&format!("their number for {part:?}"), &came.total, &Some(expected.len() as u64))?;
    }
    Ok(())
}

pub(in crate::conformance) fn s08_spans_of_time_are_exact(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    for (number, micros) in (0_u64..).zip(MOMENTS) {
        let created_at = Timestamp::from_micros(micros);
        Append { created_at, ..Append::to(&group, &[format!("{number:0>2}")])? }.issue(&*bench)?;
    }
    let ends: Vec<Option<Timestamp>> = [None]
        .into_iter()
        .chain(MOMENTS.into_iter().flat_map(|micros| [micros - 1, micros, micros + 1]).map(Some))
        .map(|micros| micros.map(Timestamp::from_micros))
        .collect();
    for (number, from) in ends.iter().enumerate() {
        // Every end with none, with itself, and with a later one.
        for before in [None, *from, ends[(number + 5) % ends.len()]] {
            let span = Span { from: *from, before };
            let inside = |micros: i64| span.contains(Timestamp::from_micros(micros));
            let expected: Vec<String> = (0..).zip(MOMENTS).filter(|(_, micros)| inside(*micros)).map(code).collect();
            let query = ReferenceQuery { created: span, ..everything(Within::Group(group.id)) };
            same(&format!("the references within {span:?}"), &texts(&slice(&*bench, &query)?.items), &expected)?;
        }
    }
    Ok(())
}

fn code((number, _): (u64, i64)) -> String {
    format!("{number:0>2}")
}

pub(in crate::conformance) fn s08_find_is_exact(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = own_group(&*bench, "Valves", 3)?;
    issue(&*bench, &pumps, &["ABC", "A%C", "abd"])?;
    issue(&*bench, &valves, &["abc", "ABC", "A_C"])?;
    delete(&*bench, pumps.id, [3])?;
    let find = |group, codes: &[&str]| -> Result<Vec<(u64, u64)>, StoreError> {
        let found = found(&*bench, group, codes)?;
        Ok(found.iter().map(|reference| (reference.group.0, reference.row.0)).collect())
    };
    let (p, v) = (pumps.id.0, valves.id.0);
    same("no code at all", &find(None, &[])?, &vec![])?;
    same("a code that two groups have", &find(None, &["ABC"])?, &vec![(p, 1), (v, 2)])?;
    same("the same in one group", &find(Some(valves.id), &["ABC"])?, &vec![(v, 2)])?;
    same("several codes, one of them twice", &find(None, &["abc", "ABC", "abc"])?, &vec![(p, 1), (v, 1), (v, 2)])?;
    same("a percent sign", &find(None, &["A%C"])?, &vec![(p, 2)])?;
    same("an underscore", &find(None, &["A_C"])?, &vec![(v, 3)])?;
    same("a deleted code", &find(None, &["abd"])?, &vec![])?;
    same("part of a code", &find(None, &["AB", "BC", "ABCD", "", " ABC", "ABC "])?, &vec![])?;
    same("another letter case", &find(Some(pumps.id), &["abc", "Abc"])?, &vec![])?;
    let all: Vec<String> = (0..2000).map(|number| format!("{number:0>3}")).chain(["A_C".into()]).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let of_many = bench.find(None, &all)?;
    same("one of 2001 codes", &of_many, &bench.find(Some(valves.id), &["A_C"])?)?;
    same("its code", &texts(&of_many), &vec!["A_C".to_owned()])
}
