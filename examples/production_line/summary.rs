//! What came of it all.

use std::{fmt, time::Duration};

/// What the job did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Lines of the file below its header, empty ones aside.
    pub lines: u64,
    /// Orders that were carried out.
    pub orders: u64,
    /// Orders that had been carried out before, so that nothing more was issued.
    pub repeated: u64,
    /// References issued for products.
    pub references: u64,
    /// Service tags issued.
    pub service_tags: u64,
    /// Lines that were refused, or for which not everything was issued, by line.
    pub refused: Vec<Refused>,
    /// References claimed by the line.
    pub claimed: u64,
    /// References bound to a product.
    pub commissioned: u64,
    /// References voided because their label was torn.
    pub voided: u64,
    /// References deleted.
    pub deleted: u64,
    /// Labels written.
    pub labels: u64,
    /// How long issuing took.
    pub issuing: Duration,
}

impl Summary {
    /// References and service tags issued.
    pub fn issued(&self) -> u64 {
        self.references + self.service_tags
    }

    /// How many were issued per second.
    pub fn per_second(&self) -> u64 {
        let nanoseconds = self.issuing.as_nanos().max(1);
        u64::try_from(u128::from(self.issued()) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
    }
}

/// A line of the file that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.issuing.as_secs_f64();
        let Self { lines, orders, repeated, .. } = self;
        writeln!(f, "Lines    {lines}: {orders} orders carried out, {repeated} given again and not issued twice")?;
        writeln!(f, "Issued   {} references and {} service tags", self.references, self.service_tags)?;
        writeln!(f, "Speed    {} per second ({seconds:.3} s)", self.per_second())?;
        writeln!(f, "Refused  {}", self.refused.len())?;
        for refused in &self.refused {
            writeln!(f, "         {refused}")?;
        }
        let Self { claimed, commissioned, voided, deleted, .. } = self;
        writeln!(f, "Line     {claimed} claimed, {commissioned} bound to products, {voided} void")?;
        writeln!(f, "Deleted  {deleted}")?;
        write!(f, "Labels   {}", self.labels)
    }
}
