//! The one list of all cases.

use crate::conformance::{
    case::{Case, Rule},
    cases,
};

/// Makes a module with one `#[test]` per case, so that each shows up by its name.
///
/// The second part is a [`Factory`](crate::conformance::Factory): a closure, a function, or a value of a type that
/// implements it. It is evaluated once in each test.
///
/// ```
/// use serial_core::MemoryStore;
///
/// serial_core::store_conformance!(memory, MemoryStore::new);
/// serial_core::store_conformance!(memory_again, || MemoryStore::new());
/// ```
#[macro_export]
macro_rules! store_conformance {
    ($module:ident, $factory:expr) => {
        mod $module {
            #[allow(unused_imports, reason = "the factory may need nothing from outside")]
            use super::*;

            $crate::__conformance_cases! { tests $factory }
        }
    };
}

/// Hands the list of cases to [`__conformance_use`], with what is to be made of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_cases {
    ($($what:tt)*) => {
        $crate::__conformance_use! {
            [$($what)*]
            S1:
                s01_a_refused_append_changes_nothing,
                s01_an_append_is_applied_whole,
                s01_an_append_of_very_many_codes_is_applied_whole,
                s01_a_partly_taken_plan_issues_nothing,
                s01_a_refused_change_of_a_group_changes_nothing,
                s01_a_deletion_in_several_groups_is_applied_whole,
                s01_a_deletion_of_very_many_rows_is_applied_whole,
                s01_a_reader_never_sees_part_of_a_batch;
            S2:
                s02_the_live_limit_holds_at_its_edge,
                s02_the_live_limit_holds_for_many_threads,
                s02_a_deletion_makes_room_under_the_live_limit,
                s02_an_index_is_used_once_by_many_threads,
                s02_a_plan_for_an_old_revision_is_refused,
                s02_a_listing_for_an_old_revision_is_refused,
                s02_no_plan_for_an_old_revision_slips_in_after_a_change,
                s02_the_number_of_groups_holds_for_many_threads,
                s02_a_group_name_is_given_once_to_many_threads,
                s02_a_group_that_issued_more_is_not_deleted,
                s02_a_group_is_deleted_once_by_many_threads,
                s02_a_row_is_deleted_once_by_many_threads,
                s02_the_live_limit_holds_for_two_openings;
            S3:
                s03_an_issued_code_is_never_accepted_again,
                s03_a_deleted_code_is_never_accepted_again,
                s03_the_codes_of_a_deleted_group_stay_burned,
                s03_a_code_twice_in_one_plan_is_refused,
                s03_the_positions_of_taken_codes_are_told,
                s03_groups_of_the_registry_scope_share_one_namespace,
                s03_a_group_scope_is_a_namespace_of_its_own,
                s03_codes_differ_by_letter_case,
                s03_taken_names_what_was_issued,
                s03_each_code_is_issued_once_by_many_threads,
                s03_overlapping_plans_in_opposite_orders_all_end,
                s03_deleted_codes_stay_burned_after_reopening,
                s03_each_code_is_issued_once_by_two_openings;
            S4:
                s04_a_repeated_request_gives_the_first_result,
                s04_a_request_with_another_digest_is_refused,
                s04_the_first_result_outlives_its_references,
                s04_the_first_result_outlives_its_group,
                s04_a_refused_plan_leaves_its_request_unused,
                s04_a_request_is_found_by_its_id,
                s04_all_bits_of_ids_and_digests_count,
                s04_a_reference_of_a_continuous_group_is_repeated_too,
                s04_one_request_from_many_threads_issues_once,
                s04_one_request_for_two_groups_issues_once,
                s04_the_first_result_is_given_after_reopening;
            S5:
                s05_rows_are_numbered_from_one_without_a_gap,
                s05_a_refused_plan_uses_up_no_row,
                s05_a_deleted_row_is_not_given_again,
                s05_batches_are_numbered_from_one_without_a_gap,
                s05_groups_have_ids_that_grow_and_are_not_given_again,
                s05_many_threads_get_ranges_that_join,
                s05_a_reader_never_sees_a_row_before_an_earlier_one,
                s05_ids_go_on_after_reopening;
            S6:
                s06_pages_of_references_join,
                s06_pages_of_groups_join,
                s06_pages_of_batches_join,
                s06_pages_of_search_results_join,
                s06_numbered_pages_join,
                s06_references_come_by_group_and_row,
                s06_a_page_begins_after_a_place_that_is_gone,
                s06_a_page_of_no_rows_says_whether_there_are_any,
                s06_pages_join_although_rows_come_and_go_in_between,
                s06_pages_join_while_others_write;
            S7:
                s07_totals_equal_what_paging_yields,
                s07_groups_of_many_rows_are_read_whole,
                s07_totals_do_not_depend_on_where_a_page_begins,
                s07_a_group_counts_its_references,
                s07_a_batch_counts_its_references,
                s07_a_deletion_counts_what_went,
                s07_the_deletion_of_a_group_counts_what_went,
                s07_counts_hold_after_many_threads;
            S8:
                s08_names_of_groups_come_back,
                s08_names_that_look_alike_are_different,
                s08_descriptions_come_back,
                s08_formats_come_back,
                s08_codes_are_as_wide_as_their_check_characters_make_them,
                s08_keys_come_back,
                s08_another_key_holds_from_the_next_counter_on,
                s08_limits_come_back,
                s08_times_come_back,
                s08_codes_of_all_symbols_come_back,
                s08_names_of_batches_come_back,
                s08_a_large_index_comes_back,
                s08_a_change_keeps_what_it_does_not_name,
                s08_search_terms_are_taken_literally,
                s08_search_ignores_letter_case,
                s08_parts_of_names_are_found_in_any_case,
                s08_spans_of_time_are_exact,
                s08_find_is_exact,
                s08_everything_comes_back_after_reopening;
            S9:
                s09_a_finished_write_is_seen_by_the_writer,
                s09_a_finished_write_is_seen_by_every_thread,
                s09_a_finished_write_is_seen_by_another_opening;
            S10:
                s10_a_plan_that_no_registry_makes_changes_nothing,
                s10_a_claim_or_change_that_no_registry_makes_changes_nothing,
                s10_an_error_in_a_plan_leaves_the_store_usable,
                s10_a_call_that_failed_has_changed_nothing;
            S11:
                s11_an_empty_store_answers_every_question,
                s11_ids_that_were_never_given_are_answered,
                s11_a_life_that_was_never_led_can_be_asked_for,
                s11_numbers_at_their_ends_are_answered,
                s11_any_text_can_be_looked_for,
                s11_every_method_can_be_called_from_many_threads;
            S12:
                s12_the_first_reason_to_refuse_an_append_is_the_answer,
                s12_a_repeated_request_is_answered_before_any_other_check,
                s12_a_new_group_is_refused_for_its_name_first,
                s12_a_change_is_refused_for_its_group_first,
                s12_a_listing_is_refused_for_its_group_first,
                s12_a_refusal_carries_the_present_state,
                s12_the_first_reason_to_refuse_a_claim_is_the_answer,
                s12_the_first_reason_to_refuse_a_change_is_the_answer;
            S13:
                s13_a_claim_takes_the_oldest_available_references,
                s13_a_claim_says_what_it_took,
                s13_a_claim_from_a_batch_takes_nothing_else,
                s13_a_claim_takes_all_or_none,
                s13_a_claim_of_very_many_references_is_made_whole,
                s13_no_reference_is_claimed_twice_by_many_threads,
                s13_a_claim_and_a_move_never_both_take_a_reference,
                s13_what_was_returned_is_claimed_first_again,
                s13_a_return_leaves_what_is_not_held,
                s13_a_claim_is_found_whatever_becomes_of_its_references,
                s13_claims_go_on_after_reopening,
                s13_what_expired_falls_back_in_the_next_claim,
                s13_a_refused_claim_leaves_expired_ones,
                s13_expiry_brings_back_what_is_still_allocated,
                s13_what_is_used_or_claimed_anew_does_not_expire,
                s13_a_repeated_claim_gives_the_same_references,
                s13_a_claim_is_repeated_after_reopening,
                s13_a_refused_claim_leaves_its_request_unused,
                s13_a_request_is_of_one_kind,
                s13_one_request_from_many_threads_claims_once,
                s13_one_request_for_a_claim_and_an_append_does_one_of_them;
            S14:
                s14_a_reference_comes_only_from_allowed_states,
                s14_the_plan_says_which_states_are_allowed,
                s14_a_refused_move_names_every_reference_that_cannot,
                s14_a_move_over_several_groups_is_applied_whole,
                s14_final_states_are_never_left,
                s14_a_move_for_a_claim_takes_nothing_that_another_holds,
                s14_a_move_ends_the_hold_of_a_claim,
                s14_deleted_references_are_as_they_were,
                s14_a_move_of_very_many_rows_is_applied_whole,
                s14_a_reference_is_commissioned_once_by_many_threads,
                s14_overlapping_moves_of_many_threads_take_each_reference_once,
                s14_a_repeated_change_gives_the_first_result,
                s14_a_change_is_repeated_after_reopening,
                s14_a_refused_change_leaves_its_request_unused,
                s14_one_request_from_many_threads_changes_once,
                s14_states_are_kept_after_reopening;
            S15:
                s15_every_change_leaves_an_event_in_the_order_of_commits,
                s15_a_batch_leaves_one_event_and_other_references_one_each,
                s15_each_setting_that_changes_leaves_an_event,
                s15_the_events_of_one_plan_come_by_row_and_field,
                s15_what_changes_nothing_leaves_no_event,
                s15_the_events_of_one_reference_are_what_concerns_it,
                s15_events_outlive_references_and_groups,
                s15_texts_and_times_of_events_come_back,
                s15_pages_of_events_join,
                s15_events_of_many_threads_have_no_gap_and_tell_what_became_of_all,
                s15_a_reader_never_sees_an_event_before_an_earlier_one,
                s15_events_go_on_after_reopening;
            S16:
                s16_a_reference_is_found_by_the_default_of_a_field,
                s16_a_field_added_later_has_its_default_in_every_reference,
                s16_a_value_of_its_own_hides_the_default,
                s16_a_value_can_be_the_default_again,
                s16_values_at_issue_are_common_or_of_one_reference,
                s16_a_retired_field_keeps_what_it_held,
                s16_values_for_an_old_revision_are_refused,
                s16_values_of_any_text_come_back,
                s16_a_value_narrows_a_listing_with_everything_else,
                s16_values_are_given_to_all_or_none,
                s16_values_of_very_many_references_are_kept,
                s16_details_come_by_row_of_those_that_have_any,
                s16_fields_of_groups_come_back,
                s16_settings_of_groups_come_back,
                s16_warranties_of_references_come_back,
                s16_what_references_have_outlives_them;
            S17:
                s17_counts_hold_after_every_kind_of_call,
                s17_deletions_count_out_of_the_state_that_was,
                s17_a_deleted_group_counts_for_nothing,
                s17_the_next_is_what_a_claim_takes_first,
                s17_issues_and_claims_say_how_many_are_available,
                s17_a_reader_never_sees_counts_that_do_not_add_up,
                s17_counts_hold_after_many_threads,
                s17_counts_hold_after_reopening;
            All:
                all_random_operations_agree_with_the_model,
                all_random_operations_agree_with_the_model_after_reopening,
                all_books_balance_after_random_operations_from_many_threads;
        }
    };
}

/// Makes the static list or the tests.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_use {
    ([tests $factory:expr] $($rule:ident: $($name:ident),+;)+) => {
        $crate::__conformance_use! { @tests $factory; $($($name)+)+ }
    };
    (@tests $factory:expr; $($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                $crate::conformance::assert_case(stringify!($name), &$factory);
            }
        )+
    };
    ([list] $($rule:ident: $($name:ident),+;)+) => {
        /// Every case.
        pub(super) static CASES: &[Case] =
            &[$($(Case { rule: Rule::$rule, name: stringify!($name), body: cases::$name }),+),+];
    };
}

crate::__conformance_cases! { list }
