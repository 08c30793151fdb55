//! The functions that a store in C consists of.

use std::ffi::c_void;

use crate::{
    issue::serialref_request_id,
    memory::Growing,
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
    },
};

/// Where a function of a store puts its answer. It is valid only until that function returns; every later use is found
/// out and returns SERIALREF_STATUS_HANDLE_INVALID. Any thread may use it until then.
#[derive(Debug)]
pub struct serialref_sink {
    _private: [u8; 0],
}

/// A store that is written in C: a context and the functions that work on it. The guide "Stores in C" says how to
/// write one, serialref_store_selftest() tests it, and serialref_open_store() makes a registry of it.
///
/// Functions. Each gets `ctx`, a plan or query that belongs to the library and is valid until the function returns, and
/// a sink to put its answer into. It returns 0 when it has answered, with a result or with a refusal, and any other
/// number when the storage failed; nothing may have changed then. Use serialref_sink_fail() to say more about a failure
/// than its number. What the functions of sinks return need not be looked at: an answer that cannot be used makes the
/// whole call fail with SERIALREF_STATUS_STORE_CONTRACT.
///
/// Refusals. "Refuses" below is the order in which reasons are looked for; the first that holds is the answer, by
/// serialref_sink_refuse(), and nothing has changed.
///
/// Steps. A function that changes something does all of it in one step, or nothing: no other call may see a part of it,
/// in any thread, or come between the checks and the change. Its events are part of the step.
///
/// Threads. The functions are called from any thread, several at the same time, unless `single_threaded` is 1. No lock
/// of the library is held while they run, so they may call any function of the library, also with a registry over this
/// same store (but see `single_threaded`).
///
/// C++. An exception must not leave a function: it cannot be caught by the library, and ends the process. Catch
/// everything and return a number instead, as serialref.hpp does. longjmp() out of a function is not allowed either.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_store {
    /// sizeof(serialref_store), to be set by the caller.
    pub struct_size: usize,
    /// Handed to every function as it is.
    pub ctx: *mut c_void,
    /// Called once with `ctx` when the store is not needed any more, in whatever thread that happens. Or NULL.
    pub destroy: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void)>,
    /// Another store, or NULL. Functions that are NULL here are called there, with that store's `ctx`. It is copied,
    /// and goes with this one: its `destroy` is called after this one's. It must not have a base itself.
    pub base: *const serialref_store,
    /// 1 if replies can be lost on the way from the storage, so that every changing call is given a request id and is
    /// repeated after SERIALREF_FAILURE_OUTCOME_UNKNOWN; 0 for storage in the same process. 1 in the base counts too.
    pub loses_replies: i32,
    /// 1 if only one function may run at a time: the library makes calls wait for each other, whatever threads they
    /// come from. A function that uses a registry over the same store then gets SERIALREF_STATUS_STORE_CONTRACT instead
    /// of waiting for itself. 1 in the base counts too.
    pub single_threaded: i32,

    /// Creates a group, with revision 1, nothing issued, and one event: SERIALREF_CHANGE_GROUP_CREATED. Ids of groups
    /// grow from 1 and are never given again. Refuses: NAME_TAKEN where a group that is not deleted has this name, byte
    /// for byte; TOO_MANY_GROUPS. Answer: serialref_sink_group().
    pub create_group: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_group_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Gives a group other settings, raises its revision by 1, and adds the plan's events. Refuses: NO_SUCH_GROUP;
    /// GROUP_CHANGED where its revision is not the plan's; NAME_TAKEN where another group has the name. Answer:
    /// serialref_sink_group().
    pub change_group: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_group_change_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Deletes a group with all its references and frees its name, with one event: SERIALREF_CHANGE_GROUP_DELETED,
    /// whose count are the references that were live. Codes, request ids and events stay. Refuses: NO_SUCH_GROUP;
    /// GROUP_CHANGED where it has issued more than the plan says. Answer: serialref_sink_number() with the references
    /// that were live.
    pub delete_group: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_group_delete_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// A group as it is now. Answer: serialref_sink_group(), or nothing where it does not exist or was deleted.
    pub group: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, group: u64, sink: *mut serialref_sink) -> i32>,
    /// Groups that are not deleted, by id. Answer: serialref_sink_group() for each and serialref_sink_page().
    pub groups: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_group_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Issues references: the step that everything else is there for. Rows of a group are numbered from 1 without a
    /// gap, and so are its batches. All become SERIALREF_STATE_AVAILABLE. Events: one SERIALREF_CHANGE_ISSUED for a
    /// batch, with the first row and the count; in a Continuous group one for each reference. An earlier call with the
    /// same request id and digest is answered with what it did, and nothing is done. Refuses: REQUEST_MISMATCH where
    /// the request id was used with another digest or for something else than issuing; NO_SUCH_GROUP; GROUP_CHANGED
    /// where its revision is not the plan's; LIVE_LIMIT; INDEX_MOVED; CODES_TAKEN. Fails with
    /// SERIALREF_FAILURE_CONTRACT for a plan that no registry makes: without codes, with codes of another width than
    /// the group's, or with a batch where the kind of the group has none or without one where it has. Answer:
    /// serialref_sink_appended().
    pub append: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_append_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// What was done under a request id, whatever became of it since. Answer: serialref_sink_request() and one of
    /// serialref_sink_appended(), serialref_sink_claimed() (with its references) and serialref_sink_changed(); nothing
    /// where the id was not used.
    pub request: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            id: *const serialref_request_id,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Which codes a group could not issue because they were issued before: in the group where its scope is
    /// SERIALREF_SCOPE_GROUP, otherwise in any group of registry scope; deleted ones and those of deleted groups
    /// included. Refuses: NO_SUCH_GROUP. Answer: serialref_sink_position() for each, ascending; nothing where there are
    /// none.
    pub taken: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_taken_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// The live references that have one of several codes, byte for byte; each once, by group and row. Answer:
    /// serialref_sink_reference() for each; nothing where there are none, also where there is no such group.
    pub find: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_find_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Live references, by group and row. Refuses, where the query names them: NO_SUCH_GROUP; GROUP_CHANGED where the
    /// revision is another; NO_SUCH_BATCH. Answer: serialref_sink_reference() for each and serialref_sink_page().
    pub references: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_reference_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// One batch. Refuses: NO_SUCH_GROUP; NO_SUCH_BATCH. Answer: serialref_sink_batch().
    pub batch:
        Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, group: u64, batch: u64, sink: *mut serialref_sink) -> i32>,
    /// The batches of a group by id, also those of which nothing is live any more. Refuses: NO_SUCH_GROUP. Answer:
    /// serialref_sink_batch() for each and serialref_sink_page().
    pub batches: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_batch_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Deletes references, all that are live of those that the plan names, in one step over all its groups. Events: one
    /// SERIALREF_CHANGE_DELETED for each, by group and row, with the state it was in. The references stay as they were,
    /// for `deleted`, claims and requests. Answer: serialref_sink_changed() with how many were deleted, and how many of
    /// the rows that were named are not live or never were.
    pub delete_references: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_delete_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// The deleted references that have a code, and those of deleted groups, as they were last; by group and row. The
    /// query has one code. Answer: serialref_sink_reference() for each; nothing where there are none.
    pub deleted: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_find_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Claims the available references with the lowest rows, of the group or of the batch that the plan names. In the
    /// same step, and before, claims of the group that have expired fall back as in `expire`, unless the call is
    /// refused. Claims of a group are numbered from 1. Each reference becomes SERIALREF_STATE_ALLOCATED, held by the
    /// claim, with an event SERIALREF_CHANGE_MOVED that has the claim. A repeated request is answered with the claim
    /// that it made. Refuses: REQUEST_MISMATCH; NO_SUCH_GROUP; NO_SUCH_BATCH; TOO_FEW_AVAILABLE, where those of expired
    /// claims count as available. Answer: serialref_sink_claimed() and serialref_sink_reference() for each of its
    /// references.
    pub claim: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_claim_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// A claim that was made, with all references that it took, as they are now, deleted ones included. Refuses:
    /// NO_SUCH_GROUP; NO_SUCH_CLAIM. Answer: as `claim`.
    pub claimed:
        Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, group: u64, claim: u64, sink: *mut serialref_sink) -> i32>,
    /// Brings back to SERIALREF_STATE_AVAILABLE, by row, the live references that are held by claims of the group that
    /// expire at the plan's moment or before. Each has an event SERIALREF_CHANGE_MOVED with the claim that held it, no
    /// actor, and the plan's reason. Refuses: NO_SUCH_GROUP. Answer: serialref_sink_number() with how many.
    pub expire: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_expire_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// Changes references, in one step over all groups of the plan, as serialref_step says. A repeated request is
    /// answered with what it did. Refuses: REQUEST_MISMATCH; then for each group in turn NO_SUCH_GROUP, NO_SUCH_CLAIM
    /// (of SERIALREF_STEP_RETURN) and GROUP_CHANGED (of SERIALREF_STEP_SET_VALUES); UNFIT with every reference that
    /// does not fit. Answer: serialref_sink_changed() with how many references the step reached, and how many it left
    /// as they are.
    pub change: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            plan: *const serialref_change_plan,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// The events of a group by id, also of a deleted one. Refuses: NO_SUCH_GROUP where there never was such a group.
    /// Answer: serialref_sink_event() for each and serialref_sink_page().
    pub events: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            query: *const serialref_event_query,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// How many live references are in each state, and the available reference with the lowest row; of the whole
    /// registry only the numbers. Refuses: NO_SUCH_GROUP; NO_SUCH_BATCH. Answer: serialref_sink_inventory(), and
    /// serialref_sink_reference() where there is such a reference.
    pub inventory: Option<
        unsafe extern "C-unwind" fn(
            ctx: *mut c_void,
            within: *const serialref_within,
            sink: *mut serialref_sink,
        ) -> i32,
    >,
    /// What references of a group have of their own, live or deleted: values and warranty. Refuses: NO_SUCH_GROUP.
    /// Answer: serialref_sink_details() for each of the rows that has anything, by row.
    pub details: Option<
        unsafe extern "C-unwind" fn(ctx: *mut c_void, rows: *const serialref_target, sink: *mut serialref_sink) -> i32,
    >,
}

// SAFETY: repr(C), the size comes first; numbers and pointers may have any bytes, and functions that are NULL are None.
// Other bytes in the place of a function are the caller's word that there is one.
unsafe impl Growing for serialref_store {
    const LEAST: usize = size_of::<Self>();
}

impl serialref_store {
    /// Each function by its name, and whether it is there.
    pub(super) fn functions(&self) -> [(&'static str, bool); 21] {
        [
            ("create_group", self.create_group.is_some()),
            ("change_group", self.change_group.is_some()),
            ("delete_group", self.delete_group.is_some()),
            ("group", self.group.is_some()),
            ("groups", self.groups.is_some()),
            ("append", self.append.is_some()),
            ("request", self.request.is_some()),
            ("taken", self.taken.is_some()),
            ("find", self.find.is_some()),
            ("references", self.references.is_some()),
            ("batch", self.batch.is_some()),
            ("batches", self.batches.is_some()),
            ("delete_references", self.delete_references.is_some()),
            ("deleted", self.deleted.is_some()),
            ("claim", self.claim.is_some()),
            ("claimed", self.claimed.is_some()),
            ("expire", self.expire.is_some()),
            ("change", self.change.is_some()),
            ("events", self.events.is_some()),
            ("inventory", self.inventory.is_some()),
            ("details", self.details.is_some()),
        ]
    }
}
