//! Several processes share a file: limits hold exactly, all of them get on, and nobody is told that it is busy.

mod support;

use std::path::Path;

use serial_core::{
    BatchId, Error, Filter, GroupFilter, GroupId, GroupLimits, Kind, Limit, NewBatch, NewClaim, NewGroup, Paging,
    RequestId, Selection, State,
};
use serial_sqlite::SqliteStore;
use support::{
    Dice, check,
    child::{self, Plan, say},
    issue::{Call, Done, groups, heard},
};

#[test]
fn child() {
    child::play(&[
        ("fill", fill),
        ("race", race),
        ("anything", anything),
        ("come and go", come_and_go),
        ("claim", claim),
    ]);
}

const LIMIT: u64 = 700;

/// Issues into all groups until each is full.
fn fill() {
    let registry = support::registry(Path::new(&child::setting("PATH")));
    let groups = groups(&registry).unwrap();
    let run = u128::from(child::number("RUN"));
    let mut dice = Dice(child::number("RUN"));
    child::ready();
    let mut open = groups;
    for step in 0.. {
        if open.is_empty() {
            break;
        }
        let at = dice.index(open.len());
        let (group, kind) = open[at];
        let mut count = if kind == Kind::Batch { 1 + dice.index(20) } else { 0 };
        loop {
            let result = Call { request: run << 64 | step, group: group.0, count }.run(&registry);
            match result {
                Ok(_) => break,
                Err(Error::LimitReached { present, asked, .. }) => {
                    assert!(present + asked > LIMIT);
                    // What is left is filled with smaller ones.
                    count /= 2;
                    if asked == 1 {
                        open.swap_remove(at);
                        break;
                    }
                    count = count.max(1);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}

#[test]
fn four_processes_fill_groups_to_their_limits_and_not_beyond() {
    for round in 0..support::runs(2, 20) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let registry = support::registry(&path);
        let limits = GroupLimits { max_live: Some(Limit::AtMost(LIMIT)), ..GroupLimits::default() };
        let groups = groups(&registry).unwrap();
        for (group, _) in &groups {
            registry.change_group_limits(*group, limits).unwrap();
        }
        let mut done: Vec<Done> = Vec::new();
        let plan = |run: u64| Plan::of("fill").path(&path).set("RUN", round << 8 | run);
        for child in child::together((1..=4).map(plan)) {
            done.extend(heard(&child.wait().well()).0);
        }
        check::check(&path, &done, &format!("round {round}"));
        let live = check::live(&path);
        assert!(live.values().all(|live| *live == LIMIT), "{live:?}");
        let acknowledged: usize = done.iter().map(|done| done.codes.len()).sum();
        assert_eq!(acknowledged as u64, LIMIT * groups.len() as u64);
    }
}

/// Issues one reference after another into one group until it is full.
fn race() {
    let registry = support::registry(Path::new(&child::setting("PATH")));
    let group = registry.find_group("Race").unwrap().unwrap().id;
    child::ready();
    let mut issued = 0;
    loop {
        match registry.create_reference(group) {
            Ok(_) => issued += 1,
            Err(Error::LimitReached { .. }) => break,
            Err(error) => panic!("{error:?}"),
        }
    }
    say(format_args!("issued {issued}"));
}

#[test]
fn six_processes_that_issue_without_a_pause_all_get_their_share() {
    let total = support::runs(900, 12_000);
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let registry = support::registry(&path);
    let limits = GroupLimits { max_live: Some(Limit::AtMost(total)), ..GroupLimits::default() };
    let group = registry.create_group(NewGroup::continuous("Race").limits(limits)).unwrap().id;
    let shares: Vec<u64> = child::together((0..6).map(|_| Plan::of("race").path(&path)))
        .into_iter()
        .map(|child| {
            let said = child.wait().well();
            said.iter().find_map(|line| line.strip_prefix("issued ")).unwrap().parse().unwrap()
        })
        .collect();
    assert_eq!(shares.iter().sum::<u64>(), total, "{shares:?}");
    assert_eq!(registry.group(group).unwrap().live, total);
    // A sixth each would be fair; a machine with few cores gives somewhat less to some.
    assert!(shares.iter().all(|share| *share >= total / 6 / 5), "{shares:?}");
    eprintln!("shares of {total}: {shares:?}");
}

/// Opens the store, issues one reference and closes it, while others write without a pause.
fn come_and_go() {
    let path = child::setting("PATH");
    child::ready();
    for round in 0..child::number("ROUNDS") {
        let registry = support::registry(Path::new(&path));
        let group = registry.find_group("Visits").unwrap().unwrap().id;
        let request = u128::from(child::number("RUN")) << 64 | u128::from(round);
        Call { request, group: group.0, count: 0 }.run(&registry).unwrap();
    }
}

#[test]
fn a_process_that_comes_while_others_write_without_a_pause_is_let_in() {
    let rounds = support::runs(5, 60);
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let registry = support::registry(&path);
    let limits = GroupLimits { max_live: Some(Limit::AtMost(rounds * 100)), ..GroupLimits::default() };
    registry.create_group(NewGroup::continuous("Race").limits(limits)).unwrap();
    registry.create_group(NewGroup::continuous("Visits")).unwrap();
    drop(registry);
    let writers = (0..4).map(|_| Plan::of("race").path(&path));
    let visitors = (1..=2).map(|run| Plan::of("come and go").path(&path).set("ROUNDS", rounds).set("RUN", run));
    let mut done = Vec::new();
    for child in child::together(writers.chain(visitors).collect::<Vec<_>>()) {
        done.extend(heard(&child.wait().well()).0);
    }
    assert_eq!(done.len() as u64, 2 * rounds);
    check::check(&path, &done, "after visits");
}

/// Claims from one batch until nothing is left, uses some of it, gives some of it back, and says what it used.
fn claim() {
    let registry = support::registry(Path::new(&child::setting("PATH"))).acting_as(child::setting("RUN"));
    let group = registry.find_group("Pump").unwrap().unwrap().id;
    let mut dice = Dice(child::number("RUN"));
    child::ready();
    for step in 0_u128.. {
        let request = RequestId(u128::from(child::number("RUN")) << 64 | step);
        let count = 1 + dice.below(12);
        let new = NewClaim::of(count).from_batch(BatchId(1)).request_id(request);
        let claim = match registry.claim(group, new.clone()) {
            Ok(claim) => claim,
            Err(Error::TooFewAvailable { available: 0, .. }) => break,
            Err(Error::TooFewAvailable { .. }) => continue,
            Err(error) => panic!("{error:?}"),
        };
        assert!(dice.below(8) > 0 || registry.claim(group, new).unwrap().repeated);
        let used = &claim.references[..claim.references.len().min(1 + dice.index(12))];
        let rows: Vec<String> = used.iter().map(|reference| reference.row.to_string()).collect();
        assert_eq!(registry.transition(&Selection::references(used), State::Commissioned).unwrap(), used.len() as u64);
        say(format_args!("used {}", rows.join(",")));
        let left = registry.return_claim(group, claim.id).unwrap();
        assert_eq!(left, (claim.references.len() - used.len()) as u64);
    }
}

#[test]
fn four_processes_that_claim_from_one_batch_use_each_reference_exactly_once() {
    const SIZE: u64 = 5000;
    for round in 0..support::runs(1, 10) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let registry = support::registry(&path);
        let group = registry.create_group(NewGroup::batch("Pump")).unwrap().id;
        registry.create_batch(group, NewBatch::of(SIZE)).unwrap();
        let plan = |run: u64| Plan::of("claim").path(&path).set("RUN", round << 8 | run);
        let mut used: Vec<u64> = Vec::new();
        for child in child::together((1..=4).map(plan)) {
            for line in child.wait().well() {
                let rows = line.strip_prefix("used ").into_iter().flat_map(|rows| rows.split(','));
                used.extend(rows.map(|row| row.parse::<u64>().unwrap()));
            }
        }
        used.sort_unstable();
        assert!(used.iter().copied().eq(1..=SIZE), "{} used", used.len());
        let group = registry.group(group).unwrap();
        assert_eq!(group.counts[State::Commissioned], SIZE);
        check::check(&path, &[], &format!("round {round}"));
        SqliteStore::open(&path).unwrap().check_integrity().unwrap();
    }
}

/// Does whatever a registry can do, in random order, and says what was issued and what was deleted.
fn anything() {
    let registry = support::registry(Path::new(&child::setting("PATH")));
    let mut lasting = groups(&registry).unwrap();
    let run = u128::from(child::number("RUN"));
    let mut dice = Dice(child::number("RUN"));
    let mut own: Vec<Done> = Vec::new();
    child::ready();
    let mut spare: Option<GroupId> = None;
    for step in 0..u128::from(child::number("STEPS")) {
        let (group, kind) = lasting[dice.index(lasting.len())];
        match dice.below(16) {
            0..8 => {
                let count = if kind == Kind::Batch { 1 + dice.index(12) } else { 0 };
                own.push(Call { request: run << 64 | step, group: group.0, count }.run(&registry).unwrap());
            }
            8 if !own.is_empty() => {
                let gone = own.swap_remove(dice.index(own.len()));
                let selection = Selection::codes_in(GroupId(gone.group), gone.codes.clone());
                let deleted = registry.delete(&selection).unwrap().confirm().unwrap();
                assert_eq!(deleted.deleted, gone.codes.len() as u64);
                say(format_args!("gone {}", gone.request));
            }
            9 if !own.is_empty() => {
                // What one was told is found, and by nobody else's number.
                let one = &own[dice.index(own.len())];
                let found = registry.lookup_in(GroupId(one.group), &one.codes[0]).unwrap();
                assert_eq!(found.row.0, one.first_row);
                let call = Call {
                    request: one.request,
                    group: one.group,
                    count: if one.batch == 0 { 0 } else { one.codes.len() },
                };
                assert_eq!(&call.quietly(&registry).unwrap(), one);
            }
            10 => {
                let page = registry.references(&Filter::group(group), &Paging::of(30)).unwrap();
                assert!(page.items.windows(2).all(|pair| pair[0].row < pair[1].row));
            }
            11 => {
                let page = registry.groups(&GroupFilter::all(), &Paging::of(50)).unwrap();
                assert!(page.items.iter().all(|group| group.live <= group.issued));
            }
            12 => drop(registry.describe_group(group, format!("by {run} at {step}")).unwrap()),
            13 => match spare.take() {
                None => {
                    let group = registry.create_group(NewGroup::batch(format!("Spare {run} {step}"))).unwrap();
                    registry.create_batch(group.id, NewBatch::of(5)).unwrap();
                    spare = Some(group.id);
                }
                Some(group) => drop(registry.delete_group(group).unwrap().confirm().unwrap()),
            },
            14 => drop(registry.references(&Filter::all().containing("123"), &Paging::of(10)).unwrap()),
            _ => lasting.rotate_left(1),
        }
    }
}

#[test]
fn four_processes_that_do_anything_agree_in_the_end() {
    for round in 0..support::runs(2, 20) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        groups(&support::registry(&path)).unwrap();
        let plan = |run: u64| Plan::of("anything").path(&path).set("RUN", round << 8 | run).set("STEPS", 200);
        let (mut done, mut gone): (Vec<Done>, Vec<u128>) = Default::default();
        for child in child::together((1..=4).map(plan)) {
            let said = child.wait().well();
            done.extend(heard(&said).0);
            gone.extend(said.iter().filter_map(|line| line.strip_prefix("gone ")?.parse::<u128>().ok()));
        }
        check::check(&path, &done, &format!("round {round}"));
        let registry = support::registry(&path);
        for done in &done {
            for code in &done.codes {
                let found = registry.lookup_in(GroupId(done.group), code).is_ok();
                assert_eq!(found, !gone.contains(&done.request), "{done}");
            }
        }
    }
}
