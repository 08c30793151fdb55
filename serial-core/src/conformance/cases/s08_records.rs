//! S8: formats, names, descriptions, limits, times and codes come back byte for byte.

use crate::{
    alphabet::Preset,
    check::{Check, CheckScheme},
    conformance::{
        bench::{
            Append, Bench, NOON, all_batches, all_groups, batch_group, counting, counting_group, create, delete, done,
            group_plan, issue, key, keyed_plan, name, numbers, own_group, present, references, refused, same, texts,
        },
        case::{Breach, Outcome},
        picture::picture,
    },
    format::{Format, Order},
    format_builder::FormatBuilder,
    group::{Group, Kind, Scope},
    ids::{RequestId, RowId},
    key::GroupKeys,
    limits::{GroupLimits, Limit},
    query::Within,
    store::{GroupChange, GroupPlan, IndexGuard, Refusal},
    time::Timestamp,
};

/// Texts that storages are known to damage.
pub(super) fn awkward_texts() -> Vec<String> {
    let mut all: Vec<String> = [
        " ",
        "  Pumps  ",
        "tab\tand\nline\r\nand\u{b}\u{c}",
        "'single' \"double\" `back` ''",
        "'); DROP TABLE groups; --",
        "\\ back \\n slash \\\\ \\'",
        "%_%",
        "$1 ?1 :name @name {0} %s {}",
        "NULL",
        "0123",
        "1e5",
        "Pumpe für Wärme",
        "ﬃ ǆ ß ẞ ſ",
        "e\u{301} and é",
        "\u{feff}byte order mark",
        "zero\u{200b}width\u{200d}joiner",
        "\u{202e}right to left\u{202c}",
        "العربية עברית",
        "字漢かな",
        "🏭👩‍🏭🇺🇳",
        "\u{1}\u{1f}\u{7f}\u{80}\u{9f}",
        "\u{d7ff}\u{e000}\u{fffd}\u{fffe}\u{ffff}\u{10ffff}",
        "İstanbul ıIi",
    ]
    .map(String::from)
    .to_vec();
    all.extend(["x", "字", "🏭", "\u{10ffff}"].map(|symbol| symbol.repeat(200)));
    all
}

pub(in crate::conformance) fn s08_names_of_groups_come_back(bench: Bench<'_>) -> Outcome {
    let mut ids = Vec::new();
    for text in awkward_texts() {
        let group = batch_group(&*bench, &text, 2)?;
        same("the name of a new group", &group.name.as_str(), &text.as_str())?;
        ids.push((group.id, text));
    }
    let listed = bench.groups(&all_groups())?.items;
    for ((id, text), listed) in ids.iter().zip(&listed) {
        same("the name of a group", &present(&*bench, *id)?.name.as_str(), &text.as_str())?;
        same("the name in the listing", &listed.name.as_str(), &text.as_str())?;
    }
    // And each once more as a new name of one group.
    for (number, (id, text)) in ids.iter().enumerate() {
        let away = GroupChange { name: Some(name(&format!("away {number}"))?), ..GroupChange::of(*id, NOON) };
        let back = GroupChange { name: Some(name(text)?), ..GroupChange::of(*id, NOON) };
        done("changing a name", bench.change_group(&away))?;
        let changed = done("changing a name back", bench.change_group(&back))?;
        same("the changed name", &changed.name.as_str(), &text.as_str())?;
        same("the changed name, read", &present(&*bench, *id)?.name.as_str(), &text.as_str())?;
    }
    same("how many groups are listed", &listed.len(), &ids.len())
}

pub(in crate::conformance) fn s08_names_that_look_alike_are_different(bench: Bench<'_>) -> Outcome {
    let alike = ["Pump", "pump", "PUMP", "Pump ", " Pump", "Pump\n", "Pümp", "Pu\u{308}mp", "PÜMP", "Ｐｕｍｐ", "Ρump"];
    for text in alike {
        batch_group(&*bench, text, 2)?;
    }
    let listed = bench.groups(&all_groups())?.items;
    let names: Vec<&str> = listed.iter().map(|group| group.name.as_str()).collect();
    same("the names of all groups", &names, &alike.to_vec())?;
    for (group, text) in listed.iter().zip(alike) {
        let taken = Refusal::NameTaken { group: group.id };
        refused(&format!("a second group {text:?}"), bench.create_group(&group_plan(text, 2)?), &taken)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s08_descriptions_come_back(bench: Bench<'_>) -> Outcome {
    let mut all = awkward_texts();
    all.extend([String::new(), "a long description, 字. ".repeat(2000)]);
    for (number, text) in all.iter().enumerate() {
        let plan = GroupPlan { description: text.clone(), ..group_plan(&format!("Group {number}"), 2)? };
        let group = create(&*bench, &plan)?;
        same("the description of a new group", &group.description, text)?;
        same("the description of a group", &present(&*bench, group.id)?.description, text)?;
    }
    let group = batch_group(&*bench, "Pumps", 2)?;
    for text in all {
        let change = GroupChange { description: Some(text.clone()), ..GroupChange::of(group.id, NOON) };
        let changed = done("changing a description", bench.change_group(&change))?;
        same("the description of the change", &changed.description, &text)?;
        same("the changed description", &present(&*bench, group.id)?.description, &text)?;
    }
    Ok(())
}

/// Formats of every alphabet, order, length and affix that differ in what storages may damage.
fn formats() -> Result<Vec<Format>, Breach> {
    let affixes = ["'", "\"", "\\", "%", "_", "--", "$1", "AX-", "ax-", "!~", "[*?]", "0x", "a'b\"c\\d%e_f"];
    let begun = || Format::builder().length(6);
    let mut builders: Vec<FormatBuilder> = Preset::ALL.into_iter().map(|preset| begun().preset(preset)).collect();
    builders.extend(affixes.map(|affix| begun().prefix(affix)));
    builders.extend(affixes.map(|affix| begun().suffix(affix)));
    builders.extend([
        Format::builder().length(1),
        Format::builder().length(64).prefix("P".repeat(32)).suffix("S".repeat(32)),
        begun().symbols("zyxwv"),
        begun().symbols("'\"\\%_"),
        begun().preset(Preset::Printable).exclude("'\"\\"),
        begun().order(Order::sequential()),
        begun().order(Order::Keyed),
        begun().check(Check::Automatic),
        begun().preset(Preset::Digits).check(Check::Named(CheckScheme::Iso7064Mod97Radix10)).suffix("/"),
        begun().grouping(3, ' ').skip_words(["SOLD", "'\"%_\\"]).guesses_below_one_in(u64::from(u16::MAX)),
        begun().preset(Preset::Digits).order(Order::Sequential { start: 0 }),
        begun().symbols("10").order(Order::Sequential { start: 63 }),
        begun().length(40).preset(Preset::Digits).order(Order::Sequential { start: u128::MAX - 1 }),
        begun().length(64).order(Order::Sequential { start: u128::from(u64::MAX) + 1 }),
        begun().length(30).preset(Preset::Digits).order(Order::Sequential { start: i64::MAX as u128 + 1 }),
    ]);
    builders
        .into_iter()
        .map(|builder| builder.build().map_err(|error| Breach::new(format!("the kit made a bad format: {error}"))))
        .collect()
}

pub(in crate::conformance) fn s08_formats_come_back(bench: Bench<'_>) -> Outcome {
    let mut created = Vec::new();
    for (number, format) in formats()?.into_iter().enumerate() {
        let plan = group_plan(&format!("Group {number}"), 2)?;
        let kind = if number % 2 == 0 { Kind::Batch } else { Kind::Continuous };
        let scope = if number % 3 == 0 { Scope::Group } else { Scope::Registry };
        let keys = if format.order() == Order::Keyed { GroupKeys::of(key(1)?) } else { GroupKeys::default() };
        let group = create(&*bench, &GroupPlan { kind, scope, format: format.clone(), keys, ..plan })?;
        same("the format of a new group", &group.format, &format)?;
        same("kind and scope of a new group", &(group.kind, group.scope), &(kind, scope))?;
        created.push(group);
    }
    for group in &created {
        same("a group with a format", &present(&*bench, group.id)?, group)?;
    }
    same("all groups in the listing", &bench.groups(&all_groups())?.items, &created)
}

pub(in crate::conformance) fn s08_limits_come_back(bench: Bench<'_>) -> Outcome {
    let limits = [
        None,
        Some(Limit::Unlimited),
        Some(Limit::AtMost(0)),
        Some(Limit::AtMost(1)),
        Some(Limit::AtMost(i64::MAX as u64)),
        Some(Limit::AtMost(u64::MAX)),
    ];
    let changing = batch_group(&*bench, "Pumps", 2)?;
    for (number, max_live) in limits.into_iter().enumerate() {
        for (turn, min_search_term) in [None, Some(0), Some(1), Some(u32::MAX)].into_iter().enumerate() {
            let max_batch = limits[(number + turn) % limits.len()];
            let limits =
                GroupLimits { max_live, max_batch, min_search_term, max_fields: max_batch, max_value: max_live };
            let plan = GroupPlan { limits, ..group_plan(&format!("Group {number} {turn}"), 2)? };
            let group = create(&*bench, &plan)?;
            same("the limits of a group", &present(&*bench, group.id)?.limits, &limits)?;
            let change = GroupChange { limits: Some(limits), ..GroupChange::of(changing.id, NOON) };
            done("changing limits", bench.change_group(&change))?;
            same("the changed limits of a group", &present(&*bench, changing.id)?.limits, &limits)?;
        }
    }
    Ok(())
}

/// Moments from year 1 to year 9999, none of them on a whole second.
pub(super) const MOMENTS: [i64; 9] = [
    -62_135_596_799_999_999,
    -1_000_001,
    -1_000_000,
    -1,
    0,
    1,
    999_999,
    1_795_432_738_123_456,
    253_402_300_799_999_999,
];

pub(in crate::conformance) fn s08_times_come_back(bench: Bench<'_>) -> Outcome {
    let line = counting_group(&*bench, "Line", 3)?;
    for (number, micros) in (0_u64..).zip(MOMENTS) {
        let created_at = Timestamp::from_micros(micros);
        let group = create(&*bench, &GroupPlan { created_at, ..group_plan(&format!("Group {number}"), 2)? })?;
        same("the time of a group", &present(&*bench, group.id)?.created_at, &created_at)?;
        let plan = Append { created_at, ..Append::to(&group, &[format!("{number:0>2}")])? };
        plan.issue(&*bench)?;
        let batches = done("listing batches", bench.batches(&all_batches(group.id)))?.items;
        same("the time of a batch", &batches.first().map(|batch| batch.created_at), &Some(created_at))?;
        let listed = references(&*bench, Within::Group(group.id))?;
        same("the time of a reference", &listed.first().map(|one| one.created_at), &Some(created_at))?;
        let index = Some(IndexGuard { expected: number, next: number + 1 });
        let plan = Append { index, created_at, ..Append::to(&line, &[format!("{number:0>3}")])? };
        plan.request(number.into(), 5).issue(&*bench)?;
        let kept = bench.request(RequestId(number.into()))?.and_then(|record| Some(record.appended()?.created_at));
        same("the time kept under a request id", &kept, &Some(created_at))?;
    }
    let listed = references(&*bench, Within::Group(line.id))?;
    let times: Vec<i64> = listed.iter().map(|reference| reference.created_at.as_micros()).collect();
    same("the times of the references of a Continuous group", &times, &MOMENTS.to_vec())
}

pub(in crate::conformance) fn s08_codes_of_all_symbols_come_back(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 64)?;
    let symbols = Preset::Printable.symbols();
    let turned = |turn: usize| symbols.chars().cycle().skip(turn).take(64).collect();
    let all: Vec<String> = (0..symbols.len()).map(turned).collect();
    let plan = Append::to(&group, &all)?.request(1, 5);
    plan.issue(&*bench)?;
    same("the codes in the listing", &texts(&references(&*bench, Within::Group(group.id))?), &all)?;
    for (row, code) in (1..).zip(&all) {
        let found = bench.find(Some(group.id), &[code])?;
        let came: Vec<_> = found.iter().map(|reference| (reference.row, reference.code.as_str())).collect();
        same("what is found by its code", &came, &vec![(RowId(row), code.as_str())])?;
    }
    let kept = bench.request(RequestId(1))?.and_then(|record| Some(record.appended()?.codes.clone()));
    same("the codes kept under a request id", &kept, &Some(plan.codes))?;
    // One symbol each, among them those that mean something in a pattern.
    let own = own_group(&*bench, "Symbols", 1)?;
    let single: Vec<String> = symbols.chars().map(String::from).collect();
    issue(&*bench, &own, &single)?;
    same("codes of one symbol", &texts(&references(&*bench, Within::Group(own.id))?), &single)
}

pub(in crate::conformance) fn s08_names_of_batches_come_back(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let all = awkward_texts();
    for (number, text) in (0_u64..).zip(&all) {
        let plan = Append { batch: Some(name(text)?), ..Append::to(&group, &[format!("{number:0>2}")])? };
        let (_, batch) = plan.request(number.into(), 5).issue(&*bench)?;
        let batch = batch.ok_or_else(|| Breach::new("a batch was issued without an id"))?;
        let came = done("reading a batch", bench.batch(group.id, batch))?;
        same("the name of a batch", &came.name.as_str(), &text.as_str())?;
        let kept = bench.request(RequestId(number.into()))?.and_then(|record| record.appended()?.batch.clone());
        same("the batch kept under a request id", &kept, &Some((batch, name(text)?)))?;
    }
    let listed = done("listing batches", bench.batches(&all_batches(group.id)))?.items;
    let names: Vec<&str> = listed.iter().map(|batch| batch.name.as_str()).collect();
    same("the names of all batches", &names, &all.iter().map(String::as_str).collect())?;
    // Unlike groups, batches may have the same name.
    for code in ["XA", "XB"] {
        issue(&*bench, &group, &[code])?;
    }
    Ok(())
}

pub(in crate::conformance) fn s08_a_large_index_comes_back(bench: Bench<'_>) -> Outcome {
    let (signed, most) = (i64::MAX as u64, u64::MAX);
    let format = counting(30)?;
    let group = create(&*bench, &GroupPlan { kind: Kind::Continuous, format, ..group_plan("Line", 2)? })?;
    let steps =
        [0, u64::from(u32::MAX), u64::from(u32::MAX) + 1, (1 << 53) + 1, signed - 1, signed, signed + 1, most - 1];
    for step in steps.windows(2) {
        let index = Some(IndexGuard { expected: step[0], next: step[1] });
        Append { index, ..Append::to(&group, &[format!("{:0>30}", step[1])])? }.issue(&*bench)?;
        same("the next index", &present(&*bench, group.id)?.next_index, &step[1])?;
    }
    let change = GroupChange { next_index: Some(most), ..GroupChange::of(group.id, NOON) };
    let changed = done("advancing a counter", bench.change_group(&change))?;
    same("the next index, advanced", &changed.next_index, &most)?;
    same("the next index, read", &present(&*bench, group.id)?.next_index, &most)
}

pub(in crate::conformance) fn s08_codes_are_as_wide_as_their_check_characters_make_them(bench: Bench<'_>) -> Outcome {
    let format = Format::builder().preset(Preset::Digits).length(2).prefix("A").suffix("/");
    let format = format.check(Check::Named(CheckScheme::Iso7064Mod97Radix10)).build();
    let format = format.map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))?;
    let group = create(&*bench, &GroupPlan { format, ..group_plan("Pumps", 2)? })?;
    // The check characters of 12 are 62, and those of 34 are 93.
    issue(&*bench, &group, &["A1262/", "A3493/"])?;
    let found: Vec<String> = references(&*bench, Within::Group(group.id))?.into_iter().map(|r| r.code.into()).collect();
    same("the codes", &found, &vec!["A1262/".to_owned(), "A3493/".to_owned()])
}

pub(in crate::conformance) fn s08_keys_come_back(bench: Bench<'_>) -> Outcome {
    let mut groups = Vec::new();
    for number in [0, 1, 8, 0xFF] {
        let group = create(&*bench, &keyed_plan(&format!("Group {number}"), 6, key(number)?)?)?;
        same("the keys of a new group", &group.keys, &GroupKeys::of(key(number)?))?;
        same("the keys of a group", &present(&*bench, group.id)?.keys, &group.keys)?;
        groups.push(group);
    }
    let none = batch_group(&*bench, "Pumps", 2)?;
    same("the keys of a group of another order", &none.keys, &GroupKeys::default())?;
    groups.push(none);
    same("all groups in the listing", &bench.groups(&all_groups())?.items, &groups)?;
    let bench = bench.reopened();
    same("all groups after reopening", &bench.groups(&all_groups())?.items, &groups)
}

pub(in crate::conformance) fn s08_another_key_holds_from_the_next_counter_on(bench: Bench<'_>) -> Outcome {
    let group = create(&*bench, &keyed_plan("Pumps", 6, key(1)?)?)?;
    Append::to(&group, &numbers(0..10, 6))?.issue(&*bench)?;
    let before = present(&*bench, group.id)?;
    let change = |number, next_index| -> Result<Group, Breach> {
        let change = GroupChange { key: Some(key(number)?), next_index, ..GroupChange::of(group.id, NOON) };
        done("changing a key", bench.change_group(&change))
    };
    let changed = change(2, None)?;
    let mut expected = before.keys.clone();
    expected.add(10, key(2)?);
    same("the keys after a change", &changed.keys, &expected)?;
    let again = change(3, Some(1 << 40))?;
    expected.add(1 << 40, key(3)?);
    same("the counter that was advanced", &again.next_index, &(1 << 40))?;
    same("the keys after another change", &again.keys, &expected)?;
    // No counter goes back, and no code was made with the third key.
    let last = change(4, Some(5))?;
    expected.add(1 << 40, key(4)?);
    same("the counter that was not set back", &last.next_index, &(1 << 40))?;
    same("the keys after the last change", &last.keys, &expected)?;
    // Whatever else is changed leaves both as they are.
    let change = GroupChange { description: Some("brass".into()), ..GroupChange::of(group.id, NOON) };
    done("changing a description", bench.change_group(&change))?;
    let plan = Append::to(&present(&*bench, group.id)?, &["000010"])?;
    plan.issue(&*bench)?;
    let kept = present(&*bench, group.id)?;
    same("the counter and the keys", &(kept.next_index, &kept.keys), &((1 << 40) + 1, &expected))?;
    let moved = Refusal::IndexMoved { next: kept.next_index };
    let late = IndexGuard { expected: 10, next: 11 };
    let plan = Append { index: Some(late), ..Append::to(&kept, &["000011"])? };
    refused("a plan for a counter that was passed", plan.run(&*bench), &moved)?;
    let bench = bench.reopened();
    same("the group after reopening", &present(&*bench, group.id)?, &kept)
}

pub(in crate::conformance) fn s08_a_change_keeps_what_it_does_not_name(bench: Bench<'_>) -> Outcome {
    let limits =
        GroupLimits { max_live: Some(Limit::AtMost(7)), max_batch: Some(Limit::Unlimited), ..GroupLimits::default() };
    let plan = GroupPlan { description: "steel".into(), limits, ..group_plan("Pumps", 2)? };
    let group = create(&*bench, &plan)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    delete(&*bench, group.id, [1])?;
    let mut expected = present(&*bench, group.id)?;
    let other_limits = GroupLimits { min_search_term: Some(5), ..GroupLimits::default() };
    for change in [
        GroupChange { name: Some(name("Valves")?), ..GroupChange::of(group.id, NOON) },
        GroupChange { description: Some("brass".into()), ..GroupChange::of(group.id, NOON) },
        GroupChange { limits: Some(other_limits), ..GroupChange::of(group.id, NOON) },
        // Its own name is not taken by another.
        GroupChange {
            name: Some(name("Valves")?),
            description: Some(String::new()),
            ..GroupChange::of(group.id, NOON)
        },
    ] {
        let came = done("changing a group", bench.change_group(&change))?;
        // Each setting that is another than before leaves an event.
        expected.events += change.apply(&mut expected.clone()).len() as u64;
        expected.name = change.name.unwrap_or(expected.name);
        expected.description = change.description.unwrap_or(expected.description);
        expected.limits = change.limits.unwrap_or(expected.limits);
        expected.revision = came.revision;
        same("the changed group in the answer", &came, &expected)?;
        same("the changed group", &present(&*bench, group.id)?, &expected)?;
    }
    // The name that was given up is free.
    batch_group(&*bench, "Pumps", 2).map(|_| ())
}

pub(in crate::conformance) fn s08_everything_comes_back_after_reopening(bench: Bench<'_>) -> Outcome {
    for (number, format) in (0_u64..).zip(formats()?) {
        let plan = group_plan(&format!("Group {number}"), 2)?;
        let keys = if format.order() == Order::Keyed { GroupKeys::of(key(1)?) } else { GroupKeys::default() };
        create(&*bench, &GroupPlan { format, keys, created_at: Timestamp::from_micros(-1), ..plan })?;
    }
    for (number, text) in (0_u32..).zip(awkward_texts()) {
        let limits = GroupLimits { max_live: Some(Limit::AtMost(number.into())), ..GroupLimits::default() };
        let group = create(&*bench, &GroupPlan { description: text.clone(), limits, ..group_plan(&text, 3)? })?;
        let created_at = Timestamp::from_micros(NOON.as_micros() + i64::from(number));
        let codes = [format!("a{number:0>2}"), format!("'{number:0>2}"), format!("%{number:0>2}")];
        Append { batch: Some(name(&text)?), created_at, ..Append::to(&group, &codes)? }.issue(&*bench)?;
        delete(&*bench, group.id, [u64::from(number % 3 + 1)])?;
    }
    let line = counting_group(&*bench, "Line", 5)?;
    issue(&*bench, &line, &["00001"])?;
    let before = picture(&*bench)?;
    let bench = bench.reopened();
    same("the store after reopening", &picture(&*bench)?, &before)
}
