//! Texts → ids of tokens, as the text encoders of diffusion packs want them. Knows no graph.

mod bpe;
mod clip;
mod words;

#[cfg(test)]
mod tests;

pub use clip::{ClipTokenizer, Tokens};

use std::path::Path;

/// Largest file of a tokenizer that is read; CLIP's own vocabulary has 1 MB.
const LARGEST: u64 = 32 << 20;

/// Why a tokenizer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// A file that it cannot do without is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A file cannot be read, or says what cannot be.
    #[error("{file}: {message}")]
    Invalid {
        /// Its name.
        file: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl TokenizerError {
    fn invalid(file: &'static str, message: impl ToString) -> TokenizerError {
        TokenizerError::Invalid { file, message: message.to_string() }
    }
}

/// The text of a file in `folder`, or `None` where there is none.
fn text_of(folder: &Path, file: &'static str) -> Result<Option<String>, TokenizerError> {
    let path = folder.join(file);
    match std::fs::metadata(&path) {
        Ok(found) if found.len() > LARGEST => Err(TokenizerError::invalid(file, "the file is too large")),
        Ok(_) => {
            std::fs::read_to_string(&path).map(Some).map_err(|error| TokenizerError::invalid(file, error))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TokenizerError::invalid(file, error)),
    }
}
