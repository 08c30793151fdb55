//! What was done under which request id.

use std::{
    collections::HashMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::{
    ids::RequestId,
    store::{Changed, Digest, Request},
};

/// The request ids that were ever used, and those that are being used now.
#[derive(Default)]
pub(super) struct Requests {
    entries: Mutex<HashMap<RequestId, Option<Kept>>>,
    finished: Condvar,
}

/// What is kept under a request id.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) digest: Digest,
    pub(super) done: Done,
}

/// What was done; the rest is in the group. Groups and rows are counted from 0.
#[derive(Clone, Copy)]
pub(super) enum Done {
    Appended {
        group: u32,
        first: u32,
        count: u32,
    },
    /// The claim by its position plus one.
    Claimed {
        group: u32,
        claim: u32,
    },
    Changed(Changed),
}

/// The exclusive right to use a request id; dropped unused, the id is as if it had never been seen.
pub(super) struct Ticket<'a> {
    requests: &'a Requests,
    request: Request,
    used: bool,
}

impl Requests {
    /// Waits for whoever is using the id now; then gives what is kept under it, or the right to use it.
    pub(super) fn begin(&self, request: Request) -> Result<Ticket<'_>, Kept> {
        let mut entries = self.entries();
        loop {
            match entries.get(&request.id) {
                Some(Some(kept)) => return Err(*kept),
                Some(None) => entries = self.finished.wait(entries).unwrap_or_else(PoisonError::into_inner),
                None => {
                    entries.insert(request.id, None);
                    return Ok(Ticket { requests: self, request, used: false });
                }
            }
        }
    }

    pub(super) fn get(&self, id: RequestId) -> Option<Kept> {
        self.entries().get(&id).copied().flatten()
    }

    /// Every id that was used, ascending.
    pub(super) fn all(&self) -> Vec<(RequestId, Kept)> {
        let mut all: Vec<_> = self.entries().iter().filter_map(|(id, kept)| Some((*id, (*kept)?))).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }

    /// Puts back what was kept in a snapshot; `false` where the id is there already.
    pub(super) fn restore(&self, id: RequestId, kept: Kept) -> bool {
        self.entries().insert(id, Some(kept)).is_none()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<RequestId, Option<Kept>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Keeps what was done.
    pub(super) fn keep(mut self, done: Done) {
        let kept = Kept { digest: self.request.digest, done };
        self.requests.entries().insert(self.request.id, Some(kept));
        self.used = true;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.used {
            self.requests.entries().remove(&self.request.id);
        }
        self.requests.finished.notify_all();
    }
}
