//! Opening stores by URL.

use serialref::{Error, ErrorKind, NewGroup, Registry, open};

fn kind(url: &str) -> ErrorKind {
    open(url).err().map(|error| error.kind()).expect("it cannot be opened")
}

#[test]
fn a_url_that_names_no_store_is_invalid_and_the_message_says_what_to_write() {
    for url in [
        "",
        "memory",
        "memory:x",
        "sqlite",
        "sqlite:",
        "sqlite://",
        "sqlite://host/x.db",
        "mysql://h/d",
        ":",
        "é:x",
        "postgresql:",
        "postgresql://",
        "postgres:u@h/d",
    ] {
        assert_eq!(kind(url), ErrorKind::StoreUrlInvalid, "{url:?}");
    }
    let message = open("mysql://root:secret@h/d").err().map(|error| error.to_string()).unwrap();
    assert!(message.contains("write memory:, sqlite:PATH") && !message.contains("secret"), "{message}");
}

#[test]
fn a_store_in_memory_is_empty_each_time() -> Result<(), Error> {
    for url in ["memory:", "MEMORY:", "sqlite::memory:"] {
        for _ in 0..2 {
            Registry::new(open(url)?).create_group(NewGroup::batch("Pump"))?;
        }
    }
    Ok(())
}

#[test]
fn a_file_is_created_and_found_again_by_either_form_of_its_path() -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    // Characters that mean something in other URLs mean themselves here.
    let path = folder.path().join("line 3?a=b#c%20.db");
    let path = path.to_str().unwrap();
    Registry::new(open(&format!("sqlite:{path}"))?).create_group(NewGroup::batch("Pump"))?;
    for url in [format!("sqlite:{path}"), format!("sqlite://{path}"), format!("SQLite:{path}")] {
        let group = Registry::new(open(&url)?).find_group("Pump")?;
        assert_eq!(group.map(|group| group.id.0), Some(1));
    }
    Ok(())
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_of_the_store() {
    assert_eq!(kind("sqlite:no/such/folder/x.db"), ErrorKind::StoreUnavailable);
    assert_eq!(kind("sqlite:/proc"), ErrorKind::StoreUnavailable);
}
