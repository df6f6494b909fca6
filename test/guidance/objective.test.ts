/** @file The value of the objective against its formula, its gradient against central differences. */

import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/index.js';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective, type ObjectiveOptions, type Target } from '../../src/guidance/objective.js';
import { Random } from '../../src/random.js';
import { tinyEncoder, unitVector } from '../painter/toys.js';

const encoder = tinyEncoder();
const engine = createReferenceEngine();
const viewCount = 3;
const random = new Random(11);
const some = () => unitVector(random, encoder.width);
const views = Float32Array.from({ length: viewCount * encoder.imageSize ** 2 * 3 }, () => random.uniform());

const compile = (targets: readonly Target[], options: ObjectiveOptions) =>
	compileObjective(encoder, engine, targets, viewCount, options);

const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + x * b[i]!, 0);
const average = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

/** The formula at the head of the file, from the embeddings of the views. */
async function byHand(targets: readonly Target[], { cosine, contrast }: ObjectiveOptions): Promise<number> {
	const seen = await encoder.encodeImages(views);
	const s = encoder.logitScale;
	return targets.reduce((total, { embedding, weight, rivals = [], stop }) => {
		const limited = (cos: number) =>
			stop === undefined ? cos : weight > 0 ? Math.min(cos, stop) : Math.max(cos, stop);
		const likeness = average(seen.map((v) => limited(dot(v, embedding))));
		if (weight <= 0 || rivals.length === 0) return total + weight * cosine * likeness;
		const logs = seen.map((v) => {
			if (stop !== undefined && dot(v, embedding) >= stop) return 0;
			const all = [embedding, ...rivals].map((e) => s * dot(v, e));
			return all[0]! - Math.log(all.reduce((sum, l) => sum + Math.exp(l), 0));
		});
		return total + weight * (cosine * likeness + (contrast / s) * average(logs));
	}, 0);
}

const one: Target = { embedding: some(), weight: 1, rivals: [some(), some(), some()] };
const two: Target = { embedding: some(), weight: 0.5, rivals: [some()] };
const avoided: Target = { embedding: some(), weight: -0.7, rivals: [some()] };
const bare: Target = { embedding: some(), weight: 2 };

const cases: { name: string; targets: Target[]; options: ObjectiveOptions }[] = [
	{ name: 'a prompt by cosine alone', targets: [one], options: { cosine: 1, contrast: 0 } },
	{ name: 'a prompt against its rivals', targets: [one], options: { cosine: 0, contrast: 1 } },
	{ name: 'a prompt to avoid', targets: [avoided], options: { cosine: 1, contrast: 1 } },
	{ name: 'a prompt short of its stop', targets: [{ ...one, stop: 1 }], options: { cosine: 1, contrast: 1 } },
	{
		name: 'a prompt that is still shown',
		targets: [{ ...avoided, stop: -1 }, bare],
		options: { cosine: 1, contrast: 1 },
	},
	{ name: 'several prompts', targets: [one, two, avoided, bare], options: { cosine: 0.8, contrast: 1.5 } },
];

describe.each(cases)('$name', ({ targets, options }) => {
	it('has the value of the formula, and each score is a mean cosine', async () => {
		const objective = await compile(targets, options);
		const { value, scores } = await objective.evaluate(views);
		expect(value).toBeCloseTo(await byHand(targets, options), 5);
		const seen = await encoder.encodeImages(views);
		targets.forEach((t, i) => {
			expect(scores[i]).toBeCloseTo(average(seen.map((v) => dot(v, t.embedding))), 5);
		});
		await objective.dispose();
	});

	it('is judged the same without a gradient, by a program of its own that goes with it', async () => {
		const programs: string[] = [];
		const counting: Engine = {
			...engine,
			async compile(outputs, options) {
				const program = await engine.compile(outputs, options);
				const name = Object.keys(outputs).join(' ');
				programs.push(name);
				return {
					...program,
					async dispose() {
						programs.push(`no ${name}`);
						await program.dispose();
					},
				};
			},
		};
		const objective = await compileObjective(encoder, counting, targets, viewCount, options);
		const { value, scores } = await objective.evaluate(views);
		const judged = await objective.judge(views);
		expect(judged.value).toBeCloseTo(value, 6);
		judged.scores.forEach((score, i) => {
			expect(score).toBeCloseTo(scores[i]!, 6);
		});
		await objective.judge(views);
		await objective.dispose();
		const [both, alone] = ['value scores gradient', 'value scores'];
		expect(programs).toEqual([both, alone, `no ${both}`, `no ${alone}`]);
	});

	it('has the gradient of central differences, to 1 %', async () => {
		const objective = await compile(targets, options);
		const { gradient } = await objective.evaluate(views);
		const norm = Math.hypot(...gradient);
		expect(norm).toBeGreaterThan(1e-5);
		for (let k = 0; k < 2; k++) {
			const direction = unitVector(new Random(k), views.length).map((x, i) => (x + gradient[i]! / norm) / Math.SQRT2);
			const at = async (h: number) => (await objective.evaluate(views.map((x, i) => x + h * direction[i]!))).value;
			// Values come back as float32: a step of this size keeps their rounding below the tolerance.
			const numeric = ((await at(0.02)) - (await at(-0.02))) / 0.04;
			expect(Math.abs(numeric - dot(gradient, direction))).toBeLessThan(0.01 * norm);
		}
	});
});

describe('rivals', () => {
	it('lower the value the nearer they are, and never where the weight is negative', async () => {
		const options = { cosine: 0, contrast: 1 };
		const [seen] = await encoder.encodeImages(views);
		const value = async (weight: number, rival: Float32Array) =>
			(await (await compile([{ embedding: one.embedding, weight, rivals: [rival] }], options)).evaluate(views)).value;
		const opposite = seen!.map((x) => -x);
		expect(await value(1, seen!)).toBeLessThan((await value(1, opposite)) - 0.1);
		// Nothing is above certainty.
		expect(await value(1, opposite)).toBeLessThanOrEqual(0);
		expect(await value(-1, seen!)).toBe(0);
	});

	it('make no difference when contrast is 0', async () => {
		const options = { cosine: 1, contrast: 0 };
		const { rivals: _, ...without } = one;
		const a = await (await compile([one], options)).evaluate(views);
		const b = await (await compile([without], options)).evaluate(views);
		expect(a).toEqual(b);
	});
});

describe('a stop', () => {
	const options = { cosine: 1, contrast: 1 };
	const evaluate = async (...targets: Target[]) => (await compile(targets, options)).evaluate(views);

	it('is reached view by view: those beyond pull no more', async () => {
		const seen = (await encoder.encodeImages(views)).map((v) => dot(v, one.embedding));
		const sorted = [...seen].sort((a, b) => a - b);
		// Between the nearest view and the others.
		const stop = (sorted[1]! + sorted[2]!) / 2;
		const { value, gradient, scores } = await evaluate({ ...one, stop });
		expect(value).toBeCloseTo(await byHand([{ ...one, stop }], options), 5);
		expect(scores[0]).toBeCloseTo(average(seen), 5);
		const size = views.length / viewCount;
		seen.forEach((cos, i) => {
			const pull = Math.hypot(...gradient.subarray(i * size, (i + 1) * size));
			if (cos > stop) expect(pull).toBe(0);
			else expect(pull).toBeGreaterThan(1e-6);
		});
	});

	it.each([
		['wanted', 1, -1],
		['avoided', -1, 1],
	])('that is behind silences a prompt %s', async (_, weight, stop) => {
		const { value, gradient } = await evaluate({ ...one, weight, stop });
		expect(value).toBeCloseTo(weight * stop, 6);
		expect(gradient.every((g) => g === 0)).toBe(true);
		// The others pull as before.
		const both = await evaluate({ ...one, weight, stop }, bare);
		expect(both.gradient).toEqual((await evaluate(bare)).gradient);
	});
});

describe('alternatives of a prompt', () => {
	const options = { cosine: 0.8, contrast: 1.5 };
	const early = { ...one, prompt: 0, counts: ({ step }: { step: number }) => step < 2 };
	const late = { ...two, prompt: 0, counts: ({ step }: { step: number }) => step >= 2 && step < 4 };
	const at = (step: number) => ({ step, steps: 6 });

	it('count at their time, as if the other were not there', async () => {
		const objective = await compile([early, late, avoided], options);
		for (const [step, alone] of [
			[0, one],
			[3, two],
		] as const) {
			const now = await objective.evaluate(views, at(step));
			const expected = await (await compile([alone, avoided], options)).evaluate(views);
			expect(now.value).toBeCloseTo(expected.value, 6);
			expect(now.scores).toEqual(expected.scores);
			now.gradient.forEach((g, i) => {
				expect(Math.abs(g - expected.gradient[i]!)).toBeLessThan(1e-7);
			});
		}
	});

	it('are one score, 0 where none counts', async () => {
		const objective = await compile([early, late, avoided], options);
		const { value, scores } = await objective.evaluate(views, at(5));
		expect(scores).toHaveLength(2);
		expect(scores[0]).toBe(0);
		expect(value).toBeCloseTo(await byHand([avoided], options), 5);
	});
});
