//! What a user pins by hand: `--placement` (JSON, a file, a receipt) and the short options. Knows no pixels.

use serde_json::Value;

use super::args::{RefineArgs, SceneArgs};
use crate::domain::{KeySide, Overrides, Placement};
use crate::error::{Code, Problem};
use crate::jobs::judge;

/// What `--placement` came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pinned {
    /// Some numbers; the rest is planned.
    Some(Overrides),
    /// Everything: a placement to execute as it is.
    All(Box<Placement>),
}

fn invalid(message: String) -> Problem {
    Problem::new(Code::PlacementInvalid, "--placement", message)
}

/// Reads `text`: JSON, or the name of a file with it. A receipt stands for its placement.
pub(super) fn read(text: &str) -> Result<Pinned, Problem> {
    let text = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        std::fs::read_to_string(text).map_err(|error| {
            let message = error.to_string();
            Problem::new(Code::from(error), text, message)
        })?
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
    match judge::whole_placement(value, "--placement")? {
        Ok(all) => Ok(Pinned::All(Box::new(all))),
        Err(some) => {
            serde_json::from_value(some).map(Pinned::Some).map_err(|error| invalid(error.to_string()))
        }
    }
}

/// All options of `packshot scene` together; the short ones win over `--placement`.
pub(super) fn of(args: &SceneArgs, light: Option<KeySide>) -> Result<Pinned, Problem> {
    let mut pinned = match &args.placement {
        Some(text) => match read(text)? {
            Pinned::Some(overrides) => overrides,
            all @ Pinned::All(_) => return Ok(all),
        },
        None => Overrides::default(),
    };
    pinned.height = args.scale.or(pinned.height);
    pinned.rotation_deg = args.rotation.or(pinned.rotation_deg);
    pinned.crop = crop(args.crop.as_deref())?.or(pinned.crop);
    pinned.light = side(args.light.as_deref()).or(pinned.light).or(light);
    Ok(Pinned::Some(pinned))
}

/// What `packshot refine` is to change.
pub(super) fn change(args: &RefineArgs) -> Result<Overrides, Problem> {
    let foot = args.foot.as_deref().map(|foot| {
        <[f32; 2]>::try_from(foot)
            .map_err(|_wrong_length| invalid("`--foot` wants two numbers: across,down".into()))
    });
    Ok(Overrides {
        foot: foot.transpose()?,
        height: args.scale,
        rotation_deg: args.rotation,
        crop: crop(args.crop.as_deref())?,
        mirrored: None,
        light: side(args.light.as_deref()),
        gain: args.gain,
        shadow: args.shadow,
    })
}

fn crop(numbers: Option<&[f32]>) -> Result<Option<[f32; 3]>, Problem> {
    let three = |numbers| {
        <[f32; 3]>::try_from(numbers)
            .map_err(|_wrong_length| invalid("`--crop` wants three numbers: left,top,width".into()))
    };
    numbers.map(three).transpose()
}

fn side(name: Option<&str>) -> Option<KeySide> {
    match name {
        Some("left") => Some(KeySide::Left),
        Some("right") => Some(KeySide::Right),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_json_is_overrides_and_unknown_fields_are_refused() {
        let pinned = read(r#"{"height":0.5,"light":"left"}"#).unwrap();
        let Pinned::Some(overrides) = pinned else { panic!("{pinned:?}") };
        assert_eq!((overrides.height, overrides.light), (Some(0.5), Some(KeySide::Left)));
        assert_eq!(read(r#"{"heigth":0.5}"#).unwrap_err().code, Code::PlacementInvalid);
        assert_eq!(read("{").unwrap_err().code, Code::PlacementInvalid);
        assert_eq!(read("/no/such/file").unwrap_err().code, Code::FileMissing);
    }

    #[test]
    fn a_newer_placement_is_refused_not_guessed() {
        assert_eq!(read(r#"{"schema":99,"stand":{}}"#).unwrap_err().code, Code::SchemaUnknown);
    }
}
