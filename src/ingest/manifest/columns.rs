//! What a manifest's columns are called and what stands in them. Knows no stream.

use std::collections::HashSet;

use csv::ByteRecord;

use super::{Photos, Row};
use crate::domain::Product;

/// No photographed product is wider, in meters.
const MAX_WIDTH_M: f32 = 50.0;

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Sku,
    Title,
    Category,
    Photo,
    Price,
    Feature,
    /// Meters in one of its units.
    Width(f32),
}

/// Usual names, reduced to letters and digits. Sources: the import templates of Shopify, WooCommerce and Google Merchant, and plain words.
const NAMES: &[(Meaning, &[&str])] = &[
    (
        Meaning::Sku,
        &[
            "sku",
            "variantsku",
            "productsku",
            "id",
            "productid",
            "itemid",
            "item",
            "itemnumber",
            "article",
            "articlenumber",
            "handle",
            "货号",
            "商品编码",
            "商家编码",
        ],
    ),
    (
        Meaning::Title,
        &["title", "name", "productname", "producttitle", "description", "品名", "标题", "商品名称", "名称"],
    ),
    (
        Meaning::Category,
        &["category", "categories", "productcategory", "producttype", "type", "kind", "类目", "分类"],
    ),
    (
        Meaning::Photo,
        &[
            "photo",
            "photos",
            "file",
            "files",
            "filename",
            "image",
            "images",
            "imagesrc",
            "imagelink",
            "imagefile",
            "picture",
            "pictures",
            "mainimage",
            "图片",
            "主图",
            "照片",
        ],
    ),
    (Meaning::Price, &["price", "variantprice", "regularprice", "saleprice", "价格", "售价"]),
    (Meaning::Feature, &["feature", "features", "bulletpoint", "bulletpoints", "highlights", "卖点"]),
    (Meaning::Width(0.01), &["width", "widthcm", "宽度", "宽度cm"]),
    (Meaning::Width(0.001), &["widthmm"]),
    (Meaning::Width(1.0), &["widthm"]),
    (Meaning::Width(0.0254), &["widthin", "widthinch", "widthinches"]),
];

fn meaning(header: &str) -> Option<Meaning> {
    let plain: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let known =
        |name: &str| NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(meaning, _)| *meaning);
    // `image 2` and `photo3` are further photos, `bullet_point3` is a further feature.
    let numbered = || {
        let bare = known(plain.trim_end_matches(|c: char| c.is_ascii_digit()));
        bare.filter(|meaning| matches!(meaning, Meaning::Photo | Meaning::Feature))
    };
    known(&plain).or_else(numbered)
}

/// Where what stands.
pub(super) struct Columns {
    sku: usize,
    title: Option<usize>,
    category: Option<usize>,
    photos: Vec<usize>,
    price: Option<usize>,
    features: Vec<usize>,
    width: Option<(usize, f32)>,
    wanted: Photos,
}

impl Columns {
    pub(super) fn of(header: &ByteRecord, wanted: Photos) -> Result<Self, String> {
        let mut names = Vec::new();
        for name in header {
            names.push(
                std::str::from_utf8(name)
                    .map_err(|_cause| "the header is not UTF-8; save it as CSV UTF-8".to_owned())?,
            );
        }
        let meanings: Vec<_> = names.iter().map(|name| meaning(name)).collect();
        let first = |wanted: Meaning| meanings.iter().position(|found| *found == Some(wanted));
        let all = |wanted: Meaning| -> Vec<usize> {
            (0..names.len()).filter(|&i| meanings[i] == Some(wanted)).collect()
        };
        let (photos, features) = (all(Meaning::Photo), all(Meaning::Feature));
        let width = meanings.iter().enumerate().find_map(|(at, found)| match found {
            Some(Meaning::Width(unit)) => Some((at, *unit)),
            _ => None,
        });
        match first(Meaning::Sku) {
            Some(sku) if !photos.is_empty() || wanted == Photos::Optional => Ok(Columns {
                sku,
                title: first(Meaning::Title),
                category: first(Meaning::Category),
                photos,
                price: first(Meaning::Price),
                features,
                width,
                wanted,
            }),
            sku => {
                let wanted = if sku.is_none() { "sku" } else { "photo" };
                Err(format!("no column {wanted}; the header is: {}", names.join(", ")))
            }
        }
    }

    /// # Errors
    /// The SKU as far as known, and what is wrong.
    pub(super) fn read(&self, record: &ByteRecord, line: u64) -> Result<Row, (String, String)> {
        let field = |at: usize| std::str::from_utf8(record.get(at).unwrap_or_default()).map(str::trim);
        let sku = field(self.sku).map_err(|cause| (String::new(), format!("not UTF-8: {cause}")))?.to_owned();
        let wrong = |cause: String| (sku.clone(), cause);
        let text = |at: Option<usize>| {
            at.map_or(Ok(""), field).map_err(|cause| wrong(format!("not UTF-8: {cause}"))).map(str::to_owned)
        };
        if sku.is_empty() {
            return Err(wrong("the SKU is empty".into()));
        }
        let several = |columns: &[usize]| -> Result<Vec<String>, (String, String)> {
            let mut found = Vec::new();
            for &column in columns {
                let each = text(Some(column))?;
                found.extend(each.split('|').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned));
            }
            Ok(found)
        };
        let mut photos = several(&self.photos)?;
        let mut once = HashSet::new();
        photos.retain(|photo| once.insert(photo.clone()));
        if photos.is_empty() && self.wanted == Photos::Required {
            return Err(wrong("no photo is named".into()));
        }
        if let Some(photo) = photos.iter().find(|photo| !stays_below(photo)) {
            return Err(wrong(format!("the photo {photo} does not lie below the manifest's folder")));
        }
        let width_m = match self.width {
            Some((column, unit)) => width(&text(Some(column))?, unit).map_err(wrong)?,
            None => None,
        };
        let product = Product {
            title: text(self.title)?,
            category: text(self.category)?.to_lowercase(),
            width_m,
            price: text(self.price)?,
            features: several(&self.features)?,
            sku: sku.clone(),
        };
        Ok(Row { line, product, photos })
    }
}

/// Whether a name, with either slash, cannot leave the folder it is resolved in.
fn stays_below(name: &str) -> bool {
    if name.contains("://") {
        // No name of a file but an address.
        return !name.contains('\0');
    }
    let rooted = name.starts_with(['/', '\\']) || name.get(1..2) == Some(":");
    !rooted && !name.contains('\0') && name.split(['/', '\\']).all(|part| part != "..")
}

/// `12.5`, `12,5` and `12.5 cm` → meters; empty → unknown. A written unit outranks the column's.
fn width(text: &str, unit: f32) -> Result<Option<f32>, String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let split =
        text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let unit = match suffix.trim() {
        "" => unit,
        "mm" => 0.001,
        "cm" => 0.01,
        "m" => 1.0,
        "in" | "\"" | "inch" => 0.0254,
        other => return Err(format!("the width has an unknown unit: {other}")),
    };
    let meters = number
        .replace(',', ".")
        .parse::<f32>()
        .map_err(|_cause| format!("the width is not a number: {text}"))?
        * unit;
    if meters > 0.0 && meters <= MAX_WIDTH_M {
        Ok(Some(meters))
    } else {
        Err(format!("the width is not possible: {text}"))
    }
}
