/** @file Sources of samples and their mixture: what is drawn depends on seed and position alone, and can be gone on from. */

import { rm } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { corpusSource } from '../../../src/training/contrastive/corpus-source.js';
import { SampleMaker } from '../../../src/training/contrastive/maker.js';
import { type ShardSourceOptions, shardSource } from '../../../src/training/contrastive/shard-source.js';
import { type Item, Mixture } from '../../../src/training/contrastive/sources.js';
import { squarePicture } from '../../../src/training/contrastive/square-picture.js';
import { toyCorpus } from '../toy-corpus.js';
import { captions, shapeShards } from './shapes.js';

let folder: string;
beforeAll(async () => {
	folder = await shapeShards(60);
});
afterAll(() => rm(folder, { recursive: true }));

const concepts = ['ball', 'bar', 'frame', 'disc'];
const shards = (changes: Partial<ShardSourceOptions> = {}) =>
	shardSource({
		source: 0,
		weight: 1,
		paths: [folder],
		shuffle: 8,
		heldOut: 0.2,
		crop: [1, 1],
		mirror: 0,
		conceptKey: 'concept',
		seed: 4,
		conceptIndex: (name) => concepts.indexOf(name),
		onWarning: () => {},
		...changes,
	});
const corpus = (source = 0) =>
	corpusSource(toyCorpus(), { source, weight: 1, hard: 1, conceptIndex: (name) => concepts.indexOf(name) });
const random = new Random(1);
const keys = async (source: ReturnType<typeof shards>, count: number) => {
	const out: string[] = [];
	for (let i = 0; i < count; i++) out.push(((await source.next(random)) as Extract<Item, { kind: 'shards' }>).key);
	return out;
};

describe('shards', () => {
	it('come pass after pass, each in another order, without what is held out', async () => {
		const source = shards();
		const first = await keys(source, 1);
		while (source.position()[0] === 0) first.push(...(await keys(source, 1)));
		const second = [first.pop()!];
		const heldOut = await source.heldOut(100, 8);
		expect(first.length + heldOut.length).toBe(60);
		expect(new Set(first).size).toBe(first.length);
		second.push(...(await keys(source, first.length - 1)));
		expect(second).not.toEqual(first);
		expect([...second].sort()).toEqual([...first].sort());
		await source.close();
	});

	it('are gone on from where they were, in any pass', async () => {
		const source = shards();
		for (const count of [0, 7, 50, 20]) {
			await keys(source, count);
			const position = source.position();
			const other = shards();
			await other.seek(position);
			expect(other.position()).toEqual(position);
			const next = await keys(source, 3);
			expect(await keys(other, 3)).toEqual(next);
			await other.close();
		}
		await source.close();
	});

	it('carry concepts that are known', async () => {
		const source = shards();
		for (let i = 0; i < 20; i++) {
			const item = (await source.next(random)) as Extract<Item, { kind: 'shards' }>;
			expect(item.concept).toBe({ disc: 3, bar: 1 }[item.text.split(' ')[2]!] ?? -1);
		}
		await source.close();
	});

	it('say when there is nothing to train on, or less than there was', async () => {
		await expect(shards({ heldOut: 1 }).next(random)).rejects.toMatchObject({
			code: 'E_CORPUS',
			message: expect.stringMatching(/only ones that are held out/),
		});
		await expect(shards().seek([0, 1000])).rejects.toThrow(/fewer samples/);
	});

	it('give held-out pairs, captions and words that are always the same', async () => {
		const source = shards();
		const pairs = await source.heldOut(5, 8);
		expect(pairs).toHaveLength(5);
		expect(pairs[0]!.picture).toHaveLength(8 * 8 * 3);
		expect(await shards().heldOut(5, 8)).toEqual(pairs);
		expect(await source.captions(3)).toEqual(captions.slice(0, 3));
		const lexicon = await source.lexicon(100);
		expect(lexicon.captions).toHaveLength(captions.length);
		expect(lexicon.words).toEqual(expect.arrayContaining(['red', 'cross']));
		expect(await shards({ heldOut: 0 }).heldOut(5, 8)).toEqual([]);
	});
});

describe('a corpus', () => {
	it('gives images that are trained on, with the index of their concept among all', async () => {
		const source = corpus();
		const { images } = toyCorpus();
		for (let i = 0; i < 50; i++) {
			const item = (await source.next(random)) as Extract<Item, { kind: 'corpus' }>;
			expect(images[item.image]!.heldOut).toBe(false);
			expect(item.concept).toBe(images[item.image]!.concept);
		}
		expect((await source.heldOut(100, 16)).map((p) => p.text)).toEqual(['ball', 'bar', 'frame']);
		expect(await source.heldOut(2, 16)).toHaveLength(2);
	});
});

describe('a mixture', () => {
	it('draws by weight, the same for the same step', async () => {
		const make = () => new Mixture([{ ...corpus(0), weight: 3 }, corpus(1)], new Random(5));
		const items = await make().batch(7, 400);
		const share = items.filter((i) => i.source === 0).length / 400;
		expect(share).toBeGreaterThan(0.68);
		expect(share).toBeLessThan(0.82);
		expect(await make().batch(7, 400)).toEqual(items);
		expect(await make().batch(8, 400)).not.toEqual(items);
	});

	it('knows where all its sources are', async () => {
		const make = () => new Mixture([shards({ source: 0 }), corpus(1)], new Random(5));
		const mixture = make();
		await mixture.batch(0, 20);
		const positions = mixture.positions();
		expect(positions[0]![1]).toBeGreaterThan(3);
		const other = make();
		await other.seek(positions);
		expect(await other.batch(1, 10)).toEqual(await mixture.batch(1, 10));
	});
});

describe('making samples', () => {
	it('gives the same picture and text for the same random numbers, in whatever order', async () => {
		const sources = [shards({ source: 0 }), corpus(1)];
		const maker = new SampleMaker(sources.map((s) => s.material));
		const items = [await sources[0]!.next(random), await sources[1]!.next(random)];
		const make = async (i: number) => {
			const out = new Float32Array(2 * 16 * 16 * 3);
			const text = await maker.make(items[i]!, new Random(9).split('x'), 16, out, 16 * 16 * 3);
			expect(out.subarray(0, 16 * 16 * 3).every((x) => x === 0)).toBe(true);
			expect(Math.min(...out.subarray(16 * 16 * 3))).toBeGreaterThanOrEqual(0);
			expect(Math.max(...out)).toBeLessThanOrEqual(1);
			return { text, out };
		};
		const [a, b] = [await make(0), await make(1)];
		expect(await make(1)).toEqual(b);
		expect(await make(0)).toEqual(a);
		expect(captions).toContain(a.text);
		await sources[0]!.close();
	});

	it('writes captions of a corpus picture’s own concept', async () => {
		const source = corpus();
		const maker = new SampleMaker([source.material]);
		const { images, concepts: known } = toyCorpus();
		const out = new Float32Array(16 * 16 * 3);
		for (let i = 0; i < 60; i++) {
			const item = (await source.next(random)) as Extract<Item, { kind: 'corpus' }>;
			const own = new Random(i);
			const text = await maker.make(item, own, 16, out, 0);
			const words = known[images[item.image]!.concept]!.words.map((w) => w.text);
			expect(words.some((w) => text.includes(w))).toBe(true);
		}
	});
});

describe('squarePicture', () => {
	/** Red left half, blue right half, 40 x 20. */
	const wide = () => {
		const pixels = Uint8Array.from({ length: 40 * 20 * 3 }, (_, i) => {
			const red = Math.floor(i / 3) % 40 < 20;
			return i % 3 === (red ? 0 : 2) ? 255 : 0;
		});
		return sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } })
			.png()
			.toBuffer();
	};
	const meanRed = (bytes: Uint8Array) => bytes.filter((_, i) => i % 3 === 0).reduce((a, b) => a + b, 0) / 64;

	it('is the middle without options', async () => {
		const bytes = await squarePicture(await wide(), 8);
		expect(bytes).toHaveLength(8 * 8 * 3);
		expect(meanRed(bytes)).toBeCloseTo(127.5, -1);
	});

	it('is a random square with them, mirrored at times', async () => {
		const file = await wide();
		const means = [];
		for (let i = 0; i < 12; i++)
			means.push(meanRed(await squarePicture(file, 8, { random: new Random(i), crop: [0.5, 1], mirror: 0 })));
		expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(60);
		const crop = [1, 1] as const;
		const plain = await squarePicture(file, 8, { random: new Random(2), crop, mirror: 0 });
		const mirrored = await squarePicture(file, 8, { random: new Random(2), crop, mirror: 1 });
		expect([...mirrored.subarray(0, 3)]).toEqual([...plain.subarray(21, 24)]);
	});

	it('lays transparency on white and makes gray pictures RGB', async () => {
		const clear = await sharp({ create: { width: 9, height: 9, channels: 4, background: '#00000000' } })
			.png()
			.toBuffer();
		expect(new Set(await squarePicture(clear, 4))).toEqual(new Set([255]));
		const gray = await sharp(new Uint8Array(81).fill(90), { raw: { width: 9, height: 9, channels: 1 } })
			.png()
			.toBuffer();
		expect(new Set(await squarePicture(gray, 4))).toEqual(new Set([90]));
		expect(await squarePicture(gray, 4)).toHaveLength(48);
	});

	it('throws at what is no picture', async () => {
		await expect(squarePicture(Buffer.from('nothing'), 4)).rejects.toThrow();
	});
});
