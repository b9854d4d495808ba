import { AttuneError } from './error.js';
import type { Loader, WeightsFile } from './loader.js';
import type { Backend } from './types.js';

/** Loads modules and weights from where the package's files lie, as the bundler placed them. */
export function browserLoader(): Loader {
  return {
    core: () =>
      reached('the core module', async () => {
        const module = await import('../wasm/core/core.js');
        await module.default();
        return module;
      }),
    evaluation: () =>
      reached('the evaluation module', async () => {
        const module = await import('../wasm/evaluation/evaluation.js');
        await module.default();
        return module;
      }),
    models: (backend: Backend) =>
      reached(`the models module (${backend})`, async () => {
        const module =
          backend === 'cpu'
            ? await import('../wasm/models-cpu/models.js')
            : await import('../wasm/models-webgpu/models.js');
        await module.default();
        return module;
      }),
    training: () =>
      reached('the training module', async () => {
        const module = await import('../wasm/training/training.js');
        await module.default();
        return module;
      }),
    weights: (name: WeightsFile) =>
      reached(name, async () => {
        const response = await fetch(OWN[name]);
        if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
        return new Uint8Array(await response.arrayBuffer());
      }),
  };
}

/** Names what could not be loaded. */
async function reached<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new AttuneError(
      'weights',
      `${what} could not be loaded (${error instanceof Error ? error.message : error})`,
      "Check the connection, and that the host serves all of the package's files.",
    );
  }
}

// Literal, so that bundlers see the files and carry them along.
const OWN: Record<WeightsFile, URL> = {
  'embedder.safetensors': new URL('../weights/embedder.safetensors', import.meta.url),
  'tokenizer.json': new URL('../weights/tokenizer.json', import.meta.url),
  'heads.safetensors': new URL('../weights/heads.safetensors', import.meta.url),
  'personal.safetensors': new URL('../weights/personal.safetensors', import.meta.url),
};
