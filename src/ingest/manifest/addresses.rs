//! A manifest of addresses, one a line: each is a photo, and its file's name without ending is the SKU. Knows no column.

use std::io::{BufRead, BufReader, Read};

use super::newlines::Newlines;
use super::{Flaw, Known, Row};
use crate::domain::Product;

/// How an address begins.
const BEGINNINGS: [&[u8]; 2] = [b"https://", b"http://"];

/// A list being read: an iterator over rows, good and bad, with one line in memory. A SKU may come again: it has several photos.
pub struct Addresses<R> {
    reader: BufReader<Newlines<R>>,
    known: Known,
    line: u64,
    text: Vec<u8>,
    ended: bool,
}

/// Whether a text that starts like this is such a list.
pub fn is_address_list(text: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
}

impl<R: Read> Addresses<R> {
    /// Reads `stream`; `name` is the list's name for messages.
    pub fn open(stream: R, name: &str) -> Self {
        let reader = BufReader::new(Newlines::new(stream));
        Addresses { reader, known: Known::new(name), line: 0, text: Vec::new(), ended: false }
    }

    fn row(&mut self) -> Result<Row, Flaw> {
        let wrong = |cause: &str| self.known.flaw(self.line, String::new(), cause);
        let text = self.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.text).trim_ascii();
        let text = std::str::from_utf8(text).map_err(|_bytes| wrong("it is not UTF-8"))?;
        if !is_address_list(text.as_bytes()) {
            return Err(wrong("it is no web address"));
        }
        let sku = stem(text).ok_or_else(|| wrong("its path ends with no name that could be a SKU"))?;
        let product = Product { sku: sku.to_owned(), ..Product::default() };
        Ok(Row { line: self.line, product, photos: vec![text.to_owned()] })
    }
}

/// The last part of an address's path without its ending, if it has one.
fn stem(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?.split_once("://")?.1.split_once('/')?.1;
    let name = path.rsplit('/').next()?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Some(stem).filter(|stem| !stem.is_empty())
}

impl<R: Read> Iterator for Addresses<R> {
    type Item = Result<Row, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            self.text.clear();
            self.line += 1;
            self.reader.get_mut().next_row();
            match self.reader.read_until(b'\n', &mut self.text) {
                Ok(0) => self.ended = true,
                Ok(_) if self.text.trim_ascii().is_empty() => {}
                Ok(_) => return Some(self.row()),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(self.known.broken(error)));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_photo_and_its_name_the_sku() {
        let text = "https://a.example/img/MUG-1.front.jpg?w=1\r\n\nhttp://a.example/MUG-1.front.png\nhttps://a.example/\nMUG\n";
        assert!(is_address_list(text.as_bytes()) && !is_address_list(b"sku,photo"));
        let rows: Vec<_> = Addresses::open(text.as_bytes(), "list.txt").collect();
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.line, first.product.sku.as_str()), (1, "MUG-1.front"));
        assert_eq!(first.photos, ["https://a.example/img/MUG-1.front.jpg?w=1"]);
        assert_eq!(rows[1].as_ref().unwrap().product.sku, "MUG-1.front");
        assert!(rows[2].is_err() && rows[3].is_err() && rows.len() == 4);
    }
}
