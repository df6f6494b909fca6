/** @file Curation of Parquet metadata: every filter against a plain implementation, and what is refused. */

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	type CurateOptions,
	curate,
	type FilterName,
	filters,
	presets,
	type Thresholds,
} from '../../../src/training/curation/index.js';
import { Database, quote } from '../../../src/training/database.js';
import { judgeByHand, type Row } from './reference.js';

let root: string;
let database: Database;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'curate-'));
	database = await Database.open();
});
afterAll(() => {
	database.close();
	rmSync(root, { recursive: true });
});
let names = 0;
const fresh = (end = '') => join(root, `${names++}${end}`);

/** Rows as a Parquet file; `place` says where each was. */
async function write(rows: readonly object[], path = fresh('.parquet')): Promise<string> {
	const json = fresh('.json');
	writeFileSync(json, rows.map((row, place) => JSON.stringify({ place, ...row })).join('\n'));
	await database.run(
		`COPY (SELECT * FROM read_json(${quote(json)}, format = 'newline_delimited')) TO ${quote(path)} (FORMAT parquet)`,
	);
	return path;
}

const read = (path: string) => database.rows<Record<string, unknown>>(`SELECT * FROM read_parquet(${quote(path)})`);

/** The places of rows that stay. */
async function places(folder: string): Promise<number[]> {
	const file = readdirSync(folder).find((name) => name.endsWith('.parquet')) as string;
	return (await read(join(folder, file))).map(({ place }) => Number(place));
}

const row = (changes: Partial<Row> = {}): Row => ({
	caption: 'a small red house',
	url: 'u',
	width: 300,
	height: 300,
	bytes: 9000,
	similarity: 0.4,
	punsafe: 0.1,
	...changes,
});

/** Run one filter over rows; the places that stay. */
async function staying(
	thresholds: Thresholds,
	rows: readonly Partial<Row>[],
	options: Partial<CurateOptions> = {},
): Promise<number[]> {
	const out = fresh();
	await curate({
		input: await write(rows.map((changes, i) => row({ url: `u${i}`, ...changes }))),
		out,
		thresholds,
		...options,
	});
	return places(out);
}

describe('each filter', () => {
	it('keeps a shorter side above the threshold; what has no size is not known to be large', async () => {
		const rows = [{ width: 200 }, { width: 201 }, { height: 200, width: 900 }, { width: null }];
		expect(await staying({ 'min-side': 200 }, rows)).toEqual([1]);
	});

	it('keeps an aspect ratio below the threshold', async () => {
		expect(
			await staying({ 'max-aspect': 3 }, [{ width: 899 }, { width: 900 }, { height: 899 }, { height: 900 }]),
		).toEqual([0, 2]);
	});

	it('keeps images with few different texts', async () => {
		const rows = ['a', 'b', 'b', 'a', 'c'].map((caption) => ({ url: 'same', caption }));
		const other = { url: 'other', caption: 'a' };
		expect(await staying({ 'max-texts-per-image': 2 }, [...rows, other])).toEqual([5]);
		expect(await staying({ 'max-texts-per-image': 3 }, [...rows, other])).toHaveLength(6);
	});

	it('keeps texts of few different images', async () => {
		const rows = ['u', 'v', 'v', 'w'].map((url) => ({ url, caption: 'stock photo' }));
		expect(await staying({ 'max-images-per-text': 2 }, [...rows, { caption: 'Stock photo' }])).toEqual([4]);
		expect(await staying({ 'max-images-per-text': 3 }, rows)).toHaveLength(4);
	});

	it('keeps texts whose words and pairs of words are frequent', async () => {
		const rows = ['red house', 'Red house!', 'house red', 'red kot', 'red'].map((caption) => ({ caption }));
		// red 5, house 3, red house 2; house red, kot, red kot 1.
		expect(await staying({ vocabulary: 3 }, rows)).toEqual([0, 1, 4]);
		expect(await staying({ vocabulary: 2 }, rows)).toEqual([4]);
		// Ties at the edge are all kept.
		expect(await staying({ vocabulary: 4 }, rows)).toHaveLength(5);
	});

	it('keeps texts of neither few nor many words', async () => {
		const rows = ['one two', 'one, two - three', 'a b c d', 'дом у реки', ''].map((caption) => ({ caption }));
		expect(await staying({ 'min-words': 3 }, rows)).toEqual([1, 2, 3]);
		expect(await staying({ 'max-words': 3 }, rows)).toEqual([0, 1, 3, 4]);
	});

	it('keeps texts of enough characters, files of enough bytes, likely texts, safe images', async () => {
		expect(
			await staying({ 'min-characters': 5 }, [{ caption: 'abcd' }, { caption: 'abcde' }, { caption: '🐈🐈🐈' }]),
		).toEqual([1]);
		expect(await staying({ 'min-bytes': 5000 }, [{ bytes: 4999 }, { bytes: 5000 }])).toEqual([1]);
		expect(await staying({ 'min-cosine': 0.3 }, [{ similarity: 0.29 }, { similarity: 0.3 }])).toEqual([1]);
		expect(await staying({ 'max-unsafe': 0.5 }, [{ punsafe: 0.49 }, { punsafe: 0.5 }])).toEqual([0]);
	});

	it('keeps one of the same URL and text: the first that no other filter drops', async () => {
		const rows = [{ bytes: 1 }, {}, {}, { caption: 'another' }].map((changes) => ({ url: 'same', ...changes }));
		expect(await staying({ 'max-copies': 1, 'min-bytes': 10 }, rows)).toEqual([1, 3]);
		expect(await staying({ 'max-copies': 2 }, rows)).toEqual([0, 1, 3]);
	});

	it('keeps all when all are off', async () => {
		expect(await staying(presets.none, [{}, { caption: '' }, { width: null }])).toEqual([0, 1, 2]);
	});

	it('judges as a plain implementation does, whatever the rows and thresholds', async () => {
		const word = fc.constantFrom('red', 'Red', 'house', 'кот', 'Ёлка', 'größe', 'x1', '🐈', '-', 'a,b');
		const rows = fc.array(
			fc.record({
				caption: fc.array(word, { maxLength: 6 }).map((list) => list.join(' ')),
				url: fc.constantFrom('a', 'b', 'c', 'd'),
				width: fc.option(fc.integer({ min: 1, max: 40 })),
				height: fc.option(fc.integer({ min: 1, max: 40 })),
				bytes: fc.integer({ min: 0, max: 20 }),
				similarity: fc.integer({ min: -8, max: 8 }).map((x) => x / 8),
				punsafe: fc.integer({ min: 0, max: 8 }).map((x) => x / 8),
			}),
			{ minLength: 1, maxLength: 40 },
		);
		const some = (low: number, high: number) =>
			fc.option(fc.integer({ min: low, max: high }), { nil: undefined, freq: 2 });
		const thresholds = fc.record({
			'max-unsafe': some(0, 1),
			'min-side': some(0, 30),
			'max-aspect': some(1, 6),
			'max-texts-per-image': some(1, 6),
			'max-images-per-text': some(1, 4),
			vocabulary: some(1, 30),
			'min-words': some(0, 4),
			'max-words': some(0, 6),
			'min-characters': some(0, 8),
			'min-bytes': some(0, 15),
			'min-cosine': some(-1, 1),
			'max-copies': some(1, 3),
		});
		await fc.assert(
			fc.asyncProperty(rows, thresholds, async (data, limits) => {
				const out = fresh();
				// The first row tells the reader of JSON every type.
				const input = await write([row(), ...data]);
				const report = await curate({ input, out, thresholds: limits as Thresholds });
				const expected = judgeByHand([row(), ...data], limits as Thresholds);
				expect(await places(out)).toEqual(expected.flatMap((reasons, i) => (reasons.size === 0 ? [i] : [])));
				const order = filters.map(({ name }) => name);
				for (const { name, dropped, alone } of report.filters) {
					const first = (reasons: Set<FilterName>) => order.find((filter) => reasons.has(filter)) === name;
					expect(dropped, name).toBe(expected.filter(first).length);
					expect(alone, name).toBe(expected.filter((reasons) => reasons.has(name as FilterName)).length);
				}
			}),
			{ numRuns: 12, seed: 3 },
		);
	});
});

describe('Parquet files', () => {
	it('come out with their columns, types and order, one for one, also beyond a row group', async () => {
		const folder = fresh();
		mkdirSync(folder);
		for (const [i, n] of [150_000, 10].entries())
			await database.run(
				`COPY (SELECT i AS id, 'text number ' || i AS "TEXT", 'u' || i AS "URL", [i, i + 1] AS list, DATE '2020-01-01' AS day, (i % 7)::DECIMAL(5,2) AS amount FROM range(${i * 1e6}, ${i * 1e6 + n}) t(i)) TO ${quote(join(folder, `part${i}.parquet`))} (FORMAT parquet)`,
			);
		const out = fresh();
		const report = await curate({ input: folder, out, thresholds: { 'min-characters': 17 } });
		expect(report).toMatchObject({ rows: 150_010, kept: 140_010 });
		const types = (path: string) => database.rows(`DESCRIBE SELECT * FROM read_parquet(${quote(path)})`);
		expect(await types(join(out, 'part0.parquet'))).toEqual(await types(join(folder, 'part0.parquet')));
		const [order] = await database.rows(
			`SELECT bool_and(id = file_row_number + 10000) AS kept, count(*) AS n FROM read_parquet(${quote(join(out, 'part0.parquet'))}, file_row_number = true)`,
		);
		expect(order).toEqual({ kept: true, n: 140_000n });
		expect(await read(join(out, 'part1.parquet'))).toEqual(await read(join(folder, 'part1.parquet')));
	});

	it('give the same bytes each time', async () => {
		const input = await write(
			Array.from({ length: 500 }, (_, i) => row({ caption: `house ${i % 90} on ${i % 7}`, url: `u${i % 300}` })),
		);
		const [a, b] = [fresh(), fresh()];
		for (const out of [a, b])
			await curate({ input, out, thresholds: { ...presets.all, 'max-images-per-text': 2, vocabulary: 60 } });
		const files = readdirSync(a);
		expect(files).toEqual(expect.arrayContaining(['curation.json', 'report.html']));
		for (const name of files) expect(readFileSync(join(a, name)).equals(readFileSync(join(b, name))), name).toBe(true);
	});

	it('may have the columns of LAION or names that are told; rows without an image are none', async () => {
		const laion = await write([
			{ URL: 'u', TEXT: 'a red house', WIDTH: 300, HEIGHT: 300, NSFW: 'UNLIKELY', similarity: 0.35 },
			{ URL: 'v', TEXT: 'a red house', WIDTH: 300, HEIGHT: 300, NSFW: 'NSFW', similarity: 0.35 },
		]);
		const out = fresh();
		const report = await curate({ input: laion, out, thresholds: presets.all });
		expect(report.filters.find(({ name }) => name === 'max-unsafe')).toMatchObject({ dropped: 1 });
		expect(report.filters.find(({ name }) => name === 'min-bytes')).toMatchObject({ skipped: 'nothing says bytes' });
		expect(await places(out)).toEqual([0]);

		const odd = await write([
			{ alt: 'short', words: 'a red house', status: 'success' },
			{ alt: 'also short', words: 'red', status: 'success' },
			{ alt: 'gone', words: 'a blue house', status: 'failed_to_download' },
		]);
		const told = fresh();
		expect(
			await curate({ input: odd, out: told, thresholds: { 'min-words': 3 }, columns: { text: 'words' } }),
		).toMatchObject({ rows: 2, kept: 1 });
		expect(await places(told)).toEqual([0]);
	});
});

describe('what is refused', () => {
	const fails = async (options: Partial<CurateOptions>, code: string, message: RegExp) => {
		const out = options.out ?? fresh();
		await expect(curate({ input: '', out, thresholds: { 'min-words': 3 }, ...options })).rejects.toMatchObject({
			code,
			message: expect.stringMatching(message),
		});
		if (!options.out && existsSync(out)) expect(readdirSync(out)).toEqual([]);
	};

	it('input that is missing, empty or damaged', async () => {
		await fails({ input: join(root, 'nowhere.parquet') }, 'E_CORPUS', /nowhere\.parquet/);
		await fails({ input: join(root, 'nowhere') }, 'E_CORPUS', /nowhere/);
		await fails({ input: [] }, 'E_CORPUS', /got none/);
		const folder = fresh();
		mkdirSync(folder);
		await fails({ input: folder }, 'E_CORPUS', /got none of them/);
		const none = fresh('.parquet');
		await database.run(`COPY (SELECT 'x' AS caption WHERE false) TO ${quote(none)} (FORMAT parquet)`);
		await fails({ input: none }, 'E_CORPUS', /got none/);
		for (const length of [0, 3, 200]) {
			const cut = await write([row(), row()]);
			truncateSync(cut, length);
			await fails({ input: cut }, 'E_CORPUS', /expected a Parquet file, got .*\.parquet/);
		}
		const noise = fresh('.parquet');
		writeFileSync(noise, 'PAR1 this is no parquet file PAR1');
		await fails({ input: noise }, 'E_CORPUS', /expected a Parquet file/);
	});

	it('damage inside a file', async () => {
		const input = await write(Array.from({ length: 3000 }, (_, i) => row({ caption: `text ${i * 7919}` })));
		const bytes = readFileSync(input);
		bytes.fill(0xa5, 100, bytes.length - 4000);
		writeFileSync(input, bytes);
		await fails({ input }, 'E_CORPUS', /DuckDB/);
	});

	it('a missing column, named', async () => {
		const input = await write([{ caption: 'a red house', url: 'u' }]);
		await fails(
			{ input, thresholds: { 'min-side': 200 }, required: ['min-side'] },
			'E_CORPUS',
			/width and height.*--column width=NAME.*--min-side off/,
		);
		await fails({ input, columns: { text: 'title' } }, 'E_CORPUS', /'title' \(as text\), got place, caption, url/);
		await fails({ input: await write([{ url: 'u' }]) }, 'E_CORPUS', /column of texts .*got place, url/);
	});

	it('thresholds and options that make no sense', async () => {
		const input = await write([row()]);
		await fails({ input, thresholds: { 'max-aspect': 0.5 } }, 'E_ARGUMENT', /--max-aspect as a number from 1/);
		await fails({ input, thresholds: { 'min-words': 2.5 } }, 'E_ARGUMENT', /--min-words as a whole number/);
		await fails({ input, thresholds: { 'min-cosine': Number.NaN } }, 'E_ARGUMENT', /--min-cosine/);
		await fails({ input, evaluation: [root] }, 'E_ARGUMENT', /hold no images/);
		await fails({ input, unsafeTexts: ['x'] }, 'E_ARGUMENT', /--encoder/);
		await fails({ input: [input, input] }, 'E_CORPUS', /twice/);
	});

	it('writing over the input, or over other data', async () => {
		const folder = fresh();
		mkdirSync(folder);
		const input = await write([row()], join(folder, 'meta.parquet'));
		const before = readFileSync(input);
		await fails({ input, out: folder }, 'E_ARGUMENT', /another folder than the input's/);
		await fails(
			{ input: folder, out: join(folder, '..', folder.split('/').at(-1) as string) },
			'E_ARGUMENT',
			/another folder/,
		);
		expect(readFileSync(input).equals(before)).toBe(true);
		expect(readdirSync(folder)).toEqual(['meta.parquet']);
		const out = fresh();
		mkdirSync(out);
		writeFileSync(join(out, '00000.parquet'), 'somebody else');
		await fails({ input, out }, 'E_IO', /without shards/);
	});
});
