//! The templates on disk: scenes with their plates, and channels. Reads and checks them once; decoded plates are shared. Knows no product.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::deliver;
use crate::domain::{
    ChannelSpec, DepthMap, Digest, FilmChannel, FilmFacts, Market, Plate, SceneTemplate, Storyboard,
};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, CodecError};
use crate::imaging::resize::{Window, resize_rgb};

/// The plainest scene: what the safe composite stands in.
pub const SAFE_TEMPLATE: &str = "studio-sweep";

/// JPEG quality of small pictures.
const PREVIEW_QUALITY: u8 = 82;

/// Everything under one `templates/` folder.
#[derive(Debug)]
pub struct TemplateLibrary {
    root: PathBuf,
    scenes: BTreeMap<String, (SceneTemplate, Digest)>,
    channels: BTreeMap<String, ChannelSpec>,
    film_channels: BTreeMap<String, FilmChannel>,
    markets: BTreeMap<String, Market>,
    storyboards: BTreeMap<String, Storyboard>,
    problems: Vec<Problem>,
    plates: Mutex<HashMap<String, Arc<Plate>>>,
}

impl TemplateLibrary {
    /// The folder of templates.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads every template under `root`. A broken one becomes a problem of [`TemplateLibrary::problems`] and is left out; only a missing folder
    /// is an error.
    pub fn open(root: &Path) -> Result<Self, Problem> {
        let mut library = TemplateLibrary {
            root: root.to_owned(),
            scenes: BTreeMap::new(),
            channels: BTreeMap::new(),
            film_channels: BTreeMap::new(),
            markets: BTreeMap::new(),
            storyboards: BTreeMap::new(),
            problems: Vec::new(),
            plates: Mutex::new(HashMap::new()),
        };
        for folder in entries(&root.join("scenes"))? {
            let path = folder.join("template.toml");
            if !path.is_file() {
                continue;
            }
            match read_scene(&path, &stem(&folder)) {
                Ok((template, digest)) => {
                    library.scenes.insert(template.name.clone(), (template, digest));
                }
                Err(problem) => library.problems.push(problem),
            }
        }
        for path in entries(&root.join("channels"))? {
            let name = stem(&path);
            let parsed = read_text(&path)
                .and_then(|text| deliver::parse_channel(&name, &text).map_err(|error| error.problem(&name)));
            match parsed {
                Ok(spec) => {
                    library.channels.insert(name, spec);
                }
                Err(problem) => library.problems.push(problem),
            }
        }
        for path in optional(&root.join("film-channels"))? {
            match read_film_channel(&path) {
                Ok(channel) => {
                    library.film_channels.insert(channel.name.clone(), channel);
                }
                Err(problem) => library.problems.push(problem),
            }
        }
        for path in optional(&root.join("storyboards"))? {
            if path.extension().is_none_or(|ending| ending != "toml") {
                continue;
            }
            match read_storyboard(&path, &library.scenes) {
                Ok(storyboard) => {
                    library.storyboards.insert(storyboard.name.clone(), storyboard);
                }
                Err(problem) => library.problems.push(problem),
            }
        }
        for path in optional(&root.join("markets"))? {
            match read_market(&path, &library.scenes) {
                Ok(market) => {
                    library.markets.insert(market.name.clone(), market);
                }
                Err(problem) => library.problems.push(problem),
            }
        }
        Ok(library)
    }

    /// The scene templates by name.
    pub fn scenes(&self) -> Vec<&SceneTemplate> {
        self.scenes.values().map(|(template, _)| template).collect()
    }

    /// The channels by name.
    pub fn channels(&self) -> Vec<&ChannelSpec> {
        self.channels.values().collect()
    }

    /// The channels that take films, by name.
    pub fn film_channels(&self) -> Vec<&FilmChannel> {
        self.film_channels.values().collect()
    }

    /// A channel that takes films, by name; [`Code::ChannelUnknown`] names the nearest.
    pub fn film_channel(&self, name: &str) -> Result<&FilmChannel, Problem> {
        let unknown = || unknown(Code::ChannelUnknown, name, self.film_channels.keys());
        self.film_channels.get(name).ok_or_else(unknown)
    }

    /// What these channels do not take of a film, each rule as a problem of the channel.
    ///
    /// # Errors
    /// [`Code::ChannelUnknown`].
    pub fn broken_rules(&self, channels: &[String], film: &FilmFacts) -> Result<Vec<Problem>, Problem> {
        let mut broken = Vec::new();
        for name in channels {
            let rules = self.film_channel(name)?.breaks(film);
            broken.extend(rules.into_iter().map(|rule| Problem::new(Code::ChannelRuleBroken, name, rule)));
        }
        Ok(broken)
    }

    /// The markets by name.
    pub fn markets(&self) -> Vec<&Market> {
        self.markets.values().collect()
    }

    /// A market by name; [`Code::MarketUnknown`] names the nearest.
    pub fn market(&self, name: &str) -> Result<&Market, Problem> {
        self.markets.get(name).ok_or_else(|| unknown(Code::MarketUnknown, name, self.markets.keys()))
    }

    /// The storyboards by name.
    pub fn storyboards(&self) -> Vec<&Storyboard> {
        self.storyboards.values().collect()
    }

    /// A storyboard by name; [`Code::StoryboardUnknown`] names the nearest.
    pub fn storyboard(&self, name: &str) -> Result<&Storyboard, Problem> {
        self.storyboards
            .get(name)
            .ok_or_else(|| unknown(Code::StoryboardUnknown, name, self.storyboards.keys()))
    }

    /// The small moving picture of a storyboard, WebP, for people to choose by; none if it has none.
    pub fn storyboard_preview(&self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        let path = self.root.join("storyboards").join(format!("{}.webp", self.storyboard(name)?.name));
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_problem(&path, error)),
        }
    }

    /// A storyboard from the text of a TOML file named `name`.
    pub fn parse_storyboard(&self, name: &str, text: &str) -> Result<Storyboard, Problem> {
        parse_storyboard(name, text, &self.scenes)
    }

    /// Whether a storyboard's numbers can be and its scenes are here.
    pub fn check_storyboard(&self, storyboard: &Storyboard) -> Result<(), Problem> {
        check_storyboard(&storyboard.name, storyboard, &self.scenes)
    }

    /// What was wrong with the templates that were left out.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// A channel by name; [`Code::ChannelUnknown`] names the nearest.
    pub fn channel(&self, name: &str) -> Result<&ChannelSpec, Problem> {
        self.channels.get(name).ok_or_else(|| unknown(Code::ChannelUnknown, name, self.channels.keys()))
    }

    /// A scene template by name; [`Code::TemplateUnknown`] names the nearest.
    pub fn scene(&self, name: &str) -> Result<&SceneTemplate, Problem> {
        self.scenes
            .get(name)
            .map(|(template, _)| template)
            .ok_or_else(|| unknown(Code::TemplateUnknown, name, self.scenes.keys()))
    }

    /// A scene template with its pictures, decoded at the first call.
    pub fn plate(&self, name: &str) -> Result<Arc<Plate>, Problem> {
        self.scene(name)?;
        let mut plates = self.plates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plate) = plates.get(name) {
            return Ok(plate.clone());
        }
        let plate = Arc::new(self.load(name)?);
        plates.insert(name.to_owned(), plate.clone());
        Ok(plate)
    }

    /// A scene's picture scaled to at most `side` pixels a side, as a JPEG, for people to choose by. Decoded anew at each call.
    pub fn preview(&self, name: &str, side: u32) -> Result<Vec<u8>, Problem> {
        let files = &self.scene(name)?.plate;
        let folder = self.root.join("scenes").join(name);
        let image = picture(&folder, name, &files.image, &files.image_sha256, codec::read_rgb)?;
        let scale = f64::from(side) / f64::from(image.width().max(image.height()));
        let scaled = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        let (width, height) = (scaled(image.width()), scaled(image.height()));
        let broken = |message: String| Problem::new(Code::TemplateInvalid, name, message);
        let whole = Window::whole(image.width(), image.height());
        let small = resize_rgb(&image, whole, width, height).map_err(|error| broken(error.to_string()))?;
        codec::encode_jpeg(&small, PREVIEW_QUALITY).map_err(|error| broken(error.to_string()))
    }

    /// Reads every picture of every scene and holds it against its digest and size.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        let all = || self.scenes.keys();
        problems.extend(all().filter_map(|name| self.load(name).err()));
        problems.extend(all().filter_map(|name| self.depth(name).err()));
        problems
    }

    /// A scene's depth, at about half the plate's size. Decoded anew at each call: only films need it.
    pub fn depth(&self, name: &str) -> Result<DepthMap, Problem> {
        let files = &self.scene(name)?.plate;
        let folder = self.root.join("scenes").join(name);
        picture(&folder, name, &files.depth, &files.depth_sha256, codec::read_depth)
    }

    fn load(&self, name: &str) -> Result<Plate, Problem> {
        let (template, digest) =
            self.scenes.get(name).ok_or_else(|| unknown(Code::TemplateUnknown, name, self.scenes.keys()))?;
        let folder = self.root.join("scenes").join(name);
        let files = &template.plate;
        let image = picture(&folder, name, &files.image, &files.image_sha256, codec::read_rgb)?;
        if image.dimensions() != (files.width, files.height) {
            let (w, h) = image.dimensions();
            let message =
                format!("{} is {w}×{h}, template.toml says {}×{}", files.image, files.width, files.height);
            return Err(Problem::new(Code::TemplateInvalid, name, message));
        }
        let ground = picture(&folder, name, &files.ground, &files.ground_sha256, codec::read_gray)?;
        Ok(Plate { image, ground, template: template.clone(), digest: *digest })
    }
}

fn unknown<'a>(code: Code, name: &str, known: impl Iterator<Item = &'a String>) -> Problem {
    let nearest = known.max_by(|a, b| {
        let near = |k: &str| strsim::jaro_winkler(k, name);
        near(a).total_cmp(&near(b))
    });
    let hint = nearest.map_or_else(String::new, |n| format!("; the nearest is `{n}`"));
    Problem::new(code, name, format!("there is no such name{hint}"))
}

/// What lies in a folder, sorted, hidden files left out.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let listing = std::fs::read_dir(folder).map_err(|error| io_problem(folder, error))?;
    let mut paths: Vec<PathBuf> = listing.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| !stem(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

/// As [`entries`], of a folder that an installation may do without.
fn optional(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    if folder.is_dir() { entries(folder) } else { Ok(Vec::new()) }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}

fn io_problem(path: &Path, error: std::io::Error) -> Problem {
    let message = error.to_string();
    Problem::new(Code::from(error), path.display().to_string(), message)
}

fn read_text(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| io_problem(path, error))
}

fn read_scene(path: &Path, folder: &str) -> Result<(SceneTemplate, Digest), Problem> {
    let text = read_text(path)?;
    let invalid = |message: String| Problem::new(Code::TemplateInvalid, folder, message);
    let template: SceneTemplate = toml::from_str(&text).map_err(|error| invalid(error.to_string()))?;
    if template.schema != 1 {
        return Err(Problem::new(
            Code::SchemaUnknown,
            folder,
            format!("schema {} is newer", template.schema),
        ));
    }
    if template.name != folder {
        return Err(invalid(format!("it is named `{}`, its folder `{folder}`", template.name)));
    }
    if template.anchors.is_empty() || template.lights.is_empty() {
        return Err(invalid("it needs at least one anchor and one light".into()));
    }
    Ok((template, Digest::of(text.as_bytes())))
}

/// A market; every scene that it names must be there.
fn read_market(path: &Path, scenes: &BTreeMap<String, (SceneTemplate, Digest)>) -> Result<Market, Problem> {
    let name = stem(path);
    let invalid = |message: String| Problem::new(Code::TemplateInvalid, &name, message);
    let market: Market = toml::from_str(&read_text(path)?).map_err(|error| invalid(error.to_string()))?;
    if market.schema != 1 {
        return Err(Problem::new(Code::SchemaUnknown, &name, format!("schema {} is newer", market.schema)));
    }
    if market.name != name {
        return Err(invalid(format!("it is named `{}`, its file `{name}`", market.name)));
    }
    if let Some(scene) = market.scenes().find(|scene| !scenes.contains_key(*scene)) {
        return Err(invalid(format!("it names the scene `{scene}`, which is not there")));
    }
    if market.seasons.iter().flat_map(|season| &season.months).any(|month| !(1..=12).contains(month)) {
        return Err(invalid("a month is a number from 1 to 12".into()));
    }
    Ok(market)
}

fn read_film_channel(path: &Path) -> Result<FilmChannel, Problem> {
    let name = stem(path);
    let invalid = |cause: String| Problem::new(Code::ChannelInvalid, &name, cause);
    let channel: FilmChannel =
        toml::from_str(&read_text(path)?).map_err(|error| invalid(error.to_string()))?;
    match channel.flaw(&name) {
        Some(flaw) => Err(invalid(flaw)),
        None => Ok(channel),
    }
}

fn read_storyboard(
    path: &Path,
    scenes: &BTreeMap<String, (SceneTemplate, Digest)>,
) -> Result<Storyboard, Problem> {
    let name = stem(path);
    let storyboard = parse_storyboard(&name, &read_text(path)?, scenes)?;
    if storyboard.name != name {
        let message = format!("it is named `{}`, its file `{name}`", storyboard.name);
        return Err(Problem::new(Code::StoryboardInvalid, &name, message));
    }
    Ok(storyboard)
}

/// A storyboard whose numbers can be and whose scenes are there.
fn parse_storyboard(
    name: &str,
    text: &str,
    scenes: &BTreeMap<String, (SceneTemplate, Digest)>,
) -> Result<Storyboard, Problem> {
    let storyboard: Storyboard = toml::from_str(text)
        .map_err(|error| Problem::new(Code::StoryboardInvalid, name, error.to_string()))?;
    check_storyboard(name, &storyboard, scenes)?;
    Ok(storyboard)
}

/// Whether its numbers can be and its scenes are there.
fn check_storyboard(
    name: &str,
    storyboard: &Storyboard,
    scenes: &BTreeMap<String, (SceneTemplate, Digest)>,
) -> Result<(), Problem> {
    let invalid = |message: String| Problem::new(Code::StoryboardInvalid, name, message);
    if storyboard.schema != 1 {
        let message = format!("schema {} is newer", storyboard.schema);
        return Err(Problem::new(Code::SchemaUnknown, name, message));
    }
    storyboard.check().map_err(|error| invalid(error.to_string()))?;
    let missing = storyboard.shots.iter().enumerate().find(|(_, shot)| {
        let scene = shot.scene.as_str();
        !matches!(scene, Storyboard::SUITED | Storyboard::SAME) && !scenes.contains_key(scene)
    });
    if let Some((index, shot)) = missing {
        let error = unknown(Code::TemplateUnknown, &shot.scene, scenes.keys());
        return Err(invalid(format!("shot {}: scene `{}`: {}", index + 1, shot.scene, error.message)));
    }
    Ok(())
}

/// One picture of a template, proven by its digest.
fn picture<T>(
    folder: &Path,
    name: &str,
    file: &str,
    digest: &Digest,
    read: impl Fn(&[u8]) -> Result<T, CodecError>,
) -> Result<T, Problem> {
    let path = folder.join(file);
    let bytes = std::fs::read(&path).map_err(|error| io_problem(&path, error))?;
    let invalid = |message: String| Problem::new(Code::TemplateInvalid, name, format!("{file}: {message}"));
    if Digest::of(&bytes) != *digest {
        return Err(invalid("it is not the file that template.toml names by digest".into()));
    }
    read(&bytes).map_err(|error| invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_storyboard_that_comes_along_has_a_moving_picture() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let library = TemplateLibrary::open(&root).unwrap();
        assert!(library.problems().is_empty() && !library.storyboards().is_empty());
        for storyboard in library.storyboards() {
            let picture = library.storyboard_preview(&storyboard.name).unwrap();
            let picture = picture.unwrap_or_else(|| panic!("{} has none", storyboard.name));
            assert_eq!((&picture[..4], &picture[8..12]), (&b"RIFF"[..], &b"WEBP"[..]), "{}", storyboard.name);
            // The chunk that says that several pictures follow.
            assert!(picture.windows(4).any(|chunk| chunk == b"ANIM"), "{}", storyboard.name);
            assert!(picture.len() < 100_000, "{}", storyboard.name);
        }
        assert!(library.storyboard_preview("../channels/web").is_err());
    }
}
