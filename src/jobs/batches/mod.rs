//! What a batch is: whose pictures, by which recipe, how many at most. It asks for them bit by bit, so that it can be large, and be paused and cancelled
//! at once. Knows no route.

mod expand;
mod quote;
mod recipe;
mod steer;

use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};

use super::{Exit, feed_batch};
use crate::domain::TenantScope;
use crate::entity::{self, batch, import, product};
use crate::error::{Code, Problem};
use crate::queue::Queue;

pub(super) use expand::{expand, must_wait};
pub use quote::{Quote, quote};
pub use recipe::{Choice, Line, Market, Sizes, default_recipe, read};
pub use steer::{cancel, pause, resume, retry_failed};

/// SKUs that can be named, at most; more is an import or a category.
const MOST_SKUS: usize = 10_000;

/// Of which products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subjects {
    /// Those of an import, by its id.
    Import(String),
    /// Those with these SKUs.
    Skus(Vec<String>),
    /// Those of a category.
    Category(String),
    /// All there are.
    All(bool),
}

/// `batch.plan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// 1.
    pub schema: u32,
    /// Of which products.
    pub subjects: Subjects,
    /// What is wanted of each.
    pub recipe: Vec<Line>,
    /// Default width and height of a scene's master and of a white main image's.
    pub sizes: Sizes,
    /// Whose taste decides which templates suit, if anybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<Market>,
}

impl Plan {
    /// As it stands in a batch's row.
    pub fn of(row: &batch::Model) -> Result<Plan, Problem> {
        serde_json::from_value(row.plan.clone())
            .map_err(|error| Problem::new(Code::Internal, row.id.as_str(), error.to_string()))
    }

    /// Pictures of each product.
    pub fn pictures(&self) -> usize {
        self.recipe.iter().map(Line::pictures).sum()
    }
}

/// A batch that is wanted.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Unique within the organization: the same again finds the first.
    pub request_key: String,
    /// What people call it.
    pub name: String,
    /// What is wanted.
    pub plan: Plan,
    /// The base seed.
    pub seed: u64,
    /// Pictures that it may ask for, at most.
    pub budget: Option<u32>,
}

/// Puts a batch into database and queue. A second time it finds what is there.
pub async fn start(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    new: NewBatch,
) -> Result<batch::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let known = batch::of(scope).filter(batch::Column::RequestKey.eq(&new.request_key)).one(&tx).await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let products = count(&tx, scope, &new.plan.subjects).await?;
    let budget = new.budget.map(|budget| i32::try_from(budget).unwrap_or(i32::MAX));
    let expected = products.map(|products| {
        let all = products.saturating_mul(new.plan.pictures() as u64);
        i32::try_from(all).unwrap_or(i32::MAX).min(budget.unwrap_or(i32::MAX))
    });
    let key = [scope.organization().as_str(), &new.request_key];
    let row = batch::Model {
        id: entity::derived_id("bat", now, &key).to_string(),
        organization_id: scope.organization().to_string(),
        request_key: new.request_key.clone(),
        name: new.name,
        status: batch::Status::InProgress,
        plan: serde_json::json!(new.plan),
        seed: new.seed.cast_signed(),
        budget,
        expected,
        asked: 0,
        without_photo: 0,
        place: String::new(),
        turn: 0,
        feeding: true,
        expanded: false,
        problem: None,
        created_at: now,
        updated_at: now,
    };
    batch::Entity::insert(batch::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    queue.enqueue(&tx, scope, feed_batch::job(&row.id, 0)?).await?;
    tx.commit().await?;
    Ok(row)
}

/// How many products are meant, if that can be told now. Refuses what cannot be meant.
async fn count(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    subjects: &Subjects,
) -> Result<Option<u64>, Exit> {
    let wrong = |message: &str| Err(Problem::new(Code::RequestInvalid, "subjects", message).into());
    match subjects {
        Subjects::Import(id) => match import::by_id(scope, id).one(tx).await? {
            None => {
                Err(Problem::new(Code::NotFound, "subjects", format!("there is no import `{id}`")).into())
            }
            Some(row) if row.dry_run => wrong("a dry run has no products"),
            Some(_) => Ok(None),
        },
        Subjects::Skus(skus) if skus.is_empty() || skus.len() > MOST_SKUS => {
            wrong("1 to 10,000 SKUs can be named; import a manifest for more")
        }
        Subjects::Skus(skus) => {
            let known = product::of(scope).filter(product::Column::Sku.is_in(skus)).count(tx).await?;
            let named: std::collections::HashSet<&String> = skus.iter().collect();
            match named.len() as u64 == known {
                true => Ok(Some(known)),
                false => {
                    let message = format!("{} of the SKUs are not known", named.len() as u64 - known);
                    Err(Problem::new(Code::NotFound, "subjects", message).into())
                }
            }
        }
        Subjects::Category(category) => {
            let found = product::of(scope).filter(product::Column::Category.eq(category.to_lowercase()));
            Ok(Some(found.count(tx).await?))
        }
        Subjects::All(true) => Ok(Some(product::of(scope).count(tx).await?)),
        Subjects::All(false) => wrong("`all` can only be true"),
    }
}
