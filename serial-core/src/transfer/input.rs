//! Bytes of a file, as the caller's reader gives them.

use std::io::{self, Read};

use crate::fingerprint::{Fingerprint, Fingerprinter};

/// How many bytes are asked for at a time.
const AT_A_TIME: usize = 64 * 1024;

/// What is read ahead from a reader; counts lines and remembers what file it was.
pub(super) struct Input<'a> {
    reader: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    is_begun: bool,
    is_finished: bool,
    line: u64,
    digest: Fingerprinter,
}

impl<'a> Input<'a> {
    pub(super) fn new(reader: Box<dyn Read + 'a>) -> Self {
        let digest = Fingerprinter::new("file");
        Self { reader, buffer: vec![0; AT_A_TIME], at: 0, end: 0, is_begun: false, is_finished: false, line: 1, digest }
    }

    /// The line of the next byte, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Counts lines that ended in what was consumed.
    pub(super) fn add_lines(&mut self, lines: u64) {
        self.line += lines;
    }

    /// Tells this file from others, once all of it was read.
    pub(super) fn digest(self) -> Fingerprint {
        self.digest.finish()
    }

    /// The bytes that are at hand; none at the end of the file only.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            (self.at, self.end) = (0, 0);
            self.read()?;
            if !self.is_begun {
                self.is_begun = true;
                self.skip_byte_order_mark()?;
            }
        }
        Ok(&self.buffer[self.at..self.end])
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.end);
    }

    /// Consumes the end of a line: LF, CR, or both.
    pub(super) fn end_line(&mut self) -> io::Result<()> {
        self.line += 1;
        let was_return = self.fill()?.first() == Some(&b'\r');
        self.consume(1);
        if was_return && self.fill()?.first() == Some(&b'\n') {
            self.consume(1);
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<()> {
        while !self.is_finished {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.is_finished = true,
                Ok(bytes) => {
                    // A reader that says it read more than there was room for is not believed.
                    let read = bytes.min(self.buffer.len() - self.end);
                    self.digest.add(&self.buffer[self.end..self.end + read]);
                    self.end += read;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        while self.end < MARK.len() && !self.is_finished && MARK.starts_with(&self.buffer[..self.end]) {
            self.read()?;
        }
        if self.buffer[..self.end].starts_with(MARK) {
            self.at = MARK.len();
            if self.at == self.end {
                (self.at, self.end) = (0, 0);
                self.read()?;
            }
        }
        Ok(())
    }
}
