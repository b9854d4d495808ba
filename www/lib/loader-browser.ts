import { AttuneError } from './error.js';
import type { Loader, WeightsFile } from './loader.js';
import type { Backend } from './types.js';

/**
 * Loads modules and weights from where this file lies, or from `base`, a folder with the same
 * files side by side (`core_bg.wasm`, `models-cpu_bg.wasm`, `models-webgpu_bg.wasm` and the
 * weights).
 */
export function browserLoader(base?: string): Loader {
  const at = (name: string) => (base === undefined ? undefined : new URL(name, base));
  return {
    async core() {
      const module = await import('../wasm/core/core.js');
      await module.default({ module_or_path: at('core_bg.wasm') });
      return module;
    },
    async models(backend: Backend) {
      const module =
        backend === 'cpu'
          ? await import('../wasm/models-cpu/models.js')
          : await import('../wasm/models-webgpu/models.js');
      await module.default({ module_or_path: at(`models-${backend}_bg.wasm`) });
      return module.Models;
    },
    async weights(name: WeightsFile) {
      const url = at(name) ?? OWN[name];
      const response = await fetch(url);
      if (!response.ok) {
        throw new AttuneError(
          'weights',
          `${url} answered ${response.status} ${response.statusText}`,
          'Serve the files of the package beside each other.',
          { file: name },
        );
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

// Literal, so that bundlers see the files and carry them along.
const OWN: Record<WeightsFile, URL> = {
  'embedder.safetensors': new URL('../weights/embedder.safetensors', import.meta.url),
  'tokenizer.json': new URL('../weights/tokenizer.json', import.meta.url),
  'heads.safetensors': new URL('../weights/heads.safetensors', import.meta.url),
};
