//! One attempt to tell one endpoint of one event. What follows a failed one is another job, later. Knows no kind of event.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Commit, Exit, Job, Load};
use crate::error::Problem;
use crate::notify::outbox::{self, Next};
use crate::notify::{Message, Sender, Told};
use crate::queue::NewJob;

/// Tells one endpoint of one event.
#[derive(Debug)]
pub struct DeliverEvent;

/// Which delivery.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub delivery_id: String,
}

/// What goes, and when it is said to.
#[derive(Debug)]
pub struct Outgoing {
    message: Message,
    seconds: i64,
}

/// The job of the `attempt`-th attempt (from 1) at a delivery, after `delay`.
pub(super) fn attempt_at(delivery_id: &str, attempt: i32, delay: Duration) -> Result<NewJob, Exit> {
    let payload = Payload { delivery_id: delivery_id.to_owned() };
    let job = DeliverEvent.job(format!("{delivery_id}/{attempt}"), &payload)?;
    Ok(NewJob { delay, ..job })
}

#[async_trait]
impl Job for DeliverEvent {
    const KIND: &'static str = "deliver_event";
    type Context = Sender;
    type Payload = Payload;
    type Input = Outgoing;
    type Output = Told;

    async fn load(&self, load: &Load<'_, Sender>, payload: &Payload) -> Result<Outgoing, Exit> {
        let now = load.now;
        let message = outbox::message(load.db, load.scope(), &payload.delivery_id, now).await?;
        let message = message.ok_or(Exit::Cancel)?;
        Ok(Outgoing { message, seconds: now.div_euclid(1_000_000) })
    }

    /// It only waits, on one of the threads that its worker has for that.
    fn work(&self, sender: &Sender, outgoing: Outgoing) -> Result<Told, Exit> {
        let Outgoing { message, seconds } = outgoing;
        Ok(tokio::runtime::Handle::current().block_on(sender.send(&message, seconds)))
    }

    async fn save(&self, commit: &Commit<'_, Sender>, payload: &Payload, told: Told) -> Result<(), Exit> {
        let id = &payload.delivery_id;
        let next = outbox::settle(commit.tx, commit.scope(), id, &told, commit.now).await?;
        if let Next::Again { attempt, delay } = next {
            commit.enqueue(attempt_at(id, attempt, delay)?).await?;
        }
        Ok(())
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, Sender>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        Ok(outbox::exhaust(commit.tx, &payload.delivery_id, &problem.message, commit.now).await?)
    }
}
