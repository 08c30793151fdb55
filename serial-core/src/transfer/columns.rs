//! The columns of a file: those that every export has, and one for each field.

use crate::{
    group::Group,
    transfer::{Meaning, RowFault},
};

/// The columns before the attributes and behind them.
pub(super) const BEFORE: [&str; 6] = ["group", "code", "created", "batch", "batch_name", "state"];
pub(super) const BEHIND: [&str; 3] = ["warranty", "warranty_start", "warranty_end"];

/// What the column of a field is called that has the name of another column.
const ATTRIBUTE: &str = "attribute:";

/// What the column of a field is called.
pub(super) fn attribute_column(field: &str) -> String {
    if is_plain(field) { field.to_owned() } else { format!("{ATTRIBUTE}{field}") }
}

/// Whether the column of a field has its name.
fn is_plain(field: &str) -> bool {
    !BEFORE.contains(&field) && !BEHIND.contains(&field) && !field.starts_with(ATTRIBUTE)
}

/// What the columns of an import mean.
pub(crate) struct Columns {
    names: Vec<(String, Meaning)>,
}

impl Columns {
    /// The columns of an import into a group. Fields are numbered by their position in `group.fields`.
    pub(crate) fn of(group: &Group) -> Self {
        let fixed = BEFORE.iter().chain(&BEHIND);
        let mut names: Vec<(String, Meaning)> = fixed
            .map(|name| ((*name).to_owned(), if *name == "code" { Meaning::Code } else { Meaning::Ignored }))
            .collect();
        for (position, field) in (0..).zip(&group.fields).filter(|(_, field)| !field.is_retired) {
            names.push((format!("{ATTRIBUTE}{}", field.name), Meaning::Field(position)));
            if is_plain(&field.name) {
                names.push((field.name.to_string(), Meaning::Field(position)));
            }
        }
        Self { names }
    }

    /// The name of what a column means, without a prefix where it can do without.
    pub(super) fn name(&self, meaning: Meaning) -> &str {
        self.names.iter().rev().find(|(_, known)| *known == meaning).map_or("", |(name, _)| name)
    }

    /// What a column with this name means. The columns of a file mostly come in one order: `hint`, which begins as 0,
    /// remembers where the last one was found.
    pub(super) fn meaning(&self, name: &str, hint: &mut usize) -> Option<Meaning> {
        let (before, after) = self.names.split_at((*hint).min(self.names.len()));
        let found = after.iter().chain(before).position(|(known, _)| known == name)?;
        let position = (before.len() + found) % self.names.len();
        *hint = position + 1;
        Some(self.names[position].1)
    }
}

/// The fault of a name that no column has.
pub(super) fn unknown(name: &str) -> RowFault {
    RowFault::UnknownField { name: shortened(name) }
}

/// The fault of a name that comes again.
pub(super) fn twice(name: &str) -> RowFault {
    RowFault::FieldTwice { name: shortened(name) }
}

/// A name from a file, which may be of any length.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_called_like_other_columns_have_columns_of_their_own() {
        assert_eq!(attribute_column("Colour"), "Colour");
        assert_eq!(attribute_column("state"), "attribute:state");
        assert_eq!(attribute_column("attribute:state"), "attribute:attribute:state");
    }
}
