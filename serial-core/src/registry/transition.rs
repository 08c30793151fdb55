//! Moving references from state to state.

use std::collections::HashMap;

use crate::{
    error::Error,
    fingerprint::Fingerprinter,
    life::{Change, RefusedTransition, State, Transition, TransitionFault},
    registry::{Registry, Selection, claim::refused, contract, submit::until_known},
    store::{Answer, ChangePlan, Outcome, Refusal, Request, RequestRecord, Step, Unfit},
};

/// How many histories are read at the most to say when and by whom references were used before.
const MOST_HISTORIES: usize = 100;

impl Registry {
    /// Brings references to a state: all of the selection, or none. Says how many those are.
    ///
    /// # Errors
    /// [`TransitionRefused`](Error::TransitionRefused), which names every reference that cannot come to the state and
    /// why; of the first hundred that were commissioned before, when and by whom. [`ReasonRequired`](Error::ReasonRequired) where
    /// [`because`](Self::because) gave none; [`GroupRequired`](Error::GroupRequired) where the selection reaches beyond
    /// the group of a claim that is named. The errors of [`references`](Self::references) that concern a filter;
    /// [`RequestMismatch`](Error::RequestMismatch); or a kind that begins with `Store`, and
    /// [`OutcomeUnknown`](Error::OutcomeUnknown), after which the same call with the request id that the error names tells
    /// the outcome.
    ///
    /// ```
    /// use serial_core::{Error, MemoryStore, NewGroup, Registry, Selection, State, TransitionFault};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Line 3");
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let code = registry.create_reference(group.id)?.code;
    /// registry.transition(&Selection::codes([code.as_str()]), State::Commissioned)?;
    ///
    /// let again = registry.transition(&Selection::codes([code.as_str()]), State::Commissioned).unwrap_err();
    /// let Error::TransitionRefused { refused, .. } = again else { panic!("{again}") };
    /// assert!(matches!(&refused[0].fault, TransitionFault::AlreadyCommissioned { by: Some(by), .. } if by == "Line 3"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn transition(&self, selection: &Selection, to: impl Into<Transition>) -> Result<u64, Error> {
        let transition = to.into();
        let to = transition.to;
        let cause = self.cause()?;
        if to.needs_reason() && cause.reason().is_none() {
            return Err(Error::ReasonRequired { to });
        }
        let digest = || {
            let digest = Fingerprinter::new("transition").number(to.number().into()).number(transition.again.into());
            let digest = match transition.held_by {
                Some(claim) => digest.text("held by").number(claim.0),
                None => digest,
            };
            selection.add_to(digest).finish().into()
        };
        let request = self.request(transition.request, digest)?;
        if transition.request.is_some() {
            // What was done under the id counts, whatever the selection means by now.
            if let Some(changed) = self.first_change(request)? {
                return Ok(changed);
            }
        }
        let mut gathered = self.gather(selection)?;
        let of_code = |code: String, fault| RefusedTransition { group: None, row: None, code: Some(code), fault };
        let unknown = gathered.unknown.drain(..).map(|code| of_code(code, TransitionFault::NotFound));
        let ambiguous = gathered.ambiguous.drain(..).map(|code| of_code(code, TransitionFault::Ambiguous));
        let mut missing: Vec<RefusedTransition> = unknown.chain(ambiguous).collect();
        if !missing.is_empty() {
            let allowed = transition.from();
            let found = gathered.states.iter().map(|(found, _)| *found);
            let unfit = found.filter(|found| !found.state.is_some_and(|state| allowed.contains(state)));
            missing.extend(self.explained(&unfit.collect::<Vec<_>>(), &gathered.states, to)?);
            return Err(Error::TransitionRefused { to, refused: missing });
        }
        let targets = gathered.targets();
        if targets.is_empty() {
            return Ok(0);
        }
        let held_by = transition.held_by;
        if held_by.is_some() && targets.len() > 1 {
            return Err(Error::GroupRequired);
        }
        let step = Step::Move { from: transition.from(), to };
        let plan = ChangePlan { request, targets: &targets, step, held_by, at: self.now(), cause };
        let call = || self.store().change(&plan);
        match until_known(request, call(), call)? {
            Answer::Done(changed) => Ok(changed.changed),
            Answer::Refused(Refusal::Unfit { references }) if references.is_empty() => {
                Err(contract("the store refused references without naming one"))
            }
            Answer::Refused(Refusal::Unfit { references }) => {
                Err(Error::TransitionRefused { to, refused: self.explained(&references, &gathered.states, to)? })
            }
            Answer::Refused(refusal) => Err(refused(refusal, request)),
        }
    }

    /// How many references were changed under a request id before.
    fn first_change(&self, request: Option<Request>) -> Result<Option<u64>, Error> {
        let Some(request) = request else { return Ok(None) };
        match self.store().request(request.id)? {
            None => Ok(None),
            Some(RequestRecord { digest, outcome: Outcome::Changed(changed) }) if digest == request.digest => {
                Ok(Some(changed.changed))
            }
            Some(_) => Err(Error::RequestMismatch { request: request.id }),
        }
    }

    /// Why references cannot come to a state. Of those that were used before, the histories of the first are read.
    fn explained(
        &self,
        unfit: &[Unfit],
        given: &[(Unfit, String)],
        to: State,
    ) -> Result<Vec<RefusedTransition>, Error> {
        let mut histories = MOST_HISTORIES;
        let codes: HashMap<_, _> = given.iter().map(|(found, code)| ((found.group, found.row), code)).collect();
        let explained = unfit.iter().map(|unfit| {
            let mut refused = self.explained_one(*unfit, to, &mut histories)?;
            refused.code = codes.get(&(unfit.group, unfit.row)).map(|code| (*code).clone());
            Ok(refused)
        });
        explained.collect()
    }

    fn explained_one(&self, unfit: Unfit, to: State, histories: &mut usize) -> Result<RefusedTransition, Error> {
        let Unfit { group, row, state } = unfit;
        let fault = match state {
            None => TransitionFault::NotFound,
            // It may come from there, so that another claim must hold it.
            Some(State::Allocated) if State::Allocated.can_become(to) => TransitionFault::NotHeld,
            Some(state) if to == State::Commissioned && *histories > 0 => {
                *histories -= 1;
                let events = self.events_of(group, row)?;
                let is_use = |change: &Change| matches!(change, Change::Moved { to: State::Commissioned, .. });
                match events.into_iter().find(|event| is_use(&event.change)) {
                    Some(first) => {
                        let by = first.cause.actor().map(ToOwned::to_owned);
                        TransitionFault::AlreadyCommissioned { at: first.at, by, state }
                    }
                    None => TransitionFault::NotAllowed { state },
                }
            }
            Some(state) => TransitionFault::NotAllowed { state },
        };
        Ok(RefusedTransition { group: Some(group), row: Some(row), code: None, fault })
    }
}
