//! The few texts and moments that random operations are made of.

use crate::{
    conformance::random::Random,
    life::{Cause, WarrantyPolicy, WarrantyStart},
    name::Name,
    time::Timestamp,
};

const NAMES: [&str; 9] =
    ["Pump", "pump AX", "ÄX Wärme", "äx", "字漢", "Straße %_\\", "ΟΔΟΣ", "İstanbul", "'quoted' \"too\""];
const VALUES: [&str; 7] = ["", "red", "Red", " red ", "it's 100% \\ _\n\t", "字\u{1f3ed}", "\u{1}\u{ffff}\""];
const TEXTS: [&str; 4] = ["", "steel", "it's 100% \\ brass", "字\n"];
const MOMENTS: [i64; 6] = [-1_000_001, -1, 0, 5, 6, 1_795_432_738_123_456];

pub(super) fn some_name(random: &mut Random) -> Name {
    let text = random.one_of(&NAMES);
    // Now and then one that another group has.
    let text = if random.once_in(4) { text.to_owned() } else { format!("{text} {}", random.below(50)) };
    named(&text)
}

pub(super) fn named(text: &str) -> Name {
    Name::new(text).unwrap_or_else(|_| unreachable!("the names of the generator are names"))
}

/// A value of a field.
pub(super) fn some_value(random: &mut Random) -> String {
    random.one_of(&VALUES).to_owned()
}

/// A description or a text for customers.
pub(super) fn some_text(random: &mut Random) -> String {
    random.one_of(&TEXTS).to_owned()
}

pub(super) fn some_moment(random: &mut Random) -> Timestamp {
    Timestamp::from_micros(random.one_of(&MOMENTS))
}

/// Most often nobody gives one.
pub(super) fn some_cause(random: &mut Random) -> Cause {
    let parts = match random.below(8) {
        0 => (Some("Line 3"), None, None),
        1 => (Some("字 'O\"Neil"), Some("label torn\n100% \\"), None),
        2 => (None, Some("lost"), Some("behind the press, \u{1f3ed}")),
        _ => return Cause::default(),
    };
    let (actor, reason, note) = parts;
    Cause::new(actor, reason, note).unwrap_or_else(|_| unreachable!("the causes of the generator are causes"))
}

pub(super) fn some_warranty(random: &mut Random) -> WarrantyPolicy {
    let policy = match random.below(4) {
        0 => return WarrantyPolicy::none(),
        1 => WarrantyPolicy::days(random.one_of(&[1, 90, 36_525])),
        _ => WarrantyPolicy::months(random.one_of(&[1, 24, 1200])),
    };
    let start = match random.below(3) {
        0 => WarrantyStart::Commissioned,
        1 => WarrantyStart::Released,
        _ => WarrantyStart::At(some_moment(random)),
    };
    policy.unwrap_or_default().from(start)
}
