//! The C interface of serialref: what `serialref.h` declares.
//!
//! The documentation here is written for readers of the header, which is made from it. Rules that hold for every
//! function stand once, in the preamble of the header (`header/preamble.h`).
//!
//! | Module | What is there |
//! |---|---|
//! | `handle` | what C holds in place of pointers, and how a wrong one is found out |
//! | `trouble` | nothing unwinds into C; what is kept of a failure |
//! | `memory`, `text` | reading what C points to, writing where it points |
//! | `constants`, `records`, `query` | what the structs of C mean |
//! | `store` | stores written in C: what they are given, how they answer, and our stores for them to build on |
//! | the others | the functions, a verb or noun each |

mod check;
mod claim;
mod code_sequence;
mod codes;
mod constants;
mod counter;
mod delete;
mod error;
mod file;
mod format;
mod group;
mod handle;
mod issue;
mod key;
mod library;
mod life;
mod list;
mod memory;
mod query;
mod read;
mod records;
mod registry;
mod status;
mod store;
mod text;
mod transfer;
mod trouble;

pub use check::*;
pub use claim::*;
pub use code_sequence::*;
pub use codes::*;
pub use constants::*;
pub use counter::*;
pub use delete::*;
pub use error::*;
pub use format::*;
pub use group::*;
pub use issue::*;
pub use key::*;
pub use library::*;
pub use life::*;
pub use list::*;
pub use query::*;
pub use read::*;
pub use records::*;
pub use registry::*;
pub use status::*;
pub use store::*;
pub use text::*;
pub use transfer::*;
