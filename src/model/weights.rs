use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::formats::{Error, ErrorKind, Result, sha256};

/// A safetensors file, from which tensors are taken one by one; [`Weights::finish`] then tells
/// whether any was left.
pub struct Weights<'a> {
    file: String,
    tensors: SafeTensors<'a>,
    left: BTreeSet<String>,
}

impl<'a> Weights<'a> {
    /// Reads the header of a safetensors file and checks its `format` metadata entry.
    ///
    /// # Errors
    ///
    /// `Weights` for what is no safetensors file, or holds another format.
    pub fn read(file: &str, bytes: &'a [u8], format: &str) -> Result<Self> {
        let broken = |error: safetensors::SafeTensorError| {
            Error::new(
                ErrorKind::Weights,
                format!("not a safetensors file ({error})"),
                "Fetch the weights again.",
            )
            .in_file(file)
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let metadata = header.metadata().as_ref();
        let found =
            metadata.and_then(|entries| entries.get("format")).map_or("none", String::as_str);
        if found != format {
            return Err(Error::new(
                ErrorKind::Weights,
                format!("the format is \"{found}\", not \"{format}\""),
                "Use weights made for this version of attune.",
            )
            .in_file(file));
        }
        let left = tensors.names().into_iter().map(str::to_owned).collect();
        Ok(Self { file: file.to_owned(), tensors, left })
    }

    /// Takes a tensor of bytes holding JSON. (Metadata entries would do, but a writer puts several
    /// of them in any order, and the same weights must give the same file.)
    ///
    /// # Errors
    ///
    /// `Weights` where it is absent, not of bytes, or does not parse.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let view = self.view(name)?;
        if view.dtype() != Dtype::U8 {
            return Err(self.error(name, format!("the elements are {:?}", view.dtype())));
        }
        let value = serde_json::from_slice(view.data())
            .map_err(|error| self.error(name, error.to_string()))?;
        self.left.remove(name);
        Ok(value)
    }

    /// Takes a tensor of float32, or of int8 as float32, with its values in row-major order.
    ///
    /// # Errors
    ///
    /// `Weights` where it is absent, has another number of dimensions or another element type.
    pub fn take<const D: usize>(&mut self, name: &str) -> Result<(Vec<f32>, [usize; D])> {
        let view = self.view(name)?;
        let shape: [usize; D] = view.shape().try_into().map_err(|_| {
            self.error(name, format!("the shape is {:?}, not of {D} dimensions", view.shape()))
        })?;
        let data = view.data();
        let values = match view.dtype() {
            Dtype::F32 => data
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect(),
            Dtype::I8 => data.iter().map(|&byte| f32::from(byte.cast_signed())).collect(),
            other => return Err(self.error(name, format!("the elements are {other:?}"))),
        };
        self.left.remove(name);
        Ok((values, shape))
    }

    /// Takes a matrix of N `rows` in whole steps, and the step of each of its columns: the values in
    /// row-major order, and the shape.
    ///
    /// # Errors
    ///
    /// As for [`Self::take`], and where the shapes do not fit.
    pub fn stepped(
        &mut self,
        name: &str,
        steps: &str,
        rows: usize,
    ) -> Result<(Vec<f32>, [usize; 2])> {
        let (mut values, shape) = self.take::<2>(name)?;
        let (steps, [columns]) = self.take::<1>(steps)?;
        if shape != [rows, columns] || columns == 0 {
            return Err(self.misfit(name, shape, [rows, columns.max(1)]));
        }
        for row in values.chunks_exact_mut(columns) {
            row.iter_mut().zip(&steps).for_each(|(value, step)| *value *= step);
        }
        Ok((values, shape))
    }

    /// Takes a tensor onto `device`, checking its shape.
    ///
    /// # Errors
    ///
    /// As for [`Self::take`], and for another shape.
    pub fn tensor<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
        device: &Device,
    ) -> Result<Tensor<D>> {
        let (values, found) = self.take::<D>(name)?;
        if found != shape {
            return Err(self.misfit(name, found, shape));
        }
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// `Weights` where a tensor was not taken: the file is then not what it was taken for.
    pub fn finish(self) -> Result<()> {
        match self.left.first() {
            None => Ok(()),
            Some(name) => Err(self.error(name, "nothing uses this tensor".to_owned())),
        }
    }

    /// SHA-256 of the values of tensors, taken or not, one after the other.
    ///
    /// # Errors
    ///
    /// `Weights` where one is missing.
    pub fn hash(&self, names: &[&str]) -> Result<String> {
        let data = names.iter().map(|name| Ok(self.view(name)?.data()));
        Ok(sha256(&data.collect::<Result<Vec<_>>>()?))
    }

    /// That a tensor has another shape than is needed.
    pub fn misfit<const D: usize>(
        &self,
        name: &str,
        found: [usize; D],
        wanted: [usize; D],
    ) -> Error {
        self.error(name, format!("the shape is {found:?}, not {wanted:?}"))
    }

    fn view(&self, name: &str) -> Result<TensorView<'a>> {
        self.tensors.tensor(name).map_err(|_| self.error(name, "the tensor is missing".to_owned()))
    }

    /// That a tensor cannot be used.
    pub fn error(&self, name: &str, message: String) -> Error {
        Error::new(ErrorKind::Weights, message, "Fetch the weights of this version of attune.")
            .in_file(&self.file)
            .at_field(name)
    }
}
