use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};

/// Where models compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Backend {
    /// Burn's `flex` on the CPU.
    Cpu,
    /// Burn on WebGPU.
    WebGpu,
}

impl Backend {
    /// Opens the device. WebGPU can be opened once in a process; keep what comes back.
    ///
    /// # Errors
    ///
    /// `Device` where no adapter or device is to be had, or where this build has no WebGPU. There
    /// is no silent change to the CPU.
    pub async fn open(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "webgpu")]
            Self::WebGpu => open_webgpu().await,
            #[cfg(not(feature = "webgpu"))]
            Self::WebGpu => Err(Error::new(
                ErrorKind::Device,
                "this module was built without WebGPU",
                "Load the WebGPU module, or choose the CPU.",
            )),
        }
    }
}

#[cfg(feature = "webgpu")]
async fn open_webgpu() -> Result<Device> {
    use burn::tensor::wgpu::WgpuBackend;
    Device::wgpu_options().graphics_api(WgpuBackend::WebGpu).init_async().await.map_err(|error| {
        Error::new(
            ErrorKind::Device,
            format!("WebGPU did not start ({error})"),
            "Update the browser or its graphics driver, or choose the CPU.",
        )
    })
}

/// Reads a tensor's values, row-major.
///
/// # Errors
///
/// `Device` where the device failed on the way.
pub async fn read_back<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let failed = |error: String| {
        Error::new(
            ErrorKind::Device,
            format!("the device did not return the result ({error})"),
            "Try again, or choose the CPU.",
        )
    };
    let data = tensor.into_data_async().await.map_err(|error| failed(error.to_string()))?;
    let values: Vec<f32> = data.try_into_vec_as().map_err(|error| failed(error.to_string()))?;
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(failed(format!("it holds {value}"))),
        None => Ok(values),
    }
}
