use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::{InputLayout, Judged};
use crate::formats::{Error, ErrorKind, Result};
use crate::model::{
    BYSTANDER_SUBSCORES, Heads, HeadsOutput, HiddenLayer, KernelOutput, KernelRegression,
    PERSPECTIVES, Weights,
};
use crate::reward::features::NgramVocabulary;

/// Numbers that the kernel regression gives the heads: one for each of theirs.
pub const KERNEL_OUTPUTS: usize = PERSPECTIVES + BYSTANDER_SUBSCORES;

/// The settings of the kernel regression, as the weights file holds them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct KernelSettings {
    /// γ.
    pub gamma: f32,
    /// The kernel with the closest centre below which a text is unlike the training set.
    pub least_near: f32,
}

/// From the measures of a text to its scores: the heads see the inputs of [`InputLayout`], what a
/// kernel regression over the dense ones makes of them, and a hidden layer over both.
pub(super) struct Network {
    layout: InputLayout,
    vocabulary: NgramVocabulary,
    settings: KernelSettings,
    kernel: KernelRegression,
    hidden: HiddenLayer,
    heads: Heads,
    device: Device,
}

/// What [`Network::forward`] returns for B texts.
pub(super) struct NetworkOutput {
    pub heads: HeadsOutput,
    /// [B, 1], 0 to 1: how near each text lies to the training set.
    pub nearest: Tensor<2>,
}

impl Network {
    /// Takes layout, kernel regression and heads from `weights`, for embeddings of `width`.
    ///
    /// # Errors
    ///
    /// `Weights` where they do not fit together, or were made for another version.
    pub fn load(weights: &mut Weights<'_>, width: usize, device: &Device) -> Result<Self> {
        let layout: InputLayout = weights.json("layout")?;
        let unfit = if let Some(name) = layout.unknown_feature() {
            Some(format!("the feature \"{name}\" is not known"))
        } else if layout.embedding_width > width {
            Some(format!("the embedding has {width} components"))
        } else if layout.dense().is_empty() {
            Some("it has neither features nor an embedding".to_owned())
        } else {
            None
        };
        if let Some(message) = unfit {
            let mend = "Fetch the weights of this version of attune.";
            return Err(Error::new(ErrorKind::Weights, message, mend)
                .in_file("heads.safetensors")
                .at_field("layout"));
        }
        let settings: KernelSettings = weights.json("kernel")?;
        let shape = [layout.dense().len(), KERNEL_OUTPUTS];
        let kernel = KernelRegression::load(weights, shape, settings.gamma, device)?;
        let seen = layout.width() + KERNEL_OUTPUTS;
        let hidden = HiddenLayer::load(weights, seen - layout.counts(), device)?;
        let heads = Heads::load(weights, seen + hidden.units(), device)?;
        let vocabulary = NgramVocabulary::new(&layout.ngrams);
        Ok(Self { layout, vocabulary, settings, kernel, hidden, heads, device: device.clone() })
    }

    /// Judges texts; on the device.
    pub fn forward<'a>(&self, texts: impl Iterator<Item = &'a Judged>) -> NetworkOutput {
        let (inputs, nearest) = self.inputs(texts);
        NetworkOutput { heads: self.heads.forward(inputs), nearest }
    }

    /// What the heads see of texts, [B, F], and how near each lies to the training set, [B, 1].
    pub fn inputs<'a>(&self, texts: impl Iterator<Item = &'a Judged>) -> (Tensor<2>, Tensor<2>) {
        let rows: Vec<f32> =
            texts.flat_map(|text| self.layout.inputs(text, &self.vocabulary)).collect();
        let width = self.layout.width();
        let shape = [rows.len() / width, width];
        let base = Tensor::from_data(TensorData::new(rows, shape), &self.device);
        let (seen, nearest) = with_kernel(base, self.layout.dense(), &self.kernel);
        (with_hidden(seen, self.layout.counts(), &self.hidden), nearest)
    }

    /// The least nearness of a text like those of the training set.
    pub fn least_near(&self) -> f32 {
        self.settings.least_near
    }

    /// The heads.
    #[cfg(feature = "train")]
    pub fn heads(&self) -> &Heads {
        &self.heads
    }
}

/// `base` [B, F] with the kernel regression of its `dense` columns beside it, and the
/// nearness of each row.
pub(super) fn with_kernel(
    base: Tensor<2>,
    dense: Range<usize>,
    kernel: &KernelRegression,
) -> (Tensor<2>, Tensor<2>) {
    let KernelOutput { values, nearest } =
        kernel.forward(base.clone().narrow(1, dense.start, dense.len()));
    (Tensor::cat(vec![base, values], 1), nearest)
}

/// `seen` [B, F] with the units of `hidden` over all but its first `counts` columns beside it: what
/// those weigh has bounds, which a hidden layer would go round.
pub(super) fn with_hidden(seen: Tensor<2>, counts: usize, hidden: &HiddenLayer) -> Tensor<2> {
    let [_, width] = seen.dims();
    let units = hidden.forward(seen.clone().narrow(1, counts, width - counts));
    Tensor::cat(vec![seen, units], 1)
}
