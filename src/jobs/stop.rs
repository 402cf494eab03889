//! A stop signal that many can wait for. Knows no operating-system signal: who catches one calls [`Stopper::stop`].

use tokio::sync::watch;

/// Gives the signal. Dropping it without giving it means: never.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Waits for the signal; cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// A signal and its first listener.
    pub fn new() -> (Stopper, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Stopper(sender), Stop(receiver))
    }

    /// Stop. A second call does nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// A signal that never comes.
    pub fn never() -> Stop {
        Stopper::new().1
    }

    /// Whether it has been given.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it has been given.
    pub async fn stopped(&mut self) {
        if self.0.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
