//! Manifests as spreadsheets and shops write them.

use proptest::prelude::*;

use super::*;

fn rows(text: impl AsRef<[u8]>) -> Vec<Result<Row, Problem>> {
    let rows = Manifest::open(text.as_ref(), "catalog.csv", Photos::Required).unwrap();
    rows.map(|row| row.map_err(|flaw| flaw.problem)).collect()
}

fn only(text: &str) -> Row {
    let mut rows = rows(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).unwrap()
}

fn refused(text: impl AsRef<[u8]>) -> Problem {
    Manifest::open(text.as_ref(), "catalog.csv", Photos::Required).err().unwrap()
}

#[test]
fn the_fixtures_own_manifest_is_understood() {
    let row = only(
        "sku,title,category,width_cm,photo,alpha,foreground\n\
         mug-01,Stoneware mug,kitchen,12.4,mug-01.jpg,mug-01.alpha.png,mug-01.foreground.png\n",
    );
    assert_eq!(row.line, 2);
    assert_eq!(row.photos, ["mug-01.jpg"]);
    let product = row.product;
    assert_eq!(
        (product.sku.as_str(), product.title.as_str(), product.category.as_str()),
        ("mug-01", "Stoneware mug", "kitchen")
    );
    assert!((product.width_m.unwrap() - 0.124).abs() < 1e-6);
}

#[test]
fn prices_and_features_stand_as_they_shall_be_read() {
    let row = only(
        "sku,photo,Price,Bullet Point 1,bullet_point2,features\n\
         A,a.jpg,\"€ 49,90\",Six hours hot,,One hand | Closes with a click\n",
    );
    assert_eq!(row.product.price, "€ 49,90");
    assert_eq!(row.product.features, ["Six hours hot", "One hand", "Closes with a click"]);
}

#[test]
fn byte_order_mark_semicolons_quotes_crlf_and_decimal_commas_are_excels_way() {
    let text = "\u{feff}\"SKU\";\"Product Name\";\"Width (cm)\";\"Image Src\"\r\n\
                \"A;1\";\"Teller \"\"Rund\"\"\r\nzweite Zeile\";\"27,5\";\"teller 1.jpg\"\r\n";
    let row = only(text);
    assert_eq!(row.product.sku, "A;1");
    assert_eq!(row.product.title, "Teller \"Rund\"\nzweite Zeile");
    assert!((row.product.width_m.unwrap() - 0.275).abs() < 1e-6);
    assert_eq!(row.photos, ["teller 1.jpg"]);
}

#[test]
fn tabs_a_sep_line_and_a_single_column_of_each_are_separators_or_not() {
    assert_eq!(only("sku\tphoto\nA,1\ta.jpg\n").product.sku, "A,1");
    assert_eq!(only("sep=;\r\nsku;photo\r\nA;a.jpg\r\n").photos, ["a.jpg"]);
    assert_eq!(refused("sku\nA\n").code, Code::CatalogInvalid);
}

#[test]
fn header_names_come_in_many_words_and_languages() {
    for header in
        ["SKU,Photo", " Variant SKU , Image Src ", "item_number,FILE-NAME", "货号,主图", "handle,image_link"]
    {
        let row = only(&format!("{header}\nA,a.jpg\n"));
        assert_eq!((row.product.sku.as_str(), &row.photos[..]), ("A", &["a.jpg".to_owned()][..]), "{header}");
    }
}

#[test]
fn several_photos_come_in_one_field_or_in_numbered_columns() {
    let row = only("sku,image,image 2,image_3\nA,a.jpg | b.jpg,,b.jpg|c.jpg\n");
    assert_eq!(row.photos, ["a.jpg", "b.jpg", "c.jpg"]);
}

#[test]
fn widths_know_their_units() {
    let meters =
        |header: &str, value: &str| only(&format!("sku,photo,{header}\nA,a,\"{value}\"\n")).product.width_m;
    assert_eq!(meters("width", ""), None);
    for (header, value) in [
        ("width_cm", "25.4"),
        ("width_mm", "254"),
        ("width_in", "10"),
        ("width", "10 in"),
        ("width_m", "25,4 cm"),
        ("Width (m)", "0.254"),
    ] {
        assert!((meters(header, value).unwrap() - 0.254).abs() < 1e-5, "{header} {value}");
    }
    for bad in ["wide", "-3", "0", "1e9", "NaN", "5 yards", "1.2.3"] {
        let row = &rows(format!("sku,photo,width\nA,a,{bad}\n"))[0];
        assert_eq!(row.as_ref().unwrap_err().code, Code::RowInvalid, "{bad}");
    }
}

#[test]
fn a_bad_row_names_its_line_and_does_not_stop_the_others() {
    let found = rows(
        "sku,photo\nA,a.jpg\n,b.jpg\nC,\n\nA,again.jpg\nshort\nE,../../etc/passwd\nF,C:\\f.jpg\nG,g.jpg,extra,fields\n",
    );
    let codes: Vec<_> =
        found.iter().map(|row| row.as_ref().map(|row| row.line).map_err(|p| p.code)).collect();
    let invalid = Err(Code::RowInvalid);
    assert_eq!(codes, [Ok(2), invalid, invalid, Err(Code::SkuDuplicate), invalid, invalid, invalid, Ok(10)]);
    let duplicate = found[3].as_ref().unwrap_err();
    assert_eq!((duplicate.item.as_str(), duplicate.message.as_str()), ("A", "line 6: already on line 2"));
    assert_eq!(found[1].as_ref().unwrap_err().item, "catalog.csv");
}

#[test]
fn lines_are_counted_past_blank_ones_and_breaks_inside_fields() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["sku,title,photo", "A,\"one", "two\",a", "", "", "B,,b", "C,,c"].join(end);
        let lines: Vec<_> = rows(text).into_iter().map(|row| row.unwrap().line).collect();
        assert_eq!(lines, [2, 6, 7], "{end:?}");
    }
}

#[test]
fn a_row_in_another_encoding_is_refused_alone() {
    let found = rows(b"sku,title,photo\nA,M\xfcsli,a.jpg\nB,Tee,b.jpg\n");
    assert_eq!(found[0].as_ref().unwrap_err().code, Code::RowInvalid);
    assert_eq!(found[1].as_ref().unwrap().product.sku, "B");
}

#[test]
fn what_is_no_manifest_is_refused_as_a_whole() {
    for text in
        [&b""[..], b"\xff\xfes\0k\0u\0", b"name,price\n", b"sku,price\n", b"photo\n", b"\xfc,photo,sku\n"]
    {
        let problem = refused(text);
        assert_eq!((problem.code, problem.item.as_str()), (Code::CatalogInvalid, "catalog.csv"), "{problem}");
    }
    assert!(refused("name,price\n").message.contains("name, price"));
}

#[test]
fn missing_photos_are_told_one_by_one() {
    let row = only("sku,photos\nA,a.jpg|b.jpg|c.jpg\n");
    let missing = row.missing(|name| name == "b.jpg");
    let told: Vec<_> =
        missing.iter().map(|p| (p.code, p.item.as_str(), p.message.contains(".jpg"))).collect();
    assert_eq!(told, [(Code::FileMissing, "A", true); 2]);
}

#[test]
fn a_long_manifest_is_streamed() {
    struct Endless {
        row: u32,
        rest: Vec<u8>,
    }
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.rest.is_empty() {
                self.row += 1;
                self.rest = format!("sku-{0},photo-{0}.jpg\n", self.row).into_bytes();
            }
            let taken = self.rest.len().min(buffer.len());
            buffer[..taken].copy_from_slice(&self.rest[..taken]);
            self.rest.drain(..taken);
            Ok(taken)
        }
    }
    let endless = Endless { row: 0, rest: b"sku,photo\n".to_vec() };
    let rows: Vec<_> =
        Manifest::open(endless, "endless.csv", Photos::Required).unwrap().take(20_000).collect();
    assert_eq!(rows[19_999].as_ref().unwrap().product.sku, "sku-20000");
}

#[test]
fn a_row_that_does_not_end_is_cut_off_before_it_fills_the_memory() {
    let endless = b"sku,photo\nA,a.jpg\nB,\"".chain(std::io::repeat(b'x'));
    let mut rows = Manifest::open(endless, "endless.csv", Photos::Required).unwrap();
    assert_eq!(rows.next().unwrap().unwrap().product.sku, "A");
    let flaw = rows.next().unwrap().unwrap_err();
    assert_eq!((flaw.line, flaw.problem.code), (0, Code::CatalogInvalid));
    assert!(rows.next().is_none());
    let header = std::io::repeat(b'x');
    assert_eq!(Manifest::open(header, "x", Photos::Required).err().unwrap().code, Code::CatalogInvalid);
}

#[test]
fn a_manifest_that_may_do_without_photos_is_about_products() {
    let text = "sku,title\nA,Mug\n,Plate\nA,Cup\n";
    let rows: Vec<_> = Manifest::open(text.as_bytes(), "x", Photos::Optional).unwrap().collect();
    let first = rows[0].as_ref().unwrap();
    assert_eq!((first.product.title.as_str(), first.photos.len()), ("Mug", 0));
    let flaw =
        |at: usize| rows[at].as_ref().map_err(|f| (f.line, f.sku.as_str(), f.problem.code)).unwrap_err();
    assert_eq!(flaw(1), (3, "", Code::RowInvalid));
    assert_eq!(flaw(2), (4, "A", Code::SkuDuplicate));
}

proptest! {
    #[test]
    fn any_bytes_end_in_rows_or_problems(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = [b"sku,photo\n".as_slice(), &text].concat();
        let count = Manifest::open(text.as_slice(), "x", Photos::Required).unwrap().count();
        prop_assert!(count <= text.len());
    }

    #[test]
    fn what_a_csv_writer_writes_is_read_back(fields in prop::collection::vec("[^\0\r]{0,12}", 1..8), separator in prop::sample::select(vec![b',', b';', b'\t'])) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["sku", "title", "photo"]).unwrap();
        for (at, field) in fields.iter().enumerate() {
            writer.write_record([&format!("s{at}"), field, "p.jpg"]).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let titles: Vec<_> = rows(&text).into_iter().map(|row| row.unwrap().product.title).collect();
        let expected: Vec<_> = fields.iter().map(|field| field.trim().to_owned()).collect();
        prop_assert_eq!(titles, expected);
    }
}
