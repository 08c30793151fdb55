//! Values on their way to the server and back.

use std::{borrow::Cow, error::Error, fmt};

use bytes::{BufMut, BytesMut};
use serial_core::{Codes, GroupKeys, StoreError, Timestamp};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use zeroize::Zeroizing;

/// A parameter with the type that the server is told.
pub(crate) type Parameter = (Box<dyn ToSql + Send + Sync>, Type);

/// Whatever goes wrong with a value.
type Fault = Box<dyn Error + Sync + Send>;

pub(crate) fn integer(value: i64) -> Parameter {
    (Box::new(value), Type::INT8)
}

pub(crate) fn optional_integer(value: Option<i64>) -> Parameter {
    (Box::new(value), Type::INT8)
}

pub(crate) fn integers(values: Vec<i64>) -> Parameter {
    (Box::new(values), Type::INT8_ARRAY)
}

pub(crate) fn optional_integers(values: Vec<Option<i64>>) -> Parameter {
    (Box::new(values), Type::INT8_ARRAY)
}

pub(crate) fn text(value: impl Into<String>) -> Parameter {
    (Box::new(value.into()), Type::TEXT)
}

pub(crate) fn optional_text(value: Option<String>) -> Parameter {
    (Box::new(value), Type::TEXT)
}

pub(crate) fn texts(values: Vec<String>) -> Parameter {
    (Box::new(values), Type::TEXT_ARRAY)
}

pub(crate) fn optional_texts(values: Vec<Option<String>>) -> Parameter {
    (Box::new(values), Type::TEXT_ARRAY)
}

/// Texts that are among few, such as names of states.
pub(crate) fn words(values: Vec<Cow<'static, str>>) -> Parameter {
    (Box::new(values), Type::TEXT_ARRAY)
}

pub(crate) fn packed(codes: &Codes) -> Parameter {
    (Box::new(PackedTexts { packed: codes.as_packed().to_owned(), width: codes.width() }), Type::TEXT_ARRAY)
}

pub(crate) fn moment(at: Timestamp) -> Parameter {
    (Box::new(Moment(at)), Type::TIMESTAMPTZ)
}

pub(crate) fn optional_moment(at: Option<Timestamp>) -> Parameter {
    (Box::new(at.map(Moment)), Type::TIMESTAMPTZ)
}

pub(crate) fn uuid(value: u128) -> Parameter {
    (Box::new(Some(Uuid(value))), Type::UUID)
}

pub(crate) fn optional_uuid(value: Option<u128>) -> Parameter {
    (Box::new(value.map(Uuid)), Type::UUID)
}

/// The bits of an unsigned number as the server's signed one. Equal stays equal; what is beyond the signed ones
/// becomes negative, and no id is.
pub(crate) fn bits(value: u64) -> i64 {
    i64::from_ne_bytes(value.to_ne_bytes())
}

/// The unsigned number of these bits.
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

/// The number, or the largest that the server has. For bounds, where larger means all the same.
pub(crate) fn clamped(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// NULL where there are none.
pub(crate) fn keys(keys: &GroupKeys) -> Parameter {
    let bytes = (!keys.is_empty()).then(|| Secret(Zeroizing::new(keys.expose())));
    (Box::new(bytes), Type::BYTEA)
}

/// Bytes that are shown to nobody but the server.
struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl ToSql for Secret {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::BYTEA
    }

    to_sql_checked!();
}

/// Codes of one width, sent as an array of texts without making a text of each.
#[derive(Debug)]
struct PackedTexts {
    packed: String,
    width: usize,
}

impl ToSql for PackedTexts {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        let width = i32::try_from(self.width)?;
        let count = i32::try_from(self.packed.len() / self.width.max(1))?;
        out.reserve(20 + self.packed.len() + 4 * self.packed.len() / self.width.max(1));
        // Dimensions, no NULL in it, type of an element; then the length and the first index of the one dimension.
        out.put_i32(1);
        out.put_i32(0);
        out.put_u32(Type::TEXT.oid());
        out.put_i32(count);
        out.put_i32(1);
        for code in self.packed.as_bytes().chunks_exact(self.width.max(1)) {
            out.put_i32(width);
            out.put_slice(code);
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT_ARRAY
    }

    to_sql_checked!();
}

#[derive(Debug)]
struct Uuid(u128);

impl ToSql for Uuid {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        out.put_u128(self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }

    to_sql_checked!();
}

/// A moment as the server keeps it.
#[derive(Debug)]
pub(crate) struct Moment(pub(crate) Timestamp);

/// The first moment of the year 2000, from which the server counts.
const SERVER_EPOCH: i64 = 946_684_800_000_000;

impl ToSql for Moment {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        out.put_i64(self.0.as_micros().saturating_sub(SERVER_EPOCH));
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        let micros = micros.checked_add(SERVER_EPOCH).ok_or("a time beyond all times")?;
        Ok(Self(Timestamp::from_micros(micros)))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

/// The moments that can be kept: the years 1 to 9999.
const KEPT: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// A moment that can be kept.
pub(crate) fn storable(at: Timestamp) -> Result<Timestamp, StoreError> {
    if KEPT.contains(&at.as_micros()) {
        return Ok(at);
    }
    Err(StoreError::contract("a plan has a time outside of the years 1 to 9999; set the clock"))
}

/// A moment to compare with those that are kept; what is earlier or later than all of them stays so.
pub(crate) fn comparable(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().clamp(*KEPT.start(), KEPT.end() + 1))
}

/// Refuses what no text in the database can have.
pub(crate) fn without_nul(what: &str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') {
        return Err(StoreError::contract(format!("{what} of a plan has a NUL, which the database cannot keep")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_are_sent_as_an_array_of_texts() {
        let codes = Codes::from_packed("A1B2".into(), 2).unwrap();
        let (mut ours, mut theirs) = (BytesMut::new(), BytesMut::new());
        let (parameter, ty) = packed(&codes);
        parameter.to_sql_checked(&ty, &mut ours).unwrap();
        vec!["A1", "B2"].to_sql(&Type::TEXT_ARRAY, &mut theirs).unwrap();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn numbers_come_back_from_their_bits() {
        for number in [0, 1, u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1] {
            assert_eq!(unsigned(bits(number)), number);
        }
        assert_eq!(clamped(u64::MAX), i64::MAX);
    }

    #[test]
    fn moments_outside_of_the_calendar_are_refused_and_compared() {
        for micros in [i64::MIN, i64::MAX] {
            let at = Timestamp::from_micros(micros);
            assert!(storable(at).is_err());
            assert!(!KEPT.contains(&comparable(at).as_micros()) || micros < 0);
        }
    }
}
