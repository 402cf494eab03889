//! Films that cannot be made, because their photo cannot be used.

use packshot::domain::SystemScope;
use packshot::entity::{self, photo};
use packshot::error::{Code, Problem};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::json;

use super::id;
use super::videos::{merchant, of, small};
use crate::support::{Engine, on_both_databases};

async fn a_film_of_a_photo_that_cannot_be_used_fails_at_once_and_for_good(on: Engine) {
    let (server, _, key, shown) = merchant(on, false).await;
    let tx = entity::write(&server.db, &SystemScope::established("a test")).await.unwrap();
    let failed = photo::ActiveModel {
        id: Set(id(&shown).to_owned()),
        status: Set(photo::Status::Failed),
        problem: Set(Some(json!(Problem::new(Code::NoProductFound, "tea.jpg", "nothing stands out")))),
        ..Default::default()
    };
    failed.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let asked = server.post("/v1/videos", &key, small(&shown)).await.expect(202);
    assert_eq!((&asked["status"], &asked["problem"]["code"]), (&json!("failed"), &json!("no_product_found")));
    let redo = format!("{}/shots/1/redo", of(&asked));
    server.post(&redo, &key, json!({})).await.refused(409, "video_not_held");
    server.stop().await;
}

on_both_databases! {
    a_film_of_a_photo_that_cannot_be_used_fails_at_once_and_for_good,
}
