//! A store that fails half way: overloaded, slow, cut off, silent.

use std::time::{Duration, Instant};

use hyper::Method;
use packshot::error::Code;
use packshot::storage::{S3Settings, S3Storage, Storage, StorageError};

use super::master;
use crate::s3::{Fault, S3Server};
use crate::support::scope;

fn noise(bytes: u32) -> Vec<u8> {
    (0..bytes).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn a_store_that_is_overloaded_twice_is_asked_a_third_time() {
    let server = S3Server::start();
    let storage = server.storage();
    let key = master(&scope(1), b"pixels");
    for method in [Method::HEAD, Method::PUT, Method::GET, Method::DELETE] {
        server.will(&[(method.clone(), Fault::Answer(503)), (method, Fault::Answer(500))]);
    }
    storage.put(&key, b"pixels").unwrap();
    assert_eq!(storage.get(&key).unwrap(), b"pixels");
    storage.remove(&key).unwrap();
    assert!(!storage.contains(&key).unwrap());
    assert!(server.is_done());
}

#[test]
fn a_store_that_stays_overloaded_is_given_up_and_said_to_be_away() {
    let server = S3Server::start();
    server.will(&[503; 4].map(|status| (Method::GET, Fault::Answer(status))));
    let error = server.storage().get(&master(&scope(1), b"pixels")).unwrap_err();
    assert!(
        matches!(&error, StorageError::Unreachable { reason, .. } if reason.contains("503")),
        "{error:?}"
    );
    assert_eq!(error.code(), Code::StorageUnavailable);
    assert!(server.is_done());
}

#[test]
fn an_answer_that_breaks_off_is_no_object() {
    let server = S3Server::start();
    let storage = server.storage();
    let bytes = noise(300_000);
    let key = master(&scope(1), &bytes);
    storage.put(&key, &bytes).unwrap();
    server.will(&[(Method::GET, Fault::CutOff(100_000)), (Method::GET, Fault::CutOff(299_999))]);
    assert_eq!(storage.get(&key).unwrap(), bytes);
    server.will(&[0, 1, 150_000, 299_999].map(|bytes| (Method::GET, Fault::CutOff(bytes))));
    let error = storage.get(&key).unwrap_err();
    assert!(matches!(error, StorageError::Unreachable { .. }), "{error:?}");
    assert!(server.is_done());
}

#[test]
fn what_was_done_without_an_answer_is_done_once_more_and_lies_there_once() {
    let server = S3Server::start();
    let storage = server.storage();
    let key = master(&scope(1), b"pixels");
    server.will(&[(Method::PUT, Fault::NoAnswer), (Method::DELETE, Fault::NoAnswer)]);
    storage.put(&key, b"pixels").unwrap();
    assert_eq!(server.objects().0.len(), 1);
    storage.remove(&key).unwrap();
    assert_eq!(server.objects().0.len(), 0);
    assert!(server.is_done());
}

#[test]
fn a_slow_answer_is_not_waited_for() {
    let server = S3Server::start();
    let settings = S3Settings { timeout: Duration::from_millis(500), attempts: 2, ..server.settings() };
    let storage = S3Storage::new(&settings).unwrap();
    let key = master(&scope(1), b"pixels");
    storage.put(&key, b"pixels").unwrap();
    for slow in [Fault::Late(Duration::from_secs(30)), Fault::Stall(3)] {
        server.will(&[(Method::GET, slow)]);
        assert_eq!(storage.get(&key).unwrap(), b"pixels");
        server.will(&[slow; 2].map(|slow| (Method::GET, slow)));
        let started = Instant::now();
        let error = storage.get(&key).unwrap_err();
        assert!(matches!(error, StorageError::Unreachable { .. }), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    }
}

#[test]
fn a_large_object_goes_in_parts_and_comes_back_whole() {
    let server = S3Server::start();
    let storage = server.storage();
    let bytes = noise((24 << 20) + 12_345);
    let key = master(&scope(1), &bytes);
    // One part fails twice, and the answer to the end is lost.
    server.will(&[(Method::PUT, Fault::Answer(503)), (Method::PUT, Fault::NoAnswer)]);
    storage.put(&key, &bytes).unwrap();
    let parts = server.seen().iter().filter(|(method, _)| *method == Method::PUT).count();
    assert_eq!(parts, 4 + 2);
    assert_eq!(storage.get(&key).unwrap(), bytes);
    storage.put(&key, &bytes).unwrap();
    assert!(server.seen().iter().all(|(method, _)| *method != Method::PUT), "it was sent again");
    assert!(server.is_done());
    assert_eq!(server.objects().1, 0);
}

#[test]
fn a_large_object_whose_last_answer_is_lost_lies_there() {
    let server = S3Server::start();
    let storage = server.storage();
    let bytes = noise(17 << 20);
    let key = master(&scope(1), &bytes);
    server.will(&[(Method::POST, Fault::Late(Duration::ZERO)), (Method::POST, Fault::NoAnswer)]);
    storage.put(&key, &bytes).unwrap();
    assert_eq!(storage.get(&key).unwrap(), bytes);
    assert!(server.is_done());
}

#[test]
fn a_large_object_that_cannot_be_finished_leaves_no_part() {
    let server = S3Server::start();
    let storage = server.storage();
    let bytes = noise(20 << 20);
    let key = master(&scope(1), &bytes);
    let always = [500; 40].map(|status| (Method::PUT, Fault::Answer(status)));
    // The first part arrives, nothing after it.
    server.will(&[(Method::PUT, Fault::Late(Duration::ZERO))]);
    server.will(&always);
    let error = storage.put(&key, &bytes).unwrap_err();
    assert!(matches!(error, StorageError::Unreachable { .. }), "{error:?}");
    assert!(!storage.contains(&key).unwrap());
    assert_eq!(server.objects(), (Vec::new(), 0));
}
