//! Films that are asked for: their rows, and how they go from one job to the next. Scripting (a brief becomes a storyboard) → keyframing → animating (each shot
//! by a job of its own) → stitching → verifying → delivered; held for a person's approval between, where that is asked for. Knows no route and no pixels.

mod ask;
mod course;
mod plan;
mod props;
mod removal;
mod steer;

pub(super) use ask::taken;
pub use ask::{Source, Wish, ask, storyboard_of};
pub use course::Payload;
pub(super) use course::{count, end, enter, fail, go_on, held_by, put_shots, scripted, waiting_for};
pub use plan::{Approvals, Decided, FilmWords, ShotAssets, VideoAssets, VideoPlan};
pub(super) use plan::{json, read};
pub use props::Rows;
pub(super) use props::{Props, store};
pub(super) use removal::{objects, take_back};
pub use steer::{Said, approve, cancel, decide, edit, redo};
pub(super) use steer::{delivered, without_timeline};
