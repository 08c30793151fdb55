//! Checking the labels that the example writes.

use std::collections::HashSet;

/// The name of the first column.
const CODE: &str = "code";

/// Checks that there are labels and that each has a code of its own.
pub(crate) fn check(csv: &str) -> Result<(), String> {
    let mut codes = first_column(csv).into_iter();
    match codes.next() {
        None => return Err("the labels file is empty".into()),
        Some(name) if name != CODE => {
            return Err(format!("the first column is `{name}`, not `{CODE}`"));
        }
        Some(_) => {}
    }

    let mut seen = HashSet::new();
    for code in codes {
        if code.is_empty() {
            return Err(format!("label {} has no code", seen.len() + 1));
        }
        if seen.contains(&code) {
            return Err(format!("two labels have the code {code}"));
        }
        seen.insert(code);
    }
    if seen.is_empty() {
        return Err("the labels file has a header and no labels".into());
    }
    Ok(())
}

/// The first field of every record, the header's included.
fn first_column(csv: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut in_first = true;
    let mut quoted = false;

    let mut characters = csv.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Two quotes inside quotes stand for one.
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                if in_first {
                    field.push('"');
                }
            }
            '"' => quoted = !quoted,
            ',' if !quoted => in_first = false,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                in_first = true;
            }
            other if in_first => field.push(other),
            _ => {}
        }
    }
    // The last record may lack its line end.
    if !field.is_empty() || !in_first {
        fields.push(field);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_codes_pass() {
        assert_eq!(check("code,group\nA-1,x\nA-2,x\n"), Ok(()));
        assert_eq!(check("code\r\nA-1\r\nA-2"), Ok(()));
    }

    #[test]
    fn a_repeated_code_fails() {
        let error = check("code,group\nA-1,x\nA-2,x\n\"A-1\",y\n").unwrap_err();
        assert_eq!(error, "two labels have the code A-1");
    }

    #[test]
    fn labels_must_exist_and_have_codes() {
        assert!(check("").unwrap_err().contains("is empty"));
        assert!(check("code,group\n").unwrap_err().contains("no labels"));
        assert!(check("code,group\nA-1,x\n,y\n").unwrap_err().contains("label 2 has no code"));
        assert!(check("group,code\nx,A-1\n").unwrap_err().contains("`group`"));
    }

    #[test]
    fn quoted_fields_are_read_as_csv() {
        let csv = "code,note\n\"A,\"\"1\",\"one\n\"\"two\"\", three\"\nA,x\n";
        assert_eq!(first_column(csv), ["code", "A,\"1", "A"]);
    }
}
