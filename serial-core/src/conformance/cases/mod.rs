//! The bodies of the cases, by rule.

#![expect(clippy::needless_pass_by_value, reason = "a case owns its bench, so that it can close the store")]

mod all;
mod books;
mod s01;
mod s02;
mod s03;
mod s04;
mod s05;
mod s06;
mod s07;
mod s08_records;
mod s08_search;
mod s09;
mod s10;
mod s11;
mod s12;
mod s13_claims;
mod s13_ends;
mod s14_moves;
mod s14_together;
mod s15_events;
mod s15_together;
mod s16_settings;
mod s16_values;

pub(super) use self::{
    all::*, books::*, s01::*, s02::*, s03::*, s04::*, s05::*, s06::*, s07::*, s08_records::*, s08_search::*, s09::*,
    s10::*, s11::*, s12::*, s13_claims::*, s13_ends::*, s14_moves::*, s14_together::*, s15_events::*, s15_together::*,
    s16_settings::*, s16_values::*,
};
