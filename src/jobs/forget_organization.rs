//! An organization that wants to be forgotten: nobody gets in from that moment on, nothing of it is worked on, and after a while neither an object nor
//! a row of it is left. Knows no route.

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseConnection};
use serde::{Deserialize, Serialize};

use super::remove::LINGER;
use super::{Commit, Exit, Job, JobContext, Load};
use crate::domain::{Id, SystemScope};
use crate::entity::{self, job};
use crate::queue::{NewJob, Queue};
use crate::tenancy::{self, Caller};

/// Removes what is left of an organization.
#[derive(Debug)]
pub struct ForgetOrganization;

/// Nothing: the job's own organization is meant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {}

/// Shuts the caller's organization: members, keys, sessions and invitations go at once, jobs are cancelled, and the rest goes by a job.
/// `confirm` must be the organization's name.
pub async fn close(
    db: &DatabaseConnection,
    queue: &Queue,
    caller: &Caller,
    confirm: &str,
) -> Result<(), Exit> {
    let scope = tenancy::closing::allowed(caller).map_err(|error| error.problem())?;
    let system = SystemScope::established("a person may be in another organization, and then stays");
    let tx = entity::write(db, &system).await?;
    let users = tenancy::closing::only_here(&tx, &system, scope).await.map_err(|error| error.problem())?;
    entity::enter(&tx, scope).await?;
    tenancy::closing::shut(&tx, scope, (confirm, users)).await.map_err(|error| error.problem())?;
    queue.cancel(&tx, scope, job::Column::Kind.ne(ForgetOrganization::KIND)).await?;
    let job = ForgetOrganization.job(scope.organization().as_str(), &Payload {})?;
    queue.enqueue(&tx, scope, NewJob { delay: LINGER, ..job }).await?;
    Ok(tx.commit().await?)
}

#[async_trait]
impl Job for ForgetOrganization {
    const KIND: &'static str = "forget_organization";
    const MAX_ATTEMPTS: i32 = 100;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Id;
    type Output = u64;

    async fn load(&self, load: &Load<'_, JobContext>, _payload: &Payload) -> Result<Id, Exit> {
        Ok(load.scope().organization().clone())
    }

    fn work(&self, context: &JobContext, organization: Id) -> Result<u64, Exit> {
        Ok(context.storage.forget(&organization)?)
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        _payload: &Payload,
        objects: u64,
    ) -> Result<(), Exit> {
        let scope = commit.scope();
        entity::erase(commit.tx, scope).await?;
        tracing::info!(organization = %scope.organization(), objects, "an organization was forgotten");
        Ok(())
    }
}
