//! The queue's promises, one by one, on a database and a clock that stands still.

use std::time::Duration;

use packshot::entity::{self, job};
use packshot::error::Code;
use packshot::queue::{Clock, Enqueued, Failed, Queue, QueueError, Rescue};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait};

use crate::support::{
    self, Engine, LEASE, claim, job_row, new_job, on_both_databases, order, system, tenant,
};
use job::State;

fn clock_and_queue() -> (Clock, Queue) {
    let clock = Clock::manual(1_000_000_000);
    (clock.clone(), Queue::new(clock))
}

async fn rescue(db: &DatabaseConnection, queue: &Queue, which: Rescue) -> Vec<Failed> {
    support::rescue(db, queue, which).await.into_iter().map(|rescued| rescued.outcome).collect()
}

fn is_lost<T: std::fmt::Debug>(result: Result<T, QueueError>) -> bool {
    matches!(result, Err(QueueError::LeaseLost { .. }))
}

async fn an_expired_lease_is_claimed_again_and_the_stale_worker_is_refused(on: Engine) {
    let (clock, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("a")).await.unwrap();

    let stale = claim(&db, &queue, 1).await.remove(0);
    assert_eq!((stale.attempt, job_row(&db, stale.job).await.state), (1, State::Running));
    assert!(claim(&db, &queue, 1).await.is_empty(), "one claim, one holder");
    clock.advance(LEASE - Duration::from_secs(1));
    assert!(rescue(&db, &queue, Rescue::Expired).await.is_empty(), "it still lives");
    queue.beat(&db, &stale, LEASE).await.unwrap();
    clock.advance(LEASE - Duration::from_secs(1));
    assert!(rescue(&db, &queue, Rescue::Expired).await.is_empty(), "it has beaten");

    clock.advance(Duration::from_secs(2));
    assert!(matches!(rescue(&db, &queue, Rescue::Expired).await[..], [Failed::RetryAt(_)]));
    assert!(is_lost(queue.beat(&db, &stale, LEASE).await));
    assert!(claim(&db, &queue, 1).await.is_empty(), "it backs off first");
    clock.advance(Duration::from_secs(10));
    let fresh = claim(&db, &queue, 1).await.remove(0);
    assert_eq!(fresh.attempt, 2);
    assert!(fresh.token > stale.token);

    // What the stale worker made must not stay either.
    let tx = entity::write(&db, &system()).await.unwrap();
    queue.enqueue(&tx, &scope, new_job("made by the stale worker")).await.unwrap();
    assert!(is_lost(queue.complete(&tx, &[&stale]).await));
    tx.rollback().await.unwrap();
    assert!(is_lost(queue.fail(&db, &stale, "internal", "late").await));
    assert!(is_lost(queue.snooze(&db, &stale, LEASE).await));
    queue.complete(&db, &[&fresh]).await.unwrap();
    assert!(is_lost(queue.complete(&db, &[&fresh]).await), "done is done");
    let rows = job::Entity::find().all(&db).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].state, State::Completed);
    assert_eq!((rows[0].lease_until, rows[0].worker.as_deref()), (None, None));
}

async fn a_job_that_kills_its_worker_dies_after_its_attempts(on: Engine) {
    let (clock, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("poison")).await.unwrap();
    let mut claims = 0;
    for _ in 0..12 {
        claims += claim(&db, &queue, 1).await.len();
        clock.advance(LEASE + Duration::from_secs(1));
        rescue(&db, &queue, Rescue::Expired).await;
        clock.advance(Duration::from_secs(3600 * 2));
    }
    assert_eq!(claims, 3);
    let row = job::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempt), (State::Discarded, 3));
    assert_eq!(row.errors.as_array().unwrap().len(), 3);
}

async fn a_process_that_is_alone_takes_its_predecessors_jobs_back_at_once(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("a")).await.unwrap();
    let stale = claim(&db, &queue, 1).await.remove(0);
    assert_eq!(rescue(&db, &queue, Rescue::All).await.len(), 1);
    let fresh = claim(&db, &queue, 1).await.remove(0);
    assert_eq!((fresh.job, fresh.attempt), (stale.job, 2));
    assert!(is_lost(queue.complete(&db, &[&stale]).await));
}

async fn the_same_work_is_enqueued_once_and_only_if_its_transaction_commits(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let (one, two) = (tenant(&db, 1).await, tenant(&db, 2).await);
    let tx = entity::write(&db, &system()).await.unwrap();
    assert_eq!(queue.enqueue(&tx, &one, new_job("a")).await.unwrap(), Enqueued::New);
    tx.rollback().await.unwrap();
    assert_eq!(job::Entity::find().count(&db).await.unwrap(), 0);

    assert_eq!(queue.enqueue(&db, &one, new_job("a")).await.unwrap(), Enqueued::New);
    assert_eq!(queue.enqueue(&db, &one, new_job("a")).await.unwrap(), Enqueued::Known);
    assert_eq!(queue.enqueue(&db, &two, new_job("a")).await.unwrap(), Enqueued::New, "another's key");
    let lease = claim(&db, &queue, 1).await.remove(0);
    queue.complete(&db, &[&lease]).await.unwrap();
    assert_eq!(queue.enqueue(&db, &one, new_job("a")).await.unwrap(), Enqueued::Known, "done stays known");
    assert_eq!(job::Entity::find().count(&db).await.unwrap(), 2);

    let many = || (0..600).map(|number| new_job(&(number % 599).to_string()));
    assert_eq!(queue.enqueue_all(&db, &one, many()).await.unwrap(), 599);
    assert_eq!(queue.enqueue_all(&db, &one, many()).await.unwrap(), 0);
    assert_eq!(queue.enqueue_all(&db, &one, []).await.unwrap(), 0);
}

async fn completion_and_the_next_job_happen_together_or_not_at_all(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("cut out")).await.unwrap();
    let lease = claim(&db, &queue, 1).await.remove(0);
    let tx = entity::write(&db, &system()).await.unwrap();
    queue.complete(&tx, &[&lease]).await.unwrap();
    queue.enqueue(&tx, &scope, new_job("compose")).await.unwrap();
    drop(tx);
    assert_eq!(job_row(&db, lease.job).await.state, State::Running);
    assert_eq!(job::Entity::find().count(&db).await.unwrap(), 1);

    let tx = entity::write(&db, &system()).await.unwrap();
    queue.complete(&tx, &[&lease]).await.unwrap();
    queue.enqueue(&tx, &scope, new_job("compose")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim(&db, &queue, 9).await.len(), 1);
}

async fn many_jobs_are_completed_together_or_not_at_all(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue_all(&db, &scope, (0..5).map(|number| new_job(&number.to_string()))).await.unwrap();
    let leases = claim(&db, &queue, 5).await;
    let all: Vec<_> = leases.iter().collect();
    queue.cancel(&db, &scope, job::Column::Id.eq(leases[3].job)).await.unwrap();
    let tx = entity::write(&db, &scope).await.unwrap();
    match queue.complete(&tx, &all).await {
        Err(QueueError::LeaseLost { job, .. }) => assert_eq!(job, leases[3].job),
        other => panic!("{other:?}"),
    }
    tx.commit().await.unwrap();
    assert_eq!(job_row(&db, leases[0].job).await.state, State::Running, "nothing was written");
    let others: Vec<_> = leases.iter().filter(|lease| lease.job != leases[3].job).collect();
    queue.complete(&db, &others).await.unwrap();
    for lease in others {
        let row = job_row(&db, lease.job).await;
        assert_eq!((row.state, row.lease_until, row.worker), (State::Completed, None, None));
        assert!(row.finalized_at.is_some());
    }
}

async fn a_failed_attempt_comes_back_after_its_delay_and_keeps_its_errors(on: Engine) {
    let (clock, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("a")).await.unwrap();
    for attempt in 1..=3 {
        let lease = claim(&db, &queue, 1).await.remove(0);
        assert_eq!(lease.attempt, attempt);
        match queue.fail(&db, &lease, "storage_failed", "no disk").await.unwrap() {
            Failed::RetryAt(at) => {
                assert!(claim(&db, &queue, 1).await.is_empty());
                let now = queue.now(&db).await.unwrap();
                clock.advance(Duration::from_micros(u64::try_from(at - now).unwrap()));
            }
            Failed::Discarded => assert_eq!(attempt, 3),
        }
    }
    let row = job::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!(row.state, State::Discarded);
    let attempts: Vec<_> =
        row.errors.as_array().unwrap().iter().map(|error| error["attempt"].as_i64().unwrap()).collect();
    assert_eq!(attempts, [1, 2, 3]);

    assert_eq!(queue.revive(&db, &scope, job::Column::UniqueKey.eq("a")).await.unwrap(), 1);
    assert_eq!(claim(&db, &queue, 1).await.remove(0).attempt, 1);
}

async fn snoozing_and_releasing_charge_no_attempt(on: Engine) {
    let (clock, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, new_job("a")).await.unwrap();
    for _ in 0..5 {
        let lease = claim(&db, &queue, 1).await.remove(0);
        assert_eq!(lease.attempt, 1);
        queue.snooze(&db, &lease, Duration::from_secs(60)).await.unwrap();
        assert!(claim(&db, &queue, 1).await.is_empty());
        clock.advance(Duration::from_secs(60));
        let lease = claim(&db, &queue, 1).await.remove(0);
        queue.release(&db, &lease).await.unwrap();
    }
}

async fn cancelling_stops_what_waits_and_refuses_what_runs(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let (one, two) = (tenant(&db, 1).await, tenant(&db, 2).await);
    for key in ["a", "b", "c"] {
        queue.enqueue(&db, &one, new_job(key)).await.unwrap();
    }
    queue.enqueue(&db, &two, new_job("a")).await.unwrap();
    let running = claim(&db, &queue, 1).await.remove(0);
    assert_eq!(running.scope, one);
    let batch = job::Column::UniqueKey.is_in(["a", "b"]);
    assert_eq!(queue.cancel(&db, &one, batch.clone()).await.unwrap(), 2);
    assert_eq!(queue.cancel(&db, &one, batch).await.unwrap(), 0);
    assert!(is_lost(queue.complete(&db, &[&running]).await));
    let left: Vec<_> =
        claim(&db, &queue, 9).await.into_iter().map(|lease| (lease.scope, lease.unique_key)).collect();
    assert_eq!(left, [(two, "a".to_owned()), (one, "c".to_owned())]);
}

async fn lanes_are_served_by_weight_and_a_newcomer_does_not_wait(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let (whale, heavy, late) = (tenant(&db, 1).await, tenant(&db, 2).await, tenant(&db, 3).await);
    for number in 0..60 {
        queue.enqueue(&db, &whale, new_job(&format!("w{number}"))).await.unwrap();
    }
    for number in 0..60 {
        queue.enqueue(&db, &heavy, new_job(&format!("h{number}"))).await.unwrap();
    }
    queue.set_weight(&db, &heavy, 3).await.unwrap();
    let mut served = Vec::new();
    for _ in 0..10 {
        served.extend(claim(&db, &queue, 4).await.into_iter().map(|lease| lease.scope));
    }
    let heavies = served.iter().filter(|scope| **scope == heavy).count();
    assert!((29..=31).contains(&heavies), "3 of 4: {heavies} of 40");

    // Idle until now: it is served next, but gets no back pay.
    for number in 0..60 {
        queue.enqueue(&db, &late, new_job(&format!("l{number}"))).await.unwrap();
    }
    let next: Vec<_> = claim(&db, &queue, 20).await.into_iter().map(|lease| lease.scope).collect();
    assert!(next[..3].contains(&late));
    let lates = next.iter().filter(|scope| **scope == late).count();
    assert!((3..=5).contains(&lates), "1 of 5: {lates} of 20");
}

async fn many_workers_at_once_get_each_job_once(on: Engine) {
    let queue = Queue::new(Clock::Database);
    let db = on.open().await;
    for number in 0..5 {
        let scope = tenant(&db, number).await;
        let jobs = (0..40).map(|job| new_job(&format!("{job}")));
        assert_eq!(queue.enqueue_all(&db, &scope, jobs).await.unwrap(), 40);
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (db, queue) = (db.clone(), queue.clone());
        workers.spawn(async move {
            let mut mine = Vec::new();
            while queue.outlook(&db, &system(), &order(1)).await.unwrap().available {
                let leases = claim(&db, &queue, 3).await;
                let tx = entity::write(&db, &system()).await.unwrap();
                queue.complete(&tx, &leases.iter().collect::<Vec<_>>()).await.unwrap();
                tx.commit().await.unwrap();
                mine.extend(leases.into_iter().map(|lease| lease.job));
            }
            mine
        });
    }
    let mut all: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all.len(), 200);
    all.dedup();
    assert_eq!(all.len(), 200);
}

#[tokio::test]
async fn a_database_that_cannot_grow_says_that_the_disk_is_full() {
    let queue = Queue::new(Clock::Database);
    let db = Engine::Sqlite.open().await;
    let scope = tenant(&db, 1).await;
    db.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    let jobs = (0..2000).map(|job| new_job(&format!("{job}")));
    let error = queue.enqueue_all(&db, &scope, jobs).await.unwrap_err();
    assert_eq!(error.code(), Code::StorageFull, "{error}");
}

async fn within_a_lane_priority_goes_before_age(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    for (key, priority) in [("old", 1), ("older", 1), ("urgent", 0)] {
        queue.enqueue(&db, &scope, packshot::queue::NewJob { priority, ..new_job(key) }).await.unwrap();
    }
    let keys: Vec<_> = claim(&db, &queue, 3).await.into_iter().map(|lease| lease.unique_key).collect();
    assert_eq!(keys, ["urgent", "old", "older"]);
}

async fn what_a_newer_version_enqueued_is_parked(on: Engine) {
    let (_, queue) = clock_and_queue();
    let db = on.open().await;
    let scope = tenant(&db, 1).await;
    queue.enqueue(&db, &scope, packshot::queue::NewJob { schema: 2, ..new_job("newer") }).await.unwrap();
    queue.enqueue(&db, &scope, packshot::queue::NewJob { kind: "unheard", ..new_job("x") }).await.unwrap();
    assert!(claim(&db, &queue, 9).await.is_empty());
    let outlook = queue.outlook(&db, &system(), &order(9)).await.unwrap();
    assert!(outlook.is_idle());
    assert_eq!(queue.parked(&db, &system(), &order(9)).await.unwrap(), 2);
    queue.enqueue(&db, &scope, new_job("known")).await.unwrap();
    assert_eq!(claim(&db, &queue, 9).await.len(), 1, "what is parked stands in nobody's way");
}

async fn the_databases_clock_is_close_to_ours(on: Engine) {
    let db = on.open().await;
    let theirs = Queue::new(Clock::Database).now(&db).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "the point is to compare two clocks")]
    let ours = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    let difference = i64::try_from(ours).unwrap() - theirs;
    assert!((-2_000..5_000_000).contains(&difference), "{difference} microseconds");
}

on_both_databases! {
    an_expired_lease_is_claimed_again_and_the_stale_worker_is_refused,
    a_job_that_kills_its_worker_dies_after_its_attempts,
    a_process_that_is_alone_takes_its_predecessors_jobs_back_at_once,
    the_same_work_is_enqueued_once_and_only_if_its_transaction_commits,
    completion_and_the_next_job_happen_together_or_not_at_all,
    many_jobs_are_completed_together_or_not_at_all,
    a_failed_attempt_comes_back_after_its_delay_and_keeps_its_errors,
    snoozing_and_releasing_charge_no_attempt,
    cancelling_stops_what_waits_and_refuses_what_runs,
    lanes_are_served_by_weight_and_a_newcomer_does_not_wait,
    many_workers_at_once_get_each_job_once,
    within_a_lane_priority_goes_before_age,
    what_a_newer_version_enqueued_is_parked,
    the_databases_clock_is_close_to_ours,
}
