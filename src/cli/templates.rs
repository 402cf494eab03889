//! `packshot templates`: what there is, and whether it is whole. Knows no product.

use super::args::TemplatesCommand;
use super::{OK, SOME_FAILED, output};
use crate::app;
use crate::error::Problem;

pub(super) fn run(command: &TemplatesCommand) -> Result<u8, Problem> {
    let library = app::library()?;
    match command {
        TemplatesCommand::List { kind } => {
            let wanted = |name: &str| kind.as_deref().is_none_or(|k| k == name);
            if wanted("scene") {
                for scene in library.scenes() {
                    let title = format!("{} · {}", scene.title_en, scene.title_zh);
                    output::line(&format!(
                        "{:<18} scene    {title}  [{}]",
                        scene.name,
                        scene.categories.join(" ")
                    ));
                }
            }
            if wanted("channel") {
                for channel in library.channels() {
                    let size = format!("{}×{} {}", channel.width, channel.height, channel.format.extension());
                    output::line(&format!("{:<18} channel  {}  [{size}]", channel.name, channel.title));
                }
            }
            library.problems().iter().for_each(output::failed);
            Ok(if library.problems().is_empty() { OK } else { SOME_FAILED })
        }
        TemplatesCommand::Check => {
            let problems = library.check();
            problems.iter().for_each(output::failed);
            let whole = library.scenes().len() + library.channels().len();
            output::say(&format!("{whole} templates read, {} problems", problems.len()));
            Ok(if problems.is_empty() { OK } else { SOME_FAILED })
        }
    }
}
