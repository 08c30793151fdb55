//! References to files and from them.

use std::{
    ffi::{c_int, c_void},
    fs,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

use serialref::{ExportFormat, GroupId, Import, ImportReview, Imported};

use crate::{
    codes::{KeptCodes, serialref_codes},
    constants::{self, serialref_file},
    file::whole_file,
    handle::{self, Object},
    issue::serialref_request_id,
    list::{List, Records, serialref_list},
    memory::{self, Growing, Out, OutRecord},
    query::{self, serialref_selection},
    records::{serialref_detail, serialref_issued},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// Something to read from. It is used only while the call lasts that it was given to, by the calling thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_reader {
    /// Handed to `read` as it is.
    pub ctx: *mut c_void,
    /// Reads up to `capacity` bytes into `buffer`; returns how many there are now, 0 at the end, and a negative number
    /// of its own on failure, which the message of the error repeats. It must not be NULL.
    pub read: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>,
}

/// Something to write to. It is used only while the call lasts that it was given to, by the calling thread.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_writer {
    /// Handed to `write` as it is.
    pub ctx: *mut c_void,
    /// Writes all of the bytes; returns 0, and another number of its own on failure, which the message of the error
    /// repeats; it is not called again then. It must not be NULL.
    pub write: Option<unsafe extern "C-unwind" fn(ctx: *mut c_void, bytes: *const u8, size: usize) -> c_int>,
}

/// What to import, and how. A member that is 0 or empty says nothing, and the default holds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_import_options {
    /// sizeof(serialref_import_options), to be set by the caller.
    pub struct_size: usize,
    /// How the file is written: one of the constants of serialref_file.
    pub file: i32,
    /// 1 if the file has no codes and the group issues one for each row, otherwise 0.
    pub issue_codes: i32,
    /// The name of the batch that a Batch group makes of the file.
    pub batch_name: serialref_text,
    /// The id of the request; all zeros for one that is made of the file's content.
    pub request_id: serialref_request_id,
}

/// What was found in a file.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_review_info {
    /// sizeof(serialref_review_info), to be set by the caller.
    pub struct_size: usize,
    /// How many rows it has, without the line of column names.
    pub rows: u64,
    /// How many of them can be imported.
    pub good: u64,
    /// How many things are wrong.
    pub faults: u64,
    /// The id with which it is imported.
    pub request_id: serialref_request_id,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_import_options {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_review_info {
    const LEAST: usize = size_of::<Self>();
}

/// A file that was read and checked, and can be imported. A handle; may be shared between threads, and outlives the
/// registry's handle. Free it with serialref_review_free(), which changes nothing.
#[derive(Debug)]
pub struct serialref_review {
    _private: [u8; 0],
}

impl Object for ImportReview {
    type Handle = serialref_review;
    const TAG: u8 = 7;
    const NAME: &'static str = "review of an import";
}

fn callback_failed(verb: &str, number: i64) -> io::Error {
    io::Error::other(format!("the caller's function to {verb} failed and returned {number}"))
}

impl serialref_reader {
    /// # Safety
    /// The pointer is NULL or points to a reader.
    unsafe fn checked(reader: *const Self) -> Result<Self, Trouble> {
        // SAFETY: the caller promises the struct.
        let reader = unsafe { memory::copy(reader, "reader") }?;
        if reader.read.is_none() { Err(Trouble::null("read of reader")) } else { Ok(reader) }
    }
}

impl Read for serialref_reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(read) = self.read else { return Ok(0) };
        // SAFETY: the caller promised a function that can be called with its `ctx`, and the buffer has so many bytes.
        let got = unsafe { read(self.ctx, buffer.as_mut_ptr(), buffer.len()) };
        match usize::try_from(got) {
            Ok(got) if got <= buffer.len() => Ok(got),
            Ok(_) => Err(io::Error::other("the caller's function to read returned more bytes than it was asked for")),
            Err(_) => Err(callback_failed("read", got)),
        }
    }
}

impl serialref_writer {
    /// # Safety
    /// The pointer is NULL or points to a writer.
    unsafe fn checked(writer: *const Self) -> Result<Self, Trouble> {
        // SAFETY: the caller promises the struct.
        let writer = unsafe { memory::copy(writer, "writer") }?;
        if writer.write.is_none() { Err(Trouble::null("write of writer")) } else { Ok(writer) }
    }
}

impl Write for serialref_writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(write) = self.write else { return Ok(0) };
        // SAFETY: the caller promised a function that can be called with its `ctx`, and there are so many bytes.
        match unsafe { write(self.ctx, bytes.as_ptr(), bytes.len()) } {
            0 => Ok(bytes.len()),
            number => {
                // Buffers on the way here would try once more when they are dropped.
                self.write = None;
                Err(callback_failed("write", number.into()))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn export(
    session: &Session,
    selection: &serialref::Selection,
    format: ExportFormat,
    writer: impl Write,
) -> Result<u64, Trouble> {
    let mut buffered = BufWriter::new(writer);
    let rows = session.registry.export(selection, format, &mut buffered)?;
    buffered.flush().map_err(serialref::Error::TransferFailed)?;
    Ok(rows)
}

/// Writes references and their attributes, state and warranty. Rows go out as they are read: however many there are,
/// little memory is used.
///
/// @param registry   The registry.
/// @param selection  Which references.
/// @param file       How to write them: SERIALREF_FILE_CSV, which 0 stands for, or SERIALREF_FILE_JSON_LINES.
/// @param writer     Where to write them.
/// @param rows       Where to write how many references there were, or NULL.
/// @return SERIALREF_STATUS_OK; _TRANSFER_FAILED where the writer failed, and what it wrote before stays written;
///         _SELECTION_INVALID or what a filter can be refused with; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_export(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    file: i32,
    writer: *const serialref_writer,
    rows: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(rows, "rows") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say, and NULL
        // or a writer.
        let (selection, writer) = unsafe { (query::selection(selection)?, serialref_writer::checked(writer)?) };
        let count = export(&session, &selection, constants::export_format(file)?, writer)?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// As serialref_export(), into a file.
///
/// @param registry   The registry.
/// @param selection  Which references.
/// @param file       How to write them: SERIALREF_FILE_CSV, which 0 stands for, or SERIALREF_FILE_JSON_LINES.
/// @param path       The path of the file, which is replaced once all of it is written.
/// @param rows       Where to write how many references there were, or NULL.
/// @return As serialref_export().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_export_file(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    file: i32,
    path: serialref_text,
    rows: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(rows, "rows") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say, and a
        // text.
        let (selection, path) = unsafe { (query::selection(selection)?, path.read("path")?) };
        let format = constants::export_format(file)?;
        let count = whole_file(Path::new(path), |writer| export(&session, &selection, format, writer))?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// # Safety
/// `options` is NULL or points to a struct of the size that it says, with texts.
unsafe fn review(
    session: &Session,
    group: u64,
    options: *const serialref_import_options,
    reader: impl Read,
) -> Result<ImportReview, Trouble> {
    // SAFETY: the caller promises the struct.
    let options = unsafe { memory::read_or_default(options, "options") }?;
    let reader = BufReader::new(reader);
    let mut import = match constants::import_format(options.file)? {
        serialref_file::Csv => Import::csv(reader),
        serialref_file::JsonLines => Import::json_lines(reader),
        serialref_file::Semicolons => Import::csv(reader).semicolons(),
    };
    if constants::truth("issue_codes", options.issue_codes)? {
        import = import.issue_codes();
    }
    // SAFETY: the caller promises texts.
    if let Some(name) = unsafe { options.batch_name.read_given("batch_name") }? {
        import = import.batch_name(name);
    }
    if let Some(request) = options.request_id.given() {
        import = import.request_id(request);
    }
    Ok(session.registry.review_import(GroupId(group), import)?)
}

/// Reads a file of references that are to be imported into a group, and finds everything that is wrong with it. Nothing
/// is changed.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param options   How the file is written, or NULL for CSV with codes.
/// @param reader    What to read it from.
/// @param review    Where to write the handle. Free it with serialref_review_free().
/// @return SERIALREF_STATUS_OK, also where much is wrong with the file; _GROUP_NOT_FOUND; _TRANSFER_FAILED where the
///         reader failed; _NAME_INVALID or _LIMIT_REACHED; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_import(
    registry: *const serialref_registry,
    group: u64,
    options: *const serialref_import_options,
    reader: *const serialref_reader,
    review: *mut *mut serialref_review,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(review, "review") }?;
        // SAFETY: the caller passes NULL or a reader, and NULL or a struct of the size that it says, with texts.
        let found = unsafe {
            let reader = serialref_reader::checked(reader)?;
            self::review(&session, group, options, reader)
        }?;
        out.write(handle::give(found)?);
        Ok(())
    })
}

/// As serialref_review_import(), from a file.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param options   How the file is written, or NULL for CSV with codes.
/// @param path      The path of the file.
/// @param review    Where to write the handle. Free it with serialref_review_free().
/// @return As serialref_review_import().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_import_file(
    registry: *const serialref_registry,
    group: u64,
    options: *const serialref_import_options,
    path: serialref_text,
    review: *mut *mut serialref_review,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(review, "review") }?;
        // SAFETY: the caller passes a text.
        let path = unsafe { path.read("path") }?;
        let file = fs::File::open(path).map_err(serialref::Error::TransferFailed)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts.
        out.write(handle::give(unsafe { self::review(&session, group, options, file) }?)?);
        Ok(())
    })
}

/// What was found in a file.
///
/// @param review  The handle.
/// @param info    Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_get_info(
    review: *const serialref_review,
    info: *mut serialref_review_info,
) -> serialref_status {
    call(|| {
        let review = handle::object::<ImportReview>(review)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(info, "info") }?;
        out.write(&serialref_review_info {
            struct_size: size_of::<serialref_review_info>(),
            rows: review.rows(),
            good: review.good(),
            faults: review.faults().len() as u64,
            request_id: review.request_id().into(),
        });
        Ok(())
    })
}

/// Everything that is wrong with a file, in the order of its lines.
///
/// @param review   The handle.
/// @param details  Where to write a list of details, with their lines. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_faults(
    review: *const serialref_review,
    details: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let review = handle::object::<ImportReview>(review)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(details, "details") }?;
        out.write(handle::give(List::of(review.faults(), serialref_detail::of_line, Records::Details))?);
        Ok(())
    })
}

/// Imports a file that was reviewed, in one step. To repeat it adds nothing and gives the same again.
///
/// @param review     The handle.
/// @param good_only  0 to import all rows or, where anything is wrong, none; 1 to import the good rows and leave out
///                   the others.
/// @param codes      Where to write the handle of the codes, or NULL. Free it with serialref_codes_free().
/// @param issued     Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _IMPORT_FAULTY where rows are wrong, also such that somebody else issued meanwhile,
///         with every fault as a detail of the error; _GROUP_NOT_FOUND, _FIELD_NOT_FOUND, _LIMIT_REACHED,
///         _SPACE_EXHAUSTED or _REQUEST_MISMATCH; _ENTROPY_UNAVAILABLE; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_commit(
    review: *const serialref_review,
    good_only: i32,
    codes: *mut *mut serialref_codes,
    issued: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let review = handle::object::<ImportReview>(review)?;
        // SAFETY: the caller passes NULL or memory for a handle and a struct of the size that it says.
        let (out, about) = unsafe { (Out::optional(codes, "codes")?, OutRecord::optional(issued, "issued")?) };
        let place = out.is_some().then(handle::place).transpose()?;
        let imported: Imported =
            if constants::truth("good_only", good_only)? { review.commit_good()? } else { review.commit()? };
        if let Some((out, place)) = out.zip(place) {
            out.write(place.fill(KeptCodes::new(&imported.codes))?);
        }
        if let Some(out) = about {
            out.write(&serialref_issued {
                batch: imported.batch.as_ref().map_or(0, |(batch, _)| batch.0),
                first_row: imported.first_row.0,
                count: imported.codes.len() as u64,
                ..serialref_issued::of(imported.group.0, imported.created_at, imported.repeated, imported.stock)
            });
        }
        Ok(())
    })
}

/// Frees a review. What was not imported is not imported.
///
/// @param review  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_review_free(review: *mut serialref_review) -> serialref_status {
    call(|| handle::free::<ImportReview>(review))
}
