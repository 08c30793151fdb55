//! Measures `serial-core` against the crates people would otherwise use, in one process and in turns, so that what
//! disturbs one disturbs all. What counts is the ratio.
//!
//! The binary `report` prints the table; the criterion benches `issue` and `read` draw curves.

pub mod measure;
pub mod memory;
pub mod ours;
pub mod peers;
pub mod sections;
pub mod table;

/// How much work to do: all of it, or a part that only shows that everything runs.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    divisor: usize,
}

impl Scale {
    /// The sizes that the bars speak of.
    pub const FULL: Self = Self { divisor: 1 };
    /// A hundredth.
    pub const QUICK: Self = Self { divisor: 100 };

    /// One part in `divisor`, which is at least 1.
    pub fn one_in(divisor: usize) -> Self {
        Self { divisor: divisor.max(1) }
    }

    /// What is left of a size, at least 1.
    pub fn of(self, full: usize) -> usize {
        (full / self.divisor).max(1)
    }

    /// How often to repeat what is repeated `full` times, at least 3.
    pub fn repeats(self, full: usize) -> usize {
        if self.divisor == 1 { full } else { full.min(3) }
    }
}
