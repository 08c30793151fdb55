//! Check characters, what people type, words, and how full a code space is.

mod support;

use std::sync::Arc;

use serial_core::{
    Alphabet, Check, CheckScheme, CodeSequence, Error, Fault, Format, FormatBuilder, GroupLimits, Import, Limit,
    LimitName, Limits, MemoryStore, Mismatch, NewBatch, NewField, NewGroup, NewReference, Order, Preset, Registry,
    Scope, Selection,
};
use support::{Seeded, Standing, digits, kind_of};

fn open() -> Registry {
    Registry::builder(MemoryStore::new()).limits(Limits::unlimited()).clock(Standing).entropy(Seeded::with(5)).build()
}

fn checked(check: Check) -> FormatBuilder {
    Format::builder().preset(Preset::Unambiguous31).length(8).prefix("AX-").suffix("/B").check(check)
}

fn issued(registry: &Registry, format: &Format, count: u64) -> Vec<String> {
    let name = format!("g{}", format.fingerprint());
    let group = registry.create_group(NewGroup::batch(name).format(format.clone()).scope(Scope::Group)).unwrap();
    let batch = registry.create_batch(group.id, NewBatch::of(count)).unwrap();
    batch.codes.iter().map(str::to_owned).collect()
}

#[test]
fn codes_of_every_order_carry_their_check_character_between_body_and_suffix() {
    let registry = open();
    for order in [Order::Random, Order::sequential(), Order::Keyed] {
        let format = checked(Check::Automatic).order(order).build().unwrap();
        assert_eq!((format.width(), format.check()), (14, Some(CheckScheme::WeightedSum)));
        for code in issued(&registry, &format, 50) {
            assert_eq!(format.matches(&code), Ok(()), "{code}");
            let (body, check) = (&code[3..11], &code[11..12]);
            assert_eq!(CheckScheme::WeightedSum.compute(format.alphabet(), body).as_deref(), Some(check));
            assert_eq!(&code[12..], "/B");
        }
    }
    let two = Format::builder().preset(Preset::Digits).length(8).check(Check::Named(CheckScheme::Iso7064Mod97Radix10));
    let two = two.order(Order::Keyed).build().unwrap();
    assert_eq!(two.width(), 10);
    assert!(issued(&registry, &two, 50).iter().all(|code| two.matches(code).is_ok() && code.len() == 10));
}

#[test]
fn a_space_with_check_characters_is_used_to_the_last_body() {
    let registry = open();
    for order in [Order::Random, Order::Keyed] {
        let format = Format::builder().preset(Preset::Digits).length(2).check(Check::Automatic).order(order);
        let new = NewGroup::batch(format!("{order:?}")).format(format.build().unwrap()).scope(Scope::Group);
        let group = registry.create_group(new).unwrap();
        // One after the other, so that the registry looks through what is left.
        for _ in 0..50 {
            registry.create_batch(group.id, NewBatch::of(1)).unwrap();
        }
        assert_eq!(registry.create_batch(group.id, NewBatch::of(50)).unwrap().codes.len(), 50);
        assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    }
}

#[test]
fn validate_says_what_is_wrong_and_where() {
    let format = checked(Check::Automatic).build().unwrap();
    let code = format!("AX-23456789{}/B", CheckScheme::WeightedSum.compute(format.alphabet(), "23456789").unwrap());
    assert_eq!(format.validate(&code).unwrap().as_str(), code);
    let wrong = |text: &str| format.validate(text).unwrap_err();
    assert_eq!(wrong(&code[1..]), Mismatch::Length { expected: 14, found: 13 });
    assert_eq!(wrong(&code.replace("AX-", "AY-")), Mismatch::Prefix { expected: "AX-".into() });
    assert_eq!(wrong(&code.replace('5', "0")), Mismatch::Symbol { position: 7, found: '0' });
    assert_eq!(wrong(&code.replace("45", "54")), Mismatch::Check { position: 12 });
    assert_eq!(wrong(&code.replace('9', "8")), Mismatch::Check { position: 12 });
    assert_eq!(wrong(&code.replace("/B", "/C")), Mismatch::Suffix { expected: "/B".into() });
    for text in ["", "ß", "\u{0}", "AX-", &"A".repeat(10_000)] {
        assert!(format.validate(text).is_err());
    }
}

#[test]
fn a_scheme_that_does_not_fit_the_alphabet_is_a_fault() {
    let with = |preset, scheme| Format::builder().preset(preset).check(Check::Named(scheme)).build();
    let fault = |preset, scheme| with(preset, scheme).unwrap_err().faults;
    let unfit = |scheme, symbols| vec![Fault::CheckUnfit { scheme, symbols }];
    assert_eq!(fault(Preset::Unambiguous31, CheckScheme::Luhn), unfit(CheckScheme::Luhn, 31));
    assert_eq!(fault(Preset::Hexadecimal, CheckScheme::Damm), unfit(CheckScheme::Damm, 16));
    assert_eq!(fault(Preset::Letters, CheckScheme::Iso7064Mod37And36), unfit(CheckScheme::Iso7064Mod37And36, 52));
    assert_eq!(fault(Preset::Digits, CheckScheme::WeightedSum), unfit(CheckScheme::WeightedSum, 10));
    assert!(with(Preset::Hexadecimal, CheckScheme::Iso7064Mod37And36).is_ok());
}

#[test]
fn what_people_type_becomes_what_the_format_writes() {
    let format = |builder: FormatBuilder| builder.build().unwrap();
    let plain = format(Format::builder().preset(Preset::Unambiguous32).length(8));
    for typed in
        ["0123 4567", "0123-4567", " o123-4567\n", "OI23 4567", "oL2345 67", "0 1 2 3 4 5 6 7", "0l23\u{a0}4567"]
    {
        assert_eq!(plain.canonical(typed), "01234567", "{typed}");
        assert!(plain.validate(typed).is_ok());
    }
    // Where the alphabet has the letter, or has no digit for it, it is left alone.
    let both = format(Format::builder().length(4));
    assert_eq!(both.canonical("o1l0"), "O1L0");
    let neither = format(Format::builder().preset(Preset::Unambiguous31).length(4));
    assert_eq!(neither.canonical("o1l0"), "O1L0");
    assert_eq!(neither.validate("O222"), Err(Mismatch::Symbol { position: 1, found: 'O' }));
    // Both cases mean something.
    let mixed = format(Format::builder().preset(Preset::Letters).length(4));
    assert_eq!(mixed.canonical("aB-Cd"), "aBCd");
    // A hyphen that belongs to the codes stays.
    let printable = format(Format::builder().preset(Preset::Printable).length(4));
    assert_eq!(printable.canonical("a-b-"), "a-b-");
    let affixed = format(Format::builder().preset(Preset::Digits).length(6).prefix("AX-").suffix("-Z"));
    for typed in ["AX-123456-Z", "ax123456z", "AX 123 456 Z", "ax-123-456-z", "Ax-I23-456Z"] {
        assert_eq!(affixed.canonical(typed), "AX-123456-Z", "{typed}");
    }
    assert_eq!(affixed.canonical("AX-12345-Z "), "AX-12345-Z");
    // The check character has an alphabet of its own.
    let isbn = Check::Named(CheckScheme::Iso7064Mod11Radix2);
    let isbn = format(Format::builder().preset(Preset::Digits).length(3).check(isbn));
    assert_eq!(isbn.validate("0 7 9 x").unwrap().as_str(), "079X");
    assert_eq!(isbn.validate("X790"), Err(Mismatch::Symbol { position: 1, found: 'X' }));
}

#[test]
fn a_grouped_code_is_found_and_the_store_never_sees_groups() {
    let registry = open();
    let format = Format::builder().length(10).prefix("AX-").suffix("-Z").check(Check::Automatic).grouping(4, '-');
    let format = format.build().unwrap();
    let group = registry.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
    let batch = registry.create_batch(group.id, NewBatch::of(20)).unwrap();
    for code in batch.codes.iter() {
        let shown = format.grouped(code);
        assert_eq!((code.len(), shown.len(), shown.matches('-').count()), (16, 18, 4));
        assert_eq!(format.canonical(&shown), code);
        assert_eq!(registry.lookup_in(group.id, &shown).unwrap().code.as_str(), code);
        assert_eq!(registry.lookup_in(group.id, &shown.to_lowercase().replace('-', " ")).unwrap().code.as_str(), code);
    }
    assert_eq!(format.grouped("AX-"), "AX-");
    assert_eq!(format.grouped("ää"), "ää");
}

#[test]
fn lookup_finds_what_was_typed_otherwise_in_whatever_group_it_is() {
    let store = Arc::new(MemoryStore::new());
    let (registry, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let of = |name: &str, builder: FormatBuilder| {
        let group = other.create_group(NewGroup::batch(name).format(builder.build().unwrap())).unwrap();
        other.create_batch(group.id, NewBatch::of(1)).unwrap().codes.get(0).unwrap().to_owned()
    };
    assert_eq!(kind_of(registry.lookup("no such code")), "ReferenceNotFound");
    let crockford = of("one", Format::builder().preset(Preset::Unambiguous32).symbols("01").length(12));
    let prefixed = of("two", Format::builder().preset(Preset::Digits).length(12).prefix("AX-"));
    let lower = of("three", Format::builder().symbols("abcdef").length(12));
    let framed = of("four", Format::builder().preset(Preset::Digits).length(6).prefix("OIL-").suffix("-X"));
    let typed = crockford.replace('0', "o").replace('1', "L");
    let misread = format!("oil-{}-x", framed[4..10].replace('0', "o").replace('1', "l"));
    for (code, typed) in [
        (&crockford, typed.clone()),
        (&crockford, format!("{}-{}", &typed[..6], &typed[6..])),
        (&prefixed, prefixed.replace('-', "")),
        (&prefixed, format!("{}-{} {}", &prefixed[..7], &prefixed[7..10], &prefixed[10..])),
        (&prefixed, prefixed.to_lowercase()),
        (&lower, format!(" {} ", lower.to_uppercase())),
        (&framed, framed.replace('-', "")),
        (&framed, framed.replace('-', " ")),
        (&framed, misread.clone()),
        (&framed, misread.replace('-', "")),
    ] {
        assert_eq!(registry.lookup(&typed).unwrap().code.as_str(), code, "{typed}");
        assert_eq!(registry.history(&typed).unwrap().len(), 1, "{typed}");
        assert_eq!(registry.delete(&Selection::codes([&typed])).unwrap().count, 1, "{typed}");
    }
    // Read in one format it is a code of one group, in another one of another.
    of("five", Format::builder().preset(Preset::Digits).length(4).prefix("A-B").order(Order::Sequential { start: 7 }));
    of("six", Format::builder().preset(Preset::Digits).length(4).prefix("AB-").order(Order::Sequential { start: 7 }));
    assert_eq!(kind_of(registry.lookup("ab 0007")), "Ambiguous");
    assert_eq!(kind_of(registry.lookup("no such code")), "ReferenceNotFound");
    assert_eq!(kind_of(registry.lookup(&"-".repeat(5_000))), "ReferenceNotFound");
}

#[test]
fn groupings_that_cannot_be_undone_are_faults() {
    let fault = |builder: FormatBuilder| builder.build().unwrap_err().faults;
    for (every, separator) in [(0, '-'), (65, '-'), (4, '.'), (4, 'é')] {
        assert_eq!(fault(Format::builder().grouping(every, separator)), [Fault::GroupingInvalid { every, separator }]);
    }
    let hyphens = Format::builder().preset(Preset::Printable).grouping(4, '-');
    assert_eq!(fault(hyphens), [Fault::GroupingInvalid { every: 4, separator: '-' }]);
    assert!(Format::builder().preset(Preset::Printable).grouping(4, ' ').build().is_ok());
}

#[test]
fn words_appear_in_no_code_of_any_order_and_codes_are_decoded_all_the_same() {
    let words = ["AB", "BAD", "CA"];
    for order in [Order::Random, Order::Sequential { start: 0 }, Order::Keyed] {
        let registry = open();
        let format = Format::builder().symbols("ABCD").length(4).order(order).skip_words(words).build().unwrap();
        let group = registry.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
        let mut codes = Vec::new();
        while let Ok(batch) = registry.create_batch(group.id, NewBatch::of(1)) {
            codes.extend(batch.codes.iter().map(str::to_owned));
        }
        let clean = |code: &String| words.iter().all(|word| !code.contains(word));
        assert!(codes.iter().all(clean));
        let number = |at: usize| (0..4).map(|place| char::from(b"ABCD"[at >> (2 * place) & 3])).collect::<String>();
        assert_eq!(codes.len(), (0..256).map(number).filter(clean).count());
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(
            codes.len(),
            registry.count(&serial_core::Filter::group(group.id)).map(|n| usize::try_from(n).unwrap()).unwrap()
        );
        if order.counts() {
            assert!(codes.iter().all(|code| registry.decode(group.id, code).unwrap().may_be_issued));
        }
        assert_eq!(format.matches("AABD"), Err(Mismatch::Word));
    }
}

#[test]
fn a_sequence_also_has_the_codes_with_words_that_issuing_passes_over() {
    for order in [Order::Sequential { start: 0 }, Order::Keyed] {
        let registry = open();
        let format =
            Format::builder().symbols("ABCD").length(4).order(order).skip_words(["AB", "BAD"]).build().unwrap();
        let group = registry.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
        let sequence = CodeSequence::of_group(&group).unwrap();
        assert_eq!(sequence.capacity(), 256);

        let mut without_words = Vec::new();
        for counter in 0..256 {
            let code = sequence.code(counter).unwrap();
            if code.contains("AB") || code.contains("BAD") {
                assert_eq!(sequence.counter(&code), Err(Mismatch::Word));
            } else {
                assert_eq!(sequence.counter(&code), Ok(Some(counter)));
                without_words.push(code.to_string());
            }
        }
        assert!(without_words.len() < 256);
        let count = without_words.len() as u64;
        let issued = registry.create_batch(group.id, NewBatch::of(count)).unwrap().codes;
        assert!(issued.iter().eq(&without_words));
        assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    }
}

#[test]
fn words_that_leave_out_most_codes_are_a_fault() {
    let fault = |builder: FormatBuilder| builder.build().unwrap_err().faults;
    assert_eq!(fault(Format::builder().symbols("AB").length(20).skip_words(["AA"])), [Fault::WordsEverywhere]);
    assert_eq!(fault(Format::builder().prefix("SOLD-").skip_words(["5O1D"])), [Fault::WordsEverywhere]);
    assert_eq!(fault(Format::builder().suffix("SOLD").skip_words(["sold"])), [Fault::WordsEverywhere]);
    assert_eq!(fault(Format::builder().skip_words(["x"])), [Fault::WordInvalid { word: "x".into() }]);
}

#[test]
fn the_numbers_of_a_code_space_are_exact_at_the_border() {
    let registry = open();
    let group = registry.create_group(NewGroup::batch("g").format(digits(4, Order::Random))).unwrap();
    let empty = registry.code_space(group.id).unwrap();
    assert_eq!((empty.issued, empty.live, empty.remaining, empty.density), (0, 0, Some(10_000), 0.0));
    assert!(empty.is_below_one_in_10_000 && empty.guess_probability == 0.0);
    assert_eq!(empty.expected_redraws, Some(0.0));
    registry.create_batch(group.id, NewBatch::of(5_000)).unwrap();
    let half = registry.code_space(group.id).unwrap();
    assert_eq!((half.density, half.expected_redraws, half.remaining), (0.5, Some(1.0), Some(5_000)));
    assert!(!half.is_below_one_in_10_000);
    registry.create_batch(group.id, NewBatch::of(5_000)).unwrap();
    let full = registry.code_space(group.id).unwrap();
    assert_eq!((full.density, full.expected_redraws, full.remaining), (1.0, None, Some(0)));

    let large = registry.create_group(NewGroup::batch("large")).unwrap();
    registry.create_batch(large.id, NewBatch::of(1)).unwrap();
    let space = registry.code_space(large.id).unwrap();
    assert!(space.guess_probability > 0.0 && space.guess_probability < 1e-38 && space.is_below_one_in_10_000);
}

#[test]
fn the_shortest_length_is_the_first_that_satisfies_the_demand_strictly() {
    let digits = Format::builder().preset(Preset::Digits).build().unwrap();
    assert_eq!(digits.shortest_length(0, 1), Some(1));
    assert_eq!(digits.shortest_length(1, 10), Some(2), "1 of 10 is not less than 1 of 10");
    assert_eq!(digits.shortest_length(1, 9), Some(1));
    assert_eq!(digits.shortest_length(u64::MAX, u64::MAX), Some(39));
    assert_eq!(digits.shortest_length(1, 0), None);
    let binary = Format::builder().symbols("01").build().unwrap();
    assert_eq!(binary.shortest_length(u64::MAX, u64::MAX), None);
}

#[test]
fn issuing_that_would_make_codes_too_easy_to_guess_is_refused_like_a_limit() {
    let registry = open();
    let format = |length| Format::builder().preset(Preset::Digits).length(length).guesses_below_one_in(100);
    assert_eq!(format(2).build().unwrap_err().faults, [Fault::GuessTooLikely { one_in: 100 }]);
    let four = format(4).build().unwrap();
    assert_eq!(four.most_live(), Some(99));
    let group = registry.create_group(NewGroup::batch("g").format(four)).unwrap();
    registry.create_batch(group.id, NewBatch::of(90)).unwrap();
    let refused = registry.create_batch(group.id, NewBatch::of(10)).unwrap_err();
    let expected =
        Error::LimitReached { group: Some(group.id), limit: LimitName::Guesses, value: 99, present: 90, asked: 10 };
    assert_eq!(format!("{refused:?}"), format!("{expected:?}"));
    assert_eq!(
        refused.to_string(),
        "live references under the demand on guesses are limited to 99; there are 90 and 10 more were asked for; ask \
         for fewer, make room, or create a group with longer codes"
    );
    registry.create_batch(group.id, NewBatch::of(9)).unwrap();
    assert!(registry.code_space(group.id).unwrap().guess_probability < 0.01);
    // A lower limit of the group still holds, under its own name.
    let limits = GroupLimits { max_live: Some(Limit::AtMost(50)), ..GroupLimits::default() };
    registry.change_group_limits(group.id, limits).unwrap();
    let refused = registry.create_batch(group.id, NewBatch::of(1)).unwrap_err();
    assert!(matches!(refused, Error::LimitReached { limit: LimitName::LiveReferences, value: 50, .. }));
    // Nor does a group pass it that is read again because another registry gave it a field.
    let store = Arc::new(MemoryStore::new());
    let over = || Registry::builder(Arc::clone(&store)).limits(Limits::unlimited()).build();
    let (one, other) = (over(), over());
    let group = one.create_group(NewGroup::continuous("s").format(format(3).build().unwrap())).unwrap();
    other.add_field(group.id, NewField::new("colour")).unwrap();
    let red = NewReference::new().attribute("colour", "red");
    one.create_reference_with(group.id, &red).unwrap();
    for _ in 0..8 {
        one.create_reference(group.id).unwrap();
    }
    other.add_field(group.id, NewField::new("size")).unwrap();
    let small = NewReference::new().attribute("size", "small");
    let refused = one.create_reference_with(group.id, &small).unwrap_err();
    assert!(matches!(refused, Error::LimitReached { limit: LimitName::Guesses, value: 9, .. }), "{refused}");
    // Imports are bound by it, too.
    let other =
        registry.create_group(NewGroup::batch("h").format(format(3).build().unwrap()).scope(Scope::Group)).unwrap();
    let file = "code\n000\n001\n002\n003\n004\n005\n006\n007\n008\n009\n010\n";
    let review = registry.review_import(other.id, Import::csv(file.as_bytes())).unwrap();
    assert_eq!(review.good(), 9);
}

#[test]
fn what_a_format_gained_is_written_only_where_it_is_there() {
    let plain = serde_json::to_string(&Format::default()).unwrap();
    assert_eq!(
        plain,
        r#"{"alphabet":"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ","length":25,"order":"random","prefix":"","suffix":""}"#
    );
    let all = Format::builder().preset(Preset::Digits).length(12).order(Order::Keyed).check(Check::Automatic);
    let all = all.grouping(4, '-').skip_words(["666"]).guesses_below_one_in(10_000).build().unwrap();
    let written = serde_json::to_string(&all).unwrap();
    assert_eq!(
        written,
        r#"{"alphabet":"0123456789","length":12,"order":"keyed","prefix":"","suffix":"","check":"damm","grouping":{"every":4,"separator":"-"},"skipped_words":["666"],"guesses_below_one_in":10000}"#
    );
    assert_eq!(serde_json::from_str::<Format>(&written).unwrap(), all);
    for wrong in ["\"dam\"", "\"luhn\\u0000\"", "7"] {
        assert!(serde_json::from_str::<Format>(&written.replace("\"damm\"", wrong)).is_err());
    }
}

#[test]
fn fingerprints_of_formats_with_more_stay() {
    let keyed = Format::builder().order(Order::Keyed).build().unwrap();
    let checked = Format::builder().check(Check::Automatic).build().unwrap();
    let grouped = Format::builder().grouping(5, '-').build().unwrap();
    let worded = Format::builder().skip_words(["SOLD"]).build().unwrap();
    let guessed = Format::builder().guesses_below_one_in(10_000).build().unwrap();
    let all = [keyed, checked, grouped, worded, guessed].map(|format| format.fingerprint().to_string());
    assert_eq!(
        all,
        ["86890c2402a6b712", "889c3843b95cd43d", "8484ded1fe231b35", "760c77e714ec96d8", "2818ecaf62a33645"]
    );
}

#[test]
fn an_alphabet_decides_which_scheme_is_automatic() {
    for preset in Preset::ALL {
        let alphabet = Alphabet::preset(preset);
        let format = Format::builder().alphabet(&alphabet).check(Check::Automatic).build().unwrap();
        assert_eq!(format.check(), Some(CheckScheme::automatic(&alphabet)));
    }
}
