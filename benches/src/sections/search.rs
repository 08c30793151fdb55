//! Finding a term anywhere in ten million codes.

use memchr::memmem::Finder;
use serial_core::{Filter, Paging};

use crate::{
    Scale,
    measure::{Slices, float, greatest, median},
    ours::{CODE_LENGTH, Ours},
    peers::{drawn, seeded},
    table::{Bar, Row, factor, time, whole},
};

const TERMS: usize = 50;
const ABSENT_TERMS: usize = 10;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let count = scale.of(10_000_000);
    let ours = Ours::batch();
    let mut codes: Vec<String> = Vec::with_capacity(count);
    ours.issue_in_batches(count, |batch| codes.extend(batch.codes.iter().map(str::to_owned)));

    let mut rows = first_page(scale, &ours, count);
    rows.extend(full_scan(scale, &ours, &codes));
    rows
}

fn first_page(scale: Scale, ours: &Ours, count: usize) -> Vec<Row> {
    let mut generator = seeded(3);
    let terms: Vec<String> = (0..TERMS).map(|_| drawn(&mut generator, 3)).collect();
    let filters: [(&str, Filter, Paging); 3] = [
        ("in a group", Filter::group(ours.group), Paging::of(50)),
        ("in a group, newest first", Filter::group(ours.group), Paging::of(50).newest_first()),
        ("in the registry", Filter::all(), Paging::of(50)),
    ];
    let mut rows = Vec::new();
    for (position, (place, filter, paging)) in filters.into_iter().enumerate() {
        let mut times: Vec<Slices> = vec![Slices::new(); TERMS];
        for _ in 0..scale.repeats(5) {
            for (term, times) in terms.iter().zip(&mut times) {
                let filter = filter.clone().containing(term);
                times.time(1, || ours.registry.references(&filter, &paging).expect("the term is long enough"));
            }
        }
        // Each term was searched several times; its middle time is the term's, the others are the machine's.
        let each: Vec<f64> = times.iter().map(Slices::median).collect();
        let row = |which: &str, nanos: f64| {
            let row =
                Row::new(format!("first 50 with a 3-character term {place}, {which}"), whole(count)).ours(time(nanos));
            if position == 0 { row.bar(Bar::under(1.0, " ms", nanos / 1e6)) } else { row }
        };
        rows.push(row(&format!("median of {TERMS} terms"), median(each.clone())));
        rows.push(row(&format!("slowest of {TERMS} terms"), greatest(each)));
    }
    rows
}

fn full_scan(scale: Scale, ours: &Ours, codes: &[String]) -> Vec<Row> {
    let bytes = codes.len() * CODE_LENGTH;
    let packed = codes.concat();
    let mut generator = seeded(4);
    let (mut upper, mut lower, mut strings, mut whole_text) =
        (Slices::new(), Slices::new(), Slices::new(), Slices::new());
    let mut done = 0;
    while done < ABSENT_TERMS {
        let term = drawn(&mut generator, 8);
        let finder = Finder::new(&term);
        if codes.iter().any(|code| finder.find(code.as_bytes()).is_some()) {
            continue;
        }
        done += 1;
        for (term, times) in [(term.clone(), &mut upper), (term.to_lowercase(), &mut lower)] {
            let filter = Filter::group(ours.group).containing(term);
            let mut found = usize::MAX;
            for _ in 0..scale.repeats(3) {
                times.time(bytes, || {
                    let page = ours.registry.references(&filter, &Paging::of(50)).expect("the term is long enough");
                    found = page.items.len();
                });
                assert_eq!(found, 0, "a term that is in no code was found");
            }
        }
        strings.time(bytes, || codes.iter().filter(|code| finder.find(code.as_bytes()).is_some()).count());
        whole_text.time(bytes, || finder.find_iter(packed.as_bytes()).count());
    }
    // Bytes per nanosecond are gigabytes per second.
    let speed = |times: &Slices| 1.0 / times.median();
    let gigabytes = |times: &Slices| format!("{:.1} GB/s", speed(times));
    let row = |what: &str| Row::new(format!("scan for an absent 8-character term{what}"), whole(codes.len()));
    let scan = float(bytes) * upper.median();
    vec![
        row("").ours(gigabytes(&upper)).bar(Bar::at_least(8.0, " GB/s", speed(&upper))),
        row(", in small letters").ours(gigabytes(&lower)),
        row("")
            .ours(time(scan))
            .peer(format!("{} memmem over a Vec<String>", time(float(bytes) * strings.median())))
            .ratio(factor(upper.ratio_of_medians(&strings))),
        row("")
            .ours(time(scan))
            .peer(format!("{} memmem over one text", time(float(bytes) * whole_text.median())))
            .ratio(factor(upper.ratio_of_medians(&whole_text))),
    ]
}
