//! A store of ours as a table of functions, for stores in C to build on.

use std::{ffi::c_void, ptr, sync::Arc};

use serialref::{Answer, BatchId, ClaimId, GroupId, Opened, Store, StoreError, StoreResult};

use crate::{
    handle::{self, Object},
    issue::serialref_request_id,
    memory::{self, OutRecord},
    registry::serialref_open_options,
    status::serialref_status,
    store::{
        plans::{
            serialref_append_plan, serialref_change_plan, serialref_claim_plan, serialref_delete_plan,
            serialref_expire_plan, serialref_group_change_plan, serialref_group_delete_plan, serialref_group_plan,
            serialref_target,
        },
        queries::{
            serialref_batch_query, serialref_event_query, serialref_find_query, serialref_group_query,
            serialref_reference_query, serialref_taken_query, serialref_within,
        },
        sink::with_told,
        table::{serialref_sink, serialref_store},
        take,
        told::{Part, Told},
    },
    text::serialref_text,
    trouble::{Trouble, call, caught},
};

/// The `ctx` of such a table: a handle, so that a wrong one is found out.
struct Inner(Arc<dyn Store>);

impl Object for Inner {
    type Handle = c_void;
    const TAG: u8 = 33;
    const NAME: &'static str = "ctx of a store of the library";
}

/// Opens a store of the library as a table, for a store in C to build on: as its `base`, or called from its own
/// functions, which hand on their plan and sink and may look at what came of it with serialref_sink_answer(). A plan
/// may be changed on the way.
///
/// The table can be given to serialref_open_store() as it is, or as the base of another; then it is destroyed with it.
/// Otherwise call its `destroy` with its `ctx`. Should something fail inside the library while one of its functions
/// runs, a change ends with SERIALREF_FAILURE_OUTCOME_UNKNOWN in the sink, and reading and all later calls with
/// SERIALREF_FAILURE_UNAVAILABLE.
///
/// @param url      What to open, as for serialref_open().
/// @param options  How to open it, or NULL for the defaults; limits are not used.
/// @param store    Where to write the table; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK, or what serialref_open() returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_store_by_url(
    url: serialref_text,
    options: *const serialref_open_options,
    store: *mut serialref_store,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(store, "store") }?;
        // SAFETY: the caller passes a text, and NULL or a struct of the size that it says.
        let (url, options) = unsafe { (url.read("url")?, memory::read_or_default(options, "options")?) };
        out.write(&table_of(Opened::by_url(url, &options.for_stores()?)?.store())?);
        Ok(())
    })
}

/// The table of a store.
fn table_of(inner: Arc<dyn Store>) -> Result<serialref_store, Trouble> {
    let loses_replies = inner.loses_replies();
    Ok(serialref_store {
        struct_size: size_of::<serialref_store>(),
        ctx: handle::give(Inner(inner))?,
        destroy: Some(destroy),
        base: ptr::null(),
        loses_replies: loses_replies.into(),
        single_threaded: 0,
        create_group: Some(create_group),
        change_group: Some(change_group),
        delete_group: Some(delete_group),
        group: Some(group),
        groups: Some(groups),
        append: Some(append),
        request: Some(request),
        taken: Some(taken),
        find: Some(find),
        references: Some(references),
        batch: Some(batch),
        batches: Some(batches),
        delete_references: Some(delete_references),
        deleted: Some(deleted),
        claim: Some(claim),
        claimed: Some(claimed),
        expire: Some(expire),
        change: Some(change),
        events: Some(events),
        inventory: Some(inventory),
        details: Some(details),
    })
}

unsafe extern "C-unwind" fn destroy(ctx: *mut c_void) {
    // Whoever calls it twice gets an error that nobody sees.
    let _ = call(|| handle::free::<Inner>(ctx));
}

/// What a function does, and so what is known after a panic in it.
#[derive(Clone, Copy)]
enum Does {
    /// Nobody knows whether it was carried out.
    Change,
    /// Nothing has changed.
    Read,
}

impl Does {
    fn failure(self, message: String) -> StoreError {
        match self {
            Self::Change => StoreError::outcome_unknown(message),
            Self::Read => StoreError::unavailable(message),
        }
    }
}

/// A panic, now or in an earlier call, is a failure of the store; other trouble lies with the caller.
fn as_failure<T>(trouble: Trouble, does: Does) -> Result<StoreResult<T>, Trouble> {
    let is_panic = trouble.status() == serialref_status::Panicked;
    if is_panic { Ok(Err(does.failure(trouble.message()))) } else { Err(trouble) }
}

/// What a function returns after the store failed, which is in the sink.
const FAILED: i32 = 1;

/// Asks the store of a `ctx` and puts what it says into a sink, if that takes it.
fn hand_on<T>(
    (ctx, sink): (*mut c_void, *mut serialref_sink),
    does: Does,
    part: Part,
    ask: impl FnOnce(&dyn Store) -> Result<StoreResult<T>, Trouble>,
    put: impl FnOnce(&mut Told, T),
) -> i32 {
    let mut has_failed = false;
    let status = call(|| {
        // Nothing is done where it could not be told.
        with_told(sink, |told| told.may_take(part))?;
        let answer = match handle::object::<Inner>(ctx) {
            Ok(inner) => caught(move || ask(&*inner.0)).or_else(|trouble| as_failure(trouble, does)),
            // Nothing is done with a store in which something panicked before.
            Err(trouble) => as_failure(trouble, Does::Read),
        };
        with_told(sink, |told| {
            let answer = answer?;
            has_failed = answer.is_err();
            told.take_over(answer, put);
            Ok(())
        })
    });
    if has_failed { FAILED } else { status as i32 }
}

/// An answer that is never a refusal.
fn never_refused<T>(answer: Result<T, StoreError>) -> StoreResult<T> {
    answer.map(Answer::Done)
}

// The functions of the table. Each is called by the library or by C, which promises what `take` asks for.

unsafe extern "C-unwind" fn create_group(
    ctx: *mut c_void,
    plan: *const serialref_group_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.create_group(&unsafe { take::group(plan) }?));
    hand_on((ctx, sink), Does::Change, Part::Group, ask, |told, group| told.groups.push(group))
}

unsafe extern "C-unwind" fn change_group(
    ctx: *mut c_void,
    plan: *const serialref_group_change_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.change_group(&unsafe { take::group_change(plan) }?));
    hand_on((ctx, sink), Does::Change, Part::Group, ask, |told, group| told.groups.push(group))
}

unsafe extern "C-unwind" fn delete_group(
    ctx: *mut c_void,
    plan: *const serialref_group_delete_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.delete_group(&unsafe { take::group_delete(plan) }?));
    hand_on((ctx, sink), Does::Change, Part::Number, ask, |told, live| told.number = Some(live))
}

unsafe extern "C-unwind" fn group(ctx: *mut c_void, group: u64, sink: *mut serialref_sink) -> i32 {
    let ask = |store: &dyn Store| Ok(never_refused(store.group(GroupId(group))));
    hand_on((ctx, sink), Does::Read, Part::Group, ask, |told, group| told.groups.extend(group))
}

unsafe extern "C-unwind" fn groups(
    ctx: *mut c_void,
    query: *const serialref_group_query,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(never_refused(store.groups(&unsafe { take::groups(query) }?)));
    hand_on((ctx, sink), Does::Read, Part::Page, ask, |told, slice| told.put_slice(slice, |told| &mut told.groups))
}

unsafe extern "C-unwind" fn append(
    ctx: *mut c_void,
    plan: *const serialref_append_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| unsafe { take::append(plan, |plan| store.append(plan)) };
    hand_on((ctx, sink), Does::Change, Part::Appended, ask, |told, appended| told.appended = Some(appended))
}

unsafe extern "C-unwind" fn request(
    ctx: *mut c_void,
    id: *const serialref_request_id,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(never_refused(store.request(unsafe { take::request_id(id) }?)));
    hand_on((ctx, sink), Does::Read, Part::Request, ask, |told, record| {
        if let Some(record) = record {
            told.put_record(record);
        }
    })
}

unsafe extern "C-unwind" fn taken(
    ctx: *mut c_void,
    query: *const serialref_taken_query,
    sink: *mut serialref_sink,
) -> i32 {
    let ask = |store: &dyn Store| {
        // SAFETY: see above.
        let (group, codes) = unsafe { take::taken(query) }?;
        Ok(store.taken(group, &codes))
    };
    hand_on((ctx, sink), Does::Read, Part::Refusal, ask, |told, positions| told.positions.extend(positions))
}

unsafe extern "C-unwind" fn find(
    ctx: *mut c_void,
    query: *const serialref_find_query,
    sink: *mut serialref_sink,
) -> i32 {
    let ask = |store: &dyn Store| {
        // SAFETY: see above.
        let (group, codes) = unsafe { take::find(query) }?;
        Ok(never_refused(store.find(group, &codes)))
    };
    hand_on((ctx, sink), Does::Read, Part::Reference, ask, |told, references| told.references.extend(references))
}

unsafe extern "C-unwind" fn references(
    ctx: *mut c_void,
    query: *const serialref_reference_query,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.references(&unsafe { take::references(query) }?));
    hand_on((ctx, sink), Does::Read, Part::Page, ask, |told, slice| told.put_slice(slice, |told| &mut told.references))
}

unsafe extern "C-unwind" fn batch(ctx: *mut c_void, group: u64, batch: u64, sink: *mut serialref_sink) -> i32 {
    let ask = |store: &dyn Store| Ok(store.batch(GroupId(group), BatchId(batch)));
    hand_on((ctx, sink), Does::Read, Part::Batch, ask, |told, batch| told.batches.push(batch))
}

unsafe extern "C-unwind" fn batches(
    ctx: *mut c_void,
    query: *const serialref_batch_query,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.batches(&unsafe { take::batches(query) }?));
    hand_on((ctx, sink), Does::Read, Part::Page, ask, |told, slice| told.put_slice(slice, |told| &mut told.batches))
}

unsafe extern "C-unwind" fn delete_references(
    ctx: *mut c_void,
    plan: *const serialref_delete_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(never_refused(store.delete(&unsafe { take::delete(plan) }?)));
    hand_on((ctx, sink), Does::Change, Part::Changed, ask, |told, deleted| {
        told.changed = Some((deleted.deleted, deleted.already_gone));
    })
}

unsafe extern "C-unwind" fn deleted(
    ctx: *mut c_void,
    query: *const serialref_find_query,
    sink: *mut serialref_sink,
) -> i32 {
    let ask = |store: &dyn Store| {
        // SAFETY: see above.
        let (group, codes) = unsafe { take::find(query) }?;
        let [code] = codes[..] else { return Err(Trouble::option("deleted references are found by one code")) };
        Ok(never_refused(store.deleted(group, code)))
    };
    hand_on((ctx, sink), Does::Read, Part::Reference, ask, |told, references| told.references.extend(references))
}

unsafe extern "C-unwind" fn claim(
    ctx: *mut c_void,
    plan: *const serialref_claim_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| unsafe { take::claim(plan, |plan| store.claim(plan)) };
    hand_on((ctx, sink), Does::Change, Part::Claimed, ask, Told::put_claimed)
}

unsafe extern "C-unwind" fn claimed(ctx: *mut c_void, group: u64, claim: u64, sink: *mut serialref_sink) -> i32 {
    let ask = |store: &dyn Store| Ok(store.claimed(GroupId(group), ClaimId(claim)));
    hand_on((ctx, sink), Does::Read, Part::Claimed, ask, |told, record| told.put_claim(record, None))
}

unsafe extern "C-unwind" fn expire(
    ctx: *mut c_void,
    plan: *const serialref_expire_plan,
    sink: *mut serialref_sink,
) -> i32 {
    let ask = |store: &dyn Store| {
        // SAFETY: see above.
        let (group, at) = unsafe { take::expire(plan) }?;
        Ok(store.expire(group, at))
    };
    hand_on((ctx, sink), Does::Change, Part::Number, ask, |told, expired| told.number = Some(expired))
}

unsafe extern "C-unwind" fn change(
    ctx: *mut c_void,
    plan: *const serialref_change_plan,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| unsafe { take::change(plan, |plan| store.change(plan)) };
    hand_on((ctx, sink), Does::Change, Part::Changed, ask, |told, changed| {
        told.changed = Some((changed.changed, changed.left));
    })
}

unsafe extern "C-unwind" fn events(
    ctx: *mut c_void,
    query: *const serialref_event_query,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.events(&unsafe { take::events(query) }?));
    hand_on((ctx, sink), Does::Read, Part::Page, ask, |told, slice| told.put_slice(slice, |told| &mut told.events))
}

unsafe extern "C-unwind" fn inventory(
    ctx: *mut c_void,
    within: *const serialref_within,
    sink: *mut serialref_sink,
) -> i32 {
    // SAFETY: see above.
    let ask = |store: &dyn Store| Ok(store.inventory(unsafe { take::within(within) }?));
    hand_on((ctx, sink), Does::Read, Part::Inventory, ask, |told, inventory| {
        told.counts = Some(inventory.counts);
        told.references.extend(inventory.next);
    })
}

unsafe extern "C-unwind" fn details(ctx: *mut c_void, rows: *const serialref_target, sink: *mut serialref_sink) -> i32 {
    let ask = |store: &dyn Store| {
        // SAFETY: see above.
        let (group, rows) = unsafe { take::target(rows) }?;
        Ok(store.details(group, &rows))
    };
    hand_on((ctx, sink), Does::Read, Part::Details, ask, |told, details| told.details.extend(details))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

    use serial_core::conformance::FaultyStore;
    use serialref::{Error, MemoryStore, NewBatch, NewGroup, Registry, RequestId};

    use super::*;
    use crate::store::bridge::CStore;

    /// A registry over the table of a store that panics as soon as it is told to.
    fn over_panicking_store() -> (Registry, Arc<AtomicBool>) {
        let is_faulty = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_faulty);
        let store = FaultyStore::new(MemoryStore::new(), move |_, _| {
            assert!(!told.load(Ordering::SeqCst), "a fault in the store");
            None
        });
        let table = table_of(Arc::new(store)).unwrap();
        (Registry::new(CStore::of(table).checked().unwrap()), is_faulty)
    }

    #[test]
    fn after_a_panic_in_a_change_of_a_base_store_the_outcome_is_unknown_and_then_the_store_is_unavailable() {
        let (registry, is_faulty) = over_panicking_store();
        let group = registry.create_group(NewGroup::batch("Pump")).unwrap();
        is_faulty.store(true, Ordering::SeqCst);
        let failed = registry.create_group(NewGroup::batch("Valve")).unwrap_err();
        let Error::OutcomeUnknown { source, .. } = &failed else { panic!("{failed:?}") };
        assert!(source.to_string().contains("a fault in the store"), "{source}");

        is_faulty.store(false, Ordering::SeqCst);
        let refused = registry.create_batch(group.id, NewBatch::of(3)).unwrap_err();
        let Error::StoreUnavailable(source) = &refused else { panic!("{refused:?}") };
        assert!(source.to_string().contains("open it again"), "{source}");
    }

    #[test]
    fn after_a_panic_in_issuing_the_outcome_stays_unknown_though_the_request_is_repeated_on_the_broken_store() {
        let (registry, is_faulty) = over_panicking_store();
        let group = registry.create_group(NewGroup::batch("Pump")).unwrap();
        // So that the registry knows the group and does not read it first.
        registry.create_batch(group.id, NewBatch::of(1)).unwrap();
        is_faulty.store(true, Ordering::SeqCst);
        let wanted = NewBatch::of(3).request_id(RequestId(4711));
        let failed = registry.create_batch(group.id, wanted).unwrap_err();
        let Error::OutcomeUnknown { request, source } = &failed else { panic!("{failed:?}") };
        assert_eq!(*request, Some(RequestId(4711)));
        assert!(source.to_string().contains("a fault in the store"), "{source}");
    }

    /// What the function below returned to the one of [`watching`].
    static RETURNED: AtomicI32 = AtomicI32::new(0);

    unsafe extern "C-unwind" fn watching(ctx: *mut c_void, group: u64, sink: *mut serialref_sink) -> i32 {
        // SAFETY: `ctx` is the table below, and all of its functions are there.
        let returned = unsafe {
            let below = &*ctx.cast::<serialref_store>();
            below.group.unwrap()(below.ctx, group, sink)
        };
        RETURNED.store(returned, Ordering::SeqCst);
        returned
    }

    #[test]
    fn a_function_whose_store_failed_returns_another_number_than_0_and_what_it_put_into_the_sink_counts() {
        let mut below = table_of(Arc::new(FaultyStore::new(MemoryStore::new(), |_, _| panic!("a fault")))).unwrap();
        // The table below goes with the one above, as its base.
        let above = serialref_store { ctx: (&raw mut below).cast(), group: Some(watching), destroy: None, ..below };
        let registry = Registry::new(CStore::of(above).over(below).checked().unwrap());
        let failed = registry.group(GroupId(1)).unwrap_err();
        assert!(matches!(failed, Error::StoreUnavailable(_)), "{failed:?}");
        assert_ne!(RETURNED.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn after_a_panic_in_reading_from_a_base_store_the_store_is_unavailable() {
        let (registry, is_faulty) = over_panicking_store();
        let group = registry.create_group(NewGroup::batch("Pump")).unwrap();
        is_faulty.store(true, Ordering::SeqCst);
        let failed = registry.group(group.id).unwrap_err();
        let Error::StoreUnavailable(source) = &failed else { panic!("{failed:?}") };
        assert!(source.to_string().contains("a fault in the store"), "{source}");
    }
}
