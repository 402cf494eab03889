//! From arguments to items: files, folders and manifests become photos with names. A bad one becomes a problem and the others go on. Knows no
//! stage but the manifest reader.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::domain::Product;
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::ingest::IngestError;
use crate::ingest::manifest::{Manifest, Photos};

/// File name endings that are looked for in a folder: what can be read, and what people take for a photo and must be told of.
const ENDINGS: &[&str] =
    &["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "psd", "jxl"];

/// One photo to work on.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Name without ending: what output files are called.
    pub stem: String,
    /// Where the photo lies.
    pub path: PathBuf,
    /// What is known of the product.
    pub product: Product,
}

impl Item {
    /// The name in messages.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map_or_else(|| self.stem.clone(), |name| name.to_string_lossy().into_owned())
    }

    /// Reads the photo's bytes; a file over the limit is refused before it is read.
    pub(super) fn read(&self) -> Result<Vec<u8>, Problem> {
        read(&self.path)
    }
}

/// Reads a photo file; a file over the limit is refused before it is read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let name = path.display().to_string();
    let problem = |error: std::io::Error| IngestError::from(error).problem(&name);
    let meta = std::fs::metadata(path).map_err(problem)?;
    // A pipe or a device would never end.
    if !meta.is_file() {
        let what = if meta.is_dir() { "it is a folder" } else { "it is no regular file" };
        return Err(Problem::new(Code::NotAFile, &name, what));
    }
    Limits::default().check_bytes(meta.len()).map_err(|error| IngestError::from(error).problem(&name))?;
    std::fs::read(path).map_err(problem)
}

/// Expands arguments. Items keep their order; two with the same stem would overwrite each other, so the second is a problem.
pub(super) fn expand(arguments: &[PathBuf]) -> (Vec<Item>, Vec<Problem>) {
    let (mut items, mut problems) = (Vec::new(), Vec::new());
    for path in arguments {
        let ending = path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
        if path.is_dir() {
            folder(path, &mut items, &mut problems);
        } else if ending == "csv" || ending == "tsv" {
            manifest(path, &mut items, &mut problems);
        } else {
            items.push(plain(path.clone()));
        }
    }
    let mut stems = HashSet::new();
    items.retain(|item| {
        let new = stems.insert(item.stem.clone());
        if !new {
            let message = format!("another item writes files named `{}` too", item.stem);
            problems.push(Problem::new(Code::SkuDuplicate, item.path.display().to_string(), message));
        }
        new
    });
    (items, problems)
}

fn plain(path: PathBuf) -> Item {
    let stem = path.file_stem().map_or_else(|| "photo".to_owned(), |s| s.to_string_lossy().into_owned());
    Item { product: Product { sku: stem.clone(), title: stem.clone(), ..Product::default() }, stem, path }
}

fn folder(path: &Path, items: &mut Vec<Item>, problems: &mut Vec<Problem>) {
    let listing = match std::fs::read_dir(path) {
        Ok(listing) => listing,
        Err(error) => {
            problems.push(IngestError::from(error).problem(&path.display().to_string()));
            return;
        }
    };
    let mut files: Vec<PathBuf> = listing.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    files.retain(|file| {
        let ending = file.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
        ENDINGS.contains(&ending.as_str())
    });
    files.sort();
    if files.is_empty() {
        let message = "the folder holds no JPEG, PNG or WebP file";
        problems.push(Problem::new(Code::FileMissing, path.display().to_string(), message));
    }
    items.extend(files.into_iter().map(plain));
}

fn manifest(path: &Path, items: &mut Vec<Item>, problems: &mut Vec<Problem>) {
    let name = path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return problems.push(IngestError::from(error).problem(&name)),
    };
    let rows = match Manifest::open(file, &name, Photos::Required) {
        Ok(rows) => rows,
        Err(problem) => return problems.push(problem),
    };
    let base = path.parent().unwrap_or(Path::new(""));
    for row in rows {
        match row {
            Ok(row) => {
                problems.extend(row.missing(|photo| base.join(photo).is_file()));
                let present: Vec<_> = row.photos.iter().filter(|photo| base.join(photo).is_file()).collect();
                for (number, photo) in present.iter().enumerate() {
                    let stem = file_name(&row.product.sku);
                    let stem = if number == 0 { stem } else { format!("{stem}.{}", number + 1) };
                    items.push(Item { stem, path: base.join(photo), product: row.product.clone() });
                }
            }
            Err(flaw) => problems.push(flaw.problem),
        }
    }
}

/// A SKU as a file name: what a file system may not like becomes `-`.
fn file_name(sku: &str) -> String {
    let safe: String =
        sku.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    safe.trim_start_matches('.').to_owned()
}
