//! What goes wrong at the border, and what is kept of it for the caller.

use std::{
    any::Any,
    cell::RefCell,
    panic::{self, AssertUnwindSafe},
};

use serialref::Error;

use crate::status::serialref_status;

/// Why a call fails. In a box, so that calls which succeed move no more than a pointer about.
#[derive(Debug)]
pub(crate) struct Trouble(Box<Reason>);

#[derive(Debug)]
enum Reason {
    /// The library itself says no.
    Core(Error),
    /// The call cannot be understood.
    Misuse { status: serialref_status, message: String },
}

impl Trouble {
    pub(crate) fn misuse(status: serialref_status, message: impl Into<String>) -> Self {
        Self(Box::new(Reason::Misuse { status, message: message.into() }))
    }

    pub(crate) fn null(what: &str) -> Self {
        Self::misuse(serialref_status::NullArgument, format!("{what} is NULL; pass a pointer to it"))
    }

    pub(crate) fn size(what: &str) -> Self {
        let remedy = "SERIALREF_INIT sets that of a struct, and a text has its size in bytes";
        Self::misuse(serialref_status::SizeInvalid, format!("the size of {what} is impossible; {remedy}"))
    }

    pub(crate) fn not_a_constant(what: &str, number: i64) -> Self {
        let message = format!("{what} is {number}, which is none of its constants; use one of the header's");
        Self::misuse(serialref_status::EnumInvalid, message)
    }

    pub(crate) fn option(message: impl Into<String>) -> Self {
        Self::misuse(serialref_status::OptionInvalid, message)
    }

    pub(crate) fn invalid_handle(what: &str) -> Self {
        let message = format!("this is no {what} that is open; it was freed, is of another type, or was never made");
        Self::misuse(serialref_status::HandleInvalid, message)
    }

    pub(crate) fn poisoned(what: &str) -> Self {
        let message = format!("an earlier call on this {what} met a fault inside; free it and open it again");
        Self::misuse(serialref_status::Panicked, message)
    }

    pub(crate) fn too_many_handles() -> Self {
        Self::misuse(serialref_status::TooManyHandles, "there are no more handles; free those that are not needed")
    }

    pub(crate) fn index(index: usize, count: usize) -> Self {
        let message = format!("there is no element {index}; there are {count}, counted from 0");
        Self::misuse(serialref_status::IndexInvalid, message)
    }

    fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no more is known");
        let message = format!("a fault inside was caught: {text}; free the handle that was used and open it again");
        Self::misuse(serialref_status::Panicked, message)
    }

    pub(crate) fn status(&self) -> serialref_status {
        match &*self.0 {
            Reason::Core(error) => serialref_status::of(error.kind()),
            Reason::Misuse { status, .. } => *status,
        }
    }

    pub(crate) fn message(&self) -> String {
        match &*self.0 {
            Reason::Core(error) => error.to_string(),
            Reason::Misuse { message, .. } => message.clone(),
        }
    }

    /// The library's own error, where it is one.
    pub(crate) fn core(&self) -> Option<&Error> {
        match &*self.0 {
            Reason::Core(error) => Some(error),
            Reason::Misuse { .. } => None,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self(Box::new(Reason::Core(error)))
    }
}

impl From<serialref::FormatError> for Trouble {
    fn from(error: serialref::FormatError) -> Self {
        Self::from(Error::from(error))
    }
}

thread_local! {
    static LAST: RefCell<Option<Trouble>> = const { RefCell::new(None) };
}

/// Runs something that may panic, which is trouble too.
pub(crate) fn caught<T>(body: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    // What a panic may have left half done cannot be reached any more: the handles that were used are poisoned.
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let trouble = Trouble::panicked(&*payload);
        // Its destructor is somebody else's code too.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
        Err(trouble)
    })
}

/// Runs the inside of a call: nothing unwinds into C, and trouble is kept for the thread to ask about.
pub(crate) fn call(body: impl FnOnce() -> Result<(), Trouble>) -> serialref_status {
    let Err(trouble) = caught(body) else { return serialref_status::Ok };
    let status = trouble.status();
    // While a thread ends there is nowhere to keep it, and nobody to ask. What was kept before may have a destructor of
    // somebody else's.
    let before = LAST.try_with(|last| last.replace(Some(trouble)));
    let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(before)));
    status
}

/// Takes what is kept of the thread's last failed call.
pub(crate) fn take_last() -> Option<Trouble> {
    LAST.try_with(RefCell::take).ok().flatten()
}

/// Shows what is kept of the thread's last failed call.
pub(crate) fn look_at_last<R>(look: impl FnOnce(Option<&Trouble>) -> R) -> Option<R> {
    LAST.try_with(|last| look(last.borrow().as_ref())).ok()
}
