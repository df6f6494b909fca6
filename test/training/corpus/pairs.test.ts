/** @file The raw pool of image-text pairs, made from a cache of three tiny sets; and the concept corpus as shards. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmojiTexts } from '../../../src/training/corpus/drawings.js';
import { buildPairs, type PairsOptions } from '../../../src/training/corpus/pairs.js';
import { writeCorpusShards } from '../../../src/training/corpus-shards.js';
import { readShards, type Sample } from '../../../src/training/shards/index.js';
import { toyCorpus } from '../toy-corpus.js';
import { writeToyPackages } from './toy-packages.js';

let root: string;
let cache: string;
let clipart: string;

beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'pairs-'));
	cache = join(root, 'cache');
	clipart = join(root, 'clipart');
	writeToyPackages(cache, clipart);
});
afterAll(() => rmSync(root, { recursive: true }));

async function pool(
	name: string,
	options: Partial<PairsOptions> = {},
): Promise<{ train: Sample[]; heldOut: Sample[] }> {
	const out = join(root, name);
	await buildPairs({ out, cache, clipart, ...options });
	const all = async (folder: string): Promise<Sample[]> => {
		const samples: Sample[] = [];
		if (readdirSync(folder).length > 0) for await (const sample of readShards(folder)) samples.push(sample);
		return samples.sort((a, b) => (`${a.json.url} ${a.text}` < `${b.json.url} ${b.text}` ? -1 : 1));
	};
	return { train: await all(join(out, 'train')), heldOut: await all(join(out, 'held-out')) };
}

describe('the raw pool', () => {
	it('holds every visible drawing with every text it came with; the held-out vendor apart', async () => {
		const { train, heldOut } = await pool('all');
		expect(train.map(({ text, json }) => [json.url, text, json.origin])).toEqual([
			['noto:red-apple', 'apple, fruit', 'tags'],
			['noto:red-apple', 'red apple', 'name'],
			['openclipart:fruit/pear.svg', 'fruit, green', 'keywords'],
			['openclipart:fruit/pear.svg', 'pear & leaf', 'title'],
			['tiny:banner', 'banner', 'name'],
			['tiny:heart-24-filled', 'heart 24 filled', 'name'],
			['tiny:heart-24-filled', 'love', 'alias'],
		]);
		// No character map: the name tells the emoji.
		expect(heldOut.map(({ text, json }) => [text, json.held_out])).toEqual([
			['apple, fruit', true],
			['red apple', true],
		]);
		expect(train[4]?.json).toMatchObject({
			source: 'tiny',
			name: 'banner',
			kind: 'glyph',
			licence: 'MIT',
			held_out: false,
			width: 64,
			height: 64,
			original_width: 60,
			original_height: 12,
		});
		expect(train[2]?.json).toMatchObject({
			original_width: 40,
			original_height: 16,
			licence: 'Public Domain',
			kind: 'clipart',
		});
		expect(readFileSync(join(root, 'all/NOTICE'), 'utf8')).toMatch(/tiny \(tiny\), MIT, 3 pictures/);
	});

	it('keeps a row of what could not be drawn', () => {
		const stats = JSON.parse(readFileSync(join(root, 'all/train/00000_stats.json'), 'utf8'));
		expect(stats).toEqual({ count: 8, successes: 7, status_dict: { success: 7, failed_to_draw: 1 } });
	});

	it('draws on white, ink centred', async () => {
		const { train } = await pool('small', { size: 20, sources: ['tiny'] });
		const heart = train.find(({ text }) => text === 'love') as Sample;
		const { data, info } = await sharp(heart.image).raw().toBuffer({ resolveWithObject: true });
		expect(info).toMatchObject({ width: 20, height: 20, channels: 3 });
		const at = (x: number, y: number) => [...data.subarray((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)];
		expect(at(0, 0)).toEqual([255, 255, 255]);
		expect(at(10, 10)).toEqual([0, 0, 0]);
	});

	it('takes labels in the languages asked for', async () => {
		const { train } = await pool('languages', { sources: ['noto'], languages: ['ru', 'de'] });
		expect(train.map(({ text, json }) => [text, json.lang])).toEqual([
			['apple in de', 'de'],
			['apple in ru', 'ru'],
			['red apple', 'en'],
		]);
	});

	it('is the same bytes each time, in an order that the seed decides', async () => {
		await pool('again');
		await pool('other', { seed: 2 });
		const tar = (name: string) => readFileSync(join(root, name, 'train/00000.tar'));
		expect(tar('again').equals(tar('all'))).toBe(true);
		expect(tar('other').equals(tar('all'))).toBe(false);
		expect(tar('other').length).toBe(tar('all').length);
	});

	it('refuses what it cannot do', async () => {
		const build = (options: Partial<PairsOptions>) =>
			buildPairs({ out: join(root, 'refused'), cache, clipart, ...options });
		await expect(build({ out: join(root, 'all') })).rejects.toMatchObject({ code: 'E_IO' });
		await expect(build({ size: 4 })).rejects.toMatchObject({ code: 'E_ARGUMENT' });
		await expect(build({ languages: ['xx'] })).rejects.toMatchObject({
			code: 'E_ARGUMENT',
			message: expect.stringMatching(/'xx'/),
		});
		await expect(build({ sources: ['closed'] })).rejects.toMatchObject({
			code: 'E_ARGUMENT',
			message: expect.stringMatching(/'closed'/),
		});
	});

	it('knows emoji by code point, by variant of skin tone and by name', () => {
		const apple = {
			hexcode: '1F34E-FE0F',
			label: 'red apple',
			skins: [{ hexcode: '1F34E-1F3FB', label: 'red apple: light' }],
		};
		const texts = new EmojiTexts(new Map([['en', [apple]]]), ['en']);
		const of = (list: readonly { text: string }[]) => list.map(({ text }) => text);
		expect(of(texts.ofCode('1f34e'))).toEqual(['red apple']);
		expect(of(texts.ofCode('1F34E-1F3FB'))).toEqual(['red apple light']);
		for (const name of ['red-apple', 'redapple', 'red-apple-2']) expect(of(texts.ofName(name))).toEqual(['red apple']);
		expect(texts.ofName('pear')).toEqual([]);
	});
});

describe('the concept corpus as shards', () => {
	it('gives each picture captions that name its concept and no colour', async () => {
		const corpus = toyCorpus();
		const out = join(root, 'concepts');
		const totals = await writeCorpusShards(corpus, { out, captions: 3 });
		expect([totals.train.samples, totals.heldOut.samples]).toEqual([27, 9]);
		const urls = new Map<string, number>();
		for await (const { json, text, image } of readShards([join(out, 'train'), join(out, 'held-out')])) {
			urls.set(String(json.url), (urls.get(String(json.url)) ?? 0) + 1);
			const concept = corpus.concepts.find(({ name }) => name === json.concept);
			expect(
				concept?.words.some((word) => text.includes(word.text)),
				text,
			).toBe(true);
			expect(text).not.toMatch(/red|green|blue|black/);
			const i = corpus.images.findIndex(({ source, name }) => `${source}:${name}` === json.url);
			expect(corpus.images[i]?.heldOut).toBe(json.held_out);
			const { data } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
			const [r, g, b, a] = corpus.image(i).subarray((20 * 40 + 20) * 4);
			expect([...data.subarray((20 * 40 + 20) * 3, (20 * 40 + 20) * 3 + 3)]).toEqual(a ? [r, g, b] : [255, 255, 255]);
		}
		expect([...urls.values()]).toEqual(new Array(12).fill(3));
	});

	it('is the same bytes each time', async () => {
		const tar = async (name: string) => {
			await writeCorpusShards(toyCorpus(), { out: join(root, name), seed: 5 });
			return readFileSync(join(root, name, 'train/00000.tar'));
		};
		expect((await tar('first')).equals(await tar('second'))).toBe(true);
	});
});
