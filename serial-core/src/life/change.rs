//! What an event says.

use std::fmt;

use crate::{
    ids::{BatchId, ClaimId, FieldId, RowId},
    life::State,
};

/// What changed.
///
/// ```
/// use serial_core::{Change, RowId, State};
///
/// let change = Change::Moved { row: RowId(7), from: State::Available, to: State::Encoded, claim: None };
/// assert_eq!(Change::from_parts(&change.parts()), Some(change));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Change {
    /// The group was created.
    GroupCreated,
    /// A setting of the group was changed.
    GroupChanged {
        /// Which.
        setting: Setting,
        /// What it was, as text.
        from: String,
        /// What it is, as text.
        to: String,
    },
    /// The group was deleted.
    GroupDeleted {
        /// How many live references went with it.
        live: u64,
    },
    /// References were issued: a whole batch, or one reference of a Continuous group.
    Issued {
        /// The first of them; the others follow without a gap.
        first_row: RowId,
        /// How many.
        count: u64,
        /// The batch they make; `None` in a Continuous group.
        batch: Option<BatchId>,
    },
    /// A reference came from one state to another.
    Moved {
        /// The reference.
        row: RowId,
        /// The state it was in.
        from: State,
        /// The state it came to.
        to: State,
        /// The claim that took it, or that it came back from.
        claim: Option<ClaimId>,
    },
    /// An attribute of a reference was given another value.
    AttributeSet {
        /// The reference.
        row: RowId,
        /// The field.
        field: FieldId,
        /// The value it had; the default where it was given none.
        from: String,
        /// The value it has.
        to: String,
    },
    /// The warranty of a reference was made another than its group's, or the group's again.
    WarrantySet {
        /// The reference.
        row: RowId,
        /// The policy it had of its own, as [`WarrantyPolicy`](crate::WarrantyPolicy) is written; empty where the group's
        /// held.
        from: String,
        /// The policy it has of its own, written likewise.
        to: String,
    },
    /// A reference was deleted.
    Deleted {
        /// The reference.
        row: RowId,
        /// The state it was in.
        from: State,
    },
}

/// A setting of a group that can be changed.
///
/// ```
/// use serial_core::Setting;
///
/// assert_eq!(Setting::Limits.to_string(), "limits");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[repr(u8)]
pub enum Setting {
    /// [`Group::name`](crate::Group::name).
    Name = 1,
    /// [`Group::description`](crate::Group::description).
    Description = 2,
    /// [`Group::limits`](crate::Group::limits).
    Limits = 3,
    /// A field: added (from nothing), renamed, or retired (to nothing).
    Field = 4,
    /// [`Group::warranty`](crate::Group::warranty).
    Warranty = 5,
    /// [`Group::public_name`](crate::Group::public_name).
    PublicName = 6,
    /// [`Group::public_description`](crate::Group::public_description).
    PublicDescription = 7,
    /// [`Group::low_stock`](crate::Group::low_stock).
    LowStock = 8,
    /// [`Group::next_index`](crate::Group::next_index), where it was advanced without issuing.
    Counter = 9,
    /// The key of a Keyed group. What an event tells of keys are their check values.
    Key = 10,
}

const SETTINGS: [(Setting, &str); 10] = [
    (Setting::Name, "name"),
    (Setting::Description, "description"),
    (Setting::Limits, "limits"),
    (Setting::Field, "field"),
    (Setting::Warranty, "warranty"),
    (Setting::PublicName, "public name"),
    (Setting::PublicDescription, "public description"),
    (Setting::LowStock, "low stock"),
    (Setting::Counter, "counter"),
    (Setting::Key, "key"),
];

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(SETTINGS[*self as usize - 1].1)
    }
}

/// A [`Change`] as the columns of a table, for stores.
///
/// ```
/// use serial_core::{Change, ChangeParts};
///
/// let parts = Change::GroupDeleted { live: 3 }.parts();
/// assert_eq!((parts.kind, parts.count), ("group deleted".into(), Some(3)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeParts {
    /// What happened: one of `group created`, `group changed`, `group deleted`, `issued`, `moved`, `attribute set`,
    /// `warranty set` and `deleted`.
    pub kind: std::borrow::Cow<'static, str>,
    /// The row of the reference; of `issued` the first.
    pub row: Option<u64>,
    /// How many references: of `issued` and `group deleted`.
    pub count: Option<u64>,
    /// The batch of `issued`, the claim of `moved`, the field of `attribute set`.
    pub number: Option<u64>,
    /// The setting of `group changed`.
    pub setting: Option<std::borrow::Cow<'static, str>>,
    /// What it was: a text, or the name of a state.
    pub from: Option<String>,
    /// What it is: a text, or the name of a state.
    pub to: Option<String>,
}

impl Change {
    /// The reference that changed; of several that were issued the first.
    pub fn row(&self) -> Option<RowId> {
        match self {
            Self::GroupCreated | Self::GroupChanged { .. } | Self::GroupDeleted { .. } => None,
            Self::Issued { first_row: row, .. }
            | Self::Moved { row, .. }
            | Self::AttributeSet { row, .. }
            | Self::WarrantySet { row, .. }
            | Self::Deleted { row, .. } => Some(*row),
        }
    }

    /// Whether it is a change of this reference.
    pub fn concerns(&self, row: RowId) -> bool {
        match self {
            Self::Issued { first_row, count, .. } => row >= *first_row && row.0 - first_row.0 < *count,
            other => other.row() == Some(row),
        }
    }

    /// What happened, in words that stay the same; the `kind` of [`ChangeParts`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::GroupCreated => "group created",
            Self::GroupChanged { .. } => "group changed",
            Self::GroupDeleted { .. } => "group deleted",
            Self::Issued { .. } => "issued",
            Self::Moved { .. } => "moved",
            Self::AttributeSet { .. } => "attribute set",
            Self::WarrantySet { .. } => "warranty set",
            Self::Deleted { .. } => "deleted",
        }
    }

    /// The change as columns.
    pub fn parts(&self) -> ChangeParts {
        let mut parts =
            ChangeParts { kind: self.kind().into(), row: self.row().map(|row| row.0), ..ChangeParts::default() };
        match self {
            Self::GroupCreated => {}
            Self::GroupChanged { setting, from, to } => {
                parts.setting = Some(SETTINGS[*setting as usize - 1].1.into());
                (parts.from, parts.to) = (Some(from.clone()), Some(to.clone()));
            }
            Self::GroupDeleted { live } => parts.count = Some(*live),
            Self::Issued { count, batch, .. } => {
                (parts.count, parts.number) = (Some(*count), batch.map(|batch| batch.0));
            }
            Self::Moved { from, to, claim, .. } => {
                parts.number = claim.map(|claim| claim.0);
                (parts.from, parts.to) = (Some(from.name().into()), Some(to.name().into()));
            }
            Self::AttributeSet { field, from, to, .. } => {
                parts.number = Some(field.0);
                (parts.from, parts.to) = (Some(from.clone()), Some(to.clone()));
            }
            Self::WarrantySet { from, to, .. } => (parts.from, parts.to) = (Some(from.clone()), Some(to.clone())),
            Self::Deleted { from, .. } => parts.from = Some(from.name().into()),
        }
        parts
    }

    /// The change that columns stand for; `None` where they stand for none.
    pub fn from_parts(parts: &ChangeParts) -> Option<Self> {
        let row = || parts.row.map(RowId);
        let state = |text: &Option<String>| text.as_deref()?.parse::<State>().ok();
        let text = |text: &Option<String>| text.clone();
        Some(match &*parts.kind {
            "group created" => Self::GroupCreated,
            "group changed" => {
                let name = parts.setting.as_deref()?;
                let setting = SETTINGS.iter().find(|(_, known)| *known == name)?.0;
                Self::GroupChanged { setting, from: text(&parts.from)?, to: text(&parts.to)? }
            }
            "group deleted" => Self::GroupDeleted { live: parts.count? },
            "issued" => Self::Issued { first_row: row()?, count: parts.count?, batch: parts.number.map(BatchId) },
            "moved" => Self::Moved {
                row: row()?,
                from: state(&parts.from)?,
                to: state(&parts.to)?,
                claim: parts.number.map(ClaimId),
            },
            "attribute set" => Self::AttributeSet {
                row: row()?,
                field: FieldId(parts.number?),
                from: text(&parts.from)?,
                to: text(&parts.to)?,
            },
            "warranty set" => Self::WarrantySet { row: row()?, from: text(&parts.from)?, to: text(&parts.to)? },
            "deleted" => Self::Deleted { row: row()?, from: state(&parts.from)? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_read_from_its_parts_again() {
        let row = RowId(3);
        let (from, to) = (String::from("a"), String::new());
        let mut changes = vec![
            Change::GroupCreated,
            Change::GroupDeleted { live: 9 },
            Change::Issued { first_row: row, count: 5, batch: Some(BatchId(2)) },
            Change::Issued { first_row: row, count: 1, batch: None },
            Change::Moved { row, from: State::Available, to: State::Allocated, claim: Some(ClaimId(4)) },
            Change::AttributeSet { row, field: FieldId(1), from: from.clone(), to: to.clone() },
            Change::WarrantySet { row, from: to.clone(), to: from.clone() },
            Change::Deleted { row, from: State::Void },
        ];
        for (setting, _) in SETTINGS {
            changes.push(Change::GroupChanged { setting, from: from.clone(), to: to.clone() });
        }
        for change in changes {
            assert_eq!(Change::from_parts(&change.parts()), Some(change));
        }
        assert_eq!(Change::from_parts(&ChangeParts { kind: "other".into(), ..ChangeParts::default() }), None);
        assert_eq!(Change::from_parts(&ChangeParts { kind: "moved".into(), ..ChangeParts::default() }), None);
    }

    #[test]
    fn settings_are_in_the_order_of_their_numbers() {
        assert!(SETTINGS.iter().map(|(setting, _)| *setting as usize).eq(1..=10));
    }
}
