//! Export to a file and the review of an import, in memory.

use std::{
    hint::black_box,
    io::{self, Write},
};

use serial_core::{
    Clock, ExportFormat, Filter, Import, ImportReview, NewField, NewGroup, Selection, State, SystemClock,
    WarrantyPolicy,
};

use crate::{
    Scale,
    measure::{Slices, float},
    ours::Ours,
    table::{Bar, Row, factor, time, whole},
};

/// Counts what is written and keeps none of it.
#[derive(Default)]
struct Sink(usize);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let count = scale.of(1_000_000);
    let mut rows = exports(scale, count);
    rows.extend(reviews(scale, count));
    rows
}

fn exports(scale: Scale, count: usize) -> Vec<Row> {
    let ours = Ours::batch();
    ours.issue_in_batches(count, |_| ());
    let full = full_group(scale.of(100_000));
    let created = SystemClock.now().to_string();
    let codes: Vec<String> = ours
        .registry
        .each_reference(Filter::group(ours.group), serial_core::Direction::OldestFirst)
        .filter_map(|reference| Some(reference.ok()?.code.to_string()))
        .collect();
    let mut times: [Slices; 5] = Default::default();
    for _ in 0..scale.repeats(5) {
        times[0].time(count, || export(&ours, ExportFormat::Csv));
        times[1].time(count, || export(&ours, ExportFormat::JsonLines));
        times[2].time(count, || by_crate(&codes, &created));
        times[3].time(scale.of(100_000), || export(&full, ExportFormat::Csv));
        times[4].time(scale.of(100_000), || export(&full, ExportFormat::JsonLines));
    }
    let [csv, json, peer, full_csv, full_json] = times;
    let row = |what: &str, size: usize, times: &Slices| {
        let row = Row::new(what, whole(size)).ours(format!("{} a row", time(times.median())));
        (row, 1e9 / times.median())
    };
    let barred = |what, times: &Slices| {
        let (row, each_second) = row(what, count, times);
        row.bar(Bar::at_least(500_000.0, " rows/s", each_second))
    };
    let large = scale.of(100_000);
    vec![
        barred("export a group as CSV", &csv)
            .peer(format!("{} writing lines at hand, csv crate", time(peer.median())))
            .ratio(factor(csv.ratio_of_medians(&peer))),
        barred("export a group as JSON Lines", &json),
        row("export with 2 attributes and a warranty, commissioned, as CSV", large, &full_csv).0,
        row("export with 2 attributes and a warranty, commissioned, as JSON Lines", large, &full_json).0,
    ]
}

/// A group whose references have attributes of their own and a warranty that runs.
fn full_group(count: usize) -> Ours {
    let fields = NewGroup::batch("Pump AX-200").field(NewField::new("Colour")).field(NewField::new("Firmware"));
    let warranty = WarrantyPolicy::months(24).expect("24 months are a warranty");
    let ours = Ours::with(crate::ours::registry(), fields.warranty(warranty));
    ours.issue_in_batches(count, |_| ());
    let all = Selection::matching(Filter::group(ours.group));
    let values = [("Colour", "red"), ("Firmware", "1.1")];
    ours.registry.set_attributes(&all, &values).expect("the fields are there");
    ours.registry.transition(&all, State::Commissioned).expect("all are available");
    ours
}

fn export(ours: &Ours, format: ExportFormat) -> Sink {
    let mut sink = Sink::default();
    let all = Selection::matching(Filter::group(ours.group));
    ours.registry.export(&all, format, &mut sink).expect("the sink takes everything");
    sink
}

/// The lines of an export, as a crate writes them from strings.
fn by_crate(codes: &[String], created: &str) -> usize {
    let mut writer = csv::Writer::from_writer(Sink::default());
    for code in codes {
        let row = ["Pump AX-100", code, created, "1", created, "available", "none", "", ""];
        writer.write_record(row).expect("the sink takes everything");
    }
    writer.into_inner().map_or(0, |sink| sink.0)
}

fn reviews(scale: Scale, count: usize) -> Vec<Row> {
    let issued = Ours::batch();
    let (mut plain, mut full, mut lines) =
        (String::from("code\n"), String::from("code,Colour,Firmware\n"), String::new());
    issued.issue_in_batches(count, |batch| {
        for code in batch.codes.iter() {
            plain.extend([code, "\n"]);
            full.extend([code, ",red,1.1\n"]);
            lines.extend(["{\"code\":\"", code, "\"}\n"]);
        }
    });
    let fields = NewGroup::batch("Pump AX-200").field(NewField::new("Colour")).field(NewField::new("Firmware"));
    let into = Ours::with(crate::ours::registry(), fields);
    let review = |import: Import<'_>| -> ImportReview {
        let review = into.registry.review_import(into.group, import).expect("memory can be read");
        assert_eq!(review.good(), u64::try_from(count).unwrap_or_default(), "{:?}", review.faults().first());
        review
    };
    let mut times: [Slices; 4] = Default::default();
    for _ in 0..scale.repeats(5) {
        times[0].time(count, || review(Import::csv(plain.as_bytes())));
        times[1].time(count, || review(Import::json_lines(lines.as_bytes())));
        times[2].time(count, || review(Import::csv(full.as_bytes())));
        times[3].time(count, || read_by_crate(&plain));
    }
    let [csv, json, attributes, peer] = times;
    let kept = crate::memory::measure(|meter| {
        let review = review(Import::csv(plain.as_bytes()));
        (float(meter.peak()) / float(count), drop(review)).0
    });
    let mut commit = Slices::new();
    let review = review(Import::csv(plain.as_bytes()));
    commit.time(count, || review.commit().expect("nothing is wrong with the file"));

    let row = |what: &str, times: &Slices| Row::new(what, whole(count)).ours(format!("{} a row", time(times.median())));
    let barred =
        |what: &str, times: &Slices| row(what, times).bar(Bar::at_least(300_000.0, " rows/s", 1e9 / times.median()));
    vec![
        barred("review an import of codes, CSV", &csv)
            .peer(format!("{} reading only, csv crate", time(peer.median())))
            .ratio(factor(csv.ratio_of_medians(&peer))),
        barred("review an import of codes, JSON Lines", &json),
        row("review an import of codes with 2 attributes, CSV", &attributes),
        row("commit an import of codes", &commit),
        Row::new("memory of a review of 25-character codes, at its peak", whole(count))
            .ours(format!("{kept:.0} bytes a row")),
    ]
}

fn read_by_crate(file: &str) -> usize {
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).expect("memory can be read") {
        rows += black_box(&record).len();
    }
    rows
}
