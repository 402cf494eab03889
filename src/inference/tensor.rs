//! What a tensor must look like, as `pack.toml` writes it: `f32[N,3,H,W]`. Knows no runtime.

/// Element type and dimensions of a graph's input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TensorSpec {
    /// As `f32`.
    pub element: String,
    /// Fixed sizes; `None` where the manifest has a letter.
    pub shape: Vec<Option<i64>>,
}

impl TensorSpec {
    /// Reads `f32[N,3,H,W]`: a number is a fixed size, a word one that may vary; `f32[]` is a scalar.
    pub(super) fn parse(text: &str) -> Option<TensorSpec> {
        let (element, shape) = text.strip_suffix(']')?.split_once('[')?;
        let known = ["f32", "f16", "i64", "i32", "u8", "bool"].contains(&element);
        let dimension = |word: &str| match word.parse::<i64>() {
            Ok(size) if size > 0 => Some(Some(size)),
            Ok(_) => None,
            Err(_) => word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(None),
        };
        let shape = match shape.trim() {
            "" => Vec::new(),
            some => some.split(',').map(|word| dimension(word.trim())).collect::<Option<_>>()?,
        };
        known.then(|| TensorSpec { element: element.to_owned(), shape })
    }

    /// Whether a tensor of this element type and shape (−1 where it varies) keeps to the manifest: what the manifest fixes the graph may leave open, but
    /// not the other way round.
    pub(super) fn fits(&self, element: &str, shape: &[i64]) -> bool {
        self.element == element
            && self.shape.len() == shape.len()
            && self.shape.iter().zip(shape).all(|(wanted, found)| match wanted {
                Some(size) => *found == *size || *found < 0,
                None => *found < 0,
            })
    }
}

impl std::fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shape: Vec<String> =
            self.shape.iter().map(|size| size.map_or_else(|| "?".to_owned(), |n| n.to_string())).collect();
        write!(f, "{}[{}]", self.element, shape.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_is_read_and_what_is_none_is_not() {
        let spec = TensorSpec::parse("f32[N,3,H,W]").unwrap();
        assert_eq!(spec.shape, [None, Some(3), None, None]);
        assert_eq!(TensorSpec::parse("f32[]").unwrap().shape, []);
        for wrong in ["", "f32", "f32[3", "f33[3]", "f32[0]", "f32[-1]", "f32[a b]", "f32[3,,4]extra"] {
            assert_eq!(TensorSpec::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_manifest_leaves_open_the_graph_must_too() {
        let spec = TensorSpec::parse("f32[N,3,H,W]").unwrap();
        assert!(spec.fits("f32", &[-1, 3, -1, -1]));
        assert!(!spec.fits("f32", &[-1, 4, -1, -1]));
        assert!(!spec.fits("f16", &[-1, 3, -1, -1]));
        assert!(!spec.fits("f32", &[1, 3, -1, -1]));
        assert!(!spec.fits("f32", &[-1, 3, -1]));
    }
}
