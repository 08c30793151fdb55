//! The constants of the interface. Their numbers are those of the core and never change.

use serialref::{Check, CheckScheme, Direction, ExportFormat, Kind, Limit, Preset, Scope, State};

use crate::{store::serialref_step, trouble::Trouble};

/// How a group issues: one reference at a time, or batches.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_kind {
    /// One reference at a time: serialref_create_reference().
    Continuous = 1,
    /// Batches: serialref_create_batch().
    Batch = 2,
}

/// Where the codes of a group are unique. 0 stands for SERIALREF_SCOPE_REGISTRY.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_scope {
    /// In the whole registry, among all groups of this scope.
    Registry = 1,
    /// In the group alone.
    Group = 2,
}

/// How the bodies of codes are chosen. 0 stands for SERIALREF_ORDER_RANDOM.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_order {
    /// Drawn from a cryptographic generator that the operating system seeds.
    Random = 1,
    /// Counted, in the digits of the alphabet, with leading zeros.
    Sequential = 2,
    /// Counted, and permuted by a secret key: no order can be seen, and with the key a code says which number it has.
    Keyed = 3,
}

/// What follows the body of a code to find mistyped ones.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_check {
    /// Nothing.
    None = 0,
    /// ISO/IEC 7064 MOD 11-2, for digits: a digit or X.
    Iso7064Mod11Radix2 = 1,
    /// ISO/IEC 7064 MOD 37-2, for digits and upper case letters: one of these or *.
    Iso7064Mod37Radix2 = 2,
    /// ISO/IEC 7064 MOD 97-10, for digits: two digits.
    Iso7064Mod97Radix10 = 3,
    /// ISO/IEC 7064 MOD 11,10, for digits: a digit.
    Iso7064Mod11And10 = 4,
    /// ISO/IEC 7064 MOD 37,36, for digits and upper case letters: one of these.
    Iso7064Mod37And36 = 5,
    /// The algorithm of Luhn, for alphabets of even size.
    Luhn = 6,
    /// The algorithm of Damm.
    Damm = 7,
    /// The algorithm of Verhoeff, for digits.
    Verhoeff = 8,
    /// A weighted sum, for alphabets of odd size.
    WeightedSum = 9,
    /// The algorithm of Gumm.
    Gumm = 10,
    /// The scheme that finds most mistakes with the alphabet.
    Automatic = 255,
}

/// Alphabets that most products need. 0 stands for SERIALREF_PRESET_UPPER_ALPHANUMERIC.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_preset {
    /// 0-9.
    Digits = 1,
    /// A-Z and a-z.
    Letters = 2,
    /// 0-9 and A-Z.
    UpperAlphanumeric = 3,
    /// 0-9 and A-Z without 0 O 1 I L, which people mistake for one another.
    Unambiguous31 = 4,
    /// 0-9 and A-Z without I L O U; source: Douglas Crockford, "Base 32".
    Unambiguous32 = 5,
    /// 0-9 and A-F.
    Hexadecimal = 6,
    /// All 94 symbols from ! (0x21) to ~ (0x7E).
    Printable = 7,
}

/// What became of a reference. Where a state is asked for, 0 stands for any.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_state {
    /// Issued, and for whoever claims it.
    Available = 1,
    /// Claimed for a line or an order.
    Allocated = 2,
    /// Printed, engraved or written to a tag.
    Encoded = 3,
    /// On a product: used once and for all.
    Commissioned = 4,
    /// On a product that has left the factory.
    Released = 5,
    /// Out of use; may be commissioned again.
    Decommissioned = 6,
    /// The product is gone. Final.
    Destroyed = 7,
    /// Never to be used, for example a torn label. Final.
    Void = 8,
}

/// In which order a listing goes. 0 stands for SERIALREF_DIRECTION_OLDEST_FIRST.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_direction {
    /// In the order of issue.
    OldestFirst = 1,
    /// The newest first.
    NewestFirst = 2,
}

/// Which limit an error is about.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_limit {
    /// Live references in a group.
    LiveReferences = 1,
    /// References in one batch call.
    BatchSize = 2,
    /// Groups in the registry.
    Groups = 3,
    /// Fields in a group.
    Fields = 4,
    /// Characters of an attribute's value.
    ValueCharacters = 5,
    /// References in one call, 10,000,000 whatever the limits.
    PerCall = 6,
    /// Live references, so that none is easy to guess.
    Guesses = 7,
}

/// What an event says.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_change {
    /// The group was created.
    GroupCreated = 1,
    /// A setting of the group was changed.
    GroupChanged = 2,
    /// The group was deleted with all that was in it.
    GroupDeleted = 3,
    /// References were issued.
    Issued = 4,
    /// A reference came to another state.
    Moved = 5,
    /// A reference got another value of a field.
    AttributeSet = 6,
    /// A reference got another warranty.
    WarrantySet = 7,
    /// A reference was deleted.
    Deleted = 8,
}

/// How far the warranty of a product is.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_warranty_status {
    /// It has none.
    None = 1,
    /// It begins later.
    NotStarted = 2,
    /// It covers the product.
    Active = 3,
    /// It is over.
    Expired = 4,
    /// It ended with the product.
    EndedEarly = 5,
}

/// How a file of references is written. 0 stands for SERIALREF_FILE_CSV.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_file {
    /// CSV as in RFC 4180, with the names of the columns in the first line.
    Csv = 1,
    /// JSON Lines: an object on every line.
    JsonLines = 2,
    /// CSV with semicolons, for reading only.
    Semicolons = 3,
}

/// How an SQLite file is kept. 0 stands for SERIALREF_DURABILITY_FULL.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_durability {
    /// What was acknowledged outlives a power failure.
    Full = 1,
    /// What was acknowledged outlives a crash of the program, not always one of the power.
    ProgramCrash = 2,
}

/// Where a limit, a first number or a threshold is asked for, 0 means that it is not given. This is the number zero
/// itself.
pub const SERIALREF_ZERO: u64 = u64::MAX - 1;
/// As a limit: none.
pub const SERIALREF_UNLIMITED: u64 = u64::MAX;
/// The bytes of the array for a code in a record: enough for the longest code and the NUL at its end.
pub const SERIALREF_CODE_CAPACITY: usize = 160;

/// The one of several constants that has a number.
pub(crate) fn of_number<T: Copy>(what: &str, number: i32, known: &[(i32, T)]) -> Result<T, Trouble> {
    let found = known.iter().find(|(own, _)| *own == number);
    found.map(|(_, value)| *value).ok_or_else(|| Trouble::not_a_constant(what, number.into()))
}

pub(crate) fn kind(number: i32) -> Result<Kind, Trouble> {
    of_number("the kind", number, &[Kind::Continuous, Kind::Batch].map(|kind| (kind as i32, kind)))
}

pub(crate) fn scope(number: i32) -> Result<Scope, Trouble> {
    of_number("the scope", number, &[(0, Scope::Registry), (1, Scope::Registry), (2, Scope::Group)])
}

pub(crate) fn order(number: i32) -> Result<serialref_order, Trouble> {
    use serialref_order::{Keyed, Random, Sequential};
    of_number("the order", number, &[(0, Random), (1, Random), (2, Sequential), (3, Keyed)])
}

pub(crate) fn check(number: i32) -> Result<Check, Trouble> {
    match number {
        0 => Ok(Check::None),
        255 => Ok(Check::Automatic),
        number => of_number("check", number, &CheckScheme::ALL.map(|scheme| (scheme as i32, Check::Named(scheme)))),
    }
}

pub(crate) fn preset(number: i32) -> Result<Preset, Trouble> {
    if number == 0 {
        return Ok(Preset::UpperAlphanumeric);
    }
    of_number("the preset", number, &Preset::ALL.map(|preset| (preset as i32, preset)))
}

pub(crate) fn state(number: i32) -> Result<State, Trouble> {
    of_number("the state", number, &State::ALL.map(|state| (i32::from(state.number()), state)))
}

/// As [`state`], where 0 stands for any.
pub(crate) fn any_state(number: i32) -> Result<Option<State>, Trouble> {
    if number == 0 { Ok(None) } else { state(number).map(Some) }
}

pub(crate) fn change(number: i32) -> Result<serialref_change, Trouble> {
    use serialref_change::{
        AttributeSet, Deleted, GroupChanged, GroupCreated, GroupDeleted, Issued, Moved, WarrantySet,
    };
    let all = [GroupCreated, GroupChanged, GroupDeleted, Issued, Moved, AttributeSet, WarrantySet, Deleted];
    of_number("the change", number, &all.map(|change| (change as i32, change)))
}

pub(crate) fn step(number: i32) -> Result<serialref_step, Trouble> {
    use serialref_step::{Move, Return, SetValues, SetWarranty};
    of_number("the step", number, &[Move, Return, SetValues, SetWarranty].map(|step| (step as i32, step)))
}

pub(crate) fn direction(number: i32) -> Result<Direction, Trouble> {
    use Direction::{NewestFirst, OldestFirst};
    of_number("the direction", number, &[(0, OldestFirst), (1, OldestFirst), (2, NewestFirst)])
}

pub(crate) fn export_format(number: i32) -> Result<ExportFormat, Trouble> {
    use ExportFormat::{Csv, JsonLines};
    of_number("the form of the file", number, &[(0, Csv), (1, Csv), (2, JsonLines)])
}

pub(crate) fn import_format(number: i32) -> Result<serialref_file, Trouble> {
    use serialref_file::{Csv, JsonLines, Semicolons};
    of_number("the form of the file", number, &[(0, Csv), (1, Csv), (2, JsonLines), (3, Semicolons)])
}

pub(crate) fn durability(number: i32) -> Result<serialref_durability, Trouble> {
    use serialref_durability::{Full, ProgramCrash};
    of_number("the durability", number, &[(0, Full), (1, Full), (2, ProgramCrash)])
}

/// A truth value: 0 or 1, as C99's `bool` has them.
pub(crate) fn truth(what: &str, number: i32) -> Result<bool, Trouble> {
    of_number(what, number, &[(0, false), (1, true)])
}

/// A number that may be missing.
pub(crate) fn given(number: u64) -> Option<u64> {
    match number {
        0 => None,
        SERIALREF_ZERO => Some(0),
        number => Some(number),
    }
}

/// What a limit allows, where any number is the largest.
pub(crate) fn limit(most: u64) -> Limit {
    if most == SERIALREF_UNLIMITED { Limit::Unlimited } else { Limit::AtMost(most) }
}

/// A number that may be missing, for C.
pub(crate) fn shown(number: Option<u64>) -> u64 {
    match number {
        None => 0,
        Some(0) => SERIALREF_ZERO,
        Some(number) => number,
    }
}
