/** @file From prompts to targets: alternatives, weights, rivals, and that emphasis moves a target towards its phrase. */

import { beforeAll, describe, expect, it } from 'vitest';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { engineByName } from '../../src/engines/index.js';
import { colorVariants } from '../../src/guidance/rivals.js';
import { promptTargets } from '../../src/guidance/targets.js';
import { tinyEncoder } from '../painter/toys.js';

const none = () => {};
const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + x * b[i]!, 0);
const prompt = (text: string, weight = 1) => ({ text, weight });

describe('targets', () => {
	const encoder = tinyEncoder();
	const targets = (...prompts: ReturnType<typeof prompt>[]) => promptTargets(prompts, encoder, none);
	const embed = async (text: string) => (await encoder.encodeTexts([text]))[0]!;

	it('are one a prompt, with its weight and stop', async () => {
		const made = await promptTargets(
			[{ text: 'a cat', weight: 2, stop: 0.4 }, prompt('(a dog:1.5)', -1)],
			encoder,
			none,
		);
		expect(made).toMatchObject([
			{ prompt: 0, weight: 2, stop: 0.4 },
			{ prompt: 1, weight: -1.5, rivals: [] },
		]);
		expect(made[0]!.embedding).toEqual(await embed('a cat'));
		expect(made[0]).not.toHaveProperty('counts');
		expect(made[1]).not.toHaveProperty('stop');
	});

	it('are one for each state of a schedule, and the same prompt may stand there twice', async () => {
		const text = 'a [cat:dog:0.5]';
		const made = await targets(prompt(text), prompt(text, 0.5));
		expect(made.map((t) => [t.prompt, t.weight])).toEqual([
			[0, 1],
			[0, 1],
			[1, 0.5],
			[1, 0.5],
		]);
		const counting = (step: number) => made.map((t) => t.counts!({ step, steps: 10 }));
		expect(counting(4)).toEqual([true, false, true, false]);
		expect(counting(5)).toEqual([false, true, false, true]);
	});

	it('that say nothing weigh nothing', async () => {
		const [before, after] = await targets(prompt('[cat:0.5]', 3));
		expect(before!.weight).toBe(0);
		expect([...before!.embedding].every((x) => x === 0)).toBe(true);
		expect(after!.weight).toBe(3);
	});

	it('have the other colours of their words as rivals', async () => {
		const [red, scheduled] = await targets(prompt('a red cat'), prompt('a [red:3] dog'));
		expect(red!.rivals).toHaveLength(colorVariants('a red cat').length);
		expect(red!.rivals![0]).toEqual(await embed('a orange cat'));
		expect(scheduled!.rivals).toHaveLength(0);
	});

	it('of emphasis lie on the line from the text without the phrase through the text, and have unit length', async () => {
		const [text, without] = [await embed('a red cat'), await embed('a cat')];
		for (const weight of [0.5, 1.7, 4, -1]) {
			const [target] = await targets(prompt(`a (red:${weight}) cat`));
			const expected = text.map((x, i) => without[i]! + weight * (x - without[i]!));
			const norm = Math.hypot(...expected);
			target!.embedding.forEach((x, i) => {
				expect(x).toBeCloseTo(expected[i]! / norm, 5);
			});
		}
		const [gone] = await targets(prompt('a (red:0) cat'));
		gone!.embedding.forEach((x, i) => {
			expect(x).toBeCloseTo(without[i]!, 6);
		});
	});

	it('embed each text once', async () => {
		const seen: string[] = [];
		const watching: DualEncoder = {
			...encoder,
			encodeTexts: (texts) => {
				seen.push(...texts);
				return encoder.encodeTexts(texts);
			},
		};
		await promptTargets([prompt('a (big:2) cat'), prompt('a (big:2) [cat:dog:0.5]')], watching, none);
		expect(seen.sort()).toEqual(['a big cat', 'a big dog', 'a cat', 'a dog']);
	});
});

describe('emphasis with the built-in encoder', () => {
	let encoder: DualEncoder;
	beforeAll(async () => {
		encoder = await openEncoder('builtin', await engineByName('onnxruntime', { threads: 1 }), { threads: 1 });
	});

	it.each([
		['a (red:W) heart', 'red'],
		['a red (heart:W)', 'heart'],
		['a green tree in the (snow:W)', 'snow'],
		['a green (tree:W) in the snow', 'tree'],
		['a cat and a (dog:W)', 'dog'],
		['a (blue bird:W) on a tree', 'a blue bird'],
	])('%s comes nearer to %j the larger it is', async (text, phrase) => {
		const [towards] = await encoder.encodeTexts([phrase]);
		const lean: number[] = [];
		for (const weight of [0, 0.5, 0.8, 1, 1.1, 1.3]) {
			const [target] = await promptTargets([prompt(text.replace('W', String(weight)))], encoder, none);
			lean.push(dot(target!.embedding, towards!));
		}
		for (let i = 1; i < lean.length; i++) expect(lean[i], `${lean}`).toBeGreaterThan(lean[i - 1]! + 0.001);
	});
});
