//! What can happen that an organization is told about. Knows no endpoint and no row.

use serde::{Deserialize, Serialize};

/// Declares [`EventKind`] once: variant, wire name, meaning.
macro_rules! kinds {
    ($($variant:ident $wire:literal $meaning:literal,)*) => {
        /// A kind of event. Wire names never change; new ones are added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum EventKind {
            $(#[doc = $meaning] #[serde(rename = $wire)] $variant,)*
        }

        impl EventKind {
            /// Every kind there is.
            pub const ALL: &[EventKind] = &[$(EventKind::$variant,)*];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(EventKind::$variant => $wire,)* }
            }
        }
    };
}

kinds! {
    BatchCompleted "batch.completed" "A batch has asked for everything, and nothing of it is queued any more.",
    GenerationCompleted "generation.completed" "Nothing of a generation is queued any more.",
    ImportCompleted "import.completed" "Every row of an import has come to an end.",
    ImportFailed "import.failed" "An import's files cannot be read.",
    PhotoFailed "photo.failed" "A photo could not be cut out.",
    PhotoReady "photo.ready" "A photo is cut out.",
    ResultFailed "result.failed" "A picture could not be made.",
    ResultPassed "result.passed" "A picture passed the gate; its files can be downloaded.",
    ResultRejected "result.rejected" "A person said no to a picture.",
    ResultReview "result.review" "A picture waits for a person.",
    VideoDelivered "video.delivered" "A film passed, or a person said yes; its files can be downloaded.",
    VideoFailed "video.failed" "A film could not be made.",
    VideoHeld "video.held" "A film's plan or keyframes wait for approval.",
    VideoRejected "video.rejected" "A person said no to a film.",
    VideoReview "video.review" "A film waits for a person.",
    EndpointTest "webhook_endpoint.test" "Somebody tries an endpoint.",
}

impl EventKind {
    /// A kind by its name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
