import { readFile } from 'node:fs/promises';
import { AttuneError } from './error.js';
import type { Loader, WeightsFile } from './loader.js';
import type { Backend } from './types.js';

/** Loads modules and weights from the package's own folder. */
export function nodeLoader(): Loader {
  const read = (path: string) => readFile(new URL(path, import.meta.url));
  return {
    async core() {
      const module = await import('../wasm/core/core.js');
      await module.default({ module_or_path: await read('../wasm/core/core_bg.wasm') });
      return module;
    },
    async evaluation() {
      const module = await import('../wasm/evaluation/evaluation.js');
      const bytes = await read('../wasm/evaluation/evaluation_bg.wasm');
      await module.default({ module_or_path: bytes });
      return module;
    },
    async models(backend: Backend) {
      if (backend !== 'cpu') {
        throw new AttuneError(
          'device',
          'Node has no WebGPU here',
          'Choose the CPU; WebGPU runs in the browser.',
        );
      }
      const module = await import('../wasm/models-cpu/models.js');
      const bytes = await read('../wasm/models-cpu/models_bg.wasm');
      await module.default({ module_or_path: bytes });
      return module;
    },
    async training() {
      const module = await import('../wasm/training/training.js');
      const bytes = await read('../wasm/training/training_bg.wasm');
      await module.default({ module_or_path: bytes });
      return module;
    },
    async weights(name: WeightsFile) {
      return new Uint8Array(await read(`../weights/${name}`));
    },
  };
}
