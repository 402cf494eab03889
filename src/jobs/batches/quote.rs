//! What a batch would come to: how many pictures, and how long they take at the speed at which this organization's last pictures were made. Changes
//! nothing. Knows no price.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, PaginatorTrait, QueryFilter, Select};

use super::{Plan, Subjects, count};
use crate::domain::TenantScope;
use crate::entity::{import_row, photo, product, result};
use crate::jobs::Exit;

/// Pictures whose ends say how fast it goes.
const LOOKED_AT: u64 = 200;
/// Fewer than this say nothing.
const FEWEST: usize = 10;
/// A longer pause between two ends, in microseconds, means that nothing was to be done.
const REST: i64 = 60_000_000;

/// What a batch would come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// Products that are meant.
    pub products: u64,
    /// Those of them without a photo, which would be passed over.
    pub without_photo: u64,
    /// Pictures that would be asked for.
    pub pictures: u64,
    /// Pictures of the organization that wait already.
    pub ahead: u64,
    /// Pictures a minute while its last ones were made; none if there were too few.
    pub per_minute: Option<f64>,
}

impl Quote {
    /// How many minutes it would take, if that can be told.
    pub fn minutes(&self) -> Option<f64> {
        self.per_minute.map(|speed| (self.ahead + self.pictures) as f64 / speed)
    }
}

/// Works out what `plan` would come to within `budget`.
pub async fn quote(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    plan: &Plan,
    budget: Option<u32>,
) -> Result<Quote, Exit> {
    // Refuses what cannot be meant, as a batch would.
    count(tx, scope, &plan.subjects).await?;
    let meant = meant(scope, &plan.subjects);
    let products = meant.clone().count(tx).await?;
    let shown = meant.filter(Expr::exists(photos())).count(tx).await?;
    let all = shown.saturating_mul(plan.pictures() as u64);
    let pictures = Ord::min(all, budget.map_or(u64::MAX, u64::from));
    Ok(Quote {
        products,
        without_photo: products - shown,
        pictures,
        ahead: result::waiting(tx, scope).await?,
        per_minute: speed(result::last_ends(tx, scope, LOOKED_AT).await?),
    })
}

/// The products that are meant.
fn meant(scope: &TenantScope, subjects: &Subjects) -> Select<product::Entity> {
    let all = product::of(scope);
    match subjects {
        Subjects::All(_) => all,
        Subjects::Category(category) => all.filter(product::Column::Category.eq(category.to_lowercase())),
        Subjects::Skus(skus) => all.filter(product::Column::Sku.is_in(skus)),
        Subjects::Import(id) => {
            let row = Query::select()
                .expr(Expr::val(1))
                .from(import_row::Entity)
                .and_where(Expr::col((import_row::Entity, import_row::Column::ImportId)).eq(id.as_str()))
                .and_where(of_product((import_row::Entity, import_row::Column::ProductId)))
                .take();
            all.filter(Expr::exists(row))
        }
    }
}

/// The photos of a product.
fn photos() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(photo::Entity)
        .and_where(of_product((photo::Entity, photo::Column::ProductId)))
        .take()
}

fn of_product(column: impl sea_orm::sea_query::IntoColumnRef) -> Expr {
    Expr::col(column).equals((product::Entity, product::Column::Id))
}

/// Pictures a minute, by when pictures came to their ends (microseconds); pauses do not count.
fn speed(mut ends: Vec<i64>) -> Option<f64> {
    ends.sort_unstable();
    let gaps = ends.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap <= REST);
    let (number, sum) = gaps.fold((0usize, 0i64), |(number, sum), gap| (number + 1, sum + gap));
    (number >= FEWEST && sum > 0).then(|| number as f64 * 60e6 / sum as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_that_of_working_and_not_of_resting() {
        let second = 1_000_000;
        let every_two: Vec<i64> = (0..20).map(|n| n * 2 * second).collect();
        assert_eq!(speed(every_two.clone()), Some(30.0));
        // A night in between, and the order in which they are read, change nothing.
        let mut nights: Vec<i64> = every_two.iter().map(|at| at + 40_000 * second).collect();
        nights.extend(&every_two);
        assert_eq!(speed(nights), Some(30.0));
        assert_eq!(speed(every_two[..10].to_vec()), None);
        assert_eq!(speed(vec![5; 50]), None);
        assert_eq!(speed(Vec::new()), None);
    }
}
