//! A merchant's manifest (CSV in any of its dialects) → products and the names of their photos, row by row. Knows no file but the stream
//! it is given: whether a photo exists is its caller's to ask.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

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
    /// Names of its photos relative to the manifest, first one first; at least one.
    pub photos: Vec<String>,
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

/// A manifest being read: an iterator over rows, good and bad, in one pass and with one row in memory.
pub struct Manifest<R> {
    reader: Reader<std::io::Chain<Cursor<Vec<u8>>, R>>,
    columns: Columns,
    name: String,
    /// Line of the first row of each SKU.
    seen: HashMap<String, u64>,
    record: ByteRecord,
    ended: bool,
}

/// So much is looked at to find the separator; a header is shorter.
const HEAD_BYTES: u64 = 64 << 10;
/// No photographed product is wider, in meters.
const MAX_WIDTH_M: f32 = 50.0;

impl<R: Read> Manifest<R> {
    /// Reads the header of `stream`. `name` is the manifest's name for messages. Commas, semicolons and tabs separate; a byte order mark,
    /// an Excel `sep=` line, quotes, CRLF, any case and many usual column names are understood.
    ///
    /// # Errors
    /// [`Code::CatalogInvalid`] if there is no header with a SKU and a photo column, or the text is not UTF-8; an I/O error's own code.
    pub fn open(mut stream: R, name: &str) -> Result<Self, Problem> {
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
            .trim(Trim::All)
            .from_reader(Cursor::new(head).chain(stream));
        let header = reader
            .byte_headers()
            .map_err(|error| Problem::new(Code::CatalogInvalid, name, error.to_string()))?;
        let columns = Columns::of(header).map_err(|cause| Problem::new(Code::CatalogInvalid, name, cause))?;
        let seen = HashMap::new();
        Ok(Manifest { reader, columns, name: name.to_owned(), seen, record: ByteRecord::new(), ended: false })
    }

    fn row(&mut self) -> Result<Row, Problem> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let row = self.columns.read(&self.record, line).map_err(|(sku, cause)| {
            let item = if sku.is_empty() { self.name.clone() } else { sku };
            Problem::new(Code::RowInvalid, item, format!("line {line}: {cause}"))
        })?;
        if let Some(first) = self.seen.get(&row.product.sku) {
            let message = format!("line {line}: already on line {first}");
            return Err(Problem::new(Code::SkuDuplicate, row.product.sku, message));
        }
        self.seen.insert(row.product.sku.clone(), line);
        Ok(row)
    }
}

impl<R: Read> Iterator for Manifest<R> {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) if self.record.iter().all(<[u8]>::is_empty) => {}
                Ok(true) => return Some(self.row()),
                Ok(false) => self.ended = true,
                Err(error) => {
                    // Byte records fail only on I/O, and then for good.
                    self.ended = true;
                    let code = match error.into_kind() {
                        csv::ErrorKind::Io(error) => Code::from(error),
                        _ => Code::CatalogInvalid,
                    };
                    return Some(Err(Problem::new(
                        code,
                        &self.name,
                        "the manifest could not be read to its end",
                    )));
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

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Sku,
    Title,
    Category,
    Photo,
    /// Meters in one of its units.
    Width(f32),
}

/// Usual names, reduced to letters and digits. Sources: the import templates of Shopify, WooCommerce and Google Merchant, and plain words.
const NAMES: &[(Meaning, &[&str])] = &[
    (
        Meaning::Sku,
        &[
            "sku",
            "variantsku",
            "productsku",
            "id",
            "productid",
            "itemid",
            "item",
            "itemnumber",
            "article",
            "articlenumber",
            "handle",
            "货号",
            "商品编码",
            "商家编码",
        ],
    ),
    (
        Meaning::Title,
        &["title", "name", "productname", "producttitle", "description", "品名", "标题", "商品名称", "名称"],
    ),
    (
        Meaning::Category,
        &["category", "categories", "productcategory", "producttype", "type", "kind", "类目", "分类"],
    ),
    (
        Meaning::Photo,
        &[
            "photo",
            "photos",
            "file",
            "files",
            "filename",
            "image",
            "images",
            "imagesrc",
            "imagelink",
            "imagefile",
            "picture",
            "pictures",
            "mainimage",
            "图片",
            "主图",
            "照片",
        ],
    ),
    (Meaning::Width(0.01), &["width", "widthcm", "宽度", "宽度cm"]),
    (Meaning::Width(0.001), &["widthmm"]),
    (Meaning::Width(1.0), &["widthm"]),
    (Meaning::Width(0.0254), &["widthin", "widthinch", "widthinches"]),
];

fn meaning(header: &str) -> Option<Meaning> {
    let plain: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let known =
        |name: &str| NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(meaning, _)| *meaning);
    // `image 2` and `photo3` are further photos.
    let numbered =
        || known(plain.trim_end_matches(|c: char| c.is_ascii_digit())).filter(|m| *m == Meaning::Photo);
    known(&plain).or_else(numbered)
}

/// Where what stands.
struct Columns {
    sku: usize,
    title: Option<usize>,
    category: Option<usize>,
    photos: Vec<usize>,
    width: Option<(usize, f32)>,
}

impl Columns {
    fn of(header: &ByteRecord) -> Result<Self, String> {
        let mut names = Vec::new();
        for name in header {
            names.push(
                std::str::from_utf8(name)
                    .map_err(|_cause| "the header is not UTF-8; save it as CSV UTF-8".to_owned())?,
            );
        }
        let meanings: Vec<_> = names.iter().map(|name| meaning(name)).collect();
        let first = |wanted: Meaning| meanings.iter().position(|found| *found == Some(wanted));
        let photos = (0..names.len()).filter(|&i| meanings[i] == Some(Meaning::Photo)).collect::<Vec<_>>();
        let width = meanings.iter().enumerate().find_map(|(at, found)| match found {
            Some(Meaning::Width(unit)) => Some((at, *unit)),
            _ => None,
        });
        match first(Meaning::Sku) {
            Some(sku) if !photos.is_empty() => Ok(Columns {
                sku,
                title: first(Meaning::Title),
                category: first(Meaning::Category),
                photos,
                width,
            }),
            sku => {
                let wanted = if sku.is_none() { "sku" } else { "photo" };
                Err(format!("no column {wanted}; the header is: {}", names.join(", ")))
            }
        }
    }

    /// # Errors
    /// The SKU as far as known, and what is wrong.
    fn read(&self, record: &ByteRecord, line: u64) -> Result<Row, (String, String)> {
        let field = |at: usize| std::str::from_utf8(record.get(at).unwrap_or_default());
        let sku = field(self.sku).map_err(|cause| (String::new(), format!("not UTF-8: {cause}")))?.to_owned();
        let wrong = |cause: String| (sku.clone(), cause);
        let text = |at: Option<usize>| {
            at.map_or(Ok(""), field).map_err(|cause| wrong(format!("not UTF-8: {cause}"))).map(str::to_owned)
        };
        if sku.is_empty() {
            return Err(wrong("the SKU is empty".into()));
        }
        let mut photos = Vec::new();
        for &column in &self.photos {
            photos.extend(
                text(Some(column))?.split('|').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned),
            );
        }
        let mut once = HashSet::new();
        photos.retain(|photo| once.insert(photo.clone()));
        if photos.is_empty() {
            return Err(wrong("no photo is named".into()));
        }
        if let Some(photo) = photos.iter().find(|photo| !stays_below(photo)) {
            return Err(wrong(format!("the photo {photo} does not lie below the manifest's folder")));
        }
        let width_m = match self.width {
            Some((column, unit)) => width(&text(Some(column))?, unit).map_err(wrong)?,
            None => None,
        };
        let product = Product {
            title: text(self.title)?,
            category: text(self.category)?.to_lowercase(),
            width_m,
            sku: sku.clone(),
        };
        Ok(Row { line, product, photos })
    }
}

/// Whether a name, with either slash, cannot leave the folder it is resolved in.
fn stays_below(name: &str) -> bool {
    let rooted = name.starts_with(['/', '\\']) || name.get(1..2) == Some(":");
    !rooted && !name.contains('\0') && name.split(['/', '\\']).all(|part| part != "..")
}

/// `12.5`, `12,5` and `12.5 cm` → meters; empty → unknown. A written unit outranks the column's.
fn width(text: &str, unit: f32) -> Result<Option<f32>, String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let split =
        text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let unit = match suffix.trim() {
        "" => unit,
        "mm" => 0.001,
        "cm" => 0.01,
        "m" => 1.0,
        "in" | "\"" | "inch" => 0.0254,
        other => return Err(format!("the width has an unknown unit: {other}")),
    };
    let meters = number
        .replace(',', ".")
        .parse::<f32>()
        .map_err(|_cause| format!("the width is not a number: {text}"))?
        * unit;
    if meters > 0.0 && meters <= MAX_WIDTH_M {
        Ok(Some(meters))
    } else {
        Err(format!("the width is not possible: {text}"))
    }
}
