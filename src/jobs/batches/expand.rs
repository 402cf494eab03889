//! The next few products of a batch become generations with their results and jobs. Keyed by the batch's turn, so that a second run finds what the first
//! one made. Knows no pixels.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Line, Plan, Subjects};
use crate::domain::TenantScope;
use crate::entity::{batch, import, import_row, photo, product, result};
use crate::jobs::make_result::{self, MakeResult};
use crate::jobs::records::{CutoutRecord, GenerationParams};
use crate::jobs::rows::{Asked, put_generation, put_results};
use crate::jobs::{Commit, Exit, Job, JobContext};
use crate::queue::NewJob;

/// Pictures that one turn asks for, about.
const PICTURES: usize = 400;
/// Pictures of a batch that are asked for and not made, at most, about. Enough for fifty workers, few enough to be paused at once.
const OPEN: u64 = 1_000;
/// Behind everything else that waits for a picture: who asks for a few should not wait for many.
const PRIORITY: i32 = 20;

/// What a turn came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::jobs) struct Fed {
    /// Pictures that count against the budget.
    pub(in crate::jobs) asked: i32,
    /// Products without a photo.
    pub(in crate::jobs) without_photo: i32,
    /// Behind which product the next turn goes on.
    pub(in crate::jobs) place: String,
    /// Whether nothing is left to ask for.
    pub(in crate::jobs) done: bool,
}

/// The next products, each with its newest photo.
struct Next {
    shots: Vec<(product::Model, Option<photo::Model>)>,
    place: String,
    done: bool,
}

/// Results of the scope's batch that wait to be made.
async fn open(tx: &DatabaseTransaction, scope: &TenantScope, batch_id: &str) -> Result<u64, Exit> {
    let rows = result::of(scope)
        .filter(result::Column::BatchId.eq(batch_id))
        .filter(result::Column::Status.eq(result::Status::Queued));
    Ok(rows.count(tx).await?)
}

/// Whether the batch should wait before it asks for more: enough is asked for, its import is not done, or the next photos are not cut out, whose
/// proportions decide which templates suit.
pub(in crate::jobs) async fn must_wait(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    row: &batch::Model,
) -> Result<bool, Exit> {
    let plan = Plan::of(row)?;
    if let Subjects::Import(id) = &plan.subjects {
        let import = import::by_id(scope, id).one(tx).await?;
        let open = [import::Status::Pending, import::Status::InProgress];
        if import.is_some_and(|import| open.contains(&import.status)) {
            return Ok(true);
        }
    }
    if open(tx, scope, &row.id).await? >= OPEN {
        return Ok(true);
    }
    let next = next(tx, scope, &plan, &row.place).await?;
    let pending =
        |shot: &Option<photo::Model>| shot.as_ref().is_some_and(|shot| shot.status == photo::Status::Pending);
    Ok(next.shots.iter().any(|(_, shot)| pending(shot)))
}

/// Asks for the pictures of the next products, within the budget.
pub(in crate::jobs) async fn expand(
    commit: &Commit<'_, JobContext>,
    row: &batch::Model,
) -> Result<Fed, Exit> {
    let plan = Plan::of(row)?;
    let next = next(commit.tx, commit.scope(), &plan, &row.place).await?;
    let mut left = row.budget.map_or(i32::MAX, |budget| budget.saturating_sub(row.asked));
    let mut fed = Fed { place: next.place.clone(), done: next.done, ..Fed::default() };
    fed.without_photo = next.shots.iter().filter(|(_, shot)| shot.is_none()).count() as i32;
    let mut jobs = Vec::new();
    for (number, line) in plan.recipe.iter().enumerate() {
        let wanted = wanted(commit, &plan, line, &next, &mut left)?;
        if wanted.is_empty() {
            continue;
        }
        let generation =
            put_generation(commit.tx, commit.scope(), &asked(row, &plan, number, &wanted)?, commit.now)
                .await?;
        let mut results = Vec::new();
        for one in wanted {
            let result = one.row(commit, &generation.id, &row.id);
            fed.asked += i32::from(result.status == result::Status::Queued);
            // The cutout of a photo that waits for it enqueues what waits for the photo.
            if one.shot.status == photo::Status::Ready {
                let payload = make_result::Payload { result_id: result.id.clone() };
                let job = MakeResult.job(result.id.clone(), &payload)?;
                jobs.push(NewJob { priority: PRIORITY, ..job });
            }
            results.push(result);
        }
        put_results(commit.tx, results).await?;
    }
    commit.queue.enqueue_all(commit.tx, commit.scope(), jobs).await?;
    fed.done |= left == 0;
    Ok(fed)
}

/// One wanted picture.
struct Wanted<'a> {
    product: &'a product::Model,
    shot: &'a photo::Model,
    index: i32,
    template: Option<String>,
}

impl Wanted<'_> {
    /// As a row. A photo that failed fails it; one that is still being cut out enqueues it when it is.
    fn row(&self, commit: &Commit<'_, JobContext>, generation_id: &str, batch_id: &str) -> result::Model {
        let of = [generation_id, &self.product.id, &self.shot.id];
        let which = (self.index.unsigned_abs(), self.template.as_deref());
        let mut row = crate::jobs::rows::new_result(commit.scope(), of, which, commit.now);
        row.batch_id = Some(batch_id.to_owned());
        if self.shot.status == photo::Status::Failed {
            row.status = result::Status::Failed;
            row.problem = self.shot.problem.clone();
        }
        row
    }
}

/// What a line wants of the next products; `left` is what the budget allows.
fn wanted<'a>(
    commit: &Commit<'_, JobContext>,
    plan: &Plan,
    line: &Line,
    next: &'a Next,
    left: &mut i32,
) -> Result<Vec<Wanted<'a>>, Exit> {
    let mut all = Vec::new();
    for (product, shot) in &next.shots {
        let Some(shot) = shot else { continue };
        let library = &commit.context.library;
        let templates =
            line.templates_for(library, plan.market.as_ref(), (product, height(product, shot)))?;
        for (index, template) in (0..).zip(templates) {
            // What cannot be made costs nothing.
            if shot.status != photo::Status::Failed {
                if *left == 0 {
                    return Ok(all);
                }
                *left -= 1;
            }
            all.push(Wanted { product, shot, index, template });
        }
    }
    Ok(all)
}

/// How high the product is, if its width is known, by the proportions of its cutout.
fn height(product: &product::Model, shot: &photo::Model) -> Option<f32> {
    let record: CutoutRecord = serde_json::from_value(shot.cutout.clone()?).ok()?;
    let bounds = Some(record.bounds).filter(|bounds| bounds.width > 0)?;
    Some(product.width_m? as f32 * bounds.height as f32 / bounds.width as f32)
}

/// The generation of a turn and a line.
fn asked(row: &batch::Model, plan: &Plan, number: usize, wanted: &[Wanted<'_>]) -> Result<Asked, Exit> {
    let line = &plan.recipe[number];
    let [scene, white] = plan.sizes;
    let usual = if line.kind == crate::domain::GeneratorKind::Packshot { white } else { scene };
    let mut params = GenerationParams::new([line.size.unwrap_or(usual); 2], line.channels.clone());
    params.exact = line.size.is_some();
    (params.engine, params.paint) = (line.engine, line.paint.clone());
    params.templates = wanted.iter().filter_map(|one| one.template.clone()).collect();
    params.templates.sort_unstable();
    params.templates.dedup();
    Ok(Asked {
        request_key: format!("batch/{}/{}/{number}", row.id, row.turn),
        kind: line.kind,
        template: None,
        count: line.count,
        seed: row.seed.cast_unsigned(),
        params: params.json()?,
    })
}

/// The products behind `place`, as many as a turn takes.
async fn next(tx: &DatabaseTransaction, scope: &TenantScope, plan: &Plan, place: &str) -> Result<Next, Exit> {
    let limit = (PICTURES / plan.pictures().max(1)).max(1);
    let behind = |rows: sea_orm::Select<product::Entity>| {
        rows.filter(product::Column::Id.gt(place)).order_by_asc(product::Column::Id).limit(limit as u64)
    };
    let rows = match &plan.subjects {
        Subjects::All(_) => behind(product::of(scope)).all(tx).await?,
        Subjects::Category(category) => {
            let those = product::of(scope).filter(product::Column::Category.eq(category.to_lowercase()));
            behind(those).all(tx).await?
        }
        Subjects::Import(id) => {
            let row = Query::select()
                .expr(Expr::val(1))
                .from(import_row::Entity)
                .and_where(Expr::col((import_row::Entity, import_row::Column::ImportId)).eq(id.as_str()))
                .and_where(
                    Expr::col((import_row::Entity, import_row::Column::ProductId))
                        .equals((product::Entity, product::Column::Id)),
                )
                .take();
            behind(product::of(scope).filter(Expr::exists(row))).all(tx).await?
        }
        Subjects::Skus(skus) => {
            let mut skus: Vec<&str> = skus.iter().map(String::as_str).filter(|sku| *sku > place).collect();
            skus.sort_unstable();
            skus.dedup();
            skus.truncate(limit);
            let mut rows = product::of(scope).filter(product::Column::Sku.is_in(skus)).all(tx).await?;
            rows.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
            rows
        }
    };
    let by_sku = matches!(plan.subjects, Subjects::Skus(_));
    let last = rows.last().map(|row| if by_sku { row.sku.clone() } else { row.id.clone() });
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    // The later one of a product takes the earlier one's place.
    let photos = photo::of(scope).filter(photo::Column::ProductId.is_in(ids)).order_by_asc(photo::Column::Id);
    let mut newest: HashMap<String, photo::Model> = HashMap::new();
    for row in photos.all(tx).await? {
        let usable = |row: &photo::Model| row.status != photo::Status::Failed;
        // One that could not be fetched or used does not stand before one that can.
        if usable(&row) || !newest.get(&row.product_id).is_some_and(usable) {
            newest.insert(row.product_id.clone(), row);
        }
    }
    let done = rows.len() < limit;
    let shots =
        rows.into_iter().map(|row| (newest.remove(&row.id), row)).map(|(shot, row)| (row, shot)).collect();
    Ok(Next { shots, place: last.unwrap_or_else(|| place.to_owned()), done })
}
