//! The HTTP client that goes where a customer says: it dials nothing inside, uses no proxy, keeps no connection and waits a bounded time for one. Knows
//! no request.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{self, Reach};

/// For opening a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// What it is called in others' logs.
const AGENT: &str = concat!("packshot/", env!("CARGO_PKG_VERSION"));

/// A client that dials as far as `reach`, to be told what else it may do. Addresses written as numbers are not looked up: who sends a request has to hold
/// its URL, and that of each redirect, against [`address::check`].
pub fn builder(reach: Reach) -> ClientBuilder {
    dialling(match reach {
        Reach::Public => address::is_public,
        Reach::Anywhere => |_address| true,
    })
}

/// As [`builder`], by any rule.
pub(super) fn dialling(may: fn(IpAddr) -> bool) -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(AGENT)
        .no_proxy()
        // The address may hold a signature that is nobody else's business.
        .referer(false)
        .connect_timeout(CONNECT)
        // A kept connection was dialled before a name could come to mean another address.
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(Guarded(may)))
}

/// That a name leads to nothing that may be dialled.
#[derive(Debug, thiserror::Error)]
#[error("no address of the public internet")]
pub struct Inside;

impl Inside {
    /// Whether that is why `error` happened.
    pub fn is_behind(error: &reqwest::Error) -> bool {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(current) = cause {
            if current.is::<Inside>() {
                return true;
            }
            cause = current.source();
        }
        false
    }
}

/// Looks names up and leaves out what may not be dialled: what it returns is what is connected to, so a name cannot change in between.
#[derive(Clone, Copy, Debug)]
struct Guarded(fn(IpAddr) -> bool);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let may = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| may(found.ip())).collect();
            if allowed.is_empty() {
                return Err(Inside.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
