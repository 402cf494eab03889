//! `/v1/verifications`: the gate for any picture, whoever made it. Nothing is kept. Knows no check.

use actix_multipart::Multipart;
use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{FidelityReport, Placement, Verdict};
use crate::error::{Code, Problem};
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::upload::{self, Uploaded};
use crate::jobs::intake;
use crate::jobs::judge::{self, Gate, Named, Pair};
use crate::tenancy::Right;
use crate::verify::Policy;

/// A form with a pair of pictures.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct NewVerification {
    /// The product's photo.
    #[schema(value_type = String, format = Binary)]
    source: Vec<u8>,
    /// The picture that claims to show it.
    #[schema(value_type = String, format = Binary)]
    candidate: Vec<u8>,
    /// A placement or receipt as JSON, if the picture came with one; the product is searched for otherwise.
    placement: Option<String>,
    /// `default`.
    policy: Option<String>,
    /// `true`: ask every check, not only until one rejects it.
    full: Option<bool>,
}

/// What the gate says.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verification {
    /// `verification`.
    object: &'static str,
    /// `pass`, `review` or `reject`.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// One sentence for each check that did not pass, worst first.
    reasons: Vec<String>,
    /// Every check that was asked, with its value and limits.
    #[schema(value_type = Object)]
    report: FidelityReport,
}

/// What is to be judged.
struct Task {
    source: Uploaded,
    candidate: Uploaded,
    placement: Option<Placement>,
    policy: String,
    full: bool,
}

/// Judge a picture
///
/// Takes seconds: it is answered when it is done. At most as many are at work as there are workers.
#[utoipa::path(tag = "verifications",
    request_body(content = NewVerification, content_type = "multipart/form-data"),
    responses((status = 200, body = Verification), (status = "4XX", body = ErrorBody)))]
#[post("/v1/verifications")]
pub(crate) async fn create(
    service: web::Data<Service>,
    caller: Auth,
    form: Multipart,
) -> Result<HttpResponse, ApiError> {
    caller.0.may(Right::Write)?;
    let mut form = upload::read(form, &service.uploads, service.photo.max_bytes as u64).await?;
    let placement = form.text("placement").map(|text| placement(&text)).transpose()?;
    let policy = form.text("policy").unwrap_or_else(|| "default".to_owned());
    let full = match form.text("full").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ApiError::new(Code::RequestInvalid, "full", "is true or false")),
    };
    let (source, candidate) = (form.file("source")?, form.file("candidate")?);
    let task = Task { source, candidate, placement, policy, full };
    form.done()?;
    let shared = service.clone();
    let report = service.compute.run("verification", move || run(&shared, task)).await??;
    Ok(HttpResponse::Ok().json(Verification {
        object: "verification",
        verdict: report.verdict,
        reasons: report.reasons().into_iter().map(|check| check.message.clone()).collect(),
        report,
    }))
}

fn placement(text: &str) -> Result<Placement, ApiError> {
    let invalid = |message: String| ApiError::new(Code::PlacementInvalid, "placement", message);
    let value: Value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
    judge::whole_placement(value, "placement")?
        .map_err(|_some| invalid("a whole placement or receipt is needed".to_owned()))
}

fn run(service: &Service, task: Task) -> Result<FidelityReport, Problem> {
    let (source_name, candidate_name) = (task.source.name.clone(), task.candidate.name.clone());
    let (source, candidate) = (task.source.read()?, task.candidate.read()?);
    intake::inspect(&source, &source_name, &service.photo)?;
    intake::inspect(&candidate, &candidate_name, &service.photo)?;
    let pair = Pair {
        source: Named { name: &source_name, bytes: &source },
        candidate: Named { name: &candidate_name, bytes: &candidate },
        placement: task.placement.as_ref(),
    };
    let by = |policy: &Policy| {
        let gate = Gate {
            policy,
            limits: &service.photo,
            library: Some(&service.library),
            opinion: service.opinion.as_deref(),
            reader: service.reader.as_deref(),
            full: task.full,
        };
        gate.judge(&pair)
    };
    let judged = judge::policy(&task.policy).and_then(|policy| by(&policy));
    judged.map(|(report, _)| report).map_err(|problem| match problem.code {
        // On the command line it is a setting; here it is a field.
        Code::ConfigInvalid => Problem { code: Code::RequestInvalid, ..problem },
        _ => problem,
    })
}
