//! S9: a finished write is visible to every read that begins later.

use std::sync::mpsc;

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, all_groups, batch_group, delete, delete_group, done, group_plan, holds, issue,
            present, references, refused, same, taken, texts, threads,
        },
        case::{Breach, Outcome},
    },
    group::Group,
    ids::{BatchId, GroupId, RequestId},
    query::Within,
    store::{GroupChange, Refusal, Store},
};

/// Breaks the case unless every way to read shows `code` as the newest of `group`.
fn shows(store: &dyn Store, group: GroupId, batch: BatchId, code: &str, request: u128) -> Outcome {
    let found = store.find(Some(group), &[code])?;
    same("a code that was issued just now, found", &texts(&found), &vec![code.to_owned()])?;
    let listed = references(store, Within::Batch(group, batch))?;
    same("a batch that was issued just now, listed", &listed, &found)?;
    same("whether a code that was issued just now is taken", &taken(store, group, &[code])?, &vec![0])?;
    let counted = done("reading a batch that was issued just now", store.batch(group, batch))?;
    same("size and live of it", &(counted.size, counted.live), &(1, 1))?;
    let kept =
        store.request(RequestId(request))?.and_then(|record| Some(record.appended()?.codes.as_packed().to_owned()));
    same("what is kept under the request id", &kept, &Some(code.to_owned()))?;
    let now = present(store, group)?;
    same("what the group has issued", &now.issued, &batch.0)
}

/// Breaks the case unless a deleted reference is gone for every way to read.
fn hides(store: &dyn Store, group: GroupId, batch: BatchId, code: &str) -> Outcome {
    same("a code that was deleted just now, found", &store.find(None, &[code])?, &Vec::new())?;
    same("its batch, listed", &references(store, Within::Batch(group, batch))?, &Vec::new())?;
    same("live references of its batch", &done("reading a batch", store.batch(group, batch))?.live, &0)?;
    same("live references of its group", &present(store, group)?.live, &0)
}

/// Writes with one store and reads with another.
fn write_and_read(writer: &dyn Store, reader: &dyn Store) -> Outcome {
    let group = batch_group(writer, "Pumps", 3)?;
    same("a group that was created just now", &reader.group(group.id)?, &Some(group.clone()))?;
    for number in 1..=20 {
        let code = format!("{number:0>3}");
        Append::to(&group, &[&code])?.request(number.into(), 5).issue(writer)?;
        shows(reader, group.id, BatchId(number), &code, number.into())?;
        delete(writer, group.id, [number])?;
        hides(reader, group.id, BatchId(number), &code)?;
    }
    let change = GroupChange { description: Some("steel".into()), ..GroupChange::of(group.id, NOON) };
    let changed = done("changing a group", writer.change_group(&change))?;
    same("a group that was changed just now", &reader.group(group.id)?, &Some(changed))?;
    delete_group(writer, group.id)?;
    same("a group that was deleted just now", &reader.group(group.id)?, &None)?;
    same("groups after the deletion of the only one", &reader.groups(&all_groups())?.items, &Vec::new())?;
    let answer = reader.batch(group.id, BatchId(1));
    refused("a batch of it", answer, &Refusal::NoSuchGroup { group: group.id })?;
    // The name is free at once.
    done("creating a group of the same name", reader.create_group(&group_plan("Pumps", 3)?)).map(|_| ())
}

pub(in crate::conformance) fn s09_a_finished_write_is_seen_by_the_writer(bench: Bench<'_>) -> Outcome {
    write_and_read(&*bench, &*bench)
}

pub(in crate::conformance) fn s09_a_finished_write_is_seen_by_every_thread(bench: Bench<'_>) -> Outcome {
    const READERS: usize = 3;
    let groups: Vec<Group> = vec![batch_group(&*bench, "Pumps", 3)?, batch_group(&*bench, "Valves", 3)?];
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for _ in 0..READERS {
        let (sender, receiver) = mpsc::channel::<(GroupId, BatchId, String, u128)>();
        senders.push(sender);
        receivers.push(std::sync::Mutex::new(Some(receiver)));
    }
    let senders = std::sync::Mutex::new(Some(senders));
    let broken = || Breach::new("the kit lost a channel between its threads");
    threads(READERS + 1, |number| {
        if number == READERS {
            let senders = senders.lock().map_err(|_| broken())?.take().ok_or_else(broken)?;
            for (round, group) in (1..=20_u64).zip(groups.iter().cycle()) {
                let code = format!("{round:0>3}");
                let (_, batch) = Append::to(group, &[&code])?.request(round.into(), 5).issue(&*bench)?;
                for sender in &senders {
                    // A reader that is gone has its own failure to tell.
                    let _ = sender.send((group.id, batch.ok_or_else(broken)?, code.clone(), round.into()));
                }
            }
            return Ok(());
        }
        let receiver = receivers[number].lock().map_err(|_| broken())?.take().ok_or_else(broken)?;
        for (group, batch, code, request) in receiver {
            let found = bench.find(None, &[&code])?;
            same("a code that another thread has issued, found", &texts(&found), &vec![code.clone()])?;
            let listed = references(&*bench, Within::Batch(group, batch))?;
            same("a batch that another thread has issued, listed", &listed, &found)?;
            same("whether it is taken", &taken(&*bench, group, &[&code])?, &vec![0])?;
            let kept = bench.request(RequestId(request))?.is_some();
            same("whether something is kept under the request id", &kept, &true)?;
            let issued = present(&*bench, group)?.issued;
            holds(issued >= batch.0, || {
                format!("a group has issued {issued} references after another thread was given the {batch}th")
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

pub(in crate::conformance) fn s09_a_finished_write_is_seen_by_another_opening(bench: Bench<'_>) -> Outcome {
    let Some(second) = bench.second() else { return Ok(()) };
    write_and_read(&*bench, &second)?;
    let group = present(&second, bench.groups(&all_groups())?.items[0].id)?;
    issue(&second, &group, &["AAA"])?;
    same("a code that the other opening issued", &texts(&bench.find(None, &["AAA"])?), &vec!["AAA".to_owned()])
}
