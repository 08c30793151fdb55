//! Files of references: export and import.

use std::io::{self, Read, Write};

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyByteArray, PyBytes, PyList, PyString, PyTuple},
};
use serialref::{ExportFormat, Import, ImportReview, Imported, Selection};

use crate::{
    access::Access,
    convert::{self, Id, Parts, Text, meaning},
    errors,
    group::PyGroup,
    records,
    registry::PyRegistry,
    select,
};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Csv,
    JsonLines,
}

const KINDS: [(&str, Kind); 2] = [("csv", Kind::Csv), ("json_lines", Kind::JsonLines)];

/// A file object, of our own making where a path was given.
struct File<'py> {
    object: Bound<'py, PyAny>,
    is_ours: bool,
    kind: Kind,
}

impl<'py> File<'py> {
    /// Opens a path, or takes a file object. What kind of file it is says the argument, or the end of the path.
    fn open(target: &Bound<'py, PyAny>, mode: &str, kind: Option<Text>) -> PyResult<Self> {
        let py = target.py();
        let said = kind.map(|kind| meaning("a format", &kind.0, &KINDS)).transpose()?;
        let method = if mode == "rb" { intern!(py, "read") } else { intern!(py, "write") };
        if target.hasattr(method)? {
            let kind =
                said.ok_or_else(|| PyTypeError::new_err("say the format of a file object: csv or json_lines"))?;
            return Ok(Self { object: target.clone(), is_ours: false, kind });
        }
        let path: std::path::PathBuf = target.extract()?;
        let ends = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
        let kind = match (said, ends.as_deref()) {
            (Some(kind), _) => kind,
            (None, Some("csv")) => Kind::Csv,
            (None, Some("jsonl" | "ndjson")) => Kind::JsonLines,
            (None, _) => return Err(PyValueError::new_err("say the format, csv or json_lines; the path does not")),
        };
        let object = py.import("builtins")?.getattr("open")?.call1((target, mode))?;
        Ok(Self { object, is_ours: true, kind })
    }

    /// Gives the file back and hands the result on; trouble with closing matters only where all went well before.
    fn close<T>(self, result: PyResult<T>) -> PyResult<T> {
        if !self.is_ours {
            return result;
        }
        let closed = self.object.call_method0(intern!(self.object.py(), "close"));
        let value = result?;
        closed?;
        Ok(value)
    }
}

/// What reads or writes a file object from within a call of the core.
struct Pipe {
    object: Py<PyAny>,
    progress: Option<Py<PyAny>>,
    /// What was read and not yet asked for.
    ahead: Vec<u8>,
    is_text: bool,
    rows: Rows,
}

impl Pipe {
    fn new(file: &File<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let py = file.object.py();
        let is_text = file.object.is_instance(&py.import("io")?.getattr("TextIOBase")?)?;
        let progress = progress.filter(|progress| !progress.is_none()).map(|progress| progress.clone().unbind());
        let rows = Rows { is_csv: file.kind == Kind::Csv, is_header_over: file.kind != Kind::Csv, is_quoted: false };
        Ok(Self { object: file.object.clone().unbind(), progress, ahead: Vec::new(), is_text, rows })
    }

    fn tell(&self, py: Python<'_>, done: usize) -> PyResult<()> {
        match &self.progress {
            Some(progress) if done > 0 => progress.call1(py, (done,)).map(drop),
            _ => Ok(()),
        }
    }

    fn read_from(&mut self, py: Python<'_>, wanted: usize) -> PyResult<()> {
        py.check_signals()?;
        let read = self.object.bind(py).call_method1(intern!(py, "read"), (wanted,))?;
        self.ahead = if let Ok(bytes) = read.cast::<PyBytes>() {
            bytes.as_bytes().to_vec()
        } else if read.is_instance_of::<PyString>() {
            read.extract::<Text>()?.0.into_bytes()
        } else if let Ok(bytes) = read.cast::<PyByteArray>() {
            bytes.to_vec()
        } else {
            let what = read.get_type().name()?;
            return Err(PyTypeError::new_err(format!("read gives bytes or str, not {what}")));
        };
        self.tell(py, self.ahead.len())
    }

    fn write_to(&mut self, py: Python<'_>, bytes: &[u8]) -> PyResult<usize> {
        py.check_signals()?;
        let file = self.object.bind(py);
        let written = if self.is_text {
            let text = std::str::from_utf8(bytes).map_err(|error| PyValueError::new_err(error.to_string()))?;
            file.call_method1(intern!(py, "write"), (text,))?;
            bytes.len()
        } else {
            let written = file.call_method1(intern!(py, "write"), (PyBytes::new(py, bytes),))?;
            // Writers that do not say have written everything; unbuffered ones may write a part.
            written.extract::<usize>().map_or(bytes.len(), |written| written.min(bytes.len()))
        };
        let rows = self.rows.ended(&bytes[..written]);
        self.tell(py, rows)?;
        Ok(written)
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            Python::attach(|py| self.read_from(py, buffer.len()).map_err(|error| failed(py, error)))?;
        }
        let given = self.ahead.len().min(buffer.len());
        buffer[..given].copy_from_slice(&self.ahead[..given]);
        self.ahead.drain(..given);
        Ok(given)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Python::attach(|py| self.write_to(py, bytes).map_err(|error| failed(py, error)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An exception on its way through the core; an interruption comes out as it is.
fn failed(py: Python<'_>, error: PyErr) -> io::Error {
    if !errors::is_ordinary(py, &error) {
        errors::interrupt(error.clone_ref(py));
    }
    io::Error::other(error)
}

/// Counts the rows that end in what is written.
struct Rows {
    is_csv: bool,
    is_header_over: bool,
    is_quoted: bool,
}

impl Rows {
    fn ended(&mut self, bytes: &[u8]) -> usize {
        let mut ended = 0;
        for byte in bytes {
            match byte {
                // Two quotes within quotes leave it as it was.
                b'"' if self.is_csv => self.is_quoted = !self.is_quoted,
                b'\n' if !self.is_quoted => ended += 1,
                _ => {}
            }
        }
        if ended > 0 && !self.is_header_over {
            self.is_header_over = true;
            ended -= 1;
        }
        ended
    }
}

fn export(
    access: &Access,
    selection: Selection,
    target: &Bound<'_, PyAny>,
    kind: Option<Text>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<u64> {
    let file = File::open(target, "wb", kind)?;
    let format = match file.kind {
        Kind::Csv => ExportFormat::Csv,
        Kind::JsonLines => ExportFormat::JsonLines,
    };
    let result = Pipe::new(&file, progress)
        .and_then(|mut pipe| access.call_here(target.py(), |registry| registry.export(&selection, format, &mut pipe)));
    file.close(result)
}

#[pymethods]
impl PyGroup {
    /// Writes its live references to a file and says how many; `selection` narrows them to codes, references, a batch, a
    /// claim or a search of the group.
    ///
    /// As `Registry.export` otherwise.
    #[pyo3(signature = (target, *, selection=None, format=None, progress=None))]
    fn export(
        slf: &Bound<'_, Self>,
        target: &Bound<'_, PyAny>,
        selection: Option<&Bound<'_, PyAny>>,
        format: Option<Text>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let group = slf.get();
        let chosen = select::chosen(&group.access, Some(group.id()), selection.unwrap_or(slf.as_any()))?;
        export(&group.access, chosen.selection, target, format, progress)
    }

    /// Reads a file of references to its end and tells everything that is wrong with it, line by line. Nothing is
    /// imported until that is committed.
    ///
    /// `source` is a path or a file object, opened for bytes or text. `format` is `"csv"` or `"json_lines"`, and is taken
    /// from the path where it is not given. `semicolons` reads the CSV that spreadsheets write where a comma is for
    /// decimals. The file has codes of its own, or with `issue_codes` attributes for codes that the group issues.
    /// `batch_name` names the batch that a Batch group makes of the rows. A `request_id` makes it safe to import the file
    /// again. `progress` is called with the number of bytes that were read since the last call, which fits `tqdm`.
    ///
    /// Raises `TransferFailedError` where the file object fails, `NameInvalidError` or a `StoreError`; what opening a
    /// path raises comes as it is.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump", kind="batch", preset="digits", length=4)
    /// >>> review = pumps.review_import(io.StringIO("code\n0001\n0002\nX\n"), format="csv")
    /// >>> review.rows, review.good, review.faults[0].line
    /// (3, 2, 4)
    /// >>> review.commit_good().codes
    /// ('0001', '0002')
    #[pyo3(signature = (source, *, format=None, semicolons=false, issue_codes=false, batch_name=None, request_id=None, progress=None))]
    fn review_import(
        &self,
        source: &Bound<'_, PyAny>,
        format: Option<Text>,
        semicolons: bool,
        issue_codes: bool,
        batch_name: Option<Text>,
        request_id: Option<Id>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyImportReview> {
        let file = File::open(source, "rb", format)?;
        if semicolons && file.kind != Kind::Csv {
            return file.close(Err(PyTypeError::new_err("only a CSV file has semicolons; leave that out")));
        }
        let id = self.id();
        let kind = file.kind;
        let review = Pipe::new(&file, progress).and_then(|pipe| {
            self.access.call_here(source.py(), move |registry| {
                let mut import = match kind {
                    Kind::Csv => Import::csv(pipe),
                    Kind::JsonLines => Import::json_lines(pipe),
                };
                if semicolons {
                    import = import.semicolons();
                }
                if issue_codes {
                    import = import.issue_codes();
                }
                if let Some(name) = batch_name {
                    import = import.batch_name(name.0);
                }
                if let Some(request) = request_id {
                    import = import.request_id(request.0);
                }
                registry.review_import(id, import)
            })
        });
        let review = file.close(review)?;
        Ok(PyImportReview { access: self.access.clone(), review })
    }
}

#[pymethods]
impl PyRegistry {
    /// Writes live references to a file and says how many: all of them, or a `selection` of codes, references, a batch, a
    /// group, a claim or a search; oldest first.
    ///
    /// `target` is a path or a file object, opened for bytes or text (with `newline=""`). `format` is `"csv"` or
    /// `"json_lines"`, and is taken from the path where it is not given. `progress` is called with the number of
    /// references that were written since the last call, which fits `tqdm`.
    ///
    /// Raises `TransferFailedError` where the file object fails, `SelectionInvalidError` or a `StoreError`; what opening
    /// a path raises comes as it is. What was written before stays written.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tag = registry.create_group("Service tags", kind="continuous").create()
    /// >>> file = io.StringIO()
    /// >>> registry.export(file, format="json_lines")
    /// 1
    /// >>> json.loads(file.getvalue())["code"] == tag.code
    /// True
    #[pyo3(signature = (target, *, selection=None, format=None, progress=None))]
    fn export(
        &self,
        target: &Bound<'_, PyAny>,
        selection: Option<&Bound<'_, PyAny>>,
        format: Option<Text>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let selection = match selection {
            Some(selection) => select::chosen(&self.access, None, selection)?.selection,
            None => Selection::matching(serialref::Filter::all()),
        };
        export(&self.access, selection, target, format, progress)
    }
}

/// Everything that is wrong with a file of references, and what can be imported of it.
///
/// `Group.review_import` makes one and has an example.
#[pyclass(frozen, module = "serialref", name = "ImportReview")]
pub(crate) struct PyImportReview {
    access: Access,
    review: ImportReview,
}

#[pymethods]
impl PyImportReview {
    /// How many rows the file has.
    #[getter]
    fn rows(&self) -> u64 {
        self.review.rows()
    }

    /// How many of them can be imported.
    #[getter]
    fn good(&self) -> u64 {
        self.review.good()
    }

    /// The lines of the rows that can be imported.
    fn good_lines(&self) -> Vec<u64> {
        self.review.good_lines().collect()
    }

    /// Everything that is wrong, in the order of the file.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        errors::import_faults(py, self.review.faults())
    }

    /// The request id under which the rows are imported.
    #[getter]
    fn request_id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::uuid(py, self.review.request_id())
    }

    /// Imports all rows in one step.
    ///
    /// Raises `ImportFaultyError` where anything is wrong, `LimitReachedError`, `RequestMismatchError` or a
    /// `StoreError`.
    fn commit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let review = self.review.clone();
        self.imported(py, move || review.commit())
    }

    /// Imports the good rows in one step.
    ///
    /// Raises `ImportFaultyError` where there are none, `LimitReachedError`, `RequestMismatchError` or a `StoreError`.
    fn commit_good<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let review = self.review.clone();
        self.imported(py, move || review.commit_good())
    }

    fn __repr__(&self) -> String {
        let (rows, good, faults) = (self.review.rows(), self.review.good(), self.review.faults().len());
        format!("<ImportReview of {rows} rows, {good} good, {faults} faults>")
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let caption = format!("{} rows, {} can be imported", self.review.rows(), self.review.good());
        let display = py.import("serialref._display")?;
        let shown = self.review.faults().iter().take(100);
        let shown: Vec<_> = shown.map(|fault| (fault.line, fault.fault.to_string())).collect();
        let columns = PyList::new(py, ["line", "fault"])?;
        display.call_method1(intern!(py, "grid"), (columns, shown, caption))?.extract()
    }
}

impl PyImportReview {
    fn imported<'py>(
        &self,
        py: Python<'py>,
        commit: impl FnOnce() -> Result<Imported, serialref::Error> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        let is_long = self.review.good() > select::MANY;
        let imported = self.access.call_if_long(py, is_long, move |_| commit())?;
        Parts::new(py)
            .with(intern!(py, "group_id"), imported.group.0)?
            .with(intern!(py, "batch_id"), imported.batch.as_ref().map(|(id, _)| id.0))?
            .with(intern!(py, "batch_name"), imported.batch.as_ref().map(|(_, name)| name.as_str()))?
            .with(intern!(py, "first_row"), imported.first_row.0)?
            .with(intern!(py, "codes"), PyTuple::new(py, imported.codes.iter())?)?
            .with(intern!(py, "created_at"), convert::moment(py, imported.created_at)?)?
            .with(intern!(py, "repeated"), imported.repeated)?
            .with(intern!(py, "stock"), records::stock(py, imported.stock)?)?
            .with(intern!(py, "request_id"), self.request_id(py)?)?
            .make(intern!(py, "Imported"))
    }
}
