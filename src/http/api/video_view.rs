//! A film as the API writes it. Knows no route and no query.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{assets, notices_in, problem_in};
use crate::domain::{CaptionReceipt, FidelityReport, SecondPrice, ShotReceipt, Storyboard, Verdict};
use crate::entity::video::Status;
use crate::entity::{video, video_shot};
use crate::http::lists::seconds;
use crate::jobs::videos::{self, ShotAssets, VideoAssets, VideoPlan};

/// The name of both statuses in which somebody's approval is waited for.
pub(super) const AWAITING: &str = "awaiting_approval";

/// A film.
#[derive(Serialize, ToSchema)]
pub(crate) struct Video {
    /// `video`.
    object: &'static str,
    id: String,
    product: String,
    photo: String,
    /// `scripting`, `keyframing`, `animating`, `stitching` or `verifying` while it is made; `awaiting_approval`; `delivered`; `review`: a person decides;
    /// `rejected` (by a person), `failed` or `cancelled`.
    status: String,
    /// What somebody must approve: `plan` or `keyframes`.
    awaits: Option<&'static str>,
    /// The words that it is directed by, if it was asked for so.
    brief: Option<String>,
    /// Who directed it by them: `rules`, or the name of a language model.
    director: Option<String>,
    /// The shots, as in `POST /v1/storyboards`; none while it is scripted.
    #[schema(value_type = Option<Object>)]
    storyboard: Option<Storyboard>,
    /// How long it is; while it is scripted only if the request says so.
    seconds: Option<f32>,
    /// Frames a second.
    fps: Option<u32>,
    /// Width and height of its frames in pixels.
    size: Option<[u32; 2]>,
    /// How many frames it has.
    frames: Option<u32>,
    seed: Option<u64>,
    /// Whether it has captions.
    captions: Option<bool>,
    /// What a person wants to see before it goes on: `plan`, `keyframes`.
    approve: Vec<&'static str>,
    /// Of the worst frame: `pass`, `review` or `reject`; none before it was judged.
    #[schema(value_type = Option<String>)]
    verdict: Option<Verdict>,
    /// Channels that shall take it; a rule that the finished file breaks stands in `notices`.
    channels: Vec<String>,
    /// The checks for which it is held, as `lock+matte`.
    cause: Option<String>,
    /// One sentence for each check that did not pass, worst first.
    reasons: Vec<String>,
    /// What a person said of it.
    decision: Option<VideoDecision>,
    progress: VideoProgress,
    /// What is charged; none while it is scripted.
    quote: Option<VideoQuote>,
    files: VideoFiles,
    /// Why it could not be made, if it could not.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    notices: Vec<Value>,
    /// Its shots in order, when one film is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    shots: Option<Vec<VideoShot>>,
    /// Every check with its value and limits, when one film is read. Frame by frame it stands in the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

/// What a person said of a film.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoDecision {
    /// `approve` or `reject`.
    decision: String,
    /// In the person's words.
    reason: String,
    /// A user's or key's id.
    decided_by: String,
    /// Seconds since 1970.
    decided_at: i64,
}

/// How far its shots are.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct VideoProgress {
    /// How many it has; 0 while it is scripted.
    shots: usize,
    /// Those whose keyframes are made.
    keyframes: usize,
    /// Those whose frames are made.
    animated: usize,
}

/// What is charged for a film.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoQuote {
    /// Seconds of film that are charged when it is delivered. One that does not pass and that nobody approves costs nothing.
    seconds: f64,
    shots: usize,
    /// How long each shot is.
    shot_seconds: Vec<f64>,
    /// What a second costs, as `0.12 EUR`; none where the server tells no price.
    price_per_second: Option<String>,
    /// What the seconds that are charged cost.
    price: Option<String>,
}

/// Where its files can be downloaded.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct VideoFiles {
    /// The MP4 file of a film that is delivered.
    film: Option<String>,
    /// That of one that is not: to be looked at, not to be published.
    draft: Option<String>,
    /// Its first frame, JPEG.
    poster: Option<String>,
    /// A small animated WebP.
    preview: Option<String>,
    /// Everything needed to make the same film again, and the judgment of every frame, JSON.
    receipt: Option<String>,
    /// The worst frame, as it was predicted and as it is, side by side, PNG; of a film that did not pass.
    worst: Option<String>,
}

/// A shot of a film.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoShot {
    /// From 1; by it a shot is redone.
    number: i32,
    /// How often it was redone.
    take: i32,
    /// The scene template that it plays on, once its keyframe is made.
    scene: Option<String>,
    seconds: Option<f64>,
    /// When it begins in the film, seconds.
    from_seconds: Option<f64>,
    /// What is written in it, with place, frames and contrast, once its keyframe is made.
    #[schema(value_type = Vec<Object>)]
    captions: Vec<CaptionReceipt>,
    /// Its keyframe, JPEG; larger than the frame.
    keyframe: Option<String>,
    /// Its frames as a film of their own, MP4; to be looked at, not to be published.
    clip: Option<String>,
    /// Of its keyframe: `pass`, `review` or `reject`.
    #[schema(value_type = Option<String>)]
    verdict: Option<Verdict>,
    /// Whether its keyframe is the safe composite, because all attempts were rejected.
    safe_composite: Option<bool>,
}

/// The status as the API calls it.
pub(super) fn status(status: Status) -> String {
    if status.is_held() { AWAITING.to_owned() } else { status.name() }
}

/// A film as it stands in a list; `shots` are its shots' rows.
pub(super) fn show(row: video::Model, shots: &[video_shot::Model], price: Option<&SecondPrice>) -> Video {
    let plan: Option<VideoPlan> = serde_json::from_value(row.plan).ok();
    let stored: VideoAssets = serde_json::from_value(row.assets).unwrap_or_default();
    let report: Option<FidelityReport> = row.report.and_then(|json| serde_json::from_value(json).ok());
    let length = plan.as_ref().and_then(|plan| Some((plan.seconds?, plan.rate)));
    Video {
        object: "video",
        id: row.id,
        product: row.product_id,
        photo: row.photo_id,
        status: status(row.status),
        awaits: match row.status {
            Status::PlanHeld => Some("plan"),
            Status::KeyframesHeld => Some("keyframes"),
            _ => None,
        },
        seconds: length.map(|(seconds, _)| seconds),
        fps: plan.as_ref().map(|plan| plan.rate),
        size: plan.as_ref().map(|plan| plan.size),
        frames: length.map(|(seconds, rate)| (f64::from(seconds) * f64::from(rate)).round() as u32),
        seed: plan.as_ref().map(|plan| plan.seed),
        captions: plan.as_ref().map(|plan| plan.captions),
        approve: plan.as_ref().map(approvals).unwrap_or_default(),
        channels: plan.as_ref().map(|plan| plan.channels.clone()).unwrap_or_default(),
        verdict: report.as_ref().map(|report| report.verdict),
        cause: row.cause,
        reasons: report.iter().flat_map(|r| r.reasons()).map(|check| check.message.clone()).collect(),
        decision: row.decision.and_then(decision),
        progress: progress(shots),
        quote: plan.as_ref().and_then(|plan| quote(plan, price)),
        files: files(&stored, row.status == Status::Delivered),
        problem: problem_in(row.problem.as_ref()),
        notices: notices_in(&row.notices),
        shots: None,
        report: None,
        created_at: seconds(row.created_at),
        updated_at: seconds(row.updated_at),
        brief: plan.as_ref().and_then(|plan| plan.brief.clone()),
        director: plan.as_ref().and_then(|plan| plan.director.clone()),
        storyboard: plan.and_then(|plan| plan.storyboard),
    }
}

/// A film with its shots and its report.
pub(super) fn whole(row: video::Model, shots: &[video_shot::Model], price: Option<&SecondPrice>) -> Video {
    let plan: Option<VideoPlan> = serde_json::from_value(row.plan.clone()).ok();
    let spans = plan.as_ref().map(spans).unwrap_or_default();
    let report = row.report.clone();
    let shown = shots.iter().map(|shot| {
        let at = usize::try_from(shot.shot_index).ok().and_then(|index| spans.get(index).copied());
        show_shot(shot, at)
    });
    let shown = shown.collect();
    Video { shots: Some(shown), report, ..show(row, shots, price) }
}

/// A shot that begins at and lasts as long as `at` says, in seconds.
fn show_shot(row: &video_shot::Model, at: Option<[f64; 2]>) -> VideoShot {
    let stored: ShotAssets = serde_json::from_value(row.assets.clone()).unwrap_or_default();
    let receipt: Option<ShotReceipt> =
        row.receipt.as_ref().and_then(|json| serde_json::from_value(json.clone()).ok());
    VideoShot {
        number: row.shot_index.saturating_add(1),
        take: row.take,
        scene: receipt.as_ref().map(|receipt| receipt.template.0.clone()),
        seconds: at.map(|[_, lasts]| lasts),
        from_seconds: at.map(|[from, _]| from),
        keyframe: stored.keyframe.as_ref().map(assets::url),
        clip: stored.segment.as_ref().map(assets::url),
        verdict: receipt.as_ref().map(|receipt| receipt.report.verdict),
        safe_composite: receipt.as_ref().map(|receipt| receipt.safe_composite),
        captions: receipt.map(|receipt| receipt.captions).unwrap_or_default(),
    }
}

fn approvals(plan: &VideoPlan) -> Vec<&'static str> {
    let wanted = [(plan.approve.plan, "plan"), (plan.approve.keyframes, "keyframes")];
    wanted.into_iter().filter_map(|(is, name)| is.then_some(name)).collect()
}

fn decision(json: Value) -> Option<VideoDecision> {
    let said: videos::Decided = serde_json::from_value(json).ok()?;
    Some(VideoDecision {
        decision: said.decision,
        reason: said.reason,
        decided_by: said.by,
        decided_at: seconds(said.at),
    })
}

fn progress(shots: &[video_shot::Model]) -> VideoProgress {
    let mut progress = VideoProgress { shots: shots.len(), ..VideoProgress::default() };
    for shot in shots {
        let stored: ShotAssets = serde_json::from_value(shot.assets.clone()).unwrap_or_default();
        progress.keyframes += usize::from(stored.keyframe.is_some());
        progress.animated += usize::from(stored.segment.is_some());
    }
    progress
}

fn quote(plan: &VideoPlan, price: Option<&SecondPrice>) -> Option<VideoQuote> {
    let shots = plan.storyboard.as_ref()?.shots.len();
    let shot_seconds = spans(plan).into_iter().map(|[_, lasts]| lasts).collect();
    let due_ms = plan.due_ms()?;
    Some(VideoQuote {
        seconds: due_ms as f64 / 1e3,
        shots,
        shot_seconds,
        price_per_second: price.map(SecondPrice::to_string),
        price: price.map(|price| price.of(due_ms.unsigned_abs())),
    })
}

/// When each shot begins and how long it lasts, seconds to a thousandth; shots end with whole frames.
fn spans(plan: &VideoPlan) -> Vec<[f64; 2]> {
    let (Some(storyboard), Some(length)) = (&plan.storyboard, plan.seconds) else { return Vec::new() };
    let ends = storyboard.ends(length, plan.rate).unwrap_or_default();
    let seconds = |frames: u32| (f64::from(frames) / f64::from(plan.rate) * 1e3).round() / 1e3;
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| [seconds(start), seconds(end - start)]).collect()
}

fn files(stored: &VideoAssets, delivered: bool) -> VideoFiles {
    let film = stored.film.as_ref().map(assets::url);
    let (film, draft) = if delivered { (film, None) } else { (None, film) };
    VideoFiles {
        film,
        draft,
        poster: stored.poster.as_ref().map(assets::url),
        preview: stored.preview.as_ref().map(assets::url),
        receipt: stored.receipt.as_ref().map(assets::url),
        worst: stored.worst.as_ref().map(assets::url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BrandKit;
    use serde_json::json;

    fn plan(seconds: Option<f32>) -> VideoPlan {
        let shot = |seconds: f32| json!({"seconds": seconds, "scene": "suited", "move": "arc"});
        let storyboard = json!({
            "schema": 1, "name": "x", "title_en": "", "title_zh": "", "shot": [shot(3.0), shot(1.0)],
        });
        VideoPlan {
            schema: 1,
            storyboard: seconds.map(|_| serde_json::from_value(storyboard).unwrap()),
            brief: None,
            director: None,
            seconds,
            size: [1080, 1080],
            rate: 24,
            seed: 1,
            captions: true,
            words: videos::FilmWords::default(),
            brand: BrandKit::default(),
            channels: Vec::new(),
            anew: None,
            approve: videos::Approvals { plan: false, keyframes: true },
        }
    }

    #[test]
    fn the_shots_of_a_quote_are_as_long_as_the_film() {
        let price = "0.12 EUR".parse().unwrap();
        let quote = quote(&plan(Some(10.0)), Some(&price)).unwrap();
        assert_eq!(quote.price.as_deref(), Some("1.20 EUR"));
        assert_eq!((quote.seconds, quote.shots), (10.0, 2));
        assert_eq!(quote.shot_seconds, [7.5, 2.5]);
        assert_eq!(spans(&plan(Some(10.0))), [[0.0, 7.5], [7.5, 2.5]]);
    }

    #[test]
    fn a_film_without_a_storyboard_has_no_quote() {
        let plan = plan(None);
        assert!(quote(&plan, None).is_none() && spans(&plan).is_empty());
        assert_eq!(approvals(&plan), ["keyframes"]);
    }

    #[test]
    fn what_is_not_delivered_is_a_draft() {
        let key = json!({"kind": "film", "organization": crate::domain::DEFAULT_ORGANIZATION, "digest": "00".repeat(32)});
        let stored: VideoAssets = serde_json::from_value(json!({"film": key})).unwrap();
        let (delivered, held) = (files(&stored, true), files(&stored, false));
        assert!(delivered.film.is_some() && delivered.draft.is_none());
        assert_eq!((held.film, held.draft), (None, delivered.film));
    }

    #[test]
    fn both_held_statuses_have_one_name() {
        assert_eq!(status(Status::PlanHeld), AWAITING);
        assert_eq!(status(Status::KeyframesHeld), AWAITING);
        assert_eq!(status(Status::Delivered), "delivered");
    }
}
