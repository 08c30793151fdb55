//! Carrying a store over to another process.

use crate::{
    batch::Batch,
    format::Order,
    group::{Group, Kind},
    ids::{GroupId, RequestId},
    key::GroupKeys,
    memory::{
        MemoryStore,
        cell::Cell,
        requests::{Done, Kept},
        rows::row_id,
        snapshot_life::LifePart,
    },
    name::Name,
    store::{Changed, Digest, GroupPlan},
    time::Timestamp,
};

/// The version of the written form that this library writes; it reads the earlier ones, too.
const VERSION: u32 = 2;

/// Everything a [`MemoryStore`] held at one moment: groups, references, batches, deleted codes, counters, request
/// ids, and the secret keys of Keyed groups. Keep a serialized one as you would keep the keys.
///
/// It is serializable with serde (feature `serde`), in a form that later versions of the library read, too.
///
/// ```
/// use serial_core::{MemoryStore, Snapshot};
///
/// let written = serde_json::to_string(&MemoryStore::new().snapshot())?;
/// let snapshot: Snapshot = serde_json::from_str(&written)?;
/// let store = MemoryStore::restore(snapshot)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Snapshot {
    version: u32,
    groups: Vec<GroupPart>,
    requests: Vec<RequestPart>,
    /// Absent in version 1, like the next.
    #[cfg_attr(feature = "serde", serde(default))]
    claim_requests: Vec<ClaimRequestPart>,
    #[cfg_attr(feature = "serde", serde(default))]
    change_requests: Vec<ChangeRequestPart>,
}

/// A group with its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct GroupPart {
    group: Group,
    deleted: bool,
    /// One after the other.
    codes: String,
    /// Of a Batch group.
    batches: Vec<BatchPart>,
    /// When each reference of a Continuous group was issued.
    times: Vec<Timestamp>,
    /// Row ids of deleted references, as ranges with both ends.
    dead: Vec<(u64, u64)>,
    /// The secret keys as hexadecimal digits; only of a group of Keyed order.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Keys::is_none"))]
    keys: Keys,
    /// What became of the references; absent in version 1.
    #[cfg_attr(feature = "serde", serde(default))]
    life: Option<LifePart>,
}

/// The keys of a group, which are written nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Keys(GroupKeys);

#[cfg(feature = "serde")]
mod written_keys {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use zeroize::Zeroizing;

    use super::{GroupKeys, Keys};

    impl Keys {
        pub(super) fn is_none(&self) -> bool {
            self.0.is_empty()
        }
    }

    impl Serialize for Keys {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Zeroizing::new(self.0.expose_text()).serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = Zeroizing::new(String::deserialize(deserializer)?);
            GroupKeys::from_text(&text).map(Self).ok_or_else(|| D::Error::custom("the keys of a group are none"))
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct BatchPart {
    name: Name,
    created_at: Timestamp,
    size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct RequestPart {
    id: RequestId,
    digest: Digest,
    group: GroupId,
    first_row: u64,
    count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct ClaimRequestPart {
    id: RequestId,
    digest: Digest,
    group: GroupId,
    claim: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct ChangeRequestPart {
    id: RequestId,
    digest: Digest,
    changed: u64,
    left: u64,
}

/// Why a snapshot cannot be restored. Nothing is restored then.
///
/// ```
/// use serial_core::{MemoryStore, RestoreError};
///
/// let future = serde_json::json!({ "version": 99, "groups": [], "requests": [] });
/// let error = MemoryStore::restore(serde_json::from_value(future)?).unwrap_err();
/// assert_eq!(error, RestoreError::UnknownVersion { found: 99, known: 2 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// Another version of the library wrote it.
    #[error("the snapshot has version {found} and this library reads versions up to {known}; use a library that fits")]
    UnknownVersion {
        /// The version of the snapshot.
        found: u32,
        /// The newest version that is understood.
        known: u32,
    },
    /// It contradicts itself, so it was damaged or not written by this library.
    #[error("the snapshot is damaged at group {group}: {reason}; use an older one")]
    Damaged {
        /// The group where the fault is.
        group: GroupId,
        /// What is wrong.
        reason: &'static str,
    },
}

impl MemoryStore {
    /// Everything the store holds, as it is at one moment.
    pub fn snapshot(&self) -> Snapshot {
        // No group comes or goes, and no group changes, until all of it was copied.
        let names = self.names();
        let states: Vec<_> = self.cells.iter().map(|cell| (cell, cell.read())).collect();
        let (mut requests, mut claim_requests, mut change_requests) = (Vec::new(), Vec::new(), Vec::new());
        for (id, Kept { digest, done }) in self.requests.all() {
            match done {
                Done::Appended { group, first, count } => {
                    let (group, first_row, count) = (group_id(group), row_id(first).0, count.into());
                    requests.push(RequestPart { id, digest, group, first_row, count });
                }
                Done::Claimed { group, claim } => {
                    let (group, claim) = (group_id(group), claim.into());
                    claim_requests.push(ClaimRequestPart { id, digest, group, claim });
                }
                Done::Changed(Changed { changed, left }) => {
                    change_requests.push(ChangeRequestPart { id, digest, changed, left });
                }
            }
        }
        drop(names);
        let groups = states.iter().map(|(cell, state)| {
            let rows = &state.rows;
            GroupPart {
                group: cell.group_in(state),
                deleted: state.deleted,
                keys: Keys(state.group.keys.clone()),
                codes: rows.packed(0, rows.issued),
                batches: (0..rows.batches.len()).filter_map(|at| rows.batch(cell.id, at)).map(Into::into).collect(),
                times: match cell.kind {
                    Kind::Continuous => (0..rows.issued).map(|row| rows.created_at(row)).collect(),
                    Kind::Batch => Vec::new(),
                },
                dead: ranges((0..rows.issued).filter(|row| !rows.is_live(*row))),
                life: Some(LifePart::of(cell, state)),
            }
        });
        Snapshot { version: VERSION, groups: groups.collect(), requests, claim_requests, change_requests }
    }

    /// A store that holds what the snapshot holds.
    ///
    /// A snapshot is not trusted: every code is checked against its format and for being unique.
    ///
    /// # Errors
    /// [`RestoreError`], which tells what is wrong with the snapshot.
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        if !(1..=VERSION).contains(&snapshot.version) {
            return Err(RestoreError::UnknownVersion { found: snapshot.version, known: VERSION });
        }
        let store = Self::new();
        for part in snapshot.groups {
            let group = part.group.id;
            store.restore_group(&part).map_err(|reason| RestoreError::Damaged { group, reason })?;
        }
        for part in snapshot.requests {
            let group = part.group;
            store.restore_request(&part).map_err(|reason| RestoreError::Damaged { group, reason })?;
        }
        for part in snapshot.claim_requests {
            let group = part.group;
            store.restore_claim_request(&part).map_err(|reason| RestoreError::Damaged { group, reason })?;
        }
        for ChangeRequestPart { id, digest, changed, left } in snapshot.change_requests {
            let kept = Kept { digest, done: Done::Changed(Changed { changed, left }) };
            let group = GroupId(0);
            store.restore_kept(id, kept).map_err(|reason| RestoreError::Damaged { group, reason })?;
        }
        Ok(store)
    }

    fn restore_group(&self, part: &GroupPart) -> Result<(), &'static str> {
        let group = &part.group;
        if group.id.0 != self.cells.len() as u64 + 1 {
            return Err("its id is out of order");
        }
        if !part.deleted && self.names().insert(group.name.as_str().to_owned(), group.id).is_some() {
            return Err("another group has its name");
        }
        if !(1..=i64::MAX as u64).contains(&group.revision) {
            return Err("its revision is out of range");
        }
        if (group.format.order() == Order::Keyed) == part.keys.0.is_empty() {
            return Err("it has no key, or one that it cannot have");
        }
        let plan = GroupPlan {
            scope: group.scope,
            format: group.format.clone(),
            keys: part.keys.0.clone(),
            ..GroupPlan::new(group.name.clone(), group.kind, group.created_at)
        };
        self.add_cell(Cell::new(group.id, &plan));
        let cell = self.cell(group.id).ok_or("there are too many groups")?;
        self.restore_codes(cell, part)?;

        let mut state = cell.write();
        state.group = Group { keys: plan.keys, ..group.clone() };
        state.restore_rows(group.kind, part)?;
        let life = part.life.clone().unwrap_or_else(|| LifePart::made_up(&state));
        life.restore(&mut state)?;
        state.restore_deletions(part)?;
        state.deleted = part.deleted;
        if part.life.is_some() && (state.life.counts, state.life.events.len()) != (group.counts, group.events) {
            return Err("its counts are not those of its references");
        }
        cell.publish(&state);
        let counted = (u64::from(state.rows.issued), u64::from(state.rows.live));
        if counted == (group.issued, group.live) { Ok(()) } else { Err("its counts are not those of its references") }
    }

    /// Enters the codes into the index, which finds any that come twice.
    fn restore_codes(&self, cell: &Cell, part: &GroupPart) -> Result<(), &'static str> {
        let width = cell.format.width();
        if !part.codes.is_ascii() || part.codes.len() % width != 0 {
            return Err("its codes are cut short");
        }
        let codes = crate::Codes::from_packed(part.codes.clone(), width).ok_or("its codes are cut short")?;
        if codes.iter().any(|code| cell.format.matches(code).is_err()) {
            return Err("a code does not have its format");
        }
        let count = u32::try_from(codes.len()).map_err(|_| "it has too many references")?;
        let index = self.index_of(cell);
        let mut blocks = cell.appending();
        index.extend_blocks(cell.number(), &mut blocks, count).ok_or("there are too many references")?;
        let hashes: Vec<u64> = codes.iter().map(|code| index.hash(code.as_bytes())).collect();
        let standing = |place, position| self.standing(cell, &codes, 0, place, position);
        index.reserve(cell.number(), &hashes, &blocks, 0, standing).map_err(|_| "a code was issued twice")
    }

    fn restore_request(&self, part: &RequestPart) -> Result<(), &'static str> {
        let outside = "a request id belongs to references that it does not have";
        let cell = self.cell(part.group).ok_or(outside)?;
        let issued = u64::from(cell.issued());
        let end = part.first_row.checked_add(part.count).ok_or(outside)?;
        if part.first_row == 0 || part.count == 0 || end > issued + 1 {
            return Err(outside);
        }
        let first = (part.first_row - 1) as u32;
        let rows = &cell.read().rows;
        let is_whole = match rows.batch_of(first).map(|batch| &rows.batches[batch]) {
            Some(batch) => batch.first == first && u64::from(batch.size) == part.count,
            None => true,
        };
        if !is_whole {
            return Err("a request id belongs to a part of what was issued");
        }
        // Both fit, being at most as large as what was issued.
        let done = Done::Appended { group: cell.number(), first, count: part.count as u32 };
        self.restore_kept(part.id, Kept { digest: part.digest, done })
    }

    fn restore_claim_request(&self, part: &ClaimRequestPart) -> Result<(), &'static str> {
        let outside = "a request id belongs to a claim that it does not have";
        let cell = self.cell(part.group).ok_or(outside)?;
        let claim = u32::try_from(part.claim).ok().filter(|claim| cell.read().life.has_claim(*claim)).ok_or(outside)?;
        let done = Done::Claimed { group: cell.number(), claim };
        self.restore_kept(part.id, Kept { digest: part.digest, done })
    }

    fn restore_kept(&self, id: RequestId, kept: Kept) -> Result<(), &'static str> {
        if self.requests.restore(id, kept) { Ok(()) } else { Err("a request id was used twice") }
    }
}

impl super::cell::State {
    fn restore_rows(&mut self, kind: Kind, part: &GroupPart) -> Result<(), &'static str> {
        let width = self.rows.width();
        let mut rest = part.codes.as_str();
        let mut take = |count: u64| {
            let bytes = usize::try_from(count).ok()?.checked_mul(width).filter(|bytes| *bytes > 0)?;
            let (now, later) = rest.split_at_checked(bytes)?;
            rest = later;
            Some(now)
        };
        match kind {
            Kind::Batch if part.times.is_empty() => {
                for batch in &part.batches {
                    let codes = take(batch.size).ok_or("its batches have more references than it has")?;
                    self.rows.push(codes, batch.size as u32, Some(batch.name.clone()), batch.created_at);
                }
            }
            Kind::Continuous if part.batches.is_empty() => {
                for time in &part.times {
                    let code = take(1).ok_or("it has more times than references")?;
                    self.rows.push(code, 1, None, *time);
                }
            }
            _ => return Err("it has batches or times where its kind has none"),
        }
        if !rest.is_empty() {
            return Err("it has references without batch or time");
        }
        Ok(())
    }

    /// Deletes what was deleted, once it is known in which state it was.
    fn restore_deletions(&mut self, part: &GroupPart) -> Result<(), &'static str> {
        let mut after = 0;
        for (first, last) in &part.dead {
            if *first <= after || first > last || *last > self.rows.issued.into() {
                return Err("references are deleted twice, or such as it does not have");
            }
            after = *last;
            for row in (*first..=*last).map(|row| (row - 1) as u32) {
                self.life.forget(&mut self.rows, row);
                self.rows.delete(row);
            }
        }
        Ok(())
    }
}

impl From<Batch> for BatchPart {
    fn from(batch: Batch) -> Self {
        Self { name: batch.name, created_at: batch.created_at, size: batch.size }
    }
}

fn group_id(number: u32) -> GroupId {
    GroupId(u64::from(number) + 1)
}

/// Ascending rows, counted from 0, as ranges of row ids with both ends.
fn ranges(rows: impl Iterator<Item = u32>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for id in rows.map(|row| u64::from(row) + 1) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    ranges
}
