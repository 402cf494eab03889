//! NumPy's `.npy` files of f32 numbers, little-endian and in row-major order. Knows no disk. Strict: what is anything else is refused, not converted.

use crate::domain::{ShapeError, Tensor};

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy pads its headers so that numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// Why bytes are no array.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NpyError {
    /// They do not begin as such a file does, or end too early.
    #[error("it is no .npy file, or a part of one")]
    NotNpy,
    /// The header says what this does not read.
    #[error("{0}")]
    Unsupported(String),
    /// There are more or fewer numbers than the shape says.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// Reads a file's bytes.
///
/// # Errors
/// If they are none, or hold anything but f32 numbers, little-endian and in row-major order.
pub fn read(bytes: &[u8]) -> Result<Tensor, NpyError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NpyError::NotNpy)?;
    let (length, rest) = match rest {
        [1, 0, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, 0, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => return Err(NpyError::NotNpy),
    };
    let (header, data) = rest.split_at_checked(length).ok_or(NpyError::NotNpy)?;
    let header = std::str::from_utf8(header).map_err(|_error| NpyError::NotNpy)?;
    let shape = shape(header)?;
    let (numbers, left) = data.as_chunks::<4>();
    if !left.is_empty() {
        return Err(NpyError::NotNpy);
    }
    Ok(Tensor::new(&shape, numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())?)
}

/// The shape in a header like `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }`.
fn shape(header: &str) -> Result<Vec<usize>, NpyError> {
    let value = |key: &str| {
        let (_, after) = header.split_once(&format!("'{key}':")).ok_or(NpyError::NotNpy)?;
        Ok::<&str, NpyError>(after.trim_start())
    };
    let descr = value("descr")?.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
    match descr {
        Some(("<f4", _)) => {}
        Some((other, _)) => {
            return Err(NpyError::Unsupported(format!("its numbers are {other}; save it as float32 (<f4)")));
        }
        None => return Err(NpyError::Unsupported("it is no plain array of numbers".to_owned())),
    }
    if !value("fortran_order")?.starts_with("False") {
        return Err(NpyError::Unsupported(
            "its order is Fortran's; save numpy.ascontiguousarray of it".to_owned(),
        ));
    }
    let sizes = value("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (sizes, _) = sizes.ok_or(NpyError::NotNpy)?;
    let sizes = sizes.trim().trim_end_matches(',');
    if sizes.is_empty() {
        return Ok(Vec::new());
    }
    sizes.split(',').map(|size| size.trim().parse().map_err(|_error| NpyError::NotNpy)).collect()
}

/// The bytes of a file (version 1.0) as NumPy writes it.
pub fn write(tensor: &Tensor) -> Vec<u8> {
    let sizes: String = tensor.shape().iter().map(|size| format!("{size}, ")).collect();
    let sizes = match tensor.shape() {
        [_] => sizes.trim_end(),
        _ => sizes.trim_end_matches(", "),
    };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}");
    let before = MAGIC.len() + 4;
    let end = (before + header.len() + 1).next_multiple_of(ALIGNMENT);
    header.push_str(&" ".repeat(end - before - header.len() - 1));
    header.push('\n');
    let mut bytes = [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
    bytes.extend(tensor.data().iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What NumPy 2.4 saves for `arange(n, dtype=float32).reshape(shape)`: the header, and how long it is padded.
    fn numpy(header: &str, count: usize) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        bytes.extend(format!("{header:<117}\n").bytes());
        bytes.extend((0..count).flat_map(|i| (i as f32).to_le_bytes()));
        bytes
    }

    #[test]
    fn arrays_are_read_and_written_byte_for_byte_as_numpy_does() {
        for (shape, sizes) in
            [(&[2, 3][..], "(2, 3)"), (&[4], "(4,)"), (&[], "()"), (&[1, 2, 1, 2], "(1, 2, 1, 2)")]
        {
            let count = shape.iter().product();
            let tensor = Tensor::new(shape, (0..count).map(|i| i as f32).collect()).unwrap();
            let bytes =
                numpy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {sizes}, }}"), count);
            assert_eq!(write(&tensor), bytes, "{sizes}");
            assert_eq!(read(&bytes).unwrap(), tensor, "{sizes}");
        }
    }

    #[test]
    fn what_is_not_just_that_is_refused() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
        assert!(read(&numpy(header, 4)).is_ok());
        for (wrong, word) in [
            (header.replace("<f4", "<f8"), "<f8"),
            (header.replace("<f4", ">f4"), ">f4"),
            (header.replace("<f4", "<i8"), "<i8"),
            (header.replace("False", "True"), "Fortran"),
            (header.replace("(2, 2)", "(2, 3)"), "4 numbers"),
            (header.replace("(2, 2)", "(2, -2)"), "no .npy"),
            (header.replace("(2, 2)", "(18446744073709551615, 2)"), "4 numbers"),
            (header.replace("'<f4'", "[('a', '<f4')]"), "plain"),
            ("{}".to_owned(), "no .npy"),
        ] {
            let error = read(&numpy(&wrong, 4)).unwrap_err();
            assert!(error.to_string().contains(word), "{wrong}: {error}");
        }
        let whole = numpy(header, 4);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end} of {} bytes", whole.len());
        }
        assert_eq!(read(b"P6 8 8 255"), Err(NpyError::NotNpy));
    }
}
