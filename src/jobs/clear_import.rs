//! An import that has ended: what it was made of goes, its rows stay. Knows no row.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::imports::{self, SentFile};
use super::take_rows::{self, TakeRows};
use super::{Commit, Exit, Job, JobContext, Load};
use crate::domain::TenantScope;
use crate::entity::{import, job};
use crate::storage::StorageKey;

/// Removes the files of one import.
#[derive(Debug)]
pub struct ClearImport;

/// Which import.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub import_id: String,
}

#[async_trait]
impl Job for ClearImport {
    const KIND: &'static str = "clear_import";
    /// Before cutouts, which may take days: until then the pictures lie in storage twice.
    const PRIORITY: i32 = -1;
    type Context = JobContext;
    type Payload = Payload;
    type Input = (TenantScope, Vec<SentFile>, Vec<StorageKey>);
    type Output = ();

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Self::Input, Exit> {
        let row = import::by_id(load.scope(), &payload.import_id).one(load.db).await?.ok_or(Exit::Cancel)?;
        let jobs = job::of(load.scope())
            .filter(job::Column::Kind.eq(TakeRows::KIND))
            .filter(job::Column::UniqueKey.starts_with(format!("{}/", row.id)))
            .all(load.db)
            .await?;
        let part = |job: job::Model| serde_json::from_value::<take_rows::Payload>(job.payload).ok();
        let parts = jobs.into_iter().filter_map(part).map(|payload| payload.part).collect();
        Ok((load.scope().clone(), take_rows::files(row.files)?, parts))
    }

    fn work(&self, context: &JobContext, (scope, files, parts): Self::Input) -> Result<(), Exit> {
        imports::remove(context.storage.as_ref(), &scope, &files)?;
        for part in parts {
            context.storage.remove(&part)?;
        }
        Ok(())
    }

    async fn save(&self, _commit: &Commit<'_, JobContext>, _payload: &Payload, (): ()) -> Result<(), Exit> {
        Ok(())
    }
}
