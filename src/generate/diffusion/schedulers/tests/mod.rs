//! Tests of the schedulers: trajectories that diffusers ran, configs good and bad, and what is true of every class whatever its numbers.

mod configs;
mod properties;
mod trajectories;
