//! References one by one, with a million present.

use crate::{
    Scale,
    measure::Slices,
    ours::Ours,
    peers::{ChaChaSet, NanoidSet, Peer, UuidSet},
    table::{Bar, Row, factors, time, whole},
};

const SLICES: usize = 20;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let present = scale.of(1_000_000);
    let slice = scale.of(200_000 / SLICES);

    let ours = Ours::continuous();
    let (mut nanoid, mut uuid, mut chacha) = (NanoidSet::default(), UuidSet::default(), ChaChaSet::default());
    ours.issue_singly(present);
    nanoid.issue_many(present);
    uuid.issue_many(present);
    chacha.issue_many(present);

    let mut times: [Slices; 4] = Default::default();
    for _ in 0..SLICES {
        times[0].time(slice, || ours.issue_singly(slice));
        times[1].time(slice, || uuid.issue_many(slice));
        times[2].time(slice, || nanoid.issue_many(slice));
        times[3].time(slice, || chacha.issue_many(slice));
    }
    let [singles, uuid, nanoid, chacha] = times;

    let against = |name: &str, peer: &Slices| {
        Row::new("create_reference, one by one", format!("{} present", whole(present)))
            .ours(time(singles.mean()))
            .peer(format!("{} {name}", time(peer.mean())))
            .ratio(factors(singles.ratio(peer), singles.median_ratio(peer)))
    };
    let worse = singles.ratio(&uuid).min(singles.median_ratio(&uuid));
    vec![
        against(UuidSet::NAME, &uuid).bar(Bar::at_least(2.5, "x", worse)),
        against(NanoidSet::NAME, &nanoid),
        against(ChaChaSet::NAME, &chacha),
    ]
}
