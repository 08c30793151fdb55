//! The index against a plain search, and against damage.

use proptest::{prelude::*, sample::select};
use rusqlite::{ErrorCode, params};

use super::{
    index::{Sizes, note_issued_with},
    *,
};

const EVERYTHING: RangeInclusive<i64> = 0..=i64::MAX;

/// Segments of a handful of blocks, many of them for few rows.
const SMALL: Sizes = Sizes { pending: 50, runs: 12, segment: 80 };

fn store() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    crate::schema::migrate(&conn).unwrap();
    conn
}

fn add_group(conn: &Connection, group: i64) {
    let columns: Vec<String> = conn
        .prepare("SELECT name FROM pragma_table_info('groups')")
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .collect::<Result<_>>()
        .unwrap();
    let values: Vec<String> = columns
        .iter()
        .map(|column| match column.as_str() {
            "group_id" => group.to_string(),
            "name" => format!("'group {group}'"),
            "kind" => "'batch'".into(),
            "scope" => "'registry'".into(),
            "format" | "limits" => "'{}'".into(),
            "fields" => "'[]'".into(),
            "description" | "created_at" | "warranty" | "public_name" | "public_description" => "''".into(),
            "code_length" => "1".into(),
            _ => "0".into(),
        })
        .collect();
    let sql = format!("INSERT INTO groups ({}) VALUES ({})", columns.join(", "), values.join(", "));
    conn.execute(&sql, ()).unwrap();
}

/// Issues codes; the row ids of a group begin at 1.
fn issue(conn: &Connection, group: i64, codes: &[String], created_at: &str, sizes: Sizes) -> i64 {
    let last = format!(r#"SELECT coalesce(max(id), {0}) FROM "references" WHERE id >> 32 = {group}"#, group << 32);
    let first = conn.query_row(&last, (), |row| row.get::<_, i64>(0)).unwrap() + 1;
    for (code, id) in codes.iter().zip(first..) {
        let insert = r#"INSERT INTO "references" (id, batch_id, code, created_at) VALUES (?1, ?2, ?3, ?4)"#;
        conn.execute(insert, params![id, id % 3, code, created_at]).unwrap();
    }
    note_issued_with(conn, first, codes.len(), sizes).unwrap();
    first
}

fn search(term: &str) -> Search<'_> {
    Search {
        term,
        ids: EVERYTHING,
        created_from: None,
        created_before: None,
        state: None,
        value: None,
        descending: false,
        after: None,
    }
}

/// A registry of one group with these codes, all of them in segments but for the last few.
fn registry_of(codes: &[String]) -> Connection {
    let conn = store();
    add_group(&conn, 1);
    for codes in codes.chunks(7) {
        issue(&conn, 1, codes, "2026-01-01", SMALL);
    }
    conn
}

fn numbered(count: u32) -> Vec<String> {
    // Spread, so that neighbours share little.
    (0..count).map(|number| format!("PX-{:08X}", number.wrapping_mul(2_654_435_761))).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Issue { group: i64, codes: Vec<String>, moment: u8 },
    Delete { number: usize },
    DeleteGroup { group: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let code = prop_oneof![
        6 => "[abAB1]{1,9}",
        2 => "PX-[abAB1]{1,7}",
        1 => "[%_\\\\a]{3,8}",
        1 => Just("a".repeat(129)),
    ];
    let moment = prop_oneof![Just(0_u8), 0..9_u8];
    prop_oneof![
        12 => (1..6_i64, prop::collection::vec(code, 1..60), moment)
            .prop_map(|(group, codes, moment)| Step::Issue { group, codes, moment }),
        3 => any::<prop::sample::Index>().prop_map(|at| Step::Delete { number: at.index(1000) }),
        1 => (1..6_i64).prop_map(|group| Step::DeleteGroup { group }),
    ]
}

#[derive(Clone, Debug)]
struct Asked {
    term: String,
    place: (i64, u32, u32),
    moments: (Option<u8>, Option<u8>),
    descending: bool,
    limit: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let term = prop_oneof![
        "[abAB1]{1,6}",
        "(px-|PX-|X-)[ab1]{0,3}",
        "[%_\\\\a]{1,4}",
        Just("A".repeat(40)),
        Just("%".repeat(129))
    ];
    let place = (0..7_i64, 0..80_u32, 0..200_u32);
    let moments = (prop::option::of(0..9_u8), prop::option::of(0..9_u8));
    (term, place, moments, any::<bool>(), select(vec![1, 2, 7, 50, usize::MAX]))
        .prop_map(|(term, place, moments, descending, limit)| Asked { term, place, moments, descending, limit })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_looking_at_every_code_finds(
        steps in prop::collection::vec(step(), 1..40),
        asked in prop::collection::vec(asked(), 1..30),
    ) {
        let conn = store();
        for group in 1..6 {
            add_group(&conn, group);
        }
        // Id, code, moment, live.
        let mut all: Vec<(i64, String, String, bool)> = Vec::new();
        let mut gone = Vec::new();
        for step in steps {
            match step {
                Step::Issue { group, .. } if gone.contains(&group) => {}
                Step::Issue { group, codes, moment } => {
                    let moment = format!("2026-01-0{moment}");
                    let first = issue(&conn, group, &codes, &moment, SMALL);
                    all.extend(codes.into_iter().zip(first..).map(|(code, id)| (id, code, moment.clone(), true)));
                }
                Step::Delete { number } => {
                    let length = all.len().max(1);
                    if let Some(row) = all.get_mut(number % length) {
                        row.3 = false;
                        conn.execute(r#"UPDATE "references" SET deleted = 1 WHERE id = ?1"#, [row.0]).unwrap();
                    }
                }
                Step::DeleteGroup { group } => {
                    gone.push(group);
                    all.iter_mut().filter(|row| row.0 >> 32 == group).for_each(|row| row.3 = false);
                    conn.execute("UPDATE groups SET deleted = 1 WHERE group_id = ?1", [group]).unwrap();
                }
            }
        }
        all.sort();
        for Asked { term, place: (group, from, length), moments, descending, limit } in asked {
            let ids = match group {
                0 => EVERYTHING,
                group if from % 2 == 0 => group << 32..=group << 32 | 0xffff_ffff,
                group => (group << 32) + i64::from(from)..=(group << 32) + i64::from(from + length),
            };
            let moments = [moments.0, moments.1].map(|moment| moment.map(|moment| format!("2026-01-0{moment}")));
            let [created_from, created_before] = moments.each_ref().map(Option::as_deref);
            let mut expected: Vec<i64> = all
                .iter()
                .filter(|(id, code, moment, live)| {
                    *live
                        && ids.contains(id)
                        && code.to_ascii_lowercase().contains(&term.to_ascii_lowercase())
                        && created_from.is_none_or(|from| from <= moment.as_str())
                        && created_before.is_none_or(|before| moment.as_str() < before)
                })
                .map(|row| row.0)
                .collect();
            if descending {
                expected.reverse();
            }
            let mut search = Search { ids, created_from, created_before, descending, ..search(&term) };
            for look in [0, 5, FIRST_LOOK] {
                let mut found: Vec<i64> = Vec::new();
                search.after = None;
                loop {
                    let mut rows = Vec::new();
                    for_each_with(&conn, &search, look, |row| {
                        rows.push(row.get(0)?);
                        Ok(if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
                    }).unwrap();
                    search.after = rows.last().copied();
                    found.extend(&rows);
                    if rows.len() < limit {
                        break;
                    }
                }
                prop_assert_eq!(&found, &expected, "{:?} in {:?}", &term, &search.ids);
            }
            prop_assert_eq!(count(&conn, &search).unwrap(), expected.len() as u64);
        }
    }

    #[test]
    fn damaged_lists_and_runs_never_cause_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        table in select(vec!["search_postings SET lists", "search_segments SET runs"]),
        at in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let conn = registry_of(&numbered(200));
        let column = table.split(' ').next_back().unwrap();
        if whole {
            conn.execute(&format!("UPDATE {table} = ?1"), [&bytes]).unwrap();
        } else {
            let name = table.split(' ').next().unwrap();
            let old: Vec<u8> = conn.query_row(&format!("SELECT {column} FROM {name} LIMIT 1"), (), |row| row.get(0)).unwrap();
            let mut new = old.clone();
            let place = at.index(new.len());
            new.splice(place.., bytes.iter().copied().chain(old.into_iter().skip(place + bytes.len())));
            conn.execute(&format!("UPDATE {table} = ?1"), [&new]).unwrap();
        }
        for term in ["PX-", "3779B9", "000", "zzz"] {
            for_each_with(&conn, &search(term), 5, |_| Ok(ControlFlow::Continue(()))).ok();
        }
    }
}

fn all_after(conn: &Connection, term: &str, look: i64) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for_each_with(conn, &search(term), look, |row| {
        ids.push(row.get(0)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ids)
}

#[test]
fn damage_is_reported_as_such() {
    // What stands for the lists of the term in every segment: which trigram after it, bytes in the list, the list.
    let lists = |bytes: &str| {
        let trigram = postings::trigrams_of("PX-").unwrap()[0];
        format!(
            "DELETE FROM search_postings;
            INSERT INTO search_postings SELECT segment << 19 | {trigram}, x'{bytes}' FROM search_segments"
        )
    };
    for (damage, name) in [
        (lists("80808080808080808080808001"), "a number that does not end"),
        (lists("0080"), "a number that is cut off"),
        (lists("00047f01"), "a list longer than its row"),
        (lists("0003ffff7f"), "a block that no segment has"),
        (lists("000164"), "a block that this one has not"),
        ("UPDATE search_segments SET runs = x'8180808010ffffffffffffffffff01'".into(), "a run over all ids"),
        ("UPDATE search_segments SET runs = x'81808080108080808001'".into(), "a run longer than a segment"),
        ("UPDATE search_segments SET runs = CAST(runs || x'01' AS BLOB)".into(), "a run that is cut off"),
        ("UPDATE search_pending SET count = 9223372036854775807".into(), "pending rows of all groups"),
    ] {
        let conn = registry_of(&numbered(200));
        assert_eq!(all_after(&conn, "PX-", 5).unwrap().len(), 200);
        conn.execute_batch(&damage).unwrap();
        let error = all_after(&conn, "PX-", 5).map(|_| name).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt), "{name}: {error}");
    }
}

#[test]
fn the_sizes_in_use_fit_what_a_segment_can_hold() {
    let conn = store();
    (1..=3).for_each(|group| add_group(&conn, group));
    let codes = numbered(70_000);
    for (group, codes) in
        (1..=3).cycle().zip([&codes[..5_000], &codes[..9_000], &codes[..10_000], &codes, &codes[..50]])
    {
        issue(&conn, group, codes, "2026-01-01", index::SIZES);
    }
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), 4);
    assert_eq!(number_of(&conn, "SELECT count FROM search_pending WHERE first_id = 0"), 50);
    for term in ["PX-", "px-9e3779b1", "779", "f00", &codes[69_999], &codes[49], "zzz"] {
        let sql = format!(r#"SELECT count(*) FROM "references" WHERE code LIKE '%{term}%'"#);
        let expected = number_of(&conn, &sql);
        assert_eq!(count(&conn, &search(term)).unwrap(), u64::try_from(expected).unwrap(), "{term}");
    }
}

#[test]
fn rows_that_are_missing_when_a_segment_is_made_are_damage() {
    let conn = registry_of(&numbered(20));
    conn.execute(r#"DELETE FROM "references" WHERE id & 255 = 3"#, ()).unwrap();
    let error = note_issued_with(&conn, (1 << 32) + 21, 100, SMALL).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt));
}

fn number_of(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, (), |row| row.get(0)).unwrap()
}

#[test]
fn one_row_after_the_other_makes_one_pending_run() {
    let conn = store();
    add_group(&conn, 1);
    for code in numbered(40) {
        issue(&conn, 1, &[code], "2026-01-01", SMALL);
    }
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_pending WHERE first_id > 0"), 1);
    assert_eq!(number_of(&conn, "SELECT count FROM search_pending WHERE first_id > 0"), 40);
}

#[test]
fn pending_rows_become_a_segment_when_they_are_many_or_scattered() {
    let conn = store();
    (1..=12).for_each(|group| add_group(&conn, group));
    issue(&conn, 1, &numbered(49), "2026-01-01", SMALL);
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), 0);
    issue(&conn, 2, &numbered(1), "2026-01-01", SMALL);
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), 1);
    assert_eq!(number_of(&conn, "SELECT sum(count) FROM search_pending"), 0);
    for group in 1..=11 {
        issue(&conn, group, &numbered(1), "2026-01-01", SMALL);
    }
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), 1);
    issue(&conn, 12, &numbered(1), "2026-01-01", SMALL);
    assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), 2);
    assert_eq!(all_after(&conn, "PX-00000000", 0).unwrap().len(), 14);
}

#[test]
fn an_append_of_more_rows_than_a_segment_holds_makes_several_of_one_size() {
    for (rows, segments) in [(80, 1), (81, 2), (160, 2), (161, 3), (1000, 13)] {
        let conn = store();
        add_group(&conn, 1);
        let codes = numbered(rows);
        issue(&conn, 1, &codes, "2026-01-01", SMALL);
        assert_eq!(number_of(&conn, "SELECT count(*) FROM search_segments"), segments, "{rows}");
        assert_eq!(number_of(&conn, "SELECT sum(count) FROM search_pending"), 0);
        for (number, code) in codes.iter().enumerate() {
            let id = (1 << 32) + 1 + i64::try_from(number).unwrap();
            assert_eq!(all_after(&conn, &code[2..], 0).unwrap(), [id]);
        }
    }
}

#[test]
fn a_row_of_lists_goes_on_one_page_of_the_file() {
    let conn = store();
    add_group(&conn, 1);
    let sizes = Sizes { pending: 3000, ..SMALL };
    issue(&conn, 1, &numbered(3000), "2026-01-01", Sizes { segment: 3000, ..sizes });
    assert!(number_of(&conn, "SELECT count(*) FROM search_postings") > 5);
    assert!(number_of(&conn, "SELECT max(length(lists)) FROM search_postings") <= 2010);
}

#[test]
fn a_full_page_reads_no_more_of_the_index_than_it_needs() {
    let conn = registry_of(&numbered(400));
    // Segments in the order of their ids: the last one is not read.
    conn.execute(
        "UPDATE search_segments SET runs = x'80' WHERE segment = (SELECT max(segment) FROM search_segments)",
        (),
    )
    .unwrap();
    let found = |limit: usize| {
        let mut left = limit;
        for_each_with(&conn, &search("PX-"), 0, |_| {
            left -= 1;
            Ok(if left > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })
    };
    found(300).unwrap();
    found(400).unwrap_err();
}

#[test]
fn a_page_tells_all_there_is_to_a_row() {
    let conn = registry_of(&numbered(3));
    let found = page(&conn, &search("px-00000000"), 10).unwrap();
    let expected = Found {
        id: (1 << 32) + 1,
        batch_id: Some(2),
        code: "PX-00000000".into(),
        created_at: "2026-01-01".into(),
        state_number: 1,
        claim_id: None,
    };
    assert_eq!(found, [expected]);
    assert_eq!(page(&conn, &search("px-"), 0).unwrap(), []);
}

#[test]
fn every_printable_character_is_a_symbol_of_its_own_whatever_its_case() {
    let number = |symbol: char| postings::trigrams_of(&format!("!!{symbol}")).unwrap()[0];
    let mut numbers: Vec<_> = ('!'..='~').map(|symbol| number(symbol.to_ascii_lowercase())).collect();
    assert!(('!'..='~').all(|symbol| number(symbol) == number(symbol.to_ascii_lowercase())));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 94 - 26);
    assert!(!numbers.contains(&number(' ')));
}
