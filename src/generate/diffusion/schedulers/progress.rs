//! Where a trajectory stands: its timesteps, how many of them are left out and how many are done. Knows no formula.

use super::{Request, SchedulerError};

/// Timesteps of a whole schedule and the place of the next step among them.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    timesteps: Vec<f32>,
    skipped: usize,
    next: usize,
    /// Of the sample, once a step was done.
    size: Option<usize>,
}

impl Progress {
    /// At the first timestep that the request does not skip.
    pub(super) fn new(timesteps: Vec<f32>, request: &Request<'_>) -> Result<Progress, SchedulerError> {
        let (skipped, all) = (request.skipped, timesteps.len());
        if skipped >= all {
            return Err(SchedulerError::Request(format!(
                "{skipped} of {all} steps are to be skipped; none is left"
            )));
        }
        Ok(Progress { timesteps, skipped, next: skipped, size: None })
    }

    /// Those that are not skipped.
    pub(super) fn timesteps(&self) -> &[f32] {
        &self.timesteps[self.skipped..]
    }

    /// How many the whole schedule has.
    pub(super) fn all(&self) -> usize {
        self.timesteps.len()
    }

    /// Place in the whole schedule of the step that is next; `all()` after the last.
    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// The sigmas that belong to [`timesteps`](Self::timesteps), of those of the whole schedule.
    pub(super) fn rest<'a>(&self, sigmas: &'a [f32]) -> &'a [f32] {
        &sigmas[self.skipped..]
    }

    /// Place in the whole schedule of `timesteps()[at]`.
    pub(super) fn place(&self, at: usize) -> Result<usize, SchedulerError> {
        let place = self.skipped.saturating_add(at);
        if place < self.all() { Ok(place) } else { Err(SchedulerError::NoSuchStep(at)) }
    }

    /// Goes one step on and returns the place of the step that is to be done now, if there is one and the sizes fit: those of the sample and the
    /// answer, and those of one step and the next.
    pub(super) fn advance(&mut self, sample: &[f32], output: &[f32]) -> Result<usize, SchedulerError> {
        let size = self.size.unwrap_or(sample.len());
        for other in [output.len(), size] {
            same_size(sample.len(), other)?;
        }
        let place = self.place(self.next - self.skipped)?;
        self.next += 1;
        self.size = Some(size);
        Ok(place)
    }
}

/// An error unless both are one size.
fn same_size(sample: usize, other: usize) -> Result<(), SchedulerError> {
    if sample == other { Ok(()) } else { Err(SchedulerError::Size { sample, other }) }
}

/// alpha · clean + sigma · noise.
pub(super) fn mix(alpha: f32, clean: &[f32], sigma: f32, noise: &[f32]) -> Result<Vec<f32>, SchedulerError> {
    same_size(clean.len(), noise.len())?;
    Ok(clean.iter().zip(noise).map(|(x, z)| alpha * x + sigma * z).collect())
}
