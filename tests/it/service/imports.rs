//! Many products and photos at once: every kind of file, what is wrong with a row, what attackers pack, and imports that are sent twice or killed.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::process::Process;
use super::{Answer, PASSWORD, Server, fixture, id, start};
use crate::support::{Engine, on_both_databases};

/// A file's name and bytes.
type Sent<'a> = (&'a str, &'a [u8]);

/// A picture like no other.
pub(crate) fn picture(number: u32) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(64, 64, |x, y| {
        let inside = (20..44).contains(&x) && (20..44).contains(&y);
        if inside { image::Rgb([number as u8, (number >> 8) as u8, 90]) } else { image::Rgb([255; 3]) }
    });
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn form(files: &[(&str, &[u8])]) -> Form {
    files.iter().fold(Form::new(), |form, (name, bytes)| {
        form.part("file", Part::bytes(bytes.to_vec()).file_name((*name).to_owned()))
    })
}

/// Sends files and waits until the import has ended.
pub(crate) async fn import(server: &Server, key: &str, files: &[(&str, &[u8])]) -> Value {
    let made = server.form("/v1/imports", key, form(files)).await.expect(202);
    ended(server, key, id(&made)).await
}

pub(crate) async fn ended(server: &Server, key: &str, id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let import = server.get(&format!("/v1/imports/{id}"), key).await.expect(200);
        if ["completed", "failed"].contains(&import["status"].as_str().unwrap()) {
            return import;
        }
        assert!(Instant::now() < deadline, "{import}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn rows(server: &Server, key: &str, import: &Value) -> Vec<Value> {
    let path = format!("/v1/imports/{}/rows?limit=100", id(import));
    server.get(&path, key).await.expect(200)["data"].as_array().unwrap().clone()
}

/// What each row came to: its code if it failed, else its status.
pub(crate) async fn fates(server: &Server, key: &str, import: &Value) -> Vec<String> {
    let fate = |row: &Value| row["problem"]["code"].as_str().or(row["status"].as_str()).unwrap().to_owned();
    rows(server, key, import).await.iter().map(fate).collect()
}

async fn products(server: &Server, key: &str) -> BTreeMap<String, (String, String, Value)> {
    let listed = server.get("/v1/products?limit=100", key).await.expect(200);
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "sku"), (text(row, "title"), text(row, "category"), row["width_cm"].clone())))
        .collect()
}

pub(crate) fn counts(import: &Value) -> [i64; 4] {
    ["total", "accepted", "failed", "skipped"].map(|name| import[name].as_i64().unwrap())
}

async fn merchant(on: Engine, settings: &[(&str, &str)]) -> (Server, String) {
    let server = start(on, settings, true).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    (server, key)
}

async fn a_manifest_and_a_zip_become_products_and_photos(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let (one, two, three) = (picture(1), picture(2), picture(3));
    let csv = "货号;品名;类目;宽度cm;图片\r\nMUG;Tasse;Kitchen;8,5;img/mug.png|back.png\r\nBOX;Tin;home;;box.png\r\n";
    let pictures =
        zip(&[("img/mug.png", &one), ("back.png", &two), ("deep/BOX.png", &three), ("__MACOSX/._x", b"x")]);
    let done = import(&server, &key, &[("rows.csv", csv.as_bytes()), ("pictures.zip", &pictures)]).await;
    assert_eq!((done["status"].as_str(), counts(&done)), (Some("completed"), [3, 3, 0, 0]), "{done}");
    let products = products(&server, &key).await;
    assert_eq!(products["MUG"], ("Tasse".into(), "kitchen".into(), json!(8.5)));
    assert_eq!(products["BOX"].0, "Tin");
    let rows = rows(&server, &key, &done).await;
    let said =
        |row: &Value| (row["row"].as_i64(), row["line"].as_i64(), row["name"].as_str().unwrap().to_owned());
    assert_eq!(said(&rows[1]), (Some(2), Some(2), "back.png".into()));
    assert_eq!(said(&rows[2]), (Some(3), Some(3), "box.png".into()));
    let photo =
        server.get(&format!("/v1/photos/{}", rows[0]["photo"].as_str().unwrap()), &key).await.expect(200);
    assert_eq!((&photo["product"], &photo["file_name"]), (&rows[0]["product"], &json!("mug.png")));

    // The same again: nothing new, and what is said of the products is.
    let csv = "sku,title,photo\nMUG,Cup,img/mug.png\nBOX,,box.png\n";
    let again = import(
        &server,
        &key,
        &[(
            "p.zip",
            &zip(&[("shop/rows.csv", csv.as_bytes()), ("img/mug.png", &one), ("shop/box.png", &three)]),
        )],
    )
    .await;
    assert_eq!(counts(&again), [2, 0, 0, 2], "{again}");
    let products = self::products(&server, &key).await;
    assert_eq!((products["MUG"].0.as_str(), products["BOX"].0.as_str()), ("Cup", "Tin"));
    assert_eq!(server.get("/v1/photos", &key).await.expect(200)["data"].as_array().unwrap().len(), 3);

    // What the imports were made of goes.
    let deadline = Instant::now() + Duration::from_secs(60);
    while left(&server).iter().any(|path| path.contains("/import/")) {
        assert!(Instant::now() < deadline, "{:?}", left(&server));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let listed = server.get("/v1/imports", &key).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    server.stop().await;
}

/// Every file in the data folder but the database's.
fn left(server: &Server) -> Vec<String> {
    let all = super::forms::tree(server.folder.path());
    all.into_iter().filter(|path| path.contains("/objects/") || path.contains("/uploads/")).collect()
}

fn book(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zip(&[
        ("xl/workbook.xml", br#"<workbook><sheets><sheet r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<R><R Id="r1" Target="worksheets/s.xml"/></R>"#),
        ("xl/worksheets/s.xml", sheet.as_bytes()),
    ])
}

async fn every_kind_of_manifest_is_understood_and_pictures_do_without(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let cell = |name: &str, text: &str| format!(r#"<c r="{name}" t="str"><v>{text}</v></c>"#);
    let xlsx = book(&format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>12.5</v></c></row>",
        cell("A1", "SKU"),
        cell("B1", "Width (cm)"),
        cell("A2", "X-1")
    ));
    let lines = b"{\"sku\":\"J-1\",\"title\":\"Jar\",\"photos\":[\"J.png\"]}\n{\"sku\":\"J-2\",\"category\":\"Food\"}\n";
    let done = import(&server, &key, &[("rows.xlsx", &xlsx)]).await;
    assert_eq!(counts(&done), [1, 1, 0, 0], "{done}");
    let done = import(&server, &key, &[("rows.ndjson", lines), ("J.png", &picture(4))]).await;
    assert_eq!(counts(&done), [2, 2, 0, 0], "{done}");
    let done =
        import(&server, &key, &[("rows.tsv", b"sku\ttitle\nT-1\tTea\n"), ("T-1.png", &picture(5))]).await;
    assert_eq!(counts(&done), [1, 1, 0, 0], "{done}");
    assert!(rows(&server, &key, &done).await[0]["photo"].is_string());
    let done = import(&server, &key, &[("P-1.png", &picture(6)), ("P-2.png", &picture(7))]).await;
    assert_eq!(counts(&done), [2, 2, 0, 0], "{done}");
    let done = import(
        &server,
        &key,
        &[("all.zip", &zip(&[("a/Z-1.png", &picture(8)), ("b/Z-1.png", &picture(8))]))],
    )
    .await;
    assert_eq!(counts(&done), [2, 1, 0, 1], "the same picture of the same SKU is one photo: {done}");
    let products = products(&server, &key).await;
    let skus: Vec<_> = products.keys().map(String::as_str).collect();
    assert_eq!(skus, ["J-1", "J-2", "P-1", "P-2", "T-1", "X-1", "Z-1"]);
    assert_eq!((&products["X-1"].2, products["J-2"].1.as_str()), (&json!(12.5), "food"));
    // A spreadsheet in a ZIP, which is a ZIP in a ZIP, and pictures by the names and digests of those that were uploaded.
    let digest =
        server.get("/v1/photos", &key).await.expect(200)["data"][0]["digest"].as_str().unwrap().to_owned();
    let rows = format!(
        "<row>{}{}</row><row>{}{}</row><row>{}{}</row>",
        cell("A1", "sku"),
        cell("B1", "photo"),
        cell("A2", "P-1"),
        cell("B2", "P-1.png"),
        cell("A3", "N-1"),
        cell("B3", &digest)
    );
    let done = import(&server, &key, &[("x.zip", &zip(&[("rows.xlsx", &book(&rows))]))]).await;
    assert_eq!(fates(&server, &key, &done).await, ["skipped", "accepted"], "{done}");
    server.stop().await;
}

async fn a_dry_run_says_what_would_become_of_each_row_and_changes_nothing(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    import(&server, &key, &[("A.png", &picture(1))]).await;
    let csv = b"sku,title,photo\nA,Changed,A.png\nB,New,B.png\nC,Bad,C.png\nD,Gone,D.png\n";
    let files: &[(&str, &[u8])] =
        &[("rows.csv", csv), ("A.png", &picture(1)), ("B.png", &picture(2)), ("C.png", b"<svg/>")];
    let made = server.form("/v1/imports", &key, form(files).text("dry_run", "true")).await.expect(202);
    let done = ended(&server, &key, id(&made)).await;
    assert_eq!((done["dry_run"].as_bool(), counts(&done)), (Some(true), [4, 1, 2, 1]), "{done}");
    assert_eq!(
        fates(&server, &key, &done).await,
        ["skipped", "accepted", "format_unsupported", "file_missing"]
    );
    let products = products(&server, &key).await;
    assert_eq!((products.len(), products["A"].0.as_str()), (1, ""));
    let same = server.form("/v1/imports?dry_run=true", &key, form(files)).await.expect(202);
    assert_eq!(counts(&ended(&server, &key, id(&same)).await), [4, 1, 2, 1]);
    assert!(!left(&server).iter().any(|path| path.contains("/photo/") && path.contains("svg")));
    assert_eq!(server.get("/v1/photos", &key).await.expect(200)["data"].as_array().unwrap().len(), 1);
    server.stop().await;
}

async fn one_bad_row_stops_no_other_and_each_says_what_is_wrong(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let csv = "sku,title,width_cm,photo\nA,Good,10,a.png\nA,Again,10,a.png\n,No SKU,10,a.png\nC,Wide,wide,a.png\nD,Far,,http://x.example/d.png\nE,Gone,,e.png\n\
               F,Up,,../../etc/passwd\nG,Two,,twin.png\nH,Text,,h.png\nI,Cut,,i.jpg\nJ,Empty,,j.png\n=1+1,Formula,,k.png\n";
    let torn = &fixture("moka-pot.jpg")[..100];
    let pictures = zip(&[
        ("a.png", &picture(1)),
        ("l/twin.png", &picture(2)),
        ("r/twin.png", &picture(3)),
        ("h.png", b"no picture"),
        ("i.jpg", torn),
        ("j.png", b""),
        ("k.png", &picture(4)),
        ("stray.png", &picture(5)),
    ]);
    let done = import(&server, &key, &[("rows.csv", csv.as_bytes()), ("p.zip", &pictures)]).await;
    let expected = [
        "accepted",
        "sku_duplicate",
        "row_invalid",
        "row_invalid",
        "address_unsupported",
        "file_missing",
        "row_invalid",
        "photo_ambiguous",
        "format_unsupported",
        "decode_failed",
        "file_empty",
        "accepted",
        "photo_unused",
        "photo_unused",
        "photo_unused",
    ];
    assert_eq!(fates(&server, &key, &done).await, expected, "{done}");
    assert_eq!((done["status"].as_str(), counts(&done)), (Some("completed"), [15, 2, 13, 0]));
    for row in rows(&server, &key, &done).await.iter().filter(|row| row["status"] == "failed") {
        for field in ["type", "code", "message", "param", "advice"] {
            assert!(row["problem"][field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {row}");
        }
    }
    // Page by page, and by status.
    let path = format!("/v1/imports/{}/rows", id(&done));
    let first = server.get(&format!("{path}?status=failed&limit=2"), &key).await.expect(200);
    assert_eq!((&first["data"][1]["row"], &first["has_more"]), (&json!(3), &json!(true)));
    let next =
        server.get(&format!("{path}?status=failed&limit=100&starting_after=3"), &key).await.expect(200);
    assert_eq!((next["data"].as_array().unwrap().len(), &next["has_more"]), (11, &json!(false)));
    for query in ["status=good", "limit=0", "starting_after=x", "page=1"] {
        server.get(&format!("{path}?{query}"), &key).await.refused(400, "request_invalid");
    }
    server.stop().await;
}

async fn what_is_no_import_fails_as_a_whole_and_says_why(on: Engine) {
    let (server, key) = merchant(on, &[("PACKSHOT_IMPORT_MIB", "1")]).await;
    let cases: [(&str, &[Sent<'_>]); 7] = [
        ("catalog_invalid", &[("rows.csv", b"name,price\nA,1\n")]),
        ("catalog_invalid", &[("rows.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]),
        ("catalog_invalid", &[("rows.json", b"[{\"sku\":\"A\"}]")]),
        ("request_invalid", &[("a.csv", b"sku\nA\n"), ("b.csv", b"sku\nB\n")]),
        ("request_invalid", &[("rows.csv", b"sku,photo\n")]),
        ("archive_invalid", &[("a.zip", b"PK\x03\x04 and nothing else")]),
        ("catalog_invalid", &[("a.xlsx", b"PK\x03\x04 and nothing else")]),
    ];
    for (code, files) in cases {
        let done = import(&server, &key, files).await;
        assert_eq!((&done["status"], &done["problem"]["code"]), (&json!("failed"), &json!(code)), "{done}");
    }
    let refused = async |form: Form| server.form("/v1/imports", &key, form).await;
    refused(form(&[("a.bin", &[7; (1 << 20) + 1])])).await.refused(413, "import_too_large");
    refused(form(&[("a.bin", &[7; 600 << 10]), ("b.bin", &[7; 600 << 10])]))
        .await
        .refused(413, "import_too_large");
    refused(Form::new().text("dry_run", "true")).await.refused(400, "request_invalid");
    refused(form(&[("A.png", &picture(1))]).text("dry_run", "maybe")).await.refused(400, "request_invalid");
    refused(form(&[("A.png", &picture(1))]).text("dryrun", "true")).await.refused(400, "request_invalid");
    let other = Form::new().part("files", Part::bytes(picture(1)).file_name("A.png"));
    refused(other).await.refused(400, "request_invalid");
    server.post("/v1/imports", &key, json!({})).await.refused(400, "request_invalid");
    server.get("/v1/imports/imp_x/rows", &key).await.refused(404, "not_found");
    assert!(products(&server, &key).await.is_empty());
    server.stop().await;
}

async fn nothing_that_an_attacker_packs_leaves_the_archive_or_grows(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let before: Vec<_> = super::forms::tree(server.folder.path());
    let bomb = vec![0u8; 8 << 20];
    let inner = zip(&[("x.png", &picture(9))]);
    let mut hostile = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("../../../tmp/evil.png", &picture(1)),
        ("/etc/evil.png", &picture(2)),
        ("C:\\evil.png", &picture(3)),
        ("bomb.png", &bomb),
        ("inner.zip", &inner),
        ("inner.png", &inner),
        ("secret.png", &picture(4)),
        ("GOOD.png", &picture(5)),
    ] {
        hostile.start_file(name, SimpleFileOptions::DEFAULT).unwrap();
        hostile.write_all(bytes).unwrap();
    }
    hostile.add_symlink("link.png", "/etc/passwd", SimpleFileOptions::DEFAULT).unwrap();
    let mut hostile = hostile.finish().unwrap().into_inner();
    for (signature, at, name) in [(b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)] {
        let of = |w: &[u8]| w.starts_with(signature) && w[name..].starts_with(b"secret.png");
        let place = hostile.windows(60).position(of).unwrap();
        hostile[place + at] |= 1;
    }
    let done = import(&server, &key, &[("x.zip", &hostile)]).await;
    let expected = [
        "entry_refused",
        "entry_refused",
        "entry_refused",
        "entry_refused",
        "archive_nested",
        "archive_nested",
        "entry_encrypted",
        "accepted",
        "entry_refused",
    ];
    assert_eq!(fates(&server, &key, &done).await, expected, "{done}");
    let new = super::forms::tree(server.folder.path()).into_iter().filter(|path| !before.contains(path));
    assert!(new.clone().all(|path| path.contains("/objects/")), "{:?}", new.collect::<Vec<_>>());
    assert!(!std::path::Path::new("/tmp/evil.png").exists());
    server.stop().await;
}

async fn an_import_that_is_sent_again_is_the_first(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let send = async |name: &str, bytes: &[u8]| -> Answer {
        let request = server.client.post(format!("{}/v1/imports", server.base)).bearer_auth(&key);
        let request = request.header("Idempotency-Key", name).multipart(form(&[("A.png", bytes)]));
        super::read(request.send().await.unwrap()).await
    };
    let first = send("one", &picture(1)).await;
    let again = send("one", &picture(1)).await;
    assert_eq!((first.expect(202), again.header("idempotent-replayed")), (again.expect(202), "true"));
    send("one", &picture(2)).await.refused(409, "idempotency_mismatch");
    let other = send("two", &picture(1)).await.expect(202);
    assert_ne!(other["id"], first.json()["id"]);
    let done = ended(&server, &key, id(&first.json())).await;
    assert_eq!(counts(&done)[0], 1);
    ended(&server, &key, id(&other)).await;
    let listed = server.get("/v1/imports", &key).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    server.stop().await;
}

async fn a_reader_starts_no_import_and_sees_only_its_own(on: Engine) {
    let (server, key) = merchant(on, &[]).await;
    let mine = import(&server, &key, &[("A.png", &picture(1))]).await;
    let other = server.owner("other").await;
    let (theirs, reads) = (server.key(&other, &["write"]).await, server.key(&other, &["read"]).await);
    server.form("/v1/imports", &reads, form(&[("A.png", &picture(1))])).await.refused(403, "forbidden");
    server.get(&format!("/v1/imports/{}", id(&mine)), &theirs).await.refused(404, "not_found");
    server.get(&format!("/v1/imports/{}/rows", id(&mine)), &theirs).await.refused(404, "not_found");
    // A photo that another organization has is not one that was uploaded before.
    let csv = b"sku,photo\nA,A.png\n";
    let done = import(&server, &theirs, &[("rows.csv", csv)]).await;
    assert_eq!(fates(&server, &theirs, &done).await, ["file_missing"]);
    let request = server.send(Method::DELETE, "/v1/imports", &key, None).await;
    request.refused(404, "not_found");
    server.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_goes_on_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path());
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    first.send("/v1/accounts", "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = first.send("/v1/sessions", "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let pictures: Vec<_> = (0..600).map(|number| (format!("SKU-{number}.png"), picture(number))).collect();
    let entries: Vec<_> = pictures.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let form = form(&[("all.zip", &zip(&entries))]);
    let sent = first.client.post(format!("{}/v1/imports", first.base)).bearer_auth(&token).multipart(form);
    let made: Value = sent.send().await.unwrap().json().await.unwrap();
    let path = format!("/v1/imports/{}", id(&made));
    let deadline = Instant::now() + Duration::from_secs(120);
    while first.send(&path, &token, None).await["accepted"] == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = first.send(&path, &token, None).await;
    assert_eq!(first.end("-KILL"), None);
    assert!(
        (1..600).contains(&before["accepted"].as_i64().unwrap()),
        "it was not killed in the middle: {before}"
    );

    let second = Process::start(folder.path());
    let done = loop {
        let now = second.send(&path, &token, None).await;
        if now["status"] == "completed" {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(counts(&done), [600, 600, 0, 0], "{done}");
    let mut photos = std::collections::BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = second.send(&format!("/v1/photos?limit=100{after}"), &token, None).await;
        let ids: Vec<String> = page["data"].as_array().unwrap().iter().map(|p| id(p).to_owned()).collect();
        after = format!("&starting_after={}", ids.last().unwrap());
        photos.extend(ids);
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(photos.len(), 600);
    second.end("-KILL");
}

on_both_databases! {
    a_manifest_and_a_zip_become_products_and_photos,
    every_kind_of_manifest_is_understood_and_pictures_do_without,
    a_dry_run_says_what_would_become_of_each_row_and_changes_nothing,
    one_bad_row_stops_no_other_and_each_says_what_is_wrong,
    what_is_no_import_fails_as_a_whole_and_says_why,
    nothing_that_an_attacker_packs_leaves_the_archive_or_grows,
    an_import_that_is_sent_again_is_the_first,
    a_reader_starts_no_import_and_sees_only_its_own,
}
