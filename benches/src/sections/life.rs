//! Claiming references, moving them from state to state, and counting them, with many present in memory.

use std::hint::black_box;

use serial_core::{NewClaim, Reference, Selection, State, Within};

use crate::{
    Scale,
    measure::Slices,
    ours::{BATCH, Ours},
    table::{Bar, Row, time, whole},
};

const SLICES: usize = 20;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(one_by_one(scale));
    rows.extend(together(scale));
    rows.extend(counted(scale));
    rows
}

/// A registry with so many references in one Batch group.
fn filled(count: usize) -> Ours {
    let ours = Ours::batch();
    ours.issue_in_batches(count, |_| {});
    ours
}

fn one_by_one(scale: Scale) -> Vec<Row> {
    let count = scale.of(1_000_000);
    let slice = scale.of(10_000);
    let ours = filled(count);
    let line = ours.registry.acting_as("Line 3");
    let (mut claims, mut moves, mut by_code) = (Slices::new(), Slices::new(), Slices::new());
    for _ in 0..SLICES {
        let mut claimed: Vec<Reference> = Vec::with_capacity(slice);
        claims.time(slice, || {
            for _ in 0..slice {
                claimed.extend(line.claim(ours.group, NewClaim::of(1)).into_iter().flat_map(|claim| claim.references));
            }
        });
        assert_eq!(claimed.len(), slice, "references were not claimed");
        moves.time(slice, || {
            let bring = |reference| line.transition(&Selection::references([reference]), State::Encoded);
            assert!(claimed.iter().all(|reference| bring(reference).is_ok()), "references were not encoded");
        });
        by_code.time(slice, || {
            let bring = |code: &str| line.transition(&Selection::codes([code]), State::Commissioned);
            assert!(claimed.iter().all(|reference| bring(&reference.code).is_ok()), "references were not commissioned");
        });
    }
    let row = |what: &str, slices: &Slices| Row::new(what, whole(count)).ours(time(slices.median()));
    let bar = |slices: &Slices| Bar::under(600.0, " ns", slices.median());
    vec![
        row("claim of one reference", &claims).bar(bar(&claims)),
        row("transition of one reference, as it was read", &moves).bar(bar(&moves)),
        row("transition of one reference, by its code", &by_code),
    ]
}

/// A batch of 500 at a time.
fn together(scale: Scale) -> Vec<Row> {
    let count = scale.of(1_000_000);
    let ours = filled(count);
    let line = ours.registry.acting_as("Line 3");
    let (mut claims, mut moves) = (Slices::new(), Slices::new());
    let size = BATCH.min(count / 2);
    for _ in 0..scale.of(200) {
        let mut claimed = None;
        claims.time(size, || claimed = line.claim(ours.group, NewClaim::of(size as u64)).ok());
        let claimed = claimed.map(|claim| claim.references).unwrap_or_default();
        assert_eq!(claimed.len(), size, "references were not claimed");
        let selection = Selection::references(&claimed);
        moves.time(size, || line.transition(&selection, State::Commissioned));
    }
    let row = |what: &str, slices: &Slices| Row::new(what, whole(count)).ours(time(slices.median()));
    vec![row("claim, per reference of 500", &claims), row("transition, per reference of 500", &moves)]
}

/// What does not count one by one costs the same however many there are.
fn counted(scale: Scale) -> Vec<Row> {
    let at = |count: usize| {
        let ours = filled(count);
        let line = ours.registry.acting_as("Line 3");
        // All but the last are used, so that the next one is far away.
        while ours.registry.inventory(Within::Group(ours.group)).is_ok_and(|now| now.counts[State::Available] > 500) {
            let _ = line.claim(ours.group, NewClaim::of(500));
        }
        let mut times = Slices::new();
        for _ in 0..SLICES {
            times.time(1000, || (0..1000).for_each(|_| drop(black_box(line.inventory(Within::Group(ours.group))))));
        }
        times.median()
    };
    let (few, many) = (at(scale.of(10_000)), at(scale.of(1_000_000)));
    vec![
        Row::new("inventory of a group, all but the newest 500 claimed", whole(scale.of(10_000))).ours(time(few)),
        Row::new("inventory of a group, all but the newest 500 claimed", whole(scale.of(1_000_000)))
            .ours(time(many))
            .bar(Bar::at_most(2.0, "x of 10,000", many / few)),
    ]
}
