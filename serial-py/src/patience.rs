//! Waiting for what takes its time, and answering Ctrl-C meanwhile.
//!
//! Python runs its signal handlers in the main thread and between its own instructions only. So the main thread hands
//! work that may be long to a helper and looks every now and then whether it was interrupted. What was begun goes on to
//! its end then: an interrupted call may still be carried out, as with any database.

use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use pyo3::{exceptions::PyRuntimeError, intern, prelude::*, sync::PyOnceLock};

/// How long it takes at the most until a signal is seen.
const GLANCE: Duration = Duration::from_millis(30);

type Job = Box<dyn FnOnce() + Send>;

/// Helpers that have nothing to do. They end when they are dropped, and when they are dropped with a job, after it.
#[derive(Default)]
pub(crate) struct Workers(Vec<Sender<Job>>);

/// Whether signals are handled by this thread.
pub(crate) fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    static CURRENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static MAIN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let current = CURRENT.import(py, "threading", "get_ident")?.call0()?;
    let main = MAIN.import(py, "threading", "main_thread")?.call0()?;
    current.eq(main.getattr(intern!(py, "ident"))?)
}

/// Does work in a helper and waits for it.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    workers: &Mutex<Workers>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (give, take) = channel();
    let mut job: Job = Box::new(move || {
        // After an interruption nobody waits for it any more.
        let _ = give.send(work());
    });
    let take = Mutex::new(take);
    loop {
        let idle = workers.lock().unwrap_or_else(PoisonError::into_inner).0.pop();
        let worker = idle.map_or_else(begin, Ok)?;
        match worker.send(job) {
            Ok(()) => {
                let result = glance(py, &take)?;
                workers.lock().unwrap_or_else(PoisonError::into_inner).0.push(worker);
                return Ok(result);
            }
            // It has ended.
            Err(given_back) => job = given_back.0,
        }
    }
}

fn glance<T: Send>(py: Python<'_>, take: &Mutex<std::sync::mpsc::Receiver<T>>) -> PyResult<T> {
    loop {
        let waited = py.detach(|| take.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(GLANCE));
        match waited {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the call ended without a result; report this"));
            }
        }
    }
}

fn begin() -> PyResult<Sender<Job>> {
    let (give, take) = channel::<Job>();
    thread::Builder::new().name("serialref".into()).spawn(move || {
        while let Ok(job) = take.recv() {
            job();
        }
    })?;
    Ok(give)
}
