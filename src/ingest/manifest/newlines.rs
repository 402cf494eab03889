//! Line ends of every system as one byte, so that lines can be counted, and rows that do not end cut off, so that they fill no memory. Knows no CSV.

use std::io::{Error, ErrorKind, Read, Result};

/// Longest row, in bytes. A title and a list of photo names fit a thousand times.
const LONGEST: usize = 1 << 20;

/// Passes a stream on with `\r\n` and lone `\r` replaced by `\n`.
pub(super) struct Newlines<R> {
    inner: R,
    after_return: bool,
    /// Bytes that may be read until somebody says that a row has ended.
    left: usize,
}

impl<R: Read> Newlines<R> {
    pub(super) fn new(inner: R) -> Self {
        Newlines { inner, after_return: false, left: LONGEST }
    }

    /// The row before has ended.
    pub(super) fn next_row(&mut self) {
        self.left = LONGEST;
    }
}

impl<R: Read> Read for Newlines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let got = self.inner.read(buffer)?;
            let endless = || Error::new(ErrorKind::InvalidData, "a row is longer than a mebibyte");
            self.left = self.left.checked_sub(got).ok_or_else(endless)?;
            let mut kept = 0;
            for at in 0..got {
                let byte = buffer[at];
                if !(byte == b'\n' && self.after_return) {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
                self.after_return = byte == b'\r';
            }
            // Nothing kept of something read is not the end of the stream.
            if kept > 0 || got == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_becomes_one_byte_even_across_reads() {
        for size in 1..7 {
            let mut stream = Newlines::new(b"a\r\nb\rc\n\r\n\r\rd\r\n".as_slice());
            let (mut out, mut buffer) = (Vec::<u8>::new(), vec![0; size]);
            loop {
                match stream.read(&mut buffer).unwrap() {
                    0 => break,
                    got => out.extend(&buffer[..got]),
                }
            }
            assert_eq!(out, b"a\nb\nc\n\n\n\nd\n", "{size}");
        }
    }
}
