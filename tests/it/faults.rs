//! What goes wrong around workers on PostgreSQL: one that is halted and goes on, a server that is restarted in the middle, one that is away.
//! Each fault has a server of its own where it hits the server.

use std::process::Command;
use std::time::{Duration, Instant};

use packshot::entity::job;
use packshot::jobs::{Stop, Stopper, Until};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::kill::{all_is_well, data, made, scene, victim_in, worker};
use crate::postgres::{self, Cluster};
use crate::service::{PASSWORD, start_at};

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_halted_and_goes_on_does_nothing_twice() {
    const JOBS: u64 = 60;
    let Some(cluster) = postgres::shared("a worker that is halted") else { return };
    let (folder, scope) = scene(Some(cluster), JOBS).await;
    let db = data(folder.path()).await;
    let mut victim = victim_in(folder.path());
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &victim.id().to_string()]).status().unwrap().success());
    };
    made(&db, 5).await;
    // Halted while it holds jobs.
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        signal("-STOP");
        let held = job::Entity::find().filter(job::Column::State.eq(job::State::Running)).count(&db).await;
        if held.unwrap() > 0 {
            break;
        }
        signal("-CONT");
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    // Another takes over all that there is, what the halted one holds included.
    let summary = worker(folder.path()).await.run(Until::Idle, Stop::never()).await.unwrap();
    assert!(summary.completed > 0 && summary.discarded == 0, "{summary:?}");
    all_is_well(folder.path(), &scope, JOBS).await;
    // It wakes up and believes that the jobs are still its own.
    signal("-CONT");
    // If it was halted in a transaction, the server has ended that by now, and who works until idle gives up then.
    victim.wait().unwrap();
    all_is_well(folder.path(), &scope, JOBS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_restarted_in_the_middle_loses_nothing() {
    const JOBS: u64 = 150;
    if postgres::shared("a server that is restarted").is_none() {
        return;
    }
    let cluster = Cluster::start().unwrap();
    let (folder, scope) = scene(Some(&cluster), JOBS).await;
    // Leases of a dead worker are there to be taken back, so restarts hit rescues, too.
    let mut victim = victim_in(folder.path());
    let db = data(folder.path()).await;
    made(&db, 5).await;
    victim.kill().unwrap();
    victim.wait().unwrap();
    let (stopper, stop) = Stopper::new();
    let runner = worker(folder.path()).await;
    let working = tokio::spawn(async move { runner.run(Until::Stopped, stop).await });
    for restart in 1..=3 {
        made(&db, restart * 30).await;
        cluster.control(&["restart", "-m", "immediate"]);
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    made(&db, JOBS).await;
    stopper.stop();
    working.await.unwrap().unwrap();
    all_is_well(folder.path(), &scope, JOBS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_said_to_be_and_found_again() {
    if postgres::shared("a server that is away").is_none() {
        return;
    }
    let cluster = Cluster::start().unwrap();
    let database = cluster.text(&cluster.database(true).await);
    let server = start_at(&database, &[], true).await;
    let session = server.owner("merchant").await;
    let token = session["access_token"].as_str().unwrap();
    server.get("/v1/products", token).await.expect(200);
    cluster.control(&["stop", "-m", "immediate"]);
    server.get("/v1/products", token).await.refused(503, "database_failed");
    server.get("/readyz", "").await.refused(503, "database_failed");
    server.get("/healthz", "").await.expect(200);
    cluster.control(&["start"]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.get("/readyz", "").await.status != 200 {
        assert!(Instant::now() < deadline);
    }
    server.get("/v1/products", token).await.expect(200);
    let again = json!({"email": "merchant@example.com", "password": PASSWORD});
    server.post("/v1/sessions", "", again).await.expect(201);
    server.stop().await;
}
