/** @file Times the stroke renderer: forward and pullback of whole pictures, medians on one thread. */

import { performance } from 'node:perf_hooks';
import { Random } from '../src/random.js';
import { createStrokes, type StrokeOptions } from '../src/renderers/strokes/index.js';

/** The first case is the bar: forward and pullback together in at most 20 ms. */
const CASES: readonly StrokeOptions[] = [
	{ paths: 256, width: 224, height: 224, initialWidth: 3 },
	{ paths: 256, width: 224, height: 224, initialWidth: 12 },
	{ paths: 1024, width: 512, height: 512, initialWidth: 3 },
	{ paths: 24, width: 48, height: 48, style: 'bold' },
];
const WARM_UP = 20;
const REPETITIONS = 101;

export interface StrokesCase {
	readonly paths: number;
	readonly size: number;
	/** Mean stroke width in pixels. */
	readonly width: number;
	readonly forward_ms: number;
	readonly pullback_ms: number;
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] as number;
const round = (v: number): number => Math.round(v * 1000) / 1000;

function measure(options: StrokeOptions): StrokesCase {
	const random = new Random(1);
	const renderer = createStrokes(options);
	// A few different scenes, so that branch prediction does not learn one by heart.
	const scenes = [0, 1, 2, 3].map((i) => renderer.init(random.split(`scene ${i}`)));
	const dImage = Float32Array.from({ length: options.width * options.height * 3 }, () => random.normal());
	const forward: number[] = [];
	const pullback: number[] = [];
	for (let i = 0; i < WARM_UP + REPETITIONS; i++) {
		const start = performance.now();
		const rendering = renderer.render(scenes[i % scenes.length] ?? {});
		const middle = performance.now();
		rendering.pullback(dImage);
		const end = performance.now();
		if (i < WARM_UP) continue;
		forward.push(middle - start);
		pullback.push(end - middle);
	}
	const widths = scenes.flatMap((scene) => [...(scene.widths ?? [])]);
	return {
		paths: options.paths,
		size: options.width,
		width: round(widths.reduce((sum, w) => sum + w, 0) / widths.length),
		forward_ms: round(median(forward)),
		pullback_ms: round(median(pullback)),
	};
}

/** Print a table and, with `json`, a last line of JSON. */
export async function strokesBench(json: boolean): Promise<void> {
	const cases = CASES.map(measure);
	console.log('paths   canvas  width px  forward ms  pullback ms  sum ms');
	for (const c of cases) {
		console.log(
			[
				`${c.paths}`.padEnd(7),
				`${c.size}`.padEnd(7),
				c.width.toFixed(1).padStart(8),
				c.forward_ms.toFixed(2).padStart(11),
				c.pullback_ms.toFixed(2).padStart(12),
				(c.forward_ms + c.pullback_ms).toFixed(2).padStart(7),
			].join(' '),
		);
	}
	if (json) console.log(JSON.stringify({ cases }));
}
