//! Finding a term in packed codes.

use memchr::memmem::Finder;

use crate::{format::Format, query::SearchTerm};

/// A search term prepared for the codes of one format.
pub(super) struct Needle {
    finder: Finder<'static>,
    length: usize,
    width: usize,
    /// Whether codes have to be brought into lower case first; not where a format has one letter case, which the
    /// term was brought into.
    any_case: bool,
}

impl Needle {
    pub(super) fn new(term: &SearchTerm, format: &Format) -> Self {
        let has_letters = term.bytes().any(|byte| byte.is_ascii_alphabetic());
        let (term, any_case) = match format.in_own_case(term) {
            Some(term) => (term, false),
            None if has_letters => (term.to_ascii_lowercase(), true),
            None => (term.as_str().to_owned(), false),
        };
        Self { finder: Finder::new(&term).into_owned(), length: term.len(), width: format.width(), any_case }
    }

    /// Appends the positions of the codes that have the term, ascending.
    pub(super) fn find_in(&self, codes: &[u8], lower: &mut Vec<u8>, found: &mut Vec<u16>) {
        let codes = if self.any_case {
            lower.clear();
            lower.extend_from_slice(codes);
            lower.make_ascii_lowercase();
            lower
        } else {
            codes
        };
        let mut from = 0;
        while let Some(offset) = self.finder.find(&codes[from..]) {
            let at = from + offset;
            let code = at / self.width;
            from = if at % self.width + self.length <= self.width {
                found.push(code as u16);
                (code + 1) * self.width
            } else {
                // The end of one code and the beginning of the next.
                at + 1
            };
        }
    }
}
