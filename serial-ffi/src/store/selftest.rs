//! The conformance kit for stores in C.

use std::{
    ffi::c_void,
    panic, ptr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serialref::{
    Error, Store, StoreError,
    conformance::{self, Case, Durability, Factory, Storage},
};

use crate::{
    constants,
    memory::{self, Growing, OutRecord},
    status::serialref_status,
    store::{bridge::CStore, open::adopt, table::serialref_store},
    text::{Texts, serialref_text},
    trouble::{Trouble, call},
};

/// What a storage gives when it is opened once more. 0 stands for SERIALREF_KEEPING_VOLATILE.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_keeping {
    /// An empty store: everything goes with the store.
    Volatile = 1,
    /// What the store before it kept, once that one is destroyed; never two at a time.
    Exclusive = 2,
    /// The same contents, also while others are open.
    Shared = 3,
}

/// Makes stores to be tested, each case gets an empty one of its own.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_store_factory {
    /// sizeof(serialref_store_factory), to be set by the caller.
    pub struct_size: usize,
    /// Handed to every function as it is.
    pub ctx: *mut c_void,
    /// One of the constants of serialref_keeping.
    pub keeping: i32,
    /// Always 0.
    pub reserved: i32,
    /// Makes an empty place for a store, a directory for example, and writes a pointer of its own for it, which is NULL
    /// otherwise. Returns 0, or a number of its own on failure. Or NULL, where stores need no place.
    pub create: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, storage: *mut *mut c_void) -> i32>,
    /// Opens a store in that place and fills in its table, whose `struct_size` is set. Returns 0, or a number of its
    /// own on failure. It must not be NULL. The table is destroyed like one that was given to serialref_open_store().
    ///
    /// The table has no more bytes than its `struct_size` says, which are fewer where the library is older than the
    /// header: set members one by one, and only those that are within it.
    pub open:
        Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, storage: *mut c_void, store: *mut serialref_store) -> i32>,
    /// Removes the place; all stores in it are destroyed then. Or NULL.
    pub discard: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, storage: *mut c_void)>,
}

/// What came of one case. It is valid while it is being reported.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_selftest_case {
    /// sizeof(serialref_selftest_case), set by the library.
    pub struct_size: usize,
    /// The name of the case, which says what must hold.
    pub name: serialref_text,
    /// The rule that was tested, or broken: "S1" to "S17", or "All".
    pub rule: serialref_text,
    /// What was expected and what came; empty where the case passed.
    pub message: serialref_text,
    /// Its number, counted from 1.
    pub number: usize,
    /// How many cases there are.
    pub count: usize,
    /// 1 if it passed, otherwise 0.
    pub passed: i32,
    /// Always 0.
    pub reserved: i32,
}

/// What came of all cases.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_selftest_result {
    /// sizeof(serialref_selftest_result), to be set by the caller.
    pub struct_size: usize,
    /// How many cases passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
}

// SAFETY: repr(C), the size comes first; numbers and pointers may have any bytes, and functions that are NULL are None.
// Other bytes in the place of a function are the caller's word that there is one.
unsafe impl Growing for serialref_store_factory {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: repr(C), the size comes first, and numbers may have any bytes.
unsafe impl Growing for serialref_selftest_result {
    const LEAST: usize = size_of::<Self>();
}

type Report = unsafe extern "C-unwind" fn(ctx: *mut c_void, result: *const serialref_selftest_case);

/// A factory of C as one of the kit.
struct CFactory {
    table: serialref_store_factory,
    durability: Durability,
    /// Why it could not do its work in the present case.
    trouble: Mutex<Option<String>>,
}

// SAFETY: whoever made the factory promised that it can be used from any thread.
unsafe impl Send for CFactory {}
// SAFETY: as above.
unsafe impl Sync for CFactory {}

struct CStorage<'a> {
    factory: &'a CFactory,
    place: *mut c_void,
}

// SAFETY: as above.
unsafe impl Send for CStorage<'_> {}
// SAFETY: as above.
unsafe impl Sync for CStorage<'_> {}

impl CFactory {
    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the case: the kit takes it for a failure, and its reason is kept here.
    fn give_up(&self, reason: String) -> ! {
        *self.trouble() = Some(reason.clone());
        // Without the words that a panic prints.
        panic::resume_unwind(Box::new(reason))
    }

    /// Runs a case; says which rule it broke, and how.
    fn run(&self, case: Case) -> Result<(), (String, String)> {
        self.trouble().take();
        case.run(self).map_err(|failure| {
            let reason = self.trouble().take();
            (failure.rule.to_string(), reason.unwrap_or(failure.message))
        })
    }
}

impl Factory for CFactory {
    fn create(&self) -> Box<dyn Storage + '_> {
        let mut place = ptr::null_mut();
        if let Some(create) = self.table.create {
            // SAFETY: the factory promised a function that can be called so.
            let number = unsafe { create(self.table.ctx, &raw mut place) };
            if number != 0 {
                self.give_up(format!("create of the factory failed and returned {number}"));
            }
        }
        Box::new(CStorage { factory: self, place })
    }
}

impl Storage for CStorage<'_> {
    fn open(&self) -> Box<dyn Store> {
        let CFactory { table, .. } = self.factory;
        let Some(open) = table.open else { self.factory.give_up("open of the factory is NULL".into()) };
        // SAFETY: all zeros are a value of such a struct.
        let mut store = unsafe { std::mem::zeroed::<serialref_store>() };
        store.struct_size = size_of::<serialref_store>();
        // SAFETY: the factory promised a function that can be called so.
        let number = unsafe { open(table.ctx, self.place, &raw mut store) };
        if number != 0 {
            self.factory.give_up(format!("open of the factory failed and returned {number}"));
        }
        // SAFETY: the factory promised a table whose functions can be called.
        match unsafe { adopt(&raw const store) }.and_then(CStore::checked) {
            Ok(store) => Box::new(store),
            Err(trouble) => self.factory.give_up(trouble.message()),
        }
    }

    fn durability(&self) -> Durability {
        self.factory.durability
    }
}

impl Drop for CStorage<'_> {
    fn drop(&mut self) {
        if let Some(discard) = self.factory.table.discard {
            // SAFETY: the factory promised a function that can be called so, and this is the one time for this place.
            unsafe { discard(self.factory.table.ctx, self.place) };
        }
    }
}

fn keeping(number: i32) -> Result<Durability, Trouble> {
    use Durability::{Exclusive, Shared, Volatile};
    constants::of_number("keeping", number, &[(0, Volatile), (1, Volatile), (2, Exclusive), (3, Shared)])
}

/// Tests whether stores keep the contract: about 180 cases, each on an empty store, with up to 8 threads; a store in
/// memory takes some seconds. A store that waits for ever makes this wait for ever.
///
/// @param factory  Makes the stores.
/// @param only     Run only cases whose name begins with this text, for example "s03"; empty for all.
/// @param report   Called after each case with `ctx`, in the calling thread; or NULL.
/// @param ctx      Handed to `report` as it is.
/// @param result   Where to write how many cases passed and failed, also where some failed; set its `struct_size`
///                 before. Or NULL.
/// @return SERIALREF_STATUS_OK where every case passed; _STORE_CONTRACT where one failed; _OPTION_INVALID where no case
///         has such a name; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_store_selftest(
    factory: *const serialref_store_factory,
    only: serialref_text,
    report: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, result: *const serialref_selftest_case)>,
    ctx: *mut c_void,
    result: *mut serialref_selftest_result,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or structs of the sizes that they say, and a text.
        let (table, only, out) = unsafe {
            let out = OutRecord::optional(result, "result")?;
            (memory::read(factory, "factory")?, only.read("only")?, out)
        };
        if table.open.is_none() {
            return Err(Trouble::null("open of factory"));
        }
        let factory = CFactory { table, durability: keeping(table.keeping)?, trouble: Mutex::default() };
        let cases: Vec<Case> =
            conformance::cases().iter().filter(|case| case.name.starts_with(only)).copied().collect();
        if cases.is_empty() {
            return Err(Trouble::option("no case has a name that begins so; pass the empty text for all cases"));
        }
        let mut failed = 0;
        for (number, case) in (1..).zip(&cases) {
            let came = factory.run(*case);
            failed += usize::from(came.is_err());
            if let Some(report) = report {
                tell(report, ctx, case, number, cases.len(), came);
            }
        }
        let passed = cases.len() - failed;
        if let Some(out) = out {
            out.write(&serialref_selftest_result {
                struct_size: size_of::<serialref_selftest_result>(),
                passed,
                failed,
            });
        }
        if failed > 0 {
            let message = format!("{failed} of {} cases failed; the report says which", cases.len());
            return Err(Error::from(StoreError::contract(message)).into());
        }
        Ok(())
    })
}

/// Reports one case.
fn tell(
    report: Report,
    ctx: *mut c_void,
    case: &Case,
    number: usize,
    count: usize,
    broken: Result<(), (String, String)>,
) {
    let mut texts = Texts::default();
    let passed = broken.is_ok();
    let (rule, message) = broken.err().unwrap_or_else(|| (case.rule.to_string(), String::new()));
    let told = serialref_selftest_case {
        struct_size: size_of::<serialref_selftest_case>(),
        name: texts.keep(case.name),
        rule: texts.keep(&rule),
        message: texts.keep(&message),
        number,
        count,
        passed: passed.into(),
        reserved: 0,
    };
    // SAFETY: the caller promised a function that can be called with its `ctx`, and the struct is valid until it
    // returns.
    unsafe { report(ctx, &raw const told) };
}
