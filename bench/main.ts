/** @file `npm run bench -- engine|encoders|peer|cross-check|strokes|exports|train|contrastive|gallery|presets|curate|screenshots|studio [name ...] [--json]`; only encoders, cross-check and presets take names. */

import { AtelierError } from '../src/errors.js';

const benches: Readonly<Record<string, () => Promise<(json: boolean, names: readonly string[]) => Promise<void>>>> = {
	engine: async () => (await import('./engine.js')).engineBench,
	encoders: async () => (await import('./encoders.js')).encodersBench,
	peer: async () => (await import('./peer.js')).peerBench,
	'cross-check': async () => (await import('./cross-check.js')).crossCheckBench,
	strokes: async () => (await import('./strokes.js')).strokesBench,
	exports: async () => (await import('./exports.js')).exportsBench,
	gallery: async () => (await import('./gallery.js')).galleryBench,
	presets: async () => (await import('./presets.js')).presetsBench,
	train: async () => (await import('./train.js')).trainBench,
	contrastive: async () => (await import('./contrastive.js')).contrastiveBench,
	curate: async () => (await import('./curate.js')).curateBench,
	screenshots: async () => (await import('./screenshots.js')).screenshotsBench,
	studio: async () => (await import('./studio.js')).studioBench,
};

const [name, ...rest] = process.argv.slice(2);
const flags = rest.filter((word) => word.startsWith('-'));
const names = rest.filter((word) => !word.startsWith('-'));
const bench = name !== undefined && Object.hasOwn(benches, name) ? benches[name] : undefined;
if (
	!bench ||
	flags.some((flag) => flag !== '--json') ||
	(names.length > 0 && !['encoders', 'cross-check', 'presets'].includes(name ?? ''))
) {
	console.error(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]`);
	process.exitCode = 2;
} else {
	try {
		await (await bench())(flags.includes('--json'), names);
	} catch (error) {
		if (!(error instanceof AtelierError)) throw error;
		console.error(`error: ${error.message} (${error.code})`);
		process.exitCode = 1;
	}
}
