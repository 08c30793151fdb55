//! How many codes a format could ever make.

use std::fmt;

/// How many codes a format could ever make.
///
/// The largest formats have more codes than any integer type holds, hence a type of its own.
///
/// ```
/// use serial_core::{Format, Order};
///
/// let format = Format::builder().symbols("0123456789").length(3).build()?;
/// assert_eq!(format.capacity().exact(), Some(1000));
/// assert_eq!(format.capacity().to_string(), "1000");
/// assert_eq!(Format::default().capacity().to_string(), "about 8.1e38");
/// # Ok::<(), serial_core::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    exact: Option<u128>,
    log2: f64,
}

impl Capacity {
    /// The number of words of `length` symbols out of `symbols`.
    pub(crate) fn of_words(symbols: usize, length: usize) -> Self {
        let exact = u32::try_from(length).ok().and_then(|length| (symbols as u128).checked_pow(length));
        #[expect(clippy::cast_precision_loss, reason = "both are below 100")]
        let log2 = (symbols as f64).log2() * length as f64;
        Self { exact, log2 }
    }

    /// What remains when numbers have 128 bits, a counter has 64, and the first `skipped` numbers are never used.
    pub(crate) fn skipping(self, skipped: u128) -> Self {
        let left = self.exact.unwrap_or(u128::MAX).saturating_sub(skipped).min(u64::MAX.into());
        #[expect(clippy::cast_precision_loss, reason = "an estimate is asked for")]
        let log2 = (left as f64).log2();
        Self { exact: Some(left), log2 }
    }

    /// Which part of all codes so many are.
    pub(crate) fn share(self, count: u64) -> f64 {
        if count == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate is asked for")]
        match self.exact {
            Some(exact) => (count as f64 / exact as f64).min(1.0),
            None => ((count as f64).log2() - self.log2).exp2(),
        }
    }

    /// How many of them can be live while a guess hits one less often than once in so many times.
    pub(crate) fn most_live_below_one_in(self, one_in: u64) -> u64 {
        match (self.exact, u128::from(one_in)) {
            (_, 0) | (Some(0), _) => 0,
            (Some(exact), one_in) => u64::try_from((exact - 1) / one_in).unwrap_or(u64::MAX),
            // More than 2^128 are left over whatever they are divided by.
            (None, _) => u64::MAX,
        }
    }

    /// The exact number where it is below 2^128, otherwise `None`.
    pub fn exact(self) -> Option<u128> {
        self.exact
    }

    /// The number of bits that tell one code from all others.
    pub fn log2(self) -> f64 {
        self.log2
    }

    /// Whether there are at least `count` codes.
    pub(crate) fn has(self, count: u128) -> bool {
        self.exact.is_none_or(|exact| exact >= count)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact {
            Some(exact) if exact < 1_000_000_000_000 => exact.fmt(f),
            _ => {
                let log10 = self.log2 * std::f64::consts::LOG10_2;
                let tenths = (10_f64.powf(log10.fract()) * 10.0).round();
                // What rounds to 10.0 is 1.0 of the next power.
                let (tenths, power) =
                    if tenths >= 100.0 { (10.0, log10.trunc() + 1.0) } else { (tenths, log10.trunc()) };
                write!(f, "about {:.1}e{power}", tenths / 10.0)
            }
        }
    }
}
