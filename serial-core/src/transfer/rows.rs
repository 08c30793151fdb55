//! The rows of a file that could be understood, packed.

use crate::{code::Codes, ids::FieldId, store::Values};

/// Rows in the order of the file, each with a number from 0.
#[derive(Default)]
pub(crate) struct Rows {
    count: u32,
    /// The codes one after the other; none where the group issues them.
    codes: Vec<u8>,
    /// The width of a code; 0 where the group issues them.
    width: usize,
    lines: Lines,
    /// One bit per row, as far as the last that is not to be imported.
    bad: Vec<u64>,
    values: Vec<Value>,
    /// The texts of `values`, one after the other.
    texts: String,
    longest: u64,
}

/// What a row has in a field instead of the default.
#[derive(Clone, Copy)]
struct Value {
    row: u32,
    /// The position of the field in the group's list.
    field: u32,
    /// Where its text ends, and that of the next begins.
    end: usize,
}

/// In which line each row is: a list of rows that do not come right behind the one before.
#[derive(Default)]
struct Lines(Vec<(u32, u64)>);

impl Lines {
    fn add(&mut self, row: u32, line: u64) {
        let expected = self.0.last().map(|(first, start)| start + u64::from(row - first));
        if expected != Some(line) {
            self.0.push((row, line));
        }
    }

    fn of(&self, row: u32) -> u64 {
        let after = self.0.partition_point(|(first, _)| *first <= row);
        after.checked_sub(1).map_or(0, |at| self.0[at].1 + u64::from(row - self.0[at].0))
    }
}

impl Rows {
    /// Rows with codes of a width; 0 where they have none.
    pub(crate) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds a row with its code, which is as wide as all, or empty.
    pub(crate) fn push(&mut self, line: u64, code: &str) -> u32 {
        let row = self.count;
        self.codes.extend_from_slice(code.as_bytes());
        self.lines.add(row, line);
        self.count += 1;
        row
    }

    /// Gives the row that was added last a value in a field, once.
    pub(crate) fn set_value(&mut self, field: u32, value: &str, characters: u64) {
        self.texts.push_str(value);
        self.values.push(Value { row: self.count - 1, field, end: self.texts.len() });
        self.longest = self.longest.max(characters);
    }

    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    pub(crate) fn line(&self, row: u32) -> u64 {
        self.lines.of(row)
    }

    pub(crate) fn code(&self, row: u32) -> &[u8] {
        &self.codes[row as usize * self.width..(row as usize + 1) * self.width]
    }

    /// The codes from a row on.
    pub(crate) fn codes_from(&self, row: u32) -> Codes {
        let codes = self.codes[row as usize * self.width..].to_vec();
        Codes::of_symbols(codes, self.width, (self.count - row) as usize)
    }

    /// Leaves a row out.
    pub(crate) fn set_bad(&mut self, row: u32) {
        let word = row as usize / 64;
        if self.bad.len() <= word {
            self.bad.resize(word + 1, 0);
        }
        self.bad[word] |= 1 << (row % 64);
    }

    pub(crate) fn is_bad(&self, row: u32) -> bool {
        self.bad.get(row as usize / 64).is_some_and(|word| (word >> (row % 64)) & 1 == 1)
    }

    /// The rows that are to be imported.
    pub(crate) fn good(&self) -> impl Iterator<Item = u32> {
        (0..self.count).filter(|row| !self.is_bad(*row))
    }

    /// The most characters of a value.
    pub(crate) fn longest_value(&self) -> u64 {
        self.longest
    }

    /// The positions of the fields in which some row has a value.
    pub(crate) fn fields(&self) -> Vec<u32> {
        let mut fields: Vec<u32> = Vec::new();
        for value in &self.values {
            if !fields.contains(&value.field) {
                fields.push(value.field);
            }
        }
        fields
    }

    /// The codes of good rows; none where the group issues them.
    pub(crate) fn good_codes(&self) -> Option<Codes> {
        if self.width == 0 {
            return None;
        }
        if self.bad.is_empty() {
            return Some(self.codes_from(0));
        }
        let mut codes = Vec::with_capacity(self.codes.len());
        let mut count = 0;
        for row in self.good() {
            codes.extend_from_slice(self.code(row));
            count += 1;
        }
        Some(Codes::of_symbols(codes, self.width, count))
    }

    /// The values of good rows, by their positions among them. `field` is the id of a field by its position.
    pub(crate) fn good_values(&self, field: impl Fn(u32) -> FieldId) -> Values {
        let common = self.common();
        let mut values = Values::common(common.iter().map(|(at, text)| (field(*at), (*text).to_owned())).collect());
        let mut good = (0..).zip(self.good()).peekable();
        for (value, text) in self.texts() {
            while good.next_if(|(_, row)| *row < value.row).is_some() {}
            if let Some((position, row)) = good.peek() {
                if *row == value.row && !common.iter().any(|(at, _)| *at == value.field) {
                    values.set(*position, field(value.field), text.to_owned());
                }
            }
        }
        values
    }

    /// The values that all good rows have alike.
    fn common(&self) -> Vec<(u32, &str)> {
        let mut seen: Vec<(u32, &str, u64)> = Vec::new();
        let mut apart: Vec<u32> = Vec::new();
        for (value, text) in self.texts().filter(|(value, _)| !self.is_bad(value.row)) {
            match seen.iter_mut().find(|(field, ..)| *field == value.field) {
                None => seen.push((value.field, text, 1)),
                Some((_, first, count)) if *first == text => *count += 1,
                Some(_) => {
                    if !apart.contains(&value.field) {
                        apart.push(value.field);
                    }
                }
            }
        }
        let good = self.good().count() as u64;
        let all = seen.into_iter().filter(|(field, _, count)| *count == good && !apart.contains(field));
        all.map(|(field, text, _)| (field, text)).collect()
    }

    fn texts(&self) -> impl Iterator<Item = (Value, &str)> {
        let begins = std::iter::once(0).chain(self.values.iter().map(|value| value.end));
        self.values.iter().zip(begins).map(|(value, begin)| (*value, &self.texts[begin..value.end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines() {
        let mut lines = Lines::default();
        let expected = [2, 3, 4, 7, 8, 20, 21];
        (0..).zip(expected).for_each(|(row, line)| lines.add(row, line));
        assert_eq!(lines.0.len(), 3);
        (0..).zip(expected).for_each(|(row, line)| assert_eq!(lines.of(row), line));
    }

    #[test]
    fn values_of_good_rows_are_found_by_their_positions_and_common_ones_are_kept_once() {
        let mut rows = Rows::new(2);
        for (code, own) in [("A1", "x"), ("A2", "y"), ("A3", "z")] {
            rows.push(1, code);
            rows.set_value(0, "same", 4);
            rows.set_value(1, own, 1);
        }
        rows.set_bad(1);
        let values = rows.good_values(|position| FieldId(u64::from(position) + 1));
        assert_eq!(rows.good_codes().unwrap().as_packed(), "A1A3");
        assert!(values.of(0).eq([(FieldId(1), "same"), (FieldId(2), "x")]));
        assert!(values.of(1).eq([(FieldId(1), "same"), (FieldId(2), "z")]));
        let mut expected = Values::common(vec![(FieldId(1), "same".into())]);
        expected.set(0, FieldId(2), "x".into());
        expected.set(1, FieldId(2), "z".into());
        assert_eq!(values, expected);
    }
}
