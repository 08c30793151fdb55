//! Reading JSON Lines: an object on every line.

use std::{
    fmt,
    io::{self, Read},
};

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::{
    fingerprint::Fingerprint,
    transfer::{
        Cells, Columns, ImportFault, Meaning, RowFault,
        cells::MOST_BYTES,
        columns::{shortened, twice, unknown},
        input::Input,
    },
};

/// The rows of a JSON Lines file. Blank lines are no rows.
pub(super) struct JsonRows<'a> {
    input: Input<'a>,
    line: Vec<u8>,
}

impl<'a> JsonRows<'a> {
    pub(super) fn new(reader: Box<dyn Read + 'a>) -> Self {
        Self { input: Input::new(reader), line: Vec::new() }
    }

    pub(super) fn digest(self) -> Fingerprint {
        self.input.digest()
    }

    /// Reads the next row and lists what is wrong with its keys and values; `None` at the end of the file, a fault where
    /// nothing can be made of the row.
    pub(super) fn next(
        &mut self,
        columns: &Columns,
        cells: &mut Cells,
        faults: &mut Vec<ImportFault>,
    ) -> io::Result<Option<Result<(), RowFault>>> {
        loop {
            let number = self.input.line();
            let Some(is_whole) = self.read_line()? else { return Ok(None) };
            cells.begin(number);
            if !is_whole {
                return Ok(Some(Err(RowFault::TooLong { most: MOST_BYTES })));
            }
            let Ok(line) = std::str::from_utf8(&self.line) else { return Ok(Some(Err(RowFault::NotUtf8))) };
            if line.trim_matches([' ', '\t', '\r']).is_empty() {
                continue;
            }
            return Ok(Some(read_object(line, Object { columns, cells, faults, hint: 0 })));
        }
    }

    /// Reads a line; `None` at the end of the file, `false` where it was too long to be kept.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let mut is_whole = true;
        loop {
            let at_hand = self.input.fill()?;
            if at_hand.is_empty() {
                return Ok((!self.line.is_empty()).then_some(is_whole));
            }
            let end = memchr(b'\n', at_hand);
            let part = &at_hand[..end.unwrap_or(at_hand.len())];
            if self.line.len() + part.len() <= MOST_BYTES {
                self.line.extend_from_slice(part);
            } else {
                is_whole = false;
                self.line.resize(1, b' ');
            }
            let length = part.len();
            self.input.consume(length);
            if end.is_some() {
                self.input.end_line()?;
                return Ok(Some(is_whole));
            }
        }
    }
}

fn read_object(line: &str, object: Object<'_>) -> Result<(), RowFault> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    object.deserialize(&mut deserializer).and_then(|()| deserializer.end()).map_err(|error| match error.classify() {
        Category::Data => RowFault::NotAnObject,
        Category::Syntax | Category::Eof | Category::Io => RowFault::NotJson { column: error.column() },
    })
}

/// Puts the values of an object into cells.
struct Object<'a> {
    columns: &'a Columns,
    cells: &'a mut Cells,
    faults: &'a mut Vec<ImportFault>,
    hint: usize,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(meaning) = map.next_key_seed(Key(&mut self))? {
            if meaning == Meaning::Ignored {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Value { object: &mut self, meaning })?;
            }
        }
        Ok(())
    }
}

/// What a key means; those that cannot be used are ignored once that is said.
struct Key<'o, 'a>(&'o mut Object<'a>);

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Meaning;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Meaning, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Meaning;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Meaning, E> {
        let object = self.0;
        let fault = match object.columns.meaning(name, &mut object.hint) {
            None => unknown(name),
            Some(Meaning::Ignored) => return Ok(Meaning::Ignored),
            Some(meaning) if object.cells.has(meaning) => twice(name),
            Some(meaning) => return Ok(meaning),
        };
        object.faults.push(ImportFault::new(object.cells.line, fault));
        Ok(Meaning::Ignored)
    }
}

/// A value that has to be a text or null.
struct Value<'o, 'a> {
    object: &'o mut Object<'a>,
    meaning: Meaning,
}

impl Value<'_, '_> {
    fn complain(self) {
        let name = self.object.columns.name(self.meaning);
        let fault = RowFault::NotText { name: shortened(name) };
        self.object.faults.push(ImportFault::new(self.object.cells.line, fault));
        self.object.cells.add(self.meaning, None);
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.object.cells.add(self.meaning, Some(text));
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.object.cells.add(self.meaning, None);
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.complain();
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.complain();
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.complain();
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.complain();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.complain();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.complain();
        Ok(())
    }
}
