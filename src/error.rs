//! The public table of everything that can go wrong with an item: a stable code, its kind, and what to do about it. Knows no stage and no
//! web framework: each stage has its own small error enum and maps it here with `code()`.

use serde::{Deserialize, Serialize};

/// Declares [`Code`] once: variant, wire name, kind, advice.
macro_rules! codes {
    ($($variant:ident $wire:literal $kind:ident $advice:literal,)*) => {
        /// A stable public code. Wire names never change and are never reused; new ones are added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $advice] #[serde(rename = $wire)] $variant,)*
        }

        impl Code {
            /// Every code there is, in table order.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The name on the wire and in documents.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $wire,)* }
            }

            /// Whose fault it is, which decides status and retry.
            pub fn kind(self) -> Kind {
                match self { $(Code::$variant => Kind::$kind,)* }
            }

            /// What the person who sees it can do.
            pub fn advice(self) -> &'static str {
                match self { $(Code::$variant => $advice,)* }
            }
        }
    };
}

/// What kind of trouble a [`Code`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The item itself is at fault: trying again gives the same answer.
    Invalid,
    /// It was understood and done, but a person should know or look.
    Warning,
    /// Who asks may not, or not now, or it is not there for them.
    Denied,
    /// Something around us failed (disk, permission): trying again later can help.
    Environment,
    /// Our own mistake. It is reported.
    Internal,
}

codes! {
    // ingest: the file
    FileMissing "file_missing" Invalid "Check the path or the file name in the manifest; the file is not there.",
    FileUnreadable "file_unreadable" Environment "Give this user read permission on the file, then run again.",
    NotAFile "not_a_file" Invalid "Name a picture file, not a folder or a device.",
    FileEmpty "file_empty" Invalid "The file has no bytes; export or upload it again.",
    FileTooLarge "file_too_large" Invalid "Save the photo below 32 MiB (JPEG quality 90 is plenty) and send it again.",
    FileTruncated "file_truncated" Invalid "The file ends before the picture does; upload it again.",
    FormatUnsupported "format_unsupported" Invalid "Send a JPEG, PNG or WebP photo.",
    FormatMislabelled "format_mislabelled" Warning "The name's ending does not fit the content; the content was used. Rename the file.",
    DecodeFailed "decode_failed" Invalid "The picture data is damaged; export it again from the original.",
    ImageAnimated "image_animated" Invalid "Send one still picture, not an animation.",
    ImageTooLarge "image_too_large" Invalid "Scale the photo below 50 megapixels and 16,384 pixels a side.",
    ImageTooSmall "image_too_small" Invalid "Send a photo of at least 64 pixels a side; 1,600 or more gives sharp results.",
    ProfileMissing "profile_missing" Invalid "A CMYK picture without a color profile has no defined colors; convert it to sRGB.",
    ProfileInvalid "profile_invalid" Warning "The embedded color profile cannot be used; sRGB was assumed. Check the colors.",
    DepthReduced "depth_reduced" Warning "16-bit samples were reduced to 8 bits; nothing to do.",
    AlphaPresent "alpha_present" Warning "The picture already carries transparency; it was used as the matte.",
    GamutClipped "gamut_clipped" Warning "Some colors lie outside sRGB and were clipped; check them.",
    // ingest: the manifest
    CatalogInvalid "catalog_invalid" Invalid "Mend the manifest: it needs a header row with at least the columns sku and photo.",
    RowInvalid "row_invalid" Invalid "Mend this row of the manifest; the others were taken.",
    SkuDuplicate "sku_duplicate" Invalid "This SKU stands in the manifest twice; the first row was taken. Give each product its own SKU.",
    // ingest: imports
    ArchiveInvalid "archive_invalid" Invalid "Pack the ZIP again with an ordinary program; this one is damaged or not what it claims to be.",
    ArchiveNested "archive_nested" Invalid "Put the pictures themselves into the ZIP, not another archive.",
    EntryEncrypted "entry_encrypted" Invalid "Pack the ZIP without a password.",
    EntryRefused "entry_refused" Invalid "Pack the file again as an ordinary one: a plain name, no link, stored or deflated.",
    ImportTooLarge "import_too_large" Invalid "Split it into several imports; the message says how much one may hold.",
    AddressUnsupported "address_unsupported" Invalid "Photos are fetched from web addresses in the public internet, over TLS and without a password in them; name such a one, or send the file.",
    AddressFailed "address_failed" Invalid "Open the address in a browser where you are not signed in: it must answer with the picture itself.",
    AddressUnreachable "address_unreachable" Invalid "The address was tried several times; see that its server answers from everywhere, then send it again.",
    PhotoUnused "photo_unused" Invalid "Name this picture in a row of the manifest, or call it by a SKU that stands there.",
    PhotoAmbiguous "photo_ambiguous" Invalid "Several different photos have this name; name the one that is meant by its path or its SHA-256 digest.",
    // segment
    NoProductFound "no_product_found" Invalid "Nothing stands out from the background; send a photo with a visible product.",
    BackgroundNotPlain "background_not_plain" Invalid "The background is not plain and light; photograph the product on white or light gray.",
    ProductCutOff "product_cut_off" Warning "The product touches the frame's edge; photograph it whole, with a margin.",
    SeveralProducts "several_products" Warning "More than one separate thing stands in the photo; send one product a photo if that is not meant.",
    GroundSeenThrough "ground_seen_through" Warning "The photo's ground seems to show through the product, as through glass or gauze; check the cutout.",
    MatteUncertain "matte_uncertain" Warning "Parts of the product are hardly different from the background; check the cutout.",
    // inference
    RuntimeMissing "runtime_missing" Environment "Run `make runtime`, or name the library with PACKSHOT_RUNTIME; PACKSHOT_VOTE=none works without it.",
    ReaderFailed "reader_failed" Environment "Mend or update the program that reads print, or set PACKSHOT_TEXT_READER=none to do without it.",
    PackUnknown "pack_unknown" Invalid "Use a name from `packshot packs list`.",
    PackInvalid "pack_invalid" Invalid "Mend or fetch the pack again; `packshot packs check` says what is wrong.",
    PackLicense "pack_license" Invalid "Use a pack whose license allows business, or say deployment = \"any\" where none is done.",
    PackMismatch "pack_mismatch" Invalid "Use the very pack that the message names, or make the picture anew without the receipt.",
    PackExists "pack_exists" Invalid "Choose another name, or add --replace.",
    ExportUnsupported "export_unsupported" Invalid "Export it again as the message says; docs/packs.md lists which exports can be added.",
    InferenceFailed "inference_failed" Environment "Run the same again; if it stays, run `packshot packs check`.",
    StepsInvalid "steps_invalid" Invalid "Ask for other numbers of steps or strength; the message says what the pack's scheduler can do.",
    InputMissing "input_missing" Invalid "Put the file that the message names into the folder of inputs; docs/packs.md says what it holds.",
    InputInvalid "input_invalid" Invalid "Mend the input that the message names; docs/packs.md says what each of them holds.",
    ParamsInvalid "params_invalid" Invalid "Mend params.json; the message says what is wrong, docs/packs.md what it may hold.",
    // templates and requests
    TemplateUnknown "template_unknown" Invalid "Use a name from `packshot templates list`.",
    TemplateExists "template_exists" Invalid "Choose another name, or add --replace.",
    TemplateUnsure "template_unsure" Invalid "Say what is unsure (--edge, --horizon, --light, --width-cm), or take the guesses with --accept; --preview FILE shows them.",
    TemplateInvalid "template_invalid" Invalid "Mend the template; `packshot templates check` says where.",
    StoryboardUnknown "storyboard_unknown" Invalid "Use a name from `packshot templates list --kind storyboard`, or a file that ends in .toml.",
    StoryboardInvalid "storyboard_invalid" Invalid "Mend the shot and the field that the message names; those in templates/storyboards/ are examples.",
    DirectorReplaced "director_replaced" Warning "The built-in director took over; the message says why. Look at the endpoint and the model that the settings director and director_model name.",
    TemplateUnsuited "template_unsuited" Warning "This template was not made for a product of this kind or size; see `packshot templates list`.",
    PromptNotHonored "prompt_not_honored" Warning "No template has this; the nearest one was used.",
    OverrideIgnored "override_ignored" Warning "The rest was honored; use a template or a kind of picture that this option fits.",
    PlacementInvalid "placement_invalid" Invalid "Mend the placement; see `packshot scene --help` for its fields.",
    EngineMissing "engine_missing" Environment "Name a pack of the task inpaint, with --pack or PACKSHOT_DIFFUSION_PACK; `packshot packs list` shows what there is.",
    EngineUnknown "engine_unknown" Invalid "Use one of the engines that the message names.",
    // verify
    SizeMismatch "size_mismatch" Invalid "The candidate's size does not fit its placement; send the unscaled master.",
    SourceMismatch "source_mismatch" Invalid "The placement was made for another photo.",
    ProductNotLocated "product_not_located" Invalid "The product of the photo was not found in the candidate.",
    FilmUnsupported "film_unsupported" Invalid "Export the film as MP4 with H.264, 8 bits, 4:2:0; the message says what it is now.",
    FilmBroken "film_broken" Invalid "The film is damaged or ends too early; export or upload it again. What comes before the damage is not judged by itself.",
    FilmEmpty "film_empty" Invalid "The film shows nothing; export it again.",
    FilmTooLarge "film_too_large" Invalid "Export the film within 4K (4096 x 2304) and below 1 GiB.",
    FilmTooLong "film_too_long" Invalid "Send at most 120 seconds and 7,200 frames at a time.",
    FilmResized "film_resized" Invalid "The film changes its size on the way; export it in one.",
    // captions
    FontInvalid "font_invalid" Invalid "Replace the font that the message names by a whole TrueType or OpenType file, or take it out of templates/fonts/.",
    GlyphMissing "glyph_missing" Invalid "Put a font that has the character into templates/fonts/, or write the text without it; the message says which font is free.",
    CaptionUnfit "caption_unfit" Invalid "Shorten the text, or make room for it: a smaller product, or another shape of the film.",
    CaptionLeftOut "caption_left_out" Warning "The film is without it. Give the product a shorter title, or the shot a smaller product.",
    CaptionHasty "caption_hasty" Warning "Give the shot more seconds, or the caption fewer words.",
    MusicInvalid "music_invalid" Invalid "Name music that can be played: MP3, M4A, WAV, FLAC or Ogg; the message says what ffmpeg found.",
    FfmpegMissing "ffmpeg_missing" Environment "Install ffmpeg (Debian: apt install ffmpeg), or say where it is with PACKSHOT_FFMPEG; films without music need none.",
    BrandInvalid "brand_invalid" Invalid "Mend the brand kit or the logo as the message says; docs/films.md shows one.",
    SafeComposite "safe_composite" Warning "Look at the rejected attempts and their receipts, then use another template or mend the photo.",
    // deliver and storage
    ChannelRuleBroken "channel_rule_broken" Invalid "It cannot be made to fit the channel's rule that the message names; use another template or channel, or another shape or length of a film.",
    RenditionAltered "rendition_altered" Warning "Compression changed the picture visibly; look at the file before you use it.",
    ChannelInvalid "channel_invalid" Invalid "Mend the channel's file; the message says where.",
    EncodeFailed "encode_failed" Internal "Report this; the picture could not be encoded.",
    ChannelUnknown "channel_unknown" Invalid "Use a name from `packshot templates list --kind channel`.",
    StorageFull "storage_full" Environment "Free some space on the disk or in the bucket, then run the same command again: it goes on where it stopped.",
    StorageFailed "storage_failed" Environment "The data folder or bucket could not be written or read; check it, then run again.",
    StorageUnavailable "storage_unavailable" Environment "Nothing is lost, and work goes on by itself once the bucket can be used; `packshot doctor` says what is wrong.",
    DatabaseFailed "database_failed" Environment "The database could not be used; check the data folder, or the server that `database` names, then run again.",
    MarketUnknown "market_unknown" Invalid "Use a name from `packshot templates list --kind market`.",
    SchemaUnknown "schema_unknown" Invalid "This was written by a newer packshot; upgrade, then run again.",
    // accounts and the API
    RequestInvalid "request_invalid" Invalid "Mend the request; the message says what is wrong, /v1/openapi.json what it may hold.",
    RequestTooLarge "request_too_large" Invalid "Send less at once; the message says how much is taken.",
    EmailInvalid "email_invalid" Invalid "Write the address as name@example.com.",
    EmailTaken "email_taken" Denied "Sign in with this address, or use another one.",
    PasswordWeak "password_weak" Invalid "Choose a password of 10 to 128 characters that is not a common one.",
    SignupClosed "signup_closed" Denied "Ask whoever runs this installation for an invitation.",
    InviteInvalid "invite_invalid" Denied "Ask for a new invitation; each is good once, for seven days.",
    Unauthenticated "unauthenticated" Denied "Send `Authorization: Bearer …` with an API key or a fresh access token.",
    CredentialsInvalid "credentials_invalid" Denied "Check address and password.",
    Forbidden "forbidden" Denied "Ask an owner or admin of the organization for a role or key that may do this.",
    NotFound "not_found" Denied "Check path and method against /v1/openapi.json; an id must be one of your organization's.",
    RateLimited "rate_limited" Denied "Wait as many seconds as Retry-After says, then send it again.",
    IdempotencyMismatch "idempotency_mismatch" Denied "Use a new Idempotency-Key: this one came with another request.",
    IdempotencyBusy "idempotency_busy" Denied "The first request with this Idempotency-Key is still at work; send it again in a moment.",
    BatchRests "batch_rests" Denied "Resume the batch first; one that was cancelled is started anew.",
    RangeInvalid "range_invalid" Invalid "Ask for bytes that the file has; Content-Range says how many those are.",
    VideoBusy "video_busy" Denied "Wait until the film is held for approval or at its end; GET /v1/videos/{id} says where it is.",
    VideoNotHeld "video_not_held" Denied "Nothing of this film waits for that; GET /v1/videos/{id} says what it waits for.",
    Unready "unready" Environment "Try again in a moment; if it stays, look at the server's logs.",
    ConfigInvalid "config_invalid" Invalid "Mend the setting that the message names.",
    Internal "internal" Internal "Report this with the item and the version.",
}

impl Code {
    /// The HTTP status that it is answered with.
    pub fn status(self) -> u16 {
        match self {
            Code::RequestInvalid | Code::EmailInvalid | Code::PasswordWeak => 400,
            Code::Unauthenticated | Code::CredentialsInvalid => 401,
            Code::Forbidden | Code::SignupClosed | Code::InviteInvalid => 403,
            Code::NotFound => 404,
            Code::EmailTaken | Code::IdempotencyMismatch | Code::IdempotencyBusy | Code::BatchRests => 409,
            Code::VideoBusy | Code::VideoNotHeld => 409,
            Code::FileTooLarge | Code::RequestTooLarge | Code::ImportTooLarge => 413,
            Code::FormatUnsupported => 415,
            Code::RangeInvalid => 416,
            Code::RateLimited => 429,
            Code::StorageFull => 507,
            other => match other.kind() {
                Kind::Invalid | Kind::Warning => 422,
                Kind::Denied => 403,
                Kind::Environment => 503,
                Kind::Internal => 500,
            },
        }
    }
}

/// One thing that went wrong (or is worth knowing) about one item. This is the shape in JSON lines and, later, in the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{item}: {message} [{code}] {advice}", code = .code.as_str(), advice = .code.advice())]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// What it is about: a file name, SKU, template or setting, as the user wrote it.
    pub item: String,
    /// What was found, in a short clause.
    pub message: String,
}

impl Problem {
    /// A problem with `item`.
    pub fn new(code: Code, item: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { code, item: item.into(), message: message.into() }
    }
}

impl From<std::io::Error> for Code {
    /// What an I/O error means for the item at hand.
    fn from(error: std::io::Error) -> Code {
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Code::FileMissing,
            std::io::ErrorKind::IsADirectory => Code::NotAFile,
            std::io::ErrorKind::PermissionDenied => Code::FileUnreadable,
            std::io::ErrorKind::StorageFull
            | std::io::ErrorKind::QuotaExceeded
            | std::io::ErrorKind::FileTooLarge => Code::StorageFull,
            _ => Code::StorageFailed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn wire_names_are_unique_and_every_advice_is_a_sentence() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.advice().ends_with('.'), "{}", code.as_str());
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
