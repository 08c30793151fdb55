//! A million references in PostgreSQL, against the plainest SQL that somebody would write by hand for the same table:
//! same columns, same indexes, same server, in turns.

use rand::RngExt;
use serial_core::{Filter, Limits, NewBatch, NewGroup, Numbering, Paging, Registry};
use serial_postgres::PostgresStore;
use throwaway_postgres::{Settings, ThrowawayPostgres};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, Statement};

use crate::{
    Scale,
    measure::{Slices, greatest, median},
    ours::{BATCH, CODE_LENGTH, Ours},
    peers::{drawn, seeded},
    table::{Bar, Row, factors, time, whole},
};

const SLICES: usize = 10;
const TERMS: usize = 50;
const POSITIONS: usize = 200;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    // The server's default of 128 MB is half of what these tables take; no plant would leave it at that.
    let parameters = [("shared_buffers", "1GB"), ("max_wal_size", "4GB")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let server = match ThrowawayPostgres::start(&Settings { durable: true, parameters, ..Settings::default() }) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("skipped: {error}");
            return Vec::new();
        }
    };
    let count = scale.of(1_000_000);
    let url = server.create_database().expect("a fresh server makes databases");
    let store = PostgresStore::open(&*url).expect("the server is there");
    let registry = Registry::builder(store).limits(Limits::unlimited()).build();
    let ours = Ours::with(registry, NewGroup::batch("Pump AX-100"));
    let mut theirs = ByHand::new(&url);

    let (mut our_times, mut their_times) = (Slices::new(), Slices::new());
    let mut some: Vec<String> = Vec::new();
    for _ in 0..SLICES {
        let slice = scale.of(1_000_000 / SLICES);
        our_times.time(slice, || {
            ours.issue_in_batches(slice, |batch| some.extend(batch.codes.iter().next().map(str::to_owned)));
        });
        their_times.time(slice, || theirs.issue(slice));
    }
    let worse = our_times.ratio(&their_times).min(our_times.median_ratio(&their_times));
    let per_second = |times: &Slices| format!("{} ({} a second)", time(times.mean()), rate(times));
    let mut rows = vec![
        Row::new("PostgreSQL: issue in batches of 500, per reference", format!("0 to {}", whole(count)))
            .ours(per_second(&our_times))
            .peer(format!("{} INSERT by hand", per_second(&their_times)))
            .ratio(factors(our_times.ratio(&their_times), our_times.median_ratio(&their_times)))
            .bar(Bar::at_least(0.9, "x", worse)),
        single(scale, &ours),
    ];
    rows.extend(search(scale, &ours, &mut theirs, &some, count));
    rows.extend(pages(scale, &ours, &mut theirs, count));
    rows
}

/// How many a second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, to be shown")]
fn rate(times: &Slices) -> String {
    whole((1e9 / times.mean()) as usize)
}

/// A count as the server has it.
fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn single(scale: Scale, ours: &Ours) -> Row {
    let mut times = Slices::new();
    let one = ours.registry.create_group(NewGroup::continuous("Service tags")).expect("the name is free").id;
    for _ in 0..scale.repeats(200) {
        times.time(1, || ours.registry.create_reference(one).expect("nothing limits the group"));
    }
    let _ = ours.registry.create_batch(ours.group, NewBatch::of(1));
    Row::new("PostgreSQL: issue one reference", "1").ours(time(times.median()))
}

/// The same table with the same indexes, and statements prepared once.
struct ByHand {
    runtime: Runtime,
    client: Client,
    insert: Statement,
    search: Statement,
    offset: Statement,
    next: i64,
    random: rand_chacha::ChaCha20Rng,
}

impl ByHand {
    fn new(url: &str) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a thread");
        let (client, insert, search, offset) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server is there");
            tokio::spawn(connection);
            client
                .batch_execute(
                    "CREATE SCHEMA by_hand; CREATE TABLE by_hand.\"references\" (LIKE serialref.\"references\" INCLUDING \
                     ALL)",
                )
                .await
                .expect("the tables of the store are there");
            let insert = "INSERT INTO by_hand.\"references\" (group_id, row_id, batch_id, namespace, code, created_at) \
                          SELECT 1, $1::bigint + n, $2, 0, code, now() FROM unnest($3::text[]) WITH ORDINALITY u (code, n)";
            let search = "SELECT group_id, row_id, code, batch_id, created_at FROM by_hand.\"references\" WHERE group_id \
                          = 1 AND lower(code) LIKE $1 AND NOT deleted ORDER BY group_id, row_id LIMIT 50";
            let offset = "SELECT group_id, row_id, code, batch_id, created_at FROM by_hand.\"references\" WHERE group_id \
                          = 1 AND NOT deleted ORDER BY row_id LIMIT 50 OFFSET $1";
            let insert = client.prepare(insert).await.expect("the table is there");
            let search = client.prepare(search).await.expect("the table is there");
            let offset = client.prepare(offset).await.expect("the table is there");
            (client, insert, search, offset)
        });
        Self { runtime, client, insert, search, offset, next: 0, random: seeded(11) }
    }

    fn issue(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let size = left.min(BATCH);
            let codes: Vec<String> = (0..size).map(|_| drawn(&mut self.random, CODE_LENGTH)).collect();
            let batch = self.next / signed(BATCH);
            let inserted = self.runtime.block_on(self.client.execute(&self.insert, &[&self.next, &batch, &codes]));
            inserted.expect("drawn codes are new");
            self.next += signed(size);
            left -= size;
        }
    }

    fn search(&self, term: &str) -> usize {
        let pattern = format!("%{}%", term.to_lowercase());
        self.runtime.block_on(self.client.query(&self.search, &[&pattern])).expect("the table is there").len()
    }

    fn tidy(&self) {
        let clean = "SELECT gin_clean_pending_list('by_hand.references_lower_idx'); ANALYZE by_hand.\"references\"";
        self.runtime.block_on(self.client.batch_execute(clean)).expect("the index is there");
    }

    fn page(&self, skip: u64) -> usize {
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        self.runtime.block_on(self.client.query(&self.offset, &[&skip])).expect("the table is there").len()
    }
}

fn search(scale: Scale, ours: &Ours, theirs: &mut ByHand, some: &[String], count: usize) -> Vec<Row> {
    let mut generator = seeded(12);
    let common: Vec<String> = (0..TERMS).map(|_| drawn(&mut generator, 3)).collect();
    let rare: Vec<String> = (0..TERMS).map(|_| some[generator.random_range(0..some.len())][7..15].to_owned()).collect();
    let mut rows = Vec::new();
    // The first search has the store sort new codes into the index; by hand nobody does, hence here.
    let first = Filter::group(ours.group).containing(&common[0]);
    ours.registry.references(&first, &Paging::of(50)).expect("the term is long enough");
    theirs.tidy();
    std::thread::sleep(std::time::Duration::from_secs(3));
    for (what, terms) in [("3-character", common), ("8-character", rare)] {
        let filter = |term: &String| Filter::group(ours.group).containing(term);
        let (mut our_times, mut their_times) = (vec![Slices::new(); TERMS], vec![Slices::new(); TERMS]);
        for _ in 0..scale.repeats(5) {
            for (number, term) in terms.iter().enumerate() {
                let paging = Paging::of(50);
                our_times[number]
                    .time(1, || ours.registry.references(&filter(term), &paging).expect("the term is long enough"));
                their_times[number].time(1, || theirs.search(term));
            }
        }
        let each = |times: &[Slices]| times.iter().map(Slices::median).collect::<Vec<f64>>();
        let (ours, theirs) = (each(&our_times), each(&their_times));
        let row = |which: &str, ours: f64, theirs: f64| {
            Row::new(format!("PostgreSQL: first 50 with a {what} term, {which} of {TERMS} terms"), whole(count))
                .ours(time(ours))
                .peer(format!("{} the query by hand", time(theirs)))
        };
        let middle = median(ours.clone());
        rows.push(row("median", middle, median(theirs.clone())).bar(Bar::under(2.0, " ms", middle / 1e6)));
        rows.push(row("slowest", greatest(ours), greatest(theirs)));
    }
    rows
}

fn pages(scale: Scale, ours: &Ours, theirs: &mut ByHand, count: usize) -> Vec<Row> {
    let mut generator = seeded(13);
    let filter = Filter::group(ours.group);
    let pages = (count / 50).max(1) as u64;
    let (mut by_number, mut by_cursor, mut by_hand) = (Slices::new(), Slices::new(), Slices::new());
    for _ in 0..scale.repeats(POSITIONS) {
        let number = generator.random_range(1..=pages);
        let numbering = Numbering::page(number).of(50);
        by_number.time(1, || ours.registry.numbered_references(&filter, &numbering).expect("the page is valid"));
        let first = ours.registry.references(&filter, &Paging::of(1)).expect("the page is valid");
        if let Some(cursor) = first.next {
            // The cursor as text names its place: group and row.
            let text = cursor.to_string();
            let listing = text.split('-').next().unwrap_or_default();
            let middle = format!("{listing}-{}-{}", ours.group, number * 50).parse().expect("a cursor");
            let paging = Paging::of(50).after(middle);
            by_cursor.time(1, || ours.registry.references(&filter, &paging).expect("the cursor is valid"));
        }
        by_hand.time(1, || theirs.page(number.saturating_sub(1) * 50));
    }
    let row = |what: &str, nanos: f64| Row::new(format!("PostgreSQL: {what}"), whole(count)).ours(time(nanos));
    let barred = |what: &str, nanos: f64| row(what, nanos).bar(Bar::under(2.0, " ms", nanos / 1e6));
    vec![
        barred("page of 50 by number, median position", by_number.median())
            .peer(format!("{} OFFSET by hand", time(by_hand.median()))),
        row("page of 50 by number, slowest position", greatest(by_number.each())),
        barred("page of 50 by cursor, median position", by_cursor.median()),
        row("page of 50 by cursor, slowest position", greatest(by_cursor.each())),
    ]
}
