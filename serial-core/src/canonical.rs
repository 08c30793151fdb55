//! What people type, as the format writes it.

use crate::format::Format;

/// The one letter case of a format's codes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
}

impl Format {
    /// What a person typed, as the format writes it, as far as that is clear; whether it is a code is another question, which
    /// [`validate`](Self::validate) answers.
    ///
    /// Spaces go, and hyphens where neither alphabet nor check characters have one; the prefix and the suffix get back those
    /// of their own. Letters get the case of the format's codes, where these have only one. `O` becomes `0`, and `I` and `L`
    /// become `1`, where the alphabet has the digit and not the letter.
    ///
    /// ```
    /// use serial_core::{Format, Preset};
    ///
    /// let format = Format::builder().preset(Preset::Unambiguous32).length(8).prefix("AX-").build()?;
    /// assert_eq!(format.canonical(" ax 7k2o-9vl3\n"), "AX-7K209V13");
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn canonical(&self, typed: &str) -> String {
        let case = self.own_case();
        let folded = |symbol: char| match case {
            Some(Case::Upper) => symbol.to_ascii_uppercase(),
            Some(Case::Lower) => symbol.to_ascii_lowercase(),
            None => symbol,
        };
        let keeps_hyphens = self.alphabet().contains('-') || self.checks_with('-');
        let is_kept = |symbol: &char| !symbol.is_whitespace() && (*symbol != '-' || keeps_hyphens);
        let mut symbols = Vec::with_capacity(typed.len());
        symbols.extend(typed.chars().filter(is_kept).map(folded));

        // Symbol by symbol: mostly there is no prefix and no suffix, and some C libraries take 70 ns to compare no bytes.
        let (prefix, suffix) = (|| self.prefix().chars().filter(is_kept), || self.suffix().chars().filter(is_kept));
        let start = prefix().count();
        let end = start + self.length() + self.check_length();
        let fits = symbols.len() == end + suffix().count()
            && prefix().eq(symbols[..start].iter().copied())
            && suffix().eq(symbols[end..].iter().copied());
        if !fits {
            // It is no code; what was typed tells best what is wrong with it.
            return typed.trim().chars().map(folded).collect();
        }
        let mut canonical = String::with_capacity(self.width());
        canonical.push_str(self.prefix());
        for (place, symbol) in symbols[start..end].iter().enumerate() {
            let is_body = place < self.length();
            let has = |symbol: char| if is_body { self.alphabet().contains(symbol) } else { self.checks_with(symbol) };
            canonical.push(unmistaken(*symbol, has));
        }
        canonical + self.suffix()
    }

    /// A code, or part of one, in the letter case of the format's codes, where they have only one.
    pub(crate) fn in_own_case(&self, code: &str) -> Option<String> {
        self.own_case().map(|case| match case {
            Case::Upper => code.to_ascii_uppercase(),
            Case::Lower => code.to_ascii_lowercase(),
        })
    }

    /// The letter case that all letters of the codes have.
    fn own_case(&self) -> Option<Case> {
        let parts =
            [self.prefix().as_bytes(), self.alphabet().as_bytes(), self.check_symbols(), self.suffix().as_bytes()];
        let has = |case: fn(&u8) -> bool| parts.iter().any(|part| part.iter().any(case));
        match (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase)) {
            (true, false) => Some(Case::Upper),
            (false, true) => Some(Case::Lower),
            _ => None,
        }
    }
}

/// The digit that a letter must mean, where it can mean nothing else.
fn unmistaken(symbol: char, has: impl Fn(char) -> bool) -> char {
    let digit = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        _ => return symbol,
    };
    let is_letter = has(symbol.to_ascii_uppercase()) || has(symbol.to_ascii_lowercase());
    if has(digit) && !is_letter { digit } else { symbol }
}
