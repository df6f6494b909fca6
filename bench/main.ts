/** @file `npm run bench -- engine|strokes|train|gallery|curate [--json]`. */

const benches: Readonly<Record<string, () => Promise<(json: boolean) => Promise<void>>>> = {
	engine: async () => (await import('./engine.js')).engineBench,
	strokes: async () => (await import('./strokes.js')).strokesBench,
	gallery: async () => (await import('./gallery.js')).galleryBench,
	train: async () => (await import('./train.js')).trainBench,
	curate: async () => (await import('./curate.js')).curateBench,
};

const [name, ...flags] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench || flags.some((flag) => flag !== '--json')) {
	console.error(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]`);
	process.exitCode = 2;
} else {
	await (await bench())(flags.includes('--json'));
}
