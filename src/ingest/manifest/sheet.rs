//! A manifest as a spreadsheet (XLSX): the first sheet's rows as records. Reads text and numbers, and of formulas what they came to. Knows no CSV.

use std::io::{BufReader, Read, Seek};

use csv::ByteRecord;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::columns::Columns;
use super::{Flaw, Known, Photos, Row};
use crate::error::{Code, Problem};
use crate::ingest::archive::{Archive, ArchiveLimits};

/// What the ZIP that a spreadsheet is may be; its XML packs far better than pictures do.
const LIMITS: ArchiveLimits = ArchiveLimits {
    entries: 10_000,
    directory_bytes: 4 << 20,
    entry_bytes: 256 << 20,
    total_bytes: 1 << 30,
    ratio: 2_000,
};
/// Texts that the cells share, at most.
const TEXTS: usize = 2_000_000;
/// Cells of a row that are looked at.
const COLUMNS: usize = 256;
/// Bytes of all rows together, at most: a text can be shared by many cells.
const BYTES: usize = 128 << 20;

/// A spreadsheet: an iterator over rows, good and bad. All rows are in memory.
pub struct Sheet {
    rows: std::vec::IntoIter<(u64, ByteRecord)>,
    columns: Columns,
    known: Known,
}

impl Sheet {
    /// Reads the first sheet of `stream`, whose first row that is not empty names the columns. `name` is the manifest's name for messages. Photos
    /// are optional: a row without one is about its product alone.
    ///
    /// # Errors
    /// [`Code::CatalogInvalid`] if it is no such file or has no such header; an I/O error's own code.
    pub fn open<R: Read + Seek>(stream: R, name: &str) -> Result<Self, Problem> {
        let invalid = |cause: String| Problem::new(Code::CatalogInvalid, name, cause);
        let mut book = Archive::open(stream, name, LIMITS).map_err(|problem| match problem.code {
            Code::ArchiveInvalid => invalid("it is no XLSX file".into()),
            _ => problem,
        })?;
        let part = |book: &Archive<R>, path: &str| {
            book.entries().iter().find(|entry| entry.name == path && entry.refused.is_none()).map(|e| e.index)
        };
        let first = match part(&book, "xl/workbook.xml").zip(part(&book, "xl/_rels/workbook.xml.rels")) {
            Some((sheets, targets)) => {
                let id = first_sheet(book.stream(sheets)?).map_err(invalid)?;
                target(book.stream(targets)?, &id).map_err(invalid)?
            }
            None => return Err(invalid("it is no XLSX file".into())),
        };
        let texts = match part(&book, "xl/sharedStrings.xml") {
            Some(index) => texts(book.stream(index)?).map_err(invalid)?,
            None => Vec::new(),
        };
        let index = part(&book, &first).ok_or_else(|| invalid("its first sheet is missing".into()))?;
        let mut rows = rows(book.stream(index)?, &texts).map_err(invalid)?.into_iter();
        let (_, header) = rows.next().ok_or_else(|| invalid("its first sheet is empty".into()))?;
        let columns = Columns::of(&header, Photos::Optional).map_err(invalid)?;
        Ok(Sheet { rows, columns, known: Known::new(name) })
    }
}

impl Iterator for Sheet {
    type Item = Result<Row, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, record) = self.rows.next()?;
        Some(self.known.row(&self.columns, &record, line))
    }
}

/// An XML file, event by event.
struct Xml<R: Read> {
    reader: Reader<BufReader<R>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    fn new(stream: R) -> Self {
        Xml { reader: Reader::from_reader(BufReader::new(stream)), buffer: Vec::new() }
    }

    fn next(&mut self) -> Result<Event<'_>, String> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| format!("its XML is damaged: {error}"))
    }
}

/// An attribute by its local name; ours hold nothing that would be escaped.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name.as_bytes());
    found.map(|a| String::from_utf8_lossy(&a.value).into_owned())
}

/// The id by which the workbook refers to its first sheet.
fn first_sheet(stream: impl Read) -> Result<String, String> {
    let mut xml = Xml::new(stream);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"sheet" => {
                // `sheetId` and `r:id`: the second is meant.
                return attribute(&tag, "id").ok_or_else(|| "its first sheet has no id".to_owned());
            }
            Event::Eof => return Err("it has no sheet".into()),
            _ => {}
        }
    }
}

/// Where in the ZIP the part with this id lies.
fn target(stream: impl Read, id: &str) -> Result<String, String> {
    let mut xml = Xml::new(stream);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if attribute(&tag, "Id").as_deref() == Some(id) => {
                let path = attribute(&tag, "Target").unwrap_or_default();
                return Ok(path.strip_prefix('/').map_or_else(|| format!("xl/{path}"), str::to_owned));
            }
            Event::Eof => return Err("its first sheet is missing".into()),
            _ => {}
        }
    }
}

/// Adds what an event says as text.
fn push(event: &Event<'_>, text: &mut String) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("its XML is damaged: {error}");
    match event {
        Event::Text(part) => text.push_str(&part.decode().map_err(|error| wrong(&error))?),
        Event::CData(part) => text.push_str(&part.decode().map_err(|error| wrong(&error))?),
        Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|error| wrong(&error))? {
            Some(letter) => text.push(letter),
            None => {
                let name = name.decode().map_err(|error| wrong(&error))?;
                text.push_str(resolve_predefined_entity(&name).ok_or_else(|| wrong(&name))?);
            }
        },
        _ => {}
    }
    Ok(())
}

/// The texts that cells share, in order. What says how they are pronounced is left out.
fn texts(stream: impl Read) -> Result<Vec<String>, String> {
    let mut xml = Xml::new(stream);
    let (mut all, mut text) = (Vec::new(), String::new());
    let (mut reading, mut spoken) = (false, false);
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"si" => text.clear(),
                b"t" => reading = !spoken,
                b"rPh" => spoken = true,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == b"si" => all.push(String::new()),
            Event::End(tag) => match tag.local_name().as_ref() {
                b"si" => all.push(std::mem::take(&mut text)),
                b"t" => reading = false,
                b"rPh" => spoken = false,
                _ => {}
            },
            Event::Eof => return Ok(all),
            event if reading => push(&event, &mut text)?,
            _ => {}
        }
        if all.len() > TEXTS {
            return Err(format!("it has more than {TEXTS} texts"));
        }
    }
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    text: String,
}

impl Cell {
    /// What it says.
    fn value(self, texts: &[String]) -> String {
        match self.kind.as_str() {
            "s" => {
                self.text.trim().parse().ok().and_then(|at: usize| texts.get(at).cloned()).unwrap_or_default()
            }
            "str" | "inlineStr" | "d" | "b" => self.text,
            "e" => String::new(),
            _ => number(&self.text),
        }
    }
}

/// A number as people write it: `12.4` and not `12.400000000000000`, and an article number with all its digits.
fn number(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if !text.bytes().all(|byte| byte.is_ascii_digit()) => number.to_string(),
        _ => text.to_owned(),
    }
}

/// The column of a cell called `BC12`, from 0.
fn column(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.fold(0usize, |sum, letter| {
        sum.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    number.checked_sub(1)
}

/// The rows of a sheet that say something, each with its number.
fn rows(stream: impl Read, texts: &[String]) -> Result<Vec<(u64, ByteRecord)>, String> {
    let mut xml = Xml::new(stream);
    let (mut all, mut row, mut line, mut bytes) = (Vec::new(), Vec::<String>::new(), 0u64, 0usize);
    let (mut cell, mut reading) = (Cell::default(), false);
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"row" => line = attribute(&tag, "r").and_then(|r| r.parse().ok()).unwrap_or(line + 1),
                b"c" => {
                    let at = attribute(&tag, "r").and_then(|name| column(&name)).unwrap_or(row.len());
                    cell = Cell {
                        column: at,
                        kind: attribute(&tag, "t").unwrap_or_default(),
                        text: String::new(),
                    };
                }
                b"v" | b"t" => reading = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                b"v" | b"t" => reading = false,
                b"c" if cell.column < COLUMNS => {
                    let column = cell.column;
                    row.resize(row.len().max(column + 1), String::new());
                    row[column] = std::mem::take(&mut cell).value(texts);
                    bytes += row[column].len() + 8;
                }
                b"row" => {
                    let said = std::mem::take(&mut row);
                    if said.iter().any(|field| !field.trim().is_empty()) {
                        all.push((line, ByteRecord::from(said)));
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok(all),
            event if reading => push(&event, &mut cell.text)?,
            _ => {}
        }
        if bytes > BYTES {
            return Err(format!("its first sheet says more than {BYTES} bytes"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="7" r:id="rId2"/><sheet name="B" sheetId="8" r:id="rId1"/></sheets></workbook>"#;
    const RELS: &str = r#"<Relationships><Relationship Id="rId1" Target="worksheets/other.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet1.xml"/></Relationships>"#;
    const TEXTS: &str = r#"<sst><si><t>SKU</t></si><si><r><t>Produkt</t></r><r><t xml:space="preserve"> name</t></r></si><si><t>Tea &amp; &#x43;o</t><rPh><t>no</t></rPh></si></sst>"#;
    const ROWS: &str = r#"<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><t>Title</t></is></c><c r="D2" t="str"><f>"w"</f><v>Width (cm)</v></c></row>
        <row r="3"><c r="A3"><v>4006381333931</v></c><c r="B3" t="s"><v>2</v></c><c r="D3"><v>12.400000000000000</v></c></row><row r="4"><c r="A4"/></row>
        <row r="5"><c r="B5" t="s"><v>99</v></c><c r="D5"><v>1</v></c></row></sheetData></worksheet>"#;

    fn book(sheet: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("[Content_Types].xml", "<Types/>"),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", RELS),
            ("xl/sharedStrings.xml", TEXTS),
            ("xl/worksheets/sheet1.xml", sheet),
        ] {
            zip.start_file(name, SimpleFileOptions::DEFAULT).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn the_first_sheet_is_read_with_shared_and_own_texts_and_numbers() {
        let rows: Vec<_> = Sheet::open(Cursor::new(book(ROWS)), "x.xlsx").unwrap().collect();
        let row = rows[0].as_ref().unwrap();
        assert_eq!(
            (row.line, row.product.sku.as_str(), row.product.title.as_str()),
            (3, "4006381333931", "Tea & Co")
        );
        assert!((row.product.width_m.unwrap() - 0.124).abs() < 1e-6);
        let flaw = rows[1].as_ref().unwrap_err();
        assert_eq!((rows.len(), flaw.line, flaw.problem.code), (2, 5, Code::RowInvalid));
    }

    #[test]
    fn what_is_no_spreadsheet_is_refused() {
        let refused = |bytes: Vec<u8>| Sheet::open(Cursor::new(bytes), "x.xlsx").err().unwrap().code;
        assert_eq!(refused(b"PK\x03\x04".to_vec()), Code::CatalogInvalid);
        assert_eq!(refused(book("<worksheet/>")), Code::CatalogInvalid);
        assert_eq!(refused(book("<worksheet><row><c>")), Code::CatalogInvalid);
        let no_sku = r#"<row r="1"><c r="A1" t="str"><v>price</v></c></row>"#;
        assert_eq!(refused(book(no_sku)), Code::CatalogInvalid);
    }

    #[test]
    fn cells_and_numbers_are_named_as_people_do() {
        assert_eq!(
            ["A1", "Z9", "AA1", "XFD1", "7"].map(column),
            [Some(0), Some(25), Some(26), Some(16383), None]
        );
        assert_eq!(["007", "12.40", "1.5E3", "x"].map(number), ["007", "12.4", "1500", "x"]);
    }
}
