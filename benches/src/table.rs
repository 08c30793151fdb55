//! The table, as people read it.

use std::fmt::Write as _;

/// What a measured value has to be.
#[derive(Clone, Debug)]
pub struct Bar {
    words: String,
    met: bool,
}

impl Bar {
    /// `value` is to be `least` or more; `unit` is what both are in.
    pub fn at_least(least: f64, unit: &str, value: f64) -> Self {
        Self { words: format!("at least {least}{unit}"), met: value >= least }
    }

    /// `value` is to be `most` or less.
    pub fn at_most(most: f64, unit: &str, value: f64) -> Self {
        Self { words: format!("at most {most}{unit}"), met: value <= most }
    }

    /// `value` is to be less than `bound`.
    pub fn under(bound: f64, unit: &str, value: f64) -> Self {
        Self { words: format!("under {bound}{unit}"), met: value < bound }
    }

    /// Whether it is.
    pub fn is_met(&self) -> bool {
        self.met
    }
}

/// One line of the table.
#[derive(Clone, Debug, Default)]
#[must_use = "a line is shown in the table it is given to"]
pub struct Row {
    what: String,
    size: String,
    ours: String,
    peer: String,
    ratio: String,
    bar: Option<Bar>,
}

impl Row {
    /// A line about some work at a size.
    pub fn new(what: impl Into<String>, size: impl Into<String>) -> Self {
        Self { what: what.into(), size: size.into(), ..Self::default() }
    }

    /// What we need for it.
    pub fn ours(mut self, ours: impl Into<String>) -> Self {
        self.ours = ours.into();
        self
    }

    /// What it is compared with.
    pub fn peer(mut self, peer: impl Into<String>) -> Self {
        self.peer = peer.into();
        self
    }

    /// How the two compare.
    pub fn ratio(mut self, ratio: impl Into<String>) -> Self {
        self.ratio = ratio.into();
        self
    }

    /// What it has to be.
    pub fn bar(mut self, bar: Bar) -> Self {
        self.bar = Some(bar);
        self
    }

    /// What it has to be, if anything.
    pub fn has_to_be(&self) -> Option<&Bar> {
        self.bar.as_ref()
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = [&self.what, &self.size, &self.ours, &self.peer, &self.ratio].map(Clone::clone).to_vec();
        if let Some(bar) = &self.bar {
            cells.push(bar.words.clone());
            cells.push(if bar.met { "met" } else { "NOT MET" }.into());
        }
        cells
    }
}

/// Lines with bars and lines without, as two tables in Markdown that can be read as they are.
pub fn markdown(rows: &[Row]) -> String {
    let (bars, others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.bar.is_some());
    let mut text = String::new();
    if !bars.is_empty() {
        text.push_str("## Bars\n\n");
        push_table(&mut text, &["What", "Size", "Ours", "Compared with", "Ratio", "Bar", ""], &bars);
        let met = bars.iter().filter(|row| row.bar.as_ref().is_some_and(Bar::is_met)).count();
        let _ = writeln!(text, "\n{met} of {} met.", bars.len());
    }
    if !others.is_empty() {
        text.push_str(if bars.is_empty() { "" } else { "\n" });
        text.push_str("## For information\n\n");
        push_table(&mut text, &["What", "Size", "Ours", "Compared with", "Ratio"], &others);
    }
    text
}

fn push_table(text: &mut String, head: &[&str], rows: &[&Row]) {
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(ToString::to_string).collect()];
    lines.extend(rows.iter().map(|row| row.cells()));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    lines.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
    for line in &lines {
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
    }
}

/// A time given in nanoseconds, in a fitting unit.
pub fn time(nanos: f64) -> String {
    match nanos {
        n if n < 9.95 => format!("{n:.1} ns"),
        n if n < 9_950.0 => format!("{n:.0} ns"),
        n if n < 99_500.0 => format!("{:.1} us", n / 1e3),
        n if n < 999_500.0 => format!("{:.0} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

/// A factor, as `3.21x`.
pub fn factor(factor: f64) -> String {
    if factor < 99.5 { format!("{factor:.2}x") } else { format!("{factor:.0}x") }
}

/// Two factors for the same comparison: of all slices together and of the one in the middle, where they differ.
pub fn factors(total: f64, middle: f64) -> String {
    let (total, middle) = (factor(total), factor(middle));
    if total == middle { total } else { format!("{total} (median slice {middle})") }
}

/// A whole number with its thousands set apart.
pub fn whole(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        assert_eq!(
            ["0", "999", "1,000", "10,000,000"],
            [0, 999, 1_000, 10_000_000].map(whole).each_ref().map(|s| &**s)
        );
        assert_eq!(time(1.84), "1.8 ns");
        assert_eq!(time(178.4), "178 ns");
        assert_eq!(time(3_650.0), "3650 ns");
        assert_eq!(time(12_345.0), "12.3 us");
        assert_eq!(time(31_000_000.0), "31.0 ms");
        assert_eq!(factors(3.0, 3.001), "3.00x");
        assert_eq!(factors(3.0, 2.5), "3.00x (median slice 2.50x)");
    }

    #[test]
    fn lines_with_a_bar_come_first_and_are_counted() {
        let rows = [
            Row::new("walk", "1").ours("5 ns"),
            Row::new("run", "10").ours("2 ns").bar(Bar::under(3.0, " ns", 2.0)),
            Row::new("fly", "100").bar(Bar::at_least(3.0, "x", 2.0)),
        ];
        let text = markdown(&rows);
        assert!(text.starts_with("## Bars\n\n| What | Size | Ours"), "{text}");
        assert!(text.contains("| run  | 10   | 2 ns |               |       | under 3 ns  | met     |"), "{text}");
        assert!(text.contains("NOT MET") && text.contains("\n1 of 2 met.\n"), "{text}");
        assert!(text.trim_end().ends_with("| walk | 1    | 5 ns |               |       |"), "{text}");
    }
}
