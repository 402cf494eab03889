//! One page of a list, newest first, by a cursor that stays right while rows are added. Knows no table.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

/// Which page.
#[derive(Clone, Debug)]
pub struct Page {
    /// At most that many rows.
    pub limit: u64,
    /// The id after which it starts; ids sort by time.
    pub starting_after: Option<String>,
}

/// A page's rows.
#[derive(Clone, Debug)]
pub struct Listed<M> {
    /// Newest first.
    pub rows: Vec<M>,
    /// Whether more follow.
    pub has_more: bool,
}

/// The page `page` of `rows`, which the caller has scoped; `id` is the table's id.
pub async fn list<E: EntityTrait, C: ConnectionTrait>(
    db: &C,
    rows: Select<E>,
    id: E::Column,
    page: &Page,
) -> Result<Listed<E::Model>, DbErr> {
    let rows = match &page.starting_after {
        Some(after) => rows.filter(id.lt(after.as_str())),
        None => rows,
    };
    let mut rows = rows.order_by_desc(id).limit(page.limit.saturating_add(1)).all(db).await?;
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > wanted;
    rows.truncate(wanted);
    Ok(Listed { rows, has_more })
}
