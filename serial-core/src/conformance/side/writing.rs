//! Groups that are created and changed, and codes that are issued.

use std::fmt::Debug;

use super::{Facts, Known, Side};
use crate::{
    alphabet::Preset,
    conformance::{
        bench::{codes, key},
        case::Breach,
        operation::{Knowledge, NewCodes, NewGroup, NewSettings, Shape},
    },
    format::{Format, Order},
    group::{Group, Kind},
    ids::FieldId,
    key::GroupKeys,
    store::{Answer, AppendPlan, Appended, GroupChange, GroupPlan, IndexGuard, Values},
};

impl Side<'_> {
    pub(super) fn create(&mut self, new: &NewGroup) -> Result<Answer<Group>, Breach> {
        let answer = self.store.create_group(&GroupPlan {
            scope: new.scope,
            format: new.shape.format()?,
            keys: match new.shape {
                Shape::Permuted => GroupKeys::of(key(9)?),
                _ => GroupKeys::default(),
            },
            limits: new.limits,
            fields: new.fields.clone(),
            warranty: new.warranty,
            public_name: new.public_name.clone(),
            low_stock: new.low_stock,
            max_groups: new.max_groups,
            cause: new.cause.clone(),
            ..GroupPlan::new(new.name.clone(), new.kind, new.created_at)
        })?;
        if let Answer::Done(group) = &answer {
            let newest = self.groups.iter().flatten().map(|known| known.id).max();
            grows("the id of a new group", newest.as_ref(), &group.id)?;
            if self.groups.len() <= new.number {
                self.groups.resize_with(new.number + 1, || None);
            }
            self.groups[new.number] = Some(Known {
                id: group.id,
                revisions: vec![group.revision],
                kind: new.kind,
                counts: matches!(new.shape, Shape::Counted | Shape::Permuted),
                has_keys: matches!(new.shape, Shape::Permuted),
            });
        }
        Ok(self.answer(answer, Self::group))
    }

    pub(super) fn change_group(&mut self, new: &NewSettings, facts: &Facts) -> Result<Answer<Group>, Breach> {
        let known = self.groups.get(new.group).and_then(Option::as_ref);
        let advance = new.advance.filter(|_| known.is_some_and(|known| known.counts));
        let number = new.key.filter(|_| known.is_some_and(|known| known.has_keys));
        let answer = self.store.change_group(&GroupChange {
            name: new.name.clone(),
            description: new.description.clone(),
            limits: new.limits,
            fields: new.fields.clone(),
            warranty: new.warranty,
            public_name: new.public_name.clone(),
            public_description: new.public_description.clone(),
            low_stock: new.low_stock,
            next_index: advance.map(|more| facts.next_index + more),
            key: number.map(key).transpose()?,
            revision: new.revision.map(|knows| self.revision(new.group, knows)),
            cause: new.cause.clone(),
            ..GroupChange::of(self.id(new.group), new.at)
        })?;
        if let (Answer::Done(changed), Some(Some(known))) = (&answer, self.groups.get_mut(new.group)) {
            grows("the revision of a group", known.revisions.last(), &changed.revision)?;
            known.revisions.push(changed.revision);
        }
        Ok(self.answer(answer, Self::group))
    }

    pub(super) fn append(&self, new: &NewCodes, facts: &Facts) -> Result<Answer<Appended>, Breach> {
        let known = self.groups.get(new.group).and_then(Option::as_ref);
        // What a group is stays known when it is deleted, and no plan contradicts it.
        let counts = known.is_some_and(|known| known.counts);
        let has_batches = known.is_none_or(|known| known.kind == Kind::Batch);
        let expected = facts.next_index + u64::from(new.index == Knowledge::Outdated);
        let answer = self.store.append(&AppendPlan {
            request: new.request,
            group: self.id(new.group),
            revision: self.revision(new.group, new.revision),
            max_live: new.max_live,
            index: counts.then_some(IndexGuard { expected, next: expected + new.codes.len() as u64 }),
            batch: has_batches.then_some(&new.batch),
            codes: &codes(&new.codes)?,
            values: &new.values(facts),
            created_at: new.created_at,
            cause: &new.cause,
        })?;
        Ok(self.answer(answer, |side, appended| match appended {
            Appended::Repeated(first) => Appended::Repeated(side.repeated(first)),
            new @ Appended::New { .. } => new,
        }))
    }
}

impl NewCodes {
    /// Its values in fields that the group has in use.
    fn values(&self, facts: &Facts) -> Values {
        let in_use = |field: u64| facts.has_in_use(FieldId(field));
        let common = self.common.iter().filter(|(field, _)| in_use(*field));
        let common: Vec<_> = common.map(|(field, value)| (FieldId(*field), value.clone())).collect();
        let mut values = Values::common(common.clone());
        for (position, field, value) in &self.own {
            let has_common = common.iter().any(|(of, _)| of.0 == *field);
            if in_use(*field) && !has_common && (*position as usize) < self.codes.len() {
                values.set(*position, FieldId(*field), value.clone());
            }
        }
        values
    }
}

impl Shape {
    fn format(self) -> Result<Format, Breach> {
        let begun = Format::builder().length(3);
        let builder = match self {
            Self::Upper => begun.symbols("ABC"),
            Self::Mixed => begun.symbols("ABCabc"),
            Self::Counted => begun.preset(Preset::Digits).order(Order::sequential()),
            Self::Permuted => begun.preset(Preset::Digits).order(Order::Keyed),
            Self::Patterns => begun.symbols("AB_\\").length(1).prefix("%").suffix("'"),
        };
        builder.build().map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))
    }
}

fn grows<T: PartialOrd + Debug>(what: &str, last: Option<&T>, came: &T) -> Result<(), Breach> {
    match last {
        Some(last) if last >= came => Err(Breach::new(format!("{what} must grow, and after {last:?} came {came:?}"))),
        _ => Ok(()),
    }
}
