//! Changing references: their states, values and warranties.

use std::collections::BTreeMap;

use serial_core::{
    Answer, Cause, ChangePlan, Changed, ClaimId, FieldId, GroupId, Refusal, Request, RowSet, State, States, Step,
    StoreError, StoreResult, Timestamp, Unfit, WarrantyPolicy,
};
use tokio_postgres::Row;

use crate::{
    database::Database,
    life::{
        Effects, Held, Live, Rows,
        events::checked,
        held::{lock, stock_of},
        lives_of,
        request::{self, Kept},
        values,
    },
    session::{Session, Statement},
    trouble::Trouble,
    values::{storable, without_nul},
};

/// A [`ChangePlan`] that can be sent to another thread.
pub(crate) struct OwnedChange {
    request: Option<Request>,
    targets: Vec<(GroupId, RowSet)>,
    /// The same rows, as far as tables can have them.
    rows: Vec<(GroupId, Rows)>,
    step: OwnedStep,
    held_by: Option<ClaimId>,
    at: Timestamp,
    cause: Cause,
}

enum OwnedStep {
    Move { from: States, to: State },
    Return { claim: ClaimId },
    SetValues { revision: u64, values: Vec<(FieldId, Option<String>)> },
    SetWarranty { policy: Option<WarrantyPolicy> },
}

/// More references than this that are not there are named in no refusal.
const MOST_UNFIT: u64 = 10_000_000;

impl OwnedChange {
    pub(crate) fn new(plan: &ChangePlan<'_>) -> Result<Self, StoreError> {
        checked(plan.cause)?;
        let step = match plan.step {
            Step::Move { from, to } => OwnedStep::Move { from, to },
            Step::Return { claim } => OwnedStep::Return { claim },
            Step::SetValues { revision, values } => {
                for value in values.iter().filter_map(|(_, value)| value.as_deref()) {
                    without_nul("a value", value)?;
                }
                OwnedStep::SetValues { revision, values: values.to_vec() }
            }
            Step::SetWarranty { policy } => OwnedStep::SetWarranty { policy },
        };
        Ok(Self {
            request: plan.request,
            targets: plan.targets.to_vec(),
            rows: plan.targets.iter().map(|(group, rows)| (*group, Rows::of_set(rows))).collect(),
            step,
            held_by: plan.held_by,
            at: storable(plan.at)?,
            cause: plan.cause.clone(),
        })
    }

    /// Sees that it is a plan that a registry makes.
    fn contract(&self) -> Result<(), StoreError> {
        let only_one =
            self.held_by.is_some() || matches!(self.step, OwnedStep::Return { .. } | OwnedStep::SetValues { .. });
        if self.targets.iter().all(|(_, rows)| rows.is_empty()) || (only_one && self.targets.len() != 1) {
            return Err(StoreError::contract("a plan changes nothing, or several groups where it may change one"));
        }
        if matches!(self.step, OwnedStep::Move { from, .. } if from.iter().next().is_none()) {
            return Err(StoreError::contract("a plan brings references to a state that no state may come before"));
        }
        Ok(())
    }

    /// What is read before it is carried out, beside the groups and their references.
    fn look_up(&self) -> Option<Statement<'static>> {
        match (&self.step, self.rows.first()) {
            (OwnedStep::Move { .. } | OwnedStep::Return { .. }, _) => Some(stock_of(&self.rows)),
            (OwnedStep::SetValues { .. }, Some((group, rows))) => Some(super::details::values_of(*group, rows)),
            (OwnedStep::SetWarranty { .. }, _) => Some(values::warranties_of(&self.rows)),
            (OwnedStep::SetValues { .. }, None) => None,
        }
    }

    /// The first reason to refuse it, where its request id is unused.
    fn refusal(&self, groups: &[Held], lives: &[Live]) -> Result<Option<Refusal>, StoreError> {
        self.contract()?;
        for (id, _) in &self.targets {
            let Some(held) = groups.iter().find(|held| held.group.id == *id) else {
                return Ok(Some(Refusal::NoSuchGroup { group: *id }));
            };
            match &self.step {
                OwnedStep::Return { claim } if claim.0 == 0 || claim.0 > held.claims => {
                    return Ok(Some(Refusal::NoSuchClaim { group: *id, claim: *claim }));
                }
                OwnedStep::SetValues { revision, .. } if *revision != held.group.revision => {
                    return Ok(Some(Refusal::GroupChanged { group: Box::new(held.group.clone()) }));
                }
                OwnedStep::SetValues { values, .. } => {
                    let in_use =
                        |id: FieldId| held.group.fields.iter().any(|field| field.id == id && !field.is_retired);
                    if !values.iter().all(|(field, _)| in_use(*field)) {
                        return Err(StoreError::contract("a plan sets a field that the group does not have in use"));
                    }
                }
                OwnedStep::Move { .. } | OwnedStep::Return { .. } | OwnedStep::SetWarranty { .. } => {}
            }
        }
        let references = self.unfit(lives)?;
        Ok((!references.is_empty()).then_some(Refusal::Unfit { references }))
    }

    /// The references that cannot be changed so; `lives` are all that are live, in their order.
    fn unfit(&self, lives: &[Live]) -> Result<Vec<Unfit>, StoreError> {
        let is_held =
            |live: &Live| live.state != State::Allocated || self.held_by.is_none() || live.claim == self.held_by;
        let fits = |live: &Live| match self.step {
            OwnedStep::Move { from, .. } => from.contains(live.state) && is_held(live),
            _ => true,
        };
        if matches!(self.step, OwnedStep::Return { .. }) {
            return Ok(Vec::new());
        }
        let asked: u64 = self.targets.iter().map(|(_, rows)| rows.len()).fold(0, u64::saturating_add);
        if asked == lives.len() as u64 && lives.iter().all(fits) {
            return Ok(Vec::new());
        }
        if asked.saturating_sub(lives.len() as u64) > MOST_UNFIT {
            return Err(StoreError::contract("a plan names far more references than there are"));
        }
        let mut unfit = Vec::new();
        let mut lives = lives.iter().peekable();
        for (group, rows) in &self.targets {
            for row in rows.iter() {
                let live = lives.next_if(|live| (live.group, live.row) == (*group, row));
                if !live.is_some_and(fits) {
                    let state = live.map(|live| live.state);
                    unfit.push(Unfit { group: *group, row, state });
                }
            }
        }
        Ok(unfit)
    }
}

/// What is found before a change.
enum Look {
    /// It was done before, under the same request id.
    Before(Changed),
    Refused(Refusal),
    Found {
        groups: Vec<Held>,
        lives: Vec<Live>,
        beside: Vec<Row>,
    },
}

impl Database {
    pub(crate) async fn change(&self, plan: &OwnedChange) -> StoreResult<Changed> {
        self.retry(|| self.try_to_change_references(plan)).await
    }

    async fn try_to_change_references(&self, plan: &OwnedChange) -> Result<Answer<Changed>, Trouble> {
        let mut session = self.writing().await?;
        match look(&mut session, plan).await? {
            Look::Before(changed) => {
                session.cancel().await;
                Ok(Answer::Done(changed))
            }
            Look::Refused(refusal) => {
                session.cancel().await;
                Ok(refusal.into())
            }
            Look::Found { groups, lives, beside } => {
                let (mut statements, changed) = statements(plan, &groups, &lives, &beside)?;
                statements.extend(plan.request.map(|asked| request::keep(asked, plan.at, None, Some(changed))));
                session.end_with(&statements, plan.request.is_some()).await?;
                Ok(Answer::Done(changed))
            }
        }
    }
}

/// Looks whether a change can be made, in the order of S12.
async fn look(session: &mut Session<'_>, plan: &OwnedChange) -> Result<Look, Trouble> {
    let mut statements = vec![lock(plan.targets.iter().map(|(group, _)| *group)), lives_of(&plan.rows)];
    let beside = plan.look_up();
    let is_beside = beside.is_some();
    statements.extend(beside);
    statements.extend(plan.request.map(|asked| request::request(asked.id)));
    let mut rows = session.run(&statements).await?.into_iter();
    let mut next = || rows.next().unwrap_or_default();
    let (groups, lives) = (next(), next());
    let beside = if is_beside { next() } else { Vec::new() };
    if let (Some(asked), Some(row)) = (plan.request, next().first()) {
        return Ok(match request::record(row)? {
            (digest, Kept::Changed(changed)) if digest == asked.digest => Look::Before(changed),
            _ => Look::Refused(Refusal::RequestMismatch),
        });
    }
    let groups = Held::read_all(&groups)?;
    let lives = lives.iter().map(Live::read).collect::<Result<Vec<_>, _>>()?;
    match plan.refusal(&groups, &lives)? {
        Some(refusal) => Ok(Look::Refused(refusal)),
        None => Ok(Look::Found { groups, lives, beside }),
    }
}

/// What a change that nothing stands against writes down.
fn statements(
    plan: &OwnedChange,
    groups: &[Held],
    lives: &[Live],
    beside: &[Row],
) -> Result<(Vec<Statement<'static>>, Changed), Trouble> {
    let held: BTreeMap<GroupId, &Held> = groups.iter().map(|held| (held.group.id, held)).collect();
    let each = || lives.iter().filter_map(|live| held.get(&live.group).map(|held| (*held, live)));
    let mut effects = Effects::default();
    let mut changed = Changed { changed: lives.len() as u64, left: 0 };
    let (mut also, mut stock) = (Vec::new(), beside);
    match &plan.step {
        OwnedStep::Move { to, .. } => each().for_each(|(held, live)| effects.bring(held, live, *to)),
        OwnedStep::Return { claim } => {
            let mut count = 0;
            for (held, live) in each().filter(|(_, live)| live.claim == Some(*claim)) {
                effects.bring(held, live, State::Available);
                count += 1;
            }
            let asked: u64 = plan.targets.iter().map(|(_, rows)| rows.len()).fold(0, u64::saturating_add);
            changed = Changed { changed: count, left: asked.saturating_sub(count) };
        }
        OwnedStep::SetValues { values, .. } => {
            also.extend(values::set(&mut effects, each(), values, beside)?);
            stock = &[];
        }
        OwnedStep::SetWarranty { policy } => {
            also.extend(values::set_warranty(&mut effects, each(), *policy, beside)?);
            stock = &[];
        }
    }
    let mut statements = effects.statements(groups, stock, plan.at, &plan.cause)?;
    statements.extend(also);
    Ok((statements, changed))
}
