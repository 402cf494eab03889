//! What is known of a face: what it is called, how heavy it is, which characters it has. Knows no text.

use std::sync::Arc;

use cosmic_text::fontdb::{Database, FaceInfo, ID, Language, Source, Stretch, Style};
use cosmic_text::skrifa::raw::types::Tag;
use cosmic_text::skrifa::{FontRef, MetadataProvider, raw::TableProvider};

/// Whose forms of the characters that China, Japan and Korea share a face has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forms {
    Chinese,
    Japanese,
    Korean,
}

/// One face of a file.
#[derive(Debug)]
pub(super) struct Face {
    pub(super) id: ID,
    /// Place of its file in the list that was given.
    pub(super) file: usize,
    /// By what the engine finds it: its own family of one, since two files may call themselves the same.
    pub(super) key: String,
    /// Family name in English.
    pub(super) name: String,
    /// 1 to 1000. A variable face counts as its default instance.
    pub(super) weight: u16,
    pub(super) upright: bool,
    /// It paints its glyphs in colors of their own.
    pub(super) colored: bool,
    pub(super) forms: Option<Forms>,
    /// Place of its family among the families, by the order in which they were given.
    pub(super) family: usize,
    /// Characters that it has, sorted.
    characters: Vec<u32>,
}

impl Face {
    /// Whether it has a glyph for a character.
    pub(super) fn has(&self, c: char) -> bool {
        self.characters.binary_search(&u32::from(c)).is_ok()
    }
}

/// The faces of file number `file`, put into `database`; none if it cannot be read.
pub(super) fn load(bytes: &Arc<[u8]>, database: &mut Database, file: usize) -> Vec<Face> {
    let source = || Source::Binary(Arc::new(Arc::clone(bytes)));
    let mut probe = Database::new();
    probe.load_font_source(source());
    let mut faces = Vec::new();
    for found in probe.faces() {
        let Ok(font) = FontRef::from_index(bytes, found.index) else { continue };
        let mut characters: Vec<u32> = font.charmap().mappings().map(|(c, _)| c).collect();
        characters.sort_unstable();
        characters.dedup();
        let name = found.families.first().map_or_else(String::new, |(name, _)| name.clone());
        let key = format!("face {file} {}", found.index);
        let id = database.push_face_info(FaceInfo {
            id: ID::dummy(),
            source: source(),
            index: found.index,
            families: vec![(key.clone(), Language::English_UnitedStates)],
            post_script_name: key.clone(),
            style: Style::Normal,
            weight: found.weight,
            stretch: Stretch::Normal,
            monospaced: false,
        });
        let colored = [b"CBDT", b"COLR", b"sbix"].iter().any(|t| font.data_for_tag(Tag::new(t)).is_some());
        faces.push(Face {
            id,
            file,
            key,
            weight: found.weight.0,
            upright: found.style == Style::Normal,
            colored,
            forms: forms(&name),
            family: 0,
            name,
            characters,
        });
    }
    faces
}

/// Numbers the families in the order in which they come.
pub(super) fn order(faces: &mut [Face]) {
    let mut names: Vec<String> = Vec::new();
    for face in faces {
        face.family = names.iter().position(|name| *name == face.name).unwrap_or_else(|| {
            names.push(face.name.clone());
            names.len() - 1
        });
    }
}

/// By the region that families of this kind have in their name, as in `Noto Sans JP`: their tables all say that they serve everybody.
fn forms(name: &str) -> Option<Forms> {
    name.split_whitespace().find_map(|word| match word {
        "SC" | "TC" | "HK" | "CN" | "TW" => Some(Forms::Chinese),
        "JP" => Some(Forms::Japanese),
        "KR" => Some(Forms::Korean),
        _ => None,
    })
}
