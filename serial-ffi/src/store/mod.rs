//! Stores written in C.
//!
//! | Module | What is there |
//! |---|---|
//! | `table` | the functions that a store consists of |
//! | `plans`, `queries` | what they are given |
//! | `answers` | the structs that they answer with |
//! | `lend`, `take` | plans and queries on their way to C, and from C to a store of ours |
//! | `read` | what comes from C, checked |
//! | `sink`, `told` | where answers are put, checked, and what came together of them |
//! | `bridge` | a table as a store of the core |
//! | `gate` | one call at a time |
//! | `inner` | a store of ours as a table, for stores in C to build on |
//! | `open` | a registry over a table |
//! | `selftest` | the conformance kit for tables |

mod answers;
mod bridge;
mod gate;
mod inner;
mod lend;
mod open;
mod plans;
mod queries;
mod read;
mod selftest;
mod sink;
mod table;
mod take;
mod told;

pub use answers::*;
pub use inner::*;
pub use open::*;
pub use plans::*;
pub use queries::*;
pub use selftest::*;
pub use sink::*;
pub use table::*;
