//! The vectors that every language and every later version satisfies.

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};
use serial_core::{Alphabet, Check, CheckScheme, CodeSequence, Format, FormatBuilder, Key, Order, Preset};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/code-space.json")
}

const KEY: [u8; 32] = *b"a key for vectors, not for codes";

/// It made the file once and shall make no other, save with more at the end of each list.
fn vectors() -> Value {
    let builder = |preset, length| Format::builder().preset(preset).length(length);
    let keyed: Vec<FormatBuilder> = vec![
        builder(Preset::Digits, 1),
        builder(Preset::Digits, 4),
        builder(Preset::Digits, 10),
        builder(Preset::Digits, 20).check(Check::Automatic),
        builder(Preset::Unambiguous31, 12).prefix("AX-").suffix("/B").check(Check::Automatic),
        builder(Preset::Unambiguous32, 13),
        builder(Preset::UpperAlphanumeric, 16).check(Check::Named(CheckScheme::Iso7064Mod37And36)),
        builder(Preset::UpperAlphanumeric, 25).grouping(5, '-'),
        builder(Preset::Letters, 10),
        builder(Preset::Printable, 20),
        builder(Preset::Printable, 64),
        Format::builder().symbols("01").length(1),
        Format::builder().symbols("01").length(64),
        Format::builder().symbols("abc").length(3),
    ];
    let keyed = keyed.into_iter().map(|builder| {
        let format = builder.order(Order::Keyed).build().unwrap();
        let key = Key::from_bytes(KEY).unwrap();
        let sequence = CodeSequence::keyed(&format, &key).unwrap();
        let counters = [0, 1, 2, 9, 10, 999, 1 << 32, u64::MAX - 1].into_iter().filter_map(|counter| {
            let code = sequence.code(counter)?;
            Some(json!({ "counter": counter.to_string(), "code": code.as_str() }))
        });
        json!({ "format": format, "key": key.expose_text(), "codes": counters.collect::<Vec<_>>() })
    });
    let checks = CheckScheme::ALL.into_iter().flat_map(|scheme| {
        Preset::ALL.into_iter().filter_map(move |preset| {
            let alphabet = Alphabet::preset(preset);
            let symbols = alphabet.as_str();
            let bodies = [&symbols[..1], &symbols[1..4], &symbols[symbols.len() - 8..]];
            let computed = bodies.map(|body| scheme.compute(&alphabet, body).map(|check| (body, check)));
            let computed: Option<Vec<_>> = computed.into_iter().collect();
            let cases = computed?.into_iter().map(|(body, check)| json!({ "body": body, "check": check }));
            let detects = scheme.detects(&alphabet).iter().map(ToString::to_string).collect::<Vec<_>>();
            let cases = cases.collect::<Vec<_>>();
            Some(json!({ "scheme": scheme.to_string(), "alphabet": symbols, "detects": detects, "cases": cases }))
        })
    });
    let tags = builder(Preset::Unambiguous32, 8).prefix("AX-").suffix("/B").check(Check::Automatic).grouping(4, '-');
    let numbers =
        builder(Preset::Digits, 4).order(Order::Sequential { start: 100 }).check(Check::Named(CheckScheme::Luhn));
    let worded = builder(Preset::UpperAlphanumeric, 6).skip_words(["SOLD"]);
    let isbn = builder(Preset::Digits, 3).check(Check::Named(CheckScheme::Iso7064Mod11Radix2));
    let tag = {
        let alphabet = Alphabet::preset(Preset::Unambiguous32);
        format!("AX-0123ABCD{}/B", CheckScheme::automatic(&alphabet).compute(&alphabet, "0123ABCD").unwrap())
    };
    let validation = [
        (
            tags,
            vec![
                tag.clone(),
                tag.to_lowercase(),
                tag.replace("01", "oI"),
                tag.replace("3A", "3-A"),
                format!("  {tag}\n"),
                tag.replace("01", "10"),
                tag.replace("AX-", "AY-"),
                tag.replace("/B", "/C"),
                tag.replace('2', "U"),
                tag[1..].to_owned(),
                String::new(),
                tag.replace('A', "ä"),
            ],
        ),
        (numbers, ["01008", "00994", "78949", "7894 9", "78948", "7894X"].map(String::from).to_vec()),
        (worded, ["ABCDEF", "A50LD1", "asoldb", "ABC-DEF"].map(String::from).to_vec()),
        (isbn, ["079X", "079x", "0790", "X790", "07 9-X"].map(String::from).to_vec()),
    ];
    let validation = validation.into_iter().map(|(builder, typed)| {
        let format = builder.build().unwrap();
        let cases = typed.into_iter().map(|typed| {
            let (verdict, position) = match format.validate(&typed) {
                Ok(_) => ("ok", None),
                Err(mismatch) => (mismatch.name(), mismatch.position()),
            };
            let canonical = format.canonical(&typed);
            json!({
                "typed": typed, "canonical": canonical, "grouped": format.grouped(&canonical), "verdict": verdict,
                "position": position,
            })
        });
        json!({ "format": format, "cases": cases.collect::<Vec<_>>() })
    });
    let automatic = (2..=94)
        .map(|size| CheckScheme::automatic(&Alphabet::new(&Preset::Printable.symbols()[..size]).unwrap()).to_string());
    json!({
        "keyed": keyed.collect::<Vec<_>>(),
        "check": checks.collect::<Vec<_>>(),
        "automatic_from_2_symbols": automatic.collect::<Vec<_>>(),
        "validation": validation.collect::<Vec<_>>(),
    })
}

#[test]
fn every_vector_holds() {
    if env::var_os("SERIALREF_WRITE_VECTORS").is_some() {
        assert!(!path().exists(), "published vectors are never written anew");
        fs::create_dir_all(path().parent().unwrap()).unwrap();
        fs::write(path(), serde_json::to_string_pretty(&vectors()).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap();
    let now = vectors();
    for (list, kept) in kept.as_object().unwrap() {
        for (kept, now) in kept.as_array().unwrap().iter().zip(now[list].as_array().unwrap()) {
            assert_eq!(kept, now, "{list}");
        }
        assert!(kept.as_array().unwrap().len() <= now[list].as_array().unwrap().len());
    }
}

#[test]
fn codes_of_the_vectors_are_decoded() {
    let kept: Value = serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap();
    for vector in kept["keyed"].as_array().unwrap() {
        let format: Format = serde_json::from_value(vector["format"].clone()).unwrap();
        let key: Key = vector["key"].as_str().unwrap().parse().unwrap();
        let sequence = CodeSequence::keyed(&format, &key).unwrap();
        for case in vector["codes"].as_array().unwrap() {
            let counter: u64 = case["counter"].as_str().unwrap().parse().unwrap();
            assert_eq!(sequence.counter(case["code"].as_str().unwrap()), Ok(Some(counter)));
        }
    }
}
