//! What the jobs share. Knows no database.

use std::sync::Arc;

use super::directing::ModelDirector;
use super::library::TemplateLibrary;
use crate::domain::{Painter, Segmenter};
use crate::imaging::codec::Limits;
use crate::outside::Fetcher;
use crate::storage::Storage;

/// What the jobs share.
#[derive(Debug)]
pub struct JobContext {
    /// Where bytes lie.
    pub storage: Arc<dyn Storage>,
    /// The templates.
    pub library: Arc<TemplateLibrary>,
    /// Who votes on cutouts.
    pub opinion: Option<Arc<dyn Segmenter>>,
    /// Who paints for the engine `diffusion`.
    pub painter: Option<Arc<dyn Painter>>,
    /// Who fetches photos from addresses.
    pub fetcher: Fetcher,
    /// The language model that directs films; the built-in director if there is none.
    pub director: Option<ModelDirector>,
    /// What a photo may be.
    pub limits: Limits,
}
