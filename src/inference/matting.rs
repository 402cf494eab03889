//! A single-graph matting pack: picture → tensor → coverage. Knows no cutout.

use image::{GrayImage, RgbImage};

use super::graph::{Graph, Value};
use super::manifest::{Activation, Divisor, Fit, Postnorm};
use super::parts::{MattingParts, Parts};
use super::{InferenceError, Pack, Runtime, Task};
use crate::domain::{PackRun, Segmenter};
use crate::error::Problem;
use crate::imaging::codec;
use crate::imaging::resize::{self, Window};

/// An open matting pack.
#[derive(Debug)]
pub struct MattingPack {
    pack: Pack,
    parts: MattingParts,
    graph: Graph,
    input: String,
    output: String,
    voter: PackRun,
}

impl MattingPack {
    /// Opens the pack: digest, contract.
    pub fn open(pack: Pack, runtime: &Runtime) -> Result<MattingPack, InferenceError> {
        let (Parts::Matting(parts), [spec]) = (&pack.parts, &pack.graphs[..]) else {
            return Err(InferenceError::PackInvalid(format!(
                "its task is {}, not {}",
                pack.task.name(),
                Task::Matting.name()
            )));
        };
        let graph = Graph::open(&pack, spec, runtime)?;
        let ([input], [output]) = (&graph.inputs[..], &graph.outputs[..]) else {
            return Err(InferenceError::ContractBroken(format!(
                "the graph has {} inputs and {} outputs; a matting graph has one of each",
                graph.inputs.len(),
                graph.outputs.len()
            )));
        };
        let (parts, input, output) = (parts.clone(), input.name.clone(), output.name.clone());
        let voter = pack.run_by(runtime);
        Ok(MattingPack { pack, parts, graph, input, output, voter })
    }

    /// Width and height of what its graph is shown.
    pub fn size(&self) -> [u32; 2] {
        [self.parts.size.0, self.parts.size.1]
    }

    /// Runs the self-test: the largest difference (0..1) to the answer that the pack brings.
    ///
    /// # Errors
    /// If it cannot be run, or the difference is above the pack's own tolerance.
    pub fn self_test(&self) -> Result<f32, InferenceError> {
        let golden = &self.parts.golden;
        let read = |file: &str| {
            std::fs::read(self.pack.folder.join(file))
                .map_err(|error| InferenceError::PackInvalid(format!("{file}: {error}")))
        };
        let damaged = |file: &str| {
            let file = file.to_owned();
            move |error: codec::CodecError| InferenceError::PackInvalid(format!("{file}: {error}"))
        };
        let picture = codec::read_rgb(&read(&golden.picture)?).map_err(damaged(&golden.picture))?;
        let wanted = codec::read_gray(&read(&golden.alpha)?).map_err(damaged(&golden.alpha))?;
        if picture.dimensions() != self.parts.size || wanted.dimensions() != self.parts.size {
            let (width, height) = self.parts.size;
            return Err(InferenceError::PackInvalid(format!("the self-test must be {width}×{height}")));
        }
        let answer = self.answer(&picture)?;
        let off = answer
            .iter()
            .zip(wanted.as_raw())
            .map(|(a, b)| (a - f32::from(*b) / 255.0).abs())
            .fold(0.0, f32::max);
        // The recorded answer is rounded to 8 bits.
        if off > golden.tolerance + 0.5 / 255.0 {
            let message = format!("the self-test is off by {off:.4}; pack.toml allows {}", golden.tolerance);
            return Err(InferenceError::AnswerInvalid(message));
        }
        Ok(off)
    }

    /// Coverage 0..1 of a picture that has the graph's size.
    fn answer(&self, picture: &RgbImage) -> Result<Vec<f32>, InferenceError> {
        let mut answer = self.unclamped(picture)?;
        answer.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
        Ok(answer)
    }

    /// The same as it comes out of the graph and of what the manifest does to that.
    pub(super) fn unclamped(&self, picture: &RgbImage) -> Result<Vec<f32>, InferenceError> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let samples = self.samples(picture);
        let shown = Value::F32(vec![1, 3, height, width], samples);
        let (shape, mut answer) = self.graph.run(vec![(&self.input, shown)], &self.output)?;
        if shape != [1, 1, height, width] {
            return Err(InferenceError::AnswerInvalid(format!(
                "the graph answered {shape:?} to a picture of {width}×{height}"
            )));
        }
        if self.parts.preprocess.activation == Activation::Sigmoid {
            answer.iter_mut().for_each(|value| *value = 1.0 / (1.0 + (-*value).exp()));
        }
        if self.parts.preprocess.postnorm == Postnorm::Minmax {
            let (low, high) = answer.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            if high > low {
                answer.iter_mut().for_each(|value| *value = (*value - low) / (high - low));
            }
        }
        Ok(answer)
    }

    /// C×H×W samples, normalized as the manifest says.
    fn samples(&self, picture: &RgbImage) -> Vec<f32> {
        let how = &self.parts.preprocess;
        let divisor = match how.divisor {
            Divisor::Bytes => 255.0,
            Divisor::ImageMax => f32::from(picture.as_raw().iter().copied().max().unwrap_or(0)).max(1e-6),
        };
        let channel = |c: usize| {
            let plane = picture.as_raw().iter().skip(c).step_by(3);
            plane.map(move |byte| (f32::from(*byte) / divisor - how.mean[c]) / how.std[c])
        };
        (0..3).flat_map(channel).collect()
    }

    /// The picture at the graph's size, and where its content lies in that: left, top, width, height.
    fn shown(&self, picture: &RgbImage) -> Result<(RgbImage, [u32; 4]), InferenceError> {
        let (wide, high) = self.parts.size;
        let (width, height) = picture.dimensions();
        let size = match self.parts.preprocess.fit {
            Fit::Stretch => (wide, high),
            Fit::Pad => {
                let scale = (f64::from(wide) / f64::from(width)).min(f64::from(high) / f64::from(height));
                let side = |side: u32, most: u32| ((f64::from(side) * scale).round() as u32).clamp(1, most);
                (side(width, wide), side(height, high))
            }
        };
        let small = resize::resize_rgb(picture, Window::whole(width, height), size.0, size.1)
            .map_err(|error| InferenceError::AnswerInvalid(error.to_string()))?;
        let (left, top) = ((wide - size.0) / 2, (high - size.1) / 2);
        let padded = RgbImage::from_fn(wide, high, |x, y| {
            let within = |at: u32, start: u32, count: u32| at.saturating_sub(start).min(count - 1);
            *small.get_pixel(within(x, left, size.0), within(y, top, size.1))
        });
        Ok((padded, [left, top, size.0, size.1]))
    }
}

impl Segmenter for MattingPack {
    fn voter(&self) -> &PackRun {
        &self.voter
    }

    fn matte(&self, picture: &RgbImage) -> Result<GrayImage, Problem> {
        let answer = || {
            let (shown, [left, top, width, height]) = self.shown(picture)?;
            let answer = self.answer(&shown)?;
            let stride = shown.width();
            Ok(GrayImage::from_fn(width, height, |x, y| {
                let value = answer[((top + y) * stride + left + x) as usize];
                image::Luma([(value * 255.0 + 0.5) as u8])
            }))
        };
        answer().map_err(|error: InferenceError| error.problem(&self.pack.name))
    }
}
