//! Sorting new codes into the index for searching.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    database::{Database, quoted},
    session::Statement,
    trouble::Trouble,
    values::text,
};

/// How long to leave the index alone after it was tidied.
const PAUSE: Duration = Duration::from_secs(5);

/// When the index is to be tidied next; `None` once it turned out that we may not.
pub(crate) struct Tidying(Mutex<Option<Instant>>);

impl Tidying {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }

    /// Whether it is time to tidy; then it is not again for a while.
    fn is_due(&self) -> bool {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *next {
            Some(due) if due <= Instant::now() => {
                *next = Some(Instant::now() + PAUSE);
                true
            }
            _ => false,
        }
    }

    fn stop(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Has the server sort in what was issued since the last time, beside everything else. The server would do so too, but
/// late: until then every search reads through all that is not sorted in.
pub(crate) fn soon(database: &Arc<Database>) {
    // With a single connection everybody else would have to wait for it.
    if database.has_search_index() && database.pool.is_shared() && database.tidying.is_due() {
        let database = Arc::clone(database);
        tokio::spawn(async move {
            // Only the owner of the tables may, and no search is wrong without.
            if let Err(Trouble::Final(_)) = database.tidy().await {
                database.tidying.stop();
            }
        });
    }
}

impl Database {
    async fn tidy(&self) -> Result<(), Trouble> {
        let index = format!("{}.references_search", quoted(&self.schema));
        let clean = Statement::new("SELECT gin_clean_pending_list($1::regclass)", vec![text(index)]);
        self.writing().await?.finish(&[clean]).await.map(|_| ())
    }
}
