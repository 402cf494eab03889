//! The gate against pictures of which the right verdict is known, with the photo alone: every bundled product in scenes, as edited pictures of it and as
//! rendered anew in other light, turned or changed. Candidates are made from the true mattes, judged with the cutout that the program makes itself.
//! Knows no check.

mod pair;
mod subject;
mod tables;

use std::path::Path;

use rayon::prelude::*;

use super::super::items::Item;
use super::super::{OK, Session, output};
use crate::app;
use crate::domain::choose;
use crate::error::Problem;
use crate::jobs::library::TemplateLibrary;

use pair::{Line, Stage};
use subject::Subject;

/// What to run.
pub(super) struct Plan<'a> {
    /// Scenes for each product.
    pub scenes: usize,
    /// Only products whose file name holds this.
    pub only: Option<&'a str>,
    /// Whether the gate is told how each picture was made. Rendered variants are not pasted, so they are left out then.
    pub placed: bool,
    /// Whether to leave edited pictures out.
    pub rendered: bool,
    /// Whether the gate is given the true mattes, as after a person's correction.
    pub given: bool,
    /// Where pictures go that were not judged as they should.
    pub save: Option<&'a Path>,
    /// Whether to print a JSON line for each pair.
    pub details: bool,
}

pub(super) fn run(session: &Session, items: &[Item], plan: &Plan<'_>) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    let reader = app::reader(&session.config)?;
    let wanted: Vec<usize> =
        (0..items.len()).filter(|k| plan.only.is_none_or(|part| items[*k].name().contains(part))).collect();
    let subjects = wanted
        .par_iter()
        .map(|k| Subject::new(&items[*k], &items[(k + 1) % items.len()], opinion.as_deref(), plan.given))
        .collect::<Result<Vec<_>, Problem>>()?;
    let stages = subjects
        .iter()
        .flat_map(|subject| {
            scenes(&library, subject, plan.scenes).into_iter().map(move |name| (subject, name))
        })
        .map(|(subject, template)| Stage::new(subject, library.plate(&template)?, reader.as_deref()))
        .collect::<Result<Vec<_>, Problem>>()?;
    let judged = |stage: &Stage<'_>, source| {
        let line = stage.judged(&source, plan.placed, plan.save)?;
        if plan.details {
            output::json_line(&line);
        }
        Ok(line)
    };
    let lines: Vec<Line> = stages
        .par_iter()
        .flat_map(|stage| stage.sources(plan).into_par_iter().map(move |source| judged(stage, source)))
        .collect::<Result<_, Problem>>()?;
    tables::print(&lines);
    Ok(OK)
}

/// Names of the templates that suit a product best.
fn scenes(library: &TemplateLibrary, subject: &Subject, count: usize) -> Vec<String> {
    let bounds = subject.cutout.bounds;
    let height_m = subject.width_m.map(|width| width * bounds.height as f32 / bounds.width as f32);
    let chosen = choose(&library.scenes(), &subject.sku, &subject.category, height_m, count, |_| 0.0);
    chosen.into_iter().map(|template| template.name.clone()).collect()
}
