//! Creating, changing and finding groups.

use crate::{
    error::Error,
    format::{Format, Order},
    group::{Group, NewGroup},
    ids::GroupId,
    key::{GroupKeys, Key},
    life::checked_text,
    limits::{GroupLimits, Limit, LimitName},
    name::Name,
    query::{Direction, GroupFilter, NumberedPage, Numbering, Page, Paging},
    registry::{Registry, checked, contract, error_of, fields::declared, read, read::Part},
    store::{Answer, GroupChange, GroupPlan, GroupQuery, Refusal, Slice},
};

impl Registry {
    /// Creates a group.
    ///
    /// # Errors
    /// [`NameInvalid`](Error::NameInvalid), [`DescriptionInvalid`](Error::DescriptionInvalid),
    /// [`TextInvalid`](Error::TextInvalid) and [`FieldNameTaken`](Error::FieldNameTaken) for its fields and texts;
    /// [`KeyInvalid`](Error::KeyInvalid) for a key where the format has another order than Keyed, and
    /// [`EntropyUnavailable`](Error::EntropyUnavailable) where one cannot be drawn;
    /// [`NameTaken`](Error::NameTaken), [`LimitReached`](Error::LimitReached) where the limits bound the number of groups
    /// or fields or the length of a default, or a kind that begins with `Store`. After [`OutcomeUnknown`](Error::OutcomeUnknown) look with
    /// [`find_group`](Self::find_group) whether it exists.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100").description("Two stages, steel"))?;
    /// assert_eq!(registry.group(group.id)?, group);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn create_group(&self, new: NewGroup) -> Result<Group, Error> {
        checked_text(&new.public_name)?;
        checked_text(&new.public_description)?;
        let keys = match (new.format.order(), new.key) {
            (Order::Keyed, Some(key)) => GroupKeys::of(key),
            (Order::Keyed, None) => GroupKeys::of(Key::drawn(&*self.inner.entropy)?),
            (_, None) => GroupKeys::default(),
            (_, Some(_)) => return Err(Error::KeyInvalid),
        };
        let plan = GroupPlan {
            name: Name::new(new.name)?,
            description: checked_description(new.description)?,
            kind: new.kind,
            scope: new.scope,
            format: new.format,
            keys,
            limits: new.limits,
            fields: declared(new.fields, self.limits().of_group(new.limits))?,
            warranty: new.warranty.checked()?,
            public_name: new.public_name,
            public_description: new.public_description,
            low_stock: new.low_stock,
            created_at: self.now(),
            max_groups: self.limits().max_groups,
            cause: self.cause()?.clone(),
        };
        match self.store().create_group(&plan)? {
            Answer::Done(group) if group.keys != plan.keys => {
                Err(contract("the store created a group with other keys than it was given"))
            }
            Answer::Done(group) => Ok(group),
            Answer::Refused(Refusal::TooManyGroups { present }) => Err(Error::LimitReached {
                group: None,
                limit: LimitName::Groups,
                value: match plan.max_groups {
                    Limit::AtMost(most) => most,
                    Limit::Unlimited => u64::MAX,
                },
                present,
                asked: 1,
            }),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    /// A group as it is now.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// registry.create_reference(group.id)?;
    /// assert_eq!(registry.group(group.id)?.live, 1);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn group(&self, id: GroupId) -> Result<Group, Error> {
        match self.store().group(id)? {
            Some(group) if group.id == id => Ok(group),
            Some(_) => Err(contract("the store gave another group than was asked for")),
            None => Err(Error::GroupNotFound { group: id }),
        }
    }

    /// What the codes of a group look like. Formats never change, so the store is asked only once.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), unless the registry knows the group from before it was deleted, or a kind
    /// that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{Format, MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let pumps = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert_eq!(registry.format_of(pumps.id)?, Format::default());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn format_of(&self, id: GroupId) -> Result<Format, Error> {
        Ok(self.known(id)?.group.format.clone())
    }

    /// The group with exactly this name; `None` where there is none.
    ///
    /// # Errors
    /// A kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert!(registry.find_group("Pump AX-100")?.is_some());
    /// assert!(registry.find_group("pump")?.is_none());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn find_group(&self, name: &str) -> Result<Option<Group>, Error> {
        // What can be no name is no group's.
        let Ok(name) = Name::new(name) else { return Ok(None) };
        let name = name.as_str();
        let filter = GroupFilter::named(name);
        let mut paging = Paging::of(100);
        loop {
            let page = self.groups(&filter, &paging)?;
            if let Some(group) = page.items.into_iter().find(|group| group.name.as_str() == name) {
                return Ok(Some(group));
            }
            match page.next {
                Some(cursor) => paging = paging.after(cursor),
                None => return Ok(None),
            }
        }
    }

    /// Groups in the order of their creation, page by page.
    ///
    /// # Errors
    /// [`PageInvalid`](Error::PageInvalid), [`CursorInvalid`](Error::CursorInvalid), or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{GroupFilter, MemoryStore, NewGroup, Paging, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_group(NewGroup::batch("Pump AX-200"))?;
    /// let newest = registry.groups(&GroupFilter::all(), &Paging::of(1).newest_first())?;
    /// assert_eq!(newest.items[0].name.as_str(), "Pump AX-200");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn groups(&self, filter: &GroupFilter, paging: &Paging) -> Result<Page<Group>, Error> {
        read::by_cursor(
            paging,
            filter.listing(paging.direction),
            |(id, _)| GroupId(id),
            |group: &Group| (group.id.0, 0),
            |part| self.slice_of_groups(filter, paging.direction, &part),
        )
    }

    /// One page of groups by its number, with the number of all.
    ///
    /// # Errors
    /// [`PageInvalid`](Error::PageInvalid), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{GroupFilter, MemoryStore, NewGroup, Numbering, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let page = registry.numbered_groups(&GroupFilter::all(), &Numbering::page(1))?;
    /// assert_eq!((page.items.len(), page.total), (1, 1));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn numbered_groups(&self, filter: &GroupFilter, numbering: &Numbering) -> Result<NumberedPage<Group>, Error> {
        read::by_number(numbering, |part| self.slice_of_groups(filter, numbering.direction, &part))
    }

    pub(super) fn slice_of_groups(
        &self,
        filter: &GroupFilter,
        direction: Direction,
        part: &Part<GroupId>,
    ) -> Result<Slice<Group>, Error> {
        let Part { start, size, counted } = *part;
        let slice = self.store().groups(&GroupQuery {
            name_part: filter.name_part.clone(),
            direction,
            start,
            size,
            counted,
        })?;
        checked::slice(slice, size, &start, direction, |group| group.id)
    }

    /// Gives a group another name.
    ///
    /// # Errors
    /// [`NameInvalid`](Error::NameInvalid), [`GroupNotFound`](Error::GroupNotFound),
    /// [`NameTaken`](Error::NameTaken), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump"))?;
    /// assert_eq!(registry.rename_group(group.id, "Pump AX-100")?.name.as_str(), "Pump AX-100");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn rename_group(&self, id: GroupId, name: impl Into<String>) -> Result<Group, Error> {
        let name = Name::new(name)?;
        self.change_group(&GroupChange { name: Some(name), ..self.change_of(id)? })
    }

    /// Gives a group another description; any text without NUL.
    ///
    /// # Errors
    /// [`DescriptionInvalid`](Error::DescriptionInvalid), [`GroupNotFound`](Error::GroupNotFound), or a kind that
    /// begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump"))?;
    /// assert_eq!(registry.describe_group(group.id, "Two stages")?.description, "Two stages");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn describe_group(&self, id: GroupId, description: impl Into<String>) -> Result<Group, Error> {
        let description = checked_description(description.into())?;
        self.change_group(&GroupChange { description: Some(description), ..self.change_of(id)? })
    }

    /// Gives a group other limits of its own. A limit lower than the present count loses nothing: issuing is
    /// refused until there is room.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{GroupLimits, Limit, MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump"))?;
    /// let limits = GroupLimits { max_live: Some(Limit::AtMost(5_000)), ..group.limits };
    /// assert_eq!(registry.change_group_limits(group.id, limits)?.limits, limits);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn change_group_limits(&self, id: GroupId, limits: GroupLimits) -> Result<Group, Error> {
        self.change_group(&GroupChange { limits: Some(limits), ..self.change_of(id)? })
    }

    /// A change of nothing yet, now and on behalf of whoever acts.
    pub(super) fn change_of(&self, id: GroupId) -> Result<GroupChange, Error> {
        Ok(GroupChange { cause: self.cause()?.clone(), ..GroupChange::of(id, self.now()) })
    }

    pub(super) fn change_group(&self, change: &GroupChange) -> Result<Group, Error> {
        match self.store().change_group(change)? {
            Answer::Done(group) if group.id != change.group => {
                Err(contract("the store changed another group than was asked for"))
            }
            Answer::Done(group) => {
                self.inner.groups.remember(group.clone());
                Ok(group)
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}

fn checked_description(description: String) -> Result<String, Error> {
    if description.contains('\0') { Err(Error::DescriptionInvalid) } else { Ok(description) }
}
