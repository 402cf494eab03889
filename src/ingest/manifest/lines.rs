//! A manifest of JSON objects, one a line (NDJSON), with the names of columns as fields. Knows no CSV.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use serde_json::{Map, Value};

use super::columns::Columns;
use super::newlines::Newlines;
use super::{Flaw, Known, Photos, Row};

/// An NDJSON manifest being read: an iterator over rows, good and bad, with one line in memory.
pub struct Lines<R> {
    reader: BufReader<Newlines<R>>,
    known: Known,
    line: u64,
    text: Vec<u8>,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// Reads `stream`; `name` is the manifest's name for messages. Photos are optional: a line without one is about its product alone.
    pub fn open(stream: R, name: &str) -> Self {
        let reader = BufReader::new(Newlines::new(stream));
        Lines { reader, known: Known::new(name), line: 0, text: Vec::new(), ended: false }
    }

    fn row(&mut self) -> Result<Row, Flaw> {
        let text = self.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.text);
        let wrong = |cause: String| self.known.flaw(self.line, String::new(), &cause);
        let object: Map<String, Value> =
            serde_json::from_slice(text).map_err(|error| wrong(format!("it is no JSON object: {error}")))?;
        let header: ByteRecord = object.keys().map(String::as_str).collect::<Vec<_>>().into();
        let fields: Result<Vec<String>, String> =
            object.iter().map(|(key, value)| plain(key, value)).collect();
        let record = ByteRecord::from(fields.map_err(wrong)?);
        let columns = Columns::of(&header, Photos::Optional).map_err(wrong)?;
        self.known.row(&columns, &record, self.line)
    }
}

/// A field as a cell would say it; of a list, `a|b`.
fn plain(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            Ok(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"))
        }
        Value::Array(_) | Value::Object(_) => {
            Err(format!("the field {key} is neither text nor a list of texts"))
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
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
    use crate::error::Code;

    #[test]
    fn lines_have_the_fields_that_columns_have() {
        let text = "\u{feff}{\"sku\":\"A\",\"Product Name\":\"Mug\",\"width_mm\":124,\"images\":[\"a.jpg\",\"b.jpg\"]}\r\n\n\
                    {\"货号\":17,\"title\":null}\n{\"sku\":\"A\"}\nsku\n{\"sku\":\"C\",\"photo\":{}}\n{\"title\":\"x\"}";
        let rows: Vec<_> = Lines::open(text.as_bytes(), "x.ndjson").collect();
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.line, first.product.title.as_str()), (1, "Mug"));
        assert!((first.product.width_m.unwrap() - 0.124).abs() < 1e-6);
        assert_eq!(first.photos, ["a.jpg", "b.jpg"]);
        let second = rows[1].as_ref().unwrap();
        assert_eq!((second.line, second.product.sku.as_str(), second.photos.len()), (3, "17", 0));
        let codes: Vec<_> = rows[2..].iter().map(|row| row.as_ref().unwrap_err().problem.code).collect();
        assert_eq!(codes, [Code::SkuDuplicate, Code::RowInvalid, Code::RowInvalid, Code::RowInvalid]);
    }

    #[test]
    fn a_line_that_does_not_end_is_cut_off() {
        let endless = b"{\"sku\":\"A\"}\n".chain(std::io::repeat(b'x'));
        let rows: Vec<_> = Lines::open(endless, "x").collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].as_ref().unwrap_err().problem.code, Code::CatalogInvalid);
    }
}
