//! Files of references: what columns they have, how they are written and read.
//!
//! Nothing here knows a store; [`registry`](crate::registry) puts it to use.

mod fault;

#[cfg(feature = "transfer")]
mod cells;
#[cfg(feature = "transfer")]
mod columns;
#[cfg(feature = "transfer")]
mod csv;
#[cfg(feature = "transfer")]
mod defuse;
#[cfg(feature = "transfer")]
mod import;
#[cfg(feature = "transfer")]
mod input;
#[cfg(feature = "transfer")]
mod json;
#[cfg(feature = "transfer")]
mod rows;
#[cfg(feature = "transfer")]
mod seen;
#[cfg(feature = "transfer")]
mod write;

pub use fault::{ImportFault, RowFault};
#[cfg(feature = "transfer")]
pub use import::{Import, Imported};
#[cfg(feature = "transfer")]
pub use write::ExportFormat;

#[cfg(feature = "transfer")]
pub(crate) use self::{
    cells::{Cells, Meaning},
    columns::Columns,
    import::RowReader,
    rows::Rows,
    seen::Seen,
    write::{Cell, Sheet},
};
