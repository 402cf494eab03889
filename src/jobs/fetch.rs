//! A picture from an address, looked at and stored like one that was uploaded. Knows no row.

use super::{Exit, JobContext, intake};
use crate::domain::TenantScope;
use crate::error::Problem;
use crate::ingest;
use crate::storage::{Address, StorageKey};

/// Attempts at an address, with growing pauses: about four minutes.
pub(super) const ATTEMPTS: i32 = 5;

/// Fetches what lies at `address` and stores it, unless it is only to be looked at. What is wrong with it for good is the inner problem; on any other
/// another attempt may succeed. `name` is for messages. Waits on one of the threads that its worker has for that.
pub(super) fn picture(
    context: &JobContext,
    scope: &TenantScope,
    (address, name): (&str, &str),
    only_look: bool,
) -> Result<Result<StorageKey, Problem>, Exit> {
    let limits = &context.limits;
    let fetching = context.fetcher.fetch(address, limits.max_bytes as u64);
    let bytes = match tokio::runtime::Handle::current().block_on(fetching) {
        Ok(fetched) => fetched.bytes,
        Err(trouble) => {
            let problem = Problem::new(trouble.code(), name, trouble.to_string());
            return if trouble.may_pass() { Err(Exit::Fail(problem)) } else { Ok(Err(problem)) };
        }
    };
    if let Err(problem) = intake::inspect(&bytes, name, limits) {
        return Ok(Err(problem));
    }
    match (only_look, ingest::sniff(&bytes)) {
        (true, Some(format)) => Ok(Ok(StorageKey::Photo { address: Address::of(scope, &bytes), format })),
        _ => Ok(Ok(intake::shelve(context.storage.as_ref(), scope, &bytes)?)),
    }
}

/// What a file at `address` is called: the last part of its path, without what a server is asked besides.
pub(super) fn file_name(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').map_or("", |(_, path)| path).rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "photo".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_path_ends() {
        for (address, name) in [
            ("https://shop.example/a/MUG-1.jpg?width=800#x", "MUG-1.jpg"),
            ("https://shop.example/a/", "photo"),
            ("https://shop.example", "photo"),
            ("https://shop.example?u=/x.jpg", "photo"),
        ] {
            assert_eq!(file_name(address), name, "{address}");
        }
    }
}
