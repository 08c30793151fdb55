//! Programs in C that check the interface, as they are, with sanitizers on their side, and under valgrind.
#![cfg(unix)]

mod common;

use common::{as_it_is, shows_what_is_tested, under_valgrind, with_sanitizers};

const PROGRAMS: [&str; 7] = ["issuing", "life", "files", "threads", "codes", "code_space", "sequence"];

#[test]
fn issuing_works_from_c() {
    as_it_is("issuing", "-std=gnu99");
}

#[test]
fn the_life_of_references_works_from_c() {
    as_it_is("life", "-std=c99");
}

#[test]
fn files_work_from_c_and_wrong_members_are_found() {
    as_it_is("files", "-std=c99");
}

#[test]
fn keyed_order_check_characters_and_typed_codes_work_from_c() {
    as_it_is("codes", "-std=c99");
}

#[test]
fn the_vectors_of_the_code_space_hold_in_c() {
    as_it_is("code_space", "-std=c99");
}

#[test]
fn codes_keys_and_check_characters_need_no_registry_in_c() {
    as_it_is("sequence", "-std=c99");
}

#[test]
fn threads_share_a_registry_and_never_pass_its_limit() {
    as_it_is("threads", "-std=gnu99");
}

#[test]
fn programs_in_c_are_free_of_faults_of_memory_and_undefined_behaviour() {
    PROGRAMS.into_iter().for_each(with_sanitizers);
}

#[test]
fn programs_in_c_leak_nothing_under_valgrind() {
    PROGRAMS.into_iter().for_each(under_valgrind);
}

#[test]
fn the_guide_to_the_code_space_shows_c_that_is_tested() {
    shows_what_is_tested("code-space.md", "c", 5, &["tests/c/codes.c", "tests/c/sequence.c"]);
}
