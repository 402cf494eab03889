//! Moving pictures, engine `camera`: keyframes with depth are seen by a camera that moves a little; the product is a locked plane among them. All numbers of
//! every frame are decided before a pixel is touched, as a placement. Knows no file, no encoder and no verdict.

mod camera;
pub mod caption;
mod film;
mod lettering;
mod stage;

pub use film::{Film, FilmShot};
pub use lettering::Lettering;
pub use stage::{STAGE, Stage};
