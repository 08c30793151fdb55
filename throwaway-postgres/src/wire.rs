//! As much of the server's protocol as it takes to run one statement: a machine with a server need not have a client.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

pub(crate) fn execute(port: u16, database: &str, sql: &str) -> Result<Vec<String>, String> {
    talk(port, database, sql).unwrap_or_else(|error| Err(format!("the server cannot be reached: {error}")))
}

fn talk(port: u16, database: &str, sql: &str) -> std::io::Result<Result<Vec<String>, String>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(300)))?;
    // Version 3.0, then names and values.
    let mut start = vec![0, 3, 0, 0];
    for text in ["user", "postgres", "database", database, ""] {
        start.extend_from_slice(text.as_bytes());
        start.push(0);
    }
    send(&mut stream, None, &start)?;
    if let Err(words) = answer(&mut stream)? {
        return Ok(Err(words));
    }
    send(&mut stream, Some(b'Q'), &[sql.as_bytes(), &[0]].concat())?;
    answer(&mut stream)
}

fn send(stream: &mut TcpStream, kind: Option<u8>, body: &[u8]) -> std::io::Result<()> {
    let mut message: Vec<u8> = kind.into_iter().collect();
    let length = u32::try_from(body.len() + 4).map_err(std::io::Error::other)?;
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(body);
    stream.write_all(&message)
}

/// Reads until the server is ready for more, or says that something is wrong.
fn answer(stream: &mut TcpStream) -> std::io::Result<Result<Vec<String>, String>> {
    let mut rows = Vec::new();
    let mut words = None;
    loop {
        let mut head = [0; 5];
        if let Err(error) = stream.read_exact(&mut head) {
            return words.map_or(Err(error), |words| Ok(Err(words)));
        }
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length.saturating_sub(4)];
        stream.read_exact(&mut body)?;
        match head[0] {
            b'E' => words = Some(String::from_utf8_lossy(&body).replace('\0', " ")),
            b'D' => rows.push(row(&body)),
            b'Z' => return Ok(words.map_or(Ok(rows), Err)),
            _ => {}
        }
    }
}

/// The columns of a row as text; what is NULL is empty.
fn row(body: &[u8]) -> String {
    let (mut columns, mut rest) = (Vec::new(), body.get(2..).unwrap_or_default());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
        let (column, after) = after.split_at(length.min(after.len()));
        columns.push(String::from_utf8_lossy(column).into_owned());
        rest = after;
    }
    columns.join("\t")
}
