/** @file R-precision of drawings by a judge who sees colours. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, engineByName } from '../../../src/engines/index.js';
import { picture } from '../../../src/image.js';
import { Random } from '../../../src/random.js';
import type { Drawing } from '../../../src/training/evaluation/drawings.js';
import { type Judge, textJudge } from '../../../src/training/evaluation/judge.js';
import { judgeDrawings, namesInUse, rPrecision } from '../../../src/training/evaluation/r-precision.js';
import { colorEncoder, paints, patchCorpus, type Rgb } from './toys.js';

let engine: Engine;
beforeAll(async () => {
	engine = await engineByName('onnxruntime', { threads: 1 });
});

const names = Object.keys(paints);
/** A drawing of one colour, 12 x 12. */
function drawing(text: string, [r, g, b]: Rgb, group = 'all'): Drawing {
	const drawn = picture(12, 12);
	for (let p = 0; p < drawn.data.length; p += 3) drawn.data.set([r, g, b], p);
	return { text, group, seed: 1, file: `${text}.png`, picture: drawn };
}
/** Knows names by their colour, and prompts by their one concept. */
const byName: Judge = (() => {
	const judge = textJudge(colorEncoder(paints));
	return {
		...judge,
		names: async (asked) =>
			Promise.all(asked.map(async (name) => (name in paints ? (await judge.names([name]))[0] : undefined))),
		prompts: async (prompts) =>
			Promise.all(
				prompts.map(async ({ concepts }) =>
					concepts.length === 1 ? (await judge.names([concepts[0]!]))[0] : undefined,
				),
			),
	};
})();

describe('judgeDrawings', () => {
	it('ranks the own prompt among the names', async () => {
		const drawings = [
			drawing('some red', [1, 0, 0]),
			drawing('some blue', [0, 0.1, 0.9]),
			drawing('some green', [0.35, 0.4, 1]),
			drawing('red and blue', [1, 0, 1]),
		];
		const prompts = [
			{ text: 'some red', concepts: ['red'] },
			{ text: 'some blue', concepts: ['blue'] },
			{ text: 'some green', concepts: ['green'] },
			{ text: 'red and blue', concepts: ['red', 'blue'] },
		];
		const verdicts = await judgeDrawings(byName, engine, drawings, prompts, [...names, 'unknown']);
		expect(verdicts.map(({ seenAs }) => seenAs)).toEqual(['red', 'blue', 'blue', 'magenta']);
		expect(verdicts.map(({ rank }) => rank)).toEqual([0, 0, 3, undefined]);
		// Above the nearest other name where it ranks first, below it elsewhere.
		expect(verdicts.map(({ margin }) => margin && Math.sign(margin))).toEqual([1, 1, -1, undefined]);
	});

	it('takes prompts as they are where the judge reads, and their own names for no rivals', async () => {
		const judge = textJudge(colorEncoder({ ...paints, 'a dark red': [0.6, 0, 0] }));
		const drawings = [drawing('a dark red', [0.9, 0, 0])];
		const rankWith = async (concepts: string[]) =>
			(await judgeDrawings(judge, engine, drawings, [{ text: 'a dark red', concepts }], names))[0]!.rank;
		expect(await rankWith([])).toBe(1); // 'red' is nearer
		expect(await rankWith(['red'])).toBe(0);
	});
});

describe('rPrecision', () => {
	it('sums up by group, and leaves out what was not judged', () => {
		const drawings = ['x', 'x', 'y', 'y', 'y'].map((group, i) => drawing(`${i}`, [0, 0, 0], group));
		const judged = [0, 3, 0, undefined, 9].map((rank, i) =>
			rank === undefined ? {} : { rank, margin: 0.25 * i - 0.5 },
		);
		const verdicts = judged.map((verdict) => ({ seenAs: 'cat', ...verdict }));
		expect(rPrecision(drawings, verdicts, 500)).toEqual({
			at1: 0.5,
			at5: 0.75,
			margin: -0.0625,
			judged: 4,
			notJudged: 1,
			names: 500,
			groups: {
				x: { at1: 0.5, at5: 1, margin: -0.375, judged: 2 },
				y: { at1: 0.5, at5: 0.5, margin: 0.25, judged: 2 },
			},
		});
	});
});

describe('namesInUse', () => {
	const corpus = patchCorpus(
		[...Object.entries(paints), ['unknown', [0, 0, 0]] as const].map(([concept, color]) => ({ concept, color })),
		['cyan'],
	);
	const choose = (count: number, seed = 1) =>
		namesInUse(byName, corpus, [{ text: 'a magenta', concepts: ['magenta'] }], count, new Random(seed));

	it('holds those of the prompts, and others that are drawable and known', async () => {
		expect((await choose(100)).sort()).toEqual(['blue', 'green', 'magenta', 'red', 'yellow']);
		const three = await choose(3);
		expect(three).toHaveLength(3);
		expect(three[0]).toBe('magenta');
		expect(await choose(3)).toEqual(three);
	});
});
