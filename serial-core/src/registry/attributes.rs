//! Reading and setting the attributes of references.

use crate::{
    error::Error,
    fingerprint::Fingerprinter,
    group::Group,
    ids::{FieldId, GroupId},
    life::Attribute,
    reference::Reference,
    registry::{
        Registry, Selection, checked,
        claim::refused,
        contract, error_of,
        fields::{checked_value, field_of},
        submit::until_known,
    },
    store::{Answer, ChangePlan, Details, Refusal, RowSet, Step},
};

/// How often others may have changed a group while attributes were to be set.
const MOST_CHANGES: usize = 1000;

impl Registry {
    /// The attributes of a live reference, in the order in which its group declared the fields; the code is found as
    /// [`lookup`](Self::lookup) finds it.
    ///
    /// # Errors
    /// Those of [`lookup`](Self::lookup).
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, NewReference, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let fields = NewGroup::continuous("Service tags").field(NewField::new("Colour").default("red"));
    /// let group = registry.create_group(fields)?;
    /// let blue = registry.create_reference_with(group.id, &NewReference::new().attribute("Colour", "blue"))?.reference;
    /// let attributes = registry.attributes(&blue.code)?;
    /// assert_eq!((attributes[0].name.as_str(), attributes[0].value.as_str()), ("Colour", "blue"));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn attributes(&self, code: &str) -> Result<Vec<Attribute>, Error> {
        let reference = self.lookup(code)?;
        let group = self.group(reference.group)?;
        let details = self.details_of(&reference)?;
        Ok(attributes_in(&group, details.as_ref()))
    }

    /// Gives references values in fields: all of the selection, or none. Says how many references those are.
    ///
    /// # Errors
    /// [`GroupRequired`](Error::GroupRequired) where the selection reaches beyond one group;
    /// [`SelectionInvalid`](Error::SelectionInvalid) where a part of it is not there;
    /// [`FieldNotFound`](Error::FieldNotFound); [`LimitReached`](Error::LimitReached) for a value that is too long;
    /// [`TextInvalid`](Error::TextInvalid) for one with a NUL; the errors of [`references`](Self::references) that concern
    /// a filter; or a kind that begins with `Store`. After [`OutcomeUnknown`](Error::OutcomeUnknown) calling again is
    /// harmless.
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, NewBatch, NewField, NewGroup, Registry, Selection};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump").field(NewField::new("Firmware").default("1.0")))?;
    /// let batch = registry.create_batch(group.id, NewBatch::of(20))?;
    /// let of_batch = Selection::matching(Filter::batch(group.id, batch.id));
    /// assert_eq!(registry.set_attributes(&of_batch, &[("Firmware", "1.1")])?, 20);
    /// assert_eq!(registry.count(&Filter::group(group.id).having("Firmware", "1.1"))?, 20);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn set_attributes(&self, selection: &Selection, values: &[(&str, &str)]) -> Result<u64, Error> {
        let values: Vec<_> = values.iter().map(|(field, value)| (*field, Some(*value))).collect();
        self.change_attributes(selection, &values)
    }

    /// Gives references the defaults of fields again; otherwise like [`set_attributes`](Self::set_attributes).
    ///
    /// # Errors
    /// Those of [`set_attributes`](Self::set_attributes).
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry, Selection};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Tags").field(NewField::new("Colour").default("red")))?;
    /// let tag = registry.create_reference(group.id)?;
    /// registry.set_attributes(&Selection::references([&tag]), &[("Colour", "blue")])?;
    /// registry.reset_attributes(&Selection::references([&tag]), &["Colour"])?;
    /// assert_eq!(registry.attributes(&tag.code)?[0].value, "red");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn reset_attributes(&self, selection: &Selection, fields: &[&str]) -> Result<u64, Error> {
        let values: Vec<_> = fields.iter().map(|field| (*field, None)).collect();
        self.change_attributes(selection, &values)
    }

    fn change_attributes(&self, selection: &Selection, values: &[(&str, Option<&str>)]) -> Result<u64, Error> {
        let targets = self.all_of(selection)?;
        let group = match &targets[..] {
            [] => return Ok(0),
            [(group, _)] => *group,
            _ => return Err(Error::GroupRequired),
        };
        for _ in 0..MOST_CHANGES {
            let known = self.group(group)?;
            let limits = self.limits().of_group(known.limits);
            let mut chosen: Vec<(FieldId, Option<String>)> = Vec::new();
            for (field, value) in values {
                let id = field_of(&known, field)?.id;
                value.map_or(Ok(()), |value| checked_value(value, limits, Some(group)))?;
                // The last of several values for one field counts.
                chosen.retain(|(other, _)| *other != id);
                chosen.push((id, value.map(ToOwned::to_owned)));
            }
            chosen.sort_by_key(|(field, _)| *field);
            let step = Step::SetValues { revision: known.revision, values: &chosen };
            if let Some(changed) = self.change_all(&targets, step)? {
                return Ok(changed);
            }
        }
        Err(contract("the store says that the group changes whenever attributes are to be set"))
    }

    /// Changes references, all of them; `None` where the group changed meanwhile.
    pub(super) fn change_all(&self, targets: &[(GroupId, RowSet)], step: Step<'_>) -> Result<Option<u64>, Error> {
        // The id is drawn for this call alone, so that nothing else can come under it.
        let request = self.request(None, || Fingerprinter::new("change").finish().into())?;
        let plan = ChangePlan { request, targets, step, held_by: None, at: self.now(), cause: self.cause()? };
        let call = || self.store().change(&plan);
        match until_known(request, call(), call)? {
            Answer::Done(changed) => Ok(Some(changed.changed)),
            Answer::Refused(Refusal::GroupChanged { .. }) => Ok(None),
            Answer::Refused(Refusal::Unfit { references }) => {
                let missing = references.iter();
                let missing = missing.map(|unfit| format!("row {} of group {}", unfit.row, unfit.group)).collect();
                Err(Error::SelectionInvalid { missing })
            }
            Answer::Refused(refusal) => Err(refused(refusal, request)),
        }
    }

    /// What a selection means now, all of which must be there.
    pub(super) fn all_of(&self, selection: &Selection) -> Result<Vec<(GroupId, RowSet)>, Error> {
        let mut gathered = self.gather(selection)?;
        let missing: Vec<String> = gathered.unknown.drain(..).chain(gathered.ambiguous.drain(..)).collect();
        if missing.is_empty() { Ok(gathered.targets()) } else { Err(Error::SelectionInvalid { missing }) }
    }

    /// What a reference has of its own.
    pub(super) fn details_of(&self, reference: &Reference) -> Result<Option<Details>, Error> {
        let rows = [reference.row].into_iter().collect();
        Ok(self.details(reference.group, &rows)?.pop())
    }

    /// What references of a group have of their own, by row.
    pub(super) fn details(&self, group: GroupId, rows: &RowSet) -> Result<Vec<Details>, Error> {
        match self.store().details(group, rows)? {
            Answer::Done(details) => checked::details(details, rows),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    /// The values that attributes by their names make for a group as it is known.
    pub(super) fn named_values(
        &self,
        group: &Group,
        attributes: &[(String, String)],
    ) -> Result<Vec<(FieldId, String)>, Error> {
        let limits = self.limits().of_group(group.limits);
        let mut values: Vec<(FieldId, String)> = Vec::with_capacity(attributes.len());
        for (name, value) in attributes {
            let id = field_of(group, name)?.id;
            checked_value(value, limits, Some(group.id))?;
            // The last of several values for one field counts.
            values.retain(|(other, _)| *other != id);
            values.push((id, value.clone()));
        }
        Ok(values)
    }
}

/// The values in all fields in use.
pub(super) fn attributes_in(group: &Group, details: Option<&Details>) -> Vec<Attribute> {
    let own = |id| details?.values.iter().find(|(field, _)| *field == id).map(|(_, value)| value.clone());
    let in_use = group.fields.iter().filter(|field| !field.is_retired);
    let attribute = in_use.map(|field| Attribute {
        name: field.name.clone(),
        value: own(field.id).unwrap_or_else(|| field.default.clone()),
        is_public: field.is_public,
    });
    attribute.collect()
}
