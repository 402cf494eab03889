//! Lists: a page, a cursor, whether more follows. Knows no resource.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::ApiError;
use crate::entity::page::{Listed, Page};
use crate::error::Code;

/// Which page of a list; newest first.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Cursor {
    /// 1 to 100; 20 if it is not said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// The id of the last item of the page before.
    starting_after: Option<String>,
}

impl Cursor {
    /// As the tables understand it.
    pub(super) fn page(&self) -> Result<Page, ApiError> {
        page(self.limit, self.starting_after.clone())
    }
}

/// A page from its parts.
pub(super) fn page(limit: Option<u64>, starting_after: Option<String>) -> Result<Page, ApiError> {
    let limit = limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::new(Code::RequestInvalid, "limit", "it must lie between 1 and 100"));
    }
    Ok(Page { limit, starting_after })
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// `list`.
    object: &'static str,
    /// Newest first.
    pub(super) data: Vec<T>,
    /// Whether another page follows.
    has_more: bool,
}

impl<T> List<T> {
    /// The rows of a page, each as `show` writes it.
    pub(super) fn of<M>(listed: Listed<M>, show: impl FnMut(M) -> T) -> Self {
        List { object: "list", data: listed.rows.into_iter().map(show).collect(), has_more: listed.has_more }
    }

    /// Everything there is.
    pub(super) fn whole(data: Vec<T>) -> Self {
        List { object: "list", data, has_more: false }
    }
}

/// A moment in a row (microseconds since 1970) as the API writes it: seconds since 1970.
pub(super) fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}
