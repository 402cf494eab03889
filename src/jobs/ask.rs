//! Pictures that are asked for of photos that are there: reads the wish, makes the rows, enqueues what can be made already. Knows no route.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, DatabaseConnection, DatabaseTransaction, ExprTrait, QueryFilter, QueryOrder};

use super::cutout_photo::CutoutPhoto;
use super::library::TemplateLibrary;
use super::make_result::{self, MakeResult};
use super::records::GenerationParams;
use super::rows::{Asked, put_generation, put_result};
use super::{Exit, Job, Teller, make_result::fail_queued};
use crate::domain::{Engine, GeneratorKind, Overrides, PaintWish, TenantScope, prompt};
use crate::entity::{self, generation, job, photo, product};
use crate::error::{Code, Problem};
use crate::queue::Queue;

/// Pictures of one generation, at most; more is several generations.
pub const MOST_RESULTS: usize = 500;
/// Pictures of each photo and template, at most.
pub const MOST_COUNT: u32 = 100;
/// Longest prompt, in characters.
const PROMPT: usize = 2_000;
/// Width and height of a master, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 256..=4096;

/// Which photos.
#[derive(Clone, Debug)]
pub enum Subjects {
    /// By their ids.
    Photos(Vec<String>),
    /// The newest photo of each product that is usable, by SKU.
    Skus(Vec<String>),
}

/// What is wanted of each photo.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What kind of picture.
    pub kind: GeneratorKind,
    /// Scene templates; none for a white main image.
    pub templates: Vec<String>,
    /// Words to find a template by, instead of its name.
    pub prompt: Option<String>,
    /// Pictures of each photo and template.
    pub count: u32,
    /// The base seed.
    pub seed: u64,
    /// Width and height of the masters.
    pub size: u32,
    /// Whether they must be exactly that; see `SceneRequest`.
    pub exact: bool,
    /// Channels to make renditions for.
    pub channels: Vec<String>,
    /// What is pinned by hand.
    pub overrides: Overrides,
    /// How the pictures get their pixels.
    pub engine: Engine,
    /// How a pack shall paint them; only for the engine that does.
    pub paint: PaintWish,
}

/// A wish that can be fulfilled: every name in it is known.
#[derive(Clone, Debug)]
pub struct Reading {
    kind: GeneratorKind,
    templates: Vec<String>,
    count: u32,
    seed: u64,
    params: GenerationParams,
}

/// Reads a wish against the templates that there are.
pub fn read(library: &TemplateLibrary, wish: &Wish) -> Result<Reading, Problem> {
    let wrong = |item: &str, message: &str| Err(Problem::new(Code::RequestInvalid, item, message));
    if !(1..=MOST_COUNT).contains(&wish.count) {
        return wrong("count", "it must lie between 1 and 100");
    }
    if !SIDES.contains(&wish.size) {
        return wrong("size", "it must lie between 256 and 4096");
    }
    let mut params = GenerationParams::new([wish.size; 2], wish.channels.clone());
    params.overrides = wish.overrides.clone();
    params.exact = wish.exact;
    painting(wish, &mut params)?;
    let mut templates = wish.templates.clone();
    let mut seen = BTreeSet::new();
    templates.retain(|name| seen.insert(name.clone()));
    match (wish.kind, &wish.prompt) {
        (GeneratorKind::Packshot, None) if templates.is_empty() => {}
        (GeneratorKind::Packshot, _) => {
            return wrong("templates", "a white main image has neither template nor prompt");
        }
        (GeneratorKind::Scene, Some(text)) if !templates.is_empty() => {
            if wish.engine == Engine::Plate {
                return wrong(
                    "prompt",
                    "name templates or write a prompt; only the engine `diffusion` heeds both",
                );
            }
            params.prompt = Some(readable(text)?.to_owned());
        }
        (GeneratorKind::Scene, Some(text)) => templates = vec![understand(library, text, &mut params)?],
        (GeneratorKind::Scene, None) if templates.is_empty() => {
            return wrong("templates", "a scene needs a template or a prompt");
        }
        (GeneratorKind::Scene, None) => {}
    }
    templates.iter().try_for_each(|name| library.scene(name).map(drop))?;
    wish.channels.iter().try_for_each(|name| library.channel(name).map(drop))?;
    if templates.len() > 1 {
        params.templates = templates.clone();
    }
    Ok(Reading { kind: wish.kind, templates, count: wish.count, seed: wish.seed, params })
}

/// Takes over how the pictures are to be painted, if that can be.
fn painting(wish: &Wish, params: &mut GenerationParams) -> Result<(), Problem> {
    check_painting(wish.kind, wish.engine, &wish.paint)?;
    params.engine = wish.engine;
    params.paint = wish.paint.clone();
    if wish.engine == Engine::Diffusion && params.paint.prompt.is_none() {
        params.paint.prompt.clone_from(&wish.prompt);
    }
    Ok(())
}

/// Refuses a wish that the engine cannot fulfil.
pub(super) fn check_painting(kind: GeneratorKind, engine: Engine, paint: &PaintWish) -> Result<(), Problem> {
    let wrong = |item: &str, message: &str| Err(Problem::new(Code::RequestInvalid, item, message));
    if engine == Engine::Diffusion && kind != GeneratorKind::Scene {
        return wrong("engine", "only scenes are painted");
    }
    if engine == Engine::Plate && !paint.is_empty() {
        return wrong("paint", "only the engine `diffusion` paints");
    }
    paint.check().map_err(|error| {
        Problem::new(Code::RequestInvalid, format!("paint.{}", error.field), error.to_string())
    })
}

/// A prompt, if it is one.
fn readable(text: &str) -> Result<&str, Problem> {
    if text.trim().is_empty() || text.chars().count() > PROMPT || text.contains('\0') {
        let message = "it must have 1 to 2,000 characters, NUL not among them";
        return Err(Problem::new(Code::RequestInvalid, "prompt", message));
    }
    Ok(text)
}

/// The template that a prompt names; light and what could not be honored go into `params`.
fn understand(
    library: &TemplateLibrary,
    text: &str,
    params: &mut GenerationParams,
) -> Result<String, Problem> {
    let reading = prompt::read(readable(text)?, &library.scenes())
        .ok_or_else(|| Problem::new(Code::TemplateUnknown, "prompt", "there are no scene templates"))?;
    // What the template lacks, a pack is told to paint.
    params.notices = if params.engine == Engine::Plate { unmet(text, &reading) } else { Vec::new() };
    params.overrides.light = params.overrides.light.or(reading.light);
    params.prompt = Some(text.to_owned());
    Ok(reading.template)
}

/// Each word of a prompt that nothing answers, as a notice.
pub fn unmet(text: &str, reading: &prompt::Reading) -> Vec<Problem> {
    let notice = |word: &String| {
        let message = format!("nothing in `{}` answers \"{word}\"", reading.template);
        Problem::new(Code::PromptNotHonored, text, message)
    };
    reading.unmet.iter().map(notice).collect()
}

/// Asks for it: rows and jobs, all or nothing. `request_key` tells this request from others of the organization; the same again finds the
/// first.
pub async fn ask(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    (subjects, reading): (&Subjects, &Reading),
    request_key: String,
) -> Result<generation::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let photos = find(&tx, scope, subjects).await?;
    let per_photo = reading.templates.len().max(1) * reading.count as usize;
    if photos.is_empty() || photos.len() * per_photo > MOST_RESULTS {
        let message =
            format!("they make {} pictures; 1 to {MOST_RESULTS} are possible", photos.len() * per_photo);
        return Err(Problem::new(Code::RequestInvalid, "photos", message).into());
    }
    let asked = Asked {
        request_key,
        kind: reading.kind,
        template: reading.templates.first().filter(|_| reading.templates.len() == 1).cloned(),
        count: reading.count,
        seed: reading.seed,
        params: reading.params.json()?,
    };
    let generation = put_generation(&tx, scope, &asked, now).await?;
    let several = reading.templates.len() > 1;
    let (mut jobs, mut failed) = (Vec::new(), Vec::new());
    hasten(&tx, queue, scope, &photos).await?;
    for shot in &photos {
        for number in 0..per_photo {
            let template = reading.templates.get(number / reading.count as usize).filter(|_| several);
            let of = [&*generation.id, &shot.product_id, &shot.id];
            let which = (u32::try_from(number).unwrap_or(u32::MAX), template.map(String::as_str));
            let id = put_result(&tx, scope, of, which, now).await?.id;
            match shot.status {
                photo::Status::Ready => {
                    jobs.push(MakeResult.job(id.clone(), &make_result::Payload { result_id: id })?);
                }
                photo::Status::Failed => {
                    fail_queued(&tx, &id, shot.problem.clone(), now).await?;
                    failed.push(id);
                }
                // Its cutout enqueues what waits for it.
                photo::Status::Pending => {}
            }
        }
    }
    queue.enqueue_all(&tx, scope, jobs).await?;
    let teller = Teller { tx: &tx, queue, scope, now };
    for id in &failed {
        teller.tell_result(id).await?;
    }
    if !failed.is_empty() {
        teller.generation_went_on(&generation.id).await?;
    }
    tx.commit().await?;
    Ok(generation)
}

/// Somebody waits for these photos: their cutouts come before those that nobody has asked for.
pub(super) async fn hasten(
    tx: &DatabaseTransaction,
    queue: &Queue,
    scope: &TenantScope,
    photos: &[photo::Model],
) -> Result<(), Exit> {
    let pending = photos.iter().filter(|shot| shot.status == photo::Status::Pending);
    let ids: Vec<&str> = pending.map(|shot| shot.id.as_str()).collect();
    if !ids.is_empty() {
        let those = job::Column::Kind.eq(CutoutPhoto::KIND).and(job::Column::UniqueKey.is_in(ids));
        queue.hasten(tx, scope, those, CutoutPhoto::PRIORITY).await?;
    }
    Ok(())
}

/// The photos, in the order in which they were named, each once.
pub(super) async fn find(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    subjects: &Subjects,
) -> Result<Vec<photo::Model>, Exit> {
    let (names, item) = match subjects {
        Subjects::Photos(ids) => (ids, "photos"),
        Subjects::Skus(skus) => (skus, "skus"),
    };
    if names.len() > MOST_RESULTS {
        return Err(
            Problem::new(Code::RequestInvalid, item, format!("at most {MOST_RESULTS} can be named")).into()
        );
    }
    let missing = |name: &str| Problem::new(Code::NotFound, item, format!("there is no photo for `{name}`"));
    let mut found: Vec<photo::Model> = Vec::new();
    for name in names {
        let row = match subjects {
            Subjects::Photos(_) => photo::by_id(scope, name).one(tx).await?,
            Subjects::Skus(_) => {
                let item = product::of(scope).filter(product::Column::Sku.eq(name)).one(tx).await?;
                let item = item.ok_or_else(|| missing(name))?;
                let own = photo::of(scope).filter(photo::Column::ProductId.eq(&item.id));
                let own = own.order_by_desc(photo::Column::Id);
                // One that could not be fetched or used does not stand before one that can.
                let usable = own.clone().filter(photo::Column::Status.ne(photo::Status::Failed));
                match usable.one(tx).await? {
                    None => own.one(tx).await?,
                    usable => usable,
                }
            }
        };
        let row = row.ok_or_else(|| missing(name))?;
        if !found.iter().any(|known| known.id == row.id) {
            found.push(row);
        }
    }
    Ok(found)
}
