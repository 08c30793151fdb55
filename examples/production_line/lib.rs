//! The main job: from a file of production orders to a file of labels.
//!
//! [`run`] reads the orders, issues serial references for each, shows a page of them and searches. Then a line claims
//! them, prints the labels and binds them to products; torn labels are voided, and what was scrapped is deleted. Everything it needs from the outside comes in through [`Options`] and
//! [`Console`], so that tests call it as the program does.

mod formats;
mod issue;
mod labels;
mod line;
mod orders;
mod scrap;
mod show;
mod summary;

pub use summary::{Refused, Summary};

use std::{
    error::Error as StdError,
    io::{self, BufRead, Write},
    path::PathBuf,
    time::Instant,
};

use indicatif::ProgressBar;
use serial_core::{Error, Group, GroupFilter, Kind, NewGroup, Page, Paging, Registry};

use crate::{issue::Issuer, labels::LabelFile};

/// Where the references are kept unless the user says otherwise.
const DEFAULT_STORE: &str = "sqlite:production-line.db";

/// How many labels are torn.
const TORN: usize = 4;

/// Who claims, prints and binds.
const LINE: &str = "Line 3";

/// What the user chose.
#[derive(Clone, Debug, clap::Parser)]
#[command(about = "Issues serial references for production orders and writes the labels.")]
pub struct Options {
    /// The production orders, as CSV.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/production-orders.csv"))]
    pub orders: PathBuf,
    /// Where to write the labels, as CSV.
    #[arg(long, value_name = "FILE", default_value = "labels.csv")]
    pub labels: PathBuf,
    /// Where the references are kept: `sqlite:PATH`, `postgresql://USER@HOST/DATABASE`, or `memory:` for nowhere.
    #[arg(long, value_name = "URL", default_value = DEFAULT_STORE)]
    pub store: String,
    /// Answer yes to the question whether scrapped references may be deleted.
    #[arg(long)]
    pub yes: bool,
}

/// How the job talks to its user.
pub struct Console<'a> {
    /// Where the report goes.
    pub out: &'a mut dyn Write,
    /// Where answers come from.
    pub answers: Answers<'a>,
    /// Shows how far issuing is.
    pub progress: ProgressBar,
}

/// Who answers the question whether to delete.
pub enum Answers<'a> {
    /// Nobody is asked; the answer is yes.
    Yes,
    /// Whoever writes the next line.
    Ask(Box<dyn BufRead + 'a>),
    /// Nobody is there; the answer is no.
    Nobody,
}

/// Why the job could not be done at all. A bad line of the orders is no failure: [`Summary::refused`] lists it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The orders cannot be read.
    #[error("the orders in {} cannot be read", path.display())]
    OrdersUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The first line does not name the columns.
    #[error("line 1 of {} must name the columns: {reason}", path.display())]
    ColumnsMissing {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        reason: String,
    },
    /// The labels would overwrite the orders.
    #[error("the labels would overwrite the orders in {}; give them a file of their own", path.display())]
    LabelsAreOrders {
        /// The file.
        path: PathBuf,
    },
    /// The labels cannot be written.
    #[error("the labels cannot be written to {}", path.display())]
    LabelsUnwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The user cannot be talked to.
    #[error("the console cannot be used")]
    Console(#[from] io::Error),
    /// The registry failed in a way that concerns more than one order.
    #[error(transparent)]
    Registry(#[from] Error),
}

/// Does the whole job.
///
/// # Errors
/// A [`Failure`] where there are no orders to read or no labels to write. Orders that are refused are in the
/// summary.
pub fn run(options: &Options, console: &mut Console<'_>) -> Result<Summary, Failure> {
    let file = orders::read(&options.orders)?;
    // Opened before anything is issued: a wrong path costs no codes.
    let label_file = LabelFile::create(&options.labels, &options.orders)?;

    // Whatever an earlier run has issued is there already; every request has an id, so that nothing is issued twice.
    let registry = Registry::new(serialref::open(&options.store)?).acting_as("Order desk");
    let tags = service_tags(&registry)?;
    let (references, service_tags) = issued(&registry)?;

    let mut summary = Summary { lines: file.lines, refused: file.refused, ..Summary::default() };
    let mut issuer = Issuer::new(&registry, tags.id);
    console.progress.set_length(file.orders.len() as u64);
    let started = Instant::now();
    for order in console.progress.wrap_iter(file.orders.iter()) {
        issuer.issue(order, &mut summary)?;
    }
    summary.issuing = started.elapsed();
    console.progress.finish_and_clear();
    let after = issued(&registry)?;
    (summary.references, summary.service_tags) =
        (after.0.saturating_sub(references), after.1.saturating_sub(service_tags));
    summary.refused.sort_by_key(|refused| refused.line);

    show::groups(&registry, console.out)?;
    let shown = show::page(&registry, console.out)?;
    if let Some(code) = &shown {
        show::search(&registry, code, console.out)?;
    }

    let line = registry.acting_as(LINE);
    summary.claimed = line::claim(&line)?;
    summary.labels = label_file.write(&registry)?;
    line::print(&line)?;
    writeln!(console.out, "\n{LINE} claimed {} references and printed their labels.", summary.claimed)?;
    // The last label of some groups is torn, the last piece of others is scrapped.
    let torn = issuer.newest().skip(scrap::PIECES).take(TORN);
    (summary.commissioned, summary.voided) = line::commission(&line, torn, console.out)?;
    summary.deleted = scrap::delete(&line, issuer.newest(), console)?;

    line::inventory(&registry, console.out)?;
    if let Some(code) = shown {
        line::story(&registry, &code, console.out)?;
    }
    write!(console.out, "\n{summary}\nThe labels are in {}.\n", options.labels.display())?;
    if options.store == DEFAULT_STORE {
        writeln!(
            console.out,
            "The references are kept in {DEFAULT_STORE}; run it again, and nothing is issued twice."
        )?;
    }
    Ok(summary)
}

/// The group of the service tags, which is created in the first run.
fn service_tags(registry: &Registry) -> Result<Group, Failure> {
    let format = formats::service_tags()?;
    let new = NewGroup::continuous("SERVICE-TAG").description("Service tag").format(format);
    Ok(find_or_create(registry, "SERVICE-TAG", new)?)
}

/// The group of this name, be it created here, in an earlier run, or by another program at the same moment.
fn find_or_create(registry: &Registry, name: &str, new: NewGroup) -> Result<Group, Error> {
    if let Some(group) = registry.find_group(name)? {
        return Ok(group);
    }
    match registry.create_group(new) {
        Err(Error::NameTaken { group }) => registry.group(group),
        other => other,
    }
}

/// How many references and service tags were ever issued.
fn issued(registry: &Registry) -> Result<(u64, u64), Error> {
    let groups = every(|paging| registry.groups(&GroupFilter::all(), paging))?;
    let of_kind = |kind| groups.iter().filter(|group| group.kind == kind).map(|group| group.issued).sum();
    Ok((of_kind(Kind::Batch), of_kind(Kind::Continuous)))
}

/// An error and everything that lies behind it, as one sentence.
pub fn explain(error: &dyn StdError) -> String {
    let mut sentence = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        sentence = format!("{sentence}: {source}");
        next = source.source();
    }
    sentence
}

/// All items of a listing, page by page.
fn every<T>(mut page_at: impl FnMut(&Paging) -> Result<Page<T>, Error>) -> Result<Vec<T>, Error> {
    let mut paging = Paging::of(1000);
    let mut items = Vec::new();
    loop {
        let page = page_at(&paging)?;
        items.extend(page.items);
        match page.next {
            Some(cursor) => paging = paging.after(cursor),
            None => return Ok(items),
        }
    }
}
