//! What the bodies of cases are written with.

use std::{fmt::Debug, ops::Deref, sync::Barrier, thread, time::Duration};

use crate::{
    alphabet::Preset,
    code::Codes,
    conformance::{
        Durability, Factory, Storage,
        case::{Breach, Outcome},
        through::{Method, methods_through},
    },
    format::{Format, Order},
    group::{Group, Kind, Scope},
    ids::{BatchId, GroupId, RequestId, RowId},
    key::{GroupKeys, Key},
    life::Cause,
    limits::Limit,
    name::Name,
    query::{Direction, SearchTerm, Span, Within},
    reference::Reference,
    store::{
        Answer, AppendPlan, Appended, BatchQuery, DeletePlan, Deleted, Digest, Entry, Found, GroupDeletePlan,
        GroupPlan, GroupQuery, IndexGuard, ReferenceQuery, Refusal, Request, RowSet, Slice, Start, Store, StoreError,
        StoreResult, Values,
    },
    time::Timestamp,
};

/// When everything in a case happens unless it says otherwise.
pub(super) const NOON: Timestamp = Timestamp::from_micros(1_795_432_738_123_456);

/// An opened store with its storage.
pub(super) struct Bench<'a> {
    // Dropped before the storage, as the storage is promised.
    store: Patient,
    storage: Box<dyn Storage + 'a>,
    factory: &'a dyn Factory,
}

impl<'a> Bench<'a> {
    pub(super) fn new(factory: &'a dyn Factory) -> Self {
        let storage = factory.create();
        Self { store: Patient(storage.open()), storage, factory }
    }

    /// The store for a thread with this number: where the storage can be shared, every other one uses `second`.
    pub(super) fn of_thread<'b>(&'b self, second: Option<&'b Patient>, number: usize) -> &'b dyn Store {
        match second {
            Some(second) if number % 2 == 1 => second,
            _ => &self.store,
        }
    }

    /// The store itself, whose busy calls are not repeated.
    pub(super) fn impatient(&self) -> &dyn Store {
        &*self.store.0
    }

    /// Where further stores come from.
    pub(super) fn factory(&self) -> &'a dyn Factory {
        self.factory
    }

    /// Closes the store and opens it again; where it would be empty then, it stays open instead.
    pub(super) fn reopened(self) -> Self {
        let Self { store, storage, factory } = self;
        if storage.durability() == Durability::Volatile {
            return Self { store, storage, factory };
        }
        drop(store);
        Self { store: Patient(storage.open()), storage, factory }
    }

    /// The same storage opened once more, where that is possible.
    pub(super) fn second(&self) -> Option<Patient> {
        (self.storage.durability() == Durability::Shared).then(|| Patient(self.storage.open()))
    }
}

impl Deref for Bench<'_> {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

/// A store whose busy calls are repeated. That is what an error without effect allows.
pub(super) struct Patient(pub(super) Box<dyn Store>);

impl Patient {
    fn through<T>(&self, _: Method, call: impl Fn(&dyn Store) -> Result<T, StoreError>) -> Result<T, StoreError> {
        for _ in 0..1000 {
            match call(&*self.0) {
                Err(StoreError::Busy { .. }) => thread::sleep(Duration::from_millis(2)),
                other => return other,
            }
        }
        call(&*self.0)
    }
}

impl Store for Patient {
    fn loses_replies(&self) -> bool {
        self.0.loses_replies()
    }

    methods_through!();
}

/// What a store finds of codes, which is the same where it is asked for one of them at a time.
pub(super) fn found(store: &dyn Store, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
    let all = store.find(group, codes)?;
    for code in codes {
        let alone: Vec<&Reference> = all.iter().filter(|reference| reference.code.as_str() == *code).collect();
        let is_same = match store.find_one(group, code)? {
            Found::Nothing => alone.is_empty(),
            Found::One(entry) => matches!(alone[..], [one] if Entry::from(one.clone()) == entry),
            Found::Several => alone.len() > 1,
        };
        if !is_same {
            return Err(StoreError::contract("`find_one` says something else of a code than `find`"));
        }
    }
    Ok(all)
}

/// Breaks the case with a message unless a condition holds.
pub(super) fn holds(condition: bool, message: impl FnOnce() -> String) -> Outcome {
    if condition { Ok(()) } else { Err(Breach::new(message())) }
}

/// Breaks the case unless two values are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, came: &T, expected: &T) -> Outcome {
    holds(came == expected, || format!("{what}: expected {expected:?}, came {came:?}"))
}

/// What a plan did that must not be refused.
pub(super) fn done<T>(what: &str, result: StoreResult<T>) -> Result<T, Breach> {
    match result {
        Ok(Answer::Done(value)) => Ok(value),
        Ok(Answer::Refused(refusal)) => Err(Breach::new(format!("{what} was refused: {refusal:?}"))),
        Err(error) => Err(Breach::new(format!("{what} failed: {error:?}"))),
    }
}

/// Breaks the case unless a plan was refused for this reason.
pub(super) fn refused<T: Debug>(what: &str, result: StoreResult<T>, expected: &Refusal) -> Outcome {
    match result {
        Ok(Answer::Refused(refusal)) => same(&format!("{what} was refused for another reason"), &refusal, expected),
        Ok(Answer::Done(value)) => {
            Err(Breach::new(format!("{what}: expected the refusal {expected:?}, but it was done: {value:?}")))
        }
        Err(error) => Err(Breach::new(format!("{what}: expected the refusal {expected:?}, but it failed: {error:?}"))),
    }
}

/// Runs `work` in `count` threads that begin at the same moment and gives what they come back with.
pub(super) fn threads<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T, Breach> + Sync,
) -> Result<Vec<T>, Breach> {
    let barrier = Barrier::new(count);
    let run = |number| {
        barrier.wait();
        work(number)
    };
    let run = &run;
    thread::scope(|scope| {
        let running: Vec<_> = (0..count).map(|number| scope.spawn(move || run(number))).collect();
        let ended: Vec<_> = running.into_iter().map(thread::ScopedJoinHandle::join).collect();
        ended.into_iter().map(|end| end.unwrap_or_else(|payload| Err(Breach::of_panic(&*payload)))).collect()
    })
}

pub(super) fn name(text: &str) -> Result<Name, Breach> {
    Name::new(text).map_err(|error| Breach::new(format!("the kit made a bad name: {error}")))
}

/// A format of Random order whose codes are any printable texts of a width.
pub(super) fn printable(width: usize) -> Result<Format, Breach> {
    Format::builder()
        .preset(Preset::Printable)
        .length(width)
        .build()
        .map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))
}

/// A format of Sequential order with digits.
pub(super) fn counting(width: usize) -> Result<Format, Breach> {
    Format::builder()
        .preset(Preset::Digits)
        .length(width)
        .order(Order::sequential())
        .build()
        .map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))
}

/// A key that is told from others by a number.
pub(super) fn key(number: u8) -> Result<Key, Breach> {
    let mut byte = number;
    let bytes = std::array::from_fn(|_| {
        byte = byte.wrapping_add(0x35);
        byte
    });
    Key::from_bytes(bytes).map_err(|error| Breach::new(format!("the kit made a bad key: {error}")))
}

/// A Batch group of Keyed order whose codes are digits.
pub(super) fn keyed_plan(text: &str, width: usize, key: Key) -> Result<GroupPlan, Breach> {
    let format = Format::builder().preset(Preset::Digits).length(width).order(Order::Keyed).build();
    let format = format.map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))?;
    Ok(GroupPlan { format, keys: GroupKeys::of(key), ..group_plan(text, width)? })
}

/// A Batch group of registry scope whose codes are any printable texts of a width.
pub(super) fn group_plan(text: &str, width: usize) -> Result<GroupPlan, Breach> {
    Ok(GroupPlan { format: printable(width)?, ..GroupPlan::new(name(text)?, Kind::Batch, NOON) })
}

pub(super) fn create(store: &dyn Store, plan: &GroupPlan) -> Result<Group, Breach> {
    done(&format!("creating the group {:?}", plan.name.as_str()), store.create_group(plan))
}

/// A Batch group of registry scope whose codes are any printable texts of a width.
pub(super) fn batch_group(store: &dyn Store, text: &str, width: usize) -> Result<Group, Breach> {
    create(store, &group_plan(text, width)?)
}

/// A Batch group that is unique only within itself.
pub(super) fn own_group(store: &dyn Store, text: &str, width: usize) -> Result<Group, Breach> {
    create(store, &GroupPlan { scope: Scope::Group, ..group_plan(text, width)? })
}

/// A Continuous group that counts.
pub(super) fn counting_group(store: &dyn Store, text: &str, width: usize) -> Result<Group, Breach> {
    let plan = group_plan(text, width)?;
    create(store, &GroupPlan { kind: Kind::Continuous, format: counting(width)?, ..plan })
}

/// A group as it is now, which must exist.
pub(super) fn present(store: &dyn Store, id: GroupId) -> Result<Group, Breach> {
    store.group(id)?.ok_or_else(|| Breach::new(format!("group {id} exists, but reading it gives nothing")))
}

/// Codes that are packed as the kit wants them.
pub(super) fn codes<C: AsRef<str>>(texts: &[C]) -> Result<Codes, Breach> {
    let width = texts.first().map_or(1, |code| code.as_ref().len());
    let packed: String = texts.iter().map(AsRef::as_ref).collect();
    Codes::from_packed(packed, width).ok_or_else(|| Breach::new("the kit made codes of different widths"))
}

/// Codes that are numbers, padded to a width.
pub(super) fn numbers(range: std::ops::Range<u64>, width: usize) -> Vec<String> {
    range.map(|number| format!("{number:0>width$}")).collect()
}

/// A plan to append that owns its parts.
#[derive(Clone, Debug)]
pub(super) struct Append {
    pub(super) request: Option<Request>,
    pub(super) group: GroupId,
    pub(super) revision: u64,
    pub(super) max_live: Limit,
    pub(super) index: Option<IndexGuard>,
    pub(super) batch: Option<Name>,
    pub(super) codes: Codes,
    pub(super) values: Values,
    pub(super) created_at: Timestamp,
    pub(super) cause: Cause,
}

impl Append {
    /// Codes for a group, without a limit or a request id.
    pub(super) fn to<C: AsRef<str>>(group: &Group, texts: &[C]) -> Result<Self, Breach> {
        let batch = match group.kind {
            Kind::Batch => Some(name("batch")?),
            Kind::Continuous => None,
        };
        let next = group.next_index.saturating_add(texts.len() as u64);
        let index = group.format.order().counts().then_some(IndexGuard { expected: group.next_index, next });
        Ok(Self {
            request: None,
            group: group.id,
            revision: group.revision,
            max_live: Limit::Unlimited,
            index,
            batch,
            codes: codes(texts)?,
            values: Values::default(),
            created_at: NOON,
            cause: Cause::default(),
        })
    }

    pub(super) fn at_most(self, live: u64) -> Self {
        Self { max_live: Limit::AtMost(live), ..self }
    }

    pub(super) fn request(self, id: u128, digest: u64) -> Self {
        Self { request: Some(Request { id: RequestId(id), digest: Digest(digest) }), ..self }
    }

    pub(super) fn run(&self, store: &dyn Store) -> StoreResult<Appended> {
        store.append(&AppendPlan {
            request: self.request,
            group: self.group,
            revision: self.revision,
            max_live: self.max_live,
            index: self.index,
            batch: self.batch.as_ref(),
            codes: &self.codes,
            values: &self.values,
            created_at: self.created_at,
            cause: &self.cause,
        })
    }

    /// Runs it where it must issue its codes, and gives the first row and the batch.
    pub(super) fn issue(&self, store: &dyn Store) -> Result<(RowId, Option<BatchId>), Breach> {
        let what = format!("appending {:?} to group {}", self.codes.as_packed(), self.group);
        match done(&what, self.run(store))? {
            Appended::New { first_row, batch, .. } => Ok((first_row, batch)),
            Appended::Repeated(first) => {
                Err(Breach::new(format!("{what} must issue codes, but it repeated {first:?}")))
            }
        }
    }
}

/// Issues codes that nothing stands against, and gives the first row and the batch.
pub(super) fn issue<C: AsRef<str>>(
    store: &dyn Store,
    group: &Group,
    texts: &[C],
) -> Result<(RowId, Option<BatchId>), Breach> {
    Append::to(group, texts)?.issue(store)
}

/// All references within something, oldest first, uncounted.
pub(super) fn everything(within: Within) -> ReferenceQuery {
    ReferenceQuery {
        within,
        revision: None,
        term: None,
        created: Span::default(),
        state: None,
        value: None,
        direction: Direction::OldestFirst,
        start: Start::Skip(0),
        size: 10_000,
        counted: false,
    }
}

pub(super) fn all_groups() -> GroupQuery {
    GroupQuery {
        name_part: None,
        direction: Direction::OldestFirst,
        start: Start::Skip(0),
        size: 10_000,
        counted: false,
    }
}

pub(super) fn all_batches(group: GroupId) -> BatchQuery {
    BatchQuery { group, direction: Direction::OldestFirst, start: Start::Skip(0), size: 10_000, counted: false }
}

pub(super) fn slice(store: &dyn Store, query: &ReferenceQuery) -> Result<Slice<Reference>, Breach> {
    done("listing references", store.references(query))
}

pub(super) fn references(store: &dyn Store, within: Within) -> Result<Vec<Reference>, Breach> {
    Ok(slice(store, &everything(within))?.items)
}

/// The codes that a term finds in the whole registry.
pub(super) fn search(store: &dyn Store, term: &str) -> Result<Vec<String>, Breach> {
    let term = SearchTerm::new(term, 1).map_err(|error| Breach::new(format!("the kit made a bad term: {error}")))?;
    let found = slice(store, &ReferenceQuery { term: Some(term), ..everything(Within::Registry) })?;
    Ok(texts(&found.items))
}

pub(super) fn texts(references: &[Reference]) -> Vec<String> {
    references.iter().map(|reference| reference.code.as_str().to_owned()).collect()
}

pub(super) fn row_ids(references: &[Reference]) -> Vec<u64> {
    references.iter().map(|reference| reference.row.0).collect()
}

pub(super) fn taken<C: AsRef<str>>(store: &dyn Store, group: GroupId, texts: &[C]) -> Result<Vec<u32>, Breach> {
    done("asking which codes are taken", store.taken(group, &codes(texts)?))
}

/// Rows of one group to delete.
pub(super) fn rows(group: GroupId, rows: impl IntoIterator<Item = u64>) -> DeletePlan {
    let rows: RowSet = rows.into_iter().map(RowId).collect();
    DeletePlan::of(vec![(group, rows)], NOON)
}

/// Deletes rows that are all live.
pub(super) fn delete(store: &dyn Store, group: GroupId, ids: impl IntoIterator<Item = u64>) -> Outcome {
    let plan = rows(group, ids);
    let deleted = plan.targets.iter().map(|(_, rows)| rows.len()).sum();
    same("deleting live rows", &store.delete(&plan)?, &Deleted { deleted, already_gone: 0 })
}

pub(super) fn delete_group(store: &dyn Store, group: GroupId) -> Result<u64, Breach> {
    done("deleting a group", store.delete_group(&GroupDeletePlan::of(group, i64::MAX as u64, NOON)))
}
