//! Cells that a spreadsheet would take for a formula.
//!
//! A cell that begins with one of a few characters is run as a formula when a CSV file is opened in a spreadsheet, and so
//! can do harm. As OWASP recommends, such a cell gets a leading apostrophe. A cell that has apostrophes before such a
//! character gets one more, so that one less is always what it was.

/// What begins a formula somewhere: OWASP's list, with the wide forms that some spreadsheets take for the same.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a text needs an apostrophe more, or may have one too many.
fn is_formula(text: &str) -> bool {
    match text.as_bytes().first() {
        None => false,
        // By far the most.
        Some(first) if first.is_ascii_alphanumeric() => false,
        Some(_) => text.trim_start_matches('\'').starts_with(BEGINNINGS),
    }
}

/// Whether a cell with this text begins with an apostrophe more.
pub(super) fn needs_apostrophe(text: &str) -> bool {
    is_formula(text)
}

/// The text that a cell was written for.
pub(super) fn undone(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        if needs_apostrophe(text) { format!("'{text}") } else { text.to_owned() }
    }

    #[test]
    fn no_cell_begins_like_a_formula_and_every_text_comes_back() {
        let starts = ["", "'", "''", "'''", "a", "a'", " "];
        for start in starts {
            for begin in BEGINNINGS.iter().map(char::to_string).chain([String::new(), "x".into(), "'".into()]) {
                for end in ["", "1+1", "'", "-"] {
                    let text = format!("{start}{begin}{end}");
                    let cell = cell(&text);
                    assert!(!cell.starts_with(BEGINNINGS), "{text:?} is written {cell:?}");
                    assert_eq!(undone(&cell), text, "written {cell:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_harmless_stays_as_it_is_and_what_others_wrote_is_understood() {
        assert_eq!(cell("'tis"), "'tis");
        assert_eq!(cell("1-2"), "1-2");
        assert_eq!(undone("-123"), "-123");
        assert_eq!(undone("'tis"), "'tis");
    }
}
