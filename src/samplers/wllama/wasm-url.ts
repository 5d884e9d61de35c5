/** Where the runtime's .wasm lies: a file of this site, bundled by Vite, fetched only when a model is started. */
export { default as WLLAMA_WASM_URL } from '@wllama/wllama/esm/wasm/wllama.wasm?url';
