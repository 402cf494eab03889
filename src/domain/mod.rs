//! The words of the trade as types (docs/glossary.md). Knows no file, clock, random source, database or stage: parsing and rules only.

mod assignment;
mod brand;
pub mod calendar;
mod caption;
mod channel;
mod cutout;
mod digest;
mod direct;
mod event;
mod film;
mod film_channel;
mod film_receipt;
mod frame_size;
mod generation;
mod id;
mod latent;
mod market;
mod next_step;
mod pack_run;
mod painting;
mod photo;
mod placement;
mod price;
mod product;
pub mod prompt;
mod reader;
mod receipt;
mod scope;
mod secret;
mod seed;
mod segmenter;
mod storyboard;
mod suit;
mod template;
mod tensor;
mod verdict;

pub use assignment::{AnswerError, Assignment, FilmLength, Question, Refused};
pub use brand::{BrandKit, Color};
pub use caption::{
    CaptionKind, LONGEST_CAPTION, MOST_CAPTIONS, StoryCaption, Words, Written, reading_seconds,
};
pub use channel::{Background, ChannelFormat, ChannelSpec};
pub use cutout::{Cutout, KeySide, Rect};
pub use digest::Digest;
pub use direct::{BriefError, Directed, direct};
pub use event::EventKind;
pub use film::{Moment, Shot, WorstFrame};
pub use film_channel::{FilmChannel, FilmFacts};
pub use film_receipt::{CaptionReceipt, FILM_RECEIPT_SCHEMA, FilmReceipt, ShotReceipt};
pub use frame_size::{FRAME_RATES, FRAME_SIZES, USUAL_SECONDS, frame_size};
pub use generation::{Candidate, GeneratorKind, Overrides, SceneRequest, Timing};
pub use id::{Id, IdError};
pub use latent::{Encoded, LatentNetworks, LatentSpace, Told};
pub use market::{Market, Season};
pub use next_step::{MAX_ATTEMPTS, NextStep, next_step};
pub use pack_run::PackRun;
pub use painting::{Engine, MOST_STEPS, PaintWish, Painter, PainterDefaults, Painting, WishError};
pub use photo::{Photo, SourceFormat};
pub use placement::{Contact, PLACEMENT_SCHEMA, Placement, PlateCrop, Reflection, Shadow, Stand, Wrap};
pub use price::SecondPrice;
pub use product::{Product, SizeClass, lies_flat, seen_through};
pub use reader::{TextReader, Word};
pub use receipt::{RECEIPT_SCHEMA, Receipt};
pub use scope::{DEFAULT_ORGANIZATION, SystemScope, TenantScope};
pub use secret::Secret;
pub use seed::{Seed, Stream, candidate_seed};
pub use segmenter::{Opinion, Segmenter, Vote};
pub use storyboard::{
    CameraMove, DISSOLVE, LONGEST, MOST_AMOUNT, MOST_SHOTS, ShotLight, StoryError, StoryShot, Storyboard,
    Transition,
};
pub use suit::{LYING_PITCH_DEG, choose, leaning_for_lying, looks_down_deg, suitability};
pub use template::{
    Ambient, Anchor, Camera, DepthMap, GrayCard, GroundKind, GroundPlane, Light, Plate, PlateFiles,
    SceneTemplate, ShadowProbe,
};
pub use tensor::{ShapeError, Tensor};
pub use verdict::{
    CheckReport, Evidence, FILM_REPORT_SCHEMA, FidelityReport, Outcome, REPORT_SCHEMA, Tier, Verdict,
};
