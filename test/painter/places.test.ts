/** @file Things that stand apart: what looks where, the best of each place together, and recipes that are drawn so. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective } from '../../src/guidance/objective.js';
import { type Picture, picture } from '../../src/image.js';
import { narrowed, tidy } from '../../src/painter/judging.js';
import { type Eye, eyesAt, look } from '../../src/painter/looking.js';
import { type Candidate, Painter, type PainterSetup } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { Random } from '../../src/random.js';
import { parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';
import { placesOf } from '../../src/renderers/paths/places.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';
import { builtinViews, plainView } from '../../src/views/index.js';
import { bits, expectGradientOf, fakeObjective, tinyEncoder, unitVector } from './toys.js';

const root = mkdtempSync(join(tmpdir(), 'places-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const moment = { step: 0, steps: 1 };
const places = placesOf('beside', 2, 24, 16, 2);
const canvas = { width: 24, height: 16, places };

describe('eyes that look at a place each', () => {
	const random = new Random(8);
	const drawing = picture(24, 16, 0);
	for (let i = 0; i < drawing.data.length; i++) drawing.data[i] = random.uniform();
	/** Two encoders, both at both places; the second place has a prompt of its own, and one that the first has too. */
	const eyes = async (): Promise<Eye[]> => {
		const stream = new Random(5);
		const all: Eye[] = [];
		for (const encoder of [0, 1])
			for (const place of [0, 1]) {
				const tiny = tinyEncoder(encoder + 1);
				const target = (weight: number) => ({ embedding: unitVector(stream, tiny.width), weight });
				const objective = await compileObjective(tiny, createReferenceEngine(), [target(1), target(-0.5)], 2, {
					cosine: 1,
					contrast: 0,
				});
				const seen = { objective, views: builtinViews, viewCount: 2, imageSize: tiny.imageSize };
				all.push({ ...seen, share: encoder ? 0.7 : 0.3, member: encoder, place, prompts: [place, 2] });
			}
		return all;
	};

	it('have the mean of the places, also for the score of a prompt of both', async () => {
		const all = await eyes();
		const together = await look(all, drawing, canvas, new Random(2), moment);
		const stream = new Random(2);
		const alone: Awaited<ReturnType<typeof look>>[] = [];
		for (const eye of all) alone.push(await look([eye], drawing, canvas, stream, moment));
		const sum = (of: (i: number) => number, which: readonly number[]) => which.reduce((s, i) => s + of(i), 0);
		const value = (i: number) => alone[i]!.value;
		expect(together.value).toBeCloseTo(sum(value, [0, 1, 2, 3]) / 2, 6);
		expect(together.places[0]).toBeCloseTo(sum(value, [0, 2]), 6);
		expect(together.places[1]).toBeCloseTo(sum(value, [1, 3]), 6);
		expect(together.scores).toHaveLength(3);
		expect(together.scores[0]).toBeCloseTo(
			sum((i) => alone[i]!.scores[0]!, [0, 2]),
			6,
		);
		expect(together.scores[2]).toBeCloseTo(sum((i) => alone[i]!.scores[2]!, [0, 1, 2, 3]) / 2, 6);
	});

	it('have the gradient of central differences, to 1 %, and none outside of their place', async () => {
		const all = await eyes();
		const lookAt = (seen: Picture) => look(all, seen, canvas, new Random(2), moment);
		const gradient = (await lookAt(drawing)).pullback();
		await expectGradientOf(drawing, gradient, async (moved) => (await lookAt(moved)).value);
		const first = (await look(all.slice(0, 1), drawing, canvas, new Random(2), moment)).pullback();
		const inside = first.map((_, i) => (Math.floor(i / 3) % 24 < 12 ? 1 : 0));
		expect(first.some((g, i) => inside[i] === 1 && g !== 0)).toBe(true);
		expect(first.every((g, i) => inside[i] === 1 || g === 0)).toBe(true);
	});

	it('look at both places when it is the turn of their encoder', async () => {
		const all = await eyes();
		const turn = eyesAt({ eyes: all, weight: 1, turn: (step) => new Map([[step % 2, 1]]) }, { step: 1, steps: 4 });
		expect(turn.map(({ member, place, share }) => [member, place, share])).toEqual([
			[1, 0, 1],
			[1, 1, 1],
		]);
	});
});

describe('narrowed', () => {
	const renderer = createStrokes({ width: 24, height: 16, paths: 4, places, segments: 1, style: 'bold', margin: 1 });
	const eye = (place: number): Eye => ({
		...{ objective: fakeObjective(), views: plainView, viewCount: 1, imageSize: 8, share: 1, member: 0 },
		...{ place, prompts: [place] },
	});
	const setup: PainterSetup = {
		...{ renderer, seed: 1, steps: 4, rate: 1, candidates: 3, narrowAt: 0.5 },
		guidance: { eyes: [eye(0), eye(1)], weight: 3 },
	};
	const grayed = (candidates: readonly Candidate[], grays: readonly (readonly number[])[]) => {
		for (const [c, { params, adam }] of candidates.entries())
			for (const p of [0, 1])
				for (const stroke of [2 * p, 2 * p + 1]) {
					params.colors!.fill(grays[c]![p]!, 4 * stroke, 4 * stroke + 3);
					params.colors![4 * stroke + 3] = 1;
					params.widths![stroke] = 4;
					adam.first.widths![stroke] = 10 * c + p;
				}
	};

	it('keeps drawings whole that learn a ground of their own', async () => {
		const own = { ...renderer, learningRates: { ...renderer.learningRates, background: 0.1 } };
		const grounded: PainterSetup = {
			...setup,
			renderer: Object.setPrototypeOf({ learningRates: own.learningRates }, renderer),
		};
		const { candidates } = Painter.create(grounded);
		grayed(candidates, [
			[0.2, 0.9],
			[0.8, 0.1],
			[0.5, 0.5],
		]);
		const [best] = await narrowed(grounded, moment, candidates, 1);
		expect(candidates).toContain(best);
	});

	it('puts the best drawings of each place together, with their moments', async () => {
		const { candidates } = Painter.create(setup);
		// Brightness is what counts: gray for each candidate's two strokes of each place.
		const grays = [
			[0.2, 0.9],
			[0.8, 0.1],
			[0.5, 0.5],
		];
		grayed(candidates, grays);
		const before = candidates.map(({ params }) => bits(params));
		const both = await narrowed(setup, moment, candidates, 2);
		expect(both.map(({ index }) => index)).toEqual([1, 2]);
		const of = (c: number, p: number) => both[c]!.params.colors![8 * p]!;
		// The best of both, and the second best of both.
		expect([of(0, 0), of(0, 1)]).toEqual([Math.fround(0.8), Math.fround(0.9)]);
		expect([of(1, 0), of(1, 1)]).toEqual([0.5, 0.5]);
		expect([...both[0]!.adam.first.widths!]).toEqual([10, 10, 1, 1]);
		expect(both.map(({ lineage }) => lineage)).toEqual([
			[[[0, 1]], [[0, 0]]],
			[[[0, 2]], [[0, 2]]],
		]);
		expect(both[0]!.value).toBeGreaterThan(both[1]!.value);
		// What is said of them is said of what they are now, with the weight of what guides.
		const seen = await look(
			setup.guidance!.eyes,
			renderer.render(both[0]!.params).image,
			renderer,
			new Random(1),
			moment,
		);
		expect(both[0]!.value).toBeCloseTo(3 * seen.value, 6);
		expect(both[0]!.scores).toHaveLength(2);
		for (const p of [0, 1]) expect(both[0]!.scores[p]).toBeCloseTo(seen.scores[p]!, 6);
		expect(candidates.map(({ params }) => bits(params))).toEqual(before);
	});
});

describe('tidy', () => {
	it('asks the place of a stroke alone whether it is missed', async () => {
		const renderer = createStrokes({ width: 24, height: 16, paths: 4, places, segments: 1, style: 'bold', margin: 1 });
		const asked: number[] = [];
		const eye = (place: number, likes: (value: number) => number): Eye => ({
			objective: fakeObjective((views) => {
				asked.push(place);
				return likes(views.reduce((sum, v) => sum + v, 0) / views.length);
			}),
			...{ views: plainView, viewCount: 1, imageSize: 8, share: 1, member: 0, place, prompts: [place] },
		});
		// The left wants white, for which every dark stroke is in the way; the right wants black.
		const eyes = [eye(0, (white) => white), eye(1, (white) => -white)];
		const setup: PainterSetup = {
			...{ renderer, seed: 1, steps: 4, rate: 1, candidates: 1, narrowAt: 0.5 },
			guidance: { eyes, weight: 1 },
		};
		const { candidates } = Painter.create(setup);
		const { colors, widths } = candidates[0]!.params;
		for (let stroke = 0; stroke < 4; stroke++) colors!.set([0, 0, 0, 1], 4 * stroke);
		widths!.fill(3);
		await tidy(setup, moment, candidates, new Set());
		expect([3, 7, 11, 15].map((i) => colors![i])).toEqual([0, 0, 1, 1]);
		// One look at each place for each stroke alone, two when it is tried, two before that, and two at both in the end.
		expect(asked.filter((place) => place === 0)).toHaveLength(2 + 2 + 4 + 2);
		expect(asked.filter((place) => place === 1)).toHaveLength(2 + 2 + 4 + 2);
	});
});

describe('a recipe', () => {
	const recipe = (more: RecipeInput = {}) =>
		parseRecipe({
			prompts: 'a house and a tree',
			steps: 4,
			candidates: 2,
			narrowAt: 0.5,
			views: 1,
			strokes: { paths: 2 },
			engine: { threads: 1 },
			seed: 2,
			...more,
		});
	const arrangementOf = async (more: RecipeInput) => {
		const opened = await openPainter(recipe(more));
		await opened.close();
		return [
			opened.recipe.arrangement ?? 'one',
			opened.width / opened.scale,
			new Set(opened.setup.guidance!.eyes.map(({ place }) => place)).size,
		];
	};

	it.each<[RecipeInput, unknown[]]>([
		[{}, ['beside', 96, 2]],
		[{ prompts: 'the sun above a house' }, ['above', 96, 2]],
		[{ prompts: 'a house and a tree', layout: 'one' }, ['one', 48, 1]],
		[{ prompts: 'a house' }, ['one', 48, 1]],
		[{ prompts: 'a bow and arrow' }, ['one', 48, 1]],
		[{ prompts: 'a house | a tree' }, ['one', 48, 1]],
		[{ prompts: 'a house and a tree', size: [448, 300] }, ['beside', 96, 2]],
		[{ prompts: 'a house and a tree', arrangement: 'above' }, ['beside', 96, 2]],
		[{ prompts: 'a house', arrangement: 'above' }, ['one', 48, 1]],
		[{ renderer: 'shapes', arrangement: 'beside' }, ['one', 48, 1]],
		[{ symmetry: { kind: 'mirror' } }, ['one', 48, 1]],
	])('%j is laid out as %j', async (more, expected) => {
		expect(await arrangementOf(more)).toEqual(expected);
	});

	const placesOf = ({ setup }: Painter) => [...new Set(setup.guidance!.eyes.map(({ place }) => place))];

	it('has as many places as prompts, where it says so, and scores them in their order', async () => {
		const opened = await openPainter(
			recipe({ prompts: 'rain:-1 | a house | a tree | a cat', layout: 'beside', size: [300, 100] }),
		);
		const { renderer, guidance } = opened.setup;
		expect([renderer.width, renderer.height, renderer.places!.length]).toEqual([144, 48, 3]);
		for (const member of [0, 1])
			expect(guidance!.eyes.filter((eye) => eye.member === member).map(({ prompts }) => prompts)).toEqual([
				[0, 1],
				[0, 2],
				[0, 3],
			]);
		const painter = Painter.create(opened.setup);
		expect((await painter.advance()).scores).toHaveLength(4);
		await opened.close();
	});

	it('leaves an encoder that reads phrases alone', async () => {
		const opened = await openPainter(recipe(), { encoder: tinyEncoder() });
		expect(opened.recipe.arrangement).toBeUndefined();
		await opened.close();
	});

	it('is drawn the same again, also after an interruption, and follows other words', async () => {
		const opened = await openPainter(recipe({ steps: 6 }));
		const whole = Painter.create(opened.setup);
		await whole.run();
		expect(whole.best.scores).toHaveLength(1);
		expect(opened.warnings.join()).toMatch(/^'a house' beside 'a tree': each is drawn for itself; layout 'one'/);
		// Each thing is on its own side.
		const { points } = whole.best.params;
		expect(points).toHaveLength(32);
		points!.forEach((x, i) => {
			if (i % 2 === 0) expect(x < 48).toBe(i < 16);
		});

		const broken = Painter.create(opened.setup);
		for (let i = 0; i < 2; i++) await broken.advance();
		const path = join(root, 'apart.safetensors');
		saveSnapshot(path, broken);
		await opened.close();
		const again = await openPainter(opened.recipe);
		const resumed = loadSnapshot(path, again.setup);
		await resumed.advance();
		await resumed.advance();
		const at4 = Painter.create(again.setup);
		await at4.run();
		expect(bits(at4.best.params)).toEqual(bits(whole.best.params));
		await resumed.edit({ do: 'words', prompts: 'a cat', negative: [] });
		expect(placesOf(resumed)).toEqual([undefined]);
		await resumed.edit({ do: 'words', prompts: 'a cat and a dog', negative: [] });
		expect(placesOf(resumed)).toEqual([0, 1]);
		await resumed.edit({ do: 'undo' });
		await resumed.edit({ do: 'undo' });
		await resumed.run();
		expect(bits(resumed.best.params)).toEqual(bits(whole.best.params));
		await again.close();
	});
});
