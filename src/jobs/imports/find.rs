//! Which of the pictures that came along a manifest means by a name. Knows no storage.

use std::collections::{HashMap, HashSet};

use super::Source;
use crate::error::{Code, Problem};

/// A file that came along and is no manifest.
#[derive(Clone, Debug)]
pub(in crate::jobs) struct Picture {
    /// Where its bytes are.
    pub(super) source: Source,
    /// Its name with folders, with `/` between them.
    pub(super) name: String,
    /// Why it is not read, if it is not.
    pub(super) refused: Option<Problem>,
}

impl Picture {
    /// Its name without folders and ending: the SKU, where no manifest says otherwise.
    pub(super) fn stem(&self) -> &str {
        let last = base(&self.name);
        last.rsplit_once('.').map_or(last, |(stem, _)| if stem.is_empty() { last } else { stem })
    }
}

/// A name without its folders.
pub(super) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The pictures of an import, by what they can be called.
#[derive(Debug, Default)]
pub(in crate::jobs) struct Finder {
    pictures: Vec<Picture>,
    paths: HashMap<String, usize>,
    names: HashMap<String, Vec<usize>>,
    stems: HashMap<String, Vec<usize>>,
    used: HashSet<usize>,
}

impl Finder {
    pub(super) fn of(pictures: Vec<Picture>) -> Self {
        let mut finder = Finder::default();
        for (at, picture) in pictures.iter().enumerate() {
            finder.paths.entry(picture.name.clone()).or_insert(at);
            finder.names.entry(base(&picture.name).to_lowercase()).or_default().push(at);
            finder.stems.entry(picture.stem().to_owned()).or_default().push(at);
        }
        Finder { pictures, ..finder }
    }

    /// What a manifest in `folder` (empty, or with `/` at its end) means by `name`: the path as written, seen from there or from the top, or else the
    /// only file of that name. Nothing of ours if there is none.
    pub(super) fn named(&mut self, folder: &str, name: &str) -> Result<Source, Problem> {
        let name = name.replace('\\', "/");
        let name = name.trim_start_matches("./");
        let path =
            [format!("{folder}{name}"), name.to_owned()].iter().find_map(|p| self.paths.get(p).copied());
        let at = match path {
            Some(at) => at,
            None => match self.names.get(&base(name).to_lowercase()).map(Vec::as_slice) {
                None => return Ok(Source::Known),
                Some([at]) => *at,
                Some(several) => {
                    let message = format!("{} files that came along have this name", several.len());
                    return Err(Problem::new(Code::PhotoAmbiguous, name, message));
                }
            },
        };
        self.used.insert(at);
        match &self.pictures[at].refused {
            Some(problem) => Err(problem.clone()),
            None => Ok(self.pictures[at].source.clone()),
        }
    }

    /// The pictures that are called as a SKU, names first.
    pub(super) fn called(&mut self, sku: &str) -> Vec<String> {
        let found = self.stems.get(sku).cloned().unwrap_or_default();
        found
            .into_iter()
            .filter(|at| !self.used.contains(at))
            .map(|at| self.pictures[at].name.clone())
            .collect()
    }

    /// The pictures that nothing has named.
    pub(super) fn rest(&self) -> impl Iterator<Item = &Picture> {
        self.pictures.iter().enumerate().filter(|(at, _)| !self.used.contains(at)).map(|(_, picture)| picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(names: &[&str]) -> Finder {
        let picture = |(entry, name): (usize, &&str)| Picture {
            source: Source::Sent { file: 0, entry: Some(entry) },
            name: (*name).to_owned(),
            refused: name.contains("bad").then(|| Problem::new(Code::EntryRefused, *name, "no")),
        };
        Finder::of(names.iter().enumerate().map(picture).collect())
    }

    #[test]
    fn a_name_is_a_path_from_the_manifest_or_the_top_or_the_only_one_of_its_kind() {
        let mut finder = finder(&["shop/a.jpg", "a.jpg", "shop/img/B.JPG", "x/c.jpg", "y/c.jpg", "bad.jpg"]);
        let mut place = |name: &str| match finder.named("shop/", name) {
            Ok(Source::Sent { entry, .. }) => Ok(entry),
            Ok(Source::Known | Source::Address(_)) => Ok(None),
            Err(problem) => Err(problem.code),
        };
        assert_eq!(place("a.jpg"), Ok(Some(0)));
        assert_eq!(place("img\\B.JPG"), Ok(Some(2)));
        assert_eq!(place("./b.jpg"), Ok(Some(2)));
        assert_eq!(place("y/c.jpg"), Ok(Some(4)));
        assert_eq!(place("c.jpg"), Err(Code::PhotoAmbiguous));
        assert_eq!(place("bad.jpg"), Err(Code::EntryRefused));
        assert_eq!(place("d.jpg"), Ok(None));
        let rest: Vec<_> = finder.rest().map(|picture| picture.name.as_str()).collect();
        assert_eq!(rest, ["a.jpg", "x/c.jpg"]);
    }

    #[test]
    fn the_stem_is_the_sku() {
        let mut finder = finder(&["a/MUG-1.front.jpg", "MUG-2.jpg", "b/MUG-2.png", ".jpg"]);
        assert_eq!(finder.called("MUG-1.front"), ["a/MUG-1.front.jpg"]);
        assert_eq!(finder.called("MUG-2"), ["MUG-2.jpg", "b/MUG-2.png"]);
        assert!(finder.called("MUG").is_empty());
        assert_eq!(finder.rest().last().unwrap().stem(), ".jpg");
    }
}
