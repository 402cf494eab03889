//! Who listens for events on open connections, and the one question to the database that serves them all, whichever process the events come from. Knows
//! no route.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Service;
use super::errors::ApiError;
use crate::domain::SystemScope;
use crate::entity::{self, event};
use crate::error::Code;
use crate::jobs::Stop;

/// Listeners of one organization, at most …
const OF_ONE: usize = 20;
/// … and of all.
const OF_ALL: usize = 1_000;
/// When one that could not be let in may try again, in seconds.
const COME_BACK: u64 = 30;
/// Events that wait for a slow listener; one that falls further behind is let go, and catches up when it comes again.
const BEHIND: usize = 256;
/// How often the database is asked.
const EVERY: Duration = Duration::from_millis(500);
/// How far back it is asked each time, in microseconds: what happened earlier may become visible later, while its transaction goes on.
const LATE: i64 = 10_000_000;
/// Events of one question.
const AT_ONCE: u64 = 1_000;

type Event = Arc<event::Model>;

/// The listeners.
#[derive(Debug, Default)]
pub struct Streams {
    seats: Arc<Mutex<Seats>>,
    next: AtomicU64,
}

#[derive(Debug, Default)]
struct Seats {
    /// By organization, each with the number of its seat.
    taken: HashMap<String, Vec<(u64, Sender<Event>)>>,
    closed: bool,
}

/// A listener's end; its seat is free when it is dropped.
#[derive(Debug)]
pub(super) struct Ear {
    heard: Receiver<Event>,
    seats: Arc<Mutex<Seats>>,
    organization: String,
    number: u64,
}

impl Ear {
    /// The next event; none when there will be no more.
    pub(super) async fn next(&mut self) -> Option<Event> {
        self.heard.recv().await
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut seats = lock(&self.seats);
        if let Some(those) = seats.taken.get_mut(&self.organization) {
            those.retain(|(number, _)| *number != self.number);
            if those.is_empty() {
                seats.taken.remove(&self.organization);
            }
        }
    }
}

/// A panic elsewhere leaves the seats as they are.
fn lock(seats: &Mutex<Seats>) -> MutexGuard<'_, Seats> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Streams {
    /// Listens for what happens to `organization` from now on.
    pub(super) fn join(&self, organization: &str) -> Result<Ear, ApiError> {
        let mut seats = lock(&self.seats);
        if seats.closed {
            return Err(ApiError::new(Code::Unready, "stream", "the server is stopping"));
        }
        let all: usize = seats.taken.values().map(Vec::len).sum();
        let those = seats.taken.entry(organization.to_owned()).or_default();
        if those.len() >= OF_ONE || all >= OF_ALL {
            let mut error = ApiError::new(Code::RateLimited, "stream", "too many streams are open");
            error.retry_after = Some(COME_BACK);
            return Err(error);
        }
        let (sender, heard) = channel(BEHIND);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        those.push((number, sender));
        drop(seats);
        Ok(Ear { heard, seats: self.seats.clone(), organization: organization.to_owned(), number })
    }

    fn organizations(&self) -> Vec<String> {
        let seats = lock(&self.seats);
        seats.taken.iter().filter(|(_, those)| !those.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    fn tell(&self, event: &Event) {
        let mut seats = lock(&self.seats);
        if let Some(those) = seats.taken.get_mut(&event.organization_id) {
            those.retain(|(_, sender)| sender.try_send(event.clone()).is_ok());
        }
    }

    fn close(&self) {
        let mut seats = lock(&self.seats);
        seats.closed = true;
        seats.taken.clear();
    }
}

/// Tells listeners what happens, until `stop`; then they hear that nothing follows.
pub(super) async fn listen(service: Arc<Service>, mut stop: Stop) {
    let mut told = HashMap::new();
    while !stop.is_stopped() {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.stopped() => break,
        }
        let organizations = service.streams.organizations();
        if organizations.is_empty() {
            told.clear();
        } else if let Err(problem) = ask(&service, &organizations, &mut told).await {
            tracing::warn!(problem = %problem.problem, "listeners could not be told what happens");
        }
    }
    service.streams.close();
}

/// Tells what is new among the last events; `told` has those that were told, with their times.
async fn ask(
    service: &Service,
    organizations: &[String],
    told: &mut HashMap<String, i64>,
) -> Result<(), ApiError> {
    let now = service.queue.now(&service.readers).await?;
    let oldest = now.saturating_sub(LATE);
    let mut since = oldest;
    loop {
        let system = SystemScope::established("one question serves the listeners of all organizations");
        let tx = entity::read(&service.readers, &system).await?;
        let rows = event::since(&tx, &system, (organizations, since), AT_ONCE).await?;
        tx.commit().await?;
        let next = rows.last().filter(|_| rows.len() as u64 == AT_ONCE).map(|row| row.created_at - 1);
        for row in rows {
            if told.insert(row.id.clone(), row.created_at).is_none() {
                service.streams.tell(&Arc::new(row));
            }
        }
        match next.filter(|next| *next > since) {
            Some(next) => since = next,
            None => break,
        }
    }
    told.retain(|_, at| *at > oldest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(organization: &str, number: usize) -> Event {
        Arc::new(event::Model {
            id: format!("evt_{number}"),
            organization_id: organization.to_owned(),
            kind: "photo.ready".to_owned(),
            data: serde_json::json!({}),
            created_at: 0,
        })
    }

    #[tokio::test]
    async fn seats_are_bounded_and_free_again_and_a_slow_listener_is_let_go() {
        let streams = Streams::default();
        let ears: Vec<_> = (0..OF_ONE).map(|_| streams.join("org_a").unwrap()).collect();
        assert_eq!(streams.join("org_a").unwrap_err().problem.code, Code::RateLimited);
        let mut other = streams.join("org_b").unwrap();
        drop(ears);
        let mut slow = streams.join("org_a").unwrap();
        assert_eq!(streams.organizations().len(), 2);
        for number in 0..=BEHIND {
            streams.tell(&event("org_a", number));
        }
        let mut heard = 0;
        while slow.next().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, BEHIND);
        streams.tell(&event("org_b", 1));
        assert_eq!(other.next().await.unwrap().id, "evt_1");
        streams.close();
        assert!(other.next().await.is_none());
        assert_eq!(streams.join("org_a").unwrap_err().problem.code, Code::Unready);
    }
}
