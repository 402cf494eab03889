//! One import: looks into its files, finds its rows, and cuts them into parts, each a job. Reads no picture and makes no product.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};

use super::imports::{self, Item, Part, SentFile, Source};
use super::take_rows::{self, TakeRows};
use super::{Commit, Exit, Job, JobContext, Load};
use crate::domain::TenantScope;
use crate::entity::import;
use crate::error::{Code, Problem};
use crate::storage::{Address, StorageKey};

/// Rows of a part …
const ROWS: usize = 500;
/// … and pictures, which take longer.
const PICTURES: usize = 50;

/// Finds the rows of one import.
#[derive(Debug)]
pub struct ReadImport;

/// Which import.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub import_id: String,
}

/// The parts that its rows were cut into, each with its first row's number and how many rows it has.
#[derive(Debug)]
pub struct Output(Vec<(StorageKey, i32, i32)>);

#[async_trait]
impl Job for ReadImport {
    const KIND: &'static str = "read_import";
    /// Before cutouts: it is quick, and somebody waits to hear of mistakes.
    const PRIORITY: i32 = -10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = (TenantScope, String, Vec<SentFile>);
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Self::Input, Exit> {
        let row = import::by_id(load.scope(), &payload.import_id).one(load.db).await?.ok_or(Exit::Cancel)?;
        if row.status != import::Status::Pending {
            return Err(Exit::Cancel);
        }
        Ok((load.scope().clone(), row.id, take_rows::files(row.files)?))
    }

    fn work(&self, context: &JobContext, (scope, import_id, files): Self::Input) -> Result<Output, Exit> {
        let items = imports::survey(context.storage.as_ref(), &scope, &import_id, &files)?;
        let mut parts = Vec::new();
        for items in cut(items) {
            let (first, count) = (items.first().map_or(1, |item| item.number), items.len() as i32);
            let part = Part { import_id: import_id.clone(), items };
            let bytes = serde_json::to_vec(&part)
                .map_err(|error| Problem::new(Code::Internal, import_id.as_str(), error.to_string()))?;
            let key = StorageKey::Import { address: Address::of(&scope, &bytes) };
            context.storage.put(&key, &bytes)?;
            parts.push((key, first, count));
        }
        Ok(Output(parts))
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        Output(parts): Output,
    ) -> Result<(), Exit> {
        let id = &payload.import_id;
        let row = import::ActiveModel {
            id: Set(id.clone()),
            status: Set(import::Status::InProgress),
            total: Set(parts.iter().map(|(_, _, count)| count).sum()),
            parts: Set(parts.len() as i32),
            updated_at: Set(commit.now),
            ..Default::default()
        };
        import::Entity::update(row).exec(commit.tx).await?;
        let job = |(number, (part, first, count)): (usize, (StorageKey, i32, i32))| {
            let payload = take_rows::Payload { import_id: id.clone(), part, first, count };
            TakeRows.job(take_rows::key(id, number), &payload)
        };
        let jobs: Result<Vec<_>, Exit> = parts.into_iter().enumerate().map(job).collect();
        commit.queue.enqueue_all(commit.tx, commit.scope(), jobs?).await?;
        Ok(())
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        imports::end(commit, &payload.import_id, import::Status::Failed, Some(problem)).await
    }
}

/// Cuts rows into parts that are soon done.
fn cut(items: Vec<Item>) -> Vec<Vec<Item>> {
    let (mut parts, mut part, mut pictures) = (Vec::new(), Vec::new(), 0);
    for item in items {
        pictures += usize::from(matches!(item.photo, Some(Source::Sent { .. })));
        part.push(item);
        if part.len() == ROWS || pictures == PICTURES {
            parts.push(std::mem::take(&mut part));
            pictures = 0;
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}
