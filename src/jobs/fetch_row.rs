//! One row of an import whose photo is given by its address: fetched, looked at, stored, and put into the database as a part of one row. Done again it
//! doubles nothing. Knows no other row.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::imports::{self, Done, Item, Source};
use super::{Commit, Exit, Job, JobContext, Load, fetch};
use crate::domain::TenantScope;
use crate::entity::import;
use crate::error::{Code, Problem};
use crate::queue::NewJob;

/// Takes one row.
#[derive(Debug)]
pub struct FetchRow;

/// Which row of which import.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    import_id: String,
    /// The row, with its address.
    item: Item,
}

/// What is fetched, and how.
#[derive(Debug)]
pub struct Input {
    scope: TenantScope,
    item: Item,
    dry_run: bool,
}

/// The row, and whether it is only to be said what would become of it.
#[derive(Debug)]
pub struct Output {
    done: Done,
    dry_run: bool,
}

/// The job that fetches `item`.
pub(super) fn job(import_id: &str, item: &Item) -> Result<NewJob, Exit> {
    let payload = Payload { import_id: import_id.to_owned(), item: item.clone() };
    FetchRow.job(format!("{import_id}/{}", item.number), &payload)
}

#[async_trait]
impl Job for FetchRow {
    const KIND: &'static str = "fetch_row";
    const MAX_ATTEMPTS: i32 = fetch::ATTEMPTS;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Input;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Input, Exit> {
        let import = import::by_id(load.scope(), &payload.import_id).one(load.db).await?;
        let dry_run = import.ok_or(Exit::Cancel)?.dry_run;
        Ok(Input { scope: load.scope().clone(), item: payload.item.clone(), dry_run })
    }

    fn work(&self, context: &JobContext, input: Input) -> Result<Output, Exit> {
        let Input { scope, mut item, dry_run } = input;
        let Some(Source::Address(address)) = item.photo.clone() else {
            return Err(Problem::new(Code::Internal, item.name.as_str(), "the row has no address").into());
        };
        let key = match fetch::picture(context, &scope, (&address, &item.name), dry_run)? {
            Ok(key) => Some(key),
            Err(problem) => {
                item.problem = Some(problem);
                None
            }
        };
        Ok(Output { done: Done { item, key }, dry_run })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        Output { done, dry_run }: Output,
    ) -> Result<(), Exit> {
        let id = payload.import_id.as_str();
        let rows = imports::put(commit, (id, dry_run), vec![done]).await?;
        imports::count(commit, id, &rows).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        let mut item = payload.item.clone();
        item.problem = Some(problem.clone());
        let rows = imports::put(commit, (&payload.import_id, true), vec![Done { item, key: None }]).await?;
        imports::count(commit, &payload.import_id, &rows).await
    }
}
