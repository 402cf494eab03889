//! Writes a film: H.264 at a constant frame rate in an MP4 file whose tables come first, Rec. 709, limited range. Knows no product.

use std::io::{Seek, Write};
use std::num::NonZeroU32;

use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile, QpRange, RateControlMode,
    VuiConfig,
};
use openh264::formats::YUVSlices;
use shiguredo_mp4::bitstream::h264::LengthSize;
use shiguredo_mp4::bitstream::h264::{
    H264NalUnitType, H264SampleEntryConfig, build_avc1_box, parse_annexb_nal_units,
};
use shiguredo_mp4::boxes::{Avc1Box, SampleEntry, UnknownBox};
use shiguredo_mp4::{BoxSize, BoxType};

use image::RgbImage;

use super::color::{Color, Matrix};
use super::mux::Mux;
use super::{FilmError, Frame, refused};

/// How many frames in how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Frames.
    pub frames: NonZeroU32,
    /// In so many seconds.
    pub seconds: NonZeroU32,
}

impl Speed {
    /// So many frames in each second; at least one.
    pub fn per_second(frames: u32) -> Speed {
        Speed { frames: NonZeroU32::new(frames).unwrap_or(NonZeroU32::MIN), seconds: NonZeroU32::MIN }
    }
}

/// What the samples of our films mean.
pub const WRITTEN: Color = Color { matrix: Matrix::Bt709, full_range: false };
/// Seconds from one frame that needs no other to the next.
const KEY_SECONDS: f32 = 2.0;
/// Bits a second that no film of ours needs; quality is what is asked for.
const MOST_BITS: u32 = 200_000_000;
/// What Rec. 709, limited range, is called in the box `colr`.
const NCLX: &[u8] = b"nclx\0\x01\0\x01\0\x01\0";

/// Writes an XMP packet in a box of its own, to where a whole film ends.
///
/// # Errors
/// Those of `out`.
pub fn write_xmp(out: &mut impl Write, xmp: &str) -> std::io::Result<()> {
    out.write_all(&(8 + XMP.len() as u32 + xmp.len() as u32).to_be_bytes())?;
    out.write_all(b"uuid")?;
    out.write_all(&XMP)?;
    out.write_all(xmp.as_bytes())
}

/// The box of an XMP packet in a file of this kind (ISO 16684-2, table 13).
const XMP: [u8; 16] =
    [0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac];

/// A film that is being written.
pub struct Writer<W> {
    mux: Mux<W>,
    encoder: Encoder,
    speed: Speed,
    quantizer: u8,
    size: Option<(u32, u32)>,
    /// How its frames are decoded, once that is known.
    entry: Option<SampleEntry>,
    /// An XMP packet, in the end.
    xmp: Option<String>,
}

impl<W: Write + Seek> Writer<W> {
    /// Starts a film of at most `frames` frames: with more the tables no longer fit in front. `quantizer` is the fineness of H.264, 0 (finest) to 51; 18 is
    /// hard to tell from the original.
    ///
    /// # Errors
    /// [`FilmError::Io`], [`FilmError::Encode`].
    pub fn new(out: W, speed: Speed, frames: u32, quantizer: u8) -> Result<Writer<W>, FilmError> {
        let mux = Mux::new(out, speed, frames)?;
        let encoder = encoder(speed, quantizer)?;
        Ok(Writer { mux, encoder, speed, quantizer, size: None, entry: None, xmp: None })
    }

    /// What comes now does not depend on what came before: the frames of a shot are encoded as if they were a film of their own.
    ///
    /// # Errors
    /// [`FilmError::Encode`].
    pub fn next_shot(&mut self) -> Result<(), FilmError> {
        self.encoder = encoder(self.speed, self.quantizer)?;
        Ok(())
    }

    /// Has an XMP packet written behind the film: what it says holds for all of it.
    #[must_use]
    pub fn with_xmp(mut self, xmp: String) -> Self {
        self.xmp = Some(xmp);
        self
    }

    /// Adds a picture, H×W×3 sRGB of even sides, all of one size.
    ///
    /// # Errors
    /// [`FilmError::Io`], [`FilmError::Encode`].
    pub fn push(&mut self, picture: &RgbImage) -> Result<(), FilmError> {
        let fits = picture.width().is_multiple_of(2) && picture.height().is_multiple_of(2);
        let frame = Frame::of_picture(picture, WRITTEN).filter(|_| fits);
        self.push_frame(&frame.ok_or_else(|| FilmError::Encode("its sides are not even".into()))?)
    }

    /// Adds a frame whose samples are [`WRITTEN`]; all of one size.
    ///
    /// # Errors
    /// As [`Writer::push`].
    pub fn push_frame(&mut self, frame: &Frame) -> Result<(), FilmError> {
        if frame.color != WRITTEN {
            return Err(FilmError::Encode("its samples are not of Rec. 709 in limited range".into()));
        }
        let size = (frame.width, frame.height);
        if *self.size.get_or_insert(size) != size {
            return Err(FilmError::Encode("its pictures are not of one size".into()));
        }
        let (width, height) = (frame.width as usize, frame.height as usize);
        let [blue, red] = &frame.chroma;
        let planes = YUVSlices::new((&frame.luma, blue, red), (width, height), (width, width / 2, width / 2));
        let stream = self.encoder.encode(&planes).map_err(refused)?.to_vec();
        let units = parse_annexb_nal_units(&stream).map_err(refused)?;
        if self.entry.is_none() {
            self.entry = Some(entry(&stream)?);
        }
        let mut keyframe = false;
        let mut data = Vec::with_capacity(stream.len());
        for unit in units {
            let kind = unit.nal_unit_type;
            if matches!(kind, H264NalUnitType::Sps | H264NalUnitType::Pps) {
                continue;
            }
            keyframe |= kind == H264NalUnitType::IdrSlice;
            data.extend_from_slice(&(unit.data.len() as u32).to_be_bytes());
            data.extend_from_slice(unit.data);
        }
        if data.is_empty() {
            return Err(FilmError::Encode("the encoder left a frame out".into()));
        }
        match &self.entry {
            Some(entry) => self.mux.append(&data, keyframe, entry),
            None => Err(FilmError::Encode("the encoder did not say how to decode".into())),
        }
    }

    /// Writes the tables and gives back what was written to.
    ///
    /// # Errors
    /// [`FilmError::Io`], [`FilmError::Encode`], also for a film without a frame.
    pub fn finish(self) -> Result<W, FilmError> {
        self.mux.finish(self.xmp.as_deref())
    }
}

fn encoder(speed: Speed, quantizer: u8) -> Result<Encoder, FilmError> {
    let rate = speed.frames.get() as f32 / speed.seconds.get() as f32;
    let quantizer = quantizer.min(51);
    // One thread, and nothing that decides by time or load: the same pictures give the same bytes.
    let config = EncoderConfig::new()
        .num_threads(1)
        .profile(Profile::High)
        .rate_control_mode(RateControlMode::Bufferbased)
        .bitrate(BitRate::from_bps(MOST_BITS))
        .qp(QpRange::new(quantizer, quantizer))
        .skip_frames(false)
        .scene_change_detect(false)
        .adaptive_quantization(false)
        .background_detection(false)
        .max_frame_rate(FrameRate::from_hz(rate))
        .intra_frame_period(IntraFramePeriod::from_num_frames((rate * KEY_SECONDS).ceil().max(1.0) as u32))
        .vui(VuiConfig::bt709());
    Encoder::with_api_config(OpenH264API::from_source(), config).map_err(refused)
}

/// How to decode the film, from the parameter sets before its first frame.
fn entry(stream: &[u8]) -> Result<SampleEntry, FilmError> {
    let units = parse_annexb_nal_units(stream).map_err(refused)?;
    let sets = |kind: H264NalUnitType| -> Vec<Vec<u8>> {
        units.iter().filter(|unit| unit.nal_unit_type == kind).map(|unit| unit.data.to_vec()).collect()
    };
    let config = H264SampleEntryConfig { length_size: LengthSize::FourBytes };
    let avc =
        build_avc1_box(&sets(H264NalUnitType::Sps), &sets(H264NalUnitType::Pps), &config).map_err(refused)?;
    let colr = UnknownBox {
        box_type: BoxType::Normal(*b"colr"),
        box_size: BoxSize::U32(8 + NCLX.len() as u32),
        payload: NCLX.to_vec(),
    };
    Ok(SampleEntry::Avc1(Avc1Box { unknown_boxes: vec![colr], ..avc }))
}
