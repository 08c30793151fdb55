//! The main job of a production line: orders in, labels out.
//!
//! ```sh
//! cargo run --release --example production_line
//! ```

use std::{
    io::{self, ErrorKind, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use indicatif::ProgressBar;
use production_line::{Answers, Console, Options, explain, run};

fn main() -> ExitCode {
    let options = Options::parse();
    let mut stdout = io::stdout().lock();

    let answers = if options.yes {
        Answers::Yes
    } else if io::stdin().is_terminal() && stdout.is_terminal() {
        Answers::Ask(Box::new(io::stdin().lock()))
    } else {
        Answers::Nobody
    };
    // Draws nothing where standard error is no terminal.
    let progress = ProgressBar::new(0);

    match run(&options, &mut Console { out: &mut Patient(&mut stdout), answers, progress }) {
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", explain(&failure));
            ExitCode::FAILURE
        }
    }
}

/// Goes on when nobody reads any more, as behind `| head`: the labels matter more than the report.
struct Patient<'a>(&'a mut dyn Write);

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
