//! Random groups and changes of them.

use super::{
    Generator, Made,
    texts::{named, some_cause, some_moment, some_name, some_text, some_value, some_warranty},
};
use crate::{
    conformance::{
        operation::{Knowledge, NewGroup, NewSettings, Number, Shape, Step},
        random::Random,
    },
    group::{Kind, Scope},
    ids::FieldId,
    life::Field,
    limits::{GroupLimits, Limit},
};

/// Those with more codes more often.
const SHAPES: [Shape; 8] = [
    Shape::Upper,
    Shape::Mixed,
    Shape::Mixed,
    Shape::Mixed,
    Shape::Mixed,
    Shape::Counted,
    Shape::Permuted,
    Shape::Patterns,
];

impl Generator {
    pub(super) fn create_group(&mut self) -> Step {
        let random = &mut self.random;
        let shape = random.one_of(&SHAPES);
        let mut fields = Vec::new();
        (0..random.below(3)).for_each(|_| add_field(&mut fields, random));
        self.existing.push(self.groups.len());
        self.groups.push(Made { shape, fields: fields.clone(), ..Made::default() });
        Step::CreateGroup(NewGroup {
            number: self.groups.len() - 1,
            name: some_name(random),
            kind: random.one_of(&[Kind::Batch, Kind::Batch, Kind::Continuous]),
            scope: random.one_of(&[Scope::Registry, Scope::Registry, Scope::Group]),
            shape,
            limits: some_limits(random),
            fields,
            warranty: some_warranty(random),
            public_name: some_text(random),
            low_stock: some_threshold(random),
            created_at: some_moment(random),
            max_groups: if random.once_in(10) { Limit::AtMost(random.below(6)) } else { Limit::Unlimited },
            cause: some_cause(random),
        })
    }

    pub(super) fn change_group(&mut self) -> Step {
        let group = self.group();
        let revision = self.random.once_in(3).then(|| self.knowledge());
        let fields = if self.random.once_in(2) { self.other_fields(group) } else { None };
        let random = &mut self.random;
        let name = random.once_in(2).then(|| some_name(random));
        let limits = random.once_in(3).then(|| some_limits(random));
        Step::ChangeGroup(NewSettings {
            group,
            revision,
            name,
            description: random.once_in(3).then(|| some_text(random)),
            limits,
            fields,
            warranty: random.once_in(4).then(|| some_warranty(random)),
            public_name: random.once_in(4).then(|| some_text(random)),
            public_description: random.once_in(4).then(|| some_text(random)),
            low_stock: random.once_in(4).then(|| some_threshold(random)),
            advance: random.once_in(6).then(|| random.one_of(&[0, 1, 1 << 40])),
            key: random.once_in(4).then(|| random.one_of(&[10, 11, 12])),
            at: some_moment(random),
            cause: some_cause(random),
        })
    }

    pub(super) fn delete_group(&mut self) -> Step {
        let group = self.group();
        let knows = self.knowledge();
        if knows == Knowledge::Present {
            self.existing.retain(|existing| *existing != group);
        }
        Step::DeleteGroup { group, knows, at: some_moment(&mut self.random), cause: some_cause(&mut self.random) }
    }

    /// The fields of a group with one more, one renamed, one retired or one that customers may see.
    fn other_fields(&mut self, group: Number) -> Option<Vec<Field>> {
        let random = &mut self.random;
        let fields = &mut self.groups.get_mut(group)?.fields;
        let renamed = some_name(random);
        let is_new = !fields.iter().any(|field| !field.is_retired && field.name == renamed);
        let at = random.index(fields.len().max(1));
        let has_room = fields.len() < 4;
        match (random.below(5), fields.get_mut(at)) {
            (0, Some(field)) if is_new => field.name = renamed,
            (1, Some(field)) => field.is_retired = true,
            (2, Some(field)) => field.is_public = true,
            _ if has_room => add_field(fields, random),
            _ => {}
        }
        Some(fields.clone())
    }
}

/// Adds a field with a name that none of the others has.
fn add_field(fields: &mut Vec<Field>, random: &mut Random) {
    let id = FieldId(fields.len() as u64 + 1);
    let name = named(&format!("{} {id}", random.one_of(&["Colour", "Größe %", "字's"])));
    fields.push(Field::new(id, name, some_value(random), random.once_in(2), false));
}

fn some_limits(random: &mut Random) -> GroupLimits {
    let limits = [None, Some(Limit::Unlimited), Some(Limit::AtMost(0)), Some(Limit::AtMost(1 << 40))];
    GroupLimits {
        max_live: random.one_of(&limits),
        max_batch: random.one_of(&limits),
        min_search_term: random.one_of(&[None, Some(1), Some(7)]),
        max_fields: random.one_of(&limits),
        max_value: random.one_of(&limits),
    }
}

fn some_threshold(random: &mut Random) -> Option<u64> {
    random.one_of(&[None, Some(0), Some(3), Some(u64::MAX)])
}
