//! What codes look like.

use proptest::prelude::*;
use serial_core::{Alphabet, Fingerprint, Format, Mismatch, Order, Preset};

#[test]
fn the_default_format_is_25_random_characters_of_digits_and_upper_case_letters() {
    let format = Format::default();
    assert_eq!(format.alphabet().as_str(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    assert_eq!((format.length(), format.order(), format.prefix(), format.suffix()), (25, Order::Random, "", ""));
}

#[test]
fn the_quick_format_is_10_random_letters() {
    let format = Format::quick();
    assert_eq!((format.alphabet().len(), format.length(), format.order()), (52, 10, Order::Random));
}

#[test]
fn capacity_is_exact_up_to_128_bits_and_estimated_beyond() {
    let capacity = |preset, length| Format::builder().preset(preset).length(length).build().unwrap().capacity();
    assert_eq!(capacity(Preset::Digits, 38).exact(), Some(10_u128.pow(38)));
    assert_eq!(capacity(Preset::Digits, 39).exact(), None);
    assert_eq!(capacity(Preset::Hexadecimal, 31).exact(), Some(1 << 124));
    assert_eq!(capacity(Preset::Printable, 64).exact(), None);
    let bits = capacity(Preset::Printable, 64).log2();
    assert!((bits - 419.494).abs() < 0.001, "{bits}");
}

#[test]
fn a_format_of_every_preset_can_be_made_with_any_exclusion_that_leaves_two_symbols() {
    for preset in Preset::ALL {
        let symbols = preset.symbols();
        let excluded = &symbols[2..];
        let format = Format::builder().preset(preset).exclude(excluded).build().unwrap();
        assert_eq!(format.alphabet().as_str(), &symbols[..2]);
    }
}

#[test]
fn a_text_that_is_no_code_is_told_why() {
    let format = Format::builder()
        .preset(Preset::Digits)
        .length(3)
        .prefix("P-")
        .suffix("/X")
        .order(Order::Sequential { start: 10 })
        .build()
        .unwrap();
    assert_eq!(format.matches("P-010/X"), Ok(()));
    assert_eq!(format.matches(""), Err(Mismatch::Length { expected: 7, found: 0 }));
    assert_eq!(format.matches("P-010/XX"), Err(Mismatch::Length { expected: 7, found: 8 }));
    assert_eq!(format.matches("P-\u{fc}\u{fc}"), Err(Mismatch::Length { expected: 7, found: 4 }));
    assert_eq!(format.matches("Q-010/X"), Err(Mismatch::Prefix { expected: "P-".into() }));
    assert_eq!(format.matches("P-0A0/X"), Err(Mismatch::Symbol { position: 4, found: 'A' }));
    assert_eq!(format.matches("P-01\u{fc}/X"), Err(Mismatch::Symbol { position: 5, found: '\u{fc}' }));
    assert_eq!(format.matches("P-010/\u{fc}"), Err(Mismatch::Suffix { expected: "/X".into() }));
    assert_eq!(format.matches("P-009/X"), Err(Mismatch::BeforeStart { start: 10 }));
}

#[test]
fn a_number_that_a_sequence_never_reaches_is_no_code_of_it() {
    let format = Format::builder().order(Order::sequential()).build().unwrap();
    assert_eq!(format.capacity().exact(), Some(u64::MAX.into()));
    assert_eq!(format.matches(&"Z".repeat(25)), Err(Mismatch::AfterEnd));
    // 2^64 - 1 in the digits of the alphabet, and the one after.
    assert_eq!(format.matches("0000000000003W5E11264SGSF"), Ok(()));
    assert_eq!(format.matches("0000000000003W5E11264SGSG"), Err(Mismatch::AfterEnd));
}

#[test]
fn a_capacity_that_rounds_up_to_a_power_of_ten_shows_it() {
    let shown =
        |length| Format::builder().preset(Preset::Digits).length(length).build().unwrap().capacity().to_string();
    assert_eq!(
        (shown(11), shown(23), shown(64)),
        ("100000000000".into(), "about 1.0e23".into(), "about 1.0e64".into())
    );
}

#[test]
fn fingerprints_are_those_of_the_first_version() {
    let sequential = Format::builder()
        .preset(Preset::Digits)
        .length(10)
        .prefix("AX-")
        .suffix("!")
        .order(Order::sequential())
        .build()
        .unwrap();
    assert_eq!(Format::default().fingerprint(), Fingerprint(0x3939_b9ac_87d2_e250));
    assert_eq!(sequential.fingerprint(), Fingerprint(0xe795_9c4b_64f8_3f46));
}

#[test]
fn the_written_form_is_that_of_the_first_version() {
    let format = Format::builder().symbols("01").length(2).prefix("\"").order(Order::sequential()).build().unwrap();
    let written = r#"{"alphabet":"01","length":2,"order":{"sequential":{"start":"1"}},"prefix":"\"","suffix":""}"#;
    assert_eq!(serde_json::to_string(&format).unwrap(), written);
    assert_eq!(serde_json::from_str::<Format>(written).unwrap(), format);
}

#[test]
fn a_written_form_that_is_no_valid_format_is_refused() {
    for bad in [
        r#"{"alphabet":"0","length":2,"order":"random","prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":0,"order":"random","prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":-1,"order":"random","prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":2,"order":{"sequential":{"start":"-1"}},"prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":2,"order":{"sequential":{"start":"4"}},"prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":2,"order":"shuffled","prefix":"","suffix":""}"#,
        r#"{"alphabet":"01","length":2,"order":"random","prefix":"","suffix":"","check":"sum"}"#,
        r#"{"alphabet":"012","length":2,"order":"random","prefix":"","suffix":"","check":"luhn"}"#,
        r#"{"alphabet":"01","length":2,"order":"random","prefix":"","suffix":"","colour":"red"}"#,
        r#"{"alphabet":"01","length":2,"order":"random","prefix":"","suffix":"","skipped_words":["x"]}"#,
        r#"{"alphabet":"01","length":2,"order":"random","prefix":"","suffix":"","guesses_below_one_in":0}"#,
        r#"{"alphabet":"01","length":2,"order":"random"}"#,
    ] {
        assert!(serde_json::from_str::<Format>(bad).is_err(), "{bad}");
    }
}

/// Formats of every kind.
fn formats() -> impl Strategy<Value = Format> {
    let symbols = prop::sample::subsequence(Preset::Printable.symbols().chars().collect::<Vec<_>>(), 2..=94);
    let order = prop_oneof![Just(None), (0_u128..4).prop_map(Some), any::<u128>().prop_map(Some)];
    (symbols.prop_shuffle(), 1_usize..=64, order, "[!-~]{0,32}", "[!-~]{0,32}").prop_filter_map(
        "a start that fits",
        |(symbols, length, start, prefix, suffix)| {
            let order = start.map_or(Order::Random, |start| Order::Sequential { start });
            let symbols: String = symbols.into_iter().collect();
            Format::builder().symbols(symbols).length(length).order(order).prefix(prefix).suffix(suffix).build().ok()
        },
    )
}

proptest! {
    #[test]
    fn a_format_survives_being_written_and_read(format in formats()) {
        let read: Format = serde_json::from_str(&serde_json::to_string(&format).unwrap()).unwrap();
        prop_assert_eq!(read.fingerprint(), format.fingerprint());
        prop_assert_eq!(read, format);
    }

    #[test]
    fn formats_that_differ_have_different_fingerprints(one in formats(), other in formats()) {
        prop_assert_eq!(one == other, one.fingerprint() == other.fingerprint());
    }

    #[test]
    fn no_text_makes_matching_panic_and_what_matches_has_the_right_shape(format in formats(), text in "\\PC{0,140}") {
        if format.matches(&text).is_ok() {
            prop_assert_eq!(text.len(), format.width());
            prop_assert!(text.starts_with(format.prefix()) && text.ends_with(format.suffix()));
        }
    }

    #[test]
    fn no_builder_input_makes_it_panic(symbols in "\\PC{0,100}", length in 0_usize..200, prefix in "\\PC{0,40}", start: u128) {
        let builder = Format::builder().symbols(symbols).length(length).prefix(prefix.clone()).suffix(prefix);
        if let Err(error) = builder.order(Order::Sequential { start }).build() {
            prop_assert!(!error.faults.is_empty());
        }
    }

    #[test]
    fn an_alphabet_is_refused_exactly_when_it_has_a_fault(symbols in "[ -~]{0,20}") {
        let distinct: std::collections::BTreeSet<char> = symbols.chars().collect();
        let valid = distinct.len() == symbols.len() && distinct.len() >= 2 && !symbols.contains(' ');
        prop_assert_eq!(Alphabet::new(&symbols).is_ok(), valid);
    }
}
