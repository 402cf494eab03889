//! The few column shapes that every table is made of, so that one idea has one type in both databases. Knows no table's meaning.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

/// A prefixed id as primary key.
pub(crate) fn id() -> ColumnDef {
    text("id").primary_key().take()
}

/// Whose row it is.
pub(crate) fn organization_id() -> ColumnDef {
    text("organization_id")
}

/// A moment: microseconds since 1970, UTC.
pub(crate) fn moment(name: &'static str) -> ColumnDef {
    big_integer(name)
}

/// `column` of `table` names a row of `parent`, which cannot go while it is named.
pub(crate) fn reference(
    table: &'static str,
    column: &'static str,
    parent: &'static str,
    parent_column: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_fk"))
        .from(table, column)
        .to(parent, parent_column)
        .on_delete(ForeignKeyAction::Restrict)
        .take()
}

/// A unique index over `columns`, named after them.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).unique().take()
}

/// An index over `columns`, named after them.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}_idx", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
