//! A merchant's manifest (CSV in any of its dialects, XLSX, NDJSON, a list of addresses) → products and the names of their photos, row by row. Knows no file but the
//! stream it is given: whether a photo exists is its caller's to ask.

mod addresses;
mod columns;
mod lines;
mod newlines;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{Chain, Cursor, Read};

pub use addresses::{Addresses, is_address_list};
use columns::Columns;
use csv::{ByteRecord, Reader, ReaderBuilder};
pub use lines::Lines;
use newlines::Newlines;
pub use sheet::Sheet;

use crate::{
    domain::Product,
    error::{Code, Problem},
};

/// One good row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line of the file on which it starts, from 1 (the header).
    pub line: u64,
    /// The product.
    pub product: Product,
    /// Names of its photos relative to the manifest, first one first; at least one, unless the manifest may do without.
    pub photos: Vec<String>,
}

/// One bad row.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// Line of the file on which it starts, from 1 (the header); 0 if it is no line's fault.
    pub line: u64,
    /// Its SKU; empty if it could not be read.
    pub sku: String,
    /// What is wrong.
    pub problem: Problem,
}

/// Whether a manifest must name photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photos {
    /// Each row must.
    Required,
    /// A row without one is about its product alone.
    Optional,
}

impl Row {
    /// The photos that are not there, each as a problem; `exists` is asked once a name.
    pub fn missing(&self, exists: impl Fn(&str) -> bool) -> Vec<Problem> {
        let absent = self.photos.iter().filter(|photo| !exists(photo));
        absent
            .map(|photo| {
                let message = format!("line {}: the photo {photo} is not there", self.line);
                Problem::new(Code::FileMissing, &self.product.sku, message)
            })
            .collect()
    }
}

/// The head that was looked at, the rest, and an end of line so that the last row has one too.
type Stream<R> = Chain<Chain<Cursor<Vec<u8>>, Newlines<R>>, &'static [u8]>;

/// The SKUs of a manifest so far, whatever kind of file it is.
struct Known {
    name: String,
    /// Line of the first row of each SKU.
    seen: HashMap<String, u64>,
}

impl Known {
    fn new(name: &str) -> Self {
        Known { name: name.to_owned(), seen: HashMap::new() }
    }

    /// A record as a row, if it is a good one and no other has its SKU.
    fn row(&mut self, columns: &Columns, record: &ByteRecord, line: u64) -> Result<Row, Flaw> {
        let row = columns.read(record, line).map_err(|(sku, cause)| self.flaw(line, sku, &cause))?;
        if let Some(first) = self.seen.get(&row.product.sku) {
            let message = format!("line {line}: already on line {first}");
            let problem = Problem::new(Code::SkuDuplicate, &row.product.sku, message);
            return Err(Flaw { line, sku: row.product.sku, problem });
        }
        self.seen.insert(row.product.sku.clone(), line);
        Ok(row)
    }

    fn flaw(&self, line: u64, sku: String, cause: &str) -> Flaw {
        let item = if sku.is_empty() { &self.name } else { &sku };
        let problem = Problem::new(Code::RowInvalid, item, format!("line {line}: {cause}"));
        Flaw { line, sku, problem }
    }

    /// The stream failed: nothing follows. A row without an end is the manifest's fault, anything else is not.
    fn broken(&self, error: std::io::Error) -> Flaw {
        let problem = match error.kind() {
            std::io::ErrorKind::InvalidData => {
                Problem::new(Code::CatalogInvalid, &self.name, error.to_string())
            }
            _ => Problem::new(Code::from(error), &self.name, "the manifest could not be read to its end"),
        };
        Flaw { line: 0, sku: String::new(), problem }
    }
}

/// A CSV manifest being read: an iterator over rows, good and bad, in one pass and with one row in memory.
pub struct Manifest<R> {
    reader: Reader<Stream<R>>,
    columns: Columns,
    known: Known,
    record: ByteRecord,
    ended: bool,
}

/// So much is looked at to find the separator; a header is shorter.
const HEAD_BYTES: u64 = 64 << 10;

impl<R: Read> Manifest<R> {
    /// Reads the header of `stream`. `name` is the manifest's name for messages. Commas, semicolons and tabs separate; a byte order mark,
    /// an Excel `sep=` line, quotes, CRLF, any case and many usual column names are understood.
    ///
    /// # Errors
    /// [`Code::CatalogInvalid`] if there is no header with a SKU and a photo column, or the text is not UTF-8; an I/O error's own code.
    pub fn open(stream: R, name: &str, photos: Photos) -> Result<Self, Problem> {
        let mut stream = Newlines::new(stream);
        let mut head = Vec::new();
        stream.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(|error| {
            Problem::new(Code::from(std::io::Error::from(error.kind())), name, error.to_string())
        })?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(Problem::new(Code::CatalogInvalid, name, "the text is UTF-16; save it as CSV UTF-8"));
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            head.drain(..3);
        }
        let separator = separator(&mut head);
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .from_reader(Cursor::new(head).chain(stream).chain(b"\n".as_slice()));
        let header = reader
            .byte_headers()
            .map_err(|error| Problem::new(Code::CatalogInvalid, name, error.to_string()))?;
        let columns =
            Columns::of(header, photos).map_err(|cause| Problem::new(Code::CatalogInvalid, name, cause))?;
        Ok(Manifest { reader, columns, known: Known::new(name), record: ByteRecord::new(), ended: false })
    }

    fn row(&mut self) -> Result<Row, Flaw> {
        // The reader stands behind the row's own end of line; its start is where the line breaks inside the row began.
        let inside = self.record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
        let line = self.reader.position().line().saturating_sub(1 + inside);
        self.known.row(&self.columns, &self.record, line)
    }

    fn next_record(&mut self) -> csv::Result<bool> {
        let (stream, _) = self.reader.get_mut().get_mut();
        stream.get_mut().1.next_row();
        self.reader.read_byte_record(&mut self.record)
    }
}

impl<R: Read> Iterator for Manifest<R> {
    type Item = Result<Row, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.next_record() {
                Ok(true) if self.record.as_slice().trim_ascii().is_empty() => {}
                Ok(true) => return Some(self.row()),
                Ok(false) => self.ended = true,
                Err(error) => {
                    // Byte records fail only on I/O, and then for good.
                    self.ended = true;
                    let error = match error.into_kind() {
                        csv::ErrorKind::Io(error) => error,
                        other => std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{other:?}")),
                    };
                    return Some(Err(self.known.broken(error)));
                }
            }
        }
        None
    }
}

/// The separator that the header uses most, outside quotes. Takes Excel's `sep=;` line away if there is one.
fn separator(head: &mut Vec<u8>) -> u8 {
    let end = head.iter().position(|&byte| byte == b'\n').map_or(head.len(), |newline| newline + 1);
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator @ (b',' | b';' | b'\t'), rest @ ..] =
        &head[..end]
        && rest.iter().all(u8::is_ascii_whitespace)
    {
        let separator = *separator;
        head.drain(..end);
        return separator;
    }
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for &byte in &head[..] {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals: a single column has no separator at all.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| *mark)
}
