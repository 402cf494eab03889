//! What only a bucket can get wrong, on a real S3 server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Method;
use packshot::domain::Secret;
use packshot::error::Code;
use packshot::storage::{Bucket, Checksums, S3Settings, S3Storage, Storage, StorageError, StorageKey};

use super::{conforms, master, mends, withstands_a_crowd};
use crate::s3::{BUCKET, S3Server, SECRET_KEY};
use crate::support::scope;

#[test]
fn a_bucket_conforms() {
    let server = S3Server::start();
    conforms(&server.storage());
    let storage: Arc<dyn Storage> = Arc::new(server.storage());
    withstands_a_crowd(&storage);
}

#[test]
fn a_bucket_conforms_without_checksums_and_prefix() {
    let server = S3Server::start();
    let bucket = Bucket::parse(&format!("s3://{BUCKET}")).unwrap();
    let settings = S3Settings { checksums: Checksums::WhenRequired, bucket, ..server.settings() };
    conforms(&S3Storage::new(&settings).unwrap());
}

/// The whole suite on any store, by the same settings as the program's: `PACKSHOT_STORAGE` and its companions name a bucket where names that begin
/// with `org_0000` may be written and removed.
#[test]
#[ignore = "needs a bucket; run it by name with the settings of one"]
fn a_bucket_of_your_own_conforms() {
    let settings =
        packshot::config::Config::load().unwrap().s3().unwrap().expect("PACKSHOT_STORAGE names a bucket");
    let storage: Arc<dyn Storage> = Arc::new(S3Storage::new(&settings).unwrap());
    conforms(storage.as_ref());
    withstands_a_crowd(&storage);
    let large: Vec<u8> = (0..20u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let key = master(&scope(1), &large);
    storage.put(&key, &large).unwrap();
    storage.put(&key, &large).unwrap();
    assert_eq!(storage.get(&key).unwrap(), large);
    let url = storage.signed_url(&key, "large.png", Duration::from_secs(60)).unwrap().unwrap();
    assert!(url.contains(&key.path()));
    for number in 1..=7 {
        storage.forget(scope(number).organization()).unwrap();
    }
    assert!(!storage.contains(&key).unwrap());
}

#[test]
fn names_hold_ids_and_digests_only_and_lie_below_the_prefix() {
    let server = S3Server::start();
    let storage = server.storage();
    let key = master(&scope(1), b"pixels");
    storage.put(&key, b"pixels").unwrap();
    let (objects, _) = server.objects();
    assert_eq!(objects, [format!("shop/{}", key.path())]);
}

#[test]
fn what_was_damaged_behind_the_servers_back_is_mended() {
    let server = S3Server::start();
    mends(&server.storage(), |key| {
        let file = server.file(&format!("shop/{}", key.path()));
        let length = std::fs::read(&file).unwrap().len();
        std::fs::write(file, vec![b'z'; length]).unwrap();
    });
}

#[test]
fn what_somebody_else_put_there_is_mended_by_whoever_never_read_it() {
    let server = S3Server::start();
    let storage = server.storage();
    let (key, other) = (master(&scope(1), b"pixels"), master(&scope(1), b"others"));
    // Other bytes of the same length with metadata of their own, as a copy by hand makes them.
    storage.put(&other, b"others").unwrap();
    let copy = |from: &StorageKey, to: &StorageKey| {
        let [from, to] = [from, to].map(|key| server.file(&format!("shop/{}", key.path())));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    };
    copy(&other, &key);
    storage.put(&key, b"pixels").unwrap();
    assert_eq!(storage.get(&key).unwrap(), b"pixels");
}

#[test]
fn what_lies_there_soundly_is_not_sent_again() {
    let server = S3Server::start();
    let storage = server.storage();
    let key = master(&scope(1), b"pixels");
    storage.put(&key, b"pixels").unwrap();
    let methods =
        |server: &S3Server| -> Vec<_> { server.seen().into_iter().map(|(method, _)| method).collect() };
    assert_eq!(methods(&server), [Method::HEAD, Method::PUT]);
    // Another process, too, sees that it is whole.
    server.storage().put(&key, b"pixels").unwrap();
    assert_eq!(methods(&server), [Method::HEAD]);
}

/// Refused for a reason that a person can act on, at once, and without a word of the secret.
fn refused(storage: &dyn Storage, server: &S3Server, reason: &str) {
    let key = master(&scope(1), b"pixels");
    server.seen();
    for error in [storage.put(&key, b"pixels").unwrap_err(), storage.get(&key).unwrap_err()] {
        assert!(matches!(error, StorageError::Refused { .. }), "{error:?}");
        assert_eq!(error.code(), Code::StorageUnavailable);
        let said = format!("{error} {error:?} {} {storage:?}", error.problem());
        assert!(said.contains(reason) && said.contains("s3://") && !said.contains("s3cret"), "{said}");
    }
    assert_eq!(server.seen().len(), 3, "what a person must mend is not tried again");
    assert_eq!(server.objects().0, Vec::<String>::new());
}

#[test]
fn a_wrong_secret_a_wrong_key_and_a_wrong_bucket_are_each_said() {
    let server = S3Server::start();
    let right = server.settings();
    let wrong = S3Settings { secret_key: Secret::new("s3cret-but-wrong"), ..right.clone() };
    refused(&S3Storage::new(&wrong).unwrap(), &server, "the secret key is not that of the access key");
    let wrong = S3Settings { access_key: "somebody".into(), ..right.clone() };
    refused(&S3Storage::new(&wrong).unwrap(), &server, "does not know this access key");
    let wrong = S3Settings { bucket: Bucket::parse("s3://no-such-bucket/shop").unwrap(), ..right.clone() };
    refused(&S3Storage::new(&wrong).unwrap(), &server, "there is no such bucket");
    assert!(!format!("{right:?}").contains(SECRET_KEY));
}

#[test]
fn a_store_that_is_not_there_is_given_up_in_bounded_time() {
    let server = S3Server::start();
    // Nobody listens; somebody listens and never answers; somebody who speaks no TLS.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let places = [
        (format!("http://{nobody}"), 4),
        (format!("http://{}", mute.local_addr().unwrap()), 7),
        (format!("https://{}", server.address), 4),
    ];
    let key = master(&scope(1), b"pixels");
    for (address, within) in places {
        let endpoint = Some(address);
        let settings = S3Settings { endpoint, timeout: Duration::from_millis(800), ..server.settings() };
        let storage = S3Storage::new(&settings).unwrap();
        let started = Instant::now();
        let error = storage.put(&key, b"pixels").unwrap_err();
        assert!(matches!(error, StorageError::Unreachable { .. }), "{error:?}");
        assert_eq!(error.code(), Code::StorageUnavailable);
        assert!(started.elapsed() < Duration::from_secs(within), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn it_works_and_ends_on_an_executors_thread() {
    let server = S3Server::start();
    let storage = server.storage();
    let key = master(&scope(1), b"pixels");
    storage.put(&key, b"pixels").unwrap();
    assert_eq!(storage.get(&key).unwrap(), b"pixels");
    drop(storage);
}

#[test]
fn more_than_one_page_of_names_is_forgotten() {
    let server = S3Server::start();
    let storage = server.storage();
    let folder = server.file(&format!("shop/{}/master/aa", scope(1).organization()));
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..1203 {
        std::fs::write(folder.join(number.to_string()), b"x").unwrap();
    }
    storage.put(&master(&scope(2), b"pixels"), b"pixels").unwrap();
    assert_eq!(storage.forget(scope(1).organization()).unwrap(), 1203);
    assert_eq!(server.objects().0, [format!("shop/{}", master(&scope(2), b"pixels").path())]);
}

#[test]
fn a_signed_address_opens_one_object_for_whoever_has_it_and_no_other() {
    let server = S3Server::start();
    let storage = server.storage();
    let (key, other) = (master(&scope(1), b"pixels"), master(&scope(1), b"others"));
    storage.put(&key, b"pixels").unwrap();
    storage.put(&other, b"others").unwrap();
    let url = storage.signed_url(&key, "master-1.png", Duration::from_secs(60)).unwrap().unwrap();
    assert!(!url.contains(SECRET_KEY));
    let read = |url: String| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let answer = reqwest::get(url).await.unwrap();
            let name =
                answer.headers().get("content-disposition").map(|value| value.to_str().unwrap().to_owned());
            (answer.status().as_u16(), name, answer.bytes().await.unwrap().to_vec())
        })
    };
    let name = Some("attachment; filename=\"master-1.png\"".to_owned());
    assert_eq!(read(url.clone()), (200, name, b"pixels".to_vec()));
    assert_eq!(read(url.replace(&key.path(), &other.path())).0, 403);
    assert_eq!(read(url.split('?').next().unwrap().to_owned()).0, 403);
}
