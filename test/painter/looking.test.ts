/** @file Guidance by several encoders: what they see together, its gradient, turns, and that runs stay repeatable. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { compileObjective, type Objective, type Target } from '../../src/guidance/objective.js';
import type { Moment } from '../../src/guidance/readings.js';
import { type Picture, picture } from '../../src/image.js';
import { type Eye, eyesAt, jurors, type Look, look } from '../../src/painter/looking.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { takingTurns, turnsOf } from '../../src/painter/turns.js';
import { Random } from '../../src/random.js';
import { encodersOf, parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';
import { clipdrawViews } from '../../src/views/index.js';
import { tinyModel } from '../encoders/hub/tiny-model.js';
import { bits, expectGradientOf, tinyEncoder, unitVector } from './toys.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-eyes-'));
/** A small CLIP of random weights: 32 px, embeddings of 32 numbers. */
const clip = join(root, 'clip');
let engine: Engine;
let reference: Engine;
beforeAll(async () => {
	mkdirSync(clip);
	for (const [name, bytes] of Object.entries(tinyModel)) writeFileSync(join(clip, name), bytes);
	engine = await engineByName('onnxruntime', { threads: 1 });
	reference = await engineByName('reference');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Two encoders of unlike sizes, embeddings and views that are told the same, in shares of 0.3 and 0.7. */
async function bothEyes(on: Engine): Promise<Eye[]> {
	const random = new Random(4);
	const eyes: Eye[] = [];
	const encoders = [tinyEncoder(), await openEncoder(clip, engine, { threads: 1 })];
	for (const [i, encoder] of encoders.entries()) {
		const aim = (weight: number): Target => ({ embedding: unitVector(random, encoder.width), weight });
		const targets = [{ ...aim(1), rivals: [unitVector(random, encoder.width)] }, aim(-0.5)];
		const objective = await compileObjective(encoder, on, targets, 2 - i, { cosine: 1, contrast: 1 });
		eyes.push({
			objective,
			views: clipdrawViews,
			viewCount: 2 - i,
			imageSize: encoder.imageSize,
			share: 0.3 + 0.4 * i,
			member: i,
		});
	}
	return eyes;
}

const moment = { step: 0, steps: 1 };
const random = new Random(8);
const canvas = { width: 20, height: 16 };
const drawing = picture(canvas.width, canvas.height, 0);
for (let i = 0; i < drawing.data.length; i++) drawing.data[i] = random.uniform();

describe('several eyes', () => {
	it('see what each sees, in their shares: value, scores and gradient', async () => {
		const eyes = await bothEyes(engine);
		const together = await look(eyes, drawing, canvas, new Random(2), moment);
		// One after the other from one stream of views.
		const stream = new Random(2);
		const alone: Look[] = [];
		for (const eye of eyes) alone.push(await look([{ ...eye, share: 1 }], drawing, canvas, stream, moment));
		const mixed = (of: (i: number) => number) => 0.3 * of(0) + 0.7 * of(1);
		expect(together.value).toBeCloseTo(
			mixed((i) => alone[i]!.value),
			6,
		);
		for (const p of [0, 1])
			expect(together.scores[p]).toBeCloseTo(
				mixed((i) => alone[i]!.scores[p]!),
				6,
			);
		const [all, first, second] = [together, ...alone].map((seen) => seen.pullback());
		all!.forEach((g, k) => {
			expect(Math.abs(g - (0.3 * first![k]! + 0.7 * second![k]!))).toBeLessThan(1e-6);
		});
	});

	it('have the gradient of central differences on the reference engine, to 1 %', async () => {
		const seen = await look(await bothEyes(engine), drawing, canvas, new Random(2), moment);
		const judges = await bothEyes(reference);
		const likeness = async (moved: Picture) => (await look(judges, moved, canvas, new Random(2), moment)).value;
		await expectGradientOf(drawing, seen.pullback(), likeness);
	});

	it('take turns strictly when equal, else as often as their shares say', () => {
		const turns = (shares: number[], n: number) => Array.from({ length: n }, (_, step) => takingTurns(shares)(step));
		expect(turns([2, 2], 6)).toEqual([0, 1, 0, 1, 0, 1]);
		expect(turns([1, 1, 1], 6)).toEqual([0, 1, 2, 0, 1, 2]);
		const shares = [0.6, 0.3, 0.1];
		const many = turns(shares, 100);
		for (let n = 1; n <= many.length; n++)
			for (const [i, share] of shares.entries())
				expect(Math.abs(many.slice(0, n).filter((t) => t === i).length - n * share)).toBeLessThan(1);
		// Asked for in any order.
		const turn = takingTurns(shares);
		expect([turn(50), turn(3), turn(99)]).toEqual([many[50], many[3], many[99]]);
	});

	const one = { weight: 1, members: 1 };

	it('look alone when it is their turn', async () => {
		const eyes = await bothEyes(engine);
		const { turn, jury } = turnsOf([one, one], 'alternating');
		expect(eyesAt({ eyes, weight: 1, turn: turn! }, { step: 1, steps: 4 })).toEqual([{ ...eyes[1], share: 1 }]);
		// Where drawings are compared both look in every round, as they always have.
		expect(jury).toBeUndefined();
		expect(jurors({ eyes, weight: 1, turn: turn! }, 1)).toBe(eyes);
		expect(turnsOf([one, { ...one, weight: 2 }], 'summed')).toEqual({});
		expect(turnsOf([one], 'alternating')).toEqual({});
	});

	it('are members of one encoder in turn, whatever it is told of others', () => {
		for (const together of ['summed', 'alternating'] as const) {
			// A weight that thirds of do not add up to.
			const { turn, jury, members } = turnsOf([{ weight: 0.7, members: 3 }], together);
			expect(members).toBe(3);
			for (const n of [0, 1, 2, 3, 4, 5, 6]) {
				expect([...turn!(n)]).toEqual([[n % 3, 1]]);
				expect([...jury!(n)]).toEqual([[n % 3, 1]]);
			}
		}
	});

	it('are members of one encoder beside another as their weights say', () => {
		const pair = [{ weight: 3, members: 2 }, one];
		const both = (n: number) => [
			[n % 2, 0.75],
			[2, 0.25],
		];
		const summed = turnsOf(pair, 'summed');
		const alternating = turnsOf(pair, 'alternating');
		for (const n of [0, 1, 2, 3]) {
			expect([...summed.turn!(n)]).toEqual(both(n));
			expect([...summed.jury!(n)]).toEqual(both(n));
			expect([...alternating.jury!(n)]).toEqual(both(n));
		}
		const turns = Array.from({ length: 80 }, (_, n) => [...alternating.turn!(n)]);
		const times = (member: number) => turns.filter(([only]) => only![0] === member).length;
		expect([0, 1, 2].map(times)).toEqual([30, 30, 20]);
		expect(turns.every(([only], n) => turns[n]!.length === 1 && only![1] === 1)).toBe(true);
	});
});

describe('several candidates', () => {
	const opened = (more: RecipeInput = {}) =>
		openPainter(
			parseRecipe({
				prompts: 'a red heart',
				size: [48, 48],
				canvas: 48,
				steps: 6,
				candidates: 3,
				narrowAt: 0.5,
				tidy: false,
				strokes: { paths: 3 },
				engine: { threads: 1 },
				seed: 2,
				...more,
			}),
		);
	/** The drawing of a recipe, and how many views were looked at in each step. */
	const drawn = async (more?: RecipeInput) => {
		const { setup, recipe, close } = await opened(more);
		const seen: number[] = [];
		const judged: number[] = [];
		const counted = <T extends { readonly objective: Objective }>(sight: T, views: number): T => ({
			...sight,
			objective: {
				...sight.objective,
				evaluate(batch: Float32Array, at?: Moment) {
					expect(batch.length).toBe(views * eye.imageSize ** 2 * 3);
					seen.push(views);
					return sight.objective.evaluate(batch, at);
				},
				judge(batch: Float32Array, at?: Moment) {
					expect(batch.length).toBe(views * eye.imageSize ** 2 * 3);
					judged.push(views);
					return sight.objective.judge(batch, at);
				},
			},
		});
		const [eye] = setup.guidance!.eyes as readonly [Eye, ...Eye[]];
		const { scout } = eye;
		const counting = (one: Eye) => ({
			...counted(one, one.viewCount),
			...(one.scout && { scout: counted(one.scout, one.scout.viewCount) }),
		});
		const eyes = setup.guidance!.eyes.map(counting);
		const painter = Painter.create({ ...setup, guidance: { ...setup.guidance!, eyes } });
		await painter.run();
		await close();
		return { params: bits(painter.best.params), seen, judged, recipe, scouting: setup.scouting, scout };
	};

	it('are looked at through half the views by the built-in encoder until one is left, and compared through all', async () => {
		const { seen, judged, recipe, scouting } = await drawn();
		expect(recipe).toMatchObject({ views: 6, candidateViews: 3 });
		expect(scouting).toBe(0.5);
		// Three steps of three, four rounds of looks at each to choose, three steps of one.
		expect(seen).toEqual([...new Array(9).fill(3), ...new Array(3).fill(6)]);
		expect(judged).toEqual(new Array(12).fill(6));
		expect((await drawn(recipe)).params).toEqual((await drawn()).params);
	});

	it('of a recipe of version 4 are looked at through all, and those of one that says so', async () => {
		const of4 = await drawn({ version: 4 } as object);
		expect(new Set(of4.seen)).toEqual(new Set([6]));
		expect(of4.recipe.candidateViews).toBe(64);
		const said = await drawn({ candidateViews: 6 });
		expect(said.params).toEqual(of4.params);
		expect([of4.scout, said.scout]).toEqual([undefined, undefined]);
		expect((await drawn({ candidateViews: 2, views: 4 })).seen.slice(0, 9)).toEqual(new Array(9).fill(2));
	});

	it('where there is one it needs no second program, and the recipe says nothing of it', async () => {
		const { seen, recipe, scout } = await drawn({ candidates: 1 });
		expect(scout).toBeUndefined();
		expect(seen).toEqual(new Array(6).fill(6));
		expect(recipe.candidateViews).toBeUndefined();
	});

	it('of a run that is resumed draw what they would have', async () => {
		const { setup, recipe, close } = await opened();
		const whole = Painter.create(setup);
		await whole.run();
		const broken = Painter.create(setup);
		await broken.advance();
		const path = join(root, 'candidates.safetensors');
		saveSnapshot(path, broken);
		await close();
		const again = await openPainter(recipe);
		const resumed = loadSnapshot(path, again.setup);
		await resumed.run();
		expect(bits(resumed.best.params)).toEqual(bits(whole.best.params));
		await again.close();
	});
});

describe.each(['summed', 'alternating'] as const)('a recipe of two encoders, %s', (together) => {
	const recipe = (more: RecipeInput = {}) =>
		parseRecipe({
			prompts: 'abc | abd',
			encoder: { name: clip, weight: 3, others: [{ name: 'builtin' }], together },
			size: [48, 48],
			canvas: 48,
			steps: 4,
			candidates: 2,
			narrowAt: 0.5,
			tidy: false,
			views: 1,
			strokes: { paths: 3 },
			engine: { threads: 1 },
			seed: 2,
			...more,
		});

	it('knows both weights, and resumes and repeats bit for bit', async () => {
		const opened = await openPainter(recipe());
		const hashes = encodersOf(opened.recipe).map(({ hash }) => hash);
		expect(new Set(hashes).size).toBe(2);
		for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
		expect(opened.setup.guidance!.eyes.map(({ share }) => share)).toEqual([0.75, 0.125, 0.125]);
		const whole = Painter.create(opened.setup);
		await whole.run();
		expect(whole.best.scores).toHaveLength(2);

		const broken = Painter.create(opened.setup);
		for (let i = 0; i < 2; i++) await broken.advance();
		const path = join(root, `${together}.safetensors`);
		saveSnapshot(path, broken);
		await opened.close();
		// As another process would: everything is opened anew, from what the first recorded.
		const again = await openPainter(opened.recipe);
		const resumed = loadSnapshot(path, again.setup);
		await resumed.run();
		expect(bits(resumed.best.params)).toEqual(bits(whole.best.params));
		expect(resumed.best.scores).toEqual(whole.best.scores);
		await again.close();
	});

	it('is guided by both when it is told other words', async () => {
		const opened = await openPainter(recipe({ steps: 2, candidates: 1 }));
		const painter = Painter.create(opened.setup);
		await painter.advance();
		await painter.edit({ do: 'words', prompts: 'cab', negative: [] });
		await painter.run();
		expect(painter.setup.guidance!.eyes).toHaveLength(3);
		expect(painter.best.scores).toHaveLength(1);
		await opened.close();
	});
});
