//! Moving references from state to state.

use crate::{
    error::Error,
    fingerprint::Fingerprinter,
    life::{Change, RefusedTransition, State, Transition, TransitionFault},
    registry::{Registry, Selection, claim::refused, contract},
    store::{Answer, ChangePlan, Refusal, Step, Unfit},
};

impl Registry {
    /// Brings references to a state: all of the selection, or none. Says how many those are.
    ///
    /// # Errors
    /// [`TransitionRefused`](Error::TransitionRefused), which names every reference that cannot come to the state and
    /// why; of one that was commissioned before, when and by whom. [`ReasonRequired`](Error::ReasonRequired) where
    /// [`because`](Self::because) gave none. The errors of [`references`](Self::references) that concern a filter;
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
        let mut gathered = self.gather(selection)?;
        let of_code = |code: String, fault| RefusedTransition { group: None, row: None, code: Some(code), fault };
        let unknown = gathered.unknown.drain(..).map(|code| of_code(code, TransitionFault::NotFound));
        let ambiguous = gathered.ambiguous.drain(..).map(|code| of_code(code, TransitionFault::Ambiguous));
        let mut missing: Vec<RefusedTransition> = unknown.chain(ambiguous).collect();
        if !missing.is_empty() {
            let allowed = transition.from();
            let unfit =
                gathered.states.iter().filter(|found| !found.state.is_some_and(|state| allowed.contains(state)));
            for unfit in unfit {
                missing.push(self.explained(*unfit, to)?);
            }
            return Err(Error::TransitionRefused { to, refused: missing });
        }
        let targets = gathered.targets();
        if targets.is_empty() {
            return Ok(0);
        }
        let digest = || {
            let digest = Fingerprinter::new("transition").number(to.number().into()).number(transition.again.into());
            selection.add_to(digest).finish().into()
        };
        let request = self.request(transition.request, digest)?;
        let step = Step::Move { from: transition.from(), to };
        let plan = ChangePlan { request, targets: &targets, step, at: self.now(), cause };
        match self.until_known(request, |store| store.change(&plan))? {
            Answer::Done(changed) => Ok(changed.changed),
            Answer::Refused(Refusal::Unfit { references }) if references.is_empty() => {
                Err(contract("the store refused references without naming one"))
            }
            Answer::Refused(Refusal::Unfit { references }) => {
                let explained = references.into_iter().map(|unfit| self.explained(unfit, to)).collect::<Result<_, _>>();
                Err(Error::TransitionRefused { to, refused: explained? })
            }
            Answer::Refused(refusal) => Err(refused(refusal, request)),
        }
    }

    /// Why a reference cannot come to a state.
    fn explained(&self, unfit: Unfit, to: State) -> Result<RefusedTransition, Error> {
        let Unfit { group, row, state } = unfit;
        let fault = match state {
            None => TransitionFault::NotFound,
            Some(state) if to == State::Commissioned => {
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
