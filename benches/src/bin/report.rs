//! Measures everything and prints the table.

use std::{env, fs, path::Path, process::ExitCode, time::SystemTime};

use benches::{
    Scale,
    memory::Counting,
    sections::{self, Section},
    table,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const USAGE: &str = "\
Usage: report [--quick | --write] [SECTION ...]

  --quick   everything at a hundredth of its size: shows that it runs, the times mean nothing
  --write   also writes REPORT.md
  SECTION   only these of: c issue single keyed bytes search page lookup threads life
            transfer python sqlite postgres machine";

fn main() -> ExitCode {
    let Some(order) = Order::from(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let mut rows = Vec::new();
    for section in &order.sections {
        eprintln!("measuring: {}", section.name);
        rows.extend(section.run(order.scale));
    }
    let tables = table::markdown(&rows);
    if order.quick {
        println!("At a hundredth of the sizes: it runs, and the times mean nothing.\n");
    }
    println!("{tables}");
    if order.write {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REPORT.md");
        if let Err(error) = fs::write(&path, format!("{}{tables}", head())) {
            eprintln!("REPORT.md could not be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

struct Order {
    scale: Scale,
    quick: bool,
    write: bool,
    sections: Vec<Section>,
}

impl Order {
    /// `None` where the arguments make no sense.
    fn from(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut order = Self { scale: Scale::FULL, quick: false, write: false, sections: Vec::new() };
        for argument in arguments {
            match argument.as_str() {
                "--quick" => order.quick = true,
                "--write" => order.write = true,
                name => order.sections.push(*sections::ALL.iter().find(|section| section.name == name)?),
            }
        }
        if order.quick {
            order.scale = Scale::QUICK;
        }
        // What is written down is the whole of it.
        if order.write && (order.quick || !order.sections.is_empty()) {
            return None;
        }
        if order.sections.is_empty() {
            order.sections = sections::ALL.to_vec();
        }
        Some(order)
    }
}

fn head() -> String {
    let date = serial_core::Timestamp::from(SystemTime::now()).date_time();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "\
# Measured

- Processor: {}, {cores} cores
- Compiler: {}
- Date: {date} UTC

Made by `cargo run --release -p benches --bin report -- --write`. The README beside this page says how each line is
measured.

How to read it: the ratios count, the times belong to this machine and this hour. Ours and the peer were measured in one
process, slice by slice in turns, so that what disturbs one disturbs the other. A ratio of 3x means that the peer took
three times as long. Where the ratio of the total times and the median of the ratios of the slices differ, both are
shown, and a bar is met only if both are good enough. Codes have 25 characters of `0-9A-Z`, the default format.

",
        processor().unwrap_or_else(|| "unknown".into()),
        compiler().unwrap_or_else(|| "unknown".into()),
    )
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn compiler() -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
