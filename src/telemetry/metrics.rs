//! What a process counts of itself, in Prometheus' words. No tenant is a label: there may be many, and what concerns one is counted in the database. Knows
//! no route and no job.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What [`Metrics::text`] is: OpenMetrics, which Prometheus reads as its own.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds of what takes milliseconds to seconds: requests and messages.
const SHORT: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Bounds of what takes a tenth of a second to an hour: jobs and waiting for them.
const LONG: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Item {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Delivery {
    outcome: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The counters; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    registry: Registry,
    requests: Histograms<Request>,
    items: Family<Item, Counter>,
    waits: Histograms<Kind>,
    runs: Histograms<Kind>,
    expired: Family<Kind, Counter>,
    stale: Family<Kind, Counter>,
    deliveries: Histograms<Delivery>,
    ready: Family<Kind, Gauge>,
    oldest: Family<Kind, Gauge<f64, std::sync::atomic::AtomicU64>>,
}

/// Jobs of one kind that could be claimed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// Their kind.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// How long the first of them has waited, in seconds.
    pub oldest: f64,
}

fn short() -> Histogram {
    Histogram::new(SHORT)
}

fn long() -> Histogram {
    Histogram::new(LONG)
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let mut counters = Counters {
            registry: Registry::with_prefix("packshot"),
            requests: Family::new_with_constructor(short),
            items: Family::default(),
            waits: Family::new_with_constructor(long),
            runs: Family::new_with_constructor(long),
            expired: Family::default(),
            stale: Family::default(),
            deliveries: Family::new_with_constructor(short),
            ready: Family::default(),
            oldest: Family::default(),
        };
        counters.register();
        Metrics(Arc::new(counters))
    }

    /// A request was answered.
    pub fn request(&self, route: &str, method: &str, status: u16, took: Duration) {
        let labels = Request { route: route.to_owned(), method: method.to_owned(), status };
        self.0.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// An attempt at a job ended like this, after it had waited and run.
    pub fn item(&self, kind: &str, outcome: &'static str, waited: Duration, ran: Duration) {
        let labels = Kind { kind: kind.to_owned() };
        self.0.waits.get_or_create(&labels).observe(waited.as_secs_f64());
        self.0.runs.get_or_create(&labels).observe(ran.as_secs_f64());
        self.0.items.get_or_create(&Item { kind: kind.to_owned(), outcome }).inc();
    }

    /// A job was taken back from a worker that did not renew its lease; `outcome` is what became of it.
    pub fn lease_expired(&self, kind: &str, outcome: &'static str) {
        self.0.expired.get_or_create(&Kind { kind: kind.to_owned() }).inc();
        self.0.items.get_or_create(&Item { kind: kind.to_owned(), outcome }).inc();
    }

    /// A worker wanted to end a job that was another's by then.
    pub fn stale_completion(&self, kind: &str) {
        self.0.stale.get_or_create(&Kind { kind: kind.to_owned() }).inc();
    }

    /// A message was sent, with success or not.
    pub fn delivery(&self, succeeded: bool, took: Duration) {
        let outcome = if succeeded { "delivered" } else { "failed" };
        self.0.deliveries.get_or_create(&Delivery { outcome }).observe(took.as_secs_f64());
    }

    /// What could be claimed now. Kinds that are not among `all` have nothing.
    pub fn ready(&self, all: &[Ready]) {
        self.0.ready.clear();
        self.0.oldest.clear();
        for one in all {
            let labels = Kind { kind: one.kind.clone() };
            self.0.ready.get_or_create(&labels).set(one.count);
            self.0.oldest.get_or_create(&labels).set(one.oldest);
        }
    }

    /// All of it as [`CONTENT_TYPE`].
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.0.registry);
        text
    }
}

impl Counters {
    fn register(&mut self) {
        let all = &mut self.registry;
        all.register(
            "http_request_duration_seconds",
            "Requests by route, method and status",
            self.requests.clone(),
        );
        all.register("items", "Attempts at jobs by kind and how they ended", self.items.clone());
        all.register("item_wait_seconds", "How long jobs waited to be claimed", self.waits.clone());
        all.register("item_run_seconds", "How long attempts at jobs took", self.runs.clone());
        all.register(
            "lease_expired",
            "Jobs taken back from workers that did not renew their leases",
            self.expired.clone(),
        );
        all.register(
            "stale_completion",
            "Ends of jobs refused because another worker had them",
            self.stale.clone(),
        );
        all.register(
            "webhook_delivery_seconds",
            "Messages to webhook endpoints by outcome",
            self.deliveries.clone(),
        );
        all.register(
            "ready_jobs",
            "Jobs that could be claimed now, of all organizations",
            self.ready.clone(),
        );
        all.register("oldest_ready_seconds", "How long the first of them has waited", self.oldest.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_under_its_name() {
        let metrics = Metrics::new();
        metrics.request("/v1/photos/{id}", "GET", 404, Duration::from_millis(20));
        metrics.item("make_result", "completed", Duration::from_secs(3), Duration::from_secs(1));
        metrics.clone().lease_expired("make_result", "retried");
        metrics.stale_completion("make_result");
        metrics.delivery(false, Duration::from_secs(2));
        metrics.ready(&[Ready { kind: "cutout_photo".into(), count: 7, oldest: 1.5 }]);
        let text = metrics.text();
        for line in [
            "packshot_http_request_duration_seconds_count{route=\"/v1/photos/{id}\",method=\"GET\",status=\"404\"} 1",
            "packshot_items_total{kind=\"make_result\",outcome=\"completed\"} 1",
            "packshot_item_wait_seconds_bucket{le=\"5.0\",kind=\"make_result\"} 1",
            "packshot_item_run_seconds_sum{kind=\"make_result\"} 1.0",
            "packshot_lease_expired_total{kind=\"make_result\"} 1",
            "packshot_stale_completion_total{kind=\"make_result\"} 1",
            "packshot_webhook_delivery_seconds_count{outcome=\"failed\"} 1",
            "packshot_ready_jobs{kind=\"cutout_photo\"} 7",
            "packshot_oldest_ready_seconds{kind=\"cutout_photo\"} 1.5",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        metrics.ready(&[]);
        assert!(!metrics.text().contains("packshot_ready_jobs{"));
    }
}
