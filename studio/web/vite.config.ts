/** @file How the page is built: `vite build studio/web` writes dist/studio/web. */

import { defineConfig } from 'vite';

export default defineConfig({
	root: import.meta.dirname,
	build: { outDir: '../../dist/studio/web', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
	oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
