//! Opening registries, and what concerns a registry as a whole.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use std::time::Duration;
use std::{
    fs,
    io::{self, BufReader, BufWriter, Write as _},
    path::Path,
};

#[cfg(feature = "postgres")]
use serialref::PostgresOptions;
use serialref::{Error, Limits, MemoryStore, OpenOptions, Opened, Registry, Snapshot};
#[cfg(feature = "sqlite")]
use serialref::{SqliteDurability, SqliteOptions};

#[cfg(feature = "sqlite")]
use crate::constants::serialref_durability;
use crate::{
    constants::{self, given},
    file::whole_file,
    handle::{self, Object},
    memory::{self, Growing, Out, OutRecord},
    records::limit,
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// A store that is open, and the limits that hold for it. A handle; any number of threads may use it at the same time.
/// Free it with serialref_registry_free(). Lists, codes and errors that came from it outlive it.
#[derive(Debug)]
pub struct serialref_registry {
    _private: [u8; 0],
}

/// The limits of groups that have none of their own.
///
/// A member that is 0 says nothing: the default holds, or what held before. SERIALREF_UNLIMITED is no limit, and
/// SERIALREF_ZERO the limit 0, under which nothing can be issued.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_limits {
    /// sizeof(serialref_limits), to be set by the caller.
    pub struct_size: usize,
    /// Live references in a group; the default is 1000.
    pub max_live: u64,
    /// References in one batch call; the default is 500. No more than 10,000,000 are possible.
    pub max_batch: u64,
    /// Groups in the registry; the default is unlimited.
    pub max_groups: u64,
    /// Fields in a group; the default is 32.
    pub max_fields: u64,
    /// Characters of an attribute's value; the default is 1000.
    pub max_value: u64,
    /// The least characters of a search term; the default is 3. It cannot be unlimited.
    pub min_search_term: u64,
}

/// How a registry is to be opened. A member that is 0 or empty says nothing, and the default holds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_open_options {
    /// sizeof(serialref_open_options), to be set by the caller.
    pub struct_size: usize,
    /// The limits of the registry, or NULL.
    pub limits: *const serialref_limits,
    /// How long calls wait for a store that another process is writing to, in milliseconds. The defaults are those of
    /// the stores: 10 seconds for SQLite, 5 for locks of PostgreSQL.
    pub patience_ms: u64,
    /// For PostgreSQL: how many connections are kept at most; the default is 8.
    pub pool_size: u32,
    /// For SQLite: one of the constants of serialref_durability.
    pub durability: i32,
    /// For SQLite: 1 if a file that does not exist is an error rather than created.
    pub must_exist: i32,
    /// Always 0.
    pub reserved: i32,
}

/// On whose behalf changes are made, and why. A member that is empty says nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_cause {
    /// sizeof(serialref_cause), to be set by the caller.
    pub struct_size: usize,
    /// Who: a person, station or order of 1 to 200 characters.
    pub actor: serialref_text,
    /// Why; up to 1000 characters. Some states need it.
    pub reason: serialref_text,
    /// Anything else; up to 1000 characters.
    pub note: serialref_text,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_limits {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_open_options {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_cause {
    const LEAST: usize = size_of::<Self>();
}

/// What C has a handle of.
pub(crate) struct Session {
    pub(crate) registry: Registry,
    /// The store, where it is one of ours.
    opened: Option<Opened>,
}

impl Object for Session {
    type Handle = serialref_registry;
    const TAG: u8 = 3;
    const NAME: &'static str = "registry";
}

impl Session {
    pub(crate) fn over_own_store(registry: Registry) -> Self {
        Self { registry, opened: None }
    }
}

/// A handle for a registry that was made in Rust: for hosts that are written in Rust and C, and for tests.
///
/// # Errors
/// Where there are no more handles.
pub fn adopt(registry: Registry) -> Result<*mut serialref_registry, serialref_status> {
    handle::give(Session::over_own_store(registry)).map_err(|trouble| trouble.status())
}

impl serialref_limits {
    /// The limits it gives, and otherwise those of `limits`.
    fn over(self, limits: Limits) -> Result<Limits, Trouble> {
        let limit = |number, otherwise| given(number).map_or(otherwise, constants::limit);
        Ok(Limits {
            max_live: limit(self.max_live, limits.max_live),
            max_batch: limit(self.max_batch, limits.max_batch),
            max_groups: limit(self.max_groups, limits.max_groups),
            max_fields: limit(self.max_fields, limits.max_fields),
            max_value: limit(self.max_value, limits.max_value),
            min_search_term: search_term(self.min_search_term)?.unwrap_or(limits.min_search_term),
        })
    }
}

/// The least characters of a search term, where they are given.
pub(crate) fn search_term(number: u64) -> Result<Option<u32>, Trouble> {
    let message = "min_search_term is larger than any term can be; give a small number";
    given(number).map(u32::try_from).transpose().map_err(|_| Trouble::option(message))
}

impl serialref_open_options {
    /// What concerns the stores; all of it is checked, whichever this library was built with.
    pub(crate) fn for_stores(self) -> Result<OpenOptions, Trouble> {
        let durability = constants::durability(self.durability)?;
        let must_exist = constants::truth("must_exist", self.must_exist)?;
        #[cfg(not(feature = "sqlite"))]
        let _ = (durability, must_exist);
        Ok(OpenOptions {
            #[cfg(feature = "sqlite")]
            sqlite: self.for_sqlite(durability, must_exist),
            #[cfg(feature = "postgres")]
            postgres: self.for_postgres(),
        })
    }

    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    fn patience(self) -> Option<Duration> {
        (self.patience_ms > 0).then(|| Duration::from_millis(self.patience_ms))
    }

    #[cfg(feature = "sqlite")]
    fn for_sqlite(self, durability: serialref_durability, must_exist: bool) -> SqliteOptions {
        let mut options = SqliteOptions::default();
        if let Some(patience) = self.patience() {
            options = options.patience(patience);
        }
        if let serialref_durability::ProgramCrash = durability {
            options = options.durability(SqliteDurability::ProgramCrash);
        }
        if must_exist { options.must_exist() } else { options }
    }

    #[cfg(feature = "postgres")]
    fn for_postgres(self) -> PostgresOptions {
        let mut options = PostgresOptions::default();
        if let Some(patience) = self.patience() {
            options = options.lock_timeout(patience);
        }
        if self.pool_size > 0 { options.pool_size(self.pool_size as usize) } else { options }
    }

    /// The limits of the registry.
    ///
    /// # Safety
    /// `limits` is NULL or points to a struct of the size that it says.
    pub(crate) unsafe fn limits(self) -> Result<Limits, Trouble> {
        // SAFETY: the caller promises the struct.
        unsafe { memory::read_or_default(self.limits, "limits") }?.over(Limits::default())
    }
}

/// Opens the store that a URL names, and creates it where it does not exist.
///
/// - `memory:` is gone when the registry is freed
/// - `sqlite:line-3.db` is an SQLite file; everything after `sqlite:` is its path
/// - `sqlite:///var/lib/line-3.db` is the same, with an absolute path
/// - `postgresql://user@host:5432/database?sslmode=verify-full` is a PostgreSQL database
///
/// A store in memory is copied by fork(), and the copies never issue the same codes. A file or database is not carried
/// over a fork(): calls in the child return SERIALREF_STATUS_STORE_UNAVAILABLE, and the child opens its own registry.
///
/// @param url       The URL.
/// @param options   How to open it, or NULL for the defaults.
/// @param registry  Where to write the handle. Free it with serialref_registry_free().
/// @return SERIALREF_STATUS_OK; _STORE_URL_INVALID where the URL names no store; _STORE_BUSY, _STORE_UNAVAILABLE,
///         _STORE_CORRUPT or _SCHEMA_TOO_NEW where the store cannot be opened; _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_open(
    url: serialref_text,
    options: *const serialref_open_options,
    registry: *mut *mut serialref_registry,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(registry, "registry") }?;
        // SAFETY: the caller passes a text.
        let url = unsafe { url.read("url") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let options = unsafe { memory::read_or_default(options, "options") }?;
        // SAFETY: `limits` is NULL or a struct of the size that it says.
        let limits = unsafe { options.limits() }?;
        let opened = Opened::by_url(url, &options.for_stores()?)?;
        let registry = Registry::builder(opened.store()).limits(limits).build();
        out.write(handle::give(Session { registry, opened: Some(opened) })?);
        Ok(())
    })
}

/// A second handle of a registry, through which changes are made on somebody's behalf.
///
/// It is the same registry: the same store, the same limits. Have one for each station, and make one for a reason
/// where a call needs one.
///
/// @param registry  The registry.
/// @param cause     Who and why. Members that are empty are as in `registry`.
/// @param acting    Where to write the new handle. Free it with serialref_registry_free(); it outlives `registry`.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or
///         _TOO_MANY_HANDLES. A text that is too long is reported by the calls that use it, as _NAME_INVALID or
///         _TEXT_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_acting(
    registry: *const serialref_registry,
    cause: *const serialref_cause,
    acting: *mut *mut serialref_registry,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(acting, "acting") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let cause = unsafe { memory::read(cause, "cause") }?;
        let mut registry = session.registry.clone();
        // SAFETY: the caller passes texts.
        if let Some(actor) = unsafe { cause.actor.read_given("actor") }? {
            registry = registry.acting_as(actor);
        }
        // SAFETY: the caller passes texts.
        if let Some(reason) = unsafe { cause.reason.read_given("reason") }? {
            registry = registry.because(reason);
        }
        // SAFETY: the caller passes texts.
        if let Some(note) = unsafe { cause.note.read_given("note") }? {
            registry = registry.noting(note);
        }
        out.write(handle::give(Session { registry, opened: session.opened.clone() })?);
        Ok(())
    })
}

/// The limits that hold for groups that have none of their own.
///
/// @param registry  The registry.
/// @param limits    Where to write them; set its `struct_size` before. No member is 0 afterwards.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_limits(
    registry: *const serialref_registry,
    limits: *mut serialref_limits,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(limits, "limits") }?;
        let limits = session.registry.limits();
        out.write(&serialref_limits {
            struct_size: size_of::<serialref_limits>(),
            max_live: limit(Some(limits.max_live)),
            max_batch: limit(Some(limits.max_batch)),
            max_groups: limit(Some(limits.max_groups)),
            max_fields: limit(Some(limits.max_fields)),
            max_value: limit(Some(limits.max_value)),
            min_search_term: constants::shown(Some(limits.min_search_term.into())),
        });
        Ok(())
    })
}

/// Changes the limits of groups that have none of their own, for calls that begin later.
///
/// They belong to this registry and the handles made from it with serialref_acting(); they are not kept in the store.
/// To lower a limit below what is there loses nothing: issuing is refused until there is room. Of two threads that
/// change limits at the same time one may undo what the other did.
///
/// @param registry  The registry.
/// @param limits    The limits; members that are 0 stay as they are.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_limits(
    registry: *const serialref_registry,
    limits: *const serialref_limits,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let limits = unsafe { memory::read(limits, "limits") }?;
        session.registry.set_limits(limits.over(session.registry.limits())?);
        Ok(())
    })
}

/// Writes all that a store in memory holds into a file, from which serialref_restore_snapshot() makes the same store
/// again. Nothing is lost: deleted codes, request ids and counters are in it.
///
/// The file is written beside its place and then moved there, so that an interrupted call leaves the old one. Only its
/// owner may read it: the secret keys of Keyed groups are in it.
///
/// @param registry  A registry over `memory:`.
/// @param path      The path of the file, which is replaced.
/// @return SERIALREF_STATUS_OK; _OPTION_INVALID for another store (see serialref_backup()); _TRANSFER_FAILED where the
///         file cannot be written; _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_save_snapshot(
    registry: *const serialref_registry,
    path: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        let path = unsafe { path.read("path") }?;
        let Some(Opened::Memory(store)) = &session.opened else {
            return Err(Trouble::option("only a store in memory has snapshots; use serialref_backup for a file"));
        };
        whole_file(Path::new(path), |file| {
            let mut file = BufWriter::new(file);
            let written = serde_json::to_writer(&mut file, &store.snapshot()).map_err(io::Error::from);
            Ok(written.and_then(|()| file.flush()).map_err(Error::TransferFailed)?)
        })
    })
}

/// Opens a store in memory that holds what a snapshot does.
///
/// @param path      The file that serialref_save_snapshot() wrote, also with an earlier version of the library.
/// @param options   The limits of the registry, or NULL; other options are not used.
/// @param registry  Where to write the handle. Free it with serialref_registry_free().
/// @return SERIALREF_STATUS_OK; _SNAPSHOT_INVALID where the file is no snapshot, or damaged; _TRANSFER_FAILED where it
///         cannot be read; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_restore_snapshot(
    path: serialref_text,
    options: *const serialref_open_options,
    registry: *mut *mut serialref_registry,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(registry, "registry") }?;
        // SAFETY: the caller passes a text.
        let path = unsafe { path.read("path") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let options = unsafe { memory::read_or_default(options, "options") }?;
        // SAFETY: `limits` is NULL or a struct of the size that it says.
        let limits = unsafe { options.limits() }?;
        let file = fs::File::open(path).map_err(Error::TransferFailed)?;
        let snapshot: Snapshot = serde_json::from_reader(BufReader::new(file)).map_err(not_a_snapshot)?;
        let opened = Opened::Memory(MemoryStore::restore(snapshot).map_err(Error::SnapshotInvalid)?.into());
        let registry = Registry::builder(opened.store()).limits(limits).build();
        out.write(handle::give(Session { registry, opened: Some(opened) })?);
        Ok(())
    })
}

fn not_a_snapshot(error: serde_json::Error) -> Trouble {
    if error.is_io() {
        return Error::TransferFailed(error.into()).into();
    }
    let message = format!("the file is not a snapshot: {error}; use one that serialref_save_snapshot wrote");
    Trouble::misuse(serialref_status::SnapshotInvalid, message)
}

/// Copies an SQLite file while it is in use.
///
/// @param registry  A registry over `sqlite:`.
/// @param path      The path of the copy, which must not exist.
/// @return SERIALREF_STATUS_OK; _OPTION_INVALID for another store; _STORE_BUSY, _STORE_UNAVAILABLE or _STORE_CORRUPT;
///         _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_backup(
    registry: *const serialref_registry,
    path: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        let path = unsafe { path.read("path") }?;
        match &session.opened {
            #[cfg(feature = "sqlite")]
            Some(Opened::Sqlite(store)) => Ok(store.backup_to(path).map_err(Error::from)?),
            _ => Err(Trouble::option(format!("only an SQLite file can be copied to {path:?}; memory has snapshots"))),
        }
    })
}

/// Looks through an SQLite file for damage and contradictions. It reads all of it.
///
/// @param registry  A registry over `sqlite:`.
/// @return SERIALREF_STATUS_OK where all is well; _STORE_CORRUPT where it is not; _OPTION_INVALID for another store;
///         _STORE_BUSY, _STORE_UNAVAILABLE, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_check_integrity(registry: *const serialref_registry) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        match &session.opened {
            #[cfg(feature = "sqlite")]
            Some(Opened::Sqlite(store)) => Ok(store.check_integrity().map_err(Error::from)?),
            _ => Err(Trouble::option("only an SQLite file can be checked")),
        }
    })
}

/// Frees a registry. Calls that other threads have under way in it are finished first, and the store is closed by
/// whoever is last: by this call, by such a thread, or when the last handle from serialref_acting(), deletion or review
/// is freed.
///
/// @param registry  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_registry_free(registry: *mut serialref_registry) -> serialref_status {
    call(|| handle::free::<Session>(registry))
}
