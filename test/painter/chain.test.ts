/** @file The gradient of a whole step: parameters -> picture -> views -> encoder -> objective, against central differences. */

import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective } from '../../src/guidance/objective.js';
import { Random } from '../../src/random.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import type { Parameters, Renderer } from '../../src/renderers/renderer.js';
import { applyViews, sampleViews, type ViewOptions } from '../../src/views/index.js';
import { tinyEncoder, tinyStrokes, unitVector } from './toys.js';

const views: ViewOptions = {
	zoom: [0.9, 1.3],
	rotation: 0.2,
	shift: 0.05,
	perspective: 0.1,
	contrast: [0.9, 1.1],
	fill: 1,
};

/** Value of the objective, and its gradient on the parameters when asked for. */
async function chain(renderer: Renderer) {
	const encoder = tinyEncoder();
	const random = new Random(21);
	const target = {
		embedding: unitVector(random, encoder.width),
		weight: 1,
		rivals: [unitVector(random, encoder.width)],
	};
	const objective = await compileObjective(encoder, createReferenceEngine(), [target], 2, { cosine: 1, contrast: 1 });
	const looks = sampleViews(views, 2, renderer, encoder.imageSize, random);
	const evaluate = async (params: Parameters) => {
		const rendering = renderer.render(params);
		const looked = applyViews(rendering.image, looks, encoder.imageSize);
		const result = await objective.evaluate(looked.batch);
		return { value: result.value, gradient: rendering.pullback(looked.pullback(result.gradient)) };
	};
	return evaluate;
}

describe.each([
	{ name: 'strokes', renderer: tinyStrokes(), groups: ['points', 'widths', 'colors'], step: 4e-3 },
	{ name: 'pixels', renderer: createPixels({ width: 10, height: 10 }), groups: undefined, step: 4e-3 },
])('the gradient through $name', ({ renderer, groups, step }) => {
	it('agrees with central differences along random directions to 3 %', async () => {
		const evaluate = await chain(renderer);
		const params = renderer.init(new Random(2));
		const names = groups ?? Object.keys(params);
		const { gradient } = await evaluate(params);
		const exact = Object.fromEntries(names.map((n) => [n, gradient[n]!.slice()]));
		for (const name of names) {
			const norm = Math.hypot(...exact[name]!);
			expect(norm, name).toBeGreaterThan(1e-6);
			for (let k = 0; k < 3; k++) {
				// Half the gradient's own direction, half a random one: a random one alone is nearly orthogonal to it.
				const random = new Random(100 + k).split(name);
				const noise = unitVector(random, params[name]!.length);
				const direction = noise.map((x, i) => (x + exact[name]![i]! / norm) / Math.SQRT2);
				const at = async (h: number) =>
					(await evaluate({ ...params, [name]: params[name]!.map((x, i) => x + h * direction[i]!) })).value;
				const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
				const analytic = direction.reduce((s, d, i) => s + d * exact[name]![i]!, 0);
				expect(Math.abs(numeric - analytic), `${name}: ${numeric} against ${analytic}`).toBeLessThan(0.03 * norm);
			}
		}
	});
});
