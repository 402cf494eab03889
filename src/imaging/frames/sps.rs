//! What a stream says of its frames: the sequence parameter set of H.264 (ITU-T H.264 section 7.3.2.1.1 and annex E.1). Knows no frame.

use super::color::{Color, Matrix};

/// What is read of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sps {
    /// Which tools of H.264 it uses: 66 Baseline, 77 Main, 100 High.
    pub(super) profile: u32,
    /// Pixels that are shown.
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 for 4:2:0.
    pub(super) chroma: u32,
    /// Bits of a sample, the larger of luma and color differences.
    pub(super) depth: u32,
    /// Whether all of its frames are whole ones, no fields.
    pub(super) progressive: bool,
    /// What samples mean, where it says so: matrix by its number, full range.
    pub(super) matrix: Option<u32>,
    pub(super) full_range: bool,
    /// Curve by its number, if it says so.
    pub(super) transfer: Option<u32>,
}

impl Sps {
    /// Reads one, header byte included; `None` if it ends too early or makes no sense.
    pub(super) fn read(unit: &[u8]) -> Option<Sps> {
        if unit.first()? & 0x1f != 7 {
            return None;
        }
        let bytes = unescaped(&unit[1..]);
        let mut bits = Bits { bytes: &bytes, at: 0 };
        let profile = bits.take(8)?;
        bits.take(16)?;
        bits.number()?;
        let (mut chroma, mut depth) = (1, 8);
        if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(&profile) {
            chroma = bits.number()?;
            if chroma == 3 {
                bits.take(1)?;
            }
            depth = 8 + bits.number()?.max(bits.number()?);
            bits.take(1)?;
            if bits.take(1)? == 1 {
                (0..if chroma == 3 { 12 } else { 8 }).try_for_each(|list| bits.scaling_list(list))?;
            }
        }
        bits.number()?;
        match bits.number()? {
            0 => {
                bits.number()?;
            }
            1 => {
                bits.take(1)?;
                bits.number()?;
                bits.number()?;
                let cycle = bits.number()?.min(255);
                (0..cycle).try_for_each(|_| bits.number().map(|_| ()))?;
            }
            _ => {}
        }
        bits.number()?;
        bits.take(1)?;
        let (columns, rows) = (bits.number()?.checked_add(1)?, bits.number()?.checked_add(1)?);
        let progressive = bits.take(1)? == 1;
        if !progressive {
            bits.take(1)?;
        }
        bits.take(1)?;
        let mut crop = [0; 4];
        if bits.take(1)? == 1 {
            for side in &mut crop {
                *side = bits.number()?;
            }
        }
        // Units of cropping for 4:2:0; others are refused.
        let fields = if progressive { 1 } else { 2 };
        let size = |units: u32, most: u32, [a, b]: [u32; 2], step: u32| {
            let cropped = a.checked_add(b)?.checked_mul(2 * step)?;
            units.checked_mul(16 * step)?.checked_sub(cropped).filter(|size| (1..=most).contains(size))
        };
        let width = size(columns, 1 << 16, [crop[0], crop[1]], 1)?;
        let height = size(rows, 1 << 16, [crop[2], crop[3]], fields)?;
        let (matrix, full_range, transfer) = bits.color().unwrap_or((None, false, None));
        Some(Sps { profile, width, height, chroma, depth, progressive, matrix, full_range, transfer })
    }

    /// What samples mean; `None` for matrices that are not those of ordinary films.
    pub(super) fn color(&self) -> Option<Color> {
        let unstated = Color::unstated(self.width, self.height);
        let matrix = match self.matrix {
            Some(1) => Matrix::Bt709,
            Some(5 | 6) => Matrix::Bt601,
            None | Some(2) => unstated.matrix,
            Some(_) => return None,
        };
        // PQ and HLG are no light that a picture of ours has.
        let ordinary = self.transfer.is_none_or(|curve| ![16, 18].contains(&curve));
        ordinary.then_some(Color { matrix, full_range: self.full_range })
    }
}

/// The bytes without those that keep start codes from appearing by chance.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut zeros = 0;
    for byte in bytes {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        out.push(*byte);
    }
    out
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// An unsigned number of variable length (`ue(v)`).
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.take(zeros)?)
    }

    /// Passes over a list of factors of quantization.
    fn scaling_list(&mut self, list: u32) -> Option<()> {
        if self.take(1)? == 0 {
            return Some(());
        }
        let (mut last, mut next) = (8i64, 8i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                let coded = i64::from(self.number()?);
                let change = if coded % 2 == 1 { (coded + 1) / 2 } else { -coded / 2 };
                next = (last + change).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }

    /// Matrix, full range and curve of the usability information.
    fn color(&mut self) -> Option<(Option<u32>, bool, Option<u32>)> {
        if self.take(1)? == 0 {
            return None;
        }
        if self.take(1)? == 1 && self.take(8)? == 255 {
            self.take(32)?;
        }
        if self.take(1)? == 1 {
            self.take(1)?;
        }
        if self.take(1)? == 0 {
            return None;
        }
        self.take(3)?;
        let full = self.take(1)? == 1;
        if self.take(1)? == 0 {
            return Some((None, full, None));
        }
        self.take(8)?;
        let transfer = self.take(8)?;
        Some((Some(self.take(8)?), full, Some(transfer)))
    }
}
