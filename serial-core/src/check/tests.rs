//! Published vectors, and every mistake in small alphabets.

#![expect(clippy::cast_possible_truncation, reason = "alphabets are small")]

use super::*;
use crate::Preset;

fn alphabet_of(size: usize) -> Alphabet {
    Alphabet::new(&Preset::Printable.symbols()[..size]).unwrap()
}

#[test]
fn published_vectors_hold() {
    let vectors = [
        (CheckScheme::Iso7064Mod11And10, "79462", "3"),
        (CheckScheme::Iso7064Mod11Radix2, "0794", "0"),
        (CheckScheme::Iso7064Mod11Radix2, "079", "X"),
        (CheckScheme::Iso7064Mod37Radix2, "G123489654321", "Y"),
        (CheckScheme::Iso7064Mod37And36, "A12425GABC1234002", "M"),
        (CheckScheme::Iso7064Mod97Radix10, "4354111611551114", "31"),
        (CheckScheme::Damm, "572", "4"),
        (CheckScheme::Verhoeff, "1234", "0"),
        (CheckScheme::Verhoeff, "236", "3"),
        (CheckScheme::Luhn, "7894", "9"),
        (CheckScheme::Luhn, "7992739871", "3"),
    ];
    for (scheme, body, expected) in vectors {
        let alphanumeric = Alphabet::preset(Preset::UpperAlphanumeric);
        let digits = Alphabet::preset(Preset::Digits);
        let alphabet = if scheme.fits(&alphanumeric) && scheme != CheckScheme::Luhn { alphanumeric } else { digits };
        assert_eq!(scheme.compute(&alphabet, body).as_deref(), Some(expected), "{scheme} of {body}");
    }
}

#[test]
fn names_and_numbers_of_schemes_stay() {
    for (number, scheme) in (1..).zip(CheckScheme::ALL) {
        assert_eq!((scheme as u8, CheckScheme::from_number(number)), (number, Some(scheme)));
        assert_eq!(scheme.to_string().parse(), Ok(scheme));
    }
    assert_eq!(CheckScheme::from_number(0), None);
    assert_eq!(CheckScheme::from_number(11), None);
    assert!("luhn ".parse::<CheckScheme>().is_err());
}

#[test]
fn automatic_fits_every_alphabet_and_finds_what_it_promises() {
    for size in 2..=94 {
        let alphabet = alphabet_of(size);
        let scheme = CheckScheme::automatic(&alphabet);
        assert!(scheme.fits(&alphabet), "{size}");
        let detects = scheme.detects(&alphabet);
        assert!(detects.contains(&Detection::SingleSubstitutions), "{size}");
        assert_eq!(detects.contains(&Detection::AdjacentTranspositions), size > 2, "{size}");
    }
}

/// A code with its check characters, as bytes.
fn code(checker: &Checker, body: &[u8]) -> Vec<u8> {
    let mut code = body.to_vec();
    code.resize(body.len() + checker.scheme().len(), 0);
    checker.write(body, &mut code[body.len()..]);
    code
}

/// Whether a code that can be typed passes.
fn passes(checker: &Checker, alphabet: &Alphabet, typed: &[u8]) -> bool {
    let (body, check) = typed.split_at(typed.len() - checker.scheme().len());
    let is_body = body.iter().all(|symbol| alphabet.contains(char::from(*symbol)));
    is_body && check.iter().all(|symbol| checker.symbols().contains(symbol)) && code(checker, body).ends_with(check)
}

/// Calls with every mistake of a kind that can be made in a code.
fn each_mistake(detection: Detection, symbols: &[u8], code: &[u8], mut show: impl FnMut(&[u8])) {
    let last = code.len();
    let mut typed = code.to_vec();
    match detection {
        Detection::SingleSubstitutions => {
            for place in 0..last {
                for symbol in symbols.iter().filter(|symbol| **symbol != code[place]) {
                    typed[place] = *symbol;
                    show(&typed);
                }
                typed[place] = code[place];
            }
        }
        Detection::AdjacentTranspositions | Detection::JumpTranspositions => {
            let step = if detection == Detection::AdjacentTranspositions { 1 } else { 2 };
            for place in (0..last.saturating_sub(step)).filter(|place| code[*place] != code[place + step]) {
                typed.swap(place, place + step);
                show(&typed);
                typed.swap(place, place + step);
            }
        }
        Detection::TwinSubstitutions => {
            for place in (1..last).filter(|place| code[place - 1] == code[*place]) {
                for symbol in symbols.iter().filter(|symbol| **symbol != code[place]) {
                    typed[place - 1..=place].fill(*symbol);
                    show(&typed);
                }
                typed[place - 1..=place].fill(code[place]);
            }
        }
    }
}

/// Every body of a length, and where there are more than a thousand, some hundreds of them.
fn bodies(alphabet: &Alphabet, length: u32) -> impl Iterator<Item = Vec<u8>> {
    let size = alphabet.len() as u64;
    let all = size.pow(length);
    let step = if all > 1000 { (all / 300) | 1 } else { 1 };
    let symbols = alphabet.as_bytes().to_vec();
    (0..all)
        .step_by(step as usize)
        .map(move |number| (0..length).map(|place| symbols[(number / size.pow(place) % size) as usize]).collect())
}

#[test]
fn every_promised_mistake_is_found_in_small_and_large_alphabets() {
    let mut alphabets: Vec<Alphabet> = (2..=94).map(alphabet_of).collect();
    alphabets.extend(Preset::ALL.map(Alphabet::preset));
    alphabets.extend(
        ["0123456789", "01", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "13579"].map(|symbols| Alphabet::new(symbols).unwrap()),
    );
    for alphabet in &alphabets {
        for scheme in CheckScheme::ALL {
            let detects = scheme.detects(alphabet);
            assert_eq!(scheme.fits(alphabet), scheme.compute(alphabet, &alphabet.as_str()[..1]).is_some());
            if detects.is_empty() {
                continue;
            }
            let checker = Checker::new(scheme, alphabet);
            let mut symbols = alphabet.as_bytes().to_vec();
            symbols.extend(checker.symbols().iter().filter(|symbol| !alphabet.contains(char::from(**symbol))));
            for length in 1..=4 {
                for body in bodies(alphabet, length) {
                    let code = code(&checker, &body);
                    assert!(passes(&checker, alphabet, &code));
                    for detection in &detects {
                        each_mistake(*detection, &symbols, &code, |typed| {
                            let shown = || String::from_utf8_lossy(typed).into_owned();
                            assert!(!passes(&checker, alphabet, typed), "{scheme} misses {} in {alphabet:?}", shown());
                        });
                    }
                }
            }
        }
    }
}

#[test]
fn what_a_scheme_does_not_promise_it_misses_somewhere() {
    for (scheme, alphabet, detection) in [
        (CheckScheme::Luhn, Alphabet::preset(Preset::Digits), Detection::AdjacentTranspositions),
        (CheckScheme::Iso7064Mod11And10, Alphabet::preset(Preset::Digits), Detection::AdjacentTranspositions),
        (CheckScheme::Iso7064Mod97Radix10, Alphabet::preset(Preset::UpperAlphanumeric), Detection::SingleSubstitutions),
        (CheckScheme::Luhn, alphabet_of(2), Detection::AdjacentTranspositions),
    ] {
        assert!(!scheme.detects(&alphabet).contains(&detection));
        let checker = Checker::new(scheme, &alphabet);
        let mut missed = 0;
        for body in (1..=4).flat_map(|length| bodies(&alphabet, length)) {
            each_mistake(detection, alphabet.as_bytes(), &code(&checker, &body), |typed| {
                missed += u32::from(passes(&checker, &alphabet, typed));
            });
        }
        assert!(missed > 0, "{scheme} finds {detection} in {alphabet:?}");
    }
}
