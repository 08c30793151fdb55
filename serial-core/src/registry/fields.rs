//! Declaring the fields of groups.

use crate::{
    error::Error,
    group::Group,
    ids::{FieldId, GroupId},
    life::{Field, NewField},
    limits::{Limit, LimitName, Limits},
    name::Name,
    registry::{Registry, contract, error_of},
    store::{Answer, GroupChange, Refusal},
};

/// How often others may have changed a group while one of its fields was to be changed.
const MOST_CHANGES: usize = 1000;

impl Registry {
    /// Adds a field to a group. The references that it has already get the default.
    ///
    /// # Errors
    /// [`NameInvalid`](Error::NameInvalid); [`FieldNameTaken`](Error::FieldNameTaken); [`TextInvalid`](Error::TextInvalid)
    /// for a default with a NUL; [`LimitReached`](Error::LimitReached) for the number of fields or the length of the
    /// default; [`GroupNotFound`](Error::GroupNotFound); or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let code = registry.create_reference(group.id)?.code;
    /// registry.add_field(group.id, NewField::new("Colour").default("red"))?;
    /// assert_eq!(registry.attributes(&code)?[0].value, "red");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn add_field(&self, group: GroupId, new: NewField) -> Result<Group, Error> {
        let NewField { name, default, is_public } = new;
        self.change_fields(group, |group, limits| {
            let mut fields = group.fields.clone();
            let new = NewField { name: name.clone(), default: default.clone(), is_public };
            declare(&mut fields, new, limits, Some(group.id))?;
            Ok(fields)
        })
    }

    /// Gives a field another name; the values stay.
    ///
    /// # Errors
    /// [`NameInvalid`](Error::NameInvalid); [`FieldNotFound`](Error::FieldNotFound);
    /// [`FieldNameTaken`](Error::FieldNameTaken); [`GroupNotFound`](Error::GroupNotFound); or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump").field(NewField::new("Color")))?;
    /// assert!(registry.rename_field(group.id, "Color", "Colour")?.field("Colour").is_some());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn rename_field(&self, group: GroupId, field: &str, name: impl Into<String>) -> Result<Group, Error> {
        let name = Name::new(name)?;
        self.change_fields(group, |group, _| {
            let id = field_of(group, field)?.id;
            if group.field(name.as_str()).is_some_and(|other| other.id != id) {
                return Err(Error::FieldNameTaken { name: name.to_string() });
            }
            let mut fields = group.fields.clone();
            fields.iter_mut().filter(|field| field.id == id).for_each(|field| field.name = name.clone());
            Ok(fields)
        })
    }

    /// Takes a field out of use: it shows and takes no values any more, and its name is free for another. What it held
    /// stays in the store and in the history.
    ///
    /// # Errors
    /// [`FieldNotFound`](Error::FieldNotFound), [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump").field(NewField::new("Colour")))?;
    /// assert!(registry.retire_field(group.id, "Colour")?.field("Colour").is_none());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn retire_field(&self, group: GroupId, field: &str) -> Result<Group, Error> {
        self.change_fields(group, |group, _| {
            let id = field_of(group, field)?.id;
            let mut fields = group.fields.clone();
            fields.iter_mut().filter(|field| field.id == id).for_each(|field| field.is_retired = true);
            Ok(fields)
        })
    }

    /// Changes the fields of a group as they are now, again where somebody else changed the group meanwhile.
    fn change_fields(
        &self,
        id: GroupId,
        change: impl Fn(&Group, Limits) -> Result<Vec<Field>, Error>,
    ) -> Result<Group, Error> {
        let mut group = self.group(id)?;
        for _ in 0..MOST_CHANGES {
            let fields = Some(change(&group, self.limits().of_group(group.limits))?);
            let plan = GroupChange { fields, revision: Some(group.revision), ..self.change_of(id)? };
            match self.store().change_group(&plan)? {
                Answer::Done(changed) if changed.id == id => {
                    self.inner.groups.remember(changed.clone());
                    return Ok(changed);
                }
                Answer::Done(_) => return Err(contract("the store changed another group than was asked for")),
                Answer::Refused(Refusal::GroupChanged { group: present }) if present.id == id => group = *present,
                Answer::Refused(refusal) => return Err(error_of(refusal)),
            }
        }
        Err(contract("the store says that the group changes whenever its fields are to be changed"))
    }
}

/// The fields of a new group.
pub(super) fn declared(new: Vec<NewField>, limits: Limits) -> Result<Vec<Field>, Error> {
    let mut fields = Vec::new();
    new.into_iter().try_for_each(|field| declare(&mut fields, field, limits, None))?;
    Ok(fields)
}

fn declare(fields: &mut Vec<Field>, new: NewField, limits: Limits, group: Option<GroupId>) -> Result<(), Error> {
    let name = Name::new(new.name)?;
    checked_value(&new.default, limits, group)?;
    let in_use: Vec<&Field> = fields.iter().filter(|field| !field.is_retired).collect();
    if in_use.iter().any(|field| field.name == name) {
        return Err(Error::FieldNameTaken { name: name.to_string() });
    }
    let present = in_use.len() as u64;
    if let (false, Limit::AtMost(value)) = (limits.max_fields.allows(present + 1), limits.max_fields) {
        return Err(Error::LimitReached { group, limit: LimitName::Fields, value, present, asked: 1 });
    }
    let id = FieldId(fields.len() as u64 + 1);
    fields.push(Field::new(id, name, new.default, new.is_public, false));
    Ok(())
}

/// The field of a group with a name that is in use.
pub(super) fn field_of<'a>(group: &'a Group, name: &str) -> Result<&'a Field, Error> {
    group.field(name).ok_or_else(|| Error::FieldNotFound { group: group.id, name: name.to_owned() })
}

/// A value that is short enough and has no NUL.
pub(super) fn checked_value(value: &str, limits: Limits, group: Option<GroupId>) -> Result<(), Error> {
    let asked = value.chars().count() as u64;
    if let (false, Limit::AtMost(most)) = (limits.max_value.allows(asked), limits.max_value) {
        let limit = LimitName::ValueCharacters;
        return Err(Error::LimitReached { group, limit, value: most, present: 0, asked });
    }
    if value.contains('\0') { Err(Error::TextInvalid) } else { Ok(()) }
}
