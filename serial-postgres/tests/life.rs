//! What becomes of references: every answer is that of the plain model, and the tables agree with each other.

mod support;

use std::{collections::BTreeSet, fmt::Debug};

use serial_core::{
    Answer, AppendPlan, BatchId, BatchQuery, Cause, Change, ChangePlan, ClaimId, ClaimPlan, Codes, DeletePlan, Digest,
    Direction, EventId, EventQuery, Field, FieldId, Format, GroupChange, GroupDeletePlan, GroupId, GroupPlan, Kind,
    Limit, Name, Preset, ReferenceQuery, Request, RequestId, RowId, RowSet, Scope, SearchTerm, Span, Start, State,
    States, Step, Store, Timestamp, Values, WarrantyPolicy, Within, conformance::ModelStore,
};
use serial_postgres::PostgresIsolation;
use support::{agreement, fresh_schema, runs, shared_database};

const VALUES: [&str; 4] = [
    "red",
    "green",
    "",
    "a value of more than a hundred characters, which is as many as an index of \
                                          values knows of each; so it has to look at the rest, too",
];

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn rows(&mut self, issued: u64) -> RowSet {
        let first = self.below(issued + 2);
        match self.below(3) {
            0 => [first].into_iter().map(RowId).collect(),
            1 => (first..first + self.below(12)).map(RowId).collect(),
            _ => (0..=issued).filter(|_| self.chance(4)).map(RowId).collect(),
        }
    }

    fn cause(&mut self) -> Cause {
        let reason = self.chance(2).then_some("because");
        Cause::new(self.chance(2).then_some("Line 3"), reason, self.chance(5).then_some("Größe")).unwrap()
    }
}

/// The store under test and the model, asked the same.
struct Both<'a> {
    store: &'a dyn Store,
    model: ModelStore,
    random: Random,
    step: u64,
    now: i64,
    codes: u64,
    groups: u64,
}

impl Both<'_> {
    fn same<T: PartialEq + Debug>(&self, what: &dyn Debug, ask: impl Fn(&dyn Store) -> T) -> T {
        let (theirs, expected) = (ask(self.store), ask(&self.model));
        assert_eq!(theirs, expected, "step {}: {what:?}", self.step);
        theirs
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_micros(1_795_432_738_123_456 + self.now * 1_000_000)
    }

    fn group(&mut self) -> GroupId {
        GroupId(1 + self.random.below(self.groups))
    }

    fn request(&mut self) -> Option<Request> {
        let id = RequestId(self.random.below(40).into());
        self.random.chance(3).then_some(Request { id, digest: Digest(u64::MAX - self.random.below(2)) })
    }

    fn create(&mut self) {
        let name = Name::new(format!("group {}", self.groups)).unwrap();
        let kind = self.random.one(&[Kind::Batch, Kind::Batch, Kind::Continuous]);
        let mut plan = GroupPlan::new(name.clone(), kind, self.at());
        plan.scope = self.random.one(&[Scope::Registry, Scope::Group]);
        plan.format = Format::builder().preset(Preset::Digits).length(8).build().unwrap();
        plan.fields = vec![
            Field::new(FieldId(1), Name::new("Colour").unwrap(), "red".into(), true, false),
            Field::new(FieldId(2), Name::new("Weight").unwrap(), String::new(), false, false),
        ];
        plan.warranty = WarrantyPolicy::months(24).unwrap();
        plan.public_name = "Pumpe ÄX".into();
        plan.low_stock = self.random.chance(2).then_some(u64::MAX);
        plan.cause = self.random.cause();
        self.same(&plan, |store| format!("{:?}", store.create_group(&plan)));
        self.groups += 1;
    }

    fn append(&mut self, group: GroupId) {
        let Some(now) = self.model.group(group).unwrap() else { return };
        let count = if now.kind == Kind::Continuous { 1 + self.random.below(2) } else { 1 + self.random.below(25) };
        let packed = (0..count).map(|number| format!("{:08}", self.codes + number)).collect::<Vec<_>>().concat();
        self.codes += count;
        let codes = Codes::from_packed(packed, 8).unwrap();
        let common = if self.random.chance(3) { vec![(FieldId(1), "green".to_owned())] } else { Vec::new() };
        let mut values = Values::common(common);
        if self.random.chance(3) {
            values.set(0, FieldId(2), self.random.one(&VALUES).into());
        }
        let (name, cause, request) = (Name::new("batch").unwrap(), self.random.cause(), self.request());
        let plan = AppendPlan {
            request,
            group,
            revision: now.revision,
            max_live: Limit::Unlimited,
            index: None,
            batch: (now.kind == Kind::Batch).then_some(&name),
            codes: &codes,
            values: &values,
            created_at: self.at(),
            cause: &cause,
        };
        self.same(&plan, |store| store.append(&plan).unwrap());
    }

    fn claim(&mut self, group: GroupId) {
        let issued = self.model.group(group).unwrap().map_or(9, |group| group.counts[State::Available]);
        let (holder, cause, request) = (Name::new("Linie 3").unwrap(), self.random.cause(), self.request());
        let expires_at = self.random.chance(2).then(|| Timestamp::from_micros(self.at().as_micros() + 7_000_000));
        let batch = self.random.chance(2).then(|| BatchId(1 + self.random.below(5)));
        let most = self.random.one(&[1, 3, issued + 3]);
        let count = 1 + self.random.below(most);
        let plan =
            ClaimPlan { request, group, batch, count, holder: &holder, expires_at, at: self.at(), cause: &cause };
        self.same(&plan, |store| store.claim(&plan).unwrap());
    }

    fn change(&mut self, group: GroupId) {
        let known = self.model.group(group).unwrap();
        let (issued, revision) = known.as_ref().map_or((5, 1), |known| (known.issued, known.revision));
        let claim = ClaimId(self.random.below(6));
        let value = self.random.chance(3).then(|| self.random.one(&VALUES).to_owned());
        let values = [(FieldId(1), value.clone()), (FieldId(2), Some("5 kg".to_owned()))];
        let used = known.is_none_or(|known| known.fields.iter().all(|field| !field.is_retired));
        let to = self.random.one(&State::ALL);
        let from: States = if self.random.chance(2) { State::ALL.into_iter().collect() } else { States::before(to) };
        let policy = self.random.chance(2).then(|| WarrantyPolicy::days(90).unwrap());
        let step = match self.random.below(8) {
            0 => Step::SetWarranty { policy },
            1 if used => Step::SetValues { revision, values: &values[..1] },
            2 if used => Step::SetValues { revision: revision + self.random.below(2), values: &values },
            3 => Step::Return { claim },
            _ => Step::Move { from, to },
        };
        let mut targets = vec![(group, self.random.rows(issued))];
        if matches!(step, Step::Move { .. } | Step::SetWarranty { .. }) && self.random.chance(4) {
            let other = self.group();
            if other != group {
                targets.push((other, self.random.rows(9)));
                targets.sort_by_key(|(group, _)| *group);
            }
        }
        let (cause, request) = (self.random.cause(), self.request());
        let plan = ChangePlan { request, targets: &targets, step, held_by: None, at: self.at(), cause: &cause };
        // What is no plan is an error of the same kind, in other words.
        let _ = self.same(&plan, |store| store.change(&plan).map_err(|error| std::mem::discriminant(&error)));
    }

    fn change_group(&mut self, group: GroupId) {
        let Some(known) = self.model.group(group).unwrap() else { return };
        let mut change = GroupChange::of(group, self.at());
        change.cause = self.random.cause();
        change.revision = self.random.chance(3).then_some(known.revision + self.random.below(2));
        match self.random.below(4) {
            0 => change.public_description = Some("ruhig".into()),
            1 => change.low_stock = Some(self.random.chance(2).then_some(7)),
            2 => change.name = Some(Name::new(format!("group {}", self.random.below(4))).unwrap()),
            _ => {
                let mut fields = known.fields.clone();
                if self.random.chance(6) {
                    fields[0].is_retired = true;
                }
                let id = FieldId(fields.len() as u64 + 1);
                fields.push(Field::new(id, Name::new(format!("field {id}")).unwrap(), "x".into(), false, false));
                change.fields = Some(fields);
            }
        }
        self.same(&change, |store| store.change_group(&change).unwrap());
    }

    fn mutate(&mut self) {
        let group = self.group();
        self.now += i64::try_from(self.random.below(4)).unwrap();
        let issued = self.model.group(group).unwrap().map_or(5, |group| group.issued);
        match self.random.below(24) {
            0 if self.groups < 5 => self.create(),
            1..=4 => self.append(group),
            5..=10 => self.claim(group),
            11..=18 => self.change(group),
            19 => self.change_group(group),
            20 => {
                let at = self.at();
                self.same(&"expire", |store| store.expire(group, at).unwrap());
            }
            21 | 22 => {
                let other = self.random.rows(9);
                let mut plan = DeletePlan::of(vec![(group, self.random.rows(issued / 3))], self.at());
                if group.0 > 1 {
                    plan.targets.insert(0, (GroupId(group.0 - 1), other));
                }
                plan.cause = self.random.cause();
                self.same(&plan, |store| store.delete(&plan).unwrap());
            }
            _ if self.random.chance(12) => {
                let plan =
                    GroupDeletePlan { cause: self.random.cause(), ..GroupDeletePlan::of(group, issued, self.at()) };
                self.same(&plan, |store| store.delete_group(&plan).unwrap());
            }
            _ => {}
        }
    }

    fn page<P>(&mut self, places: &[P]) -> (Direction, Start<P>, u32, bool)
    where
        P: Copy,
    {
        let start = if self.random.chance(2) {
            Start::Skip(self.random.below(12))
        } else {
            Start::After(self.random.one(places))
        };
        let direction = self.random.one(&[Direction::OldestFirst, Direction::NewestFirst]);
        (direction, start, self.random.one(&[0, 1, 5, 200]), self.random.chance(2))
    }

    fn ask(&mut self) {
        let group = self.group();
        let row = RowId(self.random.below(40));
        let within = [
            Within::Registry,
            Within::Group(group),
            Within::Group(group),
            Within::Batch(group, BatchId(1 + row.0 % 4)),
        ];
        let within = self.random.one(&within);
        self.same(&within, |store| store.inventory(within).unwrap());
        self.same(&group, |store| store.group(group).unwrap());

        let (direction, start, size, counted) = self.page(&[EventId(0), EventId(9), EventId(row.0), EventId(u64::MAX)]);
        let row_of = self.random.chance(2).then_some(row);
        let query = EventQuery { group, row: row_of, direction, start, size, counted };
        self.same(&query, |store| store.events(&query).unwrap());

        let places = [(group, row), (GroupId(1), RowId(5)), (group, RowId(u64::MAX)), (GroupId(u64::MAX), RowId(1))];
        let (direction, start, size, counted) = self.page(&places);
        let value = (FieldId(1 + self.random.below(3)), self.random.one(&VALUES).to_owned());
        let query = ReferenceQuery {
            revision: None,
            within,
            term: self.random.chance(4).then(|| SearchTerm::new("001", 3).unwrap()),
            created: Span { from: None, before: self.random.chance(6).then(|| self.at()) },
            state: self.random.chance(2).then(|| {
                let state = self.random.one(&State::ALL);
                self.random.one(&[State::Available, state])
            }),
            value: (within != Within::Registry && self.random.chance(3)).then_some(value),
            direction,
            start,
            size,
            counted,
        };
        self.same(&query, |store| store.references(&query).unwrap());

        let rows = if self.random.chance(4) { (0..=90).map(RowId).collect() } else { self.random.rows(60) };
        self.same(&rows, |store| store.details(group, &rows).unwrap());
        let claim = ClaimId(self.random.below(9));
        self.same(&claim, |store| store.claimed(group, claim).unwrap());
        let request = RequestId(self.random.below(40).into());
        self.same(&request, |store| store.request(request).unwrap());
        let code = format!("{:08}", self.random.below(self.codes + 1));
        let only = self.random.chance(3).then_some(group);
        self.same(&code, |store| store.deleted(only, &code).unwrap());
        self.same(&code, |store| store.find(only, &[&code, "x"]).unwrap());
        let batches = BatchQuery { group, direction, start: Start::Skip(0), size: 99, counted: true };
        self.same(&batches, |store| store.batches(&batches).unwrap());
    }
}

fn agree(isolation: PostgresIsolation, seeds: u64) {
    let mut told = BTreeSet::new();
    for seed in 0..seeds {
        let schema = fresh_schema();
        let options = support::Target::at(shared_database()).schema(&*schema).isolation(isolation);
        let store = options.open().unwrap();
        let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut both = Both { store: &store, model: ModelStore::new(), random, step: 0, now: 0, codes: 0, groups: 0 };
        both.create();
        both.create();
        for step in 0..220 {
            both.step = step;
            both.mutate();
            if step % 3 == 0 {
                both.ask();
            }
            if step % 40 == 0 {
                agreement(&schema);
            }
        }
        agreement(&schema);
        for event in both.model.model().groups.values().flat_map(|group| &group.events) {
            let to = if let Change::Moved { to, .. } = event.change { to.name() } else { "" };
            told.insert((event.change.kind(), to, event.cause == Cause::expired()));
        }
    }
    // In as many runs everything that there is happened: 7 kinds of events, coming to 8 states, and claims that expired.
    assert!(seeds < 4 || told.len() == 7 + 8 + 1, "{told:?}");
}

#[test]
fn random_lives_are_those_of_the_model() {
    agree(PostgresIsolation::ReadCommitted, runs(12));
}

#[test]
fn random_lives_are_those_of_the_model_when_serializable() {
    agree(PostgresIsolation::Serializable, runs(4));
}

#[test]
fn rows_beyond_all_numbers_are_answered() {
    let store = support::open();
    let plan = GroupPlan::new(Name::new("Pump").unwrap(), Kind::Continuous, Timestamp::from_micros(0));
    let group = store.create_group(&plan).unwrap().done().unwrap().id;
    let ends = [0, 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    let far: RowSet = ends.into_iter().map(RowId).collect();
    assert_eq!(store.details(group, &far).unwrap(), Answer::Done(Vec::new()));
    let targets = [(group, far)];
    let from = States::before(State::Void);
    let (at, cause) = (Timestamp::from_micros(0), Cause::NONE);
    let step = Step::Move { from, to: State::Void };
    let plan = ChangePlan { request: None, targets: &targets, step, held_by: None, at, cause };
    match store.change(&plan).unwrap() {
        Answer::Refused(serial_core::Refusal::Unfit { references }) => assert_eq!(references.len(), ends.len()),
        other => panic!("{other:?}"),
    }
    let holder = Name::new("Line").unwrap();
    for count in ends.into_iter().skip(1) {
        let plan = ClaimPlan { request: None, group, batch: None, count, holder: &holder, expires_at: None, at, cause };
        match store.claim(&plan).unwrap() {
            Answer::Refused(serial_core::Refusal::TooFewAvailable { available: 0 }) => {}
            other => panic!("{other:?}"),
        }
    }
    for id in ends {
        let (group, claim) = (GroupId(id), ClaimId(id));
        assert!(matches!(store.expire(GroupId(id.max(2)), at).unwrap(), Answer::Refused(_)));
        assert!(matches!(store.claimed(group, claim).unwrap(), Answer::Refused(_)));
        assert!(matches!(store.inventory(Within::Batch(group, BatchId(id))).unwrap(), Answer::Refused(_)));
    }
}
