//! What becomes of references is what the model says, whatever is done to them in whatever order.

mod support;

use serial_core::{
    AppendPlan, BatchId, BatchQuery, Cause, ChangePlan, ClaimId, ClaimPlan, Codes, DeletePlan, Digest, Direction,
    EventQuery, Field, FieldId, Format, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan, IndexGuard, Kind,
    Limit, Name, Preset, ReferenceQuery, Request, RequestId, RowId, RowSet, SearchTerm, Span, Start, State, States,
    Step, Store, StoreError, Timestamp, Values, WarrantyPolicy, Within, conformance::ModelStore,
};
use serial_sqlite::SqliteStore;
use support::{Dice, check};

/// A store and what it should be.
struct Pair {
    store: SqliteStore,
    model: ModelStore,
    dice: Dice,
    now: i64,
    /// Codes that were issued, and their groups.
    codes: Vec<String>,
    said: Vec<String>,
}

/// Gives the same call to both and fails where they do not answer the same.
macro_rules! both {
    ($pair:ident, $method:ident($($argument:expr),*)) => {{
        let (found, expected) = ($pair.store.$method($($argument),*), $pair.model.$method($($argument),*));
        $pair.said.push(format!("{}{:?}", stringify!($method), ($(&$argument,)*)));
        let (shown, wanted) = (shown(&found), shown(&expected));
        assert!(shown == wanted, "{}\nfound    {shown}\nexpected {wanted}", $pair.said.join("\n"));
        expected
    }};
}

/// Of an error only its kind: words are a store's own.
fn shown<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StoreError::Contract { .. }) => "contract".into(),
        Err(error) => format!("{error:?}"),
    }
}

const GROUPS: u64 = 3;

impl Pair {
    fn at(&mut self) -> Timestamp {
        self.now += self.dice.below(10).cast_signed() - 1;
        Timestamp::from_micros(self.now)
    }

    fn cause(&mut self) -> Cause {
        let mut text = |text: &'static str| (self.dice.below(2) == 0).then_some(text);
        Cause::new(text("Line 3"), text("label torn"), text("ä ' \" 🏭")).unwrap()
    }

    fn request(&mut self) -> Option<Request> {
        let id = RequestId(self.dice.below(40).into());
        (self.dice.below(3) == 0).then(|| Request { id, digest: Digest(self.dice.below(2)) })
    }

    fn group(&mut self) -> GroupId {
        // Now and then one that there is not.
        GroupId(1 + self.dice.below(GROUPS * 8) % (GROUPS + u64::from(self.dice.below(12) == 0)))
    }

    fn shown(&self, group: GroupId) -> Option<Group> {
        self.model.group(group).unwrap()
    }

    /// Rows of a group, in runs and singly, some of which may not be there.
    fn rows(&mut self, group: GroupId) -> RowSet {
        let issued = self.shown(group).map_or(0, |group| group.issued) + u64::from(self.dice.below(20) == 0);
        let mut rows = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let first = 1 + self.dice.below(issued.max(1));
            let longest = [1, 4, 30][self.dice.index(3)];
            let last = (first + self.dice.below(longest)).min(issued.max(first));
            rows.extend((first..=last).map(RowId));
        }
        rows.into_iter().collect()
    }

    /// The rows of those that are in a state, so that most changes are allowed.
    fn rows_in(&mut self, group: GroupId, state: State) -> RowSet {
        let rows = self.rows(group);
        let model = self.model.model();
        let Some(kept) = model.groups.get(&group) else { return rows };
        let fits = |row: &RowId| kept.references.get(row).is_some_and(|found| found.state == state);
        let fitting: RowSet = rows.iter().filter(fits).collect();
        drop(model);
        if fitting.is_empty() || self.dice.below(8) == 0 { rows } else { fitting }
    }

    fn state(&mut self) -> State {
        State::ALL[self.dice.index(8)]
    }

    fn field(&mut self) -> FieldId {
        FieldId(1 + self.dice.below(3))
    }

    fn value(&mut self) -> String {
        ["red", "blue", "", "grün"][self.dice.index(4)].into()
    }

    fn create_groups(&mut self) {
        for (name, kind) in [("Pumps", Kind::Batch), ("Tags", Kind::Continuous), ("Valves", Kind::Batch)] {
            let format = Format::builder().preset(Preset::Digits).length(6).build().unwrap();
            let at = self.at();
            let cause = self.cause();
            let plan = GroupPlan {
                format,
                fields: vec![self.new_field(1)],
                low_stock: Some(u64::MAX),
                cause,
                ..GroupPlan::new(Name::new(name).unwrap(), kind, at)
            };
            drop(both!(self, create_group(&plan)));
        }
    }

    fn new_field(&mut self, id: u64) -> Field {
        let name = Name::new(format!("field \"{id}\"")).unwrap();
        Field::new(FieldId(id), name, self.value(), self.dice.below(2) == 0, false)
    }

    fn append(&mut self) {
        let group = self.group();
        let Some(shown) = self.shown(group) else { return };
        let count = 1 + self.dice.below(if shown.kind == Kind::Batch { 40 } else { 2 });
        let code = |number| format!("{:06}", shown.issued + number + group.0 * 100_000);
        let codes: Vec<String> = (0..count).map(code).collect();
        self.codes.extend_from_slice(&codes);
        let codes = codes.concat();
        let codes = Codes::from_packed(codes, 6).unwrap();
        let mut values = Values::NONE.clone();
        if self.dice.below(2) == 0 {
            values = Values::common(vec![(FieldId(1), self.value())]);
            let position = u32::try_from(self.dice.below(count)).unwrap();
            values.set(position, FieldId(2), self.value());
        }
        let name = Name::new("Order").unwrap();
        let plan = AppendPlan {
            request: self.request(),
            group,
            revision: shown.revision,
            max_live: Limit::Unlimited,
            index: (self.dice.below(2) == 0)
                .then_some(IndexGuard { expected: shown.next_index, next: shown.next_index + count }),
            batch: (shown.kind == Kind::Batch).then_some(&name),
            codes: &codes,
            values: &values,
            created_at: self.at(),
            cause: &self.cause(),
        };
        drop(both!(self, append(&plan)));
    }

    fn claim(&mut self) {
        let group = self.group();
        let at = self.at();
        let batch = (self.dice.below(2) == 0).then(|| BatchId(1 + self.dice.below(3)));
        let expires_at = (self.dice.below(2) == 0)
            .then(|| Timestamp::from_micros(at.as_micros() + self.dice.below(60).cast_signed()));
        let count = [0, 1, 1, 3, 10, 30][self.dice.index(6)];
        let holder = Name::new("Line ä").unwrap();
        let request = self.request();
        let plan = ClaimPlan { request, group, batch, count, holder: &holder, expires_at, at, cause: &self.cause() };
        drop(both!(self, claim(&plan)));
    }

    fn change(&mut self) {
        let group = self.group();
        let to = self.state();
        let from = match self.dice.below(8) {
            0 => States::default(),
            1 => State::ALL.into_iter().collect(),
            _ => States::before(to),
        };
        let before = from.iter().nth(self.dice.index(from.iter().count().max(1))).unwrap_or(State::Available);
        let mut targets = vec![(group, self.rows_in(group, before))];
        if self.dice.below(6) == 0 {
            let other = GroupId(group.0 + 1);
            targets.push((other, self.rows_in(other, before)));
        }
        let values: Vec<(FieldId, Option<String>)> = (1..=2)
            .filter_map(|id| {
                let value = (self.dice.below(3) > 0).then(|| self.value());
                (self.dice.below(3) > 0).then_some((FieldId(id), value))
            })
            .collect();
        let policy =
            [None, Some(WarrantyPolicy::none()), Some(WarrantyPolicy::months(24).unwrap())][self.dice.index(3)];
        let revision = self.shown(group).map_or(1, |group| group.revision) + u64::from(self.dice.below(9) == 0);
        let step = match self.dice.below(6) {
            0..3 => Step::Move { from, to },
            3 => Step::Return { claim: ClaimId(1 + self.dice.below(12)) },
            4 => Step::SetValues { revision, values: &values },
            _ => Step::SetWarranty { policy },
        };
        let request = self.request();
        let plan = ChangePlan { request, targets: &targets, step, held_by: None, at: self.at(), cause: &self.cause() };
        drop(both!(self, change(&plan)));
    }

    fn change_group(&mut self) {
        let group = self.group();
        let at = self.at();
        let mut change = GroupChange { cause: self.cause(), ..GroupChange::of(group, at) };
        let Some(shown) = self.shown(group) else { return };
        change.revision = (self.dice.below(2) == 0).then(|| shown.revision + self.dice.below(2));
        match self.dice.below(5) {
            0 => {
                let mut fields = shown.fields.clone();
                if fields.len() < 3 {
                    fields.push(self.new_field(fields.len() as u64 + 1));
                } else {
                    let at = self.dice.index(fields.len());
                    fields[at].is_retired = self.dice.below(2) == 0;
                }
                change.fields = Some(fields);
            }
            1 => change.warranty = Some(WarrantyPolicy::days(90).unwrap()),
            2 => change.public_name = Some(self.value()),
            3 => change.public_description = Some(self.value()),
            _ => change.low_stock = Some((self.dice.below(2) == 0).then_some(10)),
        }
        drop(both!(self, change_group(&change)));
    }

    fn delete(&mut self) {
        let group = self.group();
        let rows = self.rows(group);
        let rows = rows.iter().take(3).collect();
        let plan = DeletePlan { cause: self.cause(), ..DeletePlan::of(vec![(group, rows)], self.at()) };
        drop(both!(self, delete(&plan)));
    }

    fn delete_group(&mut self) {
        let group = self.group();
        let issued = self.shown(group).map_or(0, |group| group.issued);
        let plan = GroupDeletePlan { cause: self.cause(), ..GroupDeletePlan::of(group, issued, self.at()) };
        drop(both!(self, delete_group(&plan)));
    }

    fn within(&mut self) -> Within {
        match self.dice.below(4) {
            0 => Within::Registry,
            1 => Within::Batch(self.group(), BatchId(1 + self.dice.below(3))),
            _ => Within::Group(self.group()),
        }
    }

    fn direction(&mut self) -> Direction {
        if self.dice.below(2) == 0 { Direction::OldestFirst } else { Direction::NewestFirst }
    }

    fn list(&mut self) {
        let within = self.within();
        let start = if self.dice.below(2) == 0 {
            Start::Skip(self.dice.below(20))
        } else {
            Start::After((self.group(), RowId(self.dice.below(60))))
        };
        let value = (self.dice.below(3) == 0 && within.group().is_some()).then(|| (self.field(), self.value()));
        let moment = Timestamp::from_micros(self.now - self.dice.below(200).cast_signed());
        let query = ReferenceQuery {
            revision: None,
            within,
            term: (self.dice.below(3) == 0).then(|| SearchTerm::new("00", 2).unwrap()),
            created: Span { from: (self.dice.below(4) == 0).then_some(moment), before: None },
            state: (self.dice.below(3) > 0).then(|| self.state()),
            value,
            direction: self.direction(),
            start,
            size: u32::try_from(self.dice.below(30)).unwrap(),
            counted: self.dice.below(2) == 0,
        };
        drop(both!(self, references(&query)));
    }

    fn events(&mut self) {
        let group = self.group();
        let start = if self.dice.below(2) == 0 {
            Start::Skip(self.dice.below(20))
        } else {
            Start::After(serial_core::EventId(self.dice.below(60)))
        };
        let query = EventQuery {
            group,
            row: (self.dice.below(3) > 0).then(|| RowId(self.dice.below(60))),
            direction: self.direction(),
            start,
            size: u32::try_from(self.dice.below(30)).unwrap(),
            counted: self.dice.below(2) == 0,
        };
        drop(both!(self, events(&query)));
    }

    fn look(&mut self) {
        match self.dice.below(7) {
            0 | 1 => self.list(),
            2 => self.events(),
            3 => {
                let within = self.within();
                drop(both!(self, inventory(within)));
            }
            4 => {
                let (group, claim) = (self.group(), ClaimId(self.dice.below(12)));
                drop(both!(self, claimed(group, claim)));
            }
            5 => {
                let (group, rows) = (self.group(), self.group());
                let rows = self.rows(rows);
                drop(both!(self, details(group, &rows)));
            }
            _ => {
                let code = if self.codes.is_empty() {
                    "x".into()
                } else {
                    self.codes[self.dice.index(self.codes.len())].clone()
                };
                let group = (self.dice.below(2) == 0).then(|| self.group());
                drop(both!(self, deleted(group, &code)));
                let id = RequestId(self.dice.below(40).into());
                drop(both!(self, request(id)));
            }
        }
    }

    fn step(&mut self) {
        match self.dice.below(24) {
            0..4 => self.append(),
            4..8 => self.claim(),
            8..13 => self.change(),
            13 => self.change_group(),
            14 => self.delete(),
            15 if self.dice.below(40) == 0 => self.delete_group(),
            16 => {
                let (group, at) = (self.group(), self.at());
                drop(both!(self, expire(group, at)));
            }
            _ => self.look(),
        }
    }

    /// Everything there is, compared.
    fn compare(&mut self) {
        for group in (1..=GROUPS).map(GroupId) {
            drop(both!(self, group(group)));
            let direction = Direction::OldestFirst;
            let batches = BatchQuery { group, direction, start: Start::Skip(0), size: 1000, counted: true };
            drop(both!(self, batches(&batches)));
            let events =
                EventQuery { group, row: None, direction, start: Start::Skip(0), size: 100_000, counted: true };
            drop(both!(self, events(&events)));
            drop(both!(self, inventory(Within::Group(group))));
            let all: RowSet = (1..=2000).map(RowId).collect();
            drop(both!(self, details(group, &all)));
            for batch in (1..=10).map(BatchId) {
                drop(both!(self, inventory(Within::Batch(group, batch))));
            }
            for claim in (1..=20).map(ClaimId) {
                drop(both!(self, claimed(group, claim)));
            }
        }
        drop(both!(self, inventory(Within::Registry)));
        for id in (0..40).map(RequestId) {
            drop(both!(self, request(id)));
        }
    }
}

#[test]
fn whatever_is_done_the_store_answers_as_the_model() {
    let mut done = [0; 3];
    for seed in 0..support::runs(25, 1000) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let (store, model) = (SqliteStore::open(&path).unwrap(), ModelStore::new());
        let now = 1_795_432_738_000_000;
        let mut pair = Pair { store, model, dice: Dice(seed), now, codes: Vec::new(), said: Vec::new() };
        pair.create_groups();
        for _ in 0..250 {
            pair.step();
        }
        pair.compare();
        pair.store.check_integrity().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let model = pair.model.model();
        done[0] += model.groups.values().map(|group| group.claims.len()).sum::<usize>();
        done[1] += model.groups.values().map(|group| group.events.len()).sum::<usize>();
        done[2] += model.groups.values().map(|group| group.warranties.len() + group.values.len()).sum::<usize>();
        drop(model);
        drop(pair);
        assert!(check::contradictions(&path).is_empty(), "seed {seed}: {:?}", check::contradictions(&path));
    }
    eprintln!("{} claims, {} events, {} values", done[0], done[1], done[2]);
    assert!(done.iter().all(|done| *done > 200), "{done:?}");
}
