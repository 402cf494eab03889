//! One film's brief becomes its storyboard, by a language model or by the built-in director. It waits for somebody else's server. Knows no pixels.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::directing::{Credit, direct_by};
use super::videos::{self, Payload, VideoPlan};
use super::{Commit, Exit, Job, JobContext, Load, filming};
use crate::domain::{Assignment, FilmLength, USUAL_SECONDS};
use crate::entity::video::{self, Status};
use crate::error::{Code, Problem};

/// Directs one film.
#[derive(Debug)]
pub struct DirectVideo;

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Output {
    plan: VideoPlan,
    notices: Vec<Problem>,
}

#[async_trait]
impl Job for DirectVideo {
    const KIND: &'static str = "direct_video";
    const PRIORITY: i32 = 10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = video::Model;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<video::Model, Exit> {
        videos::held_by(load.db, load.scope(), payload, Status::Scripting).await
    }

    fn work(&self, context: &JobContext, row: video::Model) -> Result<Output, Exit> {
        let mut plan: VideoPlan = videos::read(&row.plan, &row.id)?;
        let brief = plan.brief.clone().unwrap_or_default();
        let (storyboards, templates) = (context.library.storyboards(), context.library.scenes());
        let length = FilmLength { asked: plan.seconds, usual: USUAL_SECONDS };
        let assignment =
            Assignment { brief: &brief, length, storyboards: &storyboards, templates: &templates };
        let directing = direct_by(context.director.as_ref(), &assignment);
        let directed = tokio::runtime::Handle::current().block_on(directing);
        let (directed, Credit { director, notice }) =
            directed.map_err(|error| Problem::new(Code::RequestInvalid, "brief", error.to_string()))?;
        let seconds = length.with(directed.seconds);
        context.library.check_storyboard(&directed.storyboard)?;
        filming::ends(&directed.storyboard, seconds, plan.rate)?;
        (plan.storyboard, plan.seconds, plan.director) =
            (Some(directed.storyboard), Some(seconds), Some(director));
        videos::taken(&context.library, &plan)?;
        Ok(Output { plan, notices: notice.into_iter().collect() })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let mut row = videos::held_by(commit.tx, commit.scope(), payload, Status::Scripting).await?;
        videos::put_shots(commit.tx, commit.scope(), &row, &output.plan, commit.now).await?;
        row.status = videos::scripted(&output.plan);
        row.plan = videos::json(&output.plan)?;
        row.notices = videos::json(&output.notices)?;
        videos::go_on(commit, row, (0, 0)).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        videos::fail(commit, payload, problem).await
    }
}
