//! Error kinds keep their numbers, and messages are sentences that do not repeat what lies behind them.

use std::error::Error as _;

use serial_core::{
    BatchId, ClaimId, EntropyError, Error, ErrorKind, Format, GroupId, Kind, LimitName, Mismatch, RequestId,
    RestoreError, State, StoreError,
};

fn one_of_each() -> Vec<Error> {
    let group = GroupId(1);
    let store = || StoreError::unavailable("the cable is out");
    vec![
        Format::builder().length(0).build().unwrap_err().into(),
        Error::NameInvalid,
        Error::DescriptionInvalid,
        Error::NameTaken { group },
        Error::GroupNotFound { group },
        Error::BatchNotFound { group, batch: BatchId(2) },
        Error::ReferenceNotFound,
        Error::Ambiguous { groups: vec![group, GroupId(2)] },
        Error::WrongKind { group, kind: Kind::Batch },
        Error::CountInvalid,
        Error::LimitReached { group: None, limit: LimitName::Groups, value: 3, present: 3, asked: 1 },
        Error::SpaceExhausted { group, free: 0, asked: 1 },
        Error::RequestMismatch { request: RequestId(1) },
        Error::RequestIdInvalid,
        Error::SearchTermTooShort { min: 3, found: 2 },
        Error::SearchTermInvalid { symbol: 'ä', position: 1 },
        Error::PageInvalid,
        Error::CursorInvalid,
        Error::ChangedMeanwhile { group, more: 1 },
        EntropyError::new("switched off").into(),
        RestoreError::UnknownVersion { found: 2, known: 1 }.into(),
        StoreError::busy("held").into(),
        store().into(),
        StoreError::outcome_unknown("no reply").into(),
        StoreError::corrupt("bad page").into(),
        StoreError::SchemaTooNew { found: 2, known: 1 }.into(),
        StoreError::contract("rule 3").into(),
        StoreError::Foreign { code: -7, message: "tape jam".into(), source: Some(Box::new(store())) }.into(),
        Error::StoreUrlInvalid { reason: "the URL of the store is empty" },
        Error::TransitionRefused { to: State::Void, refused: Vec::new() },
        Error::ReasonRequired { to: State::Void },
        Error::StateInvalid,
        Error::TooFewAvailable { group, available: 1, asked: 2 },
        Error::HolderRequired,
        Error::ClaimNotFound { group, claim: ClaimId(3) },
        Error::FieldNotFound { group, name: "Colour".into() },
        Error::FieldNameTaken { name: "Colour".into() },
        Error::GroupRequired,
        Error::TextInvalid,
        Error::WarrantyInvalid,
        Error::TimestampInvalid,
        Error::SelectionInvalid { missing: vec!["H829".into()] },
        Error::ImportFaulty { faults: Vec::new().into() },
        Error::TransferFailed(std::io::Error::other("the disk is full")),
        Error::KeyInvalid,
        Error::NoCounter,
        Error::CounterInvalid { group, next: 10, capacity: 1000 },
        Error::CodeInvalid(Mismatch::AfterEnd),
    ]
}

#[test]
fn every_kind_keeps_its_number_and_name() {
    let names = "FormatInvalid NameInvalid DescriptionInvalid NameTaken GroupNotFound BatchNotFound ReferenceNotFound \
                 Ambiguous WrongKind CountInvalid LimitReached SpaceExhausted RequestMismatch RequestIdInvalid \
                 SearchTermTooShort SearchTermInvalid PageInvalid CursorInvalid ChangedMeanwhile EntropyUnavailable \
                 SnapshotInvalid StoreBusy StoreUnavailable OutcomeUnknown StoreCorrupt SchemaTooNew StoreContract \
                 StoreForeign StoreUrlInvalid TransitionRefused ReasonRequired StateInvalid TooFewAvailable \
                 HolderRequired ClaimNotFound FieldNotFound FieldNameTaken GroupRequired TextInvalid WarrantyInvalid \
                 TimestampInvalid SelectionInvalid ImportFaulty TransferFailed KeyInvalid NoCounter CounterInvalid CodeInvalid";
    let kinds: Vec<ErrorKind> = one_of_each().iter().map(Error::kind).collect();
    assert_eq!(kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), names);
    assert!(kinds.iter().map(|kind| *kind as i32).eq(1..=48));
}

#[test]
fn no_message_repeats_its_source_and_each_says_what_to_do() {
    for error in one_of_each() {
        let message = error.to_string();
        // A format's faults are the message; everything else has its reason behind it.
        if let Some(source) = error.source() {
            assert!(!message.contains(&source.to_string()), "{message}");
        }
        assert!(message.len() > 30 && !message.ends_with('.'), "{message}");
        assert!(message.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit()), "{message}");
    }
}
