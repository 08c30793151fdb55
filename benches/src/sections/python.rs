//! The Python module, next to what people use in Python.

use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde::Deserialize;
use serial_core::{Limits, MemoryStore, NewBatch, NewGroup, Registry};

use crate::{
    Scale,
    measure::{float, median, nanos},
    table::{Bar, Row, factor, time},
};

const BATCH: usize = 500;

/// What the script prints.
#[derive(Deserialize)]
struct Measured {
    python: String,
    /// Nanoseconds per code, slice by slice.
    slices: HashMap<String, Vec<f64>>,
}

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let Some(python) = interpreter() else {
        return vec![Row::new("Python", "").ours("not measured: `cargo xtask python` installs the module first")];
    };
    let rust = batches_in_rust(scale);
    let measured = match measured(&python, scale) {
        Ok(measured) => measured,
        Err(reason) => return vec![Row::new("Python", "").ours(format!("not measured: {reason}"))],
    };
    let each = |name: &str| measured.slices.get(name).cloned().unwrap_or_default();
    let middle = |name: &str| median(each(name));
    let (create, batch, strings) = (middle("create"), middle("batch"), middle("strings"));
    let size = format!("Python {}", measured.python);
    let mut rows = vec![
        Row::new("Python: group.create()", &size).ours(time(create)).bar(Bar::at_most(1.2, " us", create / 1e3)),
        Row::new("Python: create_batch(500).codes(), per code", &size)
            .ours(time(batch))
            .peer(format!("{} in Rust, {} to make a str", time(rust), time(strings)))
            .ratio(factor((batch - strings) / rust))
            .bar(Bar::at_most(2.0, "x in Rust, and the str", (batch - strings) / rust)),
        Row::new("Python: codes() of a batch, per code", &size).ours(time(middle("codes"))),
    ];
    for (name, peer) in
        [("secrets", "secrets.choice + set"), ("nanoid", "nanoid + set"), ("fastnanoid", "fastnanoid + set")]
    {
        // Slice by slice, since what disturbs one slice disturbs those beside it.
        let pairs = each(name).into_iter().zip(each("batch"));
        let faster = median(pairs.map(|(peer, ours)| peer / ours).collect());
        rows.push(
            Row::new("Python: create_batch(500).codes(), per code", &size)
                .ours(time(batch))
                .peer(format!("{} {peer}", time(middle(name))))
                .ratio(factor(faster))
                .bar(Bar::at_least(10.0, "x", faster)),
        );
    }
    rows
}

/// The interpreter of an environment in which the module is installed.
fn interpreter() -> Option<PathBuf> {
    let target = env::current_exe().ok()?.parent()?.parent()?.join("python");
    let names = ["python3.11", "python3.12", "python3.13", "python3.10"];
    names.iter().map(|name| target.join(name).join("bin/python")).find(|python| python.exists())
}

fn measured(python: &Path, scale: Scale) -> Result<Measured, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../serial-py/benches/measure.py");
    let share = float(scale.of(1_000)) / 1_000.0;
    let ran = Command::new(python).arg(script).arg(share.to_string()).output().map_err(|error| error.to_string())?;
    if !ran.status.success() {
        return Err(String::from_utf8_lossy(&ran.stderr).lines().last().unwrap_or_default().to_owned());
    }
    serde_json::from_slice(&ran.stdout).map_err(|error| error.to_string())
}

/// Nanoseconds per code of batches in Rust, in the middle of as many slices.
fn batches_in_rust(scale: Scale) -> f64 {
    let registry = Registry::builder(MemoryStore::new()).limits(Limits::unlimited()).build();
    let group = registry.create_group(NewGroup::batch("Pump AX-100")).expect("the name is free").id;
    let times = scale.of(100);
    let slice = || {
        let start = Instant::now();
        for _ in 0..times {
            registry.create_batch(group, NewBatch::of(BATCH as u64)).expect("there is room");
        }
        nanos(start.elapsed()) / float(times * BATCH)
    };
    median((0..20).map(|_| slice()).collect())
}
