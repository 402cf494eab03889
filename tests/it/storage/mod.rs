//! The suite that every [`Storage`] must pass. What only files or only a bucket can get wrong is beside it.

mod bucket;
mod faults;
mod files;

use std::sync::{Arc, Barrier};

use packshot::domain::{ChannelFormat, SourceFormat, TenantScope};
use packshot::storage::{Address, Storage, StorageError, StorageKey};

use crate::support::scope;

fn master(scope: &TenantScope, bytes: &[u8]) -> StorageKey {
    StorageKey::Master { address: Address::of(scope, bytes) }
}

/// What every store promises.
fn conforms(storage: &dyn Storage) {
    let (one, two) = (scope(1), scope(2));
    let bytes = b"pixels".as_slice();
    let key = master(&one, bytes);
    assert!(!storage.contains(&key).unwrap());
    assert!(matches!(storage.get(&key), Err(StorageError::Missing { .. })));
    storage.remove(&key).unwrap();
    storage.put(&key, bytes).unwrap();
    storage.put(&key, bytes).unwrap();
    assert!(storage.contains(&key).unwrap());
    assert_eq!(storage.get(&key).unwrap(), bytes);
    assert!(!storage.contains(&master(&two, bytes)).unwrap(), "another organization's object");

    let wrong = storage.put(&master(&one, b"other"), bytes);
    assert!(matches!(wrong, Err(StorageError::Mismatch { .. })), "{wrong:?}");
    assert!(!storage.contains(&master(&one, b"other")).unwrap());
    storage.put(&master(&one, b""), b"").unwrap();
    assert_eq!(storage.get(&master(&one, b"")).unwrap(), b"");
    storage.remove(&key).unwrap();
    assert!(!storage.contains(&key).unwrap());

    kinds_lie_apart(storage, &Address::of(&one, bytes), bytes);
    organizations_are_forgotten_one_at_a_time(storage);
}

fn kinds_lie_apart(storage: &dyn Storage, address: &Address, bytes: &[u8]) {
    let of_every_kind = [
        StorageKey::Photo { address: address.clone(), format: SourceFormat::Jpeg },
        StorageKey::Cutout { address: address.clone() },
        StorageKey::Shadow { address: address.clone() },
        StorageKey::Master { address: address.clone() },
        StorageKey::Coverage { address: address.clone() },
        StorageKey::Rendition { address: address.clone(), format: ChannelFormat::Jpeg },
        StorageKey::Evidence { address: address.clone() },
        StorageKey::Receipt { address: address.clone() },
        StorageKey::Film { address: address.clone() },
        StorageKey::Segment { address: address.clone() },
        StorageKey::Findings { address: address.clone() },
        StorageKey::Still { address: address.clone() },
        StorageKey::Preview { address: address.clone() },
        StorageKey::Import { address: address.clone() },
    ];
    for (number, key) in of_every_kind.iter().enumerate() {
        storage.put(key, bytes).unwrap();
        assert!(of_every_kind[number + 1..].iter().all(|later| !storage.contains(later).unwrap()), "{key:?}");
    }
}

/// Many writers of the same object, and readers who must never see a part of it.
fn withstands_a_crowd(storage: &Arc<dyn Storage>) {
    let bytes: Arc<Vec<u8>> = Arc::new((0..400_000u32).map(|i| (i * 7 % 251) as u8).collect());
    let key = master(&scope(3), &bytes);
    let start = Arc::new(Barrier::new(6));
    let threads: Vec<_> = (0..6)
        .map(|number| {
            let (storage, bytes, key, start) =
                (Arc::clone(storage), Arc::clone(&bytes), key.clone(), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                for _ in 0..8 {
                    match number % 2 {
                        0 => storage.put(&key, &bytes).unwrap(),
                        _ => match storage.get(&key) {
                            Ok(read) => assert_eq!(read, *bytes),
                            Err(error) => assert!(matches!(error, StorageError::Missing { .. }), "{error}"),
                        },
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(storage.get(&key).unwrap(), *bytes);
}

fn organizations_are_forgotten_one_at_a_time(storage: &dyn Storage) {
    let (gone, stays, unknown) = (scope(5), scope(6), scope(7));
    let bytes: Vec<[u8; 2]> = (0..20).map(|number| [number, 1]).collect();
    for bytes in &bytes {
        storage.put(&master(&gone, bytes), bytes).unwrap();
        let address = Address::of(&gone, bytes);
        storage.put(&StorageKey::Receipt { address }, bytes).unwrap();
    }
    storage.put(&master(&stays, &bytes[0]), &bytes[0]).unwrap();
    assert_eq!(storage.forget(unknown.organization()).unwrap(), 0);
    assert_eq!(storage.forget(gone.organization()).unwrap(), 40);
    assert!(bytes.iter().all(|bytes| !storage.contains(&master(&gone, bytes)).unwrap()));
    assert_eq!(storage.get(&master(&stays, &bytes[0])).unwrap(), bytes[0]);
    assert_eq!(storage.forget(gone.organization()).unwrap(), 0);
}

/// Damage is noticed by whoever reads, and mended by writing again; `damage` changes what lies under the key.
fn mends(storage: &dyn Storage, damage: impl Fn(&StorageKey)) {
    let bytes = b"pixels that somebody will change";
    let key = master(&scope(4), bytes);
    storage.put(&key, bytes).unwrap();
    damage(&key);
    assert!(matches!(storage.get(&key), Err(StorageError::Corrupt { .. })));
    storage.put(&key, bytes).unwrap();
    assert_eq!(storage.get(&key).unwrap(), bytes);
}
