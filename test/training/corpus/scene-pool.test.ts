/** @file Scenes in a raw pool: the same bytes for a seed, whose drawings are in them, and which are held out. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPairs, type PairsOptions } from '../../../src/training/corpus/pairs.js';
import { scenePool } from '../../../src/training/corpus/scene-pool.js';
import { ThingCollector } from '../../../src/training/corpus/scene-things.js';
import { readShards, type Sample } from '../../../src/training/shards/index.js';
import { putPackageFile, writeToyPackages } from './toy-packages.js';

describe('scenes of a raw pool', () => {
	let root: string;

	beforeAll(() => {
		root = mkdtempSync(join(tmpdir(), 'scenes-'));
		writeToyPackages(join(root, 'cache'), join(root, 'clipart'));
		const put = (path: string, value: unknown) => putPackageFile(join(root, 'cache'), path, JSON.stringify(value));
		const licences = {
			noto: 'Apache-2.0',
			twemoji: 'CC-BY-4.0',
			openmoji: 'CC-BY-SA-4.0',
			'emojione-monotone': 'CC-BY-4.0',
		};
		const info = (spdx: string) => ({ category: 'Emoji', palette: true, license: { title: spdx, spdx } });
		put(
			'@iconify/json/collections.json',
			Object.fromEntries(Object.entries(licences).map(([prefix, spdx]) => [prefix, info(spdx)])),
		);
		const body = '<rect x="3" y="3" width="10" height="10" fill="#e0a"/>';
		for (const [prefix, spdx] of Object.entries(licences))
			put(`@iconify/json/json/${prefix}.json`, {
				prefix,
				info: { name: prefix, ...info(spdx) },
				width: 16,
				height: 16,
				icons: { cat: { body }, dog: { body } },
			});
		for (const lang of ['en', 'ru', 'de', 'fr', 'es']) put(`emojibase-data/${lang}/compact.json`, []);
	});
	afterAll(() => rmSync(root, { recursive: true }));

	const options = (name: string, more: Partial<PairsOptions>): PairsOptions => ({
		out: join(root, name),
		cache: join(root, 'cache'),
		clipart: join(root, 'clipart'),
		size: 24,
		...more,
	});
	const samples = async (name: string, part: string): Promise<Sample[]> => {
		const list: Sample[] = [];
		for await (const sample of readShards(join(root, name, part))) list.push(sample);
		return list;
	};
	const tar = (name: string, part = 'train') => readFileSync(join(root, name, part, '00000.tar'));
	const notice = (name: string) => readFileSync(join(root, name, 'NOTICE'), 'utf8');

	it('are the same bytes for the same seed, others for another', async () => {
		const made = { scenes: 60, sources: ['scenes'] };
		const summary = await buildPairs(options('one', made));
		await buildPairs(options('same', made));
		await buildPairs(options('other', { ...made, seed: 2 }));
		expect(summary).toMatchObject({ drawings: 0, scenes: 60 });
		expect([summary.train.samples, summary.heldOut.samples]).toEqual([118, 2]);
		for (const part of ['train', 'held-out']) {
			expect(tar('same', part).equals(tar('one', part))).toBe(true);
			expect(tar('other', part).equals(tar('one', part))).toBe(false);
		}
		expect(notice('same')).toBe(notice('one'));
	});

	it('are the same where more are asked for', async () => {
		const pool = (count: number) => scenePool(count, 3, new ThingCollector(new Map()));
		expect((await pool(120)).slice(0, 60)).toEqual(await pool(60));
		expect((await pool(120)).flatMap(({ heldOut }, i) => (heldOut ? [i] : []))).toEqual([49, 99]);
	});

	it('carry the licences of what they show; nothing share-alike or held out is in those to train on', async () => {
		const train = await samples('one', 'train');
		const heldOut = await samples('one', 'held-out');
		const sources = (list: Sample[]) =>
			new Set(list.flatMap(({ json }) => String(json.drawings).split(' ')).map((url) => url.split(':')[0]));
		expect([...sources(train)].sort()).toEqual(['', 'emojione-monotone', 'noto', 'twemoji']);
		expect([...sources(heldOut)].filter((source) => source !== '' && source !== 'openmoji')).toEqual([]);
		const licences: Record<string, string> = {
			noto: 'Apache-2.0',
			twemoji: 'CC-BY-4.0',
			openmoji: 'CC-BY-SA-4.0',
			'emojione-monotone': 'CC-BY-4.0',
		};
		for (const { json } of [...train, ...heldOut]) {
			const own = String(json.drawings).split(' ').filter(Boolean);
			const expected = [...new Set(own.map((url) => licences[url.split(':')[0]!]!))].sort().join(' AND ');
			expect(json).toMatchObject({
				source: 'scenes',
				kind: 'scene',
				lang: 'en',
				width: 24,
				licence: expected || 'CC0-1.0',
			});
		}
		expect(train.some(({ json }) => json.licence === 'CC0-1.0')).toBe(true);
		expect(train.every(({ json }) => json.held_out === false)).toBe(true);
		expect(heldOut.map(({ json }) => json.url).sort()).toEqual(['scenes:1-49', 'scenes:1-49']);
		expect(notice('one')).toMatch(
			/\(noto\), Apache-2\.0, 2 pictures[\s\S]*Scenes \(scenes\), CC0-1\.0 and .*, 60 pictures/,
		);
	});

	it('take nothing share-alike even where that is not held out', async () => {
		await buildPairs(options('judge', { scenes: 60, sources: ['scenes'], holdOut: ['noto'] }));
		const train = await samples('judge', 'train');
		expect(train.some(({ json }) => String(json.drawings).includes('twemoji'))).toBe(true);
		expect(train.filter(({ json }) => /openmoji|\bnoto:/.test(String(json.drawings)))).toEqual([]);
	});

	it('show the drawings of the sources asked for, beside the pairs of these', async () => {
		await buildPairs(options('noto', { scenes: 60, sources: ['noto'] }));
		const train = await samples('noto', 'train');
		expect(train.filter(({ json }) => json.source === 'noto').length).toBe(2);
		expect(train.filter(({ json }) => json.source === 'scenes').length).toBe(118);
		expect(train.filter(({ json }) => /twemoji|mono/.test(String(json.drawings)))).toEqual([]);
		expect(notice('noto')).not.toMatch(/twemoji/);
	});

	it('are none unless asked for, and a number must be given', async () => {
		expect(await buildPairs(options('none', {}))).toMatchObject({ scenes: 0, drawings: 9 });
		expect((await samples('none', 'train')).filter(({ json }) => json.source === 'scenes')).toEqual([]);
		expect(notice('none')).not.toMatch(/[Ss]cenes/);
		for (const wrong of [{ sources: ['scenes'] }, { scenes: -1 }, { scenes: 1.5 }, { scenes: 9, size: 16 }])
			await expect(buildPairs(options('wrong', wrong))).rejects.toMatchObject({ code: 'E_ARGUMENT' });
	});
});
