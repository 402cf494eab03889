//! A film is asked for: the wish is read, and the rows are made. Knows no route.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
};
use serde_json::json;

use super::course::{self, enter};
use super::plan::{self, Approvals, FilmWords, VideoAssets, VideoPlan};
use crate::domain::{
    BrandKit, BriefError, FRAME_RATES, LONGEST_CAPTION, Storyboard, TenantScope, USUAL_SECONDS, direct,
    frame_size,
};
use crate::entity::video::Status;
use crate::entity::{self, derived_id, photo, storyboard, video};
use crate::error::{Code, Problem};
use crate::jobs::ask::{self, Subjects};
use crate::jobs::filming;
use crate::jobs::intake::MOST_FEATURES;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::{Exit, Teller};
use crate::queue::Queue;

/// What is filmed.
#[derive(Clone, Debug)]
pub enum Source {
    /// A storyboard by its name: one of the organization's (by its id, too), or one that comes along.
    Named(String),
    /// This one.
    Own(Box<Storyboard>),
    /// Words that a director turns into one.
    Brief(String),
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Of which photo: exactly one.
    pub subject: Subjects,
    /// What is filmed.
    pub source: Source,
    /// How long; what the brief says, or [`USUAL_SECONDS`].
    pub seconds: Option<f32>,
    /// Name of a frame size, as `1080p`.
    pub size: String,
    /// Frames a second.
    pub rate: u32,
    /// The base seed.
    pub seed: u64,
    /// Whether it has captions.
    pub captions: bool,
    /// What they say, where it is not what is known of the product.
    pub words: FilmWords,
    /// Colors and slogan.
    pub brand: BrandKit,
    /// What a person wants to see before it goes on.
    pub approve: Approvals,
    /// Channels that shall take it, by name.
    pub channels: Vec<String>,
}

/// Asks for a film: its row, and the first of its jobs. `request_key` tells this request from others of the organization; the same again finds the first.
pub async fn ask(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    (library, wish): (&TemplateLibrary, &Wish),
    request_key: String,
) -> Result<video::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let known = video::of(scope).filter(video::Column::RequestKey.eq(&request_key)).one(&tx).await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let plan = understand(&tx, scope, library, wish).await?;
    let photos = ask::find(&tx, scope, &wish.subject).await?;
    let [photo] = photos.as_slice() else {
        return Err(Problem::new(Code::RequestInvalid, "photo", "a film shows one photo's product").into());
    };
    ask::hasten(&tx, queue, scope, &photos).await?;
    let status = match &plan.storyboard {
        _ if photo.status == photo::Status::Failed => Status::Failed,
        None => Status::Scripting,
        Some(_) => course::scripted(&plan),
    };
    let row = video::Model {
        id: derived_id("vid", now, &[scope.organization().as_str(), &request_key]).to_string(),
        organization_id: scope.organization().to_string(),
        request_key,
        product_id: photo.product_id.clone(),
        photo_id: photo.id.clone(),
        status,
        plan: plan::json(&plan)?,
        round: 0,
        assets: plan::json(&VideoAssets::default())?,
        report: None,
        problem: photo.problem.clone(),
        notices: json!([]),
        cause: None,
        decision: None,
        spent_ms: 0,
        created_at: now,
        updated_at: now,
    };
    video::Entity::insert(video::ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(&tx)
        .await?;
    course::put_shots(&tx, scope, &row, &plan, now).await?;
    enter(&Teller { tx: &tx, queue, scope, now }, &row).await?;
    tx.commit().await?;
    Ok(row)
}

/// What is asked for, if it can be.
async fn understand(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    library: &TemplateLibrary,
    wish: &Wish,
) -> Result<VideoPlan, Exit> {
    let wrong = |item: &str, message: String| Problem::new(Code::RequestInvalid, item, message);
    let (width, height) = frame_size(&wish.size).map_err(|names| wrong("size", names))?;
    if !FRAME_RATES.contains(&wish.rate) {
        return Err(wrong("fps", format!("it is one of {FRAME_RATES:?}")).into());
    }
    said(&wish.words, &wish.brand)?;
    let mut plan = VideoPlan {
        schema: 1,
        storyboard: None,
        brief: None,
        director: None,
        seconds: wish.seconds,
        size: [width, height],
        rate: wish.rate,
        seed: wish.seed,
        captions: wish.captions,
        words: wish.words.clone(),
        brand: wish.brand.clone(),
        approve: wish.approve,
        channels: wish.channels.clone(),
        anew: None,
    };
    wish.channels.iter().try_for_each(|name| library.film_channel(name).map(drop))?;
    let storyboard = match &wish.source {
        Source::Brief(brief) => {
            // What no director can film is said at once.
            direct(brief, &library.storyboards(), &library.scenes()).map_err(|error| no_brief(&error))?;
            plan.brief = Some(brief.clone());
            return Ok(plan);
        }
        Source::Named(name) => storyboard_of(tx, scope, library, name).await?,
        Source::Own(storyboard) => storyboard.as_ref().clone(),
    };
    library.check_storyboard(&storyboard)?;
    let seconds = wish.seconds.unwrap_or(USUAL_SECONDS);
    filming::ends(&storyboard, seconds, wish.rate)?;
    (plan.storyboard, plan.seconds) = (Some(storyboard), Some(seconds));
    taken(library, &plan)?;
    Ok(plan)
}

/// Refuses a film that one of its channels would not take, whatever is in it.
pub(in crate::jobs) fn taken(library: &TemplateLibrary, plan: &VideoPlan) -> Result<(), Problem> {
    let Some(facts) = plan.facts(None) else { return Ok(()) };
    library.broken_rules(&plan.channels, &facts)?.into_iter().next().map_or(Ok(()), Err)
}

/// Why words are no brief.
pub(super) fn no_brief(error: &BriefError) -> Problem {
    Problem::new(Code::RequestInvalid, "brief", error.to_string())
}

/// The organization's storyboard of this id or name, or else the one that comes along.
pub async fn storyboard_of(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    library: &TemplateLibrary,
    name: &str,
) -> Result<Storyboard, Exit> {
    let own = match storyboard::by_id(scope, name).one(tx).await? {
        None => storyboard::by_name(scope, name).one(tx).await?,
        own => own,
    };
    match own {
        Some(row) => plan::read(&row.content, &row.id),
        None => Ok(library.storyboard(name)?.clone()),
    }
}

/// Refuses words that cannot be kept.
fn said(words: &FilmWords, brand: &BrandKit) -> Result<(), Problem> {
    let single = [("title", &words.title), ("price", &words.price), ("slogan", &words.slogan)];
    let texts = single.iter().filter_map(|(item, text)| Some((*item, text.as_deref()?)));
    let features = words.features.iter().flatten().map(|text| ("features", text.as_str()));
    for (item, text) in texts.chain(features).chain([("brand.slogan", brand.slogan.as_str())]) {
        if text.chars().count() > LONGEST_CAPTION || text.contains('\0') {
            let message = format!("a text may have {LONGEST_CAPTION} characters, NUL not among them");
            return Err(Problem::new(Code::RequestInvalid, item, message));
        }
    }
    if words.features.as_ref().is_some_and(|features| features.len() > MOST_FEATURES) {
        let message = format!("at most {MOST_FEATURES} can be said");
        return Err(Problem::new(Code::RequestInvalid, "features", message));
    }
    Ok(())
}
