//! Forms with files: each file goes to a nameless temporary file as it comes in, so that slow senders and large files hold no memory; whoever wants the
//! bytes reads them on a bounded pool. Knows no picture.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use super::errors::ApiError;
use crate::error::{Code, Problem};

/// Longest text field, in bytes; a receipt fits.
const TEXT: usize = 256 << 10;
/// Fields of a form, at most.
const FIELDS: usize = 48;
/// How long a form may take to come in …
const PATIENCE: Duration = Duration::from_secs(300);
/// … and one with as much as fits.
const LONG_PATIENCE: Duration = Duration::from_secs(3600);
/// What is read of a file that is too large, beyond its limit, so that its sender gets to hear the answer.
const DRAIN: u64 = 32 << 20;

/// A file that came in.
#[derive(Debug)]
pub(super) struct Uploaded {
    /// As the sender calls it; for messages only, never a path.
    pub(super) name: String,
    file: File,
}

impl Uploaded {
    /// The file, wherever in it one stands.
    pub(super) fn into_file(self) -> File {
        self.file
    }

    /// The bytes. Blocking.
    pub(super) fn read(mut self) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes)).map_err(|error| {
            let message = error.to_string();
            Problem::new(Code::from(error), "uploads", message)
        })?;
        Ok(bytes)
    }
}

/// A form.
#[derive(Debug, Default)]
pub(super) struct Form {
    files: BTreeMap<String, Uploaded>,
    texts: BTreeMap<String, Vec<String>>,
    /// How many fields came in.
    count: usize,
}

impl Form {
    /// The file of the field `name`.
    pub(super) fn file(&mut self, name: &str) -> Result<Uploaded, ApiError> {
        let missing = || ApiError::new(Code::RequestInvalid, name, "the form needs a file in this field");
        self.files.remove(name).ok_or_else(missing)
    }

    /// The text of the field `name`, if it is there and not blank; the last of several.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.texts.remove(name).and_then(|mut texts| texts.pop());
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The texts of all fields `name` that are not blank, in order.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = self.texts.remove(name).unwrap_or_default().into_iter();
        texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// Whether one more field may come.
    fn has_room(&mut self) -> bool {
        self.count += 1;
        self.count <= FIELDS
    }

    /// Refuses fields that nobody asked for: a mistyped one would be lost without a word.
    pub(super) fn done(self) -> Result<(), ApiError> {
        match self.files.keys().chain(self.texts.keys()).next() {
            Some(name) => Err(ApiError::new(Code::RequestInvalid, name, "the form has no such field")),
            None => Ok(()),
        }
    }
}

/// What files may be, and what is said of one that is more.
struct Room<'a> {
    folder: &'a Path,
    limit: u64,
    code: Code,
}

/// Reads a form of up to `most` files, all called `name`, with at most `limit` bytes together. Each is handed to `take` once it is there. What is left is
/// a form without files.
pub(super) async fn each(
    form: Multipart,
    folder: &Path,
    (name, most, limit): (&str, usize, u64),
    take: impl AsyncFnMut(Uploaded) -> Result<(), ApiError>,
) -> Result<Form, ApiError> {
    match tokio::time::timeout(LONG_PATIENCE, files(form, folder, (name, most, limit), take)).await {
        Ok(form) => form,
        Err(_elapsed) => Err(ApiError::new(Code::RequestInvalid, "body", "it took too long to come in")),
    }
}

async fn files(
    mut form: Multipart,
    folder: &Path,
    (name, most, limit): (&str, usize, u64),
    mut take: impl AsyncFnMut(Uploaded) -> Result<(), ApiError>,
) -> Result<Form, ApiError> {
    let (mut read, mut count, mut left) = (Form::default(), 0, limit);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        let called = field.name().unwrap_or_default().to_owned();
        match field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned) {
            Some(file_name) if called == name => {
                count += 1;
                if count > most {
                    let message = format!("the form has more than {most} files; put them into a ZIP");
                    return Err(ApiError::new(Code::ImportTooLarge, name, message));
                }
                let room = Room { folder, limit: left, code: Code::ImportTooLarge };
                let (file, length) = spool(&mut field, &room, &file_name).await?;
                left -= length;
                take(Uploaded { name: file_name, file }).await?;
            }
            Some(_) => return Err(ApiError::new(Code::RequestInvalid, called, "the form has no such file")),
            None if !read.has_room() => {
                return Err(ApiError::new(Code::RequestInvalid, "body", "the form has too many fields"));
            }
            None => {
                let text = text(&mut field, &called).await?;
                read.texts.entry(called).or_default().push(text);
            }
        }
    }
    Ok(read)
}

/// Reads a form whose files have at most `limit` bytes each; they lie in `folder` meanwhile.
pub(super) async fn read(form: Multipart, folder: &Path, limit: u64) -> Result<Form, ApiError> {
    match tokio::time::timeout(PATIENCE, fields(form, folder, limit)).await {
        Ok(form) => form,
        Err(_elapsed) => Err(ApiError::new(Code::RequestInvalid, "body", "it took too long to come in")),
    }
}

async fn fields(mut form: Multipart, folder: &Path, limit: u64) -> Result<Form, ApiError> {
    let mut read = Form::default();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        if !read.has_room() {
            return Err(ApiError::new(Code::RequestInvalid, "body", "the form has too many fields"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        match file_name {
            Some(file_name) => {
                let room = Room { folder, limit, code: Code::FileTooLarge };
                let (file, _) = spool(&mut field, &room, &file_name).await?;
                read.files.insert(name, Uploaded { name: file_name, file });
            }
            None => {
                let text = text(&mut field, &name).await?;
                read.texts.entry(name).or_default().push(text);
            }
        }
    }
    Ok(read)
}

/// A file's bytes into a temporary file that has no name and goes with the process; and how many they are.
async fn spool(field: &mut Field, room: &Room<'_>, name: &str) -> Result<(File, u64), ApiError> {
    let Room { folder, limit, code } = *room;
    let failed = |error: std::io::Error| {
        let message = error.to_string();
        ApiError::from(Problem::new(Code::from(error), "uploads", message))
    };
    let mut file = tokio::fs::File::from_std(tempfile::tempfile_in(folder).map_err(failed)?);
    let mut length = 0u64;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(broken)?;
        length += chunk.len() as u64;
        if length > limit + DRAIN {
            break;
        }
        if length <= limit {
            file.write_all(&chunk).await.map_err(failed)?;
        }
    }
    if length > limit {
        let message = format!("`{name}` has more than {limit} bytes");
        return Err(ApiError::new(code, "file", message));
    }
    file.flush().await.map_err(failed)?;
    Ok((file.into_std().await, length))
}

async fn text(field: &mut Field, name: &str) -> Result<String, ApiError> {
    let wrong = |message: &str| ApiError::new(Code::RequestInvalid, name, message);
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if bytes.len() > TEXT {
            return Err(wrong("the field is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_bytes| wrong("the field is no UTF-8 text"))
}

fn broken(error: MultipartError) -> ApiError {
    ApiError::new(Code::RequestInvalid, "body", format!("the form cannot be read: {error}"))
}
