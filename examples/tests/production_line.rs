//! The main job, called as its program calls it.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use clap::Parser;
use indicatif::ProgressBar;
use production_line::{Answers, Console, Failure, Options, Summary, explain, run};

/// A folder of its own for every test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if let Err(error) = fs::remove_dir_all(&folder) {
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a run came to.
struct Outcome {
    summary: Summary,
    printed: String,
    /// The records of the labels file, without its header.
    labels: Vec<[String; 5]>,
}

impl Outcome {
    fn codes(&self) -> HashSet<&str> {
        self.labels.iter().map(|label| label[0].as_str()).collect()
    }

    /// The line and the reason of every refusal.
    fn refused(&self) -> Vec<(u64, &str)> {
        self.summary.refused.iter().map(|refused| (refused.line, refused.reason.as_str())).collect()
    }

    /// How many labels each batch of a product has.
    fn batches(&self, part_number: &str) -> HashMap<&str, usize> {
        let mut sizes = HashMap::new();
        for label in self.labels.iter().filter(|label| label[1] == part_number) {
            *sizes.entry(label[3].as_str()).or_default() += 1;
        }
        sizes
    }
}

fn try_run(options: &Options, answers: Answers<'_>, printed: &mut Vec<u8>) -> Result<Summary, Failure> {
    run(options, &mut Console { out: printed, answers, progress: ProgressBar::hidden() })
}

fn run_options(options: &Options, answers: Answers<'_>) -> Outcome {
    let mut printed = Vec::new();
    let summary = try_run(options, answers, &mut printed).unwrap();

    let mut reader = csv::Reader::from_path(&options.labels).unwrap();
    assert_eq!(reader.headers().unwrap(), &["code", "part_number", "product", "batch", "created_at"][..]);
    let labels: Vec<[String; 5]> = reader.deserialize().map(Result::unwrap).collect();

    let outcome = Outcome { summary, printed: String::from_utf8(printed).unwrap(), labels };
    assert_eq!(outcome.codes().len(), outcome.labels.len(), "every label has a code of its own");
    assert_eq!(outcome.summary.labels, outcome.labels.len() as u64);
    outcome
}

/// Runs the job on a file with these bytes.
fn run_bytes(test: &str, orders: &[u8]) -> Outcome {
    let folder = folder(test);
    let options = Options {
        orders: folder.join("orders.csv"),
        labels: folder.join("labels.csv"),
        store: "memory:".into(),
        yes: false,
    };
    fs::write(&options.orders, orders).unwrap();
    run_options(&options, Answers::Nobody)
}

/// Runs the job on these lines, which come after a header.
fn run_lines(test: &str, lines: &[&str]) -> Outcome {
    run_bytes(test, format!("order,part_number,product,quantity,service_tags\n{}\n", lines.join("\n")).as_bytes())
}

/// The orders that come with the example.
fn sample(test: &str) -> Options {
    let folder = folder(test);
    let store = format!("sqlite:{}", folder.join("production-line.db").display());
    Options { labels: folder.join("labels.csv"), store, ..Options::parse_from(["production_line"]) }
}

#[test]
fn the_sample_orders_are_issued_and_two_lines_are_refused() {
    let outcome = run_options(&sample("sample"), Answers::Yes);

    let summary = &outcome.summary;
    assert_eq!((summary.lines, summary.orders, summary.repeated), (52, 49, 1));
    assert_eq!((summary.references, summary.service_tags, summary.deleted), (10_315, 113, 5));
    assert!(summary.per_second() > 0);
    assert_eq!(summary.labels, summary.issued(), "printed before any was torn or scrapped");
    assert_eq!((summary.claimed, summary.commissioned, summary.voided), (10_315, 10_311, 4));
    for line in ["  available          112", "  commissioned     10307", "  void                 4"] {
        assert!(outcome.printed.lines().any(|printed| printed == line), "{line} in {}", outcome.printed);
    }
    assert!(outcome.printed.contains("encoded -> commissioned by Line 3"), "{}", outcome.printed);
    assert!(outcome.printed.contains(r#""state":"made","attributes":[],"warranty":{"status":"active""#));

    let refused = outcome.refused();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(refused[0], (20, "quantity \"12x\" is not a whole number"));
    assert_eq!(refused[1].0, 37);
    assert!(refused[1].1.contains("limited to 1000; there are 850 and 400 more were asked for"), "{}", refused[1].1);
    assert!(outcome.printed.contains("line 20: quantity"), "{}", outcome.printed);

    // What comes after a refused line is issued all the same.
    assert_eq!(outcome.batches("CP-40-SS")["4500018325"], 60);
    assert_eq!(outcome.batches("HX-40-P").len(), 3);
}

#[test]
fn a_second_run_issues_nothing_and_writes_the_labels_that_are_still_good() {
    let options = sample("twice");
    let first = run_options(&options, Answers::Yes);
    let second = run_options(&options, Answers::Yes);

    let summary = &second.summary;
    assert_eq!((summary.orders, summary.repeated), (0, first.summary.orders + first.summary.repeated));
    assert_eq!((summary.issued(), summary.deleted), (0, 0));
    assert_eq!((summary.claimed, summary.commissioned, summary.voided), (0, 0, 0));
    let lines = |outcome: &Outcome| outcome.refused().iter().map(|refused| refused.0).collect::<Vec<_>>();
    assert_eq!(lines(&second), lines(&first));
    let (before, after) = (first.codes(), second.codes());
    assert!(after.is_subset(&before));
    assert_eq!(before.len() - after.len(), 5 + 4, "all but the scrapped and the torn ones");
    assert_eq!(run_options(&options, Answers::Yes).labels, second.labels);
}

#[test]
fn a_run_that_is_killed_at_any_moment_can_be_run_again() {
    let options = sample("killed");
    let job = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "the_job_as_a_process_of_its_own"]).env(JOB, &options.store);
        child.env(LABELS, &options.labels).stdout(Stdio::null());
        child.spawn().unwrap()
    };
    // Each run gets somewhat further than the one before; the last ones are over before they are killed.
    for killed in 0..20_u64 {
        let mut child = job();
        thread::sleep(Duration::from_millis(10 + 15 * killed));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(job().wait().unwrap().success());

    let outcome = run_options(&options, Answers::Yes);
    let not_killed = sample("not_killed");
    run_options(&not_killed, Answers::Yes);
    let whole = run_options(&not_killed, Answers::Yes);
    let sizes = |outcome: &Outcome| {
        let mut sizes: HashMap<(String, String), usize> = HashMap::new();
        for [_, part, _, batch, _] in &outcome.labels {
            *sizes.entry((part.clone(), batch.clone())).or_default() += 1;
        }
        sizes
    };
    assert_eq!(sizes(&outcome), sizes(&whole), "as if it had never been killed");
    assert_eq!(outcome.summary.issued(), 0);
}

/// Set for the process that does the job, to its store and its labels.
const JOB: &str = "PRODUCTION_LINE_STORE";
const LABELS: &str = "PRODUCTION_LINE_LABELS";

/// What the test above runs as a process; by itself it does nothing.
#[test]
fn the_job_as_a_process_of_its_own() {
    if let (Ok(store), Some(labels)) = (std::env::var(JOB), std::env::var_os(LABELS)) {
        let options = Options { labels: labels.into(), store, ..Options::parse_from(["production_line"]) };
        run_options(&options, Answers::Yes);
    }
}

#[test]
fn a_store_that_cannot_be_opened_is_named_without_its_password() {
    let options = Options { store: "mysql://root:secret@host/db".into(), ..sample("nowhere") };
    let text = explain(&try_run(&options, Answers::Yes, &mut Vec::new()).unwrap_err());
    assert!(text.contains("unknown scheme") && !text.contains("secret"), "{text}");
}

#[test]
fn large_orders_are_split_and_no_limit_is_passed() {
    let outcome = run_options(&sample("limits"), Answers::Nobody);

    let batches = outcome.batches("CP-65-CI");
    assert_eq!(batches.values().sum::<usize>(), 978);
    assert_eq!((batches["4500018215 1/2"], batches["4500018215 2/2"]), (500, 250));

    let parts: HashSet<_> = outcome.labels.iter().map(|label| label[1].as_str()).collect();
    assert!(parts.len() >= 12);
    for part in parts {
        let batches = outcome.batches(part);
        assert!(batches.values().all(|size| *size <= 500) && batches.values().sum::<usize>() <= 1000, "{part}");
    }
}

#[test]
fn a_typed_yes_deletes_what_was_shown() {
    let outcome = run_options(&sample("yes"), Answers::Ask(Box::new("Yes\n".as_bytes())));

    assert_eq!(outcome.summary.deleted, 5);
    assert!(outcome.printed.contains("Delete these 5 references? [y/N]"), "{}", outcome.printed);
    assert!(outcome.printed.contains("CP-40-SS-UNREADABLE is the code of no live reference"), "{}", outcome.printed);

    let shown: Vec<_> = outcome.printed.lines().skip_while(|line| !line.starts_with("Scrapped")).collect();
    let codes = outcome.codes();
    assert!(shown[1..6].iter().all(|code| codes.contains(code.trim())), "printed before: {shown:?}");
}

#[test]
fn without_a_yes_nothing_is_deleted() {
    for (test, input) in [("no", "n\n"), ("enter", "\n"), ("end", ""), ("yesterday", "yesterday\n")] {
        let outcome = run_options(&sample(test), Answers::Ask(Box::new(input.as_bytes())));
        assert_eq!(outcome.summary.deleted, 0, "{test}");
        assert!(outcome.printed.contains("Nothing was deleted."), "{test}");
    }
    let outcome = run_options(&sample("nobody"), Answers::Nobody);
    assert_eq!(outcome.summary.deleted, 0);
    assert!(outcome.printed.contains("run it with --yes"), "{}", outcome.printed);
}

#[test]
fn bad_lines_are_named_and_the_others_issued() {
    let mut file = b"order,part_number,product,quantity,service_tags\n".to_vec();
    for line in [
        &b"A1,CP-1,Pump,10,1"[..],
        b"A2,CP-1,Pump,-5,1",
        b"A3,CP-1,Pump,99999999999999999999999,1",
        b"A4,CP-1,Pump,18446744073709551615,1",
        b"A5,CP-1,P\xfcmp,5,1",
        b"A6,CP-1,Pump",
        b"A7,CP-1,\"Pump,5,1",
        b"A8,CP-1,Pump,0,1",
        b",CP-1,Pump,5,1",
        b"A10,CP 1,Pump,5,1",
        b"A11,CP-1,Valve,5,1",
        b"A12,SERVICE-TAG,Service tag,5,1",
        b"A13,CP-1,Pump,5,1.5",
        b"A14,CP-1,\x1b[31mPump,5,1",
        b"A15,CP-1,Pump,20,2",
    ] {
        file.extend_from_slice(line);
        file.push(b'\n');
    }
    let outcome = run_bytes("bad", &file);

    let expected = [
        (3, "\"-5\" is not a whole number"),
        (4, "is far too large"),
        (5, "18446744073709551615 more would make 10 live references pass the limit of 1000"),
        (6, "byte 10 is not UTF-8"),
        (7, "3 fields where the header has 5"),
        (8, "3 fields where the header has 5"),
        (9, "at least 1 reference is needed"),
        (10, "a name must have 1 to 200 characters"),
        (11, "the prefix has ' ' at position 3"),
        (12, "part number CP-1 is \"Pump\" in an earlier line"),
        (13, "is a Continuous group; use create_reference there"),
        (14, "service_tags \"1.5\" is not a whole number"),
        (15, "control character '\\u{1b}'"),
    ];
    let refused = outcome.refused();
    assert_eq!(refused.len(), expected.len(), "{refused:?}");
    for ((line, reason), (expected_line, part)) in refused.into_iter().zip(expected) {
        assert!(line == expected_line && reason.contains(part), "line {line}: {reason}");
    }
    assert_eq!((outcome.summary.references, outcome.summary.service_tags), (30, 3));
}

#[test]
fn an_order_without_room_for_all_its_batches_is_refused_whole() {
    let outcome = run_lines("whole", &["A1,CP-1,Pump,600,0", "A2,CP-1,Pump,501,3", "A3,CP-1,Pump,400,0"]);

    let reason = "order A2, 501 x CP-1: 501 more would make 600 live references pass the limit of 1000; \
                  make room or order fewer";
    assert_eq!(outcome.refused(), [(3, reason)]);
    assert_eq!(outcome.batches("CP-1"), HashMap::from([("A1 1/2", 500), ("A1 2/2", 100), ("A3", 400)]));
    assert_eq!(outcome.summary.service_tags, 0);
}

#[test]
fn an_order_that_comes_again_is_issued_once() {
    let outcome = run_lines("again", &["A1,CP-1,Pump,800,2", "A1,CP-1,Pump,800,2", "A1,EM-1,Motor,800,2"]);
    assert_eq!(outcome.refused(), []);
    assert_eq!((outcome.summary.orders, outcome.summary.repeated), (2, 1));
    assert_eq!((outcome.summary.references, outcome.summary.service_tags), (1600, 4));

    let outcome = run_lines("changed", &["A1,CP-1,Pump,80,0", "A1,CP-1,Pump,81,0"]);
    assert_eq!(outcome.summary.references, 80);
    assert!(outcome.refused()[0].1.contains("was used for a different request"), "{:?}", outcome.refused());
}

#[test]
fn service_tags_end_at_their_limit_and_the_order_stays() {
    let outcome = run_lines("tags", &["A1,CP-1,Pump,5,1001"]);
    let refused = outcome.refused();
    assert!(refused[0].1.starts_with("order A1: 1000 of 1001 service tags issued: live references"), "{refused:?}");
    assert_eq!((outcome.summary.references, outcome.summary.service_tags), (5, 1000));
}

#[test]
fn files_as_other_programs_write_them_are_read() {
    let file = "\u{feff}note,quantity,service_tags,product,part_number,order\r\n\
                ,3,0,\"Valve, \"\"small\"\"\",BV-1,A1\r\n\r\n  \r\n!, 4 ,1,Ø 12,LS-1,A2";
    let outcome = run_bytes("other", file.as_bytes());
    assert_eq!(outcome.refused(), []);
    assert_eq!((outcome.summary.lines, outcome.summary.references, outcome.summary.service_tags), (2, 7, 1));
    assert!(outcome.labels.iter().any(|label| label[2] == "Valve, \"small\""));
    assert!(outcome.labels.iter().any(|label| label[2] == "Ø 12"));
}

#[test]
fn a_header_alone_is_no_failure() {
    let outcome = run_lines("nothing", &[]);
    assert_eq!(outcome.summary.issued(), 0);
    assert!(outcome.printed.contains("Nothing was deleted."), "{}", outcome.printed);
}

#[test]
fn labels_are_written_as_rfc_4180_says() {
    let options = sample("rfc");
    run_options(&options, Answers::Yes);
    let text = fs::read_to_string(&options.labels).unwrap();
    assert!(text.starts_with("code,part_number,product,batch,created_at\r\n"));
    assert!(text.ends_with("Z\r\n"));
    assert!(text.lines().any(|line| line.contains(r#","Solenoid valve 1/2"", 24 V DC","#)));
}

#[test]
fn without_orders_or_labels_the_job_fails_and_says_why() {
    let folder = folder("fails");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let good = "order,part_number,product,quantity,service_tags\nA1,CP-1,Pump,5,0\n";
    let labels = folder.join("labels.csv");
    let cases = [
        (folder.join("missing.csv"), labels.clone(), "cannot be read: No such file"),
        (folder.clone(), labels.clone(), "cannot be read: Is a directory"),
        (file("empty.csv", ""), labels.clone(), "must name the columns: it is empty"),
        (file("blank.csv", "\n\n"), labels.clone(), "must name the columns: it is empty"),
        (
            file("columns.csv", "order,product,quantity\nA1,Pump,5\n"),
            labels.clone(),
            "part_number, service_tags missing; it has \"order,product,quantity\"",
        ),
        (file("good.csv", good), folder.join("no/such/folder.csv"), "labels cannot be written to"),
        (file("same.csv", good), folder.join("same.csv"), "would overwrite the orders"),
    ];
    for (orders, labels, expected) in cases {
        let before = fs::read(&orders).ok();
        let failure = try_run(
            &Options { orders: orders.clone(), labels, store: "memory:".into(), yes: true },
            Answers::Yes,
            &mut Vec::new(),
        );
        let text = explain(&failure.unwrap_err());
        assert!(text.contains(expected), "{text}");
        assert_eq!(fs::read(&orders).ok(), before);
    }
    assert!(!labels.exists(), "nothing is written where there are no orders");
}

#[test]
fn a_console_that_is_gone_is_a_failure() {
    struct Gone;
    impl io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut console = Console { out: &mut Gone, answers: Answers::Yes, progress: ProgressBar::hidden() };
    assert!(matches!(run(&sample("gone"), &mut console), Err(Failure::Console(_))));
}
