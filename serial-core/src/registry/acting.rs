//! On whose behalf changes are made.

use std::sync::Arc;

use crate::{error::Error, life::Cause, registry::Registry};

/// What the events of a handle's changes say of who and why.
#[derive(Clone, Default)]
pub(super) struct Acting {
    actor: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    /// Made of the texts once; absent where they cannot be used, which every change then says.
    cause: Option<Cause>,
}

impl Acting {
    fn checked(mut self) -> Self {
        self.cause = self.made().ok();
        self
    }

    fn cause(&self) -> Result<&Cause, Error> {
        self.cause.as_ref().ok_or_else(|| self.made().err().unwrap_or(Error::TextInvalid))
    }

    fn made(&self) -> Result<Cause, Error> {
        Cause::new(self.actor.as_deref(), self.reason.as_deref(), self.note.as_deref())
    }
}

impl Registry {
    /// The same registry for changes made by `actor`: a person, a line, a program. The events of all that is changed
    /// through it name them.
    ///
    /// A name of more than 200 characters or with a NUL is an error of every change made with it.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let line = registry.acting_as("Line 3");
    /// let group = line.create_group(NewGroup::continuous("Service tags"))?;
    /// let code = line.create_reference(group.id)?.code;
    /// assert_eq!(registry.history(&code)?[0].cause.actor(), Some("Line 3"));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    #[must_use = "it is the registry returned that names the actor"]
    pub fn acting_as(&self, actor: impl Into<String>) -> Self {
        self.with(|acting| acting.actor = Some(actor.into()))
    }

    /// The same registry for changes made for this reason, which their events carry. Some changes need one
    /// ([`State::needs_reason`](crate::State::needs_reason)).
    ///
    /// A reason of more than 1,000 characters or with a NUL is an error of every change made with it.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry, Selection, State};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Anna");
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let code = registry.create_reference(group.id)?.code;
    /// registry.because("label torn").transition(&Selection::codes([code.as_str()]), State::Void)?;
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    #[must_use = "it is the registry returned that gives the reason"]
    pub fn because(&self, reason: impl Into<String>) -> Self {
        self.with(|acting| acting.reason = Some(reason.into()))
    }

    /// The same registry for changes whose events carry this note; otherwise like [`because`](Self::because).
    ///
    /// ```
    /// use serial_core::{MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new()).because("recount").noting("shelf 7, see the photograph");
    /// ```
    #[must_use = "it is the registry returned that carries the note"]
    pub fn noting(&self, note: impl Into<String>) -> Self {
        self.with(|acting| acting.note = Some(note.into()))
    }

    fn with(&self, change: impl FnOnce(&mut Acting)) -> Self {
        let mut acting = self.acting.as_deref().cloned().unwrap_or_default();
        change(&mut acting);
        Self { inner: Arc::clone(&self.inner), acting: Some(Arc::new(acting.checked())) }
    }

    /// Who makes changes through this handle, and why.
    #[inline]
    pub(super) fn cause(&self) -> Result<&Cause, Error> {
        self.acting.as_deref().map_or(Ok(Cause::NONE), Acting::cause)
    }
}
