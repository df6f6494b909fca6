/** @file The loss of stage 1 against its formula, its gradients against central differences. */

import { describe, expect, it } from 'vitest';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { Random } from '../../src/random.js';
import {
	type ConceptObjectiveConfig,
	conceptEvaluation,
	conceptProgram,
} from '../../src/training/concept-objective.js';

const config: ConceptObjectiveConfig = {
	tower: {
		size: 8,
		stages: [
			{ channels: 4, blocks: 1 },
			{ channels: 6, blocks: 0 },
		],
		embedding: { shape: 5, color: 3, colorShare: 0.25 },
	},
	concepts: 4,
	colors: 3,
	smoothing: 0.1,
	maxScale: 40,
	colorWeight: 0.7,
};
const batch = 3;
const poolTower = {
	kind: 'pool',
	size: 8,
	stem: 4,
	stages: [
		{ channels: 4, blocks: 1 },
		{ channels: 6, blocks: 1 },
	],
	embedding: config.tower.embedding,
} as const;

function toy(changes: Partial<ConceptObjectiveConfig> = {}) {
	const random = new Random(4);
	const store = new ParameterStore(new Map(), random.split('weights'));
	const program = conceptProgram({ ...config, ...changes }, store, batch);
	const feeds = {
		images: Float64Array.from({ length: batch * 8 * 8 * 3 }, () => random.uniform()),
		labels: Int32Array.of(0, 3, 1),
		colors: Int32Array.of(2, 0, 1),
		colored: Float64Array.of(1, 0, 1),
		named: Float64Array.of(1, 1, 0),
	};
	return { random, store, program, feeds };
}

describe('conceptProgram', () => {
	it.each([
		['conv', config.tower, 18],
		['pool', poolTower, 27],
	] as const)(
		'has gradients of central differences, for every weight of a %s tower and for the pictures',
		(_, tower, count) => {
			const { random, program, feeds } = toy({ tower });
			const exact = evaluate64(program.outputs, feeds);
			const loss = { loss: program.outputs.loss! };
			const leaves: [string, ArrayLike<number>, Float64Array][] = [
				['images', feeds.images, exact.dImages!],
				...program.parameters.map((p): [string, ArrayLike<number>, Float64Array] => [
					p.name!,
					p.data!,
					exact[`grad:${p.name}`]!,
				]),
			];
			expect(leaves).toHaveLength(count);
			for (const [name, at, gradient] of leaves) {
				const direction = Float64Array.from(at, () => random.normal());
				const h = 1e-5;
				const moved = (sign: number) =>
					evaluate64(loss, { ...feeds, [name]: Float64Array.from(at, (x, i) => x + sign * h * direction[i]!) })
						.loss![0]!;
				const numeric = (moved(1) - moved(-1)) / (2 * h);
				const analytic = direction.reduce((s, d, i) => s + d * gradient[i]!, 0);
				expect(Math.abs(numeric - analytic), name).toBeLessThan(1e-6 + 1e-5 * Math.abs(analytic));
			}
		},
	);

	it('leaves pictures without a colour out of the colour term', () => {
		const { program, feeds } = toy();
		const loss = { loss: program.outputs.loss! };
		const of = (changes: object) => evaluate64(loss, { ...feeds, ...changes }).loss![0]!;
		expect(of({ colors: Int32Array.of(2, 1, 1) })).toBe(of({}));
		expect(of({ colors: Int32Array.of(1, 0, 1) })).not.toBe(of({}));
	});

	it('is the formula: smoothed cross-entropy of concepts plus weighted cross-entropy of colours', () => {
		const run = (changes: Partial<ConceptObjectiveConfig>) => {
			const { program, feeds } = toy(changes);
			return evaluate64({ loss: program.outputs.loss! }, feeds).loss![0]!;
		};
		// Linear in the weight of the colour term.
		const colorTerm = run({ colorWeight: 1 }) - run({ colorWeight: 0 });
		expect(run({ colorWeight: 0.7 })).toBeCloseTo(run({ colorWeight: 0 }) + 0.7 * colorTerm, 6);
		// A scale of nearly 0 makes all logits equal: ln 4 whatever the smoothing.
		expect(run({ colorWeight: 0, maxScale: 1e-9 })).toBeCloseTo(Math.log(4), 6);
		expect(run({ colorWeight: 0, maxScale: 1e-9, smoothing: 0.5 })).toBeCloseTo(Math.log(4), 6);
	});

	it('asks of what shows nothing to be all concepts alike, whatever its label', () => {
		const { program, feeds } = toy({ colorWeight: 0 });
		const run = (changes: object) => evaluate64(program.outputs, { ...feeds, ...changes });
		const nothing = Float64Array.of(0, 0, 0);
		const aimed = run({ named: nothing });
		expect(run({ named: nothing, labels: Int32Array.of(2, 2, 2) }).loss![0]).toBe(aimed.loss![0]);
		// Cross-entropy against the uniform distribution is ln 4 at its least, and what is certain of a concept costs more.
		expect(aimed.loss![0]).toBeGreaterThan(Math.log(4));
		expect(
			evaluate64({ loss: toy({ colorWeight: 0, maxScale: 1e-9 }).program.outputs.loss! }, feeds).loss![0],
		).toBeCloseTo(Math.log(4), 6);
		// Full smoothing is the same target.
		const smooth = toy({ colorWeight: 0, smoothing: 1 });
		const { loss } = evaluate64({ loss: smooth.program.outputs.loss! }, { ...feeds, named: Float64Array.of(1, 1, 1) });
		expect(loss![0]).toBeCloseTo(aimed.loss![0]!, 9);
	});

	it('counts as correct only what shows something', () => {
		const { program, feeds } = toy();
		const correct = (named: number[], labels: number[]) =>
			evaluate64(
				{ correct: program.outputs.correct! },
				{ ...feeds, named: Float64Array.from(named), labels: Int32Array.from(labels) },
			).correct![0]!;
		const nearest = (i: number) =>
			[0, 1, 2, 3].find(
				(label) =>
					correct(
						[0, 1, 2].map((k) => (k === i ? 1 : 0)),
						[label, label, label],
					) === 1,
			)!;
		const [first, second] = [nearest(0), nearest(1)];
		const wrong = (second + 1) % 4;
		expect(correct([1, 1, 0], [first, wrong, 0])).toBe(0.5);
		expect(correct([1, 1, 0], [first, second, 0])).toBe(1);
		expect(correct([0, 1, 0], [first, wrong, 0])).toBe(0);
		expect(correct([0, 0, 0], [first, second, 0])).toBe(0);
	});

	it('passes no gradient to a temperature at its bound', () => {
		const { program, feeds } = toy({ maxScale: 5 });
		const out = evaluate64(program.outputs, feeds);
		expect(Math.abs(out['grad:logit_scale']![0]!)).toBe(0);
		expect(Math.abs(evaluate64(toy().program.outputs, feeds)['grad:logit_scale']![0]!)).toBeGreaterThan(1e-6);
	});

	it.each([
		['conv', config.tower],
		['pool', poolTower],
	] as const)('counts a picture as correct when its own concept has the largest cosine: %s tower', (_, tower) => {
		const { program, store, feeds } = toy({ tower });
		const { correct } = evaluate64(program.outputs, { ...feeds, named: Float64Array.of(1, 1, 1) });
		const share = correct![0]! * batch;
		expect(share).toBeCloseTo(Math.round(share), 9);
		// With running statistics equal to the batch's, evaluation sees the same logits.
		const out = evaluate64(program.outputs, feeds);
		const graph = conceptEvaluation({ ...config, tower }, new ParameterStore(store.weights, new Random(0)), batch);
		for (const name of program.batchNorms) {
			store.weights.get(`${name}.running_mean`)!.data.set(out[`mean:${name}`]!);
			store.weights.get(`${name}.running_var`)!.data.set(out[`variance:${name}`]!);
		}
		const { logits } = evaluate64(graph, { images: feeds.images });
		const hits = [...feeds.labels].filter((label, i) => {
			const row = [...logits!.subarray(i * 4, i * 4 + 4)];
			return row.indexOf(Math.max(...row)) === label;
		});
		expect(share).toBeCloseTo(hits.length, 9);
	});
});
