use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use tokenizers::Tokenizer;

use super::{Weights, read_back};
use crate::formats::{Error, ErrorKind, Result};

/// Tokens gathered at once, padding included; a single text may have more.
const BATCH_TOKENS: usize = 16_384;

/// The files of a static embedder (`data/builtin/embedder.md` tells how they were made).
#[derive(Debug, Clone, Copy)]
pub struct TextEmbedderFiles<'a> {
    /// Safetensors with `table` I8 [V, D] and `scale` F32 [V].
    pub table: &'a [u8],
    /// A Hugging Face `tokenizer.json` with V entries.
    pub tokenizer: &'a [u8],
}

/// Sentence embeddings as the mean of static token vectors, scaled to unit length.
pub struct TextEmbedder {
    tokenizer: Tokenizer,
    pooling: MeanPooling,
    device: Device,
}

/// The mean of rows of a table.
#[derive(Module, Debug)]
struct MeanPooling {
    /// [V, D]
    table: Param<Tensor<2>>,
}

impl MeanPooling {
    /// Token ids [B, L], ended by padding, and [B, L] with 1/n at each of a text's n tokens and 0
    /// at padding → unit vectors [B, D]; zero where a text has no known token.
    fn forward(&self, ids: Tensor<2, Int>, shares: Tensor<2>) -> Tensor<2> {
        let [batch, length] = ids.dims();
        let [_, width] = self.table.val().dims();
        let rows = self.table.val().select(0, ids.reshape([batch * length]));
        let weighted = rows.reshape([batch, length, width]) * shares.unsqueeze_dim::<3>(2);
        let mean = weighted.sum_dim(1).reshape([batch, width]);
        let norm = (mean.clone() * mean.clone()).sum_dim(1).sqrt().clamp_min(1e-12);
        mean / norm
    }
}

impl TextEmbedder {
    /// Loads table and tokenizer onto `device`.
    ///
    /// # Errors
    ///
    /// `Weights` where a file is broken or the two do not fit together.
    pub fn load(files: TextEmbedderFiles<'_>, device: &Device) -> Result<Self> {
        let tokenizer = Tokenizer::from_bytes(files.tokenizer).map_err(|error| {
            Error::new(
                ErrorKind::Weights,
                format!("not a tokenizer ({error})"),
                "Fetch the weights of this version of attune.",
            )
            .in_file("tokenizer.json")
        })?;
        let file = "embedder.safetensors";
        let mut weights = Weights::read(file, files.table, "attune-static-embedder-1")?;
        let (mut table, [rows, width]) = weights.take::<2>("table")?;
        let (scale, [scales]) = weights.take::<1>("scale")?;
        weights.finish()?;
        if scales != rows || tokenizer.get_vocab_size(true) != rows || width == 0 {
            return Err(Error::new(
                ErrorKind::Weights,
                format!(
                    "table [{rows}, {width}], {scales} scales and {} tokens do not fit together",
                    tokenizer.get_vocab_size(true)
                ),
                "Fetch the weights of this version of attune.",
            )
            .in_file(file));
        }
        for (row, scale) in table.chunks_exact_mut(width).zip(scale) {
            row.iter_mut().for_each(|value| *value *= scale);
        }
        let table = Tensor::from_data(TensorData::new(table, [rows, width]), device);
        Ok(Self {
            tokenizer,
            pooling: MeanPooling { table: Param::from_tensor(table) },
            device: device.clone(),
        })
    }

    /// Components of an embedding, D.
    pub fn width(&self) -> usize {
        self.pooling.table.val().dims()[1]
    }

    /// The token ids of a text.
    ///
    /// # Errors
    ///
    /// `Weights` where the tokenizer cannot read it, which a sound tokenizer file rules out.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|error| {
            Error::new(
                ErrorKind::Weights,
                format!("the tokenizer failed ({error})"),
                "Fetch the weights of this version of attune.",
            )
            .in_file("tokenizer.json")
        })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Unit vectors of `texts`, in order; a text without a known token gives the zero vector.
    ///
    /// # Errors
    ///
    /// As for [`Self::tokens`]; `Device` where the device fails.
    pub async fn embed<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>> {
        let tokens = texts
            .iter()
            .map(|text| self.tokens(text.as_ref()))
            .collect::<Result<Vec<Vec<u32>>>>()?;
        let mut vectors = Vec::with_capacity(texts.len());
        let mut start = 0;
        while start < tokens.len() {
            let end = batch_end(&tokens, start);
            vectors.extend(self.embed_batch(&tokens[start..end]).await?);
            start = end;
        }
        Ok(vectors)
    }

    async fn embed_batch(&self, tokens: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let length = tokens.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let size = tokens.len() * length;
        let (mut ids, mut shares) = (vec![0i32; size], vec![0f32; size]);
        for (row, text) in tokens.iter().enumerate() {
            for (at, &id) in text.iter().enumerate() {
                ids[row * length + at] = id.cast_signed();
                shares[row * length + at] = 1.0 / text.len() as f32;
            }
        }
        let shape = [tokens.len(), length];
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, shape), &self.device);
        let shares = Tensor::<2>::from_data(TensorData::new(shares, shape), &self.device);
        let vectors = read_back(self.pooling.forward(ids, shares)).await?;
        Ok(vectors.chunks_exact(self.width()).map(<[f32]>::to_vec).collect())
    }
}

/// The end of the batch that begins at `start`: at least one text, and no more than
/// [`BATCH_TOKENS`] with padding where there are several.
fn batch_end(tokens: &[Vec<u32>], start: usize) -> usize {
    let mut longest = 1;
    let mut end = start;
    while let Some(text) = tokens.get(end) {
        longest = longest.max(text.len());
        if end > start && longest * (end - start + 1) > BATCH_TOKENS {
            break;
        }
        end += 1;
    }
    end
}
