//! A master as the files of each channel that was asked for. Knows no verdict: whoever asks has one.

use std::collections::BTreeMap;

use image::RgbImage;

use super::{Exit, JobContext};
use crate::deliver::{self, Provenance};
use crate::domain::{Digest, Id, Receipt, Rect};
use crate::error::Problem;
use crate::storage::{Address, StorageKey};

/// What is to be rendered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed<'a> {
    /// The lossless master.
    pub(super) master: &'a RgbImage,
    /// Where the product is in it.
    pub(super) product: Option<Rect>,
    /// How it was made.
    pub(super) receipt: &'a Receipt,
    /// Whose.
    pub(super) organization: &'a Id,
}

/// The files that were stored.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// By channel.
    pub(super) files: BTreeMap<String, StorageKey>,
    /// What is to be known of them.
    pub(super) notices: Vec<Problem>,
    /// How many bytes they are.
    pub(super) stored: usize,
}

/// Renders and stores. A channel whose rules the picture breaks becomes a notice; the others get theirs.
pub(super) fn render(
    context: &JobContext,
    passed: &Passed<'_>,
    channels: &[String],
) -> Result<Rendered, Exit> {
    let receipt = passed.receipt;
    let provenance = Provenance::of(receipt.kind, &receipt.engine);
    let mut rendered = Rendered::default();
    for name in channels {
        let spec = context.library.channel(name)?;
        match deliver::render_for(passed.master, passed.product, spec, &provenance) {
            Ok(rendition) => {
                let digest = Digest::of(&rendition.bytes);
                let address = Address { organization: passed.organization.clone(), digest };
                let key = StorageKey::Rendition { address, format: rendition.format };
                context.storage.put(&key, &rendition.bytes)?;
                rendered.stored += rendition.bytes.len();
                rendered.notices.extend(rendition.notice(&receipt.sku));
                rendered.files.insert(name.clone(), key);
            }
            Err(error) => rendered.notices.push(error.problem(&receipt.sku)),
        }
    }
    Ok(rendered)
}
