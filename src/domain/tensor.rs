//! Numbers with a shape, as networks take and give them. Knows no network.

/// Numbers and shapes that do not fit each other: what was to be what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ShapeError(pub String);

/// Numbers in row-major order: the last dimension is contiguous. Their count is that of the shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl Tensor {
    /// A tensor of this shape.
    ///
    /// # Errors
    /// If the data are not as many as the shape says.
    pub fn new(shape: &[usize], data: Vec<f32>) -> Result<Tensor, ShapeError> {
        let count = shape.iter().try_fold(1usize, |count, size| count.checked_mul(*size));
        if count != Some(data.len()) {
            return Err(ShapeError(format!("{} numbers are no tensor of the shape {shape:?}", data.len())));
        }
        Ok(Tensor { shape: shape.to_vec(), data })
    }

    /// Sizes of its dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its numbers.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Its numbers, to be changed.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Itself.
    ///
    /// # Errors
    /// If it has another shape; `what` says what it is.
    pub fn of_shape(self, shape: &[usize], what: &str) -> Result<Tensor, ShapeError> {
        if self.shape == shape {
            return Ok(self);
        }
        Err(ShapeError(format!("{what} has the shape {:?}, not {shape:?}", self.shape)))
    }

    /// Tensors of one shape, whose first dimension is 1, one after another along that.
    ///
    /// # Errors
    /// If they are of other shapes.
    pub fn stacked(parts: &[&Tensor]) -> Result<Tensor, ShapeError> {
        let mut shape = parts.first().map(|part| part.shape.clone()).unwrap_or_default();
        if let Some(other) = parts.iter().find(|part| part.shape != shape || shape.first() != Some(&1)) {
            return Err(ShapeError(format!("{:?} does not stack on {shape:?}", other.shape)));
        }
        shape.splice(..1, [parts.len()]);
        Tensor::new(&shape, parts.iter().flat_map(|part| part.data.iter().copied()).collect())
    }

    /// The parts along the first dimension, each with a first dimension of 1.
    ///
    /// # Errors
    /// If it has no dimensions.
    pub fn unstacked(&self) -> Result<Vec<Tensor>, ShapeError> {
        let [count, rest @ ..] = &self.shape[..] else {
            return Err(ShapeError("a single number has no parts".to_owned()));
        };
        let shape = [&[1], rest].concat();
        let size = rest.iter().product::<usize>();
        (0..*count).map(|at| Tensor::new(&shape, self.data[at * size..][..size].to_vec())).collect()
    }

    /// 1×C×H×W tensors of one H and W, their channels one after another.
    ///
    /// # Errors
    /// If they are of other shapes.
    pub fn beside(parts: &[&Tensor]) -> Result<Tensor, ShapeError> {
        let mut shape = parts.first().map(|part| part.shape.clone()).unwrap_or_default();
        let mut channels = 0;
        for part in parts {
            match (&part.shape[..], &shape[..]) {
                (&[1, count, height, width], &[1, _, h, w]) if (height, width) == (h, w) => channels += count,
                _ => {
                    return Err(ShapeError(format!("{:?} has no place beside {shape:?}", part.shape)));
                }
            }
        }
        shape.splice(1..2, [channels]);
        Tensor::new(&shape, parts.iter().flat_map(|part| part.data.iter().copied()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], first: f32) -> Tensor {
        let count = shape.iter().product::<usize>();
        Tensor::new(shape, (0..count).map(|i| first + i as f32).collect()).unwrap()
    }

    #[test]
    fn a_tensor_has_as_many_numbers_as_its_shape_says() {
        assert!(Tensor::new(&[2, 3], vec![0.0; 6]).is_ok());
        assert!(Tensor::new(&[], vec![0.0]).is_ok());
        for shape in [&[2, 2][..], &[0], &[usize::MAX, 2]] {
            assert!(Tensor::new(shape, vec![0.0; 6]).is_err(), "{shape:?}");
        }
    }

    #[test]
    fn tensors_are_stacked_and_set_beside_each_other_where_they_fit() {
        let (a, b) = (tensor(&[1, 1, 1, 2], 0.0), tensor(&[1, 2, 1, 2], 10.0));
        let beside = Tensor::beside(&[&a, &b]).unwrap();
        assert_eq!(
            (beside.shape(), beside.data()),
            (&[1, 3, 1, 2][..], &[0.0, 1.0, 10.0, 11.0, 12.0, 13.0][..])
        );
        let stacked = Tensor::stacked(&[&a, &a]).unwrap();
        assert_eq!((stacked.shape(), stacked.data()), (&[2, 1, 1, 2][..], &[0.0, 1.0, 0.0, 1.0][..]));
        assert_eq!(stacked.unstacked().unwrap(), [a.clone(), a.clone()]);
        let scalar = Tensor::new(&[], vec![1.0]).unwrap();
        assert!(scalar.unstacked().is_err());
        for wrong in [&[&a, &b][..], &[&stacked, &stacked], &[&scalar, &scalar]] {
            assert!(Tensor::stacked(wrong).is_err());
        }
        for wrong in [&[&a, &tensor(&[1, 1, 2, 1], 0.0)][..], &[&stacked], &[&scalar]] {
            assert!(Tensor::beside(wrong).is_err());
        }
    }
}
