//! From files to rows: what each file is, what a manifest says, which picture goes with which row. Reads no picture. Knows no database.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use super::find::{Finder, Picture, base};
use super::{Blocks, Item, MOST_ROWS, SentFile, Source, Trouble};
use crate::domain::{Product, TenantScope};
use crate::error::{Code, Kind, Problem};
use crate::ingest;
use crate::ingest::archive::{self, Archive, label};
use crate::ingest::manifest::{Addresses, Flaw, Lines, Manifest, Photos, Row, Sheet, is_address_list};
use crate::jobs::fetch;
use crate::jobs::intake::About;
use crate::storage::Storage;

/// Endings of manifests.
const MANIFESTS: [&str; 8] = ["csv", "tsv", "txt", "ndjson", "jsonl", "json", "xlsx", "xls"];
/// How a ZIP begins, and one without entries.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// How the spreadsheets before XLSX begin.
const OLD_SHEET: &[u8] = b"\xd0\xcf\x11\xe0";

type Rows<'a> = Box<dyn Iterator<Item = Result<Row, Flaw>> + 'a>;

/// The files of one import, and where they lie.
struct Files<'a> {
    storage: &'a dyn Storage,
    scope: &'a TenantScope,
    import_id: &'a str,
    files: &'a [SentFile],
    trouble: Trouble,
}

/// A manifest among them.
struct Found {
    file: usize,
    entry: Option<usize>,
    name: String,
}

/// All rows of an import, good and bad, in the order of its manifest or else of its files.
///
/// # Errors
/// If there is nothing to be read at all, or more than fits.
pub(in crate::jobs) fn survey(
    storage: &dyn Storage,
    scope: &TenantScope,
    import_id: &str,
    files: &[SentFile],
) -> Result<Vec<Item>, Problem> {
    let files = Files { storage, scope, import_id, files, trouble: Trouble::default() };
    let listed = files.list().and_then(|(pictures, manifest)| match manifest {
        Some(manifest) => files.by_manifest(pictures, &manifest),
        None => Ok(by_stems(pictures)),
    });
    let mut items = files.trouble.or(listed)?;
    if items.is_empty() {
        return Err(Problem::new(Code::RequestInvalid, "file", "it holds neither pictures nor rows"));
    }
    if items.len() > MOST_ROWS {
        let message = format!("it has {} rows; {MOST_ROWS} are taken at once", items.len());
        return Err(Problem::new(Code::ImportTooLarge, "file", message));
    }
    for (number, item) in (1..).zip(&mut items) {
        item.number = number;
        item.problem = item.problem.take().or_else(|| unfit(&item.product));
    }
    Ok(items)
}

/// Why what is said of a product cannot be kept.
fn unfit(product: &Product) -> Option<Problem> {
    let about = About {
        sku: product.sku.clone(),
        title: Some(product.title.clone()),
        category: Some(product.category.clone()),
        width_m: product.width_m,
        price: Some(product.price.clone()),
        features: product.features.clone(),
    };
    let problem = about.check().err()?;
    Some(Problem::new(
        Code::RowInvalid,
        product.sku.as_str(),
        format!("{}: {}", problem.item, problem.message),
    ))
}

impl Files<'_> {
    fn stream(&self, file: usize) -> Blocks<'_> {
        Blocks::of(self.storage, self.scope, self.import_id, &self.files[file], &self.trouble)
    }

    fn archive(&self, file: usize) -> Result<Archive<Blocks<'_>>, Problem> {
        Archive::open(self.stream(file), &self.files[file].name, archive::PICTURES)
    }

    /// The first bytes of a file.
    fn head(&self, file: usize) -> Result<Vec<u8>, Problem> {
        let mut head = Vec::new();
        let read = self.stream(file).take(64).read_to_end(&mut head);
        read.map_err(|error| Problem::new(Code::StorageFailed, "file", error.to_string()))?;
        Ok(head)
    }

    /// Every picture, those in ZIPs included, and the manifest if there is one.
    fn list(&self) -> Result<(Vec<Picture>, Option<Found>), Problem> {
        let (mut pictures, mut manifests) = (Vec::new(), Vec::new());
        for (file, sent) in self.files.iter().enumerate() {
            let head = self.head(file)?;
            let is_manifest = is_manifest(&sent.name) && ingest::sniff(&head).is_none();
            if is_manifest {
                manifests.push(Found { file, entry: None, name: sent.name.clone() });
            } else if ZIP.iter().any(|magic| head.starts_with(magic)) {
                for entry in self.archive(file)?.entries() {
                    let index = Some(entry.index);
                    if is_manifest_in_zip(&entry.name) && entry.refused.is_none() {
                        manifests.push(Found { file, entry: index, name: entry.name.clone() });
                    } else {
                        let source = Source::Sent { file, entry: index };
                        let (name, refused) = (entry.name.clone(), entry.refused.clone());
                        pictures.push(Picture { source, name, refused });
                    }
                }
            } else {
                let source = Source::Sent { file, entry: None };
                pictures.push(Picture { source, name: sent.name.replace('\\', "/"), refused: None });
            }
        }
        if let [first, second, ..] = manifests.as_slice() {
            let message = format!(
                "`{}` and `{}` are both manifests; send one",
                label(&first.name),
                label(&second.name)
            );
            return Err(Problem::new(Code::RequestInvalid, "file", message));
        }
        Ok((pictures, manifests.pop()))
    }

    fn by_manifest(&self, pictures: Vec<Picture>, found: &Found) -> Result<Vec<Item>, Problem> {
        let bytes = match found.entry {
            Some(entry) => Some(whole(&mut self.archive(found.file)?, entry, &found.name)?),
            None => None,
        };
        let rows = match &bytes {
            Some(bytes) => open(Cursor::new(bytes.as_slice()), bytes, &found.name)?,
            None => open(self.stream(found.file), &self.head(found.file)?, &found.name)?,
        };
        let folder = found.name.rfind('/').map_or("", |at| &found.name[..=at]);
        let (mut finder, mut items, mut skus) = (Finder::of(pictures), Vec::new(), HashSet::new());
        for row in rows {
            match row {
                Ok(row) => {
                    skus.insert(row.product.sku.clone());
                    of_row(row, folder, &mut finder, &mut items);
                }
                Err(flaw) if flaw.problem.code.kind() == Kind::Environment => return Err(flaw.problem),
                Err(flaw) => items.push(of_flaw(flaw)),
            }
            if items.len() > MOST_ROWS {
                break;
            }
        }
        for picture in finder.rest() {
            let mut item = of_picture(picture);
            if item.problem.is_none() && !skus.contains(&item.product.sku) {
                let message = "no row of the manifest names it";
                item.problem = Some(Problem::new(Code::PhotoUnused, item.name.as_str(), message));
            }
            items.push(item);
        }
        Ok(items)
    }
}

/// A manifest in a ZIP. A spreadsheet is a ZIP itself, so it must not be taken for one too many.
fn whole(archive: &mut Archive<Blocks<'_>>, index: usize, name: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = archive.stream(index)?.read_to_end(&mut bytes);
    read.map_err(|error| Problem::new(Code::ArchiveInvalid, label(name), error.to_string()))?;
    Ok(bytes)
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase()
}

fn is_manifest(name: &str) -> bool {
    MANIFESTS.contains(&ending(name).as_str())
}

/// In a ZIP lie notes and licenses, too: only what can be nothing else is a manifest.
fn is_manifest_in_zip(name: &str) -> bool {
    !["txt", "json"].contains(&ending(name).as_str()) && is_manifest(name)
}

/// The rows of a manifest by its first bytes and name.
fn open<'a>(stream: impl Read + std::io::Seek + 'a, head: &[u8], name: &str) -> Result<Rows<'a>, Problem> {
    let name = label(name);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let wrong = |message: &str| Err(Problem::new(Code::CatalogInvalid, name.as_str(), message));
    match () {
        () if head.starts_with(OLD_SHEET) => {
            wrong("it is a spreadsheet of the old kind; save it as XLSX or CSV UTF-8")
        }
        () if head.starts_with(ZIP[0]) => Ok(Box::new(Sheet::open(stream, &name)?)),
        () if text.starts_with(b"[") => wrong("it is a JSON array; write one object a line"),
        () if is_address_list(text) => Ok(Box::new(Addresses::open(stream, &name))),
        () if text.starts_with(b"{") => Ok(Box::new(Lines::open(stream, &name))),
        () => Ok(Box::new(Manifest::open(stream, &name, Photos::Optional)?)),
    }
}

/// A row's items: one for each photo, or one without.
fn of_row(row: Row, folder: &str, finder: &mut Finder, items: &mut Vec<Item>) {
    let Row { line, product, mut photos } = row;
    if photos.is_empty() {
        photos = finder.called(&product.sku);
    }
    let item = |name: &str, photo: Option<Source>, problem: Option<Problem>| Item {
        number: 0,
        line: Some(line),
        name: label(name),
        product: product.clone(),
        photo,
        problem,
    };
    if photos.is_empty() {
        items.push(item("", None, None));
    }
    for name in &photos {
        items.push(match () {
            () if name.contains("://") => {
                item(&fetch::file_name(name), Some(Source::Address(name.clone())), None)
            }
            () => match finder.named(folder, name) {
                Ok(source) => item(name, Some(source), None),
                Err(problem) => item(name, None, Some(problem)),
            },
        });
    }
}

fn of_flaw(flaw: Flaw) -> Item {
    let product = Product { sku: label(&flaw.sku), ..Product::default() };
    let line = Some(flaw.line).filter(|line| *line > 0);
    Item { number: 0, line, name: String::new(), product, photo: None, problem: Some(flaw.problem) }
}

fn of_picture(picture: &Picture) -> Item {
    let product = Product { sku: picture.stem().to_owned(), ..Product::default() };
    let (name, problem) = (label(&picture.name), picture.refused.clone());
    Item { number: 0, line: None, name, product, photo: Some(picture.source.clone()), problem }
}

/// Without a manifest a picture's name is its SKU.
fn by_stems(pictures: Vec<Picture>) -> Vec<Item> {
    pictures.iter().map(of_picture).collect()
}

/// How a photo is called in its row: without the folders that it lay in.
pub(super) fn file_name(item: &Item) -> &str {
    base(&item.name)
}
