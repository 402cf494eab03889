//! The one integration binary: what is only true of the parts together.
//!
//! `cfg(test)` always holds here; it stands at each module because it tells clippy that helpers, too, may unwrap.

#[cfg(test)]
mod bad_candidates;
#[cfg(test)]
mod bad_files;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_requests;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod defects;
#[cfg(test)]
mod directing;
#[cfg(test)]
mod expansion;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fidelity;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod honest;
#[cfg(test)]
mod inpaint;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod matting;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod painting;
#[cfg(test)]
mod parallax;
#[cfg(test)]
mod plate;
#[cfg(test)]
mod players;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod print;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod queue_model;
#[cfg(test)]
mod refine;
#[cfg(test)]
mod retries;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod s3;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod service;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
#[cfg(test)]
mod verdicts;
#[cfg(test)]
mod video;
#[cfg(test)]
mod wakes;
#[cfg(test)]
mod walls;
