use burn::tensor::Device;

use super::fit::{HeadValues, Task};
use super::{Batch, VoteSettings};
use crate::formats::{Error, ErrorKind, Result};

/// Ballots and steps that a device must reproduce, and how far a weight may then lie from the CPU's.
const CHECKED: usize = 24;
const CHECKED_STEPS: u32 = 3;
const CHECKED_STRENGTH: f64 = 0.1;
const TOLERANCE: f32 = 2e-3;

/// What all fits of a training share.
pub(super) struct Problem<'a> {
    pub start: &'a HeadValues,
    pub settings: &'a VoteSettings,
    /// The spread of the starting scores.
    pub unit: f32,
    pub device: &'a Device,
}

impl Problem<'_> {
    pub fn task<'a>(&'a self, batch: &'a Batch, strength: f64, epochs: u32) -> Task<'a> {
        let Self { start, settings, unit, device } = *self;
        Task { start, batch, on: settings.on, unit, strength, epochs, device }
    }

    /// Makes a few steps on a few ballots here and on the CPU, and compares: an invalid shader can
    /// return wrong numbers without an error.
    ///
    /// * `batch`: ballots by place, on a device.
    ///
    /// # Errors
    ///
    /// `Device` where a weight comes out differently.
    pub async fn check(
        &self,
        batch: &impl Fn(&[usize], &Device) -> Batch,
        training: &[usize],
    ) -> Result<()> {
        let cpu = Device::flex();
        if *self.device == cpu {
            return Ok(());
        }
        let few = &training[..training.len().min(CHECKED)];
        let mut outcome = Vec::new();
        for device in [&cpu, self.device] {
            let problem = Problem { device, ..*self };
            let batch = batch(few, &device.clone().autodiff());
            let task = problem.task(&batch, CHECKED_STRENGTH, CHECKED_STEPS);
            outcome.push(task.fit(None, async |_| Ok::<(), Error>(())).await?.heads);
        }
        let pairs = outcome[0].values().flatten().zip(outcome[1].values().flatten());
        let gap = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        if gap <= TOLERANCE {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Device,
            format!("the device disagrees with the CPU by {gap:.1e} after a few steps of training"),
            "Choose the CPU: this device computes wrong results.",
        ))
    }
}
