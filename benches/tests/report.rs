//! The report runs. Times are not looked at: what is right here is right on a slow machine, too.

use benches::{Scale, memory, memory::Counting, sections, table};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn every_section_runs_at_a_ten_thousandth_and_has_a_bar_unless_it_is_about_the_machine() {
    for section in sections::ALL {
        let rows = section.run(Scale::one_in(10_000));
        let has_bar = rows.iter().any(|row| row.has_to_be().is_some());
        // The module for Python may not be installed here.
        let may_have_none = section.name == "machine" || (section.name == "python" && rows.len() == 1);
        assert!(has_bar || may_have_none, "{}", section.name);
        let text = table::markdown(&rows);
        let is_number = |word: &str| !word.starts_with("NaN") && word.trim_end_matches('x') != "inf";
        assert!(text.split([' ', '\n']).all(is_number), "{text}");
    }
}

#[test]
fn what_is_allocated_and_given_back_is_counted() {
    memory::measure(|meter| {
        let mut text: Vec<u8> = Vec::with_capacity(1_000);
        assert_eq!(meter.live(), 1_000);
        text.reserve_exact(5_000);
        assert_eq!(meter.live(), 5_000);
        let zeroed = vec![0_u8; 300];
        assert_eq!(meter.live(), 5_300);
        drop((text, zeroed));
        assert_eq!(meter.live(), 0);
        assert!((5_300..=6_300).contains(&meter.peak()));
    });
}
