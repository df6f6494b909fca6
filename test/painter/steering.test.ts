/** @file Steering by hand: what each edit does, what it refuses, and that a run that is repeated with its edits is the same, bit for bit. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective, type Objective } from '../../src/guidance/objective.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import type { Edit, EditRequest, Words } from '../../src/recipe/edits.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { createShapes } from '../../src/renderers/shapes/index.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';
import { builtinViews } from '../../src/views/index.js';
import { bits, guidedBy, tinyEncoder, tinySetup, tinyStrokes } from './toys.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-steering-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const first: Words = { prompts: [{ text: 'a cat', weight: 1 }], negative: [] };
const encoder = tinyEncoder();

const compiled = new Map<string, Promise<Objective>>();

/** Objectives have no state, so that one of each is enough. */
function objectiveOf(prompts: Words['prompts']): Promise<Objective> {
	const make = async () => {
		const embeddings = await encoder.encodeTexts(prompts.map((prompt) => prompt.text));
		const targets = prompts.map(({ weight }, i) => ({ embedding: embeddings[i]!, weight, prompt: i }));
		return compileObjective(encoder, createReferenceEngine(), targets, 2, { cosine: 1, contrast: 0 });
	};
	const key = JSON.stringify(prompts);
	const objective = compiled.get(key) ?? make();
	compiled.set(key, objective);
	return objective;
}

/** A tiny run that can be told other words. */
async function steered(changes: Partial<PainterSetup> = {}): Promise<PainterSetup> {
	const reword = async (words: Words = first) => {
		const prompts = [...words.prompts, ...words.negative];
		const objective = await objectiveOf(prompts);
		const guidance = guidedBy({
			objective,
			views: builtinViews,
			viewCount: 2,
			imageSize: encoder.imageSize,
			member: 0,
		});
		return { guidance, warnings: prompts.some(({ text }) => text.includes('zxq')) ? ['unknown word zxq'] : [] };
	};
	const { guidance } = await reword();
	return {
		renderer: tinyStrokes(),
		seed: 3,
		steps: 8,
		rate: 1,
		candidates: 2,
		narrowAt: 0.75,
		tidy: true,
		guidance,
		reword,
		...changes,
	};
}

const stateOf = (painter: Painter) => ({
	step: painter.step,
	edits: painter.edits,
	locked: painter.locked,
	candidates: painter.candidates.map((c) => ({
		index: c.index,
		params: bits(c.params),
		first: bits(c.adam.first),
		second: bits(c.adam.second),
		adamStep: c.adam.step,
		random: c.random.state(),
		value: c.value,
		scores: c.scores,
	})),
});

/** Run, with edits before the steps that are named. */
async function drawWith(
	setup: PainterSetup,
	edits: Readonly<Record<number, readonly EditRequest[]>>,
): Promise<Painter> {
	const painter = Painter.create(setup);
	while (!painter.done) {
		for (const edit of edits[painter.step] ?? []) await painter.edit(edit);
		await painter.advance();
	}
	return painter;
}

const line: [number, number][] = [
	[0.2, 0.3],
	[0.5, 0.5],
	[0.8, 0.4],
];
const words = (text: string): EditRequest => ({ do: 'words', prompts: text });
const drawn: EditRequest = { do: 'add', line, width: 0.2, color: [1, 0, 0] };

/** Of every kind, with some taken back. */
const all: Readonly<Record<number, readonly EditRequest[]>> = {
	0: [{ do: 'rate', rate: 0.5 }],
	1: [words('a dog | a {red|blue} hat:0.5')],
	2: [{ do: 'lock', strokes: [1] }, drawn],
	3: [{ do: 'move', strokes: [0, 4], by: [0.1, -0.2] }, { do: 'erase', strokes: [2] }, { do: 'undo' }],
	4: [{ do: 'unlock', strokes: [1] }, words('a bird')],
	6: [{ do: 'undo' }, { do: 'undo' }, { do: 'rate', rate: 2 }],
};

describe('a steered run', () => {
	let live: Painter;
	beforeAll(async () => {
		live = await drawWith(await steered(), all);
	});

	it('knows its edits, with their steps and their words as they were read', () => {
		expect(live.edits.map(({ at, do: what }) => `${at} ${what}`)).toEqual(
			Object.entries(all).flatMap(([at, edits]) => edits.map((edit) => `${at} ${edit.do}`)),
		);
		expect(live.edits[1]).toMatchObject({
			prompts: [{ text: 'a dog' }, { text: expect.stringMatching(/^a (red|blue) hat$/), weight: 0.5 }],
		});
	});

	it('is the same when it is drawn from its recipe, from nothing', async () => {
		const again = Painter.create(await steered({ edits: live.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(live));
		const plain = Painter.create(await steered());
		await plain.run();
		expect(bits(plain.best.params)).not.toEqual(bits(live.best.params));
	});

	it.each([0, 1, 2, 3, 4, 5, 7])('is the same when it is resumed from a snapshot of step %i', async (at) => {
		const path = join(root, `${at}.safetensors`);
		const edits = live.edits;
		const painter = Painter.create(await steered({ edits }));
		while (painter.step < at) await painter.advance();
		saveSnapshot(path, painter);
		const resumed = loadSnapshot(path, await steered({ edits }));
		expect(stateOf(resumed)).toEqual(stateOf(painter));
		await resumed.run();
		expect(stateOf(resumed)).toEqual(stateOf(live));
	});

	it('is the same when a snapshot was taken before an edit of the same step', async () => {
		const path = join(root, 'before.safetensors');
		const painter = Painter.create(await steered());
		while (painter.step < 2) await painter.advance();
		await painter.edit(drawn);
		saveSnapshot(path, painter);
		await painter.edit({ do: 'move', strokes: [4], by: [0.1, 0] });
		await painter.run();
		const resumed = loadSnapshot(path, await steered({ edits: painter.edits }));
		await resumed.run();
		expect(stateOf(resumed)).toEqual(stateOf(painter));
	});

	it('is the same when the edits were asked for at any moment, in the middle of a step or paused', async () => {
		const painter = Painter.create(await steered());
		const made: Promise<unknown>[] = [];
		await painter.run(({ step }) => {
			if (step === 2) setImmediate(() => made.push(painter.edit({ do: 'move', strokes: [0], by: [0.2, 0] })));
			if (step === 4) {
				painter.pause();
				setImmediate(() => {
					made.push(painter.edit(words('a dog')), painter.edit(drawn));
					void Promise.all(made).then(() => painter.resume());
				});
			}
		});
		expect(painter.edits.map((edit) => edit.do)).toEqual(['move', 'words', 'add']);
		expect(painter.edits.slice(1).map((edit) => edit.at)).toEqual([4, 4]);
		const again = Painter.create(await steered({ edits: painter.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(painter));
	});

	it('takes edits in the order of their steps, however they are written, and never those after its end', async () => {
		const late: Edit = { at: 8, do: 'erase', strokes: [0] };
		const again = Painter.create(
			await steered({ edits: [late, ...live.edits.toReversed().sort((a, b) => b.at - a.at)] }),
		);
		await again.run();
		expect(again.edits.at(-1)).toEqual(late);
		expect(again.edits).toHaveLength(live.edits.length + 1);
	});

	it('goes on being steered after edits of its recipe, before those that are still to come', async () => {
		const edits: Edit[] = [
			{ at: 1, do: 'rate', rate: 0.5 },
			{ at: 5, do: 'erase', strokes: [1] },
		];
		const painter = Painter.create(await steered({ edits }));
		for (let k = 0; k < 3; k++) await painter.advance();
		await painter.edit({ do: 'lock', strokes: [0] });
		expect(painter.edits.map((edit) => edit.at)).toEqual([1, 3, 5]);
		await painter.run();
		const again = Painter.create(await steered({ edits: painter.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(painter));
		expect(again.locked).toEqual([0, 1]);
	});

	it('has the edits of the step that it ends with', async () => {
		const edits: Edit[] = [{ at: 3, do: 'erase', strokes: [0] }];
		const painter = Painter.create(await steered({ edits }));
		await painter.run(({ step }) => {
			if (step === 3) painter.stop();
		});
		expect(painter.locked).toEqual([0]);
		await expect(painter.edit({ do: 'undo' })).rejects.toMatchObject({ code: 'E_RECIPE' });
	});
});

describe('words', () => {
	it('are what scores are of from then on, for all candidates, with what is to be said of them', async () => {
		const painter = Painter.create(await steered());
		expect((await painter.advance()).scores).toHaveLength(1);
		const { edit, warnings } = await painter.edit({ do: 'words', prompts: ['a dog', 'a zxq'], negative: 'text' });
		expect(warnings).toEqual(['unknown word zxq']);
		expect(edit).toMatchObject({ at: 1, prompts: [{ weight: 1 }, {}], negative: [{ text: 'text', weight: -0.3 }] });
		expect(painter.candidates).toHaveLength(2);
		expect((await painter.advance()).scores).toHaveLength(3);
		await painter.edit({ do: 'undo' });
		expect((await painter.advance()).scores).toHaveLength(1);
	});

	it('that are taken back at once leave no trace in the drawing', async () => {
		const plain = await drawWith(await steered(), {});
		const back = await drawWith(await steered(), { 3: [words('a dog'), { do: 'undo' }] });
		expect(bits(back.best.params)).toEqual(bits(plain.best.params));
	});
});

describe('a rate', () => {
	it('is a factor on how far a step goes', async () => {
		const moved = async (rate: number) => {
			const painter = Painter.create(await steered({ candidates: 1, renderer: tinyStrokes(1) }));
			const before = painter.best.params.points!.slice();
			await painter.edit({ do: 'rate', rate });
			await painter.advance();
			return painter.best.params.points![0]! - before[0]!;
		};
		expect(await moved(0.5)).toBeCloseTo(0.5 * (await moved(1)), 5);
	});
});

const strokeBits = (painter: Painter, stroke: number) => {
	const { renderer } = painter.setup;
	return Object.entries(renderer.partRanges!(stroke)).map(([name, [start, end]]) => [
		name,
		[...painter.best.params[name]!.subarray(start, end)],
	]);
};

describe('strokes', () => {
	it('that are locked keep all their numbers, others do not, and go on when they are unlocked', async () => {
		const painter = Painter.create(await steered());
		await painter.advance();
		await painter.edit({ do: 'lock', strokes: [1, 2] });
		expect(painter.locked).toEqual([1, 2]);
		expect(painter.candidates).toHaveLength(1);
		const before = [0, 1, 2, 3].map((stroke) => strokeBits(painter, stroke));
		// Past tidying at 5.
		while (painter.step < 6) await painter.advance();
		const after = [0, 1, 2, 3].map((stroke) => strokeBits(painter, stroke));
		expect([after[1], after[2]]).toEqual([before[1], before[2]]);
		expect(after[0]).not.toEqual(before[0]);
		await painter.edit({ do: 'unlock', strokes: [2] });
		await painter.advance();
		expect(strokeBits(painter, 1)).toEqual(before[1]);
		expect(strokeBits(painter, 2)).not.toEqual(before[2]);
	});

	it('that are outside of what the renderer would allow stay there while they are locked', async () => {
		const painter = Painter.create(await steered());
		// Strokes of this renderer are at most 3 px wide.
		await painter.edit({ do: 'add', line, width: 0.5, color: [0, 0, 1] });
		await painter.run();
		expect(painter.best.params.widths![4]).toBe(6);
		expect([...painter.best.params.colors!.slice(16)]).toEqual([0, 0, 1, 1]);
		expect(painter.locked).toEqual([4]);
	});

	it('that are erased are invisible to the end', async () => {
		const painter = Painter.create(await steered());
		await painter.edit({ do: 'erase', strokes: [3] });
		await painter.run();
		expect(painter.best.params.colors![15]).toBe(0);
		expect(painter.locked).toEqual([3]);
	});

	it('are moved as far as they may go, from rest, and go on from there', async () => {
		const renderer = createStrokes({
			width: 12,
			height: 12,
			paths: 2,
			segments: 1,
			style: 'bold',
			strokeWidth: [1, 3],
			margin: 1,
		});
		const painter = Painter.create(await steered({ renderer }));
		await painter.advance();
		const before = painter.best.params.points!.slice();
		await painter.edit({ do: 'move', strokes: [1], by: [0.05, 4] });
		const after = painter.best.params.points!;
		expect([...after.subarray(0, 8)]).toEqual([...before.subarray(0, 8)]);
		for (let i = 8; i < 16; i += 2) {
			expect(after[i]).toBeCloseTo(Math.min(11, Math.max(1, before[i]! + 0.6)), 5);
			expect(after[i + 1]).toBe(11);
		}
		expect([...painter.best.adam.first.points!.subarray(8)]).toEqual(new Array(8).fill(0));
		expect(painter.locked).toEqual([]);
		await painter.advance();
		expect([...painter.best.params.points!.subarray(8)]).not.toEqual([...after.slice(8)].map(() => 11));
	});

	it('that are drawn by hand are on top, where they were drawn', async () => {
		const painter = Painter.create(await steered());
		await painter.edit(drawn);
		expect(painter.setup.renderer.elements).toBe(5);
		const { data } = painter.picture();
		// In the middle of the line, on 12 x 12 pixels.
		expect([...data.slice(3 * (12 * 5 + 6), 3 * (12 * 5 + 6) + 3)].map((v) => Math.round(v))).toEqual([1, 0, 0]);
		expect(painter.setup.renderer.toSvg!(painter.best.params)).toContain('rgb(255,0,0)');
	});

	it('are drawn by hand in the nearest colour of a palette, and repeated by a symmetry', async () => {
		const renderer = createStrokes({
			width: 12,
			height: 12,
			paths: 3,
			segments: 1,
			palette: { colors: [[0.9, 0.1, 0]], learned: 1 },
			symmetry: { kind: 'mirror' },
		});
		const live = await drawWith(await steered({ renderer }), { 2: [drawn], 4: [{ do: 'lock', strokes: [0, 3] }] });
		expect(live.setup.renderer.elements).toBe(4);
		expect(live.setup.renderer.toSvg!(live.best.params)).toContain('rgb(229,26,0)');
		const again = Painter.create(await steered({ renderer, edits: live.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(live));
		await expect(Painter.create(await steered({ renderer })).edit({ do: 'lock', strokes: [3] })).rejects.toThrow(
			/strokes from 0 to 2, got 3/,
		);
	});

	it('are as before when an edit is taken back, one edit after the other', async () => {
		const painter = Painter.create(await steered({ candidates: 1 }));
		const before = [0, 1].map((stroke) => strokeBits(painter, stroke));
		await painter.edit({ do: 'lock', strokes: [0] });
		await painter.edit({ do: 'move', strokes: [0, 1], by: [0.3, 0] });
		await painter.edit({ do: 'erase', strokes: [1] });
		await painter.edit(drawn);
		await painter.edit({ do: 'undo' });
		expect(painter.best.params.colors![19]).toBe(0);
		expect(painter.locked).toEqual([0, 1, 4]);
		await painter.edit({ do: 'undo' });
		expect(painter.locked).toEqual([0, 4]);
		await painter.edit({ do: 'undo' });
		expect([0, 1].map((stroke) => strokeBits(painter, stroke))).toEqual(before);
		await painter.edit({ do: 'undo' });
		expect(painter.locked).toEqual([4]);
		await expect(painter.edit({ do: 'undo' })).rejects.toThrow(/an edit to take back, got none that is left/);
	});

	it('of shapes are locked, moved and erased too, but not added', async () => {
		const renderer = createShapes({ width: 12, height: 12, count: 3 });
		const live = await drawWith(await steered({ renderer }), {
			1: [
				{ do: 'lock', strokes: [0] },
				{ do: 'move', strokes: [1], by: [0.1, 0] },
				{ do: 'erase', strokes: [2] },
			],
		});
		expect(live.best.params.colors![11]).toBe(0);
		const again = Painter.create(await steered({ renderer, edits: live.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(live));
		await expect(Painter.create(await steered({ renderer })).edit(drawn)).rejects.toMatchObject({
			code: 'E_RECIPE',
			message: expect.stringMatching(/the renderer strokes to draw on, got 'shapes'/),
		});
	});
});

describe('candidates', () => {
	it('are kept by hand, and all of them until the end with a narrowAt of 1', async () => {
		const painter = Painter.create(await steered({ candidates: 5, narrowAt: 1, tidy: false }));
		const counts: number[] = [];
		await painter.run(async ({ step, candidates }) => {
			counts.push(candidates);
			if (step === 5) await painter.edit({ do: 'keep', candidates: [3, 1] });
		});
		expect(counts).toEqual([5, 5, 5, 5, 5, 2, 2, 1]);
		expect([1, 3]).toContain(painter.best.index);
		const again = Painter.create(await steered({ candidates: 5, narrowAt: 1, tidy: false, edits: painter.edits }));
		await again.run();
		expect(stateOf(again)).toEqual(stateOf(painter));
	});

	it('that have left cannot be kept, and leaving is not taken back', async () => {
		const painter = Painter.create(await steered({ candidates: 3 }));
		await painter.edit({ do: 'keep', candidates: [0, 2] });
		await expect(painter.edit({ do: 'keep', candidates: [2, 1] })).rejects.toThrow(
			/edits\.1 \(keep at step 0\): expected candidates out of 0, 2, got 1/,
		);
		await expect(painter.edit({ do: 'undo' })).rejects.toThrow(/can be taken back, got keep/);
		expect(painter.candidates.map((c) => c.index)).toEqual([0, 2]);
		expect(painter.edits).toHaveLength(1);
	});

	it('are one, the best, once a stroke is edited', async () => {
		const painter = Painter.create(await steered({ candidates: 3 }));
		await painter.advance();
		const { best } = painter;
		await painter.edit({ do: 'lock', strokes: [0] });
		expect(painter.candidates).toEqual([best]);
	});
});

describe('what cannot be done', () => {
	it.each<[string, EditRequest, RegExp]>([
		[
			'a stroke that is not there',
			{ do: 'lock', strokes: [1, 4] },
			/edits\.0 \(lock at step 1\): .*strokes from 0 to 3, got 4/,
		],
		['a candidate that is not there', { do: 'keep', candidates: [7] }, /candidates out of 0, 1, got 7/],
		['nothing to undo', { do: 'undo' }, /an edit to take back, got none/],
		['no edit', { do: 'paint' } as unknown as EditRequest, /^edit: /],
		['no strokes', { do: 'erase', strokes: [] }, /'strokes'/],
		['malformed words', words('a (cat'), /./],
	])('is refused, and changes nothing: %s', async (_, edit, message) => {
		const painter = Painter.create(await steered());
		await painter.advance();
		const before = stateOf(painter);
		await expect(painter.edit(edit)).rejects.toMatchObject({
			code: 'E_RECIPE',
			message: expect.stringMatching(message),
		});
		expect(stateOf(painter)).toEqual(before);
		await painter.run();
		expect(painter.done).toBe(true);
	});

	it('is refused with pixels, with what can be used instead', async () => {
		const painter = Painter.create(await steered({ renderer: createPixels({ width: 12, height: 12 }) }));
		for (const edit of [drawn, { do: 'lock', strokes: [0] }] as EditRequest[])
			await expect(painter.edit(edit)).rejects.toMatchObject({
				code: 'E_RECIPE',
				message: expect.stringMatching(/got 'pixels'; with this one use words, rate, keep/),
			});
		await painter.edit(words('a dog'));
		await painter.run();
		expect(painter.step).toBe(8);
	});

	it('is refused in a recipe when its time comes, by its place', async () => {
		const edits: Edit[] = [
			{ at: 2, do: 'rate', rate: 1 },
			{ at: 3, do: 'erase', strokes: [9] },
		];
		const painter = Painter.create(await steered({ edits }));
		await expect(painter.run()).rejects.toThrow(/edits\.1 \(erase at step 3\): .*got 9/);
		expect(painter.step).toBe(3);
	});

	it('is refused after the end, and without words to change', async () => {
		const painter = await drawWith(await steered(), {});
		await expect(painter.edit({ do: 'rate', rate: 2 })).rejects.toThrow(/ended after 8/);
		const wordless = Painter.create(await tinySetup());
		await expect(wordless.edit(words('a dog'))).rejects.toThrow(/words can be changed/);
	});

	it('more edits than a recipe may have are refused', async () => {
		const painter = Painter.create(await steered({ candidates: 1 }));
		for (let k = 0; k < 1000; k++) await painter.edit({ do: 'rate', rate: 1 });
		await expect(painter.edit({ do: 'rate', rate: 1 })).rejects.toThrow(/at most 1000 edits/);
	});

	it('a snapshot with more edits than the recipe has is refused', async () => {
		const painter = Painter.create(await steered());
		await painter.edit({ do: 'rate', rate: 2 });
		const path = join(root, 'foreign.safetensors');
		saveSnapshot(path, painter);
		const setup = await steered();
		expect(() => loadSnapshot(path, setup)).toThrow(/expected a recipe with the 1 edits/);
	});
});
