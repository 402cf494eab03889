//! The second wall between organizations: PostgreSQL's row-level security, for whoever forgets the first.

use packshot::entity::{self, product};
use packshot::queue::{Clock, Queue};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, Statement,
};

use crate::postgres;
use crate::support::{new_job, scope, system, tenant};

fn item(organization: u8, sku: &str) -> product::ActiveModel {
    product::ActiveModel {
        id: Set(format!("prd_{organization}_{sku}")),
        organization_id: Set(scope(organization).organization().to_string()),
        sku: Set(sku.into()),
        title: Set(String::new()),
        category: Set(String::new()),
        width_m: Set(None),
        price: Set(None),
        features: Set(None),
        created_at: Set(0),
        updated_at: Set(0),
    }
}

async fn names(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// A database with a product and a job of each of two organizations; nobody is named on its connections.
async fn two_tenants() -> Option<DatabaseConnection> {
    let cluster = postgres::shared("the walls between organizations")?;
    let db = entity::connect(&cluster.url(&cluster.database(true).await), 4).await.unwrap();
    for number in [1, 2] {
        let scope = tenant(&db, number).await;
        let tx = entity::write(&db, &scope).await.unwrap();
        product::Entity::insert(item(number, "A")).exec_without_returning(&tx).await.unwrap();
        Queue::new(Clock::Database).enqueue(&tx, &scope, new_job("a")).await.unwrap();
        tx.commit().await.unwrap();
    }
    Some(db)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forgets_the_scope_sees_nothing_and_changes_nothing() {
    let Some(db) = two_tenants().await else { return };
    // No transaction, no scope, no condition.
    for table in ["product", "job", "queue_lane"] {
        let all = format!("SELECT organization_id FROM {table}");
        assert_eq!(names(&db, &all).await, Vec::<String>::new(), "{table}");
    }
    assert_eq!(db.execute_unprepared("UPDATE product SET title = 'mine'").await.unwrap().rows_affected(), 0);
    assert_eq!(db.execute_unprepared("DELETE FROM job").await.unwrap().rows_affected(), 0);
    assert!(product::Entity::insert(item(1, "B")).exec_without_returning(&db).await.is_err());

    // In one organization's transaction, a query without a condition sees that organization.
    let (one, two) = (scope(1), scope(2));
    let tx = entity::write(&db, &one).await.unwrap();
    let seen = names(&tx, "SELECT organization_id FROM product").await;
    assert_eq!(seen, [one.organization().as_str()]);
    assert_eq!(product::Entity::find().count(&tx).await.unwrap(), 1);
    assert_eq!(tx.execute_unprepared("UPDATE product SET title = 'mine'").await.unwrap().rows_affected(), 1);
    let theft = format!("UPDATE product SET organization_id = '{}'", two.organization());
    let refused = tx.execute_unprepared(&theft).await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "{refused}");
    drop(tx);
    let tx = entity::write(&db, &one).await.unwrap();
    let refused = product::Entity::insert(item(2, "B")).exec_without_returning(&tx).await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    drop(tx);

    // The same connections afterwards: the scope ended with its transaction.
    for _ in 0..8 {
        assert_eq!(names(&db, "SELECT organization_id FROM product").await, Vec::<String>::new());
    }
    let tx = entity::read(&db, &system()).await.unwrap();
    assert_eq!(product::Entity::find().count(&tx).await.unwrap(), 2);
    assert!(tx.execute_unprepared("DELETE FROM product").await.is_err(), "a reading transaction wrote");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_with_an_organization_has_the_wall() {
    let Some(db) = two_tenants().await else { return };
    let owned = names(
        &db,
        "SELECT table_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name = 'organization_id' ORDER BY 1",
    )
    .await;
    let walled = names(
        &db,
        "SELECT relname::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
         AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid) ORDER BY 1",
    )
    .await;
    assert!(owned.len() >= 12, "{owned:?}");
    assert_eq!(owned, walled);
    // The role under test is an ordinary one, or none of this would say anything.
    let role = "SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND NOT rolbypassrls";
    assert_eq!(names(&db, role).await, ["packshot"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_organizations_writers_follow_one_another_and_hold_up_nobody_else() {
    let Some(db) = two_tenants().await else { return };
    let first = entity::write(&db, &scope(1)).await.unwrap();
    product::Entity::insert(item(1, "B")).exec_without_returning(&first).await.unwrap();
    let second = {
        let db = db.clone();
        tokio::spawn(async move {
            let tx = entity::write(&db, &scope(1)).await.unwrap();
            product::Entity::find().count(&tx).await.unwrap()
        })
    };
    let other = entity::write(&db, &scope(2)).await.unwrap();
    other.commit().await.unwrap();
    let reader = entity::read(&db, &scope(1)).await.unwrap();
    assert_eq!(product::Entity::find().count(&reader).await.unwrap(), 1, "it waits for nobody");
    assert!(!second.is_finished());
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), 2, "it saw what the first one wrote");
}
