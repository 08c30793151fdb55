//! Words that must not appear in codes.

#![expect(clippy::cast_possible_truncation, reason = "a thousand words have few beginnings and characters")]

use crate::format_fault::Fault;

/// The most words of a format, and the fewest and most characters of one.
const MOST_WORDS: usize = 1000;
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=32;

/// How many characters of a word that cannot be one are repeated; it may be a whole book.
const MOST_SHOWN: usize = 40;

/// Characters that people take for one another, beside those that differ by letter case.
const ALIKE: [&str; 5] = ["0O", "1IL", "2Z", "5S", "8B"];

/// Words with what finds all of them in one pass over a code.
///
/// Source: A. V. Aho and M. J. Corasick, "Efficient String Matching: An Aid to Bibliographic Search", 1975.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Words {
    list: Box<[String]>,
    /// Which characters mean the same; 0 is for those that are in no word.
    classes: Box<[u8]>,
    class_count: usize,
    /// For each state and class the next state; the last state is that a word was found.
    next: Box<[u32]>,
}

impl Words {
    /// # Errors
    /// [`Fault::WordInvalid`] for a word that is too short or too long, or not printable ASCII; [`Fault::TooManyWords`].
    pub(crate) fn new(words: Vec<String>) -> Result<Self, Fault> {
        if words.len() > MOST_WORDS {
            return Err(Fault::TooManyWords { words: words.len() });
        }
        if let Some(word) = words
            .iter()
            .find(|word| !LENGTHS.contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(Fault::WordInvalid { word: word.chars().take(MOST_SHOWN).collect() });
        }
        let mut classes = vec![0; 128];
        let mut class_count = 1;
        for byte in words.iter().flat_map(|word| word.bytes()).map(folded) {
            if classes[usize::from(byte)] == 0 {
                for other in (0..128_u8).filter(|other| folded(*other) == byte) {
                    classes[usize::from(other)] = class_count as u8;
                }
                class_count += 1;
            }
        }
        let next = automaton(&words, &classes, class_count);
        Ok(Self { list: words.into(), classes: classes.into(), class_count, next })
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.list
    }

    /// Whether a code contains one of the words.
    pub(crate) fn are_in(&self, code: &[u8]) -> bool {
        self.walk(0, code) == self.found()
    }

    /// Which part of bodies of `length` symbols makes codes without words, where `before` and `after` stand around them.
    pub(crate) fn share_without(&self, symbols: &[u8], length: usize, before: &[u8], after: &[u8]) -> f64 {
        let mut chances = vec![0.0; self.found() as usize + 1];
        chances[self.walk(0, before) as usize] = 1.0;
        #[expect(clippy::cast_precision_loss, reason = "there are at most 94")]
        let each = 1.0 / symbols.len() as f64;
        for _ in 0..length {
            let mut then = vec![0.0; chances.len()];
            for (state, chance) in (0..).zip(&chances).filter(|(_, chance)| **chance > 0.0) {
                for symbol in symbols {
                    then[self.step(state, *symbol) as usize] += chance * each;
                }
            }
            chances = then;
        }
        let clean = (0..).zip(&chances).filter(|(state, _)| self.walk(*state, after) != self.found());
        clean.map(|(_, chance)| chance).sum()
    }

    fn found(&self) -> u32 {
        (self.next.len() / self.class_count) as u32
    }

    fn walk(&self, state: u32, text: &[u8]) -> u32 {
        text.iter().fold(state, |state, byte| self.step(state, *byte))
    }

    fn step(&self, state: u32, byte: u8) -> u32 {
        let class = usize::from(self.classes[usize::from(byte & 127)]);
        self.next.get(state as usize * self.class_count + class).copied().unwrap_or(state)
    }
}

/// What stands for a character and all that look like it.
fn folded(byte: u8) -> u8 {
    let upper = byte.to_ascii_uppercase();
    ALIKE.iter().find(|alike| alike.as_bytes().contains(&upper)).map_or(upper, |alike| alike.as_bytes()[0])
}

/// For each state and class the next state. States are beginnings of words; the one behind the last is the end.
fn automaton(words: &[String], classes: &[u8], class_count: usize) -> Box<[u32]> {
    const NONE: u32 = u32::MAX;
    let mut next = vec![NONE; class_count];
    let mut ends = vec![false];
    for word in words {
        let mut state = 0;
        for byte in word.bytes() {
            let place = state * class_count + usize::from(classes[usize::from(byte)]);
            if next[place] == NONE {
                next[place] = ends.len() as u32;
                ends.push(false);
                next.resize(next.len() + class_count, NONE);
            }
            state = next[place] as usize;
        }
        ends[state] = true;
    }
    // In the order of length, the longest other beginning that a state ends with is known before it is needed.
    let mut falls = vec![0; ends.len()];
    let mut order = std::collections::VecDeque::from([0]);
    while let Some(state) = order.pop_front() {
        ends[state] |= ends[falls[state]];
        for class in 0..class_count {
            let place = state * class_count + class;
            let fallen = if state == 0 { 0 } else { next[falls[state] * class_count + class] };
            if next[place] == NONE {
                next[place] = fallen;
            } else {
                falls[next[place] as usize] = fallen as usize;
                order.push_back(next[place] as usize);
            }
        }
    }
    let found = ends.len() as u32;
    next.iter().map(|state| if ends[*state as usize] { found } else { *state }).collect()
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Words {
        Words::new(words.iter().map(ToString::to_string).collect()).unwrap()
    }

    #[test]
    fn words_are_found_in_any_case_and_with_look_alikes() {
        let words = words(&["SOLD", "bus", "USB"]);
        for code in ["SOLD", "xxs0lD1", "501d", "SO1D", "8U5", "aBUSb", "USUSB", "BUBUS"] {
            assert!(words.are_in(code.as_bytes()), "{code}");
        }
        for code in ["", "SOL", "SO-LD", "SSOOLLDD", "BU", "UUS", "B.US"] {
            assert!(!words.are_in(code.as_bytes()), "{code}");
        }
    }

    #[test]
    fn a_word_within_another_is_found() {
        let words = words(&["ABCDE", "CD"]);
        assert!(words.are_in(b"ABCDX"));
        assert!(!words.are_in(b"ABCXDE"));
    }

    #[test]
    fn the_share_without_words_is_that_of_counting() {
        let words = words(&["AB", "BBA"]);
        for length in 1..=6_u32 {
            let all = 3_usize.pow(length);
            let clean = (0..all).filter(|number| {
                let mut code = vec![b'B'];
                code.extend((0..length).map(|place| b"ABC"[number / 3_usize.pow(place) % 3]));
                code.push(b'A');
                !words.are_in(&code)
            });
            let expected = clean.count() as f64 / all as f64;
            let share = words.share_without(b"ABC", length as usize, b"B", b"A");
            assert!((share - expected).abs() < 1e-12, "{length}: {share} and {expected}");
        }
    }

    #[test]
    fn words_that_cannot_be_used_are_refused() {
        for word in ["", "A", "ä1", "A B", &"A".repeat(33)] {
            assert!(matches!(Words::new(vec![word.into()]), Err(Fault::WordInvalid { .. })), "{word}");
        }
        assert!(matches!(Words::new(vec!["AB".into(); 1001]), Err(Fault::TooManyWords { words: 1001 })));
    }
}
