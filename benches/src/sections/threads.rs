//! Two threads on two groups of one registry.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use serial_core::{NewGroup, Registry};

use crate::{
    Scale,
    measure::{float, median, timed},
    ours::{BATCH, CODE_LENGTH, Ours, registry},
    peers::{drawn, seeded},
    table::{Bar, Row, factor, whole},
};

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let each = scale.of(1_000_000);
    let singles = scale.of(300_000);
    let draws = scale.of(1_000_000);
    let batches = |ours: &Ours| ours.issue_in_batches(each, |_| ());
    let draw = |seed: &u64| {
        let mut generator = seeded(*seed);
        (0..draws).for_each(|_| drop(std::hint::black_box(drawn(&mut generator, CODE_LENGTH))));
    };
    let [mut shared, mut apart, mut singly, mut machine]: [Rounds; 4] = Default::default();
    for _ in 0..scale.repeats(15) {
        let alone = in_turns(&groups(NewGroup::batch), each, BATCH, |ours, count| ours.issue_in_batches(count, |_| ()));
        shared.push(alone, at_once(groups(NewGroup::batch), batches));
        apart.push(alone, at_once([Ours::batch(), Ours::batch()], batches));
        singly.push(
            in_turns(&groups(NewGroup::continuous), singles, 1, Ours::issue_singly),
            at_once(groups(NewGroup::continuous), |ours| ours.issue_singly(singles)),
        );
        machine.push(timed(|| [9, 10].iter().for_each(draw)), at_once([9, 10], draw));
    }
    let size = |count: usize| format!("2 x {}", whole(count));
    let row = |what: &str, count: usize, rounds: &Rounds| {
        let speed = |time: Duration| format!("{:.1} million/s", float(2 * count) / time.as_secs_f64() / 1e6);
        Row::new(what, size(count))
            .ours(format!("{}, two threads", speed(rounds.best_both())))
            .peer(format!("{}, one thread", speed(rounds.best_alone())))
            .ratio(format!("{} (best rounds {})", factor(rounds.median_speedup()), factor(rounds.best_speedup())))
    };
    let by_hand = row("drawing only: what this machine gives two threads", draws, &machine).ours("");
    vec![
        row("batches of 500 into two groups of one registry", each, &shared).bar(Bar::at_least(
            1.7,
            "x",
            shared.median_speedup(),
        )),
        row("batches of 500 into two registries that share nothing", each, &apart),
        row("create_reference in two groups of one registry", singles, &singly),
        by_hand.peer("ChaCha20 per character, two threads and one"),
    ]
}

/// Rounds of the same work, done by one thread and by two.
#[derive(Default)]
struct Rounds(Vec<(Duration, Duration)>);

impl Rounds {
    fn push(&mut self, alone: Duration, both: Duration) {
        self.0.push((alone, both));
    }

    fn best_alone(&self) -> Duration {
        self.0.iter().map(|(alone, _)| *alone).min().unwrap_or_default()
    }

    fn best_both(&self) -> Duration {
        self.0.iter().map(|(_, both)| *both).min().unwrap_or_default()
    }

    /// Of the best rounds, which need not have run at the same speed of the machine.
    fn best_speedup(&self) -> f64 {
        self.best_alone().as_secs_f64() / self.best_both().as_secs_f64()
    }

    fn median_speedup(&self) -> f64 {
        median(self.0.iter().map(|(alone, both)| alone.as_secs_f64() / both.as_secs_f64()).collect())
    }
}

/// Two groups of one registry.
fn groups(kind: fn(String) -> NewGroup) -> [Ours; 2] {
    let registry: Registry = registry();
    ["left", "right"].map(|name| Ours::with(registry.clone(), kind(name.to_owned())))
}

/// One thread does the work of two, `step` references here, then `step` there.
fn in_turns(groups: &[Ours; 2], each: usize, step: usize, issue: impl Fn(&Ours, usize)) -> Duration {
    timed(|| {
        let mut done = 0;
        while done < each {
            let now = step.min(each - done);
            for ours in groups {
                issue(ours, now);
            }
            done += now;
        }
    })
}

/// Two threads work at once; how long it is from the first beginning to the last end.
fn at_once<T: Send>(subjects: [T; 2], work: impl Fn(&T) + Sync) -> Duration {
    let (ready, work) = (Barrier::new(2), &work);
    thread::scope(|scope| {
        let threads = subjects.map(|subject| {
            let ready = &ready;
            scope.spawn(move || {
                ready.wait();
                let start = Instant::now();
                work(&subject);
                // The subject is dropped by the caller, outside the time.
                (start, Instant::now(), subject)
            })
        });
        let [one, other] = threads.map(|thread| thread.join().expect("the work does not panic"));
        one.1.max(other.1).saturating_duration_since(one.0.min(other.0))
    })
}
